import { assert } from '../../base/assert.ts';
import { changeConfig, checkConfig, progressFor } from './conf-change.ts';
import { compactLog } from './log.ts';
import { broadcastAppend, maybeCommit, maybeSendAppend } from './replication.ts';
import { becomeFollower } from './roles.ts';
import { progressOf } from './state.ts';
import type { Raft } from './state.ts';
import { NONE } from './types.ts';
import type { ConfChange, ConfState, MemberId, Snapshot } from './types.ts';

/**
 * What the application tells its Raft after applying: a new membership, a snapshot behind which the log may go.
 *
 * @source etcd-io/raft raft.go: applyConfChange, switchToConfig; storage.go: Compact
 */

/** Takes a membership over: the quorum may have shrunk, a transfer may have lost its target. */
function switchTo(raft: Raft, membership: ConfState): void {
  raft.membership = membership;
  raft.progress = progressFor(membership, raft.progress, raft.log.last);
  const own = progressOf(raft, raft.config.id);
  if (raft.role !== 'leader') return;
  if (own === undefined || own.isLearner) {
    if (raft.config.stepDownOnRemoval) becomeFollower(raft, raft.term, NONE);
    return;
  }
  if (membership.voters.length === 0) return;
  if (maybeCommit(raft)) {
    broadcastAppend(raft);
  } else {
    for (const progress of raft.progress) {
      if (progress.id !== raft.config.id) maybeSendAppend(raft, progress, false);
    }
  }
  const voters: readonly MemberId[] = [...membership.voters, ...membership.votersOutgoing];
  if (!voters.includes(raft.leadTransferee)) raft.leadTransferee = NONE;
}

/** Applies a committed configuration change and returns the membership in force. */
export function applyConfChange(raft: Raft, change: ConfChange): ConfState {
  const membership = changeConfig(raft.membership, change);
  assert(typeof membership !== 'string', `raft: ${String(membership)}`);
  checkConfig(membership);
  switchTo(raft, membership);
  return membership;
}

/** The application made a snapshot at an applied index; `keep` entries before it stay for slow followers. */
export function compact(raft: Raft, snapshot: Snapshot, keep: number): void {
  raft.snapshot = snapshot;
  const index = Math.max(snapshot.index - keep, 0);
  if (index > raft.log.compacted) compactLog(raft.log, index);
}
