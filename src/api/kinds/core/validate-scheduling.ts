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

function validateKey(key: string, path: string, errors: FieldError[]): void {
  for (const message of qualifiedName(key ?? '')) errors.push(invalid(path, key ?? '', message));
}

function validateNodeRequirement(term: NodeSelectorRequirement, path: string, errors: FieldError[]): void {
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
}

/** Values of wishes are not checked, as upstream: a wish that cannot be met does no harm. */
function validateNodeValues(term: NodeSelectorTerm, path: string, errors: FieldError[]): void {
  (term.matchExpressions ?? []).forEach((part, i) => {
    (part.values ?? []).forEach((value, k) => {
      for (const message of labelValue(value)) errors.push(invalid(`${path}.matchExpressions[${i}].values[${k}]`, value, message));
    });
  });
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

function validateNodeTerm(term: NodeSelectorTerm, path: string, errors: FieldError[]): void {
  (term.matchExpressions ?? []).forEach((part, i) => validateNodeRequirement(part, `${path}.matchExpressions[${i}]`, errors));
  (term.matchFields ?? []).forEach((part, i) => validateNodeField(part, `${path}.matchFields[${i}]`, errors));
}

/** Terms over the labels of nodes. */
export function validateNodeSelector(selector: NodeSelector, path: string, errors: FieldError[]): void {
  const terms = selector.nodeSelectorTerms ?? [];
  if (terms.length === 0) errors.push(required(`${path}.nodeSelectorTerms`, 'must have at least one node selector term'));
  terms.forEach((term, i) => {
    validateNodeTerm(term, `${path}.nodeSelectorTerms[${i}]`, errors);
    validateNodeValues(term, `${path}.nodeSelectorTerms[${i}]`, errors);
  });
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

function validateMatchLabelKeys(term: PodAffinityTerm, path: string, errors: FieldError[]): void {
  for (const field of ['matchLabelKeys', 'mismatchLabelKeys'] as const) {
    const keys = term[field];
    if (keys === undefined || keys.length === 0) continue;
    if (term.labelSelector === undefined) errors.push(forbidden(`${path}.${field}`, 'must not be specified when labelSelector is not set'));
    keys.forEach((key, i) => validateKey(key, `${path}.${field}[${i}]`, errors));
  }
  (term.matchLabelKeys ?? []).forEach((key, i) => {
    if (term.mismatchLabelKeys?.includes(key) === true) errors.push(invalid(`${path}.matchLabelKeys[${i}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys'));
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
    validateNodeTerm(term.preference, `${at}.preference`, errors);
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
      if (value !== '') errors.push(invalid(`${path}.operator`, toleration, "value must be empty when `operator` is 'Exists'"));
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
  const keys = constraint.matchLabelKeys ?? [];
  if (keys.length > 0 && constraint.labelSelector === undefined) errors.push(forbidden(`${path}.matchLabelKeys`, 'must not be specified when labelSelector is not set'));
  keys.forEach((key, i) => {
    validateKey(key, `${path}.matchLabelKeys[${i}]`, errors);
    if (constraint.labelSelector?.matchExpressions?.some((term) => term.key === key) === true) {
      errors.push(invalid(`${path}.matchLabelKeys[${i}]`, key, 'exists in both matchLabelKeys and labelSelector'));
    }
  });
}

/** How a pod wants to be spread. */
export function validateSpread(constraints: readonly TopologySpreadConstraint[], path: string, errors: FieldError[]): void {
  const pairs = new Set<string>();
  constraints.forEach((constraint, i) => {
    const at = `${path}[${i}]`;
    if (!(constraint.maxSkew > 0)) errors.push(invalid(`${at}.maxSkew`, constraint.maxSkew ?? 0, 'must be greater than zero'));
    if (!constraint.topologyKey) errors.push(required(`${at}.topologyKey`, 'can not be empty'));
    else validateKey(constraint.topologyKey, `${at}.topologyKey`, errors);
    if (!unsatisfiable.includes(constraint.whenUnsatisfiable)) errors.push(notSupported(`${at}.whenUnsatisfiable`, constraint.whenUnsatisfiable ?? '', unsatisfiable));
    const pair = `{${constraint.topologyKey}, ${constraint.whenUnsatisfiable}}`;
    if (pairs.has(pair)) errors.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, pair));
    pairs.add(pair);
    if (constraint.minDomains !== undefined) {
      if (constraint.minDomains <= 0) errors.push(invalid(`${at}.minDomains`, constraint.minDomains, 'must be greater than zero'));
      if (constraint.whenUnsatisfiable !== 'DoNotSchedule') {
        errors.push(invalid(`${at}.minDomains`, constraint.minDomains,
          `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${constraint.whenUnsatisfiable}`));
      }
    }
    validateSpreadPolicies(constraint, at, errors);
    errors.push(...validateLabelSelector(constraint.labelSelector, `${at}.labelSelector`));
  });
}
