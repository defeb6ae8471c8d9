/**
 * Metrics of the kubelet in the text form of Prometheus.
 *
 * @source kubernetes/kubernetes pkg/kubelet/metrics/metrics.go, pkg/kubelet/metrics/collectors/resource_metrics.go; google/cadvisor metrics/prometheus.go
 * @fidelity simplified: gauges of the present state and what containers use; no histograms and counters of the kubelet's past work, no disks, no network
 */
import { type HttpResponse, page } from '../../api/http.ts';
import type { ContainerStats, NodeStats } from '../../api/cri.ts';
import { wholeValue } from '../../api/quantity.ts';
import { worldEpochSeconds } from '../../api/time.ts';
import { canonicalImage } from '../images.ts';
import type { Kubelet, PodWorker } from '../state.ts';

/** Samples of one moment, and which pods they are of. */
export interface Samples { readonly node: NodeStats; readonly containers: readonly ContainerStats[] }

const TYPE = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores';
const SECOND = 1_000_000;
const NANO = 1_000_000_000;

/** One line: labels in their order, a value, and when it was measured (µs) where the page says so. */
interface Sample { readonly labels: readonly (readonly [string, string])[]; readonly value: number; readonly at?: number }
interface Metric { readonly name: string; readonly type: 'gauge' | 'counter'; readonly help: string; readonly samples: readonly Sample[] }

