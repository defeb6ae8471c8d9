/**
 * What the scheduler knows of a node: the node, its pods, and the sums of what they ask for. Frozen; a change makes a new one.
 *
 * @source pkg/scheduler/framework/types.go (NodeInfo)
 */
import type { Node, Pod } from '../api/kinds/all.ts';
import { allocatableOf, NO_NON_ZERO, type NonZero, NOTHING, plus, podRequests, type Resources } from './resources.ts';

export interface NodeInfo {
  readonly name: string;
  readonly node: Node;
  readonly pods: readonly Pod[];
  /** Those of `pods` that have any pod affinity or anti-affinity. */
  readonly podsWithAffinity: readonly Pod[];
  readonly requested: Resources;
  readonly nonZero: NonZero;
  readonly allocatable: Resources;
  readonly allowedPods: number;
  /** Host ports in use: `PROTOCOL/IP/PORT`. */
  readonly ports: readonly string[];
}

const NO_PODS: readonly Pod[] = Object.freeze([]);
const NO_PORTS: readonly string[] = Object.freeze([]);

/** A node without pods. */
export function newNodeInfo(node: Node): NodeInfo {
  const { resources, pods } = allocatableOf(node.status?.allocatable);
  return Object.freeze({
    name: node.metadata.name, node, pods: NO_PODS, podsWithAffinity: NO_PODS, requested: NOTHING, nonZero: NO_NON_ZERO, allocatable: resources, allowedPods: pods, ports: NO_PORTS,
  });
}

/** The same pods on a changed node object. */
export function withNode(info: NodeInfo, node: Node): NodeInfo {
  if (node.status?.allocatable === info.node.status?.allocatable) return Object.freeze({ ...info, node });
  const { resources, pods } = allocatableOf(node.status?.allocatable);
  return Object.freeze({ ...info, node, allocatable: resources, allowedPods: pods });
}

/** The node with one pod more. */
export function withPod(info: NodeInfo, pod: Pod): NodeInfo {
  const requests = podRequests(pod);
  const ports = hostPorts(pod);
  return Object.freeze({
    name: info.name, node: info.node, pods: [...info.pods, pod],
    podsWithAffinity: hasPodAffinity(pod) ? [...info.podsWithAffinity, pod] : info.podsWithAffinity,
    requested: plus(info.requested, requests.exact, 1),
    nonZero: Object.freeze({ milliCpu: info.nonZero.milliCpu + requests.nonZero.milliCpu, memory: info.nonZero.memory + requests.nonZero.memory }),
    allocatable: info.allocatable, allowedPods: info.allowedPods,
    ports: ports.length === 0 ? info.ports : [...info.ports, ...ports],
  });
}

/** The node with one pod less; unchanged when the pod is not there. */
export function withoutPod(info: NodeInfo, pod: Pod): NodeInfo {
  const at = info.pods.findIndex(other => samePod(other, pod));
  const found = info.pods[at];
  if (found === undefined) return info;
  const requests = podRequests(found);
  const pods = info.pods.length === 1 ? NO_PODS : info.pods.filter((_other, i) => i !== at);
  return Object.freeze({
    name: info.name, node: info.node, pods,
    podsWithAffinity: hasPodAffinity(found) ? info.podsWithAffinity.filter(other => !samePod(other, found)) : info.podsWithAffinity,
    requested: plus(info.requested, requests.exact, -1),
    nonZero: Object.freeze({ milliCpu: info.nonZero.milliCpu - requests.nonZero.milliCpu, memory: info.nonZero.memory - requests.nonZero.memory }),
    allocatable: info.allocatable, allowedPods: info.allowedPods,
    ports: hostPorts(found).length === 0 ? info.ports : pods.flatMap(hostPorts),
  });
}

/** True when both are versions of one pod. */
export function samePod(a: Pod, b: Pod): boolean {
  return a.metadata.uid === b.metadata.uid && a.metadata.name === b.metadata.name && a.metadata.namespace === b.metadata.namespace;
}

/** True when a pod's place depends on other pods, or theirs on it. */
function hasPodAffinity(pod: Pod): boolean {
  const affinity = pod.spec?.affinity;
  return affinity !== undefined && (affinity.podAffinity !== undefined || affinity.podAntiAffinity !== undefined);
}

const portsOfContainers = new WeakMap<object, readonly string[]>();

/** Host ports a pod takes: `PROTOCOL/IP/PORT`. */
export function hostPorts(pod: Pod): readonly string[] {
  const containers = pod.spec?.containers;
  if (containers === undefined) return NO_PORTS;
  let ports = portsOfContainers.get(containers);
  if (ports === undefined) {
    ports = containers.flatMap(container => (container.ports ?? []).filter(port => (port.hostPort ?? 0) > 0)
      .map(port => `${port.protocol ?? 'TCP'}/${port.hostIP ?? '0.0.0.0'}/${port.hostPort ?? 0}`));
    portsOfContainers.set(containers, ports.length === 0 ? NO_PORTS : ports);
  }
  return ports;
}

const imagesOfNodes = new WeakMap<object, ReadonlyMap<string, number>>();
const NO_IMAGES: ReadonlyMap<string, number> = new Map();

/** Sizes of the images on a node, by each of their names. */
export function imagesOf(node: Node): ReadonlyMap<string, number> {
  const images = node.status?.images;
  if (images === undefined) return NO_IMAGES;
  let sizes = imagesOfNodes.get(images);
  if (sizes === undefined) {
    sizes = new Map(images.flatMap(image => (image.names ?? []).map(name => [name, image.sizeBytes ?? 0] as const)));
    imagesOfNodes.set(images, sizes);
  }
  return sizes;
}
