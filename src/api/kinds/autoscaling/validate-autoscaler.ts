/**
 * Validation of autoscalers.
 *
 * @source kubernetes pkg/apis/autoscaling/validation/validation.go
 */
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { dns1123Label, pathSegment } from '../../names.ts';
import { compareQuantity } from '../../quantity.ts';
import { validateContainerName } from '../core/validate-resources.ts';
import type { HorizontalPodAutoscalerSpec } from './horizontal-pod-autoscaler.ts';
import type { CrossVersionObjectReference, HPAScalingPolicy, HPAScalingRules, MetricIdentifier, MetricSpec, MetricTarget } from './metric.ts';

const maximumPeriodSeconds = 1800;
const maximumWindowSeconds = 3600;
const metricTypes = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'] as const;
const policyTypes = ['Percent', 'Pods'] as const;
const selections = ['Disabled', 'Max', 'Min'] as const;
/** The part of a metric that belongs to a type, in the order in which parts are looked at. */
const partOf = { Object: 'object', External: 'external', Pods: 'pods', Resource: 'resource', ContainerResource: 'containerResource' } as const;
type Part = (typeof partOf)[keyof typeof partOf];
interface Spot { readonly path: string; readonly errors: FieldError[] }
interface MetricSpot extends Spot { readonly objects: Leniency }

function validateSegment(value: string | undefined, detail: string, { path, errors }: Spot): void {
  if (!value) errors.push(required(path, detail));
  else for (const message of pathSegment(value)) errors.push(invalid(path, value, message));
}

/** What a reference may leave open: the group of its version, or that the version is one at all. */
type Leniency = 'none' | 'no group' | 'any';

/** Why a version is none, undefined when it is one. @source same file (ValidateAPIVersion) */
function versionFault(version: string, leniency: Leniency): string | undefined {
  if (leniency === 'any') return undefined;
  const parts = version === '/' ? [''] : version.split('/');
  if (parts.length > 2) return `unexpected GroupVersion string: ${version}`;
  return leniency === 'none' && (parts.length === 1 || parts[0] === '') ? 'apiVersion must specify API group' : undefined;
}

function validateReference(ref: CrossVersionObjectReference | undefined, leniency: Leniency, { path, errors }: Spot): void {
  validateSegment(ref?.kind, '', { path: `${path}.kind`, errors });
  validateSegment(ref?.name, '', { path: `${path}.name`, errors });
  const fault = versionFault(ref?.apiVersion ?? '', leniency);
  if (fault !== undefined) errors.push(invalid(`${path}.apiVersion`, ref?.apiVersion ?? '', fault));
}

/** How much the references of an autoscaler may leave open: what was wrong already may stay so, and the only scalable kind of the core group has no group.
 * @source kubernetes pkg/registry/autoscaling/horizontalpodautoscaler/strategy.go (validationOptionsForHorizontalPodAutoscaler) */
function leniencyFor(spec: HorizontalPodAutoscalerSpec, old: HorizontalPodAutoscalerSpec | undefined): { readonly target: Leniency; readonly objects: Leniency } {
  const target: Leniency = spec.scaleTargetRef?.kind === 'ReplicationController' ? 'no group' : 'none';
  const hadBadTarget = old !== undefined && versionFault(old.scaleTargetRef.apiVersion ?? '', target) !== undefined;
  const hadBadObject = (old?.metrics ?? []).some(({ object }) => object !== undefined && versionFault(object.describedObject.apiVersion ?? '', 'no group') !== undefined);
  return { target: hadBadTarget ? 'any' : target, objects: hadBadObject ? 'any' : 'no group' };
}

function validateIdentifier(of: MetricIdentifier | undefined, path: string, errors: FieldError[]): void {
  validateSegment(of?.name, 'must specify a metric name', { path: `${path}.name`, errors });
}

function validateTarget(target: MetricTarget | undefined, path: string, errors: FieldError[]): void {
  const type = target?.type;
  if (!type) errors.push(required(`${path}.type`, 'must specify a metric target type'));
  if (type !== 'Utilization' && type !== 'Value' && type !== 'AverageValue') errors.push(invalid(`${path}.type`, type ?? '', 'must be either Utilization, Value, or AverageValue'));
  for (const field of ['value', 'averageValue'] as const) {
    const amount = target?.[field];
    if (amount !== undefined && compareQuantity(amount, '0') <= 0) errors.push(invalid(`${path}.${field}`, amount, 'must be positive'));
  }
  const utilization = target?.averageUtilization;
  if (utilization !== undefined && utilization < 1) errors.push(invalid(`${path}.averageUtilization`, utilization, 'must be greater than 0'));
}

function validateResource(source: NonNullable<MetricSpec['resource']> & { readonly container?: string }, inContainer: boolean, { path, errors }: Spot): void {
  if (!source.name) errors.push(required(`${path}.name`, 'must specify a resource name'));
  else if (inContainer) validateContainerName(source.name, `${path}.name`, errors);
  if (inContainer) {
    if (!source.container) errors.push(required(`${path}.container`, 'must specify a container'));
    else for (const message of dns1123Label(source.container)) errors.push(invalid(`${path}.container`, source.container, message));
  }
  validateTarget(source.target, `${path}.target`, errors);
  const { averageUtilization: utilization, averageValue: value } = source.target ?? {};
  if (utilization === undefined && value === undefined) errors.push(required(`${path}.target.averageUtilization`, 'must set either a target raw value or a target utilization'));
  if (utilization !== undefined && value !== undefined) errors.push(forbidden(`${path}.target.averageValue`, 'may not set both a target raw value and a target utilization'));
}

