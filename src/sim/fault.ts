import type { ProcessId, Result } from '../base/data.ts';
import type { Kernel } from './kernel.ts';

/** What will happen to a message: how late it comes, how many of it, whether it comes at all. */
export interface Delivery { readonly after: number; readonly copies: 0 | 1 | 2 }

/** Where the words of a fault may point: machines and processes of the cluster. */
export interface Targets {
  readonly machines: readonly string[];
  readonly processes: readonly string[];
}

/**
 * A fault: data in the world plus hooks that the kernel consults while it is active. One file in `faults/`, one line in its registry.
 */
export interface FaultKind<Args = unknown> {
  /** What the learner types: `fault partition cp-1 | cp-2 cp-3`. */
  readonly name: string;
  readonly summary: string;
  /** Shape of the words after the name, for help. */
  readonly usage: string;
  /** Reads the words; the error is a sentence for the learner. */
  parse(words: readonly string[], targets: Targets): Result<Args, string>;
  /** Done once when it begins. */
  start?(args: Args, kernel: Kernel): void;
  /** Done once when it is healed. */
  stop?(args: Args, kernel: Kernel): void;
  /** Changes how a message travels. `lossy`: posted, not sent over a connection. */
  onMessage?(args: Args, from: ProcessId, to: ProcessId, planned: Delivery, draw: (bound: number) => number): Delivery;
  /** Changes how long a disk write takes (µs), or fails it. */
  onWrite?(args: Args, on: ProcessId, planned: number): number | 'ioError';
  /** Changes what the clock of a process shows (µs). */
  onClock?(args: Args, of: ProcessId, real: number): number;
}

/** Declares a fault kind. */
export function defineFault<Args>(kind: FaultKind<Args>): FaultKind {
  return kind;
}
