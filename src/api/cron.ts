/**
 * Schedules of cron jobs: five fields or a descriptor such as `@daily`.
 *
 * @source github.com/robfig/cron v3 parser.go (ParseStandard)
 */
import type { Result } from '../base/data.ts';
import { isTimeZone } from './time-zones.ts';

/** When something is due: at all times whose parts are listed, or after every so many seconds. */
export type CronSchedule = (FieldSchedule | EverySchedule) & {
  /** Zone named in the text itself, `TZ=Asia/Seoul 0 6 * * *`. */
  readonly zone?: string;
};

interface EverySchedule { readonly type: 'every'; readonly seconds: number }

interface FieldSchedule {
  readonly type: 'fields';
  /** Sorted, 0–59. */
  readonly minutes: readonly number[];
  /** Sorted, 0–23. */
  readonly hours: readonly number[];
  /** Sorted, 1–31. */
  readonly daysOfMonth: readonly number[];
  /** Sorted, 1–12. */
  readonly months: readonly number[];
  /** Sorted, 0–6, Sunday first. */
  readonly daysOfWeek: readonly number[];
  /** A day is due when it fits both lists if either began with `*`, one of the two otherwise. */
  readonly anyDayOfMonth: boolean;
  readonly anyDayOfWeek: boolean;
}

interface Bounds { readonly least: number; readonly most: number; readonly names: readonly string[] }
interface Field { readonly values: readonly number[]; readonly isStar: boolean }

const minuteBounds: Bounds = { least: 0, most: 59, names: [] };
const hourBounds: Bounds = { least: 0, most: 23, names: [] };
const dayBounds: Bounds = { least: 1, most: 31, names: [] };
const monthBounds: Bounds = { least: 1, most: 12, names: ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] };
const weekdayBounds: Bounds = { least: 0, most: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] };

/** A parse that fails unwinds to `parseCron` with its message. */
class CronSyntaxError extends Error {}

function fail(message: string): never {
  throw new CronSyntaxError(message);
}

/** Largest number that Go's int holds exactly in a JavaScript number; schedules never need more. */
const maximumDigits = 15;

