/**
 * The garbage collector: deletes what belonged to something that is gone.
 *
 * @source kubernetes/kubernetes pkg/controller/garbagecollector/garbagecollector.go
 */
import { deepFreeze, micros, millis, seconds } from '../../base/data.ts';
import type { KubeObject, OwnerReference } from '../../api/meta.ts';
import { descriptors, verbsOf } from '../../api/scheme.ts';
import type { RequestOptions } from '../../api/wire.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { cx, defineController, type ReconcileResult } from '../../client/controller.ts';
import { builtInResource, discoverCustom, discoveredResource, kindNameOf } from '../../client/discovery.ts';
import { callOf, keyOf, type ResourceName } from '../../client/resources.ts';
import { firstError, isConflict, isNotFound } from '../replies.ts';
import { type Absence, concerned, dependentAt, type Dependent, dependentsOf, FOREGROUND, isDeletingDependents, type Item, itemOf, keyFor, observe, ORPHAN, ownerKey } from './graph.ts';

/** `--concurrent-gc-syncs`. */
const WORKERS = 20;
/** How often it asks which kinds there are. @source cmd/kube-controller-manager/app/core.go (garbageCollector.Sync, 30 s) */
const SYNC_PERIOD = seconds(30);
const SYNC = ':sync';
/** Dependents that one look lets go; the rest follows in the next. */
const ROUND_MAX = 500;

/** Events come and go in great numbers and own nothing. @source pkg/controller/garbagecollector (DefaultIgnoredResources) */
const kinds = descriptors.filter(kind => kind.kind !== 'Event' && ['list', 'watch', 'delete'].every(verb => verbsOf(kind).includes(verb))).map(kind => kind.kind);

export const garbageCollector = defineController({
  name: 'garbage-collector-controller',
  serviceAccount: 'generic-garbage-collector',
  source: 'pkg/controller/garbagecollector/garbagecollector.go',
  watches: kinds.map(kind => ({ kind, map: concerned })),
  monitors: concerned,
  periodic: [{ key: SYNC, every: SYNC_PERIOD }],
  observe,
  workers: WORKERS,
  reconcile,
});

function* reconcile(text: string): Conversation<ReconcileResult> {
  if (text === SYNC) return yield* sync();
  const item = itemOf(text);
  const resource = yield* resourceOf(item.kind);
  if (resource === null) return { error: unmapped(item.kind) };
  switch (item.task) {
    case 'delete': return yield* attemptToDelete(item, resource);
    case 'orphan': return yield* orphanDependents(item, resource);
    case 'owner': return yield* verifyOwner(item, resource);
  }
}

/** Custom kinds come and go: the graph takes in all that can be listed, watched and deleted now. */
function* sync(): Conversation<ReconcileResult> {
  const found = yield* discoverCustom();
  if (!found.ok) return {};
  const wanted = found.value.filter(({ verbs }) => verbs.includes('list') && verbs.includes('watch')).map(discoveredResource);
  const known = yield* cx.recallAll<ResourceName>(RESOURCE);
  for (const [slot] of known) if (!wanted.some(({ kind }) => RESOURCE + kind === slot)) yield* cx.remember(slot, null);
  for (const { kind, resource } of wanted) yield* cx.remember(RESOURCE + kind, resource);
  yield* cx.monitor(wanted);
  return {};
}

const RESOURCE = 'resource/';
const unmapped = (kind: string): string => `unable to get REST mapping for ${kind}`;

/** How to ask for objects of a kind; null = no server has told of it. */
function* resourceOf(kind: string): Conversation<ResourceName | null> {
  return builtInResource(kind) ?? (yield* cx.recall<ResourceName>(RESOURCE + kind));
}

function* dependents(uid: string): Conversation<readonly Dependent[]> {
  const found = yield* cx.recallAll<Dependent>(dependentsOf(uid));
  return found.map(([slot, value]) => dependentAt(uid, slot, value));
}

/** Somebody names an owner that the cache does not have: if the API does not have it either, its dependents get a look. */
function* verifyOwner(item: Item, resource: ResourceName): Conversation<ReconcileResult> {
  const key = resource.namespaced ? item.key : item.key.slice(item.key.indexOf('/') + 1);
  const cached = yield* cx.get<KubeObject>(item.kind, key);
  if (cached?.metadata.uid === item.uid) return {};
  const live = yield* cx.request(callOf(resource, 'get', key));
  if (!live.ok && !isNotFound(live)) return { error: live.message };
  if (live.ok && live.object.metadata.uid === item.uid) return {};
  yield* cx.remember(`absent/${item.uid}`, 'not found' satisfies Absence);
  const found = yield* dependents(item.uid);
  yield* cx.requeueAll(found.map(dependent => keyFor('delete', dependent)), micros(0));
  return {};
}

