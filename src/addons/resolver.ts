/**
 * What CoreDNS answers, from the objects it watches; and how a pod's resolver asks.
 *
 * @source kubernetes/dns docs/specification.md; coredns plugin/kubernetes
 * @fidelity simplified: A and SRV records of services and pods; names outside the cluster's domain go to a forwarder that is not part of the world
 */
import type { Service } from '../api/kinds/core/service.ts';
import type { EndpointSlice } from '../api/kinds/discovery/endpoint-slice.ts';
import { CLUSTER_DOMAIN } from './coredns.ts';

/** The objects an answer depends on. */
export interface DnsView {
  service(namespace: string, name: string): Service | undefined;
  slices(namespace: string, service: string): readonly EndpointSlice[];
  hasNamespace(name: string): boolean;
}

/** `outside`: not our domain, the forwarder decides. */
export type DnsAnswer =
  | { readonly code: 'NOERROR'; readonly addresses: readonly string[]; readonly cname?: string }
  | { readonly code: 'NXDOMAIN' }
  | { readonly code: 'OUTSIDE' };

const nothing: DnsAnswer = Object.freeze({ code: 'NXDOMAIN' });

/** Answers one full name, as the server does. */
export function resolve(name: string, view: DnsView): DnsAnswer {
  const full = name.endsWith('.') ? name.slice(0, -1) : name;
  const suffix = `.${CLUSTER_DOMAIN}`;
  if (!full.endsWith(suffix)) return { code: 'OUTSIDE' };
  const labels = full.slice(0, -suffix.length).split('.');
  const kind = labels.at(-1);
  if (kind === 'pod' && labels.length === 3) return podAnswer(labels[0] ?? '', labels[1] ?? '', view);
  if (kind !== 'svc') return nothing;
  return serviceAnswer(labels.slice(0, -1), view);
}

/** `10-244-1-5.default.pod`: the address is in the name (`pods insecure`). */
function podAnswer(dashed: string, namespace: string, view: DnsView): DnsAnswer {
  if (!view.hasNamespace(namespace) || !/^\d+-\d+-\d+-\d+$/.test(dashed)) return nothing;
  return { code: 'NOERROR', addresses: [dashed.replaceAll('-', '.')] };
}

/** `[endpoint.]service.namespace` or `_port._protocol.service.namespace`. */
function serviceAnswer(labels: readonly string[], view: DnsView): DnsAnswer {
  const namespace = labels.at(-1) ?? '';
  if (labels.length === 1) return view.hasNamespace(namespace) ? { code: 'NOERROR', addresses: [] } : nothing;
  const name = labels.at(-2) ?? '';
  const service = view.service(namespace, name);
  if (service === undefined) return nothing;
  const rest = labels.slice(0, -2);
  if (service.spec.type === 'ExternalName') return { code: 'NOERROR', addresses: [], cname: service.spec.externalName ?? '' };
  const headless = service.spec.clusterIP === 'None';
  if (rest.length === 2 && (rest[0] ?? '').startsWith('_')) return portAnswer(service, rest, view);
  if (rest.length === 1 && headless) return endpointAnswer(namespace, name, { host: rest[0] ?? '', view });
  if (rest.length > 0) return nothing;
  if (!headless) return { code: 'NOERROR', addresses: service.spec.clusterIP === undefined ? [] : [service.spec.clusterIP] };
  return { code: 'NOERROR', addresses: readyAddresses(service, view) };
}

function readyAddresses(service: Service, view: DnsView): readonly string[] {
  const all = service.spec.publishNotReadyAddresses === true;
  const addresses = new Set<string>();
  for (const slice of view.slices(service.metadata.namespace ?? '', service.metadata.name)) {
    for (const endpoint of slice.endpoints) if (all || endpoint.conditions?.ready !== false) for (const address of endpoint.addresses) addresses.add(address);
  }
  return [...addresses];
}

function endpointAnswer(namespace: string, service: string, of: { readonly host: string; readonly view: DnsView }): DnsAnswer {
  for (const slice of of.view.slices(namespace, service)) {
    for (const { hostname, addresses } of slice.endpoints) {
      if (hostname === of.host || addresses[0]?.replaceAll('.', '-') === of.host) return { code: 'NOERROR', addresses };
    }
  }
  return nothing;
}

function portAnswer(service: Service, labels: readonly string[], view: DnsView): DnsAnswer {
  const port = (labels[0] ?? '').slice(1);
  const protocol = (labels[1] ?? '').slice(1).toUpperCase();
  const found = service.spec.ports?.some(one => one.name === port && (one.protocol ?? 'TCP') === protocol) === true;
  if (!found) return nothing;
  const { clusterIP = '' } = service.spec;
  return { code: 'NOERROR', addresses: clusterIP === 'None' ? readyAddresses(service, view) : [clusterIP] };
}

/** Dots from which a name is asked as it stands first. @source pkg/kubelet/network/dns/dns.go (ndots:5) */
const NDOTS = 5;

/** The full names that a pod's resolver tries, in order. */
export function searchNames(name: string, namespace: string): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const searched = [`${namespace}.svc.${CLUSTER_DOMAIN}`, `svc.${CLUSTER_DOMAIN}`, CLUSTER_DOMAIN].map(suffix => `${name}.${suffix}`);
  const dots = name.split('.').length - 1;
  return dots >= NDOTS ? [name, ...searched] : [...searched, name];
}

/** Resolves a name as a program in a pod would: the first name that exists. */
export function lookUp(name: string, namespace: string, view: DnsView): { readonly name: string; readonly answer: DnsAnswer; readonly tried: readonly string[] } {
  const tried: string[] = [];
  for (const full of searchNames(name, namespace)) {
    tried.push(full);
    const answer = resolve(full, view);
    if (answer.code !== 'NXDOMAIN') return { name: full, answer, tried };
  }
  return { name, answer: nothing, tried };
}

/** A pod's /etc/resolv.conf. @source pkg/kubelet/network/dns/dns.go */
export function resolvConf(namespace: string, dns: string): string {
  return `search ${namespace}.svc.${CLUSTER_DOMAIN} svc.${CLUSTER_DOMAIN} ${CLUSTER_DOMAIN}\nnameserver ${dns}\noptions ndots:${NDOTS}\n`;
}
