import { micros, seconds } from '../base/data.ts';
import { applyEntries } from './apply.ts';
import { processOf, updatePeers } from './cluster.ts';
import { forwardAgain } from './forward.ts';
import { demoteLessor, dropLeaseDecisions, promoteLessor } from './lessor.ts';
import type { EtcdMember, MemberImage } from './member-state.ts';
import { imageOf, installImage, maybeSnapshot, maybeWriteCommit, mustSync, writeReady } from './persistence.ts';
import { quorumOf } from './raft/quorum.ts';
import { appliedTo, hasReady, persisted, takeReady } from './raft/ready.ts';
import type { Ready } from './raft/ready.ts';
import { step } from './raft/step.ts';
import { tick, ticksToDeadline } from './raft/tick.ts';
import { NONE, newMessage } from './raft/types.ts';
import type { MemberId, Message, SoftState } from './raft/types.ts';
import { finishRounds } from './answer-reads.ts';
import { failRounds, startRound } from './reads.ts';
import { reply } from './reply.ts';
import { notifyWatchers, resumeWatchers, watchLeader } from './watchers.ts';
import type { Outbox } from '../sim/process.ts';

/**
 * The loop around Raft: take a Ready, send, write, apply. While a Ready is on its way to the disk nothing else leaves,
 * heartbeats neither: a slow disk makes a slow leader, and in the end none. Proposals that come meanwhile share
 * the next write, which is what makes many clients cheap.
 *
 * @source etcd-io/etcd server/etcdserver/raft.go (start)
 */

/** Readys without a write in one step; more would mean that they feed themselves. */
const READYS_PER_STEP_MAX = 1_000;
/** Bytes of a snapshot that travel in a microsecond: a gigabit per second. */
const SNAPSHOT_BYTES_PER_MICROSECOND = 125;
/** When a snapshot that was not acknowledged counts as failed. @source rafthttp/snapshot_sender.go snapResponseReadTimeout */
const SNAPSHOT_TIMEOUT = seconds(5);

/** Sends a snapshot of the present state in place of the one Raft knows: the newer, the less there is to catch up. */
function sendSnapshot(member: EtcdMember, message: Message, out: Outbox): void {
  const to = processOf(member, message.to);
  const snapshot = imageOf(member);
  const travel = Math.ceil(member.store.bytesInUse / SNAPSHOT_BYTES_PER_MICROSECOND);
  out.startTimer(`snapshot/${message.to}`, micros(SNAPSHOT_TIMEOUT + travel));
  if (to === undefined) return;
  const messages = Object.freeze([newMessage('MsgSnap', { ...message, snapshot })]);
  out.post(to, Object.freeze({ type: 'etcd.raft', from: member.id, messages }), micros(travel));
}

/** Sends messages, one parcel for each member. */
function sendMessages(member: EtcdMember, messages: readonly Message[], out: Outbox): void {
  if (messages.length === 0) return;
  const cause = out.cause;
  const parcels = new Map<MemberId, Message[]>();
  for (const message of messages) {
    if (message.type === 'MsgSnap') {
      sendSnapshot(member, message, out);
      continue;
    }
    const parcel = parcels.get(message.to);
    if (parcel === undefined) parcels.set(message.to, [message]);
    else parcel.push(message);
  }
  for (const [id, parcel] of parcels) {
    const to = processOf(member, id);
    const first = parcel.find(({ entries }) => entries.length > 0)?.entries[0]?.cause;
    out.because(first === undefined || first === 0 ? cause : first);
    if (to === undefined) continue;
    const body = { type: 'etcd.raft', from: member.id, messages: Object.freeze(parcel) };
    out.post(to, Object.freeze(carriesProposals(parcel) ? { ...body, once: `${member.origin}/${member.nextNumber++}` } : body));
  }
  out.because(cause);
}

