/**
 * What controllers ask of pods: is it active, ready, available; and which one goes first when there are too many.
 *
 * @source kubernetes/kubernetes pkg/controller/controller_utils.go, pkg/api/v1/pod/util.go
 */
import { compareText } from '../base/compare.ts';
import { type Micros, micros, seconds } from '../base/data.ts';
import { findCondition } from '../api/condition.ts';
import { parseTime } from '../api/time.ts';
import type { Pod } from '../api/kinds/core/pod.ts';
import type { PodCondition } from '../api/kinds/core/pod-status.ts';

/** Succeeded or Failed: its containers will not run again. */
export const isPodTerminal = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

/** Counts as a replica: neither finished nor being deleted. */
export const isPodActive = (pod: Pod): boolean => !isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined;

/** Being deleted, and not finished yet. */
export const isPodTerminating = (pod: Pod): boolean => !isPodTerminal(pod) && pod.metadata.deletionTimestamp !== undefined;

const readyCondition = (pod: Pod): PodCondition | undefined => findCondition(pod.status?.conditions, 'Ready');

export const isPodReady = (pod: Pod): boolean => readyCondition(pod)?.status === 'True';

/** When the pod became ready; undefined when it is not, or says no time. */
export function readySince(pod: Pod): Micros | undefined {
  const condition = readyCondition(pod);
  if (condition?.status !== 'True' || condition.lastTransitionTime === undefined) return undefined;
  return parseTime(condition.lastTransitionTime);
}

/** Ready for long enough. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, now: Micros): boolean {
  if (!isPodReady(pod)) return false;
  if (minReadySeconds === 0) return true;
  const since = readySince(pod);
  return since !== undefined && since + seconds(minReadySeconds) <= now;
}

/** How long until a ready pod becomes available; undefined when it is not ready or already is available. */
export function availableIn(pod: Pod, minReadySeconds: number, now: Micros): Micros | undefined {
  const since = readySince(pod);
  if (since === undefined || minReadySeconds === 0) return undefined;
  const left = since + seconds(minReadySeconds) - now;
  return left > 0 ? micros(left) : undefined;
}

/** A pod with the number of its relatives on the same node. */
export interface RankedPod { readonly pod: Pod; readonly rank: number }

const phaseOrder = { Pending: 0, Unknown: 1, Running: 2, Succeeded: 0, Failed: 0 } as const;

/**
 * Orders pods for deletion: first in the list goes first.
 * Not on a node < on one; Pending < Unknown < Running; not ready < ready; lower deletion cost; more relatives on its node; ready for
 * less time; more restarts; younger. Times are compared by powers of two, then by uid, so that old pods of about the same age mix.
 *
 * @source pkg/controller/controller_utils.go (ActivePodsWithRanks.Less)
 */
export function compareForDeletion(a: RankedPod, b: RankedPod, now: Micros): number {
  return compareState(a.pod, b.pod)
    || deletionCost(a.pod) - deletionCost(b.pod)
    || b.rank - a.rank
    || compareReadyTimes(a.pod, b.pod, now)
    || restarts(b.pod) - restarts(a.pod)
    || compareInstants(instant(a.pod.metadata.creationTimestamp), instant(b.pod.metadata.creationTimestamp), [a.pod, b.pod], now);
}

/**
 * The older order, which Jobs keep: like the one above, but without deletion cost and relatives, and with exact times.
 *
 * @source pkg/controller/controller_utils.go (ActivePods.Less)
 */
export function compareActive(a: Pod, b: Pod): number {
  const bothReady = isPodReady(a) && isPodReady(b);
  return compareState(a, b) || (bothReady ? compareLater(readySince(a), readySince(b)) : 0) || restarts(b) - restarts(a)
    || compareLater(instant(a.metadata.creationTimestamp), instant(b.metadata.creationTimestamp)) || compareText(a.metadata.name, b.metadata.name);
}

/** Negative when `a` is later or unknown. */
function compareLater(a: Micros | undefined, b: Micros | undefined): number {
  if (a === b) return 0;
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
  return b - a;
}

function compareState(a: Pod, b: Pod): number {
  const scheduled = (pod: Pod): number => (pod.spec.nodeName === undefined || pod.spec.nodeName === '' ? 0 : 1);
  const phase = (pod: Pod): number => phaseOrder[pod.status?.phase ?? 'Pending'];
  const ready = (pod: Pod): number => (isPodReady(pod) ? 1 : 0);
  return scheduled(a) - scheduled(b) || phase(a) - phase(b) || ready(a) - ready(b);
}

/** Annotation by which a pod asks to be deleted early (low) or late (high). @source KEP-2255 */
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[DELETION_COST];
  return text !== undefined && /^(0|-?[1-9]\d{0,9})$/.test(text) ? Number(text) : 0;
}

function restarts(pod: Pod): number {
  let most = 0;
  for (const status of pod.status?.containerStatuses ?? []) most = Math.max(most, status.restartCount);
  return most;
}

const instant = (text: string | undefined): Micros | undefined => (text === undefined ? undefined : parseTime(text));

function compareReadyTimes(a: Pod, b: Pod, now: Micros): number {
  if (!isPodReady(a) || !isPodReady(b)) return 0;
  return compareInstants(readySince(a), readySince(b), [a, b], now);
}

/** Negative when `a` is later or unknown. */
function compareInstants(a: Micros | undefined, b: Micros | undefined, pods: readonly [Pod, Pod], now: Micros): number {
  if (a === b) return 0;
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
  return magnitude(now - a) - magnitude(now - b) || compareText(pods[0].metadata.uid ?? '', pods[1].metadata.uid ?? '');
}

/** Position of the highest bit of a duration in nanoseconds; -1 when it is not positive. */
function magnitude(duration: number): number {
  if (duration <= 0) return -1;
  let bits = -1;
  for (let rest = duration * 1000; rest >= 1; rest /= 2) bits++;
  return bits;
}
