import { processId } from '../base/data.ts';
import type { ProcessId } from '../base/data.ts';
import type { Member } from './contract.ts';
import { memberIdOf } from './identity.ts';
import { HEALTH_INTERVAL, activeSince, connectedSince } from './liveness.ts';
import type { EtcdMember, MemberChange } from './member-state.ts';
import { ERRORS } from './mvcc/errors.ts';
import type { EtcdError } from './mvcc/errors.ts';
import { quorumOf } from './raft/quorum.ts';
import { progressOf } from './raft/state.ts';
import type { MemberId } from './raft/types.ts';
import { proposeMember } from './propose.ts';
import type { Wish } from './propose.ts';
import { answer, refuse } from './reply.ts';
import type { Cx } from './reply.ts';
import type { Outbox } from '../sim/process.ts';

/**
 * The member list, and which changes of it are let through.
 *
 * @source etcd-io/etcd server/etcdserver/server.go (AddMember, RemoveMember, PromoteMember, UpdateMember),
 *   server/etcdserver/api/membership/cluster.go
 */

/** Learners at a time. @source etcd-io/etcd server/etcdserver/api/membership DefaultMaxLearners */
const LEARNERS_MAX = 1;
/** How much of the leader's log a learner must have to become a voter. @source server.go readyPercentThreshold */
const LEARNER_READY_PERCENT = 90;

/** The process behind a URL: the component of our own name on the machine the URL names. */
export function processAt({ self, settings }: Pick<EtcdMember, 'self' | 'settings'>, url: string): ProcessId {
  const host = /^[a-z]+:\/\/([^:/]+)/.exec(url)?.[1] ?? url;
  const machine = settings.hosts.find(({ address }) => address === host)?.machine ?? host;
  return processId(machine, self.slice(self.indexOf('/') + 1));
}

/** Looks up anew who speaks for whom. */
export function updatePeers(member: EtcdMember): void {
  member.peers = [...member.members.values()].map(({ id, peerURLs }) =>
    ({ id, process: processAt(member, peerURLs[0] ?? '') }));
}

/**
 * The process of a member, if it is one. A member that was away while others joined does not have them in its list yet: it answers where their messages
 * come from.
 *
 * @source etcd-io/etcd server/etcdserver/api/rafthttp/http.go addRemoteFromRequest
 */
export function processOf(member: EtcdMember, id: MemberId): ProcessId | undefined {
  return (member.peers.find((peer) => peer.id === id) ?? member.senders.find((peer) => peer.id === id))?.process;
}

const isStarted = (one: Member): boolean => one.name !== '';
const votersOf = (member: EtcdMember): readonly Member[] => [...member.members.values()].filter((one) => !one.isLearner);
const startedOf = (voters: readonly Member[]): number => voters.filter(isStarted).length;

/* ---- What would endanger the majority; asked before a change is proposed ---- */

/** A new voter counts for the majority but has not started. The second of two is let in: that is how a cluster grows from one. */
function isReadyToAdd(voters: readonly Member[]): boolean {
  const started = startedOf(voters);
  return (started === 1 && voters.length === 1) || started >= quorumOf(voters.length + 1);
}

function mayAdd(member: EtcdMember, { member: fresh }: Wish, now: number): EtcdError | undefined {
  const voters = votersOf(member);
  if (!fresh.isLearner && !isReadyToAdd(voters)) return ERRORS.memberNotEnoughStarted;
  const connected = connectedSince(member, voters.map(({ id }) => id), { since: now - HEALTH_INTERVAL, now });
  return connected < voters.length ? ERRORS.unhealthy : undefined;
}

function mayRemove(member: EtcdMember, { member: gone }: Wish, now: number): EtcdError | undefined {
  if (gone.isLearner) return undefined;
  const voters = votersOf(member);
  const rest = voters.filter(({ id }) => id !== gone.id);
  if (startedOf(rest) < quorumOf(rest.length)) return ERRORS.memberNotEnoughStarted;
  // Who is down is not part of the majority there is.
  if (gone.id !== member.id && activeSince(member, gone.id, now) === undefined) return undefined;
  const active = connectedSince(member, voters.map(({ id }) => id), { since: now - HEALTH_INTERVAL, now });
  return active - 1 < quorumOf(rest.length) ? ERRORS.unhealthy : undefined;
}

/** Only the leader knows how far a learner is. */
function mayPromote(member: EtcdMember, { member: learner }: Wish): EtcdError | undefined {
  const progress = progressOf(member.raft, learner.id);
  if (progress === undefined || progress.match * 100 < member.raft.log.last * LEARNER_READY_PERCENT) return ERRORS.learnerNotReady;
  const voters = votersOf(member);
  return startedOf(voters) + 1 >= quorumOf(voters.length + 1) ? undefined : ERRORS.memberNotEnoughStarted;
}

const MAY = { add: mayAdd, remove: mayRemove, promote: mayPromote, update: () => undefined } as const;

/* ---- What makes no sense; asked again of every entry when it is applied, by all members alike ---- */

