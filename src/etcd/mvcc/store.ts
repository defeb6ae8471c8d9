import { Table } from '../../base/table.ts';
import type { DeleteRangeRequest, DeleteRangeResponse, EtcdEvent, EtcdValue, KeyValue, PutRequest, PutResponse } from '../contract.ts';
import { ERRORS } from './errors.ts';
import type { EtcdError } from './errors.ts';
import { appendVersion, copyHistory, newHistory } from './history.ts';
import type { History, Version } from './history.ts';
import { valueBytes } from './size.ts';

/**
 * The multi-version store of one member. Every change makes a new revision of the whole store; nothing is overwritten
 * before it is compacted.
 *
 * @source etcd-io/etcd server/storage/mvcc: kvstore.go, kvstore_txn.go, index.go, key_index.go
 */
export interface Store {
  /** Revision of the last change; an empty store is at 1. */
  revision: number;
  /** Reads below it are refused; -1 = never compacted. */
  compactRevision: number;
  /** Key → its newest version, which may be a tombstone. */
  index: Table<Version>;
  history: History;
  /** Key → the version that was newest at the compact revision, when a newer one has followed. */
  retained: Table<Version>;
  leases: Table<Lease>;
  /** Lease → the keys attached to it; a lease without keys is not there. */
  leaseKeys: Table<Table<true>>;
  /** Bytes of all versions kept. */
  bytesInUse: number;
  /** Size of the file: grows with use, shrinks only by defragmentation. */
  bytesAllocated: number;
}

/** A lease as all members know it. */
export interface Lease {
  readonly id: string;
  /** Seconds granted. */
  readonly ttl: number;
  /** Seconds left when last checkpointed by a leader; 0 = all. */
  readonly remainingTtl: number;
}

/** The place of a change: its revision and what caused it. */
export interface Change { readonly revision: number; readonly cause: number }

/** The page file of a fresh bbolt database, bytes. */
const EMPTY_DATABASE_BYTES = 20_480;
/** Revision key, fields and page share of a stored version, bytes. */
const VERSION_OVERHEAD = 64;

/** An empty store. */
export function newStore(): Store {
  return {
    revision: 1, compactRevision: -1, index: new Table(), history: newHistory(), retained: new Table(), leases: new Table(),
    leaseKeys: new Table(), bytesInUse: EMPTY_DATABASE_BYTES, bytesAllocated: EMPTY_DATABASE_BYTES,
  };
}

/** A second store with the same content; both may go on. */
export function checkpointStore(store: Store): Store {
  return {
    ...store, index: store.index.checkpoint(), history: copyHistory(store.history), retained: store.retained.checkpoint(),
    leases: store.leases.checkpoint(), leaseKeys: new Table(leaseKeyCopies(store)),
  };
}

function* leaseKeyCopies(store: Store): Generator<readonly [string, Table<true>]> {
  for (const [lease, keys] of store.leaseKeys) yield [lease, keys.checkpoint()];
}

/** The newest value of a key, if it is not deleted. */
export function liveKv(store: Store, key: string): KeyValue | undefined {
  const event = store.index.get(key)?.event;
  return event?.type === 'PUT' ? event.kv : undefined;
}

function grow(store: Store, bytes: number): void {
  store.bytesInUse += bytes;
  if (store.bytesInUse > store.bytesAllocated) store.bytesAllocated = store.bytesInUse;
}

function attach(store: Store, key: string, { from, to }: { readonly from: string; readonly to: string }): void {
  if (from !== '') {
    const keys = store.leaseKeys.get(from);
    keys?.delete(key);
    if (keys?.size === 0) store.leaseKeys.delete(from);
  }
  if (to === '') return;
  let keys = store.leaseKeys.get(to);
  if (keys === undefined) store.leaseKeys.set(to, (keys = new Table()));
  keys.set(key, true);
}

/** Adds a version of a key that has passed the checks; reads of the past still need the one before it, if a compaction has cut that off the list. */
function addVersion(store: Store, version: Version, previous: Version | undefined): void {
  if (previous !== undefined && previous.position < store.history.first) store.retained.set(version.event.kv.key, previous);
  appendVersion(store.history, version);
  store.index.set(version.event.kv.key, version);
  grow(store, version.bytes);
}

/** Slots of the memory below: members apply the same change within far fewer revisions of each other. A power of two. */
const MADE_SLOTS = 4096;
/**
 * Versions made lately, by revision. The members of a cluster make the same ones from the same entries, so the second and
 * the third take what the first has made: a third of the memory. Only a shortcut: what it gives is equal to what
 * would be made.
 */
const made: { readonly put: PutRequest; readonly version: Version }[] = [];

function madeBefore(store: Store, put: PutRequest, change: Change, before: Version | undefined): Version | undefined {
  const slot = made[change.revision % MADE_SLOTS];
  if (slot === undefined || slot.put !== put) return undefined;
  const { event, position, previous } = slot.version;
  const same = event.kv.modRevision === change.revision && event.cause === change.cause && position === store.history.next
    && previous === (before?.position ?? -1) && event.prevKv === liveOf(before);
  return same ? slot.version : undefined;
}

/** The value that a version has; undefined = the key is deleted, or never was. */
export const liveOf = (version: Version | undefined): KeyValue | undefined => (version?.event.type === 'PUT' ? version.event.kv : undefined);

/** Whether a put could be done; what it keeps of the old value is looked up again when it is done. `old`: the live value of its key. */
export function checkPut(store: Store, put: PutRequest, old = liveKv(store, put.key)): EtcdError | undefined {
  if (put.key === '') return ERRORS.emptyKey;
  if (put.ignoreValue === true && put.value !== '') return ERRORS.valueProvided;
  if (put.ignoreLease === true && (put.lease ?? '') !== '') return ERRORS.leaseProvided;
  const lease = put.lease ?? '';
  if (lease !== '' && !store.leases.has(lease)) return ERRORS.leaseNotFound;
  return lacksOld(put, old) ? ERRORS.keyNotFound : undefined;
}