// ---- One object: must it go? -----------------------------------------------------------------------------------------

function* attemptToDelete(item: Item, resource: ResourceName): Conversation<ReconcileResult> {
  const live = yield* cx.request(callOf(resource, 'get', item.key));
  if (!live.ok) return isNotFound(live) ? {} : { error: live.message };
  const { object } = live;
  if (object.metadata.uid !== item.uid) return {};
  if (isDeletingDependents(object)) return yield* finishForeground(item, object, resource);
  if (object.metadata.deletionTimestamp !== undefined) return {};
  const owners = object.metadata.ownerReferences ?? [];
  if (owners.length === 0) return {};
  const classes = yield* classify(object, owners);
  if (classes.error !== undefined) return { error: classes.error };
  if (classes.unresolvable) return {};
  return yield* decide(item, { object, resource }, classes);
}

interface Classes { readonly solid: OwnerReference[]; readonly dangling: OwnerReference[]; readonly waiting: OwnerReference[]; unresolvable: boolean; error?: string }

/** Which owners are alive, which are gone, and which wait for their dependents. */
function* classify(object: KubeObject, owners: readonly OwnerReference[]): Conversation<Classes> {
  const classes: Classes = { solid: [], dangling: [], waiting: [], unresolvable: false };
  for (const owner of owners) {
    const state = yield* stateOfOwner(object, owner);
    if (state === 'unresolvable') classes.unresolvable = true;
    else if (typeof state === 'string') classes[state].push(owner);
    else return { ...classes, error: state.error };
  }
  return classes;
}

function* stateOfOwner(object: KubeObject, owner: OwnerReference): Conversation<'solid' | 'dangling' | 'waiting' | 'unresolvable' | { readonly error: string }> {
  const kind = kindNameOf(owner);
  const resource = yield* resourceOf(kind);
  if (resource === null) return { error: unmapped(kind) };
  const isClusterScoped = (object.metadata.namespace ?? '') === '';
  if (resource.namespaced && isClusterScoped) { yield* invalidNamespace(object, owner, 'cluster-scoped'); return 'unresolvable'; }
  const absent = yield* cx.recall<Absence>(`absent/${owner.uid}`);
  if (absent !== null) return yield* danglingFrom({ object, resource }, owner, absent);
  const live = yield* cx.request(callOf(resource, 'get', ownerKey(object, owner, resource)));
  if (!live.ok && !isNotFound(live)) return { error: live.message };
  if (live.ok && live.object.metadata.uid === owner.uid) return isDeletingDependents(live.object) ? 'waiting' : 'solid';
  yield* cx.remember(`absent/${owner.uid}`, 'not found' satisfies Absence);
  return yield* danglingFrom({ object, resource }, owner, 'not found');
}

/** An object, or a reference in it, and how to ask for what it is about. */
interface Found { readonly object: KubeObject; readonly resource: ResourceName }

/** An owner that was never seen may exist in another namespace, where it does not count. */
function* danglingFrom({ object, resource }: Found, owner: OwnerReference, absent: Absence): Conversation<'dangling'> {
  if (absent === 'not found' && resource.namespaced) yield* explainAbsence(object, owner);
  return 'dangling';
}

function* explainAbsence(object: KubeObject, owner: OwnerReference): Conversation<null> {
  const elsewhere = (yield* cx.list<KubeObject>(kindNameOf(owner))).some(one => one.metadata.uid === owner.uid && one.metadata.namespace !== object.metadata.namespace);
  return elsewhere ? yield* invalidNamespace(object, owner, 'namespaced') : null;
}

function* invalidNamespace(object: KubeObject, owner: OwnerReference, scope: 'cluster-scoped' | 'namespaced'): Conversation<null> {
  const reference = `[${owner.apiVersion}/${owner.kind}, namespace: ${object.metadata.namespace ?? ''}, name: ${owner.name}, uid: ${owner.uid}]`;
  const message = scope === 'namespaced' ? `ownerRef ${reference} does not exist in namespace "${object.metadata.namespace ?? ''}"` : `ownerRef ${reference} does not exist in namespace ""`;
  return yield* cx.event({ about: object, type: 'Warning', reason: 'OwnerRefInvalidNamespace', message });
}

