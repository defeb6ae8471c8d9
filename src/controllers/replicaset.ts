/**
 * The ReplicaSet controller: keeps as many pods as wanted. The ReplicationController of old times is kept by the same code, which sees it as a ReplicaSet.
 *
 * @source kubernetes/kubernetes pkg/controller/replicaset/replica_set.go, replica_set_utils.go, pkg/controller/replication/conversion.go
 */
import { equalData } from '../base/compare.ts';
import { deepFreeze, type Micros, micros } from '../base/data.ts';
import { findCondition, isConditionStatus, removeCondition } from '../api/condition.ts';
import type { Condition, KubeObject } from '../api/meta.ts';
import { labelsMatcher, matchesLabels, selectorOf, selectorOfLabels } from '../api/selector.ts';
import { formatTime } from '../api/time.ts';
import type { ReplicaSet, ReplicaSetStatus } from '../api/kinds/apps/replica-set.ts';
import type { Pod } from '../api/kinds/core/pod.ts';
import type { Conversation } from '../sim/conversation.ts';
import { cx, defineController, type Memory, type ReconcileResult } from '../client/controller.ts';
import { creationObserved, deletionObserved, forgetExpectations, satisfied } from '../client/expectations.ts';
import type { Delta } from '../client/informer.ts';
import { call, keyOf } from '../client/resources.ts';
import { adoptable, claim, claimantsOfOrphan } from './claims.ts';
import { createPods, creationOf, deletePods } from './pod-control.ts';
import { availableIn, compareForDeletion, isPodActive, isPodAvailable, isPodReady, isPodTerminal, readySince } from './pods.ts';
import { countReplica, replicaGroups, sizeOf } from './replica-counts.ts';
import { isNotFound } from './replies.ts';
import { controllerOf, podFromTemplate } from './template.ts';

/** Pods made or deleted in one look. @source pkg/controller/replicaset/replica_set.go (BurstReplicas) */
const BURST_REPLICAS = 500;

/** A kind that is kept so: how to see its objects as ReplicaSets, and a status as its own. */
export interface ReplicaKind {
  readonly kind: 'ReplicaSet' | 'ReplicationController';
  view(object: KubeObject): ReplicaSet;
  body(set: ReplicaSet, status: ReplicaSetStatus): KubeObject;
}

const replicaSets: ReplicaKind = {
  kind: 'ReplicaSet',
  view: object => object as ReplicaSet,
  body: (set, status) => deepFreeze({ ...set, status }),
};

/** A controller for such a kind. */
export function replicaController(of: ReplicaKind, who: { readonly name: string; readonly serviceAccount?: string; readonly eventSource?: string; readonly source: string }): ReturnType<typeof defineController> {
  return defineController({
    ...who,
    for: of.kind,
    owns: ['Pod'],
    watches: [{ kind: 'Pod', map: claimantsOfOrphan(of.kind, object => of.view(object)) }],
    reads: [{ kind: of.kind, indexes: ['controller'] }],
    observe: (delta, memory) => { observePods(of, delta, memory); },
    ignores: isSameReplica,
    workers: 5,
    reconcile: key => reconcile(of, key),
  });
}

export const replicaSetController = replicaController(replicaSets, { name: 'replicaset-controller', source: 'pkg/controller/replicaset/replica_set.go' });

/** Whether two versions of a pod count alike: a reconcile looks at nothing else of a pod unless it deletes some, and then it reads the cache anew. */
function isSameReplica(old: KubeObject, object: KubeObject): boolean {
  const before = old as Pod;
  const after = object as Pod;
  if (before.status?.phase !== after.status?.phase || before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp) return false;
  if (isPodReady(before) !== isPodReady(after) || readySince(before) !== readySince(after)) return false;
  return equalData(before.metadata.labels, after.metadata.labels);
}

/** Tells the expectations what the cache saw. A pod that begins to be deleted counts as deleted. */
function observePods({ kind }: ReplicaKind, delta: Delta, memory: Memory): void {
  const { object, old } = delta;
  if (object.kind !== 'Pod') return;
  countReplica(delta, memory, kind);
  const owner = controllerOf(object);
  if (owner?.kind !== kind) return;
  const key = `${object.metadata.namespace ?? ''}/${owner.name}`;
  const ends = delta.type === 'delete' || object.metadata.deletionTimestamp !== undefined;
  if (delta.type === 'add' && !ends) creationObserved(memory, key);
  else if (ends && old?.metadata.deletionTimestamp === undefined) deletionObserved(memory, key, keyOf(object));
}

