/**
 * Rules of the kernel as data: what kube-proxy writes for one service. All nodes share the same frozen rules.
 *
 * @source kubernetes/kubernetes pkg/proxy/iptables/proxier.go (syncProxyRules), pkg/proxy/topology.go
 * @fidelity simplified: IPv4 only; no zone hints, no load balancer source ranges
 */
import { compareText } from '../base/compare.ts';
import { deepFreeze } from '../base/data.ts';
import { tidyAddress } from '../api/ip-forms.ts';
import type { Service, ServicePort } from '../api/kinds/core/service.ts';
import type { Endpoint, EndpointSlice } from '../api/kinds/discovery/endpoint-slice.ts';
import { endpointChain, serviceChain, servicePortName } from './chain-names.ts';

/** One rule: all matches must hold. */
export interface Rule {
  readonly source?: string;
  readonly notSource?: string;
  readonly destination?: string;
  readonly protocol?: string;
  readonly port?: number;
  readonly comment?: string;
  /** Matches one packet in so many, by chance. */
  readonly oneIn?: number;
  /** Client that came within so many seconds. */
  readonly recent?: { readonly name: string; readonly seconds: number; readonly set: boolean };
  /** The address belongs to this node. */
  readonly local?: 'source' | 'destination';
  readonly target: { readonly jump: string } | { readonly dnat: string } | { readonly reject: true } | { readonly drop: true };
}

/** All rules for one service, by the chain that holds them. */
export interface ServiceRules {
  /** `namespace/name` */
  readonly service: string;
  /** Into nat's KUBE-SERVICES. */
  readonly services: readonly Rule[];
  /** Into nat's KUBE-NODEPORTS. */
  readonly nodePorts: readonly Rule[];
  /** Into filter's KUBE-SERVICES: services without endpoints. */
  readonly refused: readonly Rule[];
  /** Into filter's KUBE-EXTERNAL-SERVICES. */
  readonly refusedExternal: readonly Rule[];
  /** Own chains, in the order of their making. */
  readonly chains: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
  /** Number of endpoints that get traffic, over all ports. */
  readonly endpoints: number;
}

/** What the rules of a node depend on beside the objects. */
export interface ProxyContext { readonly clusterCIDR: string; readonly nodeName: string }

interface Backend { readonly ip: string; readonly address: string; readonly node: string }

/** Rules of a service, as computed last for these slices; shared by all nodes whose rules do not depend on the node. */
const computed = new WeakMap<Service, { readonly slices: readonly EndpointSlice[]; readonly clusterCIDR: string; readonly rules: ServiceRules }>();

/** The rules of a service; undefined when it needs none (headless, external name). */
export function serviceRules(service: Service, slices: readonly EndpointSlice[], cx: ProxyContext): ServiceRules | undefined {
  const { clusterIP = '', type } = service.spec;
  if (clusterIP === '' || clusterIP === 'None' || type === 'ExternalName') return undefined;
  const dependsOnNode = service.spec.externalTrafficPolicy === 'Local' || service.spec.internalTrafficPolicy === 'Local';
  if (dependsOnNode) return compute(service, slices, cx);
  const known = computed.get(service);
  if (known !== undefined && known.clusterCIDR === cx.clusterCIDR && known.slices.length === slices.length && known.slices.every((slice, i) => slice === slices[i])) return known.rules;
  const rules = compute(service, slices, cx);
  computed.set(service, { slices, clusterCIDR: cx.clusterCIDR, rules });
  return rules;
}

interface Draft { services: Rule[]; nodePorts: Rule[]; refused: Rule[]; refusedExternal: Rule[]; chains: { name: string; rules: Rule[] }[]; endpoints: number }

function compute(service: Service, slices: readonly EndpointSlice[], cx: ProxyContext): ServiceRules {
  const { name, namespace = '' } = service.metadata;
  const draft: Draft = { services: [], nodePorts: [], refused: [], refusedExternal: [], chains: [], endpoints: 0 };
  for (const port of service.spec.ports ?? []) portRules(draft, service, port, { slices, cx });
  return deepFreeze({ service: `${namespace}/${name}`, ...draft });
}

