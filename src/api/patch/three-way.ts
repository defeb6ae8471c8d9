/**
 * The patch of client-side apply, from what was applied last, what is wanted now, and what lives in the cluster.
 *
 * Additions and changes are the difference from live to wanted; deletions are what was applied last and is not wanted any more. The former are merged
 * into the latter as a patch into a patch: directives are kept, not obeyed.
 *
 * @source kubernetes/apimachinery pkg/util/strategicpatch/patch.go (CreateThreeWayMergePatch)
 */
import { compareText, equalData } from '../../base/compare.ts';
import { goText } from '../../base/go-text.ts';
import { fieldType, mergeStrategy } from './merge-keys.ts';
import { inOrder, sortBy } from './order.ts';
import { deletePrefix, isObject, orderPrefix, patchDirective, retainKeysDirective } from './strategic.ts';

type JsonObject = Readonly<Record<string, unknown>>;
type Draft = Record<string, unknown>;
type List = readonly unknown[];

interface Versions<T> {
  readonly last: T | undefined;
  readonly live: T;
  readonly wanted: T;
}

/** One of the two differences: what is set, or what is taken away. */
interface Difference {
  readonly type: string;
  readonly of: 'settings' | 'removals';
  /** Whether the keys that stay are named. */
  readonly retainKeys: boolean;
}

/** The strategic patch for an object of a type; `{}` when nothing is to be done. */
export function createThreeWayPatch({ last, live, wanted }: Versions<JsonObject>, type: string): JsonObject {
  const settings = differMaps(live, wanted, { type, of: 'settings', retainKeys: false });
  const removals = differMaps(last ?? {}, wanted, { type, of: 'removals', retainKeys: false });
  return joinMaps(removals, settings, type);
}

function differMaps(original: JsonObject, wanted: JsonObject, how: Difference): JsonObject {
  const patch: Draft = {};
  for (const key of Object.keys(wanted)) differField(key, { original, wanted }, { ...how, patch });
  const missing = Object.keys(original).filter((key) => !Object.hasOwn(wanted, key));
  if (how.of === 'removals') for (const key of missing) patch[key] = null;
  const kept = how.retainKeys ? Object.keys(wanted).filter((key) => wanted[key] !== null).sort(compareText) : [];
  const extra = missing.some((key) => original[key] !== null);
  if (kept.length > 0 && (Object.keys(patch).length > 0 || extra)) patch[retainKeysDirective] = kept;
  return patch;
}

function differField(key: string, between: { readonly original: JsonObject; readonly wanted: JsonObject }, how: Difference & { readonly patch: Draft }): void {
  const { patch, type } = how;
  const [old, value] = [between.original[key], between.wanted[key]];
  const strategy = mergeStrategy(type, key);
  if (Object.hasOwn(between.original, key) && isObject(old) && isObject(value) && strategy.replace !== true) {
    const inner = differMaps(old, value, { of: how.of, type: fieldType(type, key), retainKeys: strategy.retainKeys });
    if (Object.keys(inner).length > 0) patch[key] = inner;
  } else if (Array.isArray(old) && Array.isArray(value) && strategy.merge) {
    const { items, deleted, order } = differLists(old, value, { of: how.of, type: fieldType(type, key), retainKeys: strategy.retainKeys, mergeKey: strategy.key });
    if (items.length > 0) patch[key] = items;
    if (deleted.length > 0) patch[`${deletePrefix}${key}`] = deleted;
    if (order.length > 0) patch[`${orderPrefix}${key}`] = order;
  } else if (how.of === 'settings' && (!Object.hasOwn(between.original, key) || (isObject(old) && isObject(value)) || !equalData(old, value))) {
    // A map that is replaced as a whole is sent every time, as upstream does.
    patch[key] = value;
  }
}

interface ListDifference {
  readonly items: List;
  /** Plain values that are taken out. */
  readonly deleted: List;
  readonly order: List;
}

type ListHow = Difference & { readonly mergeKey: string };

function differLists(original: List, wanted: List, how: ListHow): ListDifference {
  if (original.length === 0) return { items: how.of === 'settings' ? wanted : [], deleted: [], order: [] };
  return [...original, ...wanted].every(isObject) && how.mergeKey !== '' ? differItems(original as readonly JsonObject[], wanted as readonly JsonObject[], how) : differValues(original, wanted, how);
}

/** Upstream sorts what it compares and forgets to put it back: a list that is not in the order of its values always gets an order. */
function differValues(original: List, wanted: List, { of }: ListHow): ListDifference {
  const [before, after] = [sortByText(original, goText), sortByText(wanted, goText)];
  const added = without(after, before);
  const removed = without(before, after).filter((value, i, all) => all.indexOf(value) === i);
  if (of === 'removals') return { items: [], deleted: removed, order: removed.length > 0 ? wanted : [] };
  return { items: sortBy(added, (value) => wanted.indexOf(value)), deleted: [], order: equalData(before, wanted) ? [] : wanted };
}

