import type { Micros, NodeName, ProcessId } from '../base/data.ts';
import type { Table } from '../base/table.ts';
import type { CrashPoint, WriteError } from './fault.ts';

/** The closed list of things that can wake a process. */
export type Input<M = unknown> =
  | { readonly type: 'message'; readonly from: ProcessId; readonly body: M }
  | { readonly type: 'timer'; readonly name: string }
  | { readonly type: 'diskDone'; readonly op: string; readonly ok: boolean; readonly error?: WriteError }
  | { readonly type: 'connectionLost'; readonly peer: ProcessId };

/** Changes of a disk record by key; `undefined` removes it. One write is applied as a whole when it is synced. */
export type DiskChange = readonly [key: string, value: unknown];

export type ProcessStatus = 'running' | 'paused' | 'crashed';

/** Message from a process (in the operating system's hand) to its supervisor: how it is now, and with which code it ended. */
export interface ProcessNews { readonly type: 'process'; readonly status: ProcessStatus; readonly code: number }

/**
 * All that a process may ask of the outside, for the time of one step.
 *
 * Every effect carries a cause: the event being handled, unless the step says otherwise with `because` (whoever works
 * on many requests at once keeps the cause of each).
 */
export interface Outbox {
  readonly self: ProcessId;
  readonly node: NodeName;
  /** The process's own clock (a fault may skew it). */
  readonly now: Micros;
  /** Time that only ever passes, for measuring durations: no fault skews it. */
  readonly monotonic: Micros;
  /** Event id that later effects are attributed to. */
  readonly cause: number;
  /** Rebuild conversations after each answer and compare (test mode). */
  readonly verify: boolean;
  because(cause: number): void;
  /** Sends over the connection to a process: in order, and either delivered or the connection breaks for both ends. */
  send(to: ProcessId, body: object, after?: Micros): void;
  /** Sends what may get lost, doubled or overtaken under faults, without breaking a connection (Raft's messages). */
  post(to: ProcessId, body: object, after?: Micros): void;
  /** Same name again = reset. */
  startTimer(name: string, after: Micros): void;
  cancelTimer(name: string): void;
  /** Writes to the own disk; durable, and only then readable after a crash, when `diskDone(op)` arrives. */
  write(op: string, changes: readonly DiskChange[]): void;
  /**
   * Puts a disk with these records in the place of a stopped process's own, as a tool does that prepares a data directory. False, and nothing is
   * done, while the process runs or if there is none.
   */
  prepareDisk(of: ProcessId, records: readonly DiskChange[]): boolean;
  /** What is on the disk of a process that does not run, for an administrator's commands; undefined while it runs. */
  stoppedDisk(id: ProcessId): readonly DiskChange[] | undefined;
  /** How a process is, as the operating system of its machine knows it; undefined = there is none. */
  statusOf(id: ProcessId): ProcessStatus | undefined;
  /** Starts a process that has ended, unless a fault keeps it down. True = it runs now. */
  startProcess(id: ProcessId): boolean;
  killProcess(id: ProcessId): void;
  /** Integer in `[0, bound)` from the stream of this process and purpose. */
  draw(purpose: string, bound: number): number;
  /** Keeps the process busy; its mailbox waits. */
  spend(cpu: Micros): void;
  /**
   * A named place (one of the kind's `points`): a fault may make the process panic or wait here. Costs nothing otherwise. True = what came here
   * (`subject`) must be kept; only for places that say they can (`keeps`).
   */
  reach(point: string, subject?: string): boolean;
  /** A line for the learner's trace; never read back by the simulation. */
  record(type: string, fields: NoteFields): void;
}

export type NoteFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface BootContext<Config> {
  readonly self: ProcessId;
  readonly node: NodeName;
  readonly config: Config;
  /** What had reached the disk, by key. Read only. */
  readonly disk: Table<unknown>;
  /** The disk is not the one of the first start: somebody put in an empty one. */
  readonly diskReplaced: boolean;
  /** How often its machine has started again. */
  readonly reboots: number;
  readonly out: Outbox;
}

/** A component: how it starts and how it answers one input. State is plain data and `Table`s. */
export interface ProcessKind<State = unknown, M = unknown, Config = unknown> {
  readonly kind: string;
  /** Inputs that may wait while the process is busy or paused; more are refused. */
  readonly mailboxMax: number;
  /** Places named with `out.reach`, in running order. */
  readonly points?: readonly CrashPoint[];
  /** Appends records to a log and repairs a torn one when it starts. */
  readonly keepsLog?: boolean;
  /** Builds volatile state from what had reached the disk; also the first start. */
  boot(cx: BootContext<Config>): State;
  /** Handles one input to the end. May change `state` in place; may not keep `out`. */
  step(state: State, input: Input<M>, out: Outbox): void;
}

/** Declares a process kind (keeps inference, refuses unknown fields). */
export function defineProcess<State, M, Config>(kind: ProcessKind<State, M, Config>): ProcessKind {
  return kind;
}
