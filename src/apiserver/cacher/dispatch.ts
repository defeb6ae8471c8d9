/**
 * Brings changes to the watches that want them.
 *
 * A watch that asks for one value of an indexed field (`spec.nodeName=worker-1`, `metadata.name=web`) stands in the index under that value, so that
 * a change wakes those that want its old or new value and nobody else. A change is seen by a watch as what it means for its selection: an
 * object that begins to match is ADDED, one that stops matching is DELETED.
 */
import { must } from '../../base/assert.ts';
import type { KubeObject } from '../../api/meta.ts';
import { compileFieldSelector, parseFieldSelector } from '../../api/field-selector.ts';
import type { ResourceDescriptor } from '../../api/resource.ts';
import { matchesLabels, parseLabelSelector, type Selector } from '../../api/selector.ts';
import type { WatchEvent } from '../../api/wire.ts';
import { descriptorOfKey } from '../resources.ts';
import type { CacheEvent, ResourceCache, Server, WatchRecord } from '../state.ts';
import { deliver } from './deliver.ts';

/** Fields whose watches are indexed. @source kubernetes/apiserver pkg/storage/cacher (indexedTrigger): pods by node, secrets and configmaps by name */
const INDEXED_FIELDS: readonly string[] = ['spec.nodeName', 'metadata.name'];

export type Predicate = (object: KubeObject) => boolean;

/** The field and value under which a watch is indexed; undefined = it sees every change of its resource. */
export function indexOf(fieldSelector: string): { readonly field: string; readonly value: string } | undefined {
  if (fieldSelector === '') return undefined;
  const parsed = parseFieldSelector(fieldSelector);
  if (!parsed.ok) return undefined;
  for (const field of INDEXED_FIELDS) {
    const term = parsed.value.find(requirement => requirement.field === field && requirement.operator === '=' && requirement.value !== '');
    if (term !== undefined) return { field, value: term.value };
  }
  return undefined;
}

const everything: Predicate = () => true;

/** A predicate for both selectors; a text says what is wrong with one of them. */
export function compileSelectors(descriptor: ResourceDescriptor, labelSelector: string, fieldSelector: string): Predicate | string {
  let labels: Selector | undefined;
  if (labelSelector !== '') {
    const parsed = parseLabelSelector(labelSelector);
    if (!parsed.ok) return parsed.error;
    labels = parsed.value;
  }
  if (fieldSelector === '') return labels === undefined ? everything : byLabels(labels);
  const fields = compileFieldSelector(descriptor, fieldSelector);
  if (!fields.ok) return fields.error;
  const matchesFields = fields.value;
  if (labels === undefined) return matchesFields;
  const matches = byLabels(labels);
  return object => matches(object) && matchesFields(object);
}

function byLabels(selector: Selector): Predicate {
  return object => matchesLabels(selector, object.metadata.labels);
}

const predicateOf = new WeakMap<WatchRecord, Predicate>();

/** What a watch wants, its namespace included. */
export function watchPredicate({ state }: Server, watch: WatchRecord, resource: string): Predicate {
  let predicate = predicateOf.get(watch);
  if (predicate !== undefined) return predicate;
  const compiled = compileSelectors(must(descriptorOfKey(state, resource), `no kind for ${resource}`), watch.labelSelector, watch.fieldSelector);
  const selects = typeof compiled === 'string' ? everything : compiled;
  const { namespace } = watch;
  predicate = namespace === '' ? selects : object => object.metadata.namespace === namespace && selects(object);
  predicateOf.set(watch, predicate);
  return predicate;
}

/** One change as a watch event of a type; most watches are told what everybody is told. */
function translate(change: CacheEvent, type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject): WatchEvent {
  return type === change.type && object === change.object ? change.shown : Object.freeze({ type, object, cause: change.cause });
}

/** What a change is to a watch; undefined = nothing. */
export function eventFor(change: CacheEvent, wants: Predicate): WatchEvent | undefined {
  const before = change.previous !== undefined && wants(change.previous);
  const now = change.type !== 'DELETED' && wants(change.object);
  if (now) return translate(change, before ? 'MODIFIED' : 'ADDED', change.object);
  return before ? translate(change, 'DELETED', change.type === 'DELETED' ? change.object : lastMatching(change)) : undefined;
}

/** An object that left the selection is shown as it was, with the revision at which it left. */
function lastMatching(change: CacheEvent): KubeObject {
  const previous = change.previous ?? change.object;
  return Object.freeze({ ...previous, metadata: Object.freeze({ ...previous.metadata, resourceVersion: String(change.revision) }) });
}

/** Sends changes to all watches that want them: those without index in the order they began, then the indexed ones by the order of changes. */
export function dispatch(server: Server, cache: ResourceCache, changes: readonly CacheEvent[]): void {
  const unfiltered = cache.watches.size > 0 ? changes.map(change => change.shown) : [];
  for (const watch of cache.watches.values()) {
    const plain = watch.namespace === '' && watch.labelSelector === '' && watch.fieldSelector === '';
    const events = plain ? unfiltered : select(changes, watchPredicate(server, watch, cache.resource));
    if (events.length > 0) deliver(server, watch, events, cache.revision);
  }
  if (cache.indexed.size > 0) dispatchIndexed(server, cache, changes);
}

function select(changes: readonly CacheEvent[], wants: Predicate): readonly WatchEvent[] {
  const events: WatchEvent[] = [];
  for (const change of changes) {
    const event = eventFor(change, wants);
    if (event !== undefined) events.push(event);
  }
  return events;
}

function dispatchIndexed(server: Server, cache: ResourceCache, changes: readonly CacheEvent[]): void {
  const due = new Map<WatchRecord, WatchEvent[]>();
  const descriptor = must(descriptorOfKey(server.state, cache.resource), `no kind for ${cache.resource}`);
  for (const change of changes) {
    for (const [field, byValue] of cache.indexed) {
      const get = descriptor.selectableFields.find(selectable => selectable.path === field)?.get;
      if (get === undefined) continue;
      const now = get(change.object);
      const before = change.previous === undefined ? now : get(change.previous);
      collect(server, due, change, { watches: byValue.get(now), resource: cache.resource });
      if (before !== now) collect(server, due, change, { watches: byValue.get(before), resource: cache.resource });
    }
  }
  for (const [watch, events] of due) deliver(server, watch, events, cache.revision);
}

function collect(server: Server, due: Map<WatchRecord, WatchEvent[]>, change: CacheEvent, among: { readonly watches: Map<number, WatchRecord> | undefined; readonly resource: string }): void {
  if (among.watches === undefined) return;
  for (const watch of among.watches.values()) {
    const event = eventFor(change, watchPredicate(server, watch, among.resource));
    if (event === undefined) continue;
    const events = due.get(watch);
    if (events === undefined) due.set(watch, [event]); else events.push(event);
  }
}
