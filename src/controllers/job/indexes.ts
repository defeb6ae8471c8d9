/**
 * Indexes of an Indexed Job: sets of indexes as intervals, the index of a pod, and which indexes come next.
 *
 * @source kubernetes/kubernetes pkg/controller/job/indexed_job_utils.go
 */
import type { Pod } from '../../api/kinds/core/pod.ts';

/** Annotation and label with the index of a pod. */
export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';

/** Sorted intervals, both ends inclusive, that neither touch nor overlap. */
export type Intervals = readonly (readonly [first: number, last: number])[];

/** The index of a pod; -1 = none that counts. */
export function completionIndex(pod: Pod): number {
  const text = pod.metadata.annotations?.[COMPLETION_INDEX] ?? '';
  return /^\+?[0-9]{1,9}$/.test(text) ? Number(text) : -1;
}

/** `0-2,5,7`, cut off at the number of completions. What is malformed is left out. */
export function parseIntervals(text: string, completions: number): Intervals {
  const found: [number, number][] = [];
  for (const part of text === '' ? [] : text.split(',')) {
    const [from = '', to = from] = part.split('-');
    if (!/^[0-9]+$/.test(from) || !/^[0-9]+$/.test(to)) continue;
    const first = Number(from);
    if (first >= completions) break;
    const last = Math.min(Number(to), completions - 1);
    const previous = found.at(-1);
    if (previous !== undefined && previous[1] === first - 1) previous[1] = last;
    else found.push([first, last]);
  }
  return found;
}

/** Two neighbours are written with a comma, three or more with a dash. */
export function intervalsText(intervals: Intervals): string {
  return intervals.map(([first, last]) => (last === first ? String(first) : `${first}${last === first + 1 ? ',' : '-'}${last}`)).join(',');
}

/** All indexes of both. */
export function mergeIntervals(a: Intervals, b: Intervals): Intervals {
  const merged: [number, number][] = [];
  for (const [first, last] of [...a, ...b].sort((left, right) => left[0] - right[0])) {
    const previous = merged.at(-1);
    if (previous === undefined || first > previous[1] + 1) merged.push([first, last]);
    else previous[1] = Math.max(previous[1], last);
  }
  return merged;
}

/** The intervals with further indexes, in any order. */
export const withIndexes = (intervals: Intervals, indexes: readonly number[]): Intervals => mergeIntervals(intervals, indexes.map(index => [index, index] as const));

/** How many indexes there are. */
export function totalOf(intervals: Intervals): number {
  let total = 0;
  for (const [first, last] of intervals) total += last - first + 1;
  return total;
}

export function hasIndex(intervals: Intervals, index: number): boolean {
  let [low, high] = [0, intervals.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((intervals[middle]?.[1] ?? 0) >= index) high = middle;
    else low = middle + 1;
  }
  const found = intervals[low];
  return found !== undefined && found[0] <= index;
}

/** How many indexes two sets share. */
export function sharedTotal(a: Intervals, b: Intervals): number {
  let shared = 0;
  for (const [first, last] of a) for (const other of b) shared += Math.max(0, Math.min(last, other[1]) - Math.max(first, other[0]) + 1);
  return shared;
}

/** The first `count` indexes below `completions` that are not taken. */
export function firstPending(taken: Intervals, count: number, completions: number): readonly number[] {
  const found: number[] = [];
  let candidate = 0;
  for (const [first, last] of [...taken, [completions, completions] as const]) {
    for (; candidate < Math.min(first, completions) && found.length < count; candidate++) found.push(candidate);
    candidate = Math.max(candidate, last + 1);
  }
  return found;
}

/** The indexes of pods that have one. */
export const indexesOf = (pods: readonly Pod[]): readonly number[] => pods.map(completionIndex).filter(index => index >= 0);

/**
 * Pods to be removed because their index is missing, too high or taken twice, and those that are left. Of several with one index that stays which has come
 * furthest; `compare` orders those first that may go.
 */
export function repeatedIndexes(pods: readonly Pod[], completions: number, compare: (a: Pod, b: Pod) => number): { readonly remove: readonly Pod[]; readonly left: readonly Pod[] } {
  const byIndex = new Map<number, Pod[]>();
  const remove: Pod[] = [];
  for (const pod of pods) {
    const index = completionIndex(pod);
    if (index < 0 || index >= completions) remove.push(pod);
    else byIndex.set(index, [...(byIndex.get(index) ?? []), pod]);
  }
  const left: Pod[] = [];
  for (const index of [...byIndex.keys()].sort((a, b) => a - b)) {
    const same = (byIndex.get(index) ?? []).sort(compare);
    remove.push(...same.slice(0, -1));
    left.push(...same.slice(-1));
  }
  return { remove, left };
}

/** Prefix of the names of an index's pods: `NAME-INDEX-`, cut so that a name with its five letters stays a label. */
export function indexedPrefix(job: string, index: number): string {
  const tail = `-${index}-`;
  return `${job.slice(0, GENERATED_MAX - tail.length)}${tail}`;
}

/** @source apiserver pkg/storage/names/generate.go (MaxGeneratedNameLength) */
const GENERATED_MAX = 58;
