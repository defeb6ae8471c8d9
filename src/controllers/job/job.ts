/**
 * The Job controller: runs pods until enough of them have succeeded, or too many have failed.
 *
 * @source kubernetes/kubernetes pkg/controller/job/job_controller.go
 */
import { type Micros, micros, minutes, seconds } from '../../base/data.ts';
import { findCondition } from '../../api/condition.ts';
import type { Condition, KubeObject } from '../../api/meta.ts';
import { formatTime, parseTime } from '../../api/time.ts';
import type { Job } from '../../api/kinds/batch/job.ts';
import type { Pod } from '../../api/kinds/core/pod.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Caches, cx, defineController, type Memory, type ReconcileResult } from '../../client/controller.ts';
import { creationObserved, deletionObserved, forgetExpectations, satisfied } from '../../client/expectations.ts';
import { type Delta, getCached, listIndexed } from '../../client/informer.ts';
import { keyOf } from '../../client/resources.ts';
import { claim, claimantsOfOrphan } from '../claims.ts';
import { sendDeletions } from '../pod-control.ts';
import { isPodActive, isPodReady, isPodTerminating } from '../pods.ts';
import { controllerOf } from '../template.ts';
import { type BackoffRecord, nextRecord, NO_FAILURES } from './backoff.ts';
import { completionIndex, parseIntervals, totalOf, withIndexes } from './indexes.ts';
import { BATCH_PERIOD, delayedPods, freePods, indexFailureCount, managePods } from './pods.ts';
import { judgeFailure, meetsSuccessPolicy } from './policies.ts';
import {
  hasLimitPerIndex, hasValidIndex, isFinished, isIndexed, isManagedElsewhere, isPodFailed, isSuspended, isTracked, JOB_TRACKING, jobCondition, type Sync, withCondition,
} from './sync.ts';
import { forgetJob, freeingObserved, recalled, track } from './tracking.ts';

export const jobController = defineController({
  name: 'job-controller',
  source: 'pkg/controller/job/job_controller.go',
  for: 'Job',
  owns: ['Pod'],
  watches: [
    { kind: 'Pod', map: claimantsOfOrphan('Job'), batched: true },
    { kind: 'Pod', map: ({ object }, caches) => (isLeft(object as Pod, caches) ? [`${LEFT}${keyOf(object)}`] : []) },
    { kind: 'Job', map: podsOfFinished },
  ],
  observe: observePods,
  batchPeriod: BATCH_PERIOD,
  backoff: { min: seconds(1), max: minutes(1) },
  workers: 5,
  reconcile,
});

// ---- What the caches show --------------------------------------------------------------------------------------------

/** Tells the expectations what the cache saw. */
function observePods({ type, object, old }: Delta, memory: Memory): void {
  if (object.kind !== 'Pod') return;
  const owner = controllerOf(object);
  if (owner?.kind !== 'Job') return;
  const key = `${object.metadata.namespace ?? ''}/${owner.name}`;
  const ends = type === 'delete' || object.metadata.deletionTimestamp !== undefined;
  if (type === 'delete' || !isTracked(object as Pod)) freeingObserved(memory, key, object.metadata.uid ?? '');
  if (type === 'add' && !ends) creationObserved(memory, key);
  else if (ends && old?.metadata.deletionTimestamp === undefined) deletionObserved(memory, key, keyOf(object));
}

/** Keys of pods that still carry the finalizer though no Job will count them: `left NAMESPACE/NAME`. */
const LEFT = 'left ';

function isLeft(pod: Pod, caches: Caches): boolean {
  if (!isTracked(pod)) return false;
  const owner = controllerOf(pod);
  if (owner === undefined) return true;
  if (owner.kind !== 'Job' || owner.apiVersion !== 'batch/v1') return false;
  const job = getCached<Job>(caches.informer('Job'), `${pod.metadata.namespace ?? ''}/${owner.name}`);
  if (job === undefined || job.metadata.uid !== owner.uid) return pod.metadata.deletionTimestamp !== undefined;
  return isFinished(job) && !isManagedElsewhere(job) && pod.metadata.deletionTimestamp !== undefined;
}

/** A Job that is gone or over counts nothing more: pods that still wait are let go. */
function podsOfFinished({ type, object }: Delta, caches: Caches): readonly string[] {
  if (type !== 'delete' && !isFinished(object as Job)) return [];
  return listIndexed<Pod>(caches.informer('Pod'), 'controller', object.metadata.uid ?? '').filter(isTracked).map(pod => `${LEFT}${keyOf(pod)}`);
}

