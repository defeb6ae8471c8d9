import { equalData } from '../../../base/compare.ts';
import { invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { addressRemarks, isAddress } from '../../ip-forms.ts';
import type { KubeObject } from '../../meta.ts';
import { dns1123Label, dns1123Subdomain, portNumber, qualifiedName } from '../../names.ts';
import { defineResource, metadataFields, plainStrategy } from '../../resource.ts';
import { age } from '../../time.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import type { Protocol } from './container.ts';
import type { ObjectReference } from './event.ts';
import { validateEndpointAddress } from './validate-address.ts';
import { ipText } from './validate-pod-spec.ts';

/** One address behind a service. */
export interface EndpointAddress {
  readonly ip: string;
  readonly hostname?: string;
  readonly nodeName?: string;
  readonly targetRef?: ObjectReference;
}

/** A port shared by the addresses of a subset. */
export interface EndpointPort {
  readonly name?: string;
  readonly port: number;
  readonly protocol?: Protocol;
  readonly appProtocol?: string;
}

/** Addresses that share ports. */
export interface EndpointSubset {
  readonly addresses?: readonly EndpointAddress[];
  readonly notReadyAddresses?: readonly EndpointAddress[];
  readonly ports?: readonly EndpointPort[];
}

/** The older, single-object form of EndpointSlices. */
export interface Endpoints extends KubeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'Endpoints';
  readonly subsets?: readonly EndpointSubset[];
}

/** Shown at most; the rest is counted. */
const shownEndpoints = 3;

/** `address:port` pairs, the first three; one port after the other. */
function endpointsText({ subsets = [] }: Endpoints): string {
  if (subsets.length === 0) return '<none>';
  const pairs = subsets.flatMap(({ addresses = [], ports = [] }) => (ports.length === 0 ? addresses.map(({ ip }) => ip)
    : ports.flatMap(({ port }) => addresses.map(({ ip }) => `${ip.includes(':') ? `[${ip}]` : ip}:${port}`))));
  const shown = pairs.slice(0, shownEndpoints).join(',');
  return pairs.length > shownEndpoints ? `${shown} + ${pairs.length - shownEndpoints} more...` : shown;
}

function validateAddress(address: EndpointAddress, path: string, errors: FieldError[]): void {
  const { ip = '', hostname, nodeName } = address;
  if (!isAddress(ip)) errors.push(invalid(`${path}.ip`, ip, ipText));
  if (hostname) for (const message of dns1123Label(hostname)) errors.push(invalid(`${path}.hostname`, hostname, message));
  if (nodeName !== undefined) for (const message of dns1123Subdomain(nodeName)) errors.push(invalid(`${path}.nodeName`, nodeName, message));
  validateEndpointAddress(ip, `${path}.ip`, errors);
}

const protocols = ['SCTP', 'TCP', 'UDP'] as const;

function validatePort(port: EndpointPort, needsName: boolean, { path, errors }: { readonly path: string; readonly errors: FieldError[] }): void {
  if (needsName && !port.name) errors.push(required(`${path}.name`));
  else if (port.name) for (const message of dns1123Label(port.name)) errors.push(invalid(`${path}.name`, port.name, message));
  for (const message of portNumber(port.port)) errors.push(invalid(`${path}.port`, port.port ?? 0, message));
  if (!port.protocol) errors.push(required(`${path}.protocol`));
  else if (!(protocols as readonly string[]).includes(port.protocol)) errors.push(notSupported(`${path}.protocol`, port.protocol, protocols));
  if (port.appProtocol !== undefined) for (const message of qualifiedName(port.appProtocol)) errors.push(invalid(`${path}.appProtocol`, port.appProtocol, message));
}

/** @source kubernetes pkg/apis/core/validation/validation.go (validateEndpointSubsets) */
function validateSubsets(endpoints: Endpoints, errors: FieldError[]): void {
  (endpoints.subsets ?? []).forEach((subset, i) => {
    const at = `subsets[${i}]`;
    const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
    if (addresses.length === 0 && notReadyAddresses.length === 0) errors.push(required(at, 'must specify `addresses` or `notReadyAddresses`'));
    addresses.forEach((address, k) => validateAddress(address, `${at}.addresses[${k}]`, errors));
    notReadyAddresses.forEach((address, k) => validateAddress(address, `${at}.notReadyAddresses[${k}]`, errors));
    ports.forEach((port, k) => validatePort(port, ports.length > 1, { path: `${at}.ports[${k}]`, errors }));
  });
}

const managedBy = 'endpoints.kubernetes.io/managed-by';

/** What is said of addresses that should be written otherwise, unless the controller of Endpoints wrote them. @source kubernetes pkg/registry/core/endpoint/strategy.go (endpointsWarnings) */
function warnings({ metadata, subsets = [] }: Endpoints): readonly string[] {
  if (metadata.labels?.[managedBy] === 'endpoint-controller') return [];
  return subsets.flatMap((subset, i) => (['addresses', 'notReadyAddresses'] as const).flatMap(part => (subset[part] ?? []).flatMap(({ ip = '' }, k) => addressRemarks(ip, `subsets[${i}].${part}[${k}].ip`))));
}

/** @source kubernetes pkg/registry/core/endpoint/strategy.go */
export const endpointsResource = defineResource<Endpoints>({
  group: '', version: 'v1', kind: 'Endpoints', plural: 'endpoints', singular: 'endpoints', shortNames: ['ep'], categories: [], namespaced: true,
  subresources: [], storagePrefix: '/registry/services/endpoints/', allowCreateOnUpdate: true, allowUnconditionalUpdate: true,
  deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  selectableFields: metadataFields<Endpoints>(true),
  columns: [
    { name: 'Name', cell: (endpoints) => endpoints.metadata.name },
    { name: 'Endpoints', doc: 'Endpoints.subsets', cell: endpointsText },
    { name: 'Age', cell: (endpoints, now) => age(endpoints.metadata.creationTimestamp, now) },
  ],
  defaults(endpoints) {
    const complete = (endpoints.subsets ?? []).every((subset) => (subset.ports ?? []).every((port) => port.protocol !== undefined));
    if (complete) return endpoints;
    return { ...endpoints, subsets: (endpoints.subsets ?? []).map((subset) => ({ ...subset, ports: (subset.ports ?? []).map((port) => ({ ...port, protocol: port.protocol ?? 'TCP' })) })) };
  },
  ...plainStrategy<Endpoints>(),
  warnings,
  validate(endpoints) {
    const errors = validateObjectMeta(endpoints, true, dns1123Subdomain);
    validateSubsets(endpoints, errors);
    return errors;
  },
  validateUpdate(endpoints, old) {
    const errors = validateObjectMetaUpdate(endpoints, old);
    if (endpoints.subsets !== old.subsets && !equalData(endpoints.subsets ?? [], old.subsets ?? [])) validateSubsets(endpoints, errors);
    return errors;
  },
});
