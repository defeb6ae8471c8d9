/**
 * Addresses and node ports of Services.
 *
 * An address is claimed by a key of its own, written in the same transaction as the Service: two API servers that draw the same one
 * cannot both succeed.
 *
 * @source kubernetes/kubernetes pkg/registry/core/service/ipallocator, pkg/registry/core/service/portallocator
 * @fidelity simplified: one transaction in place of separate writes and a repair loop; node ports are compared with the cached Services
 */
import { must } from '../../base/assert.ts';
import { deepFreeze } from '../../base/data.ts';
import { tidyAddress } from '../../api/ip-forms.ts';
import { cidrAddress, cidrContains, cidrSize, formatIPv4, parseCidr, parseIPv4 } from '../../api/ip.ts';
import { invalid } from '../../api/field-error.ts';
import type { Service, ServicePort } from '../../api/kinds/all.ts';
import { needsHealthCheck } from '../../api/kinds/core/validate-service.ts';
import { internalError, invalidStatus, isStatus, type Status } from '../../api/status.ts';
import { NODE_PORT_MAX, NODE_PORT_MIN } from '../config.ts';
import type { Server } from '../state.ts';

/** A key that must be free, and what to write there. */
export interface Claim { readonly key: string; readonly value: object }
/** `drawn` = another try may find a free address. */
export interface Allocation { readonly object: Service; readonly claims: readonly Claim[]; readonly drawn: boolean }

const kind = { group: '', kind: 'Service' } as const;

/** The lower part of the range is left to addresses that people choose. @source KEP-3070: min(max(16, size/16), 256) */
function staticBand(size: number): number {
  return Math.min(Math.max(16, Math.floor(size / 16)), 256);
}

/** The same for node ports. @source KEP-3668: min(max(16, size/32), 128) */
const NODE_PORT_BAND = Math.min(Math.max(16, Math.floor((NODE_PORT_MAX - NODE_PORT_MIN + 1) / 32)), 128);
/** Draws before the ports are tried one after the other. */
const DRAWS_MAX = 16;

/** Gives a Service what its type needs and it does not have. */
export function allocate(server: Server, service: Service, old: Service | undefined): Allocation | Status {
  const withPorts = withNodePorts(server, service);
  if (isStatus(withPorts)) return withPorts;
  const ported = withHealthCheckPort(server, withPorts, old);
  if (isStatus(ported)) return ported;
  const { spec } = ported;
  if (spec.type === 'ExternalName' || spec.clusterIP === 'None') return { object: headless(ported), claims: [], drawn: false };
  const given = spec.clusterIP ?? '';
  if (given !== '' && given === old?.spec.clusterIP) return { object: ported, claims: [], drawn: false };
  const range = must(parseCidr(server.state.config.serviceCIDR), 'the service range is a CIDR');
  if (given === '') {
    const size = cidrSize(range);
    const low = staticBand(size);
    const ip = formatIPv4(must(cidrAddress(range, low + 1 + server.out.draw('cluster IPs', size - low - 2)), 'the draw is in the range'));
    return { object: withAddress(ported, ip), claims: [claim(ported, ip)], drawn: true };
  }
  const written = tidyAddress(given);
  const address = parseIPv4(written);
  if (address === undefined || !cidrContains(range, address)) {
    return addressRefused(ported, `failed to allocate IP ${given}: the provided IP (${given}) is not in the valid range. The range of valid IPs is ${server.state.config.serviceCIDR}`);
  }
  return { object: withAddress(ported, given), claims: [claim(ported, written)], drawn: false };
}

/** What the address of a Service being deleted was claimed by; '' = it has none. */
export function claimOf(service: Service): string {
  const ip = service.spec.clusterIP ?? '';
  return ip === '' || ip === 'None' ? '' : `/registry/ipaddresses/${tidyAddress(ip)}`;
}

/** The chosen address belongs to somebody else. */
export function addressTaken(service: Service): Status {
  return addressRefused(service, `failed to allocate IP ${service.spec.clusterIP ?? ''}: provided IP is already allocated`);
}

function addressRefused(service: Service, why: string): Status {
  return invalidStatus(kind, service.metadata.name, [invalid('spec.clusterIPs', service.spec.clusterIPs ?? [service.spec.clusterIP ?? ''], why)]);
}

