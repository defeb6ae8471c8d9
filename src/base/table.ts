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

  constructor(entries?: Iterable<readonly [string, V]>) {
    this.#tree = new BTree<string, V>(undefined, compareText);
    if (entries !== undefined) for (const [key, value] of entries) this.#tree.set(key, value);
  }

  static #of<V>(tree: Tree<V>): Table<V> {
    const table = new Table<V>();
    table.#tree = tree;
    return table;
  }

  get size(): number { return this.#tree.size; }

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
    this.#tree.set(key, value);
    this.#index?.set(key, value);
  }

  delete(key: string): boolean {
    if (this.#complete && this.#index?.has(key) === false) return false;
    this.#index?.delete(key);
    return this.#tree.delete(key);
  }

  clear(): void {
    this.#tree.clear();
    this.#index = undefined;
    this.#complete = false;
  }

  /** The index, begun by the first lookup after the table outgrew a leaf. When it was much larger by then, as a checkpoint's is, keys come in as they are looked up. */
  #lookups(): Map<string, V> | undefined {
    const { size } = this.#tree;
    if (this.#index !== undefined || size <= INDEX_MIN) return this.#index;
    this.#complete = size <= 2 * INDEX_MIN;
    this.#index = new Map(this.#complete ? this.#tree.entries() : []);
    return this.#index;
  }

  firstKey(): string | undefined { return this.#tree.minKey(); }
  lastKey(): string | undefined { return this.#tree.maxKey(); }
  /** The entry with the smallest key above `key`. */
  after(key: string): [string, V] | undefined { return this.#tree.nextHigherPair(key); }
  /** The entry with the greatest key below `key`. */
  before(key: string): [string, V] | undefined { return this.#tree.nextLowerPair(key); }
  keys(): IterableIterator<string> { return this.#tree.keys(); }
  values(): IterableIterator<V> { return this.#tree.values(); }
  entries(): IterableIterator<[string, V]> { return this.#tree.entries(); }
  [Symbol.iterator](): IterableIterator<[string, V]> { return this.#tree.entries(); }

  /** Calls `visit` for each entry with `from <= key < to` in key order; returning false stops. `visit` must not change the table. */
  range(from: string, to: string | undefined, visit: (key: string, value: V) => boolean | void): void {
    // The tree's own walk makes no pair per entry. Its upper bound is the last key when the caller names none.
    const end = to ?? this.#tree.maxKey();
    if (end === undefined || end < from) return;
    this.#tree.forRange(from, end, to === undefined, (key, value) => (visit(key, value) === false ? STOP : undefined));
  }

  /** A second table with the same content, in constant time. */
  checkpoint(): Table<V> { return Table.#of(this.#tree.clone() as Tree<V>); }
}
