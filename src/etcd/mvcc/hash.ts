import { foldNumber, foldText, newDigest } from '../../base/digest.ts';
import { versionAt } from './history.ts';
import type { Version } from './history.ts';
import type { Store } from './store.ts';

/**
 * Hash of what the store holds up to a revision: equal on members that hold the same.
 *
 * @source etcd-io/etcd server/storage/mvcc/hash.go
 * @fidelity simplified: not etcd's CRC-32 of the file's bytes, which do not exist here
 */
export function hashKV(store: Store, revision: number): number {
  const digest = newDigest();
  const fold = ({ event: { kv, type } }: Version): void => {
    if (kv.modRevision > revision) return;
    foldText(digest, kv.key);
    foldText(digest, type);
    foldText(digest, kv.lease);
    foldText(digest, typeof kv.value === 'string' ? kv.value : JSON.stringify(kv.value));
    for (const n of [kv.createRevision, kv.modRevision, kv.version]) foldNumber(digest, n);
  };
  const { history } = store;
  for (const newest of store.index.values()) if (newest.position < history.first) fold(newest);
  for (const version of store.retained.values()) fold(version);
  for (let position = history.first; position < history.next; position++) {
    const version = versionAt(history, position);
    if (version !== undefined) fold(version);
  }
  return digest[0] >>> 0;
}
