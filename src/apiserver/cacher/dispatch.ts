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

/** `isWhole`: nothing else is asked of the fields. */
export interface IndexKey { readonly field: string; readonly value: string; readonly isWhole: boolean }

/** The field and value under which a watch is indexed; undefined = it sees every change of its resource. */
export function indexOf(fieldSelector: string): IndexKey | undefined {
  if (fieldSelector === '') return undefined;
  const parsed = parseFieldSelector(fieldSelector);
  if (!parsed.ok) return undefined;
  for (const field of INDEXED_FIELDS) {
    const term = parsed.value.find(requirement => requirement.field === field && requirement.operator === '=' && requirement.value !== '');
    if (term !== undefined) return { field, value: term.value, isWhole: parsed.value.length === 1 };
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
  return eventOf(change, change.previous !== undefined && wants(change.previous), change.type !== 'DELETED' && wants(change.object));
}

/** What a change is to a watch that wants the object as it was before, as it is now, both or neither. */
function eventOf(change: CacheEvent, before: boolean, now: boolean): WatchEvent | undefined {
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

/** A watch and what it is told. */
interface Due { readonly watch: WatchRecord; readonly events: WatchEvent[] }

function dispatchIndexed(server: Server, cache: ResourceCache, changes: readonly CacheEvent[]): void {
  const { selectableFields } = must(descriptorOfKey(server.state, cache.resource), `no kind for ${cache.resource}`);
  const indexes = [...cache.indexed].map(([field, byValue]) => ({ byValue, get: selectableFields.find(({ path }) => path === field)?.get }));
  const due = new Map<number, Due>();
  for (const change of changes) {
    const { previous } = change;
    const isThere = change.type !== 'DELETED';
    for (const { byValue, get } of indexes) {
      if (get === undefined) continue;
      const now = get(change.object);
      const before = previous === undefined ? now : get(previous);
      collect(server, due, change, { resource: cache.resource, watches: byValue.get(now), before: previous !== undefined && before === now, now: isThere });
      if (before !== now) collect(server, due, change, { resource: cache.resource, watches: byValue.get(before), before: true, now: false });
    }
  }
  for (const { watch, events } of due.values()) deliver(server, watch, events, cache.revision);
}

/** Watches of one value of a field, and whether the object had that value before and has it now. */
interface Among { readonly resource: string; readonly watches: ReadonlyMap<number, WatchRecord> | undefined; readonly before: boolean; readonly now: boolean }

function collect(server: Server, due: Map<number, Due>, change: CacheEvent, { resource, watches, before, now }: Among): void {
  if (watches === undefined) return;
  for (const watch of watches.values()) {
    const event = watch.isIndexed ? eventOf(change, before, now) : eventFor(change, watchPredicate(server, watch, resource));
    if (event === undefined) continue;
    const told = due.get(watch.serial);
    if (told === undefined) due.set(watch.serial, { watch, events: [event] }); else told.events.push(event);
  }
}
