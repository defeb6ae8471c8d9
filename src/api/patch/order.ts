/**
 * The order of lists that a strategic patch changed: items of the patch in the patch's order, items that only the server has behind
 * their left neighbours.
 *
 * @source kubernetes/apimachinery pkg/util/strategicpatch/patch.go (normalizeElementOrder)
 */
import { equalData } from '../../base/compare.ts';

type Item = unknown;

/** Items named by the patch, and the rest. */
export interface Partition {
  readonly patchItems: readonly Item[];
  readonly serverOnly: readonly Item[];
}

function keyOf(item: Item, mergeKey: string): unknown {
  return mergeKey === '' || typeof item !== 'object' || item === null ? item : (item as Readonly<Record<string, unknown>>)[mergeKey];
}

function position(list: readonly Item[], item: Item, mergeKey: string): number {
  const key = keyOf(item, mergeKey);
  return list.findIndex((other) => equalData(keyOf(other, mergeKey), key));
}

/** Splits a merged list by whether the patch names an item. */
export function partition(merged: readonly Item[], named: readonly Item[], mergeKey: string): Partition {
  return {
    patchItems: merged.filter((item) => position(named, item, mergeKey) >= 0),
    serverOnly: merged.filter((item) => position(named, item, mergeKey) < 0),
  };
}

/** Items that `order` does not know keep their places relative to each other behind the known ones. */
function sortBy(items: readonly Item[], order: readonly Item[], mergeKey: string): readonly Item[] {
  const placed = items.map((item, at) => ({ item, at, rank: position(order, item, mergeKey) }));
  placed.sort((a, b) => (a.rank >= 0 && b.rank >= 0 && a.rank !== b.rank ? a.rank - b.rank : a.at - b.at));
  return placed.map(({ item }) => item);
}

/** Joins both parts. */
export function normalizeOrder(of: Partition & { readonly patchOrder: readonly Item[]; readonly serverOrder: readonly Item[]; readonly mergeKey: string }): readonly Item[] {
  const left = sortBy(of.serverOnly, of.serverOrder, of.mergeKey);
  const right = sortBy(of.patchItems, of.patchOrder, of.mergeKey);
  const result: Item[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    const l = position(of.serverOrder, left[i], of.mergeKey);
    const r = position(of.serverOrder, right[j], of.mergeKey);
    if (l >= 0 && r >= 0 && l < r) result.push(left[i++]);
    else result.push(right[j++]);
  }
  return [...result, ...left.slice(i), ...right.slice(j)];
}
