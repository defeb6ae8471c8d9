/**
 * A small POSIX shell: lists, pipes, redirections, variables, substitutions, `if`, `for`, `while`, and an interactive prompt.
 *
 * @source pubs.opengroup.org Shell Command Language
 * @fidelity simplified: commands of a pipe run one after the other; no functions, no `case`, no here-documents, no job control
 */
import { bytesOf, textOf } from '../../base/bytes.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Command, type List, parseShell, type Simple, type Word } from './shell-parse.ts';
import { absolute, type Io, sys } from './program.ts';

type Run = (io: Io, argv: readonly string[]) => Conversation<number>;
/** What a shell remembers between commands. */
interface Shell { readonly io: Io; readonly run: Run; status: number; exited: boolean; readonly positional: readonly string[]; leaving: '' | 'break' | 'continue' }

/** Rounds of loops in one script. */
const ROUNDS_MAX = 10_000;

/** `sh [-c SCRIPT]`, with a prompt on a terminal. */
export function* shell(io: Io, args: readonly string[], run: Run): Conversation<number> {
  const at = args.findIndex(arg => /^-[a-z]*c[a-z]*$/.test(arg));
  const own: Shell = { io: { ...io, env: new Map(io.env) }, run, status: 0, exited: false, positional: at >= 0 ? args.slice(at + 2) : [], leaving: '' };
  if (at >= 0) return yield* script(own, args[at + 1] ?? '');
  const file = args.find(arg => !arg.startsWith('-'));
  if (file === undefined) return yield* interactive(own);
  const text = yield* sys.readFile(absolute(io.cwd, file));
  if (text !== null) return yield* script(own, textOf(text));
  yield* io.error(`sh: can't open '${file}'\n`);
  return 2;
}

function* script(own: Shell, text: string): Conversation<number> {
  const parsed = parseShell(text);
  if (!parsed.ok) { yield* own.io.error(`sh: syntax error: ${parsed.error}\n`); return 2; }
  yield* runList(own, parsed.value);
  return own.status;
}

const prompt = ({ io }: Shell): string => (io.facts.image.includes('busybox') || io.facts.image.includes('alpine') ? `${io.cwd === '/' ? '/' : io.cwd === '/root' ? '~' : io.cwd} # ` : `root@${io.facts.hostname}:${io.cwd}# `);

/** Reads lines and runs them. A terminal shows what is typed. */
function* interactive(own: Shell): Conversation<number> {
  const { io } = own;
  const { tty } = io.facts;
  let line = '';
  if (tty) yield* io.out(prompt(own));
  while (!own.exited) {
    const some = yield* io.read();
    if (some === null) { if (line.trim() !== '') yield* script(own, textOf(line)); if (tty) yield* io.out('\n'); break; }
    for (const character of some) {
      if (own.exited) break;
      line = yield* typed(own, line, character);
    }
  }
  return own.status;
}

function* typed(own: Shell, line: string, character: string): Conversation<string> {
  const { io } = own;
  const { tty } = io.facts;
  switch (character) {
    case '\x04': if (line === '') { own.exited = true; if (tty) yield* io.out('\n'); } return line;
    case '\x03': if (tty) yield* io.out(`^C\n${prompt(own)}`); own.status = 130; return '';
    case '\x7f': case '\b': if (line !== '' && tty) yield* io.out('\b \b'); return line.slice(0, -1);
    case '\r': case '\n': {
      if (tty) yield* io.out('\n');
      if (line.trim() !== '') yield* script(own, textOf(line));
      if (tty && !own.exited) yield* io.out(prompt(own));
      return '';
    }
    default: if (tty && character >= ' ') yield* io.out(character); return line + character;
  }
}

// ---- Lists -----------------------------------------------------------------------------------------------------------

function* runList(own: Shell, list: List): Conversation<void> {
  for (const { join, pipeline, negated } of list) {
    if (own.exited || own.leaving !== '') return;
    if ((join === '&&' && own.status !== 0) || (join === '||' && own.status === 0)) continue;
    yield* runPipeline(own, pipeline);
    if (negated) own.status = own.status === 0 ? 1 : 0;
  }
}

/** Each command's output is the next one's input. */
function* runPipeline(own: Shell, commands: readonly Command[]): Conversation<void> {
  let input: string | undefined;
  for (const [i, command] of commands.entries()) {
    let piped = '';
    const last = i === commands.length - 1;
    const fed = input;
    let given = false;
    const io: Io = {
      ...own.io, ...(fed === undefined ? {} : { *read() { if (given) return null; given = true; return fed; } }),
      ...(last ? {} : { *out(text: string) { piped += text; return null; } }),
    };
    const inner: Shell = commands.length === 1 ? own : { ...own, io };
    yield* runCommand(inner, command);
    own.status = inner.status;
    if (commands.length === 1) own.exited = inner.exited;
    input = piped;
  }
}

