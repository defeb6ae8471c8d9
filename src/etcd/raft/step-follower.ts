import { becomeFollower, campaign, becomeLeader, poll, standForElection } from './roles.ts';
import { progressFor } from './conf-change.ts';
import { appendEntries, commitTo, findConflict, findConflictByTerm, matchTerm, restoreLog } from './log.ts';
import { broadcastAppend, send } from './replication.ts';
import { progressOf } from './state.ts';
import type { Raft } from './state.ts';
import { NONE } from './types.ts';
import type { Message, Snapshot } from './types.ts';

/**
 * What followers and candidates do with messages of their own term.
 *
 * @source etcd-io/raft raft.go: stepFollower, stepCandidate, handleAppendEntries, handleHeartbeat, handleSnapshot
 */

/** Appends if the logs meet at the previous entry; else says where they might. */
function handleAppend(raft: Raft, message: Message): void {
  const { log } = raft;
  const { from: to, index, logTerm, entries } = message;
  if (index < log.committed) return send(raft, 'MsgAppResp', { to, index: log.committed });
  if (matchTerm(log, index, logTerm)) {
    const last = index + entries.length;
    const conflict = findConflict(log, entries);
    if (conflict > 0) appendEntries(log, conflict === index + 1 ? entries : entries.slice(conflict - index - 1));
    commitTo(log, Math.min(message.commit, last));
    return send(raft, 'MsgAppResp', { to, index: last });
  }
  const hint = findConflictByTerm(log, Math.min(index, log.last), logTerm);
  send(raft, 'MsgAppResp', { to, index, reject: true, rejectHint: hint.index, logTerm: hint.term });
}

function handleHeartbeat(raft: Raft, message: Message): void {
  commitTo(raft.log, message.commit);
  send(raft, 'MsgHeartbeatResp', { to: message.from, context: message.context });
}

/** Whether the log and the membership were replaced; old and foreign snapshots are not taken. */
function restore(raft: Raft, snapshot: Snapshot): boolean {
  const { log } = raft;
  const { confState } = snapshot;
  if (snapshot.index <= log.committed) return false;
  const members = [...confState.voters, ...confState.votersOutgoing, ...confState.learners];
  if (!members.includes(raft.config.id)) return false;
  if (matchTerm(log, snapshot.index, snapshot.term)) {
    commitTo(log, snapshot.index);
    return false;
  }
  restoreLog(log, snapshot);
  raft.snapshot = snapshot;
  raft.membership = confState;
  raft.progress = progressFor(confState, [], log.last);
  const own = progressOf(raft, raft.config.id);
  if (own !== undefined) own.match = log.last;
  return true;
}

function handleSnapshot(raft: Raft, message: Message): void {
  const taken = message.snapshot !== undefined && restore(raft, message.snapshot);
  send(raft, 'MsgAppResp', { to: message.from, index: taken ? raft.log.last : raft.log.committed });
}

/** A word of the leader of this term: the election can wait. */
function fromLeader(raft: Raft, message: Message): void {
  raft.electionElapsed = 0;
  raft.leader = message.from;
  if (message.type === 'MsgApp') handleAppend(raft, message);
  else if (message.type === 'MsgHeartbeat') handleHeartbeat(raft, message);
  else handleSnapshot(raft, message);
}

/** False if a proposal found no leader. */
export function stepFollower(raft: Raft, message: Message): boolean {
  switch (message.type) {
    case 'MsgApp': case 'MsgHeartbeat': case 'MsgSnap':
      fromLeader(raft, message);
      return true;
    case 'MsgProp': case 'MsgTransferLeader': case 'MsgReadIndex': {
      if (raft.leader === NONE) return false;
      const from = message.from === NONE ? raft.config.id : message.from;
      const term = message.type === 'MsgTransferLeader' ? raft.term : 0;
      send(raft, message.type, { ...message, from, to: raft.leader, term });
      return true;
    }
    case 'MsgTimeoutNow':
      // A transfer skips the pre-vote: the old leader has agreed to be deposed.
      standForElection(raft, 'transfer');
      return true;
    case 'MsgReadIndexResp':
      raft.readStates.push({ index: message.index, context: message.context });
      return true;
    default:
      return true;
  }
}

function countVote(raft: Raft, message: Message): void {
  const result = poll(raft, message.from, !message.reject);
  if (result === 'lost') return becomeFollower(raft, raft.term, NONE);
  if (result !== 'won') return;
  if (raft.role === 'preCandidate') return campaign(raft, 'election');
  becomeLeader(raft);
  broadcastAppend(raft);
}

/** False if a proposal found no leader. */
export function stepCandidate(raft: Raft, message: Message): boolean {
  switch (message.type) {
    case 'MsgProp': case 'MsgReadIndex': case 'MsgTransferLeader':
      return false;
    case 'MsgApp': case 'MsgHeartbeat': case 'MsgSnap':
      becomeFollower(raft, message.term, message.from);
      fromLeader(raft, message);
      return true;
    case 'MsgVoteResp':
      if (raft.role === 'candidate') countVote(raft, message);
      return true;
    case 'MsgPreVoteResp':
      if (raft.role === 'preCandidate') countVote(raft, message);
      return true;
    default:
      return true;
  }
}
