import type { ProcessId } from '../base/data.ts';
import type { EtcdReply, ResponseHeader } from './contract.ts';
import type { Caller, EtcdMember, ReadRequest } from './member-state.ts';
import type { EtcdError } from './mvcc/errors.ts';
import type { Outbox } from '../sim/process.ts';

/** The header of every answer, built anew only when something in it has changed. */
export function headerOf(member: EtcdMember): ResponseHeader {
  const { header, store, raft } = member;
  if (header.revision === store.revision && header.raftTerm === raft.term) return header;
  member.header = Object.freeze({
    clusterId: member.clusterId, memberId: member.id, revision: store.revision, raftTerm: raft.term,
  });
  return member.header;
}

/** Whom to answer, and the way out. */
export interface Cx { readonly caller: Caller; readonly out: Outbox }

const done = (member: EtcdMember, body: object, { id, cause }: Caller): EtcdReply =>
  Object.freeze({ type: 'etcd.response', id, header: headerOf(member), body: Object.freeze(body), cause });

const refusal = ({ id, cause }: Caller, error: EtcdError): EtcdReply => Object.freeze({ type: 'etcd.error', id, error, cause });

/** Answers a request. */
export function reply(member: EtcdMember, body: object, { caller, out }: Cx): void {
  out.because(caller.cause);
  out.send(caller.client, done(member, body, caller));
}

/** Refuses a request with etcd's own words. */
export function refuse(caller: Caller, error: EtcdError, out: Outbox): void {
  out.because(caller.cause);
  out.send(caller.client, refusal(caller, error));
}

/**
 * What clients are answered in one step: each hears it in one message.
 *
 * @source google.golang.org/grpc internal/transport/controlbuf.go (loopyWriter writes the frames that are ready in one go)
 */
export type Replies = Map<ProcessId, EtcdReply[]>;

/** Keeps the answer to a request until all leave. */
export function gather(replies: Replies, member: EtcdMember, result: object | EtcdError, caller: Caller): void {
  const one = typeof result === 'string' ? refusal(caller, result) : done(member, result, caller);
  const before = replies.get(caller.client);
  if (before === undefined) replies.set(caller.client, [one]); else before.push(one);
}

/** Sends what was gathered. A message is attributed to the last request that it answers. */
export function sendReplies(replies: Replies, out: Outbox): void {
  for (const [client, told] of replies) {
    const last = told.at(-1) as EtcdReply;
    out.because(last.cause);
    out.send(client, told.length === 1 ? last : Object.freeze({ type: 'etcd.responses', id: 0, replies: Object.freeze(told) }));
  }
}

/** Answers with a body or refuses, whichever the store said. */
export function answer(member: EtcdMember, result: object | EtcdError, cx: Cx): void {
  if (typeof result === 'string') refuse(cx.caller, result, cx.out);
  else reply(member, result, cx);
}

/** A request that has waited in vain. Whoever asked for the member's health gets an answer all the same. */
export function fail(member: EtcdMember, pending: Caller & { readonly read?: ReadRequest }, { error, out }: { error: EtcdError; out: Outbox }): void {
  if (pending.read?.op === 'corruptCheck') {
    member.check = undefined;
    return;
  }
  if (pending.read?.op !== 'health') return refuse(pending, error, out);
  member.counts.health.failures += 1;
  reply(member, { health: 'false', reason: `RANGE ERROR:${error}` }, { caller: pending, out });
}
