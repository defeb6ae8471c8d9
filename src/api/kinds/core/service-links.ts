/**
 * Fields of a Service that hang together: what a client leaves out or changes alone is completed, and what its type has no use for any more goes.
 *
 * @source kubernetes pkg/registry/core/service/storage/storage.go (normalizeClusterIPs, patchAllocatedValues), pkg/registry/core/service/strategy.go (dropTypeDependentFields)
 */
import { equalData } from '../../../base/compare.ts';
import { mapSame } from './pod-defaults.ts';
import type { ServiceSpec } from './service.ts';

type Draft = { -readonly [K in keyof ServiceSpec]: ServiceSpec[K] };
type Key = keyof ServiceSpec;

const needsAddress = ({ type }: ServiceSpec): boolean => type !== 'ExternalName';
const needsNodePorts = ({ type }: ServiceSpec): boolean => type === 'NodePort' || type === 'LoadBalancer';
const needsHealthCheck = ({ type, externalTrafficPolicy }: ServiceSpec): boolean => type === 'LoadBalancer' && externalTrafficPolicy === 'Local';
const isReachable = (spec: ServiceSpec): boolean => needsNodePorts(spec) || (spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0);

const sameAddresses = (a: ServiceSpec, b: ServiceSpec): boolean => equalData(a.clusterIPs ?? [], b.clusterIPs ?? []);

/** A new Service that says one address says the list too. */
export function withAddressList(spec: ServiceSpec): ServiceSpec {
  return spec.clusterIP && (spec.clusterIPs ?? []).length === 0 ? { ...spec, clusterIPs: [spec.clusterIP] } : spec;
}

/** The spec of an update as it is judged. */
export function linkedSpec(spec: ServiceSpec, old: ServiceSpec): ServiceSpec {
  const draft: Draft = { ...spec };
  followAddress(draft, old);
  keepAllocated(draft, old);
  dropUnneeded(draft, old);
  return draft;
}

/** Who changes one of the two fields and leaves the other means both. */
function followAddress(draft: Draft, old: ServiceSpec): void {
  const [address = '', before = ''] = [draft.clusterIP, old.clusterIP];
  if ((draft.clusterIPs ?? []).length === 0 && address === before && old.clusterIPs !== undefined) draft.clusterIPs = old.clusterIPs;
  if (address === before || !sameAddresses(draft, old)) return;
  if (address === '') delete draft.clusterIPs;
  else draft.clusterIPs = [address];
}

/** What clients leave out of an update and the server had given: addresses and node ports. */
function keepAllocated(draft: Draft, old: ServiceSpec): void {
  if (needsAddress(old) && needsAddress(draft)) {
    if (!draft.clusterIP && old.clusterIP !== undefined) draft.clusterIP = old.clusterIP;
    if ((draft.clusterIPs ?? []).length === 0 && old.clusterIPs !== undefined) draft.clusterIPs = old.clusterIPs;
  }
  if (needsNodePorts(old) && needsNodePorts(draft) && draft.ports !== undefined) {
    const before = new Set((old.ports ?? []).map(({ nodePort }) => nodePort));
    const used = new Set(draft.ports.map(({ nodePort }) => nodePort).filter((port) => port && before.has(port)));
    const byName = new Map((old.ports ?? []).map(({ name = '', nodePort }) => [name, nodePort]));
    draft.ports = mapSame(draft.ports, (port) => {
      const nodePort = port.nodePort ? undefined : byName.get(port.name ?? '');
      return !nodePort || used.has(nodePort) ? port : { ...port, nodePort };
    });
  }
  if (needsHealthCheck(old) && needsHealthCheck(draft) && !draft.healthCheckNodePort && old.healthCheckNodePort) draft.healthCheckNodePort = old.healthCheckNodePort;
}

/** Only what the client did not change at the same time goes; the rest is for validation. */
function dropUnneeded(draft: Draft, old: ServiceSpec): void {
  const drop = (key: Key): void => { if (equalData(draft[key] ?? null, old[key] ?? null)) delete draft[key]; };
  if (needsAddress(old) && !needsAddress(draft)) {
    if (sameAddresses(draft, old)) {
      delete draft.clusterIP;
      delete draft.clusterIPs;
    }
    drop('ipFamilies');
    drop('ipFamilyPolicy');
    drop('internalTrafficPolicy');
  }
  const portsOf = (spec: ServiceSpec): readonly number[] => (spec.ports ?? []).map(({ nodePort }) => nodePort ?? 0).filter((port) => port !== 0).sort((a, b) => a - b);
  if (needsNodePorts(old) && !needsNodePorts(draft) && draft.ports !== undefined && equalData(portsOf(draft), portsOf(old))) {
    draft.ports = mapSame(draft.ports, (port) => {
      if (port.nodePort === undefined) return port;
      const { nodePort: _given, ...rest } = port;
      return rest;
    });
  }
  if (needsHealthCheck(old) && !needsHealthCheck(draft)) drop('healthCheckNodePort');
  if (old.type === 'LoadBalancer' && draft.type !== 'LoadBalancer') {
    drop('allocateLoadBalancerNodePorts');
    drop('loadBalancerClass');
  }
  if (isReachable(old) && !isReachable(draft)) drop('externalTrafficPolicy');
}
