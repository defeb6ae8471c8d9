import type { Condition, KubeObject, Time } from '../../meta.ts';
import { dns1123Subdomain } from '../../names.ts';
import { defineResource, keepOnlyStatus, metadataFields, statusSubresource } from '../../resource.ts';
import { validateNonNegative, validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import type {
  CrossVersionObjectReference, HorizontalPodAutoscalerBehavior, HPAScalingRules, MetricSpec, MetricStatus, MetricTarget, MetricValueStatus,
} from './metric.ts';
import { validateAutoscalerSpec } from './validate-autoscaler.ts';

/** What is scaled, and by what. */
export interface HorizontalPodAutoscalerSpec {
  readonly scaleTargetRef: CrossVersionObjectReference;
  readonly minReplicas?: number;
  readonly maxReplicas: number;
  readonly metrics?: readonly MetricSpec[];
  readonly behavior?: HorizontalPodAutoscalerBehavior;
}

/** What the autoscaler saw and did. */
export interface HorizontalPodAutoscalerStatus {
  readonly observedGeneration?: number;
  readonly lastScaleTime?: Time;
  readonly currentReplicas?: number;
  readonly desiredReplicas: number;
  readonly currentMetrics?: readonly MetricStatus[] | null;
  readonly conditions?: readonly Condition[];
}

/** Sets the replicas of a workload by metrics. */
export interface HorizontalPodAutoscaler extends KubeObject {
  readonly apiVersion: 'autoscaling/v2';
  readonly kind: 'HorizontalPodAutoscaler';
  readonly spec: HorizontalPodAutoscalerSpec;
  readonly status?: HorizontalPodAutoscalerStatus;
}

/** The metric of an autoscaler that names none: 80 per cent of the requested cpu. */
export const defaultMetrics: readonly MetricSpec[] = Object.freeze([
  { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
] as const);

const scaleUpDefaults: HPAScalingRules = Object.freeze({
  stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }, { type: 'Percent', value: 100, periodSeconds: 15 }],
} as const);
const scaleDownDefaults: HPAScalingRules = Object.freeze({ selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] } as const);

/** A behavior that says something says everything. @source kubernetes pkg/apis/autoscaling/v2/defaults.go */
function defaultBehavior(behavior: HorizontalPodAutoscalerBehavior): HorizontalPodAutoscalerBehavior {
  const { scaleUp, scaleDown } = behavior;
  const whole = [scaleUp, scaleDown].every((rules) => rules?.selectPolicy !== undefined && rules.policies !== undefined) && scaleUp?.stabilizationWindowSeconds !== undefined;
  return whole ? behavior : { ...behavior, scaleUp: { ...scaleUpDefaults, ...scaleUp }, scaleDown: { ...scaleDownDefaults, ...scaleDown } };
}

function defaultSpec(spec: HorizontalPodAutoscalerSpec): HorizontalPodAutoscalerSpec {
  const behavior = spec.behavior === undefined ? undefined : defaultBehavior(spec.behavior);
  if (spec.minReplicas !== undefined && (spec.metrics ?? []).length > 0 && behavior === spec.behavior) return spec;
  return {
    ...spec, minReplicas: spec.minReplicas ?? 1, metrics: (spec.metrics ?? []).length > 0 ? spec.metrics ?? [] : defaultMetrics,
    ...(behavior === undefined ? {} : { behavior }),
  };
}

interface Measured { readonly target: MetricTarget; readonly current: MetricValueStatus | undefined }

/** What a pointer to nothing prints as. */
const NIL = '<nil>';
const UNKNOWN = '<unknown>';

/** `cpu: 12%/80%` or `cpu: 12m/100m`. */
function utilizationText({ target, current }: Measured, name: string): string {
  if (target.averageValue !== undefined) return `${name}: ${current === undefined ? UNKNOWN : current.averageValue ?? NIL}/${target.averageValue}`;
  const now = current?.averageUtilization === undefined ? UNKNOWN : `${current.averageUtilization}%`;
  return `${name}: ${now}/${target.averageUtilization === undefined ? '<auto>' : `${target.averageUtilization}%`}`;
}

/** `3/5`, or `3/5 (avg)` for an average. */
function valueText({ target, current }: Measured): string {
  if (target.averageValue !== undefined) return `${current?.averageValue ?? UNKNOWN}/${target.averageValue} (avg)`;
  return `${current === undefined ? UNKNOWN : current.value ?? NIL}/${target.value ?? NIL}`;
}

