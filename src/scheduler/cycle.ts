/**
 * The scheduling cycle: filter the nodes, score what remains, choose.
 *
 * @source pkg/scheduler/schedule_one.go
 */
import type { Pod } from '../api/kinds/all.ts';
import type { Diagnosis } from './diagnosis.ts';
import { CycleState } from './framework/cycle-state.ts';
import { type NodeSubset, type Plugin, type Refusal, type Snapshot, type Status, unresolvable } from './framework/plugin.ts';
import { type NodeInfo, samePod, withPod } from './node-info.ts';

/** Scores of one node, by plugin, weighted, for people. */
export interface NodeScore { readonly node: string; readonly total: number; readonly by: Readonly<Record<string, number>> }

/** What filters need; preemption goes on with it. */
export interface FilterRun {
  readonly pod: Pod;
  readonly state: CycleState;
  /** Plugins that have something to filter for this pod. */
  readonly filters: readonly Plugin[];
  /** Pods for which preemption made room on a node, by node. */
  readonly nominated: ReadonlyMap<string, readonly Pod[]> | undefined;
}

export interface Placed {
  readonly chosen: string;
  readonly feasible: number;
  /** Nodes the filters looked at. */
  readonly evaluated: number;
  readonly scores: readonly NodeScore[];
  readonly refused: ReadonlyMap<string, Refusal>;
  readonly nextStart: number;
}
export interface NotPlaced { readonly chosen: undefined; readonly diagnosis: Diagnosis; readonly run: FilterRun; readonly nextStart: number }
export type CycleResult = Placed | NotPlaced;

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
  readonly nominated?: ReadonlyMap<string, readonly Pod[]> | undefined;
}

/** Finds a node for a pod. Pure but for `draw`. */
export function schedule(input: CycleInput): CycleResult {
  const total = input.snapshot.nodes.size;
  const prepared = preFilter(input);
  if ('refusal' in prepared) {
    const { refusal, run } = prepared;
    const diagnosis: Diagnosis = { nodes: total, refused: new Map(), others: refusal, whole: true, plugins: [refusal.plugin ?? ''] };
    return { chosen: undefined, diagnosis, run, nextStart: input.start };
  }
  const { run, subset } = prepared;
  const { feasible, refused, evaluated } = nominatedFirst(input, run) ?? filterNodes(input, run, subset);
  const nextStart = total === 0 ? 0 : (input.start + evaluated) % total;
  if (feasible.length === 0) return { chosen: undefined, diagnosis: diagnose(refused, total, subset), run, nextStart };
  if (feasible.length === 1) return { chosen: (feasible[0] as NodeInfo).name, feasible: 1, evaluated, scores: [], refused, nextStart };
  const { chosen, scores } = choose(run.state, input, feasible);
  return { chosen, feasible: feasible.length, evaluated, scores, refused, nextStart };
}

interface Subset { readonly nodeNames: readonly string[]; readonly plugins: readonly string[] }

/** The plugins that have something to filter, or the refusal for the whole cluster. */
function preFilter(input: CycleInput): { readonly run: FilterRun; readonly subset: Subset | undefined } | { readonly run: FilterRun; readonly refusal: Refusal } {
  const state = new CycleState();
  const filters: Plugin[] = [];
  const run: FilterRun = { pod: input.pod, state, filters, nominated: input.nominated };
  let subset: Subset | undefined;
  for (const plugin of input.plugins) {
    const answer = plugin.preFilter?.(state, input.pod, input.snapshot) ?? null;
    if (answer !== null && 'code' in answer) {
      if (answer.code === 'Skip') continue;
      return { run, refusal: answer.plugin === undefined ? { ...answer, plugin: plugin.name } : answer };
    }
    if (answer !== null) subset = narrow(subset, answer, plugin.name);
    if (plugin.filter !== undefined) filters.push(plugin);
  }
  return { run, subset };
}

function narrow(subset: Subset | undefined, { nodeNames }: NodeSubset, plugin: string): Subset {
  if (subset === undefined) return { nodeNames, plugins: [plugin] };
  return { nodeNames: subset.nodeNames.filter(name => nodeNames.includes(name)), plugins: [...subset.plugins, plugin] };
}

interface Filtered { readonly feasible: readonly NodeInfo[]; readonly refused: ReadonlyMap<string, Refusal>; readonly evaluated: number }

/** The node where preemption made room for the pod is tried alone first. */
function nominatedFirst({ pod, snapshot }: CycleInput, run: FilterRun): Filtered | undefined {
  const nominated = pod.status?.nominatedNodeName ?? '';
  const info = nominated === '' ? undefined : snapshot.nodes.get(nominated);
  if (info === undefined || filterNode(run, info) !== null) return undefined;
  return { feasible: [info], refused: new Map(), evaluated: 1 };
}

