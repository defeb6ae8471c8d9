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

/** Items of a patch that only take others out. */
const isRemoval = (item: Item): boolean => typeof item === 'object' && item !== null && (item as { readonly $patch?: unknown }).$patch === 'delete';

/** Puts a merged list in order; what takes others out comes last in each part. */
export function inOrder(merged: readonly Item[], { patchOrder, serverOrder, mergeKey }: Order): readonly Item[] {
  if (sameOrder(merged, patchOrder, mergeKey) && !merged.some(isRemoval)) return merged;
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

/** Go's stable sort sorts blocks of this size by insertion. */
const BLOCK = 20;

/**
 * Sorts by rank. Upstream calls an item without a rank less than every other, and every other less than it: in a short list the sort by insertion
 * makes something definite of that, which is done here too; in longer lists such items keep their places.
 */
export function sortBy(items: readonly Item[], rankOf: (item: Item) => number): readonly Item[] {
  if (items.some(isRemoval)) return [...sortBy(items.filter((item) => !isRemoval(item)), rankOf), ...items.filter(isRemoval)];
  const placed = items.map((item, at) => ({ item, at, rank: rankOf(item) }));
  if (placed.length <= BLOCK && placed.some(({ rank }) => rank < 0)) insert(placed);
  else placed.sort((a, b) => (a.rank >= 0 && b.rank >= 0 && a.rank !== b.rank ? a.rank - b.rank : a.at - b.at));
  return placed.map(({ item }) => item);
}

function insert(placed: { readonly item: Item; readonly at: number; readonly rank: number }[]): void {
  for (let i = 1; i < placed.length; i++) {
    for (let j = i; j > 0; j--) {
      const [before, item] = placed.slice(j - 1, j + 1) as [(typeof placed)[number], (typeof placed)[number]];
      if (item.rank >= 0 && before.rank >= 0 && item.rank >= before.rank) break;
      placed[j - 1] = item;
      placed[j] = before;
    }
  }
}
