/**
 * The quality-of-service class of a pod.
 *
 * @source kubernetes pkg/apis/core/v1/helper/qos/qos.go
 */
import { compareQuantity } from '../../quantity.ts';
import type { Container, ResourceRequirements } from './container.ts';
import type { PodSpec } from './pod-spec.ts';
import type { PodQOSClass } from './pod-status.ts';

const counted = ['cpu', 'memory'] as const;
const positive = (amount: string | undefined): boolean => amount !== undefined && compareQuantity(amount, '0') > 0;

/** Whether cpu and memory both have a limit that equals the request. */
function isGuaranteed(resources: ResourceRequirements | undefined): boolean {
  return counted.every((name) => {
    const limit = resources?.limits?.[name];
    if (!positive(limit)) return false;
    const request = resources?.requests?.[name];
    return request === undefined || compareQuantity(request, limit) === 0;
  });
}

function isEmpty(resources: ResourceRequirements | undefined): boolean {
  return counted.every((name) => !positive(resources?.requests?.[name]) && !positive(resources?.limits?.[name]));
}

const classes = new WeakMap<PodSpec, PodQOSClass>();

function computeClass(spec: PodSpec): PodQOSClass {
  const parts: readonly (ResourceRequirements | undefined)[] = spec.resources !== undefined ? [spec.resources]
    : [...spec.containers, ...(spec.initContainers ?? [])].map((container: Container) => container.resources);
  if (parts.every(isEmpty)) return 'BestEffort';
  return parts.every(isGuaranteed) ? 'Guaranteed' : 'Burstable';
}

/** Guaranteed, Burstable or BestEffort, by requests and limits alone. */
export function podQOSClass(spec: PodSpec): PodQOSClass {
  const known = classes.get(spec);
  if (known !== undefined) return known;
  const found = computeClass(spec);
  if (Object.isFrozen(spec)) classes.set(spec, found);
  return found;
}