/** Endpoints that get traffic: the ready ones; when there are none, those that still serve while they end. */
function backends(slices: readonly EndpointSlice[], port: ServicePort): readonly Backend[] {
  const found: { readonly endpoint: Endpoint; readonly port: number }[] = [];
  for (const slice of slices) {
    if (slice.addressType !== 'IPv4') continue;
    const own = slice.ports?.find(one => (one.name ?? '') === (port.name ?? '') && (one.protocol ?? 'TCP') === (port.protocol ?? 'TCP'));
    if (own?.port === undefined) continue;
    for (const endpoint of slice.endpoints) found.push({ endpoint, port: own.port });
  }
  const ready = found.filter(({ endpoint }) => endpoint.conditions?.ready !== false);
  const used = ready.length > 0 ? ready : found.filter(({ endpoint }) => endpoint.conditions?.serving === true && endpoint.conditions.terminating === true);
  const unique = new Map<string, Backend>();
  for (const { endpoint, port: number } of used) {
    const ip = endpoint.addresses[0];
    if (ip !== undefined) unique.set(`${ip}:${number}`, { ip, address: `${ip}:${number}`, node: endpoint.nodeName ?? '' });
  }
  return [...unique.values()].sort((a, b) => compareText(a.address, b.address));
}

function portRules(draft: Draft, service: Service, port: ServicePort, given: { readonly slices: readonly EndpointSlice[]; readonly cx: ProxyContext }): void {
  const { cx } = given;
  const { spec, metadata } = service;
  const protocol = (port.protocol ?? 'TCP').toLowerCase();
  const name = servicePortName(metadata.namespace ?? '', metadata.name, port.name ?? '');
  const all = backends(given.slices, port);
  const local = all.filter(backend => backend.node === cx.nodeName);
  const internalLocal = spec.internalTrafficPolicy === 'Local';
  const externalLocal = spec.externalTrafficPolicy === 'Local';
  const inner = internalLocal ? local : all;
  const affinity = spec.sessionAffinity === 'ClientIP' ? spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800 : 0;
  draft.endpoints += all.length;

  const svc = serviceChain('SVC', name, protocol);
  const svl = serviceChain('SVL', name, protocol);
  const ext = serviceChain('EXT', name, protocol);
  const to = { protocol, port: port.port };
  const clusterIP = { destination: `${tidyAddress(spec.clusterIP ?? '')}/32`, ...to };
  const outside = externalAddresses(service);
  const hasOutside = outside.length > 0 || (port.nodePort ?? 0) > 0;

  if (inner.length === 0) {
    const why = `${name} has no ${internalLocal && all.length > 0 ? 'local ' : ''}endpoints`;
    draft.refused.push({ ...clusterIP, comment: why, target: internalLocal && all.length > 0 ? { drop: true } : { reject: true } });
  } else {
    draft.services.push({ ...clusterIP, comment: `${name} cluster IP`, target: { jump: internalLocal ? svl : svc } });
  }
  refuseOutside(draft, { name, protocol, port, outside, endpoints: externalLocal ? local.length : all.length, localOnly: externalLocal && all.length > 0 });
  if (all.length === 0) return;

  if (hasOutside) {
    for (const { ip, kind } of outside) draft.services.push({ destination: `${ip}/32`, ...to, comment: `${name} ${kind}`, target: { jump: ext } });
    if ((port.nodePort ?? 0) > 0) draft.nodePorts.push({ protocol, port: port.nodePort ?? 0, comment: name, target: { jump: ext } });
    draft.chains.push({ name: ext, rules: externalLocal ? localExternal(name, { svc, svl, cidr: cx.clusterCIDR }) : [
      { comment: `masquerade traffic for ${name} external destinations`, target: { jump: 'KUBE-MARK-MASQ' } }, { target: { jump: svc } },
    ] });
  }
  const masquerade: Rule = { notSource: cx.clusterCIDR, ...clusterIP, comment: `${name} cluster IP`, target: { jump: 'KUBE-MARK-MASQ' } };
  const balance = (list: readonly Backend[]): readonly Rule[] => balanced(name, protocol, { list, affinity });
  if (!internalLocal || externalLocal || hasOutside) draft.chains.push({ name: svc, rules: [masquerade, ...balance(all)] });
  if ((internalLocal || externalLocal) && local.length > 0) draft.chains.push({ name: svl, rules: [...(internalLocal ? [masquerade] : []), ...balance(local)] });
  for (const backend of all) draft.chains.push({ name: endpointChain(name, protocol, backend.address), rules: endpointRules(name, protocol, { backend, affinity }) });
}

