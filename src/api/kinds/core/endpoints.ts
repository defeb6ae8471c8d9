import { invalid, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { isIP } from '../../ip.ts';
import type { KubeObject } from '../../meta.ts';
import { dns1123Subdomain, portNumber } from '../../names.ts';
import { defineResource, metadataFields, plainStrategy } from '../../resource.ts';
import { age } from '../../time.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import type { Protocol } from './container.ts';
import type { ObjectReference } from './event.ts';

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

/** `address:port` pairs, the first three. */
function endpointsText(endpoints: Endpoints): string {
  const pairs: string[] = [];
  for (const subset of endpoints.subsets ?? []) {
    const ports = subset.ports ?? [];
    for (const address of subset.addresses ?? []) {
      if (ports.length === 0) pairs.push(address.ip);
      for (const port of ports) pairs.push(`${address.ip}:${port.port}`);
    }
  }
  if (pairs.length === 0) return '<none>';
  const shown = pairs.slice(0, shownEndpoints).join(',');
  return pairs.length > shownEndpoints ? `${shown} + ${pairs.length - shownEndpoints} more...` : shown;
}

function validateSubsets(endpoints: Endpoints, errors: FieldError[]): void {
  (endpoints.subsets ?? []).forEach((subset, i) => {
    const at = `subsets[${i}]`;
    if ((subset.addresses ?? []).length === 0 && (subset.notReadyAddresses ?? []).length === 0) errors.push(required(at, 'must specify `addresses` or `notReadyAddresses`'));
    (subset.addresses ?? []).forEach((address, k) => {
      if (!isIP(address.ip)) errors.push(invalid(`${at}.addresses[${k}].ip`, address.ip, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'));
    });
    (subset.ports ?? []).forEach((port, k) => {
      if (!port.name && (subset.ports ?? []).length > 1) errors.push(required(`${at}.ports[${k}].name`));
      for (const message of portNumber(port.port)) errors.push(invalid(`${at}.ports[${k}].port`, port.port, message));
    });
  });
}

/** @source kubernetes pkg/registry/core/endpoint/strategy.go */
export const endpointsResource = defineResource<Endpoints>({
  group: '', version: 'v1', kind: 'Endpoints', plural: 'endpoints', singular: 'endpoints', shortNames: ['ep'], categories: [], namespaced: true,
  subresources: [], storagePrefix: '/registry/services/endpoints/', allowCreateOnUpdate: true, allowUnconditionalUpdate: true,
  selectableFields: metadataFields<Endpoints>(true),
  columns: [
    { name: 'Name', cell: (endpoints) => endpoints.metadata.name },
    { name: 'Endpoints', cell: endpointsText },
    { name: 'Age', cell: (endpoints, now) => age(endpoints.metadata.creationTimestamp, now) },
  ],
  defaults(endpoints) {
    const complete = (endpoints.subsets ?? []).every((subset) => (subset.ports ?? []).every((port) => port.protocol !== undefined));
    if (complete) return endpoints;
    return { ...endpoints, subsets: (endpoints.subsets ?? []).map((subset) => ({ ...subset, ports: (subset.ports ?? []).map((port) => ({ ...port, protocol: port.protocol ?? 'TCP' })) })) };
  },
  ...plainStrategy<Endpoints>(),
  validate(endpoints) {
    const errors = validateObjectMeta(endpoints, true, dns1123Subdomain);
    validateSubsets(endpoints, errors);
    return errors;
  },
  validateUpdate(endpoints, old) {
    const errors = validateObjectMetaUpdate(endpoints, old);
    validateSubsets(endpoints, errors);
    return errors;
  },
});
