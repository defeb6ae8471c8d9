/**
 * What slices of endpoints are refused for.
 *
 * @source kubernetes pkg/apis/discovery/validation/validation.go
 */
import { equalData } from '../../../base/compare.ts';
import { duplicate, invalid, notSupported, required, tooMany } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { canonicalAddress, parseLoose } from '../../ip-forms.ts';
import { isIP } from '../../ip.ts';
import { dns1123Label, dns1123Subdomain, labelValue, qualifiedName } from '../../names.ts';
import { validateEndpointAddress } from '../core/validate-address.ts';
import { ipText } from '../core/validate-pod-spec.ts';
import type { Endpoint, EndpointSlice, EndpointSlicePort } from './endpoint-slice.ts';

/** Endpoints of one slice, addresses of one endpoint, ports of one slice, and hints of one endpoint at most. */
const maximumEndpoints = 1000;
const maximumAddresses = 100;
const maximumPorts = 20_000;
const maximumHints = 8;

const types = ['FQDN', 'IPv4', 'IPv6'] as const;
const protocols = ['SCTP', 'TCP', 'UDP'] as const;
const bitsOf = { IPv4: 32, IPv6: 128 } as const;

interface Spot { readonly path: string; readonly errors: FieldError[] }

/** A domain of at least two parts. @source kubernetes/apimachinery pkg/util/validation/validation.go (IsFullyQualifiedDomainName) */
function validateDomain(text: string, { path, errors }: Spot): void {
  if (text === '') { errors.push(required(path)); return; }
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  const faults = dns1123Subdomain(name);
  const labels = name.split('.');
  const bad = labels.find((label) => dns1123Label(label).length > 0);
  if (faults.length > 0) errors.push(invalid(path, name, faults.join(',')));
  else if (labels.length < 2) errors.push(invalid(path, name, 'should be a domain with at least two segments separated by dots'));
  else if (bad !== undefined) errors.push(invalid(path, bad, dns1123Label(bad).join(',')));
}

/** IPv4 is taken as it always was; IPv6 must be written in the one way. */
function addressFaults(address: string, type: 'IPv4' | 'IPv6'): readonly string[] {
  const parsed = parseLoose(address);
  if (parsed === undefined) return [ipText];
  if (type === 'IPv4') return [];
  const faults = [...(isIP(address) ? [] : ['must not have leading 0s']), ...(parsed.isMapped ? ['must not be an IPv4-mapped IPv6 address'] : [])];
  const canonical = canonicalAddress(parsed);
  return faults.length > 0 || canonical === address ? faults : [`must be in canonical form (${JSON.stringify(canonical)})`];
}

/** `list` is the path of the addresses: an address of the other family is told there. */
function validateAddress(address: string, type: string, { path, list, errors }: Spot & { readonly list: string }): void {
  if (type === 'FQDN') { validateDomain(address, { path, errors }); return; }
  if (type !== 'IPv4' && type !== 'IPv6') return;
  const faults = addressFaults(address, type);
  for (const message of faults) errors.push(invalid(path, address, message));
  if (faults.length > 0) return;
  if (parseLoose(address)?.bits !== bitsOf[type]) errors.push(invalid(list, address, `must be an ${type} address`));
  validateEndpointAddress(address, path, errors);
}

function validateNames(list: readonly { readonly name: string }[], check: (name: string) => readonly string[], { path, errors }: Spot): boolean {
  if (list.length > maximumHints) { errors.push(tooMany(path, list.length, maximumHints)); return false; }
  const seen = new Set<string>();
  list.forEach(({ name }, i) => {
    if (seen.has(name)) errors.push(duplicate(`${path}[${i}].name`, name));
    seen.add(name);
    for (const message of check(name)) errors.push(invalid(`${path}[${i}].name`, name, message));
  });
  return true;
}

function validateEndpoint(endpoint: Endpoint, type: string, { path, errors }: Spot): void {
  const { addresses = [], nodeName, hostname, hints } = endpoint;
  const list = `${path}.addresses`;
  if (addresses.length === 0) errors.push(required(list, 'must contain at least 1 address'));
  else if (addresses.length > maximumAddresses) errors.push(tooMany(list, addresses.length, maximumAddresses));
  addresses.forEach((address, i) => validateAddress(address, type, { path: `${list}[${i}]`, list, errors }));
  if (nodeName !== undefined) for (const message of dns1123Subdomain(nodeName)) errors.push(invalid(`${path}.nodeName`, nodeName, message));
  if (hostname !== undefined) for (const message of dns1123Label(hostname)) errors.push(invalid(`${path}.hostname`, hostname, message));
  if (hints === undefined) return;
  if (validateNames(hints.forZones ?? [], labelValue, { path: `${path}.hints.forZones`, errors })) validateNames(hints.forNodes ?? [], dns1123Subdomain, { path: `${path}.hints.forNodes`, errors });
}

// Frozen endpoints that passed once, by the type of their addresses: most endpoints of a slice stay when it changes.
const good: Readonly<Record<string, WeakSet<Endpoint>>> = { FQDN: new WeakSet(), IPv4: new WeakSet(), IPv6: new WeakSet() };

function validateEndpoints(endpoints: readonly Endpoint[], type: string): FieldError[] {
  if (endpoints.length > maximumEndpoints) return [tooMany('endpoints', endpoints.length, maximumEndpoints)];
  const errors: FieldError[] = [];
  const known = good[type];
  for (let i = 0; i < endpoints.length; i++) {
    const endpoint = endpoints[i] as Endpoint;
    if (known?.has(endpoint) === true) continue;
    const before = errors.length;
    validateEndpoint(endpoint, type, { path: `endpoints[${i}]`, errors });
    if (errors.length === before && Object.isFrozen(endpoint)) known?.add(endpoint);
  }
  return errors;
}

function validatePorts(ports: readonly EndpointSlicePort[], errors: FieldError[]): void {
  if (ports.length > maximumPorts) { errors.push(tooMany('ports', ports.length, maximumPorts)); return; }
  const names = new Set<string>();
  ports.forEach(({ name = '', protocol, appProtocol }, i) => {
    if (name !== '') for (const message of dns1123Label(name)) errors.push(invalid(`ports[${i}].name`, name, message));
    if (names.has(name)) errors.push(duplicate(`ports[${i}].name`, name));
    names.add(name);
    if (protocol === undefined) errors.push(required(`ports[${i}].protocol`));
    else if (!protocols.includes(protocol)) errors.push(notSupported(`ports[${i}].protocol`, protocol, protocols));
    if (appProtocol !== undefined) for (const message of qualifiedName(appProtocol)) errors.push(invalid(`ports[${i}].appProtocol`, appProtocol, message));
  });
}

/** Everything but the metadata. Endpoints that an older server took may stay as they are. */
export function validateSlice(slice: EndpointSlice, old: EndpointSlice | undefined, errors: FieldError[]): void {
  const { addressType: type, endpoints = [], ports = [] } = slice;
  if (!type) errors.push(required('addressType'));
  else if (!types.includes(type)) errors.push(notSupported('addressType', type, types));
  validatePorts(ports, errors);
  const faults = validateEndpoints(endpoints, type ?? '');
  if (faults.length > 0 && !(old !== undefined && equalData(old.endpoints, slice.endpoints))) errors.push(...faults);
}
