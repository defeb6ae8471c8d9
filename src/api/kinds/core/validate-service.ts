/**
 * Validation of services.
 *
 * @source kubernetes pkg/apis/core/validation/validation.go (ValidateService)
 */
import { duplicate, forbidden, invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { isAddress, isBlock, isV6Address } from '../../ip-forms.ts';
import { dns1035Label, dns1123Label, dns1123Subdomain, portNumber, qualifiedName } from '../../names.ts';
import { immutableText, validateLabels, validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import type { Service, ServicePort, ServiceSpec } from './service.ts';
import { validatePortNumberOrName } from './validate-container.ts';
import { cidrText, validateEndpointAddress } from './validate-address.ts';
import { ipText } from './validate-pod-spec.ts';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'] as const;
const protocols = ['SCTP', 'TCP', 'UDP'] as const;
const policies = ['Cluster', 'Local'] as const;
/** Ports of nodes for services, kube-apiserver's default range. */
const nodePortRange = { from: 30_000, to: 32_767 } as const;
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

function validatePort(port: ServicePort, path: string, { needsName, names, errors }: { readonly needsName: boolean; readonly names: Set<string>; readonly errors: FieldError[] }): void {
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

const isHeadless = (spec: ServiceSpec): boolean => (spec.clusterIPs === undefined ? spec.clusterIP === 'None' : spec.clusterIPs.length === 1 && spec.clusterIPs[0] === 'None');

function validateNodePorts(spec: ServiceSpec, errors: FieldError[]): void {
  const ports = spec.ports ?? [];
  if (spec.type === 'ClusterIP') {
    ports.forEach(({ nodePort }, i) => { if (nodePort) errors.push(forbidden(`spec.ports[${i}].nodePort`, "may not be used when `type` is 'ClusterIP'")); });
  }
  const taken = new Set<string>();
  ports.forEach(({ nodePort, protocol = '' }, i) => {
    if (!nodePort) return;
    if (taken.has(`${protocol}/${nodePort}`)) errors.push(duplicate(`spec.ports[${i}].nodePort`, nodePort));
    taken.add(`${protocol}/${nodePort}`);
  });
}

function validateUniquePorts(spec: ServiceSpec, errors: FieldError[]): void {
  const pairs = new Set<string>();
  (spec.ports ?? []).forEach(({ port, protocol }, i) => {
    const pair = `${protocol ?? ''}/${port}`;
    if (pairs.has(pair)) errors.push(duplicate(`spec.ports[${i}]`, { protocol, port, targetPort: 0 }));
    pairs.add(pair);
  });
}

/** Upstream's allocator says this, after everything else was good. @source kubernetes pkg/registry/core/service/portallocator/allocator.go (ErrNotInRange) */
function validateRange(spec: ServiceSpec, errors: FieldError[]): void {
  if (spec.type !== 'NodePort' && spec.type !== 'LoadBalancer') return;
  const { from, to } = nodePortRange;
  (spec.ports ?? []).forEach(({ nodePort }, i) => {
    if (!nodePort || (nodePort >= from && nodePort <= to)) return;
    errors.push(invalid(`spec.ports[${i}].nodePort`, nodePort, `provided port is not in the valid range. The range of valid ports is ${from}-${to}`));
  });
}

function validateOwnType(spec: ServiceSpec, errors: FieldError[]): void {
  if (isHeadless(spec) && (spec.type === 'LoadBalancer' || spec.type === 'NodePort')) {
    errors.push(invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`));
  }
  if (spec.type !== 'ExternalName') return;
  for (const field of ['clusterIPs', 'ipFamilies'] as const) {
    if ((spec[field] ?? []).length > 0) errors.push(forbidden(`spec.${field}`, 'may not be set for ExternalName services'));
  }
  if (spec.ipFamilyPolicy !== undefined) errors.push(forbidden('spec.ipFamilyPolicy', 'may not be set for ExternalName services'));
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

const families = ['IPv4', 'IPv6'] as const;
const familyPolicies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'] as const;
const familyText = 'may specify no more than one IP for each IP family';

function validateFamilies(spec: ServiceSpec, errors: FieldError[]): void {
  const seen = new Set<string>();
  (spec.ipFamilies ?? []).forEach((family, i) => {
    if (!families.includes(family)) errors.push(notSupported(`spec.ipFamilies[${i}]`, family, families));
    if (seen.has(family)) errors.push(duplicate(`spec.ipFamilies[${i}]`, family));
    seen.add(family);
  });
  const policy = spec.ipFamilyPolicy;
  if (policy !== undefined && !familyPolicies.includes(policy)) errors.push(notSupported('spec.ipFamilyPolicy', policy, familyPolicies));
}

/** Addresses, their families, and how both fit together. @source kubernetes pkg/apis/core/validation/validation.go (ValidateServiceClusterIPsRelatedFields) */
function validateClusterAddresses(spec: ServiceSpec, errors: FieldError[]): void {
  if (spec.type === 'ExternalName') return;
  const path = 'spec.clusterIPs';
  const addresses = spec.clusterIPs ?? [];
  if (spec.clusterIP) {
    if (addresses.length === 0) errors.push(required(path));
    else if (addresses[0] !== spec.clusterIP) errors.push(invalid(path, addresses, 'first value must match `clusterIP`'));
  } else if (addresses.length > 0) errors.push(invalid(path, addresses, 'must be empty when `clusterIP` is not specified'));
  validateFamilies(spec, errors);
  const before = errors.length;
  addresses.forEach((address, i) => {
    if (i === 0 && address === 'None') {
      if (addresses.length > 1) errors.push(invalid(path, addresses, "'None' must be the first and only value"));
    } else if (!isAddress(address)) errors.push(invalid(`${path}[${i}]`, address, ipText));
  });
  const isWrong = errors.length > before;
  if (addresses.length > 2) errors.push(invalid(path, addresses, 'may only hold up to 2 values'));
  if (isWrong) return;
  const isDual = addresses.some(isV6Address) && addresses.some((address) => !isV6Address(address));
  if (addresses.length > 1 && !isDual) errors.push(invalid(path, addresses, familyText));
  if (isHeadless(spec)) return;
  addresses.forEach((address, i) => {
    const family = spec.ipFamilies?.[i];
    if (family !== undefined && (family === 'IPv6') !== isV6Address(address)) errors.push(invalid(`${path}[${i}]`, address, `expected an ${family} value as indicated by \`ipFamilies[${i}]\``));
  });
}

function validateExternalAddresses(spec: ServiceSpec, errors: FieldError[]): void {
  (spec.externalIPs ?? []).forEach((address, i) => {
    const at = `spec.externalIPs[${i}]`;
    if (!isAddress(address)) errors.push(invalid(at, address, ipText));
    else validateEndpointAddress(address, at, errors);
  });
}

const rangesAnnotation = 'service.beta.kubernetes.io/load-balancer-source-ranges';

function validateSourceRanges({ metadata, spec }: Service, errors: FieldError[]): void {
  const onlyBalancers = "may only be used when `type` is 'LoadBalancer'";
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const said = metadata.annotations?.[rangesAnnotation];
  if (ranges.length > 0) {
    if (spec.type !== 'LoadBalancer') errors.push(forbidden('spec.LoadBalancerSourceRanges', onlyBalancers));
    ranges.forEach((range, i) => { if (!isBlock(range.trim())) errors.push(invalid(`spec.LoadBalancerSourceRanges[${i}]`, range.trim(), cidrText)); });
  } else if (said !== undefined) {
    const path = `metadata.annotations[${rangesAnnotation}]`;
    if (spec.type !== 'LoadBalancer') errors.push(forbidden(path, onlyBalancers));
    for (const range of said.trim() === '' ? [] : said.split(',')) if (!isBlock(range.trim())) errors.push(invalid(path, range.trim(), cidrText));
  }
}

function validateBalancer(spec: ServiceSpec, errors: FieldError[]): void {
  const onlyBalancers = "may only be used when `type` is 'LoadBalancer'";
  const isBalancer = spec.type === 'LoadBalancer';
  if (spec.allocateLoadBalancerNodePorts !== undefined && !isBalancer) errors.push(forbidden('spec.allocateLoadBalancerNodePorts', onlyBalancers));
  if (spec.allocateLoadBalancerNodePorts === undefined && isBalancer) errors.push(required('allocateLoadBalancerNodePorts'));
  const name = spec.loadBalancerClass;
  if (name === undefined) return;
  if (!isBalancer) errors.push(forbidden('spec.loadBalancerClass', onlyBalancers));
  else for (const message of qualifiedName(name)) errors.push(invalid('spec.loadBalancerClass', name, message));
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
  const distributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
  if (distribution !== undefined && !distributions.includes(distribution)) errors.push(notSupported('spec.trafficDistribution', distribution, distributions));
}

const hintsAnnotation = 'service.kubernetes.io/topology-aware-hints';
const modeAnnotation = 'service.kubernetes.io/topology-mode';

function validateContent(service: Service, errors: FieldError[]): void {
  const spec = service.spec ?? {};
  const { annotations = {} } = service.metadata;
  const [hints, mode] = [annotations[hintsAnnotation], annotations[modeAnnotation]];
  if (hints !== undefined && mode !== undefined && hints !== mode) {
    errors.push(invalid(`metadata.annotations[${modeAnnotation}]`, mode, `must match annotations[${hintsAnnotation}] when both are specified`));
  }
  const ports = spec.ports ?? [];
  if (ports.length === 0 && !isHeadless(spec) && spec.type !== 'ExternalName') errors.push(required('spec.ports'));
  validateOwnType(spec, errors);
  const context = { needsName: ports.length > 1, names: new Set<string>(), errors };
  ports.forEach((port, i) => validatePort(port, `spec.ports[${i}]`, context));
  validateLabels(spec.selector, 'spec.selector', errors);
  validateAffinity(spec, errors);
  validateClusterAddresses(spec, errors);
  validateExternalAddresses(spec, errors);
  if (!spec.type) errors.push(required('spec.type'));
  else if (!types.includes(spec.type)) errors.push(notSupported('spec.type', spec.type, types));
  validateNodePorts(spec, errors);
  validateUniquePorts(spec, errors);
  validateSourceRanges(service, errors);
  validateBalancer(spec, errors);
  validateTraffic(spec, errors);
  if (errors.length === 0) validateRange(spec, errors);
}

/** A new service. */
export function validateService(service: Service): readonly FieldError[] {
  const errors = validateObjectMeta(service, true, dns1035Label);
  validateContent(service, errors);
  return errors;
}

const onceText = 'may not change once set';

/** Addresses and families of a service stay, unless it becomes or was a name elsewhere. */
function validateFixed(spec: ServiceSpec, old: ServiceSpec, errors: FieldError[]): void {
  if (spec.type === 'ExternalName' || old.type === 'ExternalName') return;
  const [now, before] = [spec.clusterIPs ?? [], old.clusterIPs ?? []];
  if (!(isHeadless(old) && isHeadless(spec))) {
    if (before.length > 0 && now.length === 0) errors.push(invalid('spec.clusterIPs[0]', now, 'primary clusterIP can not be unset'));
    const compared = now.length === before.length ? before.length : Math.min(1, now.length);
    for (let i = 0; i < compared; i++) if (before[i] !== undefined && before[i] !== now[i]) errors.push(invalid(`spec.clusterIPs[${i}]`, now, onceText));
    if (before.length > now.length && now.length === 1 && spec.ipFamilyPolicy !== 'SingleStack') {
      errors.push(invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy ?? null, "must be set to 'SingleStack' when releasing the secondary clusterIP"));
    }
  }
  if (isHeadless(spec) || isHeadless(old)) return;
  const [families, oldFamilies] = [spec.ipFamilies ?? [], old.ipFamilies ?? []];
  const compared = families.length === oldFamilies.length ? oldFamilies.length : Math.min(1, families.length, oldFamilies.length);
  for (let i = 0; i < compared; i++) if (oldFamilies[i] !== families[i]) errors.push(invalid('spec.ipFamilies[0]', families, onceText));
  if (oldFamilies.length > families.length && families.length === 1 && spec.ipFamilyPolicy !== 'SingleStack') {
    errors.push(invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy ?? null, "must be set to 'SingleStack' when releasing the secondary ipFamily"));
  }
}

