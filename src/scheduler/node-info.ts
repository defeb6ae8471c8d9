/**
 * What the scheduler knows of a node: the node, its pods, and the sums of what they ask for. Frozen; a change makes a new one.
 *
 * @source pkg/scheduler/framework/types.go (NodeInfo, Resource)
 */
import { milliValue, wholeValue } from '../api/quantity.ts';
import type { Container, Node, Pod, PodSpec } from '../api/kinds/all.ts';

/** Amounts: CPU in thousandths, the rest in whole units (bytes, pieces). */
export interface Resources {
  readonly milliCpu: number;
  readonly memory: number;
  readonly ephemeralStorage: number;
  /** Extended resources and huge pages, by name. */
  readonly scalar: Readonly<Record<string, number>>;
}

export interface NodeInfo {
  readonly name: string;
  readonly node: Node;
  readonly pods: readonly Pod[];
  readonly requested: Resources;
  /** As `requested`, but containers that ask for nothing count 100m CPU and 200 MiB: spreads them in scoring. */
  readonly nonZero: { readonly milliCpu: number; readonly memory: number };
  readonly allocatable: Resources;
  readonly allowedPods: number;
  /** Host ports in use: `PROTOCOL/IP/PORT`. */
  readonly ports: readonly string[];
}

/** @source pkg/scheduler/util/pod_resources.go (DefaultMilliCPURequest, DefaultMemoryRequest) */
const DEFAULT_MILLI_CPU = 100;
const DEFAULT_MEMORY = 200 * 1024 * 1024;

const NO_SCALARS: Readonly<Record<string, number>> = Object.freeze({});
export const NOTHING: Resources = Object.freeze({ milliCpu: 0, memory: 0, ephemeralStorage: 0, scalar: NO_SCALARS });

/** What a pod asks for, in both readings. */
export interface PodRequests { readonly exact: Resources; readonly nonZero: { readonly milliCpu: number; readonly memory: number } }

const requestsOfContainers = new WeakMap<object, PodRequests>();

/**
 * What a pod asks for: the sum of its containers and sidecars, or its largest init container if that is more, plus overhead.
 * Memoized by the (shared, frozen) list of containers.
 *
 * @source k8s.io/component-helpers/resource/helpers.go (PodRequests)
 */
export function podRequests(pod: Pod): PodRequests {
  const spec = pod.spec;
  if (spec === undefined) return { exact: NOTHING, nonZero: { milliCpu: 0, memory: 0 } };
  const known = requestsOfContainers.get(spec.containers);
  if (known !== undefined && spec.initContainers === undefined && spec.overhead === undefined) return known;
  const computed = compute(spec);
  if (spec.initContainers === undefined && spec.overhead === undefined) requestsOfContainers.set(spec.containers, computed);
  return computed;
}

type Amounts = Record<string, number>;

function compute(spec: PodSpec): PodRequests {
  const exact = sum(spec, requested);
  const nonZero = sum(spec, requestedOrDefault);
  return Object.freeze({ exact: resourcesOf(exact), nonZero: Object.freeze({ milliCpu: nonZero['cpu'] ?? 0, memory: nonZero['memory'] ?? 0 }) });
}

function sum(spec: PodSpec, of: (container: Container) => Amounts): Amounts {
  const total: Amounts = {};
  for (const container of spec.containers) addTo(total, of(container));
  const sidecars: Amounts = {};
  for (const container of spec.initContainers ?? []) {
    const own = of(container);
    if (container.restartPolicy === 'Always') { addTo(total, own); addTo(sidecars, own); continue; }
    const needed = { ...own };
    addTo(needed, sidecars);
    for (const name of Object.keys(needed)) total[name] = Math.max(total[name] ?? 0, needed[name] ?? 0);
  }
  for (const [name, amount] of Object.entries(spec.overhead ?? {})) addTo(total, { [name]: amountOf(name, amount) });
  return total;
}

