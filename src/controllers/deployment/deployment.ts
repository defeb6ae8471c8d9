/**
 * The Deployment controller: moves pods from one template to the next by resizing ReplicaSets.
 *
 * @source kubernetes/kubernetes pkg/controller/deployment/deployment_controller.go, sync.go, rolling.go, recreate.go
 */
import { equalData } from '../../base/compare.ts';
import { deepFreeze } from '../../base/data.ts';
import { findCondition } from '../../api/condition.ts';
import { isEmptyLabelSelector } from '../../api/selector.ts';
import type { Deployment, DeploymentStatus } from '../../api/kinds/apps/deployment.ts';
import type { ReplicaSet } from '../../api/kinds/apps/replica-set.ts';
import type { Pod } from '../../api/kinds/core/pod.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Caches, cx, defineController, type ReconcileResult } from '../../client/controller.ts';
import type { Delta } from '../../client/informer.ts';
import { listIndexed } from '../../client/informer.ts';
import { call, keyOf } from '../../client/resources.ts';
import { claim, claimantsOfOrphan } from '../claims.ts';
import { isPodTerminal } from '../pods.ts';
import { isNotFound } from '../replies.ts';
import { controllerOf } from '../template.ts';
import {
  activeSets, cleanupUnhealthy, compareAge, countIn, DESIRED_REPLICAS, isComplete, isRollingUpdate, newSetReplicas, oldPodsToRemove, proportionalSizes, replicasOf, type Resize,
  scaleDownOld,
} from './arithmetic.ts';
import { condition, deadlineCheckAfter, hasDeadline, rolloutStatus, setDeploymentCondition, statusOf } from './conditions.ts';
import { revisionOf } from './revisions.ts';
import { allSets, resize, type Rollout, rolloutOf, type Step, writeStatus } from './sets.ts';

export const deploymentController = defineController({
  name: 'deployment-controller',
  source: 'pkg/controller/deployment/deployment_controller.go',
  for: 'Deployment',
  owns: ['ReplicaSet'],
  watches: [{ kind: 'ReplicaSet', map: claimantsOfOrphan('Deployment') }, { kind: 'Pod', map: lastPodGone }],
  reads: [{ kind: 'ReplicaSet', indexes: ['controller'] }, { kind: 'Pod', indexes: ['controller'] }],
  workers: 5,
  reconcile,
});

/** Recreate waits for the last old pod, which nobody but its deletion announces. */
function lastPodGone(delta: Delta, caches: Caches): readonly string[] {
  if (delta.type !== 'delete') return [];
  const owner = controllerOf(delta.object);
  if (owner?.kind !== 'ReplicaSet') return [];
  const namespace = delta.object.metadata.namespace ?? '';
  const set = caches.informer('ReplicaSet').store.get(`${namespace}/${owner.name}`);
  const deployment = set === undefined ? undefined : controllerOf(set);
  if (set === undefined || deployment?.kind !== 'Deployment') return [];
  const key = `${namespace}/${deployment.name}`;
  const found = caches.informer('Deployment').store.get(key) as Deployment | undefined;
  if (found === undefined || isRollingUpdate(found)) return [];
  const left = listIndexed(caches.informer('Pod'), 'controller', set.metadata.uid ?? '');
  return left.length === 0 ? [key] : [];
}

function* reconcile(key: string): Conversation<ReconcileResult> {
  const found = yield* cx.get<Deployment>('Deployment', key);
  if (found === null) return {};
  if (isEmptyLabelSelector(found.spec.selector)) {
    yield* cx.event({ about: found, type: 'Warning', reason: 'SelectingAll', message: 'This deployment is selecting all pods. A non-empty selector is required.' });
    return {};
  }
  const claimed = yield* claim<ReplicaSet>(found, 'ReplicaSet');
  if (claimed.error !== undefined) return { error: claimed.error };
  const sets = claimed.objects;
  if (found.metadata.deletionTimestamp !== undefined) return yield* statusOnly(found, sets);
  const paused = yield* checkPaused(found);
  if (!paused.ok) return ended(paused);
  const deployment = paused.value;
  if (deployment.spec.paused === true || isScaling(deployment, sets)) return yield* scaleOnly(deployment, sets);
  return isRollingUpdate(deployment) ? yield* rollingUpdate(deployment, sets) : yield* recreate(deployment, sets);
}

const ended = (step: { readonly ok: false; readonly error?: string }): ReconcileResult => (step.error === undefined ? {} : { error: step.error });

function* statusOnly(deployment: Deployment, sets: readonly ReplicaSet[]): Conversation<ReconcileResult> {
  const rollout = yield* rolloutOf(deployment, sets, false);
  return rollout.ok ? yield* syncScaleStatus(rollout.value) : ended(rollout);
}

