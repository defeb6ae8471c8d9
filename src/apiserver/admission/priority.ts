import type { Pod, PodSpec, PriorityClass } from '../../api/kinds/all.ts';
import { deepFreeze } from '../../base/data.ts';
import type { Server } from '../state.ts';
import { definePlugin, isPod, refused } from './plugin.ts';

interface Computed { readonly name: string; readonly value: number; readonly preemptionPolicy: 'PreemptLowerPriority' | 'Never' }

/** Turns the name of a priority class into the number that the scheduler and the kubelet compare. */
export const priority = definePlugin({
  name: 'Priority',
  source: 'plugin/pkg/admission/priority/admission.go',
  mutate(attributes, server) {
    const pod = attributes.object as Pod;
    if (attributes.operation === 'UPDATE' && isPod(attributes)) return keepPriority(pod, attributes.old as Pod);
    if (attributes.operation !== 'CREATE' || !isPod(attributes)) return pod;
    const computed = compute(pod.spec.priorityClassName ?? '', server);
    if (computed === undefined) return refused(attributes, `no PriorityClass with name ${pod.spec.priorityClassName ?? ''} was found`);
    const given = pod.spec.priority;
    if (given !== undefined && given !== computed.value) {
      return refused(attributes, `the integer value of priority (${given}) must not be provided in pod spec; priority admission controller computed ${computed.value} from the given PriorityClass name`);
    }
    const policy = pod.spec.preemptionPolicy;
    if (policy !== undefined && policy !== computed.preemptionPolicy) {
      return refused(attributes, `the string value of PreemptionPolicy (${policy}) must not be provided in pod spec; priority admission controller computed ${computed.preemptionPolicy} from the given PriorityClass name`);
    }
    const spec = specWith(pod.spec, computed);
    return spec === pod.spec ? pod : { ...pod, spec };
  },
  validate(attributes, server) {
    const { descriptor, object, old, operation } = attributes;
    if (descriptor.kind !== 'PriorityClass' || (operation !== 'CREATE' && operation !== 'UPDATE') || (object as PriorityClass).globalDefault !== true) return undefined;
    const chosen = chosenClass(server);
    if (chosen === undefined || (operation === 'UPDATE' && chosen.metadata.name === old?.metadata.name)) return undefined;
    return refused(attributes, `PriorityClass ${chosen.metadata.name} is already marked as default. Only one default can exist`);
  },
});

/** An author who leaves out what this plugin once wrote does not want to change it. */
function keepPriority(pod: Pod, old: Pod): Pod {
  const { priority: value, preemptionPolicy } = old.spec;
  const lacks = (pod.spec.priority === undefined && value !== undefined) || (pod.spec.preemptionPolicy === undefined && preemptionPolicy !== undefined);
  if (!lacks) return pod;
  return { ...pod, spec: { ...pod.spec, ...(value !== undefined && { priority: pod.spec.priority ?? value }), ...(preemptionPolicy && { preemptionPolicy: pod.spec.preemptionPolicy ?? preemptionPolicy }) } };
}

function compute(className: string, server: Server): Computed | undefined {
  if (className !== '') {
    const found = server.state.caches.get('scheduling.k8s.io/priorityclasses')?.items.get(`/registry/priorityclasses/${className}`) as PriorityClass | undefined;
    return found === undefined ? undefined : of(found);
  }
  const chosen = chosenClass(server);
  return chosen === undefined ? nothingChosen : of(chosen);
}

function chosenClass({ state }: Server): PriorityClass | undefined {
  let chosen: PriorityClass | undefined;
  for (const object of state.caches.get('scheduling.k8s.io/priorityclasses')?.items.values() ?? []) {
    const candidate = object as PriorityClass;
    // Should several be marked as default, the one with the lowest value counts.
    if (candidate.globalDefault === true && (chosen === undefined || candidate.value < chosen.value)) chosen = candidate;
  }
  return chosen;
}

const nothingChosen: Computed = Object.freeze({ name: '', value: 0, preemptionPolicy: 'PreemptLowerPriority' });

function of(found: PriorityClass): Computed {
  return { name: found.metadata.name, value: found.value, preemptionPolicy: found.preemptionPolicy ?? 'PreemptLowerPriority' };
}

const known = new WeakMap<PodSpec, { readonly computed: Computed; readonly result: PodSpec }>();

function specWith(spec: PodSpec, computed: Computed): PodSpec {
  const memo = known.get(spec);
  if (memo !== undefined && memo.computed.name === computed.name && memo.computed.value === computed.value && memo.computed.preemptionPolicy === computed.preemptionPolicy) return memo.result;
  if (spec.priority === computed.value && spec.preemptionPolicy === computed.preemptionPolicy && (spec.priorityClassName ?? '') === computed.name) return spec;
  const named = computed.name === '' ? {} : { priorityClassName: computed.name };
  const result = deepFreeze({ ...spec, ...named, priority: computed.value, preemptionPolicy: computed.preemptionPolicy });
  known.set(spec, { computed, result });
  return result;
}
