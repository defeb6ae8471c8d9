import type { FieldError } from '../../field-error.ts';
import { invalid } from '../../field-error.ts';
import type { Condition, KubeObject, LabelSelector } from '../../meta.ts';
import { defineResource, metadataFields, scaleSubresource, specStrategy, statusSubresource } from '../../resource.ts';
import { labelSelectorText, selectorOf, selectorText } from '../../selector.ts';
import { age } from '../../time.ts';
import { validateNonNegative, validateObjectMetaUpdate } from '../../validate-meta.ts';
import type { PodTemplateSpec } from '../core/pod-spec.ts';
import { containerImages, containerNames, defaultTemplate, noTemplate, setValidation, validateWorkloadSelector, validateWorkloadTemplate } from './workload.ts';
import { nameWarnings, templateWarnings } from '../core/pod-warnings.ts';

/** The desired state of a replica set. */
export interface ReplicaSetSpec {
  readonly replicas?: number;
  readonly minReadySeconds?: number;
  readonly selector: LabelSelector;
  readonly template?: PodTemplateSpec;
}

/** The observed state of a replica set. */
export interface ReplicaSetStatus {
  readonly replicas: number;
  readonly fullyLabeledReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly terminatingReplicas?: number;
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
}

/** Keeps a number of equal pods. */
export interface ReplicaSet extends KubeObject {
  readonly apiVersion: 'apps/v1';
  readonly kind: 'ReplicaSet';
  readonly spec: ReplicaSetSpec;
  readonly status?: ReplicaSetStatus;
}

function validateSpec(spec: ReplicaSetSpec, errors: FieldError[]): void {
  validateNonNegative(spec.replicas, 'spec.replicas', errors);
  validateNonNegative(spec.minReadySeconds, 'spec.minReadySeconds', errors);
  validateWorkloadSelector(spec.selector, 'deployment', errors);
  validateWorkloadTemplate(spec.template, spec.selector, errors);
}

const counts = ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration', 'terminatingReplicas'] as const;

function validateStatusUpdate(set: ReplicaSet, old: ReplicaSet): readonly FieldError[] {
  const errors = validateObjectMetaUpdate(set, old);
  const status = set.status;
  for (const field of counts) validateNonNegative(status?.[field], `status.${field}`, errors);
  for (const field of ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'] as const) {
    if ((status?.[field] ?? 0) > (status?.replicas ?? 0)) errors.push(invalid(`status.${field}`, status?.[field], 'cannot be greater than status.replicas'));
  }
  if ((status?.availableReplicas ?? 0) > (status?.readyReplicas ?? 0)) errors.push(invalid('status.availableReplicas', status?.availableReplicas, 'cannot be greater than readyReplicas'));
  return errors;
}

/** @source kubernetes pkg/registry/apps/replicaset/strategy.go */
export const replicaSetResource = defineResource<ReplicaSet>({
  group: 'apps', version: 'v1', kind: 'ReplicaSet', plural: 'replicasets', singular: 'replicaset', shortNames: ['rs'], categories: ['all'],
  namespaced: true, subresources: [scaleSubresource, statusSubresource], storagePrefix: '/registry/replicasets/', allowUnconditionalUpdate: true,
  selectableFields: [...metadataFields<ReplicaSet>(true), { path: 'status.replicas', get: (set) => `${set.status?.replicas ?? 0}` }],
  columns: [
    { name: 'Name', cell: (set) => set.metadata.name },
    { name: 'Desired', type: 'integer', doc: 'apps.ReplicaSetSpec.replicas', cell: (set) => set.spec?.replicas ?? 0 },
    { name: 'Current', type: 'integer', doc: 'apps.ReplicaSetStatus.replicas', cell: (set) => set.status?.replicas ?? 0 },
    { name: 'Ready', type: 'integer', doc: 'apps.ReplicaSetStatus.readyReplicas', cell: (set) => set.status?.readyReplicas ?? 0 },
    { name: 'Age', cell: (set, now) => age(set.metadata.creationTimestamp, now) },
    { name: 'Containers', wide: true, description: 'Names of the containers of the template.', cell: (set) => containerNames(set.spec?.template) },
    { name: 'Images', wide: true, description: 'Images of the containers of the template.', cell: (set) => containerImages(set.spec?.template) },
    { name: 'Selector', wide: true, doc: 'apps.ReplicaSetSpec.selector', cell: (set) => labelSelectorText(set.spec?.selector) },
  ],
  defaults(set) {
    const template = defaultTemplate(set.spec?.template ?? noTemplate);
    if (template === set.spec?.template && set.spec?.replicas !== undefined) return set;
    return { ...set, spec: { ...set.spec, replicas: set.spec?.replicas ?? 1, template } };
  },
  ...specStrategy<ReplicaSet>({ replicas: 0 }),
  ...setValidation<ReplicaSet>(validateSpec),
  validateStatusUpdate,
  scale: {
    get: (set) => ({ replicas: set.spec.replicas ?? 0, currentReplicas: set.status?.replicas ?? 0, selector: selectorText(selectorOf(set.spec.selector)) }),
    set: (set, replicas) => ({ ...set, spec: { ...set.spec, replicas } }),
  },
  warnings: (object, old) => [...(old === undefined ? nameWarnings(object.metadata.name) : []), ...templateWarnings(object.spec?.template, old?.spec?.template, 'spec.template')],
});
