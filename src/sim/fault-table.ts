import type { ProcessId } from '../base/data.ts';
import { must } from '../base/assert.ts';
import type { CrashFate, Delivery, FaultKind, PointFate, Targets, TargetTraits, WriteFate } from './fault.ts';
import type { ProcessKind } from './process.ts';
import type { ActiveFault, ProcessRecord, World } from './world.ts';

type Draw = (bound: number) => number;

/** What faults may know about a process of a kind. */
export const traitsOf = (kind: ProcessKind | undefined): TargetTraits => ({ points: kind?.points ?? [], keepsLog: kind?.keepsLog ?? false });

/** Where faults may point. */
export function targetsOf(processes: readonly ProcessRecord[], kinds: ReadonlyMap<string, ProcessKind>): Targets {
  return {
    machines: [...new Set(processes.map(process => process.node as string))], processes: processes.map(process => process.id),
    traits: id => traitsOf(kinds.get(processes.find(process => process.id === id)?.kind ?? '')),
  };
}

/**
 * What the active faults together say about one happening. Each is asked in the order in which they were injected; one that waits for its moment and
 * has struck (`fired`) is not asked again.
 */
export class FaultTable {
  readonly #kinds: ReadonlyMap<string, FaultKind>;

  constructor(kinds: readonly FaultKind[]) {
    this.#kinds = new Map(kinds.map(kind => [kind.name, kind]));
  }

  get kinds(): readonly FaultKind[] { return [...this.#kinds.values()]; }
  kind(name: string): FaultKind { return must(this.#kinds.get(name), `no fault kind ${name}`); }

  delivery(world: World, from: ProcessId, to: ProcessId, cx: { readonly planned: Delivery; readonly draw: Draw }): Delivery {
    let delivery = cx.planned;
    for (const fault of world.faults) {
      const hook = this.kind(fault.kind).onMessage;
      if (hook !== undefined) delivery = hook(fault.args, from, to, delivery, cx.draw);
    }
    return delivery;
  }

  /** The fate of a write, and the fault that decided it if that strikes once. */
  write(world: World, on: ProcessId, cx: { readonly planned: number; readonly draw: Draw }): { readonly fate: WriteFate; readonly by?: ActiveFault } {
    let fate: WriteFate = cx.planned;
    for (const fault of world.faults) {
      const hook = this.kind(fault.kind).onWrite;
      if (hook === undefined || fault.fired === true) continue;
      fate = hook(fault.args, on, fate, cx.draw);
      if (typeof fate !== 'number') return { fate, by: fault };
    }
    return { fate };
  }

  crash(world: World, on: ProcessId, planned: CrashFate): CrashFate {
    let fate = planned;
    for (const fault of world.faults) fate = this.kind(fault.kind).onCrash?.(fault.args, on, fate) ?? fate;
    return fate;
  }

  /** The fate of a process at a named place, and the fault that decided it. */
  point(world: World, process: ProcessId, point: string, subject: string): { readonly fate: PointFate; readonly by?: ActiveFault } {
    for (const fault of world.faults) {
      if (fault.fired === true) continue;
      const fate = this.kind(fault.kind).onPoint?.(fault.args, process, point, subject) ?? 'pass';
      if (fate !== 'pass') return { fate, by: fault };
    }
    return { fate: 'pass' };
  }

  clock(world: World, of: ProcessId): number {
    let shown: number = world.now;
    for (const fault of world.faults) shown = this.kind(fault.kind).onClock?.(fault.args, of, shown) ?? shown;
    return shown;
  }

  /** Whether some fault keeps a dead process dead. */
  holds(world: World, process: ProcessId): boolean {
    return world.faults.some(fault => this.kind(fault.kind).holds?.(fault.args, process, fault.fired === true) === true);
  }
}
