/**
 * Preferred affinity between pods, in both directions.
 *
 * @source pkg/scheduler/framework/plugins/interpodaffinity/scoring.go
 */
import type { Node, Pod } from '../../../api/kinds/all.ts';
import { MAX_NODE_SCORE, type Snapshot } from '../../framework/plugin.ts';
import { type NamespaceLabels, NO_TERMS_AT_ALL, speaksOf, type Term, termsOf } from './terms.ts';

/** Weights by topology key and value. */
export type TopologyScores = ReadonlyMap<string, ReadonlyMap<string, number>>;
type Building = Map<string, Map<string, number>>;

/** Existing pods that require this one near attract it with this weight. @source pkg/scheduler/apis/config/v1/defaults.go (HardPodAffinityWeight) */
const HARD_POD_AFFINITY_WEIGHT = 1;

const NO_SCORES: TopologyScores = new Map();

interface Where { readonly node: Node; readonly factor: number; readonly namespaceLabels: NamespaceLabels }

function apply(scores: Building, terms: readonly Term[], pod: Pod, { node, factor, namespaceLabels }: Where): void {
  for (const term of terms) {
    const value = node.metadata.labels?.[term.topologyKey];
    if (value === undefined || !speaksOf(term, pod, namespaceLabels)) continue;
    let values = scores.get(term.topologyKey);
    if (values === undefined) scores.set(term.topologyKey, (values = new Map()));
    values.set(value, (values.get(value) ?? 0) + factor * term.weight);
  }
}

/** Sums all wishes that concern a pod; empty = nobody has any. */
export function topologyScores(pod: Pod, { nodes, listers }: Snapshot): TopologyScores {
  const own = termsOf(pod);
  const neighbours = nodes.havePodsWithAffinity;
  if (own === NO_TERMS_AT_ALL && neighbours.length === 0) return NO_SCORES;
  const scores: Building = new Map();
  const namespaceLabels: NamespaceLabels = name => listers.namespaceLabels(name);
  const wishes = own.preferred.length > 0 || own.preferredAnti.length > 0;
  for (const info of wishes ? nodes.infos : neighbours) {
    const near: Where = { node: info.node, factor: 1, namespaceLabels };
    const far: Where = { ...near, factor: -1 };
    for (const other of wishes ? info.pods : info.podsWithAffinity) {
      apply(scores, own.preferred, other, near);
      apply(scores, own.preferredAnti, other, far);
      const theirs = termsOf(other);
      apply(scores, theirs.required, pod, { ...near, factor: HARD_POD_AFFINITY_WEIGHT });
      apply(scores, theirs.preferred, pod, near);
      apply(scores, theirs.preferredAnti, pod, far);
    }
  }
  return scores;
}

/** The sum of the wishes about a node's domains. */
export function scoreNode(scores: TopologyScores, node: Node): number {
  let sum = 0;
  for (const [key, values] of scores) {
    const value = node.metadata.labels?.[key];
    if (value !== undefined) sum += values.get(value) ?? 0;
  }
  return sum;
}

/** Stretches the range from the least to the most liked node over 0…100. */
export function normalizeAffinity(scores: Float64Array): void {
  let least = Infinity;
  let most = -Infinity;
  for (const score of scores) {
    if (score < least) least = score;
    if (score > most) most = score;
  }
  const range = most - least;
  for (let i = 0; i < scores.length; i++) scores[i] = range > 0 ? Math.floor(MAX_NODE_SCORE * (((scores[i] as number) - least) / range)) : 0;
}
