/**
 * Default preemption: if a pod fits nowhere, find a node where it would fit after the eviction of pods of lower priority, at the least harm.
 *
 * @source pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go, pkg/scheduler/framework/preemption/preemption.go
 */
import type { Pod } from '../api/kinds/all.ts';
import type { LabelSelector, ObjectMeta } from '../api/meta.ts';
import { isEmptyLabelSelector, labelSelectorMatches } from '../api/selector.ts';
import { compareText } from '../base/compare.ts';
import type { FilterRun } from './cycle.ts';
import { filterNode } from './cycle.ts';
import { type Diagnosis, reasonsOf } from './diagnosis.ts';
import { type Refusal, type Snapshot, unresolvable } from './framework/plugin.ts';
import { type NodeInfo, withoutPod, withPod } from './node-info.ts';

/** What preemption reads of a PodDisruptionBudget. */
export interface DisruptionBudget {
  readonly metadata: Pick<ObjectMeta, 'name' | 'namespace'>;
  readonly spec: { readonly selector?: LabelSelector };
  readonly status: { readonly disruptionsAllowed: number; readonly disruptedPods?: Readonly<Record<string, string>> };
}

/** A node and the pods that would have to go, the most important first. */
export interface Candidate { readonly node: string; readonly victims: readonly Pod[]; readonly violations: number }

export interface PreemptionInput {
  readonly run: FilterRun;
  readonly diagnosis: Diagnosis;
  readonly snapshot: Snapshot;
  readonly budgets: readonly DisruptionBudget[];
  readonly draw: (bound: number) => number;
}

/** The choice, or a sentence why there is none; `clear` = an earlier nomination is void. */
export type PreemptionResult = { readonly candidate: Candidate } | { readonly message: string; readonly clear: boolean };

/** How many candidates are enough. @source pkg/scheduler/apis/config/v1/defaults.go (MinCandidateNodesPercentage, MinCandidateNodesAbsolute) */
const CANDIDATES_PERCENT = 10;
const CANDIDATES_MIN = 100;

const NO_VICTIMS = unresolvable('DefaultPreemption', 'No preemption victims found for incoming pod');
const NOT_HELPFUL = unresolvable('DefaultPreemption', 'Preemption is not helpful for scheduling');

const priorityOf = (pod: Pod): number => pod.spec.priority ?? 0;

/** Looks for a node to make room on. */
export function preempt(input: PreemptionInput): PreemptionResult {
  const { run: { pod }, diagnosis } = input;
  const why = notEligible(input);
  if (why !== undefined) return { message: why, clear: false };
  const { candidates, statuses } = dryRun(input);
  const candidate = pickCandidate(candidates);
  if (candidate !== undefined) return { candidate };
  const reasons = reasonsOf(statuses.values(), { status: NOT_HELPFUL, nodes: diagnosis.nodes - statuses.size });
  return { message: `0/${diagnosis.nodes} nodes are available: ${reasons}.`, clear: pod.status?.nominatedNodeName !== undefined };
}

