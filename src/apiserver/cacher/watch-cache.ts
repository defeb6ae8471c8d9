/**
 * The watch cache: for each resource one list and one watch on etcd, and all the watches of clients fed from them.
 *
 * States of a cache: `listing` (a range request is under way) → `ready` (items hold the store's state at `revision`) → on a compacted
 * or lost watch back to `listing`.
 *
 * @source kubernetes/apiserver pkg/storage/cacher/cacher.go, watch_cache.go
 */
import { must } from '../../base/assert.ts';
import { millis, type Micros } from '../../base/data.ts';
import { Table } from '../../base/table.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { EtcdEvent, KeyValue, RangeResponse, ResponseHeader } from '../../etcd/contract.ts';
import { indexPod } from '../authz/node-graph.ts';
import { currentMember, sendEtcd } from '../etcd.ts';
import { FLOW_STATUS_DELAY } from '../fairness/status.ts';
import { descriptorOfKey, resourceKey, storedKinds } from '../resources.ts';
import { serve, serveKeyValue } from '../served.ts';
import type { CacheEvent, ResourceCache, Server } from '../state.ts';
import { dispatch } from './dispatch.ts';
import { addEvent, newWindow } from './window.ts';

const PODS = resourceKey('', 'pods');
/** Wait before listing again after a failure. @source kubernetes/client-go tools/cache/reflector.go (800 ms at first) */
const RELIST_WAIT = millis(800);

/** An empty cache for each stored kind. */
export function newCaches(): Map<string, ResourceCache> {
  return new Map(storedKinds.map(descriptor => {
    const resource = resourceKey(descriptor.group, descriptor.plural);
    return [resource, newCache(resource)];
  }));
}

/** An empty cache, to be filled by a list. */
export function newCache(resource: string): ResourceCache {
  return {
    resource, items: new Table<KubeObject>(), ready: false, revision: 0, window: newWindow(0), etcdWatch: 0, watches: new Map(), indexed: new Map(), waiting: [], progressAsked: false,
  };
}

/** The cache of a resource, which must be one that is stored. */
export function cacheOf(server: Server, resource: string): ResourceCache {
  return must(server.state.caches.get(resource), `no cache of ${resource}`);
}

/** Where the keys behind a prefix end: the last character of a prefix is always '/', and '0' follows it. */
export function prefixEnd(prefix: string): string {
  return `${prefix.slice(0, -1)}0`;
}

/** Lists a resource anew. */
export function startList(server: Server, resource: string): void {
  const { storagePrefix } = must(descriptorOfKey(server.state, resource), `no kind for ${resource}`);
  sendEtcd(server, { op: 'range', args: { key: storagePrefix, rangeEnd: prefixEnd(storagePrefix) } }, { for: 'list', resource });
}

/** Tries to list again after a pause: etcd did not answer. */
export function listLater(server: Server, resource: string): void {
  server.out.startTimer(`relist ${resource}`, RELIST_WAIT);
}

/** Takes the answer of a list: the cache is whole from here on. Returns whether it became ready just now. */
export function finishList(server: Server, resource: string, header: ResponseHeader, body: RangeResponse): boolean {
  const cache = cacheOf(server, resource);
  const before = cache.items;
  cache.items = new Table(body.kvs.map(kv => [kv.key, serveKeyValue(kv)] as const));
  if (resource === PODS) {
    for (const pod of before.values()) indexPod(server.state, pod, undefined);
    for (const pod of cache.items.values()) indexPod(server.state, undefined, pod);
  }
  cache.revision = header.revision;
  cache.window.chunks = [];
  cache.window.open = [];
  cache.window.size = 0;
  cache.window.oldest = header.revision;
  startEtcdWatch(server, cache);
  const first = !cache.ready;
  cache.ready = true;
  policyChanged(server, resource);
  return first;
}

/** Watches etcd from where the cache stands. */
export function startEtcdWatch(server: Server, cache: ResourceCache): void {
  const { etcd } = server.state;
  const { storagePrefix } = must(descriptorOfKey(server.state, cache.resource), `no kind for ${cache.resource}`);
  const id = etcd.nextId++;
  if (cache.etcdWatch !== 0) etcd.watches.delete(cache.etcdWatch);
  cache.etcdWatch = id;
  cache.progressAsked = false;
  etcd.watches.set(id, cache.resource);
  // With the old values, as upstream asks: so etcd hands out the very events that it keeps.
  const request = { key: storagePrefix, rangeEnd: prefixEnd(storagePrefix), startRevision: cache.revision + 1, progressNotify: true, prevKv: true };
  server.out.send(currentMember(server), { type: 'etcd.watchCreate', id, request });
}

/** Applies the events of one message of etcd, in order, and tells the watches. */
export function applyEvents(server: Server, cache: ResourceCache, message: { readonly header: ResponseHeader; readonly events: readonly EtcdEvent[] }): void {
  const changes: CacheEvent[] = [];
  const { events } = message;
  for (let i = 0; i < events.length; i++) {
    const event = events[i] as EtcdEvent;
    if (event.kv.modRevision <= cache.revision) continue;
    const change = apply(cache, event, server.out.now);
    if (change === undefined) continue;
    if (cache.resource === PODS) indexPod(server.state, change.previous, change.type === 'DELETED' ? undefined : change.object);
    addEvent(cache.window, change);
    changes.push(change);
  }
  const last = changes[changes.length - 1];
  if (last !== undefined) cache.revision = last.revision;
  // A progress notification says that nothing up to its revision is missing.
  if (events.length === 0) {
    cache.progressAsked = false;
    if (message.header.revision > cache.revision) cache.revision = message.header.revision;
  }
  if (changes.length === 0) return;
  policyChanged(server, cache.resource);
  dispatch(server, cache, changes);
}

function apply(cache: ResourceCache, event: EtcdEvent, at: Micros): CacheEvent | undefined {
  const { kv, cause } = event;
  const previous = cache.items.get(kv.key);
  if (event.type === 'PUT') {
    const object = serveKeyValue(kv);
    cache.items.set(kv.key, object);
    return changed(kv, { type: previous === undefined ? 'ADDED' : 'MODIFIED', object, previous, cause, at });
  }
  if (previous === undefined) return undefined;
  cache.items.delete(kv.key);
  return changed(kv, { type: 'DELETED', object: deletedObject(kv, previous), previous, cause, at });
}

function changed({ key, modRevision }: KeyValue, { type, object, previous, cause, at }: Omit<CacheEvent, 'key' | 'revision' | 'shown'>): CacheEvent {
  return Object.freeze({ revision: modRevision, type, key, object, previous, cause, at, shown: Object.freeze({ type, object, cause }) });
}

/** Last content of a deleted key → the object that DELETED events carry, made once for all API servers. */
const deletedOf = new WeakMap<KubeObject, KubeObject>();

function deletedObject(kv: KeyValue, previous: KubeObject): KubeObject {
  let object = deletedOf.get(previous);
  if (object === undefined || object.metadata.resourceVersion !== String(kv.modRevision)) {
    object = serve(Object.freeze({ ...previous }), kv.modRevision);
    deletedOf.set(previous, object);
  }
  return object;
}

/** What is computed from roles, or from the rules of flow control, is computed anew. */
function policyChanged({ state, out }: Server, resource: string): void {
  if (resource.startsWith('rbac.authorization.k8s.io/')) state.rbacVersion = Object.freeze({});
  else if (resource.startsWith('flowcontrol.apiserver.k8s.io/')) {
    state.flowVersion = Object.freeze({});
    out.startTimer('flowStatus', FLOW_STATUS_DELAY);
  }
}
