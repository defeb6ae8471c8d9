/**
 * The disruption controller: counts the healthy pods of each PodDisruptionBudget, so that evictions know how many may still go.
 *
 * @source kubernetes/kubernetes pkg/controller/disruption/disruption.go
 * @fidelity simplified: only the scale of ReplicaSets, Deployments, StatefulSets and ReplicationControllers is known, not that of custom kinds
 */
import { equalData } from '../base/compare.ts';
import { deepFreeze, type Micros, micros, minutes } from '../base/data.ts';
import { setCondition } from '../api/condition.ts';
import { scaledValue } from '../api/intstr.ts';
import type { Deployment, Pod, PodDisruptionBudget, PodDisruptionBudgetStatus, ReplicaSet } from '../api/kinds/all.ts';
import type { Condition, IntOrString, KubeObject, LabelSelector } from '../api/meta.ts';
import { isEmptyLabelSelector, labelSelectorMatches } from '../api/selector.ts';
import { formatTime, parseTime } from '../api/time.ts';
import type { Conversation } from '../sim/conversation.ts';
import { type Caches, cx, defineController, type ReconcileResult } from '../client/controller.ts';
import type { Delta } from '../client/informer.ts';
import { call, keyOf, splitKey } from '../client/resources.ts';
import { isPodReady } from './pods.ts';
import { isNotFound } from './replies.ts';
import { controllerOf } from './template.ts';

/** An evicted pod that is not deleted by then will not be. @source same file (DeletionTimeout) */
const DELETION_TIMEOUT = minutes(2);
const SOURCE = 'controllermanager';

/** The controller. */
export const disruptionController = defineController({
  name: 'disruption-controller',
  source: 'pkg/controller/disruption/disruption.go',
  eventSource: SOURCE,
  for: 'PodDisruptionBudget',
  watches: [{ kind: 'Pod', map: budgetsOf }],
  reads: [{ kind: 'Pod' }, { kind: 'ReplicaSet' }, { kind: 'Deployment' }, { kind: 'StatefulSet' }, { kind: 'ReplicationController' }],
  workers: 1,
  reconcile,
});

function covers(budget: PodDisruptionBudget, pod: KubeObject): boolean {
  const selector = budget.spec?.selector;
  return selector !== undefined && budget.metadata.namespace === pod.metadata.namespace && labelSelectorMatches(selector, pod.metadata.labels);
}

/** Budgets that a change of a pod concerns: those of its labels before and now, when something that counts has changed. */
function budgetsOf({ object, old }: Delta, caches: Caches): readonly string[] {
  const { store } = caches.informer('PodDisruptionBudget');
  if (store.size === 0 || (old !== undefined && countsAlike(old as Pod, object as Pod))) return [];
  const keys: string[] = [];
  for (const [key, budget] of store) {
    if (covers(budget as PodDisruptionBudget, object) || (old !== undefined && covers(budget as PodDisruptionBudget, old))) keys.push(key);
  }
  return keys;
}

function countsAlike(old: Pod, pod: Pod): boolean {
  return isPodReady(old) === isPodReady(pod) && old.metadata.deletionTimestamp === pod.metadata.deletionTimestamp && equalData(old.metadata.labels, pod.metadata.labels);
}

function* reconcile(key: string): Conversation<ReconcileResult> {
  const budget = yield* cx.get<PodDisruptionBudget>('PodDisruptionBudget', key);
  if (budget === null) return {};
  const now = yield* cx.now();
  const all = yield* cx.list<Pod>('Pod', splitKey(key).namespace);
  const pods = all.filter(pod => covers(budget, pod));
  if (pods.length === 0) yield* cx.event({ about: budget, type: 'Normal', reason: 'NoPods', message: 'No matching pods found' });
  const wanted = yield* expectation(budget, pods);
  if ('error' in wanted) {
    yield* cx.event({ about: budget, type: 'Warning', reason: 'CalculateExpectedPodCountFailed', message: `Failed to calculate the number of expected pods: ${wanted.error}` });
    return yield* failSafe(budget, wanted.error, now);
  }
  if (wanted.unmanaged) yield* cx.event({ about: budget, type: 'Warning', reason: 'UnmanagedPods', message: unmanagedText(budget.spec?.selector) });
  const disrupted = stillDisrupted(budget, pods, now);
  const healthy = pods.filter(pod => pod.metadata.deletionTimestamp === undefined && disrupted[pod.metadata.name] === undefined && isPodReady(pod)).length;
  const written = yield* write(budget, statusOf(budget, { healthy, disrupted, ...wanted }, now));
  if (written.error !== undefined) return written;
  const soonest = Math.min(...Object.values(disrupted).map(time => (parseTime(time) ?? 0) + DELETION_TIMEOUT));
  return soonest === Infinity ? {} : { requeueAfter: micros(Math.max(0, soonest - now)) };
}

interface Expectation { readonly expected: number; readonly desired: number; readonly unmanaged: boolean }

/** How many pods there should be, and how many of them must be healthy. */
function* expectation(budget: PodDisruptionBudget, pods: readonly Pod[]): Conversation<Expectation | { readonly error: string }> {
  const { minAvailable, maxUnavailable } = budget.spec ?? {};
  if (maxUnavailable === undefined && typeof minAvailable === 'number') return { expected: pods.length, desired: minAvailable, unmanaged: false };
  if (maxUnavailable === undefined && minAvailable === undefined) return { expected: 0, desired: 0, unmanaged: false };
  const scale = yield* scaleOf(pods);
  if (typeof scale === 'string') return { error: scale };
  const share = scaledValue((maxUnavailable ?? minAvailable) as IntOrString, scale.expected, true);
  if (!share.ok) return { error: share.error };
  return { ...scale, desired: maxUnavailable === undefined ? share.value : Math.max(0, scale.expected - share.value) };
}

