/**
 * Archives: what `kubectl cp` sends through exec.
 * @source pubs.opengroup.org ustar Interchange Format
 */
import { micros } from '../../base/data.ts';
import { worldEpochSeconds } from '../../api/time.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { absolute, type Io, readAll, sys } from './program.ts';

const BLOCK = 512;
/** Files of one archive. */
const ENTRIES_MAX = 10_000;

interface Entry { readonly name: string; readonly directory: boolean; readonly data: string; readonly mode: number; readonly mtime: number }

const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`;
const field = (text: string, width: number): string => text.slice(0, width).padEnd(width, '\0');

/** One entry: a header of one block, and the data in whole blocks. */
function packed({ name, directory, data, mode, mtime }: Entry): string {
  const long = name.length > 100;
  const prefix = long ? name.slice(0, name.lastIndexOf('/', 155)) : '';
  const short = long ? name.slice(prefix.length + 1) : name;
  const seconds = worldEpochSeconds + Math.floor(mtime / 1_000_000);
  const before = field(short, 100) + octal(mode, 8) + octal(0, 8) + octal(0, 8) + octal(data.length, 12) + octal(seconds, 12);
  const after = `${directory ? '5' : '0'}${field('', 100)}ustar\x0000${field('root', 32)}${field('root', 32)}${octal(0, 8)}${octal(0, 8)}${field(prefix, 155)}`;
  let sum = 8 * 32;
  for (const part of [before, after]) for (let i = 0; i < part.length; i++) sum += part.charCodeAt(i);
  const header = field(`${before}${sum.toString(8).padStart(6, '0')}\0 ${after}`, BLOCK);
  return header + field(data, Math.ceil(data.length / BLOCK) * BLOCK);
}

const numberAt = (header: string, at: number, width: number): number => Number.parseInt(header.slice(at, at + width).replace(/[\0 ].*$/s, '').trim() || '0', 8) || 0;
const textAt = (header: string, at: number, width: number): string => header.slice(at, at + width).replace(/\0.*$/s, '');

/** The entries of an archive; undefined = it is none. */
function unpacked(archive: string): readonly Entry[] | undefined {
  const entries: Entry[] = [];
  let longName = '';
  for (let at = 0; at + BLOCK <= archive.length && entries.length < ENTRIES_MAX;) {
    const header = archive.slice(at, at + BLOCK);
    if (/^\0+$/.test(header)) break;
    const size = numberAt(header, 124, 12);
    const type = header[156] ?? '0';
    const data = archive.slice(at + BLOCK, at + BLOCK + size);
    if (data.length < size) return undefined;
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    if (type === 'L') { longName = data.replace(/\0.*$/s, ''); continue; }
    if (type === 'x' || type === 'g') { longName = /\d+ path=([^\n]*)\n/.exec(data)?.[1] ?? longName; continue; }
    const prefix = header.slice(257, 262) === 'ustar' ? textAt(header, 345, 155) : '';
    const name = longName !== '' ? longName : `${prefix === '' ? '' : `${prefix}/`}${textAt(header, 0, 100)}`;
    longName = '';
    if (type === '0' || type === '\0' || type === '5') entries.push({ name, directory: type === '5' || name.endsWith('/'), data, mode: numberAt(header, 100, 8) & 0o777, mtime: Math.max(0, (numberAt(header, 136, 12) - worldEpochSeconds) * 1_000_000) });
  }
  return entries;
}

/** `tar cf - PATH…` and `tar xmf - -C FOLDER`. */
export function* tar(io: Io, args: readonly string[]): Conversation<number> {
  const words = args.map((arg, i) => (i === 0 && !arg.startsWith('-') ? `-${arg}` : arg));
  const flags = words.filter(word => /^-[a-zA-Z]+$/.test(word)).join('');
  const folder = words.indexOf('-C') >= 0 ? words[words.indexOf('-C') + 1] ?? '.' : '.';
  const base = absolute(io.cwd, folder);
  const fileAt = words.findIndex(word => /^-[a-zA-Z]*f$/.test(word));
  const file = fileAt >= 0 ? words[fileAt + 1] ?? '-' : '-';
  const paths = words.filter((word, i) => !word.startsWith('-') && i !== fileAt + 1 && words[i - 1] !== '-C' && words[i - 1] !== '-T');
  if (flags.includes('c')) return yield* create(io, { base, file, paths });
  if (flags.includes('x') || flags.includes('t')) return yield* extract(io, { base, file, names: flags.includes('t'), verbose: flags.includes('v') });
  yield* io.error('tar: You must specify one of the -ctx options\n');
  return 1;
}

function* create(io: Io, { base, file, paths }: { readonly base: string; readonly file: string; readonly paths: readonly string[] }): Conversation<number> {
  let code = 0;
  let archive = '';
  for (const path of paths) {
    const full = absolute(base, path);
    if (path.startsWith('/')) yield* io.error("tar: removing leading '/' from member names\n");
    const name = path.replace(/^\/+/, '').replace(/\/+$/, '');
    const added = yield* pack(full, name === '' ? '.' : name);
    if (added === null) { yield* io.error(`tar: ${path}: No such file or directory\n`); code = 1; continue; }
    archive += added;
  }
  if (code !== 0) { yield* io.error('tar: error exit delayed from previous errors\n'); if (archive === '') return code; }
  archive += '\0'.repeat(2 * BLOCK);
  if (file === '-') yield* io.out(archive);
  else if ((yield* sys.writeFile(absolute(io.cwd, file), archive)) !== null) { yield* io.error(`tar: can't open '${file}'\n`); return 1; }
  return code;
}

function* pack(path: string, name: string): Conversation<string | null> {
  const stat = yield* sys.stat(path);
  if (stat === null) return null;
  if (stat.kind === 'file') return packed({ name, directory: false, data: (yield* sys.readFile(path)) ?? '', mode: stat.mode, mtime: stat.mtime });
  let all = packed({ name: `${name}/`, directory: true, data: '', mode: stat.mode, mtime: stat.mtime });
  for (const below of (yield* sys.list(path)) ?? []) all += (yield* pack(`${path}/${below}`, `${name}/${below}`)) ?? '';
  return all;
}

function* extract(io: Io, { base, file, names, verbose }: { readonly base: string; readonly file: string; readonly names: boolean; readonly verbose: boolean }): Conversation<number> {
  const archive = file === '-' ? yield* readAll(io) : yield* sys.readFile(absolute(io.cwd, file));
  const entries = archive === null ? undefined : unpacked(archive);
  if (entries === undefined) { yield* io.error(archive === null ? `tar: can't open '${file}': No such file or directory\n` : 'tar: short read\n'); return 1; }
  for (const { name, directory, data, mode, mtime } of entries) {
    if (names || verbose) yield* io.out(`${name}\n`);
    if (names) continue;
    const full = absolute(base, name.replace(/\/+$/, ''));
    const failed = (yield* makeParents(full)) ?? (directory ? yield* makeOne(full) : yield* sys.writeFile(full, data, { mode, mtime: micros(mtime) }));
    if (failed === null) continue;
    yield* io.error(`tar: can't open '${name}': ${failed}\n`);
    return 1;
  }
  return 0;
}

function* makeOne(path: string): Conversation<string | null> {
  const failed = yield* sys.makeDir(path);
  return failed === 'File exists' ? null : failed;
}

function* makeParents(path: string): Conversation<string | null> {
  const parts = path.split('/').slice(1, -1);
  for (let i = 1; i <= parts.length; i++) {
    const failed = yield* makeOne(`/${parts.slice(0, i).join('/')}`);
    if (failed !== null) return failed;
  }
  return null;
}
