/**
 * The small tools of a container.
 *
 * @source busybox coreutils, findutils
 * @fidelity simplified: their common flags; others are taken and mean nothing
 */
import { bytesOf, textOf } from '../../base/bytes.ts';
import { micros } from '../../base/data.ts';
import { formatTime } from '../../api/time.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { absolute, type Io, type Program, readAll, sys } from './program.ts';
import { tar } from './tar.ts';

const SECOND = 1_000_000;
/** Longest rest of one `sleep infinity`: a day. */
const FOREVER = 86_400 * SECOND;

const flagsOf = (args: readonly string[]): string => args.filter(arg => /^-[A-Za-z0-9]+$/.test(arg)).map(arg => arg.slice(1)).join('');
const operandsOf = (args: readonly string[]): readonly string[] => args.filter(arg => !/^-./.test(arg));

function* fail(io: Io, text: string, code = 1): Conversation<number> {
  yield* io.error(`${text}\n`);
  return code;
}

/** The inputs that operands name, one after the other; standard input when there are none. */
function* inputs(io: Io, name: string, paths: readonly string[]): Conversation<{ readonly data: string; readonly failed: boolean }> {
  if (paths.length === 0) return { data: yield* readAll(io), failed: false };
  let data = '';
  let failed = false;
  for (const path of paths) {
    const content = path === '-' ? yield* readAll(io) : yield* sys.readFile(absolute(io.cwd, path));
    if (content !== null) { data += content; continue; }
    failed = true;
    const isDirectory = (yield* sys.stat(absolute(io.cwd, path)))?.kind === 'dir';
    yield* io.error(isDirectory ? `${name}: read error: Is a directory\n` : `${name}: can't open '${path}': No such file or directory\n`);
  }
  return { data, failed };
}

/** Standard input as it comes, or files. */
function* cat(io: Io, args: readonly string[]): Conversation<number> {
  const paths = operandsOf(args);
  if (paths.length > 0) {
    const { data, failed } = yield* inputs(io, 'cat', paths);
    if (data !== '') yield* io.out(data);
    return failed ? 1 : 0;
  }
  for (;;) {
    const some = yield* io.read();
    if (some === null) return 0;
    yield* io.out(some);
  }
}

function escaped(text: string): string {
  const known: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', a: '\x07', e: '\x1b', '0': '\0' };
  return text.replace(/\\([ntr\\ae0])/g, (_whole, letter: string) => known[letter] ?? letter);
}

function* echo(io: Io, args: readonly string[]): Conversation<number> {
  let rest = args;
  let flags = '';
  while (/^-[neE]+$/.test(rest[0] ?? '')) { flags += rest[0] ?? ''; rest = rest.slice(1); }
  const text = rest.join(' ');
  yield* io.out(`${flags.includes('e') ? escaped(text) : text}${flags.includes('n') ? '' : '\n'}`);
  return 0;
}

function* printf(io: Io, [format = '', ...args]: readonly string[]): Conversation<number> {
  let rest = [...args];
  let text = '';
  do {
    text += escaped(format).replace(/%(-?\d*)([sdxc%])/g, (_whole, width: string, letter: string) => {
      if (letter === '%') return '%';
      const value = rest.shift() ?? '';
      const shown = letter === 'd' ? String(Math.trunc(Number(value) || 0)) : letter === 'x' ? (Number(value) || 0).toString(16) : value;
      return width.startsWith('-') ? shown.padEnd(Number(width.slice(1))) : shown.padStart(Number(width) || 0);
    });
  } while (rest.length > 0 && /%-?\d*[sdxc]/.test(format) && (rest = rest.slice()).length > 0);
  yield* io.out(text);
  return 0;
}

function* ls(io: Io, args: readonly string[]): Conversation<number> {
  const flags = flagsOf(args);
  const paths = operandsOf(args);
  let code = 0;
  for (const path of paths.length === 0 ? ['.'] : paths) {
    const full = absolute(io.cwd, path);
    const stat = yield* sys.stat(full);
    if (stat === null) { code = yield* fail(io, `ls: ${path}: No such file or directory`); continue; }
    const names = stat.kind === 'dir' && !flags.includes('d') ? yield* sys.list(full) : null;
    if (names !== null && paths.length > 1) yield* io.out(`${path}:\n`);
    for (const name of names ?? [path]) {
      if (names !== null && name.startsWith('.') && !/[aA]/.test(flags)) continue;
      yield* io.out(flags.includes('l') ? yield* longLine(names === null ? full : absolute(full, name), name) : `${name}\n`);
    }
  }
  return code;
}

