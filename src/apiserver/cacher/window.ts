/** The bounded list of a resource's latest events, from which watches catch up. */
import { must } from '../../base/assert.ts';
import { seconds } from '../../base/data.ts';
import type { CacheEvent, EventWindow } from '../state.ts';

/** @source kubernetes/apiserver pkg/storage/cacher/watch_cache.go (defaultLowerBoundCapacity 100, defaultUpperBoundCapacity 100*1024, eventFreshDuration 75 s) */
const CAPACITY_MIN = 1024;
const CAPACITY_MAX = 102_400;
const EVENT_FRESH_DURATION = seconds(75);
/** Events in one frozen chunk: copying the window for a checkpoint copies one pointer per chunk. */
const CHUNK = 256;

/** A window without events that begins after a revision. */
export function newWindow(revision: number): EventWindow {
  return { chunks: [], open: [], size: 0, capacity: CAPACITY_MIN, oldest: revision };
}

/**
 * Adds an event, forgetting the oldest chunk when the window is full.
 *
 * @fidelity simplified: the capacity only grows (upstream also shrinks it), and events are forgotten chunk by chunk
 */
export function addEvent(window: EventWindow, event: CacheEvent): void {
  window.open.push(event);
  window.size++;
  if (window.open.length === CHUNK) {
    window.chunks.push(Object.freeze(window.open));
    window.open = [];
    // A window that turned over this quickly holds too little history for a client that lags.
    const fresh = event.at - (window.chunks[0]?.[0]?.at ?? event.at) < EVENT_FRESH_DURATION;
    if (window.size > window.capacity && fresh && window.capacity < CAPACITY_MAX) window.capacity *= 2;
    while (window.size > window.capacity) dropOldest(window);
  }
}

function dropOldest(window: EventWindow): void {
  const dropped = must(window.chunks.shift(), 'a full window has chunks');
  window.size -= dropped.length;
  window.oldest = must(dropped[dropped.length - 1], 'a chunk has events').revision;
}

/** Events after a revision, oldest first. */
export function eventsAfter(window: EventWindow, revision: number): readonly CacheEvent[] {
  const found: CacheEvent[] = [];
  for (const chunk of window.chunks) {
    const last = chunk[chunk.length - 1];
    if (last === undefined || last.revision <= revision) continue;
    for (const event of chunk) if (event.revision > revision) found.push(event);
  }
  for (const event of window.open) if (event.revision > revision) found.push(event);
  return found;
}