function* reconcile(of: ReplicaKind, key: string): Conversation<ReconcileResult> {
  const object = yield* cx.get<KubeObject>(of.kind, key);
  if (object === null) { yield* forgetExpectations(key); return {}; }
  const set = of.view(object);
  const now = yield* cx.now();
  const isSettled = yield* satisfied(key, now);
  let tally = yield* quickTally(set);
  if (tally === undefined) {
    const claimed = yield* claim<Pod>(set, 'Pod');
    if (claimed.error !== undefined) return { error: claimed.error };
    tally = tallyOf(set, claimed.objects, now);
  }
  const failure = isSettled && set.metadata.deletionTimestamp === undefined ? yield* manageReplicas(set, tally, now) : undefined;
  const status = statusOf(set, tally, { failure, failedToCreate: tally.active < (set.spec.replicas ?? 1), now });
  const written = yield* updateStatus(of, set, status);
  if (failure !== undefined) return { error: failure };
  if (written !== undefined) return { error: written };
  return { ...nextLook(set, tally.pods, status, now), read: tally.counted };
}

/** A pod turns available by time alone, so the set looks again then. */
function nextLook(set: ReplicaSet, pods: readonly Pod[], status: ReplicaSetStatus, now: Micros): ReconcileResult {
  const minimum = set.spec.minReadySeconds ?? 0;
  if (minimum === 0 || status.readyReplicas === status.availableReplicas) return {};
  let soonest = Infinity;
  for (const pod of pods) soonest = Math.min(soonest, availableIn(pod, minimum, now) ?? Infinity);
  return soonest === Infinity ? {} : { requeueAfter: micros(soonest) };
}

// ---- Making and deleting pods ----------------------------------------------------------------------------------------

/** Returns the error that should be retried and shown as condition ReplicaFailure. */
function* manageReplicas(set: ReplicaSet, { active, pods }: Tally, now: Micros): Conversation<string | undefined> {
  const wanted = set.spec.replicas ?? 1;
  const missing = wanted - active;
  if (missing === 0) return undefined;
  yield* cx.record('rs.scaled', { rs: set.metadata.name, n: active, m: wanted });
  if (missing < 0) {
    const victims = yield* podsToDelete(set, pods, Math.min(-missing, BURST_REPLICAS), now);
    return (yield* deletePods(set, victims, now)).error;
  }
  const creation = creationOf(set, podFromTemplate(set.spec.template ?? { spec: { containers: [] } }, set));
  return (yield* createPods(set, Math.min(missing, BURST_REPLICAS), () => creation, now)).error;
}

/** The pods that may go, those first whose nodes hold many pods of the same owner's sets. */
function* podsToDelete(set: ReplicaSet, active: readonly Pod[], count: number, now: Micros): Conversation<readonly Pod[]> {
  if (count >= active.length) return active;
  const perNode = new Map<string, number>();
  for (const pod of yield* relatedPods(set)) {
    if (!isPodActive(pod) || pod.spec.nodeName === undefined) continue;
    perNode.set(pod.spec.nodeName, (perNode.get(pod.spec.nodeName) ?? 0) + 1);
  }
  const ranked = active.map(pod => ({ pod, rank: perNode.get(pod.spec.nodeName ?? '') ?? 0 }));
  return ranked.sort((a, b) => compareForDeletion(a, b, now)).slice(0, count).map(({ pod }) => pod);
}

/** Pods of all sets with the same owner. */
function* relatedPods(set: ReplicaSet): Conversation<readonly Pod[]> {
  const owner = controllerOf(set);
  const sets = owner === undefined || set.kind !== 'ReplicaSet' ? [set] : yield* cx.indexed<ReplicaSet>('ReplicaSet', 'controller', owner.uid);
  const pods: Pod[] = [];
  for (const one of sets) for (const pod of yield* cx.indexed<Pod>('Pod', 'controller', one.metadata.uid ?? '')) pods.push(pod);
  return pods;
}

// ---- Status ----------------------------------------------------------------------------------------------------------

/**
 * What a look at all pods of a set counts. `pods`: the active ones; empty when they were not visited, which is when nothing needs them. `counted`: pods whose
 * number was known without a visit.
 */