/** Members that applied entries have made. */
const known = (member: EtcdMember): readonly Member[] => [...member.members.values()].filter(({ id }) => !member.foretold.has(id));

function checkAdd(member: EtcdMember, fresh: Member): EtcdError | undefined {
  if (known(member).some(({ id }) => id === fresh.id)) return ERRORS.memberExists;
  if (hasTaken(member, fresh)) return ERRORS.peerUrlExists;
  const learners = known(member).filter((one) => one.isLearner).length;
  return fresh.isLearner && learners >= LEARNERS_MAX ? ERRORS.tooManyLearners : undefined;
}

function hasTaken(member: EtcdMember, { id, peerURLs }: Member): boolean {
  return known(member).some((one) => one.id !== id && one.peerURLs.some((url) => peerURLs.includes(url)));
}

/** Whether a change fits the member list there is. @source server/etcdserver/api/membership/cluster.go ValidateConfigurationChange */
export function checkChange(member: EtcdMember, { op, member: subject }: Pick<MemberChange, 'op' | 'member'>): EtcdError | undefined {
  if (member.removed.has(subject.id)) return ERRORS.memberNotFound;
  if (op === 'add') return checkAdd(member, subject);
  const one = known(member).find(({ id }) => id === subject.id);
  if (one === undefined) return ERRORS.memberNotFound;
  if (op === 'promote' && !one.isLearner) return ERRORS.memberNotLearner;
  return op === 'update' && hasTaken(member, subject) ? ERRORS.peerUrlExists : undefined;
}

function change(member: EtcdMember, wish: Wish, cx: Cx): void {
  const danger = member.settings.strictReconfigCheck || wish.op === 'promote' ? MAY[wish.op](member, wish, cx.out.monotonic) : undefined;
  const error = checkChange(member, wish) ?? danger;
  if (error !== undefined) return refuse(cx.caller, error, cx.out);
  proposeMember(member, wish, cx);
}

/** A newcomer. Its id depends on the time, so that a member that was removed can come back as another. */
export function addMember(
  member: EtcdMember, args: { readonly peerURLs: readonly string[]; readonly isLearner?: boolean }, cx: Cx,
): void {
  if (args.peerURLs.length === 0 || args.peerURLs.some((url) => !/^https?:\/\/[^:/]+:\d+$/.test(url))) {
    return refuse(cx.caller, ERRORS.memberBadUrls, cx.out);
  }
  const isLearner = args.isLearner === true;
  const id = memberIdOf(args.peerURLs, member.settings.initialClusterToken, Math.floor(cx.out.now / 1_000_000));
  const fresh: Member = { id, name: '', peerURLs: args.peerURLs, clientURLs: [], isLearner };
  change(member, { op: 'add', type: isLearner ? 'addLearnerNode' : 'addNode', member: fresh }, cx);
}

/** Removal, promotion and new addresses of a member there is. */
export function changeMember(
  member: EtcdMember, op: 'remove' | 'promote' | 'update',
  cx: Cx & { readonly id: MemberId; readonly peerURLs?: readonly string[] },
): void {
  const known = member.members.get(cx.id);
  if (known === undefined) return refuse(cx.caller, ERRORS.memberNotFound, cx.out);
  if (op === 'remove') return change(member, { op, type: 'removeNode', member: known }, cx);
  if (op === 'promote') return change(member, { op, type: 'addNode', member: known }, cx);
  change(member, { op, type: 'updateNode', member: { ...known, peerURLs: cx.peerURLs ?? known.peerURLs } }, cx);
}

/** The member list after a committed change. */
export function applyMemberChange(member: EtcdMember, { op, member: subject }: MemberChange, out: Outbox): void {
  const { members } = member;
  const known = members.get(subject.id);
  switch (op) {
    case 'add':
      members.set(subject.id, Object.freeze(subject));
      member.foretold.delete(subject.id);
      break;
    case 'remove':
      members.delete(subject.id);
      member.removed.set(subject.id, true);
      break;
    case 'promote':
      if (known !== undefined) members.set(subject.id, Object.freeze({ ...known, isLearner: false }));
      break;
    case 'update':
      if (known !== undefined) members.set(subject.id, Object.freeze({ ...known, peerURLs: subject.peerURLs }));
      break;
  }
  updatePeers(member);
  if (member.raft.role === 'leader' && (op === 'add' || op === 'remove')) {
    const n = quorumOf(votersOf(member).length);
    const name = subject.name !== '' ? subject.name : subject.id;
    out.record(op === 'add' ? 'etcd.member.added' : 'etcd.member.removed', { member: name, n });
  }
  if (op === 'remove' && subject.id === member.id) member.status = 'removed';
}

/** Answers the one who asked for the change. */
export function memberChanged(member: EtcdMember, changeDone: MemberChange, cx: Cx): void {
  const members = [...member.members.values()];
  const body = changeDone.op === 'add' ? { member: changeDone.member, members } : { members };
  answer(member, body, cx);
}
