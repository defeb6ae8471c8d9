import BTreeModule from 'sorted-btree';
import { compareText } from './compare.ts';

// sorted-btree is CommonJS: under Node's ESM its class is the default of the default.
const BTree = ((BTreeModule as unknown as { default?: unknown }).default ?? BTreeModule) as typeof import('sorted-btree').default;
type Tree<V> = InstanceType<typeof BTree<string, V>>;

/** Entries up to which a table is two sorted lists. */
const LISTED_MAX = 32;
/** A tree that lags behind by this many keys, and by more than it has, is not worth keeping up with. */
const BEHIND_MIN = 1024;
/** Ends the tree's walk over a range. */
const STOP = { break: true } as const;

/** Keys and values of a small table, side by side and in order. */
interface Lists<V> { readonly keys: string[]; readonly values: V[]; shared: boolean }

/** Place of the first key that is not smaller. */
function placeOf(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as string) < key) low = middle + 1; else high = middle;
  }
  return low;
}

/** Place of a key; -1 = not there. */
function find(keys: readonly string[], key: string): number {
  const at = placeOf(keys, key);
  return at < keys.length && keys[at] === key ? at : -1;
}

/**
 * Persistent ordered map from text keys (code-unit order) to values: the container of the world.
 *
 * Shape: a small table, as most are, is two sorted lists. A large one is a hash map for looking up and a B+ tree for order, which hears of changes when
 * somebody asks for order. `checkpoint()` is O(1): both tables share lists or nodes and copy them on the first write.
 * Values are shared, never copied: put only frozen data in, or data that one process owns and a checkpoint copies
 * (see `sim/checkpoint.ts`).
 *
 *     t: { a: 1, b: 2 }      c = t.checkpoint()      t.set('a', 9)
 *     t: { a: 9, b: 2 }      c: { a: 1, b: 2 }
 */
export class Table<V> {
  // Undefined once the table is large.
  #lists: Lists<V> | undefined;
  // Undefined until somebody asks a large table for order.
  #tree: Tree<V> | undefined;
  // Lookups by key remembered in a hash map, which is some ten times faster than the tree; a shortcut only, each table has its own.
  #index: Map<string, V> | undefined;
  // The index holds every entry, so what it lacks the table lacks.
  #complete = false;
  // Keys that were set or deleted since the tree heard of them last; one may stand here several times. Most entries are looked up and overwritten much
  // more often than they are listed.
  #behind: string[] | undefined;
  #size = 0;

  constructor(entries?: Iterable<readonly [string, V]>) {
    this.#lists = { keys: [], values: [], shared: false };
    if (entries !== undefined) for (const [key, value] of entries) this.set(key, value);
  }

