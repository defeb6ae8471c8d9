/**
 * Informers: a local copy of one resource, kept up to date by list and watch.
 *
 * @source kubernetes/client-go tools/cache/reflector.go, shared_informer.go, thread_safe_store.go
 */
import { micros, millis, seconds } from '../base/data.ts';
import { Table } from '../base/table.ts';
import type { KubeObject } from '../api/meta.ts';
import type { ApiCall, ListBody, WatchEvent } from '../api/wire.ts';
import type { Outbox } from '../sim/process.ts';
import { cancel, request, type RestEvent, type RestState } from './rest.ts';
import { call, callOf, keyOf, type ResourceName } from './resources.ts';

/** What an informer watches. */
export interface InformerConfig {
  readonly kind: string;
  /** What to ask for where `kind` is none of the built-in kinds but a name that its watcher gave it. */
  readonly resource?: ResourceName;
  readonly namespace?: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
  /** Names of index functions, see `indexers.ts`. */
  readonly indexes?: readonly IndexName[];
}

/** Plain state of one informer. `store`: key → frozen object; `indexes[name]`: `value NUL key` → key, so that an update that keeps the value leaves the index alone. */
export interface InformerState {
  readonly config: InformerConfig;
  readonly store: Table<KubeObject>;
  readonly indexes: Readonly<Record<string, Table<string>>>;
  phase: 'stopped' | 'listing' | 'watching' | 'waiting';
  requestId: number;
  resourceVersion: string;
  /** The first list has been taken over. */
  synced: boolean;
  failures: number;
  /** The next list must be fresh (after 410 Gone). */
  listLatest: boolean;
}

/** A change of the local copy. */
export interface Delta {
  readonly type: 'add' | 'update' | 'delete';
  readonly object: KubeObject;
  readonly old?: KubeObject;
  readonly cause: number;
}

export type IndexName = 'controller' | 'orphan' | 'node';

/** Index functions by name: the values under which an object is found. */
const indexers: Readonly<Record<IndexName, (object: KubeObject) => string | undefined>> = {
  controller: object => controllerUid(object.metadata.ownerReferences),
  // Apart from the others: every claim asks for the few objects that nobody owns, hardly any for those of one owner among all.
  orphan: object => (controllerUid(object.metadata.ownerReferences) === undefined ? object.metadata.namespace ?? '' : undefined),
  node: object => (object as { spec?: { nodeName?: string } }).spec?.nodeName,
};

function controllerUid(owners: KubeObject['metadata']['ownerReferences']): string | undefined {
  if (owners === undefined) return undefined;
  for (const owner of owners) if (owner.controller === true) return owner.uid;
  return undefined;
}

/** Waits of a failing reflector. @source client-go tools/cache/reflector.go (800 ms, 30 s, factor 2, jitter 1.0) */
const BACKOFF_MIN = millis(800);
const BACKOFF_MAX = seconds(30);

export function newInformer(config: InformerConfig): InformerState {
  return {
    config, store: new Table(), indexes: Object.fromEntries((config.indexes ?? []).map(name => [name, new Table<string>()])),
    phase: 'stopped', requestId: 0, resourceVersion: '', synced: false, failures: 0, listLatest: false,
  };
}

const TAG = 'informer:';

/** Tags by kind and kinds by tag, made once each: every event of every informer asks for both. */
const tags = new Map<string, string>();
const kinds = new Map<string, string>();

/** The tag of an informer's requests, and the name of its timer. */
function tagOf({ config: { kind } }: InformerState): string {
  let tag = tags.get(kind);
  if (tag === undefined) tags.set(kind, (tag = `${TAG}${kind}`));
  return tag;
}

/** The kind of the informer that a tag or timer belongs to; '' = none. */
export function kindOfTag(tag: string): string {
  if (!tag.startsWith(TAG)) return '';
  let kind = kinds.get(tag);
  if (kind === undefined) kinds.set(tag, (kind = tag.slice(TAG.length)));
  return kind;
}

/** Begins to list and watch. */
export function startInformer(informer: InformerState, rest: RestState, out: Outbox): void {
  if (informer.phase === 'stopped') list(informer, rest, out);
}

