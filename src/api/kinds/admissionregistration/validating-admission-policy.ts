import { equalData } from '../../../base/compare.ts';
import { expressionFault, type ExpressionWarning, type PolicyScope } from '../../cel/policy.ts';
import { duplicate, invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { parseJsonPath } from '../../jsonpath/parse.ts';
import type { Condition, KubeObject } from '../../meta.ts';
import { dns1035Label, dns1123Subdomain, qualifiedName } from '../../names.ts';
import { defineResource, keepOnlyStatusAndMetadata, metadataFields, specStrategy, statusSubresource } from '../../resource.ts';
import { validateConditions } from '../../validate-conditions.ts';
import { validateAnyMeta } from '../../validate-meta.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { defaultMatchResources, validateMatchResources } from './match-resources.ts';
import type { MatchResources } from './match-resources.ts';
import { failurePolicies, validateMatchConditions } from './webhook.ts';
import type { MatchCondition } from './webhook.ts';

/** One rule: an expression in CEL that must be true. */
export interface Validation {
  readonly expression: string;
  readonly message?: string;
  readonly reason?: string;
  readonly messageExpression?: string;
}

/** What a policy checks. */
export interface ValidatingAdmissionPolicySpec {
  readonly paramKind?: { readonly apiVersion?: string; readonly kind?: string };
  readonly matchConstraints?: MatchResources;
  readonly validations?: readonly Validation[];
  readonly failurePolicy?: 'Fail' | 'Ignore';
  readonly auditAnnotations?: readonly { readonly key: string; readonly valueExpression: string }[];
  readonly matchConditions?: readonly MatchCondition[];
  readonly variables?: readonly { readonly name: string; readonly expression: string }[];
}

/** Rules in CEL; a binding puts them into force. */
export interface ValidatingAdmissionPolicy extends KubeObject {
  readonly apiVersion: 'admissionregistration.k8s.io/v1';
  readonly kind: 'ValidatingAdmissionPolicy';
  readonly spec?: ValidatingAdmissionPolicySpec;
  readonly status?: { readonly observedGeneration?: number; readonly typeChecking?: { readonly expressionWarnings?: readonly ExpressionWarning[] }; readonly conditions?: readonly Condition[] };
}

const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'] as const;
const reserved: ReadonlySet<string> = new Set([
  'true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while',
]);
const isIdentifier = (name: string): boolean => /^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) && !reserved.has(name);
const maximumAnnotations = 20;
const maximumValueExpression = 5120;