function* releaseLeft(key: string): Conversation<ReconcileResult> {
  const pod = yield* cx.get<Pod>('Pod', key);
  if (pod === null || !isTracked(pod)) return {};
  const owner = controllerOf(pod);
  if (owner !== undefined) {
    if (owner.kind !== 'Job' || owner.apiVersion !== 'batch/v1') return {};
    const job = yield* cx.get<Job>('Job', `${pod.metadata.namespace ?? ''}/${owner.name}`);
    if (job !== null && job.metadata.uid === owner.uid && (isManagedElsewhere(job) || !isFinished(job))) return {};
  }
  const { error } = yield* freePods([pod]);
  return error === undefined ? {} : { error };
}

// ---- One look --------------------------------------------------------------------------------------------------------

function* reconcile(key: string): Conversation<ReconcileResult> {
  if (key.startsWith(LEFT)) return yield* releaseLeft(key.slice(LEFT.length));
  const job = yield* cx.get<Job>('Job', key);
  if (job === null) { yield* forgetExpectations(key); yield* forgetJob(key); return {}; }
  if (isManagedElsewhere(job)) return {};
  if (isFinished(job)) { yield* forgetJob(key); return {}; }
  const now = yield* cx.now();
  const isSettled = yield* satisfied(key, now);
  const claimed = yield* claim<Pod>(job, 'Pod', { finalizer: JOB_TRACKING });
  if (claimed.error !== undefined) return { error: claimed.error };
  const sync = yield* begin(job, claimed.objects, now);
  sync.finish = verdict(sync) ?? (yield* deadline(sync));
  countIndexes(sync);
  const before = sync.status;
  const managed = sync.finish !== undefined ? yield* endPods(sync, isSettled) : yield* carryOn(sync, isSettled);
  const { active, ready, terminating } = sync;
  const mustWrite = sync.status.conditions !== before.conditions || active !== (before.active ?? 0) || ready !== before.ready || terminating !== before.terminating;
  sync.status = { ...sync.status, active, ready, terminating };
  const error = (yield* track(sync, mustWrite)) ?? managed;
  return error === undefined ? {} : { error };
}

/** Counts what the pods say on top of what the status says. */
function* begin(job: Job, all: readonly Pod[], now: Micros): Conversation<Sync> {
  const key = keyOf(job);
  const pods = isIndexed(job) ? [...all].sort((a, b) => completionIndex(a) - completionIndex(b)) : all;
  const removing = new Set((yield* recalled<readonly string[]>('freeing', key)) ?? []);
  const uncounted = { succeeded: new Set(job.status?.uncountedTerminatedPods?.succeeded), failed: new Set(job.status?.uncountedTerminatedPods?.failed) };
  const isNew = (pod: Pod, known: ReadonlySet<string>): boolean => isTracked(pod) && !known.has(pod.metadata.uid ?? '') && !removing.has(pod.metadata.uid ?? '') && hasValidIndex(pod, job);
  const succeeded = pods.filter(pod => isNew(pod, uncounted.succeeded) && pod.status?.phase === 'Succeeded');
  const failed = pods.filter(pod => isNew(pod, uncounted.failed) && isPodFailed(pod, job));
  const counting = failed.filter(pod => judgeFailure(job.spec.podFailurePolicy, pod).counts).length;
  const activePods = pods.filter(isPodActive);
  const started = job.status?.startTime !== undefined || isSuspended(job) ? {} : { startTime: formatTime(now) };
  const known = (yield* recalled<BackoffRecord>('backoff', key)) ?? NO_FAILURES;
  return {
    key, now, job, pods, activePods, removing, uncounted, status: { ...job.status, uncountedTerminatedPods: job.status?.uncountedTerminatedPods ?? {}, ...started },
    succeeded: (job.status?.succeeded ?? 0) + succeeded.length + uncounted.succeeded.size, failed: (job.status?.failed ?? 0) + counting + uncounted.failed.size,
    active: activePods.length, ready: activePods.filter(isPodReady).length, terminating: pods.filter(isPodTerminating).length, backoff: nextRecord(known, succeeded, failed),
    previousIndexes: [], succeededIndexes: [], failedIndexes: undefined, delayed: new Map(), finish: undefined,
  };
}

