import { addressRemarks } from '../../ip-forms.ts';
import type { KubeObject, StringMap } from '../../meta.ts';
import { dns1123Subdomain } from '../../names.ts';
import { defineResource, metadataFields } from '../../resource.ts';
import { age } from '../../time.ts';
import { validateImmutable, validateObjectMeta } from '../../validate-meta.ts';
import { equalData } from '../../../base/compare.ts';
import { listWithMore } from '../columns.ts';
import type { Protocol } from '../core/container.ts';
import type { ObjectReference } from '../core/event.ts';
import { validateSlice } from './validate-slice.ts';

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

/** Drops what only the version before v1 had. `old`: the stored slice, whose topology stays as long as its endpoints do.
 * @source kubernetes pkg/registry/discovery/endpointslice/strategy.go (dropTopologyOnV1) */
function withoutTopology(slice: EndpointSlice, old: EndpointSlice | undefined): EndpointSlice {
  if (!(slice.endpoints ?? []).some((endpoint) => endpoint.deprecatedTopology !== undefined)) return slice;
  if (old !== undefined && equalData(old.endpoints, slice.endpoints)) return slice;
  return { ...slice, endpoints: slice.endpoints.map(({ deprecatedTopology: _dropped, ...endpoint }) => endpoint) };
}

/** Controllers that write addresses as they should be. */
const tidyControllers = ['endpointslice-controller.k8s.io', 'endpointslicemirroring-controller.k8s.io'];

function sliceWarnings(slice: EndpointSlice, old: EndpointSlice | undefined): readonly string[] {
  const isTidy = tidyControllers.includes(slice.metadata.labels?.['endpointslice.kubernetes.io/managed-by'] ?? '');
  const remarks = isTidy ? [] : (slice.endpoints ?? []).flatMap(({ addresses }, i) => (addresses ?? []).flatMap((address, k) => addressRemarks(address, `endpoints[${i}].addresses[${k}]`)));
  return old === undefined && slice.addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated', ...remarks] : remarks;
}

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
  prepareForCreate: (slice) => ({ ...withoutTopology(slice, undefined), metadata: { ...slice.metadata, generation: 1 } }),
  prepareForUpdate(slice, old) {
    const { metadata, ...content } = slice;
    const { metadata: before, ...oldContent } = old;
    const same = equalData(content, oldContent) && equalData(metadata.labels ?? {}, before.labels ?? {});
    return { ...withoutTopology(slice, old), metadata: { ...metadata, generation: (before.generation ?? 0) + (same ? 0 : 1) } };
  },
  validate(slice) {
    const errors = validateObjectMeta(slice, true, dns1123Subdomain);
    validateSlice(slice, undefined, errors);
    return errors;
  },
  validateUpdate(slice, old) {
    const errors = validateObjectMeta(slice, true, dns1123Subdomain);
    validateSlice(slice, old, errors);
    errors.push(...validateImmutable(slice.addressType, old.addressType, 'addressType'));
    return errors;
  },
  warnings: sliceWarnings,
});