/** A pod whose victims are still going, or that may not preempt, takes no new ones. */
function notEligible({ run: { pod }, diagnosis, snapshot }: PreemptionInput): string | undefined {
  if (pod.spec.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  const nominated = pod.status?.nominatedNodeName ?? '';
  if (nominated === '' || statusOf(diagnosis, nominated)?.code === 'UnschedulableAndUnresolvable') return undefined;
  const leaving = snapshot.nodes.get(nominated)?.pods.some(other => other.metadata.deletionTimestamp !== undefined && priorityOf(other) < priorityOf(pod) && isPreempted(other));
  return leaving === true ? 'not eligible due to a terminating pod on the nominated node.' : undefined;
}

function isPreempted(pod: Pod): boolean {
  return pod.status?.conditions?.some(condition => condition.type === 'DisruptionTarget' && condition.status === 'True' && condition.reason === 'PreemptionByScheduler') === true;
}

const statusOf = (diagnosis: Diagnosis, node: string): Refusal | undefined => diagnosis.refused.get(node) ?? diagnosis.others;

/** Tries the nodes on which fewer pods would help, from a random one on, until there are enough candidates. */
export function dryRun(input: PreemptionInput): { readonly candidates: readonly Candidate[]; readonly statuses: ReadonlyMap<string, Refusal> } {
  const { diagnosis, snapshot } = input;
  const nodes = snapshot.nodes.infos.filter(info => statusOf(diagnosis, info.name)?.code === 'Unschedulable');
  const enough = Math.min(nodes.length, Math.max(CANDIDATES_MIN, Math.floor((nodes.length * CANDIDATES_PERCENT) / 100)));
  const offset = nodes.length > 1 ? input.draw(nodes.length) : 0;
  const candidates: Candidate[] = [];
  const statuses = new Map<string, Refusal>();
  let harmless = 0;
  for (let i = 0; i < nodes.length && (harmless === 0 || candidates.length < enough); i++) {
    const info = nodes[(offset + i) % nodes.length] as NodeInfo;
    const found = selectVictims(input, info);
    if ('code' in found) { statuses.set(info.name, found); continue; }
    candidates.push(found);
    if (found.violations === 0) harmless++;
  }
  return { candidates, statuses };
}

/** The fewest pods that must leave a node: all of lower priority go, then come back one by one while the pod still fits. */
function selectVictims({ run, budgets }: PreemptionInput, info: NodeInfo): Candidate | Refusal {
  const trial: { run: FilterRun; info: NodeInfo } = { run: { ...run, state: run.state.clone() }, info };
  const lower = info.pods.filter(other => priorityOf(other) < priorityOf(run.pod));
  if (lower.length === 0) return NO_VICTIMS;
  for (const other of lower) change(trial, other, -1);
  const status = filterNode(trial.run, trial.info);
  if (status !== null) return status;
  const { violating, others } = splitByBudget([...lower].sort(moreImportant), budgets);
  const victims: Pod[] = [];
  let violations = 0;
  for (const other of violating) if (!reprieve(trial, other)) { victims.push(other); violations++; }
  for (const other of others) if (!reprieve(trial, other)) victims.push(other);
  return { node: info.name, victims: victims.sort(moreImportant), violations };
}

function change(trial: { readonly run: FilterRun; info: NodeInfo }, other: Pod, by: 1 | -1): void {
  trial.info = by === 1 ? withPod(trial.info, other) : withoutPod(trial.info, other);
  for (const plugin of trial.run.filters) plugin.changePod?.(trial.run.state, trial.run.pod, { other, node: trial.info, by });
}

/** Puts a pod back if the incoming one still fits. */
function reprieve(trial: { readonly run: FilterRun; info: NodeInfo }, other: Pod): boolean {
  change(trial, other, 1);
  if (filterNode(trial.run, trial.info) === null) return true;
  change(trial, other, -1);
  return false;
}

/** A pod that has not started began last. */
const startOf = (pod: Pod): string => pod.status?.startTime ?? '9999';

/** Higher priority first, then who has run longer. @source pkg/scheduler/util/utils.go (MoreImportantPod) */
function moreImportant(a: Pod, b: Pod): number {
  return priorityOf(b) - priorityOf(a) || compareText(startOf(a), startOf(b));
}

/** Which victims would overdraw a disruption budget, in the order in which they are taken. */
function splitByBudget(pods: readonly Pod[], budgets: readonly DisruptionBudget[]): { readonly violating: readonly Pod[]; readonly others: readonly Pod[] } {
  const left = budgets.map(budget => budget.status.disruptionsAllowed);
  const violating: Pod[] = [];
  const others: Pod[] = [];
  for (const pod of pods) {
    let overdrawn = false;
    budgets.forEach((budget, i) => {
      if (!concerns(budget, pod) || budget.status.disruptedPods?.[pod.metadata.name] !== undefined) return;
      left[i] = (left[i] as number) - 1;
      if ((left[i] as number) < 0) overdrawn = true;
    });
    (overdrawn ? violating : others).push(pod);
  }
  return { violating, others };
}

function concerns({ metadata, spec: { selector } }: DisruptionBudget, pod: Pod): boolean {
  if ((metadata.namespace ?? '') !== (pod.metadata.namespace ?? '') || selector === undefined || isEmptyLabelSelector(selector)) return false;
  return pod.metadata.labels !== undefined && labelSelectorMatches(selector, pod.metadata.labels);
}

/** Makes sums of priorities comparable although priorities may be negative. @source pkg/scheduler/framework/preemption/preemption.go (pickOneNodeForPreemption) */
const PRIORITY_OFFSET = 2_147_483_648;

/** When the most important of the victims began that began first. */
function earliestStart({ victims }: Candidate): string {
  const top = Math.max(...victims.map(priorityOf));
  return victims.filter(victim => priorityOf(victim) === top).map(startOf).sort(compareText)[0] ?? '';
}

const ORDERS: readonly ((a: Candidate, b: Candidate) => number)[] = [
  (a, b) => a.violations - b.violations,
  (a, b) => priorityOf(a.victims[0] as Pod) - priorityOf(b.victims[0] as Pod),
  (a, b) => prioritySum(a) - prioritySum(b),
  (a, b) => a.victims.length - b.victims.length,
  (a, b) => compareText(earliestStart(b), earliestStart(a)),
];

function prioritySum({ victims }: Candidate): number {
  let sum = 0;
  for (const victim of victims) sum += priorityOf(victim) + PRIORITY_OFFSET;
  return sum;
}

/** The candidate that does the least harm; among equals the first. */
export function pickCandidate(candidates: readonly Candidate[]): Candidate | undefined {
  let best: Candidate | undefined;
  for (const candidate of candidates) {
    if (candidate.victims.length === 0) continue;
    if (best === undefined || compareBy(candidate, best) < 0) best = candidate;
  }
  return best;
}

function compareBy(a: Candidate, b: Candidate): number {
  for (const order of ORDERS) {
    const difference = order(a, b);
    if (difference !== 0) return difference;
  }
  return 0;
}
