/**
 * Whether a pod fits the node, decided once more where it is to run.
 *
 * @source kubernetes/kubernetes pkg/kubelet/lifecycle/predicate.go
 * @fidelity simplified: resources only; selectors, affinity and host ports were the scheduler's business
 */
import { milliValue, wholeValue } from '../api/quantity.ts';
import type { Pod } from '../api/kinds/core/pod.ts';
import type { ResourceList } from '../api/kinds/core/container.ts';
import type { KubeletState, PodWorker } from './state.ts';

/** Why a pod is refused. */
export interface Refusal { readonly reason: string; readonly message: string }

interface Amounts { readonly cpu: number; readonly memory: number }

/** Memo: each pod has a spec of its own, but the pods of a template share their frozen list of containers. */
const requests = new WeakMap<Pod['spec']['containers'], Amounts>();

/** Requests of a pod: the sum of its containers, or the greatest init container where that is more. */
function requestsOf(pod: Pod): Amounts {
  const { containers, initContainers, overhead } = pod.spec;
  if (initContainers !== undefined || overhead !== undefined) return amounts(pod);
  let known = requests.get(containers);
  if (known === undefined) requests.set(containers, (known = amounts(pod)));
  return known;
}

const amounts = (pod: Pod): Amounts => ({ cpu: amount(pod, 'cpu'), memory: amount(pod, 'memory') });

function amount(pod: Pod, resource: 'cpu' | 'memory'): number {
  const read = resource === 'cpu' ? milliValue : wholeValue;
  let sum = 0;
  for (const container of pod.spec.containers) sum += read(container.resources?.requests?.[resource]);
  let most = sum;
  let sidecars = 0;
  for (const container of pod.spec.initContainers ?? []) {
    const own = read(container.resources?.requests?.[resource]);
    if (container.restartPolicy === 'Always') { sidecars += own; continue; }
    most = Math.max(most, own + sidecars);
  }
  return Math.max(most, sum + sidecars) + read(pod.spec.overhead?.[resource]);
}

function counts(worker: PodWorker): boolean {
  return worker.admitted && worker.phase !== 'Failed' && worker.phase !== 'Succeeded';
}

/** Undefined when the pod may run here. Static pods are critical: upstream makes room for them, so they always may. */
export function refusal(state: KubeletState, worker: PodWorker, allocatable: ResourceList): Refusal | undefined {
  if (worker.isStatic || worker.sandboxId !== '') return undefined;
  const wanted = requestsOf(worker.pod);
  let pods = 0;
  const used = { cpu: 0, memory: 0 };
  for (const other of state.workers.values()) {
    if (other === worker || !counts(other)) continue;
    const { cpu, memory } = requestsOf(other.pod);
    pods++;
    used.cpu += cpu;
    used.memory += memory;
  }
  const room = wholeValue(allocatable['pods']);
  if (pods + 1 > room) return outOf('pods', { requested: 1, used: pods, capacity: room });
  for (const resource of ['cpu', 'memory'] as const) {
    const capacity = (resource === 'cpu' ? milliValue : wholeValue)(allocatable[resource]);
    if (wanted[resource] > 0 && used[resource] + wanted[resource] > capacity) return outOf(resource, { requested: wanted[resource], used: used[resource], capacity });
  }
  return undefined;
}

function outOf(resource: string, n: { readonly requested: number; readonly used: number; readonly capacity: number }): Refusal {
  return { reason: `OutOf${resource}`, message: `Node didn't have enough resource: ${resource}, requested: ${n.requested}, used: ${n.used}, capacity: ${n.capacity}` };
}
