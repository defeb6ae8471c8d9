/**
 * `/stats/summary`: what the node and its pods use.
 *
 * @source kubernetes/kubernetes staging/src/k8s.io/kubelet/pkg/apis/stats/v1alpha1/types.go, pkg/kubelet/server/stats/summary.go
 * @fidelity simplified: CPU and memory, and the size of images; no network, no disks of containers and volumes
 */
import { bytesOf } from '../../base/bytes.ts';
import { micros } from '../../base/data.ts';
import type { ContainerStats } from '../../api/cri.ts';
import { type HttpResponse, JSON_TYPE, page } from '../../api/http.ts';
import { wholeValue } from '../../api/quantity.ts';
import { formatTime } from '../../api/time.ts';
import type { Kubelet } from '../state.ts';
import { byPod, type Samples } from './metrics.ts';

const timeOf = (at: number): string => formatTime(micros(at));
const cpuOf = ({ at, cpu, rate = 0 }: { readonly at: number; readonly cpu: number; readonly rate?: number }): object => ({ time: timeOf(at), usageNanoCores: rate, usageCoreNanoSeconds: cpu });

/** The page; `whole` false = CPU and memory of containers and pods only. */
export function summaryPage({ state }: Kubelet, { node, containers }: Samples, whole: boolean): HttpResponse {
  const total = wholeValue(state.config.capacity['memory']);
  const images = [...state.images.values()].reduce((sum, { size }) => sum + size, 0);
  const summary = {
    node: {
      nodeName: state.config.nodeName, startTime: timeOf(state.startedAt), cpu: cpuOf(node),
      memory: { time: timeOf(node.at), availableBytes: Math.max(0, total - node.memory), usageBytes: node.memory, workingSetBytes: node.memory },
      ...(whole ? { runtime: { imageFs: { time: timeOf(node.at), usedBytes: images } } } : {}),
    },
    pods: [...byPod(containers)].map(([name, same]) => podOf(state.workers.get(state.names.get(name) ?? '')?.startedAt ?? 0, state.names.get(name) ?? '', same)),
  };
  // Go's encoder for people: two spaces less than the API's.
  return page(200, JSON_TYPE, bytesOf(`${JSON.stringify(summary, null, 1)}`));
}

function podOf(startedAt: number, uid: string, samples: readonly ContainerStats[]): object {
  const [first] = samples;
  const add = (of: (one: ContainerStats) => number): number => samples.reduce((sum, one) => sum + of(one), 0);
  const memory = add(one => one.memory);
  return {
    podRef: { name: first?.podName ?? '', namespace: first?.podNamespace ?? '', uid }, startTime: timeOf(startedAt),
    containers: samples.map(one => ({ name: one.name, startTime: timeOf(one.startedAt), cpu: cpuOf(one), memory: { time: timeOf(one.at), usageBytes: one.memory, workingSetBytes: one.memory } })),
    cpu: cpuOf({ at: first?.at ?? 0, cpu: add(({ cpu }) => cpu), rate: add(({ rate = 0 }) => rate) }), memory: { time: timeOf(first?.at ?? 0), usageBytes: memory, workingSetBytes: memory },
  };
}
