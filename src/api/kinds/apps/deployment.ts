import { equalData } from '../../../base/compare.ts';
import { forbidden, invalid, notSupported, required, structure } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { Condition, IntOrString, KubeObject, LabelSelector } from '../../meta.ts';
import { dns1123Subdomain } from '../../names.ts';
import { defineResource, keepOnlyStatus, metadataFields, scaleSubresource, specStrategy, statusSubresource } from '../../resource.ts';
import { labelSelectorText, selectorOf, selectorText } from '../../selector.ts';
import { age } from '../../time.ts';
import { validateNonNegative, validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import type { PodTemplateSpec } from '../core/pod-spec.ts';
import { nameWarnings, templateWarnings } from '../core/pod-warnings.ts';
import {
  containerImages, containerNames, defaultTemplate, isZero, noTemplate, validateCollisions, validateIntOrPercent, validateNotAboveAll, validateSameSelector, validateWorkloadSelector, validateWorkloadTemplate,
} from './workload.ts';

/** How many pods may be missing or extra during a rolling update. */
export interface RollingUpdateDeployment {
  readonly maxUnavailable?: IntOrString;
  readonly maxSurge?: IntOrString;
}

/** How old pods are replaced by new ones. */
export interface DeploymentStrategy {
  readonly type?: 'Recreate' | 'RollingUpdate';
  readonly rollingUpdate?: RollingUpdateDeployment;
}

/** The desired state of a deployment. */
export interface DeploymentSpec {
  readonly replicas?: number;
  readonly selector: LabelSelector;
  readonly template: PodTemplateSpec;
  readonly strategy?: DeploymentStrategy;
  readonly minReadySeconds?: number;
  readonly revisionHistoryLimit?: number;
  readonly paused?: boolean;
  readonly progressDeadlineSeconds?: number;
}

/** The observed state of a deployment. */
export interface DeploymentStatus {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly unavailableReplicas?: number;
  readonly terminatingReplicas?: number;
  readonly conditions?: readonly Condition[];
  readonly collisionCount?: number;
}

/** Declarative updates of stateless pods through ReplicaSets. */
export interface Deployment extends KubeObject {
  readonly apiVersion: 'apps/v1';
  readonly kind: 'Deployment';
  readonly spec: DeploymentSpec;
  readonly status?: DeploymentStatus;
}

function defaultStrategy(strategy: DeploymentStrategy | undefined): DeploymentStrategy {
  if (strategy?.type === 'Recreate') return strategy;
  const type = strategy?.type ?? 'RollingUpdate';
  if (type !== 'RollingUpdate') return strategy ?? {};
  return {
    type,
    rollingUpdate: { maxUnavailable: strategy?.rollingUpdate?.maxUnavailable ?? '25%', maxSurge: strategy?.rollingUpdate?.maxSurge ?? '25%' },
  };
}

/** Old replica sets kept for undo. */
const defaultHistory = 10;
/** Ten minutes without progress are reported. */
const defaultDeadlineSeconds = 600;

function defaultSpec(spec: DeploymentSpec): DeploymentSpec {
  const strategy = defaultStrategy(spec.strategy);
  const template = defaultTemplate(spec.template ?? noTemplate);
  const same = equalData(strategy, spec.strategy) && template === spec.template && spec.replicas !== undefined
    && spec.revisionHistoryLimit !== undefined && spec.progressDeadlineSeconds !== undefined;
  if (same) return spec;
  return {
    ...spec, replicas: spec.replicas ?? 1, strategy, template,
    revisionHistoryLimit: spec.revisionHistoryLimit ?? defaultHistory,
    progressDeadlineSeconds: spec.progressDeadlineSeconds ?? defaultDeadlineSeconds,
  };
}

function validateStrategy(strategy: DeploymentStrategy | undefined, errors: FieldError[]): void {
  const path = 'spec.strategy';
  const rolling = strategy?.rollingUpdate;
  switch (strategy?.type) {
    case 'Recreate':
      if (rolling !== undefined) errors.push(forbidden(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'"));
      break;
    case 'RollingUpdate':
      if (rolling === undefined) { errors.push(required(`${path}.rollingUpdate`, "this should be defaulted and never be nil")); break; }
      validateIntOrPercent(rolling.maxUnavailable, `${path}.rollingUpdate.maxUnavailable`, errors);
      validateIntOrPercent(rolling.maxSurge, `${path}.rollingUpdate.maxSurge`, errors);
      if (isZero(rolling.maxUnavailable) && isZero(rolling.maxSurge)) {
        errors.push(invalid(`${path}.rollingUpdate.maxUnavailable`, rolling.maxUnavailable ?? 0, 'may not be 0 when `maxSurge` is 0'));
      }
      validateNotAboveAll(rolling.maxUnavailable, `${path}.rollingUpdate.maxUnavailable`, errors);
      break;
    default:
      errors.push(notSupported(path, structure({ Type: strategy?.type ?? '', RollingUpdate: rolling && structure({ MaxUnavailable: rolling.maxUnavailable ?? 0, MaxSurge: rolling.maxSurge ?? 0 }) }), ['Recreate', 'RollingUpdate']));
  }
}

function validateSpec(spec: DeploymentSpec, errors: FieldError[]): void {
  validateNonNegative(spec.replicas, 'spec.replicas', errors);
  validateWorkloadSelector(spec.selector, 'deployment', errors);
  validateWorkloadTemplate(spec.template, spec.selector, errors);
  validateStrategy(spec.strategy, errors);
  validateNonNegative(spec.minReadySeconds, 'spec.minReadySeconds', errors);
  validateNonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit', errors);
  const deadline = spec.progressDeadlineSeconds;
  if (deadline === undefined) return;
  validateNonNegative(deadline, 'spec.progressDeadlineSeconds', errors);
  if (deadline <= (spec.minReadySeconds ?? 0)) errors.push(invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
}

const counts = ['observedGeneration', 'replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas', 'terminatingReplicas', 'collisionCount'] as const;

function validateStatusUpdate(deployment: Deployment, old: Deployment): readonly FieldError[] {
  const errors = validateObjectMetaUpdate(deployment, old);
  const status = deployment.status ?? {};
  for (const field of counts) validateNonNegative(status[field], `status.${field}`, errors);
  const replicas = status.replicas ?? 0;
  for (const field of ['updatedReplicas', 'readyReplicas', 'availableReplicas'] as const) {
    if ((status[field] ?? 0) > replicas) errors.push(invalid(`status.${field}`, status[field], 'cannot be greater than status.replicas'));
  }
  if ((status.availableReplicas ?? 0) > (status.readyReplicas ?? 0)) errors.push(invalid('status.availableReplicas', status.availableReplicas, 'cannot be greater than readyReplicas'));
  validateCollisions(status.collisionCount, old.status?.collisionCount, errors);
  return errors;
}

/** Unlike other kinds, nothing is shown for a selector without terms. @source kubernetes pkg/printers/internalversion/printers.go (printDeployment) */
function selectorOrNothing(selector: LabelSelector | undefined): string {
  const text = labelSelectorText(selector);
  return text === '<none>' ? '' : text;
}

/** Labels do not change with the status. @source kubernetes pkg/registry/apps/deployment/strategy.go (deploymentStatusStrategy) */
function withLabelsOf(deployment: Deployment, old: Deployment): Deployment {
  if (equalData(deployment.metadata.labels, old.metadata.labels)) return deployment;
  const { labels: _changed, ...metadata } = deployment.metadata;
  return { ...deployment, metadata: old.metadata.labels === undefined ? metadata : { ...metadata, labels: old.metadata.labels } };
}

/** @source kubernetes pkg/registry/apps/deployment/strategy.go */
export const deploymentResource = defineResource<Deployment>({
  group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', singular: 'deployment', shortNames: ['deploy'], categories: ['all'],
  namespaced: true, subresources: [scaleSubresource, statusSubresource], storagePrefix: '/registry/deployments/', allowUnconditionalUpdate: true,
  selectableFields: metadataFields<Deployment>(true),
  columns: [
    { name: 'Name', cell: (deployment) => deployment.metadata.name },
    { name: 'Ready', description: 'How many pods are ready, of how many that are wanted.', cell: (deployment) => `${deployment.status?.readyReplicas ?? 0}/${deployment.spec?.replicas ?? 0}` },
    { name: 'Up-to-date', doc: 'apps.DeploymentStatus.updatedReplicas', cell: (deployment) => deployment.status?.updatedReplicas ?? 0 },
    { name: 'Available', doc: 'apps.DeploymentStatus.availableReplicas', cell: (deployment) => deployment.status?.availableReplicas ?? 0 },
    { name: 'Age', cell: (deployment, now) => age(deployment.metadata.creationTimestamp, now) },
    { name: 'Containers', wide: true, description: 'Names of the containers of the template.', cell: (deployment) => containerNames(deployment.spec?.template) },
    { name: 'Images', wide: true, description: 'Images of the containers of the template.', cell: (deployment) => containerImages(deployment.spec?.template) },
    { name: 'Selector', wide: true, doc: 'apps.DeploymentSpec.selector', cell: (deployment) => selectorOrNothing(deployment.spec?.selector) },
  ],
  defaults(deployment) {
    const spec = defaultSpec(deployment.spec ?? {});
    return spec === deployment.spec ? deployment : { ...deployment, spec };
  },
  ...specStrategy<Deployment>({}),
  prepareForStatusUpdate: (deployment, old) => keepOnlyStatus(withLabelsOf(deployment, old), old),
  validate(deployment) {
    const errors = validateObjectMeta(deployment, true, dns1123Subdomain);
    validateSpec(deployment.spec, errors);
    return errors;
  },
  validateUpdate(deployment, old) {
    const errors = validateObjectMetaUpdate(deployment, old);
    if (deployment.spec === old.spec) return errors;
    validateSpec(deployment.spec, errors);
    validateSameSelector(deployment.spec.selector, old.spec.selector, errors);
    return errors;
  },
  validateStatusUpdate,
  scale: {
    get: (deployment) => ({
      replicas: deployment.spec.replicas ?? 0, currentReplicas: deployment.status?.replicas ?? 0, selector: selectorText(selectorOf(deployment.spec.selector)),
    }),
    set: (deployment, replicas) => ({ ...deployment, spec: { ...deployment.spec, replicas } }),
  },
  warnings: (object, old) => [...(old === undefined ? nameWarnings(object.metadata.name) : []), ...templateWarnings(object.spec?.template, old?.spec?.template, 'spec.template')],
});