/** Whether a put that keeps a part of what was there finds nothing there. */
const lacksOld = (put: PutRequest, old: KeyValue | undefined): boolean => old === undefined && (put.ignoreValue === true || put.ignoreLease === true);

/** The same for a put within a transaction, which looks for the key before it looks for the lease. @source etcd-io/etcd server/etcdserver/txn/txn.go checkPut */
export function checkTxnPut(store: Store, put: PutRequest, old = liveKv(store, put.key)): EtcdError | undefined {
  const error = checkPut(store, put, old);
  return error === ERRORS.leaseNotFound && lacksOld(put, old) ? ERRORS.keyNotFound : error;
}

const DONE: PutResponse = Object.freeze({});

function makeVersion(store: Store, put: PutRequest, { revision, cause }: Change, previous: Version | undefined): Version {
  const old = liveOf(previous);
  const value: EtcdValue = put.ignoreValue === true && old !== undefined ? old.value : put.value;
  const lease = put.ignoreLease === true && old !== undefined ? old.lease : put.lease ?? '';
  const kv: KeyValue = Object.freeze({
    key: put.key, value, createRevision: old?.createRevision ?? revision, modRevision: revision, version: (old?.version ?? 0) + 1, lease,
  });
  const event: EtcdEvent = Object.freeze(
    old === undefined ? { type: 'PUT', kv, cause } : { type: 'PUT', kv, cause, prevKv: old });
  const bytes = VERSION_OVERHEAD + put.key.length + valueBytes(value);
  const version = Object.freeze({ event, previous: previous?.position ?? -1, position: store.history.next, bytes });
  made[revision % MADE_SLOTS] = { put, version };
  return version;
}

/** Does a put that has passed `checkPut`. `previous`: the newest version of its key. */
export function writePut(store: Store, put: PutRequest, change: Change, previous = store.index.get(put.key)): PutResponse {
  const version = madeBefore(store, put, change, previous) ?? makeVersion(store, put, change, previous);
  const old = liveOf(previous);
  addVersion(store, version, previous);
  const from = old?.lease ?? '';
  const to = version.event.kv.lease;
  if (from !== to) attach(store, put.key, { from, to });
  return put.prevKv === true && old !== undefined ? Object.freeze({ prevKv: old }) : DONE;
}

/** Adds a version that a snapshot file holds, as it was. */
export function writeVersion(store: Store, { type, kv }: Pick<EtcdEvent, 'type' | 'kv'>): void {
  const previous = store.index.get(kv.key);
  const old = previous?.event.type === 'PUT' ? previous.event.kv : undefined;
  const event: EtcdEvent = Object.freeze(old === undefined ? { type, kv, cause: 0 } : { type, kv, cause: 0, prevKv: old });
  const bytes = VERSION_OVERHEAD + kv.key.length + (type === 'PUT' ? valueBytes(kv.value) : 0);
  addVersion(store, Object.freeze({ event, previous: previous?.position ?? -1, position: store.history.next, bytes }), previous);
  const [from, to] = [old?.lease ?? '', kv.lease];
  if (from !== to) attach(store, kv.key, { from, to });
}

/** Puts a tombstone on a live key. */
export function writeDelete(store: Store, key: string, change: Change): KeyValue | undefined {
  const previous = store.index.get(key);
  if (previous?.event.type !== 'PUT') return undefined;
  const old = previous.event.kv;
  const kv: KeyValue = Object.freeze({
    key, value: '', createRevision: 0, modRevision: change.revision, version: 0, lease: '',
  });
  // Watchers are told the value before the revision, even when the same transaction has written the key already.
  const prevKv = old.modRevision === change.revision ? previous.event.prevKv : old;
  const event: EtcdEvent = Object.freeze({ type: 'DELETE', kv, cause: change.cause, ...(prevKv === undefined ? {} : { prevKv }) });
  addVersion(store, Object.freeze({
    event, previous: previous.position, position: store.history.next, bytes: VERSION_OVERHEAD + key.length,
  }), previous);
  if (old.lease !== '') attach(store, key, { from: old.lease, to: '' });
  return old;
}

/** First key after the range; undefined = no end. The end of a single key is the key itself with a zero behind. */
export function endOf(key: string, rangeEnd: string | undefined): string | undefined {
  if (rangeEnd === undefined || rangeEnd === '') return `${key}\0`;
  return rangeEnd === '\0' ? undefined : rangeEnd;
}

/** Whether the range is one key only. */
export const isSingle = (rangeEnd: string | undefined): boolean => rangeEnd === undefined || rangeEnd === '';

/** Deletes every live key of a range. */
export function writeDeleteRange(store: Store, request: DeleteRangeRequest, change: Change): DeleteRangeResponse {
  const keys: string[] = [];
  if (isSingle(request.rangeEnd)) {
    keys.push(request.key);
  } else {
    store.index.range(request.key, endOf(request.key, request.rangeEnd), (key, version) => {
      if (version.event.type === 'PUT') keys.push(key);
    });
  }
  const prevKvs: KeyValue[] = [];
  for (const key of keys) {
    const old = writeDelete(store, key, change);
    if (old !== undefined) prevKvs.push(old);
  }
  const deleted = prevKvs.length;
  return Object.freeze(request.prevKv === true ? { deleted, prevKvs: Object.freeze(prevKvs) } : { deleted });
}
