/**
 * The arithmetic of rollouts: how many pods may be extra, how many may be missing, and who gets how many.
 *
 * @source kubernetes/kubernetes pkg/controller/deployment/util/deployment_util.go, rolling.go, sync.go
 */
import type { Deployment, DeploymentStatus } from '../../api/kinds/apps/deployment.ts';
import type { ReplicaSet } from '../../api/kinds/apps/replica-set.ts';
import { scaledValue } from '../../api/intstr.ts';
import type { IntOrString } from '../../api/meta.ts';

export const replicasOf = (object: Deployment | ReplicaSet): number => object.spec.replicas ?? 1;
export const isRollingUpdate = (deployment: Deployment): boolean => deployment.spec.strategy?.type !== 'Recreate';

function resolve(value: IntOrString | undefined, desired: number, roundUp: boolean): number {
  const scaled = scaledValue(value ?? 0, desired, roundUp);
  return scaled.ok ? scaled.value : 0;
}

/** Surge rounds up, unavailable rounds down; both zero would stall, so unavailable becomes one. */
export function resolveFenceposts(maxSurge: IntOrString | undefined, maxUnavailable: IntOrString | undefined, desired: number): { readonly surge: number; readonly unavailable: number } {
  const surge = resolve(maxSurge, desired, true);
  const unavailable = resolve(maxUnavailable, desired, false);
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable };
}

/** Pods above the wanted number that a rolling update may make. */
export function maxSurge(deployment: Deployment): number {
  if (!isRollingUpdate(deployment)) return 0;
  const update = deployment.spec.strategy?.rollingUpdate;
  return resolveFenceposts(update?.maxSurge, update?.maxUnavailable, replicasOf(deployment)).surge;
}

/** Pods below the wanted number that a rolling update may leave. */
export function maxUnavailable(deployment: Deployment): number {
  const desired = replicasOf(deployment);
  if (!isRollingUpdate(deployment) || desired === 0) return 0;
  const update = deployment.spec.strategy?.rollingUpdate;
  return Math.min(desired, resolveFenceposts(update?.maxSurge, update?.maxUnavailable, desired).unavailable);
}

/** Wanted pods of all sets. */
export function sumReplicas(sets: readonly (ReplicaSet | undefined)[]): number {
  let sum = 0;
  for (const set of sets) if (set !== undefined) sum += replicasOf(set);
  return sum;
}

/** Sum over the statuses of all sets. */
export function sumStatus(sets: readonly ReplicaSet[], field: 'replicas' | 'readyReplicas' | 'availableReplicas' | 'terminatingReplicas'): number {
  let sum = 0;
  for (const set of sets) sum += set.status?.[field] ?? 0;
  return sum;
}

/** Sets that want pods. */
export const activeSets = (sets: readonly (ReplicaSet | undefined)[]): readonly ReplicaSet[] =>
  sets.filter((set): set is ReplicaSet => set !== undefined && replicasOf(set) > 0);

/** How many pods the new set should have now. `all` includes it. */
export function newSetReplicas(deployment: Deployment, all: readonly ReplicaSet[], newSetNow: number): number {
  const desired = replicasOf(deployment);
  if (!isRollingUpdate(deployment) || newSetNow > desired) return desired;
  const room = desired + maxSurge(deployment) - sumReplicas(all);
  if (room <= 0) return newSetNow;
  return newSetNow + Math.min(room, desired - newSetNow);
}

/** A number of pods for one set. */
export interface Resize { readonly set: ReplicaSet; readonly replicas: number }

/** How many old pods may go at once without too few being available. */
export function oldPodsToRemove(deployment: Deployment, all: readonly ReplicaSet[], newSet: ReplicaSet | undefined): number {
  const minAvailable = replicasOf(deployment) - maxUnavailable(deployment);
  const newUnavailable = newSet === undefined ? 0 : replicasOf(newSet) - (newSet.status?.availableReplicas ?? 0);
  return sumReplicas(all) - minAvailable - newUnavailable;
}

