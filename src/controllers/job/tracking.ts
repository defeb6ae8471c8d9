/**
 * Counting each finished pod exactly once: its uid is written into the status first, then its finalizer goes, then the counter is raised.
 *
 * @source kubernetes/kubernetes pkg/controller/job/job_controller.go (trackJobStatusAndRemoveFinalizers), tracking_utils.go
 */
import { deepFreeze } from '../../base/data.ts';
import { findCondition } from '../../api/condition.ts';
import type { Job, JobStatus } from '../../api/kinds/batch/job.ts';
import type { Pod } from '../../api/kinds/core/pod.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { cx, type Memory } from '../../client/controller.ts';
import { call, keyOf } from '../../client/resources.ts';
import { completionIndex, hasIndex, intervalsText, totalOf, withIndexes } from './indexes.ts';
import { judgeFailure } from './policies.ts';
import { freePods } from './pods.ts';
import { hasValidIndex, isIndexed, isPodFailed, isTracked, jobCondition, type Sync, withCondition } from './sync.ts';

/** Uids that a status may hold. @source pkg/controller/job/job_controller.go (MaxUncountedPods) */
const UNCOUNTED_MAX = 500;

const slot = (key: string): string => `freeing/${key}`;
const backoffSlot = (key: string): string => `backoff/${key}`;

/** Memory: `freeing/JOB` → uids whose finalizer is being removed; `backoff/JOB` → failures since the last success. */
export function* recalled<T>(what: 'freeing' | 'backoff', key: string): Conversation<T | null> {
  return yield* cx.recall<T>(what === 'freeing' ? slot(key) : backoffSlot(key));
}

/** Forgets what is known of a Job that is gone or over. */
export function* forgetJob(key: string): Conversation<void> {
  yield* cx.remember(slot(key), null);
  yield* cx.remember(backoffSlot(key), null);
}

/** The cache saw a pod without the finalizer, or saw it go. */
export function freeingObserved(memory: Memory, key: string, uid: string): void {
  const uids = memory.get(slot(key)) as readonly string[] | undefined;
  if (uids?.includes(uid) !== true) return;
  const left = uids.filter(one => one !== uid);
  if (left.length === 0) memory.delete(slot(key));
  else memory.set(slot(key), left);
}

/** Counts what has finished, and ends the Job when all is counted. Returns the error to retry. */
export function* track(sync: Sync, mustWrite: boolean): Conversation<string | undefined> {
  const waiting = new Set(sync.pods.filter(pod => isTracked(pod) && !sync.removing.has(uidOf(pod))).map(uidOf));
  let dirty = settle(sync, waiting) || mustWrite;
  const found = collect(sync);
  for (const changes of [noteUncounted(sync, found), noteIndexes(sync, found.indexes), announce(sync), found.indexes.length > 0]) dirty ||= changes;
  if (dirty) {
    const error = yield* writeStatus(sync);
    if (error !== undefined) return error;
    yield* cx.remember(backoffSlot(sync.key), sync.backoff);
  }
  const freed = yield* free(sync, found.free);
  for (const uid of freed.uids) waiting.delete(uid);
  dirty = settle(sync, waiting);
  if (freed.error !== undefined) return (dirty ? yield* writeStatus(sync) : undefined) ?? freed.error;
  const ended = !found.isFull && finish(sync);
  if (!dirty && !ended) return undefined;
  const error = yield* writeStatus(sync);
  if (error === undefined && ended) yield* tell(sync);
  return error;
}

const uidOf = (pod: Pod): string => pod.metadata.uid ?? '';

/** Uids whose pod has no finalizer any more become counted. True when the status changed. */
function settle(sync: Sync, waiting: ReadonlySet<string>): boolean {
  const { succeeded = [], failed = [] } = sync.status.uncountedTerminatedPods ?? {};
  const left = { succeeded: succeeded.filter(uid => waiting.has(uid)), failed: failed.filter(uid => waiting.has(uid)) };
  const counted = { succeeded: succeeded.length - left.succeeded.length, failed: failed.length - left.failed.length };
  if (counted.succeeded + counted.failed === 0) return false;
  sync.status = {
    ...sync.status, succeeded: (sync.status.succeeded ?? 0) + counted.succeeded, failed: (sync.status.failed ?? 0) + counted.failed,
    uncountedTerminatedPods: { ...(left.succeeded.length > 0 ? { succeeded: left.succeeded } : {}), ...(left.failed.length > 0 ? { failed: left.failed } : {}) },
  };
  return true;
}

interface Found { readonly free: readonly Pod[]; readonly succeeded: readonly string[]; readonly failed: readonly string[]; readonly indexes: readonly number[]; readonly isFull: boolean }

/** Pods that may be let go, and what they count as. */
function collect(sync: Sync): Found {
  const { job, uncounted, finish: end } = sync;
  const [free, succeeded, failed, indexes]: [Pod[], string[], string[], number[]] = [[], [], [], []];
  const open = (sync.status.uncountedTerminatedPods?.succeeded ?? []).length + (sync.status.uncountedTerminatedPods?.failed ?? []).length;
  for (const pod of sync.pods) {
    const uid = uidOf(pod);
    if (!isTracked(pod) || sync.removing.has(uid) || !mayGo(sync, pod)) continue;
    free.push(pod);
    if (pod.status?.phase === 'Succeeded' && !uncounted.failed.has(uid)) {
      if (!isIndexed(job)) { if (!uncounted.succeeded.has(uid)) succeeded.push(uid); }
      else if (hasValidIndex(pod, job) && !hasIndex(sync.previousIndexes, completionIndex(pod))) indexes.push(completionIndex(pod));
    } else if (isPodFailed(pod, job) || (end !== undefined && end.type !== 'SuccessCriteriaMet')) {
      // Once the Job has failed every pod that has not ended counts as failed.
      if (!uncounted.failed.has(uid) && hasValidIndex(pod, job) && judgeFailure(job.spec.podFailurePolicy, pod).counts) failed.push(uid);
    }
    if (open + succeeded.length + failed.length + indexes.length >= UNCOUNTED_MAX) return { free, succeeded, failed, indexes, isFull: true };
  }
  return { free, succeeded, failed, indexes, isFull: false };
}

