import { compareText } from '../../base/compare.ts';
import type { MemberId } from './types.ts';

/**
 * Majorities, alone and joint: how far a log is committed and how a vote stands.
 *
 * @source etcd-io/raft quorum/majority.go, quorum/joint.go
 */

export type VoteResult = 'pending' | 'lost' | 'won';

/** Voters of the configuration in force and, during a joint change, of the one being left. */
export interface JointVoters {
  readonly incoming: readonly MemberId[];
  readonly outgoing: readonly MemberId[];
}

/** Size of a majority of `n`. */
export const quorumOf = (n: number): number => Math.floor(n / 2) + 1;

/** The greatest index that a majority acknowledged. An empty set holds nothing back. */
export function majorityCommitted(voters: readonly MemberId[], acknowledged: (id: MemberId) => number): number {
  const n = voters.length;
  if (n === 0) return Number.MAX_SAFE_INTEGER;
  if (n === 1) return acknowledged(voters[0] as MemberId);
  const indexes: number[] = [];
  for (const id of voters) indexes.push(acknowledged(id));
  indexes.sort((a, b) => b - a);
  return indexes[quorumOf(n) - 1] ?? 0;
}

/** An index is committed when both halves of a joint configuration have it. */
export function jointCommitted(voters: JointVoters, acknowledged: (id: MemberId) => number): number {
  const incoming = majorityCommitted(voters.incoming, acknowledged);
  return voters.outgoing.length === 0 ? incoming : Math.min(incoming, majorityCommitted(voters.outgoing, acknowledged));
}

/** How a vote stands; `vote` is undefined for who has not answered. An empty set agrees to everything. */
export function majorityVote(
  voters: readonly MemberId[], vote: (id: MemberId) => boolean | undefined,
): VoteResult {
  if (voters.length === 0) return 'won';
  let granted = 0;
  let missing = 0;
  for (const id of voters) {
    const answer = vote(id);
    if (answer === undefined) missing += 1;
    else if (answer) granted += 1;
  }
  const quorum = quorumOf(voters.length);
  if (granted >= quorum) return 'won';
  return granted + missing >= quorum ? 'pending' : 'lost';
}

/** Both halves must agree; one refusal is enough to lose. */
export function jointVote(voters: JointVoters, vote: (id: MemberId) => boolean | undefined): VoteResult {
  const incoming = majorityVote(voters.incoming, vote);
  const outgoing = majorityVote(voters.outgoing, vote);
  if (incoming === outgoing) return incoming;
  return incoming === 'lost' || outgoing === 'lost' ? 'lost' : 'pending';
}

/** All voters of both halves, once each, in order. */
export function allVoters(voters: JointVoters): readonly MemberId[] {
  if (voters.outgoing.length === 0) return voters.incoming;
  return [...new Set([...voters.incoming, ...voters.outgoing])].sort(compareText);
}