/** Ends the watch; the local copy stays as it was. */
export function stopInformer(informer: InformerState, rest: RestState, out: Outbox): void {
  cancel(rest, out, informer.requestId);
  out.cancelTimer(tagOf(informer));
  informer.phase = 'stopped';
}

/** Takes a client event if it belongs to this informer, and returns the changes it makes; undefined = not ours. */
export function handleInformer(informer: InformerState, rest: RestState, event: RestEvent, out: Outbox): readonly Delta[] | undefined {
  if (event.tag !== tagOf(informer)) return undefined;
  if (event.id !== informer.requestId) return [];
  switch (event.type) {
    case 'response': return informer.phase === 'listing' ? listed(informer, rest, event.code, event.body, out) : refused(informer, event.code, out);
    case 'watch': return watched(informer, rest, event.events, out);
    case 'watchEnd': watch(informer, rest, out); return [];
    case 'stream': case 'streamEnd': return [];
  }
}

/** Takes a timer if it belongs to this informer. */
export function handleInformerTimer(informer: InformerState, rest: RestState, name: string, out: Outbox): boolean {
  if (name !== tagOf(informer)) return false;
  if (informer.phase === 'waiting') {
    if (informer.synced && !informer.listLatest) watch(informer, rest, out);
    else list(informer, rest, out);
  }
  return true;
}

function target(informer: InformerState, verb: 'list' | 'watch', options: NonNullable<ApiCall['options']>): ApiCall {
  const { kind, resource, namespace, fieldSelector, labelSelector } = informer.config;
  const selectors = { ...(fieldSelector !== undefined ? { fieldSelector } : {}), ...(labelSelector !== undefined ? { labelSelector } : {}) };
  const more = { options: { ...selectors, ...options } };
  return resource === undefined ? call(verb, kind, namespace === undefined ? '' : `${namespace}/`, more) : callOf(resource, verb, '', more);
}

function list(informer: InformerState, rest: RestState, out: Outbox): void {
  informer.phase = 'listing';
  const resourceVersion = informer.listLatest ? '' : '0';
  informer.requestId = request(rest, out, target(informer, 'list', { resourceVersion }), tagOf(informer));
}

function watch(informer: InformerState, rest: RestState, out: Outbox): void {
  informer.phase = 'watching';
  const options = { resourceVersion: informer.resourceVersion, allowWatchBookmarks: true };
  informer.requestId = request(rest, out, target(informer, 'watch', options), tagOf(informer));
}

function listed(informer: InformerState, rest: RestState, code: number, body: unknown, out: Outbox): readonly Delta[] {
  if (code !== 200) return backOff(informer, code, out);
  const answer = body as ListBody;
  informer.failures = 0;
  informer.listLatest = false;
  informer.resourceVersion = answer.metadata.resourceVersion;
  const deltas = replace(informer, answer.items, out.cause);
  informer.synced = true;
  watch(informer, rest, out);
  return deltas;
}

/** Makes the local copy equal to a list, as changes. */
function replace(informer: InformerState, items: readonly KubeObject[], cause: number): readonly Delta[] {
  const deltas: Delta[] = [];
  const seen = new Set<string>();
  for (const object of items) {
    const key = keyOf(object);
    seen.add(key);
    const old = informer.store.get(key);
    if (old?.metadata.resourceVersion === object.metadata.resourceVersion) continue;
    put(informer, key, object, old);
    deltas.push(old === undefined ? { type: 'add', object, cause } : { type: 'update', object, old, cause });
  }
  if (informer.store.size > seen.size) {
    for (const [key, object] of [...informer.store]) {
      if (seen.has(key)) continue;
      remove(informer, key, object);
      deltas.push({ type: 'delete', object, old: object, cause });
    }
  }
  return deltas;
}

