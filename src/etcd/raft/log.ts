import { assert } from '../../base/assert.ts';
import { Panic } from '../../sim/panic.ts';
import type { Entry, Snapshot } from './types.ts';

/**
 * The log of one member, with its five marks:
 *
 *     compacted < applied <= applying <= committed <= last
 *     compacted <= stable <= offered <= last
 *
 * `stable` entries are on disk, `offered` ones are on their way there. Entries are kept in chunks: full chunks are
 * frozen and shared by checkpoints, only the last one is copied.
 *
 * @source etcd-io/raft log.go, log_unstable.go
 */
export interface RaftLog {
  /** Full chunks are frozen. Chunk i holds the entries from index `chunkBase + i * CHUNK_ENTRIES`. */
  chunks: Entry[][];
  chunkBase: number;
  /** The last entry dropped, whose term is still known. */
  compacted: number;
  compactedTerm: number;
  last: number;
  stable: number;
  offered: number;
  committed: number;
  applying: number;
  applied: number;
  /** A snapshot received from the leader that must be persisted and installed first. */
  pendingSnapshot: Snapshot | undefined;
}

/** Entries in a chunk: a power of two, small enough that copying the last one is nothing. */
const CHUNK_ENTRIES = 256;

/** An empty log after a point. */
export function newLog(compacted = 0, compactedTerm = 0): RaftLog {
  return {
    chunks: [], chunkBase: compacted + 1, compacted, compactedTerm, last: compacted, stable: compacted,
    offered: compacted, committed: compacted, applying: compacted, applied: compacted, pendingSnapshot: undefined,
  };
}

/** The oldest index whose entry is kept. */
export const firstIndex = (log: RaftLog): number => log.compacted + 1;

/** The entry at an index that is in the log. */
export function entryAt(log: RaftLog, index: number): Entry {
  assert(index > log.compacted && index <= log.last, 'raft: entry outside the log');
  const offset = index - log.chunkBase;
  const entry = log.chunks[Math.floor(offset / CHUNK_ENTRIES)]?.[offset % CHUNK_ENTRIES];
  assert(entry !== undefined, 'raft: chunk without its entry');
  return entry;
}

/** The term at an index, undefined when the log does not know it any more or yet. */
export function termAt(log: RaftLog, index: number): number | undefined {
  if (index === log.compacted) return log.compactedTerm;
  if (index < log.compacted || index > log.last) return undefined;
  return entryAt(log, index).term;
}

/** The term of the last entry. */
export const lastTerm = (log: RaftLog): number => termAt(log, log.last) ?? 0;

/** Whether the log has an entry of this term at this index. */
export const matchTerm = (log: RaftLog, index: number, term: number): boolean => termAt(log, index) === term;

/** Whether a log that ends so is at least as complete as this one. */
export function isUpToDate(log: RaftLog, index: number, term: number): boolean {
  const ours = lastTerm(log);
  return term > ours || (term === ours && index >= log.last);
}

/** Up to `limit` entries from an index on. */
export function entriesFrom(log: RaftLog, from: number, limit: number): readonly Entry[] {
  const to = Math.min(log.last, from + limit - 1);
  if (to < from) return [];
  const entries: Entry[] = [];
  for (let index = from; index <= to;) {
    const offset = index - log.chunkBase;
    const start = offset % CHUNK_ENTRIES;
    const end = Math.min(start + to - index + 1, CHUNK_ENTRIES);
    const chunk = log.chunks[Math.floor(offset / CHUNK_ENTRIES)] ?? [];
    for (let i = start; i < end; i++) entries.push(chunk[i] as Entry);
    index += end - start;
  }
  return Object.freeze(entries);
}

function push(log: RaftLog, entry: Entry): void {
  let chunk = log.chunks.at(-1);
  if (chunk === undefined || chunk.length === CHUNK_ENTRIES) {
    chunk = [];
    log.chunks.push(chunk);
  }
  chunk.push(entry);
  if (chunk.length === CHUNK_ENTRIES) Object.freeze(chunk);
  log.last = entry.index;
}

/** Drops the entries from `index` on; what was on disk there no longer counts. */
function truncateFrom(log: RaftLog, index: number): void {
  const offset = index - log.chunkBase;
  const keep = Math.floor(offset / CHUNK_ENTRIES);
  const rest = offset % CHUNK_ENTRIES;
  const cut = log.chunks[keep];
  log.chunks.length = rest === 0 || cut === undefined ? keep : keep + 1;
  if (rest > 0 && cut !== undefined) log.chunks[keep] = cut.slice(0, rest);
  log.last = index - 1;
  log.stable = Math.min(log.stable, log.last);
  log.offered = Math.min(log.offered, log.last);
}

/** Puts entries behind the one before the first of them; later ones of the log give way. */
export function appendEntries(log: RaftLog, entries: readonly Entry[]): void {
  const first = entries[0];
  if (first === undefined) return;
  if (first.index <= log.committed) throw new Panic(`entry ${first.index} conflict with committed entry [committed(${log.committed})]`);
  assert(first.index <= log.last + 1, 'raft: entries would leave a gap');
  if (first.index <= log.last) truncateFrom(log, first.index);
  for (const entry of entries) push(log, entry);
}

/** The first index at which the log has another entry than those given or none; 0 when it has them all. */
export function findConflict(log: RaftLog, entries: readonly Entry[]): number {
  for (const entry of entries) if (!matchTerm(log, entry.index, entry.term)) return entry.index;
  return 0;
}

/** The last index at or before `index` whose term is at most `term`: where two logs may meet at best. */
export function findConflictByTerm(log: RaftLog, index: number, term: number): { index: number; term: number } {
  for (let at = index; at > 0; at--) {
    const ours = termAt(log, at);
    if (ours === undefined) return { index: at, term: 0 };
    if (ours <= term) return { index: at, term: ours };
  }
  return { index: 0, term: 0 };
}

/** Raises the commit index; it never falls. A member that is told of entries it acknowledged and no longer has gives up, as etcd does. */
export function commitTo(log: RaftLog, index: number): void {
  if (index <= log.committed) return;
  if (index > log.last) throw new Panic(`tocommit(${index}) is out of range [lastIndex(${log.last})]. Was the raft log corrupted, truncated, or lost?`);
  log.committed = index;
}

/** Marks entries as durable, unless the one written last has since been replaced. */
export function stableTo(log: RaftLog, index: number, term: number): void {
  if (index > log.stable && matchTerm(log, index, term)) log.stable = index;
}

/** Forgets entries up to an applied index; whole chunks leave memory. */
export function compactLog(log: RaftLog, index: number): void {
  assert(index <= log.applied, 'raft: only applied entries can be compacted');
  if (index <= log.compacted) return;
  log.compactedTerm = entryAt(log, index).term;
  log.compacted = index;
  const drop = Math.floor((index + 1 - log.chunkBase) / CHUNK_ENTRIES);
  if (drop > 0) {
    log.chunks.splice(0, drop);
    log.chunkBase += drop * CHUNK_ENTRIES;
  }
}

/** The log becomes empty behind a snapshot, which waits for the disk. */
export function restoreLog(log: RaftLog, snapshot: Snapshot): void {
  Object.assign(log, newLog(snapshot.index, snapshot.term), {
    applying: log.applying, applied: log.applied, pendingSnapshot: snapshot,
  });
}
