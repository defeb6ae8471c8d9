/** What waits in the event queue beside its time. */
export interface Waiting<T> { at: number; sequence: number; target: number; incarnation: number; cause: number; item: T }

/**
 * The event queue: a binary heap on parallel arrays ("struct of arrays"), ordered by time, then by sequence number.
 *
 * Shape: `at[i]` is the time and `heap[i]` the slot of the entry at place i of the heap; a slot's sequence, target … stand at its index in the other arrays; freed
 * slots are reused. The earliest entry is at place 0. Times lie in the order of places because nearly every comparison is of times: those of two
 * children lie side by side.
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
  get nextAt(): number { return this.#size === 0 ? Infinity : this.#at[0] as number; }

  /** The earliest entry, left where it is. */
  first(): { readonly target: number; readonly item: T } | undefined {
    if (this.#size === 0) return undefined;
    const slot = this.#heap[0] as number;
    return { target: this.#target[slot] as number, item: this.#item[slot] as T };
  }

  push({ at, sequence, target, incarnation, cause, item }: Waiting<T>): void {
    this.put(at, sequence, target, incarnation, cause, item);
  }

  /** The same without an object for it: every event comes here. */
  put(at: number, sequence: number, target: number, incarnation: number, cause: number, item: T): void {
    const slot = this.#free.pop() ?? this.#slots++;
    if (slot >= this.#at.length) this.#grow();
    this.#sequence[slot] = sequence;
    this.#target[slot] = target;
    this.#incarnation[slot] = incarnation;
    this.#cause[slot] = cause;
    this.#item[slot] = item;
    this.#rise(this.#size++, at, slot);
  }

  /** Takes the earliest entry out, into `into` (no allocation). False when empty. */
  pop(into: Waiting<T | undefined>): boolean {
    if (this.#size === 0) return false;
    const slot = this.#heap[0] as number;
    into.at = this.#at[0] as number;
    into.sequence = this.#sequence[slot] as number;
    into.target = this.#target[slot] as number;
    into.incarnation = this.#incarnation[slot] as number;
    into.cause = this.#cause[slot] as number;
    into.item = this.#item[slot];
    this.#item[slot] = undefined;
    this.#free.push(slot);
    const last = --this.#size;
    if (last > 0) this.#sink(this.#at[last] as number, this.#heap[last] as number);
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
      visit(this.#at[i] as number, this.#target[slot] as number, this.#item[slot] as T);
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

  /** Moves an entry up from the last place. */
  #rise(from: number, at: number, slot: number): void {
    let i = from;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const time = this.#at[parent] as number;
      const above = this.#heap[parent] as number;
      if (time < at || (time === at && (this.#sequence[above] as number) < (this.#sequence[slot] as number))) break;
      this.#at[i] = time;
      this.#heap[i] = above;
      i = parent;
    }
    this.#at[i] = at;
    this.#heap[i] = slot;
  }

  /** Moves an entry down from the first place. */
  #sink(at: number, slot: number): void {
    let i = 0;
    for (;;) {
      const child = this.#earlierChild(2 * i + 1);
      if (child >= this.#size) break;
      const time = this.#at[child] as number;
      const below = this.#heap[child] as number;
      if (at < time || (at === time && (this.#sequence[slot] as number) < (this.#sequence[below] as number))) break;
      this.#at[i] = time;
      this.#heap[i] = below;
      i = child;
    }
    this.#at[i] = at;
    this.#heap[i] = slot;
  }

  /** The earlier of two children, of which the left one is given. */
  #earlierChild(left: number): number {
    const right = left + 1;
    if (right >= this.#size) return left;
    const difference = (this.#at[right] as number) - (this.#at[left] as number);
    if (difference !== 0) return difference < 0 ? right : left;
    return (this.#sequence[this.#heap[right] as number] as number) < (this.#sequence[this.#heap[left] as number] as number) ? right : left;
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
