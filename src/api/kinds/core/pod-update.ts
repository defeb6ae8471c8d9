/**
 * What may change in a pod.
 *
 * @source kubernetes pkg/apis/core/validation/validation.go (ValidatePodUpdate, ValidatePodStatusUpdate)
 */
import { equalData } from '../../../base/compare.ts';
import { escapedForHtml } from '../../../base/go-quote.ts';
import { unifiedHunks } from '../../../base/unified-diff.ts';
import { Recent } from '../../../base/recent.ts';
import { duplicate, forbidden, invalid, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { isAddress, isV6Address } from '../../ip-forms.ts';
import { dns1123Subdomain, inclusiveRangeText, qualifiedName } from '../../names.ts';
import { immutableText, validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import type { Affinity, NodeSelectorTerm, Toleration } from './affinity.ts';
import type { Container } from './container.ts';
import type { PodSpec } from './pod-spec.ts';
import type { ContainerStatus, PodCondition, PodStatus } from './pod-status.ts';
import type { Pod } from './pod.ts';
import { internalPodSpec } from './internal-pod.ts';
import { validateAnnotationUpdate, validatePodAnnotations } from './validate-pod-annotations.ts';
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
  containers.forEach(({ image = '' }, i) => {
    if (image === '') errors.push(required(`${path}[${i}].image`));
    if (image.trim().length !== image.length) errors.push(invalid(`${path}[${i}].image`, image, 'must not have leading or trailing whitespace'));
  });
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

const isSame = (a: unknown, b: unknown): boolean => equalData(a ?? null, b ?? null);

/** Labels may be added to what a gated pod selects, nothing else. */
function validateSelectorOfGated(spec: PodSpec, old: PodSpec, errors: FieldError[]): void {
  const now = spec.nodeSelector ?? {};
  const isKept = Object.entries(old.nodeSelector ?? {}).every(([label, value]) => now[label] === value);
  if (!isKept) errors.push(invalid('spec.nodeSelector', spec.nodeSelector ?? null, 'only additions to spec.nodeSelector are allowed (no mutations or deletions)'));
}

function onlyAdds(now: NodeSelectorTerm, old: NodeSelectorTerm): boolean {
  const wasEmpty = (old.matchExpressions ?? []).length === 0 && (old.matchFields ?? []).length === 0;
  if (wasEmpty && ((now.matchExpressions ?? []).length > 0 || (now.matchFields ?? []).length > 0)) return false;
  return (['matchExpressions', 'matchFields'] as const).every((part) => {
    const before = old[part] ?? [];
    return before.length === 0 || equalData((now[part] ?? []).slice(0, before.length), before);
  });
}

/** Requirements may be added to the terms of a gated pod, or terms where there were none. @source kubernetes pkg/apis/core/validation/validation.go (validateNodeAffinityMutation) */
function validateAffinityOfGated(spec: PodSpec, old: PodSpec, errors: FieldError[]): void {
  const termsOf = (of: PodSpec): readonly NodeSelectorTerm[] => of.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const path = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms';
  const [now, before] = [termsOf(spec), termsOf(old)];
  if (before.length === 0) return;
  if (now.length !== before.length) { errors.push(invalid(path, now, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed')); return; }
  before.forEach((term, i) => {
    const changed = now[i] ?? {};
    if (!onlyAdds(changed, term)) errors.push(invalid(`${path}[${i}]`, changed, 'only additions are allowed (no mutations or deletions)'));
  });
}

/** The affinity with the old node affinity, which is judged by itself. */
function withNodeAffinity(now: Affinity | undefined, old: Affinity | undefined): Affinity | undefined {
  const before = old?.nodeAffinity;
  if (isSame(now?.nodeAffinity, before)) return now;
  const { nodeAffinity: _now, ...rest } = now ?? {};
  if (before !== undefined) return { ...rest, nodeAffinity: before };
  return old === undefined && Object.keys(rest).length === 0 ? undefined : rest;
}

/** The new spec with everything that may change put back, for comparing the rest. */
function fixedPart(spec: PodSpec, old: PodSpec): PodSpec {
  const { activeDeadlineSeconds: _deadline, schedulingGates: _gates, tolerations: _tolerations, initContainers, ...rest } = spec;
  const grace = (old.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1 ? old.terminationGracePeriodSeconds : spec.terminationGracePeriodSeconds;
  const fixed = {
    ...rest, containers: withImagesOf(spec.containers, old.containers),
    ...(initContainers === undefined ? {} : { initContainers: withImagesOf(initContainers, old.initContainers ?? []) }),
    ...(grace === undefined ? {} : { terminationGracePeriodSeconds: grace }),
  };
  return (old.schedulingGates ?? []).length === 0 ? fixed : withSteeringOf(fixed, old);
}

/** A pod that still waits at a gate may be steered. */
function withSteeringOf(spec: PodSpec, old: PodSpec): PodSpec {
  const { nodeSelector: _selector, affinity: now, ...rest } = spec;
  const affinity = withNodeAffinity(now, old.affinity);
  return { ...rest, ...(old.nodeSelector === undefined ? {} : { nodeSelector: old.nodeSelector }), ...(affinity === undefined ? {} : { affinity }) };
}

/** What changed, as the server compares its own structures. @source kubernetes/apimachinery pkg/util/diff/diff.go (Diff) */
function differenceText(spec: PodSpec, old: PodSpec): string {
  const { activeDeadlineSeconds, schedulingGates, tolerations } = old;
  const same = { ...(activeDeadlineSeconds === undefined ? {} : { activeDeadlineSeconds }), ...(schedulingGates === undefined ? {} : { schedulingGates }), ...(tolerations === undefined ? {} : { tolerations }) };
  const text = (shown: PodSpec): string => escapedForHtml(JSON.stringify(internalPodSpec(shown), null, 2));
  return `--- expected\n+++ got\n${unifiedHunks(text({ ...spec, ...same }), text(old), CONTEXT)}`;
}

/** Lines around a change. */
const CONTEXT = 10;

function withoutChangeable(spec: PodSpec): PodSpec {
  const { activeDeadlineSeconds: _deadline, schedulingGates: _gates, tolerations: _tolerations, ...rest } = spec;
  return rest;
}

/** Metadata and spec of a changed pod, as for a new one. @source kubernetes pkg/apis/core/validation/validation.go (validatePodMetadataAndSpec) */
export function validateWholePod(pod: Pod, old: Pod, errors: FieldError[]): void {
  const now = pod.metadata.annotations ?? {};
  const before = old.metadata.annotations ?? {};
  if (now !== before) {
    validatePodAnnotations(now, pod.spec, { path: 'metadata.annotations', errors });
    validateAnnotationUpdate(now, before, { path: 'metadata.annotations', errors });
  }
  if (pod.spec !== old.spec) errors.push(...validatePodSpec(pod.spec, true, 'spec'));
}

/** An update of the pod itself. */
export function validatePodUpdate(pod: Pod, old: Pod): readonly FieldError[] {
  const errors = [...validateObjectMetaUpdate(pod, old), ...validateObjectMeta(pod, true, dns1123Subdomain)];
  validateWholePod(pod, old, errors);
  if (pod.spec === old.spec) return errors;
  if (validateImages('containers', { pod, old }, errors)) return errors;
  if (validateImages('initContainers', { pod, old }, errors)) return errors;
  if (validateDeadline(pod.spec, old.spec, errors)) return errors;
  validateAddedTolerations(pod.spec, old.spec, errors);
  validateRemovedGates(pod.spec, old.spec, errors);
  if ((old.spec.schedulingGates ?? []).length > 0) {
    if (!isSame(pod.spec.nodeSelector, old.spec.nodeSelector)) validateSelectorOfGated(pod.spec, old.spec, errors);
    if (!isSame(pod.spec.affinity?.nodeAffinity, old.spec.affinity?.nodeAffinity)) validateAffinityOfGated(pod.spec, old.spec, errors);
  }
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

const isDual = (addresses: readonly { readonly ip: string }[]): boolean => addresses.some(({ ip }) => isV6Address(ip)) && addresses.some(({ ip }) => isAddress(ip) && !isV6Address(ip));

/** Addresses that were there may stay, even when they are wrong. */
function validateAddresses(field: 'podIPs' | 'hostIPs', now: PodStatus, { before, errors }: { readonly before: PodStatus; readonly errors: FieldError[] }): void {
  const addresses = now[field] ?? [];
  if (addresses.length === 0 || addresses === before[field]) return;
  const isKnown = (ip: string): boolean => before[field]?.some((address) => address.ip === ip) === true;
  addresses.forEach(({ ip }, i) => { if (!isAddress(ip) && !isKnown(ip)) errors.push(invalid(`status.${field}[${i}]`, ip, ipText)); });
  if (addresses.length > 1 && (!isDual(addresses) || addresses.length > 2)) errors.push(invalid(`status.${field}`, addresses, 'may specify no more than one IP for each IP family'));
}

const systemConditions: ReadonlySet<string> = new Set(['PodScheduled', 'Ready', 'Initialized']);
const notNegativeText = 'must be a non-negative integer';

/** Lists of conditions that passed lately: pods whose status changed alike share theirs. */
const goodConditions = new Recent<true>(8);

function validateConditions(conditions: readonly PodCondition[], errors: FieldError[]): void {
  if (goodConditions.find(conditions, undefined) === true) return;
  const before = errors.length;
  conditions.forEach(({ type, observedGeneration = 0 }, i) => {
    if (observedGeneration < 0) errors.push(invalid(`status.conditions[${i}].observedGeneration`, observedGeneration, notNegativeText));
    if (systemConditions.has(type)) return;
    for (const message of qualifiedName(type)) errors.push(invalid(`status.conditions[${i}].Type`, type, message));
  });
  if (errors.length === before && Object.isFrozen(conditions)) goodConditions.keep(conditions, undefined, true);
}

function validateNomination(now: PodStatus, before: PodStatus, { old, errors }: { readonly old: Pod; readonly errors: FieldError[] }): void {
  const name = now.nominatedNodeName;
  if (!name || name === before.nominatedNodeName) return;
  for (const message of dns1123Subdomain(name)) errors.push(invalid('status.nominatedNodeName', name, message));
  if (old.spec.nodeName) errors.push(forbidden('status.nominatedNodeName', 'may not be set on pods that are already bound to a node'));
}

function validateClaimStatuses(pod: Pod, errors: FieldError[]): void {
  const seen = new Set<string>();
  (pod.status?.resourceClaimStatuses ?? []).forEach(({ name, resourceClaimName }, i) => {
    const path = `status.resourceClaimStatuses[${i}]`;
    const isKnown = pod.spec.resourceClaims?.some((claim) => claim.name === name) === true;
    if (!isKnown) errors.push(invalid(`${path}.name`, name, 'must match the name of an entry in `spec.resourceClaims`'));
    if (seen.has(name)) errors.push(duplicate(`${path}.name`, name));
    seen.add(name);
    if (resourceClaimName !== undefined) for (const message of dns1123Subdomain(resourceClaimName)) errors.push(invalid(`${path}.resourceClaimName`, resourceClaimName, message));
  });
}

/** Whether a container that ended so comes back: by its own rules and policy, else by the pod's. @source kubernetes pkg/api/v1/pod/util.go (ContainerShouldRestart) */
function mayRestart(container: Container, exitCode: number, policy: string): boolean {
  for (const { exitCodes } of container.restartPolicyRules ?? []) {
    const isListed = exitCodes?.values?.includes(exitCode) === true;
    if (exitCodes !== undefined && isListed === (exitCodes.operator === 'In')) return true;
  }
  const own = container.restartPolicy ?? policy;
  return own === 'Always' || (own === 'OnFailure' && exitCode !== 0);
}

function hasEnded(statuses: readonly ContainerStatus[] | undefined): boolean {
  if (statuses !== undefined) for (const { state } of statuses) if (state?.terminated !== undefined) return true;
  return false;
}

function validateEnds(now: PodStatus, before: PodStatus, { old, errors }: { readonly old: Pod; readonly errors: FieldError[] }): void {
  const { spec } = old;
  const policy = spec.restartPolicy ?? 'Always';
  const restarts = (containers: readonly Container[] | undefined) => (name: string, exitCode: number): boolean => {
    const container = containers?.find((candidate) => candidate.name === name);
    return container !== undefined && mayRestart(container, exitCode, policy);
  };
  const lists = [['containerStatuses', spec.containers], ['initContainerStatuses', spec.initContainers], ['ephemeralContainerStatuses', undefined]] as const;
  for (const [list, containers] of lists) {
    if (now[list] === before[list]) continue;
    errors.push(...validateTransitions({ statuses: now[list], old: before[list], path: `status.${list}` }, restarts(containers)));
  }
}

/** An update of the status, as kubelets send it. */
export function validatePodStatusUpdate(pod: Pod, old: Pod): readonly FieldError[] {
  const errors = validateObjectMetaUpdate(pod, old);
  const now = pod.status ?? {};
  const before = old.status ?? {};
  if (pod.metadata.annotations !== old.metadata.annotations) validateWholePod({ ...pod, spec: old.spec }, old, errors);
  if (now.conditions !== undefined && now.conditions !== before.conditions) validateConditions(now.conditions, errors);
  validateNomination(now, before, { old, errors });
  if ((now.observedGeneration ?? 0) < 0) errors.push(invalid('status.observedGeneration', now.observedGeneration, notNegativeText));
  if (before.qosClass !== undefined && now.qosClass !== before.qosClass) errors.push(invalid('status.qosClass', now.qosClass ?? '', immutableText));
  if (hasEnded(before.containerStatuses) || hasEnded(before.initContainerStatuses) || hasEnded(before.ephemeralContainerStatuses)) validateEnds(now, before, { old, errors });
  if (now.resourceClaimStatuses !== undefined) validateClaimStatuses(pod, errors);
  validateAddresses('podIPs', now, { before, errors });
  const first = now.hostIPs?.[0]?.ip;
  if (first !== undefined && first !== now.hostIP) errors.push(invalid('status.hostIPs[0].ip', first, 'must be equal to `hostIP`'));
  validateAddresses('hostIPs', now, { before, errors });
  return errors;
}
