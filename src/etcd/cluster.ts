import { processId } from '../base/data.ts';
import type { ProcessId } from '../base/data.ts';
import type { Member } from './contract.ts';
import { memberIdOf } from './identity.ts';
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
export function processAt(self: ProcessId, url: string): ProcessId {
  const host = /^[a-z]+:\/\/([^:/]+)/.exec(url)?.[1] ?? url;
  return processId(host, self.slice(self.indexOf('/') + 1));
}

/** Looks up anew who speaks for whom. */
export function updatePeers(member: EtcdMember): void {
  member.peers = [...member.members.values()].map(({ id, peerURLs }) =>
    ({ id, process: processAt(member.self, peerURLs[0] ?? '') }));
}

/** The process of a member, if it is one. */
export function processOf(member: EtcdMember, id: MemberId): ProcessId | undefined {
  return member.peers.find((peer) => peer.id === id)?.process;
}

const isStarted = (one: Member): boolean => one.name !== '';

/** Whether the change leaves enough started members to reach a majority. */
function enoughStarted(member: EtcdMember, voters: readonly Member[]): boolean {
  const started = voters.filter((one) => isStarted(one) || one.id === member.id).length;
  return started >= quorumOf(voters.length);
}

const votersOf = (member: EtcdMember): readonly Member[] => [...member.members.values()].filter((one) => !one.isLearner);


function checkAdd(member: EtcdMember, { member: fresh }: Wish): EtcdError | undefined {
  if (member.removed.has(fresh.id) || member.members.has(fresh.id)) return ERRORS.memberExists;
  const taken = new Set([...member.members.values()].flatMap(({ peerURLs }) => peerURLs));
  if (fresh.peerURLs.some((url) => taken.has(url))) return ERRORS.peerUrlExists;
  if (fresh.isLearner) {
    const learners = [...member.members.values()].filter((one) => one.isLearner).length;
    return learners >= LEARNERS_MAX ? ERRORS.tooManyLearners : undefined;
  }
  // The newcomer counts for the majority but has not started.
  return enoughStarted(member, [...votersOf(member), fresh]) ? undefined : ERRORS.memberNotEnoughStarted;
}

function checkRemove(member: EtcdMember, { member: gone }: Wish): EtcdError | undefined {
  if (gone.isLearner || !isStarted(gone)) return undefined;
  return enoughStarted(member, votersOf(member).filter((one) => one.id !== gone.id)) ? undefined : ERRORS.memberNotEnoughStarted;
}

/** Only the leader knows how far a learner is; asked elsewhere, the request goes there. */
function checkPromote(member: EtcdMember, { member: learner }: Wish): EtcdError | undefined {
  if (!learner.isLearner) return ERRORS.memberNotLearner;
  const progress = progressOf(member.raft, learner.id);
  if (progress === undefined || progress.match * 100 < member.raft.log.last * LEARNER_READY_PERCENT) return ERRORS.learnerNotReady;
  return enoughStarted(member, [...votersOf(member), learner]) ? undefined : ERRORS.memberNotEnoughStarted;
}

const CHECKS = { add: checkAdd, remove: checkRemove, promote: checkPromote, update: () => undefined } as const;

function change(member: EtcdMember, wish: Wish, cx: Cx): void {
  const error = CHECKS[wish.op](member, wish);
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
