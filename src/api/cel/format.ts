/**
 * `"%s has %d".format([…])`.
 *
 * @source google/cel-go ext/formatting.go
 */
import { bytesOf } from '../../base/bytes.ts';

const PRECISION = 6;

/** The CEL library's timestamps are dates, which the core neither makes nor asks for the time. */
const isTimestamp = (value: unknown): value is { toISOString(): string } => Object.prototype.toString.call(value) === '[object Date]';

/** A value as `%s` shows it. */
function textOf(value: unknown): string {
  if (value === null) return 'null';
  if (isTimestamp(value)) return value.toISOString().replace(/\.000Z$/, 'Z');
  if (Array.isArray(value)) return `[${value.map(textOf).join(', ')}]`;
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) return `{${Object.entries(value).map(([key, item]) => `${key}: ${textOf(item)}`).join(', ')}}`;
  return String(value);
}

function fail(verb: string, value: unknown): never {
  throw new Error(`error during formatting: %${verb} clause cannot be used on ${typeof value === 'bigint' ? 'int' : typeof value === 'number' ? 'double' : typeof value === 'boolean' ? 'bool' : typeof value}`);
}

function numberIn(verb: string, value: unknown, base: number): string {
  if (typeof value === 'bigint') return value.toString(base);
  if (verb === 'b' && typeof value === 'boolean') return value ? '1' : '0';
  if (verb === 'x' && typeof value === 'string') return [...bytesOf(value)].map(byte => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('');
  return fail(verb, value);
}

/** `1.5e+00`: the exponent has two digits at least. */
function scientific(value: number, precision: number): string {
  const [digits = '', exponent = '0'] = value.toExponential(precision).split('e');
  return `${digits}e${exponent.startsWith('-') ? '-' : '+'}${exponent.replace(/^[+-]/, '').padStart(2, '0')}`;
}

function formatOne(verb: string, precision: number, value: unknown): string {
  switch (verb) {
    case 's': return textOf(value);
    case 'd': return typeof value === 'bigint' || typeof value === 'number' ? String(value) : fail(verb, value);
    case 'f': case 'e': {
      const number = typeof value === 'bigint' || typeof value === 'number' ? Number(value) : fail(verb, value);
      return verb === 'f' ? number.toFixed(precision) : scientific(number, precision);
    }
    case 'b': return numberIn(verb, value, 2);
    case 'o': return numberIn(verb, value, 8);
    case 'x': return numberIn(verb, value, 16);
    case 'X': return numberIn('x', value, 16).toUpperCase();
    default: throw new Error(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
  }
}

/** The text with its clauses replaced by the arguments in turn. */
export function formatText(text: string, args: readonly unknown[]): string {
  let next = 0;
  return text.replaceAll(/%(?:%|(?:\.(\d+))?(.))/g, (whole, precision: string | undefined, verb: string | undefined) => {
    if (verb === undefined) return whole === '%%' ? '%' : whole;
    if (next >= args.length) throw new Error(`index ${next} out of range`);
    return formatOne(verb, precision === undefined ? PRECISION : Number(precision), args[next++]);
  });
}
