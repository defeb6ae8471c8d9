/**
 * The order of lists that a strategic patch changed: items of the patch in the patch's order, items that only the server has behind
 * their left neighbours.
 *
 * @source kubernetes/apimachinery pkg/util/strategicpatch/patch.go (normalizeElementOrder)
 */
import { equalData } from '../../base/compare.ts';

type Item = unknown;

function keyOf(item: Item, mergeKey: string): unknown {
  return mergeKey === '' || typeof item !== 'object' || item === null ? item : (item as Readonly<Record<string, unknown>>)[mergeKey];
}

/** Lists longer than this are looked up in a map. */
const SHORT = 8;

/** Tells where the item with the same key stands in a list; -1 = nowhere. */
function finder(list: readonly Item[], mergeKey: string): (item: Item) => number {
  const keys = list.map((item) => keyOf(item, mergeKey));
  if (keys.length <= SHORT || keys.some((key) => typeof key === 'object')) return (item) => indexOfKey(keys, keyOf(item, mergeKey));
  const places = new Map<unknown, number>();
  keys.forEach((key, at) => { if (!places.has(key)) places.set(key, at); });
  return (item) => places.get(keyOf(item, mergeKey)) ?? -1;
}

function indexOfKey(keys: readonly unknown[], key: unknown): number {
  for (let at = 0; at < keys.length; at++) if (equalData(keys[at], key)) return at;
  return -1;
}

/** Whether two lists hold the same keys at the same places. */
function sameOrder(list: readonly Item[], order: readonly Item[], mergeKey: string): boolean {
  if (list.length !== order.length) return false;
  for (let at = 0; at < list.length; at++) if (!equalData(keyOf(list[at], mergeKey), keyOf(order[at], mergeKey))) return false;
  return true;
}

interface Order {
  /** Items that the patch names, in its order. */
  readonly patchOrder: readonly Item[];
  readonly serverOrder: readonly Item[];
  readonly mergeKey: string;
}

/** Puts a merged list in order. */
export function inOrder(merged: readonly Item[], { patchOrder, serverOrder, mergeKey }: Order): readonly Item[] {
  if (sameOrder(merged, patchOrder, mergeKey)) return merged;
  const named = finder(patchOrder, mergeKey);
  const onServer = finder(serverOrder, mergeKey);
  const left = sortBy(merged.filter((item) => named(item) < 0), onServer);
  const right = sortBy(merged.filter((item) => named(item) >= 0), named);
  const result: Item[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    const l = onServer(left[i]);
    const r = onServer(right[j]);
    if (l >= 0 && r >= 0 && l < r) result.push(left[i++]);
    else result.push(right[j++]);
  }
  return [...result, ...left.slice(i), ...right.slice(j)];
}

/** Items without a rank keep their places relative to each other behind the known ones. */
function sortBy(items: readonly Item[], rankOf: (item: Item) => number): readonly Item[] {
  const placed = items.map((item, at) => ({ item, at, rank: rankOf(item) }));
  placed.sort((a, b) => (a.rank >= 0 && b.rank >= 0 && a.rank !== b.rank ? a.rank - b.rank : a.at - b.at));
  return placed.map(({ item }) => item);
}
