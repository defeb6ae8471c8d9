import type { Node, Pod, Toleration } from '../../api/kinds/all.ts';
import { toleratesTaint, untoleratedTaint } from '../../api/placement.ts';
import { equalData } from '../../base/compare.ts';
import type { NodeInfo } from '../node-info.ts';
import { ASK, defaultNormalize, definePlugin, unresolvable } from '../framework/plugin.ts';

const NAME = 'TaintToleration';
const SOFT = 'TaintToleration/soft';
const UNTOLERATED = unresolvable(NAME, 'node(s) had untolerated taint(s)');

/** Soft taints that none of these tolerations covers. */
function intolerable(node: Node, soft: readonly Toleration[]): number {
  let count = 0;
  for (const taint of node.spec?.taints ?? []) if (taint.effect === 'PreferNoSchedule' && !soft.some(toleration => toleratesTaint(toleration, taint))) count++;
  return count;
}

/** Refuses nodes with taints the pod does not tolerate; prefers nodes with fewer soft ones. */
export const taintToleration = definePlugin({
  name: NAME,
  source: 'pkg/scheduler/framework/plugins/tainttoleration/taint_toleration.go',
  weight: 3,
  events: [
    { kind: 'Node', on: 'Add', hint: (pod, { object }) => untoleratedTaint(pod, object as Node) === undefined },
    {
      kind: 'Node', on: 'Update',
      hint: (pod, { object, old }) => untoleratedTaint(pod, object as Node) === undefined && (old === undefined || untoleratedTaint(pod, old as Node) !== undefined),
    },
    { kind: 'Pod', on: 'Update', hint: (_pod, { object, old }) => !equalData((object as Pod).spec?.tolerations, (old as Pod | undefined)?.spec?.tolerations) },
  ],
  filter: (_state, pod, { node }) => (untoleratedTaint(pod, node) === undefined ? null : UNTOLERATED),
  quickFilter: (_state, _pod, { columns: { taints } }) => place => (((taints[place] as number) & 1) === 0 ? null : ASK),
  preScore(state, pod) {
    state.write(SOFT, (pod.spec?.tolerations ?? []).filter(toleration => (toleration.effect ?? '') === '' || toleration.effect === 'PreferNoSchedule'));
    return null;
  },
  score: (state, _pod, { node }) => intolerable(node, state.read<readonly Toleration[]>(SOFT) ?? []),
  quickScore(state, _pod, { columns: { taints }, infos }) {
    const soft = state.read<readonly Toleration[]>(SOFT) ?? [];
    return place => (((taints[place] as number) & 2) === 0 ? 0 : intolerable((infos[place] as NodeInfo).node, soft));
  },
  normalize: (_state, scores) => { defaultNormalize(scores, true); },
});
