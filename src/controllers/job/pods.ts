/**
 * How many pods a Job should have now, and making them so.
 *
 * @source kubernetes/kubernetes pkg/controller/job/job_controller.go (manageJob, deleteJobPods)
 */
import { deepFreeze, type Micros, micros, seconds } from '../../base/data.ts';
import type { ApiCall } from '../../api/wire.ts';
import type { Container } from '../../api/kinds/core/container.ts';
import type { Pod } from '../../api/kinds/core/pod.ts';
import type { Job } from '../../api/kinds/batch/job.ts';
import type { JobSpec } from '../../api/kinds/batch/job-spec.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { cx } from '../../client/controller.ts';
import { deletionFailed, expectDeletions } from '../../client/expectations.ts';
import { call, keyOf } from '../../client/resources.ts';
import { createPods, creationOf, sendDeletions } from '../pod-control.ts';
import { compareActive, isPodReady, isPodTerminating } from '../pods.ts';
import { isNotFound } from '../replies.ts';
import { podFromTemplate } from '../template.ts';
import { finishedAt, remainingWait } from './backoff.ts';
import { COMPLETION_INDEX, completionIndex, firstPending, indexedPrefix, indexesOf, mergeIntervals, repeatedIndexes, withIndexes } from './indexes.ts';
import { judgeFailure } from './policies.ts';
import { hasLimitPerIndex, isIndexed, isSuspended, isTracked, JOB_TRACKING, replacesOnlyFailed, type Sync } from './sync.ts';

/** Pods made or deleted in one look. @source pkg/controller/job/job_controller.go (MaxPodCreateDeletePerSync) */
const PODS_PER_SYNC = 500;
/** @source same file (syncJobBatchPeriod) */
export const BATCH_PERIOD = seconds(1);
/** @source api/batch/v1/types.go */
const FAILURE_COUNT = 'batch.kubernetes.io/job-index-failure-count';
const IGNORED_FAILURE_COUNT = 'batch.kubernetes.io/job-index-ignored-failure-count';

/** How many pods should run, given what has been reached. */
export function wantedActive({ parallelism = 1, completions }: JobSpec, active: number, succeeded: number): number {
  // A work queue takes on nobody new once somebody has found it empty.
  if (completions === undefined) return succeeded > 0 ? active : parallelism;
  return Math.max(0, Math.min(completions - succeeded, parallelism));
}

/** Active pods that should go: at least so many, and all with an index that is wrong or taken. */
export function podsForRemoval(job: Job, active: readonly Pod[], atLeast: number): readonly Pod[] {
  const { remove, left } = isIndexed(job) ? repeatedIndexes(active, job.spec.completions ?? 0, compareActive) : { remove: [], left: active };
  if (remove.length >= atLeast) return remove;
  return [...remove, ...[...left].sort(compareActive).slice(0, atLeast - remove.length)];
}

/** Brings the number of active pods closer to what is wanted; returns the error to retry. */
export function* managePods(sync: Sync): Conversation<string | undefined> {
  const { job, activePods } = sync;
  const wanted = isSuspended(job) ? 0 : wantedActive(job.spec, sync.active, sync.succeeded);
  const surplus = isSuspended(job) ? [...podsForRemoval(job, activePods, activePods.length)] : podsForRemoval(job, activePods, Math.max(0, sync.active - wanted)).slice(0, PODS_PER_SYNC);
  if (surplus.length > 0) return yield* removePods(sync, surplus);
  const missing = wanted - (replacesOnlyFailed(job) ? sync.terminating : 0) - sync.active;
  if (isSuspended(job) || missing <= 0) return undefined;
  return yield* addPods(sync, Math.min(missing, PODS_PER_SYNC));
}