function metricText({ type, external, object, pods, resource, containerResource }: MetricSpec, status: MetricStatus | undefined): string {
  const measured = (of: { readonly target?: MetricTarget } | undefined, now: { readonly current?: MetricValueStatus } | undefined): Measured =>
    ({ target: of?.target ?? { type: 'Value' }, current: now === undefined ? undefined : now.current ?? {} });
  switch (type) {
    case 'External': return valueText(measured(external, status?.external));
    case 'Object': return valueText(measured(object, status?.object));
    case 'Pods': return `${status?.pods === undefined ? UNKNOWN : status.pods.current?.averageValue ?? NIL}/${pods?.target?.averageValue ?? NIL}`;
    case 'Resource': return utilizationText(measured(resource, status?.resource), resource?.name ?? '');
    case 'ContainerResource': return utilizationText(measured(containerResource, status?.containerResource), containerResource?.name ?? '');
    default: return '<unknown type>';
  }
}

/** Metrics that the column shows. */
const shownMetrics = 2;

function targetsText(autoscaler: HorizontalPodAutoscaler): string {
  const metrics = autoscaler.spec?.metrics ?? [];
  if (metrics.length === 0) return '<none>';
  const texts = metrics.slice(0, shownMetrics).map((metric, i) => metricText(metric, autoscaler.status?.currentMetrics?.[i]));
  return metrics.length > shownMetrics ? `${texts.join(', ')} + ${metrics.length - shownMetrics} more...` : texts.join(', ');
}

/** @source kubernetes pkg/registry/autoscaling/horizontalpodautoscaler/strategy.go */
export const horizontalPodAutoscalerResource = defineResource<HorizontalPodAutoscaler>({
  group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler', plural: 'horizontalpodautoscalers', singular: 'horizontalpodautoscaler',
  shortNames: ['hpa'], categories: ['all'], namespaced: true, subresources: [statusSubresource], storagePrefix: '/registry/horizontalpodautoscalers/',
  allowUnconditionalUpdate: true, selectableFields: metadataFields<HorizontalPodAutoscaler>(true),
  columns: [
    nameColumn(),
    { name: 'Reference', doc: 'autoscaling.HorizontalPodAutoscalerSpec.scaleTargetRef', cell: (of) => `${of.spec?.scaleTargetRef?.kind ?? ''}/${of.spec?.scaleTargetRef?.name ?? ''}` },
    { name: 'Targets', doc: 'autoscaling.HorizontalPodAutoscalerSpec.metrics', cell: targetsText },
    { name: 'MinPods', doc: 'autoscaling.HorizontalPodAutoscalerSpec.minReplicas', cell: (of) => (of.spec?.minReplicas === undefined ? '<unset>' : `${of.spec?.minReplicas}`) },
    { name: 'MaxPods', doc: 'autoscaling.HorizontalPodAutoscalerSpec.maxReplicas', cell: (of) => of.spec?.maxReplicas ?? 0 },
    { name: 'Replicas', doc: 'autoscaling.HorizontalPodAutoscalerStatus.currentReplicas', cell: (of) => of.status?.currentReplicas ?? 0 },
    ageColumn(),
  ],
  defaults(of) {
    const spec = defaultSpec(of.spec ?? {});
    return spec === of.spec ? of : { ...of, spec };
  },
  prepareForCreate: (of) => ({ ...of, status: { desiredReplicas: 0 } }),
  prepareForUpdate: (of, old) => ({ ...of, status: old.status ?? { desiredReplicas: 0 } }),
  prepareForStatusUpdate: (of, old) => keepOnlyStatus(of, old),
  validate(of) {
    const errors = validateObjectMeta(of, true, dns1123Subdomain);
    validateAutoscalerSpec(of.spec, undefined, errors);
    return errors;
  },
  validateUpdate(of, old) {
    const errors = validateObjectMetaUpdate(of, old);
    validateAutoscalerSpec(of.spec, old.spec, errors);
    return errors;
  },
  validateStatusUpdate(of, old) {
    const errors = validateObjectMetaUpdate(of, old);
    for (const field of ['currentReplicas', 'desiredReplicas'] as const) validateNonNegative(of.status?.[field], `status.${field}`, errors);
    return errors;
  },
});
