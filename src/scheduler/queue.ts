/**
 * The scheduling queue: pods to try now, pods waiting out a back-off, pods that no node could take, and pods behind gates.
 *
 * @source pkg/scheduler/backend/queue/scheduling_queue.go, active_queue.go, backoff_queue.go
 */
import { type Micros, micros, minutes, seconds } from '../base/data.ts';
import { Table } from '../base/table.ts';
import type { Pod } from '../api/kinds/all.ts';
import { keyOf } from '../client/resources.ts';
import { dropFromLine, lengthOf, type Line, newLine, putInLine, takeFirst } from './line.ts';

/** A pod on its way through the queue. Frozen. */
export interface QueuedPod {
  readonly pod: Pod;
  readonly attempts: number;
  /** When it entered the queue, or when its last try failed. */
  readonly timestamp: number;
  /** Tries in which no node could take it. */
  readonly unschedulable: number;
  /** Tries in a row that failed otherwise, for example at the binding. */
  readonly errors: number;
  /** Plugins that refused it last time; empty after an error. */
  readonly refusedBy: readonly string[];
  /** The plugin that does not let it in, '' = none. */
  readonly gatedBy: string;
  /** The event that brought it here, for the trace. */
  readonly cause: number;
  /** Where it waits: the part of the queue and its slot there; '' = it is being tried or bound. */
  readonly part: Part | '';
  readonly slot: string;
}

type Part = 'active' | 'backoff' | 'errors' | 'unschedulable' | 'gated';
type Unplaced = Omit<QueuedPod, 'part' | 'slot'>;

/**
 * Plain state. All parts map a slot, which gives the order, to the pod's key: `active` and `backoff` go by priority (high first), then time; `backoff` and
 * `errors` first by the end of the back-off; `unschedulable` by age.
 */
export interface SchedulingQueue {
  readonly active: Line;
  readonly backoff: Table<string>;
  readonly errors: Table<string>;
  readonly unschedulable: Table<string>;
  readonly gated: Table<string>;
  readonly pods: Table<QueuedPod>;
  counter: number;
}

/** @source pkg/scheduler/apis/config (podInitialBackoffSeconds, podMaxBackoffSeconds) */
export const BACKOFF_MIN = seconds(1);
export const BACKOFF_MAX = seconds(10);
/** Back-offs that end within the same second end together, so that priority decides among them. @source pkg/scheduler/backend/queue/backoff_queue.go (backoffQOrderingWindowDuration) */
const BACKOFF_WINDOW = seconds(1);
/** Pods stay unschedulable at most this long. @source pkg/scheduler/backend/queue/scheduling_queue.go (DefaultPodMaxInUnschedulablePodsDuration) */
const UNSCHEDULABLE_MAX = minutes(5);

/** Above every priority (at most 2,000,001,000, system-node-critical), so that keys are not negative. */
const PRIORITY_TOP = 4_000_000_000;

export function newQueue(): SchedulingQueue {
  return { active: newLine(), backoff: new Table(), errors: new Table(), unschedulable: new Table(), gated: new Table(), pods: new Table(), counter: 0 };
}

/** Enough for times of 285 years in microseconds. */
const padded = (n: number): string => String(n).padStart(16, '0');

/** Order of trying: the higher priority first, then who waits longer. @source pkg/scheduler/framework/plugins/queuesort/priority_sort.go */
function sortKey(queue: SchedulingQueue, entry: Unplaced): string {
  return `${padded(PRIORITY_TOP - (entry.pod.spec.priority ?? 0))} ${padded(entry.timestamp)} ${padded(queue.counter++)}`;
}

/** How long a pod waits that failed this often. */
export function backoffOf(failures: number): Micros {
  if (failures === 0) return micros(0);
  let wait: number = BACKOFF_MIN;
  for (let i = 1; i < failures && wait < BACKOFF_MAX; i++) wait *= 2;
  return micros(Math.min(wait, BACKOFF_MAX));
}

/** The second in which a pod's back-off ends. */
function backoffEnd(entry: Unplaced): number {
  const end = entry.timestamp + backoffOf(entry.errors > 0 ? entry.errors : entry.unschedulable);
  return end - (end % BACKOFF_WINDOW);
}

/** The same with other things said of it. Written as a literal, which every pod pays for several times. */
function entryWith({ pod, attempts, timestamp, unschedulable, errors, refusedBy, gatedBy, cause }: Unplaced, part: Part | '', slot: string): QueuedPod {
  return Object.freeze({ pod, attempts, timestamp, unschedulable, errors, refusedBy, gatedBy, cause, part, slot });
}

/** Puts a pod into a part of the queue, out of the one in which `old` waits. */
function place(queue: SchedulingQueue, key: string, entry: Unplaced, part: Part, old: QueuedPod | undefined): void {
  if (old !== undefined) leave(queue, old);
  const slot = slotOf(queue, entry, part);
  if (part === 'active') putInLine(queue.active, slot, key); else queue[part].set(slot, key);
  queue.pods.set(key, entryWith(entry, part, slot));
}

function slotOf(queue: SchedulingQueue, entry: Unplaced, part: Part): string {
  switch (part) {
    case 'active': return sortKey(queue, entry);
    case 'backoff': case 'errors': return `${padded(backoffEnd(entry))} ${sortKey(queue, entry)}`;
    case 'unschedulable': case 'gated': return `${padded(entry.timestamp)} ${padded(queue.counter++)}`;
  }
}