/** Lets go of the pods and deletes them: they do not count as failures. */
function* removePods(sync: Sync, pods: readonly Pod[]): Conversation<string | undefined> {
  const { job, key, now } = sync;
  yield* expectDeletions(key, pods.map(keyOf), now);
  const freed = yield* freePods(pods.filter(isTracked));
  for (const name of freed.failed) yield* deletionFailed(key, name);
  const gone = yield* sendDeletions(job, pods.filter(pod => !freed.failed.includes(keyOf(pod))), key);
  sync.active -= gone.done;
  sync.terminating += gone.done;
  sync.ready -= pods.filter(isPodReady).length;
  return freed.error ?? gone.error;
}

/** A patch that takes the tracking finalizer off a pod. */
export const freeing = (pod: Pod): ApiCall =>
  call('patch', 'Pod', keyOf(pod), { patchType: 'strategic', body: deepFreeze({ metadata: { '$deleteFromPrimitiveList/finalizers': [JOB_TRACKING] } }) });

/** Takes the tracking finalizer off pods; one that is gone is free. `failed`: keys of those that keep it. */
export function* freePods(pods: readonly Pod[]): Conversation<{ readonly failed: readonly string[]; readonly error?: string }> {
  const replies = yield* cx.all(pods.map(freeing));
  const failed: string[] = [];
  let error: string | undefined;
  for (const [at, reply] of replies.entries()) {
    const pod = pods[at];
    if (pod === undefined || reply.ok || isNotFound(reply)) continue;
    failed.push(keyOf(pod));
    error ??= `removing completion finalizer: ${reply.message}`;
  }
  return { failed, ...(error !== undefined ? { error } : {}) };
}

// ---- New pods --------------------------------------------------------------------------------------------------------

function* addPods(sync: Sync, missing: number): Conversation<string | undefined> {
  const { job, now } = sync;
  const indexes = isIndexed(job) ? pendingIndexes(sync, missing) : undefined;
  const plan = hasLimitPerIndex(job) ? readyIndexes(sync, indexes ?? []) : { indexes, wait: remainingWait(sync.backoff, now) };
  if (plan.wait > 0) { yield* cx.requeue(sync.key, micros(Math.max(plan.wait, BATCH_PERIOD))); return undefined; }
  const count = plan.indexes?.length ?? missing;
  if (count === 0) return undefined;
  const made = yield* createPods(job, count, creations(sync, plan.indexes), now);
  sync.active += made.done;
  return made.error;
}

/** The next indexes without a pod, success or end. */
function pendingIndexes({ job, pods, activePods, succeededIndexes, failedIndexes }: Sync, count: number): readonly number[] {
  const dying = replacesOnlyFailed(job) ? indexesOf(pods.filter(isPodTerminating)) : [];
  const taken = withIndexes(succeededIndexes, [...indexesOf(activePods), ...dying]);
  return firstPending(mergeIntervals(taken, failedIndexes ?? []), count, job.spec.completions ?? 0);
}

/** Each index waits for itself; the soonest decides when none may start. */
function readyIndexes({ delayed, now }: Sync, indexes: readonly number[]): { readonly indexes: readonly number[]; readonly wait: Micros } {
  const waits = indexes.map(index => ({ index, wait: waitOf(delayed.get(index), now) }));
  const ready = waits.filter(({ wait }) => wait === 0).map(({ index }) => index);
  const soonest = waits.length === 0 || ready.length > 0 ? 0 : Math.min(...waits.map(({ wait }) => wait));
  return { indexes: ready, wait: micros(soonest) };
}

const waitOf = (replaced: Pod | undefined, now: Micros): Micros =>
  (replaced === undefined ? micros(0) : remainingWait({ failures: indexFailures(replaced) + 1, last: finishedAt(replaced) }, now));

