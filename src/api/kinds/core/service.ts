import { compareText } from '../../../base/compare.ts';
import type { Condition, IntOrString, KubeObject, StringMap } from '../../meta.ts';
import { defineResource, keepOnlyStatus, metadataFields, statusSubresource } from '../../resource.ts';
import { selectorOfLabels, selectorText } from '../../selector.ts';
import { age } from '../../time.ts';
import type { Protocol } from './container.ts';
import { mapSame } from './pod-defaults.ts';
import { isExternallyAccessible, validateService, validateServiceStatusUpdate, validateServiceUpdate } from './validate-service.ts';
import { linkedSpec, withAddressList } from './service-links.ts';
import { balancerWarnings, serviceWarnings } from './service-warnings.ts';

/** One port of a service. */
export interface ServicePort {
  readonly name?: string;
  readonly protocol?: Protocol;
  readonly appProtocol?: string;
  readonly port: number;
  readonly targetPort?: IntOrString;
  readonly nodePort?: number;
}

/** How a service is reached. */
export type ServiceType = 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';

/** The desired state of a service. */
export interface ServiceSpec {
  readonly ports?: readonly ServicePort[];
  readonly selector?: StringMap;
  /** `None` makes the service headless. */
  readonly clusterIP?: string;
  readonly clusterIPs?: readonly string[];
  readonly type?: ServiceType;
  readonly externalIPs?: readonly string[];
  readonly sessionAffinity?: 'ClientIP' | 'None';
  readonly loadBalancerIP?: string;
  readonly loadBalancerSourceRanges?: readonly string[];
  readonly externalName?: string;
  readonly externalTrafficPolicy?: 'Cluster' | 'Local';
  readonly healthCheckNodePort?: number;
  readonly publishNotReadyAddresses?: boolean;
  readonly sessionAffinityConfig?: { readonly clientIP?: { readonly timeoutSeconds?: number } };
  readonly ipFamilies?: readonly ('IPv4' | 'IPv6')[];
  readonly ipFamilyPolicy?: 'SingleStack' | 'PreferDualStack' | 'RequireDualStack';
  readonly allocateLoadBalancerNodePorts?: boolean;
  readonly loadBalancerClass?: string;
  readonly internalTrafficPolicy?: 'Cluster' | 'Local';
  readonly trafficDistribution?: string;
}

/** One way into a load balancer. */
export interface LoadBalancerIngress {
  readonly ip?: string;
  readonly hostname?: string;
  readonly ipMode?: 'VIP' | 'Proxy';
}

/** The observed state of a service. */
export interface ServiceStatus {
  readonly loadBalancer?: { readonly ingress?: readonly LoadBalancerIngress[] };
  readonly conditions?: readonly Condition[];
}

/** A stable address in front of pods. */
export interface Service extends KubeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'Service';
  readonly spec: ServiceSpec;
  readonly status?: ServiceStatus;
}

/** Session affinity lasts three hours unless said otherwise. */
const defaultAffinitySeconds = 10_800;