function* runCommand(own: Shell, command: Command): Conversation<void> {
  switch (command.type) {
    case 'simple': yield* runSimple(own, command); return;
    case 'group': yield* runList(own, command.body); return;
    case 'subshell': { const inner: Shell = { ...own, io: { ...own.io, env: new Map(own.io.env) } }; yield* runList(inner, command.body); own.status = inner.status; return; }
    case 'if': yield* runIf(own, command.branches, command.otherwise); return;
    case 'while': yield* runWhile(own, command); return;
    case 'for': yield* runFor(own, command); return;
  }
}

function* runIf(own: Shell, branches: readonly { readonly test: List; readonly then: List }[], otherwise: List): Conversation<void> {
  for (const { test, then } of branches) {
    yield* runList(own, test);
    if (own.status === 0) { yield* runList(own, then); return; }
  }
  own.status = 0;
  yield* runList(own, otherwise);
}

function left(own: Shell): boolean {
  const stop = own.leaving === 'break' || own.exited;
  own.leaving = '';
  return stop;
}

function* runWhile(own: Shell, { test, body, until }: { readonly test: List; readonly body: List; readonly until: boolean }): Conversation<void> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    yield* runList(own, test);
    if ((own.status === 0) === until || own.exited) { own.status = 0; return; }
    yield* runList(own, body);
    if (left(own)) return;
  }
}

function* runFor(own: Shell, { name, words, body }: { readonly name: string; readonly words: readonly Word[]; readonly body: List }): Conversation<void> {
  for (const value of yield* expandAll(own, words)) {
    own.io.env.set(name, value);
    yield* runList(own, body);
    if (left(own)) return;
  }
}

// ---- Simple commands -------------------------------------------------------------------------------------------------

function* runSimple(own: Shell, { assignments, words, redirects }: Simple): Conversation<void> {
  const values: [string, string][] = [];
  for (const { name, value } of assignments) values.push([name, (yield* expand(own, value)).join(' ')]);
  const argv = yield* expandAll(own, words);
  if (argv.length === 0) {
    own.status = 0;
    for (const [name, value] of values) own.io.env.set(name, value);
    if (redirects.length === 0) return;
  }
  const io = yield* redirected(own, redirects);
  if (io === undefined) { own.status = 1; return; }
  for (const [name, value] of values) io.env.set(name, value);
  if (argv.length === 0) return;
  const builtin = Object.hasOwn(builtins, argv[0] ?? '') ? builtins[argv[0] ?? ''] : undefined;
  own.status = builtin === undefined ? yield* own.run(values.length === 0 ? io : { ...io, env: new Map(io.env) }, argv) : yield* builtin({ own, io }, argv.slice(1));
  own.io.cwd = io.cwd;
}

/** The streams of a command after its redirections; undefined = one failed, and was told of. */
function* redirected(own: Shell, redirects: Simple['redirects']): Conversation<Io | undefined> {
  let io: Io = { ...own.io };
  for (const { fd, how, target } of redirects) {
    const [word = ''] = yield* expand(own, target);
    if (how === '>&') {
      const before = io;
      if (fd === 2 && word === '1') io = { ...io, error: before.out };
      else if (fd === 1 && word === '2') io = { ...io, out: before.error };
      continue;
    }
    const path = absolute(io.cwd, word);
    if (how === '<') {
      const data = yield* sys.readFile(path);
      if (data === null) { yield* own.io.error(`sh: can't open ${word}: no such file\n`); return undefined; }
      let given = false;
      io = { ...io, *read() { if (given) return null; given = true; return data; } };
      continue;
    }
    const failed = path === '/dev/null' ? null : how === '>>' ? yield* sys.writeFile(path, '', { append: true }) : yield* sys.writeFile(path, '');
    if (failed !== null) { yield* own.io.error(`sh: can't create ${word}: ${failed}\n`); return undefined; }
    const append = path === '/dev/null' ? function* (): Conversation<null> { return null; } : function* (text: string): Conversation<null> { yield* sys.writeFile(path, text, { append: true }); return null; };
    io = fd === 2 ? { ...io, error: append } : { ...io, out: append };
  }
  return io;
}

type Builtin = (where: { readonly own: Shell; readonly io: Io }, args: readonly string[]) => Conversation<number>;

