import type { Numbered } from '../base/numbered.ts';
import { deepFreeze, micros } from '../base/data.ts';
import { authInfoOf } from './auth/tokens.ts';
import type { Member } from './contract.ts';
import { APPLY_GAP_MAX, OPEN_REQUESTS_MAX, requestTimeout } from './member-state.ts';
import { connectedSince, isConnectedSince } from './liveness.ts';
import type { Caller, EtcdMember, Forwarded, MemberChange, Pending, Proposal, ProposalOp } from './member-state.ts';
import { ERRORS } from './mvcc/errors.ts';
import type { EtcdError } from './mvcc/errors.ts';
import { quorumOf } from './raft/quorum.ts';
import { newProposal } from './raft/types.ts';
import type { ConfChangeType, ConfChange } from './raft/types.ts';
import { fail, refuse } from './reply.ts';
import type { Cx } from './reply.ts';
import { NONE } from './raft/types.ts';
import type { Outbox } from '../sim/process.ts';

/**
 * Asking the cluster for an entry, and what becomes of requests that never get theirs.
 *
 * @source etcd-io/etcd server/etcdserver/v3_server.go (processInternalRaftRequestOnce)
 * @fidelity simplified: a proposal that meets a change of leadership under way waits for its end, where etcd answers "raft
 *   proposal dropped"; entries are applied in the step that learns of their commit, so "too many requests" comes from the
 *   number of open requests rather than from a slow apply
 */

/** A request with its time of birth and death. */
export function opened(member: EtcdMember, caller: Caller, out: Outbox): Pending {
  const startedAt = out.monotonic;
  return { client: caller.client, id: caller.id, cause: caller.cause, startedAt, deadline: startedAt + requestTimeout(member.settings) };
}

const openRequests = (member: EtcdMember): number =>
  member.pending.size + member.forwarded.size + member.reads.waiting.length + member.reads.asked.length;

/** Whether the member has too much to do to take one more. */
export const isOverloaded = (member: EtcdMember): boolean =>
  member.raft.log.committed - member.raft.log.applied > APPLY_GAP_MAX || openRequests(member) >= OPEN_REQUESTS_MAX;

/** Requests all live equally long, so one timer for the oldest is enough. */
export function armTimeout(member: EtcdMember, out: Outbox): void {
  if (member.timeoutArmed) return;
  member.timeoutArmed = true;
  out.startTimer('timeout', micros(requestTimeout(member.settings)));
}

/** What an entry shall do. */
export interface Work { readonly op: ProposalOp; readonly args: object }

/** A change of membership that has passed the checks, or is about to meet them. */
export interface Wish { readonly op: MemberChange['op']; readonly type: ConfChangeType; readonly member: Member }

/** Queues a proposal of the member itself, for which nobody waits. */
export function proposeOwn(member: EtcdMember, work: Work, cause: number): void {
  member.proposals.push(newProposal(deepFreeze({ origin: NONE, number: 0, ...work }), cause));
}

/** Queues a proposal; its caller is answered when it is applied here. */
export function propose(member: EtcdMember, { op, args }: Work, { caller, out }: Cx, login?: Pending['login']): void {
  if (isOverloaded(member)) return refuse(caller, ERRORS.tooManyRequests, out);
  const number = member.nextNumber++;
  let proposal: Proposal = { origin: member.origin, number, op, args: deepFreeze(args) };
  if (member.auth.enabled && login === undefined) {
    const auth = authInfoOf(member, caller.token, out.monotonic);
    if (typeof auth === 'string') return refuse(caller, auth, out);
    if (auth !== undefined) proposal = { ...proposal, auth: Object.freeze(auth) };
  }
  member.proposals.push(newProposal(Object.freeze(proposal), caller.cause));
  const pending = opened(member, caller, out);
  member.pending.set(number, login === undefined ? pending : { ...pending, ...(caller.token === undefined ? {} : { token: caller.token }), login });
  armTimeout(member, out);
}

/** Queues a configuration change. */
export function proposeMember(member: EtcdMember, wish: Wish, { caller, out }: Cx): void {
  const number = member.nextNumber++;
  const data: ConfChange = {
    transition: 'auto', changes: [{ type: wish.type, id: wish.member.id }],
    context: { origin: member.origin, number, op: wish.op, member: wish.member },
  };
  member.proposals.push(newProposal(deepFreeze(data), caller.cause, 'confChange'));
  member.pending.set(number, opened(member, caller, out));
  armTimeout(member, out);
}

/** Which of the time-out texts fits. @source etcd-io/etcd server/etcdserver/v3_server.go parseProposeCtxErr */
function timeoutError(member: EtcdMember, pending: Pending, now: number): EtcdError {
  const { raft, leaderSince } = member;
  // A leader that came to power after the request, within two elections of its start, has lost it.
  const elections = 2 * member.settings.electionTimeout * 1000;
  if (pending.startedAt > leaderSince - elections && pending.startedAt < leaderSince) return ERRORS.timeoutDueToLeaderFail;
  if (raft.leader === NONE) return ERRORS.timeout;
  const cx = { since: pending.startedAt, now };
  const isConnected = raft.role === 'leader'
    ? connectedSince(member, raft.membership.voters, cx) >= quorumOf(raft.membership.voters.length)
    : isConnectedSince(member, raft.leader, cx);
  return isConnected ? ERRORS.timeout : ERRORS.timeoutDueToConnectionLost;
}

/** A request that no leader was found for says so. @source v3_server.go waitLeader */
const forwardError = (member: EtcdMember, forwarded: Forwarded, now: number): EtcdError =>
  forwarded.askedOf === NONE && member.raft.leader === NONE ? ERRORS.noLeader : timeoutError(member, forwarded, now);

function overdue<P extends Pending>(requests: Numbered<P>, now: number): readonly P[] {
  const late: P[] = [];
  for (const [number, pending] of requests) {
    if (pending.deadline > now) break;
    requests.delete(number);
    late.push(pending);
  }
  return late;
}

/** Refuses what has waited too long, and looks again when the next may have. */
export function expireRequests(member: EtcdMember, out: Outbox): void {
  member.timeoutArmed = false;
  const { reads } = member;
  const now = out.monotonic;
  const proposals = overdue(member.pending, now);
  member.counts.proposalsFailed += proposals.length;
  for (const one of overdue(member.forwarded, now)) refuse(one, forwardError(member, one, now), out);
  const late: Pending[] = [...proposals];
  for (const list of ['waiting', 'asked'] as const) {
    late.push(...reads[list].filter(({ deadline }) => deadline <= now));
    reads[list] = reads[list].filter(({ deadline }) => deadline > now);
  }
  for (const one of member.transfers) if (one.deadline <= now) refuse(one, ERRORS.timeoutLeaderTransfer, out);
  member.transfers = member.transfers.filter(({ deadline }) => deadline > now);
  for (const pending of late) fail(member, pending, { error: timeoutError(member, pending, now), out });
  const left = [...reads.waiting, ...reads.asked, ...member.transfers].map(({ deadline }) => deadline);
  for (const requests of [member.pending, member.forwarded]) {
    for (const { deadline } of requests.values()) {
      left.push(deadline);
      break;
    }
  }
  if (left.length === 0) return;
  member.timeoutArmed = true;
  out.startTimer('timeout', micros(Math.max(1, Math.min(...left) - now)));
}
