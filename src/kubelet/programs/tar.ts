/**
 * Archives: what `kubectl cp` sends through exec.
 * @source pubs.opengroup.org ustar Interchange Format
 */
import { archiveEnd, packEntry, unpackArchive } from '../../base/archive.ts';
import { micros } from '../../base/data.ts';
import { worldEpochSeconds } from '../../api/time.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { absolute, type Io, readAll, sys } from './program.ts';

const secondsOf = (mtime: number): number => worldEpochSeconds + Math.floor(mtime / 1_000_000);
const microsOf = (unixSeconds: number): number => Math.max(0, (unixSeconds - worldEpochSeconds) * 1_000_000);

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
  archive += archiveEnd;
  if (file === '-') yield* io.out(archive);
  else if ((yield* sys.writeFile(absolute(io.cwd, file), archive)) !== null) { yield* io.error(`tar: can't open '${file}'\n`); return 1; }
  return code;
}

function* pack(path: string, name: string): Conversation<string | null> {
  const stat = yield* sys.stat(path);
  if (stat === null) return null;
  if (stat.kind === 'file') return packEntry({ name, directory: false, data: (yield* sys.readFile(path)) ?? '', mode: stat.mode, mtime: secondsOf(stat.mtime) });
  let all = packEntry({ name: `${name}/`, directory: true, data: '', mode: stat.mode, mtime: secondsOf(stat.mtime) });
  for (const below of (yield* sys.list(path)) ?? []) all += (yield* pack(`${path}/${below}`, `${name}/${below}`)) ?? '';
  return all;
}

function* extract(io: Io, { base, file, names, verbose }: { readonly base: string; readonly file: string; readonly names: boolean; readonly verbose: boolean }): Conversation<number> {
  const archive = file === '-' ? yield* readAll(io) : yield* sys.readFile(absolute(io.cwd, file));
  const entries = archive === null ? undefined : unpackArchive(archive);
  if (entries === undefined) { yield* io.error(archive === null ? `tar: can't open '${file}': No such file or directory\n` : 'tar: short read\n'); return 1; }
  for (const { name, directory, data, mode, mtime } of entries) {
    if (names || verbose) yield* io.out(`${name}\n`);
    if (names) continue;
    const full = absolute(base, name.replace(/\/+$/, ''));
    const failed = (yield* makeParents(full)) ?? (directory ? yield* makeOne(full) : yield* sys.writeFile(full, data, { mode, mtime: micros(microsOf(mtime)) }));
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
