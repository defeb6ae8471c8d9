import { Table } from '../../base/table.ts';
import { ERRORS } from './errors.ts';
import type { EtcdError } from './errors.ts';
import { dropBefore, positionOf, revisionOf, versionAt } from './history.ts';
import type { Version } from './history.ts';
import type { Store } from './store.ts';

/**
 * Compaction: the past before a revision is forgotten, except what a read at that revision still needs.
 *
 * @source etcd-io/etcd server/storage/mvcc/kvstore_compaction.go, key_index.go (compact, keep)
 * @fidelity simplified: done in one go; etcd deletes in batches in the background
 */

/** Versions that were newest at the revision and have been followed since. */
function versionsToRetain(store: Store, revision: number, from: number): Table<Version> {
  const retained = new Table<Version>();
  const { history } = store;
  for (let position = from; position < history.next; position++) {
    const version = versionAt(history, position);
    if (version === undefined || version.previous >= from || revisionOf(version) <= revision) continue;
    const { key } = version.event.kv;
    const before = versionAt(history, version.previous) ?? (version.previous < 0 ? undefined : store.retained.get(key));
    if (before?.event.type === 'PUT') retained.set(key, before);
  }
  return retained;
}

/** The newest version of a live key stays, but lets go of the value before it. */
function keepNewest(store: Store, version: Version): void {
  const { event } = version;
  if (event.prevKv === undefined) return;
  const bare = Object.freeze({ type: event.type, kv: event.kv, cause: event.cause });
  store.index.set(event.kv.key, Object.freeze({ ...version, event: bare }));
}

function forget(store: Store, version: Version, retained: Table<Version>): void {
  const { key } = version.event.kv;
  const newest = store.index.get(key);
  if (newest?.position === version.position) {
    if (version.event.type === 'PUT') return keepNewest(store, version);
    store.index.delete(key);
  } else if (retained.get(key)?.position === version.position) {
    return;
  }
  store.bytesInUse -= version.bytes;
}

/** Compacts to a revision. */
export function compact(store: Store, revision: number): EtcdError | undefined {
  if (revision <= store.compactRevision) return ERRORS.compacted;
  if (revision > store.revision) return ERRORS.futureRevision;
  const { history } = store;
  const from = positionOf(history, revision);
  const retained = versionsToRetain(store, revision, from);
  for (const [key, version] of store.retained) {
    if (retained.get(key)?.position !== version.position) store.bytesInUse -= version.bytes;
  }
  for (let position = history.first; position < from; position++) {
    const version = versionAt(history, position);
    if (version !== undefined) forget(store, version, retained);
  }
  store.retained = retained;
  store.compactRevision = revision;
  dropBefore(history, from);
  return undefined;
}

/** Gives the free pages back: the file is as large as what it holds. */
export function defragment(store: Store): void {
  store.bytesAllocated = store.bytesInUse;
}
