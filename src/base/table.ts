import BTreeModule from 'sorted-btree';
import { compareText } from './compare.ts';

// sorted-btree is CommonJS: under Node's ESM its class is the default of the default.
const BTree = ((BTreeModule as unknown as { default?: unknown }).default ?? BTreeModule) as typeof import('sorted-btree').default;
type Tree<V> = InstanceType<typeof BTree<string, V>>;

/** Entries up to which the tree is as fast as an index: one of its leaves. */
const INDEX_MIN = 32;
/** Ends the tree's walk over a range. */
const STOP = { break: true } as const;

/**
 * Persistent ordered map from text keys (code-unit order) to values: the container of the world.
 *
 * Shape: a B+ tree. `checkpoint()` is O(1): both tables share all nodes and copy a node on the first write to it.
 * Values are shared, never copied: put only frozen data in, or data that one process owns and a checkpoint copies
 * (see `sim/checkpoint.ts`).
 *
 *     t: { a: 1, b: 2 }      c = t.checkpoint()      t.set('a', 9)
 *     t: { a: 9, b: 2 }      c: { a: 1, b: 2 }
 */
export class Table<V> {
  #tree: Tree<V>;
  // Lookups by key remembered in a hash map, which is some ten times faster than the tree; a shortcut only, each table has its own.
  #index: Map<string, V> | undefined;
  // The index holds every entry, so what it lacks the table lacks.
  #complete = false;
  // Keys of the index that the tree has not heard of yet, or not in their newest version. It hears of them when somebody asks for order: most
  // entries are looked up and overwritten much more often than they are listed.
  #behind: Set<string> | undefined;
  #size = 0;

  constructor(entries?: Iterable<readonly [string, V]>) {
    this.#tree = new BTree<string, V>(undefined, compareText);
    if (entries !== undefined) for (const [key, value] of entries) this.#tree.set(key, value);
    this.#size = this.#tree.size;
  }

  static #of<V>(tree: Tree<V>): Table<V> {
    const table = new Table<V>();
    table.#tree = tree;
    table.#size = tree.size;
    return table;
  }

  get size(): number { return this.#size; }

  get(key: string): V | undefined {
    const index = this.#lookups();
    if (index === undefined) return this.#tree.get(key);
    const known = index.get(key);
    if (known !== undefined || this.#complete) return known;
    const value = this.#tree.get(key);
    if (value !== undefined) index.set(key, value);
    return value;
  }

  has(key: string): boolean {
    const index = this.#lookups();
    if (index !== undefined && (this.#complete || index.has(key))) return index.has(key);
    return this.#tree.has(key);
  }

  set(key: string, value: V): void {
    const index = this.#lookups();
    if (index === undefined) {
      if (this.#tree.set(key, value)) this.#size++;
      return;
    }
    const known = index.size;
    index.set(key, value);
    if (index.size > known && (this.#complete || !this.#tree.has(key))) this.#size++;
    (this.#behind ??= new Set()).add(key);
  }

  delete(key: string): boolean {
    if (this.#complete && this.#index?.has(key) === false) return false;
    this.#index?.delete(key);
    const wasBehind = this.#behind?.delete(key) === true;
    const deleted = this.#tree.delete(key) || wasBehind;
    if (deleted) this.#size--;
    return deleted;
  }

  clear(): void {
    this.#tree.clear();
    this.#index = undefined;
    this.#complete = false;
    this.#behind = undefined;
    this.#size = 0;
  }

  /** The index, begun by the first lookup or write after the table outgrew a leaf. When it was much larger by then, as a checkpoint's is, keys come in as they are looked up. */
  #lookups(): Map<string, V> | undefined {
    if (this.#index !== undefined || this.#size <= INDEX_MIN) return this.#index;
    this.#complete = this.#size <= 2 * INDEX_MIN;
    this.#index = new Map(this.#complete ? this.#tree.entries() : []);
    return this.#index;
  }

  /** The tree with all entries. */
  #ordered(): Tree<V> {
    if (this.#behind !== undefined) {
      for (const key of this.#behind) this.#tree.set(key, this.#index?.get(key) as V);
      this.#behind = undefined;
    }
    return this.#tree;
  }

  firstKey(): string | undefined { return this.#ordered().minKey(); }
  lastKey(): string | undefined { return this.#ordered().maxKey(); }
  /** The entry with the smallest key above `key`. */
  after(key: string): [string, V] | undefined { return this.#ordered().nextHigherPair(key); }
  /** The entry with the greatest key below `key`. */
  before(key: string): [string, V] | undefined { return this.#ordered().nextLowerPair(key); }
  keys(): IterableIterator<string> { return this.#ordered().keys(); }
  values(): IterableIterator<V> { return this.#ordered().values(); }
  entries(): IterableIterator<[string, V]> { return this.#ordered().entries(); }
  [Symbol.iterator](): IterableIterator<[string, V]> { return this.#ordered().entries(); }

  /** Calls `visit` for each entry with `from <= key < to` in key order; returning false stops. `visit` must not change the table. */
  range(from: string, to: string | undefined, visit: (key: string, value: V) => boolean | void): void {
    // The tree's own walk makes no pair per entry. Its upper bound is the last key when the caller names none.
    const tree = this.#ordered();
    const end = to ?? tree.maxKey();
    if (end === undefined || end < from) return;
    tree.forRange(from, end, to === undefined, (key, value) => (visit(key, value) === false ? STOP : undefined));
  }

  /** A second table with the same content, in constant time. */
  checkpoint(): Table<V> { return Table.#of(this.#ordered().clone() as Tree<V>); }
}
