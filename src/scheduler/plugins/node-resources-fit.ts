import type { Node, Pod } from '../../api/kinds/all.ts';
import { definePlugin, MAX_NODE_SCORE, type Status } from '../framework/plugin.ts';
import { newNodeInfo, type NodeInfo, podRequests } from '../node-info.ts';

/** Refuses nodes without room; prefers the emptiest (LeastAllocated). */
export const nodeResourcesFit = definePlugin({
  name: 'NodeResourcesFit',
  source: 'pkg/scheduler/framework/plugins/noderesources/fit.go',
  weight: 1,
  events: [
    { kind: 'AssignedPod', on: 'Delete' },
    { kind: 'Node', on: 'Add', hint: (pod, { object }) => refusals(pod, newNodeInfo(object as Node)).reasons.length === 0 },
    { kind: 'Node', on: 'Update', hint: (_pod, { object, old }) => (object as Node).status?.allocatable !== (old as Node | undefined)?.status?.allocatable },
  ],
  filter(_state, pod, node): Status {
    if (fits(pod, node)) return null;
    const { reasons, never } = refusals(pod, node);
    return { code: never ? 'UnschedulableAndUnresolvable' : 'Unschedulable', reasons };
  },
  score(_state, pod, node) {
    const wanted = podRequests(pod).nonZero;
    const cpu = leastAllocated(node.nonZero.milliCpu + wanted.milliCpu, node.allocatable.milliCpu);
    const memory = leastAllocated(node.nonZero.memory + wanted.memory, node.allocatable.memory);
    return Math.floor((cpu + memory) / 2);
  },
});

/** The common case, without making texts. */
function fits(pod: Pod, node: NodeInfo): boolean {
  if (node.pods.length + 1 > node.allowedPods) return false;
  const { exact } = podRequests(pod);
  const { allocatable, requested } = node;
  if (exact.milliCpu > allocatable.milliCpu - requested.milliCpu && exact.milliCpu > 0) return false;
  if (exact.memory > allocatable.memory - requested.memory && exact.memory > 0) return false;
  if (exact.ephemeralStorage > allocatable.ephemeralStorage - requested.ephemeralStorage && exact.ephemeralStorage > 0) return false;
  for (const name of Object.keys(exact.scalar)) {
    const wanted = exact.scalar[name] ?? 0;
    if (wanted > 0 && wanted > (allocatable.scalar[name] ?? 0) - (requested.scalar[name] ?? 0)) return false;
  }
  return true;
}

/** Everything there is too little of. `never`: the node would be too small even when empty. */
function refusals(pod: Pod, node: NodeInfo): { readonly reasons: readonly string[]; readonly never: boolean } {
  const reasons: string[] = [];
  let never = false;
  if (node.pods.length + 1 > node.allowedPods) reasons.push('Too many pods');
  const check = (name: string, wanted: number, allocatable: number, used: number): void => {
    if (wanted <= 0 || wanted <= allocatable - used) return;
    reasons.push(`Insufficient ${name}`);
    if (wanted > allocatable) never = true;
  };
  const { exact } = podRequests(pod);
  check('cpu', exact.milliCpu, node.allocatable.milliCpu, node.requested.milliCpu);
  check('memory', exact.memory, node.allocatable.memory, node.requested.memory);
  check('ephemeral-storage', exact.ephemeralStorage, node.allocatable.ephemeralStorage, node.requested.ephemeralStorage);
  for (const name of Object.keys(exact.scalar).sort()) {
    check(name, exact.scalar[name] ?? 0, node.allocatable.scalar[name] ?? 0, node.requested.scalar[name] ?? 0);
  }
  return { reasons, never };
}

function leastAllocated(requested: number, capacity: number): number {
  if (capacity === 0 || requested > capacity) return 0;
  return Math.floor(((capacity - requested) * MAX_NODE_SCORE) / capacity);
}