const rights = (mode: number): string => [6, 3, 0].map(shift => `${(mode >> shift) & 4 ? 'r' : '-'}${(mode >> shift) & 2 ? 'w' : '-'}${(mode >> shift) & 1 ? 'x' : '-'}`).join('');

function* longLine(path: string, name: string): Conversation<string> {
  const stat = yield* sys.stat(path);
  if (stat === null) return '';
  const time = formatTime(micros(stat.mtime)).slice(5, 16).replace('T', ' ');
  return `${stat.kind === 'dir' ? 'd' : '-'}${rights(stat.mode)}    1 root     root     ${String(stat.size).padStart(9)} ${time} ${name}\n`;
}

/** @source pubs.opengroup.org test */
function* test(io: Io, args: readonly string[]): Conversation<number> {
  const words = args.at(-1) === ']' ? args.slice(0, -1) : args;
  if (words[0] === '!') return (yield* test(io, words.slice(1))) === 0 ? 1 : 0;
  const [a = '', b = '', c = ''] = words;
  const holds = (condition: boolean): number => (condition ? 0 : 1);
  if (words.length === 2 && a.startsWith('-')) {
    if (a === '-z') return holds(b === '');
    if (a === '-n') return holds(b !== '');
    const stat = yield* sys.stat(absolute(io.cwd, b));
    switch (a) {
      case '-d': return holds(stat?.kind === 'dir');
      case '-f': return holds(stat?.kind === 'file');
      case '-s': return holds(stat !== null && stat.size > 0);
      case '-w': return holds(stat !== null && !stat.readOnly);
      default: return holds(stat !== null);
    }
  }
  if (words.length === 3) {
    const numbers: Readonly<Record<string, boolean>> = { '-eq': Number(a) === Number(c), '-ne': Number(a) !== Number(c), '-lt': Number(a) < Number(c), '-le': Number(a) <= Number(c), '-gt': Number(a) > Number(c), '-ge': Number(a) >= Number(c), '=': a === c, '==': a === c, '!=': a !== c };
    return holds(numbers[b] === true);
  }
  return holds(words.length === 1 && a !== '');
}

function* sleep(_io: Io, [text = '0']: readonly string[]): Conversation<number> {
  const unit = { s: 1, m: 60, h: 3600, d: 86_400 }[text.slice(-1)] ?? 1;
  const time = text.startsWith('inf') ? FOREVER : Math.round(Number.parseFloat(text) * unit * SECOND) || 0;
  yield* sys.sleep(micros(time));
  return 0;
}

/** Runs one system call per path, and tells of those that failed. */
function* each(io: Io, args: readonly string[], how: { readonly name: string; readonly tolerant: boolean; act(path: string): Conversation<string | null> }): Conversation<number> {
  let code = 0;
  for (const path of operandsOf(args)) {
    const failed = yield* how.act(absolute(io.cwd, path));
    if (failed !== null && !how.tolerant) code = yield* fail(io, `${how.name}: ${path}: ${failed}`);
  }
  return code;
}

function* makeDirs(path: string, parents: boolean): Conversation<string | null> {
  if (!parents) return yield* sys.makeDir(path);
  const parts = path.split('/').slice(1);
  for (let i = 1; i <= parts.length; i++) {
    const failed = yield* sys.makeDir(`/${parts.slice(0, i).join('/')}`);
    if (failed !== null && failed !== 'File exists') return failed;
  }
  return null;
}

function* copy(io: Io, args: readonly string[], move: boolean): Conversation<number> {
  const paths = operandsOf(args);
  const target = absolute(io.cwd, paths.at(-1) ?? '');
  const isDirectory = (yield* sys.stat(target))?.kind === 'dir';
  for (const path of paths.slice(0, -1)) {
    const data = yield* sys.readFile(absolute(io.cwd, path));
    const name = move ? 'mv' : 'cp';
    if (data === null) return yield* fail(io, `${name}: can't stat '${path}': No such file or directory`);
    const failed = yield* sys.writeFile(isDirectory ? absolute(target, path.slice(path.lastIndexOf('/') + 1)) : target, data);
    if (failed !== null) return yield* fail(io, `${name}: can't create '${paths.at(-1) ?? ''}': ${failed}`);
    if (move) yield* sys.remove(absolute(io.cwd, path));
  }
  return 0;
}

