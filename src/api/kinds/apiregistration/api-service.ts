import { findCondition } from '../../condition.ts';
import { invalid, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { Condition, KubeObject } from '../../meta.ts';
import { dns1035Label, dns1123Subdomain, pathSegment, portNumber } from '../../names.ts';
import { defineResource, keepOnlyStatus, metadataFields, statusSubresource } from '../../resource.ts';
import { validateAnyMeta, validateAnyMetaUpdate } from '../../validate-meta.ts';
import { ageColumn, nameColumn } from '../columns.ts';

/** Who serves a version of a group. */
export interface APIServiceSpec {
  /** Absent: this API server itself. */
  readonly service?: { readonly namespace?: string; readonly name?: string; readonly port?: number };
  readonly group?: string;
  readonly version?: string;
  readonly insecureSkipTLSVerify?: boolean;
  readonly caBundle?: string;
  readonly groupPriorityMinimum: number;
  readonly versionPriority: number;
}

/** A version of a group, and who serves it. */
export interface APIService extends KubeObject {
  readonly apiVersion: 'apiregistration.k8s.io/v1';
  readonly kind: 'APIService';
  readonly spec?: APIServiceSpec;
  readonly status?: { readonly conditions?: readonly Condition[] };
}

const maximumGroupPriority = 20_000;
const maximumVersionPriority = 1000;
/** The port of HTTPS. */
const defaultPort = 443;

function validateLocal(spec: APIServiceSpec, errors: FieldError[]): void {
  if (spec.caBundle) errors.push(invalid('spec.caBundle', `${spec.caBundle.length} bytes`, 'local APIServices may not have a caBundle'));
  if (spec.insecureSkipTLSVerify === true) errors.push(invalid('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify'));
}

function validateService(spec: APIServiceSpec, errors: FieldError[]): void {
  const { service } = spec;
  if (service === undefined) { validateLocal(spec, errors); return; }
  if (!service.namespace) errors.push(required('spec.service.namespace'));
  if (!service.name) errors.push(required('spec.service.name'));
  const messages = portNumber(service.port ?? 0);
  if (messages.length > 0) errors.push(invalid('spec.service.port', service.port ?? 0, `port is not valid: ${messages.join(',')}`));
  if (spec.insecureSkipTLSVerify === true && spec.caBundle) errors.push(invalid('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present'));
}

/** @source kubernetes/kube-aggregator pkg/apis/apiregistration/validation/validation.go */
function validateSpec(spec: APIServiceSpec, errors: FieldError[]): void {
  const group = spec.group ?? '';
  const groupMessages = group === '' ? [] : dns1123Subdomain(group);
  if (groupMessages.length > 0) errors.push(invalid('spec.group', group, groupMessages.join(',')));
  const version = spec.version ?? '';
  const versionMessages = version === '' ? [] : dns1035Label(version);
  if (version === '') errors.push(required('spec.version'));
  else if (versionMessages.length > 0) errors.push(invalid('spec.version', version, versionMessages.join(',')));
  const minimum = spec.groupPriorityMinimum ?? 0;
  if (minimum <= 0 || minimum > maximumGroupPriority) errors.push(invalid('spec.groupPriorityMinimum', minimum, `must be positive and less than ${maximumGroupPriority}`));
  const priority = spec.versionPriority ?? 0;
  if (priority <= 0 || priority > maximumVersionPriority) errors.push(invalid('spec.versionPriority', priority, `must be positive and less than ${maximumVersionPriority}`));
  validateService(spec, errors);
}

function validate(service: APIService, errors: FieldError[]): readonly FieldError[] {
  validateSpec(service.spec ?? { groupPriorityMinimum: 0, versionPriority: 0 }, errors);
  return errors;
}

function serviceText({ spec }: APIService): string {
  return spec?.service === undefined ? 'Local' : `${spec.service.namespace ?? ''}/${spec.service.name ?? ''}`;
}

function availableText(service: APIService): string {
  const condition = findCondition(service.status?.conditions, 'Available');
  if (condition === undefined) return 'Unknown';
  return condition.status === 'True' || !condition.reason ? condition.status : `${condition.status} (${condition.reason})`;
}

/** @source kubernetes/kube-aggregator pkg/registry/apiservice/strategy.go */
export const apiServiceResource = defineResource<APIService>({
  group: 'apiregistration.k8s.io', version: 'v1', kind: 'APIService', plural: 'apiservices', singular: 'apiservice', shortNames: [],
  categories: ['api-extensions'], namespaced: false, subresources: [statusSubresource], storagePrefix: '/registry/apiregistration.k8s.io/apiservices/',
  allowUnconditionalUpdate: false, selectableFields: metadataFields<APIService>(false),
  columns: [nameColumn(), { name: 'Service', description: 'Where its requests go: to this server, or to a Service.', cell: serviceText }, { name: 'Available', description: 'Whether it can be reached.', cell: availableText }, ageColumn()],
  defaults(service) {
    const to = service.spec?.service;
    if (service.spec === undefined || to === undefined || to.port !== undefined) return service;
    return { ...service, spec: { ...service.spec, service: { ...to, port: defaultPort } } };
  },
  // What this server serves itself is available at once.
  prepareForCreate: (service) => ({
    ...service, status: service.spec?.service === undefined
      ? { conditions: [{ type: 'Available', status: 'True', reason: 'Local', message: 'Local APIServices are always available', lastTransitionTime: service.metadata.creationTimestamp ?? '' }] } : {},
  }),
  prepareForUpdate: (service, old) => ({ ...service, status: old.status ?? {} }),
  prepareForStatusUpdate: (service, old) => keepOnlyStatus(service, old),
  validate(service) {
    const { group = '', version = '' } = service.spec ?? {};
    const wanted = `${version}.${group}`;
    const check = (name: string): readonly string[] => [...pathSegment(name), ...(name === wanted ? [] : [`must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`])];
    return validate(service, validateAnyMeta(service, false, check));
  },
  validateUpdate: (service, old) => validate(service, validateAnyMetaUpdate(service, old)),
  validateStatusUpdate: (service, old) => validateAnyMetaUpdate(service, old),
});