function watched(informer: InformerState, rest: RestState, events: readonly WatchEvent[], out: Outbox): readonly Delta[] {
  const deltas: Delta[] = [];
  informer.failures = 0;
  for (const event of events) {
    if (event.type === 'ERROR') { expired(informer, rest, event.object, out); break; }
    informer.resourceVersion = event.object.metadata.resourceVersion ?? informer.resourceVersion;
    if (event.type === 'BOOKMARK') continue;
    const key = keyOf(event.object);
    const old = informer.store.get(key);
    if (event.type === 'DELETED') {
      remove(informer, key, old ?? event.object);
      deltas.push(old === undefined ? { type: 'delete', object: event.object, cause: event.cause } : { type: 'delete', object: event.object, old, cause: event.cause });
    } else {
      put(informer, key, event.object, old);
      deltas.push(old === undefined ? { type: 'add', object: event.object, cause: event.cause } : { type: 'update', object: event.object, old, cause: event.cause });
    }
  }
  return deltas;
}

/** The window of changes moved past us (410) or the stream failed: list again. */
function expired(informer: InformerState, rest: RestState, status: KubeObject, out: Outbox): void {
  cancel(rest, out, informer.requestId);
  const code = (status as unknown as { code?: number }).code ?? 410;
  out.record('api.watch.gone410', { name: out.self, kind: informer.config.kind, code });
  informer.listLatest = true;
  list(informer, rest, out);
}

/** A watch request was refused. */
function refused(informer: InformerState, code: number, out: Outbox): readonly Delta[] {
  if (code === 410) informer.listLatest = true;
  return backOff(informer, code, out);
}

function backOff(informer: InformerState, code: number, out: Outbox): readonly Delta[] {
  if (informer.failures === 0) out.record('api.watch.broken', { name: out.self, kind: informer.config.kind, code });
  informer.phase = 'waiting';
  let wait: number = BACKOFF_MIN;
  for (let i = 0; i < informer.failures && wait < BACKOFF_MAX; i++) wait *= 2;
  informer.failures++;
  wait = Math.min(wait, BACKOFF_MAX);
  out.startTimer(tagOf(informer), micros(wait + out.draw('backoff', wait)));
  return [];
}

function put(informer: InformerState, key: string, object: KubeObject, old: KubeObject | undefined): void {
  informer.store.set(key, object);
  const names = informer.config.indexes;
  if (names === undefined) return;
  for (const name of names) {
    if (old !== undefined && keeps(name, object, old)) continue;
    const index = informer.indexes[name];
    const value = indexers[name](object);
    const before = old === undefined ? undefined : indexers[name](old);
    if (before === value) continue;
    if (before !== undefined) index?.delete(`${before}\0${key}`);
    if (value !== undefined) index?.set(`${value}\0${key}`, key);
  }
}

/** Nearly every update leaves alone what an index is about, which is quickly seen. */
function keeps(name: IndexName, object: KubeObject, old: KubeObject): boolean {
  if (name === 'node') return (object as { spec?: unknown }).spec === (old as { spec?: unknown }).spec;
  return object.metadata.ownerReferences === old.metadata.ownerReferences;
}

function remove(informer: InformerState, key: string, object: KubeObject): void {
  informer.store.delete(key);
  for (const name of informer.config.indexes ?? []) {
    const value = indexers[name](object);
    if (value !== undefined) informer.indexes[name]?.delete(`${value}\0${key}`);
  }
}

// ---- Listers ---------------------------------------------------------------------------------------------------------

/** One object of the local copy, which may be stale. */
export function getCached<T extends KubeObject>(informer: InformerState, key: string): T | undefined {
  return informer.store.get(key) as T | undefined;
}

/** Objects of a namespace ('' = all), in key order. */
export function listCached<T extends KubeObject>(informer: InformerState, namespace = ''): readonly T[] {
  if (namespace === '') return [...informer.store.values()] as T[];
  return between(informer.store, `${namespace}/`, `${namespace}0`);
}

/** Objects found under a value of an index, in key order. */
export function listIndexed<T extends KubeObject>(informer: InformerState, index: IndexName, value: string): readonly T[] {
  const table = informer.indexes[index];
  const found: T[] = [];
  table?.range(`${value}\0`, `${value}\u0001`, (_slot, key) => { found.push(informer.store.get(key) as T); });
  return found;
}

function between<T extends KubeObject>(table: Table<KubeObject>, from: string, to: string): readonly T[] {
  const found: T[] = [];
  table.range(from, to, (_key, object) => { found.push(object as T); });
  return found;
}

