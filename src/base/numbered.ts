/** A slot that holds nothing. */
const EMPTY = -1;
const SLOTS_MIN = 8;
/** Above it, a map that became empty gives its slots back. */
const SLOTS_KEPT = 1024;

/**
 * Values by number, for what is under way: requests, calls, waiters. Numbers are whole, from 0 on, and given out in ascending order.
 *
 * Shape: open addressing with linear probing; a number's home is its low bits, so a window of consecutive numbers lies side by side.
 * A `Map` that entries come and go from all the time makes a new table every few dozen entries, and V8 links each old one to the next: once one has
 * become old, all that follow, with everything in them, outlive their collection. Here slots are used again.
 *
 * Walks go in ascending order of numbers, over those that were there at the beginning.
 */
export class Numbered<V> {
  #numbers: number[] = [];
  #values: (V | undefined)[] = [];
  #size = 0;

  constructor(entries?: Iterable<readonly [number, V]>) {
    if (entries !== undefined) for (const [number, value] of entries) this.set(number, value);
  }

  get size(): number { return this.#size; }

  get(number: number): V | undefined {
    const slot = this.#find(number);
    return slot < 0 ? undefined : this.#values[slot];
  }

  has(number: number): boolean { return this.#find(number) >= 0; }

  set(number: number, value: V): void {
    const known = this.#find(number);
    if (known >= 0) { this.#values[known] = value; return; }
    if ((this.#size + 1) * 2 > this.#numbers.length) this.#resize(Math.max(SLOTS_MIN, this.#numbers.length * 2));
    this.#insert(number, value);
    this.#size++;
  }

  delete(number: number): boolean {
    const slot = this.#find(number);
    if (slot < 0) return false;
    this.#close(slot);
    if (--this.#size === 0 && this.#numbers.length > SLOTS_KEPT) this.clear();
    return true;
  }

  clear(): void {
    this.#numbers = [];
    this.#values = [];
    this.#size = 0;
  }

  keys(): readonly number[] {
    return this.#numbers.filter(number => number !== EMPTY).sort((a, b) => a - b);
  }

  * values(): Generator<V> {
    for (const [, value] of this) yield value;
  }

  * [Symbol.iterator](): Generator<[number, V]> {
    if (this.#size === 0) return;
    for (const number of this.keys()) {
      const slot = this.#find(number);
      if (slot >= 0) yield [number, this.#values[slot] as V];
    }
  }

  #find(number: number): number {
    const mask = this.#numbers.length - 1;
    if (this.#size === 0) return -1;
    for (let slot = number & mask; ; slot = (slot + 1) & mask) {
      const there = this.#numbers[slot];
      if (there === number) return slot;
      if (there === EMPTY) return -1;
    }
  }

  #insert(number: number, value: V): void {
    const mask = this.#numbers.length - 1;
    let slot = number & mask;
    while (this.#numbers[slot] !== EMPTY) slot = (slot + 1) & mask;
    this.#numbers[slot] = number;
    this.#values[slot] = value;
  }

  /** Empties a slot and moves up what was kept from its home by it. */
  #close(slot: number): void {
    const mask = this.#numbers.length - 1;
    let hole = slot;
    for (let next = (slot + 1) & mask; this.#numbers[next] !== EMPTY; next = (next + 1) & mask) {
      const home = (this.#numbers[next] as number) & mask;
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      this.#numbers[hole] = this.#numbers[next] as number;
      this.#values[hole] = this.#values[next];
      hole = next;
    }
    this.#numbers[hole] = EMPTY;
    this.#values[hole] = undefined;
  }

  #resize(slots: number): void {
    const numbers = this.#numbers;
    const values = this.#values;
    this.#numbers = new Array<number>(slots).fill(EMPTY);
    this.#values = new Array<V | undefined>(slots).fill(undefined);
    for (const [slot, number] of numbers.entries()) if (number !== EMPTY) this.#insert(number, values[slot] as V);
  }
}
