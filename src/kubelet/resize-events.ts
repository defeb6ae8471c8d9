/**
 * What a kubelet tells when the resources of a running pod are changed in place.
 *
 * @source kubernetes/kubernetes pkg/kubelet/events/pod_resize.go, pkg/kubelet/allocation/allocation_manager.go
 * @fidelity simplified: every change fits and is done at once, so that a resize is never deferred or infeasible
 */
import { equalData } from '../base/compare.ts';
import type { Container, ResourceRequirements } from '../api/kinds/core/container.ts';
import type { Pod } from '../api/kinds/core/pod.ts';
import { podEvent } from './cri-client.ts';
import type { Kubelet, PodWorker } from './state.ts';

/** Two Events when a container that runs has other resources than before. */
export function tellResize(kubelet: Kubelet, worker: PodWorker, before: Pod): void {
  const { pod } = worker;
  const changed = (list: readonly Container[] | undefined, old: readonly Container[] | undefined): boolean =>
    list !== old && (list ?? []).some(({ name, resources }) => isRunning(worker, name) && !equalData(resources ?? {}, old?.find(one => one.name === name)?.resources ?? {}));
  if (!changed(pod.spec.containers, before.spec.containers) && !changed(pod.spec.initContainers, before.spec.initContainers)) return;
  const summary = summaryOf(pod);
  podEvent(kubelet, worker, { type: 'Normal', reason: 'ResizeStarted', message: `Pod resize started: ${summary}` });
  podEvent(kubelet, worker, { type: 'Normal', reason: 'ResizeCompleted', message: `Pod resize completed: ${summary}` });
}

const isRunning = (worker: PodWorker, name: string): boolean => worker.containers.some(work => work.name === name && work.state === 'running');

/** The resources as Go's encoder writes them. */
function summaryOf({ metadata, spec }: Pod): string {
  const { initContainers = [], containers } = spec;
  const of = (list: readonly Container[]): object[] => list.map(({ name, resources }) => ({ name, resources: inOrder(resources) }));
  return JSON.stringify({ ...(initContainers.length === 0 ? {} : { initContainers: of(initContainers) }), containers: of(containers), generation: metadata.generation ?? 0 });
}

function inOrder({ limits, requests, claims }: ResourceRequirements = {}): object {
  const sorted = (list: object): object => Object.fromEntries(Object.entries(list).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { ...(limits === undefined ? {} : { limits: sorted(limits) }), ...(requests === undefined ? {} : { requests: sorted(requests) }), ...(claims === undefined ? {} : { claims }) };
}
