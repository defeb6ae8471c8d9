import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { Condition, KubeObject, StringMap } from '../../meta.ts';
import { defineResource, metadataFields, scaleSubresource, specStrategy, statusSubresource } from '../../resource.ts';
import { matchesLabels, selectorOfLabels, selectorText } from '../../selector.ts';
import { validateNonNegative, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { containerImages, containerNames, defaultTemplate, setValidation } from '../apps/workload.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import type { PodTemplateSpec } from './pod-spec.ts';
import { validatePodTemplate } from './validate-pod-spec.ts';
import { nameWarnings, templateWarnings } from './pod-warnings.ts';

/** The desired state of a replication controller. */
export interface ReplicationControllerSpec {
  readonly replicas?: number;
  readonly minReadySeconds?: number;
  readonly selector?: StringMap;
  readonly template?: PodTemplateSpec;
}

/** The observed state of a replication controller. */
export interface ReplicationControllerStatus {
  readonly replicas: number;
  readonly fullyLabeledReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
}

/** The forerunner of ReplicaSet. */
export interface ReplicationController extends KubeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'ReplicationController';
  readonly spec: ReplicationControllerSpec;
  readonly status?: ReplicationControllerStatus;
}

function validateTemplate(spec: ReplicationControllerSpec, errors: FieldError[]): void {
  const { template, selector } = spec;
  const path = 'spec.template';
  if (template === undefined) { errors.push(required(path)); return; }
  const labels = template.metadata?.labels ?? {};
  const isEmpty = Object.keys(selector ?? {}).length === 0;
  if (!isEmpty && !matchesLabels(selectorOfLabels(selector), labels)) errors.push(invalid(`${path}.metadata.labels`, labels, '`selector` does not match template `labels`'));
  errors.push(...validatePodTemplate(template, path));
  if (template.spec?.restartPolicy !== 'Always') errors.push(notSupported(`${path}.spec.restartPolicy`, template.spec?.restartPolicy ?? '', ['Always']));
  if (template.spec?.activeDeadlineSeconds !== undefined) {
    errors.push(forbidden(`${path}.spec.activeDeadlineSeconds`, 'activeDeadlineSeconds in ReplicationController is not Supported'));
  }
}

function validateSpec(spec: ReplicationControllerSpec, errors: FieldError[]): void {
  validateNonNegative(spec.minReadySeconds, 'spec.minReadySeconds', errors);
  if (Object.keys(spec.selector ?? {}).length === 0) errors.push(required('spec.selector'));
  validateNonNegative(spec.replicas, 'spec.replicas', errors);
  validateTemplate(spec, errors);
}

const counts = ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'] as const;

function validateStatusUpdate(controller: ReplicationController, old: ReplicationController): readonly FieldError[] {
  const errors = validateObjectMetaUpdate(controller, old);
  const { status } = controller;
  for (const field of counts) validateNonNegative(status?.[field], `status.${field}`, errors);
  for (const field of ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'] as const) {
    if ((status?.[field] ?? 0) > (status?.replicas ?? 0)) errors.push(invalid(`status.${field}`, status?.[field], 'cannot be greater than status.replicas'));
  }
  if ((status?.availableReplicas ?? 0) > (status?.readyReplicas ?? 0)) errors.push(invalid('status.availableReplicas', status?.availableReplicas, 'cannot be greater than readyReplicas'));
  return errors;
}

/** Selector and own labels come from the template's labels where they are missing. */
function defaultController(controller: ReplicationController): ReplicationController {
  const given = controller.spec ?? {};
  const labels = given.template?.metadata?.labels;
  const template = given.template === undefined ? undefined : defaultTemplate(given.template);
  const needsSelector = labels !== undefined && Object.keys(given.selector ?? {}).length === 0;
  const needsLabels = labels !== undefined && Object.keys(controller.metadata.labels ?? {}).length === 0;
  if (template === given.template && given.replicas !== undefined && !needsSelector && !needsLabels) return controller;
  return {
    ...controller, ...(needsLabels ? { metadata: { ...controller.metadata, labels } } : {}),
    spec: { ...given, replicas: given.replicas ?? 1, ...(needsSelector ? { selector: labels } : {}), ...(template === undefined ? {} : { template }) },
  };
}

/** @source kubernetes pkg/registry/core/replicationcontroller/strategy.go */
export const replicationControllerResource = defineResource<ReplicationController>({
  group: '', version: 'v1', kind: 'ReplicationController', plural: 'replicationcontrollers', singular: 'replicationcontroller', shortNames: ['rc'],
  categories: ['all'], namespaced: true, subresources: [scaleSubresource, statusSubresource], storagePrefix: '/registry/controllers/', keepsDependents: {},
  allowUnconditionalUpdate: true,
  selectableFields: [...metadataFields<ReplicationController>(true), { path: 'status.replicas', get: (controller) => `${controller.status?.replicas ?? 0}` }],
  columns: [
    nameColumn(),
    { name: 'Desired', type: 'integer', doc: 'ReplicationControllerSpec.replicas', cell: (controller) => controller.spec?.replicas ?? 0 },
    { name: 'Current', type: 'integer', doc: 'ReplicationControllerStatus.replicas', cell: (controller) => controller.status?.replicas ?? 0 },
    { name: 'Ready', type: 'integer', doc: 'ReplicationControllerStatus.readyReplicas', cell: (controller) => controller.status?.readyReplicas ?? 0 },
    ageColumn(),
    { name: 'Containers', wide: true, description: 'Names of the containers of the template.', cell: (controller) => containerNames(controller.spec?.template) },
    { name: 'Images', wide: true, description: 'Images of the containers of the template.', cell: (controller) => containerImages(controller.spec?.template) },
    { name: 'Selector', wide: true, doc: 'ReplicationControllerSpec.selector', cell: (controller) => selectorText(selectorOfLabels(controller.spec?.selector)) || '<none>' },
  ],
  defaults: defaultController,
  ...specStrategy<ReplicationController>({ replicas: 0 }),
  ...setValidation<ReplicationController>(validateSpec, true),
  validateStatusUpdate,
  scale: {
    get: (controller) => ({
      replicas: controller.spec.replicas ?? 0, currentReplicas: controller.status?.replicas ?? 0, selector: selectorText(selectorOfLabels(controller.spec.selector)),
    }),
    set: (controller, replicas) => ({ ...controller, spec: { ...controller.spec, replicas } }),
  },
  warnings: (object, old) => [...(old === undefined ? nameWarnings(object.metadata.name) : []), ...templateWarnings(object.spec?.template, old?.spec?.template, 'spec.template')],
});
