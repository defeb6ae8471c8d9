import { becomeFollower } from './roles.ts';
import { isJoint, leavesJoint } from './conf-change.ts';
import { findConflictByTerm, firstIndex } from './log.ts';
import {
  becomeProbe, becomeReplicate, canBumpCommit, freeInflights, maybeDecrease, maybeUpdate,
} from './progress.ts';
import type { Progress } from './progress.ts';
import { jointVote } from './quorum.ts';
import { acknowledgeRead, handleReadIndex, releaseEarlyReads } from './read-index.ts';
import {
  appendProposals, broadcastAppend, broadcastHeartbeat, maybeCommit, maybeSendAppend, send, sendAppend,
} from './replication.ts';
import { progressOf, votersOf } from './state.ts';
import type { Raft } from './state.ts';
import { NONE, newProposal } from './types.ts';
import type { ConfChange, Entry, Message } from './types.ts';

/**
 * What a leader does with messages of its own term.
 *
 * @source etcd-io/raft raft.go: stepLeader
 */

function checkQuorum(raft: Raft): void {
  const { id } = raft.config;
  const active = jointVote(votersOf(raft), (voter) => voter === id || progressOf(raft, voter)?.recentActive === true);
  if (active !== 'won') return becomeFollower(raft, raft.term, NONE);
  for (const progress of raft.progress) if (progress.id !== id) progress.recentActive = false;
}

/** A configuration change may start only when the one before is applied; else an empty entry takes its place. */
function admitConfChange(raft: Raft, proposal: Entry, index: number): Entry {
  const change = proposal.data as ConfChange;
  const joint = isJoint(raft.membership);
  const refused = raft.pendingConfIndex > raft.log.applied || joint !== leavesJoint(change);
  if (refused) return newProposal(null, proposal.cause);
  raft.pendingConfIndex = index;
  return proposal;
}

function propose(raft: Raft, message: Message): boolean {
  if (message.entries.length === 0 || progressOf(raft, raft.config.id) === undefined) return false;
  if (raft.leadTransferee !== NONE) return false;
  let { entries } = message;
  if (entries.some((entry) => entry.type === 'confChange')) {
    entries = entries.map((entry, i) =>
      entry.type === 'confChange' ? admitConfChange(raft, entry, raft.log.last + i + 1) : entry);
  }
  appendProposals(raft, entries);
  broadcastAppend(raft);
  return true;
}

function sendWhatFits(raft: Raft, progress: Progress): void {
  for (let sent = true; sent;) sent = maybeSendAppend(raft, progress, false);
}

function acknowledged(raft: Raft, message: Message, progress: Progress): void {
  const news = maybeUpdate(progress, message.index);
  if (!news && !(progress.match === message.index && progress.state === 'probe')) return;
  if (progress.state === 'probe') {
    becomeReplicate(progress);
  } else if (progress.state === 'snapshot') {
    // The follower may be past the snapshot that is on its way: appends can take over as soon as the log reaches it.
    if (progress.match + 1 >= firstIndex(raft.log)) becomeReplicate(progress);
  } else {
    freeInflights(progress, message.index);
  }
  const own = progress.id === raft.config.id;
  if (maybeCommit(raft)) {
    releaseEarlyReads(raft);
    broadcastAppend(raft);
  } else if (!own && canBumpCommit(progress, raft.log.committed)) {
    sendAppend(raft, progress);
  }
  if (own) return;
  sendWhatFits(raft, progress);
  if (progress.id === raft.leadTransferee && progress.match === raft.log.last) {
    send(raft, 'MsgTimeoutNow', { to: progress.id });
  }
}

function refused(raft: Raft, message: Message, progress: Progress): void {
  // The follower names the last place where its log may meet ours; our own terms may rule out more.
  const next = message.logTerm > 0
    ? findConflictByTerm(raft.log, message.rejectHint, message.logTerm).index
    : message.rejectHint;
  if (!maybeDecrease(progress, message.index, next)) return;
  if (progress.state === 'replicate') becomeProbe(progress);
  sendAppend(raft, progress);
}

function heartbeatAnswered(raft: Raft, message: Message, progress: Progress): void {
  progress.recentActive = true;
  progress.flowPaused = false;
  if (progress.match < raft.log.last || progress.state === 'probe') sendAppend(raft, progress);
  if (message.context !== '') acknowledgeRead(raft, message.from, message.context);
}

function transferLeader(raft: Raft, progress: Progress): void {
  if (progress.isLearner || raft.leadTransferee === progress.id || progress.id === raft.config.id) return;
  raft.electionElapsed = 0;
  raft.leadTransferee = progress.id;
  if (progress.match === raft.log.last) send(raft, 'MsgTimeoutNow', { to: progress.id });
  else sendAppend(raft, progress);
}

function snapshotReported(message: Message, progress: Progress): void {
  if (progress.state !== 'snapshot') return;
  if (message.reject) progress.pendingSnapshot = 0;
  becomeProbe(progress);
  // Wait for an answer to the snapshot, or a heartbeat, before trying appends.
  progress.flowPaused = true;
}

function fromPeer(raft: Raft, message: Message): void {
  const progress = progressOf(raft, message.from);
  if (progress === undefined) return;
  switch (message.type) {
    case 'MsgAppResp':
      progress.recentActive = true;
      if (message.reject) refused(raft, message, progress);
      else acknowledged(raft, message, progress);
      return;
    case 'MsgHeartbeatResp': return heartbeatAnswered(raft, message, progress);
    case 'MsgSnapStatus': return snapshotReported(message, progress);
    case 'MsgUnreachable':
      if (progress.state === 'replicate') becomeProbe(progress);
      return;
    case 'MsgTransferLeader': return transferLeader(raft, progress);
    default:
  }
}

/** False if a proposal was not taken. */
export function stepLeader(raft: Raft, message: Message): boolean {
  switch (message.type) {
    case 'MsgBeat':
      // A heartbeat also repeats the newest read request, in case its own round was lost.
      broadcastHeartbeat(raft, raft.pendingReads.at(-1)?.context ?? '');
      return true;
    case 'MsgCheckQuorum':
      checkQuorum(raft);
      return true;
    case 'MsgProp': return propose(raft, message);
    case 'MsgReadIndex':
      handleReadIndex(raft, message);
      return true;
    default:
      fromPeer(raft, message);
      return true;
  }
}