function filterNodes({ snapshot, start }: CycleInput, run: FilterRun, subset: Subset | undefined): Filtered {
  const nodes = subset === undefined ? snapshot.nodes.infos : subset.nodeNames.map(name => snapshot.nodes.get(name)).filter(info => info !== undefined);
  const enough = enoughFeasible(nodes.length);
  const feasible: NodeInfo[] = [];
  const refused = new Map<string, Refusal>();
  let evaluated = 0;
  let place = nodes.length === 0 ? 0 : start % nodes.length;
  for (; evaluated < nodes.length && feasible.length < enough; evaluated++) {
    const info = nodes[place] as NodeInfo;
    if (++place === nodes.length) place = 0;
    const status = filterNode(run, info);
    if (status === null) feasible.push(info); else refused.set(info.name, status);
  }
  return { feasible, refused, evaluated };
}

/** Runs the filters on one node; the first refusal counts. A node must do both with and without the pods that are to come there. */
export function filterNode(run: FilterRun, info: NodeInfo): Status {
  const guests = run.nominated?.get(info.name);
  if (guests !== undefined) {
    const status = withGuests(run, info, guests);
    if (status !== null) return status;
  }
  return runFilters(run.filters, run.state, run.pod, info);
}

function runFilters(filters: readonly Plugin[], state: CycleState, pod: Pod, info: NodeInfo): Status {
  for (let i = 0; i < filters.length; i++) {
    const plugin = filters[i] as Plugin;
    const status = plugin.filter?.(state, pod, info) ?? null;
    if (status !== null) return status.plugin === undefined ? { ...status, plugin: plugin.name } : status;
  }
  return null;
}

/** @source pkg/scheduler/framework/runtime/framework.go (RunFilterPluginsWithNominatedPods) */
function withGuests(run: FilterRun, info: NodeInfo, guests: readonly Pod[]): Status {
  const priority = run.pod.spec.priority ?? 0;
  const coming = guests.filter(guest => (guest.spec.priority ?? 0) >= priority && !samePod(guest, run.pod));
  if (coming.length === 0) return null;
  const state = run.state.clone();
  let crowded = info;
  for (const other of coming) {
    crowded = withPod(crowded, other);
    for (const plugin of run.filters) plugin.changePod?.(state, run.pod, { other, node: crowded, by: 1 });
  }
  return runFilters(run.filters, state, run.pod, crowded);
}

function diagnose(refused: ReadonlyMap<string, Refusal>, nodes: number, subset: Subset | undefined): Diagnosis {
  const plugins = new Set(subset?.plugins);
  for (const { plugin } of refused.values()) if (plugin !== undefined) plugins.add(plugin);
  const others = subset === undefined ? undefined : unresolvable('', `node(s) didn't satisfy plugin(s) [${[...subset.plugins].sort().join(' ')}]`);
  return { nodes, refused, others, whole: false, plugins: [...plugins] };
}

function choose(state: CycleState, input: CycleInput, feasible: readonly NodeInfo[]): { readonly chosen: string; readonly scores: readonly NodeScore[] } {
  const totals = new Array<number>(feasible.length).fill(0);
  const by: Record<string, number>[] = input.explain ? feasible.map(() => ({})) : [];
  for (const plugin of input.plugins) {
    if (plugin.score === undefined || plugin.preScore?.(state, input.pod, feasible, input.snapshot)?.code === 'Skip') continue;
    const scores = new Array<number>(feasible.length);
    for (let i = 0; i < feasible.length; i++) scores[i] = plugin.score(state, input.pod, feasible[i] as NodeInfo);
    plugin.normalize?.(state, scores, feasible);
    const weight = plugin.weight ?? 1;
    for (let i = 0; i < scores.length; i++) totals[i] = (totals[i] as number) + weight * (scores[i] as number);
    if (input.explain) for (let i = 0; i < scores.length; i++) (by[i] as Record<string, number>)[plugin.name] = weight * (scores[i] as number);
  }
  const best = pickBest(totals, input.draw);
  const scores = input.explain ? feasible.map((node, i) => ({ node: node.name, total: totals[i] as number, by: by[i] as Record<string, number> })) : [];
  return { chosen: (feasible[best] as NodeInfo).name, scores };
}

/** One of the highest, each with the same chance. */
function pickBest(totals: readonly number[], draw: (bound: number) => number): number {
  let most = -Infinity;
  let equals = 0;
  for (const total of totals) {
    if (total > most) { most = total; equals = 1; } else if (total === most) equals++;
  }
  let skip = equals > 1 ? draw(equals) : 0;
  for (let i = 0; i < totals.length; i++) if (totals[i] === most && skip-- === 0) return i;
  return 0;
}
