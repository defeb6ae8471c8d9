/** The life of a client's watch: how it begins, what it is told in between, how it ends. */
import { must } from '../../base/assert.ts';
import { micros, minutes, type Micros, type ProcessId, seconds } from '../../base/data.ts';
import { Numbered } from '../../base/numbered.ts';
import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resource.ts';
import { tooOldResourceVersion, type Status } from '../../api/status.ts';
import type { WatchEvent } from '../../api/wire.ts';
import { descriptorOfKey, formOf, resourceKey } from '../resources.ts';
import type { RequestRecord, ResourceCache, Server, WatchRecord } from '../state.ts';
import { wayOf } from '../answer-way.ts';
import { deliver } from './deliver.ts';
import { eventFor, type IndexKey, indexOf, watchPredicate } from './dispatch.ts';
import { cacheOf } from './watch-cache.ts';
import { eventsAfter } from './window.ts';

/** How often a quiet watch is told where the store stands. @source kubernetes/apiserver pkg/storage/cacher/cacher.go (bookmarkFrequency) */
export const BOOKMARK_INTERVAL = minutes(1);
/**
 * A watch that asked for bookmarks gets one this long before its time is over, so that the next one begins where it stood.
 * @source kubernetes/apiserver pkg/storage/cacher/cache_watcher.go (nextBookmarkTime)
 */
const BOOKMARK_BEFORE_END = seconds(2);
/** `--min-request-timeout`: a watch without a time-out of its own ends after this to twice this. @source kubernetes/apiserver pkg/server/config.go */
const MIN_REQUEST_TIMEOUT_SECONDS = 1800;

const initialEventsEnd = Object.freeze({ 'k8s.io/initial-events-end': 'true' });

const NOTHING: readonly WatchEvent[] = Object.freeze([]);

/** Begins a watch: what already happened is told at once, the rest as it happens. */
export function beginWatch(server: Server, request: RequestRecord): void {
  const { call } = request;
  const options = call.options ?? {};
  const resource = resourceKey(call.group, call.resource);
  const cache = cacheOf(server, resource);
  const labelSelector = options.labelSelector ?? '';
  const fieldSelector = fieldSelectorOf(request);
  const index = indexOf(fieldSelector);
  const watch: WatchRecord = {
    serial: request.serial, client: request.client as ProcessId, id: request.id, namespace: call.namespace, labelSelector, fieldSelector,
    isIndexed: index?.isWhole === true && labelSelector === '' && call.namespace === '', bookmarks: options.allowWatchBookmarks === true, form: options.as === undefined && formOf(server.state, call) === undefined ? undefined : call, told: cache.revision, backlog: NOTHING,
  };
  const from = startingPoint(request, cache);
  if (from !== 'state' && from < cache.window.oldest) {
    sendGone(server, request, tooOldResourceVersion(String(from), String(cache.window.oldest)));
    return;
  }
  const way = wayOf(server, request, true);
  if (way !== undefined) server.out.send(request.client as ProcessId, { type: 'api.watch', id: request.id, events: NOTHING, way });
  register(server, watch, cache, { index, timeout: timeoutOf(server, request) });
  const events = from === 'state' ? currentState(server, cache, watch) : missed(server, cache, { watch, from });
  if (options.sendInitialEvents === true && watch.bookmarks) events.push(bookmarkOf(server, cache, true));
  if (events.length > 0) deliver(server, watch, events, cache.revision);
}

/** A watch of one name is a watch with that name as a field selector. */
function fieldSelectorOf({ call }: RequestRecord): string {
  const given = call.options?.fieldSelector ?? '';
  if (call.name === '') return given;
  return given === '' ? `metadata.name=${call.name}` : `${given},metadata.name=${call.name}`;
}

/** @returns the revision after which events are wanted, or 'state' for the present objects as ADDED events first */
function startingPoint({ call }: RequestRecord, cache: ResourceCache): number | 'state' {
  const { resourceVersion = '', sendInitialEvents } = call.options ?? {};
  if (sendInitialEvents === true) return 'state';
  if (sendInitialEvents === false && (resourceVersion === '' || resourceVersion === '0')) return cache.revision;
  return resourceVersion === '' || resourceVersion === '0' ? 'state' : Number(resourceVersion);
}

