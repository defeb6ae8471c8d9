/**
 * Plain data as YAML, as kubectl prints it: keys in order, lists not indented, and the quoting of Go's yaml.v2.
 *
 * @source go-yaml v2 encode.go, emitterc.go, resolve.go, sorter.go
 * @fidelity simplified: texts are taken as valid Unicode, and keys are never longer than a simple key may be
 */

/** yaml.v2's best_width: a line longer than this is folded at its next space. */
const WIDTH = 80;
const INDENT = 2;

/** YAML of a value, ending in a line feed. */
export function toYaml(value: unknown): string {
  const out: string[] = [];
  writeNode(value, { out, indent: 0, column: 0 });
  return `${out.join('')}\n`;
}

/** `column`: where the text so far ends in its line. */
interface Place { readonly out: string[]; readonly indent: number; readonly column: number }

function writeNode(value: unknown, place: Place): void {
  if (Array.isArray(value)) {
    if (value.length === 0) place.out.push('[]');
    else writeList(value, place);
  } else if (typeof value === 'object' && value !== null) {
    writeMap(value as Readonly<Record<string, unknown>>, place);
  } else {
    place.out.push(scalar(value, place));
  }
}

function scalar(value: unknown, place: Place): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return yamlText(value, { indent: place.indent + INDENT, column: place.column });
  if (typeof value === 'number') return numberText(value);
  return String(value);
}

/** Go prints floats of at least 1e21 with an exponent; whole numbers plainly. */
function numberText(value: number): string {
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2');
}

function writeMap(map: Readonly<Record<string, unknown>>, place: Place): void {
  const keys = Object.keys(map).filter((key) => map[key] !== undefined).sort(compareKeys);
  if (keys.length === 0) { place.out.push('{}'); return; }
  const pad = ' '.repeat(place.indent);
  for (const [i, key] of keys.entries()) {
    if (i > 0) place.out.push('\n', pad);
    const shown = yamlText(key, { indent: place.indent, column: 0, isKey: true });
    place.out.push(shown, ':');
    writeValue(map[key], { out: place.out, indent: place.indent, column: place.indent + shown.length + 2 });
  }
}

function writeValue(value: unknown, place: Place): void {
  const isFull = typeof value === 'object' && value !== null && Object.keys(value).some((key) => (value as Record<string, unknown>)[key] !== undefined);
  if (!isFull) {
    place.out.push(' ');
    writeNode(value, place);
  } else if (Array.isArray(value)) {
    place.out.push('\n', ' '.repeat(place.indent));
    writeList(value, place);
  } else {
    place.out.push('\n', ' '.repeat(place.indent + INDENT));
    writeMap(value as Readonly<Record<string, unknown>>, { ...place, indent: place.indent + INDENT });
  }
}

function writeList(list: readonly unknown[], place: Place): void {
  const pad = ' '.repeat(place.indent);
  for (const [i, item] of list.entries()) {
    if (i > 0) place.out.push('\n', pad);
    place.out.push('- ');
    const isBlock = typeof item === 'object' && item !== null;
    writeNode(item, { out: place.out, indent: isBlock ? place.indent + INDENT : place.indent, column: place.indent + 2 });
  }
}

/**
 * Order of keys: digits count as numbers, letters come after other characters.
 * @source go-yaml v2 sorter.go
 */
export function compareKeys(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const x = left[i] ?? '';
    const y = right[i] ?? '';
    if (x !== y) return compareAt(left, right, i);
  }
  return left.length - right.length;
}

const isLetter = (character: string): boolean => /\p{L}/u.test(character);
const isDigit = (character: string | undefined): boolean => character !== undefined && character >= '0' && character <= '9';

function compareAt(left: readonly string[], right: readonly string[], i: number): number {
  const x = left[i] ?? '';
  const y = right[i] ?? '';
  if (isLetter(x) && isLetter(y)) return x < y ? -1 : 1;
  if (isLetter(x) || isLetter(y)) return isLetter(y) ? -1 : 1;
  const start = (x === '0' || y === '0') && hasDigitBefore(left, i) ? 1 : 0;
  const first = numberFrom(left, i, start);
  const second = numberFrom(right, i, start);
  if (first.value !== second.value) return first.value - second.value;
  if (first.end !== second.end) return first.end - second.end;
  return x < y ? -1 : 1;
}

function hasDigitBefore(text: readonly string[], i: number): boolean {
  for (let j = i - 1; j >= 0 && isDigit(text[j]); j--) if (text[j] !== '0') return true;
  return false;
}

function numberFrom(text: readonly string[], from: number, start: number): { readonly value: number; readonly end: number } {
  let value = start;
  let end = from;
  for (; isDigit(text[end]); end++) value = value * 10 + Number(text[end]);
  return { value, end };
}

/** Texts that mean something else when they stand without quotes. */
const RESERVED: ReadonlySet<string> = new Set([
  '', '~', 'null', 'Null', 'NULL',
  'y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', 'n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF',
  'true', 'True', 'TRUE', 'false', 'False', 'FALSE',
  '.nan', '.NaN', '.NAN', '.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF', '-.inf', '-.Inf', '-.INF',
]);
const INTEGER = /^[-+]?(0[xX][0-9a-fA-F_]+|0[oO]?[0-7_]+|0[bB][01_]+|0|[1-9][0-9_]*)$/;
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const TIMESTAMP = /^(\d{4})-(\d{1,2})-(\d{1,2})([Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d+)?(Z|[-+]\d{2}:\d{2})| (\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d+)?)?$/;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

