/**
 * Amounts such as `500m`, `1.5Gi` or `1e3`: parsed exactly, to the nano.
 *
 * An amount is a whole number of nanos (a BigInt) and the format in which it likes to be shown. Hot paths read `milliValue` and
 * `wholeValue` of the text directly.
 *
 * @source kubernetes/apimachinery pkg/api/resource/quantity.go
 */
import type { Result } from '../base/data.ts';

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/** An exact amount. */
export interface ParsedQuantity {
  readonly nanos: bigint;
  readonly format: QuantityFormat;
}

/** What a malformed amount is answered with. */
const formatText = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const suffixText = "unable to parse quantity's suffix";
const numericText = 'unable to parse numeric part of quantity';

const decimalSuffixes: ReadonlyMap<string, number> = new Map([
  ['n', -9], ['u', -6], ['m', -3], ['', 0], ['k', 3], ['M', 6], ['G', 9], ['T', 12], ['P', 15], ['E', 18],
]);
const decimalSuffixOf: ReadonlyMap<number, string> = new Map([...decimalSuffixes].map(([suffix, exponent]) => [exponent, suffix]));
const binarySuffixes = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;

/** Nanos in one: the smallest unit that is kept. */
const nanosPerUnit = 1_000_000_000n;
/** Largest amount, 2^63 - 1. */
const maximumNanos = 9_223_372_036_854_775_807n * nanosPerUnit;

/** Tens by number of zeros: 0 to 40 are enough for every suffix and 18 digits. */
const tens: readonly bigint[] = Object.freeze(Array.from({ length: 64 }, (_unused, zeros) => BigInt(`1${'0'.repeat(zeros)}`)));
const ten = (zeros: number): bigint => tens[zeros] ?? BigInt(`1${'0'.repeat(zeros)}`);

/** Longest text that is taken, far above any real amount. */
const maximumTextLength = 128;
/** Largest exponent that is taken; more is far above any real amount. */
const maximumExponent = 1000;

interface Suffix {
  readonly base: 2 | 10;
  readonly exponent: number;
  readonly format: QuantityFormat;
}

function interpretSuffix(suffix: string): Suffix | undefined {
  const decimal = decimalSuffixes.get(suffix);
  if (decimal !== undefined) return { base: 10, exponent: decimal, format: 'DecimalSI' };
  const binary = binarySuffixes.indexOf(suffix as (typeof binarySuffixes)[number]);
  if (binary >= 0) return { base: 2, exponent: (binary + 1) * 10, format: 'BinarySI' };
  if (!/^[eE][-+]?[0-9]+$/.test(suffix)) return undefined;
  const exponent = Number(suffix.slice(1));
  return Math.abs(exponent) > maximumExponent ? undefined : { base: 10, exponent, format: 'DecimalExponent' };
}

interface TextParts {
  readonly negative: boolean;
  /** Without leading zeros; '0' when nothing else is left. */
  readonly whole: string;
  readonly fraction: string;
  readonly suffix: string;
  /** Whether there is a digit at all: `-`, `.` and `Ki` are taken for zero. */
  readonly hasDigits: boolean;
}

function skipDigits(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at++;
  return at;
}

/** The end of letters, a sign and digits, as suffixes are made of. */
function suffixEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && 'eEinumkKMGTP'.includes(text.charAt(at))) at++;
  if (text.charAt(at) === '-' || text.charAt(at) === '+') at++;
  return skipDigits(text, at);
}

function split(text: string): TextParts | undefined {
  if (text.length === 0 || text.length > maximumTextLength) return undefined;
  const signed = text.charAt(0) === '-' || text.charAt(0) === '+';
  const start = signed ? 1 : 0;
  const wholeEnd = skipDigits(text, start);
  const hasDot = text.charAt(wholeEnd) === '.';
  const fractionEnd = hasDot ? skipDigits(text, wholeEnd + 1) : wholeEnd;
  const fraction = hasDot ? text.slice(wholeEnd + 1, fractionEnd) : '';
  if (suffixEnd(text, fractionEnd) < text.length) return undefined;
  let first = start;
  while (first < wholeEnd && text.charAt(first) === '0') first++;
  const whole = first === wholeEnd ? '0' : text.slice(first, wholeEnd);
  return { negative: text.charAt(0) === '-', whole, fraction, suffix: text.slice(fractionEnd), hasDigits: wholeEnd > start || fraction !== '' };
}

/** Divides rounding away from zero. */
function divideUp(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  if (dividend % divisor === 0n) return quotient;
  return dividend > 0n ? quotient + 1n : quotient - 1n;
}

