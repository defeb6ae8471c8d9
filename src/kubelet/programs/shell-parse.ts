/** The grammar of the shell: from a script to a list of commands. */
import type { Result } from '../../base/data.ts';

/** A piece of a word. `variable`: name or `NAME:-other`; `command`: a script, or `((…))` arithmetic. */
export interface Part { readonly type: 'text' | 'variable' | 'command'; readonly text: string; readonly quoted: boolean }
export type Word = readonly Part[];
export interface Redirect { readonly fd: number; readonly how: '>' | '>>' | '<' | '>&'; readonly target: Word }
export interface Simple { readonly type: 'simple'; readonly assignments: readonly { readonly name: string; readonly value: Word }[]; readonly words: readonly Word[]; readonly redirects: readonly Redirect[] }
export type Command =
  | Simple
  | { readonly type: 'group' | 'subshell'; readonly body: List }
  | { readonly type: 'if'; readonly branches: readonly { readonly test: List; readonly then: List }[]; readonly otherwise: List }
  | { readonly type: 'while'; readonly test: List; readonly body: List; readonly until: boolean }
  | { readonly type: 'for'; readonly name: string; readonly words: readonly Word[]; readonly body: List };
export type List = readonly { readonly join: '' | '&&' | '||'; readonly pipeline: readonly Command[]; readonly negated: boolean }[];

type Token = { readonly type: 'word'; readonly word: Word; readonly bare: string } | { readonly type: 'sign'; readonly text: string; readonly fd: number };

/** Characters of a script, and commands inside commands. */
const SCRIPT_MAX = 65_536;
const DEPTH_MAX = 50;

class ShellError extends Error {}

/** Reads a script; the error is the rest of a sentence that begins with `syntax error:`. */
export function parseShell(text: string): Result<List, string> {
  if (text.length > SCRIPT_MAX) return { ok: false, error: 'script too long' };
  try {
    const parser = new Parser(tokens(text));
    return { ok: true, value: parser.whole() };
  } catch (error) {
    if (error instanceof ShellError) return { ok: false, error: error.message };
    throw error;
  }
}

// ---- Words and signs -------------------------------------------------------------------------------------------------

function tokens(text: string): readonly Token[] {
  const found: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at] ?? '';
    if (character === ' ' || character === '\t' || character === '\r') { at++; continue; }
    if (text.startsWith('\\\n', at)) { at += 2; continue; }
    if (character === '#') { while (at < text.length && text[at] !== '\n') at++; continue; }
    const sign = /^(?:(\d)(?=[<>]))?(>&|>>|&&|\|\||[;&|<>()\n])/.exec(text.slice(at, at + 4));
    if (sign !== null) {
      const [whole, fd, name = ''] = sign;
      found.push({ type: 'sign', text: name, fd: fd === undefined ? (name === '<' ? 0 : 1) : Number(fd) });
      at += whole.length;
      continue;
    }
    const read = readWord(text, at);
    found.push({ type: 'word', word: read.word, bare: read.word.length === 1 && read.word[0]?.quoted === false && read.word[0].type === 'text' ? read.word[0].text : '' });
    at = read.end;
  }
  return found;
}

interface ReadWord { readonly word: Word; readonly end: number }

function readWord(text: string, from: number): ReadWord {
  const parts: Part[] = [];
  let at = from;
  let plain = '';
  const flush = (): void => { if (plain !== '') parts.push({ type: 'text', text: plain, quoted: false }); plain = ''; };
  while (at < text.length) {
    const character = text[at] ?? '';
    if (/[\s;&|<>()]/.test(character)) break;
    if (character === '\\') { flush(); parts.push({ type: 'text', text: text[at + 1] ?? '', quoted: true }); at += 2; continue; }
    if (character === "'") {
      flush();
      const end = text.indexOf("'", at + 1);
      if (end < 0) throw new ShellError('unterminated quoted string');
      parts.push({ type: 'text', text: text.slice(at + 1, end), quoted: true });
      at = end + 1;
      continue;
    }
    if (character === '"') { flush(); at = readQuoted(text, at + 1, parts); continue; }
    if (character === '$' || character === '`') {
      const read = readDollar(text, at, false);
      if (read !== undefined) { flush(); parts.push(read.part); at = read.end; continue; }
    }
    plain += character;
    at++;
  }
  flush();
  return { word: parts, end: at };
}