interface Tally {
  readonly pods: readonly Pod[]; readonly active: number; readonly terminating: number; readonly labeled: number; readonly ready: number; readonly available: number;
  readonly counted: number;
}

/** The numbers kept as the cache changes; undefined when pods must be visited: to claim, to delete, or to see how long they have been ready. */
function* quickTally(set: ReplicaSet): Conversation<Tally | undefined> {
  const groups = yield* replicaGroups(set.metadata.uid ?? '');
  if (groups === undefined || (set.spec.minReadySeconds ?? 0) > 0) return undefined;
  const selector = selectorOf(set.spec.selector);
  const template = selectorOfLabels(set.spec.template?.metadata?.labels);
  let [active, terminating, labeled, ready, counted] = [0, 0, 0, 0, 0];
  for (const group of groups) {
    if (!matchesLabels(selector, group.labels)) return undefined;
    const alive = group.ready + group.unready;
    active += alive;
    terminating += group.terminating;
    ready += group.ready;
    counted += sizeOf(group);
    if (matchesLabels(template, group.labels)) labeled += alive;
  }
  if (active > (set.spec.replicas ?? 1)) return undefined;
  const orphans = yield* adoptable(set, 'Pod', selector);
  return orphans.length > 0 ? undefined : { pods: [], active, terminating, labeled, ready, available: ready, counted };
}

function tallyOf(set: ReplicaSet, claimed: readonly Pod[], now: Micros): Tally {
  const pods: Pod[] = [];
  const isOfTemplate = labelsMatcher(selectorOfLabels(set.spec.template?.metadata?.labels));
  const minimum = set.spec.minReadySeconds ?? 0;
  let [terminating, labeled, ready, available] = [0, 0, 0, 0];
  for (const pod of claimed) {
    if (isPodTerminal(pod)) continue;
    if (pod.metadata.deletionTimestamp !== undefined) { terminating++; continue; }
    pods.push(pod);
    if (isOfTemplate(pod.metadata.labels)) labeled++;
    if (!isPodReady(pod)) continue;
    ready++;
    if (isPodAvailable(pod, minimum, now)) available++;
  }
  return { pods, active: pods.length, terminating, labeled, ready, available, counted: 0 };
}

interface Outcome { readonly failure: string | undefined; readonly failedToCreate: boolean; readonly now: Micros }

function statusOf(set: ReplicaSet, tally: Tally, outcome: Outcome): ReplicaSetStatus {
  const { conditions: _old, ...before } = set.status ?? { replicas: 0 };
  const conditions = conditionsOf(set, outcome);
  return {
    ...before, replicas: tally.active, fullyLabeledReplicas: tally.labeled, readyReplicas: tally.ready, availableReplicas: tally.available,
    terminatingReplicas: tally.terminating, observedGeneration: set.metadata.generation ?? 0, ...(conditions.length > 0 ? { conditions } : {}),
  };
}

function conditionsOf(set: ReplicaSet, outcome: Outcome): readonly Condition[] {
  const before = set.status?.conditions ?? [];
  if (outcome.failure === undefined) return removeCondition(before, 'ReplicaFailure');
  if (findCondition(before, 'ReplicaFailure') !== undefined && isConditionStatus(before, 'ReplicaFailure')) return before;
  const reason = outcome.failedToCreate ? 'FailedCreate' : 'FailedDelete';
  return [...removeCondition(before, 'ReplicaFailure'), { type: 'ReplicaFailure', status: 'True', lastTransitionTime: formatTime(outcome.now), reason, message: outcome.failure }];
}

/** Writes the status when it differs; a stale cache gets one more try with the object as it is. */
function* updateStatus(of: ReplicaKind, set: ReplicaSet, status: ReplicaSetStatus): Conversation<string | undefined> {
  const body = of.body(set, status);
  if (equalData(set.status, (body as ReplicaSet).status)) return undefined;
  const key = keyOf(set);
  const first = yield* cx.request(call('update', of.kind, key, { subresource: 'status', body }));
  if (first.ok) return undefined;
  const fresh = yield* cx.request(call('get', of.kind, key));
  if (!fresh.ok) return isNotFound(fresh) ? undefined : fresh.message;
  const second = yield* cx.request(call('update', of.kind, key, { subresource: 'status', body: of.body(of.view(fresh.object), status) }));
  return second.ok ? undefined : second.message;
}
