/** A running cluster: its kernel, its story, and the addresses that the session needs. */
import { type Micros, micros, seconds } from '../base/data.ts';
import type { Node } from '../api/kinds/all.ts';
import { isConditionStatus } from '../api/condition.ts';
import type { FaultKind } from '../sim/fault.ts';
import { faultKinds } from '../sim/faults/registry.ts';
import { Kernel, type KernelOptions } from '../sim/kernel.ts';
import { Timeline } from '../sim/timeline.ts';
import type { World } from '../sim/world.ts';
import { type OutsideStore, planProcesses } from './plan.ts';
import { processKinds } from './process-kinds.ts';
import type { Topology } from './topology.ts';
import { lookAt } from './view.ts';

export interface ClusterOptions {
  readonly topology: Topology;
  readonly seed: number;
  /** Test mode: rebuild conversations after each answer. */
  readonly verify?: boolean;
  readonly afterEvent?: KernelOptions['afterEvent'];
  /** With it the world lives on when one of its steps fails. */
  readonly onBug?: KernelOptions['onBug'];
  /** Virtual time at which the machines are switched on; absent = zero. As much an input of the run as the seed. */
  readonly begins?: Micros;
  /** The certificate (PEM) of an authority whose key is outside the world; absent = the simulated one. An input of the run. */
  readonly authority?: string;
  /** A world of the same topology, seed and beginning that has booted already. */
  readonly booted?: World;
}

export interface Cluster {
  readonly topology: Topology;
  readonly seed: number;
  readonly kernel: Kernel;
  readonly timeline: Timeline;
}

/** Booting stops here even when something never gets ready. */
const BOOT_MAX = seconds(120);
/** How often booting looks whether the cluster is at rest. */
const BOOT_LOOK = seconds(1);

/** A kernel with all processes of a topology, at the beginning. */
export function newKernel(options: ClusterOptions): Kernel {
  const kernel = new Kernel({
    seed: options.seed, kinds: processKinds, faults: faultKinds as readonly FaultKind[],
    ...(options.verify !== undefined ? { verify: options.verify } : {}), ...(options.afterEvent !== undefined ? { afterEvent: options.afterEvent } : {}), ...(options.onBug !== undefined ? { onBug: options.onBug } : {}),
  });
  kernel.world.now = options.begins ?? micros(0);
  for (const spec of planProcesses(options.topology, undefined, options.authority)) kernel.spawn(spec);
  return kernel;
}

/** A cluster that has booted: every node is Ready and the add-ons run (or the time for it is over). */
export function openCluster(options: ClusterOptions): Cluster {
  const kernel = newKernel(options);
  if (options.booted !== undefined) kernel.restore(options.booted);
  else boot(kernel, options.topology);
  return { topology: options.topology, seed: options.seed, kernel, timeline: new Timeline(kernel) };
}

/** A cluster whose store is outside of it. Nothing has run yet: time begins at `at`, and whoever speaks for the store must be there first. */
export function openOutsideCluster({ topology, seed, at, store, authority }: Pick<ClusterOptions, 'topology' | 'seed' | 'authority'> & { readonly at: Micros; readonly store: OutsideStore }): Cluster {
  const kernel = new Kernel({ seed, kinds: processKinds, faults: faultKinds as readonly FaultKind[] });
  kernel.run({ until: at });
  for (const spec of planProcesses(topology, store, authority)) kernel.spawn(spec);
  return { topology, seed, kernel, timeline: new Timeline(kernel) };
}

function boot(kernel: Kernel, topology: Topology): void {
  const begins = kernel.world.now;
  for (let took: number = BOOT_LOOK; took <= BOOT_MAX; took += BOOT_LOOK) {
    kernel.run({ until: micros(begins + took) });
    if (isAtRest(kernel, topology)) return;
  }
}

/** True when the cluster is what a learner expects to find. */
function isAtRest(kernel: Kernel, topology: Topology): boolean {
  const view = lookAt(kernel);
  if (topology.machines.every(machine => machine.role === 'etcd')) return view.etcd().leader !== '';
  const nodes = view.list('Node') as readonly Node[];
  if (nodes.length < topology.machines.length) return false;
  if (!nodes.every(node => isConditionStatus(node.status?.conditions, 'Ready'))) return false;
  const pods = view.list('Pod', 'kube-system');
  return pods.length > 0 && pods.every(pod => isConditionStatus((pod as { status?: { conditions?: { type: string; status: string }[] } }).status?.conditions as never, 'Ready'));
}