/** Says in Progressing that the Deployment is paused or resumed, so that the deadline stops counting. */
function* checkPaused(deployment: Deployment): Conversation<Step<Deployment>> {
  const current = findCondition(deployment.status?.conditions, 'Progressing');
  if (!hasDeadline(deployment) || current?.reason === 'ProgressDeadlineExceeded') return { ok: true, value: deployment };
  const isPaused = deployment.spec.paused === true;
  const saysPaused = current?.reason === 'DeploymentPaused';
  if (isPaused === saysPaused) return { ok: true, value: deployment };
  const words = isPaused ? { reason: 'DeploymentPaused', message: 'Deployment is paused' } : { reason: 'DeploymentResumed', message: 'Deployment is resumed' };
  const now = yield* cx.now();
  return yield* writeStatus(deployment, { ...deployment.status, conditions: setDeploymentCondition(deployment.status?.conditions ?? [], condition('Progressing', 'Unknown', words, now)) });
}

/** The wanted size changed since the sets were last sized. */
function isScaling(deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
  return activeSets(sets).some(set => {
    const desired = countIn(set, DESIRED_REPLICAS);
    return desired !== undefined && desired !== replicasOf(deployment);
  });
}

// ---- Rolling update --------------------------------------------------------------------------------------------------

function* rollingUpdate(deployment: Deployment, sets: readonly ReplicaSet[]): Conversation<ReconcileResult> {
  const found = yield* rolloutOf(deployment, sets, true);
  if (!found.ok) return ended(found);
  const raised = yield* sizeNewSet(found.value);
  if (!raised.ok) return ended(raised);
  if (raised.value.changed) return yield* syncRolloutStatus(raised.value.rollout);
  const dropped = yield* sizeOldSets(found.value);
  if (!dropped.ok) return ended(dropped);
  if (dropped.value.changed) return yield* syncRolloutStatus(dropped.value.rollout);
  return yield* finish(found.value);
}

/** Old revisions beyond the limit go when the rollout is complete. */
function* finish(rollout: Rollout): Conversation<ReconcileResult> {
  if (isComplete(rollout.deployment, rollout.deployment.status ?? {})) {
    const error = yield* cleanupHistory(rollout.deployment, rollout.old);
    if (error !== undefined) return { error };
  }
  return yield* syncRolloutStatus(rollout);
}

interface Sized { readonly rollout: Rollout; readonly changed: boolean }

function* sizeNewSet(rollout: Rollout): Conversation<Step<Sized>> {
  const { deployment, current } = rollout;
  if (current === undefined || replicasOf(current) === replicasOf(deployment)) return { ok: true, value: { rollout, changed: false } };
  const target = newSetReplicas(deployment, allSets(rollout), replicasOf(current));
  if (target === replicasOf(current)) return { ok: true, value: { rollout, changed: false } };
  const sized = yield* resize(deployment, current, target);
  if (!sized.ok) return sized;
  if (target > replicasOf(current)) yield* cx.record('deploy.rollout.step', { deploy: deployment.metadata.name, n: target - replicasOf(current), m: 0 });
  return { ok: true, value: { rollout: { ...rollout, current: sized.value }, changed: true } };
}

function* sizeOldSets(rollout: Rollout): Conversation<Step<Sized>> {
  const { deployment, current } = rollout;
  const most = activeSets(rollout.old).length === 0 ? 0 : oldPodsToRemove(deployment, allSets(rollout), current);
  if (most <= 0) return { ok: true, value: { rollout, changed: false } };
  const cleaned = yield* resizeAll(rollout, cleanupUnhealthy(rollout.old, most));
  if (!cleaned.ok) return cleaned;
  const lowered = yield* resizeAll(cleaned.value, scaleDownOld(deployment, cleaned.value.old, allSets(cleaned.value)));
  if (!lowered.ok) return lowered;
  const dropped = sizeOf(rollout.old) - sizeOf(lowered.value.old);
  if (dropped > 0) yield* cx.record('deploy.rollout.step', { deploy: deployment.metadata.name, n: 0, m: dropped });
  return { ok: true, value: { rollout: lowered.value, changed: dropped > 0 } };
}

const sizeOf = (sets: readonly ReplicaSet[]): number => sets.reduce((sum, set) => sum + replicasOf(set), 0);

function* resizeAll(rollout: Rollout, resizes: readonly Resize[]): Conversation<Step<Rollout>> {
  let { old, current } = rollout;
  for (const { set, replicas } of resizes) {
    const sized = yield* resize(rollout.deployment, set, replicas);
    if (!sized.ok) return sized;
    if (set === current) current = sized.value;
    old = old.map(one => (one === set ? sized.value : one));
  }
  return { ok: true, value: { ...rollout, old, current } };
}

// ---- Recreate --------------------------------------------------------------------------------------------------------

