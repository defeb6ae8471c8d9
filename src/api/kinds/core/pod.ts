import { forbidden } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { KubeObject } from '../../meta.ts';
import { dns1123Subdomain } from '../../names.ts';
import { overlay } from '../../overlay.ts';
import { defineResource, keepOnlyStatus, metadataFields, specStrategy, statusSubresource } from '../../resource.ts';
import { validateObjectMeta } from '../../validate-meta.ts';
import { podParts } from './pod-parts.ts';
import { podColumns, podRowConditions } from './pod-columns.ts';
import { defaultSpecOfPod } from './pod-defaults.ts';
import type { PodSpec } from './pod-spec.ts';
import type { PodStatus } from './pod-status.ts';
import { podStatusWarnings, podWarnings } from './pod-warnings.ts';
import { validatePodStatusUpdate, validatePodUpdate } from './pod-update.ts';
import { podQOSClass } from './qos.ts';
import { mirrorAnnotation, validatePodAnnotations, validateProfilesMatch } from './validate-pod-annotations.ts';
import { validatePodSpec } from './validate-pod-spec.ts';
import { validateMadeClaims } from './validate-volume.ts';

/** Containers that run together on one node. */
export interface Pod extends KubeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'Pod';
  readonly spec: PodSpec;
  readonly status?: PodStatus;
}

function validateCreate(pod: Pod): readonly FieldError[] {
  const errors = validateObjectMeta(pod, true, dns1123Subdomain);
  const { annotations, name } = pod.metadata;
  const { spec } = pod;
  if (annotations !== undefined) validatePodAnnotations(annotations, spec, { path: 'metadata.annotations', errors });
  errors.push(...validatePodSpec(spec, true, 'spec'));
  if (spec.volumes !== undefined) validateMadeClaims(spec.volumes, name, errors);
  validateProjectedTokens(spec, errors);
  validateStaticPod(pod, errors);
  if ((spec.ephemeralContainers ?? []).length > 0) errors.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'));
  if (spec.nodeName && (spec.schedulingGates ?? []).length > 0) errors.push(forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
  if (annotations !== undefined) validateProfilesMatch(annotations, spec, { path: 'spec', errors });
  return errors;
}

function validateStaticPod({ metadata, spec }: Pod, errors: FieldError[]): void {
  if (metadata.annotations?.[mirrorAnnotation] === undefined) return;
  for (const _claim of spec.resourceClaims ?? []) errors.push(forbidden('', 'static pods do not support resource claims'));
}

function validateProjectedTokens(spec: PodSpec, errors: FieldError[]): void {
  if (spec.serviceAccountName) return;
  (spec.volumes ?? []).forEach((volume, i) => {
    (volume.projected?.sources ?? []).forEach((source, k) => {
      if (source.serviceAccountToken === undefined) return;
      errors.push(forbidden(`spec.volumes[${i}].projected.sources[${k}].serviceAccountToken`, 'must not be specified when serviceAccountName is not set'));
    });
  });
}

const strategy = specStrategy<Pod>();

/** A gated pod says so from the start. */
function firstStatus(pod: Pod): PodStatus {
  const base: PodStatus = { phase: 'Pending', qosClass: podQOSClass(pod.spec) };
  if ((pod.spec.schedulingGates ?? []).length === 0) return base;
  return {
    ...base, conditions: [{
      type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message: 'Scheduling is blocked due to non-empty scheduling gates',
    }],
  };
}

/** @source kubernetes pkg/registry/core/pod/strategy.go */
export const podResource = defineResource<Pod>({
  group: '', version: 'v1', kind: 'Pod', plural: 'pods', singular: 'pod', shortNames: ['po'], categories: ['all'], namespaced: true,
  subresources: [
    { name: 'attach', verbs: ['create', 'get'], responseKind: { group: '', version: 'v1', kind: 'PodAttachOptions' } },
    { name: 'binding', verbs: ['create'], responseKind: { group: '', version: 'v1', kind: 'Binding' } },
    { name: 'ephemeralcontainers', verbs: ['get', 'patch', 'update'] },
    { name: 'eviction', verbs: ['create'], responseKind: { group: 'policy', version: 'v1', kind: 'Eviction' } },
    { name: 'exec', verbs: ['create', 'get'], responseKind: { group: '', version: 'v1', kind: 'PodExecOptions' } },
    { name: 'log', verbs: ['get'] },
    { name: 'portforward', verbs: ['create', 'get'], responseKind: { group: '', version: 'v1', kind: 'PodPortForwardOptions' } },
    { name: 'proxy', verbs: ['create', 'delete', 'get', 'patch', 'update'], responseKind: { group: '', version: 'v1', kind: 'PodProxyOptions' } },
    { name: 'resize', verbs: ['get', 'patch', 'update'] },
    statusSubresource,
  ],
  storagePrefix: '/registry/pods/', allowUnconditionalUpdate: true,
  selectableFields: [
    ...metadataFields<Pod>(true),
    { path: 'spec.nodeName', get: (pod) => pod.spec.nodeName ?? '' },
    { path: 'spec.restartPolicy', get: (pod) => pod.spec.restartPolicy ?? '' },
    { path: 'spec.schedulerName', get: (pod) => pod.spec.schedulerName ?? '' },
    { path: 'spec.serviceAccountName', get: (pod) => pod.spec.serviceAccountName ?? '' },
    { path: 'spec.hostNetwork', get: (pod) => (pod.spec.hostNetwork === true ? 'true' : 'false') },
    { path: 'status.phase', get: (pod) => pod.status?.phase ?? '' },
    { path: 'status.podIP', get: (pod) => pod.status?.podIPs?.[0]?.ip ?? pod.status?.podIP ?? '' },
    // Upstream takes the label, and no pod has a value for it.
    { path: 'status.podIPs', get: () => '' },
    { path: 'status.nominatedNodeName', get: (pod) => pod.status?.nominatedNodeName ?? '' },
  ],
  fieldLabels: new Map([['spec.host', 'spec.nodeName']]),
  columns: podColumns,
  rowConditions: podRowConditions,
  defaults(pod) {
    const spec = defaultSpecOfPod(pod.spec ?? { containers: [] });
    return spec === pod.spec ? pod : { ...pod, spec };
  },
  prepareForCreate(pod) {
    const metadata = overlay(pod.metadata, { generation: 1 });
    return { apiVersion: 'v1', kind: 'Pod', metadata, spec: pod.spec, status: firstStatus(pod) };
  },
  prepareForUpdate: strategy.prepareForUpdate,
  prepareForStatusUpdate: (pod, old) => keepOnlyStatus(pod, old),
  validate: validateCreate,
  validateUpdate: validatePodUpdate,
  validateStatusUpdate: validatePodStatusUpdate,
  warnings: podWarnings,
  statusWarnings: podStatusWarnings,
  parts: podParts,
});
