import { type Micros, type ProcessId, seconds } from '../base/data.ts';

/** Exit codes: of a program that ends itself in order, of a Go program that panics, and of one that was killed (128 + SIGKILL). */
export const EXITED = 1;
export const GAVE_UP = 2;
export const KILLED = 137;

/**
 * A component gives up, as the real program does with `panic` or `os.Exit`: its process dies in the middle of the step, what it sent before is on its
 * way, the rest never happens, and the world goes on. Thrown by a component, caught by the kernel only.
 */
export class Panic extends Error {
  /** What the process ends with: Go's for a panic, 1 for one that exits. */
  readonly code: number;

  constructor(message: string, code = GAVE_UP) {
    super(message);
    this.code = code;
  }
}

/** When a program that ended by itself is started again, if no supervisor of this world does it. @fidelity simplified: one pause for all: the kubelet's first back-off after a panic, none after an exit but for a second of start-up */
export const reviveAfter = (code: number): Micros => seconds(code === EXITED ? 1 : 10);

/** A step that failed through no fault that was injected. */
export interface Bug { readonly process: ProcessId; readonly message: string; readonly at: Micros; readonly event: number }

/** Why a step ended early. What is no panic is thrown on, unless somebody can live with bugs. */
export function reasonOf(error: unknown, isBearable: boolean): string {
  if (!(error instanceof Panic) && !isBearable) throw error;
  return error instanceof Error ? error.message : String(error);
}
