/**
 * Templates such as `{range .items[*]}{.metadata.name}{"\n"}{end}`: kubectl's dialect of JSONPath.
 *
 * @source kubernetes/client-go util/jsonpath/parser.go
 */
import type { Result } from '../../base/data.ts';

/** One bound of `[start:end:step]`. `derived` marks the end that follows from a single index. */
export interface Bound {
  readonly known: boolean;
  readonly value: number;
  readonly derived: boolean;
}

export type PathNode =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'field'; readonly name: string }
  | { readonly type: 'wildcard' }
  | { readonly type: 'recursive' }
  | { readonly type: 'array'; readonly start: Bound; readonly end: Bound; readonly step: Bound }
  | { readonly type: 'filter'; readonly left: readonly PathNode[]; readonly operator: string; readonly right: readonly PathNode[] }
  | { readonly type: 'union'; readonly parts: readonly (readonly PathNode[])[] }
  | { readonly type: 'identifier'; readonly name: string }
  | { readonly type: 'literal'; readonly value: number | boolean | GoFloat };

/** A number written with a point: another type than a whole one, also where its value is whole. */
export class GoFloat {
  readonly float: number;
  constructor(float: number) { this.float = float; }
}

/** Plain text, or the nodes of one pair of braces. */
export type TemplatePart = { readonly type: 'text'; readonly text: string } | { readonly type: 'action'; readonly nodes: readonly PathNode[] };

class JsonPathSyntaxError extends Error {}

interface Cursor {
  readonly text: string;
  at: number;
}

function fail(message: string): never {
  throw new JsonPathSyntaxError(message);
}

const isWord = (c: string): boolean => c !== '' && /[\p{L}\p{N}_]/u.test(c);
const isLineEnd = (c: string): boolean => c === '' || c === '\r' || c === '\n';
const isTerminator = (c: string): boolean => isLineEnd(c) || c === ' ' || c === '\t' || '.,[]$@{}'.includes(c);

/** The nodes of an action, up to and with its closing brace. */
function parseAction(cursor: Cursor): readonly PathNode[] {
  const nodes: PathNode[] = [];
  for (;;) {
    const c = cursor.text.charAt(cursor.at);
    if (isLineEnd(c)) fail('unclosed action');
    if (c === '}') { cursor.at++; return nodes; }
    if (c === ' ' || c === '@' || c === '$') cursor.at++;
    else if (cursor.text.startsWith('..', cursor.at)) parseRecursive(cursor, nodes);
    else nodes.push(...parseNext(cursor, c));
  }
}

function parseNext(cursor: Cursor, c: string): readonly PathNode[] {
  if (cursor.text.startsWith('[?(', cursor.at)) return [parseFilter(cursor)];
  if (c === '[') return parseArray(cursor);
  if (c === '"' || c === "'") return [parseQuoted(cursor)];
  if (c === '.') { cursor.at++; return [parseField(cursor)]; }
  if ('+-0123456789'.includes(c)) return [parseNumber(cursor)];
  if (isWord(c)) return [parseWord(cursor)];
  return fail(`unrecognized character in action: U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')} '${c}'`);
}

function parseRecursive(cursor: Cursor, nodes: PathNode[]): void {
  if (nodes.at(-1)?.type === 'recursive') fail('invalid multiple recursive descent');
  cursor.at += 2;
  nodes.push({ type: 'recursive' });
  const c = cursor.text.charAt(cursor.at);
  if (isWord(c)) nodes.push(parseField(cursor));
}

function parseField(cursor: Cursor): PathNode {
  let name = '';
  while (!isTerminator(cursor.text.charAt(cursor.at))) {
    if (cursor.text.charAt(cursor.at) === '\\') cursor.at++;
    name += cursor.text.charAt(cursor.at++);
  }
  return name === '*' ? { type: 'wildcard' } : { type: 'field', name };
}

function parseNumber(cursor: Cursor): PathNode {
  const start = cursor.at++;
  while (/[0-9.]/.test(cursor.text.charAt(cursor.at))) cursor.at++;
  const text = cursor.text.slice(start, cursor.at);
  const value = Number(text);
  if (!/^[+-]?[0-9.]*[0-9]/.test(text) || Number.isNaN(value)) fail(`cannot parse number ${text}`);
  return { type: 'literal', value: /\./.test(text) ? new GoFloat(value) : value };
}

function parseWord(cursor: Cursor): PathNode {
  const start = cursor.at;
  while (!isTerminator(cursor.text.charAt(cursor.at))) cursor.at++;
  const name = cursor.text.slice(start, cursor.at);
  return name === 'true' || name === 'false' ? { type: 'literal', value: name === 'true' } : { type: 'identifier', name };
}

const escapes: ReadonlyMap<string, string> = new Map([['a', '\x07'], ['b', '\b'], ['f', '\f'], ['n', '\n'], ['r', '\r'], ['t', '\t'], ['v', '\v'], ['\\', '\\']]);
/** Characters by number: the digits behind the letter, and their base. */
const numbered: ReadonlyMap<string, number> = new Map([['x', 2], ['u', 4], ['U', 8]]);

/** What a backslash at `at` stands for, and where the text goes on; undefined when it stands for nothing. */
function unescape(text: string, at: number, quote: string): { readonly text: string; readonly next: number } | undefined {
  const c = text.charAt(at + 1);
  const simple = c === quote ? quote : escapes.get(c);
  if (simple !== undefined) return { text: simple, next: at + 2 };
  const digits = numbered.get(c);
  const [start, length, base] = digits === undefined ? [at + 1, 3, 8] : [at + 2, digits, 16];
  const number = text.slice(start, start + length);
  const code = (base === 8 ? /^[0-3][0-7]{2}$/ : /^[0-9a-fA-F]+$/).test(number) && number.length === length ? parseInt(number, base) : -1;
  return code < 0 || code > 0x10_ff_ff ? undefined : { text: String.fromCodePoint(code), next: start + length };
}

