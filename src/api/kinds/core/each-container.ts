import type { Container } from './container.ts';
import type { PodSpec } from './pod-spec.ts';

const lists = ['initContainers', 'containers', 'ephemeralContainers'] as const;

/** Visits every container of a pod with its path, init containers first. @source kubernetes pkg/apis/core/pods/helpers.go (VisitContainersWithPath) */
export function eachContainer(spec: PodSpec, path: string, visit: (container: Container, path: string) => void): void {
  for (const list of lists) {
    const containers = spec[list];
    if (containers === undefined) continue;
    for (let i = 0; i < containers.length; i++) visit(containers[i] as Container, `${path}.${list}[${i}]`);
  }
}