function requested(container: Container): Amounts {
  const amounts: Amounts = {};
  for (const [name, amount] of Object.entries(container.resources?.requests ?? {})) amounts[name] = amountOf(name, amount);
  return amounts;
}

function requestedOrDefault(container: Container): Amounts {
  const amounts = requested(container);
  amounts['cpu'] ??= DEFAULT_MILLI_CPU;
  amounts['memory'] ??= DEFAULT_MEMORY;
  return amounts;
}

function addTo(total: Amounts, more: Amounts): void {
  for (const name of Object.keys(more)) total[name] = (total[name] ?? 0) + (more[name] ?? 0);
}

function amountOf(name: string, text: string): number {
  return name === 'cpu' ? milliValue(text) : wholeValue(text);
}

function resourcesOf(amounts: Amounts): Resources {
  const { cpu = 0, memory = 0, 'ephemeral-storage': ephemeralStorage = 0, pods: _pods, ...rest } = amounts;
  return Object.freeze({ milliCpu: cpu, memory, ephemeralStorage, scalar: Object.keys(rest).length === 0 ? NO_SCALARS : Object.freeze(rest) });
}

/** The sum of two amounts, or their difference with `sign` -1. */
export function plus(a: Resources, b: Resources, sign: 1 | -1): Resources {
  let scalar = a.scalar;
  const names = Object.keys(b.scalar);
  if (names.length > 0) {
    const changed: Record<string, number> = { ...a.scalar };
    for (const name of names) changed[name] = (changed[name] ?? 0) + sign * (b.scalar[name] ?? 0);
    scalar = Object.freeze(changed);
  }
  return Object.freeze({
    milliCpu: a.milliCpu + sign * b.milliCpu, memory: a.memory + sign * b.memory, ephemeralStorage: a.ephemeralStorage + sign * b.ephemeralStorage, scalar,
  });
}

/** A node without pods. */
export function newNodeInfo(node: Node): NodeInfo {
  return withNode({ name: node.metadata.name, node, pods: [], requested: NOTHING, nonZero: { milliCpu: 0, memory: 0 }, allocatable: NOTHING, allowedPods: 0, ports: [] }, node);
}

/** The same pods on a changed node object. */
export function withNode(info: NodeInfo, node: Node): NodeInfo {
  const amounts: Amounts = {};
  for (const [name, amount] of Object.entries(node.status?.allocatable ?? {})) amounts[name] = amountOf(name, amount);
  return Object.freeze({ ...info, node, allocatable: resourcesOf(amounts), allowedPods: amounts['pods'] ?? 0 });
}

/** The node with one pod more. */
export function withPod(info: NodeInfo, pod: Pod): NodeInfo {
  const requests = podRequests(pod);
  const ports = hostPorts(pod);
  return Object.freeze({
    ...info, pods: [...info.pods, pod], requested: plus(info.requested, requests.exact, 1),
    nonZero: { milliCpu: info.nonZero.milliCpu + requests.nonZero.milliCpu, memory: info.nonZero.memory + requests.nonZero.memory },
    ports: ports.length === 0 ? info.ports : [...info.ports, ...ports],
  });
}

/** The node with one pod less; unchanged when the pod is not there. */
export function withoutPod(info: NodeInfo, pod: Pod): NodeInfo {
  const at = info.pods.findIndex(other => other.metadata.uid === pod.metadata.uid);
  const found = info.pods[at];
  if (found === undefined) return info;
  const requests = podRequests(found);
  const pods = info.pods.filter((_other, i) => i !== at);
  return Object.freeze({
    ...info, pods, requested: plus(info.requested, requests.exact, -1),
    nonZero: { milliCpu: info.nonZero.milliCpu - requests.nonZero.milliCpu, memory: info.nonZero.memory - requests.nonZero.memory },
    ports: hostPorts(found).length === 0 ? info.ports : pods.flatMap(hostPorts),
  });
}

const NO_PORTS: readonly string[] = Object.freeze([]);
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