function headless(service: Service): Service {
  if (service.spec.clusterIP !== 'None' || service.spec.clusterIPs !== undefined) return service;
  return { ...service, spec: { ...service.spec, clusterIPs: ['None'] } };
}

function withAddress(service: Service, ip: string): Service {
  return { ...service, spec: { ...service.spec, clusterIP: ip, clusterIPs: [ip] } };
}

function claim(service: Service, ip: string): Claim {
  const { name, namespace = '' } = service.metadata;
  const labels = { 'ipaddress.kubernetes.io/ip-family': 'IPv4', 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' };
  const value = {
    apiVersion: 'networking.k8s.io/v1', kind: 'IPAddress', metadata: { name: ip, labels }, spec: { parentRef: { group: '', resource: 'services', namespace, name } },
  };
  return { key: `/registry/ipaddresses/${ip}`, value: deepFreeze(value) };
}

function withNodePorts(server: Server, service: Service): Service | Status {
  const { spec } = service;
  const wants = spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
  if (!wants || spec.ports === undefined || spec.ports.length === 0) return service;
  const used = usedNodePorts(server, service);
  const ports: ServicePort[] = [];
  for (const [i, port] of spec.ports.entries()) {
    const given = port.nodePort ?? 0;
    if (given === 0) { ports.push({ ...port, nodePort: drawPort(server, used) }); continue; }
    const field = `spec.ports[${i}].nodePort`;
    if (given < NODE_PORT_MIN || given > NODE_PORT_MAX) {
      return invalidStatus(kind, service.metadata.name, [invalid(field, given, `provided port is not in the valid range. The range of valid ports is ${NODE_PORT_MIN}-${NODE_PORT_MAX}`)]);
    }
    if (used.has(given)) return invalidStatus(kind, service.metadata.name, [invalid(field, given, 'provided port is already allocated')]);
    used.add(given);
    ports.push(port);
  }
  return { ...service, spec: { ...spec, ports } };
}

/** A load balancer that keeps the source's address asks each node whether it has endpoints, at a port of its own. @source pkg/registry/core/service/storage/alloc.go (allocHealthCheckNodePort) */
function withHealthCheckPort(server: Server, service: Service, old: Service | undefined): Service | Status {
  const { spec } = service;
  if (!needsHealthCheck(spec)) return service;
  const given = spec.healthCheckNodePort ?? 0;
  if (given !== 0 && given === old?.spec.healthCheckNodePort) return service;
  const used = usedNodePorts(server, service);
  for (const { nodePort } of spec.ports ?? []) if (nodePort !== undefined) used.add(nodePort);
  if (given === 0) return { ...service, spec: { ...spec, healthCheckNodePort: drawPort(server, used) } };
  const why = given < NODE_PORT_MIN || given > NODE_PORT_MAX ? `provided port is not in the valid range. The range of valid ports is ${NODE_PORT_MIN}-${NODE_PORT_MAX}` : used.has(given) ? 'provided port is already allocated' : '';
  return why === '' ? service : internalError(`failed to allocate requested HealthCheck NodePort ${given}: ${why}`);
}

function drawPort(server: Server, used: Set<number>): number {
  const size = NODE_PORT_MAX - NODE_PORT_MIN + 1;
  let port = 0;
  for (let i = 0; i < DRAWS_MAX; i++) {
    port = NODE_PORT_MIN + NODE_PORT_BAND + server.out.draw('node ports', size - NODE_PORT_BAND);
    if (!used.has(port)) break;
  }
  for (let i = 0; i < size && used.has(port); i++) port = port === NODE_PORT_MAX ? NODE_PORT_MIN : port + 1;
  used.add(port);
  return port;
}

function usedNodePorts(server: Server, except: Service): Set<number> {
  const used = new Set<number>();
  for (const object of server.state.caches.get('/services')?.items.values() ?? []) {
    const service = object as Service;
    if (service.metadata.name === except.metadata.name && service.metadata.namespace === except.metadata.namespace) continue;
    for (const port of service.spec.ports ?? []) if (port.nodePort !== undefined) used.add(port.nodePort);
    if (service.spec.healthCheckNodePort) used.add(service.spec.healthCheckNodePort);
  }
  return used;
}
