/**
 * The scheduling queue: pods to try now, pods waiting out a back-off, and pods that no node could take.
 *
 * @source pkg/scheduler/backend/queue/scheduling_queue.go
 */
import { type Micros, micros, minutes, seconds } from '../base/data.ts';
import { Table } from '../base/table.ts';
import type { Pod } from '../api/kinds/all.ts';
import { keyOf } from '../client/resources.ts';

/** A pod on its way through the queue. Frozen. */
export interface QueuedPod {
  readonly pod: Pod;
  readonly attempts: number;
  /** When it entered the present part of the queue. */
  readonly timestamp: number;
  /** Failed tries that count for the back-off. */
  readonly backoffs: number;
  /** Plugins that refused it last time. */
  readonly refusedBy: readonly string[];
  /** Waits for its gates. */
  readonly gated: boolean;
  readonly cause: number;
}

/**
 * Plain state. `active` is ordered by priority (high first), then by time: `priority time number` → key.
 * `where` tells for each known pod key its place in `active` or `backoff` ('' = unschedulable).
 */
export interface SchedulingQueue {
  readonly active: Table<string>;
  readonly backoff: Table<string>;
  readonly pods: Table<QueuedPod>;
  readonly where: Table<string>;
  counter: number;
}

/** @source pkg/scheduler/apis/config (podInitialBackoffSeconds, podMaxBackoffSeconds) */
export const BACKOFF_MIN = seconds(1);
export const BACKOFF_MAX = seconds(10);
/** Pods stay unschedulable at most this long. @source pkg/scheduler/backend/queue (DefaultPodMaxInUnschedulablePodsDuration) */
export const UNSCHEDULABLE_MAX = minutes(5);

/** Priorities are at most 2,000,001,000 (system-node-critical). */
const PRIORITY_TOP = 4_000_000_000;

export function newQueue(): SchedulingQueue {
  return { active: new Table(), backoff: new Table(), pods: new Table(), where: new Table(), counter: 0 };
}

const padded = (n: number): string => String(n).padStart(16, '0');

function activeKey(queue: SchedulingQueue, entry: QueuedPod): string {
  return `${padded(PRIORITY_TOP - (entry.pod.spec?.priority ?? 0))} ${padded(entry.timestamp)} ${padded(queue.counter++)}`;
}

/** How long a pod that failed this often waits. */
export function backoffOf(failures: number): Micros {
  let wait: number = BACKOFF_MIN;
  for (let i = 1; i < failures && wait < BACKOFF_MAX; i++) wait *= 2;
  return micros(Math.min(wait, BACKOFF_MAX));
}

function place(queue: SchedulingQueue, key: string, entry: QueuedPod, to: 'active' | 'backoff' | 'unschedulable'): void {
  leave(queue, key);
  queue.pods.set(key, Object.freeze(entry));
  let slot = '';
  if (to === 'active') { slot = `a ${activeKey(queue, entry)}`; queue.active.set(slot.slice(2), key); }
  if (to === 'backoff') { slot = `b ${padded(entry.timestamp + backoffOf(entry.backoffs))} ${padded(queue.counter++)}`; queue.backoff.set(slot.slice(2), key); }
  queue.where.set(key, slot);
}

function leave(queue: SchedulingQueue, key: string): void {
  const slot = queue.where.get(key);
  if (slot === undefined) return;
  if (slot.startsWith('a ')) queue.active.delete(slot.slice(2));
  if (slot.startsWith('b ')) queue.backoff.delete(slot.slice(2));
  queue.where.delete(key);
}

/** A new pod, or a pod whose gates opened: to be tried now. */
export function enqueue(queue: SchedulingQueue, pod: Pod, options: { readonly now: number; readonly cause: number; readonly gatedBy?: string }): void {
  const old = queue.pods.get(keyOf(pod));
  const entry: QueuedPod = {
    pod, attempts: old?.attempts ?? 0, timestamp: options.now, backoffs: old?.backoffs ?? 0, refusedBy: options.gatedBy === undefined ? [] : [options.gatedBy],
    gated: options.gatedBy !== undefined, cause: options.cause,
  };
  place(queue, keyOf(pod), entry, entry.gated ? 'unschedulable' : 'active');
}

/** The next pod to schedule; it stays known (`pods`) until it is bound or deleted. */
export function pop(queue: SchedulingQueue): QueuedPod | undefined {
  const first = queue.active.firstKey();
  if (first === undefined) return undefined;
  const key = queue.active.get(first) ?? '';
  const entry = queue.pods.get(key);
  leave(queue, key);
  if (entry === undefined) return undefined;
  const taken = Object.freeze({ ...entry, attempts: entry.attempts + 1 });
  queue.pods.set(key, taken);
  return taken;
}

/** No node could take it, or its binding failed (`refusedBy` empty: try again after the back-off). */
export function putBack(queue: SchedulingQueue, entry: QueuedPod, refusedBy: readonly string[], now: number): void {
  const key = keyOf(entry.pod);
  const current = queue.pods.get(key);
  if (current === undefined) return;
  const next = { ...entry, pod: current.pod, timestamp: now, backoffs: entry.backoffs + 1, refusedBy, gated: false };
  place(queue, key, next, refusedBy.length === 0 ? 'backoff' : 'unschedulable');
}

/** The pod's object changed while it waits. */
export function refresh(queue: SchedulingQueue, pod: Pod): void {
  const key = keyOf(pod);
  const entry = queue.pods.get(key);
  if (entry !== undefined) queue.pods.set(key, Object.freeze({ ...entry, pod }));
}

/** Bound or deleted: the queue forgets it. */
export function remove(queue: SchedulingQueue, key: string): void {
  leave(queue, key);
  queue.pods.delete(key);
}

/** Moves an unschedulable pod on: to be tried now, or after the rest of its back-off. */
export function wake(queue: SchedulingQueue, key: string, now: number): void {
  const entry = queue.pods.get(key);
  if (entry === undefined || queue.where.get(key) !== '' || entry.gated) return;
  const ready = entry.timestamp + backoffOf(entry.backoffs);
  place(queue, key, ready <= now ? { ...entry, timestamp: now } : entry, ready <= now ? 'active' : 'backoff');
}

/** Keys of pods that no node could take. */
export function unschedulableKeys(queue: SchedulingQueue): readonly string[] {
  const keys: string[] = [];
  if (queue.where.size === queue.active.size + queue.backoff.size) return keys;
  for (const [key, slot] of queue.where) if (slot === '') keys.push(key);
  return keys;
}

/** Moves pods whose back-off is over to the active part, and wakes those that waited too long. Returns when to look again (Infinity = never). */
export function flush(queue: SchedulingQueue, now: number): number {
  for (let first = queue.backoff.firstKey(); first !== undefined && Number(first.slice(0, 16)) <= now; first = queue.backoff.firstKey()) {
    const key = queue.backoff.get(first) ?? '';
    const entry = queue.pods.get(key);
    queue.backoff.delete(first);
    queue.where.delete(key);
    if (entry !== undefined) place(queue, key, { ...entry, timestamp: now }, 'active');
  }
  let next = Infinity;
  for (const key of unschedulableKeys(queue)) {
    const entry = queue.pods.get(key);
    if (entry === undefined || entry.gated) continue;
    if (now - entry.timestamp >= UNSCHEDULABLE_MAX) wake(queue, key, now);
    else next = Math.min(next, entry.timestamp + UNSCHEDULABLE_MAX);
  }
  const first = queue.backoff.firstKey();
  return first === undefined ? next : Math.min(next, Number(first.slice(0, 16)));
}
