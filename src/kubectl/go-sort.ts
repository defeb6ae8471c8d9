/**
 * The order in which Go's sort.Sort leaves a list. It is not stable, and kubectl prints lists of events sorted by it, whose times are often
 * equal; so the very steps matter: pattern-defeating quicksort with insertion sort for up to twelve items.
 * @source golang sort/zsortinterface.go (pdqsort), sort/sort.go
 */

const INSERTION_MAX = 12;
/** A list shorter than this is not worth repairing by a few moves. */
const SHIFTING_MIN = 50;
/** From this length on each of the three candidates for the pivot is itself a median of three. */
const NINTHER_MIN = 50;
const REPAIRS_MAX = 5;
const SWAPS_MAX = 12;
const MASK = (1n << 64n) - 1n;

/** The items in Go's order; `less` compares two of them. */
export function goSorted<T>(items: readonly T[], less: (a: T, b: T) => boolean): readonly T[] {
  const sorting = new Sorting([...items], less);
  sorting.quick(0, items.length, bitLength(items.length));
  return sorting.items;
}

const bitLength = (n: number): number => (n === 0 ? 0 : 32 - Math.clz32(n));

class Sorting<T> {
  readonly items: T[];
  readonly #less: (a: T, b: T) => boolean;
  #swaps = 0;

  constructor(items: T[], less: (a: T, b: T) => boolean) {
    this.items = items;
    this.#less = less;
  }

  less(i: number, j: number): boolean { return this.#less(this.items[i] as T, this.items[j] as T); }

  swap(i: number, j: number): void { [this.items[i], this.items[j]] = [this.items[j] as T, this.items[i] as T]; }

  quick(from: number, to: number, depth: number): void {
    let [a, b, limit] = [from, to, depth];
    let [wasBalanced, wasPartitioned] = [true, true];
    for (;;) {
      const length = b - a;
      if (length <= INSERTION_MAX) { this.#insertion(a, b); return; }
      if (limit === 0) { this.#heap(a, b); return; }
      if (!wasBalanced) { this.#breakPatterns(a, b); limit--; }
      let { pivot, hint } = this.#choosePivot(a, b);
      if (hint === 'decreasing') {
        for (let [i, j] = [a, b - 1]; i < j; i++, j--) this.swap(i, j);
        pivot = b - 1 - (pivot - a);
        hint = 'increasing';
      }
      if (wasBalanced && wasPartitioned && hint === 'increasing' && this.#repaired(a, b)) return;
      if (a > 0 && !this.less(a - 1, pivot)) { a = this.#partitionEqual(a, b, pivot); continue; }
      const { middle, wasDone } = this.#partition(a, b, pivot);
      wasPartitioned = wasDone;
      const [left, right] = [middle - a, b - middle];
      wasBalanced = Math.min(left, right) >= Math.floor(length / 8);
      if (left < right) { this.quick(a, middle, limit); a = middle + 1; } else { this.quick(middle + 1, b, limit); b = middle; }
    }
  }

  #insertion(a: number, b: number): void {
    for (let i = a + 1; i < b; i++) for (let j = i; j > a && this.less(j, j - 1); j--) this.swap(j, j - 1);
  }

  #heap(a: number, b: number): void {
    const size = b - a;
    for (let i = Math.floor((size - 1) / 2); i >= 0; i--) this.#sink(i, size, a);
    for (let i = size - 1; i >= 0; i--) { this.swap(a, a + i); this.#sink(0, i, a); }
  }

  #sink(start: number, size: number, first: number): void {
    for (let root = start; ;) {
      let child = 2 * root + 1;
      if (child >= size) return;
      if (child + 1 < size && this.less(first + child, first + child + 1)) child++;
      if (!this.less(first + root, first + child)) return;
      this.swap(first + root, first + child);
      root = child;
    }
  }

  /** Scatters a few items, by a generator whose seed is the length. */
  #breakPatterns(a: number, b: number): void {
    const length = b - a;
    let random = BigInt(length);
    const modulus = 1n << BigInt(bitLength(length));
    const first = a + Math.floor(length / 4) * 2 - 1;
    for (let i = 0; i < 3; i++) {
      random = (random ^ (random << 13n)) & MASK;
      random ^= random >> 7n;
      random = (random ^ (random << 17n)) & MASK;
      const other = Number(random & (modulus - 1n));
      this.swap(first + i, a + (other >= length ? other - length : other));
    }
  }

  #choosePivot(a: number, b: number): { pivot: number; hint: 'increasing' | 'decreasing' | 'unknown' } {
    const length = b - a;
    const quarter = Math.floor(length / 4);
    this.#swaps = 0;
    const candidate = (at: number): number => (length >= NINTHER_MIN ? this.#median(at - 1, at, at + 1) : at);
    const [i, j, k] = [candidate(a + quarter), candidate(a + quarter * 2), candidate(a + quarter * 3)];
    const pivot = this.#median(i, j, k);
    return { pivot, hint: this.#swaps === 0 ? 'increasing' : this.#swaps === SWAPS_MAX ? 'decreasing' : 'unknown' };
  }

  #median(first: number, second: number, third: number): number {
    let [a, b, c] = [first, second, third];
    [a, b] = this.#ordered(a, b);
    [b, c] = this.#ordered(b, c);
    [a, b] = this.#ordered(a, b);
    return b;
  }

  #ordered(a: number, b: number): [number, number] {
    if (!this.less(b, a)) return [a, b];
    this.#swaps++;
    return [b, a];
  }

  /** A list that is nearly in order is put in order by a few moves; whether that was enough. */
  #repaired(a: number, b: number): boolean {
    let i = a + 1;
    for (let round = 0; round < REPAIRS_MAX; round++) {
      while (i < b && !this.less(i, i - 1)) i++;
      if (i === b) return true;
      if (b - a < SHIFTING_MIN) return false;
      this.swap(i, i - 1);
      if (i - a >= 2) for (let j = i - 1; j >= 1 && this.less(j, j - 1); j--) this.swap(j, j - 1);
      if (b - i >= 2) for (let j = i + 1; j < b && this.less(j, j - 1); j++) this.swap(j, j - 1);
    }
    return false;
  }

  /** Moves everything equal to the pivot to the front; returns where the rest begins. */
  #partitionEqual(a: number, b: number, pivot: number): number {
    this.swap(a, pivot);
    let [i, j] = [a + 1, b - 1];
    for (;;) {
      while (i <= j && !this.less(a, i)) i++;
      while (i <= j && this.less(a, j)) j--;
      if (i > j) return i;
      this.swap(i++, j--);
    }
  }

  #partition(a: number, b: number, pivot: number): { middle: number; wasDone: boolean } {
    this.swap(a, pivot);
    let [i, j] = [a + 1, b - 1];
    for (let wasDone = true; ; wasDone = false) {
      while (i <= j && this.less(i, a)) i++;
      while (i <= j && !this.less(j, a)) j--;
      if (i > j) { this.swap(j, a); return { middle: j, wasDone }; }
      this.swap(i++, j--);
    }
  }
}
