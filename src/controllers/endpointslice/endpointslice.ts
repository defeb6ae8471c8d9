/**
 * The EndpointSlice controller: writes down which pods stand behind each Service.
 *
 * @source kubernetes/kubernetes pkg/controller/endpointslice/endpointslice_controller.go
 * @fidelity simplified: IPv4 only, no topology hints, no last-change-trigger-time; the deprecated Endpoints objects are absent
 */
import { compareText, equalData } from '../../base/compare.ts';
import { seconds } from '../../base/data.ts';
import { Recent } from '../../base/recent.ts';
import { isConditionStatus } from '../../api/condition.ts';
import type { StringMap } from '../../api/meta.ts';
import { matchesLabels, type Selector, selectorOfLabels } from '../../api/selector.ts';
import type { Node } from '../../api/kinds/core/node.ts';
import type { Pod } from '../../api/kinds/core/pod.ts';
import type { Service } from '../../api/kinds/core/service.ts';
import type { Endpoint, EndpointSlice } from '../../api/kinds/discovery/endpoint-slice.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Caches, cx, defineController, type Memory, type ReconcileResult } from '../../client/controller.ts';
import { type Delta, getCached } from '../../client/informer.ts';
import { call, keyOf } from '../../client/resources.ts';
import { isPodTerminal } from '../pods.ts';
import { isNamespaceTerminating, isNotFound } from '../replies.ts';
import { controllerOf } from '../template.ts';
import { belongsInEndpoints, endpointOf, hasNamedTargets, portsKey, portsOf } from './endpoints.ts';
import { endpointKey, planSlices, type PortGroup, type SlicePlan } from './plan.ts';

export const endpointSliceController = defineController({
  name: 'endpointslice-controller',
  source: 'pkg/controller/endpointslice/endpointslice_controller.go',
  for: 'Service',
  owns: ['EndpointSlice'],
  watches: [{ kind: 'Pod', map: podChanged }],
  reads: [{ kind: 'Node' }],
  observe,
  /** @source pkg/controller/endpointslice/endpointslice_controller.go (defaultSyncBackOff, maxSyncBackOff) */
  backoff: { min: seconds(1), max: seconds(1000) },
  workers: 5,
  reconcile,
});

// ---- From a pod to its Services --------------------------------------------------------------------------------------

const selectors = new WeakMap<StringMap, Selector>();

function selectorOfService(service: Service): Selector | undefined {
  const wanted = service.spec.selector;
  if (wanted === undefined || wanted === null) return undefined;
  let selector = selectors.get(wanted);
  if (selector === undefined) selectors.set(wanted, (selector = selectorOfLabels(wanted)));
  return selector;
}

/** One label of each selector leads from a pod to its Services without a look at all Services. */
function leadOf(service: Service): string | undefined {
  const first = selectorOfService(service)?.requirements[0];
  return first === undefined ? undefined : leadFor(service.metadata.namespace ?? '', first.key, first.values[0] ?? '');
}

const leadFor = (namespace: string, key: string, value: string): string => `lead/${namespace}/${key}=${value}`;

const NO_LABELS: StringMap = Object.freeze({});
/** Pods of one template have the same labels. */
const recentLeads = new Recent<readonly string[]>(16);

/** The leads from a pod's labels. */
const leadsFrom = (namespace: string, labels: StringMap): readonly string[] =>
  recentLeads.find(labels, namespace) ?? recentLeads.keep(labels, namespace, Object.keys(labels).map(key => leadFor(namespace, key, labels[key] ?? '')));

/** Keys of the Services that a label leads to. */
const ledTo = (memory: Memory, lead: string): readonly string[] => (memory.get(lead) as readonly string[] | undefined) ?? NO_KEYS;

const NO_KEYS: readonly string[] = Object.freeze([]);

