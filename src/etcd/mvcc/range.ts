import { compareText } from '../../base/compare.ts';
import type { EtcdValue, KeyValue, RangeRequest, RangeResponse } from '../contract.ts';
import { ERRORS } from './errors.ts';
import type { EtcdError } from './errors.ts';
import { revisionOf, versionAt } from './history.ts';
import type { Version } from './history.ts';
import { endOf, isSingle } from './store.ts';
import type { Store } from './store.ts';

/**
 * Reads, of now and of any revision not yet compacted.
 *
 * @source etcd-io/etcd server/etcdserver/txn/range.go, server/storage/mvcc/kvstore_txn.go
 * @fidelity simplified: keys are ordered by UTF-16 code units; that is the order of their bytes except between characters beyond U+FFFF (emoji) and those from
 *   U+E000 to U+FFFF (fullwidth forms), of which a store rarely holds both
 */

/** Checks the revision of a read against the store; 0 and less mean the newest. */
export function checkRevision(store: Store, revision: number): EtcdError | undefined {
  if (revision > store.revision) return ERRORS.futureRevision;
  return revision > 0 && revision < store.compactRevision ? ERRORS.compacted : undefined;
}

/** The version of a key that was in force at a revision. */
function versionThen(store: Store, newest: Version, revision: number): Version | undefined {
  let version: Version | undefined = newest;
  while (version !== undefined && revisionOf(version) > revision) {
    version = versionAt(store.history, version.previous) ?? store.retained.get(newest.event.kv.key);
  }
  return version !== undefined && revisionOf(version) <= revision ? version : undefined;
}

/** The value of a version as a read at the revision sees it; 0 = newest. */
function seen(store: Store, newest: Version, revision: number): KeyValue | undefined {
  const version = revision <= 0 ? newest : versionThen(store, newest, revision);
  return version?.event.type === 'PUT' ? version.event.kv : undefined;
}

const valueText = (value: EtcdValue): string => typeof value === 'string' ? value : JSON.stringify(value);

/** Order of two values for sorting and comparing. */
export const compareValues = (a: EtcdValue, b: EtcdValue): number => a === b ? 0 : compareText(valueText(a), valueText(b));

function comparator(target: RangeRequest['sortTarget']): (a: KeyValue, b: KeyValue) => number {
  switch (target) {
    case 'version': return (a, b) => a.version - b.version;
    case 'create': return (a, b) => a.createRevision - b.createRevision;
    case 'mod': return (a, b) => a.modRevision - b.modRevision;
    case 'value': return (a, b) => compareValues(a.value, b.value);
    default: return (a, b) => compareText(a.key, b.key);
  }
}

const hasFilter = (request: RangeRequest): boolean =>
  (request.minModRevision ?? 0) > 0 || (request.maxModRevision ?? 0) > 0
  || (request.minCreateRevision ?? 0) > 0 || (request.maxCreateRevision ?? 0) > 0;

function passes(kv: KeyValue, request: RangeRequest): boolean {
  const { minModRevision = 0, maxModRevision = 0, minCreateRevision = 0, maxCreateRevision = 0 } = request;
  return kv.modRevision >= minModRevision && (maxModRevision === 0 || kv.modRevision <= maxModRevision)
    && kv.createRevision >= minCreateRevision && (maxCreateRevision === 0 || kv.createRevision <= maxCreateRevision);
}

/** Nothing to do for "ascending by key": that is the order of the index. A target without an order means ascending. */
function sorted(kvs: KeyValue[], request: RangeRequest): KeyValue[] {
  const target = request.sortTarget ?? 'key';
  const order = request.sortOrder ?? 'none';
  const ascending = order === 'none' ? target !== 'key' : order === 'ascend';
  if (target === 'key' && order !== 'descend') return kvs;
  const compare = comparator(target);
  return kvs.sort(ascending ? compare : (a, b) => compare(b, a));
}

const withoutValue = (kv: KeyValue): KeyValue => Object.freeze({ ...kv, value: '' });

const EMPTY: RangeResponse = Object.freeze({ kvs: Object.freeze([]), more: false, count: 0 });

function readSingle(store: Store, request: RangeRequest): RangeResponse {
  const newest = store.index.get(request.key);
  const kv = newest === undefined ? undefined : seen(store, newest, request.revision ?? 0);
  if (kv === undefined) return EMPTY;
  if (request.countOnly === true) return { kvs: [], more: false, count: 1 };
  if (hasFilter(request) && !passes(kv, request)) return { kvs: [], more: false, count: 1 };
  return { kvs: [request.keysOnly === true ? withoutValue(kv) : kv], more: false, count: 1 };
}

/** Answers a read that has passed `checkRevision`. The count is that of all keys, whatever limit and filters say. */
export function readRange(store: Store, request: RangeRequest): RangeResponse {
  if (isSingle(request.rangeEnd)) return readSingle(store, request);
  const revision = request.revision ?? 0;
  const limit = request.limit ?? 0;
  const sorts = (request.sortTarget ?? 'key') !== 'key' || request.sortOrder === 'descend';
  const filters = hasFilter(request);
  // Unless an order or a filter is asked for, etcd reads the first keys only (and one more to tell that there are more), and sorts those by the target.
  const isOrdered = sorts && (request.sortOrder ?? 'none') !== 'none';
  const fetch = limit > 0 && !isOrdered && !filters ? limit + 1 : Infinity;
  let kvs: KeyValue[] = [];
  let count = 0;
  store.index.range(request.key, endOf(request.key, request.rangeEnd), (_key, newest) => {
    const kv = seen(store, newest, revision);
    if (kv === undefined) return;
    count += 1;
    if (request.countOnly !== true && kvs.length < fetch && (!filters || passes(kv, request))) kvs.push(kv);
  });
  if (sorts) kvs = sorted(kvs, request);
  const more = limit > 0 && kvs.length > limit;
  if (more) kvs.length = limit;
  if (request.keysOnly === true) kvs = kvs.map(withoutValue);
  return { kvs: Object.freeze(kvs), more, count };
}

/** A whole read: checks and answer. */
export function range(store: Store, request: RangeRequest): RangeResponse | EtcdError {
  if (request.key === '') return ERRORS.emptyKey;
  return checkRevision(store, request.revision ?? 0) ?? readRange(store, request);
}
