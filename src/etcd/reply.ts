import type { ResponseHeader } from './contract.ts';
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

/** Answers a request. */
export function reply(member: EtcdMember, body: object, { caller, out }: Cx): void {
  out.because(caller.cause);
  out.send(caller.client, Object.freeze({ type: 'etcd.response', id: caller.id, header: headerOf(member), body: Object.freeze(body) }));
}

/** Refuses a request with etcd's own words. */
export function refuse(caller: Caller, error: EtcdError, out: Outbox): void {
  out.because(caller.cause);
  out.send(caller.client, Object.freeze({ type: 'etcd.error', id: caller.id, error }));
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
