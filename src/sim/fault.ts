import type { ProcessId, Result } from '../base/data.ts';
import type { Text } from '../base/text.ts';
import type { Kernel } from './kernel.ts';

/**
 * What will happen to a message: how late it comes, how many of it, whether it comes at all, and whether later ones may overtake it. Copies and
 * overtaking concern posted messages only: a connection delivers once and in order, or breaks.
 */
export interface Delivery { readonly after: number; readonly copies: 0 | 1 | 2; readonly unordered?: true }

/** How a write fails, in the words of the operating system. */
export type WriteError = 'input/output error' | 'no space left on device';

/** What becomes of a write: how long it takes (µs), why it fails, or that the process dies while it is under way. */
export type WriteFate = number | WriteError | 'dies';

/** What becomes of writes that were not yet synced when their process dies: see `disk.ts`. */
export type CrashFate = 'kept' | 'lost' | 'torn';

/** What a named place of a component does: nothing, let the process panic, let it wait so many µs, or keep what came there until further notice. */
export type PointFate = 'pass' | 'panic' | 'hold' | number;

/** What a fault may ask about a process before it is injected. */
export interface TargetTraits {
  /** Named places at which it can be stopped, in running order. */
  readonly points: readonly CrashPoint[];
  /** Whether it keeps an append-only log that it repairs when it starts. */
  readonly keepsLog: boolean;
}

/** A place between two effects of a component, named as upstream names its failpoint. */
export interface CrashPoint { readonly name: string; readonly summary: Text; /** What comes there can be kept while the process goes on. */ readonly keeps?: true }

/** Where the words of a fault may point: machines and processes of the cluster. */
export interface Targets {
  readonly machines: readonly string[];
  readonly processes: readonly string[];
  traits(process: string): TargetTraits;
}

/** What stands at a place of the command line; the last one repeats. For completion. */
export type Operand = 'stage' | 'resource' | 'target' | 'duration' | 'percent' | 'offset' | 'point' | 'direction';

/**
 * A fault: data in the world plus hooks that the kernel consults while it is active. One file in `faults/`, one line in its registry.
 */
export interface FaultKind<Args = unknown> {
  /** What the learner types: `fault partition cp-1 | cp-2 cp-3`. */
  readonly name: string;
  readonly summary: Text;
  /** What it is in a real cluster and what to look at, for `explain`. */
  readonly about: Text;
  /** Shape of the words after the name, for help. */
  readonly usage: string;
  /** A line that works in the cluster `etcd`. */
  readonly example: string;
  readonly operands: readonly Operand[];
  /** Reads the words; the error is a sentence for the learner. */
  parse(words: readonly string[], targets: Targets): Result<Args, Text>;
  /** Done once when it begins. */
  start?(args: Args, kernel: Kernel, id: number): void;
  /** Done once when it is healed. */
  stop?(args: Args, kernel: Kernel): void;
  /** Whether a process that is dead must stay so. `fired`: it has struck already (faults that wait for their moment). */
  holds?(args: Args, process: ProcessId, fired: boolean): boolean;
  /** Changes how a message travels. `lossy`: posted, not sent over a connection. */
  onMessage?(args: Args, from: ProcessId, to: ProcessId, planned: Delivery, draw: (bound: number) => number): Delivery;
  /** Changes how long a disk write takes (µs), fails it, or kills the process in the middle of it. */
  onWrite?(args: Args, on: ProcessId, planned: number, draw: (bound: number) => number): WriteFate;
  /** Decides about writes that are not synced when a process dies. */
  onCrash?(args: Args, on: ProcessId, planned: CrashFate): CrashFate;
  /** Strikes when a process comes to a named place; `subject`: what it has in its hands there, in the process's own words. */
  onPoint?(args: Args, process: ProcessId, point: string, subject: string): PointFate;
  /** Changes what the clock of a process shows (µs). */
  onClock?(args: Args, of: ProcessId, real: number): number;
}

/** Declares a fault kind. */
export function defineFault<Args>(kind: FaultKind<Args>): FaultKind {
  return kind;
}
