import type { EtcdEvent } from '../contract.ts';

/**
 * All changes not yet compacted, in order: the one list that reads of the past and watchers share.
 *
 * Each version knows the position of the one before it of the same key, so the past of a key is a walk along the list:
 *
 *     position   0        1        2        3
 *     version    a=1 @2   b=1 @3   a=2 @4   a deleted @5
 *     previous   -1       -1       0        2
 */
export interface History {
  /** Full chunks are frozen. */
  chunks: Version[][];
  /** Position of the first slot of the first chunk. */
  base: number;
  /** Position of the oldest version kept. */
  first: number;
  /** Position of the next version. */
  next: number;
}

/** One change of one key. */
export interface Version {
  readonly event: EtcdEvent;
  /** Position of the key's version before this one; -1 = none, or compacted. */
  readonly previous: number;
  readonly position: number;
  /** What it takes in the file. */
  readonly bytes: number;
}

/** Versions in a chunk; only the last chunk is copied by a checkpoint. */
const CHUNK_VERSIONS = 512;

/** A history of nothing. */
export const newHistory = (): History => ({ chunks: [], base: 0, first: 0, next: 0 });

/** The revision that made a version. */
export const revisionOf = (version: Version): number => version.event.kv.modRevision;

/** Adds a version at the end, which is its position. */
export function appendVersion(history: History, version: Version): void {
  let chunk = history.chunks.at(-1);
  if (chunk === undefined || chunk.length === CHUNK_VERSIONS) {
    chunk = [];
    history.chunks.push(chunk);
  }
  chunk.push(version);
  if (chunk.length === CHUNK_VERSIONS) Object.freeze(chunk);
  history.next += 1;
}

/** The version at a position, if it is still kept. */
export function versionAt(history: History, position: number): Version | undefined {
  if (position < history.first || position >= history.next) return undefined;
  const offset = position - history.base;
  return history.chunks[Math.floor(offset / CHUNK_VERSIONS)]?.[offset % CHUNK_VERSIONS];
}

/** Position of the first version at or after a revision. */
export function positionOf(history: History, revision: number): number {
  let low = history.first;
  let high = history.next;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const version = versionAt(history, middle);
    if (version !== undefined && revisionOf(version) < revision) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Forgets what lies before a position. */
export function dropBefore(history: History, position: number): void {
  history.first = Math.max(history.first, position);
  const drop = Math.floor((history.first - history.base) / CHUNK_VERSIONS);
  if (drop === 0) return;
  history.chunks.splice(0, drop);
  history.base += drop * CHUNK_VERSIONS;
}

/** A second history with the same content; full chunks are shared. */
export function copyHistory(history: History): History {
  return { ...history, chunks: history.chunks.map((chunk) => Object.isFrozen(chunk) ? chunk : chunk.slice()) };
}