function externalAddresses(service: Service): readonly { readonly ip: string; readonly kind: string }[] {
  const ips = (service.spec.externalIPs ?? []).map(ip => ({ ip: tidyAddress(ip), kind: 'external IP' }));
  for (const { ip, ipMode } of service.status?.loadBalancer?.ingress ?? []) if (ip !== undefined && ipMode !== 'Proxy') ips.push({ ip, kind: 'loadbalancer IP' });
  return ips;
}

function refuseOutside(draft: Draft, of: { readonly name: string; readonly protocol: string; readonly port: ServicePort; readonly outside: readonly { readonly ip: string }[]; readonly endpoints: number; readonly localOnly: boolean }): void {
  if (of.endpoints > 0) return;
  const comment = `${of.name} has no ${of.localOnly ? 'local ' : ''}endpoints`;
  const target = of.localOnly ? { drop: true } as const : { reject: true } as const;
  for (const { ip } of of.outside) draft.refusedExternal.push({ destination: `${ip}/32`, protocol: of.protocol, port: of.port.port, comment, target });
  if ((of.port.nodePort ?? 0) > 0) draft.refusedExternal.push({ protocol: of.protocol, port: of.port.nodePort ?? 0, local: 'destination', comment, target });
}

function localExternal(name: string, to: { readonly svc: string; readonly svl: string; readonly cidr: string }): Rule[] {
  return [
    { source: to.cidr, comment: `pod traffic for ${name} external destinations`, target: { jump: to.svc } },
    { local: 'source', comment: `masquerade LOCAL traffic for ${name} external destinations`, target: { jump: 'KUBE-MARK-MASQ' } },
    { local: 'source', comment: `route LOCAL traffic for ${name} external destinations`, target: { jump: to.svc } },
    { target: { jump: to.svl } },
  ];
}

/** Equal shares: one in n, one in n-1, …, and the last takes the rest. */
function balanced(name: string, protocol: string, of: { readonly list: readonly Backend[]; readonly affinity: number }): readonly Rule[] {
  const rules: Rule[] = [];
  for (const { address } of of.list) {
    const chain = endpointChain(name, protocol, address);
    if (of.affinity > 0) rules.push({ comment: `${name} -> ${address}`, recent: { name: chain, seconds: of.affinity, set: false }, target: { jump: chain } });
  }
  of.list.forEach(({ address }, i) => {
    const left = of.list.length - i;
    rules.push({ comment: `${name} -> ${address}`, ...(left > 1 ? { oneIn: left } : {}), target: { jump: endpointChain(name, protocol, address) } });
  });
  return rules;
}

function endpointRules(name: string, protocol: string, of: { readonly backend: Backend; readonly affinity: number }): Rule[] {
  const { ip, address } = of.backend;
  const recent = of.affinity > 0 ? { recent: { name: endpointChain(name, protocol, address), seconds: of.affinity, set: true } } : {};
  return [
    { source: `${ip}/32`, comment: name, target: { jump: 'KUBE-MARK-MASQ' } },
    { protocol, comment: name, ...recent, target: { dnat: address } },
  ];
}
