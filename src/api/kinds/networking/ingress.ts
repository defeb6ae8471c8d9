import { compareText } from '../../../base/compare.ts';
import { invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { parseLoose } from '../../ip-forms.ts';
import type { KubeObject } from '../../meta.ts';
import { dns1035Label, dns1123Subdomain, pathSegment, portName, portNumber, wildcardSubdomain } from '../../names.ts';
import { defineResource, metadataFields, specStrategy, statusSubresource } from '../../resource.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { balancerWarnings } from '../core/service-warnings.ts';
import { ipText } from '../core/validate-pod-spec.ts';


/** Where requests go: a service's port, or another resource. */
export interface IngressBackend {
  readonly service?: { readonly name: string; readonly port?: { readonly name?: string; readonly number?: number } };
  readonly resource?: { readonly apiGroup?: string; readonly kind: string; readonly name: string };
}

/** One path of a host. */
export interface HTTPIngressPath {
  readonly path?: string;
  readonly pathType?: 'Exact' | 'Prefix' | 'ImplementationSpecific';
  readonly backend: IngressBackend;
}

/** The paths of one host, or of all hosts. */
export interface IngressRule {
  readonly host?: string;
  readonly http?: { readonly paths: readonly HTTPIngressPath[] };
}

/** The desired state of an ingress. */
export interface IngressSpec {
  readonly ingressClassName?: string;
  readonly defaultBackend?: IngressBackend;
  readonly tls?: readonly { readonly hosts?: readonly string[]; readonly secretName?: string }[];
  readonly rules?: readonly IngressRule[];
}

/** An address under which the ingress is reached. */
export interface IngressLoadBalancerIngress {
  readonly ip?: string;
  readonly hostname?: string;
  readonly ports?: readonly { readonly port: number; readonly protocol: string; readonly error?: string }[];
}

/** HTTP routes from outside to services. */
export interface Ingress extends KubeObject {
  readonly apiVersion: 'networking.k8s.io/v1';
  readonly kind: 'Ingress';
  readonly spec?: IngressSpec;
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly IngressLoadBalancerIngress[] } };
}

/** The annotation that named the class before there was a field. */
const ingressClassAnnotation = 'kubernetes.io/ingress.class';
const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'] as const;
const badSequences = ['//', '/./', '/../', '%2f', '%2F'] as const;
const badEndings = ['/..', '/.'] as const;

/** An object of any kind, by name. @source kubernetes pkg/apis/networking/validation/validation.go (validateIngressTypedLocalObjectReference) */
export function validateTypedReference(of: { readonly apiGroup?: string; readonly kind: string; readonly name: string }, path: string, errors: FieldError[]): void {
  if (of.apiGroup !== undefined) for (const message of dns1123Subdomain(of.apiGroup)) errors.push(invalid(`${path}.apiGroup`, of.apiGroup, message));
  for (const field of ['kind', 'name'] as const) {
    if (!of[field]) errors.push(required(`${path}.${field}`, `${field} is required`));
    else for (const message of pathSegment(of[field])) errors.push(invalid(`${path}.${field}`, of[field], message));
  }
}

function validateService(service: NonNullable<IngressBackend['service']>, path: string, errors: FieldError[]): void {
  if (!service.name) errors.push(required(`${path}.service.name`));
  else for (const message of dns1035Label(service.name)) errors.push(invalid(`${path}.service.name`, service.name, message));
  const { name, number } = service.port ?? {};
  if (name && number) errors.push(invalid(path, '', 'cannot set both port name & port number'));
  else if (name) for (const message of portName(name)) errors.push(invalid(`${path}.service.port.name`, name, message));
  else if (number) for (const message of portNumber(number)) errors.push(invalid(`${path}.service.port.number`, number, message));
  else errors.push(required(path, 'port name or number is required'));
}

function validateBackend(backend: IngressBackend | undefined, path: string, errors: FieldError[]): void {
  const { service, resource } = backend ?? {};
  if (service !== undefined && resource !== undefined) errors.push(invalid(path, '', 'cannot set both resource and service backends'));
  else if (resource !== undefined) validateTypedReference(resource, `${path}.resource`, errors);
  else if (service !== undefined) validateService(service, path, errors);
  else errors.push(invalid(path, '', 'resource or service backend is required'));
}

function validatePath(item: HTTPIngressPath, path: string, errors: FieldError[]): void {
  const text = item.path ?? '';
  const say = (detail: string): void => { errors.push(invalid(`${path}.path`, text, detail)); };
  switch (item.pathType) {
    case undefined: errors.push(required(`${path}.pathType`, 'pathType must be specified')); return;
    case 'Exact': case 'Prefix':
      if (!text.startsWith('/')) say('must be an absolute path');
      for (const bad of badSequences) if (text.includes(bad)) say(`must not contain '${bad}'`);
      for (const bad of badEndings) if (text.endsWith(bad)) say(`cannot end with '${bad}'`);
      break;
    case 'ImplementationSpecific':
      if (text !== '' && !text.startsWith('/')) say('must be an absolute path');
      break;
    default: errors.push(notSupported(`${path}.pathType`, item.pathType, pathTypes));
  }
  validateBackend(item.backend, `${path}.backend`, errors);
}

function validateHost(host: string, path: string, errors: FieldError[]): void {
  const messages = host.includes('*') ? wildcardSubdomain(host) : dns1123Subdomain(host);
  for (const message of messages) errors.push(invalid(path, host, message));
}