/** Raft lives with anything that comes twice, except proposals: each would be done twice. */
const carriesProposals = (parcel: readonly Message[]): boolean => parcel.some(({ type }) => type === 'MsgProp');

/** Says once that too few others were heard within a while for anything to be decided. */
function noteQuorumLost(member: EtcdMember, within: number, out: Outbox): void {
  const { voters } = member.raft.membership;
  const heard = member.heardFrom.filter(({ id, at }) => voters.includes(id) && at >= out.monotonic - within * 1000).length;
  if (member.quorumLost || heard + 1 >= quorumOf(voters.length)) return;
  member.quorumLost = true;
  out.record('etcd.quorum.lost', { member: member.settings.name, n: voters.length, m: heard + 1 });
}

/** A leader that steps down in its own term has lost its majority; any leader means that there is one. */
function quorumNotes(member: EtcdMember, { leader, role }: SoftState, out: Outbox): void {
  const { raft, settings } = member;
  const deposed = member.lessor !== undefined && role === 'follower' && leader === NONE && member.leaderTerm === raft.term;
  if (deposed) noteQuorumLost(member, settings.electionTimeout, out);
  if (leader === NONE || !member.quorumLost) return;
  member.quorumLost = false;
  out.record('etcd.quorum.restored', { member: settings.name });
}

function leaderChanged(member: EtcdMember, soft: SoftState, out: Outbox): void {
  const { raft } = member;
  if (soft.leader !== NONE) {
    member.leaderSince = out.monotonic;
    member.counts.leaderChanges += 1;
    forwardAgain(member, out);
    failRounds(member, out);
  }
  watchLeader(member, out);
  for (const transfer of member.transfers.filter(({ target }) => target === soft.leader)) reply(member, {}, { caller: transfer, out });
  member.transfers = member.transfers.filter(({ target }) => target !== soft.leader);
  quorumNotes(member, soft, out);
  if (soft.role === 'leader' && member.lessor === undefined) {
    member.leaderTerm = raft.term;
    promoteLessor(member, out);
    out.record('etcd.leader.elected', { leader: member.settings.name, term: raft.term });
  } else if (soft.role !== 'leader') {
    demoteLessor(member);
  }
  if ((soft.role === 'preCandidate' || soft.role === 'candidate') && member.heardAt > 0) {
    const sec = Math.round((out.monotonic - member.heardAt) / 100_000) / 10;
    member.heardAt = 0;
    member.lostLeaderAt = out.monotonic;
    out.record('etcd.election.started', { member: member.settings.name, sec });
  }
}

/** Proposals go into the log, or to the leader; without one, or during a transfer, they wait. */
function flushProposals(member: EtcdMember): void {
  const { raft } = member;
  if (member.proposals.length > 0 && raft.role !== 'leader' && member.lessor !== undefined) dropLeaseDecisions(member);
  if (member.proposals.length === 0 || raft.leader === NONE || raft.leadTransferee !== NONE) return;
  const entries = Object.freeze(member.proposals);
  if (step(raft, newMessage('MsgProp', { entries }))) member.proposals = [];
  else member.proposals = entries.slice();
}

function installSnapshot(member: EtcdMember, ready: Ready, out: Outbox): void {
  const { snapshot } = ready;
  if (snapshot === undefined) return;
  out.reach('raftAfterSaveSnap');
  out.reach('raftBeforeApplySnap');
  installImage(member, snapshot.data as MemberImage);
  updatePeers(member);
  member.snapshotIndex = snapshot.index;
  appliedTo(member.raft, snapshot.index);
  out.reach('raftAfterApplySnap');
  out.reach('raftAfterWALRelease');
  resumeWatchers(member, out);
  finishRounds(member, [], out);
}

/** A Ready has reached the disk, or needed none. */
function finishReady(member: EtcdMember, ready: Ready, out: Outbox): void {
  installSnapshot(member, ready, out);
  if (member.raft.role !== 'leader') out.reach('raftBeforeFollowerSend');
  sendMessages(member, persisted(member.raft, ready), out);
}

