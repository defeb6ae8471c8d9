import { becomeFollower, standForElection } from './roles.ts';
import { isUpToDate } from './log.ts';
import { send } from './replication.ts';
import type { Raft } from './state.ts';
import { stepCandidate, stepFollower } from './step-follower.ts';
import { stepLeader } from './step-leader.ts';
import { CAMPAIGN_TRANSFER, NONE } from './types.ts';
import type { Message, MessageType } from './types.ts';

/**
 * The one way in: a message, judged first by its term.
 *
 * @source etcd-io/raft raft.go: Step
 */

const isVoteRequest = (type: MessageType): boolean => type === 'MsgVote' || type === 'MsgPreVote';

/** A member that heard its leader lately does not let itself be talked into an election, unless the leader wants it. */
function inLease(raft: Raft, message: Message): boolean {
  return message.context !== CAMPAIGN_TRANSFER && raft.config.checkQuorum && raft.leader !== NONE
    && raft.electionElapsed < raft.config.electionTicks;
}

function followHigherTerm(raft: Raft, message: Message): void {
  const { type, term, from, reject } = message;
  // Pre-votes speak of a term that has not begun. A granted one will begin it soon enough.
  if (type === 'MsgPreVote' || (type === 'MsgPreVoteResp' && !reject)) return;
  const fromLeader = type === 'MsgApp' || type === 'MsgHeartbeat' || type === 'MsgSnap';
  becomeFollower(raft, term, fromLeader ? from : NONE);
}

/** Tells a member of an older term where we are, if that frees it from a place it could not leave by itself. */
function answerLowerTerm(raft: Raft, message: Message): void {
  const { type, from: to } = message;
  if ((raft.config.checkQuorum || raft.config.preVote) && (type === 'MsgHeartbeat' || type === 'MsgApp')) {
    send(raft, 'MsgAppResp', { to });
  } else if (type === 'MsgPreVote') {
    send(raft, 'MsgPreVoteResp', { to, reject: true });
  }
}

function vote(raft: Raft, message: Message): void {
  const { type, from: to, term } = message;
  const pre = type === 'MsgPreVote';
  const free = raft.vote === to || (raft.vote === NONE && raft.leader === NONE) || (pre && term > raft.term);
  const answer = pre ? 'MsgPreVoteResp' : 'MsgVoteResp';
  if (!free || !isUpToDate(raft.log, message.index, message.logTerm)) {
    return send(raft, answer, { to, reject: true });
  }
  // A granted pre-vote carries the term asked for, or the asker would take it for an old one.
  send(raft, answer, { to, term });
  if (pre) return;
  raft.electionElapsed = 0;
  raft.vote = to;
}

/** Handles one message; false if it carried a proposal that was dropped. */
export function step(raft: Raft, message: Message): boolean {
  if (message.term > raft.term) {
    if (isVoteRequest(message.type) && inLease(raft, message)) return true;
    followHigherTerm(raft, message);
  } else if (message.term !== 0 && message.term < raft.term) {
    answerLowerTerm(raft, message);
    return true;
  }
  if (message.type === 'MsgHup') {
    standForElection(raft, raft.config.preVote ? 'preElection' : 'election');
    return true;
  }
  if (isVoteRequest(message.type)) {
    vote(raft, message);
    return true;
  }
  if (raft.role === 'leader') return stepLeader(raft, message);
  return raft.role === 'follower' ? stepFollower(raft, message) : stepCandidate(raft, message);
}
