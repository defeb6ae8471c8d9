/**
 * Lists of indexes such as `1,3-5,7`.
 *
 * @source kubernetes pkg/apis/batch/validation/validation.go (validateIndexesFormat, parseIndexInterval)
 */
import type { Result } from '../../../base/data.ts';

/** First and last index of an interval, both inclusive. */
export type IndexInterval = readonly [first: number, last: number];

const isInteger = (text: string): boolean => /^[+-]?[0-9]+$/.test(text);

function parseInterval(text: string, completions: number): Result<IndexInterval, string> {
  const parts = text.split('-');
  if (parts.length > 2) return { ok: false, error: `the fragment ${JSON.stringify(text)} violates the requirement that an index interval can have at most two parts separated by '-'` };
  for (const part of parts) {
    if (!isInteger(part)) return { ok: false, error: `cannot convert string to integer for index: ${JSON.stringify(part)}` };
    if (Number(part) >= completions) return { ok: false, error: `too large index: ${JSON.stringify(part)}` };
  }
  const first = Number(parts[0]);
  const last = Number(parts[1] ?? parts[0]);
  if (parts.length === 2 && first >= last) return { ok: false, error: `non-increasing order, previous: ${first}, current: ${last}` };
  return { ok: true, value: [first, last] };
}

/** The intervals of a list, in rising order. */
export function parseIndexes(text: string, completions: number): Result<readonly IndexInterval[], string> {
  const intervals: IndexInterval[] = [];
  for (const part of text === '' ? [] : text.split(',')) {
    const interval = parseInterval(part, completions);
    if (!interval.ok) return interval;
    const previous = intervals.at(-1)?.[1];
    if (previous !== undefined && previous >= interval.value[0]) return { ok: false, error: `non-increasing order, previous: ${previous}, current: ${interval.value[0]}` };
    intervals.push(interval.value);
  }
  return { ok: true, value: intervals };
}

/** The intervals that can be read, in the order in which they stand. */
export function readableIndexes(text: string, completions: number): readonly IndexInterval[] {
  return (text === '' ? [] : text.split(',')).flatMap((part) => {
    const interval = parseInterval(part, completions);
    return interval.ok ? [interval.value] : [];
  });
}

/** How many indexes the intervals hold. */
export function countIndexes(intervals: readonly IndexInterval[]): number {
  return intervals.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** The first index that two lists share. */
export function firstShared(a: readonly IndexInterval[], b: readonly IndexInterval[]): number | undefined {
  for (const [first, last] of a) {
    for (const other of b) if (first <= other[1] && other[0] <= last) return Math.max(first, other[0]);
  }
  return undefined;
}