function validateRule(rule: IngressRule, path: string, errors: FieldError[]): void {
  if (rule.host) {
    if (parseLoose(rule.host) !== undefined) errors.push(invalid(`${path}.host`, rule.host, 'must be a DNS name, not an IP address'));
    validateHost(rule.host, `${path}.host`, errors);
  }
  if (rule.http === undefined) return;
  const paths = rule.http.paths ?? [];
  if (paths.length === 0) errors.push(required(`${path}.http.paths`));
  paths.forEach((item, i) => validatePath(item, `${path}.http.paths[${i}]`, errors));
}

function validateSpec(spec: IngressSpec, errors: FieldError[]): void {
  const rules = spec.rules ?? [];
  if (rules.length === 0 && spec.defaultBackend === undefined) errors.push(invalid('spec', spec.rules ?? null, 'either `defaultBackend` or `rules` must be specified'));
  if (spec.defaultBackend !== undefined) validateBackend(spec.defaultBackend, 'spec.defaultBackend', errors);
  rules.forEach((rule, i) => validateRule(rule, `spec.rules[${i}]`, errors));
  (spec.tls ?? []).forEach((tls, i) => {
    (tls.hosts ?? []).forEach((host, k) => validateHost(host, `spec.tls[${i}].hosts[${k}]`, errors));
    if (tls.secretName) for (const message of dns1123Subdomain(tls.secretName)) errors.push(invalid(`spec.tls[${i}].secretName`, tls.secretName, message));
  });
  const className = spec.ingressClassName;
  if (className !== undefined) for (const message of dns1123Subdomain(className)) errors.push(invalid('spec.ingressClassName', className, message));
}

function validateClassAnnotation(ingress: Ingress, errors: FieldError[]): void {
  const annotation = ingress.metadata.annotations?.[ingressClassAnnotation];
  const className = ingress.spec?.ingressClassName;
  if (annotation !== undefined && className !== undefined && annotation !== className) {
    errors.push(invalid(`annotations.${ingressClassAnnotation}`, annotation, 'must match `ingressClassName` when both are specified'));
  }
}

function validateStatusUpdate(ingress: Ingress, old: Ingress): readonly FieldError[] {
  const errors = validateObjectMetaUpdate(ingress, old);
  (ingress.status?.loadBalancer?.ingress ?? []).forEach(({ ip, hostname }, i) => {
    const path = `status.loadBalancer.ingress[${i}]`;
    if (ip && parseLoose(ip) === undefined) errors.push(invalid(`${path}.ip`, ip, ipText));
    if (!hostname) return;
    for (const message of dns1123Subdomain(hostname)) errors.push(invalid(`${path}.hostname`, hostname, message));
    if (parseLoose(hostname) !== undefined) errors.push(invalid(`${path}.hostname`, hostname, 'must be a DNS name, not an IP address'));
  });
  return errors;
}

/** Hosts that the column shows. */
const shownHosts = 3;

function hostsText(ingress: Ingress): string {
  const rules = ingress.spec?.rules ?? [];
  const hosts: string[] = [];
  let more = false;
  for (const rule of rules) {
    if (hosts.length === shownHosts) more = true;
    if (!more && rule.host) hosts.push(rule.host);
  }
  if (hosts.length === 0) return '*';
  return more ? `${hosts.join(',')} + ${rules.length - shownHosts} more...` : hosts.join(',');
}

function addressText(ingress: Ingress): string {
  const addresses = (ingress.status?.loadBalancer?.ingress ?? []).map((of) => of.ip || of.hostname || '').filter((address) => address !== '');
  return [...new Set(addresses)].sort(compareText).join(',');
}

/** @source kubernetes pkg/registry/networking/ingress/strategy.go */
export const ingressResource = defineResource<Ingress>({
  group: 'networking.k8s.io', version: 'v1', kind: 'Ingress', plural: 'ingresses', singular: 'ingress', shortNames: ['ing'], categories: [],
  namespaced: true, subresources: [statusSubresource], storagePrefix: '/registry/ingress/', allowUnconditionalUpdate: true,
  selectableFields: metadataFields<Ingress>(true),
  columns: [
    nameColumn(),
    { name: 'Class', description: 'Name of the IngressClass that says who answers for it.', cell: (ingress) => ingress.spec?.ingressClassName ?? '<none>' },
    { name: 'Hosts', description: 'Names of hosts that its rules are about.', cell: hostsText },
    { name: 'Address', description: 'Where the load balancer takes requests.', cell: addressText },
    { name: 'Ports', description: 'Ports that are open, 443 where TLS is configured.', cell: (ingress) => ((ingress.spec?.tls ?? []).length > 0 ? '80, 443' : '80') },
    ageColumn(),
  ],
  defaults: (ingress) => ingress,
  ...specStrategy<Ingress>({ loadBalancer: {} }),
  validate(ingress) {
    const errors = validateObjectMeta(ingress, true, dns1123Subdomain);
    validateSpec(ingress.spec ?? {}, errors);
    validateClassAnnotation(ingress, errors);
    return errors;
  },
  validateUpdate(ingress, old) {
    const errors = [...validateObjectMetaUpdate(ingress, old), ...validateObjectMeta(ingress, true, dns1123Subdomain)];
    validateSpec(ingress.spec ?? {}, errors);
    return errors;
  },
  validateStatusUpdate,
  statusWarnings: balancerWarnings,
  warnings: ({ metadata, spec }, old) => (old !== undefined || metadata.annotations?.[ingressClassAnnotation] === undefined || spec?.ingressClassName !== undefined ? [] : [`annotation "${ingressClassAnnotation}" is deprecated, please use 'spec.ingressClassName' instead`]),
});
