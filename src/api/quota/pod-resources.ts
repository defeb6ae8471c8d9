/**
 * What a pod asks for and may use in all: its containers side by side, but its init containers one after the other.
 *
 * @source kubernetes/component-helpers resource/helpers.go
 */
import type { Container, PodSpec, ResourceList } from '../kinds/all.ts';
import { addAmounts, maxAmounts } from './amounts.ts';

const nothing: ResourceList = Object.freeze({});

/** Sums over a pod, overhead included. */
export function podTotal(spec: PodSpec, part: 'requests' | 'limits'): ResourceList {
  const of = (container: Container): ResourceList => container.resources?.[part] ?? nothing;
  let total = spec.containers.map(of).reduce(addAmounts, nothing);
  let sidecars: ResourceList = nothing;
  let peak: ResourceList = nothing;
  for (const container of spec.initContainers ?? []) {
    if (container.restartPolicy === 'Always') {
      total = addAmounts(total, of(container));
      sidecars = addAmounts(sidecars, of(container));
      peak = maxAmounts(peak, sidecars);
    } else peak = maxAmounts(peak, addAmounts(of(container), sidecars));
  }
  total = maxAmounts(total, peak);
  const own = spec.resources?.[part];
  if (own !== undefined) total = { ...total, ...own };
  if (spec.overhead === undefined) return total;
  return part === 'requests' ? addAmounts(total, spec.overhead) : addAmounts(total, Object.fromEntries(Object.entries(spec.overhead).filter(([name]) => total[name] !== undefined)));
}
