import { decodeBase64 } from '../../base64.ts';
import { findCondition } from '../../condition.ts';
import { invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { Condition, KubeObject } from '../../meta.ts';
import { dns1035Label, dns1123Subdomain, pathSegment, portNumber } from '../../names.ts';
import { defineResource, keepOnlyStatusAndMetadata, metadataFields, statusSubresource } from '../../resource.ts';
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
const conditionStatuses = ['True', 'False', 'Unknown'] as const;
/** The port of HTTPS. */
const defaultPort = 443;

function validateLocal({ caBundle = '', insecureSkipTLSVerify = false }: APIServiceSpec, errors: FieldError[]): void {
  if (caBundle !== '') errors.push(invalid('spec.caBundle', `${decodeBase64(caBundle).length} bytes`, 'local APIServices may not have a caBundle'));
  if (insecureSkipTLSVerify) errors.push(invalid('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify'));
}

function validateService(spec: APIServiceSpec, errors: FieldError[]): void {
  const { service } = spec;
  if (service === undefined) { validateLocal(spec, errors); return; }
  if (!service.namespace) errors.push(required('spec.service.namespace'));
  if (!service.name) errors.push(required('spec.service.name'));
  const messages = portNumber(service.port ?? 0);
  if (messages.length > 0) errors.push(invalid('spec.service.port', service.port ?? 0, `port is not valid: ${messages.join(', ')}`));
  if (spec.insecureSkipTLSVerify === true && spec.caBundle) errors.push(invalid('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present'));
}

function validateSpec(spec: APIServiceSpec, errors: FieldError[]): void {
  const { group = '', version = '', groupPriorityMinimum: minimum = 0, versionPriority: priority = 0 } = spec;
  if (group === '' && version !== 'v1') errors.push(required('spec.group', 'only v1 may have an empty group and it better be legacy kube'));
  if (group !== '') for (const message of dns1123Subdomain(group)) errors.push(invalid('spec.group', group, message));
  for (const message of dns1035Label(version)) errors.push(invalid('spec.version', version, message));
  if (minimum <= 0 || minimum > maximumGroupPriority) errors.push(invalid('spec.groupPriorityMinimum', minimum, `must be positive and less than ${maximumGroupPriority}`));
  if (priority <= 0 || priority > maximumVersionPriority) errors.push(invalid('spec.versionPriority', priority, `must be positive and less than ${maximumVersionPriority}`));
  validateService(spec, errors);
}

/** The name of an API service says what it serves. */
function nameFaults({ group = '', version = '' }: Partial<APIServiceSpec>, name: string): readonly string[] {
  const faults = pathSegment(name);
  const wanted = `${version}.${group}`;
  return faults.length > 0 || name === wanted ? faults : [`must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`];
}

/** @source kubernetes/kube-aggregator pkg/apis/apiregistration/validation/validation.go (ValidateAPIService) */
function validate(service: APIService): readonly FieldError[] {
  const spec = service.spec ?? { groupPriorityMinimum: 0, versionPriority: 0 };
  const errors = validateAnyMeta(service, false, name => nameFaults(spec, name));
  validateSpec(spec, errors);
  return errors;
}

function validateStatus({ status }: APIService, errors: FieldError[]): readonly FieldError[] {
  (status?.conditions ?? []).forEach((condition, i) => {
    if (!conditionStatuses.includes(condition.status)) errors.push(notSupported(`status.conditions[${i}].status`, condition.status ?? '', conditionStatuses));
  });
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
  prepareForStatusUpdate: keepOnlyStatusAndMetadata,
  validate,
  validateUpdate: (service, old) => [...validateAnyMetaUpdate(service, old), ...validate(service)],
  validateStatusUpdate: (service, old) => validateStatus(service, validateAnyMetaUpdate(service, old)),
});