const builtins: Readonly<Record<string, Builtin>> = {
  *':'() { return 0; },
  *exit({ own }, [code]) { own.exited = true; return code === undefined ? own.status : Number(code) & 255; },
  *break({ own }) { own.leaving = 'break'; return 0; },
  *continue({ own }) { own.leaving = 'continue'; return 0; },
  *cd({ io }, [path = '/root']) {
    const to = absolute(io.cwd, path);
    if ((yield* sys.stat(to))?.kind === 'dir') { io.cwd = to; return 0; }
    yield* io.error(`sh: cd: can't cd to ${path}: No such file or directory\n`);
    return 1;
  },
  *export({ own }, args) { for (const arg of args) { const at = arg.indexOf('='); if (at > 0) own.io.env.set(arg.slice(0, at), arg.slice(at + 1)); } return 0; },
  *unset({ own }, args) { for (const name of args) own.io.env.delete(name); return 0; },
  *set() { return 0; },
  *trap() { return 0; },
  *wait() { return 0; },
  *exec({ own, io }, args) { if (args.length === 0) return 0; own.exited = true; return yield* own.run(io, args); },
  *eval({ own }, args) { yield* script(own, args.join(' ')); return own.status; },
  *read({ own, io }, [name = 'REPLY']) {
    const some = yield* io.read();
    if (some === null) return 1;
    own.io.env.set(name, textOf(some).split(/\r?\n/)[0] ?? '');
    return 0;
  },
};

// ---- Words -----------------------------------------------------------------------------------------------------------

function* expandAll(own: Shell, words: readonly Word[]): Conversation<readonly string[]> {
  const all: string[] = [];
  for (const word of words) for (const text of yield* expand(own, word)) all.push(...(yield* globbed(own, word, text)));
  return all;
}

/** One word after substitution; what stands outside quotes is split at blanks. */
function* expand(own: Shell, word: Word): Conversation<readonly string[]> {
  const fields: string[] = [''];
  let present = false;
  for (const part of word) {
    const value = part.type === 'text' ? part.text : part.type === 'variable' ? variable(own, part.text) : yield* substituted(own, part.text);
    if (part.quoted || part.type === 'text') { fields[fields.length - 1] += value; present ||= part.quoted || value !== ''; continue; }
    const pieces = value.split(/\s+/);
    pieces.forEach((piece, i) => {
      if (i > 0 && (fields.at(-1) !== '' || i < pieces.length - 1)) fields.push('');
      fields[fields.length - 1] += piece;
    });
    present ||= value.trim() !== '';
  }
  if (fields.length > 1 && fields.at(-1) === '') fields.pop();
  return present ? fields : [];
}

function variable({ io, status, positional }: Shell, text: string): string {
  if (text === '?') return String(status);
  if (text === '$') return '1';
  if (text === '#') return String(positional.length);
  if (text === '@' || text === '*') return positional.slice(1).join(' ');
  if (/^\d$/.test(text)) return positional[Number(text)] ?? (text === '0' ? 'sh' : '');
  const [, name = '', sign = '', other = ''] = /^(\w+)(?::?([-=+?]))?(.*)$/s.exec(text) ?? [];
  const value = io.env.get(name) ?? '';
  if (sign === '-' || sign === '=') return value === '' ? other : value;
  return sign === '+' ? (value === '' ? '' : other) : value;
}

function* substituted(own: Shell, text: string): Conversation<string> {
  if (text.startsWith('((')) return String(arithmetic(text.slice(2, -2), name => Number(own.io.env.get(name) ?? 0)));
  let output = '';
  const io: Io = { ...own.io, env: new Map(own.io.env), *out(data) { output += data; return null; } };
  const inner: Shell = { ...own, io };
  yield* script(inner, text);
  own.status = inner.status;
  return textOf(output).replace(/\n+$/, '');
}

/** Sums and products of whole numbers. */
function arithmetic(text: string, value: (name: string) => number): number {
  const tokens = text.match(/\d+|[A-Za-z_]\w*|[-+*/%()<>=!]+/g) ?? [];
  let at = 0;
  const atom = (): number => {
    const token = tokens[at++] ?? '0';
    if (token === '(') { const inner = sum(); at++; return inner; }
    if (token === '-') return -atom();
    return /^\d/.test(token) ? Number(token) : value(token);
  };
  const product = (): number => {
    let left = atom();
    while (['*', '/', '%'].includes(tokens[at] ?? '')) { const sign = tokens[at++]; const right = atom(); left = sign === '*' ? left * right : right === 0 ? 0 : sign === '/' ? Math.trunc(left / right) : left % right; }
    return left;
  };
  const sum = (): number => {
    let left = product();
    while (['+', '-'].includes(tokens[at] ?? '')) { const sign = tokens[at++]; const right = product(); left = sign === '+' ? left + right : left - right; }
    return left;
  };
  return sum();
}

/** Names that match `*` and `?`; the word itself when none does. */
function* globbed(own: Shell, word: Word, text: string): Conversation<readonly string[]> {
  if (!/[*?]/.test(text) || word.some(part => part.quoted)) return [bytesOf(text)];
  const slash = text.lastIndexOf('/');
  const names = yield* sys.list(absolute(own.io.cwd, text.slice(0, slash + 1) || '.'));
  const pattern = new RegExp(`^${text.slice(slash + 1).replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.')}$`);
  const found = (names ?? []).filter(name => pattern.test(name) && !name.startsWith('.')).map(name => text.slice(0, slash + 1) + name);
  return found.length === 0 ? [bytesOf(text)] : found;
}