function text(metrics: readonly Metric[]): HttpResponse {
  const line = (name: string, { labels, value, at }: Sample): string =>
    `${name}${labels.length === 0 ? '' : `{${labels.map(([key, of]) => `${key}=${JSON.stringify(of)}`).join(',')}}`} ${goFloat(value)}${at === undefined ? '' : ` ${worldEpochSeconds * 1000 + Math.floor(at / 1000)}`}\n`;
  const shown = metrics.filter(({ samples }) => samples.length > 0);
  return page(200, TYPE, shown.map(({ name, type, help, samples }) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples.map(sample => line(name, sample)).join('')}`).join(''));
}

/** A number as Go writes it: large ones with an exponent of two digits. */
function goFloat(value: number): string {
  if (Math.abs(value) < 1e21 && (!Number.isInteger(value) || Math.abs(value) < 1e6)) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

/** `/metrics`. */
export function kubeletMetrics({ state }: Kubelet): HttpResponse {
  const workers = [...state.workers.values()];
  const containers = workers.flatMap(worker => worker.containers);
  const count = (wanted: readonly string[]): number => containers.filter(work => wanted.includes(work.state)).length;
  const states: readonly (readonly [string, number])[] = [['created', count(['creating', 'starting'])], ['exited', count(['exited'])], ['running', count(['running', 'stopping'])]];
  return text([
    { name: 'kubelet_active_pods', type: 'gauge', help: '[ALPHA] The number of pods the kubelet considers active and which are being considered when admitting new pods. static is true if the pod is not from the apiserver.', samples: [false, true].map(isStatic => ({ labels: [['static', isStatic ? 'true' : '']], value: workers.filter(worker => worker.isStatic === isStatic).length })) },
    { name: 'kubelet_node_name', type: 'gauge', help: '[ALPHA] The node\'s name. The count is always 1.', samples: [{ labels: [['node', state.config.nodeName]], value: 1 }] },
    { name: 'kubelet_running_containers', type: 'gauge', help: '[ALPHA] Number of containers currently running', samples: states.filter(([, value]) => value > 0).map(([name, value]) => ({ labels: [['container_state', name]], value })) },
    { name: 'kubelet_running_pods', type: 'gauge', help: '[ALPHA] Number of pods that have a running pod sandbox', samples: [{ labels: [], value: workers.filter(({ sandboxId }) => sandboxId !== '').length }] },
    { name: 'kubernetes_build_info', type: 'gauge', help: '[ALPHA] A metric with a constant \'1\' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.', samples: [{ labels: [['git_version', 'v1.35.2'], ['major', '1'], ['minor', '35'], ['platform', 'linux/amd64']], value: 1 }] },
    { name: 'process_start_time_seconds', type: 'gauge', help: '[ALPHA] Start time of the process since unix epoch in seconds.', samples: [{ labels: [], value: worldEpochSeconds + Math.floor(state.startedAt / SECOND) }] },
  ]);
}

const labelsOf = ({ name, podNamespace, podName }: ContainerStats): Sample['labels'] => [['container', name], ['namespace', podNamespace], ['pod', podName]];

/** Pods of samples, in the order of their first container. */
export function byPod(containers: readonly ContainerStats[]): ReadonlyMap<string, readonly ContainerStats[]> {
  const pods = new Map<string, ContainerStats[]>();
  for (const one of containers) { const key = `${one.podNamespace}/${one.podName}`; const same = pods.get(key); if (same === undefined) pods.set(key, [one]); else same.push(one); }
  return pods;
}

const sum = (samples: readonly ContainerStats[], of: (one: ContainerStats) => number): number => samples.reduce((total, one) => total + of(one), 0);

/** `/metrics/resource`. */
export function resourceMetrics({ node, containers }: Samples): HttpResponse {
  const pods = [...byPod(containers).values()];
  const podLabels = ([first]: readonly ContainerStats[]): Sample['labels'] => [['namespace', first?.podNamespace ?? ''], ['pod', first?.podName ?? '']];
  const ofContainers = (value: (one: ContainerStats) => number): readonly Sample[] => containers.map(one => ({ labels: labelsOf(one), value: value(one), at: one.at }));
  const ofPods = (value: (one: ContainerStats) => number): readonly Sample[] => pods.map(same => ({ labels: podLabels(same), value: sum(same, value), at: same[0]?.at ?? 0 }));
  return text([
    { name: 'container_cpu_usage_seconds_total', type: 'counter', help: '[STABLE] Cumulative cpu time consumed by the container in core-seconds', samples: ofContainers(({ cpu }) => cpu / NANO) },
    { name: 'container_memory_working_set_bytes', type: 'gauge', help: '[STABLE] Current working set of the container in bytes', samples: ofContainers(({ memory }) => memory) },
    { name: 'container_start_time_seconds', type: 'gauge', help: '[STABLE] Start time of the container since unix epoch in seconds', samples: containers.map(one => ({ labels: labelsOf(one), value: worldEpochSeconds + one.startedAt / SECOND })) },
    { name: 'node_cpu_usage_seconds_total', type: 'counter', help: '[STABLE] Cumulative cpu time consumed by the node in core-seconds', samples: [{ labels: [], value: node.cpu / NANO, at: node.at }] },
    { name: 'node_memory_working_set_bytes', type: 'gauge', help: '[STABLE] Current working set of the node in bytes', samples: [{ labels: [], value: node.memory, at: node.at }] },
    { name: 'pod_cpu_usage_seconds_total', type: 'counter', help: '[STABLE] Cumulative cpu time consumed by the pod in core-seconds', samples: ofPods(({ cpu }) => cpu / NANO) },
    { name: 'pod_memory_working_set_bytes', type: 'gauge', help: '[STABLE] Current working set of the pod in bytes', samples: ofPods(({ memory }) => memory) },
    { name: 'resource_scrape_error', type: 'gauge', help: '[STABLE] 1 if there was an error while getting container metrics, 0 otherwise', samples: [{ labels: [], value: 0 }] },
  ]);
}

/** `/metrics/cadvisor`. */
export function cadvisorMetrics({ state }: Kubelet, { containers }: Samples): HttpResponse {
  const workers = new Map<string, PodWorker>([...state.workers.values()].map(worker => [`${worker.pod.metadata.namespace ?? ''}/${worker.pod.metadata.name}`, worker]));
  const labels = (one: ContainerStats, more: Sample['labels'] = []): Sample['labels'] => {
    const worker = workers.get(`${one.podNamespace}/${one.podName}`);
    const work = worker?.containers.find(({ name }) => name === one.name);
    const image = worker?.pod.spec.containers.find(({ name }) => name === one.name)?.image ?? '';
    const id = `/kubepods.slice/kubepods-pod${(worker?.uid ?? '').replaceAll('-', '_')}.slice/cri-containerd-${work?.id ?? ''}.scope`;
    return [['container', one.name], ...more, ['id', id], ['image', canonicalImage(image)], ['name', work?.id ?? ''], ['namespace', one.podNamespace], ['pod', one.podName]];
  };
  const of = (value: (one: ContainerStats) => number, more?: Sample['labels']): readonly Sample[] => containers.map(one => ({ labels: labels(one, more), value: value(one), at: one.at }));
  const { capacity } = state.config;
  return text([
    { name: 'container_cpu_usage_seconds_total', type: 'counter', help: 'Cumulative cpu time consumed in seconds.', samples: of(({ cpu }) => cpu / NANO, [['cpu', 'total']]) },
    { name: 'container_last_seen', type: 'gauge', help: 'Last time a container was seen by the exporter', samples: of(({ at }) => worldEpochSeconds + Math.floor(at / SECOND)) },
    { name: 'container_memory_usage_bytes', type: 'gauge', help: 'Current memory usage in bytes, including all memory regardless of when it was accessed', samples: of(({ memory }) => memory) },
    { name: 'container_memory_working_set_bytes', type: 'gauge', help: 'Current working set in bytes.', samples: of(({ memory }) => memory) },
    { name: 'container_start_time_seconds', type: 'gauge', help: 'Start time of the container since unix epoch in seconds.', samples: of(({ startedAt }) => worldEpochSeconds + Math.floor(startedAt / SECOND)) },
    { name: 'machine_cpu_cores', type: 'gauge', help: 'Number of logical CPU cores.', samples: [{ labels: [], value: Number(capacity['cpu'] ?? '1') }] },
    { name: 'machine_memory_bytes', type: 'gauge', help: 'Amount of memory installed on the machine.', samples: [{ labels: [], value: wholeValue(capacity['memory']) }] },
  ]);
}
