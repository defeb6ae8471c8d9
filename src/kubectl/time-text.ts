/** Instants as kubectl describe prints them. */
import type { Micros } from '../base/data.ts';
import { age, formatTime, parseTime } from '../api/time.ts';

const DAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const MICROS_PER_DAY = 86_400_000_000;

/** Go's RFC1123Z: `Thu, 01 Jan 2026 00:00:20 +0000`. The world begins on a Thursday. */
export function longTime(text: string | null | undefined): string {
  const at = text === undefined || text === null || text === '' ? undefined : parseTime(text);
  if (at === undefined) return 'Mon, 01 Jan 0001 00:00:00 +0000';
  const day = Math.floor(at / MICROS_PER_DAY);
  const iso = formatTime(at);
  const month = MONTHS[Number(iso.slice(5, 7)) - 1] ?? '';
  return `${DAYS[((day % 7) + 7) % 7] ?? ''}, ${iso.slice(8, 10)} ${month} ${iso.slice(0, 4)} ${iso.slice(11, 19)} +0000`;
}

/** How long ago, or `<unknown>`. */
export const since = (text: string | null | undefined, now: Micros): string => age(text, now);
