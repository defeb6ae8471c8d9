import type { Pod, Taint, Toleration } from '../../api/kinds/all.ts';
import { CycleState, defaultNormalize, definePlugin, SKIP, unresolvable } from '../framework/plugin.ts';

/** True when a toleration covers a taint. @source k8s.io/component-helpers/scheduling/corev1/helpers.go */
export function toleratesTaint(toleration: Toleration, taint: Taint): boolean {
  if ((toleration.effect ?? '') !== '' && toleration.effect !== taint.effect) return false;
  if ((toleration.key ?? '') !== '' && toleration.key !== taint.key) return false;
  switch (toleration.operator ?? 'Equal') {
    case 'Equal': return (toleration.key ?? '') !== '' && (toleration.value ?? '') === (taint.value ?? '');
    case 'Exists': return true;
    default: return false;
  }
}

/** True when one of the pod's tolerations covers a taint. */
export function tolerates(pod: Pod, taint: Taint): boolean {
  return pod.spec?.tolerations?.some(toleration => toleratesTaint(toleration, taint)) === true;
}

const SOFT = 'TaintToleration/soft';

/** Refuses nodes with taints the pod does not tolerate; prefers nodes with fewer soft ones. */
export const taintToleration = definePlugin({
  name: 'TaintToleration',
  source: 'pkg/scheduler/framework/plugins/tainttoleration/taint_toleration.go',
  weight: 3,
  events: [{ kind: 'Node', on: 'Add' }, { kind: 'Node', on: 'Update' }, { kind: 'Pod', on: 'Update' }],
  filter(_state, pod, { node }) {
    for (const taint of node.spec?.taints ?? []) {
      if (taint.effect === 'PreferNoSchedule' || tolerates(pod, taint)) continue;
      return unresolvable(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`);
    }
    return null;
  },
  preScore(state: CycleState, pod, feasible) {
    if (!feasible.some(({ node }) => node.spec?.taints?.some(taint => taint.effect === 'PreferNoSchedule') === true)) return SKIP;
    state.write(SOFT, (pod.spec?.tolerations ?? []).filter(toleration => (toleration.effect ?? '') === '' || toleration.effect === 'PreferNoSchedule'));
    return null;
  },
  score(state, _pod, { node }) {
    const soft = state.read<readonly Toleration[]>(SOFT) ?? [];
    return (node.spec?.taints ?? []).filter(taint => taint.effect === 'PreferNoSchedule' && !soft.some(toleration => toleratesTaint(toleration, taint))).length;
  },
  normalize: (_state, _pod, scores) => { defaultNormalize(scores, true); },
});
