import { isPromotable } from './state.ts';
import type { Raft } from './state.ts';
import { step } from './step.ts';
import { NONE, newMessage } from './types.ts';

/**
 * Time, as the member sees it: whole ticks, told from outside.
 *
 * @source etcd-io/raft raft.go: tickElection, tickHeartbeat
 */

const HUP = newMessage('MsgHup');
const BEAT = newMessage('MsgBeat');
const CHECK_QUORUM = newMessage('MsgCheckQuorum');

/**
 * Ticks until something happens by itself; nobody needs to call `tick` more often. A member that may not campaign
 * never needs it.
 */
export function ticksToDeadline(raft: Raft): number {
  const { config } = raft;
  if (raft.role === 'leader') {
    return Math.max(1, Math.min(config.heartbeatTicks - raft.heartbeatElapsed, config.electionTicks - raft.electionElapsed));
  }
  return isPromotable(raft) ? Math.max(1, raft.randomizedElectionTimeout - raft.electionElapsed) : Infinity;
}

function tickElection(raft: Raft): void {
  if (!isPromotable(raft) || raft.electionElapsed < raft.randomizedElectionTimeout) return;
  raft.electionElapsed = 0;
  step(raft, HUP);
}

function tickHeartbeat(raft: Raft): void {
  const { config } = raft;
  if (raft.electionElapsed >= config.electionTicks) {
    raft.electionElapsed = 0;
    if (config.checkQuorum) step(raft, CHECK_QUORUM);
    // A transfer that has not happened within an election timeout is given up, and proposals flow again.
    if (raft.role === 'leader') raft.leadTransferee = NONE;
  }
  if (raft.role !== 'leader' || raft.heartbeatElapsed < config.heartbeatTicks) return;
  raft.heartbeatElapsed = 0;
  step(raft, BEAT);
}

/** Lets `ticks` go by, at most up to the next deadline. */
export function tick(raft: Raft, ticks = 1): void {
  if (ticks <= 0) return;
  raft.electionElapsed += ticks;
  if (raft.role === 'leader') {
    raft.heartbeatElapsed += ticks;
    tickHeartbeat(raft);
  } else {
    tickElection(raft);
  }
}
