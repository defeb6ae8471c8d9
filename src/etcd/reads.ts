import { millis } from '../base/data.ts';
import { checkRead } from './auth/check-read.ts';
import type { EtcdMember, PendingRead, ReadRequest } from './member-state.ts';
import { ERRORS } from './mvcc/errors.ts';
import type { EtcdError } from './mvcc/errors.ts';
import { range } from './mvcc/range.ts';
import { txn } from './mvcc/txn.ts';
import { armTimeout, isOverloaded, opened } from './propose.ts';
import { fail, refuse } from './reply.ts';
import type { Cx } from './reply.ts';
import { step } from './raft/step.ts';
import { newMessage } from './raft/types.ts';
import type { ReadState } from './raft/types.ts';
import type { Outbox } from '../sim/process.ts';

/**
 * Linearizable reads: no entry, but proof from a majority that the commit index noted is not old.
 *
 * @source etcd-io/etcd server/etcdserver/v3_server.go linearizableReadLoop
 */

/** A round that got no answer is asked again after this. @source v3_server.go readIndexRetryTime */
const READ_RETRY = millis(500);

/** Reads the store as it is now. */
function readNow(member: EtcdMember, read: ReadRequest): object | EtcdError {
  switch (read.op) {
    case 'range': return range(member.store, read.args);
    case 'txn': return txn(member.store, read.args);
    case 'memberList': return { members: [...member.members.values()] };
    case 'health': return { health: 'true', reason: '' };
    case 'authenticate': case 'corruptCheck': case 'leaseKeepAlive': case 'downgrade': return {};
  }
}

/** Reads the store as it is now, if the asker may. */
export function readAllowed(member: EtcdMember, read: ReadRequest, { caller, out }: Cx): object | EtcdError {
  return checkRead(member, read, { token: caller.token, now: out.monotonic }) ?? readNow(member, read);
}

/** How often a leader in doubt asks again whether it leads, and puts off what its leases need. */
const PROOF_RETRY = millis(500);

/**
 * A leader that stood still for a while may have been replaced without knowing. It asks a majority before it ends leases.
 *
 * @source etcd-io/etcd server/etcdserver/server.go ensureLeadership, revokeExpiredLeases
 */
export function proveLeadership(member: EtcdMember, out: Outbox): void {
  const { reads } = member;
  if (reads.asked.length === 0 && reads.waiting.length === 0) {
    reads.rounds += 1;
    reads.context = `${member.origin}/${reads.rounds}`;
    step(member.raft, newMessage('MsgReadIndex', { context: reads.context }));
  }
  out.startTimer('lease', PROOF_RETRY);
}

/** Queues a read for the next round. */
export function readLinearizable(member: EtcdMember, read: ReadRequest, cx: Cx): void {
  if (isOverloaded(member)) return refuse(cx.caller, ERRORS.tooManyRequests, cx.out);
  const { token } = cx.caller;
  const pending = opened(member, cx.caller, cx.out);
  member.reads.waiting.push(Object.freeze(token === undefined ? { ...pending, read } : { ...pending, token, read }));
  armTimeout(member, cx.out);
}

function ask(member: EtcdMember, out: Outbox): void {
  step(member.raft, newMessage('MsgReadIndex', { context: member.reads.context }));
  out.startTimer('read', READ_RETRY);
}

/** Starts a round if reads wait and none is under way. */
export function startRound(member: EtcdMember, out: Outbox): void {
  const { reads } = member;
  if (reads.asked.length > 0 || reads.waiting.length === 0) return;
  reads.rounds += 1;
  reads.context = `${member.origin}/${reads.rounds}`;
  reads.asked = reads.waiting;
  reads.waiting = [];
  ask(member, out);
}

/** The round got no answer yet: the request, or the leader, may be lost. */
export function retryRound(member: EtcdMember, out: Outbox): void {
  if (member.reads.asked.length > 0) ask(member, out);
}

const NO_READS: readonly PendingRead[] = Object.freeze([]);

/** Takes confirmed rounds in and gives back the reads whose index is applied. */
export function confirmRounds(member: EtcdMember, readStates: readonly ReadState[], out: Outbox): readonly PendingRead[] {
  const { reads } = member;
  for (const { index, context } of readStates) {
    if (context !== reads.context) continue;
    if (member.lessor !== undefined && reads.rounds > member.doubtRound) member.doubtRound = -1;
    if (reads.asked.length === 0) continue;
    reads.confirmed.push({ index, reads: reads.asked });
    reads.asked = [];
    out.cancelTimer('read');
  }
  if ((reads.confirmed[0]?.index ?? Infinity) > member.raft.log.applied) return NO_READS;
  const ready: PendingRead[] = [];
  while ((reads.confirmed[0]?.index ?? Infinity) <= member.raft.log.applied) ready.push(...reads.confirmed.shift()?.reads ?? []);
  return ready;
}

/** A new leader knows nothing of the rounds of the old one. */
export function failRounds(member: EtcdMember, out: Outbox): void {
  const { reads } = member;
  const failed: readonly PendingRead[] = reads.asked;
  reads.asked = [];
  out.cancelTimer('read');
  if (failed.length > 0) member.counts.readIndexesFailed += 1;
  for (const pending of failed) fail(member, pending, { error: ERRORS.leaderChanged, out });
}