function currentState(server: Server, cache: ResourceCache, watch: WatchRecord): WatchEvent[] {
  const wants = watchPredicate(server, watch, cache.resource);
  const events: WatchEvent[] = [];
  for (const object of cache.items.values()) if (wants(object)) events.push({ type: 'ADDED', object, cause: server.out.cause });
  return events;
}

function missed(server: Server, cache: ResourceCache, { watch, from }: { readonly watch: WatchRecord; readonly from: number }): WatchEvent[] {
  const wants = watchPredicate(server, watch, cache.resource);
  const events: WatchEvent[] = [];
  for (const change of eventsAfter(cache.window, from)) {
    const event = eventFor(change, wants);
    if (event !== undefined) events.push(event);
  }
  return events;
}

function timeoutOf(server: Server, { call }: RequestRecord): Micros {
  const asked = call.options?.timeoutSeconds;
  if (asked !== undefined && asked > 0) return seconds(asked);
  return seconds(MIN_REQUEST_TIMEOUT_SECONDS + server.out.draw('watch timeout', MIN_REQUEST_TIMEOUT_SECONDS));
}

function register(server: Server, watch: WatchRecord, cache: ResourceCache, { index, timeout }: { readonly index: IndexKey | undefined; readonly timeout: Micros }): void {
  const { state, out } = server;
  if (index === undefined) {
    cache.watches.set(watch.serial, watch);
  } else {
    let byValue = cache.indexed.get(index.field);
    if (byValue === undefined) cache.indexed.set(index.field, (byValue = new Map()));
    const same = byValue.get(index.value);
    if (same === undefined) byValue.set(index.value, new Map([[watch.serial, watch]])); else same.set(watch.serial, watch);
  }
  const deadline = out.now + timeout;
  const deadlineKey = keyOfDeadline(deadline, watch.serial);
  const whose = Object.freeze({ client: watch.client, id: watch.id });
  state.watchDeadlines.set(deadlineKey, whose);
  const isTold = watch.bookmarks && timeout > BOOKMARK_BEFORE_END;
  if (isTold) state.watchDeadlines.set(keyOfLastBookmark(deadlineKey), whose);
  const next = isTold ? deadline - BOOKMARK_BEFORE_END : deadline;
  if (state.watchDeadlineAt === 0 || next < state.watchDeadlineAt) armWatchDeadline(server, next);
  let references = state.clients.get(watch.client);
  if (references === undefined) state.clients.set(watch.client, (references = new Numbered()));
  references.set(watch.id, Object.freeze({
    serial: watch.serial, resource: cache.resource, field: index?.field ?? '', value: index?.value ?? '', deadlineKey,
  }));
}

const keyOfDeadline = (at: number, serial: number | string): string => `${String(at).padStart(16, '0')} ${serial}`;

/** Where the last bookmark of a watch stands among the deadlines; its key ends in a letter. */
const keyOfLastBookmark = (deadlineKey: string): string => `${keyOfDeadline(Number(deadlineKey.slice(0, 16)) - BOOKMARK_BEFORE_END, deadlineKey.slice(17))}b`;

function armWatchDeadline({ state, out }: Server, at: number): void {
  state.watchDeadlineAt = at as Micros;
  out.startTimer('watch deadlines', micros(Math.max(0, at - out.now)));
}

/** Ends the watches whose time is over, and sets the timer for the next one. */
export function endOverdueWatches(server: Server): void {
  const { state, out } = server;
  for (;;) {
    const key = state.watchDeadlines.firstKey();
    if (key === undefined) { state.watchDeadlineAt = 0; return; }
    const deadline = Number(key.slice(0, 16));
    if (deadline > out.now) { armWatchDeadline(server, deadline); return; }
    const { client, id } = must(state.watchDeadlines.get(key), 'a deadline names a watch');
    if (key.endsWith('b')) sendLastBookmark(server, client, id);
    else if (dropWatch(server, client, id)) out.send(client, { type: 'api.watchEnd', id });
    state.watchDeadlines.delete(key);
  }
}

