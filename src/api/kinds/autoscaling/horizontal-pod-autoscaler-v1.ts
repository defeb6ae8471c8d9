/**
 * Version 1 of autoscalers knows cpu only; everything else travels in annotations, so that nothing is lost on the way to version 2 and back.
 *
 * @source kubernetes pkg/apis/autoscaling/v1/conversion.go
 */
import type { Condition, KubeObject, StringMap, Time } from '../../meta.ts';
import { defineForm } from '../../resource.ts';
import { defaultMetrics, horizontalPodAutoscalerResource } from './horizontal-pod-autoscaler.ts';
import type { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';
import type { CrossVersionObjectReference, HorizontalPodAutoscalerBehavior, MetricSpec, MetricStatus } from './metric.ts';

/** Sets the replicas of a workload by its use of cpu. */
export interface HorizontalPodAutoscalerV1 extends KubeObject {
  readonly apiVersion: 'autoscaling/v1';
  readonly kind: 'HorizontalPodAutoscaler';
  readonly spec: {
    readonly scaleTargetRef: CrossVersionObjectReference;
    readonly minReplicas?: number;
    readonly maxReplicas: number;
    readonly targetCPUUtilizationPercentage?: number;
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly lastScaleTime?: Time;
    readonly currentReplicas: number;
    readonly desiredReplicas: number;
    readonly currentCPUUtilizationPercentage?: number;
  };
}

const prefix = 'autoscaling.alpha.kubernetes.io/';
const names = { metrics: `${prefix}metrics`, conditions: `${prefix}conditions`, currentMetrics: `${prefix}current-metrics`, behavior: `${prefix}behavior` } as const;
const ownNames: readonly string[] = Object.values(names);

const isCpu = (metric: MetricSpec): boolean => metric.type === 'Resource' && metric.resource?.name === 'cpu' && metric.resource.target.averageUtilization !== undefined;

/** A metric of the first versions, whose fields were flat. */
type Flat = Readonly<Record<string, unknown>>;

/** The fields that are set. */
function given(fields: Flat): Flat {
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(fields)) if (fields[key] !== undefined) kept[key] = fields[key];
  return kept;
}

function flatten(metric: MetricSpec): Flat {
  const { type, resource, containerResource, pods, external, object } = metric;
  const own = resource ?? containerResource;
  if (own !== undefined) {
    const { averageUtilization: targetAverageUtilization, averageValue: targetAverageValue } = own.target;
    const flat = given({ name: own.name, targetAverageUtilization, targetAverageValue, container: containerResource?.container });
    return resource === undefined ? { type, containerResource: flat } : { type, resource: flat };
  }
  if (pods !== undefined) return { type, pods: given({ metricName: pods.metric.name, targetAverageValue: pods.target.averageValue, selector: pods.metric.selector }) };
  if (external !== undefined) {
    const { metric: { name: metricName, selector: metricSelector }, target: { value: targetValue, averageValue: targetAverageValue } } = external;
    return { type, external: given({ metricName, metricSelector, targetValue, targetAverageValue }) };
  }
  if (object === undefined) return { type };
  const { describedObject: target, metric: { name: metricName, selector }, target: { value: targetValue, averageValue } } = object;
  return { type, object: given({ target, metricName, targetValue, selector, averageValue }) };
}

function unflatten(flat: Flat): MetricSpec {
  const type = flat['type'] as MetricSpec['type'];
  const part = type.charAt(0).toLowerCase() + type.slice(1);
  const { targetAverageUtilization: averageUtilization, targetAverageValue, averageValue = targetAverageValue, targetValue: value, ...source } = (flat[part] ?? {}) as Flat;
  const target = given({ type: averageUtilization !== undefined ? 'Utilization' : averageValue !== undefined ? 'AverageValue' : 'Value', averageUtilization, averageValue, value });
  const metric = given({ name: source['metricName'], selector: source['selector'] ?? source['metricSelector'] });
  if (type === 'Resource' || type === 'ContainerResource') return { type, [part]: { ...source, target } } as unknown as MetricSpec;
  return { type, [part]: type === 'Object' ? { describedObject: source['target'], target, metric } : { metric, target } } as unknown as MetricSpec;
}