function nanosOf(parts: TextParts, suffix: Suffix): bigint {
  let amount = BigInt(`${parts.whole}${parts.fraction}`) * nanosPerUnit;
  const scale = (suffix.base === 10 ? suffix.exponent : 0) - parts.fraction.length;
  if (suffix.base === 2) amount *= 1n << BigInt(suffix.exponent);
  // Less than a nano is rounded up: who wants a little shall get a little.
  amount = scale >= 0 ? amount * ten(scale) : divideUp(amount, ten(-scale));
  if (suffix.base === 2 && amount > maximumNanos) amount = maximumNanos;
  return parts.negative ? -amount : amount;
}

/** Digits that upstream multiplies without big numbers; only these texts may stay as they were typed. */
function isShort(parts: TextParts, suffix: Suffix): boolean {
  const digits = parts.whole.length + parts.fraction.length;
  if (suffix.base === 10) return digits <= 18 && suffix.exponent - parts.fraction.length >= -9;
  return parts.fraction === '' && digits + Math.trunc(suffix.exponent * 3 / 10) <= 14;
}

interface Read { readonly parts: TextParts; readonly suffix: Suffix }

function read(text: string): Result<Read, string> {
  const parts = split(text);
  if (parts === undefined) return { ok: false, error: formatText };
  const suffix = interpretSuffix(parts.suffix);
  if (suffix === undefined) return { ok: false, error: suffixText };
  if (!parts.hasDigits && !isShort(parts, suffix)) return { ok: false, error: numericText };
  return { ok: true, value: { parts, suffix } };
}

function amountOf({ parts, suffix }: Read): ParsedQuantity {
  const nanos = nanosOf(parts, suffix);
  const small = suffix.format === 'BinarySI' && nanos > 0n && nanos < nanosPerUnit;
  return { nanos, format: small ? 'DecimalSI' : suffix.format };
}

/** Parses an amount. */
export function parseQuantity(text: string): Result<ParsedQuantity, string> {
  const result = read(text);
  return result.ok ? { ok: true, value: amountOf(result.value) } : result;
}

/** What is wrong with an amount, '' = nothing. */
export function quantityFault(text: string): string {
  const result = read(text);
  return result.ok ? '' : result.error;
}

/**
 * Whether upstream keeps the text as typed: the mantissa fits 64 bits and nothing could be moved into the suffix. Of a decimal one, the scale is a
 * multiple of three and neither a leading zero nor a trailing thousand is there; a binary one is no multiple of eight. `1024Ki` becomes `1Mi`, `+5Ki` stays.
 */
function staysAsTyped({ parts, suffix }: Read): boolean {
  if (!isShort(parts, suffix)) return false;
  const digits = `${parts.whole}${parts.fraction}`;
  if (suffix.base === 2) return Number(digits) % 8 !== 0;
  return (suffix.exponent - parts.fraction.length) % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0');
}

/** Texts made canonical lately: the same few amounts come with every status. */
const canonical = new Map<string, string>();
const CANONICAL_MAX = 1000;

/** The text as the API server stores it, undefined when malformed. */
export function canonicalQuantity(text: string): string | undefined {
  const known = canonical.get(text);
  if (known !== undefined) return known;
  const found = canonicalText(text);
  if (found === undefined) return undefined;
  if (canonical.size >= CANONICAL_MAX) canonical.clear();
  canonical.set(text, found);
  return found;
}

function canonicalText(text: string): string | undefined {
  const result = read(text);
  if (!result.ok) return undefined;
  return text === '0' || staysAsTyped(result.value) ? text : formatQuantity(amountOf(result.value));
}

/** The canonical text: whole digits and the largest suffix that loses nothing. */
function formatQuantity(of: ParsedQuantity): string {
  if (of.nanos === 0n) return '0';
  const kibi = 1024n * nanosPerUnit;
  if (of.format === 'BinarySI' && (of.nanos >= kibi || of.nanos <= -kibi) && of.nanos % nanosPerUnit === 0n) return formatBinary(of.nanos / nanosPerUnit);
  return formatDecimal(of.nanos, of.format === 'DecimalExponent');
}

function formatBinary(value: bigint): string {
  let amount = value;
  let power = 0;
  while (amount % 1024n === 0n && power < binarySuffixes.length) { amount /= 1024n; power++; }
  return power === 0 ? `${amount}` : `${amount}${binarySuffixes[power - 1] ?? ''}`;
}

/** Beyond exa there is no suffix, and none is written: `1000E` becomes `1`, as upstream has it. */
function formatDecimal(nanos: bigint, asExponent: boolean): string {
  let amount = nanos;
  let exponent = -9;
  while (amount % 1000n === 0n) { amount /= 1000n; exponent += 3; }
  if (asExponent) return exponent === 0 ? `${amount}` : `${amount}e${exponent}`;
  return `${amount}${decimalSuffixOf.get(exponent) ?? ''}`;
}

