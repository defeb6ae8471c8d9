/**
 * Amounts of resources as the scheduler counts them, and what a pod asks for.
 *
 * @source pkg/scheduler/framework/types.go (Resource), k8s.io/component-helpers/resource/helpers.go
 */
import { milliValue, wholeValue } from '../api/quantity.ts';
import type { Container, Pod, PodSpec } from '../api/kinds/all.ts';

/** Amounts: CPU in thousandths, the rest in whole units (bytes, pieces). */
export interface Resources {
  readonly milliCpu: number;
  readonly memory: number;
  readonly ephemeralStorage: number;
  /** Extended resources and huge pages, by name. */
  readonly scalar: Readonly<Record<string, number>>;
}

/** As `Resources`, but containers that ask for nothing count 100m CPU and 200 MiB: spreads them in scoring. */
export interface NonZero { readonly milliCpu: number; readonly memory: number }

/** @source pkg/scheduler/util/pod_resources.go (DefaultMilliCPURequest, DefaultMemoryRequest) */
const DEFAULT_MILLI_CPU = 100;
const DEFAULT_MEMORY = 200 * 1024 * 1024;

const NO_SCALARS: Readonly<Record<string, number>> = Object.freeze({});
export const NOTHING: Resources = Object.freeze({ milliCpu: 0, memory: 0, ephemeralStorage: 0, scalar: NO_SCALARS });
export const NO_NON_ZERO: NonZero = Object.freeze({ milliCpu: 0, memory: 0 });

/** What a pod asks for, in both readings; `scalarNames` are the names in `exact.scalar`. */
export interface PodRequests { readonly exact: Resources; readonly nonZero: NonZero; readonly scalarNames: readonly string[] }

const NO_REQUESTS: PodRequests = Object.freeze({ exact: NOTHING, nonZero: NO_NON_ZERO, scalarNames: Object.freeze([]) });
const requestsOfContainers = new WeakMap<object, PodRequests>();

/**
 * What a pod asks for: the sum of its containers and sidecars, or its largest init container if that is more, plus overhead.
 * Memoized by the (shared, frozen) list of containers.
 */
export function podRequests(pod: Pod): PodRequests {
  const spec: PodSpec | undefined = pod.spec;
  if (spec === undefined) return NO_REQUESTS;
  const plain = spec.initContainers === undefined && spec.overhead === undefined && spec.resources === undefined;
  const key = plain ? spec.containers : spec;
  const known = requestsOfContainers.get(key);
  if (known !== undefined) return known;
  const computed = compute(spec);
  requestsOfContainers.set(key, computed);
  return computed;
}

type Amounts = Record<string, number>;

function compute(spec: PodSpec): PodRequests {
  const exact = resourcesOf(sum(spec, requested));
  const nonZero = sum(spec, requestedOrDefault);
  return Object.freeze({ exact, nonZero: Object.freeze({ milliCpu: nonZero['cpu'] ?? 0, memory: nonZero['memory'] ?? 0 }), scalarNames: Object.freeze(Object.keys(exact.scalar).sort()) });
}

function sum(spec: PodSpec, of: (container: Container) => Amounts): Amounts {
  const total: Amounts = {};
  for (const container of spec.containers) addTo(total, of(container));
  const sidecars: Amounts = {};
  const first: Amounts = {};
  for (const container of spec.initContainers ?? []) {
    const own = of(container);
    if (container.restartPolicy === 'Always') { addTo(total, own); addTo(sidecars, own); raise(first, sidecars); continue; }
    addTo(own, sidecars);
    raise(first, own);
  }
  raise(total, first);
  // Requests of the pod as a whole stand above those of its containers.
  for (const [name, amount] of Object.entries(spec.resources?.requests ?? {})) total[name] = amountOf(name, amount);
  for (const [name, amount] of Object.entries(spec.overhead ?? {})) total[name] = (total[name] ?? 0) + amountOf(name, amount);
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

function raise(total: Amounts, other: Amounts): void {
  for (const name of Object.keys(other)) total[name] = Math.max(total[name] ?? 0, other[name] ?? 0);
}

function amountOf(name: string, text: string): number {
  return name === 'cpu' ? milliValue(text) : wholeValue(text);
}

function resourcesOf(amounts: Amounts): Resources {
  const { cpu = 0, memory = 0, 'ephemeral-storage': ephemeralStorage = 0, pods: _pods, ...rest } = amounts;
  return Object.freeze({ milliCpu: cpu, memory, ephemeralStorage, scalar: Object.keys(rest).length === 0 ? NO_SCALARS : Object.freeze(rest) });
}

/** What a node offers; `pods` is how many pods it takes. */
export function allocatableOf(list: Readonly<Record<string, string>> | undefined): { readonly resources: Resources; readonly pods: number } {
  if (list === undefined) return { resources: NOTHING, pods: 0 };
  const amounts: Amounts = {};
  for (const [name, amount] of Object.entries(list)) amounts[name] = amountOf(name, amount);
  return { resources: resourcesOf(amounts), pods: amounts['pods'] ?? 0 };
}

/** The sum of two amounts, or their difference with `sign` -1. */
export function plus(a: Resources, b: Resources, sign: 1 | -1): Resources {
  let scalar = a.scalar;
  if (b.scalar !== NO_SCALARS) {
    const names = Object.keys(b.scalar);
    const changed: Record<string, number> = { ...a.scalar };
    for (const name of names) changed[name] = (changed[name] ?? 0) + sign * (b.scalar[name] ?? 0);
    if (names.length > 0) scalar = Object.freeze(changed);
  }
  return Object.freeze({
    milliCpu: a.milliCpu + sign * b.milliCpu, memory: a.memory + sign * b.memory, ephemeralStorage: a.ephemeralStorage + sign * b.ephemeralStorage, scalar,
  });
}

/** The amount of one resource by its API name. */
export function amountIn(resources: Resources, name: string): number {
  switch (name) {
    case 'cpu': return resources.milliCpu;
    case 'memory': return resources.memory;
    case 'ephemeral-storage': return resources.ephemeralStorage;
    default: return resources.scalar[name] ?? 0;
  }
}
