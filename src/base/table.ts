import BTreeModule from 'sorted-btree';
import { compareText } from './compare.ts';

// sorted-btree is CommonJS: under Node's ESM its class is the default of the default.
const BTree = ((BTreeModule as unknown as { default?: unknown }).default ?? BTreeModule) as typeof import('sorted-btree').default;
type Tree<V> = InstanceType<typeof BTree<string, V>>;

/** Entries up to which a table is one sorted list. */
const LISTED_MAX = 32;
/** A tree that lags behind by this many keys, and by more than it has, is not worth keeping up with. */
const BEHIND_MIN = 1024;
/** Ends the tree's walk over a range. */
const STOP = { break: true } as const;

/** A small table: keys in order, each with its value behind it. Most tables are never filled, and all of those share one list. */
type List = readonly unknown[];
const EMPTY: unknown[] = [];

/** Place of the first key that is not smaller. */
function placeOf(list: List, key: string): number {
  let low = 0;
  let high = list.length >> 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[2 * middle] as string) < key) low = middle + 1; else high = middle;
  }
  return 2 * low;
}

/** Place of a key; -1 = not there. */
function find(list: List, key: string): number {
  const at = placeOf(list, key);
  return at < list.length && list[at] === key ? at : -1;
}

/**
 * Persistent ordered map from text keys (code-unit order) to values: the container of the world.
 *
 * Shape: a small table, as most are, is a sorted list. A large one is a hash map for looking up and a B+ tree for order, which hears of changes when
 * somebody asks for order. `checkpoint()` is O(1): both tables share list or nodes and copy them on the first write.
 * Values are shared, never copied: put only frozen data in, or data that one process owns and a checkpoint copies
 * (see `sim/checkpoint.ts`).
 *
 *     t: { a: 1, b: 2 }      c = t.checkpoint()      t.set('a', 9)
 *     t: { a: 9, b: 2 }      c: { a: 1, b: 2 }
 */
export class Table<V> {
  // Undefined once the table is large.
  #list: unknown[] | undefined = EMPTY;
  // The list is another table's too.
  #shared = true;
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
    if (entries !== undefined) for (const [key, value] of entries) this.set(key, value);
  }

  get size(): number { return this.#size; }

  get(key: string): V | undefined {
    const list = this.#list;
    if (list !== undefined) {
      const at = find(list, key);
      return at < 0 ? undefined : list[at + 1] as V;
    }
    const index = this.#lookups();
    const known = index.get(key);
    if (known !== undefined || this.#complete) return known;
    const value = this.#tree?.get(key);
    if (value !== undefined) index.set(key, value);
    return value;
  }

  has(key: string): boolean {
    if (this.#list !== undefined) return find(this.#list, key) >= 0;
    return this.#lookups().has(key) || (!this.#complete && this.#tree?.has(key) === true);
  }

  set(key: string, value: V): void {
    if (this.#list !== undefined && this.#setListed(this.#list, key, value)) return;
    const index = this.#lookups();
    const known = index.size;
    index.set(key, value);
    if (index.size > known && (this.#complete || this.#tree?.has(key) !== true)) this.#size++;
    this.#fallBehind(key);
  }

  delete(key: string): boolean {
    if (this.#list !== undefined) return this.#deleteListed(this.#list, key);
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
    this.#list = EMPTY;
    this.#shared = true;
    this.#tree = undefined;
    this.#index = undefined;
    this.#complete = false;
    this.#behind = undefined;
    this.#size = 0;
  }

  /** Sets an entry of a small table. False when that would make it large, which it then is. */
  #setListed(list: List, key: string, value: V): boolean {
    const at = placeOf(list, key);
    const isNew = at === list.length || list[at] !== key;
    if (isNew && list.length === 2 * LISTED_MAX) {
      this.#index = new Map(pairsOf<V>(list));
      this.#complete = true;
      this.#list = undefined;
      return false;
    }
    const own = this.#ownList(list);
    if (!isNew) { own[at + 1] = value; return true; }
    if (at === own.length) own.push(key, value); else own.splice(at, 0, key, value);
    this.#size++;
    return true;
  }

  #deleteListed(list: List, key: string): boolean {
    const at = find(list, key);
    if (at < 0) return false;
    this.#ownList(list).splice(at, 2);
    this.#size--;
    return true;
  }

  /** The list, copied if another table sees it. */
  #ownList(list: List): unknown[] {
    if (!this.#shared) return list as unknown[];
    this.#shared = false;
    return (this.#list = list.slice());
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

  firstKey(): string | undefined { return this.#list === undefined ? this.#ordered().minKey() : this.#list[0] as string | undefined; }
  lastKey(): string | undefined { return this.#list === undefined ? this.#ordered().maxKey() : this.#list.at(-2) as string | undefined; }

  /** The entry with the smallest key above `key`. */
  after(key: string): [string, V] | undefined {
    const list = this.#list;
    if (list === undefined) return this.#ordered().nextHigherPair(key);
    const at = placeOf(list, key);
    return pairAt(list, list[at] === key ? at + 2 : at);
  }

  /** The entry with the greatest key below `key`. */
  before(key: string): [string, V] | undefined {
    const list = this.#list;
    return list === undefined ? this.#ordered().nextLowerPair(key) : pairAt(list, placeOf(list, key) - 2);
  }

  keys(): IterableIterator<string> { return this.#list === undefined ? this.#ordered().keys() : everyOther<string>(this.#list, 0); }
  values(): IterableIterator<V> { return this.#list === undefined ? this.#ordered().values() : everyOther<V>(this.#list, 1); }
  entries(): IterableIterator<[string, V]> { return this.#list === undefined ? this.#ordered().entries() : pairsOf<V>(this.#list).values(); }

  [Symbol.iterator](): IterableIterator<[string, V]> { return this.entries(); }

  /** Calls `visit` for each entry with `from <= key < to` in key order; returning false stops. `visit` must not change the table. */
  range(from: string, to: string | undefined, visit: (key: string, value: V) => boolean | void): void {
    if (this.#list !== undefined) { visitListed(this.#list, from, to, visit); return; }
    // The tree's own walk makes no pair per entry. Its upper bound is the last key when the caller names none.
    const tree = this.#ordered();
    const end = to ?? tree.maxKey();
    if (end === undefined || end < from) return;
    tree.forRange(from, end, to === undefined, (key, value) => (visit(key, value) === false ? STOP : undefined));
  }

  /** A second table with the same content, in constant time. */
  checkpoint(): Table<V> {
    const copy = new Table<V>();
    if (this.#list === undefined) copy.#tree = this.#ordered().clone() as Tree<V>;
    this.#shared = true;
    copy.#list = this.#list;
    copy.#size = this.#size;
    return copy;
  }
}

function pairAt<V>(list: List, at: number): [string, V] | undefined {
  return at < 0 || at >= list.length ? undefined : [list[at] as string, list[at + 1] as V];
}

function pairsOf<V>(list: List): [string, V][] {
  const pairs: [string, V][] = [];
  for (let at = 0; at < list.length; at += 2) pairs.push([list[at] as string, list[at + 1] as V]);
  return pairs;
}

function everyOther<T>(list: List, from: number): IterableIterator<T> {
  const found: T[] = [];
  for (let at = from; at < list.length; at += 2) found.push(list[at] as T);
  return found.values();
}

function visitListed<V>(list: List, from: string, to: string | undefined, visit: (key: string, value: V) => boolean | void): void {
  for (let at = placeOf(list, from); at < list.length; at += 2) {
    const key = list[at] as string;
    if ((to !== undefined && key >= to) || visit(key, list[at + 1] as V) === false) return;
  }
}