/** The wanted replicas of all controllers that the pods have. */
function* scaleOf(pods: readonly Pod[]): Conversation<{ readonly expected: number; readonly unmanaged: boolean } | string> {
  const scales = new Map<string, number>();
  const seen = new Set<string>();
  let unmanaged = false;
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (owner === undefined) { unmanaged = true; continue; }
    if (seen.has(owner.uid)) continue;
    seen.add(owner.uid);
    const found = yield* controllerScale(owner.kind, `${pod.metadata.namespace ?? ''}/${owner.name}`, owner.uid);
    if (found === undefined) return `found no controllers for pod "${pod.metadata.name}"`;
    scales.set(found.uid, found.replicas);
  }
  return { expected: [...scales.values()].reduce((sum, replicas) => sum + replicas, 0), unmanaged };
}

const SCALED: readonly string[] = ['ReplicaSet', 'StatefulSet', 'ReplicationController'];

/** A ReplicaSet of a Deployment counts as the Deployment. */
function* controllerScale(kind: string, key: string, uid: string): Conversation<{ readonly uid: string; readonly replicas: number } | undefined> {
  if (!SCALED.includes(kind)) return undefined;
  const owner = yield* cx.get<ReplicaSet>(kind, key);
  if (owner === null || owner.metadata.uid !== uid) return undefined;
  const above = controllerOf(owner);
  if (above?.kind !== 'Deployment') return { uid, replicas: owner.spec.replicas ?? 1 };
  const deployment = yield* cx.get<Deployment>('Deployment', `${owner.metadata.namespace ?? ''}/${above.name}`);
  return deployment === null || deployment.metadata.uid !== above.uid ? undefined : { uid: above.uid, replicas: deployment.spec.replicas ?? 1 };
}

/** Evicted pods that are still there and may still go. */
function stillDisrupted({ status }: PodDisruptionBudget, pods: readonly Pod[], now: Micros): Readonly<Record<string, string>> {
  const listed = status?.disruptedPods ?? {};
  return Object.fromEntries(pods.flatMap(({ metadata: { name, deletionTimestamp } }) => {
    const since = listed[name];
    if (since === undefined || deletionTimestamp !== undefined || (parseTime(since) ?? 0) + DELETION_TIMEOUT <= now) return [];
    return [[name, since]];
  }));
}

interface Count extends Expectation { readonly healthy: number; readonly disrupted: Readonly<Record<string, string>> }

function statusOf(budget: PodDisruptionBudget, { healthy, desired, expected, disrupted }: Count, now: Micros): PodDisruptionBudgetStatus {
  const left = healthy - desired;
  const disruptionsAllowed = expected <= 0 || left <= 0 ? 0 : left;
  const observedGeneration = budget.metadata.generation ?? 0;
  const allowed = disruptionsAllowed > 0;
  const conditions = setCondition<Condition>(budget.status?.conditions, {
    type: 'DisruptionAllowed', status: allowed ? 'True' : 'False', reason: allowed ? 'SufficientPods' : 'InsufficientPods', message: '', lastTransitionTime: formatTime(now), observedGeneration,
  });
  return {
    conditions, currentHealthy: healthy, desiredHealthy: desired, disruptionsAllowed, expectedPods: expected, observedGeneration,
    ...(Object.keys(disrupted).length === 0 ? {} : { disruptedPods: disrupted }),
  };
}

function* write(budget: PodDisruptionBudget, status: PodDisruptionBudgetStatus): Conversation<{ readonly error?: string }> {
  if (equalData(budget.status, status)) return {};
  const reply = yield* cx.request(call('update', 'PodDisruptionBudget', keyOf(budget), { subresource: 'status', body: deepFreeze({ ...budget, status }) }));
  return reply.ok || isNotFound(reply) ? {} : { error: reply.message };
}

/** When the count is not known, nothing may be evicted. */
function* failSafe(budget: PodDisruptionBudget, message: string, now: Micros): Conversation<ReconcileResult> {
  const observedGeneration = budget.status?.observedGeneration ?? 0;
  const conditions = setCondition<Condition>(budget.status?.conditions, { type: 'DisruptionAllowed', status: 'False', reason: 'SyncFailed', message, lastTransitionTime: formatTime(now), observedGeneration });
  return yield* write(budget, { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0, ...budget.status, disruptionsAllowed: 0, conditions });
}

function unmanagedText(selector: LabelSelector | undefined): string {
  const labels = Object.entries(selector?.matchLabels ?? {}).map(([name, value]) => `${name}: ${value},`).join('');
  const expressions = (selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => `{${key} ${operator} [${values.join(' ')}]}`).join(' ');
  const shown = selector === undefined || isEmptyLabelSelector(selector) ? '&LabelSelector{}' : `&LabelSelector{MatchLabels:map[string]string{${labels}},MatchExpressions:[]LabelSelectorRequirement{${expressions}},}`;
  return `Pods selected by this PodDisruptionBudget (selector: ${shown}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
}
