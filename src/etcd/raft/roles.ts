import { assert } from '../../base/assert.ts';
import { entryAt, lastTerm } from './log.ts';
import { becomeReplicate, newProgress } from './progress.ts';
import { allVoters, jointVote } from './quorum.ts';
import type { VoteResult } from './quorum.ts';
import { appendProposals, send } from './replication.ts';
import { drawElectionTimeout, isPromotable, votersOf } from './state.ts';
import type { Raft } from './state.ts';
import { CAMPAIGN_TRANSFER, NONE, newProposal } from './types.ts';
import type { MemberId } from './types.ts';

/**
 * How a member becomes follower, candidate and leader.
 *
 *     follower --timeout--> preCandidate --majority--> candidate --majority--> leader
 *         ^---- a higher term, a leader of this term, or a lost vote ----'        |
 *         ^----------- a higher term, or no majority heard ------------------------'
 *
 * @source etcd-io/raft raft.go: reset, become*, hup, campaign, poll
 */

function reset(raft: Raft, term: number): void {
  const { config, log } = raft;
  if (raft.term !== term) {
    raft.term = term;
    raft.vote = NONE;
  }
  raft.leader = NONE;
  raft.electionElapsed = 0;
  raft.heartbeatElapsed = 0;
  raft.randomizedElectionTimeout = drawElectionTimeout(raft);
  raft.leadTransferee = NONE;
  raft.votes = [];
  raft.progress = raft.progress.map(({ id, isLearner }) =>
    newProgress({ id, match: id === config.id ? log.last : 0, next: log.last + 1, isLearner }));
  raft.pendingConfIndex = 0;
  raft.pendingReads = [];
  raft.earlyReads = [];
}

/** Follows a leader, or nobody yet. */
export function becomeFollower(raft: Raft, term: number, leader: MemberId): void {
  reset(raft, term);
  raft.leader = leader;
  raft.role = 'follower';
}

/** Begins a term and votes for itself. */
export function becomeCandidate(raft: Raft): void {
  assert(raft.role !== 'leader', 'raft: a leader does not campaign');
  reset(raft, raft.term + 1);
  raft.vote = raft.config.id;
  raft.role = 'candidate';
}

/** Asks without touching term or vote: a refused pre-candidate has disturbed nobody. */
export function becomePreCandidate(raft: Raft): void {
  assert(raft.role !== 'leader', 'raft: a leader does not campaign');
  raft.votes = [];
  raft.leader = NONE;
  raft.role = 'preCandidate';
}

/** Leads, and opens its term with an empty entry. */
export function becomeLeader(raft: Raft): void {
  assert(raft.role !== 'follower', 'raft: a follower does not become leader without a vote');
  reset(raft, raft.term);
  raft.leader = raft.config.id;
  raft.role = 'leader';
  for (const progress of raft.progress) {
    if (progress.id !== raft.config.id) continue;
    becomeReplicate(progress);
    progress.recentActive = true;
  }
  // Whether a configuration change waits in the uncommitted tail is not looked up: none may start before it is applied.
  raft.pendingConfIndex = raft.log.last;
  appendProposals(raft, [newProposal(null)]);
}

/** Notes an answer and tells how the vote stands. */
export function poll(raft: Raft, id: MemberId, granted: boolean): VoteResult {
  if (!raft.votes.some((vote) => vote.id === id)) raft.votes.push({ id, granted });
  return jointVote(votersOf(raft), (voter) => raft.votes.find((vote) => vote.id === voter)?.granted);
}

/** Why votes are asked for. */
export type Campaign = 'preElection' | 'election' | 'transfer';

/** Asks all voters. The own vote comes back to us when it is durable. */
export function campaign(raft: Raft, kind: Campaign): void {
  const pre = kind === 'preElection';
  if (pre) becomePreCandidate(raft);
  else becomeCandidate(raft);
  const term = pre ? raft.term + 1 : raft.term;
  for (const id of allVoters(votersOf(raft))) {
    if (id === raft.config.id) {
      send(raft, pre ? 'MsgPreVoteResp' : 'MsgVoteResp', { to: id, term });
    } else {
      send(raft, pre ? 'MsgPreVote' : 'MsgVote', {
        to: id, term, index: raft.log.last, logTerm: lastTerm(raft.log),
        context: kind === 'transfer' ? CAMPAIGN_TRANSFER : '',
      });
    }
  }
}

function hasUnappliedConfChange(raft: Raft): boolean {
  const { log } = raft;
  for (let index = Math.max(log.applied, log.compacted) + 1; index <= log.committed; index++) {
    if (entryAt(log, index).type === 'confChange') return true;
  }
  return false;
}

/** The election timeout has passed, or a leader hands over. */
export function standForElection(raft: Raft, kind: Campaign): void {
  if (raft.role === 'leader' || !isPromotable(raft) || hasUnappliedConfChange(raft)) return;
  campaign(raft, kind);
}