function observe(delta: Delta, memory: Memory): void {
  if (delta.object.kind === 'EndpointSlice') { forgetSlice(delta, memory); return; }
  if (delta.object.kind !== 'Service') return;
  const before = delta.old === undefined ? undefined : leadOf(delta.old as Service);
  const after = delta.type === 'delete' ? undefined : leadOf(delta.object as Service);
  if (before === after) return;
  const key = keyOf(delta.object);
  if (before !== undefined) {
    const others = ledTo(memory, before).filter(one => one !== key);
    if (others.length === 0) memory.delete(before); else memory.set(before, others);
  }
  if (after !== undefined) memory.set(after, [...ledTo(memory, after), key].sort(compareText));
}

function podChanged(delta: Delta, caches: Caches, memory: Memory): readonly string[] {
  const pod = delta.object as Pod;
  const old = delta.old as Pod | undefined;
  if (delta.type === 'update' && old !== undefined && !endpointChanged(old, pod)) return NO_KEYS;
  const keys: string[] = [];
  servicesOf(pod, caches, memory, keys);
  if (delta.type === 'update' && old !== undefined && old.metadata.labels !== pod.metadata.labels) servicesOf(old, caches, memory, keys);
  return keys;
}

/** Whether a change of a pod shows in its endpoints. */
function endpointChanged(old: Pod, now: Pod): boolean {
  return old.status?.podIP !== now.status?.podIP || isConditionStatus(old.status?.conditions, 'Ready') !== isConditionStatus(now.status?.conditions, 'Ready')
    || (old.metadata.deletionTimestamp === undefined) !== (now.metadata.deletionTimestamp === undefined) || isPodTerminal(old) !== isPodTerminal(now)
    || old.spec.nodeName !== now.spec.nodeName || !equalData(old.metadata.labels, now.metadata.labels);
}

function servicesOf(pod: Pod, caches: Caches, memory: Memory, keys: string[]): void {
  const { namespace = '', labels = NO_LABELS } = pod.metadata;
  for (const lead of leadsFrom(namespace, labels)) {
    for (const service of ledTo(memory, lead)) {
      const found = getCached<Service>(caches.informer('Service'), service);
      const selector = found === undefined ? undefined : selectorOfService(found);
      if (selector !== undefined && matchesLabels(selector, labels) && !keys.includes(service)) keys.push(service);
    }
  }
}

// ---- Own writes that the cache has not shown yet ---------------------------------------------------------------------

const trackOf = (service: string): string => `wrote/${service}/`;

/** A slice is gone: its version is no longer waited for. */
function forgetSlice(delta: Delta, memory: Memory): void {
  if (delta.type !== 'delete') return;
  const owner = controllerOf(delta.object);
  if (owner !== undefined) memory.delete(`${trackOf(`${delta.object.metadata.namespace ?? ''}/${owner.name}`)}${delta.object.metadata.name}`);
}

/** True while the cache lacks something this controller wrote; the watch event that brings it queues the Service again. */
function* isStale(key: string, slices: readonly EndpointSlice[]): Conversation<boolean> {
  for (const [slot, version] of yield* cx.recallAll<number>(trackOf(key))) {
    const name = slot.slice(trackOf(key).length);
    const seen = slices.find(slice => slice.metadata.name === name);
    if (seen === undefined || Number(seen.metadata.resourceVersion ?? 0) < version) return true;
    yield* cx.remember(slot, null);
  }
  return false;
}

// ---- Reconcile -------------------------------------------------------------------------------------------------------

function* reconcile(key: string): Conversation<ReconcileResult> {
  const service = yield* cx.get<Service>('Service', key);
  if (service === null) {
    for (const [slot] of yield* cx.recallAll(trackOf(key))) yield* cx.remember(slot, null);
    return {};
  }
  const selector = selectorOfService(service);
  if (selector === undefined || service.spec.type === 'ExternalName') return {};
  const slices = yield* cx.indexed<EndpointSlice>('EndpointSlice', 'controller', service.metadata.uid ?? '');
  if (yield* isStale(key, slices)) return {};
  const pods = yield* cx.list<Pod>('Pod', service.metadata.namespace ?? '');
  const backends = pods.filter(pod => matchesLabels(selector, pod.metadata.labels) && belongsInEndpoints(pod));
  const wanted = groupByPorts(service, backends, yield* nodesOf(backends));
  const existing = slices.filter(slice => slice.metadata.deletionTimestamp === undefined);
  const plan = planSlices(service, wanted, existing);
  const error = yield* carryOut(service, plan);
  if (plan.create.length + plan.update.length + plan.remove.length > 0) yield* tell(service, existing, wanted);
  return error === undefined ? {} : { error };
}

