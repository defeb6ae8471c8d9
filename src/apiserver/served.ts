/** Objects as clients see them, made from what etcd stores: the same with a resourceVersion. */
import { deepFreeze } from '../base/data.ts';
import type { KubeObject, ObjectMeta } from '../api/meta.ts';
import type { EtcdValue, KeyValue } from '../etcd/contract.ts';

interface Served { readonly revision: number; readonly object: KubeObject }
/** Stored value → served object. One object is shared by all API servers, watch caches and informers. */
const servedOf = new WeakMap<object, Served>();

/** The served object of a stored value at a revision. */
export function serve(value: EtcdValue, revision: number): KubeObject {
  const stored = (typeof value === 'string' ? { metadata: {} } : value) as KubeObject;
  const known = servedOf.get(stored);
  if (known !== undefined && known.revision === revision) return known.object;
  const metadata = Object.freeze({ ...stored.metadata, resourceVersion: String(revision) });
  const object = Object.freeze({ ...stored, metadata });
  if (typeof value !== 'string') servedOf.set(stored, { revision, object });
  return object;
}

/** The served object of a key's content. */
export function serveKeyValue(kv: KeyValue): KubeObject {
  return serve(kv.value, kv.modRevision);
}

/** The value to store for an object: the same without its resourceVersion. */
export function toStored(object: KubeObject): KubeObject {
  const { resourceVersion, ...metadata } = object.metadata;
  if (resourceVersion === undefined) return deepFreeze(object);
  return deepFreeze({ ...object, metadata: metadata as ObjectMeta });
}

/** The revision in a resourceVersion; 0 when there is none. */
export function revisionOf(object: KubeObject): number {
  const text = object.metadata.resourceVersion;
  return text === undefined || text === '' ? 0 : Number(text);
}
