/** Objects as clients see them, made from what etcd stores: the same with a resourceVersion. */
import { deepFreeze } from '../base/data.ts';
import type { KubeObject, ObjectMeta } from '../api/meta.ts';
import { overlay } from '../api/overlay.ts';
import type { EtcdValue, KeyValue } from '../etcd/contract.ts';

interface Served { readonly stored: KubeObject; readonly revision: number; readonly object: KubeObject }
/** Slots of the memory below: ten thousand pods that are listed again and again find theirs. A power of two. */
const SLOTS = 32_768;
/** Objects served lately, by revision, so that one object is shared by all API servers, watch caches and informers. Only a shortcut: a new one would be equal. */
const lately: (Served | undefined)[] = [];

/** The served object of a stored value at a revision. */
export function serve(value: EtcdValue, revision: number): KubeObject {
  const stored = (typeof value === 'string' ? { metadata: {} } : value) as KubeObject;
  const slot = revision % SLOTS;
  const known = lately[slot];
  if (known !== undefined && known.stored === stored && known.revision === revision) return known.object;
  const metadata = Object.freeze({ ...stored.metadata, resourceVersion: String(revision) });
  const object = Object.freeze({ ...stored, metadata });
  lately[slot] = { stored, revision, object };
  return object;
}

/** The served object of a key's content. */
export function serveKeyValue(kv: KeyValue): KubeObject {
  return serve(kv.value, kv.modRevision);
}

/** The value to store for an object: the same without its resourceVersion. */
export function toStored(object: KubeObject): KubeObject {
  if (object.metadata.resourceVersion === undefined) return deepFreeze(object);
  const { resourceVersion: _revision, ...metadata } = object.metadata;
  return deepFreeze(overlay(object, { metadata: metadata as ObjectMeta }));
}

/** The revision in a resourceVersion; 0 when there is none. */
export function revisionOf(object: KubeObject): number {
  const text = object.metadata.resourceVersion;
  return text === undefined || text === '' ? 0 : Number(text);
}