/** First pods that do not work anyway: deleting them costs nothing. `old` is ordered by age. */
export function cleanupUnhealthy(old: readonly ReplicaSet[], most: number): readonly Resize[] {
  const resizes: Resize[] = [];
  let removed = 0;
  for (const set of old) {
    if (removed >= most) break;
    const replicas = replicasOf(set);
    const available = set.status?.availableReplicas ?? 0;
    if (replicas === 0 || replicas === available) continue;
    const count = Math.min(most - removed, replicas - available);
    if (count <= 0) continue;
    resizes.push({ set, replicas: replicas - count });
    removed += count;
  }
  return resizes;
}

/** Then working ones, as far as availability allows. `old` is ordered by age, `all` includes the new set. */
export function scaleDownOld(deployment: Deployment, old: readonly ReplicaSet[], all: readonly ReplicaSet[]): readonly Resize[] {
  const minAvailable = replicasOf(deployment) - maxUnavailable(deployment);
  const spare = sumStatus(all, 'availableReplicas') - minAvailable;
  const resizes: Resize[] = [];
  let removed = 0;
  for (const set of old) {
    if (removed >= spare) break;
    const replicas = replicasOf(set);
    if (replicas === 0) continue;
    const count = Math.min(replicas, spare - removed);
    resizes.push({ set, replicas: replicas - count });
    removed += count;
  }
  return resizes;
}

// ---- Scaling while several sets are alive ----------------------------------------------------------------------------

export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';

/** A whole number in an annotation; undefined when there is none. */
export function countIn(set: ReplicaSet, annotation: string): number | undefined {
  const text = set.metadata.annotations?.[annotation];
  return text !== undefined && /^-?\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/** Each active set keeps its share of the new size, rounded; what is left over goes to the first. */
export function proportionalSizes(deployment: Deployment, sets: readonly ReplicaSet[]): readonly Resize[] {
  const desired = replicasOf(deployment);
  const allowed = desired > 0 ? desired + maxSurge(deployment) : 0;
  const toAdd = allowed - sumReplicas(sets);
  const ordered = [...sets].sort((a, b) => replicasOf(b) - replicasOf(a) || (toAdd > 0 ? compareAge(b, a) : compareAge(a, b)));
  let added = 0;
  const resizes = ordered.map(set => {
    const share = toAdd === 0 ? 0 : proportion(set, deployment, toAdd, added);
    added += share;
    return { set, replicas: replicasOf(set) + share };
  });
  return resizes.map((resize, at) => (at === 0 && toAdd !== 0 ? { ...resize, replicas: Math.max(0, resize.replicas + toAdd - added) } : resize));
}

function proportion(set: ReplicaSet, deployment: Deployment, toAdd: number, added: number): number {
  if (replicasOf(set) === 0 || toAdd === added) return 0;
  const share = fraction(set, deployment);
  return toAdd > 0 ? Math.min(share, toAdd - added) : Math.max(share, toAdd - added);
}

function fraction(set: ReplicaSet, deployment: Deployment): number {
  const replicas = replicasOf(set);
  if (replicasOf(deployment) === 0) return -replicas;
  const before = countIn(set, MAX_REPLICAS) ?? deployment.status?.replicas ?? 0;
  if (before === 0) return 0;
  const now = replicasOf(deployment) + maxSurge(deployment);
  return Math.floor((2 * replicas * now + before) / (2 * before)) - replicas;
}

/** Orders by creation, the older first; names break ties. */
export function compareAge(a: ReplicaSet, b: ReplicaSet): number {
  const left = a.metadata.creationTimestamp ?? '';
  const right = b.metadata.creationTimestamp ?? '';
  return left < right ? -1 : left > right ? 1 : a.metadata.name < b.metadata.name ? -1 : 1;
}

// ---- Progress --------------------------------------------------------------------------------------------------------

type Counts = Pick<DeploymentStatus, 'replicas' | 'updatedReplicas' | 'readyReplicas' | 'availableReplicas' | 'observedGeneration'>;

/** All pods are of the newest template and available, and nothing old is left. */
export function isComplete(deployment: Deployment, status: Counts): boolean {
  const desired = replicasOf(deployment);
  return status.updatedReplicas === desired && status.replicas === desired && status.availableReplicas === desired
    && (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0);
}

/** Something moved forward since the status that is stored. */
export function isProgressing(before: Counts, after: Counts): boolean {
  const old = (status: Counts): number => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) || old(after) < old(before)
    || (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) || (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0);
}