function readQuoted(text: string, from: number, parts: Part[]): number {
  let at = from;
  let plain = '';
  const flush = (): void => { parts.push({ type: 'text', text: plain, quoted: true }); plain = ''; };
  while (text[at] !== '"') {
    if (at >= text.length) throw new ShellError('unterminated quoted string');
    const character = text[at] ?? '';
    if (character === '\\' && /["\\$`\n]/.test(text[at + 1] ?? '')) { plain += text[at + 1] === '\n' ? '' : text[at + 1] ?? ''; at += 2; continue; }
    const read = character === '$' || character === '`' ? readDollar(text, at, true) : undefined;
    if (read === undefined) { plain += character; at++; continue; }
    flush();
    parts.push(read.part);
    at = read.end;
  }
  flush();
  return at + 1;
}

function readDollar(text: string, at: number, quoted: boolean): { readonly part: Part; readonly end: number } | undefined {
  if (text[at] === '`') {
    const end = text.indexOf('`', at + 1);
    if (end < 0) throw new ShellError('unterminated quoted string');
    return { part: { type: 'command', text: text.slice(at + 1, end), quoted }, end: end + 1 };
  }
  if (text[at + 1] === '(') {
    const end = closing(text, at + 1);
    const inner = text.slice(at + 2, end);
    return { part: { type: 'command', text: inner.startsWith('(') && inner.endsWith(')') ? `(${inner})` : inner, quoted }, end: end + 1 };
  }
  if (text[at + 1] === '{') {
    const end = text.indexOf('}', at);
    if (end < 0) throw new ShellError('unterminated ${');
    return { part: { type: 'variable', text: text.slice(at + 2, end), quoted }, end: end + 1 };
  }
  const [name] = /^(?:[A-Za-z_]\w*|[0-9?$#@*])/.exec(text.slice(at + 1)) ?? [];
  return name === undefined ? undefined : { part: { type: 'variable', text: name, quoted }, end: at + 1 + name.length };
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')' && --depth === 0) return at;
    else if (text[at] === "'") { const end = text.indexOf("'", at + 1); if (end > 0) at = end; }
  }
  throw new ShellError('unterminated $(');
}

// ---- Commands --------------------------------------------------------------------------------------------------------

const ENDERS: readonly string[] = ['then', 'do', 'done', 'fi', 'else', 'elif', '}'];

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;
  constructor(found: readonly Token[]) { this.#tokens = found; }

  whole(): List {
    const list = this.#list();
    const left = this.#tokens[this.#at];
    if (left !== undefined) throw new ShellError(`unexpected "${left.type === 'sign' ? left.text.replace('\n', 'newline') : left.bare}"`);
    return list;
  }

  #sign(): string { const token = this.#tokens[this.#at]; return token?.type === 'sign' ? token.text : ''; }
  #bare(): string { const token = this.#tokens[this.#at]; return token?.type === 'word' ? token.bare : ''; }

  #expect(word: string): void {
    if (this.#bare() !== word && this.#sign() !== word) throw new ShellError(`unexpected end of file (expecting "${word}")`);
    this.#at++;
  }

  #list(): List {
    if (++this.#depth > DEPTH_MAX) throw new ShellError('nested too deeply');
    const items: { join: '' | '&&' | '||'; pipeline: readonly Command[]; negated: boolean }[] = [];
    let join: '' | '&&' | '||' = '';
    for (;;) {
      while (join === '' && [';', '\n', '&'].includes(this.#sign())) this.#at++;
      while (join !== '' && this.#sign() === '\n') this.#at++;
      if (this.#at >= this.#tokens.length || this.#sign() === ')' || ENDERS.includes(this.#bare())) break;
      const negated = this.#bare() === '!';
      if (negated) this.#at++;
      items.push({ join, pipeline: this.#pipeline(), negated });
      const sign = this.#sign();
      if (sign === '&&' || sign === '||') { join = sign; this.#at++; continue; }
      join = '';
      if (![';', '\n', '&'].includes(sign)) break;
    }
    if (join !== '') throw new ShellError('unexpected end of file');
    this.#depth--;
    return items;
  }

  #pipeline(): readonly Command[] {
    const commands = [this.#command()];
    while (this.#sign() === '|') { this.#at++; commands.push(this.#command()); }
    return commands;
  }

  #command(): Command {
    if (this.#sign() === '(') { this.#at++; const body = this.#list(); this.#expect(')'); return { type: 'subshell', body }; }
    switch (this.#bare()) {
      case '{': { this.#at++; const body = this.#list(); this.#expect('}'); return { type: 'group', body }; }
      case 'if': return this.#if();
      case 'while': case 'until': {
        const until = this.#bare() === 'until';
        this.#at++;
        const test = this.#list();
        return { type: 'while', test, body: this.#body(), until };
      }
      case 'for': return this.#for();
      default: return this.#simple();
    }
  }

  #body(): List {
    this.#expect('do');
    const body = this.#list();
    this.#expect('done');
    return body;
  }

  #if(): Command {
    const branches: { test: List; then: List }[] = [];
    let otherwise: List = [];
    do {
      this.#at++;
      const test = this.#list();
      this.#expect('then');
      branches.push({ test, then: this.#list() });
    } while (this.#bare() === 'elif');
    if (this.#bare() === 'else') { this.#at++; otherwise = this.#list(); }
    this.#expect('fi');
    return { type: 'if', branches, otherwise };
  }

  #for(): Command {
    this.#at++;
    const name = this.#bare();
    this.#at++;
    const words: Word[] = [];
    if (this.#bare() === 'in') {
      this.#at++;
      for (let token = this.#tokens[this.#at]; token?.type === 'word'; token = this.#tokens[this.#at]) { words.push(token.word); this.#at++; }
    }
    while ([';', '\n'].includes(this.#sign())) this.#at++;
    return { type: 'for', name, words, body: this.#body() };
  }

  #simple(): Simple {
    const assignments: { name: string; value: Word }[] = [];
    const words: Word[] = [];
    const redirects: Redirect[] = [];
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token?.type === 'word') {
        this.#at++;
        const set = words.length === 0 ? assignment(token.word) : undefined;
        if (set === undefined) words.push(token.word); else assignments.push(set);
        continue;
      }
      if (token === undefined || !['>', '>>', '<', '>&'].includes(token.text)) break;
      const target = this.#tokens[this.#at + 1];
      if (target?.type !== 'word') throw new ShellError('unexpected redirection');
      redirects.push({ fd: token.fd, how: token.text as Redirect['how'], target: target.word });
      this.#at += 2;
    }
    if (words.length === 0 && assignments.length === 0 && redirects.length === 0) throw new ShellError(`unexpected "${this.#sign().replace('\n', 'newline')}"`);
    return { type: 'simple', assignments, words, redirects };
  }
}

function assignment([first, ...rest]: Word): { readonly name: string; readonly value: Word } | undefined {
  if (first?.type !== 'text' || first.quoted) return undefined;
  const [whole, name = ''] = /^([A-Za-z_]\w*)=/.exec(first.text) ?? [];
  return whole === undefined ? undefined : { name, value: [{ ...first, text: first.text.slice(whole.length), quoted: true }, ...rest.map(part => ({ ...part, quoted: true }))] };
}
