/**
 * Soft spread constraints: the fewer matching pods a node's domains have, the better.
 *
 * @source pkg/scheduler/framework/plugins/podtopologyspread/scoring.go
 */
import type { Pod } from '../../../api/kinds/all.ts';
import { type Feasible, MAX_NODE_SCORE, type Snapshot } from '../../framework/plugin.ts';
import type { NodeInfo } from '../../node-info.ts';
import { naturalLogarithm } from '../../real-numbers.ts';
import type { Tally } from '../../tally.ts';
import { type Constraint, hasTopologies, includesAll, isIncluded } from './constraints.ts';

const HOSTNAME = 'kubernetes.io/hostname';

interface Weighted {
  /** A larger permitted skew waters differences down. */
  readonly slack: number;
  /** Gives the counts of small topologies the same say as those of large ones. */
  readonly weight: number;
  /** Number of the label's value by place. */
  readonly ids: Int32Array;
  /** Matching pods by number of the value; undefined for hostnames, whose nodes are counted one by one. */
  readonly domains: Int32Array | undefined;
  readonly tally: Tally;
}

/** What the scoring of one cycle knows. */
export interface ScoreState {
  readonly weighted: readonly Weighted[];
  /** Nodes without one of the topologies' labels get nothing; under the system's defaults they are still spread over by hostname. */
  readonly requireAll: boolean;
}

export interface ScoreInput {
  readonly pod: Pod;
  readonly constraints: readonly Constraint[];
  readonly feasible: Feasible;
  readonly snapshot: Snapshot;
  readonly requireAll: boolean;
}

/** Prepares scoring: how many domains there are, and the pods in each. */
export function newScoreState(input: ScoreInput): ScoreState {
  const { constraints, requireAll, snapshot: { nodes } } = input;
  const columns = constraints.map(({ topologyKey }) => nodes.labels(topologyKey).ids);
  const scored = requireAll ? input.feasible.places.filter(place => columns.every(ids => (ids[place] as number) >= 0)) : input.feasible.places;
  const weighted = constraints.map((constraint): Weighted => {
    const tally = nodes.tally(input.pod.metadata.namespace ?? '', constraint.selector);
    const { ids, size } = nodes.labels(constraint.topologyKey);
    const isHostname = constraint.topologyKey === HOSTNAME;
    const domains = isHostname ? scored.length : countDistinct(ids, size, scored);
    return { slack: constraint.maxSkew - 1, tally, ids, weight: naturalLogarithm(domains + 2), domains: isHostname ? undefined : countsOf(input, constraint, tally) };
  });
  return { weighted, requireAll };
}

/** How many domains the nodes are in; those without the label count as one more. */
function countDistinct(ids: Int32Array, size: number, places: Int32Array): number {
  const seen = new Uint8Array(size + 1);
  let distinct = 0;
  for (let i = 0; i < places.length; i++) {
    const id = (ids[places[i] as number] as number) + 1;
    if (seen[id] === 0) { seen[id] = 1; distinct++; }
  }
  return distinct;
}

function countsOf({ pod, constraints, requireAll, snapshot: { nodes } }: ScoreInput, constraint: Constraint, tally: Tally): Int32Array {
  if (includesAll(constraint, pod) && (!requireAll || constraints.length === 1)) return tally.domains(constraint.topologyKey);
  const { ids, size } = nodes.labels(constraint.topologyKey);
  const counts = new Int32Array(size);
  for (let place = 0; place < ids.length; place++) {
    const id = ids[place] as number;
    const { node } = nodes.infos[place] as NodeInfo;
    if (id < 0 || (requireAll && !hasTopologies(node, constraints)) || !isIncluded(constraint, pod, node)) continue;
    counts[id] = (counts[id] as number) + (tally.counts[place] as number);
  }
  return counts;
}

/** A score that no count gives: the node is out. */
const IGNORED = -1;

/** Pods in the node's domains, weighted: less is better. */
export function scoreAt({ weighted, requireAll }: ScoreState, place: number): number {
  let score = 0;
  for (let i = 0; i < weighted.length; i++) {
    const { slack, weight, ids, domains, tally } = weighted[i] as Weighted;
    const id = ids[place] as number;
    if (id < 0) { if (requireAll) return IGNORED; continue; }
    score += ((domains === undefined ? tally.counts[place] : domains[id]) as number) * weight + slack;
  }
  return Math.floor(score + 0.5);
}

/** `scoreAt` for many places. */
export function scoreAllAt(state: ScoreState, places: Int32Array, scores: Float64Array): void {
  const { weighted, requireAll } = state;
  if (requireAll) { for (let i = 0; i < scores.length; i++) scores[i] = scoreAt(state, places[i] as number); return; }
  scores.fill(0);
  // One constraint after the other: sums come about in the same order as place by place.
  for (const { slack, weight, ids, domains, tally: { counts } } of weighted) {
    for (let i = 0; i < scores.length; i++) {
      const place = places[i] as number;
      const id = ids[place] as number;
      if (id >= 0) scores[i] = (scores[i] as number) + (((domains === undefined ? counts[place] : domains[id]) as number) * weight + slack);
    }
  }
  for (let i = 0; i < scores.length; i++) scores[i] = Math.floor((scores[i] as number) + 0.5);
}

/** Turns "less is better" into 0…100. */
export function normalizeSpread(scores: Float64Array): void {
  let least = Infinity;
  let most = 0;
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] as number;
    if (score === IGNORED) continue;
    if (score < least) least = score;
    if (score > most) most = score;
  }
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] as number;
    if (score === IGNORED) scores[i] = 0;
    else scores[i] = most === 0 ? MAX_NODE_SCORE : Math.floor((MAX_NODE_SCORE * (most + least - score)) / most);
  }
}