function validateSource(metric: MetricSpec, part: Part, { path, errors, objects }: MetricSpot): void {
  if (part === 'resource' && metric.resource !== undefined) { validateResource(metric.resource, false, { path, errors }); return; }
  if (part === 'containerResource' && metric.containerResource !== undefined) { validateResource(metric.containerResource, true, { path, errors }); return; }
  if (part === 'object') validateReference(metric.object?.describedObject, objects, { path: `${path}.describedObject`, errors });
  const source = part === 'object' ? metric.object : part === 'pods' ? metric.pods : metric.external;
  validateIdentifier(source?.metric, `${path}.metric`, errors);
  validateTarget(source?.target, `${path}.target`, errors);
  const { value, averageValue } = source?.target ?? {};
  const hasNone = value === undefined && averageValue === undefined;
  if (part === 'pods' && averageValue === undefined) errors.push(required(`${path}.target.averageValue`, 'must specify a positive target averageValue'));
  if (part === 'object' && hasNone) errors.push(required(`${path}.target.averageValue`, 'must set either a target value or averageValue'));
  if (part !== 'external') return;
  if (hasNone) errors.push(required(`${path}.target.averageValue`, 'must set either a target value for metric or a per-pod target'));
  if (value !== undefined && averageValue !== undefined) errors.push(forbidden(`${path}.target.value`, 'may not set both a target value for metric and a per-pod target'));
}

function validateMetric(metric: MetricSpec, { path, errors, objects }: MetricSpot): void {
  const type: string = metric.type ?? '';
  const known = (metricTypes as readonly string[]).includes(type);
  if (type === '') errors.push(required(`${path}.type`, 'must specify a metric source type'));
  if (!known) errors.push(notSupported(`${path}.type`, type, metricTypes));
  const given = Object.values(partOf).filter((part) => metric[part] !== undefined);
  const first = given[0];
  if (first !== undefined) validateSource(metric, first, { path: `${path}.${first}`, errors, objects });
  const expected = known ? partOf[metric.type] : undefined;
  if (expected === undefined) errors.push(notSupported(`${path}.type`, type, metricTypes));
  else if (metric[expected] === undefined) errors.push(required(`${path}.${expected}`, 'must populate information for the given metric source'));
  if (given.length === 1) return;
  for (const part of given) if (part !== expected) errors.push(forbidden(`${path}.${part}`, 'must populate the given metric source only'));
}

function validatePolicy(policy: HPAScalingPolicy, path: string, errors: FieldError[]): void {
  if (!policyTypes.includes(policy.type)) errors.push(notSupported(`${path}.type`, policy.type ?? '', policyTypes));
  if (!(policy.value > 0)) errors.push(invalid(`${path}.value`, policy.value ?? 0, 'must be greater than zero'));
  if (!(policy.periodSeconds > 0)) errors.push(invalid(`${path}.periodSeconds`, policy.periodSeconds ?? 0, 'must be greater than zero'));
  if (policy.periodSeconds > maximumPeriodSeconds) errors.push(invalid(`${path}.periodSeconds`, policy.periodSeconds, `must be less than or equal to ${maximumPeriodSeconds}`));
}

function validateRules(rules: HPAScalingRules | undefined, path: string, errors: FieldError[]): void {
  if (rules === undefined) return;
  const window = rules.stabilizationWindowSeconds;
  if (window !== undefined && window < 0) errors.push(invalid(`${path}.stabilizationWindowSeconds`, window, 'must be greater than or equal to zero'));
  if (window !== undefined && window > maximumWindowSeconds) errors.push(invalid(`${path}.stabilizationWindowSeconds`, window, `must be less than or equal to ${maximumWindowSeconds}`));
  if (rules.selectPolicy !== undefined && !selections.includes(rules.selectPolicy)) errors.push(notSupported(`${path}.selectPolicy`, rules.selectPolicy, selections));
  const policies = rules.policies ?? [];
  if (policies.length === 0) errors.push(required(`${path}.policies`, 'must specify at least one Policy'));
  policies.forEach((policy, i) => validatePolicy(policy, `${path}.policies[${i}]`, errors));
  if (rules.tolerance !== undefined && compareQuantity(rules.tolerance, '0') < 0) errors.push(invalid(`${path}.tolerance`, rules.tolerance, 'must be greater than or equal to 0'));
}

/** The smallest number of replicas allowed is one, unless the autoscaler had zero before. */
export function validateAutoscalerSpec(spec: HorizontalPodAutoscalerSpec, old: HorizontalPodAutoscalerSpec | undefined, errors: FieldError[]): void {
  const least = old?.minReplicas === 0 ? 0 : 1;
  const leniency = leniencyFor(spec, old);
  const { minReplicas: min, maxReplicas: max = 0 } = spec;
  if (min !== undefined && min < least) errors.push(invalid('spec.minReplicas', min, `must be greater than or equal to ${least}`));
  if (max < 1) errors.push(invalid('spec.maxReplicas', max, 'must be greater than 0'));
  if (min !== undefined && max < min) errors.push(invalid('spec.maxReplicas', max, 'must be greater than or equal to `minReplicas`'));
  validateReference(spec.scaleTargetRef, leniency.target, { path: 'spec.scaleTargetRef', errors });
  const metrics = spec.metrics ?? [];
  metrics.forEach((metric, i) => validateMetric(metric, { path: `spec.metrics[${i}]`, errors, objects: leniency.objects }));
  if (min === 0 && !metrics.some((metric) => metric.type === 'Object' || metric.type === 'External')) {
    errors.push(forbidden('spec.metrics', 'must specify at least one Object or External metric to support scaling to zero replicas'));
  }
  validateRules(spec.behavior?.scaleUp, 'spec.behavior.scaleUp', errors);
  validateRules(spec.behavior?.scaleDown, 'spec.behavior.scaleDown', errors);
}