/** The finalizer of a pod may go when the pod or the Job is over; a failed one whose index gets another pod waits for that. */
function mayGo({ job, finish: end, delayed }: Sync, pod: Pod): boolean {
  if (job.metadata.deletionTimestamp !== undefined || end !== undefined || pod.status?.phase === 'Succeeded') return true;
  return isPodFailed(pod, job) && delayed.get(completionIndex(pod))?.metadata.uid !== pod.metadata.uid;
}

function noteUncounted(sync: Sync, found: Found): boolean {
  if (found.succeeded.length + found.failed.length === 0) return false;
  const before = sync.status.uncountedTerminatedPods ?? {};
  const [succeeded, failed] = [[...(before.succeeded ?? []), ...found.succeeded], [...(before.failed ?? []), ...found.failed]];
  sync.status = { ...sync.status, uncountedTerminatedPods: { ...(succeeded.length > 0 ? { succeeded } : {}), ...(failed.length > 0 ? { failed } : {}) } };
  return true;
}

function noteIndexes(sync: Sync, fresh: readonly number[]): boolean {
  if (!isIndexed(sync.job)) return false;
  sync.succeededIndexes = withIndexes(sync.succeededIndexes, fresh);
  const completedIndexes = intervalsText(sync.succeededIndexes);
  const failedIndexes = sync.failedIndexes === undefined ? undefined : intervalsText(sync.failedIndexes);
  const same = (sync.status.completedIndexes ?? '') === completedIndexes && sync.status.failedIndexes === failedIndexes;
  const { failedIndexes: _failed, ...status } = sync.status;
  sync.status = { ...status, succeeded: totalOf(sync.succeededIndexes), completedIndexes, ...(failedIndexes !== undefined ? { failedIndexes } : {}) };
  return !same;
}

/** FailureTarget and SuccessCriteriaMet are written before any finalizer goes; what remains to be written then is Failed or Complete. */
function announce(sync: Sync): boolean {
  const { finish: end, now } = sync;
  if (end === undefined || end.type === 'Failed' || end.type === 'Complete') return false;
  sync.finish = jobCondition(end.type === 'FailureTarget' ? 'Failed' : 'Complete', end, now);
  if (findCondition(sync.status.conditions, end.type) !== undefined) return false;
  sync.status = { ...sync.status, conditions: [...(sync.status.conditions ?? []), end] };
  return true;
}

/** Removes the finalizers; `uids` are those of pods that have none now. */
function* free(sync: Sync, pods: readonly Pod[]): Conversation<{ readonly uids: readonly string[]; readonly error?: string }> {
  if (pods.length === 0) return { uids: [] };
  const before = (yield* cx.recall<readonly string[]>(slot(sync.key))) ?? [];
  yield* cx.remember(slot(sync.key), [...before, ...pods.map(uidOf)]);
  const { failed, error } = yield* freePods(pods);
  if (error === undefined) return { uids: pods.map(uidOf) };
  const stuck = pods.filter(pod => failed.includes(keyOf(pod))).map(uidOf);
  const expected = (yield* cx.recall<readonly string[]>(slot(sync.key))) ?? [];
  yield* cx.remember(slot(sync.key), expected.filter(uid => !stuck.includes(uid)));
  return { uids: pods.map(uidOf).filter(uid => !stuck.includes(uid)), error };
}

/** Adds Complete or Failed once nothing is left to count or to wait for. */
function finish(sync: Sync): boolean {
  const { finish: end, status } = sync;
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  if (end === undefined || succeeded.length + failed.length > 0 || sync.terminating > 0) return false;
  sync.status = {
    ...status, conditions: withCondition(status.conditions, end) ?? status.conditions ?? [],
    ...(end.type === 'Complete' ? { completionTime: end.lastTransitionTime ?? '' } : {}),
  };
  return true;
}

function* tell({ job, finish: end, status }: Sync): Conversation<void> {
  if (end?.type !== 'Complete') { yield* cx.event({ about: job, type: 'Warning', reason: end?.reason ?? '', message: end?.message ?? '' }); return; }
  if (job.spec.completions !== undefined && (status.succeeded ?? 0) > job.spec.completions) {
    yield* cx.event({ about: job, type: 'Warning', reason: 'TooManySucceededPods', message: 'Too many succeeded pods running after completion count reached' });
  }
  yield* cx.event({ about: job, type: 'Normal', reason: 'Completed', message: 'Job completed' });
}

/** Counters of nothing are left out. */
function packed({ active = 0, succeeded = 0, failed = 0, completedIndexes = '', ...rest }: JobStatus): JobStatus {
  return {
    ...rest, ...(active > 0 ? { active } : {}), ...(succeeded > 0 ? { succeeded } : {}), ...(failed > 0 ? { failed } : {}),
    ...(completedIndexes !== '' ? { completedIndexes } : {}),
  };
}

/** Writes the status; returns why that failed. */
function* writeStatus(sync: Sync): Conversation<string | undefined> {
  const body = deepFreeze({ ...sync.job, status: packed(sync.status) });
  const reply = yield* cx.request(call('update', 'Job', sync.key, { subresource: 'status', body }));
  if (!reply.ok) return `tracking status: ${reply.message}`;
  sync.job = reply.object as Job;
  return undefined;
}
