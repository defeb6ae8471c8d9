import { compareText, equalData } from '../../../base/compare.ts';
import { duplicate, forbidden, invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { KubeObject, LabelSelector } from '../../meta.ts';
import { dns1123Subdomain, pathSegment } from '../../names.ts';
import { overlay } from '../../overlay.ts';
import { defineResource, metadataFields } from '../../resource.ts';
import { validateLabelSelector } from '../../selector.ts';
import { validateAnyMeta } from '../../validate-meta.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { defaultMatchResources, validateMatchResources } from './match-resources.ts';
import type { MatchResources } from './match-resources.ts';

/** Objects whose fields a policy may use. */
export interface ParamRef {
  readonly name?: string;
  readonly namespace?: string;
  readonly selector?: LabelSelector;
  readonly parameterNotFoundAction?: 'Allow' | 'Deny';
}

/** Puts a policy into force. */
export interface ValidatingAdmissionPolicyBinding extends KubeObject {
  readonly apiVersion: 'admissionregistration.k8s.io/v1';
  readonly kind: 'ValidatingAdmissionPolicyBinding';
  readonly spec?: {
    readonly policyName?: string;
    readonly paramRef?: ParamRef;
    readonly matchResources?: MatchResources;
    readonly validationActions?: readonly ('Deny' | 'Warn' | 'Audit')[];
  };
}

const actions = ['Audit', 'Deny', 'Warn'] as const;

function validateParamRef(ref: ParamRef, errors: FieldError[]): void {
  const path = 'spec.paramRef';
  if (ref.name) {
    for (const message of pathSegment(ref.name)) errors.push(invalid(`${path}.name`, ref.name, message));
    if (ref.selector !== undefined) errors.push(forbidden(`${path}.name`, 'name and selector are mutually exclusive'));
  }
  if (ref.selector !== undefined) {
    errors.push(...validateLabelSelector(ref.selector, `${path}.selector`));
    if (ref.name) errors.push(forbidden(`${path}.selector`, 'name and selector are mutually exclusive'));
  }
  if (!ref.name && ref.selector === undefined) errors.push(required(path, 'one of name or selector must be specified'));
  const action = ref.parameterNotFoundAction;
  if (!action) errors.push(required(`${path}.parameterNotFoundAction`));
  else if (action !== 'Allow' && action !== 'Deny') errors.push(notSupported(`${path}.parameterNotFoundAction`, action, ['Deny', 'Allow']));
}

function validateActions(given: readonly string[], errors: FieldError[]): void {
  const path = 'spec.validationActions';
  given.forEach((action, i) => {
    if (!(actions as readonly string[]).includes(action)) errors.push(notSupported(`${path}[${i}]`, action, actions));
    if (given.indexOf(action) < i) errors.push(duplicate(`${path}[${i}]`, action));
  });
  if (given.includes('Deny') && given.includes('Warn')) {
    errors.push(invalid(path, given, 'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)'));
  }
  if (given.length === 0) errors.push(required(path, 'at least one validation action is required'));
}

function validateSpec(binding: ValidatingAdmissionPolicyBinding, errors: FieldError[]): void {
  const { policyName, paramRef, matchResources, validationActions } = binding.spec ?? {};
  if (!policyName) errors.push(required('spec.policyName'));
  else for (const message of dns1123Subdomain(policyName)) errors.push(invalid('spec.policyName', policyName, message));
  if (paramRef !== undefined) validateParamRef(paramRef, errors);
  if (matchResources !== undefined) validateMatchResources(matchResources, 'spec.matchResources', errors);
  validateActions(validationActions ?? [], errors);
}

/** A selector as Go prints the structure. @source kubernetes/apimachinery pkg/apis/meta/v1/generated.pb.go (LabelSelector.String) */
function selectorAsGo({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const labels = Object.keys(matchLabels).sort(compareText).map((key) => `${key}: ${matchLabels[key] ?? ''},`).join('');
  const terms = matchExpressions.map(({ key, operator, values = [] }) => `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`).join('');
  return `&LabelSelector{MatchLabels:map[string]string{${labels}},MatchExpressions:[]LabelSelectorRequirement{${terms}},}`;
}

function paramText({ spec }: ValidatingAdmissionPolicyBinding): string {
  const ref = spec?.paramRef;
  if (ref?.name) return `${ref.namespace || '*'}/${ref.name}`;
  return ref?.selector === undefined ? '<unset>' : selectorAsGo(ref.selector);
}

function validate(binding: ValidatingAdmissionPolicyBinding): readonly FieldError[] {
  const errors = validateAnyMeta(binding, false, dns1123Subdomain);
  validateSpec(binding, errors);
  return errors;
}

/** @source kubernetes pkg/registry/admissionregistration/validatingadmissionpolicybinding/strategy.go */
export const validatingAdmissionPolicyBindingResource = defineResource<ValidatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io', version: 'v1', kind: 'ValidatingAdmissionPolicyBinding', plural: 'validatingadmissionpolicybindings',
  singular: 'validatingadmissionpolicybinding', shortNames: [], categories: ['api-extensions'], namespaced: false, subresources: [],
  storagePrefix: '/registry/validatingadmissionpolicybindings/', allowUnconditionalUpdate: false,
  selectableFields: metadataFields<ValidatingAdmissionPolicyBinding>(false),
  columns: [nameColumn(), { name: 'PolicyName', description: 'The policy that it puts to work.', cell: (binding) => binding.spec?.policyName ?? '' }, { name: 'ParamRef', description: 'The objects that the parameters come from.', cell: paramText }, ageColumn()],
  defaults(binding) {
    const match = binding.spec?.matchResources;
    if (match === undefined) return binding;
    const matchResources = defaultMatchResources(match);
    return matchResources === match ? binding : { ...binding, spec: { ...binding.spec, matchResources } };
  },
  prepareForCreate: (binding) => ({ ...binding, metadata: overlay(binding.metadata, { generation: 1 }) }),
  prepareForUpdate(binding, old) {
    const generation = (old.metadata.generation ?? 0) + (equalData(binding.spec, old.spec) ? 0 : 1);
    return { ...binding, metadata: overlay(binding.metadata, { generation }) };
  },
  validate,
  validateUpdate: validate,
});