function defaultPort(port: ServicePort): ServicePort {
  const target = port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '' ? port.port : port.targetPort;
  if (port.protocol !== undefined && target === port.targetPort) return port;
  return { ...port, protocol: port.protocol ?? 'TCP', targetPort: target };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

type AffinityConfig = NonNullable<ServiceSpec['sessionAffinityConfig']>;

function defaultAffinity(config: AffinityConfig | undefined): AffinityConfig {
  return config?.clientIP?.timeoutSeconds === undefined ? { clientIP: { timeoutSeconds: defaultAffinitySeconds } } : config;
}

function defaultSpec(spec: ServiceSpec): ServiceSpec {
  const filled: Writable<ServiceSpec> = { ...spec };
  filled.type ??= 'ClusterIP';
  filled.sessionAffinity ??= 'None';
  if (filled.sessionAffinity === 'ClientIP') filled.sessionAffinityConfig = defaultAffinity(filled.sessionAffinityConfig);
  if (filled.ports !== undefined) filled.ports = mapSame(filled.ports, defaultPort);
  if (filled.externalTrafficPolicy === undefined && isExternallyAccessible(filled)) filled.externalTrafficPolicy = 'Cluster';
  const reachable = filled.type === 'ClusterIP' || filled.type === 'NodePort' || filled.type === 'LoadBalancer';
  if (reachable) filled.internalTrafficPolicy ??= 'Cluster';
  if (filled.type === 'LoadBalancer') filled.allocateLoadBalancerNodePorts ??= true;
  return filled;
}

function isComplete(spec: ServiceSpec): boolean {
  const filled = defaultSpec(spec);
  return Object.keys(filled).every((key) => filled[key as keyof ServiceSpec] === spec[key as keyof ServiceSpec]);
}

/** Addresses of load balancers are reached as they are, unless said otherwise. */
function withModes(service: Service): Service {
  const ingress = service.status?.loadBalancer?.ingress;
  if (service.spec?.type !== 'LoadBalancer' || ingress === undefined) return service;
  const filled = mapSame(ingress, (each) => (each.ip && each.ipMode === undefined ? { ...each, ipMode: 'VIP' as const } : each));
  return filled === ingress ? service : { ...service, status: { ...service.status, loadBalancer: { ...service.status?.loadBalancer, ingress: filled } } };
}

/** One address family: the policy and the lists. */
function withFamilies(spec: ServiceSpec): ServiceSpec {
  return spec.type === 'ExternalName' ? spec : { ...spec, ipFamilies: spec.ipFamilies ?? ['IPv4'], ipFamilyPolicy: spec.ipFamilyPolicy ?? 'SingleStack' };
}

/** Addresses of the load balancer, each once, in order. */
const balancerAddresses = ({ status }: Service): readonly string[] =>
  [...new Set((status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '').filter((address) => address !== ''))].sort(compareText);

function externalIp(service: Service): string {
  const { type, externalIPs: own = [], externalName = '' }: Partial<ServiceSpec> = service.spec ?? {};
  switch (type) {
    case 'ClusterIP': case 'NodePort': return own.join(',') || '<none>';
    case 'LoadBalancer': return [...balancerAddresses(service), ...own].join(',') || '<pending>';
    case 'ExternalName': return externalName;
    default: return '<unknown>';
  }
}

function portsText(service: Service): string {
  const ports = service.spec?.ports ?? [];
  return ports.map(({ port, nodePort = 0, protocol = 'TCP' }) => (nodePort > 0 ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`)).join(',') || '<none>';
}

const clusterIpText = (service: Service): string => service.spec?.clusterIPs?.[0] ?? (service.spec?.clusterIP || '<none>');

/** @source kubernetes pkg/registry/core/service/strategy.go */
export const serviceResource = defineResource<Service>({
  group: '', version: 'v1', kind: 'Service', plural: 'services', singular: 'service', shortNames: ['svc'], categories: ['all'], namespaced: true,
  subresources: [
    { name: 'proxy', verbs: ['create', 'delete', 'get', 'patch', 'update'], responseKind: { group: '', version: 'v1', kind: 'ServiceProxyOptions' } },
    statusSubresource,
  ],
  storagePrefix: '/registry/services/specs/', allowUnconditionalUpdate: true,
  selectableFields: [
    ...metadataFields<Service>(true),
    { path: 'spec.clusterIP', get: (service) => service.spec.clusterIP ?? '' },
    { path: 'spec.type', get: (service) => service.spec.type ?? '' },
  ],
  columns: [
    { name: 'Name', cell: (service) => service.metadata.name },
    { name: 'Type', doc: 'ServiceSpec.type', cell: (service) => service.spec?.type ?? '' },
    { name: 'Cluster-IP', doc: 'ServiceSpec.clusterIP', cell: clusterIpText },
    { name: 'External-IP', doc: 'ServiceSpec.externalIPs', cell: externalIp },
    { name: 'Port(s)', doc: 'ServiceSpec.ports', cell: portsText },
    { name: 'Age', cell: (service, now) => age(service.metadata.creationTimestamp, now) },
    { name: 'Selector', wide: true, doc: 'ServiceSpec.selector', cell: (service) => selectorText(selectorOfLabels(service.spec?.selector)) || '<none>' },
  ],
  defaults(service) {
    const filled = withModes(service);
    return isComplete(filled.spec ?? {}) ? filled : { ...filled, spec: defaultSpec(filled.spec ?? {}) };
  },
  prepareForCreate: (service) => ({ ...service, spec: withFamilies(withAddressList(service.spec)), status: { loadBalancer: {} } }),
  prepareForUpdate: (service, old) => ({
    ...service, spec: withFamilies(linkedSpec(service.spec, old.spec)), status: old.status ?? { loadBalancer: {} },
  }),
  prepareForStatusUpdate: (service, old) => keepOnlyStatus(service, old),
  validate: validateService,
  validateUpdate: validateServiceUpdate,
  validateStatusUpdate: validateServiceStatusUpdate,
  warnings: serviceWarnings,
  statusWarnings: balancerWarnings,
});