/** Above this many nodes one list is cheaper than a look at each. */
const NODE_LOOKS_MAX = 100;

function* nodesOf(pods: readonly Pod[]): Conversation<readonly Node[]> {
  const names = new Set<string>();
  for (const pod of pods) if (pod.spec.nodeName !== undefined) names.add(pod.spec.nodeName);
  if (names.size > NODE_LOOKS_MAX) return yield* cx.list<Node>('Node');
  const nodes: Node[] = [];
  for (const name of names) {
    const node = yield* cx.get<Node>('Node', name);
    if (node !== null) nodes.push(node);
  }
  return nodes;
}

/** Pods with equal ports share slices. */
export function groupByPorts(service: Service, pods: readonly Pod[], nodes: readonly Node[]): ReadonlyMap<string, PortGroup> {
  const zones = new Map(nodes.map(node => [node.metadata.name, node.metadata.labels?.['topology.kubernetes.io/zone']]));
  const groups = new Map<string, { readonly ports: PortGroup['ports']; readonly endpoints: Map<string, Endpoint> }>();
  const differ = hasNamedTargets(service);
  let ports: PortGroup['ports'] | undefined;
  let key = '';
  for (const pod of pods) {
    if (ports === undefined || differ) { ports = portsOf(pod, service); key = portsKey(ports); }
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { ports, endpoints: new Map() }));
    const endpoint = endpointOf(pod, service, zones.get(pod.spec.nodeName ?? ''));
    group.endpoints.set(endpointKey(endpoint), endpoint);
  }
  return groups;
}

function* carryOut(service: Service, plan: SlicePlan): Conversation<string | undefined> {
  const key = keyOf(service);
  const create = service.metadata.deletionTimestamp === undefined ? plan.create : [];
  const calls = [
    ...create.map(body => call('create', 'EndpointSlice', `${service.metadata.namespace ?? ''}/`, { body })),
    ...plan.update.map(body => call('update', 'EndpointSlice', keyOf(body), { body })),
    ...plan.remove.map(slice => call('delete', 'EndpointSlice', keyOf(slice))),
  ];
  const replies = yield* cx.all(calls);
  let error: string | undefined;
  for (const [at, reply] of replies.entries()) {
    const isRemoval = at >= create.length + plan.update.length;
    if (reply.ok && !isRemoval) yield* cx.remember(`${trackOf(key)}${reply.object.metadata.name}`, Number(reply.object.metadata.resourceVersion ?? 0));
    if (reply.ok || isNamespaceTerminating(reply) || (isRemoval && isNotFound(reply))) continue;
    const verb = at < create.length ? 'create' : isRemoval ? 'delete' : 'update';
    error ??= `failed to ${verb} EndpointSlice for Service ${key}: ${reply.message}`;
  }
  if (error !== undefined) {
    yield* cx.event({ about: service, type: 'Warning', reason: 'FailedToUpdateEndpointSlices', message: `Error updating Endpoint Slices for Service ${key}: ${error}`, component: 'endpoint-slice-controller' });
  }
  return error;
}

function* tell(service: Service, before: readonly EndpointSlice[], wanted: ReadonlyMap<string, PortGroup>): Conversation<null> {
  let old = 0;
  let now = 0;
  for (const slice of before) for (const endpoint of slice.endpoints) if (endpoint.conditions?.ready !== false) old++;
  for (const group of wanted.values()) for (const endpoint of group.endpoints.values()) if (endpoint.conditions?.ready !== false) now++;
  if (old === now) return null;
  yield* cx.record('endpoints.updated', { svc: service.metadata.name, n: old, m: now });
  return now === 0 ? yield* cx.record('endpoints.empty', { svc: service.metadata.name }) : null;
}
