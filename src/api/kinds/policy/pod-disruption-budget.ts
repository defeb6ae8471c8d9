import { invalid, notSupported, structure } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { Condition, IntOrString, KubeObject, LabelSelector, Time } from '../../meta.ts';
import { pathSegment } from '../../names.ts';
import { defineResource, metadataFields, specStrategy, statusSubresource } from '../../resource.ts';
import { selectorValue, validateLabelSelector } from '../../selector.ts';
import { validateConditions } from '../../validate-conditions.ts';
import { validateAnyMeta, validateNonNegative } from '../../validate-meta.ts';
import { validateIntOrPercent, validateNotAboveAll } from '../apps/workload.ts';
import { ageColumn, nameColumn } from '../columns.ts';

/** How many pods of a selection may be missing. */
export interface PodDisruptionBudgetSpec {
  readonly minAvailable?: IntOrString;
  readonly selector?: LabelSelector;
  readonly maxUnavailable?: IntOrString;
  readonly unhealthyPodEvictionPolicy?: 'IfHealthyBudget' | 'AlwaysAllow';
}

/** The observed state of a budget. */
export interface PodDisruptionBudgetStatus {
  readonly observedGeneration?: number;
  /** Pods that were evicted and have not gone yet. */
  readonly disruptedPods?: { readonly [pod: string]: Time };
  readonly disruptionsAllowed: number;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly expectedPods: number;
  readonly conditions?: readonly Condition[];
}

/** Limits evictions. */
export interface PodDisruptionBudget extends KubeObject {
  readonly apiVersion: 'policy/v1';
  readonly kind: 'PodDisruptionBudget';
  readonly spec?: PodDisruptionBudgetSpec;
  readonly status?: PodDisruptionBudgetStatus;
}

const policies = ['AlwaysAllow', 'IfHealthyBudget'] as const;

const specValue = ({ minAvailable, selector, maxUnavailable, unhealthyPodEvictionPolicy }: PodDisruptionBudgetSpec): object => structure({
  MinAvailable: minAvailable, Selector: selector && selectorValue(selector), MaxUnavailable: maxUnavailable, UnhealthyPodEvictionPolicy: unhealthyPodEvictionPolicy,
});

function validateSpec(spec: PodDisruptionBudgetSpec, errors: FieldError[]): void {
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) errors.push(invalid('spec', specValue(spec), 'minAvailable and maxUnavailable cannot be both set'));
  for (const field of ['minAvailable', 'maxUnavailable'] as const) {
    validateIntOrPercent(spec[field], `spec.${field}`, errors);
    validateNotAboveAll(spec[field], `spec.${field}`, errors);
  }
  errors.push(...validateLabelSelector(spec.selector, 'spec.selector'));
  const policy = spec.unhealthyPodEvictionPolicy;
  if (policy !== undefined && !policies.includes(policy)) {
    errors.push(notSupported('spec.unhealthyPodEvictionPolicy', policy, policies));
  }
}

const counts = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const;

const orNone = (value: IntOrString | undefined): string => (value === undefined ? 'N/A' : `${value}`);

function validateOwn(budget: PodDisruptionBudget): readonly FieldError[] {
  const errors: FieldError[] = [];
  validateSpec(budget.spec ?? {}, errors);
  return errors;
}

/** @source kubernetes pkg/registry/policy/poddisruptionbudget/strategy.go */
export const podDisruptionBudgetResource = defineResource<PodDisruptionBudget>({
  group: 'policy', version: 'v1', kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets', singular: 'poddisruptionbudget', shortNames: ['pdb'],
  categories: [], namespaced: true, subresources: [statusSubresource], storagePrefix: '/registry/poddisruptionbudgets/', allowUnconditionalUpdate: false,
  selectableFields: metadataFields<PodDisruptionBudget>(true),
  columns: [
    nameColumn(),
    { name: 'Min Available', description: 'How many pods must stay available.', cell: (budget) => orNone(budget.spec?.minAvailable) },
    { name: 'Max Unavailable', description: 'How many pods may be unavailable.', cell: (budget) => orNone(budget.spec?.maxUnavailable) },
    { name: 'Allowed Disruptions', type: 'integer', description: 'How many pods may be disrupted right now.', cell: (budget) => budget.status?.disruptionsAllowed ?? 0 },
    ageColumn(),
  ],
  defaults: (budget) => budget,
  ...specStrategy<PodDisruptionBudget>({ disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }),
  // The kind itself looks at the spec alone: its metadata is only held to what every kind's is.
  validate(budget) {
    const errors = validateOwn(budget);
    return errors.length > 0 ? errors : validateAnyMeta(budget, true, pathSegment);
  },
  validateUpdate: validateOwn,
  validateStatusUpdate(budget) {
    const errors: FieldError[] = [];
    validateConditions(budget.status?.conditions, 'status.conditions', errors);
    for (const field of counts) validateNonNegative(budget.status?.[field], `status.${field}`, errors);
    return errors;
  },
});
