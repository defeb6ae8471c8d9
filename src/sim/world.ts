import type { Digest } from '../base/digest.ts';
import type { Micros, NodeName, ProcessId } from '../base/data.ts';
import type { EventHeap } from '../base/heap.ts';
import type { Stream } from '../base/prng.ts';
import type { Table } from '../base/table.ts';
import type { DiskChange, Input, ProcessStatus } from './process.ts';

/** Raised when the meaning of a dumped world changes. */
export const WORLD_FORMAT = 4;

/** What the event queue holds: an input for a process, or a note of the kernel to itself (target KERNEL). */
export type QueueItem =
  | Input
  | { readonly type: 'boot' }
  | { readonly type: 'wake' }
  | { readonly type: 'disk'; readonly op: string }
  | { readonly type: 'reset'; readonly pair: string }
  /** A process dies in the middle of a write, or is started again by its supervisor. `life`: what was its incarnation. */
  | { readonly type: 'die' | 'revive'; readonly process: number; readonly life: number };

/** Target index of events that the kernel handles itself. */
export const KERNEL = -1;

/** An input that waits until its process is free, and the event that brought it. */
export interface Mail { readonly input: Input; readonly cause: number }
/** The mailbox of nearly every process at nearly every time: one list for all, which is at hand when an event comes for any of them. */
export const NO_MAIL = Object.freeze([]) as unknown as Mail[];

/** A mailbox with one input more, which is the same list unless it was empty. */
export function mailWith(mailbox: Mail[], mail: Mail): Mail[] {
  if (mailbox.length === 0) return [mail];
  mailbox.push(mail);
  return mailbox;
}

/** Where a peer is, and when the latest message to it arrives: connections deliver in order. NOT_LINKED = there is no connection. */
export interface Link { readonly index: number; at: number }
export const NOT_LINKED = -1;

/** One process. Owned by the world; copied on the first write after a checkpoint (`epoch`). */
export interface ProcessRecord {
  readonly index: number;
  readonly id: ProcessId;
  readonly kind: string;
  /** Machine it runs on: crashes and partitions take a machine as one. */
  readonly node: NodeName;
  readonly config: unknown;
  /** Who is told when it ends, stops or starts; '' = nobody. */
  readonly supervisor: ProcessId | '';
  status: ProcessStatus;
  /** Raised at each start; what was sent to an earlier one is not delivered. */
  incarnation: number;
  busyUntil: number;
  /** NO_MAIL until something waits. */
  mailbox: Mail[];
  /** Timer name → sequence number of its valid event. */
  timers: Map<string, number>;
  /** Peer → what is known of the way to it. */
  links: Map<ProcessId, Link>;
  /** Random stream of the latencies of what it sends, apart from the others because every message draws from it. */
  network: Stream;
  /** Purpose → random stream. */
  streams: Map<string, Stream>;
  state: unknown;
  disk: Table<unknown>;
  /** Its disk was replaced by an empty one since it first started. */
  diskReplaced: boolean;
  /** Writes on their way to the disk, oldest first: lost in a crash. */
  unsynced: { readonly op: string; readonly changes: readonly DiskChange[] }[];
  diskFreeAt: number;
  epoch: number;
}

export interface ActiveFault {
  readonly id: number;
  readonly kind: string;
  readonly args: unknown;
  /** The words it was injected with, for the learner. */
  readonly words: readonly string[];
  readonly since: Micros;
  /** It waited for its moment and has struck. */
  readonly fired?: true;
}

/** A connection that stalled: messages of both directions are lost until both ends were told. */
export interface BrokenConnection { readonly a: number; readonly b: number; resetAt: number }

/** Everything there is. `dump(world)` is plain JSON; `load(dump(world))` continues identically. */
export interface World {
  readonly formatVersion: number;
  readonly seed: number;
  now: Micros;
  /** Ids of events; also breaks ties in time. */
  sequence: number;
  /** Events handled so far: the exact place of an outside action in the run. */
  handled: number;
  epoch: number;
  queue: EventHeap<QueueItem>;
  processes: ProcessRecord[];
  /** Machines that are down. */
  machinesDown: NodeName[];
  /** Machine → how often it has started again; none = never. */
  boots: Map<string, number>;
  faults: ActiveFault[];
  nextFault: number;
  /** Pair of process indexes `a,b` (a < b) → stalled connection. */
  broken: Map<string, BrokenConnection>;
  digest: Digest;
}

/** An event that waits, for people. */
export function eventText(world: World, { target, item }: { readonly target: number; readonly item: QueueItem }): string {
  const who = target === KERNEL ? 'network' : (world.processes[target] as ProcessRecord).id;
  if (item.type === 'message') return `${who} ← ${item.from}: ${(item.body as { type?: string }).type ?? 'message'}`;
  return item.type === 'timer' ? `${who}: timer ${item.name}` : `${who}: ${item.type}`;
}
