/** Which requests a policy is about.
 * @source kubernetes/api admissionregistration/v1/types.go; pkg/apis/admissionregistration/validation/validation.go */
import { duplicate, invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { LabelSelector } from '../../meta.ts';
import { pathSegment } from '../../names.ts';
import { validateLabelSelector } from '../../selector.ts';
import { defaultRules, matchPolicies, validateRule } from './webhook.ts';
import type { RuleWithOperations } from './webhook.ts';

/** A rule that may name single objects. */
export interface NamedRuleWithOperations extends RuleWithOperations {
  readonly resourceNames?: readonly string[];
}

/** All requests that one of the rules names and no exclusion. */
export interface MatchResources {
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly resourceRules?: readonly NamedRuleWithOperations[];
  readonly excludeResourceRules?: readonly NamedRuleWithOperations[];
  readonly matchPolicy?: 'Exact' | 'Equivalent';
}

function validateNamedRule(rule: NamedRuleWithOperations, path: string, errors: FieldError[]): void {
  const names = rule.resourceNames ?? [];
  names.forEach((name, i) => {
    for (const message of pathSegment(name)) errors.push(invalid(`${path}.resourceNames[${i}]`, name, message));
    if (names.indexOf(name) < i) errors.push(duplicate(`${path}.resourceNames[${i}]`, name));
  });
  validateRule(rule, path, errors);
}

/** Selectors and rules. */
export function validateMatchResources(match: MatchResources, path: string, errors: FieldError[]): void {
  if (match.matchPolicy === undefined) errors.push(required(`${path}.matchPolicy`));
  else if (!matchPolicies.includes(match.matchPolicy)) errors.push(notSupported(`${path}.matchPolicy`, match.matchPolicy, matchPolicies));
  for (const field of ['namespaceSelector', 'objectSelector'] as const) {
    if (match[field] === undefined) errors.push(required(`${path}.${field}`));
    else errors.push(...validateLabelSelector(match[field], `${path}.${field}`));
  }
  for (const field of ['resourceRules', 'excludeResourceRules'] as const) (match[field] ?? []).forEach((rule, i) => validateNamedRule(rule, `${path}.${field}[${i}]`, errors));
}

/** The same object when nothing was missing. */
export function defaultMatchResources(match: MatchResources): MatchResources {
  const resourceRules = match.resourceRules === undefined ? undefined : defaultRules(match.resourceRules);
  const excludeResourceRules = match.excludeResourceRules === undefined ? undefined : defaultRules(match.excludeResourceRules);
  const same = resourceRules === match.resourceRules && excludeResourceRules === match.excludeResourceRules;
  if (same && match.matchPolicy !== undefined && match.namespaceSelector !== undefined && match.objectSelector !== undefined) return match;
  return {
    ...match, matchPolicy: match.matchPolicy ?? 'Equivalent', namespaceSelector: match.namespaceSelector ?? {}, objectSelector: match.objectSelector ?? {},
    ...(resourceRules === undefined ? {} : { resourceRules }), ...(excludeResourceRules === undefined ? {} : { excludeResourceRules }),
  };
}
