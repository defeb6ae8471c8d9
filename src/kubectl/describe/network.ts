/** Ingresses and their classes, network policies, endpoints and their slices. @source kubernetes/kubectl pkg/describe/describe.go */
import type { EndpointSlice, Service } from '../../api/kinds/all.ts';
import type { KubeObject, LabelSelector } from '../../api/meta.ts';
import { labelSelectorText } from '../../api/selector.ts';
import { endpointsText } from './others.ts';
import { annotationLines, eventLines, labelLines, type Lines } from './sections.ts';
import type { Described } from './types.ts';

interface Backend { readonly service?: { readonly name: string; readonly port?: { readonly number?: number; readonly name?: string } }; readonly resource?: { readonly apiGroup?: string; readonly kind?: string; readonly name?: string } }
export type IngressLike = KubeObject & {
  readonly spec?: {
    readonly ingressClassName?: string; readonly defaultBackend?: Backend; readonly tls?: readonly { readonly hosts?: readonly string[]; readonly secretName?: string }[];
    readonly rules?: readonly { readonly host?: string; readonly http?: { readonly paths?: readonly { readonly path?: string; readonly backend: Backend }[] } }[];
  };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] } };
};

/** A service that an ingress leads to, with its endpoints; undefined = it is not there. */
export interface Behind { readonly service: Service; readonly slices: readonly EndpointSlice[] }
export type Behinds = ReadonlyMap<string, Behind | string>;

/** Names of the services that an ingress leads to. */
export function servicesBehind({ spec = {} }: IngressLike): readonly string[] {
  const backends = [spec.defaultBackend, ...(spec.rules ?? []).flatMap((rule) => (rule.http?.paths ?? []).map((path) => path.backend))];
  return [...new Set(backends.flatMap((backend) => (backend?.service === undefined ? [] : [backend.service.name])))];
}

function backendText(backend: Backend, behinds: Behinds): string {
  const { service, resource } = backend;
  if (service === undefined) return resource === undefined ? '' : `APIGroup: ${resource.apiGroup ?? '<none>'}, Kind: ${resource.kind ?? ''}, Name: ${resource.name ?? ''}`;
  const port = service.port?.name !== undefined && service.port.name !== '' ? service.port.name : String(service.port?.number ?? 0);
  const behind = behinds.get(service.name);
  if (behind === undefined || typeof behind === 'string') return `${service.name}:${port} (<error: ${behind ?? `services "${service.name}" not found`}>)`;
  const found = (behind.service.spec.ports ?? []).find((each) => (service.port?.number !== undefined ? each.port === service.port.number : each.name === service.port?.name));
  return `${service.name}:${port} (${endpointsText(behind.slices, found?.name ?? '')})`;
}

export function describeIngress({ object, events, now }: Described<IngressLike>, behinds: Behinds): Lines {
  const { metadata, spec = {}, status } = object;
  const fallback = spec.defaultBackend === undefined ? '<default>' : backendText(spec.defaultBackend, behinds);
  const rules = (spec.rules ?? []).filter((rule) => rule.http !== undefined);
  const address = (status?.loadBalancer?.ingress ?? []).map((each) => each.ip ?? each.hostname ?? '').join(',');
  return [
    `Name:\t${metadata.name}`, ...labelLines('Labels', metadata.labels), `Namespace:\t${metadata.namespace ?? ''}`, `Address:\t${address}`, `Ingress Class:\t${spec.ingressClassName ?? '<none>'}`, `Default backend:\t${fallback}`,
    ...((spec.tls ?? []).length === 0 ? [] : ['TLS:', ...(spec.tls ?? []).map((each) => ((each.secretName ?? '') === '' ? `  SNI routes ${(each.hosts ?? []).join(',')}` : `  ${each.secretName ?? ''} terminates ${(each.hosts ?? []).join(',')}`))]),
    'Rules:', '  Host\tPath\tBackends', '  ----\t----\t--------',
    ...(rules.length === 0 ? [`  *\t*\t${fallback}`] : rules.flatMap((rule) => [`  ${rule.host === undefined || rule.host === '' ? '*' : rule.host}\t`, ...(rule.http?.paths ?? []).map((path) => `    \t${path.path ?? ''} \t${backendText(path.backend, behinds)}`)])),
    ...annotationLines('Annotations', metadata.annotations), ...eventLines(events, now),
  ];
}