function nanosOfText(text: string | undefined): bigint {
  if (text === undefined) return 0n;
  const parsed = parseQuantity(text);
  return parsed.ok ? parsed.value.nanos : 0n;
}

/** Negative, zero or positive as `a` is below, equal to or above `b`. Absent counts as zero. */
export function compareQuantity(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  const small = smallNumber(a);
  const other = smallNumber(b);
  if (small >= 0 && other >= 0) return small < other ? -1 : small > other ? 1 : 0;
  const left = nanosOfText(a);
  const right = nanosOfText(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

function combine(a: string, b: string, sign: 1n | -1n): string {
  const left = parseQuantity(a);
  const right = parseQuantity(b);
  if (!left.ok || !right.ok) return left.ok ? a : b;
  // A zero adopts the format of what is added to it.
  const format = left.value.nanos === 0n ? right.value.format : left.value.format;
  return formatQuantity({ nanos: left.value.nanos + sign * right.value.nanos, format });
}

/** The sum, in the format of the left side. */
export const addQuantity = (a: string, b: string): string => combine(a, b, 1n);
/** The difference, in the format of the left side. */
export const subtractQuantity = (a: string, b: string): string => combine(a, b, -1n);

/** Plain whole digits of a text up to `end`, -1 when there is anything else or it is too long for a number. */
function smallWhole(text: string, end: number): number {
  if (end === 0 || end > 12) return -1;
  let value = 0;
  for (let i = 0; i < end; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/**
 * Thousandths of the common forms `12`, `500m` and `64Mi` without exact arithmetic; -1 for everything else.
 * All results are whole and below 2^53, so comparing them is exact.
 */
function smallNumber(text: string | undefined): number {
  if (text === undefined) return 0;
  const last = text.charCodeAt(text.length - 1);
  if (last === 109) return smallWhole(text, text.length - 1);
  if (last === 105) {
    const whole = smallWhole(text, text.length - 2);
    const factor = binaryFactor(text.charCodeAt(text.length - 2));
    return whole >= 0 && whole < 8192 && factor > 0 && factor < 1_099_511_627_776 ? whole * factor * 1000 : -1;
  }
  const whole = smallWhole(text, text.length);
  return whole >= 0 ? whole * 1000 : -1;
}

/** Whether an amount is well-formed; quick for the common forms. */
export function isQuantity(text: string): boolean {
  return smallNumber(text) >= 0 || parseQuantity(text).ok;
}

/** Thousandths of an amount, rounded up: the unit of CPU. Malformed or absent counts as zero. */
export function milliValue(text: string | undefined): number {
  if (text === undefined) return 0;
  const last = text.charCodeAt(text.length - 1);
  if (last === 109) {
    const milli = smallWhole(text, text.length - 1);
    if (milli >= 0) return milli;
  } else {
    const whole = smallWhole(text, text.length);
    if (whole >= 0) return whole * 1000;
  }
  return Number(divideUp(nanosOfText(text), 1_000_000n));
}

/** Bytes of a binary suffix by its first letter. */
function binaryFactor(letter: number): number {
  switch (letter) {
    case 75: return 1024;
    case 77: return 1_048_576;
    case 71: return 1_073_741_824;
    case 84: return 1_099_511_627_776;
    default: return 0;
  }
}

/** Whole units of an amount, rounded up: the unit of memory and counts. Malformed or absent counts as zero. */
export function wholeValue(text: string | undefined): number {
  if (text === undefined) return 0;
  if (text.charCodeAt(text.length - 1) === 105) {
    const whole = smallWhole(text, text.length - 2);
    const factor = binaryFactor(text.charCodeAt(text.length - 2));
    const bytes = whole * factor;
    if (whole >= 0 && factor > 0 && bytes <= Number.MAX_SAFE_INTEGER) return bytes;
  } else {
    const whole = smallWhole(text, text.length);
    if (whole >= 0) return whole;
  }
  return Number(divideUp(nanosOfText(text), nanosPerUnit));
}

/** An amount of a resource in units of a divisor, rounded up; without one in whole units. @source kubernetes/kubectl pkg/util/resource (convertResourceCPUToString and others) */
export function inUnits(resource: string, amount: string | undefined, divisor = '0'): number {
  const unit = milliValue(divisor) === 0 ? '1' : divisor;
  return resource === 'cpu' ? Math.ceil(milliValue(amount) / milliValue(unit)) : Math.ceil(wholeValue(amount) / wholeValue(unit));
}
