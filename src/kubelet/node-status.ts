/**
 * The Node object: what the machine has, and how it is.
 *
 * @source kubernetes/kubernetes pkg/kubelet/kubelet_node_status.go, pkg/kubelet/nodestatus/setters.go
 * @fidelity simplified: no pressure ever arises, so the three pressure conditions are always False
 */
import { deepFreeze, micros } from '../base/data.ts';
import { hex32 } from '../base/hex.ts';
import { hashText } from '../base/prng.ts';
import { findCondition, setCondition } from '../api/condition.ts';
import { wholeValue } from '../api/quantity.ts';
import { formatTime } from '../api/time.ts';
import type { Node, NodeStatus } from '../api/kinds/core/node.ts';
import type { ResourceList } from '../api/kinds/core/container.ts';
import type { Condition } from '../api/meta.ts';
import type { KubeletConfig, KubeletState } from './state.ts';

/** Memory kept free of pods: the hard eviction threshold. @source pkg/kubelet/apis/config/v1beta1/defaults_linux.go (memory.available) */
const EVICTION_MEMORY = 100 * 1_048_576;
/** Images a status lists. @source pkg/kubelet/apis/config/v1beta1/defaults.go (NodeStatusMaxImages) */
const IMAGES_MAX = 50;
/** Pods a kubelet runs. @source pkg/kubelet/apis/config/v1beta1/defaults.go (MaxPods) */
const PODS_MAX = '110';

const allocatables = new WeakMap<ResourceList, ResourceList>();

/** What pods may use of a node. */
export function allocatableOf(config: KubeletConfig): ResourceList {
  let known = allocatables.get(config.capacity);
  if (known === undefined) {
    const { memory } = config.capacity;
    const kibi = Math.floor((wholeValue(memory) - EVICTION_MEMORY) / 1024);
    known = deepFreeze({ pods: PODS_MAX, ...config.capacity, ...(memory !== undefined ? { memory: `${Math.max(0, kibi)}Ki` } : {}) });
    allocatables.set(config.capacity, known);
  }
  return known;
}

/** Why the node is not ready; '' when it is. */
export function notReadyBecause(state: KubeletState): string {
  if (state.runtime !== 'up') return 'container runtime is down';
  if (!state.networkReady) return 'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized';
  return '';
}

function condition(type: string, status: 'True' | 'False', words: readonly [reason: string, message: string], time: string): Condition {
  return { type, status, lastHeartbeatTime: time, lastTransitionTime: time, reason: words[0], message: words[1] };
}

function conditionsOf(state: KubeletState, time: string): readonly Condition[] {
  const why = notReadyBecause(state);
  const fresh = [
    condition('MemoryPressure', 'False', ['KubeletHasSufficientMemory', 'kubelet has sufficient memory available'], time),
    condition('DiskPressure', 'False', ['KubeletHasNoDiskPressure', 'kubelet has no disk pressure'], time),
    condition('PIDPressure', 'False', ['KubeletHasSufficientPID', 'kubelet has sufficient PID available'], time),
    why === '' ? condition('Ready', 'True', ['KubeletReady', 'kubelet is posting ready status'], time) : condition('Ready', 'False', ['KubeletNotReady', why], time),
  ];
  // What the API says now decides about transitions: the node lifecycle controller may have set Ready to Unknown in the meantime.
  const current = (state.node.store.get(state.config.nodeName) as Node | undefined)?.status?.conditions ?? state.work.reported?.conditions;
  let conditions: readonly Condition[] = (current ?? []).filter(old => fresh.some(one => one.type === old.type));
  for (const one of fresh) conditions = setCondition(conditions, one);
  return conditions;
}

/** A number text that looks like a UUID and belongs to the node for good. */
function identity(node: string, purpose: string): string {
  let hex = '';
  for (let i = 0; i < 4; i++) hex += hex32(hashText(`${node} ${purpose}`, 0x811c9dc5 + i));
  return hex;
}

