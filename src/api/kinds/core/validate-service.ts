/**
 * Validation of services.
 *
 * @source kubernetes pkg/apis/core/validation/validation.go (ValidateService)
 * @fidelity simplified: addresses of one family only
 */
import { duplicate, forbidden, invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { isCidr, isIP } from '../../ip.ts';
import { dns1035Label, dns1123Label, dns1123Subdomain, portNumber, qualifiedName } from '../../names.ts';
import { immutableText, validateLabels, validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import type { Service, ServicePort, ServiceSpec } from './service.ts';
import { validatePortNumberOrName } from './validate-container.ts';
import { ipText } from './validate-pod-spec.ts';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'] as const;
const protocols = ['SCTP', 'TCP', 'UDP'] as const;
const policies = ['Cluster', 'Local'] as const;
/** Ports of nodes for services, kube-apiserver's default range. */
export const nodePortRange = { from: 30_000, to: 32_767 } as const;
/** Longest session affinity, one day. */
const maximumAffinitySeconds = 86_400;

/** Whether clients outside the cluster can reach the service. */
export function isExternallyAccessible(spec: ServiceSpec): boolean {
  return spec.type === 'LoadBalancer' || spec.type === 'NodePort' || (spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0);
}

/** Whether load balancers must ask the nodes which of them have pods. */
export function needsHealthCheck(spec: ServiceSpec): boolean {
  return spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
}

interface PortContext {
  readonly needsName: boolean;
  readonly names: Set<string>;
  readonly nodePorts: Set<string>;
  readonly type: ServiceSpec['type'];
  readonly errors: FieldError[];
}

function validatePort(port: ServicePort, path: string, { needsName, names, errors }: PortContext): void {
  if (needsName && !port.name) errors.push(required(`${path}.name`));
  else if (port.name) {
    for (const message of dns1123Label(port.name)) errors.push(invalid(`${path}.name`, port.name, message));
    if (names.has(port.name)) errors.push(duplicate(`${path}.name`, port.name));
    names.add(port.name);
  }
  for (const message of portNumber(port.port)) errors.push(invalid(`${path}.port`, port.port ?? 0, message));
  if (!port.protocol) errors.push(required(`${path}.protocol`));
  else if (!protocols.includes(port.protocol)) errors.push(notSupported(`${path}.protocol`, port.protocol, protocols));
  validatePortNumberOrName(port.targetPort ?? 0, `${path}.targetPort`, errors);
  if (port.appProtocol !== undefined) for (const message of qualifiedName(port.appProtocol)) errors.push(invalid(`${path}.appProtocol`, port.appProtocol, message));
}

function validatePorts(spec: ServiceSpec, errors: FieldError[]): void {
  const ports = spec.ports ?? [];
  const headless = spec.clusterIP === 'None';
  if (ports.length === 0 && !headless && spec.type !== 'ExternalName') errors.push(required('spec.ports'));
  const context: PortContext = { needsName: ports.length > 1, names: new Set(), nodePorts: new Set(), type: spec.type, errors };
  ports.forEach((port, i) => validatePort(port, `spec.ports[${i}]`, context));
  const pairs = new Set<string>();
  ports.forEach((port, i) => {
    const at = `spec.ports[${i}]`;
    if (port.nodePort) validateNodePort(port, at, context);
    const pair = `${port.protocol ?? ''}/${port.port}`;
    if (pairs.has(pair)) errors.push(duplicate(at, { protocol: port.protocol, port: port.port, targetPort: 0 }));
    pairs.add(pair);
  });
}

function validateNodePort(port: ServicePort, at: string, { type, nodePorts: taken, errors }: PortContext): void {
  const number = port.nodePort ?? 0;
  if (type === 'ClusterIP') errors.push(forbidden(`${at}.nodePort`, "may not be used when `type` is 'ClusterIP'"));
  else if (number < nodePortRange.from || number > nodePortRange.to) {
    errors.push(invalid(`${at}.nodePort`, number, `provided port is not in the valid range. The range of valid ports is ${nodePortRange.from}-${nodePortRange.to}`));
  }
  const key = `${port.protocol ?? ''}/${number}`;
  if (taken.has(key)) errors.push(duplicate(`${at}.nodePort`, number));
  taken.add(key);
}

function validateType(spec: ServiceSpec, errors: FieldError[]): void {
  if (!spec.type) errors.push(required('spec.type'));
  else if (!types.includes(spec.type)) errors.push(notSupported('spec.type', spec.type, types));
  if (spec.clusterIP === 'None' && (spec.type === 'LoadBalancer' || spec.type === 'NodePort')) {
    errors.push(invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`));
  }
  if (spec.type !== 'ExternalName') return;
  if ((spec.clusterIPs ?? []).length > 0) errors.push(forbidden('spec.clusterIPs', 'may not be set for ExternalName services'));
  const name = (spec.externalName ?? '').endsWith('.') ? (spec.externalName ?? '').slice(0, -1) : spec.externalName ?? '';
  if (name === '') errors.push(required('spec.externalName'));
  else for (const message of dns1123Subdomain(name)) errors.push(invalid('spec.externalName', name, message));
}

function validateAffinity(spec: ServiceSpec, errors: FieldError[]): void {
  const affinity = spec.sessionAffinity;
  const config = spec.sessionAffinityConfig;
  if (!affinity) errors.push(required('spec.sessionAffinity'));
  else if (affinity !== 'ClientIP' && affinity !== 'None') errors.push(notSupported('spec.sessionAffinity', affinity, ['ClientIP', 'None']));
  else if (affinity === 'None' && config !== undefined) errors.push(forbidden('spec.sessionAffinityConfig', 'must not be set when session affinity is None'));
  else if (affinity === 'ClientIP') {
    const seconds = config?.clientIP?.timeoutSeconds;
    if (config === undefined) errors.push(required('spec.sessionAffinityConfig', 'when session affinity type is ClientIP'));
    else if (config.clientIP === undefined) errors.push(required('spec.sessionAffinityConfig.clientIP', 'when session affinity type is ClientIP'));
    else if (seconds === undefined) errors.push(required('spec.sessionAffinityConfig.clientIP.timeoutSeconds', 'when session affinity type is ClientIP'));
    else if (seconds <= 0 || seconds > maximumAffinitySeconds) {
      errors.push(invalid('spec.sessionAffinityConfig.clientIP.timeoutSeconds', seconds, `must be greater than 0 and less than ${maximumAffinitySeconds}`));
    }
  }
}

function validateAddresses(spec: ServiceSpec, errors: FieldError[]): void {
  const first = spec.clusterIPs?.[0];
  if (spec.clusterIP !== undefined && spec.clusterIP !== '' && first !== undefined && first !== spec.clusterIP) {
    errors.push(invalid('spec.clusterIPs', spec.clusterIPs, 'first value must match `clusterIP`'));
  }
  (spec.clusterIPs ?? []).forEach((address, i) => {
    if (address !== 'None' && !isIP(address)) errors.push(invalid(`spec.clusterIPs[${i}]`, address, ipText));
  });
  (spec.externalIPs ?? []).forEach((address, i) => {
    const at = `spec.externalIPs[${i}]`;
    if (!isIP(address)) errors.push(invalid(at, address, ipText));
    else if (address.startsWith('127.') || address === '::1') errors.push(invalid(at, address, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'));
    else if (address === '0.0.0.0' || address === '::') errors.push(invalid(at, address, `may not be unspecified (${address})`));
    else if (address.startsWith('169.254.')) errors.push(invalid(at, address, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'));
  });
  const ranges = spec.loadBalancerSourceRanges ?? [];
  if (ranges.length > 0 && spec.type !== 'LoadBalancer') errors.push(forbidden('spec.LoadBalancerSourceRanges', "may only be used when `type` is 'LoadBalancer'"));
  ranges.forEach((range, i) => {
    if (!isCidr(range.trim())) errors.push(invalid(`spec.LoadBalancerSourceRanges[${i}]`, range.trim(), 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'));
  });
}

function validateTraffic(spec: ServiceSpec, errors: FieldError[]): void {
  const external = spec.externalTrafficPolicy;
  if (!isExternallyAccessible(spec)) {
    if (external) errors.push(invalid('spec.externalTrafficPolicy', external, 'may only be set for externally-accessible services'));
  } else if (!external) errors.push(required('spec.externalTrafficPolicy'));
  else if (!policies.includes(external)) errors.push(notSupported('spec.externalTrafficPolicy', external, policies));
  if (!needsHealthCheck(spec)) {
    if (spec.healthCheckNodePort) {
      errors.push(invalid('spec.healthCheckNodePort', spec.healthCheckNodePort, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"));
    }
  } else if (spec.healthCheckNodePort) for (const message of portNumber(spec.healthCheckNodePort)) errors.push(invalid('spec.healthCheckNodePort', spec.healthCheckNodePort, message));
  validateInternalTraffic(spec, errors);
}

function validateInternalTraffic(spec: ServiceSpec, errors: FieldError[]): void {
  const internal = spec.internalTrafficPolicy;
  if (internal === undefined) {
    if (spec.type !== 'ExternalName' && types.includes(spec.type ?? 'ClusterIP')) errors.push(required('spec.internalTrafficPolicy'));
  } else if (!policies.includes(internal)) errors.push(notSupported('spec.internalTrafficPolicy', internal, policies));
  const distribution = spec.trafficDistribution;
  const distributions = ['PreferClose', 'PreferSameNode', 'PreferSameZone'];
  if (distribution !== undefined && !distributions.includes(distribution)) errors.push(notSupported('spec.trafficDistribution', distribution, distributions));
}

function validateSpec(spec: ServiceSpec, errors: FieldError[]): void {
  validatePorts(spec, errors);
  validateLabels(spec.selector, 'spec.selector', errors);
  validateAffinity(spec, errors);
  validateAddresses(spec, errors);
  validateType(spec, errors);
  if (spec.allocateLoadBalancerNodePorts !== undefined && spec.type !== 'LoadBalancer') {
    errors.push(forbidden('spec.allocateLoadBalancerNodePorts', "may only be used when `type` is 'LoadBalancer'"));
  }
  if (spec.loadBalancerClass !== undefined) {
    if (spec.type !== 'LoadBalancer') errors.push(forbidden('spec.loadBalancerClass', "may only be used when `type` is 'LoadBalancer'"));
    else for (const message of qualifiedName(spec.loadBalancerClass)) errors.push(invalid('spec.loadBalancerClass', spec.loadBalancerClass, message));
  }
  validateTraffic(spec, errors);
}

/** A new service. */
export function validateService(service: Service): readonly FieldError[] {
  const errors = validateObjectMeta(service, true, dns1035Label);
  validateSpec(service.spec ?? {}, errors);
  return errors;
}

/** A changed service: an address once given stays. */
export function validateServiceUpdate(service: Service, old: Service): readonly FieldError[] {
  const errors = validateObjectMetaUpdate(service, old);
  const before = old.spec.clusterIP;
  const bothHaveAddress = old.spec.type !== 'ExternalName' && service.spec.type !== 'ExternalName';
  if (bothHaveAddress && before && service.spec.clusterIP !== before) {
    errors.push(invalid('spec.clusterIPs[0]', service.spec.clusterIPs ?? [service.spec.clusterIP ?? ''], 'may not change once set'));
  }
  if (needsHealthCheck(old.spec) && needsHealthCheck(service.spec) && old.spec.healthCheckNodePort !== service.spec.healthCheckNodePort) {
    errors.push(forbidden('spec.healthCheckNodePort', immutableText));
  }
  validateSpec(service.spec, errors);
  return errors;
}

/** Addresses that a load balancer has told. @source kubernetes pkg/apis/core/validation/validation.go (ValidateLoadBalancerStatus) */
export function validateServiceStatusUpdate(service: Service, old: Service): readonly FieldError[] {
  const errors = validateObjectMetaUpdate(service, old);
  const path = 'status.loadBalancer.ingress';
  const ingress = service.status?.loadBalancer?.ingress ?? [];
  if (ingress.length > 0 && service.spec.type !== 'LoadBalancer') return [...errors, forbidden(path, 'may only be used when `spec.type` is "LoadBalancer"')];
  ingress.forEach(({ ip = '', hostname = '', ipMode }, i) => {
    if (ip !== '' && !isIP(ip)) errors.push(invalid(`${path}[${i}].ip`, ip, ipText));
    if (ipMode !== undefined && ip === '') errors.push(forbidden(`${path}[${i}].ipMode`, 'may not be specified when `ip` is not set'));
    else if (ipMode !== undefined && ipMode !== 'VIP' && ipMode !== 'Proxy') errors.push(notSupported(`${path}[${i}].ipMode`, ipMode, ['Proxy', 'VIP']));
    if (hostname === '') return;
    for (const message of dns1123Subdomain(hostname)) errors.push(invalid(`${path}[${i}].hostname`, hostname, message));
    if (isIP(hostname)) errors.push(invalid(`${path}[${i}].hostname`, hostname, 'must be a DNS name, not an IP address'));
  });
  return errors;
}