function leave(queue: SchedulingQueue, { part, slot }: QueuedPod): void {
  if (part === 'active') dropFromLine(queue.active, slot);
  else if (part !== '') queue[part].delete(slot);
}

/** The part of the queue a pod waits in; undefined = it is being tried or bound, or is not here. */
export function partOf(queue: SchedulingQueue, key: string): Part | undefined {
  const part = queue.pods.get(key)?.part ?? '';
  return part === '' ? undefined : part;
}

/** A new pod, or a pod whose gates opened: to be tried now, unless a plugin does not let it in. */
export function enqueue(queue: SchedulingQueue, pod: Pod, options: { readonly now: number; readonly cause: number; readonly gatedBy?: string }): void {
  const key = keyOf(pod);
  const old = queue.pods.get(key);
  const { now, cause, gatedBy = '' } = options;
  const entry = { pod, attempts: old?.attempts ?? 0, timestamp: now, unschedulable: old?.unschedulable ?? 0, errors: old?.errors ?? 0, refusedBy: gatedBy === '' ? NOBODY : [gatedBy], gatedBy, cause };
  place(queue, key, entry, gatedBy === '' ? 'active' : 'gated', old);
}

const NOBODY: readonly string[] = Object.freeze([]);

/**
 * The next pod to schedule; it stays known (`pods`) until it is bound or deleted. With nothing else to do, pods that no node could take need not wait out
 * their back-off; errors do.
 */
export function pop(queue: SchedulingQueue): QueuedPod | undefined {
  const key = takeFirst(queue.active) ?? firstInBackoff(queue);
  const entry = key === undefined ? undefined : queue.pods.get(key);
  if (key === undefined || entry === undefined) return undefined;
  const { pod, attempts, timestamp, unschedulable, errors, gatedBy, cause } = entry;
  const taken = entryWith({ pod, attempts: attempts + 1, timestamp, unschedulable, errors, refusedBy: NOBODY, gatedBy, cause }, '', '');
  queue.pods.set(key, taken);
  return taken;
}

function firstInBackoff({ backoff }: SchedulingQueue): string | undefined {
  const first = backoff.firstKey();
  if (first === undefined) return undefined;
  const key = backoff.get(first);
  backoff.delete(first);
  return key;
}

/** True when there is a pod to try now. */
export const hasWork = (queue: SchedulingQueue): boolean => lengthOf(queue.active) > 0 || queue.backoff.size > 0;

/** No node could take it, or something went wrong (`refusedBy` empty: try again after the back-off). */
export function putBack(queue: SchedulingQueue, entry: QueuedPod, refusedBy: readonly string[], now: number): void {
  const key = keyOf(entry.pod);
  const current = queue.pods.get(key);
  if (current === undefined) return;
  const failed = refusedBy.length === 0;
  const next = { ...entry, pod: current.pod, timestamp: now, unschedulable: entry.unschedulable + (failed ? 0 : 1), errors: failed ? entry.errors + 1 : 0, refusedBy, gatedBy: '' };
  place(queue, key, next, failed ? 'errors' : 'unschedulable', current);
}

/** The pod's object changed while it waits. */
export function refresh(queue: SchedulingQueue, pod: Pod): void {
  const key = keyOf(pod);
  const entry = queue.pods.get(key);
  if (entry === undefined) return;
  const { attempts, timestamp, unschedulable, errors, refusedBy, gatedBy, cause } = entry;
  queue.pods.set(key, entryWith({ pod, attempts, timestamp, unschedulable, errors, refusedBy, gatedBy, cause }, entry.part, entry.slot));
}

/** Bound or deleted: the queue forgets it. */
export function remove(queue: SchedulingQueue, key: string): void {
  const entry = queue.pods.get(key);
  if (entry === undefined) return;
  leave(queue, entry);
  queue.pods.delete(key);
}

/** Moves an unschedulable pod on: to be tried now, or after the rest of its back-off. */
export function wake(queue: SchedulingQueue, key: string, now: number): void {
  const entry = queue.pods.get(key);
  if (entry?.part !== 'unschedulable') return;
  place(queue, key, entry, isOver(backoffEnd(entry), now) ? 'active' : 'backoff', entry);
}

const isOver = (end: number, now: number): boolean => end <= now;

/** Moves pods whose back-off is over to the active part, and wakes those that waited too long. Returns when to look again (Infinity = never). */
export function flush(queue: SchedulingQueue, now: number): number {
  const ends = [endBackoffs(queue, queue.backoff, now), endBackoffs(queue, queue.errors, now)];
  let oldest = queue.unschedulable.firstKey();
  while (oldest !== undefined && Number(oldest.slice(0, 16)) + UNSCHEDULABLE_MAX <= now) {
    wake(queue, queue.unschedulable.get(oldest) ?? '', now);
    oldest = queue.unschedulable.firstKey();
  }
  return Math.min(...ends, oldest === undefined ? Infinity : Number(oldest.slice(0, 16)) + UNSCHEDULABLE_MAX);
}

function endBackoffs(queue: SchedulingQueue, part: Table<string>, now: number): number {
  for (let first = part.firstKey(); first !== undefined; first = part.firstKey()) {
    const end = Number(first.slice(0, 16));
    if (!isOver(end, now)) return end;
    const key = part.get(first) ?? '';
    const entry = queue.pods.get(key);
    if (entry === undefined) part.delete(first); else place(queue, key, entry, 'active', entry);
  }
  return Infinity;
}