export type IngressClassLike = KubeObject & { readonly spec?: { readonly controller?: string; readonly parameters?: { readonly apiGroup?: string; readonly kind?: string; readonly name?: string } } };

export function describeIngressClass({ object, events, now }: Described<IngressClassLike>): Lines {
  const { metadata, spec = {} } = object;
  const { parameters } = spec;
  return [
    `Name:\t${metadata.name}`, ...labelLines('Labels', metadata.labels), ...annotationLines('Annotations', metadata.annotations), `Controller:\t${spec.controller ?? ''}`,
    ...(parameters === undefined ? [] : ['Parameters:', ...(parameters.apiGroup === undefined ? [] : [`  APIGroup:\t${parameters.apiGroup}`]), `  Kind:\t${parameters.kind ?? ''}`, `  Name:\t${parameters.name ?? ''}`]), ...eventLines(events, now),
  ];
}

interface PolicyPort { readonly protocol?: string; readonly port?: number | string; readonly endPort?: number }
interface Peer { readonly podSelector?: LabelSelector; readonly namespaceSelector?: LabelSelector; readonly ipBlock?: { readonly cidr?: string; readonly except?: readonly string[] } }
export type NetworkPolicyLike = KubeObject & {
  readonly spec?: { readonly podSelector?: LabelSelector; readonly policyTypes?: readonly string[]; readonly ingress?: readonly { readonly ports?: readonly PolicyPort[]; readonly from?: readonly Peer[] }[]; readonly egress?: readonly { readonly ports?: readonly PolicyPort[]; readonly to?: readonly Peer[] }[] };
};

export function describeNetworkPolicy({ object }: Described<NetworkPolicyLike>): Lines {
  const { metadata, spec = {} } = object;
  const types = spec.policyTypes ?? [];
  const selector = spec.podSelector ?? {};
  const isEveryPod = Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;
  const ingress = (spec.ingress ?? []).map((rule) => ruleLines(rule.ports ?? [], rule.from ?? [], 'From', 'source'));
  const egress = (spec.egress ?? []).map((rule) => ruleLines(rule.ports ?? [], rule.to ?? [], 'To', 'destination'));
  return [
    `Name:\t${metadata.name}`, `Namespace:\t${metadata.namespace ?? ''}`, `Created on:\t${(metadata.creationTimestamp ?? '').replace('T', ' ').replace('Z', ' +0000 UTC')}`,
    ...labelLines('Labels', metadata.labels), ...annotationLines('Annotations', metadata.annotations), 'Spec:',
    `  PodSelector:     ${isEveryPod ? '<none> (Allowing the specific traffic to all pods in this namespace)' : labelSelectorText(selector)}`,
    ...(types.includes('Ingress') ? ['  Allowing ingress traffic:', ...joined(ingress, 'ingress')] : ['  Not affecting ingress traffic']),
    ...(types.includes('Egress') ? ['  Allowing egress traffic:', ...joined(egress, 'egress')] : ['  Not affecting egress traffic']),
    `  Policy Types: ${types.length === 0 ? '<none>' : types.join(', ')}`,
  ];
}

function joined(rules: readonly Lines[], way: string): Lines {
  if (rules.length === 0) return [`    <none> (Selected pods are isolated for ${way} connectivity)`];
  return rules.flatMap((lines, i) => (i < rules.length - 1 ? [...lines, '    ----------'] : lines));
}

function ruleLines(ports: readonly PolicyPort[], peers: readonly Peer[], word: 'From' | 'To', side: string): Lines {
  const portLines = ports.map((port) => (port.endPort === undefined ? `    To Port: ${port.port ?? '<nil>'}/${port.protocol ?? 'TCP'}` : `    To Port Range: ${port.port ?? '<nil>'}-${port.endPort}/${port.protocol ?? 'TCP'}`));
  return [
    ...(ports.length === 0 ? ['    To Port: <any> (traffic allowed to all ports)'] : portLines),
    ...(peers.length === 0 ? [`    ${word}: <any> (traffic not restricted by ${side})`] : peers.flatMap((peer) => [`    ${word}:`, ...peerLines(peer)])),
  ];
}

