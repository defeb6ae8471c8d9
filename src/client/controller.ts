/**
 * What a controller is, and what a reconcile may ask. The harness (manager.ts) supplies informers, work queues, retries with back-off and
 * leader election; a controller only says how to bring one key's state closer to what is wanted.
 *
 * @source kubernetes/community contributors/devel/sig-api-machinery/controllers.md
 */
import type { Micros } from '../base/data.ts';
import type { KubeObject } from '../api/meta.ts';
import type { ApiCall } from '../api/wire.ts';
import { ask, type Conversation } from '../sim/conversation.ts';
import type { EventNote } from './event-recorder.ts';
import type { Delta, IndexName, InformerConfig, InformerState } from './informer.ts';
import type { Backoff } from './workqueue.ts';

/** Answer to a write or live read: the object, or why not. `code` 0 = nobody answered. */
export type Reply =
  | { readonly ok: true; readonly code: number; readonly object: KubeObject }
  | { readonly ok: false; readonly code: number; readonly reason: string; readonly message: string };

/** What a reconcile may ask. Cache reads may be stale; that is a lesson, not a defect. */
export const cx = {
  /** From the informer's copy. */
  get: <T extends KubeObject>(kind: string, key: string): Conversation<T | null> => ask('get', { kind, key }),
  /** From the informer's copy; namespace '' = all. */
  list: <T extends KubeObject>(kind: string, namespace = ''): Conversation<readonly T[]> => ask('list', { kind, namespace }),
  /** From the informer's copy by an index (`controller` = owner uid, `orphan` = namespace of what no controller owns, `node`). */
  indexed: <T extends KubeObject>(kind: string, index: IndexName, value: string): Conversation<readonly T[]> => ask('indexed', { kind, index, value }),
  /** One request to the API server. */
  request: (call: ApiCall): Conversation<Reply> => ask('request', call),
  /** Several at once; answers in the same order. */
  all: (calls: readonly ApiCall[]): Conversation<readonly Reply[]> => ask('all', calls),
  /** Writes an Event about an object. */
  event: (note: EventNote): Conversation<null> => ask('event', note),
  /** Several Events in one question. */
  events: (notes: readonly EventNote[]): Conversation<null> => ask('events', notes),
  now: (): Conversation<Micros> => ask('now', null),
  /** Integer in [0, bound). */
  draw: (purpose: string, bound: number): Conversation<number> => ask('draw', { purpose, bound }),
  /** The controller's own memory (lost when it restarts): frozen values by key. */
  recall: <T>(key: string): Conversation<T | null> => ask('recall', key),
  remember: (key: string, value: unknown): Conversation<null> => ask('remember', { key, value }),
  /** All keys of the memory that begin with a prefix, with their values. */
  recallAll: <T>(prefix: string): Conversation<readonly (readonly [string, T])[]> => ask('recallAll', prefix),
  /** Queues a key of this controller after a wait (0 = now). */
  requeue: (key: string, after: Micros): Conversation<null> => ask('requeue', { key, after }),
  /** Several keys at once. */
  requeueAll: (keys: readonly string[], after: Micros): Conversation<null> => ask('requeueAll', { keys, after }),
  /** Says which kinds beside the built-in ones the controller wants to be told of from now on, through `monitors`; the others are let go. */
  monitor: (kinds: readonly InformerConfig[]): Conversation<null> => ask('monitor', kinds),
  /** A line for the trace and the tutor. */
  record: (type: string, fields: Readonly<Record<string, string | number | boolean>>): Conversation<null> => ask('record', { type, fields }),
  /** A message to another process and its one reply (`id` is filled in); for example the cloud's API. */
  send: (to: string, message: object): Conversation<{ readonly ok: true; readonly body: unknown } | { readonly ok: false; readonly error: string }> => ask('send', { to, message }),
} as const;

/** `requeueAfter`: look at the key again later. `error`: failed, again with back-off. `read`: cached objects it took into account beyond those it asked for. */
export interface ReconcileResult { readonly requeueAfter?: Micros; readonly error?: string; readonly read?: number }

/** The caches that a key mapping may look into. */
export interface Caches {
  informer(kind: string): InformerState;
  /** The copy of a kind that is there only while somebody monitors it. */
  monitored(kind: string): InformerState | undefined;
}

/** Keys of this controller that a change concerns; called after `observe`. */
export type WatchMap = (delta: Delta, caches: Caches, memory: Memory) => readonly string[];

/** A further kind and how its changes map to keys; `batched`: they wait for the batch period. */
export interface Watch { readonly kind: string; readonly map: WatchMap; readonly batched?: boolean }

export interface ControllerDescriptor {
  /** kube-controller-manager's canonical name. */
  readonly name: string;
  /** Upstream file this models. */
  readonly source: string;
  /** Service account in kube-system that it works as; absent = the controller's name. */
  readonly serviceAccount?: string;
  /** It works with the rights of the manager itself. */
  readonly actsAsManager?: true;
  /** Component that its Events name; absent = the controller's name. */
  readonly eventSource?: string;
  /** Kind whose keys are queued; absent when `watches` makes all keys. */
  readonly for?: string;
  /** Kinds mapped to their controller owner's key (the owner must be of kind `for`). */
  readonly owns?: readonly string[];
  /** Further kinds and how their changes map to keys. */
  readonly watches?: readonly Watch[];
  /** How changes of the kinds that it asked for with `cx.monitor` map to keys. At most one controller of a process has this. */
  readonly monitors?: WatchMap;
  /** Informers it reads beyond these, or with indexes. */
  readonly reads?: readonly InformerConfig[];
  /** A key queued at fixed intervals while the controller runs. */
  readonly periodic?: readonly { readonly key: string; readonly every: Micros }[];
  /** Called synchronously for each change before keys are queued (for expectations): may only change the controller's memory. */
  readonly observe?: (delta: Delta, memory: Memory) => void;
  /**
   * Whether a change of an owned object cannot change what a reconcile of its owner does, so that the owner need not be queued. Upstream queues it and
   * finds nothing to do; the outcome is the same. Asked only for updates that keep the owner.
   */
  readonly ignores?: (old: KubeObject, object: KubeObject) => boolean;
  /**
   * Keys queued by changes of owned objects, of watches that say so, and of an object of kind `for` that keeps its generation wait for this time, so that many
   * changes are one look.
   */
  readonly batchPeriod?: Micros;
  /** Waits after failures where they differ from the work queue's 5 ms to 1,000 s. */
  readonly backoff?: Backoff;
  readonly workers: number;
  reconcile(key: string): Conversation<ReconcileResult>;
}

/** A controller's own memory, as `observe` sees it. */
export interface Memory {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  delete(key: string): void;
  /** Calls `visit` for each key that begins with the prefix, in order; returning false stops. */
  visit(prefix: string, visit: (key: string, value: unknown) => boolean | void): void;
}

/** Declares a controller. */
export function defineController(descriptor: ControllerDescriptor): ControllerDescriptor {
  return descriptor;
}
