/** Small memories for what comes in bursts: thousands of pods of one template are written within seconds, and nearly all that is said of them is the same. */

/**
 * The last few results of a function of two values, which are told apart by identity. A forgotten result is made again, so it must
 * be the same whenever it is made.
 *
 * Keys lie side by side: looking through all of them reads a few lines of memory, and no table grows with the cluster.
 */
export class Recent<R> {
  readonly #left: unknown[];
  readonly #right: unknown[];
  readonly #results: (R | undefined)[];
  #next = 0;

  constructor(size: number) {
    this.#left = new Array<unknown>(size).fill(NOTHING);
    this.#right = new Array<unknown>(size).fill(NOTHING);
    this.#results = new Array<R | undefined>(size).fill(undefined);
  }

  /** The result for two values; undefined = it is not known. */
  find(left: unknown, right: unknown): R | undefined {
    const rights = this.#right;
    for (let i = 0; i < rights.length; i++) if (rights[i] === right && this.#left[i] === left) return this.#results[i];
    return undefined;
  }

  /** Remembers a result instead of the oldest, and returns it. */
  keep(left: unknown, right: unknown, result: R): R {
    const i = this.#next;
    this.#left[i] = left;
    this.#right[i] = right;
    this.#results[i] = result;
    this.#next = i + 1 === this.#left.length ? 0 : i + 1;
    return result;
  }
}

const NOTHING = Object.freeze({});
const LIST = Object.freeze({});
const OBJECT = Object.freeze({});
const END = Object.freeze({});

/** Parts of a value that is remembered, at most. */
const PARTS_MAX = 200;

/**
 * Equal values that come in bursts exist once: of frozen plain data, the value that came first comes back as long as it is among the
 * last few. Values are equal when their keys stand in the same order, too, so nobody can tell which of them it was given.
 *
 * A remembered value is a flat row of its keys and values, as `[OBJECT, 'type', 'Ready', END]`, that is read along with the new one.
 */
export class Interner {
  readonly #values: object[] = [];
  readonly #rows: (readonly unknown[])[] = [];
  readonly #size: number;
  #next = 0;
  #last = 0;
  #row: readonly unknown[] = [];
  #at = 0;

  constructor(size: number) {
    this.#size = size;
  }

  share<T extends object>(value: T): T {
    const known = this.#values;
    // The one that came last is the likeliest.
    for (let n = 0, i = this.#last; n < known.length; n++, i = i + 1 < known.length ? i + 1 : 0) {
      if (known[i] === value) return value;
      this.#row = this.#rows[i] as readonly unknown[];
      this.#at = 0;
      if (this.#fits(value)) { this.#last = i; return known[i] as T; }
    }
    const row: unknown[] = [];
    if (!flatten(value, row)) return value;
    known[this.#next] = value;
    this.#rows[this.#next] = row;
    this.#last = this.#next;
    this.#next = (this.#next + 1) % this.#size;
    return value;
  }

  /** Whether a value is what stands in the row from the present place on. */
  #fits(value: unknown): boolean {
    const row = this.#row;
    if (typeof value !== 'object' || value === null) return row[this.#at++] === value;
    if (Array.isArray(value)) {
      if (row[this.#at++] !== LIST || row[this.#at++] !== value.length) return false;
      for (let i = 0; i < value.length; i++) if (!this.#fits(value[i])) return false;
      return true;
    }
    if (row[this.#at++] !== OBJECT) return false;
    for (const key in value) {
      if (row[this.#at++] !== key || !this.#fits((value as Readonly<Record<string, unknown>>)[key])) return false;
    }
    return row[this.#at++] === END;
  }
}

/** Writes a value into a row; false = it is too long to be worth it. */
function flatten(value: unknown, row: unknown[]): boolean {
  if (row.length > PARTS_MAX) return false;
  if (typeof value !== 'object' || value === null) { row.push(value); return true; }
  if (Array.isArray(value)) {
    row.push(LIST, value.length);
    for (let i = 0; i < value.length; i++) if (!flatten(value[i], row)) return false;
    return true;
  }
  row.push(OBJECT);
  for (const key in value) {
    row.push(key);
    if (!flatten((value as Readonly<Record<string, unknown>>)[key], row)) return false;
  }
  row.push(END);
  return true;
}
