/**
 * Claiming: which objects a controller manages. It lets go of those whose labels no longer match, and takes over orphans that do.
 *
 * @source kubernetes/kubernetes pkg/controller/controller_ref_manager.go
 */
import { equalData } from '../base/compare.ts';
import { deepFreeze } from '../base/data.ts';
import type { KubeObject, LabelSelector } from '../api/meta.ts';
import type { ApiCall } from '../api/wire.ts';
import { labelsMatcher, matchesLabels, type Selector, selectorOf } from '../api/selector.ts';
import type { Conversation } from '../sim/conversation.ts';
import { cx, type WatchMap } from '../client/controller.ts';
import { call, keyOf } from '../client/resources.ts';
import { isNotFound } from './replies.ts';
import { controllerOf, controllerReference } from './template.ts';

/** A controller with a selector: a ReplicaSet, a Deployment. */
export interface Claimant extends KubeObject { readonly spec: { readonly selector?: LabelSelector } }

/** What was claimed, or why claiming failed. */
export interface Claim<T> { readonly objects: readonly T[]; readonly error?: string }

/** `finalizer` comes with adoption and goes with release; `isWanted` says whom the owner takes besides what its selector says. */
export interface ClaimManner<T> { readonly finalizer?: string; readonly isWanted?: (object: T) => boolean }

/** Objects of a kind that belong to the owner after claiming. */
export function* claim<T extends KubeObject>(owner: Claimant, kind: string, { finalizer = '', isWanted: fits = () => true }: ClaimManner<T> = {}): Conversation<Claim<T>> {
  const selector = selectorOf(owner.spec.selector);
  const owned = yield* cx.indexed<T>(kind, 'controller', owner.metadata.uid ?? '');
  const isWanted = labelsMatcher(selector);
  const strays = owned.filter(object => !isWanted(object.metadata.labels) || !fits(object));
  const orphans = (yield* adoptable<T>(owner, kind, selector)).filter(fits);
  if (strays.length === 0 && orphans.length === 0) return { objects: owned };
  const released = owner.metadata.deletionTimestamp !== undefined ? undefined : yield* release(owner, strays, { kind, finalizer });
  const adopted = orphans.length === 0 ? { objects: [] } : yield* adopt<T>(owner, orphans, { kind, finalizer });
  const error = released ?? adopted.error;
  const kept = strays.length === 0 ? owned : owned.filter(object => !strays.includes(object));
  return { objects: [...kept, ...adopted.objects], ...(error !== undefined ? { error } : {}) };
}

const NO_KEYS: readonly string[] = Object.freeze([]);

/** Maps an orphan that appeared or changed to every claimant of a kind whose selector it matches; `view` shows an object of the kind as a claimant. */
export function claimantsOfOrphan(kind: string, view: (object: KubeObject) => Claimant = object => object as Claimant): WatchMap {
  return ({ type, object, old }, caches) => {
    if (type === 'delete' || controllerOf(object) !== undefined) return NO_KEYS;
    if (old !== undefined && equalData(old.metadata.labels, object.metadata.labels) && sameController(old, object)) return [];
    const keys: string[] = [];
    const namespace = object.metadata.namespace ?? '';
    caches.informer(kind).store.range(`${namespace}/`, `${namespace}0`, (key, claimant) => {
      if (matchesLabels(selectorOf(view(claimant).spec.selector), object.metadata.labels)) keys.push(key);
    });
    return keys;
  };
}

/** Orphans that the owner may take over. */
export function* adoptable<T extends KubeObject>(owner: Claimant, kind: string, selector: Selector): Conversation<readonly T[]> {
  const orphans = yield* cx.indexed<T>(kind, 'orphan', owner.metadata.namespace ?? '');
  if (orphans.length === 0 || owner.metadata.deletionTimestamp !== undefined) return [];
  return orphans.filter(object => object.metadata.deletionTimestamp === undefined && matchesLabels(selector, object.metadata.labels));
}

/** References are replaced as a whole, so the patch names the version it was made from. */
function ownersPatch(object: KubeObject, lists: { readonly ownerReferences: readonly unknown[]; readonly finalizers?: readonly string[] }, kind: string): ApiCall {
  const body = deepFreeze({ metadata: { uid: object.metadata.uid, resourceVersion: object.metadata.resourceVersion, ...lists } });
  return call('patch', kind, keyOf(object), { body, patchType: 'merge' });
}

interface Manner { readonly kind: string; readonly finalizer: string }

function* release(owner: Claimant, strays: readonly KubeObject[], { kind, finalizer }: Manner): Conversation<string | undefined> {
  const replies = yield* cx.all(strays.map(object => {
    const { finalizers = [], ownerReferences = [] } = object.metadata;
    return ownersPatch(object, { ownerReferences: ownerReferences.filter(one => one.uid !== owner.metadata.uid), ...(finalizers.includes(finalizer) ? { finalizers: finalizers.filter(one => one !== finalizer) } : {}) }, kind);
  }));
  for (const reply of replies) if (!reply.ok && !isNotFound(reply) && reply.reason !== 'Invalid') return reply.message;
  return undefined;
}

/** Before anything is adopted the owner is read from the API: the cache may hold one that is being deleted or was replaced. */
function* adopt<T extends KubeObject>(owner: Claimant, orphans: readonly T[], { kind, finalizer }: Manner): Conversation<Claim<T>> {
  const fresh = yield* cx.request(call('get', owner.kind, keyOf(owner)));
  if (!fresh.ok) return { objects: [], error: fresh.message };
  const { uid, deletionTimestamp } = fresh.object.metadata;
  if (uid !== owner.metadata.uid) return { objects: [], error: `original ${owner.kind} ${keyOf(owner)} is gone: got uid ${uid ?? ''}, wanted ${owner.metadata.uid ?? ''}` };
  if (deletionTimestamp !== undefined) return { objects: [], error: `${keyOf(owner)} has just been deleted at ${deletionTimestamp}` };
  const replies = yield* cx.all(orphans.map(object => {
    const { finalizers = [], ownerReferences = [] } = object.metadata;
    return ownersPatch(object, { ownerReferences: [...ownerReferences, controllerReference(owner)], ...(finalizer === '' || finalizers.includes(finalizer) ? {} : { finalizers: [...finalizers, finalizer] }) }, kind);
  }));
  const objects: T[] = [];
  let error: string | undefined;
  for (const reply of replies) {
    if (reply.ok) objects.push(reply.object as T);
    else if (!isNotFound(reply)) error ??= reply.message;
  }
  return { objects, ...(error !== undefined ? { error } : {}) };
}

/** Whether two objects have the same managing controller. */
const sameController = (a: KubeObject, b: KubeObject): boolean => controllerOf(a)?.uid === controllerOf(b)?.uid;
