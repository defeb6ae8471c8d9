/**
 * kube-proxy: turns Services and EndpointSlices into rules of the node's kernel. Process kind `kube-proxy`.
 *
 * The kernel's rules are this process's disk: they stay when it dies, as the kernel of a machine keeps them (`rules(NODE)` in expressions shows them).
 *
 * @source kubernetes/kubernetes pkg/proxy/iptables/proxier.go, pkg/proxy/runner/bounded_frequency_runner.go
 * @fidelity simplified: the kernel of a machine that lost power keeps its rules; the node's own labels (zones) are not looked at
 */
import { equalData } from '../base/compare.ts';
import { type Micros, micros, seconds } from '../base/data.ts';
import { Table } from '../base/table.ts';
import type { Service } from '../api/kinds/core/service.ts';
import type { EndpointSlice } from '../api/kinds/discovery/endpoint-slice.ts';
import { type Delta, getCached, handleInformer, handleInformerTimer, type InformerState, newInformer, startInformer } from '../client/informer.ts';
import { keyOf } from '../client/resources.ts';
import { handleRest, newRest, type RestConfig, type RestState } from '../client/rest.ts';
import { type DiskChange, defineProcess, type Outbox } from '../sim/process.ts';
import { serviceRules, type ServiceRules } from './rules.ts';

/** Settings of a kube-proxy. */
export interface KubeProxyConfig {
  readonly rest: RestConfig;
  readonly nodeName: string;
  /** Pod range of the cluster, 10.244.0.0/16 unless said otherwise: traffic from elsewhere is masqueraded. */
  readonly clusterCIDR?: string;
}

/** Plain state of a kube-proxy. */
export interface KubeProxyState {
  readonly config: KubeProxyConfig;
  rest: RestState;
  services: InformerState;
  slices: InformerState;
  /** Slices by `namespace/service/slice`. */
  readonly slicesOf: Table<EndpointSlice>;
  /** Services whose rules may have changed. */
  readonly changed: Table<true>;
  /** What it has written, by `namespace/name`. */
  readonly rules: Table<ServiceRules>;
  lastSync: number;
  synced: boolean;
  waiting: boolean;
  writes: number;
}

/** @source pkg/proxy/apis/config/v1alpha1/defaults.go (iptables minSyncPeriod) */
const MIN_SYNC_PERIOD = seconds(1);
/** Pod range of the reference cluster. */
const CLUSTER_CIDR = '10.244.0.0/16';
const SYNC = 'sync';
const SERVICE_LABEL = 'kubernetes.io/service-name';

export const kubeProxy = defineProcess<KubeProxyState, unknown, KubeProxyConfig>({
  kind: 'kube-proxy',
  mailboxMax: 10_000,
  boot({ config, disk, out }) {
    const state: KubeProxyState = {
      config, rest: newRest(config.rest), services: newInformer({ kind: 'Service' }), slices: newInformer({ kind: 'EndpointSlice' }), slicesOf: new Table(), changed: new Table(),
      rules: new Table(kernelRules(disk).map(rules => [rules.service, rules] as const)), lastSync: -MIN_SYNC_PERIOD, synced: false, waiting: false, writes: 0,
    };
    startInformer(state.services, state.rest, out);
    startInformer(state.slices, state.rest, out);
    return state;
  },
  step(state, input, out) {
    if (input.type === 'timer') {
      if (input.name === SYNC) { state.waiting = false; sync(state, out); return; }
      if (handleInformerTimer(state.services, state.rest, input.name, out) || handleInformerTimer(state.slices, state.rest, input.name, out)) return;
    }
    for (const event of handleRest(state.rest, input, out) ?? []) {
      for (const delta of handleInformer(state.services, state.rest, event, out) ?? []) state.changed.set(keyOf(delta.object), true);
      for (const delta of handleInformer(state.slices, state.rest, event, out) ?? []) sliceChanged(state, delta);
    }
    requestSync(state, out);
  },
});

/** The rules in a node's kernel, from the disk of its kube-proxy process, in the order of service names. */
export function kernelRules(disk: Table<unknown>): readonly ServiceRules[] {
  return [...disk.values()] as ServiceRules[];
}

function sliceChanged(state: KubeProxyState, delta: Delta): void {
  const slice = delta.object as EndpointSlice;
  const service = slice.metadata.labels?.[SERVICE_LABEL];
  if (service === undefined) return;
  const owner = `${slice.metadata.namespace ?? ''}/${service}`;
  if (delta.type === 'delete') state.slicesOf.delete(`${owner}/${slice.metadata.name}`);
  else state.slicesOf.set(`${owner}/${slice.metadata.name}`, slice);
  state.changed.set(owner, true);
}

/** Syncs now, or a second after the last time. */
function requestSync(state: KubeProxyState, out: Outbox): void {
  if (state.waiting || !state.services.synced || !state.slices.synced || (state.synced && state.changed.size === 0)) return;
  const wait = Math.max(0, state.lastSync + MIN_SYNC_PERIOD - out.now);
  if (wait === 0) { sync(state, out); return; }
  state.waiting = true;
  out.startTimer(SYNC, micros(wait) satisfies Micros);
}

function sync(state: KubeProxyState, out: Outbox): void {
  const changes: DiskChange[] = [];
  // After a start everything is compared: services may have gone while this process was away.
  if (!state.synced) for (const key of state.rules.keys()) state.changed.set(key, true);
  for (const key of state.changed.keys()) {
    const rules = wanted(state, key);
    // By what they say: whether it is the very same list depends on what was computed before.
    if (equalData(rules, state.rules.get(key))) continue;
    changes.push([key, rules]);
  }
  for (const [key, rules] of changes) {
    if (rules === undefined) state.rules.delete(key); else state.rules.set(key, rules as ServiceRules);
  }
  state.changed.clear();
  state.synced = true;
  state.lastSync = out.now;
  if (changes.length === 0) return;
  out.write(`rules ${state.writes++}`, changes);
  note(state, changes, out);
}

function wanted(state: KubeProxyState, key: string): ServiceRules | undefined {
  const service = getCached<Service>(state.services, key);
  if (service === undefined) return undefined;
  const slices: EndpointSlice[] = [];
  state.slicesOf.range(`${key}/`, `${key}0`, (_name, slice) => { slices.push(slice); });
  const { nodeName, clusterCIDR = CLUSTER_CIDR } = state.config;
  return serviceRules(service, slices, { nodeName, clusterCIDR });
}

function note(state: KubeProxyState, changes: readonly DiskChange[], out: Outbox): void {
  for (const [key, value] of changes) {
    const rules = value as ServiceRules | undefined;
    const chain = rules?.chains.find(one => one.name.startsWith('KUBE-SVC-'))?.name ?? '';
    out.record('proxy.synced', { node: state.config.nodeName, service: key, chain, n: rules?.endpoints ?? 0 });
  }
}
