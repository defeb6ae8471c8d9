import { duplicate, invalid, notSupported, required, tooMany } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { isIPv6, parseIPv4 } from '../../ip.ts';
import type { KubeObject, StringMap } from '../../meta.ts';
import { dns1123Label, dns1123Subdomain } from '../../names.ts';
import { defineResource, metadataFields } from '../../resource.ts';
import { age } from '../../time.ts';
import { validateImmutable, validateObjectMeta } from '../../validate-meta.ts';
import { equalData } from '../../../base/compare.ts';
import { listWithMore } from '../columns.ts';
import type { Protocol } from '../core/container.ts';
import type { ObjectReference } from '../core/event.ts';

/** Readiness of one endpoint; absent `ready` counts as true. */
export interface EndpointConditions {
  readonly ready?: boolean;
  readonly serving?: boolean;
  readonly terminating?: boolean;
}

/** One backend of a service. */
export interface Endpoint {
  readonly addresses: readonly string[];
  readonly conditions?: EndpointConditions;
  readonly hostname?: string;
  readonly targetRef?: ObjectReference;
  readonly deprecatedTopology?: StringMap;
  readonly nodeName?: string;
  readonly zone?: string;
  readonly hints?: { readonly forZones?: readonly { readonly name: string }[]; readonly forNodes?: readonly { readonly name: string }[] };
}

/** A port of all endpoints of a slice. */
export interface EndpointSlicePort {
  readonly name?: string;
  readonly protocol?: Protocol;
  readonly port?: number;
  readonly appProtocol?: string;
}

/** A part of the backends of a service. */
export interface EndpointSlice extends KubeObject {
  readonly apiVersion: 'discovery.k8s.io/v1';
  readonly kind: 'EndpointSlice';
  readonly addressType: 'IPv4' | 'IPv6' | 'FQDN';
  readonly endpoints: readonly Endpoint[];
  readonly ports?: readonly EndpointSlicePort[];
}

/** Endpoints of one slice, addresses of one endpoint, and ports of one slice at most. */
const maximumEndpoints = 1000;
const maximumAddresses = 100;
const maximumPorts = 20_000;

function addressFault(address: string, type: string): readonly string[] {
  switch (type) {
    case 'IPv4': return parseIPv4(address) === undefined ? ['must be a valid IPv4 address'] : [];
    case 'IPv6': return isIPv6(address) ? [] : ['must be a valid IPv6 address'];
    case 'FQDN': return dns1123Subdomain(address);
    default: return [];
  }
}

function validateSlice(slice: EndpointSlice, errors: FieldError[]): void {
  if (!slice.addressType) errors.push(required('addressType'));
  else if (!['IPv4', 'IPv6', 'FQDN'].includes(slice.addressType)) errors.push(notSupported('addressType', slice.addressType, ['FQDN', 'IPv4', 'IPv6']));
  const endpoints = slice.endpoints ?? [];
  if (endpoints.length > maximumEndpoints) errors.push(tooMany('endpoints', endpoints.length, maximumEndpoints));
  endpoints.forEach((endpoint, i) => {
    const addresses = endpoint.addresses ?? [];
    if (addresses.length === 0) errors.push(required(`endpoints[${i}].addresses`, 'must contain at least 1 address'));
    if (addresses.length > maximumAddresses) errors.push(tooMany(`endpoints[${i}].addresses`, addresses.length, maximumAddresses));
    addresses.forEach((address, k) => {
      for (const message of addressFault(address, slice.addressType)) errors.push(invalid(`endpoints[${i}].addresses[${k}]`, address, message));
    });
    if (endpoint.hostname !== undefined) for (const message of dns1123Label(endpoint.hostname)) errors.push(invalid(`endpoints[${i}].hostname`, endpoint.hostname, message));
  });
  const ports = slice.ports ?? [];
  if (ports.length > maximumPorts) errors.push(tooMany('ports', ports.length, maximumPorts));
  const names = new Set<string>();
  ports.forEach((port, i) => {
    if (names.has(port.name ?? '')) errors.push(duplicate(`ports[${i}].name`, port.name ?? ''));
    names.add(port.name ?? '');
    if (!port.protocol) errors.push(required(`ports[${i}].protocol`));
    else if (!['TCP', 'UDP', 'SCTP'].includes(port.protocol)) errors.push(notSupported(`ports[${i}].protocol`, port.protocol, ['SCTP', 'TCP', 'UDP']));
  });
}

/** The columns of a slice show three of each. */

/** @source kubernetes pkg/registry/discovery/endpointslice/strategy.go */
export const endpointSliceResource = defineResource<EndpointSlice>({
  group: 'discovery.k8s.io', version: 'v1', kind: 'EndpointSlice', plural: 'endpointslices', singular: 'endpointslice', shortNames: [], categories: [],
  namespaced: true, subresources: [], storagePrefix: '/registry/endpointslices/', allowUnconditionalUpdate: true,
  selectableFields: metadataFields<EndpointSlice>(true),
  columns: [
    { name: 'Name', cell: (slice) => slice.metadata.name },
    { name: 'AddressType', doc: 'discovery.EndpointSlice.addressType', cell: (slice) => slice.addressType ?? '' },
    { name: 'Ports', doc: 'discovery.EndpointSlice.ports', cell: (slice) => listWithMore((slice.ports ?? []).map(({ port, name }) => `${port ?? name ?? '*'}`)) },
    { name: 'Endpoints', doc: 'discovery.EndpointSlice.endpoints', cell: (slice) => listWithMore((slice.endpoints ?? []).flatMap(({ addresses }) => addresses ?? [])) },
    { name: 'Age', cell: (slice, now) => age(slice.metadata.creationTimestamp, now) },
  ],
  defaults(slice) {
    const complete = slice.endpoints !== undefined && (slice.ports ?? []).every((port) => port.protocol !== undefined && port.name !== undefined);
    if (complete) return slice;
    const ports = slice.ports?.map((port) => ({ ...port, name: port.name ?? '', protocol: port.protocol ?? ('TCP' as const) }));
    return { ...slice, endpoints: slice.endpoints ?? [], ...(ports === undefined ? {} : { ports }) };
  },
  prepareForCreate: (slice) => ({ ...slice, metadata: { ...slice.metadata, generation: 1 } }),
  prepareForUpdate(slice, old) {
    const { metadata, ...content } = slice;
    const { metadata: before, ...oldContent } = old;
    const same = equalData(content, oldContent) && equalData(metadata.labels ?? {}, before.labels ?? {});
    return { ...slice, metadata: { ...metadata, generation: (before.generation ?? 0) + (same ? 0 : 1) } };
  },
  validate(slice) {
    const errors = validateObjectMeta(slice, true, dns1123Subdomain);
    validateSlice(slice, errors);
    return errors;
  },
  validateUpdate(slice, old) {
    const errors = validateObjectMeta(slice, true, dns1123Subdomain);
    validateSlice(slice, errors);
    errors.push(...validateImmutable(slice.addressType, old.addressType, 'addressType'));
    return errors;
  },
});