const linesOf = (data: string): readonly string[] => (data === '' ? [] : data.replace(/\n$/, '').split('\n'));

function* some(io: Io, args: readonly string[], from: 'head' | 'tail'): Conversation<number> {
  const at = args.findIndex(arg => arg === '-n' || arg === '-c');
  const short = args.find(arg => /^-\d+$/.test(arg));
  const count = Math.abs(Number(at >= 0 ? args[at + 1] : short?.slice(1) ?? 10)) || 0;
  const operands = operandsOf(at >= 0 ? [...args.slice(0, at), ...args.slice(at + 2)] : args);
  const { data, failed } = yield* inputs(io, from, operands);
  const lines = linesOf(data);
  const shown = from === 'head' ? lines.slice(0, count) : count === 0 ? [] : lines.slice(-count);
  if (shown.length > 0) yield* io.out(`${shown.join('\n')}\n`);
  return failed ? 1 : 0;
}

function* grep(io: Io, args: readonly string[]): Conversation<number> {
  const flags = flagsOf(args);
  const [pattern = '', ...paths] = operandsOf(args);
  let expression: RegExp;
  try {
    expression = new RegExp(flags.includes('F') ? pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : pattern, flags.includes('i') ? 'i' : '');
  } catch {
    return yield* fail(io, `grep: bad regex '${pattern}'`, 2);
  }
  const { data, failed } = yield* inputs(io, 'grep', paths);
  const found = linesOf(data).filter(line => expression.test(line) !== flags.includes('v'));
  if (flags.includes('c')) yield* io.out(`${found.length}\n`);
  else if (!flags.includes('q') && found.length > 0) yield* io.out(`${found.join('\n')}\n`);
  return failed ? 2 : found.length > 0 ? 0 : 1;
}

function* wc(io: Io, args: readonly string[]): Conversation<number> {
  const flags = flagsOf(args);
  const paths = operandsOf(args);
  const { data, failed } = yield* inputs(io, 'wc', paths);
  const counts: readonly (readonly [string, number])[] = [['l', (data.match(/\n/g) ?? []).length], ['w', (data.match(/\S+/g) ?? []).length], ['c', data.length]];
  const shown = counts.filter(([letter]) => flags === '' || flags.includes(letter)).map(([, count]) => String(count));
  yield* io.out(`${shown.join(' ')}${paths.length === 0 ? '' : ` ${paths.join(' ')}`}\n`);
  return failed ? 1 : 0;
}

function* tee(io: Io, args: readonly string[]): Conversation<number> {
  const data = yield* readAll(io);
  for (const path of operandsOf(args)) {
    const failed = yield* sys.writeFile(absolute(io.cwd, path), data, { append: flagsOf(args).includes('a') });
    if (failed !== null) yield* io.error(`tee: ${path}: ${failed}\n`);
  }
  yield* io.out(data);
  return 0;
}

