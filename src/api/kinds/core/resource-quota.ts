import { compareText, equalData } from '../../../base/compare.ts';
import { invalid, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { KubeObject } from '../../meta.ts';
import { dns1123Subdomain } from '../../names.ts';
import { defineResource, keepOnlyStatus, metadataFields, statusSubresource } from '../../resource.ts';
import { immutableText, validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import type { ResourceList } from './container.ts';
import { validateAmounts } from './resource-names.ts';
import { isQuotaResource } from './standard-resources.ts';

/** Which objects a quota counts. */
export type ResourceQuotaScope = 'Terminating' | 'NotTerminating' | 'BestEffort' | 'NotBestEffort' | 'PriorityClass' | 'CrossNamespacePodAffinity' | 'VolumeAttributesClass';

/** One term of a scope selector. */
export interface ScopedResourceSelectorRequirement {
  readonly scopeName: ResourceQuotaScope;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[];
}

/** The limits of a namespace. */
export interface ResourceQuotaSpec {
  readonly hard?: ResourceList;
  readonly scopes?: readonly ResourceQuotaScope[];
  readonly scopeSelector?: { readonly matchExpressions?: readonly ScopedResourceSelectorRequirement[] };
}

/** How much a namespace may use in all. */
export interface ResourceQuota extends KubeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'ResourceQuota';
  readonly spec?: ResourceQuotaSpec;
  readonly status?: { readonly hard?: ResourceList; readonly used?: ResourceList };
}

const scopes: readonly string[] = ['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'PriorityClass', 'CrossNamespacePodAffinity', 'VolumeAttributesClass'];
const podResources: readonly string[] = ['pods', 'cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];
const claimResources: readonly string[] = ['persistentvolumeclaims', 'requests.storage'];
const conflicts: readonly (readonly [ResourceQuotaScope, ResourceQuotaScope])[] = [['BestEffort', 'NotBestEffort'], ['Terminating', 'NotTerminating']];

/** Whether a scope can be told of a resource. @source kubernetes pkg/apis/core/helper/helpers.go (IsResourceQuotaScopeValidForResource) */
function fits(scope: string, resource: string): boolean {
  switch (scope) {
    case 'BestEffort': return resource === 'pods';
    case 'VolumeAttributesClass': return claimResources.includes(resource);
    default: return !scopes.includes(scope) || podResources.includes(resource);
  }
}

const limited = (spec: ResourceQuotaSpec): readonly string[] => Object.keys(spec.hard ?? {}).filter(isQuotaResource).sort(compareText);

function validateConflicts(given: readonly string[], spec: ResourceQuotaSpec, { path, errors }: { readonly path: string; readonly errors: FieldError[] }): void {
  for (const pair of conflicts) if (pair.every((scope) => given.includes(scope))) errors.push(invalid(path, spec.scopes ?? null, 'conflicting scopes'));
}

function validateScopes(spec: ResourceQuotaSpec, errors: FieldError[]): void {
  const given = spec.scopes ?? [];
  for (const scope of given) {
    if (!scopes.includes(scope)) errors.push(invalid('spec.scopes', given, 'unsupported scope'));
    for (const resource of limited(spec)) if (!fits(scope, resource)) errors.push(invalid('spec.scopes', given, 'unsupported scope applied to resource'));
  }
  validateConflicts(given, spec, { path: 'spec.scopes', errors });
}

const existsOnlyText = "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";

function validateTerm(term: ScopedResourceSelectorRequirement, path: string, errors: FieldError[]): void {
  const values = term.values ?? [];
  const takesValues = term.scopeName === 'PriorityClass' || term.scopeName === 'VolumeAttributesClass';
  if (scopes.includes(term.scopeName) && !takesValues && term.operator !== 'Exists') errors.push(invalid(`${path}.operator`, term.operator ?? '', existsOnlyText));
  switch (term.operator) {
    case 'In': case 'NotIn':
      if (values.length === 0) errors.push(required(`${path}.values`, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"));
      break;
    case 'Exists': case 'DoesNotExist':
      if (values.length > 0) errors.push(invalid(`${path}.values`, values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"));
      break;
    default:
      errors.push(invalid(`${path}.operator`, term.operator ?? '', 'not a valid selector operator'));
  }
}

function validateScopeSelector(spec: ResourceQuotaSpec, errors: FieldError[]): void {
  if (spec.scopeSelector === undefined) return;
  const path = 'spec.scopeSelector.matchExpressions';
  const terms = spec.scopeSelector.matchExpressions ?? [];
  for (const term of terms) {
    if (!scopes.includes(term.scopeName)) errors.push(invalid(`${path}.scopeName`, term.scopeName ?? '', 'unsupported scope'));
    for (const resource of limited(spec)) if (!fits(term.scopeName, resource)) errors.push(invalid(path, spec.scopeSelector, 'unsupported scope applied to resource'));
    validateTerm(term, path, errors);
  }
  validateConflicts(terms.map((term) => term.scopeName), spec, { path, errors });
}

function validateSpec(spec: ResourceQuotaSpec, errors: FieldError[]): void {
  validateAmounts(spec.hard, 'spec.hard', errors);
  validateScopes(spec, errors);
  validateScopeSelector(spec, errors);
}

function validateStatus(quota: ResourceQuota, errors: FieldError[]): void {
  validateAmounts(quota.status?.hard, 'status.hard', errors);
  validateAmounts(quota.status?.used, 'status.used', errors);
}

function usage(quota: ResourceQuota, ofLimits: boolean): string {
  const { hard = {}, used = {} } = quota.status ?? {};
  return Object.keys(hard).filter((name) => name.startsWith('limits.') === ofLimits).sort(compareText)
    .map((name) => `${name}: ${used[name] ?? '0'}/${hard[name] ?? '0'}`).join(', ');
}

/** @source kubernetes pkg/registry/core/resourcequota/strategy.go */
export const resourceQuotaResource = defineResource<ResourceQuota>({
  group: '', version: 'v1', kind: 'ResourceQuota', plural: 'resourcequotas', singular: 'resourcequota', shortNames: ['quota'], categories: [],
  namespaced: true, subresources: [statusSubresource], storagePrefix: '/registry/resourcequotas/', allowUnconditionalUpdate: true,
  selectableFields: metadataFields<ResourceQuota>(true),
  columns: [
    nameColumn(),
    { name: 'Request', description: 'What is used of what pods and objects may ask for.', cell: (quota) => usage(quota, false) },
    { name: 'Limit', description: 'What is used of what the limits of pods may add up to.', cell: (quota) => usage(quota, true) },
    ageColumn(),
  ],
  defaults: (quota) => quota,
  prepareForCreate: (quota) => ({ ...quota, status: {} }),
  prepareForUpdate: (quota, old) => ({ ...quota, status: old.status ?? {} }),
  prepareForStatusUpdate: (quota, old) => keepOnlyStatus(quota, old),
  validate(quota) {
    const errors = validateObjectMeta(quota, true, dns1123Subdomain);
    validateSpec(quota.spec ?? {}, errors);
    return errors;
  },
  validateUpdate(quota, old) {
    const errors = validateObjectMetaUpdate(quota, old);
    validateSpec(quota.spec ?? {}, errors);
    const [now, before] = [quota, old].map((each) => [...new Set<string>(each.spec?.scopes ?? [])].sort(compareText));
    if (!equalData(now, before)) errors.push(invalid('spec.scopes', quota.spec?.scopes ?? null, immutableText));
    return errors;
  },
  validateStatusUpdate(quota, old) {
    const errors = validateObjectMetaUpdate(quota, old);
    validateStatus(quota, errors);
    return errors;
  },
});