/** Why the Job ends, apart from its indexes. */
function verdict({ job, status, pods, failed, now }: Sync): Condition | undefined {
  const met = findCondition(status.conditions, 'SuccessCriteriaMet');
  if (met?.status === 'True') return met;
  const target = findCondition(status.conditions, 'FailureTarget');
  if (target?.status === 'True') return jobCondition('Failed', target, now);
  const fatal = job.spec.podFailurePolicy === undefined ? undefined : pods.map(pod => (isPodFailed(pod, job) ? judgeFailure(job.spec.podFailurePolicy, pod).failJob : undefined)).find(why => why !== undefined);
  if (fatal !== undefined) return jobCondition('FailureTarget', { reason: 'PodFailurePolicy', message: fatal }, now);
  if (failed > (job.spec.backoffLimit ?? 6) || restartedTooOften(job, pods)) return jobCondition('FailureTarget', { reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' }, now);
  return undefined;
}

/** Containers that are restarted in place count as failures too. */
function restartedTooOften({ spec }: Job, pods: readonly Pod[]): boolean {
  if (spec.template.spec.restartPolicy !== 'OnFailure') return false;
  let restarts = 0;
  for (const { status } of pods) {
    if (status?.phase !== 'Running' && status?.phase !== 'Pending') continue;
    for (const { restartCount } of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]) restarts += restartCount;
  }
  const limit = spec.backoffLimit ?? 6;
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

/** The Job has been active for too long; else it looks again when that may be so. */
function* deadline({ key, job, status, now }: Sync): Conversation<Condition | undefined> {
  const limit = job.spec.activeDeadlineSeconds;
  if (limit === undefined || isSuspended(job) || status.startTime === undefined) return undefined;
  const left = seconds(limit) - (now - (parseTime(status.startTime) ?? now));
  if (left <= 0) return jobCondition('FailureTarget', { reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' }, now);
  yield* cx.requeue(key, micros(left));
  return undefined;
}

/** Indexes that succeeded and failed, and whether they end the Job. */
function countIndexes(sync: Sync): void {
  const { job, pods, now, status } = sync;
  if (!isIndexed(job)) return;
  const completions = job.spec.completions ?? 0;
  const fresh = pods.filter(pod => isTracked(pod) && hasValidIndex(pod, job));
  sync.previousIndexes = parseIntervals(status.completedIndexes ?? '', completions);
  sync.succeededIndexes = withIndexes(sync.previousIndexes, fresh.filter(pod => pod.status?.phase === 'Succeeded').map(completionIndex));
  sync.succeeded = totalOf(sync.succeededIndexes);
  const end = (reason: string, message: string): void => { sync.finish ??= jobCondition('FailureTarget', { reason, message }, now); };
  if (hasLimitPerIndex(job)) {
    const failedIndexes = withIndexes(parseIntervals(status.failedIndexes ?? '', completions), fresh.filter(pod => isIndexOver(job, pod)).map(completionIndex));
    const lost = totalOf(failedIndexes);
    sync.failedIndexes = failedIndexes;
    if (lost > (job.spec.maxFailedIndexes ?? Infinity)) end('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes');
    else if (lost > 0 && lost + sync.succeeded >= completions) end('FailedIndexes', 'Job has failed indexes');
    sync.delayed = delayedPods(sync, pod => isPodFailed(pod, job));
  }
  const enough = sync.finish === undefined ? meetsSuccessPolicy(job, sync.succeededIndexes) : undefined;
  if (enough !== undefined) sync.finish = jobCondition('SuccessCriteriaMet', { reason: 'SuccessPolicy', message: enough }, now);
}

/** The failure of this pod is the last that its index may have. */
function isIndexOver(job: Job, pod: Pod): boolean {
  if (!isPodFailed(pod, job)) return false;
  const { action, counts } = judgeFailure(job.spec.podFailurePolicy, pod);
  return action === 'FailIndex' || (counts && indexFailureCount(pod) >= (job.spec.backoffLimitPerIndex ?? 0));
}

/** The Job is decided: what still runs is deleted. It ends when the cache has shown all its pods. */
function* endPods(sync: Sync, isSettled: boolean): Conversation<string | undefined> {
  const { done, error } = yield* sendDeletions(sync.job, sync.activePods);
  if (done !== sync.active || !isSettled) sync.finish = undefined;
  sync.ready = sync.active === done ? 0 : Math.min(sync.ready, sync.active - done);
  sync.active -= done;
  sync.terminating += done;
  return error;
}

/** Nothing is decided yet: more pods, fewer pods, or enough successes. */
function* carryOn(sync: Sync, isSettled: boolean): Conversation<string | undefined> {
  const { job, now } = sync;
  const manages = isSettled && job.metadata.deletionTimestamp === undefined;
  const error = manages ? yield* managePods(sync) : undefined;
  const { completions } = job.spec;
  const isComplete = sync.active === 0 && (completions === undefined ? sync.succeeded > 0 : sync.succeeded >= completions);
  if (isComplete) sync.finish = jobCondition('SuccessCriteriaMet', { reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' }, now);
  else if (manages) yield* noteSuspension(sync);
  return error;
}

function* noteSuspension(sync: Sync): Conversation<void> {
  const { job, now, status } = sync;
  const words = isSuspended(job) ? { reason: 'JobSuspended', message: 'Job suspended' } : { reason: 'JobResumed', message: 'Job resumed' };
  const conditions = withCondition(status.conditions, jobCondition('Suspended', words, now, isSuspended(job) ? 'True' : 'False'));
  if (conditions === undefined) return;
  // The deadline counts from here again.
  sync.status = { ...status, conditions, ...(isSuspended(job) ? {} : { startTime: formatTime(now) }) };
  yield* cx.event({ about: job as KubeObject, type: 'Normal', reason: isSuspended(job) ? 'Suspended' : 'Resumed', message: words.message });
}
