/**
 * Finding, making and resizing the ReplicaSets of a Deployment.
 *
 * @source kubernetes/kubernetes pkg/controller/deployment/sync.go
 */
import { equalData } from '../../base/compare.ts';
import { deepFreeze } from '../../base/data.ts';
import { findCondition } from '../../api/condition.ts';
import type { Deployment, DeploymentStatus } from '../../api/kinds/apps/deployment.ts';
import type { ReplicaSet } from '../../api/kinds/apps/replica-set.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { cx, type Reply } from '../../client/controller.ts';
import { call, keyOf } from '../../client/resources.ts';
import { isAlreadyExists, isNamespaceTerminating } from '../replies.ts';
import { controllerOf } from '../template.ts';
import { compareAge, newSetReplicas, replicasOf } from './arithmetic.ts';
import { condition, hasDeadline, setDeploymentCondition } from './conditions.ts';
import { findNewSet, maxRevision, newSet, newSetAnnotations, replicasAnnotations, REVISION, revisionOf, sameTemplate } from './revisions.ts';

/** The sets of a Deployment on the way through one look. `deployment` is the newest version known. */
export interface Rollout {
  readonly deployment: Deployment;
  /** By age. */
  readonly old: readonly ReplicaSet[];
  readonly current: ReplicaSet | undefined;
}

/** A step of a look: goes on with a value, or ends it with an error to retry (undefined = just ends). */
export type Step<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error?: string };

export const allSets = ({ old, current }: Rollout): readonly ReplicaSet[] => (current === undefined ? old : [...old, current]);

/** Sorts the sets into old and new, brings their revisions up to date, and makes the new one when asked to. */
export function* rolloutOf(deployment: Deployment, sets: readonly ReplicaSet[], create: boolean): Conversation<Step<Rollout>> {
  const existing = findNewSet(deployment, sets);
  const old = sets.filter(set => set !== existing).sort(compareAge);
  const revision = maxRevision(old) + 1;
  if (existing !== undefined) return yield* adoptRevision({ deployment, old, current: existing }, revision);
  if (!create) return { ok: true, value: { deployment, old, current: undefined } };
  return yield* createSet(deployment, old, revision);
}

/** The template is known already (a rollback, or simply the next look): its set gets the newest revision. */
function* adoptRevision(rollout: Rollout, revision: number): Conversation<Step<Rollout>> {
  const { deployment, old } = rollout;
  const current = rollout.current as ReplicaSet;
  const annotations = newSetAnnotations(deployment, current.metadata.annotations ?? {}, revision, true);
  const minReadySeconds = deployment.spec.minReadySeconds ?? 0;
  if (annotations !== current.metadata.annotations && !equalData(annotations, current.metadata.annotations ?? {}) || (current.spec.minReadySeconds ?? 0) !== minReadySeconds) {
    const body = deepFreeze({ ...current, metadata: { ...current.metadata, annotations }, spec: { ...current.spec, minReadySeconds } });
    const reply = yield* cx.request(call('update', 'ReplicaSet', keyOf(current), { body }));
    return reply.ok ? { ok: true, value: { deployment, old, current: reply.object as ReplicaSet } } : failed(reply);
  }
  const message = `Found new replica set "${current.metadata.name}"`;
  const updated = yield* noteRevision(deployment, revisionOf(current), { reason: 'FoundNewReplicaSet', message });
  return updated.ok ? { ok: true, value: { deployment: updated.value, old, current } } : updated;
}

const failed = (reply: Reply): { readonly ok: false; readonly error: string } => ({ ok: false, error: reply.ok ? '' : reply.message });

/** Writes the Deployment's own revision annotation and, when it has none yet, condition Progressing. */
function* noteRevision(deployment: Deployment, revision: number, words: { readonly reason: string; readonly message: string }, force = false): Conversation<Step<Deployment>> {
  let latest = deployment;
  const annotations = deployment.metadata.annotations ?? {};
  const revised = annotations[REVISION] !== String(revision);
  const wantsCondition = hasDeadline(deployment) && (force || findCondition(deployment.status?.conditions, 'Progressing') === undefined);
  if (revised) {
    const body = deepFreeze({ ...deployment, metadata: { ...deployment.metadata, annotations: { ...annotations, [REVISION]: String(revision) } } });
    const reply = yield* cx.request(call('update', 'Deployment', keyOf(deployment), { body }));
    if (!reply.ok) return failed(reply);
    latest = reply.object as Deployment;
  }
  if (!wantsCondition) return { ok: true, value: latest };
  const now = yield* cx.now();
  const conditions = setDeploymentCondition(latest.status?.conditions ?? [], condition('Progressing', 'True', words, now));
  return yield* writeStatus(latest, { ...latest.status, conditions });
}

