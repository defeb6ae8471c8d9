/**
 * The kubelet's resource metrics: what its containers and its machine use, for metrics-server (port 10250, /metrics/resource).
 *
 * @source kubernetes/kubernetes pkg/kubelet/metrics/collectors/resource_metrics.go
 * @fidelity simplified: the answer is data, not text; whoever reaches the port is answered
 */
import type { ProcessId } from '../base/data.ts';
import type { ContainerStats, NodeStats } from '../api/cri.ts';
import { milliValue } from '../api/quantity.ts';
import { ask } from './cri-client.ts';
import type { Kubelet, KubeletMessage } from './state.ts';

/** Asks the runtime for samples. */
export function scraped(kubelet: Kubelet, from: ProcessId, id: number): void {
  const { state, out } = kubelet;
  const cores = milliValue(state.config.capacity['cpu'] ?? '1') / 1000;
  ask(kubelet, { op: 'listContainerStats', cores }, { op: 'listContainerStats', uid: '', container: '', at: out.now, extra: { scraper: from, id } });
}

/** Sends them on. A container is told of when its pod is one that the kubelet knows. */
export function statsGiven(kubelet: Kubelet, { scraper, id }: { readonly scraper: ProcessId; readonly id: number }, { stats, node }: { readonly stats: readonly ContainerStats[]; readonly node: NodeStats }): void {
  const containers = stats.filter(({ podNamespace, podName }) => kubelet.state.names.has(`${podNamespace}/${podName}`));
  kubelet.out.send(scraper, { type: 'kubelet.metricsGiven', id, node, containers } satisfies KubeletMessage);
}