/** A changed service: an address once given stays. */
export function validateServiceUpdate(service: Service, old: Service): readonly FieldError[] {
  const errors = validateObjectMetaUpdate(service, old);
  validateFixed(service.spec, old.spec, errors);
  if (old.spec.type === 'LoadBalancer' && service.spec.type === 'LoadBalancer' && old.spec.loadBalancerClass !== service.spec.loadBalancerClass) {
    errors.push(invalid('spec.loadBalancerClass', service.spec.loadBalancerClass ?? null, onceText));
  }
  if (needsHealthCheck(old.spec) && needsHealthCheck(service.spec) && old.spec.healthCheckNodePort !== service.spec.healthCheckNodePort) {
    errors.push(forbidden('spec.healthCheckNodePort', immutableText));
  }
  errors.push(...validateService(service));
  return errors;
}

/** Addresses that a load balancer has told. @source kubernetes pkg/apis/core/validation/validation.go (ValidateLoadBalancerStatus) */
export function validateServiceStatusUpdate(service: Service, old: Service): readonly FieldError[] {
  const errors = validateObjectMetaUpdate(service, old);
  const path = 'status.loadBalancer.ingress';
  const ingress = service.status?.loadBalancer?.ingress ?? [];
  if (ingress.length > 0 && service.spec.type !== 'LoadBalancer') return [...errors, forbidden(path, "may only be used when `spec.type` is 'LoadBalancer'")];
  ingress.forEach(({ ip = '', hostname = '', ipMode }, i) => {
    if (ip !== '' && !isAddress(ip)) errors.push(invalid(`${path}[${i}].ip`, ip, ipText));
    if (ipMode === undefined && ip !== '') errors.push(required(`${path}[${i}].ipMode`, 'must be specified when `ip` is set'));
    if (ipMode !== undefined && ip === '') errors.push(forbidden(`${path}[${i}].ipMode`, 'may not be specified when `ip` is not set'));
    else if (ipMode !== undefined && ipMode !== 'VIP' && ipMode !== 'Proxy') errors.push(notSupported(`${path}[${i}].ipMode`, ipMode, ['Proxy', 'VIP']));
    if (hostname === '') return;
    for (const message of dns1123Subdomain(hostname)) errors.push(invalid(`${path}[${i}].hostname`, hostname, message));
    if (isAddress(hostname)) errors.push(invalid(`${path}[${i}].hostname`, hostname, 'must be a DNS name, not an IP address'));
  });
  return errors;
}
