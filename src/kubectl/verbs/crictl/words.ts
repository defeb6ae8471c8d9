/** Times, sizes and ids as crictl words them. */
import { micros } from '../../../base/data.ts';
import { formatMicroTime, worldEpochSeconds } from '../../../api/time.ts';
import { toCompactJson } from '../../json.ts';

/** Digits of an id that people see. @source cri-tools cmd/crictl/util.go truncatedIDLen */
const SHORT_ID = 13;
/** The beginning of an id. */
export const shortId = (id: string): string => id.replace(/^sha256:/, '').slice(0, SHORT_ID);

const MICROS_PER_SECOND = 1_000_000;

/**
 * How long ago, in words: `About a minute ago`.
 * @source docker/go-units duration.go HumanDuration
 */
export function ago(at: number, now: number): string {
  const seconds = Math.max(0, Math.floor((now - at) / MICROS_PER_SECOND));
  return `${span(seconds)} ago`;
}

function span(seconds: number): string {
  if (seconds < 1) return 'Less than a second';
  if (seconds < 60) return seconds === 1 ? '1 second' : `${seconds} seconds`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return minutes === 1 ? 'About a minute' : `${minutes} minutes`;
  const hours = Math.floor(seconds / 3600 + 0.5);
  if (hours < 48) return hours === 1 ? 'About an hour' : `${hours} hours`;
  if (hours < 24 * 14) return `${Math.floor(hours / 24)} days`;
  if (hours < 24 * 60) return `${Math.floor(hours / 24 / 7)} weeks`;
  return hours < 24 * 730 ? `${Math.floor(hours / 24 / 30)} months` : `${Math.floor(seconds / 3600 / 24 / 365)} years`;
}

/** Go's zero time. */
const NEVER = '0001-01-01T00:00:00Z';

/** An instant in Go's RFC3339Nano; 0 = never. */
export const instant = (at: number): string => (at === 0 ? NEVER : formatMicroTime(micros(at)).replace(/\.?0*Z$/, 'Z'));
/** An instant with nine digits behind the point, as log lines have it. */
export const logTime = (at: number): string => `${formatMicroTime(micros(at)).slice(0, -1)}000Z`;
/** An instant in nanoseconds since 1970, as JSON of protobuf shows 64-bit numbers: as text. */
export const nanoseconds = (at: number): string => `${worldEpochSeconds * MICROS_PER_SECOND + at}000`;

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/**
 * A size in three digits: `72.4MB`.
 * @source docker/go-units size.go HumanSizeWithPrecision
 */
export function humanSize(bytes: number): string {
  let value = bytes;
  let at = 0;
  while (value >= 1000 && at < UNITS.length - 1) { value /= 1000; at += 1; }
  return `${String(Number(value.toPrecision(3)))}${UNITS[at] ?? ''}`;
}

/** JSON over several lines, indented by two spaces, with the keys as they stand. */
export function indentedJson(value: unknown, pad = ''): string {
  if (typeof value !== 'object' || value === null) return toCompactJson(value);
  const inner = `${pad}  `;
  const [open, close, lines] = Array.isArray(value)
    ? ['[', ']', value.map((item) => indentedJson(item, inner))]
    : ['{', '}', Object.entries(value).map(([key, item]) => `${toCompactJson(key)}: ${indentedJson(item, inner)}`)];
  return lines.length === 0 ? `${open}${close}` : `${open}\n${lines.map((line) => inner + line).join(',\n')}\n${pad}${close}`;
}