/** Writes the status of a Deployment. */
export function* writeStatus(deployment: Deployment, status: DeploymentStatus): Conversation<Step<Deployment>> {
  const reply = yield* cx.request(call('update', 'Deployment', keyOf(deployment), { subresource: 'status', body: deepFreeze({ ...deployment, status }) }));
  return reply.ok ? { ok: true, value: reply.object as Deployment } : failed(reply);
}

function* createSet(deployment: Deployment, old: readonly ReplicaSet[], revision: number): Conversation<Step<Rollout>> {
  const empty = newSet(deployment, revision);
  const replicas = newSetReplicas(deployment, [...old, empty], 0);
  const body = deepFreeze({ ...empty, spec: { ...empty.spec, replicas } });
  const reply = yield* cx.request(call('create', 'ReplicaSet', `${deployment.metadata.namespace ?? ''}/`, { body }));
  if (!reply.ok && isAlreadyExists(reply)) return yield* collided(deployment, old, body);
  if (!reply.ok) return yield* notCreated(deployment, body.metadata.name, reply);
  const current = reply.object as ReplicaSet;
  if (replicas > 0) yield* scalingEvent(deployment, { set: current, from: 0, to: replicas });
  const words = { reason: 'NewReplicaSetCreated', message: `Created new replica set "${current.metadata.name}"` };
  const updated = yield* noteRevision(deployment, revision, words, true);
  return updated.ok ? { ok: true, value: { deployment: updated.value, old, current } } : updated;
}

/** A set of that name is there: ours, which the cache has not shown yet, or another template's with the same hash. */
function* collided(deployment: Deployment, old: readonly ReplicaSet[], wanted: ReplicaSet): Conversation<Step<Rollout>> {
  const found = yield* cx.request(call('get', 'ReplicaSet', keyOf(wanted)));
  if (!found.ok) return failed(found);
  const set = found.object as ReplicaSet;
  if (controllerOf(set)?.uid === deployment.metadata.uid && sameTemplate(set.spec.template, deployment.spec.template)) {
    return { ok: true, value: { deployment, old, current: set } };
  }
  const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
  const written = yield* writeStatus(deployment, { ...deployment.status, collisionCount });
  return { ok: false, error: written.ok ? `replicasets.apps "${wanted.metadata.name}" already exists` : written.error ?? '' };
}

function* notCreated(deployment: Deployment, name: string, reply: Reply): Conversation<Step<Rollout>> {
  if (reply.ok || isNamespaceTerminating(reply)) return { ok: false };
  if (hasDeadline(deployment)) {
    const now = yield* cx.now();
    const words = { reason: 'ReplicaSetCreateError', message: `Failed to create new replica set "${name}": ${reply.message}` };
    const conditions = setDeploymentCondition(deployment.status?.conditions ?? [], condition('Progressing', 'False', words, now));
    if (conditions !== deployment.status?.conditions) yield* writeStatus(deployment, { ...deployment.status, conditions });
  }
  return failed(reply);
}

function* scalingEvent(deployment: Deployment, step: { readonly set: ReplicaSet; readonly from: number; readonly to: number }): Conversation<null> {
  const { set, from, to } = step;
  const message = `Scaled ${to > from ? 'up' : 'down'} replica set ${set.metadata.name} from ${from} to ${to}`;
  return yield* cx.event({ about: deployment, type: 'Normal', reason: 'ScalingReplicaSet', message });
}

/** Writes a set's size and remembers the Deployment's; the set comes back as it is then. */
export function* resize(deployment: Deployment, set: ReplicaSet, replicas: number): Conversation<Step<ReplicaSet>> {
  const before = replicasOf(set);
  const annotations = { ...set.metadata.annotations, ...replicasAnnotations(deployment) };
  const annotationsDiffer = !equalData(annotations, set.metadata.annotations ?? {});
  if (before === replicas && !annotationsDiffer) return { ok: true, value: set };
  const body = deepFreeze({ ...set, metadata: { ...set.metadata, annotations }, spec: { ...set.spec, replicas } });
  const reply = yield* cx.request(call('update', 'ReplicaSet', keyOf(set), { body }));
  if (!reply.ok) return failed(reply);
  if (before !== replicas) yield* scalingEvent(deployment, { set, from: before, to: replicas });
  return { ok: true, value: reply.object as ReplicaSet };
}