function parseInteger(text: string): number {
  if (!/^[+-]?[0-9]+$/.test(text)) return fail(`failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  if (text.length > maximumDigits) return fail(`failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: value out of range`);
  const value = Number(text);
  return value < 0 ? fail(`negative number (${value}) not allowed: ${text}`) : value;
}

function parseIntegerOrName(text: string, names: readonly string[]): number {
  const at = text === '' ? -1 : names.indexOf(text.toLowerCase());
  return at >= 0 ? at : parseInteger(text);
}

function rangeOf(expression: string, bounds: Bounds): { readonly from: number; readonly to: number; readonly step: number; readonly isStar: boolean } {
  const [range = '', stepText, ...moreSteps] = expression.split('/');
  const [low = '', high, ...moreHighs] = range.split('-');
  const isStar = low === '*' || low === '?';
  if (!isStar && moreHighs.length > 0) fail(`too many hyphens: ${expression}`);
  const from = isStar ? bounds.least : parseIntegerOrName(low, bounds.names);
  let to = isStar ? bounds.most : high === undefined ? from : parseIntegerOrName(high, bounds.names);
  if (moreSteps.length > 0) fail(`too many slashes: ${expression}`);
  const step = stepText === undefined ? 1 : parseInteger(stepText);
  // `5/10` means from 5 to the end.
  if (stepText !== undefined && high === undefined) to = bounds.most;
  if (from < bounds.least) fail(`beginning of range (${from}) below minimum (${bounds.least}): ${expression}`);
  if (to > bounds.most) fail(`end of range (${to}) above maximum (${bounds.most}): ${expression}`);
  if (from > to) fail(`beginning of range (${from}) beyond end of range (${to}): ${expression}`);
  if (step === 0) fail(`step of range should be a positive number: ${expression}`);
  return { from, to, step, isStar: isStar && step <= 1 };
}

function fieldOf(text: string, bounds: Bounds): Field {
  const values = new Set<number>();
  let isStar = false;
  for (const expression of text.split(',')) {
    if (expression === '') continue;
    const range = rangeOf(expression, bounds);
    if (range.isStar) isStar = true;
    for (let value = range.from; value <= range.to; value += range.step) values.add(value);
  }
  return { values: [...values].sort((a, b) => a - b), isStar };
}

function fieldsSchedule(fields: readonly string[]): CronSchedule {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  const minutes = fieldOf(minute, minuteBounds).values;
  const hours = fieldOf(hour, hourBounds).values;
  const days = fieldOf(day, dayBounds);
  const months = fieldOf(month, monthBounds).values;
  const weekdays = fieldOf(weekday, weekdayBounds);
  return { type: 'fields', minutes, hours, daysOfMonth: days.values, months, daysOfWeek: weekdays.values, anyDayOfMonth: days.isStar, anyDayOfWeek: weekdays.isStar };
}

const descriptors: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'], ['@annually', '0 0 1 1 *'], ['@monthly', '0 0 1 * *'], ['@weekly', '0 0 * * 0'], ['@daily', '0 0 * * *'], ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

const unitSeconds: Readonly<Record<string, number>> = { 'h': 3600, 'm': 60, 's': 1, 'ms': 1e-3, 'us': 1e-6, 'µs': 1e-6, 'ns': 1e-9 };

/** Seconds of a Go duration such as `1h30m`. @source go time.ParseDuration */
function durationSeconds(text: string): number {
  const bad = (why: string): never => fail(`failed to parse duration @every ${text}: time: ${why}`);
  const digits = text.replace(/^[+-]/, '');
  if (digits === '0') return 0;
  if (digits === '') return bad(`invalid duration ${JSON.stringify(text)}`);
  let seconds = 0;
  let rest = digits;
  while (rest !== '') {
    const part = /^([0-9]*\.?[0-9]*)([^0-9.]*)/.exec(rest);
    const [whole = '', number = '', unit = ''] = part ?? [];
    if (number === '' || number === '.') return bad(`invalid duration ${JSON.stringify(text)}`);
    if (unit === '') return bad(`missing unit in duration ${JSON.stringify(text)}`);
    const size = unitSeconds[unit];
    if (size === undefined) return bad(`unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`);
    seconds += Number(number) * size;
    rest = rest.slice(whole.length);
  }
  return text.startsWith('-') ? -seconds : seconds;
}

function descriptorSchedule(text: string): CronSchedule {
  const fields = descriptors.get(text);
  if (fields !== undefined) return fieldsSchedule(fields.split(' '));
  const every = '@every ';
  // Less than a second is rounded up to one; parts of a second are dropped.
  if (text.startsWith(every)) return { type: 'every', seconds: Math.max(1, Math.floor(durationSeconds(text.slice(every.length)))) };
  return fail(`unrecognized descriptor: ${text}`);
}

function parse(text: string): CronSchedule {
  if (text === '') return fail('empty spec string');
  if (!/^(?:TZ|CRON_TZ)=/.test(text)) return scheduleOf(text);
  const space = text.indexOf(' ');
  // The parser cuts the text without looking, and what it does then is caught.
  if (space < 0) return fail('invalid schedule format: runtime error: slice bounds out of range [:-1]');
  const zone = text.slice(text.indexOf('=') + 1, space);
  if (zone !== '' && zone !== 'Local' && !isTimeZone(zone)) return fail(`provided bad location ${zone}: unknown time zone ${zone}`);
  return { ...scheduleOf(text.slice(space).trim()), zone };
}

function scheduleOf(spec: string): CronSchedule {
  if (spec.startsWith('@')) return descriptorSchedule(spec);
  const fields = spec.split(/\s+/).filter((field) => field !== '');
  if (fields.length !== 5) return fail(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`);
  return fieldsSchedule(fields);
}

/** Parses a schedule; the error is worded as the parser of Kubernetes words it. */
export function parseCron(text: string): Result<CronSchedule, string> {
  try {
    return { ok: true, value: parse(text) };
  } catch (thrown) {
    if (thrown instanceof CronSyntaxError) return { ok: false, error: thrown.message };
    throw thrown;
  }
}