function handleReady(member: EtcdMember, ready: Ready, out: Outbox): void {
  const cause = out.cause;
  if (ready.softState !== undefined) leaderChanged(member, ready.softState, out);
  if (member.raft.role === 'leader') out.reach('raftBeforeLeaderSend');
  sendMessages(member, ready.messages, out);
  if (ready.committed.length > 0) {
    out.reach('beforeCommit');
    applyEntries(member, ready.committed, out);
    out.reach('afterCommit');
    notifyWatchers(member, out);
    maybeSnapshot(member, out);
  }
  out.because(cause);
}

/** Works until the disk has something to do or nothing is left. */
export function pump(member: EtcdMember, out: Outbox): void {
  const { raft } = member;
  for (let rounds = 0; member.writing === undefined && rounds < READYS_PER_STEP_MAX; rounds++) {
    flushProposals(member);
    startRound(member, out);
    if (!hasReady(raft)) break;
    const before = raft.reported.hardState;
    const ready = takeReady(raft);
    const sync = mustSync(ready, before);
    const first = ready.entries[0]?.cause;
    if (first !== undefined && first !== 0) out.because(first);
    if (sync) {
      member.writing = ready;
      writeReady(member, ready, out);
    }
    handleReady(member, ready, out);
    finishRounds(member, ready.readStates, out);
    if (!sync) finishReady(member, ready, out);
  }
  maybeWriteCommit(member, out);
  armTick(member, out);
}

/** The write of the present Ready is durable. */
export function walWritten(member: EtcdMember, out: Outbox): void {
  const ready = member.writing;
  member.writing = undefined;
  out.reach('raftAfterSave');
  if (ready !== undefined) finishReady(member, ready, out);
}

/** A campaign that nobody answers for this many election timeouts means that nobody is there. */
const LONELY_ELECTIONS = 3;

/** A member that campaigns in vain may be the only one left. */
export function noteLoneliness(member: EtcdMember, out: Outbox): void {
  const { raft, settings } = member;
  const campaigns = raft.role === 'preCandidate' || raft.role === 'candidate';
  if (!campaigns || out.monotonic - member.lostLeaderAt < LONELY_ELECTIONS * settings.electionTimeout * 1000) return;
  noteQuorumLost(member, LONELY_ELECTIONS * settings.electionTimeout, out);
}

/* ---- Time ---- */

const tickLength = (member: EtcdMember): number => member.settings.heartbeatInterval * 1000;

/** A leader that saw no tick for so many stood still: it was paused, or its disk let it wait. @source server/etcdserver/server.go isActive */
const INACTIVE_TICKS = 3;

/** Lets Raft see the ticks that have gone by. A member that slept does not see those it slept through. */
export function catchUpTicks(member: EtcdMember, now: number): void {
  const { ticks, raft } = member;
  const length = tickLength(member);
  const due = Math.floor((now - ticks.base) / length) - ticks.done;
  if (due < 0) {
    // The clock was set back.
    ticks.base = now - ticks.done * length;
    return;
  }
  if (due === 0) return;
  ticks.done += due;
  if (due > INACTIVE_TICKS && member.lessor !== undefined) member.doubtRound = member.reads.rounds;
  tick(raft, Math.min(due, ticksToDeadline(raft)));
}

/** Sets the timer for the next tick at which something happens; one that rings too early is simply set again. */
function armTick(member: EtcdMember, out: Outbox): void {
  const { ticks } = member;
  const wait = ticksToDeadline(member.raft);
  if (wait === Infinity) return;
  const length = tickLength(member);
  const at = ticks.base + (ticks.done + wait) * length;
  if (ticks.armedFor > out.monotonic && ticks.armedFor <= at) return;
  ticks.armedFor = at;
  out.startTimer('tick', micros(Math.max(1, Math.min(at - out.monotonic, wait * length))));
}
