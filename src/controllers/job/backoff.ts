/**
 * How long a Job waits before it replaces pods that failed: 10 s, 20 s, 40 s … ten minutes, counted since the last success.
 *
 * @source kubernetes/kubernetes pkg/controller/job/backoff_utils.go
 */
import { type Micros, micros, minutes, seconds } from '../../base/data.ts';
import { findCondition } from '../../api/condition.ts';
import type { Pod } from '../../api/kinds/core/pod.ts';
import { parseTime } from '../../api/time.ts';

/** Waits after failures. @source pkg/controller/job/job_controller.go (DefaultJobPodFailureBackOff, MaxJobPodFailureBackOff) */
const POD_BACKOFF = { base: seconds(10), most: minutes(10) } as const;

/** Failures since the last success, and when the last of them was. */
export interface BackoffRecord { readonly failures: number; readonly last: Micros }

/** A Job that has seen no failure. */
export const NO_FAILURES: BackoffRecord = Object.freeze({ failures: 0, last: micros(0) });

const instant = (text: string | undefined): Micros | undefined => (text === undefined ? undefined : parseTime(text));

/** When a pod ended: its last container, else when it turned unready, else when its deletion was asked for, else its creation. */
export function finishedAt(pod: Pod): Micros {
  const ready = findCondition(pod.status?.conditions, 'Ready');
  return containersFinishedAt(pod) ?? (ready?.status === 'False' ? instant(ready.lastTransitionTime) : undefined) ?? deletionAskedAt(pod)
    ?? instant(pod.metadata.creationTimestamp) ?? micros(0);
}

function containersFinishedAt(pod: Pod): Micros | undefined {
  let latest: Micros | undefined;
  for (const { state } of pod.status?.containerStatuses ?? []) {
    const at = instant(state?.terminated?.finishedAt);
    if (at === undefined) return undefined;
    if (latest === undefined || at > latest) latest = at;
  }
  return latest;
}

function deletionAskedAt({ metadata }: Pod): Micros | undefined {
  const at = instant(metadata.deletionTimestamp);
  return at === undefined ? undefined : micros(at - seconds(metadata.deletionGracePeriodSeconds ?? 0));
}

/** The record with pods that have just finished. */
export function nextRecord(record: BackoffRecord, succeeded: readonly Pod[], failed: readonly Pod[]): BackoffRecord {
  const failures = failed.map(finishedAt).sort((a, b) => a - b);
  const last = failures.at(-1);
  if (succeeded.length === 0) return last === undefined ? record : { failures: record.failures + failures.length, last };
  const success = Math.max(...succeeded.map(finishedAt));
  const since = failures.filter(at => at > success);
  return { failures: since.length, last: since.at(-1) ?? micros(0) };
}

/** What is left of the wait after so many failures, the last of them at `last`. */
export function remainingWait({ failures, last }: BackoffRecord, now: Micros, { base, most }: { readonly base: Micros; readonly most: Micros } = POD_BACKOFF): Micros {
  if (failures === 0) return micros(0);
  let wait: number = base;
  for (let i = 1; i < failures && wait < most; i++) wait *= 2;
  return micros(Math.max(0, Math.min(wait, most) - (now - last)));
}
