/**
 * Soft spread constraints: the fewer matching pods a node's domains have, the better.
 *
 * @source pkg/scheduler/framework/plugins/podtopologyspread/scoring.go
 */
import type { Pod } from '../../../api/kinds/all.ts';
import { MAX_NODE_SCORE, type Snapshot } from '../../framework/plugin.ts';
import type { NodeInfo } from '../../node-info.ts';
import type { NodeList, Tally } from '../../node-list.ts';
import { naturalLogarithm } from '../../real-numbers.ts';
import { type Constraint, hasTopologies, includesAll, isIncluded } from './constraints.ts';

const HOSTNAME = 'kubernetes.io/hostname';

interface Weighted {
  readonly constraint: Constraint;
  /** Gives the counts of small topologies the same say as those of large ones. */
  readonly weight: number;
  /** Matching pods by domain; not used for hostnames, whose nodes are counted one by one. */
  readonly counts: ReadonlyMap<string, number>;
  readonly tally: Tally;
}

/** What the scoring of one cycle knows. */
export interface ScoreState {
  readonly weighted: readonly Weighted[];
  readonly nodes: NodeList;
  /** Nodes without one of the topologies' labels; they get nothing. Empty under the system's defaults. */
  readonly ignored: ReadonlySet<string>;
}

export interface ScoreInput {
  readonly pod: Pod;
  readonly constraints: readonly Constraint[];
  readonly feasible: readonly NodeInfo[];
  readonly snapshot: Snapshot;
  /** False under the system's defaults: nodes without zones are still spread over by hostname. */
  readonly requireAll: boolean;
}

/** Prepares scoring: which nodes are out, how many domains there are, and the pods in each. */
export function newScoreState(input: ScoreInput): ScoreState {
  const { constraints, feasible, requireAll, snapshot } = input;
  const ignored = new Set<string>();
  if (requireAll) for (const info of feasible) if (!hasTopologies(info.node, constraints)) ignored.add(info.name);
  const weighted = constraints.map((constraint): Weighted => {
    const tally = snapshot.nodes.tally(input.pod.metadata.namespace ?? '', constraint.selector);
    if (constraint.topologyKey === HOSTNAME) return { constraint, tally, counts: NO_COUNTS, weight: naturalLogarithm(feasible.length - ignored.size + 2) };
    const candidates = new Set<string>();
    for (const info of feasible) if (!ignored.has(info.name)) candidates.add(info.node.metadata.labels?.[constraint.topologyKey] ?? '');
    return { constraint, tally, counts: countsOf(input, constraint, tally), weight: naturalLogarithm(candidates.size + 2) };
  });
  return { weighted, ignored, nodes: snapshot.nodes };
}

const NO_COUNTS: ReadonlyMap<string, number> = new Map();

function countsOf(input: ScoreInput, constraint: Constraint, tally: Tally): ReadonlyMap<string, number> {
  const { pod, constraints, requireAll, snapshot } = input;
  const { nodes } = snapshot;
  if (includesAll(constraint, pod) && (!requireAll || constraints.length === 1)) return tally.domains(constraint.topologyKey);
  const counts = new Map<string, number>();
  for (let place = 0; place < nodes.size; place++) {
    const node = nodes.infos[place]?.node;
    const value = node?.metadata.labels?.[constraint.topologyKey];
    if (node === undefined || value === undefined || (requireAll && !hasTopologies(node, constraints)) || !isIncluded(constraint, pod, node)) continue;
    counts.set(value, (counts.get(value) ?? 0) + (tally.counts[place] as number));
  }
  return counts;
}

/** Pods in the node's domains, weighted: less is better. */
export function scoreNode({ weighted, ignored, nodes }: ScoreState, info: NodeInfo): number {
  if (ignored.has(info.name)) return 0;
  let score = 0;
  for (const { constraint, weight, counts, tally } of weighted) {
    const value = info.node.metadata.labels?.[constraint.topologyKey];
    if (value === undefined) continue;
    const count = constraint.topologyKey === HOSTNAME ? tally.counts[nodes.placeOf(info.name)] ?? 0 : counts.get(value) ?? 0;
    // A larger permitted skew waters differences down.
    score += count * weight + (constraint.maxSkew - 1);
  }
  return Math.floor(score + 0.5);
}

/** Turns "less is better" into 0…100. */
export function normalizeSpread({ ignored }: ScoreState, scores: number[], feasible: readonly NodeInfo[]): void {
  let least = Infinity;
  let most = 0;
  for (let i = 0; i < scores.length; i++) {
    if (ignored.has(feasible[i]?.name ?? '')) continue;
    const score = scores[i] as number;
    if (score < least) least = score;
    if (score > most) most = score;
  }
  for (let i = 0; i < scores.length; i++) {
    if (ignored.has(feasible[i]?.name ?? '')) scores[i] = 0;
    else scores[i] = most === 0 ? MAX_NODE_SCORE : Math.floor((MAX_NODE_SCORE * (most + least - (scores[i] as number))) / most);
  }
}