/** The calls that make the pods: one for all without indexes. */
function creations({ job, delayed }: Sync, indexes: readonly number[] | undefined): (at: number) => ApiCall {
  const { template } = job.spec;
  const finalizers = template.metadata?.finalizers ?? [];
  const metadata = { ...template.metadata, finalizers: finalizers.includes(JOB_TRACKING) ? finalizers : [...finalizers, JOB_TRACKING] };
  if (indexes === undefined) {
    const creation = creationOf(job, podFromTemplate({ ...template, metadata }, job));
    return () => creation;
  }
  const spec = { ...template.spec, ...(template.spec.initContainers === undefined ? {} : { initContainers: template.spec.initContainers.map(withIndexVariable) }), containers: template.spec.containers.map(withIndexVariable) };
  const pod = podFromTemplate({ ...template, metadata, spec }, job);
  return at => creationOf(job, indexedPod(pod, job, { index: indexes[at] ?? 0, replaced: delayed.get(indexes[at] ?? 0) }));
}

function indexedPod(pod: Pod, job: Job, { index, replaced }: { readonly index: number; readonly replaced: Pod | undefined }): Pod {
  const { metadata, spec } = pod;
  const marks = { [COMPLETION_INDEX]: String(index) };
  const counts = hasLimitPerIndex(job) ? failureCounts(job, replaced) : {};
  return deepFreeze({
    ...pod, spec: { ...spec, hostname: `${job.metadata.name}-${index}` },
    metadata: { ...metadata, generateName: indexedPrefix(job.metadata.name, index), labels: { ...metadata.labels, ...marks }, annotations: { ...metadata.annotations, ...marks, ...counts } },
  });
}

/** Programs find their index in this variable. @source pkg/controller/job/indexed_job_utils.go (completionIndexEnvName) */
const INDEX_VARIABLE = 'JOB_COMPLETION_INDEX';

function withIndexVariable(container: Container): Container {
  const env = container.env ?? [];
  if (env.some(({ name }) => name === INDEX_VARIABLE)) return container;
  return { ...container, env: [...env, { name: INDEX_VARIABLE, valueFrom: { fieldRef: { fieldPath: `metadata.labels['${COMPLETION_INDEX}']` } } }] };
}

// ---- Failures of an index ----------------------------------------------------------------------------------------------

function countIn(pod: Pod, annotation: string): number {
  const text = pod.metadata.annotations?.[annotation] ?? '';
  const value = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  return value > 2_147_483_647 ? 0 : value;
}

/** Failures of the index before this pod that counted. */
export const indexFailureCount = (pod: Pod): number => countIn(pod, FAILURE_COUNT);
/** All failures of the index before this pod. */
const indexFailures = (pod: Pod): number => countIn(pod, FAILURE_COUNT) + countIn(pod, IGNORED_FAILURE_COUNT);

/** The counts that the new pod of an index carries on. */
function failureCounts(job: Job, replaced: Pod | undefined): Readonly<Record<string, string>> {
  if (replaced === undefined) return { [FAILURE_COUNT]: '0' };
  const { counts } = judgeFailure(job.spec.podFailurePolicy, replaced);
  const ignored = countIn(replaced, IGNORED_FAILURE_COUNT) + (counts ? 0 : 1);
  return { [FAILURE_COUNT]: String(indexFailureCount(replaced) + (counts ? 1 : 0)), ...(ignored > 0 ? { [IGNORED_FAILURE_COUNT]: String(ignored) } : {}) };
}

/** Failed pods whose index will get another one: they stay until then, because the new one takes over their counts. */
export function delayedPods({ job, pods, activePods, removing, succeededIndexes, failedIndexes }: Sync, isFailed: (pod: Pod) => boolean): ReadonlyMap<number, Pod> {
  const settled = mergeIntervals(withIndexes(succeededIndexes, indexesOf(activePods)), failedIndexes ?? []);
  const found = new Map<number, Pod>();
  for (const pod of pods) {
    const index = completionIndex(pod);
    const counts = isTracked(pod) && !removing.has(pod.metadata.uid ?? '') && index >= 0 && index < (job.spec.completions ?? 0);
    if (!counts || !isFailed(pod) || settled.some(([first, last]) => first <= index && index <= last)) continue;
    const before = found.get(index);
    if (before === undefined || (indexFailures(before) <= indexFailures(pod) && finishedAt(pod) >= finishedAt(before))) found.set(index, pod);
  }
  return found;
}
