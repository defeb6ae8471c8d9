/** What waits in the event queue beside its time. */
export interface Waiting<T> { at: number; sequence: number; target: number; incarnation: number; cause: number; item: T }

/**
 * The event queue: a binary heap on parallel arrays ("struct of arrays"), ordered by time, then by sequence number.
 *
 * Shape: `heap[i]` is a slot; a slot's time, sequence, target … stand at that index in the parallel arrays; freed
 * slots are reused. The earliest entry is `heap[0]`.
 */
export class EventHeap<T> {
  #at = new Float64Array(1024);
  #sequence = new Float64Array(1024);
  #target = new Int32Array(1024);
  #incarnation = new Int32Array(1024);
  #cause = new Float64Array(1024);
  #item: (T | undefined)[] = [];
  #heap = new Int32Array(1024);
  #free: number[] = [];
  #size = 0;
  #slots = 0;

  get size(): number { return this.#size; }
  /** Time of the earliest entry; Infinity when empty. */
  get nextAt(): number { return this.#size === 0 ? Infinity : this.#at[this.#heap[0] as number] as number; }

  /** The earliest entry, left where it is. */
  first(): { readonly target: number; readonly item: T } | undefined {
    if (this.#size === 0) return undefined;
    const slot = this.#heap[0] as number;
    return { target: this.#target[slot] as number, item: this.#item[slot] as T };
  }

  push(entry: Waiting<T>): void {
    const slot = this.#free.pop() ?? this.#slots++;
    if (slot >= this.#at.length) this.#grow();
    this.#at[slot] = entry.at;
    this.#sequence[slot] = entry.sequence;
    this.#target[slot] = entry.target;
    this.#incarnation[slot] = entry.incarnation;
    this.#cause[slot] = entry.cause;
    this.#item[slot] = entry.item;
    this.#rise(this.#size++, slot);
  }

  /** Takes the earliest entry out, into `into` (no allocation). False when empty. */
  pop(into: Waiting<T | undefined>): boolean {
    if (this.#size === 0) return false;
    const slot = this.#heap[0] as number;
    into.at = this.#at[slot] as number;
    into.sequence = this.#sequence[slot] as number;
    into.target = this.#target[slot] as number;
    into.incarnation = this.#incarnation[slot] as number;
    into.cause = this.#cause[slot] as number;
    into.item = this.#item[slot];
    this.#item[slot] = undefined;
    this.#free.push(slot);
    const last = this.#heap[--this.#size] as number;
    if (this.#size > 0) this.#sink(0, last);
    return true;
  }

  /** A second queue with the same content. */
  copy(): EventHeap<T> {
    const other = new EventHeap<T>();
    other.#at = this.#at.slice();
    other.#sequence = this.#sequence.slice();
    other.#target = this.#target.slice();
    other.#incarnation = this.#incarnation.slice();
    other.#cause = this.#cause.slice();
    other.#item = this.#item.slice();
    other.#heap = this.#heap.slice();
    other.#free = this.#free.slice();
    other.#size = this.#size;
    other.#slots = this.#slots;
    return other;
  }

  /** Every entry, in no order. */
  each(visit: (at: number, target: number, item: T) => void): void {
    for (let i = 0; i < this.#size; i++) {
      const slot = this.#heap[i] as number;
      visit(this.#at[slot] as number, this.#target[slot] as number, this.#item[slot] as T);
    }
  }

  /** All entries in order, for a dump. */
  toSorted(): Waiting<T>[] {
    const other = this.copy();
    const list: Waiting<T>[] = [];
    const next: Waiting<T | undefined> = { at: 0, sequence: 0, target: 0, incarnation: 0, cause: 0, item: undefined };
    while (other.pop(next)) list.push({ ...next, item: next.item as T });
    return list;
  }

  #before(a: number, b: number): boolean {
    const difference = (this.#at[a] as number) - (this.#at[b] as number);
    return difference < 0 || (difference === 0 && (this.#sequence[a] as number) < (this.#sequence[b] as number));
  }

  #rise(from: number, slot: number): void {
    let i = from;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = this.#heap[parent] as number;
      if (!this.#before(slot, above)) break;
      this.#heap[i] = above;
      i = parent;
    }
    this.#heap[i] = slot;
  }

  #sink(from: number, slot: number): void {
    let i = from;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#before(this.#heap[child + 1] as number, this.#heap[child] as number)) child++;
      const below = this.#heap[child] as number;
      if (!this.#before(below, slot)) break;
      this.#heap[i] = below;
      i = child;
    }
    this.#heap[i] = slot;
  }

  #grow(): void {
    const size = this.#at.length * 2;
    const wider = <A extends Float64Array | Int32Array>(fresh: A, old: A): A => { fresh.set(old as never); return fresh; };
    this.#at = wider(new Float64Array(size), this.#at);
    this.#sequence = wider(new Float64Array(size), this.#sequence);
    this.#target = wider(new Int32Array(size), this.#target);
    this.#incarnation = wider(new Int32Array(size), this.#incarnation);
    this.#cause = wider(new Float64Array(size), this.#cause);
    this.#heap = wider(new Int32Array(size), this.#heap);
  }
}