function sendLastBookmark(server: Server, client: ProcessId, id: number): void {
  const reference = server.state.clients.get(client)?.get(id);
  if (reference === undefined || typeof reference === 'number') return;
  const cache = cacheOf(server, reference.resource);
  const watch = reference.field === '' ? cache.watches.get(reference.serial) : cache.indexed.get(reference.field)?.get(reference.value)?.get(reference.serial);
  if (watch !== undefined) deliver(server, watch, [bookmarkOf(server, cache, false)], cache.revision);
}

/** Forgets a watch. False = there was none of that number. */
export function dropWatch({ state }: Server, client: ProcessId, id: number): boolean {
  const references = state.clients.get(client);
  const reference = references?.get(id);
  if (references === undefined || reference === undefined || typeof reference === 'number') return false;
  references.delete(id);
  state.watchDeadlines.delete(reference.deadlineKey);
  state.watchDeadlines.delete(keyOfLastBookmark(reference.deadlineKey));
  const cache = must(state.caches.get(reference.resource), 'a watch has a cache');
  if (reference.field === '') return cache.watches.delete(reference.serial);
  const byValue = cache.indexed.get(reference.field);
  const same = byValue?.get(reference.value);
  same?.delete(reference.serial);
  if (same?.size === 0) byValue?.delete(reference.value);
  if (byValue?.size === 0) cache.indexed.delete(reference.field);
  return true;
}

/** All watches of a cache in a fixed order. */
export function* watchesOf(cache: ResourceCache): Generator<WatchRecord> {
  yield* cache.watches.values();
  for (const byValue of cache.indexed.values()) for (const same of byValue.values()) yield* same.values();
}

/** Ends all watches of a cache that lost its history: clients list again. */
export function endAllWatches(server: Server, cache: ResourceCache): void {
  for (const watch of [...watchesOf(cache)]) {
    dropWatch(server, watch.client, watch.id);
    server.out.send(watch.client, { type: 'api.watchEnd', id: watch.id });
  }
}

/**
 * Tells watches that asked for bookmarks how far they are, when there is something to tell.
 * @fidelity simplified: all watches of a server are told at the same moment of each minute, and one that has heard everything is told nothing new
 */
export function sendBookmarks(server: Server): void {
  for (const cache of server.state.caches.values()) {
    let event: WatchEvent | undefined;
    for (const watch of watchesOf(cache)) {
      if (!watch.bookmarks || watch.told >= cache.revision) continue;
      event ??= bookmarkOf(server, cache, false);
      deliver(server, watch, [event], cache.revision);
    }
  }
}

function bookmarkOf({ state }: Server, cache: ResourceCache, initialEnd: boolean): WatchEvent {
  const descriptor = must(descriptorOfKey(state, cache.resource), `no kind for ${cache.resource}`);
  const metadata = { resourceVersion: String(cache.revision), ...(initialEnd ? { annotations: initialEventsEnd } : {}) };
  const object = Object.freeze({ kind: descriptor.kind, apiVersion: apiVersionOf(descriptor), metadata: Object.freeze(metadata) }) as unknown as KubeObject;
  return Object.freeze({ type: 'BOOKMARK', object, cause: 0 });
}

/** A watch from a version that is gone consists of one error. */
function sendGone(server: Server, request: RequestRecord, status: Status): void {
  const { out } = server;
  const event: WatchEvent = { type: 'ERROR', object: status as unknown as KubeObject, cause: request.cause };
  out.record('api.watch.gone410', { name: request.userAgent, resource: request.call.resource, resourceVersion: request.call.options?.resourceVersion });
  out.send(request.client as ProcessId, { type: 'api.watch', id: request.id, events: [event] });
  out.send(request.client as ProcessId, { type: 'api.watchEnd', id: request.id });
}
