/**
 * When those who are turned away shall come back: after a second at first, later as many requests go on being turned away, sooner again when they become few.
 *
 * @source kubernetes/apiserver pkg/util/flowcontrol/dropped_requests_tracker.go
 */
import type { Micros } from '../../base/data.ts';

const RETRY_AFTER_MAX = 32;
const SECOND = 1_000_000;

/** What a level has turned away. Plain state; `history`: full seconds in which somebody was. */
export interface Drops { retryAfter: number; updated: number; second: number; count: number; history: readonly (readonly [second: number, count: number])[] }

export const newDrops = (): Drops => ({ retryAfter: 1, updated: 0, second: -1, count: 0, history: [] });

/** Counts a request that is turned away, and says after how many seconds it shall come back. */
export function turnAway(drops: Drops, now: Micros): number {
  const second = Math.floor(now / SECOND);
  if (second === drops.second) { drops.count++; return drops.retryAfter; }
  drops.history = [...drops.history, [drops.second, drops.count] as const].filter(([then, count]) => count > 0 && drops.second - then <= RETRY_AFTER_MAX);
  drops.second = second;
  drops.count = 1;
  update(drops, second);
  return drops.retryAfter;
}

function update(drops: Drops, second: number): void {
  const { retryAfter } = drops;
  let dropped = 0;
  for (const [then, count] of drops.history) if (then < second && second - then <= retryAfter) dropped += count;
  if (second - drops.updated >= retryAfter && dropped >= 3 * retryAfter) {
    drops.retryAfter = Math.min(RETRY_AFTER_MAX, 2 * retryAfter);
    drops.updated = second;
  } else if (dropped < retryAfter && retryAfter > 1) drops.retryAfter--;
}