function peerLines({ podSelector, namespaceSelector, ipBlock }: Peer): Lines {
  if (podSelector === undefined && namespaceSelector === undefined) return ipBlock === undefined ? [] : ['      IPBlock:', `        CIDR: ${ipBlock.cidr ?? ''}`, `        Except: ${(ipBlock.except ?? []).join(', ')}`];
  return [...(namespaceSelector === undefined ? [] : [`      NamespaceSelector: ${labelSelectorText(namespaceSelector)}`]), ...(podSelector === undefined ? [] : [`      PodSelector: ${labelSelectorText(podSelector)}`])];
}

interface Subset { readonly addresses?: readonly { readonly ip: string }[]; readonly notReadyAddresses?: readonly { readonly ip: string }[]; readonly ports?: readonly { readonly name?: string; readonly port?: number; readonly protocol?: string }[] }
export type EndpointsLike = KubeObject & { readonly subsets?: readonly Subset[] };
const ipsText = (addresses: readonly { readonly ip: string }[] | undefined): string => ((addresses ?? []).length === 0 ? '<none>' : (addresses ?? []).map((each) => each.ip).join(','));

export function describeEndpoints({ object, events, now }: Described<EndpointsLike>): Lines {
  const { metadata } = object;
  return [
    `Name:\t${metadata.name}`, `Namespace:\t${metadata.namespace ?? ''}`, ...labelLines('Labels', metadata.labels), ...annotationLines('Annotations', metadata.annotations), 'Subsets:',
    ...(object.subsets ?? []).flatMap((subset) => [
      `  Addresses:\t${ipsText(subset.addresses)}`, `  NotReadyAddresses:\t${ipsText(subset.notReadyAddresses)}`,
      ...((subset.ports ?? []).length === 0 ? [] : ['  Ports:', '    Name\tPort\tProtocol', '    ----\t----\t--------', ...(subset.ports ?? []).map((port) => `    ${port.name === undefined || port.name === '' ? '<unset>' : port.name}\t${port.port ?? 0}\t${port.protocol ?? ''}`)]), '',
    ]), ...eventLines(events, now),
  ];
}

export function describeEndpointSlice({ object, events, now }: Described<EndpointSlice>): Lines {
  const { metadata } = object;
  const ports = object.ports ?? [];
  const unset = (value: unknown): string => (value === undefined || value === null ? '<unset>' : typeof value === 'string' ? value : JSON.stringify(value));
  return [
    `Name:\t${metadata.name}`, `Namespace:\t${metadata.namespace ?? ''}`, ...labelLines('Labels', metadata.labels), ...annotationLines('Annotations', metadata.annotations), `AddressType:\t${object.addressType}`,
    ...(ports.length === 0 ? ['Ports: <unset>'] : ['Ports:', '  Name\tPort\tProtocol', '  ----\t----\t--------', ...ports.map((port) => `  ${port.name === undefined || port.name === '' ? '<unset>' : port.name}\t${port.port ?? '<unset>'}\t${port.protocol ?? ''}`)]),
    ...(object.endpoints.length === 0 ? ['Endpoints: <none>'] : ['Endpoints:', ...object.endpoints.flatMap((endpoint) => [
      `  - Addresses:\t${endpoint.addresses.length === 0 ? '<none>' : endpoint.addresses.join(', ')}`, '    Conditions:', `      Ready:\t${unset(endpoint.conditions?.ready)}`, `    Hostname:\t${unset(endpoint.hostname)}`,
      ...(endpoint.targetRef === undefined ? [] : [`    TargetRef:\t${endpoint.targetRef.kind ?? ''}/${endpoint.targetRef.name ?? ''}`]), `    NodeName:\t${unset(endpoint.nodeName)}`, `    Zone:\t${unset(endpoint.zone)}`,
    ])]), ...eventLines(events, now),
  ];
}
