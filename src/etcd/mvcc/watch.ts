import { compareText } from '../../base/compare.ts';
import type { EtcdEvent } from '../contract.ts';
import { positionOf, versionAt } from './history.ts';
import { endOf, isSingle } from './store.ts';
import type { Store } from './store.ts';

/**
 * Watches: who wants to hear of which keys.
 *
 * A watcher is a few fields and no queue. Those that have heard everything share one cursor, `notified`; one that starts
 * in the past reads the history once and then joins them. An event finds its watchers by its key: single keys by
 * lookup, ranges by a binary search among the sorted range borders.
 *
 *     ranges  [a, c) and [b, d)      borders  a    b     c    d
 *                                    covered  {1}  {1,2} {2}  {}
 *
 * @source etcd-io/etcd server/storage/mvcc/watchable_store.go, watcher_group.go
 * @fidelity simplified: watchers of the past catch up at once instead of every 100 ms, and are never slow
 */
export interface WatchHub {
  /** Position in the history up to which all watchers have heard. */
  notified: number;
  groups: WatchGroup[];
  /** Indexes of the groups of single keys. */
  singles: Map<string, number>;
  /** Sorted borders of all ranges; segment i lies between border i and i + 1. */
  borders: string[];
  covered: (readonly number[])[];
  /** Watchers of all groups. */
  count: number;
}

/** Watchers of the same keys. */
interface WatchGroup { readonly key: string; readonly rangeEnd: string; watchers: Watcher[] }

/** One watch of one client; never changed. */
export interface Watcher {
  /** Whose it is and what they call it. */
  readonly client: string;
  readonly id: number;
  readonly key: string;
  readonly rangeEnd: string;
  /** Events before it are not wanted. */
  readonly startRevision: number;
  readonly prevKv: boolean;
  readonly noPut: boolean;
  readonly noDelete: boolean;
  readonly progressNotify: boolean;
  readonly requireLeader: boolean;
}

/** A hub without watchers, which have heard everything before a position. */
export const newWatchHub = (notified = 0): WatchHub =>
  ({ notified, groups: [], singles: new Map(), borders: [], covered: [], count: 0 });

/** An end that compares as "no end" among the borders: no key reaches it. */
const LAST = '\u{10ffff}\u{10ffff}\u{10ffff}\u{10ffff}';
const borderOf = (group: WatchGroup): string => endOf(group.key, group.rangeEnd) ?? LAST;

/** Rebuilds the search over the ranges; they are few and rarely change. */
function rebuildBorders(hub: WatchHub): void {
  const ranges = hub.groups.flatMap((group, i) => isSingle(group.rangeEnd) || group.watchers.length === 0 ? [] : [{ group, i }]);
  const borders = new Set<string>();
  for (const { group } of ranges) borders.add(group.key).add(borderOf(group));
  hub.borders = [...borders].sort(compareText);
  hub.covered = hub.borders.map((border) => Object.freeze(
    ranges.filter(({ group }) => group.key <= border && border < borderOf(group)).map(({ i }) => i)));
}

function groupFor(hub: WatchHub, key: string, rangeEnd: string): WatchGroup {
  const known = isSingle(rangeEnd)
    ? hub.groups[hub.singles.get(key) ?? -1]
    : hub.groups.find((group) => group.key === key && group.rangeEnd === rangeEnd);
  if (known !== undefined) return known;
  const group: WatchGroup = { key, rangeEnd, watchers: [] };
  hub.groups.push(group);
  if (isSingle(rangeEnd)) hub.singles.set(key, hub.groups.length - 1);
  return group;
}

/** Adds a watcher that has heard everything before `hub.notified`. */
export function addWatcher(hub: WatchHub, watcher: Watcher): void {
  const group = groupFor(hub, watcher.key, watcher.rangeEnd);
  group.watchers.push(Object.freeze(watcher));
  hub.count += 1;
  if (group.watchers.length === 1 && !isSingle(watcher.rangeEnd)) rebuildBorders(hub);
}

/** Drops groups without watchers and builds the lookups anew. */
function sweep(hub: WatchHub): void {
  hub.groups = hub.groups.filter((group) => group.watchers.length > 0);
  hub.singles = new Map();
  hub.groups.forEach((group, i) => { if (isSingle(group.rangeEnd)) hub.singles.set(group.key, i); });
  rebuildBorders(hub);
}

/** Removes the watchers that match and returns them. */
export function removeWatchers(hub: WatchHub, matches: (watcher: Watcher) => boolean): readonly Watcher[] {
  const removed: Watcher[] = [];
  for (const group of hub.groups) {
    if (!group.watchers.some(matches)) continue;
    group.watchers = group.watchers.filter((watcher) => {
      if (matches(watcher)) removed.push(watcher);
      return !matches(watcher);
    });
  }
  hub.count -= removed.length;
  if (removed.length > 0) sweep(hub);
  return removed;
}

