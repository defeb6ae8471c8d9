/**
 * The scheduling cycle: filter the nodes, score what remains, choose.
 *
 * @source pkg/scheduler/schedule_one.go
 */
import type { Pod } from '../api/kinds/all.ts';
import type { Diagnosis } from './diagnosis.ts';
import { CycleState } from './framework/cycle-state.ts';
import { ASK, type Feasible, type NodeSubset, type Plugin, type QuickFilter, type Refusal, type Snapshot, type Status, unresolvable } from './framework/plugin.ts';
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
  /** Nodes it could not go to, for people. */
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

const NONE_REFUSED: ReadonlyMap<string, Refusal> = new Map();

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
  const { places } = feasible;
  const count = places.length;
  if (count === 0) return { chosen: undefined, diagnosis: diagnose(mapOf(refused), total, subset), run, nextStart };
  if (count === 1) return { chosen: nameAt(input, places[0]), feasible: 1, evaluated, scores: [], refused: input.explain ? mapOf(refused) : NONE_REFUSED, nextStart };
  const { chosen, scores } = choose(run.state, input, feasible);
  return { chosen, feasible: count, evaluated, scores, refused: input.explain ? mapOf(refused) : NONE_REFUSED, nextStart };
}

const nameAt = ({ snapshot: { nodes } }: CycleInput, place: number | undefined): string => (nodes.infos[place ?? -1] as NodeInfo).name;

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
      return { run, refusal: named(answer, plugin) };
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

/** Refused nodes and why, in step; a map of them is made only for who asks. */
interface Refused { readonly infos: readonly NodeInfo[]; readonly statuses: readonly Refusal[] }
interface Filtered { readonly feasible: Feasible; readonly refused: Refused; readonly evaluated: number }

const mapOf = ({ infos, statuses }: Refused): ReadonlyMap<string, Refusal> => new Map(infos.map((info, i) => [info.name, statuses[i] as Refusal]));

/** The node where preemption made room for the pod is tried alone first. */
function nominatedFirst({ pod, snapshot: { nodes } }: CycleInput, run: FilterRun): Filtered | undefined {
  const place = nodes.placeOf(pod.status?.nominatedNodeName ?? '');
  const info = nodes.infos[place];
  if (info === undefined || filterNode(run, info) !== null) return undefined;
  return { feasible: { places: Int32Array.of(place) }, refused: { infos: [], statuses: [] }, evaluated: 1 };
}

function filterNodes({ snapshot: { nodes }, start }: CycleInput, run: FilterRun, subset: Subset | undefined): Filtered {
  const only = subset?.nodeNames.map(name => nodes.placeOf(name)).filter(place => place >= 0);
  const count = only === undefined ? nodes.size : only.length;
  const enough = enoughFeasible(count);
  const quick = run.filters.map(plugin => plugin.quickFilter?.(run.state, run.pod, nodes));
  const { places } = nodes.scratch;
  let fit = 0;
  const refused: { infos: NodeInfo[]; statuses: Refusal[] } = { infos: [], statuses: [] };
  let evaluated = 0;
  let turn = count === 0 ? 0 : start % count;
  for (; evaluated < count && fit < enough; evaluated++) {
    const place = only === undefined ? turn : only[turn] as number;
    if (++turn === count) turn = 0;
    const info = nodes.infos[place] as NodeInfo;
    const status = run.nominated === undefined ? quickly(run, quick, place, info) : filterNode(run, info);
    if (status === null) places[fit++] = place; else { refused.infos.push(info); refused.statuses.push(status); }
  }
  return { feasible: { places: places.subarray(0, fit) }, refused, evaluated };
}

/** Asks a filter only where its shortcut does not know. */
function quickly(run: FilterRun, quick: readonly (QuickFilter | undefined)[], place: number, info: NodeInfo): Status {
  for (let i = 0; i < quick.length; i++) {
    const shortcut = quick[i];
    const status = shortcut === undefined ? ASK : shortcut(place);
    if (status === null) continue;
    if (status !== ASK) return status;
    const plugin = run.filters[i] as Plugin;
    const answer = plugin.filter?.(run.state, run.pod, info) ?? null;
    if (answer !== null) return named(answer, plugin);
  }
  return null;
}

const named = (status: Refusal, plugin: Plugin): Refusal => (status.plugin === undefined ? { ...status, plugin: plugin.name } : status);

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
    if (status !== null) return named(status, plugin);
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

function choose(state: CycleState, input: CycleInput, feasible: Feasible): { readonly chosen: string; readonly scores: readonly NodeScore[] } {
  const { places } = feasible;
  const count = places.length;
  const { scratch } = input.snapshot.nodes;
  const totals = scratch.totals.subarray(0, count).fill(0);
  const scores = scratch.scores.subarray(0, count);
  const by: Record<string, number>[] = input.explain ? Array.from(places, () => ({})) : [];
  for (const plugin of input.plugins) {
    if (plugin.score === undefined || plugin.preScore?.(state, input.pod, feasible, input.snapshot)?.code === 'Skip') continue;
    scoreAll(state, plugin, input, { places, scores });
    plugin.normalize?.(state, scores);
    const weight = plugin.weight ?? 1;
    for (let i = 0; i < count; i++) totals[i] = (totals[i] as number) + weight * (scores[i] as number);
    if (input.explain) for (let i = 0; i < count; i++) (by[i] as Record<string, number>)[plugin.name] = weight * (scores[i] as number);
  }
  const best = pickBest(totals, input.draw);
  const explained = input.explain ? Array.from(places, (place, i) => ({ node: nameAt(input, place), total: totals[i] as number, by: by[i] as Record<string, number> })) : [];
  return { chosen: nameAt(input, places[best]), scores: explained };
}

function scoreAll(state: CycleState, plugin: Plugin, { pod, snapshot: { nodes } }: CycleInput, { places, scores }: { readonly places: Int32Array; readonly scores: Float64Array }): void {
  if (plugin.quickScore?.(state, places, nodes, scores) === true) return;
  for (let i = 0; i < scores.length; i++) scores[i] = plugin.score?.(state, pod, nodes.infos[places[i] as number] as NodeInfo) ?? 0;
}

/** One of the highest, each with the same chance. */
function pickBest(totals: Float64Array, draw: (bound: number) => number): number {
  let most = -Infinity;
  let equals = 0;
  for (let i = 0; i < totals.length; i++) {
    const total = totals[i] as number;
    if (total > most) { most = total; equals = 1; } else if (total === most) equals++;
  }
  let skip = equals > 1 ? draw(equals) : 0;
  for (let i = 0; i < totals.length; i++) if (totals[i] === most && skip-- === 0) return i;
  return 0;
}
