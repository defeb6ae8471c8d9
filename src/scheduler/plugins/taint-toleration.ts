import type { Node, Pod, Toleration } from '../../api/kinds/all.ts';
import { toleratesTaint, untoleratedTaint } from '../../api/placement.ts';
import { equalData } from '../../base/compare.ts';
import type { NodeInfo } from '../node-info.ts';
import { ASK, defaultNormalize, definePlugin, unresolvable } from '../framework/plugin.ts';

const NAME = 'TaintToleration';
const SOFT = 'TaintToleration/soft';
const UNTOLERATED = unresolvable(NAME, 'node(s) had untolerated taint(s)');

const NONE: readonly Toleration[] = Object.freeze([]);
/** Memo: pods of a template share their frozen tolerations. */
const softTolerations = new WeakMap<readonly Toleration[], readonly Toleration[]>();

/** The tolerations that count for soft taints. */
function softOf(tolerations: readonly Toleration[]): readonly Toleration[] {
  let soft = softTolerations.get(tolerations);
  if (soft === undefined) softTolerations.set(tolerations, (soft = tolerations.filter(({ effect = '' }) => effect === '' || effect === 'PreferNoSchedule')));
  return soft;
}

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
    const tolerations = pod.spec?.tolerations;
    state.write(SOFT, tolerations === undefined ? NONE : softOf(tolerations));
    return null;
  },
  score: (state, _pod, { node }) => intolerable(node, state.read<readonly Toleration[]>(SOFT) ?? []),
  quickScore(state, places, { columns: { taints }, infos }, scores) {
    const soft = state.read<readonly Toleration[]>(SOFT) ?? [];
    for (let i = 0; i < scores.length; i++) {
      const place = places[i] as number;
      scores[i] = ((taints[place] as number) & 2) === 0 ? 0 : intolerable((infos[place] as NodeInfo).node, soft);
    }
    return true;
  },
  normalize: (_state, scores) => { defaultNormalize(scores, true); },
});
