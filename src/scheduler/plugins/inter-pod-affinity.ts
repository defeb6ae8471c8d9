import type { Node, Pod } from '../../api/kinds/all.ts';
import { equalData } from '../../base/compare.ts';
import { type Change, definePlugin, SKIP, unresolvable, unschedulable } from '../framework/plugin.ts';
import { type AffinityState, judge, newAffinityState } from './inter-pod-affinity/filtering.ts';
import { normalizeAffinity, scoreNode, topologyScores, type TopologyScores } from './inter-pod-affinity/scoring.ts';
import { termsOf } from './inter-pod-affinity/terms.ts';

const NAME = 'InterPodAffinity';
const FILTER = 'InterPodAffinity/filter';
const SCORE = 'InterPodAffinity/score';
const AFFINITY = unresolvable(NAME, "node(s) didn't match pod affinity rules");
const ANTI_AFFINITY = unschedulable(NAME, "node(s) didn't match pod anti-affinity rules");
const EXISTING_ANTI_AFFINITY = unschedulable(NAME, "node(s) didn't satisfy existing pods anti-affinity rules");

/** A pod that came or changed may be the neighbour that was missing. */
function mayAttract(pod: Pod, { object, old }: Change): boolean {
  return termsOf(pod).required.length > 0 && (old === undefined || !equalData(object.metadata.labels, old.metadata.labels));
}

/** A pod that went or changed may have been the neighbour in the way. */
function mayGiveWay(pod: Pod, { object, old }: Change): boolean {
  if (old !== undefined && equalData(object.metadata.labels, old.metadata.labels)) return false;
  return termsOf(pod).requiredAnti.length > 0 || termsOf(object as Pod).requiredAnti.length > 0;
}

const either = (pod: Pod, change: Change): boolean => mayAttract(pod, change) || mayGiveWay(pod, change);

function nodeMayFit(pod: Pod, { object, old }: Change): boolean {
  if (old !== undefined && equalData(object.metadata.labels, old.metadata.labels)) return false;
  const { required, requiredAnti } = termsOf(pod);
  const labels = (object as Node).metadata.labels;
  return required.every(({ topologyKey }) => labels?.[topologyKey] !== undefined) || requiredAnti.length > 0;
}

/** Puts pods near the pods they want near, and away from those they or the others do not. */
export const interPodAffinity = definePlugin({
  name: NAME,
  source: 'pkg/scheduler/framework/plugins/interpodaffinity/plugin.go',
  weight: 2,
  events: [
    { kind: 'AssignedPod', on: 'Add', hint: mayAttract }, { kind: 'AssignedPod', on: 'Update', hint: either }, { kind: 'AssignedPod', on: 'Delete', hint: mayGiveWay },
    { kind: 'Node', on: 'Add', hint: nodeMayFit }, { kind: 'Node', on: 'Update', hint: nodeMayFit },
    { kind: 'Pod', on: 'Update', hint: (_pod, { object, old }) => !equalData(object.metadata.labels, old?.metadata.labels) },
  ],
  preFilter(state, pod, snapshot) {
    const affinity = newAffinityState(pod, snapshot);
    if (affinity === undefined) return SKIP;
    state.write(FILTER, affinity);
    return null;
  },
  filter(state, pod, { node }) {
    const affinity = state.read<AffinityState>(FILTER);
    if (affinity === undefined) return null;
    switch (judge(affinity, pod, node)) {
      case 'fits': return null;
      case 'affinity': return AFFINITY;
      case 'anti': return ANTI_AFFINITY;
      case 'existingAnti': return EXISTING_ANTI_AFFINITY;
    }
  },
  changePod(state, pod, { other, node, by }) {
    state.read<AffinityState>(FILTER)?.count(pod, other, { node: node.node, by });
  },
  preScore(state, pod, _feasible, snapshot) {
    const scores = topologyScores(pod, snapshot);
    if (scores.size === 0) return SKIP;
    state.write(SCORE, scores);
    return null;
  },
  score: (state, _pod, { node }) => scoreNode(state.read<TopologyScores>(SCORE) ?? new Map(), node),
  normalize: (_state, scores) => { normalizeAffinity(scores); },
});
