import type { Micros, ProcessId } from '../base/data.ts';

/**
 * A component gives up, as the real program does with `panic` or `os.Exit`: its process dies in the middle of the step, what it sent before is on its
 * way, the rest never happens, and the world goes on. Thrown by a component, caught by the kernel only.
 */
export class Panic extends Error {}

/** A step that failed through no fault that was injected. */
export interface Bug { readonly process: ProcessId; readonly message: string; readonly at: Micros; readonly event: number }

/** Why a step ended early. What is no panic is thrown on, unless somebody can live with bugs. */
export function reasonOf(error: unknown, isBearable: boolean): string {
  if (!(error instanceof Panic) && !isBearable) throw error;
  return error instanceof Error ? error.message : String(error);
}
