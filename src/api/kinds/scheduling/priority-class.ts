import { forbidden, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { KubeObject } from '../../meta.ts';
import { dns1123Subdomain } from '../../names.ts';
import { defineResource, metadataFields } from '../../resource.ts';
import { age } from '../../time.ts';
import { immutableText, validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';

/** A name for a priority value. */
export interface PriorityClass extends KubeObject {
  readonly apiVersion: 'scheduling.k8s.io/v1';
  readonly kind: 'PriorityClass';
  readonly value: number;
  readonly globalDefault?: boolean;
  readonly description?: string;
  readonly preemptionPolicy?: 'PreemptLowerPriority' | 'Never';
}

/** Highest value that users may give: one billion. */
const highestUserPriority = 1_000_000_000;
const systemPrefix = 'system-';
/** Classes that Kubernetes itself brings, with their values. */
const systemPriorityClasses: Readonly<Record<string, number>> = Object.freeze({
  'system-node-critical': 2_000_001_000, 'system-cluster-critical': 2_000_000_000,
});

function validateValue(priority: PriorityClass): readonly FieldError[] {
  const errors = validateObjectMeta(priority, false, dns1123Subdomain);
  const name = priority.metadata.name ?? '';
  const known = systemPriorityClasses[name];
  if (name.startsWith(systemPrefix)) {
    const fault = known === undefined ? `${name} is not a known system priority class` : known !== priority.value ? `value of ${name} PriorityClass must be ${known}`
      : priority.globalDefault === true ? `globalDefault of ${name} PriorityClass must be false` : '';
    if (fault !== '') errors.push(forbidden('metadata.name', `priority class names with 'system-' prefix are reserved for system use only. error: ${fault}`));
  } else if (priority.value > highestUserPriority) {
    errors.push(forbidden('value', `maximum allowed value of a user defined priority is ${highestUserPriority}`));
  }
  const policy = priority.preemptionPolicy;
  if ((policy as string | undefined) === '') errors.push(required('preemptionPolicy'));
  else if (policy !== undefined && policy !== 'PreemptLowerPriority' && policy !== 'Never') errors.push(notSupported('preemptionPolicy', policy, ['PreemptLowerPriority', 'Never']));
  return errors;
}

/** @source kubernetes pkg/registry/scheduling/priorityclass/strategy.go */
export const priorityClassResource = defineResource<PriorityClass>({
  group: 'scheduling.k8s.io', version: 'v1', kind: 'PriorityClass', plural: 'priorityclasses', singular: 'priorityclass', shortNames: ['pc'],
  categories: [], namespaced: false, subresources: [], storagePrefix: '/registry/priorityclasses/', allowUnconditionalUpdate: true,
  selectableFields: metadataFields<PriorityClass>(false),
  columns: [
    { name: 'Name', cell: (priority) => priority.metadata.name },
    { name: 'Value', type: 'integer', doc: 'scheduling.PriorityClass.value', cell: (priority) => priority.value ?? 0 },
    { name: 'Global-Default', type: 'boolean', doc: 'scheduling.PriorityClass.globalDefault', cell: (priority) => priority.globalDefault === true },
    { name: 'Age', cell: (priority, now) => age(priority.metadata.creationTimestamp, now) },
    { name: 'PreemptionPolicy', doc: 'scheduling.PriorityClass.preemptionPolicy', cell: (priority) => priority.preemptionPolicy ?? '' },
  ],
  defaults: (priority) => (priority.preemptionPolicy === undefined || priority.value === undefined
    ? { ...priority, value: priority.value ?? 0, preemptionPolicy: priority.preemptionPolicy ?? 'PreemptLowerPriority' } : priority),
  prepareForCreate: (priority) => ({ ...priority, metadata: { ...priority.metadata, generation: 1 } }),
  prepareForUpdate: (priority) => priority,
  validate: validateValue,
  validateUpdate(priority, old) {
    const errors = validateObjectMetaUpdate(priority, old);
    // A change of the value would not reach pods that exist.
    if (priority.value !== old.value) errors.push(forbidden('value', 'may not be changed in an update.'));
    if (priority.preemptionPolicy !== old.preemptionPolicy) errors.push({ type: 'FieldValueInvalid', field: 'preemptionPolicy', badValue: priority.preemptionPolicy, detail: immutableText });
    return errors;
  },
});
