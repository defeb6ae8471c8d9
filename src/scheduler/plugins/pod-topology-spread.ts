import type { Node, Pod } from '../../api/kinds/all.ts';
import { equalData } from '../../base/compare.ts';
import { matchesLabels } from '../../api/selector.ts';
import { type Change, definePlugin, SKIP, type Status, unresolvable, unschedulable } from '../framework/plugin.ts';
import type { NodeList } from '../node-list.ts';
import { defaultConstraints, statedConstraints } from './pod-topology-spread/constraints.ts';
import { judge, judgeAt, newSpreadState, type SpreadState, type Verdict } from './pod-topology-spread/filtering.ts';
import { newScoreState, normalizeSpread, scoreAllAt, scoreAt, type ScoreState } from './pod-topology-spread/scoring.ts';

const NAME = 'PodTopologySpread';
const FILTER = 'PodTopologySpread/filter';
const SCORE = 'PodTopologySpread/score';
const NODES = 'PodTopologySpread/nodes';
const SKEWED = unschedulable(NAME, "node(s) didn't match pod topology spread constraints");
const UNLABELLED = unresolvable(NAME, "node(s) didn't match pod topology spread constraints (missing required label)");

/** True when a change of another pod changes what this pod's constraints count. */
function counts(pod: Pod, { object, old }: Change): boolean {
  if (object.metadata.namespace !== pod.metadata.namespace) return false;
  return statedConstraints(pod, 'DoNotSchedule').some(({ selector }) => {
    const now = matchesLabels(selector, object.metadata.labels);
    return old === undefined ? now : now !== matchesLabels(selector, old.metadata.labels);
  });
}

const hasDomain = (pod: Pod, node: Node): boolean => statedConstraints(pod, 'DoNotSchedule').every(({ topologyKey }) => node.metadata.labels?.[topologyKey] !== undefined);

/** True when a node's coming, going or relabelling changes the domains. */
function domainsChange(pod: Pod, { object, old }: Change): boolean {
  if (old === undefined) return hasDomain(pod, object as Node);
  if (equalData(object.metadata.labels, old.metadata.labels) && equalData((object as Node).spec?.taints, (old as Node).spec?.taints)) return false;
  return hasDomain(pod, object as Node) || hasDomain(pod, old as Node);
}

function statusOf(verdict: Verdict): Status {
  switch (verdict) {
    case 'fits': return null;
    case 'skewed': return SKEWED;
    case 'unlabelled': return UNLABELLED;
  }
}

/** Spreads pods evenly over hosts, zones and other domains. */
export const podTopologySpread = definePlugin({
  name: NAME,
  source: 'pkg/scheduler/framework/plugins/podtopologyspread/plugin.go',
  weight: 2,
  events: [
    { kind: 'AssignedPod', on: 'Add', hint: counts }, { kind: 'AssignedPod', on: 'Update', hint: counts }, { kind: 'AssignedPod', on: 'Delete', hint: counts },
    { kind: 'Node', on: 'Add', hint: domainsChange }, { kind: 'Node', on: 'Update', hint: domainsChange }, { kind: 'Node', on: 'Delete', hint: domainsChange },
    { kind: 'Pod', on: 'Update', hint: (_pod, { object, old }) => !equalData(object.metadata.labels, old?.metadata.labels) },
  ],
  preFilter(state, pod, snapshot) {
    const constraints = statedConstraints(pod, 'DoNotSchedule');
    if (constraints.length === 0) return SKIP;
    state.write(FILTER, newSpreadState(pod, constraints, snapshot));
    return null;
  },
  filter(state, _pod, { node }) {
    const spread = state.read<SpreadState>(FILTER);
    return spread === undefined ? null : statusOf(judge(spread, node));
  },
  quickFilter(state) {
    const spread = state.read<SpreadState>(FILTER);
    return spread === undefined ? undefined : place => statusOf(judgeAt(spread, place));
  },
  changePod(state, pod, { other, node, by }) {
    state.read<SpreadState>(FILTER)?.change(pod, { other, node: node.node, by });
  },
  preScore(state, pod, feasible, snapshot) {
    const requireAll = (pod.spec?.topologySpreadConstraints ?? []).length > 0;
    const constraints = requireAll ? statedConstraints(pod, 'ScheduleAnyway') : defaultConstraints(pod, snapshot);
    if (constraints.length === 0) return SKIP;
    state.write(NODES, snapshot.nodes);
    state.write(SCORE, newScoreState({ pod, constraints, feasible, snapshot, requireAll }));
    return null;
  },
  score(state, _pod, node) {
    const spread = state.read<ScoreState>(SCORE);
    return spread === undefined ? 0 : scoreAt(spread, state.read<NodeList>(NODES)?.placeOf(node.name) ?? 0);
  },
  quickScore(state, places, _nodes, scores) {
    const spread = state.read<ScoreState>(SCORE);
    if (spread === undefined) return false;
    scoreAllAt(spread, places, scores);
    return true;
  },
  normalize: (_state, scores) => { normalizeSpread(scores); },
});
