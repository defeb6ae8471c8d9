import type { MemberId } from './types.ts';

/**
 * What a leader believes about one follower's log, and how fast it dares to send.
 *
 * - `probe`: where the logs meet is unknown; one message at a time.
 * - `replicate`: they meet; send on without waiting, up to a window of messages in flight.
 * - `snapshot`: the entries it needs are compacted; a snapshot is on its way, appends wait.
 *
 * @source etcd-io/raft tracker/progress.go, tracker/inflights.go, design.md
 */
export interface Progress {
  readonly id: MemberId;
  state: 'probe' | 'replicate' | 'snapshot';
  /** Highest index known to be in the follower's log. */
  match: number;
  /** First index to send next. */
  next: number;
  /** Highest commit index sent. */
  sentCommit: number;
  /** Index of the snapshot on its way. */
  pendingSnapshot: number;
  /** True while nothing has been heard that would allow another append. */
  flowPaused: boolean;
  /** Heard from since the last quorum check. */
  recentActive: boolean;
  isLearner: boolean;
  /** Last index of each append in flight, ascending. */
  inflights: number[];
}

/** Where a follower is taken to be at first. */
export interface NewProgress { readonly id: MemberId; readonly match: number; readonly next: number; readonly isLearner: boolean }

/** A follower about which nothing is known yet. */
export function newProgress({ id, match, next, isLearner }: NewProgress): Progress {
  return {
    id, state: 'probe', match, next, sentCommit: 0, pendingSnapshot: 0,
    flowPaused: false, recentActive: false, isLearner, inflights: [],
  };
}

function resetState(progress: Progress, state: Progress['state']): void {
  progress.state = state;
  progress.flowPaused = false;
  progress.pendingSnapshot = 0;
  progress.inflights = [];
}

/** Back to one message at a time, behind a snapshot that may have arrived. */
export function becomeProbe(progress: Progress): void {
  const pending = progress.state === 'snapshot' ? progress.pendingSnapshot : 0;
  resetState(progress, 'probe');
  progress.next = Math.max(progress.match + 1, pending + 1);
  progress.sentCommit = Math.min(progress.sentCommit, progress.next - 1);
}

/** The logs meet: send without waiting. */
export function becomeReplicate(progress: Progress): void {
  resetState(progress, 'replicate');
  progress.next = progress.match + 1;
}

/** A snapshot is on its way. */
export function becomeSnapshot(progress: Progress, index: number): void {
  resetState(progress, 'snapshot');
  progress.pendingSnapshot = index;
  progress.next = index + 1;
  progress.sentCommit = index;
}

/** Whether appends must wait for an answer. */
export function isPaused(progress: Progress): boolean {
  return progress.state === 'snapshot' || progress.flowPaused;
}

/** Whether as many appends are unanswered as may be. */
export const inflightsFull = (progress: Progress, limit: number): boolean => progress.inflights.length >= limit;

/** Notes an append of `count` entries. */
export function sentEntries(progress: Progress, count: number, inflightLimit: number): void {
  if (progress.state === 'replicate') {
    if (count > 0) {
      progress.next += count;
      progress.inflights.push(progress.next - 1);
    }
    progress.flowPaused = inflightsFull(progress, inflightLimit);
  } else if (progress.state === 'probe' && count > 0) {
    progress.flowPaused = true;
  }
}

/** An acknowledgement up to `index`; false if it is old news. */
export function maybeUpdate(progress: Progress, index: number): boolean {
  if (index <= progress.match) return false;
  progress.match = index;
  progress.next = Math.max(progress.next, index + 1);
  progress.flowPaused = false;
  return true;
}

/** Takes acknowledged messages out of the window. */
export function freeInflights(progress: Progress, upTo: number): void {
  const { inflights } = progress;
  let n = 0;
  while (n < inflights.length && (inflights[n] ?? 0) <= upTo) n += 1;
  if (n > 0) inflights.splice(0, n);
}

/** A refusal of the append after `rejected`; false if it is an old one that says nothing new. */
export function maybeDecrease(progress: Progress, rejected: number, matchHint: number): boolean {
  if (progress.state === 'replicate') {
    if (rejected <= progress.match) return false;
    progress.next = progress.match + 1;
  } else {
    if (progress.next - 1 !== rejected) return false;
    progress.next = Math.max(Math.min(rejected, matchHint + 1), progress.match + 1);
    progress.flowPaused = false;
  }
  progress.sentCommit = Math.min(progress.sentCommit, progress.next - 1);
  return true;
}

/** Whether an empty append would tell the follower of commits it can use. */
export function canBumpCommit(progress: Progress, committed: number): boolean {
  return committed > progress.sentCommit && progress.sentCommit < progress.next - 1;
}
