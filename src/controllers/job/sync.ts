/** What one look at a Job works with, and small questions about its pods. */
import type { Micros } from '../../base/data.ts';
import { findCondition, isConditionStatus } from '../../api/condition.ts';
import type { Condition } from '../../api/meta.ts';
import { formatTime } from '../../api/time.ts';
import type { Job, JobStatus } from '../../api/kinds/batch/job.ts';
import type { Pod } from '../../api/kinds/core/pod.ts';
import type { BackoffRecord } from './backoff.ts';
import { completionIndex, type Intervals } from './indexes.ts';

/** Finalizer that keeps a finished pod until it has been counted. @source api/batch/v1/types.go (JobTrackingFinalizer) */
export const JOB_TRACKING = 'batch.kubernetes.io/job-tracking';

/** One look. `status` grows into what is written; the counters hold what the pods and the status say together. */
export interface Sync {
  readonly key: string;
  readonly now: Micros;
  /** The newest version known. */
  job: Job;
  status: JobStatus;
  /** All pods of the Job, in the order in which they are counted. */
  readonly pods: readonly Pod[];
  readonly activePods: readonly Pod[];
  /** Pods whose finalizer is being removed although the cache does not show it yet. */
  readonly removing: ReadonlySet<string>;
  readonly uncounted: { readonly succeeded: ReadonlySet<string>; readonly failed: ReadonlySet<string> };
  succeeded: number;
  failed: number;
  active: number;
  ready: number;
  terminating: number;
  backoff: BackoffRecord;
  /** Indexes that had succeeded before this look, and now. */
  previousIndexes: Intervals;
  succeededIndexes: Intervals;
  /** Undefined without a limit per index. */
  failedIndexes: Intervals | undefined;
  /** Failed pods that stay until their index has a new pod, by index. */
  delayed: ReadonlyMap<number, Pod>;
  /** How the Job ends: SuccessCriteriaMet, FailureTarget, then Complete or Failed. */
  finish: Condition | undefined;
}

export const isIndexed = (job: Job): boolean => job.spec.completionMode === 'Indexed';
export const isSuspended = (job: Job): boolean => job.spec.suspend === true;
export const hasLimitPerIndex = (job: Job): boolean => isIndexed(job) && job.spec.backoffLimitPerIndex !== undefined;
/** Replacements wait until a pod has really failed. */
export const replacesOnlyFailed = ({ spec }: Job): boolean => spec.podReplacementPolicy === 'Failed' || spec.podFailurePolicy !== undefined;
/** Complete or Failed. */
export const isFinished = (job: Job): boolean => isConditionStatus(job.status?.conditions, 'Complete') || isConditionStatus(job.status?.conditions, 'Failed');

/** Controllers of other names look after their Jobs themselves. */
export const isManagedElsewhere = ({ spec }: Job): boolean => spec.managedBy !== undefined && spec.managedBy !== 'kubernetes.io/job-controller';

/** The pod waits to be counted. */
export const isTracked = (pod: Pod): boolean => pod.metadata.finalizers?.includes(JOB_TRACKING) === true;

/** Failed, or deleted before it could succeed. */
export function isPodFailed(pod: Pod, job: Job): boolean {
  if (pod.status?.phase === 'Failed') return true;
  return !replacesOnlyFailed(job) && pod.metadata.deletionTimestamp !== undefined && pod.status?.phase !== 'Succeeded';
}

/** The pod of an Indexed Job has an index that counts; pods of others always count. */
export function hasValidIndex(pod: Pod, job: Job): boolean {
  if (!isIndexed(job)) return true;
  const index = completionIndex(pod);
  return index >= 0 && index < (job.spec.completions ?? 0);
}

/** A condition whose times are now. */
export function jobCondition(type: string, words: { readonly reason?: string; readonly message?: string }, now: Micros, status: Condition['status'] = 'True'): Condition {
  const at = formatTime(now);
  return { type, status, lastProbeTime: at, lastTransitionTime: at, reason: words.reason ?? '', message: words.message ?? '' };
}

/** The conditions with one set; undefined when it says the same already, or when it would begin as False. */
export function withCondition(conditions: readonly Condition[] = [], wanted: Condition): readonly Condition[] | undefined {
  const old = findCondition(conditions, wanted.type);
  if (old === undefined) return wanted.status === 'False' ? undefined : [...conditions, wanted];
  if (old.status === wanted.status && (old.reason ?? '') === wanted.reason && (old.message ?? '') === wanted.message) return undefined;
  return conditions.map(one => (one === old ? wanted : one));
}
