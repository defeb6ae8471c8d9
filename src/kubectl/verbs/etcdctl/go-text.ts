/** Numbers and texts as Go's formatting verbs and go-humanize print them. */
import { utf8Bytes } from '../../../api/base64.ts';

/** A 64-bit id, kept as hexadecimal text, as a decimal number. */
export const decimalOf = (hex: string): string => (hex === '' ? '0' : BigInt(`0x${hex}`).toString());

/** An id as `%016x` prints it: leases always have sixteen digits. */
export const paddedId = (hex: string): string => hex.padStart(16, '0');

const trimZeros = (text: string): string => text.replace(/\.?0+$/, '');

/** `count` of some unit, with the digits behind the point that are not zero. */
function fraction(count: number, unit: number, digits: number): string {
  const whole = Math.floor(count / unit);
  const rest = count - whole * unit;
  return rest === 0 ? String(whole) : trimZeros(`${whole}.${String(rest).padStart(digits, '0')}`);
}

/**
 * A span of time, µs: `834µs`, `1.5ms`, `2.000123s`, `1m5s`.
 * @source golang time.Duration.String
 */
export function goDuration(micros: number): string {
  if (micros === 0) return '0s';
  if (micros < 1000) return `${micros}µs`;
  if (micros < 1_000_000) return `${fraction(micros, 1000, 3)}ms`;
  const minutes = Math.floor(micros / 60_000_000);
  const seconds = `${fraction(micros - minutes * 60_000_000, 1_000_000, 6)}s`;
  if (minutes === 0) return seconds;
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes}m${seconds}` : `${hours}h${minutes % 60}m${seconds}`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const;

/** Rounds to a whole number; halves go to the even one, as `%.0f` does. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/**
 * A size: `20 kB`, `2.1 GB`.
 * @source dustin/go-humanize bytes.go Bytes
 */
export function humanBytes(bytes: number): string {
  if (bytes < 10) return `${bytes} B`;
  let unit = 1;
  let at = 0;
  while (at < UNITS.length - 1 && bytes >= unit * 1000) { unit *= 1000; at += 1; }
  const value = Math.floor((bytes / unit) * 10 + 0.5) / 10;
  const shown = value < 10 ? value.toFixed(1) : String(roundHalfEven(value));
  return `${shown} ${UNITS[at] ?? ''}`;
}

/** The bytes of a text, each as `\x66`. */
export const hexBytes = (text: string): string => utf8Bytes(text).map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
