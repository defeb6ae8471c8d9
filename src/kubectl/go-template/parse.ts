/**
 * Go templates as trees: text, `{{.a.b}}`, pipelines, `if`, `range`, `with`, variables, and templates with a name.
 * @source golang text/template/parse
 */
import type { Result } from '../../base/data.ts';

/** Something with a value. */
export type Term =
  | { readonly type: 'field'; readonly of: Term | undefined; readonly names: readonly string[] }
  | { readonly type: 'variable'; readonly name: string }
  | { readonly type: 'literal'; readonly value: string | number | boolean | null }
  | { readonly type: 'call'; readonly name: string }
  | { readonly type: 'pipe'; readonly pipe: Pipe };
/** A function with its arguments, or one term. */
export type Call = readonly Term[];
/** Calls, each getting the result of the one before as its last argument. */
export interface Pipe { readonly names: readonly string[]; readonly isAssignment: boolean; readonly calls: readonly Call[] }
export type TemplateNode =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'action'; readonly pipe: Pipe }
  /** Runs the template of this name; without a pipeline on nothing. */
  | { readonly type: 'template'; readonly name: string; readonly written: string; readonly pipe: Pipe | undefined }
  | { readonly type: 'break' | 'continue' }
  | { readonly type: 'if' | 'range' | 'with'; readonly pipe: Pipe; readonly body: readonly TemplateNode[]; readonly otherwise: readonly TemplateNode[] };

/** A template, and those that it defines. */
export interface Template { readonly nodes: readonly TemplateNode[]; readonly named: ReadonlyMap<string, readonly TemplateNode[]> }

class TemplateError extends Error {}
const fail = (message: string): never => { throw new TemplateError(message); };

/** What may be called. @source golang text/template/funcs.go; kubernetes/cli-runtime pkg/printers/template.go */
const FUNCTIONS: readonly string[] = ['and', 'base64decode', 'call', 'eq', 'exists', 'ge', 'gt', 'html', 'index', 'js', 'le', 'len', 'lt', 'ne', 'not', 'or', 'print', 'printf', 'println', 'slice', 'urlquery'];
/** Longest template that is read. */
const LENGTH_MAX = 100_000;
type Piece = { readonly text: string } | { readonly action: string };

/** Reads a template. */
export function parseTemplate(text: string): Result<Template, string> {
  if (text.length > LENGTH_MAX) return { ok: false, error: `template is longer than ${LENGTH_MAX} characters` };
  try {
    const reader = new Reader(piecesOf(text));
    const nodes = reader.list();
    if (!reader.isAtEnd) fail('unexpected {{end}}');
    return { ok: true, value: { nodes, named: reader.named } };
  } catch (error) {
    if (error instanceof TemplateError) return { ok: false, error: error.message };
    throw error;
  }
}

/** Text and actions; `{{-` and `-}}` take the blanks beside them. */
function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let trims = false;
  while (at <= text.length) {
    const open = text.indexOf('{{', at);
    let plain = text.slice(at, open < 0 ? text.length : open);
    if (trims) plain = plain.trimStart();
    if (open < 0) { pieces.push({ text: plain }); break; }
    const close = endOfAction(text, open + 2);
    let action = text.slice(open + 2, close);
    if (/^-\s/.test(action)) { plain = plain.trimEnd(); action = action.slice(1); }
    trims = /\s-$/.test(action);
    if (trims) action = action.slice(0, -1);
    pieces.push({ text: plain });
    if (!action.trim().startsWith('/*')) pieces.push({ action: action.trim() });
    at = close + 2;
  }
  return pieces;
}

function endOfAction(text: string, from: number): number {
  let quote = '';
  for (let i = from; i < text.length; i++) {
    const char = text[i] ?? '';
    if (quote !== '') {
      if (char === '\\' && quote === '"') i++;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === '`') {
      quote = char;
    } else if (text.startsWith('}}', i)) {
      return i;
    }
  }
  return fail('unclosed action');
}

class Reader {
  readonly #pieces: readonly Piece[];
  #at = 0;
  /** `{{range}}`s around. */
  #ranges = 0;
  readonly named = new Map<string, readonly TemplateNode[]>();

  constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces;
  }

  get isAtEnd(): boolean { return this.#at >= this.#pieces.length; }

  /** Nodes up to `{{end}}` or `{{else}}`, which stays. */
  list(): readonly TemplateNode[] {
    const nodes: TemplateNode[] = [];
    while (!this.isAtEnd) {
      const piece = this.#pieces[this.#at];
      if (piece === undefined) break;
      if ('text' in piece) {
        if (piece.text !== '') nodes.push({ type: 'text', text: piece.text });
        this.#at++;
        continue;
      }
      const word = /^[a-z]+/.exec(piece.action)?.[0] ?? '';
      if (word === 'end' || word === 'else') break;
      this.#at++;
      if (word === 'if' || word === 'range' || word === 'with') nodes.push(this.#block(word, piece.action.slice(word.length)));
      else if (word === 'break' || word === 'continue') nodes.push(this.#leave(word));
      else if (word === 'define' || word === 'template' || word === 'block') nodes.push(...this.#named(word, piece.action));
      else nodes.push({ type: 'action', pipe: pipeOf(piece.action) });
    }
    return nodes;
  }

  #leave(type: 'break' | 'continue'): TemplateNode {
    return this.#ranges > 0 ? { type } : fail(`{{${type}}} outside {{range}}`);
  }

  /** `{{define "x"}}…{{end}}`, `{{template "x" .}}`, and `{{block "x" .}}…{{end}}`, which is both. */
  #named(word: 'define' | 'template' | 'block', action: string): readonly TemplateNode[] {
    const [, quoted, rest = ''] = /^[a-z]+\s+("(?:[^"\\]|\\.)*"|`[^`]*`)\s*(.*)$/s.exec(action) ?? [];
    if (quoted === undefined) return fail(`unexpected ${JSON.stringify(action.slice(word.length).trim())} in ${word} clause`);
    const name = quoted.startsWith('`') ? quoted.slice(1, -1) : JSON.parse(quoted) as string;
    if (word !== 'template') {
      this.named.set(name, this.list());
      const end = this.#pieces[this.#at++];
      if (end === undefined || !('action' in end) || end.action !== 'end') return fail('unexpected EOF');
    }
    return word === 'define' ? [] : [{ type: 'template', name, written: `{{template ${quoted}${rest === '' ? '' : ` ${rest}`}}}`, pipe: rest === '' ? undefined : pipeOf(rest) }];
  }

  #block(type: 'if' | 'range' | 'with', head: string): TemplateNode {
    const pipe = pipeOf(head);
    if (type === 'range') this.#ranges++;
    const body = this.list();
    if (type === 'range') this.#ranges--;
    const next = this.#pieces[this.#at++];
    if (next === undefined || !('action' in next)) return fail('unexpected EOF');
    if (next.action === 'end') return { type, pipe, body, otherwise: [] };
    const chained = /^else\s+(if|with)\b(.*)$/s.exec(next.action);
    if (chained !== null) return { type, pipe, body, otherwise: [this.#block(chained[1] as 'if' | 'with', chained[2] ?? '')] };
    const otherwise = this.list();
    const end = this.#pieces[this.#at++];
    if (end === undefined || !('action' in end) || end.action !== 'end') return fail('unexpected EOF');
    return { type, pipe, body, otherwise };
  }
}

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|`[^`]*`|:=|=|\||,|\(|\)|\$[\w]*|(?:\.[\w-]+)+|\.|-?\d+(?:\.\d+)?|[A-Za-z_]\w*)/y;

function tokensOf(text: string): readonly string[] {
  const tokens: string[] = [];
  let at = 0;
  while (text.slice(at).trim() !== '') {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (found?.[1] === undefined) return fail(`unexpected ${JSON.stringify(text.slice(at).trim().slice(0, 1))} in ${JSON.stringify(text.trim())}`);
    tokens.push(found[1]);
    at = TOKEN.lastIndex;
  }
  return tokens;
}

interface Cursor { readonly tokens: readonly string[]; at: number }

function pipeOf(text: string): Pipe {
  const cursor: Cursor = { tokens: tokensOf(text), at: 0 };
  const pipe = readPipe(cursor);
  if (cursor.at < cursor.tokens.length) fail(`unexpected ${JSON.stringify(cursor.tokens[cursor.at])}`);
  return pipe;
}

function readPipe(cursor: Cursor): Pipe {
  const { names, isAssignment } = readNames(cursor);
  const calls: Call[] = [];
  for (;;) {
    const call: Term[] = [];
    while (cursor.at < cursor.tokens.length && cursor.tokens[cursor.at] !== '|' && cursor.tokens[cursor.at] !== ')') call.push(readTerm(cursor));
    if (call.length === 0) fail('missing value for command');
    calls.push(call);
    if (cursor.tokens[cursor.at] !== '|') return { names, isAssignment, calls };
    cursor.at++;
  }
}

/** `$x :=`, `$k, $v :=`, `$x =`. */
function readNames(cursor: Cursor): { readonly names: readonly string[]; readonly isAssignment: boolean } {
  const [a, b, c, d] = cursor.tokens.slice(cursor.at, cursor.at + 4);
  if (a?.startsWith('$') === true && (b === ':=' || b === '=')) {
    cursor.at += 2;
    return { names: [a], isAssignment: b === '=' };
  }
  if (a?.startsWith('$') === true && b === ',' && c?.startsWith('$') === true && d === ':=') {
    cursor.at += 4;
    return { names: [a, c], isAssignment: false };
  }
  return { names: [], isAssignment: false };
}

function readTerm(cursor: Cursor): Term {
  const token = cursor.tokens[cursor.at++] ?? '';
  const base = termOf(token, cursor);
  const next = cursor.tokens[cursor.at];
  const takesFields = token === ')' || token.startsWith('$') || base.type === 'pipe';
  if (next !== undefined && takesFields && /^\.[\w-]/.test(next)) {
    cursor.at++;
    return { type: 'field', of: base, names: next.slice(1).split('.') };
  }
  return base;
}

function termOf(token: string, cursor: Cursor): Term {
  if (token === '(') {
    const pipe = readPipe(cursor);
    if (cursor.tokens[cursor.at++] !== ')') fail('unclosed left paren');
    return { type: 'pipe', pipe };
  }
  if (token === '.') return { type: 'field', of: undefined, names: [] };
  if (token.startsWith('.')) return { type: 'field', of: undefined, names: token.slice(1).split('.') };
  if (token.startsWith('$')) return { type: 'variable', name: token };
  if (token.startsWith('"')) return { type: 'literal', value: JSON.parse(token) as string };
  if (token.startsWith('`')) return { type: 'literal', value: token.slice(1, -1) };
  if (/^-?\d/.test(token)) return { type: 'literal', value: Number(token) };
  if (token === 'true' || token === 'false') return { type: 'literal', value: token === 'true' };
  if (token === 'nil') return { type: 'literal', value: null };
  if (/^[A-Za-z_]/.test(token)) return FUNCTIONS.includes(token) ? { type: 'call', name: token } : fail(`function ${JSON.stringify(token)} not defined`);
  return fail(`unexpected ${JSON.stringify(token)}`);
}
