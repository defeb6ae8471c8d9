/**
 * Validation of what decides where a pod may run.
 *
 * @source kubernetes pkg/apis/core/validation/validation.go
 */
import { duplicate, forbidden, invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { dns1123Label, dns1123Subdomain, labelValue, qualifiedName } from '../../names.ts';
import { validateLabelSelector } from '../../selector.ts';
import type {
  Affinity, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, PodAffinity, PodAffinityTerm, TaintEffect, Toleration, TopologySpreadConstraint,
} from './affinity.ts';

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const;

/** The effect of a taint or toleration. */
export function validateTaintEffect(effect: string | undefined, path: string, errors: FieldError[]): void {
  if (!effect) errors.push(required(path));
  else if (!effects.includes(effect as TaintEffect)) errors.push(notSupported(path, effect, effects));
}

/** Where errors go, and whether the terms only wish for something. */
interface Terms { readonly errors: FieldError[]; readonly isWish: boolean }

function validateKey(key: string, path: string, errors: FieldError[]): void {
  for (const message of qualifiedName(key ?? '')) errors.push(invalid(path, key ?? '', message));
}

/** Values of wishes are not checked, as upstream: a wish that cannot be met does no harm. */
function validateNodeRequirement(term: NodeSelectorRequirement, path: string, { errors, isWish }: Terms): void {
  const values = term.values ?? [];
  switch (term.operator) {
    case 'In': case 'NotIn':
      if (values.length === 0) errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      break;
    case 'Exists': case 'DoesNotExist':
      if (values.length > 0) errors.push(forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      break;
    case 'Gt': case 'Lt':
      if (values.length !== 1) errors.push(required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
      break;
    default:
      errors.push(invalid(`${path}.operator`, term.operator ?? '', 'not a valid selector operator'));
  }
  validateKey(term.key, `${path}.key`, errors);
  if (isWish) return;
  values.forEach((value, k) => { for (const message of labelValue(value)) errors.push(invalid(`${path}.values[${k}]`, value, message)); });
}

function validateNodeField(term: NodeSelectorRequirement, path: string, errors: FieldError[]): void {
  const values = term.values ?? [];
  if (term.operator !== 'In' && term.operator !== 'NotIn') errors.push(invalid(`${path}.operator`, term.operator ?? '', 'not a valid selector operator'));
  else if (values.length !== 1) errors.push(required(`${path}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"));
  if (term.key !== 'metadata.name') { errors.push(invalid(`${path}.key`, term.key, 'not a valid field selector key')); return; }
  values.forEach((value, i) => {
    for (const message of dns1123Subdomain(value)) errors.push(invalid(`${path}.values[${i}]`, value, message));
  });
}

function validateNodeTerm(term: NodeSelectorTerm, path: string, terms: Terms): void {
  (term.matchExpressions ?? []).forEach((part, i) => validateNodeRequirement(part, `${path}.matchExpressions[${i}]`, terms));
  (term.matchFields ?? []).forEach((part, i) => validateNodeField(part, `${path}.matchFields[${i}]`, terms.errors));
}

/** Terms over the labels of nodes. */
export function validateNodeSelector(selector: NodeSelector, path: string, errors: FieldError[]): void {
  const terms = selector.nodeSelectorTerms ?? [];
  if (terms.length === 0) errors.push(required(`${path}.nodeSelectorTerms`, 'must have at least one node selector term'));
  terms.forEach((term, i) => validateNodeTerm(term, `${path}.nodeSelectorTerms[${i}]`, { errors, isWish: false }));
}

function validateWeight(weight: number, path: string, errors: FieldError[]): void {
  if (!(weight >= 1 && weight <= 100)) errors.push(invalid(`${path}.weight`, weight ?? 0, 'must be in the range 1-100'));
}

function validateAffinityTerm(term: PodAffinityTerm, path: string, errors: FieldError[]): void {
  errors.push(...validateLabelSelector(term.labelSelector, `${path}.labelSelector`));
  errors.push(...validateLabelSelector(term.namespaceSelector, `${path}.namespaceSelector`));
  for (const name of term.namespaces ?? []) {
    for (const message of dns1123Label(name)) errors.push(invalid(`${path}.namespace`, name, message));
  }
  validateMatchLabelKeys(term, path, errors);
  if (!term.topologyKey) errors.push(required(`${path}.topologyKey`, 'can not be empty'));
  validateKey(term.topologyKey, `${path}.topologyKey`, errors);
}

type Keyed = Pick<PodAffinityTerm, 'matchLabelKeys' | 'mismatchLabelKeys' | 'labelSelector'>;

/** Keys whose values are taken from the pod's own labels. @source kubernetes pkg/apis/core/validation/validation.go (ValidateMatchLabelKeysAndMismatchLabelKeys) */
function validateMatchLabelKeys({ matchLabelKeys = [], mismatchLabelKeys = [], labelSelector }: Keyed, path: string, errors: FieldError[]): void {
  for (const [field, keys] of [['matchLabelKeys', matchLabelKeys], ['mismatchLabelKeys', mismatchLabelKeys]] as const) {
    if (keys.length === 0) continue;
    if (labelSelector === undefined) errors.push(forbidden(`${path}.${field}`, 'must not be specified when labelSelector is not set'));
    else keys.forEach((key, i) => validateKey(key, `${path}.${field}[${i}]`, errors));
  }
  // The selector has already got the terms that these keys stand for, so only a second term is the author's.
  const seen = new Set(Object.keys(labelSelector?.matchLabels ?? {}));
  for (const { key } of labelSelector?.matchExpressions ?? []) {
    const at = matchLabelKeys.lastIndexOf(key);
    if (at >= 0 && seen.has(key)) errors.push(invalid(`${path}[${at}]`, key, 'exists in both matchLabelKeys and labelSelector'));
    seen.add(key);
  }
  matchLabelKeys.forEach((key, i) => {
    if (mismatchLabelKeys.includes(key)) errors.push(invalid(`${path}.matchLabelKeys[${i}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys'));
  });
}

function validatePodAffinity(affinity: PodAffinity | undefined, path: string, errors: FieldError[]): void {
  if (affinity === undefined) return;
  (affinity.requiredDuringSchedulingIgnoredDuringExecution ?? []).forEach((term, i) =>
    validateAffinityTerm(term, `${path}.requiredDuringSchedulingIgnoredDuringExecution[${i}]`, errors));
  (affinity.preferredDuringSchedulingIgnoredDuringExecution ?? []).forEach((term, i) => {
    const at = `${path}.preferredDuringSchedulingIgnoredDuringExecution[${i}]`;
    validateWeight(term.weight, at, errors);
    validateAffinityTerm(term.podAffinityTerm, `${at}.podAffinityTerm`, errors);
  });
}

/** All affinities of a pod. */
export function validateAffinity(affinity: Affinity | undefined, path: string, errors: FieldError[]): void {
  if (affinity === undefined) return;
  const node = affinity.nodeAffinity;
  const must = node?.requiredDuringSchedulingIgnoredDuringExecution;
  if (must !== undefined) validateNodeSelector(must, `${path}.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution`, errors);
  (node?.preferredDuringSchedulingIgnoredDuringExecution ?? []).forEach((term, i) => {
    const at = `${path}.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[${i}]`;
    validateWeight(term.weight, at, errors);
    validateNodeTerm(term.preference, `${at}.preference`, { errors, isWish: true });
  });
  validatePodAffinity(affinity.podAffinity, `${path}.podAffinity`, errors);
  validatePodAffinity(affinity.podAntiAffinity, `${path}.podAntiAffinity`, errors);
}

function validateTolerationValue(toleration: Toleration, path: string, errors: FieldError[]): void {
  const value = toleration.value ?? '';
  switch (toleration.operator) {
    case undefined: case 'Equal': {
      const messages = labelValue(value);
      if (messages.length > 0) errors.push(invalid(`${path}.operator`, value, messages.join(';')));
      break;
    }
    case 'Exists':
      if (value !== '') errors.push(invalid(`${path}.operator`, value, "value must be empty when `operator` is 'Exists'"));
      break;
    default:
      errors.push(notSupported(`${path}.operator`, toleration.operator, ['Equal', 'Exists']));
  }
}

/** What a pod tolerates. */
export function validateTolerations(tolerations: readonly Toleration[], path: string, errors: FieldError[]): void {
  tolerations.forEach((toleration, i) => {
    const at = `${path}[${i}]`;
    if (toleration.key) validateKey(toleration.key, `${at}.key`, errors);
    else if (toleration.operator !== 'Exists') {
      errors.push(invalid(`${at}.operator`, toleration.operator ?? '', 'operator must be Exists when `key` is empty, which means "match all values and all keys"'));
    }
    if (toleration.tolerationSeconds !== undefined && toleration.effect !== 'NoExecute') {
      errors.push(invalid(`${at}.effect`, toleration.effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    }
    validateTolerationValue(toleration, at, errors);
    if (toleration.effect) validateTaintEffect(toleration.effect, `${at}.effect`, errors);
  });
}

const unsatisfiable = ['DoNotSchedule', 'ScheduleAnyway'] as const;

function validateSpreadPolicies(constraint: TopologySpreadConstraint, path: string, errors: FieldError[]): void {
  for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
    const policy = constraint[field];
    if (policy !== undefined && policy !== 'Honor' && policy !== 'Ignore') errors.push(notSupported(`${path}.${field}`, policy, ['Honor', 'Ignore']));
  }
  validateMatchLabelKeys(constraint, path, errors);
}

function validateDomains({ minDomains, whenUnsatisfiable: action }: TopologySpreadConstraint, path: string, errors: FieldError[]): void {
  if (minDomains === undefined) return;
  if (minDomains <= 0) errors.push(invalid(path, minDomains, 'must be greater than zero'));
  if (action !== 'DoNotSchedule') errors.push(invalid(path, minDomains, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action ?? ''}`));
}

/** How a pod wants to be spread. */
export function validateSpread(constraints: readonly TopologySpreadConstraint[], path: string, errors: FieldError[]): void {
  constraints.forEach((constraint, i) => {
    const { maxSkew = 0, topologyKey = '', whenUnsatisfiable: action } = constraint;
    const at = `${path}[${i}]`;
    if (maxSkew <= 0) errors.push(invalid(`${at}.maxSkew`, maxSkew, 'must be greater than zero'));
    if (topologyKey === '') errors.push(required(`${at}.topologyKey`, 'can not be empty'));
    if (!unsatisfiable.includes(action)) errors.push(notSupported(`${at}.whenUnsatisfiable`, action ?? '', unsatisfiable));
    const repeats = constraints.slice(i + 1).some((other) => other.topologyKey === constraint.topologyKey && other.whenUnsatisfiable === action);
    if (repeats) errors.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${action ?? ''}}`));
    validateDomains(constraint, `${at}.minDomains`, errors);
    validateSpreadPolicies(constraint, at, errors);
    errors.push(...validateLabelSelector(constraint.labelSelector, `${at}.labelSelector`));
  });
}