/** What an annotation holds; nothing when somebody wrote something else into it. */
function parse<T>(text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

function withAnnotations(metadata: KubeObject['metadata'], all: StringMap | undefined): KubeObject['metadata'] {
  const { annotations: _old, ...rest } = metadata;
  return all === undefined || Object.keys(all).length === 0 ? rest : { ...rest, annotations: all };
}

function foreign(all: StringMap | undefined): StringMap {
  const kept: Record<string, string> = {};
  for (const key of Object.keys(all ?? {})) if (!ownNames.includes(key)) kept[key] = all?.[key] ?? '';
  return kept;
}

/** The stored autoscaler as version 1 shows it. */
function fromStorage(of: HorizontalPodAutoscaler): HorizontalPodAutoscalerV1 {
  const { metrics = [], behavior, ...spec } = of.spec;
  const { currentMetrics, conditions, ...status } = of.status ?? { desiredReplicas: 0 };
  const cpu = metrics.find(isCpu);
  const others = metrics.filter((metric) => metric !== cpu);
  const all: Record<string, string> = { ...foreign(of.metadata.annotations) };
  if (others.length > 0) all[names.metrics] = JSON.stringify(others.map(flatten));
  if (behavior !== undefined) all[names.behavior] = JSON.stringify(behavior);
  if ((currentMetrics ?? []).length > 0) all[names.currentMetrics] = JSON.stringify(currentMetrics);
  if ((conditions ?? []).length > 0) all[names.conditions] = JSON.stringify(conditions);
  const used = currentMetrics?.find((metric) => metric.resource?.name === 'cpu')?.resource?.current.averageUtilization;
  const percent = cpu?.resource?.target.averageUtilization;
  return {
    ...of, apiVersion: 'autoscaling/v1', metadata: withAnnotations(of.metadata, all),
    spec: { ...spec, ...(percent === undefined ? {} : { targetCPUUtilizationPercentage: percent }) },
    status: { ...status, currentReplicas: status.currentReplicas ?? 0, ...(used === undefined ? {} : { currentCPUUtilizationPercentage: used }) },
  };
}

/** A version 1 autoscaler as it is stored. */
function toStorage(of: HorizontalPodAutoscalerV1): HorizontalPodAutoscaler {
  const annotations = of.metadata.annotations ?? {};
  const { targetCPUUtilizationPercentage: percent, ...spec } = of.spec ?? {};
  const cpu: readonly MetricSpec[] = percent === undefined ? [] : [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: percent } } }];
  const metrics = [...cpu, ...(parse<readonly Flat[]>(annotations[names.metrics]) ?? []).map(unflatten)];
  const behavior = parse<HorizontalPodAutoscalerBehavior>(annotations[names.behavior]);
  const conditions = parse<readonly Condition[]>(annotations[names.conditions]);
  const { currentCPUUtilizationPercentage: used, ...status } = of.status ?? { desiredReplicas: 0 };
  const cpuNow: readonly MetricStatus[] | undefined = used === undefined ? undefined : [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: used } } }];
  const currentMetrics = parse<readonly MetricStatus[]>(annotations[names.currentMetrics]) ?? cpuNow;
  return {
    ...of, apiVersion: 'autoscaling/v2', metadata: withAnnotations(of.metadata, foreign(annotations)),
    spec: { ...spec, metrics: metrics.length === 0 ? defaultMetrics : metrics, ...(behavior === undefined ? {} : { behavior }) },
    status: { ...status, ...(currentMetrics === undefined ? {} : { currentMetrics }), ...(conditions === undefined ? {} : { conditions }) },
  };
}

/**
 * Version 1: stored as version 2.
 * @fidelity simplified: the annotations for behavior and for present values hold the fields under their version 2 names
 */
export const horizontalPodAutoscalerV1Resource = defineForm<HorizontalPodAutoscalerV1, HorizontalPodAutoscaler>(horizontalPodAutoscalerResource, {
  group: 'autoscaling', version: 'v1', kind: 'HorizontalPodAutoscaler',
  defaults: (of) => (of.spec?.minReplicas === undefined ? { ...of, spec: { ...of.spec, minReplicas: 1 } } : of),
  to: toStorage, from: fromStorage,
});
