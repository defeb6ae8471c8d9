/**
 * Subresources that change one part of a pod: its ephemeral containers, and the resources of its containers.
 *
 * @source kubernetes pkg/registry/core/pod/strategy.go (podEphemeralContainersStrategy, podResizeStrategy), pkg/apis/core/validation (ValidatePodEphemeralContainersUpdate, ValidatePodResize)
 * @fidelity simplified: which platforms and runtimes can resize is not asked
 */
import { equalData } from '../../../base/compare.ts';
import { type FieldError, forbidden, invalid } from '../../field-error.ts';
import { overlay } from '../../overlay.ts';
import type { PartStrategy } from '../../resource.ts';
import { validateObjectMetaUpdate } from '../../validate-meta.ts';
import type { Container } from './container.ts';
import type { PodSpec } from './pod-spec.ts';
import type { Pod } from './pod.ts';
import { podQOSClass } from './qos.ts';
import { validatePodSpec } from './validate-pod-spec.ts';

/** The stored pod with another spec; a changed spec counts as a new generation. */
function withSpec(pod: Pod, old: Pod, spec: PodSpec): Pod {
  const isSame = equalData(spec, old.spec);
  const { generation = 0 } = old.metadata;
  return { ...old, metadata: isSame ? pod.metadata : overlay(pod.metadata, { generation: generation + 1 }), spec: isSame ? old.spec : spec };
}

const ephemeralContainers: PartStrategy<Pod> = {
  prepare(pod, old) {
    const { ephemeralContainers: _old, ...spec } = old.spec;
    return withSpec(pod, old, pod.spec.ephemeralContainers === undefined ? spec : { ...spec, ephemeralContainers: pod.spec.ephemeralContainers });
  },
  validate(pod, old) {
    const path = 'spec.ephemeralContainers';
    const errors = [...validateObjectMetaUpdate(pod, old), ...validatePodSpec(pod.spec, true, 'spec').filter(({ field }) => field.startsWith(path))];
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

function lostResources(container: Container, before: Container | undefined, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const list of ['limits', 'requests'] as const) {
    const gone = Object.keys(before?.resources?.[list] ?? {}).some((name) => container.resources?.[list]?.[name] === undefined);
    if (gone) errors.push(forbidden(`${path}.resources.${list}`, `resource ${list} cannot be removed`));
  }
  return errors;
}

const resize: PartStrategy<Pod> = {
  prepare(pod, old) {
    const { initContainers } = old.spec;
    const spec = { ...old.spec, containers: resized(old.spec.containers, pod.spec.containers) };
    return withSpec(pod, old, initContainers === undefined ? spec : { ...spec, initContainers: resized(initContainers, pod.spec.initContainers) });
  },
  validate(pod, old) {
    const errors = [...validateObjectMetaUpdate(pod, old)];
    if (pod.spec === old.spec) return errors;
    errors.push(...validatePodSpec(pod.spec, true, 'spec'));
    if (podQOSClass(pod.spec) !== podQOSClass(old.spec)) errors.push(invalid('spec', podQOSClass(pod.spec), 'Pod QOS Class may not change as a result of resizing'));
    pod.spec.containers.forEach((container, i) => errors.push(...lostResources(container, old.spec.containers[i], `spec.containers[${i}]`)));
    return errors;
  },
};

/** By the name of the subresource. */
export const podParts: Readonly<Record<string, PartStrategy<Pod>>> = { ephemeralcontainers: ephemeralContainers, resize };
