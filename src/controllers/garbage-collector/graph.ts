/**
 * The graph of owners and dependents, as the garbage collector remembers it, and which changes of it need a look.
 *
 * Memory:
 *
 *     dep/OWNER-UID/Pod/default/web-1   { uid, blocks }   the pod names the owner, and blocks its deletion or not
 *     absent/OWNER-UID                  'deleted'         nobody has this uid (any longer)
 *     resource/CronTab.example.com      { plural, … }     how to ask for a kind that is not built in
 *
 * @source kubernetes/kubernetes pkg/controller/garbagecollector/graph_builder.go, graph.go
 */
import { equalData } from '../../base/compare.ts';
import type { KubeObject, OwnerReference } from '../../api/meta.ts';
import type { Caches, Memory } from '../../client/controller.ts';
import { builtInResource, kindNameOf } from '../../client/discovery.ts';
import type { Delta } from '../../client/informer.ts';
import { keyOf, type ResourceName } from '../../client/resources.ts';

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

/** What a key asks for: a look whether an object must go, letting dependents go, or a check that an owner exists. */
export type Task = 'delete' | 'orphan' | 'owner';
export interface Item { readonly task: Task; readonly kind: string; readonly uid: string; readonly key: string }
export interface Dependent { readonly kind: string; readonly key: string; readonly uid: string; readonly blocks: boolean }

/** How an owner is known to be absent: its deletion was seen, or the API did not have it. */
export type Absence = 'deleted' | 'not found';

export const keyFor = (task: Task, item: { readonly kind: string; readonly uid: string; readonly key: string }): string => `${task}|${item.kind}|${item.uid}|${item.key}`;

export function itemOf(text: string): Item {
  const [task = 'delete', kind = '', uid = '', ...rest] = text.split('|');
  return { task: task as Task, kind, uid, key: rest.join('|') };
}

/** In foreground deletion: it waits until its dependents are gone. */
export const isDeletingDependents = (object: KubeObject): boolean =>
  object.metadata.deletionTimestamp !== undefined && object.metadata.finalizers?.includes(FOREGROUND) === true;

const isOrphaning = (object: KubeObject): boolean => object.metadata.deletionTimestamp !== undefined && object.metadata.finalizers?.includes(ORPHAN) === true;

export const dependentsOf = (uid: string): string => `dep/${uid}/`;
const slotOf = (owner: OwnerReference, object: KubeObject): string => `${dependentsOf(owner.uid)}${kindNameOf(object)}/${keyOf(object)}`;

/** A remembered dependent. */
export function dependentAt(owner: string, slot: string, value: { readonly uid: string; readonly blocks: boolean }): Dependent {
  const rest = slot.slice(dependentsOf(owner).length);
  const slash = rest.indexOf('/');
  return { kind: rest.slice(0, slash), key: rest.slice(slash + 1), ...value };
}

/** Owners known to be gone are remembered up to this number, then forgotten together. @source pkg/controller/garbagecollector (NewReferenceCache(500)) */
const ABSENT_MAX = 500;

const none: readonly OwnerReference[] = [];
const ownersOf = (object: KubeObject | undefined): readonly OwnerReference[] => object?.metadata.ownerReferences ?? none;

/** Keeps the graph. */
export function observe(delta: Delta, memory: Memory): void {
  const { object, old } = delta;
  const before = ownersOf(old);
  const after = delta.type === 'delete' ? none : ownersOf(object);
  if (delta.type === 'delete' && hasDependents(memory, object.metadata.uid ?? '')) rememberAbsent(memory, object.metadata.uid ?? '');
  const removed = delta.type === 'delete' ? ownersOf(object) : before;
  if (removed === after || (delta.type === 'update' && equalData(before, after))) return;
  for (const owner of removed) if (!after.some(one => one.uid === owner.uid)) memory.delete(slotOf(owner, object));
  for (const owner of after) memory.set(slotOf(owner, object), { uid: object.metadata.uid ?? '', blocks: owner.blockOwnerDeletion === true });
}

function hasDependents(memory: Memory, uid: string): boolean {
  let found = false;
  memory.visit(dependentsOf(uid), () => { found = true; return false; });
  return found;
}

