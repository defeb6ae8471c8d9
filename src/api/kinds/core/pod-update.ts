/**
 * What may change in a pod.
 *
 * @source kubernetes pkg/apis/core/validation/validation.go (ValidatePodUpdate, ValidatePodStatusUpdate)
 * @fidelity simplified: the printed difference names changed fields, not Go structures
 */
import { equalData } from '../../../base/compare.ts';
import { forbidden, invalid, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { isIP } from '../../ip.ts';
import { dns1123Subdomain, inclusiveRangeText } from '../../names.ts';
import { immutableText, validateObjectMetaUpdate } from '../../validate-meta.ts';
import type { Toleration } from './affinity.ts';
import type { Container } from './container.ts';
import type { PodSpec } from './pod-spec.ts';
import type { ContainerStatus } from './pod-status.ts';
import type { Pod } from './pod.ts';
import { validateTolerations } from './validate-scheduling.ts';
import { ipText, validatePodSpec } from './validate-pod-spec.ts';

const changeable = [
  '`spec.containers[*].image`', '`spec.initContainers[*].image`', '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

const maximumInt32 = 2_147_483_647;

/** Whether the lists have different lengths, which ends the comparison. */
function validateImages(list: 'containers' | 'initContainers', { pod, old }: { readonly pod: Pod; readonly old: Pod }, errors: FieldError[]): boolean {
  const containers: readonly Container[] = pod.spec[list] ?? [];
  const path = `spec.${list}`;
  if (containers.length !== (old.spec[list] ?? []).length) {
    errors.push(forbidden(path, 'pod updates may not add or remove containers'));
    return true;
  }
  containers.forEach((container, i) => { if (!container.image) errors.push(required(`${path}[${i}].image`)); });
  return false;
}

function validateDeadline(spec: PodSpec, old: PodSpec, errors: FieldError[]): boolean {
  const path = 'spec.activeDeadlineSeconds';
  const value = spec.activeDeadlineSeconds;
  const before = old.activeDeadlineSeconds;
  if (value === undefined) {
    if (before !== undefined) errors.push(invalid(path, null, 'must not update from a positive integer to nil value'));
    return false;
  }
  if (value < 0 || value > maximumInt32) { errors.push(invalid(path, value, inclusiveRangeText(0, maximumInt32))); return true; }
  if (before === undefined || before >= value) return false;
  errors.push(invalid(path, value, 'must be less than or equal to previous value'));
  return true;
}

function sameExceptSeconds(a: Toleration, b: Toleration): boolean {
  const { tolerationSeconds: _a, ...left } = a;
  const { tolerationSeconds: _b, ...right } = b;
  return equalData(left, right);
}

function validateAddedTolerations(spec: PodSpec, old: PodSpec, errors: FieldError[]): void {
  const now = spec.tolerations ?? [];
  for (const toleration of old.tolerations ?? []) {
    if (now.some((candidate) => sameExceptSeconds(candidate, toleration))) continue;
    errors.push(forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'));
    return;
  }
  validateTolerations(now, 'spec.tolerations', errors);
}

function validateRemovedGates(spec: PodSpec, old: PodSpec, errors: FieldError[]): void {
  (spec.schedulingGates ?? []).forEach((gate, i) => {
    if (old.schedulingGates?.some((before) => before.name === gate.name) === true) return;
    errors.push(forbidden(`spec.schedulingGates[${i}].name`, `only deletion is allowed, but found new scheduling gate '${gate.name}'`));
  });
}

function withImagesOf(containers: readonly Container[], old: readonly Container[]): readonly Container[] {
  return containers.map((container, i) => {
    const image = old[i]?.image;
    const { image: _image, ...rest } = container;
    return image === undefined ? rest : { ...rest, image };
  });
}

/** The new spec with everything that may change put back, for comparing the rest. */
function fixedPart(spec: PodSpec, old: PodSpec): PodSpec {
  const { activeDeadlineSeconds: _deadline, schedulingGates: _gates, tolerations: _tolerations, initContainers, ...rest } = spec;
  const grace = (old.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1 ? old.terminationGracePeriodSeconds : spec.terminationGracePeriodSeconds;
  const gated = (old.schedulingGates ?? []).length > 0;
  return {
    ...rest, containers: withImagesOf(spec.containers, old.containers),
    ...(initContainers === undefined ? {} : { initContainers: withImagesOf(initContainers, old.initContainers ?? []) }),
    ...(grace === undefined ? {} : { terminationGracePeriodSeconds: grace }),
    // A pod that still waits at a gate may be steered.
    ...(gated && old.nodeSelector !== undefined ? { nodeSelector: old.nodeSelector } : {}),
    ...(gated && old.affinity !== undefined ? { affinity: old.affinity } : {}),
  };
}

function differenceText(spec: PodSpec, old: PodSpec): string {
  const left = spec as unknown as Readonly<Record<string, unknown>>;
  const right = old as unknown as Readonly<Record<string, unknown>>;
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
  const ignored = ['activeDeadlineSeconds', 'schedulingGates', 'tolerations'];
  return keys.filter((key) => !ignored.includes(key) && !equalData(left[key], right[key]))
    .map((key) => `- \t${key}: ${JSON.stringify(right[key]) ?? 'nil'}\n+ \t${key}: ${JSON.stringify(left[key]) ?? 'nil'}\n`).join('');
}

function withoutChangeable(spec: PodSpec): PodSpec {
  const { activeDeadlineSeconds: _deadline, schedulingGates: _gates, tolerations: _tolerations, ...rest } = spec;
  return rest;
}

/** An update of the pod itself. */
export function validatePodUpdate(pod: Pod, old: Pod): readonly FieldError[] {
  const errors = validateObjectMetaUpdate(pod, old);
  if (pod.spec === old.spec) return errors;
  errors.push(...validatePodSpec(pod.spec, true, 'spec'));
  if (validateImages('containers', { pod, old }, errors)) return errors;
  if (validateImages('initContainers', { pod, old }, errors)) return errors;
  if (validateDeadline(pod.spec, old.spec, errors)) return errors;
  validateAddedTolerations(pod.spec, old.spec, errors);
  validateRemovedGates(pod.spec, old.spec, errors);
  const fixed = fixedPart(pod.spec, old.spec);
  if (!equalData(fixed, withoutChangeable(old.spec))) {
    errors.push(forbidden('spec', `pod updates may not change fields other than ${changeable}\n${differenceText(fixed, old.spec)}`));
  }
  return errors;
}

interface Transition {
  readonly statuses: readonly ContainerStatus[] | undefined;
  readonly old: readonly ContainerStatus[] | undefined;
  readonly path: string;
}

function validateTransitions({ statuses, old, path }: Transition, mayRestart: (name: string, exitCode: number) => boolean): readonly FieldError[] {
  const errors: FieldError[] = [];
  (old ?? []).forEach((before, i) => {
    const ended = before.state?.terminated;
    if (ended === undefined || mayRestart(before.name, ended.exitCode)) return;
    for (const status of statuses ?? []) {
      if (status.name === before.name && status.state?.terminated === undefined) {
        errors.push(forbidden(`${path}[${i}].state`, 'may not be transitioned to non-terminated state'));
      }
    }
  });
  return errors;
}

/** An update of the status, as kubelets send it. */
export function validatePodStatusUpdate(pod: Pod, old: Pod): readonly FieldError[] {
  const errors = validateObjectMetaUpdate(pod, old);
  const now = pod.status ?? {};
  const before = old.status ?? {};
  if (now.nominatedNodeName && now.nominatedNodeName !== before.nominatedNodeName) {
    for (const message of dns1123Subdomain(now.nominatedNodeName)) errors.push(invalid('status.nominatedNodeName', now.nominatedNodeName, message));
  }
  if (before.qosClass !== undefined && now.qosClass !== before.qosClass) errors.push(invalid('status.qosClass', now.qosClass ?? '', immutableText));
  (now.podIPs ?? []).forEach((address, i) => { if (!isIP(address.ip)) errors.push(invalid(`status.podIPs[${i}]`, address.ip, ipText)); });
  const policy = old.spec.restartPolicy;
  if (policy === 'Always') return errors;
  const restarts = (_name: string, exitCode: number): boolean => exitCode !== 0 && policy === 'OnFailure';
  const sidecars = new Set((old.spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always').map((container) => container.name));
  errors.push(...validateTransitions({ statuses: now.containerStatuses, old: before.containerStatuses, path: 'status.containerStatuses' }, restarts));
  errors.push(...validateTransitions({ statuses: now.initContainerStatuses, old: before.initContainerStatuses, path: 'status.initContainerStatuses' },
    (name, exitCode) => sidecars.has(name) || restarts(name, exitCode)));
  return errors;
}