function validateParamKind(of: NonNullable<ValidatingAdmissionPolicySpec['paramKind']>, errors: FieldError[]): void {
  const path = 'spec.paramKind';
  const { apiVersion = '', kind = '' } = of;
  const parts = apiVersion.split('/');
  if (apiVersion === '') errors.push(required(`${path}.apiVersion`));
  else if (parts.length > 2) errors.push(invalid(`${path}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  else {
    const [group, version = ''] = parts.length === 1 ? ['', parts[0]] : parts;
    const groupMessages = group ? dns1123Subdomain(group) : [];
    const versionMessages = dns1035Label(version);
    if (groupMessages.length > 0) errors.push(invalid(`${path}.apiVersion`, group, groupMessages.join(',')));
    if (version === '') errors.push(invalid(`${path}.apiVersion`, apiVersion, 'version must be specified'));
    else if (versionMessages.length > 0) errors.push(invalid(`${path}.apiVersion`, version, versionMessages.join(',')));
  }
  const messages = dns1035Label(kind.toLowerCase());
  if (kind === '') errors.push(required(`${path}.kind`));
  else if (messages.length > 0) errors.push(invalid(`${path}.kind`, kind, `may have mixed case, but should otherwise match: ${messages.join(',')}`));
}

interface Place { readonly path: string; readonly errors: FieldError[]; readonly scope: PolicyScope }

function validateExpression(text: string, types: readonly string[], { path, errors, scope }: Place): void {
  const fault = expressionFault(text, types, scope);
  if (fault !== undefined) errors.push(invalid(path, text, fault));
}

function validateValidation(validation: Validation, { path, errors, scope }: Place): void {
  const { expression = '', message = '', messageExpression = '', reason } = validation;
  if (expression.trim() === '') errors.push(required(`${path}.expression`, 'expression is not specified'));
  else validateExpression(expression, ['bool'], { path: `${path}.expression`, errors, scope });
  if (messageExpression !== '' && messageExpression.trim() === '') errors.push(invalid(`${path}.messageExpression`, messageExpression, 'must be non-empty if specified'));
  else if (messageExpression !== '') validateExpression(messageExpression, ['string'], { path: `${path}.messageExpression`, errors, scope: { ...scope, hasAuthorizer: false } });
  if (message !== '' && message.trim() === '') errors.push(invalid(`${path}.message`, message, 'message must be non-empty if specified'));
  else if (/[\n\r]/.test(message.trim())) errors.push(invalid(`${path}.message`, message, 'message must not contain line breaks'));
  if (reason !== undefined && !(reasons as readonly string[]).includes(reason)) errors.push(notSupported(`${path}.reason`, reason, reasons));
}

function validateAnnotations(policy: ValidatingAdmissionPolicy, scope: PolicyScope, errors: FieldError[]): void {
  const list = policy.spec?.auditAnnotations ?? [];
  const path = 'spec.auditAnnotations';
  if (list.length > maximumAnnotations) errors.push(invalid(path, list, `must not have more than ${maximumAnnotations} auditAnnotations`));
  const keys = list.map(({ key }) => key);
  list.forEach(({ key = '', valueExpression = '' }, i) => {
    const whole = `${policy.metadata.name}/${key}`;
    for (const message of qualifiedName(whole)) errors.push(invalid(`${path}[${i}].key`, whole, message));
    if (valueExpression.trim() === '') errors.push(required(`${path}[${i}].valueExpression`, 'valueExpression is not specified'));
    else if (valueExpression.trim().length > maximumValueExpression) errors.push(required(`${path}[${i}].valueExpression`, `must not exceed ${maximumValueExpression} bytes in length`));
    else validateExpression(valueExpression, ['string', 'null'], { path: `${path}[${i}].valueExpression`, errors, scope });
    if (keys.indexOf(key) < i) errors.push(duplicate(`${path}[${i}].key`, key));
  });
}

function validateSpec(policy: ValidatingAdmissionPolicy, old: ValidatingAdmissionPolicy | undefined, errors: FieldError[]): void {
  const spec = policy.spec ?? {};
  if (spec.failurePolicy === undefined) errors.push(required('spec.failurePolicy'));
  else if (!failurePolicies.includes(spec.failurePolicy)) errors.push(notSupported('spec.failurePolicy', spec.failurePolicy, failurePolicies));
  if (spec.paramKind !== undefined) validateParamKind(spec.paramKind, errors);
  if (spec.matchConstraints === undefined) errors.push(required('spec.matchConstraints'));
  else {
    validateMatchResources(spec.matchConstraints, 'spec.matchConstraints', errors);
    if ((spec.matchConstraints.resourceRules ?? []).length === 0) errors.push(required('spec.matchConstraints.resourceRules'));
  }
  const hasParams = spec.paramKind !== undefined;
  const names = (spec.variables ?? []).map(({ name = '' }) => name).filter(isIdentifier);
  const scope = { hasParams, variables: names };
  const isKnown = old !== undefined && equalData(spec.paramKind, old.spec?.paramKind) && equalData(spec.matchConditions, old.spec?.matchConditions);
  if (!isKnown) validateMatchConditions(spec.matchConditions, 'spec.matchConditions', errors, { hasParams });
  (spec.variables ?? []).forEach(({ name = '', expression = '' }, i) => {
    const path = `spec.variables[${i}]`;
    if (name.trim() === '') errors.push(required(`${path}.name`, 'name is not specified'));
    else if (!isIdentifier(name)) errors.push(invalid(`${path}.name`, name, 'name is not a valid CEL identifier'));
    if (expression.trim() === '') errors.push(required(`${path}.expression`, 'expression is not specified'));
    // A variable may name those before it.
    else validateExpression(expression, [], { path: `${path}.expression`, errors, scope: { hasParams, variables: names.slice(0, i) } });
  });
  if ((spec.validations ?? []).length === 0 && (spec.auditAnnotations ?? []).length === 0) {
    for (const field of ['validations', 'auditAnnotations']) errors.push(required(`spec.${field}`, 'validations or auditAnnotations must contain at least one item'));
    return;
  }
  (spec.validations ?? []).forEach((validation, i) => validateValidation(validation, { path: `spec.validations[${i}]`, errors, scope }));
  validateAnnotations(policy, scope, errors);
}

function validate(policy: ValidatingAdmissionPolicy, old?: ValidatingAdmissionPolicy): readonly FieldError[] {
  const errors = validateAnyMeta(policy, false, dns1123Subdomain);
  validateSpec(policy, old, errors);
  return errors;
}

/** @source kubernetes pkg/apis/admissionregistration/validation/validation.go (validateValidatingAdmissionPolicyStatus) */
function validateStatus({ status }: ValidatingAdmissionPolicy): readonly FieldError[] {
  const errors: FieldError[] = [];
  (status?.typeChecking?.expressionWarnings ?? []).forEach(({ fieldRef = '', warning = '' }, i) => {
    const path = `status.typeChecking.expressionWarnings[${i}]`;
    if (warning === '') errors.push(required(`${path}.warning`));
    const place = fieldRef.trim();
    const parsed = parseJsonPath(`{${place}}`);
    if (place === '') errors.push(required(`${path}.fieldRef`));
    else if (!parsed.ok) errors.push(invalid(`${path}.fieldRef`, place, `invalid JSONPath: ${parsed.error}`));
  });
  validateConditions(status?.conditions, 'status.conditions', errors);
  return errors;
}

function paramText({ spec }: ValidatingAdmissionPolicy): string {
  return spec?.paramKind === undefined ? '<unset>' : `${spec.paramKind.apiVersion ?? ''}/${spec.paramKind.kind ?? ''}`;
}

/** @source kubernetes pkg/registry/admissionregistration/validatingadmissionpolicy/strategy.go */
export const validatingAdmissionPolicyResource = defineResource<ValidatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io', version: 'v1', kind: 'ValidatingAdmissionPolicy', plural: 'validatingadmissionpolicies',
  singular: 'validatingadmissionpolicy', shortNames: [], categories: ['api-extensions'], namespaced: false, subresources: [statusSubresource],
  storagePrefix: '/registry/validatingadmissionpolicies/', allowUnconditionalUpdate: false, selectableFields: metadataFields<ValidatingAdmissionPolicy>(false),
  columns: [
    nameColumn(),
    { name: 'Validations', type: 'integer', description: 'How many rules the policy has.', cell: (policy) => (policy.spec?.validations ?? []).length },
    { name: 'ParamKind', description: 'Kind of the objects that its parameters are read from.', cell: paramText },
    ageColumn(),
  ],
  defaults(policy) {
    const spec = policy.spec ?? {};
    const match = spec.matchConstraints === undefined ? undefined : defaultMatchResources(spec.matchConstraints);
    if (match === spec.matchConstraints && spec.failurePolicy !== undefined) return policy;
    return { ...policy, spec: { ...spec, failurePolicy: spec.failurePolicy ?? 'Fail', ...(match === undefined ? {} : { matchConstraints: match }) } };
  },
  ...specStrategy<ValidatingAdmissionPolicy>({}),
  prepareForStatusUpdate: keepOnlyStatusAndMetadata,
  validate: (policy) => validate(policy),
  validateUpdate: validate,
  validateStatusUpdate: validateStatus,
});