  get size(): number { return this.#size; }

  get(key: string): V | undefined {
    const lists = this.#lists;
    if (lists !== undefined) {
      const at = find(lists.keys, key);
      return at < 0 ? undefined : lists.values[at];
    }
    const index = this.#lookups();
    const known = index.get(key);
    if (known !== undefined || this.#complete) return known;
    const value = this.#tree?.get(key);
    if (value !== undefined) index.set(key, value);
    return value;
  }

  has(key: string): boolean {
    if (this.#lists !== undefined) return find(this.#lists.keys, key) >= 0;
    return this.#lookups().has(key) || (!this.#complete && this.#tree?.has(key) === true);
  }

  set(key: string, value: V): void {
    if (this.#lists !== undefined && this.#setListed(this.#lists, key, value)) return;
    const index = this.#lookups();
    const known = index.size;
    index.set(key, value);
    if (index.size > known && (this.#complete || this.#tree?.has(key) !== true)) this.#size++;
    this.#fallBehind(key);
  }

  delete(key: string): boolean {
    if (this.#lists !== undefined) return this.#deleteListed(this.#lists, key);
    const isKnown = this.#lookups().delete(key);
    if (this.#complete) {
      if (!isKnown) return false;
      this.#fallBehind(key);
    } else if (this.#tree?.delete(key) !== true && !isKnown) {
      return false;
    }
    this.#size--;
    return true;
  }

  clear(): void {
    this.#lists = { keys: [], values: [], shared: false };
    this.#tree = undefined;
    this.#index = undefined;
    this.#complete = false;
    this.#behind = undefined;
    this.#size = 0;
  }

  /** Sets an entry of a small table. False when that would make it large, which it then is. */
  #setListed(lists: Lists<V>, key: string, value: V): boolean {
    const at = placeOf(lists.keys, key);
    const isNew = at === lists.keys.length || lists.keys[at] !== key;
    if (isNew && lists.keys.length === LISTED_MAX) {
      this.#index = new Map(lists.keys.map((one, i) => [one, lists.values[i] as V]));
      this.#complete = true;
      this.#lists = undefined;
      return false;
    }
    const own = lists.shared ? this.#ownLists(lists) : lists;
    if (!isNew) { own.values[at] = value; return true; }
    if (at === own.keys.length) {
      own.keys.push(key);
      own.values.push(value);
    } else {
      own.keys.splice(at, 0, key);
      own.values.splice(at, 0, value);
    }
    this.#size++;
    return true;
  }

  #deleteListed(lists: Lists<V>, key: string): boolean {
    const at = find(lists.keys, key);
    if (at < 0) return false;
    const own = lists.shared ? this.#ownLists(lists) : lists;
    own.keys.splice(at, 1);
    own.values.splice(at, 1);
    this.#size--;
    return true;
  }

  /** Lists that no other table sees. */
  #ownLists({ keys, values }: Lists<V>): Lists<V> {
    this.#lists = { keys: keys.slice(), values: values.slice(), shared: false };
    return this.#lists;
  }

  /** The index of a large table. A checkpoint of one begins without it, and keys come in as they are looked up. */
  #lookups(): Map<string, V> {
    return (this.#index ??= new Map<string, V>());
  }

  #fallBehind(key: string): void {
    const tree = this.#tree;
    if (tree === undefined) return;
    if (this.#behind === undefined) this.#behind = [key]; else this.#behind.push(key);
    if (this.#behind.length < BEHIND_MIN || this.#behind.length <= tree.size) return;
    if (!this.#complete) { this.#ordered(); return; }
    // The next one is made of the index.
    this.#tree = undefined;
    this.#behind = undefined;
  }

  /** The tree with all entries of a large table. */
  #ordered(): Tree<V> {
    const index = this.#lookups();
    let tree = this.#tree;
    if (tree === undefined) {
      tree = this.#tree = new BTree<string, V>(undefined, compareText);
      for (const [key, value] of index) tree.set(key, value);
    } else if (this.#behind !== undefined) {
      for (const key of this.#behind) {
        const value = index.get(key);
        if (value !== undefined || index.has(key)) tree.set(key, value as V); else tree.delete(key);
      }
      this.#behind = undefined;
    }
    return tree;
  }

  firstKey(): string | undefined { return this.#lists === undefined ? this.#ordered().minKey() : this.#lists.keys[0]; }
  lastKey(): string | undefined { return this.#lists === undefined ? this.#ordered().maxKey() : this.#lists.keys.at(-1); }

  /** The entry with the smallest key above `key`. */
  after(key: string): [string, V] | undefined {
    const lists = this.#lists;
    if (lists === undefined) return this.#ordered().nextHigherPair(key);
    const at = placeOf(lists.keys, key);
    return pairAt(lists, lists.keys[at] === key ? at + 1 : at);
  }

  /** The entry with the greatest key below `key`. */
  before(key: string): [string, V] | undefined {
    const lists = this.#lists;
    return lists === undefined ? this.#ordered().nextLowerPair(key) : pairAt(lists, placeOf(lists.keys, key) - 1);
  }

  keys(): IterableIterator<string> { return this.#lists === undefined ? this.#ordered().keys() : this.#lists.keys.values(); }
  values(): IterableIterator<V> { return this.#lists === undefined ? this.#ordered().values() : this.#lists.values.values(); }

  entries(): IterableIterator<[string, V]> {
    const lists = this.#lists;
    return lists === undefined ? this.#ordered().entries() : lists.keys.map((key, i): [string, V] => [key, lists.values[i] as V]).values();
  }

  [Symbol.iterator](): IterableIterator<[string, V]> { return this.entries(); }

  /** Calls `visit` for each entry with `from <= key < to` in key order; returning false stops. `visit` must not change the table. */
  range(from: string, to: string | undefined, visit: (key: string, value: V) => boolean | void): void {
    if (this.#lists !== undefined) { visitListed(this.#lists, from, to, visit); return; }
    // The tree's own walk makes no pair per entry. Its upper bound is the last key when the caller names none.
    const tree = this.#ordered();
    const end = to ?? tree.maxKey();
    if (end === undefined || end < from) return;
    tree.forRange(from, end, to === undefined, (key, value) => (visit(key, value) === false ? STOP : undefined));
  }

  /** A second table with the same content, in constant time. */
  checkpoint(): Table<V> {
    const copy = new Table<V>();
    if (this.#lists === undefined) {
      copy.#tree = this.#ordered().clone() as Tree<V>;
    } else {
      this.#lists.shared = true;
    }
    copy.#lists = this.#lists;
    copy.#size = this.#size;
    return copy;
  }
}

function pairAt<V>({ keys, values }: Lists<V>, at: number): [string, V] | undefined {
  return at < 0 || at >= keys.length ? undefined : [keys[at] as string, values[at] as V];
}

function visitListed<V>({ keys, values }: Lists<V>, from: string, to: string | undefined, visit: (key: string, value: V) => boolean | void): void {
  for (let at = placeOf(keys, from); at < keys.length; at++) {
    const key = keys[at] as string;
    if ((to !== undefined && key >= to) || visit(key, values[at] as V) === false) return;
  }
}
