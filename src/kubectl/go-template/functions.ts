/** The functions that templates may call.
 * @source golang text/template funcs.go; kubernetes/cli-runtime pkg/printers/template.go */
import { compareText, equalData } from '../../base/compare.ts';
import { bytesOf as utf8Bytes } from '../../base/bytes.ts';
import { decodeBase64Text } from '../../api/base64.ts';
import { goText } from '../../base/go-text.ts';
import { fail } from './failure.ts';

/** What stands for a field that is not there. */
export const MISSING: unique symbol = Symbol('no value');

/** @source text/template exec.go IsTrue */
export function isTrue(value: unknown): boolean {
  if (value === MISSING || value === null || value === undefined || value === false || value === 0 || value === '') return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value !== 'object' || Object.keys(value as object).length > 0;
}

export const textOf = (value: unknown): string => (value === MISSING || value === undefined || value === null ? '<no value>' : goText(value));
const plain = (value: unknown): string | number => (typeof value === 'number' ? value : textOf(value));
const order = (a: unknown, b: unknown): number => (typeof a === 'number' && typeof b === 'number' ? a - b : compareText(String(plain(a)), String(plain(b))));

function index(values: readonly unknown[]): unknown {
  let at = values[0];
  for (const key of values.slice(1)) {
    if (Array.isArray(at)) at = typeof key === 'number' && key >= 0 && key < at.length ? (at as readonly unknown[])[key] : fail(`error calling index: index out of range: ${textOf(key)}`);
    else if (typeof at === 'object' && at !== null) at = (at as Readonly<Record<string, unknown>>)[String(key)] ?? MISSING;
    else return fail('error calling index: index of untyped nil');
  }
  return at;
}

/** The verbs of Go's fmt that templates use. */
function printf(values: readonly unknown[]): string {
  let next = 1;
  return String(values[0] ?? '').replace(/%([-+0 #]*)(\d*)(?:\.(\d+))?([a-zA-Z%])/g, (_whole, flags: string, width: string, precision: string | undefined, verb: string) => {
    if (verb === '%') return '%';
    const shown = verbText(verb, values[next++], precision);
    const size = Number(width || '0');
    return flags.includes('-') ? shown.padEnd(size) : shown.padStart(size, flags.includes('0') && /^[dfxX]$/.test(verb) ? '0' : ' ');
  });
}

function verbText(verb: string, value: unknown, precision: string | undefined): string {
  switch (verb) {
    case 'q': return JSON.stringify(textOf(value));
    case 'd': return String(Math.trunc(Number(value)));
    case 'f': return Number(value).toFixed(Number(precision ?? '6'));
    case 'x': return typeof value === 'number' ? value.toString(16) : [...utf8Bytes(textOf(value))].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('');
    default: return precision === undefined || verb !== 's' ? textOf(value) : textOf(value).slice(0, Number(precision));
  }
}

/** Blanks stand only between two values that are no texts. */
const print = (values: readonly unknown[]): string => values.map((value, i) => `${i > 0 && typeof value !== 'string' && typeof values[i - 1] !== 'string' ? ' ' : ''}${textOf(value)}`).join('');

function slice([value, ...bounds]: readonly unknown[]): unknown {
  if (typeof value !== 'string' && !Array.isArray(value)) return fail(`error calling slice: can't slice item of type ${typeof value}`);
  const [from = 0, to = value.length] = bounds.map(Number);
  const wrong = [from, to].find((bound) => bound < 0 || bound > value.length);
  if (wrong !== undefined) return fail(`error calling slice: index out of range: ${wrong}`);
  return from > to ? fail(`error calling slice: invalid slice index: ${from} > ${to}`) : value.slice(from, to);
}

const HTML: Readonly<Record<string, string>> = { '"': '&#34;', "'": '&#39;', '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const SCRIPT: Readonly<Record<string, string>> = { '\\': '\\\\', "'": "\\'", '"': '\\"', '<': '\\u003C', '>': '\\u003E', '&': '\\u0026', '=': '\\u003D' };
const html = (text: string): string => text.replace(/["'&<>]/g, (character) => HTML[character] ?? character);
const script = (text: string): string => text.replace(/[\\'"<>&=\u0000-\u001f]/g, (character) => SCRIPT[character] ?? `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`);
const query = (text: string): string => encodeURIComponent(text).replaceAll('%20', '+').replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

function lengthOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : fail(`error calling len: len of type ${typeof value}`);
}

/** What may be called, with its arguments. */
export const functions: Readonly<Record<string, (values: readonly unknown[]) => unknown>> = {
  index, printf, print, slice,
  html: (values) => html(print(values)),
  js: (values) => script(print(values)),
  urlquery: (values) => query(print(values)),
  len: ([value]) => lengthOf(value),
  println: (values) => `${values.map(textOf).join(' ')}\n`,
  not: ([value]) => !isTrue(value),
  and: (values) => values.find((value) => !isTrue(value)) ?? values[values.length - 1],
  or: (values) => values.find(isTrue) ?? values[values.length - 1],
  eq: ([first, ...rest]) => rest.some((value) => equalData(first, value)),
  ne: ([a, b]) => !equalData(a, b),
  lt: ([a, b]) => order(a, b) < 0,
  le: ([a, b]) => order(a, b) <= 0,
  gt: ([a, b]) => order(a, b) > 0,
  ge: ([a, b]) => order(a, b) >= 0,
  base64decode: ([value]) => decodeBase64Text(String(value ?? '')),
  exists: (values) => values.length > 0 && exists(values),
};

function exists(values: readonly unknown[]): boolean {
  let at: unknown = values[0];
  for (const key of values.slice(1)) {
    if (typeof at !== 'object' || at === null) return false;
    at = (at as Readonly<Record<string, unknown>>)[String(key)];
  }
  return at !== undefined && at !== null && at !== MISSING;
}
