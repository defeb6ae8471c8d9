/**
 * Packing endpoints into slices with as few writes as possible.
 *
 * @source kubernetes/endpointslice reconciler.go
 */
import { equalData } from '../../base/compare.ts';
import { deepFreeze } from '../../base/data.ts';
import type { StringMap } from '../../api/meta.ts';
import type { Service } from '../../api/kinds/core/service.ts';
import type { Endpoint, EndpointSlice, EndpointSlicePort } from '../../api/kinds/discovery/endpoint-slice.ts';
import { controllerReference } from '../template.ts';
import { portsKey } from './endpoints.ts';

/** `--max-endpoints-per-slice`. */
const MAX_ENDPOINTS_PER_SLICE = 100;

const SERVICE_NAME = 'kubernetes.io/service-name';
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const HEADLESS = 'service.kubernetes.io/headless';
const CONTROLLER = 'endpointslice-controller.k8s.io';

/** Endpoints that share ports, by the pod they stand for. */
export interface PortGroup { readonly ports: readonly EndpointSlicePort[]; readonly endpoints: ReadonlyMap<string, Endpoint> }

/** What has to be written. */
export interface SlicePlan { readonly create: readonly EndpointSlice[]; readonly update: readonly EndpointSlice[]; readonly remove: readonly EndpointSlice[] }

/** What identifies an endpoint across changes of its conditions: its pod. */
export const endpointKey = (endpoint: Endpoint): string => endpoint.targetRef?.uid ?? endpoint.addresses[0] ?? '';

/** Labels of the slices of a Service: its own, and the reserved ones as they must be. */
export function sliceLabels(service: Service): StringMap {
  const { [SERVICE_NAME]: _name, [MANAGED_BY]: _manager, [HEADLESS]: _headless, ...own } = service.metadata.labels ?? {};
  const isHeadless = service.spec.clusterIP === 'None';
  return { ...own, [MANAGED_BY]: CONTROLLER, [SERVICE_NAME]: service.metadata.name, ...(isHeadless ? { [HEADLESS]: '' } : {}) };
}

/** The writes that turn the existing slices into ones with exactly the wanted endpoints. */
export function planSlices(service: Service, wanted: ReadonlyMap<string, PortGroup>, existing: readonly EndpointSlice[], max = MAX_ENDPOINTS_PER_SLICE): SlicePlan {
  const labels = sliceLabels(service);
  const byPorts = new Map<string, EndpointSlice[]>();
  const remove: EndpointSlice[] = [];
  for (const slice of existing) {
    const key = portsKey(slice.ports);
    if (!wanted.has(key)) { remove.push(slice); continue; }
    byPorts.set(key, [...(byPorts.get(key) ?? []), slice]);
  }
  const create: EndpointSlice[] = [];
  const update: EndpointSlice[] = [];
  for (const [key, group] of wanted) {
    const plan = planGroup(service, group, { slices: byPorts.get(key) ?? [], labels, max });
    create.push(...plan.create);
    update.push(...plan.update);
    remove.push(...plan.remove);
  }
  return reuse(withEmptySlice({ create, update, remove }, service, existing, labels));
}

interface Packing { readonly slices: readonly EndpointSlice[]; readonly labels: StringMap; readonly max: number }
interface Draft { readonly slice: EndpointSlice; endpoints: readonly Endpoint[]; changed: boolean }

/** First what exists is corrected; then slices that are written anyway are filled; then one with room; new slices come last. */
function planGroup(service: Service, group: PortGroup, { slices, labels, max }: Packing): SlicePlan {
  const placed = new Set<string>();
  const drafts = slices.map(slice => keepWanted(slice, group.endpoints, { placed, labels }));
  let rest = placed.size === group.endpoints.size ? [] : unplaced(group, placed);
  for (const draft of drafts) {
    if (!draft.changed || rest.length === 0 || draft.endpoints.length === 0) continue;
    rest = fill(draft, rest, max);
  }
  if (rest.length > 0) {
    const roomy = fullestWithRoom(drafts, rest.length, max);
    if (roomy !== undefined) rest = fill(roomy, rest, max);
  }
  const create: EndpointSlice[] = [];
  for (let at = 0; at < rest.length; at += max) create.push(newSlice(service, labels, rest.slice(at, at + max), group.ports));
  return {
    create,
    update: drafts.filter(draft => draft.changed && draft.endpoints.length > 0).map(draft => deepFreeze({ ...draft.slice, metadata: { ...draft.slice.metadata, labels }, endpoints: draft.endpoints })),
    remove: drafts.filter(draft => draft.endpoints.length === 0).map(draft => draft.slice),
  };
}

