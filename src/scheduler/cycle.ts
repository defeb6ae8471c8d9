/**
 * The scheduling cycle: filter the nodes, score what remains, choose.
 *
 * @source pkg/scheduler/schedule_one.go
 */
import type { Pod } from '../api/kinds/all.ts';
import { CycleState, type Plugin, type Snapshot, type Status } from './framework/plugin.ts';
import type { NodeInfo } from './node-info.ts';

/** Why each refused node was refused. */
export interface Diagnosis {
  readonly nodes: number;
  readonly refused: ReadonlyMap<string, NonNullable<Status>>;
  /** Set when a preFilter refused the pod for the whole cluster. */
  readonly whole: NonNullable<Status> | undefined;
  readonly plugins: readonly string[];
}

/** Scores of one node, by plugin, weighted, for people. */
export interface NodeScore { readonly node: string; readonly total: number; readonly by: Readonly<Record<string, number>> }

export type CycleResult =
  | { readonly chosen: string; readonly feasible: number; readonly evaluated: number; readonly scores: readonly NodeScore[]; readonly state: CycleState; readonly nextStart: number }
  | { readonly chosen: undefined; readonly diagnosis: Diagnosis; readonly state: CycleState; readonly nextStart: number };

/** @source pkg/scheduler/schedule_one.go (minFeasibleNodesToFind, minFeasibleNodesPercentageToFind) */
const FEASIBLE_MIN = 100;
const FEASIBLE_PERCENT_MIN = 5;

/** How many feasible nodes are enough. */
export function enoughFeasible(nodes: number): number {
  if (nodes < FEASIBLE_MIN) return nodes;
  const percent = Math.max(FEASIBLE_PERCENT_MIN, 50 - Math.floor(nodes / 125));
  return Math.max(FEASIBLE_MIN, Math.floor((nodes * percent) / 100));
}

export interface CycleInput {
  readonly plugins: readonly Plugin[];
  readonly pod: Pod;
  readonly snapshot: Snapshot;
  /** Node to begin with: each cycle goes on where the last one stopped. */
  readonly start: number;
  /** Integer in [0, bound), to choose among equals. */
  readonly draw: (bound: number) => number;
  /** Keep per-plugin scores for explanations. */
  readonly explain: boolean;
}

/** Finds a node for a pod. Pure but for `draw`. */
export function schedule(input: CycleInput): CycleResult {
  const state = new CycleState();
  const filters = preFilter(state, input);
  if (!Array.isArray(filters)) return { chosen: undefined, diagnosis: filters as Diagnosis, state, nextStart: input.start };
  const { feasible, refused, evaluated } = filter(state, input, filters as readonly Plugin[]);
  const nextStart = input.snapshot.nodes.length === 0 ? 0 : (input.start + evaluated) % input.snapshot.nodes.length;
  if (feasible.length === 0) {
    const plugins = [...new Set([...refused.values()].map(status => status.plugin ?? ''))];
    return { chosen: undefined, diagnosis: { nodes: input.snapshot.nodes.length, refused, whole: undefined, plugins }, state, nextStart };
  }
  const only = feasible[0] as NodeInfo;
  if (feasible.length === 1) return { chosen: only.name, feasible: 1, evaluated, scores: [], state, nextStart };
  const { chosen, scores } = choose(state, input, feasible);
  return { chosen, feasible: feasible.length, evaluated, scores, state, nextStart };
}

/** The plugins that have something to filter, or the refusal for the whole cluster. */
function preFilter(state: CycleState, input: CycleInput): readonly Plugin[] | Diagnosis {
  const active: Plugin[] = [];
  for (const plugin of input.plugins) {
    const status = plugin.preFilter?.(state, input.pod, input.snapshot) ?? null;
    if (status !== null && status.code !== 'Skip') {
      return { nodes: input.snapshot.nodes.length, refused: new Map(), whole: { ...status, plugin: plugin.name }, plugins: [plugin.name] };
    }
    if (status === null && plugin.filter !== undefined) active.push(plugin);
  }
  return active;
}

