import type { Pod, PodSpec, Toleration } from '../../api/kinds/all.ts';
import { deepFreeze } from '../../base/data.ts';
import { definePlugin, isPod } from './plugin.ts';

/** How long a pod stays on a node that fails, unless it says otherwise. @source the plugin's flags default-not-ready-toleration-seconds and default-unreachable-toleration-seconds */
const TOLERATION_SECONDS = 300;
const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';

const added = (key: string): Toleration => Object.freeze({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: TOLERATION_SECONDS });
const notReady = added(NOT_READY);
const unreachable = added(UNREACHABLE);

/** Adds the two tolerations that delay eviction from a failing node by five minutes. */
export const defaultTolerationSeconds = definePlugin({
  name: 'DefaultTolerationSeconds',
  source: 'plugin/pkg/admission/defaulttolerationseconds/admission.go',
  mutate(attributes) {
    const pod = attributes.object as Pod;
    if (attributes.operation === 'DELETE' || !isPod(attributes)) return pod;
    const spec = withTolerations(pod.spec);
    return spec === pod.spec ? pod : { ...pod, spec };
  },
});

const known = new WeakMap<PodSpec, PodSpec>();

function withTolerations(spec: PodSpec): PodSpec {
  const memo = known.get(spec);
  if (memo !== undefined) return memo;
  const tolerations = spec.tolerations ?? [];
  const missing = [notReady, unreachable].filter(wanted => !tolerations.some(given => covers(given, wanted.key ?? '')));
  const result = missing.length === 0 ? spec : deepFreeze({ ...spec, tolerations: [...tolerations, ...missing] });
  if (Object.isFrozen(spec)) known.set(spec, result);
  return result;
}

function covers(given: Toleration, key: string): boolean {
  const keyMatches = given.key === key || given.key === undefined || given.key === '';
  const effectMatches = given.effect === 'NoExecute' || given.effect === undefined;
  return keyMatches && effectMatches;
}