/** The endpoints of a slice that are still wanted and stand in no slice before it, in their newest form. */
function keepWanted(slice: EndpointSlice, wanted: ReadonlyMap<string, Endpoint>, state: { readonly placed: Set<string>; readonly labels: StringMap }): Draft {
  let changed = !equalData(slice.metadata.labels, state.labels);
  const endpoints: Endpoint[] = [];
  for (const old of slice.endpoints) {
    const key = endpointKey(old);
    const now = wanted.get(key);
    if (now === undefined || state.placed.has(key)) { changed = true; continue; }
    state.placed.add(key);
    if (now !== old && !equalData(now, old)) { changed = true; endpoints.push(now); } else endpoints.push(old);
  }
  return { slice, endpoints, changed };
}

function unplaced(group: PortGroup, placed: ReadonlySet<string>): Endpoint[] {
  const rest: Endpoint[] = [];
  for (const [key, endpoint] of group.endpoints) if (!placed.has(key)) rest.push(endpoint);
  return rest;
}

function fill(draft: Draft, rest: readonly Endpoint[], max: number): Endpoint[] {
  const room = max - draft.endpoints.length;
  if (room <= 0) return [...rest];
  draft.endpoints = [...draft.endpoints, ...rest.slice(0, room)];
  draft.changed = true;
  return rest.slice(room);
}

/** The fullest slice that takes all of what is left. */
function fullestWithRoom(drafts: readonly Draft[], count: number, max: number): Draft | undefined {
  let best: Draft | undefined;
  for (const draft of drafts) {
    if (draft.endpoints.length === 0 || draft.endpoints.length + count > max) continue;
    if (best === undefined || draft.endpoints.length > best.endpoints.length) best = draft;
  }
  return best;
}

function newSlice(service: Service, labels: StringMap, endpoints: readonly Endpoint[], ports: readonly EndpointSlicePort[]): EndpointSlice {
  return deepFreeze<EndpointSlice>({
    apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice',
    metadata: { name: '', generateName: `${service.metadata.name}-`, namespace: service.metadata.namespace ?? '', labels, ownerReferences: [controllerReference(service)] },
    addressType: 'IPv4', endpoints, ports,
  });
}

/** A Service without endpoints still has one slice, an empty one. */
function withEmptySlice(plan: SlicePlan, service: Service, existing: readonly EndpointSlice[], labels: StringMap): SlicePlan {
  if (plan.create.length > 0 || existing.length > plan.remove.length) return plan;
  const empty = newSlice(service, labels, [], []);
  const same = plan.remove.find(slice => slice.endpoints.length === 0 && (slice.ports ?? []).length === 0 && equalData(slice.metadata.labels, labels));
  if (same !== undefined) return { ...plan, remove: plan.remove.filter(slice => slice !== same) };
  return { ...plan, create: [empty] };
}

/** Slices to delete take the content of slices to make: one write instead of two. */
function reuse(plan: SlicePlan): SlicePlan {
  const count = Math.min(plan.create.length, plan.remove.length);
  if (count === 0) return plan;
  const reused = plan.create.slice(0, count).map((slice, at) => {
    const old = plan.remove[at] ?? slice;
    return deepFreeze({ ...old, metadata: { ...old.metadata, ...(slice.metadata.labels !== undefined ? { labels: slice.metadata.labels } : {}) }, endpoints: slice.endpoints, ...(slice.ports !== undefined ? { ports: slice.ports } : {}) });
  });
  return { create: plan.create.slice(count), update: [...plan.update, ...reused], remove: plan.remove.slice(count) };
}