function filter(state: CycleState, input: CycleInput, filters: readonly Plugin[]): { readonly feasible: NodeInfo[]; readonly refused: Map<string, NonNullable<Status>>; readonly evaluated: number } {
  const { nodes } = input.snapshot;
  const enough = enoughFeasible(nodes.length);
  const feasible: NodeInfo[] = [];
  const refused = new Map<string, NonNullable<Status>>();
  let evaluated = 0;
  for (; evaluated < nodes.length && feasible.length < enough; evaluated++) {
    const node = nodes[(input.start + evaluated) % nodes.length] as NodeInfo;
    const status = filterNode(state, input.pod, node, filters);
    if (status === null) feasible.push(node);
    else refused.set(node.name, status);
  }
  return { feasible, refused, evaluated };
}

/** Runs the filters on one node; the first refusal counts. */
export function filterNode(state: CycleState, pod: Pod, node: NodeInfo, filters: readonly Plugin[]): Status {
  for (const plugin of filters) {
    const status = plugin.filter?.(state, pod, node) ?? null;
    if (status !== null) return { ...status, plugin: plugin.name };
  }
  return null;
}

function choose(state: CycleState, input: CycleInput, feasible: readonly NodeInfo[]): { readonly chosen: string; readonly scores: readonly NodeScore[] } {
  const totals = new Array<number>(feasible.length).fill(0);
  const by: Record<string, number>[] = input.explain ? feasible.map(() => ({})) : [];
  for (const plugin of input.plugins) {
    if (plugin.score === undefined) continue;
    if (plugin.preScore?.(state, input.pod, feasible, input.snapshot)?.code === 'Skip') continue;
    const scores = feasible.map(node => plugin.score?.(state, input.pod, node) ?? 0);
    plugin.normalize?.(state, input.pod, scores);
    const weight = plugin.weight ?? 1;
    for (let i = 0; i < scores.length; i++) {
      totals[i] = (totals[i] as number) + weight * (scores[i] as number);
      if (input.explain) (by[i] as Record<string, number>)[plugin.name] = weight * (scores[i] as number);
    }
  }
  const best = pickBest(totals, input.draw);
  const scores = input.explain ? feasible.map((node, i) => ({ node: node.name, total: totals[i] as number, by: by[i] as Record<string, number> })) : [];
  return { chosen: (feasible[best] as NodeInfo).name, scores };
}

/** One of the highest, each with the same chance (reservoir sampling). */
function pickBest(totals: readonly number[], draw: (bound: number) => number): number {
  let best = 0;
  let equals = 1;
  for (let i = 1; i < totals.length; i++) {
    const difference = (totals[i] as number) - (totals[best] as number);
    if (difference > 0) { best = i; equals = 1; continue; }
    if (difference === 0 && draw(++equals) === 0) best = i;
  }
  return best;
}

/**
 * The text of a FailedScheduling event.
 *
 * @source pkg/scheduler/framework/types.go (FitError)
 */
export function fitError(diagnosis: Diagnosis, preemption: string): string {
  let text = `0/${diagnosis.nodes} nodes are available:`;
  if (diagnosis.whole !== undefined) text += ` ${diagnosis.whole.reasons.join(', ')}.`;
  else if (diagnosis.refused.size > 0) text += ` ${countReasons([...diagnosis.refused.values()])}.`;
  else text = diagnosis.nodes === 0 ? 'no nodes available to schedule pods' : text;
  return preemption === '' ? text : `${text} ${preemption}`;
}

/** `2 Insufficient cpu, 1 node(s) were unschedulable`, sorted as texts. */
export function countReasons(statuses: readonly NonNullable<Status>[]): string {
  const counts = new Map<string, number>();
  for (const status of statuses) for (const reason of status.reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => `${count} ${reason}`).sort().join(', ');
}
