/**
 * The work queue of a controller: a key is queued at most once, is worked on by at most one worker, and fails with growing waits.
 *
 * @source kubernetes/client-go util/workqueue/queue.go, delaying_queue.go, default_rate_limiters.go
 */
import { type Micros, micros, millis, seconds } from '../base/data.ts';
import { Table } from '../base/table.ts';
import type { Outbox } from '../sim/process.ts';

/**
 * Plain state of a queue.
 *
 *     add a, add b, add a   ready [a b]      processing {}     dirty {}
 *     get → a               ready [b]        processing {a}    dirty {}
 *     add a                 ready [b]        processing {a}    dirty {a}   (again when done)
 *     done a                ready [b a]      processing {}     dirty {}
 */
export interface WorkQueue {
  readonly name: string;
  /** Keys waiting for a worker, from `head` on, with the event that queued them. */
  ready: { readonly key: string; readonly cause: number }[];
  head: number;
  queued: Table<true>;
  processing: Table<true>;
  dirty: Table<number>;
  /** Failures in a row by key. */
  failures: Table<number>;
  /** `time key` → key: keys that wait for a time. */
  delayed: Table<{ readonly key: string; readonly cause: number }>;
  /** When each key that waits is due, in a queue that merges: there a key waits once, until the earliest of its times. Undefined = it may wait several times. */
  readonly due: Table<number> | undefined;
}

/** Waits of a key that fails: `min`, doubled per failure, at most `max`. */
export interface Backoff { readonly min: Micros; readonly max: Micros }

/** Per-key waits: 5 ms doubled per failure, at most 1,000 s. @source client-go util/workqueue/default_rate_limiters.go */
const DEFAULT_BACKOFF: Backoff = { min: millis(5), max: seconds(1000) };
/** Keys a queue may hold. */
const KEYS_MAX = 1_000_000;

export function newWorkQueue(name: string, merges = false): WorkQueue {
  return { name, ready: [], head: 0, queued: new Table(), processing: new Table(), dirty: new Table(), failures: new Table(), delayed: new Table(), due: merges ? new Table() : undefined };
}

/** Keys that wait for a worker now. */
export const lengthOf = (queue: WorkQueue): number => queue.ready.length - queue.head;

/** Queues a key unless it is queued; a key being worked on is queued again when it is done. */
export function add(queue: WorkQueue, key: string, cause: number): void {
  if (queue.processing.has(key)) { if (!queue.dirty.has(key)) queue.dirty.set(key, cause); return; }
  if (queue.queued.has(key) || lengthOf(queue) >= KEYS_MAX) return;
  queue.queued.set(key, true);
  queue.ready.push({ key, cause });
}

/** The next key for a worker; undefined when there is none. */
export function take(queue: WorkQueue): { readonly key: string; readonly cause: number } | undefined {
  const next = queue.ready[queue.head];
  if (next === undefined) return undefined;
  queue.head++;
  if (queue.head > 1024 && queue.head * 2 > queue.ready.length) { queue.ready = queue.ready.slice(queue.head); queue.head = 0; }
  queue.queued.delete(next.key);
  queue.processing.set(next.key, true);
  return next;
}

/** The worker finished with a key. */
export function done(queue: WorkQueue, key: string): void {
  queue.processing.delete(key);
  const cause = queue.dirty.get(key);
  if (cause === undefined) return;
  queue.dirty.delete(key);
  add(queue, key, cause);
}

/** Queues a key after a wait. */
export function addAfter(queue: WorkQueue, key: string, wait: Micros, out: Outbox, cause = out.cause): void {
  if (wait <= 0) { add(queue, key, cause); return; }
  const at = out.now + wait;
  const before = queue.due?.get(key);
  if (before !== undefined && before <= at) return;
  if (before !== undefined) queue.delayed.delete(slotOf(before, key));
  queue.due?.set(key, at);
  queue.delayed.set(slotOf(at, key), { key, cause });
  arm(queue, out);
}

const slotOf = (at: number, key: string): string => `${String(at).padStart(16, '0')} ${key}`;

/** Queues a key that failed, after its wait. Returns the wait. */
export function addRateLimited(queue: WorkQueue, key: string, out: Outbox, backoff: Backoff = DEFAULT_BACKOFF): Micros {
  const failures = queue.failures.get(key) ?? 0;
  queue.failures.set(key, failures + 1);
  let wait: number = backoff.min;
  for (let i = 0; i < failures && wait < backoff.max; i++) wait *= 2;
  addAfter(queue, key, micros(Math.min(wait, backoff.max)), out);
  return micros(Math.min(wait, backoff.max));
}

/** The key succeeded: its failures are forgotten. */
export function forget(queue: WorkQueue, key: string): void {
  if (queue.failures.size > 0) queue.failures.delete(key);
}


const timerOf = (queue: WorkQueue): string => `queue:${queue.name}`;

/** Takes the queue's timer: keys whose time has come become ready. */
export function handleQueueTimer(queue: WorkQueue, name: string, out: Outbox): boolean {
  if (name !== timerOf(queue)) return false;
  const now = String(out.now).padStart(16, '0');
  for (let first = queue.delayed.firstKey(); first !== undefined && first.slice(0, 16) <= now; first = queue.delayed.firstKey()) {
    const due = queue.delayed.get(first);
    queue.delayed.delete(first);
    if (due === undefined) continue;
    queue.due?.delete(due.key);
    add(queue, due.key, due.cause);
  }
  arm(queue, out);
  return true;
}

function arm(queue: WorkQueue, out: Outbox): void {
  const first = queue.delayed.firstKey();
  if (first !== undefined) out.startTimer(timerOf(queue), micros(Math.max(0, Number(first.slice(0, 16)) - out.now)));
}