function* decide(item: Item, { object, resource }: Found, { solid, dangling, waiting }: Classes): Conversation<ReconcileResult> {
  if (solid.length > 0) {
    if (dangling.length + waiting.length === 0) return {};
    return yield* dropOwners({ object, resource }, [...dangling, ...waiting].map(owner => owner.uid));
  }
  if (waiting.length > 0) {
    const own = yield* dependents(item.uid);
    if (own.length > 0) return yield* deleteItem(item, { object, resource }, 'Foreground');
  }
  const finalizers = object.metadata.finalizers ?? [];
  return yield* deleteItem(item, { object, resource }, finalizers.includes(ORPHAN) ? 'Orphan' : finalizers.includes(FOREGROUND) ? 'Foreground' : 'Background');
}

function* deleteItem(item: Item, { object, resource }: Found, propagationPolicy: NonNullable<RequestOptions['propagationPolicy']>): Conversation<ReconcileResult> {
  const resourceVersion = object.metadata.resourceVersion;
  const preconditions = { uid: item.uid, ...(resourceVersion !== undefined ? { resourceVersion } : {}) };
  const reply = yield* cx.request(callOf(resource, 'delete', item.key, { options: { propagationPolicy, preconditions } }));
  if (!reply.ok) return isNotFound(reply) ? {} : { error: reply.message };
  yield* cx.record('gc.collected', { kind: item.kind, name: object.metadata.name });
  return {};
}

/** References are replaced as a whole, so the patch names the version it was made from. */
function ownersPatch({ object, resource }: Found, uids: readonly string[]): ReturnType<typeof callOf> {
  const ownerReferences = (object.metadata.ownerReferences ?? []).filter(owner => !uids.includes(owner.uid));
  const body = deepFreeze({ metadata: { uid: object.metadata.uid, resourceVersion: object.metadata.resourceVersion, ownerReferences } });
  return callOf(resource, 'patch', keyOf(object), { body, patchType: 'merge' });
}

function* dropOwners(found: Found, uids: readonly string[]): Conversation<ReconcileResult> {
  const reply = yield* cx.request(ownersPatch(found, uids));
  return reply.ok || isNotFound(reply) ? {} : { error: reply.message };
}

// ---- Foreground and orphan -------------------------------------------------------------------------------------------

/** The object waits for dependents that block it; without any it may go. Each look nudges a few of them, so that none is overlooked. */
function* finishForeground(item: Item, object: KubeObject, resource: ResourceName): Conversation<ReconcileResult> {
  const blocking = (yield* dependents(item.uid)).filter(dependent => dependent.blocks);
  if (blocking.length === 0) return yield* removeFinalizer({ object, resource }, FOREGROUND);
  yield* cx.requeueAll(blocking.slice(0, WORKERS).map(dependent => keyFor('delete', dependent)), micros(0));
  return {};
}

function* removeFinalizer({ object, resource }: Found, finalizer: string): Conversation<ReconcileResult> {
  const { uid, resourceVersion } = object.metadata;
  const finalizers = (object.metadata.finalizers ?? []).filter(one => one !== finalizer);
  const reply = yield* cx.request(callOf(resource, 'patch', keyOf(object), { body: deepFreeze({ metadata: { uid, resourceVersion, finalizers } }), patchType: 'merge' }));
  return reply.ok || isNotFound(reply) ? {} : { error: reply.message };
}

/** Dependents forget the owner, then the owner may go. */
function* orphanDependents(item: Item, resource: ResourceName): Conversation<ReconcileResult> {
  const live = yield* cx.request(callOf(resource, 'get', item.key));
  if (!live.ok) return isNotFound(live) ? {} : { error: live.message };
  if (live.object.metadata.uid !== item.uid || !(live.object.metadata.finalizers ?? []).includes(ORPHAN)) return {};
  const found = yield* dependents(item.uid);
  const objects: Found[] = [];
  for (const dependent of found.slice(0, ROUND_MAX)) {
    const own = yield* resourceOf(dependent.kind);
    const object = own === null ? null : yield* cx.get<KubeObject>(dependent.kind, dependent.key);
    if (own !== null && object !== null && object.metadata.uid === dependent.uid) objects.push({ object, resource: own });
  }
  const replies = yield* cx.all(objects.map(one => ownersPatch(one, [item.uid])));
  const error = firstError(replies, isNotFound);
  if (error !== undefined) return replies.some(isConflict) ? { requeueAfter: millis(10) } : { error };
  return found.length > ROUND_MAX ? { requeueAfter: millis(10) } : yield* removeFinalizer({ object: live.object, resource }, ORPHAN);
}
