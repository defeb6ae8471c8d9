import { millis } from '../base/data.ts';
import type { ProcessId } from '../base/data.ts';
import { processOf } from './cluster.ts';
import type { EtcdReply, EtcdRequest } from './contract.ts';
import type { EtcdMember, Forwarded } from './member-state.ts';
import { ERRORS } from './mvcc/errors.ts';
import { armTimeout, opened } from './propose.ts';
import { NONE } from './raft/types.ts';
import { refuse, reply } from './reply.ts';
import type { Cx } from './reply.ts';
import type { Outbox } from '../sim/process.ts';

/**
 * Requests that only the leader can answer, asked of it in the client's place. Without a leader they wait for one; when
 * it goes away in between, its successor is asked, until the client's time is over.
 *
 * @source etcd-io/etcd server/etcdserver/v3_server.go (LeaseRenew, waitLeader), server.go (PromoteMember)
 */

/** Pause before the same leader is asked again. @source v3_server.go LeaseRenew */
const RETRY = millis(50);

function ask(member: EtcdMember, number: number, { request, token }: Forwarded, out: Outbox): void {
  const leader = processOf(member, member.raft.leader);
  if (leader === undefined) return;
  // When the lead has come to this member itself, it asks itself: the answer takes the same way back.
  const asked = { type: 'etcd.request', id: number, request };
  out.send(leader, Object.freeze(token === undefined ? asked : { ...asked, token }));
}

/** Passes a request on. */
export function forward(member: EtcdMember, request: EtcdRequest, { caller, out }: Cx): void {
  const number = member.nextNumber++;
  const { token } = caller;
  const pending = opened(member, caller, out);
  const forwarded: Forwarded = token === undefined ? { ...pending, request, askedOf: member.raft.leader } : { ...pending, token, request, askedOf: member.raft.leader };
  member.forwarded.set(number, forwarded);
  armTimeout(member, out);
  ask(member, number, forwarded, out);
}

/** Asks again whatever an earlier leader, or one that could not be reached, has not answered. */
export function forwardAgain(member: EtcdMember, out: Outbox): void {
  const { leader } = member.raft;
  if (leader === NONE) return;
  for (const [number, one] of [...member.forwarded]) {
    if (one.askedOf === leader) continue;
    const again = { ...one, askedOf: leader };
    member.forwarded.set(number, again);
    ask(member, number, again, out);
  }
}

/** A connection broke: what was asked over it is asked anew in a moment. */
export function forwardLost(member: EtcdMember, peer: ProcessId, out: Outbox): void {
  const id = member.peers.find(({ process }) => process === peer)?.id;
  let lost = false;
  for (const [number, one] of [...member.forwarded]) {
    if (one.askedOf !== id) continue;
    member.forwarded.set(number, { ...one, askedOf: NONE });
    lost = true;
  }
  if (lost) out.startTimer('forward', RETRY);
}

/** The leader's answer to a request passed on to it. */
export function relay(member: EtcdMember, message: EtcdReply, out: Outbox): void {
  const pending = member.forwarded.get(message.id);
  if (pending === undefined) return;
  if (message.type === 'etcd.error' && message.error === ERRORS.notLeader) {
    // It has just lost the lead; the next one is asked.
    member.forwarded.set(message.id, { ...pending, askedOf: NONE });
    out.startTimer('forward', RETRY);
    return;
  }
  member.forwarded.delete(message.id);
  if (message.type === 'etcd.response') reply(member, message.body, { caller: pending, out });
  else refuse(pending, message.error as Parameters<typeof refuse>[1], out);
}