const dashed = (hex: string): string => [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');

const nodeInfos = new WeakMap<KubeletConfig, NonNullable<NodeStatus['nodeInfo']>>();

/** Each start of the machine has an id of its own. */
const bootId = ({ config, reboots }: KubeletState): string => dashed(identity(config.nodeName, reboots === 0 ? 'boot' : `boot ${reboots}`));

function nodeInfo(state: KubeletState): NonNullable<NodeStatus['nodeInfo']> {
  const { config } = state;
  let info = nodeInfos.get(config);
  const bootID = bootId(state);
  if (info?.bootID !== bootID) {
    info = deepFreeze({
      machineID: identity(config.nodeName, 'machine'), systemUUID: dashed(identity(config.nodeName, 'system')), bootID,
      kernelVersion: '6.12.63', osImage: 'Debian GNU/Linux 13 (trixie)', containerRuntimeVersion: 'containerd://2.1.5', kubeletVersion: 'v1.35.2',
      kubeProxyVersion: '', operatingSystem: 'linux', architecture: 'amd64',
    });
    nodeInfos.set(config, info);
  }
  return info;
}

/** The status to report now. */
export function nodeStatus(state: KubeletState, now: number): NodeStatus {
  const { config } = state;
  const images = [...state.images].slice(0, IMAGES_MAX).map(([name, { ref, size }]) => ({ names: [ref, name], sizeBytes: size }));
  return deepFreeze({
    addresses: [{ type: 'InternalIP' as const, address: config.address }, { type: 'Hostname' as const, address: config.nodeName }],
    capacity: { pods: PODS_MAX, ...config.capacity }, allocatable: allocatableOf(config), conditions: conditionsOf(state, formatTime(micros(now))),
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } }, nodeInfo: nodeInfo(state), images,
  });
}

/**
 * Whether a status reported before would be made again but for its heartbeats. False = perhaps not: it has to be made and compared. Only
 * images and conditions can change, and mostly a look finds that they have not.
 */
export function saysTheSame(state: KubeletState, reported: NodeStatus | null | undefined): boolean {
  if (reported === null || reported === undefined) return false;
  const { images = [], conditions = [] } = reported;
  if (images.length !== state.images.size) return false;
  let place = 0;
  for (const [name, { ref, size }] of state.images) {
    const image = images[place++];
    if (image === undefined || image.sizeBytes !== size || image.names?.[0] !== ref || image.names[1] !== name) return false;
  }
  const why = notReadyBecause(state);
  const ready = findCondition(conditions, 'Ready');
  if (ready?.status !== (why === '' ? 'True' : 'False') || (why !== '' && ready.message !== why)) return false;
  const current = (state.node.store.get(state.config.nodeName) as Node | undefined)?.status?.conditions;
  if (current === undefined) return true;
  place = 0;
  for (const { type, status, lastTransitionTime } of current) {
    const own = findCondition(conditions, type);
    if (own === undefined) continue;
    if (own !== conditions[place++] || own.status !== status || own.lastTransitionTime !== lastTransitionTime) return false;
  }
  return place === conditions.length;
}

/** The node as the kubelet registers it. */
export function initialNode(state: KubeletState, now: number): Node {
  const { config } = state;
  const zone = config.zone === undefined ? {} : { 'topology.kubernetes.io/zone': config.zone };
  const region = config.region === undefined ? {} : { 'topology.kubernetes.io/region': config.region };
  const external = config.cloudProvider === 'external' ? [{ key: 'node.cloudprovider.kubernetes.io/uninitialized', value: 'true', effect: 'NoSchedule' as const }] : [];
  const taints = [...(config.taints ?? []), ...external];
  return deepFreeze({
    apiVersion: 'v1', kind: 'Node',
    metadata: {
      name: config.nodeName,
      labels: {
        'beta.kubernetes.io/arch': 'amd64', 'beta.kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', 'kubernetes.io/hostname': config.nodeName,
        'kubernetes.io/os': 'linux', ...zone, ...region, ...config.labels,
      },
      annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true', ...(external.length > 0 ? { 'alpha.kubernetes.io/provided-node-ip': config.address } : {}) },
    },
    spec: { ...(taints.length > 0 ? { taints } : {}), ...(config.providerID !== undefined ? { providerID: config.providerID } : {}) },
    status: nodeStatus(state, now),
  });
}
