/**
 * Subresources that change one part of a pod: its ephemeral containers, and the resources of its containers.
 *
 * @source kubernetes pkg/registry/core/pod/strategy.go (podEphemeralContainersStrategy, podResizeStrategy), pkg/apis/core/validation (ValidatePodEphemeralContainersUpdate, ValidatePodResize)
 */
import { equalData } from '../../../base/compare.ts';
import { type FieldError, forbidden, invalid } from '../../field-error.ts';
import { overlay } from '../../overlay.ts';
import type { PartStrategy } from '../../resource.ts';
import { validateObjectMetaUpdate } from '../../validate-meta.ts';
import type { Container, ResourceList, ResourceRequirements } from './container.ts';
import type { PodSpec } from './pod-spec.ts';
import type { Pod } from './pod.ts';
import { podQOSClass } from './qos.ts';
import { validateWholePod } from './pod-update.ts';
import { mirrorAnnotation } from './validate-pod-annotations.ts';

/** The stored pod with another spec; a changed spec counts as a new generation. */
function withSpec(pod: Pod, old: Pod, spec: PodSpec): Pod {
  const isSame = equalData(spec, old.spec);
  const { generation = 0 } = old.metadata;
  return { ...old, metadata: isSame ? pod.metadata : overlay(pod.metadata, { generation: generation + 1 }), spec: isSame ? old.spec : spec };
}

const isMirror = (pod: Pod): boolean => pod.metadata.annotations?.[mirrorAnnotation] !== undefined;

const ephemeralContainers: PartStrategy<Pod> = {
  prepare(pod, old) {
    const { ephemeralContainers: _old, ...spec } = old.spec;
    return withSpec(pod, old, pod.spec.ephemeralContainers === undefined ? spec : { ...spec, ephemeralContainers: pod.spec.ephemeralContainers });
  },
  validate(pod, old) {
    if (isMirror(old)) return [forbidden('', 'static pods do not support ephemeral containers')];
    const path = 'spec.ephemeralContainers';
    const errors = validateObjectMetaUpdate(pod, old);
    validateWholePod(pod, old, errors);
    for (const before of old.spec.ephemeralContainers ?? []) {
      const now = pod.spec.ephemeralContainers?.find(({ name }) => name === before.name);
      if (now === undefined) errors.push(forbidden(path, `existing ephemeral containers ${JSON.stringify(before.name)} may not be removed\n`));
      else if (!equalData(now, before)) errors.push(forbidden(path, `existing ephemeral containers ${JSON.stringify(before.name)} may not be changed\n`));
    }
    return errors;
  },
};

function resized(old: readonly Container[] | undefined, now: readonly Container[] | undefined): readonly Container[] {
  return (old ?? []).map((container) => {
    const wanted = now?.find(({ name }) => name === container.name)?.resources;
    return wanted === undefined || equalData(wanted, container.resources) ? container : { ...container, resources: wanted };
  });
}

type Lists = Pick<ResourceRequirements, 'limits' | 'requests'>;

function lostResources(now: Lists | undefined, before: Lists | undefined, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const list of ['requests', 'limits'] as const) {
    const gone = Object.keys(before?.[list] ?? {}).some((name) => now?.[list]?.[name] === undefined);
    if (gone) errors.push(forbidden(`${path}.${list}`, `resource ${list} cannot be removed`));
  }
  return errors;
}

/** Requests and limits without what may be resized. */
function fixedAmounts(of: ResourceRequirements | undefined): ResourceRequirements {
  const rest = (list: ResourceList | undefined): ResourceList => {
    const { cpu: _cpu, memory: _memory, ...others } = list ?? {};
    return others as ResourceList;
  };
  return { limits: rest(of?.limits), requests: rest(of?.requests) };
}

/** Containers keep their places and names. @source kubernetes pkg/apis/core/validation/validation.go (validatePodResizeContainerOrdering) */
function misplaced(pod: PodSpec, old: PodSpec): readonly FieldError[] {
  return (['containers', 'initContainers'] as const).flatMap((list) => {
    const [now, before] = [pod[list] ?? [], old[list] ?? []];
    if (now.length !== before.length) return [forbidden(`spec.${list}`, `${list} may not be added or removed on resize`)];
    return before.flatMap(({ name }, i) => (now[i]?.name === name ? [] : [forbidden(`spec.${list}[${i}].name`, `${list} may not be renamed or reordered on resize`)]));
  });
}

/** Whether a node told of the resources of what runs, as those do that can resize. */
function canResize(pod: Pod): boolean {
  const running = (pod.status?.containerStatuses ?? []).find(({ state }) => state?.running !== undefined);
  return running === undefined || running.resources !== undefined;
}

function validateSidecars(pod: Pod, old: Pod, errors: FieldError[]): void {
  (pod.spec.initContainers ?? []).forEach((container, i) => {
    const before = old.spec.initContainers?.[i];
    if (container.restartPolicy === 'Always') {
      if (!equalData(fixedAmounts(container.resources), fixedAmounts(before?.resources))) errors.push(forbidden('spec', 'only cpu and memory resources for sidecar containers are mutable'));
    } else if (!equalData(container, before)) errors.push(forbidden('spec', 'resources for non-sidecar init containers are immutable'));
  });
}

const resize: PartStrategy<Pod> = {
  prepare(pod, old) {
    const { initContainers } = old.spec;
    const order = misplaced(pod.spec, old.spec);
    // What is out of its place is refused, so that it must be seen.
    if (order.length > 0) return { ...old, metadata: pod.metadata, spec: pod.spec };
    const spec = { ...old.spec, containers: resized(old.spec.containers, pod.spec.containers) };
    return withSpec(pod, old, initContainers === undefined ? spec : { ...spec, initContainers: resized(initContainers, pod.spec.initContainers) });
  },
  validate(pod, old) {
    if (isMirror(old)) return [forbidden('', 'static pods cannot be resized')];
    if (old.spec.os?.name === 'windows') return [forbidden('', 'windows pods cannot be resized')];
    const errors = validateObjectMetaUpdate(pod, old);
    validateWholePod(pod, old, errors);
    const qosClass = podQOSClass(pod.spec);
    if (qosClass !== (old.status?.qosClass ?? podQOSClass(old.spec))) errors.push(invalid('spec', pod.status?.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing'));
    if (!canResize(old)) errors.push(forbidden('spec', 'Pod running on node without support for resize'));
    const order = misplaced(pod.spec, old.spec);
    errors.push(...order);
    if (order.length > 0) return errors;
    (old.spec.initContainers ?? []).forEach((before, i) => {
      if (before.restartPolicy === 'Always') errors.push(...lostResources(pod.spec.initContainers?.[i]?.resources, before.resources, `spec.initContainers[${i}].resources`));
    });
    old.spec.containers.forEach((before, i) => errors.push(...lostResources(pod.spec.containers[i]?.resources, before.resources, `spec.containers[${i}].resources`)));
    pod.spec.containers.forEach(({ resources }, i) => {
      if (!equalData(fixedAmounts(resources), fixedAmounts(old.spec.containers[i]?.resources))) errors.push(forbidden('spec', 'only cpu and memory resources are mutable'));
    });
    validateSidecars(pod, old, errors);
    return errors;
  },
};

/** By the name of the subresource. */
export const podParts: Readonly<Record<string, PartStrategy<Pod>>> = { ephemeralcontainers: ephemeralContainers, resize };
