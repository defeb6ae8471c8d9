/**
 * The conditions of a Deployment: Available, Progressing, ReplicaFailure.
 *
 * @source kubernetes/kubernetes pkg/controller/deployment/progress.go, util/deployment_util.go
 */
import { type Micros, micros, seconds } from '../../base/data.ts';
import { findCondition, removeCondition } from '../../api/condition.ts';
import type { Condition, ConditionStatus } from '../../api/meta.ts';
import { formatTime, parseTime } from '../../api/time.ts';
import type { Deployment, DeploymentStatus } from '../../api/kinds/apps/deployment.ts';
import type { ReplicaSet } from '../../api/kinds/apps/replica-set.ts';
import { isComplete, isProgressing, maxUnavailable, replicasOf, sumReplicas, sumStatus } from './arithmetic.ts';

export type Conditions = readonly Condition[];

/** A condition with both of its times set to now. */
export function condition(type: string, status: ConditionStatus, words: { readonly reason: string; readonly message: string }, now: Micros): Condition {
  const at = formatTime(now);
  return { type, status, lastUpdateTime: at, lastTransitionTime: at, reason: words.reason, message: words.message };
}

/** Sets a condition unless status and reason are as before; the transition time stays while the status stays. */
export function setDeploymentCondition(conditions: Conditions, wanted: Condition): Conditions {
  const old = findCondition(conditions, wanted.type);
  if (old !== undefined && old.status === wanted.status && old.reason === wanted.reason) return conditions;
  const kept = old?.status === wanted.status && old.lastTransitionTime !== undefined ? { ...wanted, lastTransitionTime: old.lastTransitionTime } : wanted;
  return [...removeCondition(conditions, wanted.type), kept];
}

/** Upstream's "no deadline" is the largest 32-bit number. @source util/deployment_util.go (HasProgressDeadline) */
const NO_DEADLINE = 2_147_483_647;

export function hasDeadline(deployment: Deployment): boolean {
  const limit = deployment.spec.progressDeadlineSeconds;
  return limit !== undefined && limit !== NO_DEADLINE;
}

/** Counts over all sets, and whether enough pods are available. */
export function statusOf(deployment: Deployment, all: readonly ReplicaSet[], newSet: ReplicaSet | undefined, now: Micros): DeploymentStatus {
  const available = sumStatus(all, 'availableReplicas');
  const { collisionCount, conditions } = deployment.status ?? {};
  const enough = available >= replicasOf(deployment) - maxUnavailable(deployment);
  const availability = enough
    ? condition('Available', 'True', { reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }, now)
    : condition('Available', 'False', { reason: 'MinimumReplicasUnavailable', message: 'Deployment does not have minimum availability.' }, now);
  return {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: sumStatus(all, 'replicas'), updatedReplicas: newSet?.status?.replicas ?? 0, readyReplicas: sumStatus(all, 'readyReplicas'),
    availableReplicas: available, unavailableReplicas: Math.max(0, sumReplicas(all) - available), terminatingReplicas: sumStatus(all, 'terminatingReplicas'),
    ...(collisionCount !== undefined ? { collisionCount } : {}),
    conditions: setDeploymentCondition(conditions ?? [], availability),
  };
}

/** The status with Progressing brought up to date, and ReplicaFailure copied from the sets. */
export function rolloutStatus(deployment: Deployment, all: readonly ReplicaSet[], newSet: ReplicaSet | undefined, now: Micros): DeploymentStatus {
  const status = statusOf(deployment, all, newSet, now);
  const progressed = progress(deployment, status, newSet, now);
  return { ...status, conditions: replicaFailure(progressed, all, newSet) };
}

function progress(deployment: Deployment, status: DeploymentStatus, newSet: ReplicaSet | undefined, now: Micros): Conditions {
  const conditions = status.conditions ?? [];
  if (!hasDeadline(deployment)) return removeCondition(conditions, 'Progressing');
  const current = findCondition(deployment.status?.conditions, 'Progressing');
  const wasComplete = status.replicas === status.updatedReplicas && current?.reason === 'NewReplicaSetAvailable';
  if (wasComplete) return conditions;
  const subject = newSet === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${newSet.metadata.name}"`;
  if (isComplete(deployment, status)) {
    return setDeploymentCondition(conditions, condition('Progressing', 'True', { reason: 'NewReplicaSetAvailable', message: `${subject} has successfully progressed.` }, now));
  }
  if (isProgressing(deployment.status ?? {}, status)) {
    const moved = condition('Progressing', 'True', { reason: 'ReplicaSetUpdated', message: `${subject} is progressing.` }, now);
    // The update time counts for the deadline, so it moves even though status and reason may be the same.
    const kept = current?.status === 'True' && current.lastTransitionTime !== undefined ? { ...moved, lastTransitionTime: current.lastTransitionTime } : moved;
    return [...removeCondition(conditions, 'Progressing'), kept];
  }
  if (!timedOut(deployment, current, now)) return conditions;
  return setDeploymentCondition(conditions, condition('Progressing', 'False', { reason: 'ProgressDeadlineExceeded', message: `${subject} has timed out progressing.` }, now));
}

/** Nothing moved for longer than the deadline. */
export function timedOut(deployment: Deployment, current: Condition | undefined, now: Micros): boolean {
  if (!hasDeadline(deployment) || current === undefined || current.reason === 'NewReplicaSetAvailable') return false;
  if (current.reason === 'ProgressDeadlineExceeded') return true;
  const since = parseTime(current.lastUpdateTime ?? '');
  return since !== undefined && since + seconds(deployment.spec.progressDeadlineSeconds ?? 0) < now;
}

/** When to look again whether the deadline has passed; undefined when it does not matter. */
export function deadlineCheckAfter(deployment: Deployment, status: DeploymentStatus, now: Micros): Micros | undefined {
  const current = findCondition(deployment.status?.conditions, 'Progressing');
  if (!hasDeadline(deployment) || current === undefined) return undefined;
  if (isComplete(deployment, status) || current.reason === 'ProgressDeadlineExceeded') return undefined;
  const since = parseTime(current.lastUpdateTime ?? '') ?? now;
  const left = since + seconds(deployment.spec.progressDeadlineSeconds ?? 0) - now;
  return micros(Math.max(0, left) + seconds(1));
}

/** A set that cannot make pods says so; the newest set is asked first. */
function replicaFailure(conditions: Conditions, all: readonly ReplicaSet[], newSet: ReplicaSet | undefined): Conditions {
  const failing = [newSet, ...all].map(set => findCondition(set?.status?.conditions, 'ReplicaFailure')).find(found => found !== undefined);
  if (failing === undefined) return removeCondition(conditions, 'ReplicaFailure');
  const at = failing.lastTransitionTime ?? '';
  return setDeploymentCondition(conditions, { ...failing, lastUpdateTime: at, lastTransitionTime: at });
}