/** Values of a list, as often as another does not have them. */
function without(list: List, other: List): List {
  const rest = other.slice();
  return list.filter((value) => {
    const at = rest.findIndex((candidate) => goText(candidate) === goText(value));
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}

function differItems(original: readonly JsonObject[], wanted: readonly JsonObject[], how: ListHow): ListDifference {
  const { mergeKey } = how;
  const keyText = (item: unknown): string => goText((item as JsonObject)[mergeKey]);
  const [before, after] = [sortByText(original, keyText) as readonly JsonObject[], sortByText(wanted, keyText) as readonly JsonObject[]];
  const changes: unknown[] = [];
  const removals: unknown[] = [];
  for (let i = 0, j = 0; i < before.length || j < after.length;) {
    const [old, item] = [before[i], after[j]];
    const order = old === undefined ? 1 : item === undefined ? -1 : compareText(keyText(old), keyText(item));
    if (order === 0) {
      const inner = differMaps(old as JsonObject, item as JsonObject, how);
      if (Object.keys(inner).length > 0) changes.push({ ...inner, [mergeKey]: item?.[mergeKey] });
    } else if (order > 0) {
      if (how.of === 'settings') changes.push(item);
    } else if (how.of === 'removals') {
      removals.push({ [patchDirective]: 'delete', [mergeKey]: old?.[mergeKey] });
    }
    if (order <= 0) i++;
    if (order >= 0) j++;
  }
  const items = [...sortBy(changes, (item) => wanted.findIndex((other) => equalData(other[mergeKey], (item as JsonObject)[mergeKey]))), ...removals];
  const moved = how.of === 'settings' && !(original.length === wanted.length && original.every((item, i) => equalData(item[mergeKey], wanted[i]?.[mergeKey])));
  return { items, deleted: [], order: items.length > 0 || moved ? wanted.map((item) => ({ [mergeKey]: item[mergeKey] })) : [] };
}

/** Sorts by text. Upstream's comparison also swaps what is equal, so that items with one key stand in reverse. */
function sortByText(list: List, textOf: (item: unknown) => string): List {
  const sorted: unknown[] = [];
  for (const item of list) {
    const text = textOf(item);
    const at = sorted.findIndex((other) => compareText(text, textOf(other)) <= 0);
    sorted.splice(at < 0 ? sorted.length : at, 0, item);
  }
  return sorted;
}

/** Settings merged into removals. */
function joinMaps(removals: JsonObject, settings: JsonObject, type: string): JsonObject {
  const joined: Draft = { ...removals };
  const done = new Set<string>([retainKeysDirective]);
  if (settings[retainKeysDirective] !== undefined) joined[retainKeysDirective] ??= settings[retainKeysDirective];
  for (const key of Object.keys(settings)) {
    if (!key.startsWith(orderPrefix)) continue;
    const field = key.slice(orderPrefix.length);
    const order = settings[key] as List;
    joined[key] ??= order;
    done.add(key).add(field);
    const [old, items] = [joined[field] as List | undefined, settings[field] as List | undefined];
    const merged = items === undefined ? old : old === undefined ? items : joinLists(old, items, { type, field });
    if (merged !== undefined) joined[field] = inOrder(merged, { patchOrder: order, serverOrder: old ?? [], mergeKey: mergeStrategy(type, field).key });
  }
  for (const key of Object.keys(settings)) if (!done.has(key)) joined[key] = joinField(joined[key], settings[key], { type, field: key });
  return joined;
}

function joinField(old: unknown, value: unknown, place: { readonly type: string; readonly field: string }): unknown {
  const strategy = mergeStrategy(place.type, place.field);
  if (isObject(old) && isObject(value) && strategy.replace !== true) return joinMaps(old, value, fieldType(place.type, place.field));
  return Array.isArray(old) && Array.isArray(value) && strategy.merge ? joinLists(old, value, place) : value;
}

function joinLists(old: List, items: List, { type, field }: { readonly type: string; readonly field: string }): List {
  const { key: mergeKey } = mergeStrategy(type, field);
  const merged = old.slice();
  for (const item of items) {
    const at = merged.findIndex((other) => (mergeKey === '' ? equalData(other, item) : isObject(other) && isObject(item) && equalData(other[mergeKey], item[mergeKey])));
    const same = merged[at];
    if (at < 0) merged.push(item);
    else if (isObject(same) && isObject(item)) merged[at] = joinMaps(same, item, fieldType(type, field));
  }
  return inOrder(merged, { patchOrder: items, serverOrder: old, mergeKey });
}
