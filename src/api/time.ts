/**
 * Virtual time as the API shows it. The world begins at a fixed instant, so that the same world shows the same times.
 */
import type { Micros } from '../base/data.ts';
import { dateOf, daysFromCivil } from './civil.ts';

/** Seconds from 1970 to the instant zero of every world, 2026-01-01T00:00:00Z. */
export const worldEpochSeconds = 1_767_225_600;

const secondsPerDay = 86_400;
const microsPerSecond = 1_000_000;

const pad2 = (n: number): string => (n < 10 ? `0${n}` : `${n}`);

function civil(days: number): string {
  const { year, month, day } = dateOf(days);
  return `${String(year).padStart(4, '0')}-${pad2(month)}-${pad2(day)}`;
}

function clock(secondOfDay: number): string {
  const hour = Math.floor(secondOfDay / 3600);
  const minute = Math.floor((secondOfDay - hour * 3600) / 60);
  return `${pad2(hour)}:${pad2(minute)}:${pad2(secondOfDay - hour * 3600 - minute * 60)}`;
}

/** The second written last: thousands of objects are made within one. */
const written = { second: -1, text: '', time: '' };

function dateAndClock(unixSeconds: number): string {
  if (written.second === unixSeconds) return written.text;
  const days = Math.floor(unixSeconds / secondsPerDay);
  written.text = `${civil(days)}T${clock(unixSeconds - days * secondsPerDay)}`;
  written.time = `${written.text}Z`;
  written.second = unixSeconds;
  return written.text;
}

/** `metav1.Time` of an instant: whole seconds, cut off. */
export function formatTime(at: Micros): string {
  dateAndClock(worldEpochSeconds + Math.floor(at / microsPerSecond));
  return written.time;
}

/** `metav1.MicroTime` of an instant, as in Leases and Events. */
export function formatMicroTime(at: Micros): string {
  const whole = Math.floor(at / microsPerSecond);
  return `${dateAndClock(worldEpochSeconds + whole)}.${String(at - whole * microsPerSecond).padStart(6, '0')}Z`;
}

function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** Microseconds of the fraction that begins behind the dot at `from`, and where it ends. */
function fraction(text: string, from: number): { readonly micros: number; readonly end: number } {
  let micros = 0;
  let unit = 100_000;
  let end = from;
  while (end < text.length && text.charCodeAt(end) >= 48 && text.charCodeAt(end) <= 57) {
    micros += (text.charCodeAt(end) - 48) * unit;
    unit = Math.floor(unit / 10);
    end++;
  }
  return { micros, end };
}

function zoneSeconds(text: string, at: number): number {
  const sign = text.charAt(at);
  if (sign === 'Z') return at + 1 === text.length ? 0 : Number.NaN;
  if ((sign !== '+' && sign !== '-') || text.charAt(at + 3) !== ':' || text.length !== at + 6) return Number.NaN;
  const offset = digits(text, at + 1, 2) * 3600 + digits(text, at + 4, 2) * 60;
  return sign === '+' ? offset : -offset;
}

/** Virtual time of an RFC 3339 text, also of instants before the world began; undefined when malformed. */
export function parseTime(text: string): Micros | undefined {
  if (text.charAt(4) !== '-' || text.charAt(7) !== '-' || text.charAt(10) !== 'T' || text.charAt(13) !== ':' || text.charAt(16) !== ':') return undefined;
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const secondOfDay = digits(text, 11, 2) * 3600 + digits(text, 14, 2) * 60 + digits(text, 17, 2);
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31 && secondOfDay < secondsPerDay)) return undefined;
  const rest = text.charAt(19) === '.' ? fraction(text, 20) : { micros: 0, end: 19 };
  const unix = daysFromCivil(digits(text, 0, 4), month, day) * secondsPerDay + secondOfDay - zoneSeconds(text, rest.end);
  return Number.isNaN(unix) ? undefined : ((unix - worldEpochSeconds) * microsPerSecond + rest.micros) as Micros;
}

/**
 * A duration in at most two units, as in the AGE column.
 * @source kubernetes/apimachinery pkg/util/duration/duration.go
 */
export function humanDuration(duration: number): string {
  const seconds = Math.trunc(duration / microsPerSecond);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 60 * 2) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return withRest(`${minutes}m`, seconds % 60, 's');
  if (minutes < 60 * 3) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return withRest(`${hours}h`, minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 24 * 8) return withRest(`${days}d`, hours % 24, 'h');
  if (hours < 24 * 365 * 2) return `${days}d`;
  const years = Math.floor(days / 365);
  return hours < 24 * 365 * 8 ? withRest(`${years}y`, days % 365, 'd') : `${years}y`;
}

function withRest(amount: string, rest: number, unit: string): string {
  return rest === 0 ? amount : `${amount}${rest}${unit}`;
}

/** The last answer: rows of a table have few different ages. */
const lastAge = { since: '', now: -1, text: '' };

/** The AGE cell of something created at `since`. */
export function age(since: string | null | undefined, now: Micros): string {
  if (since === undefined || since === null || since === '') return '<unknown>';
  if (since === lastAge.since && now === lastAge.now) return lastAge.text;
  const at = parseTime(since);
  const text = at === undefined ? '<unknown>' : humanDuration(now - at);
  [lastAge.since, lastAge.now, lastAge.text] = [since, now, text];
  return text;
}
