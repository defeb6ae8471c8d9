import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/**
 * How much memory V8 may set aside for new objects. It doubles that space whenever much of what is new survives, as it does while a world is loaded, and in a room
 * where little happens never gives it back: 32 MB for a heap of 20. So the space grows only where the heap is large enough for it to matter.
 */

/** Bytes in use from which the space for new objects may grow: a world of hundreds of pods. */
const LARGE_HEAP = 64_000_000;
/** Looks at the heap are this many milliseconds apart. */
const LOOK_MS = 1_000;

/** Lets the space for new objects grow with the heap. */
export class YoungSpace {
  #mayGrow = true;
  #lookedAt = -LOOK_MS;

  /** Called often; `now` in milliseconds of real time. */
  look(now: number): void {
    if (now - this.#lookedAt < LOOK_MS) return;
    this.#lookedAt = now;
    const mayGrow = getHeapStatistics().used_heap_size > LARGE_HEAP;
    if (mayGrow === this.#mayGrow) return;
    this.#mayGrow = mayGrow;
    setFlagsFromString(`--semi-space-growth-factor=${mayGrow ? 2 : 1}`);
  }
}
