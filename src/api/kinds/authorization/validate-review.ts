/** What is wrong with a question about who may do what. @source kubernetes/kubernetes pkg/apis/authorization/validation/validation.go */
import { type FieldError, invalid, required } from '../../field-error.ts';
import type { ObjectMeta } from '../../meta.ts';
import { validateRequirementLabels, validateRequirementValues } from '../../selector.ts';
import type { ResourceAttributes, SelectorAttributes, SubjectAccessReviewSpec } from './reviews.ts';

function validateSelector(selector: SelectorAttributes | undefined, path: string, { ofLabels, errors }: { readonly ofLabels: boolean; readonly errors: FieldError[] }): void {
  if (selector === undefined) return;
  const { rawSelector = '', requirements = [] } = selector;
  if (rawSelector !== '' && requirements.length > 0) errors.push(invalid(`${path}.rawSelector`, rawSelector, 'may not specified at the same time as requirements'));
  if (rawSelector === '' && requirements.length === 0) errors.push(required(`${path}.requirements`, `when ${path} is specified, requirements or rawSelector is required`));
  requirements.forEach((requirement, i) => {
    const at = `${path}.requirements[${i}]`;
    if (!ofLabels && !requirement.key) errors.push(required(`${at}.key`, 'must be specified'));
    // Operators that nobody knows pass: a newer client may mean something by them.
    validateRequirementValues(requirement, at, errors);
    if (ofLabels) validateRequirementLabels(requirement, at, { letsValues: false, errors });
  });
}

function validateResource({ fieldSelector, labelSelector }: ResourceAttributes, errors: FieldError[]): void {
  validateSelector(fieldSelector, 'spec.resourceAttributes.fieldSelector', { ofLabels: false, errors });
  validateSelector(labelSelector, 'spec.resourceAttributes.labelSelector', { ofLabels: true, errors });
}

const shownPath = ({ path = '', verb = '' }: NonNullable<SubjectAccessReviewSpec['nonResourceAttributes']>): object => ({ Path: path, Verb: verb });

/** Checks an access review of a kind; the namespace in its metadata is the request's. */
export function validateAccessReview(kind: string, { spec, metadata }: { readonly spec: SubjectAccessReviewSpec; readonly metadata: ObjectMeta }): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { resourceAttributes: resource, nonResourceAttributes: path, user = '', groups = [] } = spec;
  const isLocal = kind === 'LocalSubjectAccessReview';
  if (resource !== undefined && path !== undefined) errors.push(invalid('spec.nonResourceAttributes', shownPath(path), 'cannot be specified in combination with resourceAttributes'));
  if (resource === undefined && path === undefined) errors.push(invalid('spec.resourceAttributes', null, 'exactly one of nonResourceAttributes or resourceAttributes must be specified'));
  if (kind !== 'SelfSubjectAccessReview' && user === '' && groups.length === 0) errors.push(invalid('spec.user', user, 'at least one of user or group must be specified'));
  if (resource !== undefined) validateResource(resource, errors);
  const { namespace = '', managedFields: _managed, ...rest } = metadata;
  if (Object.values(rest).some(isSet)) errors.push(invalid('metadata', metadata, isLocal ? 'must be empty except for namespace' : 'must be empty'));
  if (!isLocal) return errors;
  if (resource !== undefined && (resource.namespace ?? '') !== namespace) errors.push(invalid('spec.resourceAttributes.namespace', resource.namespace ?? '', 'must match metadata.namespace'));
  if (path !== undefined) errors.push(invalid('spec.nonResourceAttributes', shownPath(path), 'disallowed on this kind of request'));
  return errors;
}

const isSet = (value: unknown): boolean => value !== undefined && value !== null && value !== '' && value !== 0 && (typeof value !== 'object' || Object.keys(value).length > 0);