/** Every watcher, group by group. */
export function* allWatchers(hub: WatchHub): IterableIterator<Watcher> {
  for (const group of hub.groups) yield* group.watchers;
}

const NO_GROUPS: readonly number[] = Object.freeze([]);

/** The ranges that cover a key. */
function coveredBy(hub: WatchHub, key: string): readonly number[] {
  let low = 0;
  let high = hub.borders.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((hub.borders[middle] ?? '') <= key) low = middle + 1;
    else high = middle;
  }
  return hub.covered[low - 1] ?? NO_GROUPS;
}

/** The events as one kind of watcher wants them. */
function shaped(events: readonly EtcdEvent[], watcher: Watcher): readonly EtcdEvent[] {
  const { noPut, noDelete, prevKv, startRevision } = watcher;
  const late = startRevision > (events[0]?.kv.modRevision ?? 0);
  let wanted = events;
  if (noPut || noDelete || late) {
    wanted = events.filter(({ type, kv }) =>
      (type === 'PUT' ? !noPut : !noDelete) && kv.modRevision >= startRevision);
  }
  if (!prevKv) wanted = wanted.map((event) => event.prevKv === undefined ? event : withoutPrevKv(event));
  return Object.freeze(wanted);
}

const withoutPrevKv = ({ type, kv, cause }: EtcdEvent): EtcdEvent => Object.freeze({ type, kv, cause });

/** Whether two watchers want the same list; a start revision that has passed makes no difference. */
function sameShape(a: Watcher, b: Watcher, firstRevision: number): boolean {
  return a.noPut === b.noPut && a.noDelete === b.noDelete && a.prevKv === b.prevKv
    && (a.startRevision === b.startRevision || (a.startRevision <= firstRevision && b.startRevision <= firstRevision));
}

/** What is done with the events for a watcher. */
export type Deliver = (watcher: Watcher, events: readonly EtcdEvent[]) => void;

function deliverGroup(group: WatchGroup, events: readonly EtcdEvent[], deliver: Deliver): void {
  let like: Watcher | undefined;
  let shape = events;
  const firstRevision = events[0]?.kv.modRevision ?? 0;
  for (const watcher of group.watchers) {
    // Watchers of one kind share one list; most groups have one kind only.
    if (like === undefined || !sameShape(like, watcher, firstRevision)) {
      like = watcher;
      shape = shaped(events, watcher);
    }
    if (shape.length > 0) deliver(watcher, shape);
  }
}

/** Tells all watchers what is new in the history since the last time. */
export function notify(hub: WatchHub, store: Store, deliver: Deliver): void {
  const { history } = store;
  const from = Math.max(hub.notified, history.first);
  hub.notified = history.next;
  if (hub.count === 0 || from === history.next) return;
  const found = new Map<number, EtcdEvent[]>();
  const add = (group: number, event: EtcdEvent): void => {
    const events = found.get(group);
    if (events === undefined) found.set(group, [event]);
    else events.push(event);
  };
  for (let position = from; position < history.next; position++) {
    const event = versionAt(history, position)?.event;
    if (event === undefined) continue;
    const single = hub.singles.size === 0 ? undefined : hub.singles.get(event.kv.key);
    if (single !== undefined) add(single, event);
    const groups = coveredBy(hub, event.kv.key);
    for (let i = 0; i < groups.length; i++) add(groups[i] as number, event);
  }
  for (const [index, events] of found) {
    const group = hub.groups[index];
    if (group !== undefined) deliverGroup(group, events, deliver);
  }
}

/** Watchers that have heard of something since a place in the history. */
export function toldSince(hub: WatchHub, store: Store, position: number): ReadonlySet<Watcher> {
  const told = new Set<Watcher>();
  notify({ ...hub, notified: position }, store, (watcher) => { told.add(watcher); });
  return told;
}

/** Of the values before a compaction nobody is told. */
const withoutCompacted = (event: EtcdEvent, compactRevision: number): EtcdEvent =>
  event.prevKv !== undefined && event.kv.modRevision <= compactRevision ? withoutPrevKv(event) : event;

/** What a watcher that starts in the past has missed. */
export function missedBy(hub: WatchHub, store: Store, watcher: Watcher): readonly EtcdEvent[] {
  const { history } = store;
  const end = endOf(watcher.key, watcher.rangeEnd);
  const events: EtcdEvent[] = [];
  for (let position = positionOf(history, watcher.startRevision); position < hub.notified; position++) {
    const event = versionAt(history, position)?.event;
    if (event === undefined || event.kv.key < watcher.key || (end !== undefined && event.kv.key >= end)) continue;
    events.push(withoutCompacted(event, store.compactRevision));
  }
  return shaped(events, watcher);
}
