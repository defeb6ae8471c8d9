import { equalData } from '../../../base/compare.ts';
import { forbidden, invalid, notSupported, required, structure } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { Condition, IntOrString, KubeObject, LabelSelector, ObjectMeta } from '../../meta.ts';
import { dns1123Label } from '../../names.ts';
import { defineResource, metadataFields, scaleSubresource, specStrategy, statusSubresource } from '../../resource.ts';
import { isReadableSelector, selectorOf, selectorText, selectorValue } from '../../selector.ts';
import { validateNonNegative, validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { defaultClaimSpec, validateClaimTemplate } from '../core/claim-spec.ts';
import type { PersistentVolumeClaimSpec } from '../core/claim-spec.ts';
import { mapSame } from '../core/pod-defaults.ts';
import type { PodTemplateSpec } from '../core/pod-spec.ts';
import { validatePodTemplate } from '../core/validate-pod-spec.ts';
import {
  containerImages, containerNames, defaultTemplate, isZero, noTemplate, validateCollisions, validateEndless, validateIntOrPercent, validateNotAboveAll, validateSelected, validateWorkloadSelector,
} from './workload.ts';
import { claimSpecWarnings, templateWarnings } from '../core/pod-warnings.ts';

/** A claim that each pod of the set gets one of. */
export interface ClaimTemplate {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: Partial<ObjectMeta>;
  readonly spec?: PersistentVolumeClaimSpec;
  readonly status?: { readonly phase?: string };
}

/** How pods are replaced, from the highest ordinal down. */
export interface StatefulSetUpdateStrategy {
  readonly type?: 'RollingUpdate' | 'OnDelete';
  readonly rollingUpdate?: { readonly partition?: number; readonly maxUnavailable?: IntOrString };
}

/** What happens to claims. */
export type ClaimRetention = 'Retain' | 'Delete';

/** The desired state of a stateful set. */
export interface StatefulSetSpec {
  readonly replicas?: number;
  readonly selector: LabelSelector;
  readonly template: PodTemplateSpec;
  readonly volumeClaimTemplates?: readonly ClaimTemplate[];
  readonly serviceName?: string;
  readonly podManagementPolicy?: 'OrderedReady' | 'Parallel';
  readonly updateStrategy?: StatefulSetUpdateStrategy;
  readonly revisionHistoryLimit?: number;
  readonly minReadySeconds?: number;
  readonly persistentVolumeClaimRetentionPolicy?: { readonly whenDeleted?: ClaimRetention; readonly whenScaled?: ClaimRetention };
  readonly ordinals?: { readonly start?: number };
}

/** The observed state of a stateful set. */
export interface StatefulSetStatus {
  readonly observedGeneration?: number;
  readonly replicas: number;
  readonly readyReplicas?: number;
  readonly currentReplicas?: number;
  readonly updatedReplicas?: number;
  readonly currentRevision?: string;
  readonly updateRevision?: string;
  readonly collisionCount?: number;
  readonly conditions?: readonly Condition[];
  readonly availableReplicas?: number;
}

/** Pods with stable names and storage. */
export interface StatefulSet extends KubeObject {
  readonly apiVersion: 'apps/v1';
  readonly kind: 'StatefulSet';
  readonly spec: StatefulSetSpec;
  readonly status?: StatefulSetStatus;
}

/** Old revisions kept for undo. */
const defaultHistory = 10;

/** Only a strategy without a type gets its parameters made; one that brings them gets what is missing of them. */
function defaultStrategy(strategy: StatefulSetUpdateStrategy | undefined): StatefulSetUpdateStrategy {
  const { type = 'RollingUpdate', rollingUpdate = strategy?.type === undefined ? {} : undefined } = strategy ?? {};
  if (type !== 'RollingUpdate' || rollingUpdate === undefined) return strategy ?? {};
  return { ...strategy, type, rollingUpdate: { ...rollingUpdate, partition: rollingUpdate.partition ?? 0, maxUnavailable: rollingUpdate.maxUnavailable ?? 1 } };
}

function defaultClaim(claim: ClaimTemplate): ClaimTemplate {
  const spec = defaultClaimSpec(claim.spec ?? {});
  if (spec === claim.spec && claim.status?.phase !== undefined && claim.kind !== undefined && claim.apiVersion !== undefined) return claim;
  return { ...claim, apiVersion: claim.apiVersion ?? 'v1', kind: claim.kind ?? 'PersistentVolumeClaim', spec, status: { ...claim.status, phase: claim.status?.phase ?? 'Pending' } };
}

/** @source kubernetes pkg/apis/apps/v1/defaults.go (SetDefaults_StatefulSet) */
function defaultSpec(spec: StatefulSetSpec): StatefulSetSpec {
  const updateStrategy = defaultStrategy(spec.updateStrategy);
  const template = defaultTemplate(spec.template ?? noTemplate);
  const claims = spec.volumeClaimTemplates === undefined ? undefined : mapSame(spec.volumeClaimTemplates, defaultClaim);
  const retention = spec.persistentVolumeClaimRetentionPolicy;
  const filled: StatefulSetSpec = {
    ...spec, replicas: spec.replicas ?? 1, podManagementPolicy: spec.podManagementPolicy ?? 'OrderedReady', updateStrategy,
    revisionHistoryLimit: spec.revisionHistoryLimit ?? defaultHistory,
    persistentVolumeClaimRetentionPolicy: { whenDeleted: retention?.whenDeleted ?? 'Retain', whenScaled: retention?.whenScaled ?? 'Retain' },
    template, ...(claims === undefined ? {} : { volumeClaimTemplates: claims }),
  };
  const same = template === spec.template && claims === spec.volumeClaimTemplates && equalData(filled, spec);
  return same ? spec : filled;
}

const shownRolling = ({ partition = 0, maxUnavailable }: NonNullable<StatefulSetUpdateStrategy['rollingUpdate']>): object => structure({ Partition: partition, MaxUnavailable: maxUnavailable });

function validateStrategy(strategy: StatefulSetUpdateStrategy | undefined, errors: FieldError[]): void {
  const path = 'spec.updateStrategy';
  const rolling = strategy?.rollingUpdate;
  switch (strategy?.type) {
    case undefined: errors.push(required(path)); break;
    case 'OnDelete':
      if (rolling !== undefined) errors.push(invalid(`${path}.rollingUpdate`, shownRolling(rolling), "only allowed for updateStrategy 'RollingUpdate'"));
      break;
    case 'RollingUpdate':
      validateNonNegative(rolling?.partition, `${path}.rollingUpdate.partition`, errors);
      if (rolling?.maxUnavailable === undefined) break;
      validateIntOrPercent(rolling.maxUnavailable, `${path}.rollingUpdate.maxUnavailable`, errors);
      if (isZero(rolling.maxUnavailable)) errors.push(invalid(`${path}.rollingUpdate.maxUnavailable`, rolling.maxUnavailable, 'cannot be 0'));
      validateNotAboveAll(rolling.maxUnavailable, `${path}.rollingUpdate.maxUnavailable`, errors);
      break;
    default: errors.push(invalid(path, structure({ Type: strategy?.type, RollingUpdate: rolling && shownRolling(rolling) }), "must be 'RollingUpdate' or 'OnDelete'"));
  }
}

/** The claims of a set are volumes of its pods, before those that the template brings. @source kubernetes pkg/apis/apps/validation/validation.go (volumesToAddForTemplates) */
function withClaims(template: PodTemplateSpec, claims: readonly ClaimTemplate[]): PodTemplateSpec {
  if (claims.length === 0) return template;
  const names = [...new Set(claims.map((claim) => claim.metadata?.name ?? ''))];
  const own = (template.spec.volumes ?? []).filter((volume) => !names.includes(volume.name));
  return { ...template, spec: { ...template.spec, volumes: [...names.map((name) => ({ name, persistentVolumeClaim: { claimName: name } })), ...own] } };
}

function validateTemplate({ template = noTemplate, selector, volumeClaimTemplates = [] }: StatefulSetSpec, errors: FieldError[]): void {
  if (selector === undefined || isReadableSelector(selector)) {
    validateSelected(template, selector, errors);
    errors.push(...validatePodTemplate(withClaims(template, volumeClaimTemplates), 'spec.template'));
  } else errors.push(invalid('spec.selector', selectorValue(selector), ''));
  validateEndless(template, 'StatefulSet', errors);
}

const policies = ['OrderedReady', 'Parallel'] as const;
const retentions = ['Retain', 'Delete'] as const;

/** `isNew`: a set that was made when the name of its Service could be anything keeps it. @source kubernetes pkg/apis/apps/validation/validation.go (ValidateStatefulSetSpec) */
function validateSpec(spec: StatefulSetSpec, isNew: boolean, errors: FieldError[]): void {
  const policy = spec.podManagementPolicy;
  if (!policy) errors.push(required('spec.podManagementPolicy'));
  else if (!policies.includes(policy)) errors.push(invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'"));
  validateStrategy(spec.updateStrategy, errors);
  for (const field of ['whenDeleted', 'whenScaled'] as const) {
    const value = spec.persistentVolumeClaimRetentionPolicy?.[field];
    if (value !== undefined && !retentions.includes(value)) errors.push(notSupported(`spec.persistentVolumeClaimRetentionPolicy.${field}`, value, retentions));
  }
  validateNonNegative(spec.replicas, 'spec.replicas', errors);
  validateNonNegative(spec.minReadySeconds, 'spec.minReadySeconds', errors);
  validateNonNegative(spec.ordinals?.start, 'spec.ordinals.start', errors);
  if (isNew && spec.serviceName) for (const message of dns1123Label(spec.serviceName)) errors.push(invalid('spec.serviceName', spec.serviceName, message));
  validateWorkloadSelector(spec.selector, 'statefulset', errors);
  (spec.volumeClaimTemplates ?? []).forEach((claim, i) => validateClaimTemplate(claim, `spec.volumeClaimTemplates[${i}]`, errors));
  validateTemplate(spec, errors);
}

const changeable = ['replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy', 'minReadySeconds'] as const;
const fixedText = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

function fixedPart(spec: StatefulSetSpec): Readonly<Record<string, unknown>> {
  const rest: Record<string, unknown> = { ...spec };
  for (const field of changeable) delete rest[field];
  return rest;
}

function validateUpdate(set: StatefulSet, old: StatefulSet): readonly FieldError[] {
  const errors = validateObjectMetaUpdate(set, old);
  if (set.spec === old.spec) return errors;
  validateSpec(set.spec, false, errors);
  if (!equalData(fixedPart(set.spec), fixedPart(old.spec))) errors.push(forbidden('spec', fixedText));
  return errors;
}

const counts = ['replicas', 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas', 'observedGeneration', 'collisionCount'] as const;

function validateStatusUpdate(set: StatefulSet, old: StatefulSet): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { status } = set;
  for (const field of counts) validateNonNegative(status?.[field], `status.${field}`, errors);
  for (const field of ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'] as const) {
    if ((status?.[field] ?? 0) > (status?.replicas ?? 0)) errors.push(invalid(`status.${field}`, status?.[field] ?? 0, 'cannot be greater than status.replicas'));
  }
  if ((status?.availableReplicas ?? 0) > (status?.readyReplicas ?? 0)) {
    errors.push(invalid('status.availableReplicas', status?.availableReplicas, 'cannot be greater than status.readyReplicas'));
  }
  errors.push(...validateObjectMetaUpdate(set, old));
  validateCollisions(status?.collisionCount, old.status?.collisionCount, errors);
  return errors;
}

/** @source kubernetes pkg/registry/apps/statefulset/strategy.go */
export const statefulSetResource = defineResource<StatefulSet>({
  group: 'apps', version: 'v1', kind: 'StatefulSet', plural: 'statefulsets', singular: 'statefulset', shortNames: ['sts'], categories: ['all'],
  namespaced: true, subresources: [scaleSubresource, statusSubresource], storagePrefix: '/registry/statefulsets/', allowUnconditionalUpdate: true,
  selectableFields: metadataFields<StatefulSet>(true),
  columns: [
    nameColumn(),
    { name: 'Ready', description: 'How many pods are ready, of how many that are wanted.', cell: (set) => `${set.status?.readyReplicas ?? 0}/${set.spec?.replicas ?? 0}` },
    ageColumn(),
    { name: 'Containers', wide: true, description: 'Names of the containers of the template.', cell: (set) => containerNames(set.spec?.template) },
    { name: 'Images', wide: true, description: 'Images of the containers of the template.', cell: (set) => containerImages(set.spec?.template) },
  ],
  defaults(set) {
    const spec = defaultSpec(set.spec ?? {});
    return spec === set.spec ? set : { ...set, spec };
  },
  ...specStrategy<StatefulSet>({ replicas: 0, availableReplicas: 0 }),
  validate(set) {
    const errors = validateObjectMeta(set, true, dns1123Label);
    validateSpec(set.spec, true, errors);
    return errors;
  },
  validateUpdate,
  validateStatusUpdate,
  scale: {
    get: (set) => ({ replicas: set.spec.replicas ?? 0, currentReplicas: set.status?.replicas ?? 0, selector: selectorText(selectorOf(set.spec.selector)) }),
    set: (set, replicas) => ({ ...set, spec: { ...set.spec, replicas } }),
  },
  // The paths of claims are upstream's, which differ between the two.
  warnings(set, old) {
    const found = [...templateWarnings(set.spec?.template, old?.spec?.template, 'spec.template')];
    (set.spec?.volumeClaimTemplates ?? []).forEach((claim, i) => found.push(...claimSpecWarnings(claim.spec, `spec.volumeClaimTemplates[${i}]${old === undefined ? '' : '.Spec'}`)));
    if ((set.spec?.revisionHistoryLimit ?? 0) < 0) found.push('spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended');
    return found;
  },
});