function unquote(text: string, quote: string): string | undefined {
  let plain = '';
  for (let at = 0; at < text.length;) {
    const c = text.charAt(at);
    if (c === quote) return undefined;
    if (c !== '\\') { plain += c; at++; continue; }
    const escaped = unescape(text, at, quote);
    if (escaped === undefined) return undefined;
    plain += escaped.text;
    at = escaped.next;
  }
  return plain;
}

/** A quote behind a backslash does not close, even where the backslash was meant as one. */
function parseQuoted(cursor: Cursor): PathNode {
  const start = cursor.at;
  const quote = cursor.text.charAt(cursor.at++);
  for (;;) {
    const c = cursor.text.charAt(cursor.at++);
    if (c === '' || c === '\n') fail('unterminated quoted string');
    if (c === quote && cursor.text.charAt(cursor.at - 2) !== '\\') break;
  }
  const whole = cursor.text.slice(start, cursor.at);
  const text = unquote(whole.slice(1, -1), quote);
  return text === undefined ? fail(`unquote string ${whole} error invalid syntax`) : { type: 'text', text };
}

/** Text up to the first bracket that closes, also one between quotes. */
function insideBrackets(cursor: Cursor): string {
  const start = ++cursor.at;
  for (;;) {
    const c = cursor.text.charAt(cursor.at++);
    if (c === '' || c === '\n') fail('unterminated array');
    if (c === ']') return cursor.text.slice(start, cursor.at - 1);
  }
}

const subAction = (text: string): readonly PathNode[] => parseAction({ text: `${text}}`, at: 0 });

function parseArray(cursor: Cursor): readonly PathNode[] {
  const inside = insideBrackets(cursor);
  const text = inside === '*' ? ':' : inside;
  const parts = text.split(',');
  if (parts.length > 1) return [{ type: 'union', parts: parts.map((part) => subAction(`[${part.replace(/^ +| +$/g, '')}]`)) }];
  const key = /^'([^']*)'$/.exec(text);
  if (key !== null) return subAction(`.${key[1] ?? ''}`);
  const slice = /^(-?[0-9]*)(:-?[0-9]*)?(:-?[0-9]*)?$/.exec(text);
  if (slice === null) return fail(`invalid array index ${text}`);
  const start = bound(slice[1] ?? '');
  const end = slice[2] === undefined ? { known: true, value: start.value + 1, derived: true } : bound(slice[2].slice(1));
  return [{ type: 'array', start, end, step: bound((slice[3] ?? ':').slice(1)) }];
}

function bound(text: string): Bound {
  if (text === '') return { known: false, value: 0, derived: false };
  return text === '-' ? fail('array index - is not a number') : { known: true, value: Number(text), derived: false };
}

/** Ends at the first `)` that is not inside of the first quoted string; later quotes do not count. */
function parseFilter(cursor: Cursor): PathNode {
  cursor.at += 3;
  const start = cursor.at;
  let quote = '';
  let closed = false;
  for (;;) {
    const c = cursor.text.charAt(cursor.at++);
    if (c === '' || c === '\n') fail('unterminated filter');
    if (c === ')' && (quote === '' || closed)) break;
    if (quote === '') quote = c === '"' || c === "'" ? c : '';
    else if (c === quote && cursor.text.charAt(cursor.at - 2) !== '\\') closed = true;
  }
  const text = cursor.text.slice(start, cursor.at - 1);
  if (cursor.text.charAt(cursor.at) !== ']') fail('unclosed array expect ]');
  cursor.at++;
  return filterOf(text);
}

function filterOf(text: string): PathNode {
  const parts = /^([^!<>=]+)([!<>=]+)(.+)$/.exec(text);
  if (parts === null) return { type: 'filter', left: subAction(text), operator: 'exists', right: [] };
  return { type: 'filter', left: subAction(parts[1] ?? ''), operator: parts[2] ?? '', right: subAction(parts[3] ?? '') };
}

/** Longest template that is taken. */
const maximumTemplateLength = 100_000;

/** Parses a template. */
export function parseJsonPath(text: string): Result<readonly TemplatePart[], string> {
  if (text.length > maximumTemplateLength) return { ok: false, error: `template is longer than ${maximumTemplateLength} characters` };
  const parts: TemplatePart[] = [];
  const cursor: Cursor = { text, at: 0 };
  try {
    while (cursor.at < text.length) {
      const brace = text.indexOf('{', cursor.at);
      const end = brace < 0 ? text.length : brace;
      if (end > cursor.at) parts.push({ type: 'text', text: text.slice(cursor.at, end) });
      cursor.at = end + 1;
      if (brace >= 0) parts.push({ type: 'action', nodes: parseAction(cursor) });
    }
  } catch (thrown) {
    if (thrown instanceof JsonPathSyntaxError) return { ok: false, error: thrown.message };
    throw thrown;
  }
  return { ok: true, value: parts };
}

/**
 * The lenient form of `--sort-by`, `-o custom-columns` and `wait`: braces and the leading dot may be left out.
 * @source kubernetes/cli-runtime pkg/printers/jsonpath.go (RelaxedJSONPathExpression)
 */
export function relaxedJsonPath(text: string): Result<string, string> {
  if (text === '') return { ok: true, value: '' };
  const match = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(text);
  if (match === null) {
    return { ok: false, error: `unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'` };
  }
  return { ok: true, value: `{.${match[1] ?? match[2] ?? ''}}` };
}