function rememberAbsent(memory: Memory, uid: string): void {
  const count = (memory.get('absentCount') as number | undefined) ?? 0;
  if (count >= ABSENT_MAX) {
    const slots: string[] = [];
    memory.visit('absent/', slot => { slots.push(slot); });
    for (const slot of slots) memory.delete(slot);
  }
  memory.set('absentCount', count >= ABSENT_MAX ? 1 : count + 1);
  memory.set(`absent/${uid}`, 'deleted' satisfies Absence);
}

const nothing: readonly string[] = [];

/** Keys that a change makes worth a look. */
export function concerned(delta: Delta, caches: Caches, memory: Memory): readonly string[] {
  const { object, old } = delta;
  if (delta.type === 'delete') return afterDeletion(object, caches, memory);
  const isDying = object.metadata.deletionTimestamp !== undefined;
  const ownersChanged = old === undefined || !equalData(ownersOf(old), ownersOf(object));
  if (!isDying && (!ownersChanged || (ownersOf(object).length === 0 && ownersOf(old).length === 0))) return nothing;
  const keys: string[] = [];
  if (isDying) dying(delta, memory, keys);
  if (ownersChanged) for (const owner of [...ownersOf(object), ...ownersOf(old)]) checkOwner(object, owner, caches, keys);
  return keys;
}

function afterDeletion(object: KubeObject, caches: Caches, memory: Memory): readonly string[] {
  const keys = dependentKeys(memory, object.metadata.uid ?? '');
  for (const owner of ownersOf(object)) {
    const cached = cachedOwner(object, owner, caches);
    if (cached !== undefined && isDeletingDependents(cached)) keys.push(keyFor('delete', { kind: kindNameOf(cached), uid: owner.uid, key: keyOf(cached) }));
  }
  return keys;
}

function dependentKeys(memory: Memory, uid: string): string[] {
  const keys: string[] = [];
  memory.visit(dependentsOf(uid), (slot, value) => { keys.push(keyFor('delete', dependentAt(uid, slot, value as Dependent))); });
  return keys;
}

/** Orphaning or foreground deletion has begun. */
function dying(delta: Delta, memory: Memory, keys: string[]): void {
  const { object, old } = delta;
  const item = { kind: kindNameOf(object), uid: object.metadata.uid ?? '', key: keyOf(object) };
  if (isOrphaning(object) && (old === undefined || !isOrphaning(old))) keys.push(keyFor('orphan', item));
  if (!isDeletingDependents(object) || (old !== undefined && isDeletingDependents(old))) return;
  keys.push(...dependentKeys(memory, item.uid), keyFor('delete', item));
}

/** An owner nobody has heard of is checked; one that waits for its dependents looks again. */
function checkOwner(object: KubeObject, owner: OwnerReference, caches: Caches, keys: string[]): void {
  const kind = kindNameOf(owner);
  const cached = cachedOwner(object, owner, caches);
  if (cached === undefined) keys.push(keyFor('owner', { kind, uid: owner.uid, key: ownerKey(object, owner, resourceIn(kind, caches)) }));
  else if (isDeletingDependents(cached)) keys.push(keyFor('delete', { kind, uid: owner.uid, key: keyOf(cached) }));
}

/** Where an owner must be: in the dependent's namespace, unless its kind has none. Of a kind that nobody knows yet, both parts are kept. */
export function ownerKey(dependent: KubeObject, owner: OwnerReference, resource: ResourceName | undefined): string {
  const { namespace = '' } = dependent.metadata;
  return namespace === '' || resource?.namespaced === false ? owner.name : `${namespace}/${owner.name}`;
}

const resourceIn = (kind: string, caches: Caches): ResourceName | undefined => builtInResource(kind) ?? caches.monitored(kind)?.config.resource;

function cachedOwner(dependent: KubeObject, owner: OwnerReference, caches: Caches): KubeObject | undefined {
  const kind = kindNameOf(owner);
  const resource = resourceIn(kind, caches);
  if (resource === undefined) return undefined;
  const found = caches.monitored(kind)?.store.get(ownerKey(dependent, owner, resource));
  return found?.metadata.uid === owner.uid ? found : undefined;
}