function* recreate(deployment: Deployment, sets: readonly ReplicaSet[]): Conversation<ReconcileResult> {
  const found = yield* rolloutOf(deployment, sets, false);
  if (!found.ok) return ended(found);
  const active = activeSets(found.value.old);
  const emptied = yield* resizeAll(found.value, active.map(set => ({ set, replicas: 0 })));
  if (!emptied.ok) return ended(emptied);
  if (active.length > 0 || (yield* oldPodsRunning(found.value))) return yield* syncRolloutStatus(emptied.value);
  let rollout = found.value;
  if (rollout.current === undefined) {
    const created = yield* rolloutOf(rollout.deployment, sets, true);
    if (!created.ok) return ended(created);
    rollout = created.value;
  }
  const sized = yield* sizeNewSet(rollout);
  return sized.ok ? yield* finish(sized.value.rollout) : ended(sized);
}

/** Pods of old sets that have not ended yet. */
function* oldPodsRunning(rollout: Rollout): Conversation<boolean> {
  for (const set of rollout.old) {
    if ((set.status?.replicas ?? 0) > 0) return true;
    const pods = yield* cx.indexed<Pod>('Pod', 'controller', set.metadata.uid ?? '');
    if (pods.some(pod => !isPodTerminal(pod))) return true;
  }
  return false;
}

// ---- Scaling and pausing ---------------------------------------------------------------------------------------------

function* scaleOnly(deployment: Deployment, sets: readonly ReplicaSet[]): Conversation<ReconcileResult> {
  const found = yield* rolloutOf(deployment, sets, false);
  if (!found.ok) return ended(found);
  const scaled = yield* resizeAll(found.value, sizesFor(found.value));
  if (!scaled.ok) return ended(scaled);
  if (deployment.spec.paused === true) {
    const error = yield* cleanupHistory(found.value.deployment, found.value.old);
    if (error !== undefined) return { error };
  }
  return yield* syncScaleStatus(scaled.value);
}

function sizesFor(rollout: Rollout): readonly Resize[] {
  const { deployment, old } = rollout;
  const single = activeOrLatest(rollout);
  if (single !== undefined) return [{ set: single, replicas: replicasOf(deployment) }];
  if (isSaturated(rollout)) return activeSets(old).map(set => ({ set, replicas: 0 }));
  return isRollingUpdate(deployment) ? proportionalSizes(deployment, activeSets(allSets(rollout))) : [];
}

/** The only set with pods, or the newest when none has any. */
function activeOrLatest({ old, current }: Rollout): ReplicaSet | undefined {
  const active = activeSets([...old, current]);
  if (active.length > 1) return undefined;
  return active[0] ?? current ?? [...old].sort((a, b) => compareAge(b, a))[0];
}

function isSaturated({ deployment, current }: Rollout): boolean {
  if (current === undefined) return false;
  const desired = replicasOf(deployment);
  return replicasOf(current) === desired && countIn(current, DESIRED_REPLICAS) === desired && (current.status?.availableReplicas ?? 0) === desired;
}

// ---- History and status ----------------------------------------------------------------------------------------------

function* cleanupHistory(deployment: Deployment, old: readonly ReplicaSet[]): Conversation<string | undefined> {
  const limit = deployment.spec.revisionHistoryLimit;
  if (limit === undefined) return undefined;
  for (const set of setsToForget(old, limit)) {
    const reply = yield* cx.request(call('delete', 'ReplicaSet', keyOf(set)));
    if (!reply.ok && !isNotFound(reply)) return reply.message;
  }
  return undefined;
}

/** Empty old sets beyond the limit, the lowest revision first. */
export function setsToForget(old: readonly ReplicaSet[], limit: number): readonly ReplicaSet[] {
  const candidates = old.filter(set => set.metadata.deletionTimestamp === undefined);
  const excess = candidates.length - limit;
  if (excess <= 0) return [];
  const ordered = [...candidates].sort((a, b) => revisionOf(a) - revisionOf(b) || compareAge(a, b));
  return ordered.slice(0, excess).filter(set => (set.status?.replicas ?? 0) === 0 && replicasOf(set) === 0 && (set.metadata.generation ?? 0) <= (set.status?.observedGeneration ?? 0));
}

function* syncScaleStatus(rollout: Rollout): Conversation<ReconcileResult> {
  const now = yield* cx.now();
  return yield* store(rollout.deployment, statusOf(rollout.deployment, allSets(rollout), rollout.current, now));
}

function* syncRolloutStatus(rollout: Rollout): Conversation<ReconcileResult> {
  const now = yield* cx.now();
  const status = rolloutStatus(rollout.deployment, allSets(rollout), rollout.current, now);
  if (!equalData(rollout.deployment.status, status)) return yield* store(rollout.deployment, status);
  const after = deadlineCheckAfter(rollout.deployment, status, now);
  return after === undefined ? {} : { requeueAfter: after };
}

function* store(deployment: Deployment, status: DeploymentStatus): Conversation<ReconcileResult> {
  if (equalData(deployment.status, status)) return {};
  const written = yield* writeStatus(deployment, deepFreeze(status));
  return written.ok ? {} : ended(written);
}