function meansText(text: string): boolean {
  if (RESERVED.has(text)) return false;
  if (!/^[-+.0-9]/.test(text)) return true;
  const plain = text.replaceAll('_', '');
  return !isInteger(text) && !(FLOAT.test(plain) && Number.isFinite(Number(plain))) && !BASE_60.test(text) && !isTimestamp(text);
}

/** Go's ParseInt and ParseUint with base 0: 64 bits at most. */
function isInteger(text: string): boolean {
  if (!INTEGER.test(text)) return false;
  const isNegative = text.startsWith('-');
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '').replace(/^0[oO]?(?=[0-7])/, '0o').replace(/^0X/, '0x').replace(/^0B/, '0b');
  const value = BigInt(digits);
  return isNegative ? value <= 1n << 63n : value < 1n << 64n;
}

function isTimestamp(text: string): boolean {
  const parts = TIMESTAMP.exec(text);
  if (parts === null) return false;
  const [year = 0, month = 0, day = 0] = parts.slice(1, 4).map(Number);
  const [hour = 0, minute = 0, second = 0] = (parts[5] === undefined ? parts.slice(10, 13) : parts.slice(5, 8)).map((part) => Number(part ?? 0));
  return day >= 1 && day <= daysIn(month, year) && hour < 24 && minute < 60 && second < 60;
}

function daysIn(month: number, year: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : (DAYS[month - 1] ?? 0);
}

/** What a text contains that limits how it may be written. */
interface Analysis { readonly plain: boolean; readonly single: boolean; readonly block: boolean }

function analyze(text: string): Analysis {
  // Everything that is neither printable nor a line feed has to be escaped; a tab too.
  const isSpecial = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/.test(text) || / \n/.test(text);
  const hasBreakSpace = /\n /.test(text);
  const hasLeading = /^[ \n]/.test(text);
  const hasTrailing = /[ \n]$/.test(text);
  const indicators = /^(---|\.\.\.)/.test(text) || /^[#,[\]{}&*!|>'"%@`]/.test(text) || /^[-?:]([ \t]|$)/.test(text) || /:([ \t\n]|$)/.test(text) || /[ \t\n]#/.test(text);
  return {
    plain: !isSpecial && !hasBreakSpace && !hasLeading && !hasTrailing && !indicators && !text.includes('\n'),
    single: !isSpecial && !hasBreakSpace,
    block: !isSpecial && !/ $/.test(text),
  };
}

/** A text as a scalar; `indent` is that of its further lines. */
export function yamlText(text: string, place: { readonly indent: number; readonly column: number; readonly isKey?: boolean }): string {
  const can = analyze(text);
  const isKey = place.isKey === true;
  const fold = isKey ? undefined : place;
  if (text.includes('\n')) return can.block && !isKey ? literal(text, place.indent) : doubleQuoted(text, fold);
  if (!meansText(text)) return doubleQuoted(text, fold);
  if (can.plain) return folded(text, fold, 0);
  return can.single ? `'${folded(text.replaceAll("'", "''"), fold, 1)}'` : doubleQuoted(text, fold);
}

/** Breaks a text at the first single space beyond the width. */
function folded(text: string, place: { readonly indent: number; readonly column: number } | undefined, quote: 0 | 1): string {
  if (place === undefined || place.column + text.length + quote <= WIDTH) return text;
  let out = '';
  let column = place.column + quote;
  for (let i = 0; i < text.length; i++) {
    const isSingleSpace = text[i] === ' ' && text[i - 1] !== ' ' && text[i + 1] !== ' ' && i > 0 && i < text.length - 1;
    if (isSingleSpace && column > WIDTH) {
      out += `\n${' '.repeat(place.indent)}`;
      column = place.indent;
    } else {
      out += text[i];
      column += isLowSurrogate(text.charCodeAt(i)) ? 0 : 1;
    }
  }
  return out;
}
const isLowSurrogate = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;

function literal(text: string, indent: number): string {
  const hint = /^[ \n]/.test(text) ? String(INDENT) : '';
  const chomp = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : '';
  const pad = ' '.repeat(indent);
  const body = text.endsWith('\n') ? text.slice(0, -1) : text;
  const lines = body.split('\n').map((line) => (line === '' ? '' : pad + line));
  return `|${hint}${chomp}\n${lines.join('\n')}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0', '\u0007': '\\a', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\v': '\\v', '\f': '\\f', '\r': '\\r', '\u001b': '\\e',
  '"': '\\"', '\\': '\\\\', '\u0085': '\\N', '\u2028': '\\L', '\u2029': '\\P', '\ufeff': '\\uFEFF',
};

function escaped(character: string): string {
  const known = ESCAPES[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0) ?? 0;
  if (code > 0xffff) return `\\U${code.toString(16).toUpperCase().padStart(8, '0')}`;
  if (code < 0x20 || (code > 0x7e && code < 0xa0)) return `\\x${code.toString(16).toUpperCase().padStart(2, '0')}`;
  return character;
}

function doubleQuoted(text: string, place: { readonly indent: number; readonly column: number } | undefined): string {
  let out = '"';
  let column = (place?.column ?? 0) + 1;
  const characters = [...text];
  let afterSpace = false;
  for (const [i, character] of characters.entries()) {
    const mayFold = place !== undefined && character === ' ' && !afterSpace && column > WIDTH && i > 0 && i < characters.length - 1;
    if (mayFold) {
      const next = characters[i + 1] === ' ' ? '\\' : '';
      out += `\n${' '.repeat(place.indent)}${next}`;
      column = place.indent + next.length;
    } else {
      const shown = escaped(character);
      out += shown;
      column += shown.length > 2 ? shown.length : [...shown].length;
    }
    afterSpace = character === ' ';
  }
  return `${out}"`;
}