/** Fetches a page from the own pod. Names of other machines are not found. */
function* fetchPage(io: Io, args: readonly string[], name: 'wget' | 'curl'): Conversation<number> {
  const url = operandsOf(args).find(arg => /[./:]|localhost/.test(arg)) ?? '';
  const [, host = '', port = '80', path = '/'] = /^(?:http:\/\/)?([^:/]+)(?::(\d+))?(\/.*)?$/.exec(url) ?? [];
  const local = ['localhost', '127.0.0.1', io.facts.hostname].includes(host);
  if (!local) return yield* fail(io, name === 'wget' ? `wget: bad address '${host}'` : `curl: (6) Could not resolve host: ${host}`, name === 'wget' ? 1 : 6);
  const answer = yield* sys.connect(Number(port), `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  if (answer === null) return yield* fail(io, name === 'wget' ? `wget: can't connect to remote host (127.0.0.1): Connection refused` : `curl: (7) Failed to connect to ${host} port ${port}: Connection refused`, name === 'wget' ? 1 : 7);
  const [, code = '000'] = /^HTTP\/1\.1 (\d+)/.exec(answer) ?? [];
  const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
  if (name === 'wget' && code !== '200') return yield* fail(io, `wget: server returned error: ${answer.split('\r\n')[0] ?? ''}`);
  const format = args[args.indexOf('-w') + 1];
  if (name === 'curl' && args.includes('-I')) yield* io.out(answer.slice(0, answer.indexOf('\r\n\r\n') + 4));
  else if (!(args.includes('-o') && args.includes('/dev/null'))) yield* io.out(body);
  if (args.includes('-w') && format !== undefined) yield* io.out(escaped(format.replace('%{http_code}', code)));
  return 0;
}

function* environment(io: Io, args: readonly string[]): Conversation<number> {
  const [name] = operandsOf(args);
  if (name === undefined) { for (const [key, value] of io.env) yield* io.out(bytesOf(`${key}=${value}\n`)); return 0; }
  const value = io.env.get(name);
  if (value === undefined) return 1;
  yield* io.out(bytesOf(`${value}\n`));
  return 0;
}

/** A program that prints one text. */
const says = (text: (io: Io, args: readonly string[]) => string): Program => function* (io, args) { yield* io.out(text(io, args)); return 0; };

function* date(io: Io, [format = '']: readonly string[]): Conversation<number> {
  const time = formatTime(yield* sys.now());
  yield* io.out(format === '+%s' ? `${Math.floor((yield* sys.now()) / SECOND) + 1_767_225_600}\n` : `${time.slice(0, 10)} ${time.slice(11, 19)} UTC\n`);
  return 0;
}

function* sort(io: Io, args: readonly string[]): Conversation<number> {
  const { data, failed } = yield* inputs(io, 'sort', operandsOf(args));
  const flags = flagsOf(args);
  const lines = [...linesOf(data)].sort((a, b) => (flags.includes('n') ? Number.parseFloat(a) - Number.parseFloat(b) || 0 : 0) || (a < b ? -1 : a > b ? 1 : 0));
  if (flags.includes('r')) lines.reverse();
  const shown = flags.includes('u') ? [...new Set(lines)] : lines;
  if (shown.length > 0) yield* io.out(`${shown.join('\n')}\n`);
  return failed ? 1 : 0;
}

function* sequence(io: Io, args: readonly string[]): Conversation<number> {
  const [from, to] = args.length > 1 ? [Number(args[0]), Number(args.at(-1))] : [1, Number(args[0])];
  for (let n = from; n <= Math.min(to, from + 10_000); n++) yield* io.out(`${n}\n`);
  return 0;
}

/** The tools by name. */
export const tools: Readonly<Record<string, Program>> = {
  cat, echo, printf, ls, test, '[': test, sleep, grep, wc, tee, tar, date, sort, seq: sequence,
  *true() { return 0; },
  *false() { return 1; },
  head: (io, args) => some(io, args, 'head'),
  tail: (io, args) => some(io, args, 'tail'),
  touch: (io, args) => each(io, args, { name: 'touch', tolerant: false, act: path => sys.writeFile(path, '', { append: true }) }),
  mkdir: (io, args) => each(io, args, { name: 'mkdir', tolerant: false, act: path => makeDirs(path, flagsOf(args).includes('p')) }),
  rm: (io, args) => each(io, args, { name: 'rm', tolerant: flagsOf(args).includes('f'), act: sys.remove }),
  cp: (io, args) => copy(io, args, false),
  mv: (io, args) => copy(io, args, true),
  *chmod() { return 0; },
  *chown() { return 0; },
  pwd: says(io => `${io.cwd}\n`),
  hostname: says(io => `${io.facts.hostname}\n`),
  whoami: says(() => 'root\n'),
  id: says((_io, args) => (args.includes('-u') ? '0\n' : 'uid=0(root) gid=0(root) groups=0(root)\n')),
  uname: says((io, args) => (args.includes('-a') ? `Linux ${io.facts.hostname} 6.12.63 #1 SMP x86_64 GNU/Linux\n` : args.includes('-r') ? '6.12.63\n' : 'Linux\n')),
  ps: says(() => 'PID   USER     TIME  COMMAND\n    1 root      0:00 /entrypoint\n'),
  env: environment, printenv: environment,
  wget: (io, args) => fetchPage(io, args, 'wget'),
  curl: (io, args) => fetchPage(io, args, 'curl'),
  which: says((_io, [name = '']) => (Object.hasOwn(tools, name) ? `/usr/bin/${name}\n` : '')),
  basename: says((_io, [path = '']) => `${path.slice(path.lastIndexOf('/') + 1)}\n`),
  nginx: says((_io, args) => (args.includes('-v') ? 'nginx version: nginx/1.27.5\n' : '')),
  'redis-cli': says((_io, args) => (args.some(arg => arg.toUpperCase() === 'PING') ? 'PONG\n' : 'OK\n')),
  *nslookup(io, [name = '']) { return yield* fail(io, `nslookup: can't resolve '${textOf(name)}'`); },
};
