import { equalData } from '../../base/compare.ts';
import type { Pod, PodSpec, RuntimeClass } from '../../api/kinds/all.ts';
import type { Status } from '../../api/status.ts';
import type { Server } from '../state.ts';
import { type AdmissionAttributes, definePlugin, isPod, lookupOf, type Need, refused } from './plugin.ts';

/** Takes over what a pod's runtime class costs and where it can run. */
export const runtimeClass = definePlugin({
  name: 'RuntimeClass',
  source: 'plugin/pkg/admission/runtimeclass/admission.go',
  mutate(attributes, server) {
    const pod = attributes.object as Pod;
    if (attributes.operation !== 'CREATE' || !isPod(attributes)) return pod;
    const name = pod.spec.runtimeClassName ?? '';
    if (name === '') return pod.spec.overhead === undefined ? pod : refused(attributes, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
    const found = find(attributes, server, name);
    if ('code' in found || 'need' in found) return found;
    const spec = withClass(pod.spec, found);
    return typeof spec === 'string' ? refused(attributes, spec) : { ...pod, spec };
  },
});

function find(attributes: AdmissionAttributes, { state }: Server, name: string): RuntimeClass | Status | Need {
  const key = `/registry/runtimeclasses/${name}`;
  const resource = 'node.k8s.io/runtimeclasses';
  const found = state.caches.get(resource)?.items.get(key) as RuntimeClass | undefined;
  if (found !== undefined) return found;
  return attributes.learned.has(key) ? refused(attributes, `pod rejected: RuntimeClass "${name}" not found`) : lookupOf(key, { resource, attempts: 1 });
}

function withClass(spec: PodSpec, { overhead, scheduling }: RuntimeClass): PodSpec | string {
  let changed = spec;
  const fixed = overhead?.podFixed;
  if (spec.overhead !== undefined && !equalData(spec.overhead, fixed)) return "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";
  if (fixed !== undefined) changed = { ...changed, overhead: fixed };
  const { nodeSelector = {}, tolerations = [] } = scheduling ?? {};
  for (const [key, value] of Object.entries(nodeSelector)) {
    const own = spec.nodeSelector?.[key];
    if (own !== undefined && own !== value) return `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`;
  }
  if (Object.keys(nodeSelector).length > 0) changed = { ...changed, nodeSelector: { ...changed.nodeSelector, ...nodeSelector } };
  const missing = tolerations.filter(toleration => !(spec.tolerations ?? []).some(own => equalData(own, toleration)));
  return missing.length === 0 ? changed : { ...changed, tolerations: [...changed.tolerations ?? [], ...missing] };
}
