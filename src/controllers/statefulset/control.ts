/**
 * One look at a StatefulSet's pods: make what is missing from the bottom up, remove what is too much from the top down, then update from the top down.
 *
 * @source kubernetes/kubernetes pkg/controller/statefulset/stateful_set_control.go
 */
import type { Micros } from '../../base/data.ts';
import type { ApiCall } from '../../api/wire.ts';
import { scaledValue } from '../../api/intstr.ts';
import type { StatefulSet, StatefulSetStatus } from '../../api/kinds/apps/stateful-set.ts';
import type { Pod } from '../../api/kinds/core/pod.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { cx, type Reply } from '../../client/controller.ts';
import { call, keyOf } from '../../client/resources.ts';
import { isPodTerminal } from '../pods.ts';
import { isNotFound } from '../replies.ts';
import { createClaims, hasStaleClaim, ownClaims } from './claims.ts';
import {
  isCreated, isHealthy, isInRange, isOrdered, isRunningAndAvailable, isRunningAndReady, isTerminating, matchesIdentity, ordinalOf, plannedPod, replicasOf, revisionOfPod, type Revisions, startOf, withIdentity,
} from './pods.ts';

/** A look. `replicas`: by ordinal, with planned pods where there is none; `condemned`: beyond the size, the highest first. */
export interface Look { readonly set: StatefulSet; readonly revisions: Revisions; readonly now: Micros; readonly replicas: readonly Pod[]; readonly condemned: readonly Pod[] }

/** `ends`: nothing more may be done in this look. */
interface Step { readonly ends: boolean; readonly error?: string }

const GO_ON: Step = Object.freeze({ ends: false });
const WAIT: Step = Object.freeze({ ends: true });

/** Sorts the pods of a set into those it wants and those it does not. */
export function lookAt(set: StatefulSet, pods: readonly Pod[], revisions: Revisions, now: Micros): Look {
  const byOrdinal = new Map(pods.map(pod => [ordinalOf(set, pod.metadata.name), pod]));
  const start = startOf(set);
  const replicas = Array.from({ length: replicasOf(set) }, (_, i) => byOrdinal.get(start + i) ?? plannedPod(set, revisions, start + i));
  const condemned = pods.filter(pod => { const ordinal = ordinalOf(set, pod.metadata.name); return ordinal >= 0 && !isInRange(set, ordinal); });
  return { set, revisions, now, replicas, condemned: condemned.sort((a, b) => ordinalOf(set, b.metadata.name) - ordinalOf(set, a.metadata.name)) };
}

/** Does what may be done now; returns the error to retry. */
export function* control(look: Look): Conversation<string | undefined> {
  const { set, condemned } = look;
  if (set.metadata.deletionTimestamp !== undefined) return undefined;
  const owned = yield* ownClaims(set, condemned);
  if (owned !== undefined) return owned;
  for (const phase of [processReplicas, processCondemned]) {
    const { ends, error } = yield* phase(look);
    if (ends || error !== undefined) return error;
  }
  return set.spec.updateStrategy?.type === 'OnDelete' ? undefined : yield* rollingUpdate(look);
}

// ---- From the bottom up ----------------------------------------------------------------------------------------------

function* processReplicas(look: Look): Conversation<Step> {
  if (isOrdered(look.set)) {
    for (const pod of look.replicas) {
      const step = yield* processReplica(look, pod);
      if (step.ends || step.error !== undefined) return step;
    }
    return GO_ON;
  }
  // In parallel: all that exist at once, and those that do not in growing batches.
  let [ends, error]: [boolean, string | undefined] = [false, undefined];
  const note = (step: Step): void => { ends ||= step.ends; error ??= step.error; };
  for (const pod of look.replicas) if (isCreated(pod)) note(yield* processReplica(look, pod));
  const missing = look.replicas.filter(pod => !isCreated(pod));
  for (let size = 1, from = 0; from < missing.length && error === undefined; from += size, size = Math.min(2 * size, missing.length)) note(yield* createPods(look.set, missing.slice(from, from + size)));
  return { ends, ...(error === undefined ? {} : { error }) };
}

function* processReplica(look: Look, pod: Pod): Conversation<Step> {
  const { set, now } = look;
  const ordered = isOrdered(set);
  if (isPodTerminal(pod)) {
    // The name is taken until the pod is gone.
    const error = isTerminating(pod) ? undefined : yield* deletePod(set, pod);
    return error === undefined ? WAIT : { ends: true, error };
  }
  if (!isCreated(pod)) {
    const created = yield* createPods(set, [pod]);
    return created.error !== undefined || ordered ? { ...created, ends: true } : created;
  }
  if (pod.status?.phase === 'Pending') {
    const refused = yield* createClaims(set, [pod]);
    const error = refused.get(pod.metadata.name);
    if (error !== undefined) return { ends: true, error };
  }
  if (ordered && (isTerminating(pod) || !isRunningAndAvailable(pod, set, now))) return WAIT;
  return yield* keepIdentity(set, pod);
}

/** Labels that somebody took off come back; claims get the owners that the policy wants. */
function* keepIdentity(set: StatefulSet, pod: Pod): Conversation<Step> {
  const owned = yield* ownClaims(set, [pod]);
  if (owned !== undefined) return { ends: true, error: owned };
  if (matchesIdentity(set, pod)) return GO_ON;
  const body = withIdentity(set, pod);
  if (body === pod) return GO_ON;
  const reply = yield* cx.request(call('update', 'Pod', keyOf(pod), { body }));
  yield* tell(set, pod, 'update', reply);
  return reply.ok ? GO_ON : { ends: true, error: reply.message };
}

/** Makes pods with their claims, all at once. */
function* createPods(set: StatefulSet, pods: readonly Pod[]): Conversation<Step> {
  const ready: Pod[] = [];
  for (const pod of pods) if (!(yield* hasStaleClaim(set, pod))) ready.push(pod);
  const refused = yield* createClaims(set, ready);
  let error: string | undefined;
  for (const why of refused.values()) error ??= why;
  const makes = ready.filter(pod => !refused.has(pod.metadata.name));
  const replies = yield* cx.all(makes.map(body => creation(set, body)));
  const made: Pod[] = [];
  for (const [at, reply] of replies.entries()) {
    if (reply.ok) made.push(reply.object as Pod);
    if (!reply.ok && reply.reason === 'AlreadyExists') { error ??= reply.message; continue; }
    yield* tell(set, makes[at] as Pod, 'create', reply);
    if (!reply.ok) error ??= reply.message;
  }
  const owned = yield* ownClaims(set, made);
  error ??= owned;
  return { ends: error !== undefined || ready.length < pods.length, ...(error === undefined ? {} : { error }) };
}

const creation = (set: StatefulSet, body: Pod): ApiCall => call('create', 'Pod', `${set.metadata.namespace ?? ''}/`, { body });

function* deletePod(set: StatefulSet, pod: Pod): Conversation<string | undefined> {
  const reply = yield* cx.request(call('delete', 'Pod', keyOf(pod), { options: { preconditions: { uid: pod.metadata.uid ?? '' } } }));
  if (isNotFound(reply)) return undefined;
  yield* tell(set, pod, 'delete', reply);
  return reply.ok ? undefined : reply.message;
}

function* tell(set: StatefulSet, pod: Pod, verb: 'create' | 'delete' | 'update', reply: Reply): Conversation<null> {
  const title = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}`;
  const what = `${verb} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
  return yield* cx.event(reply.ok ? { about: set, type: 'Normal', reason: `Successful${title}`, message: `${what} successful` }
    : { about: set, type: 'Warning', reason: `Failed${title}`, message: `${what} failed error: ${reply.message}` });
}

// ---- From the top down -----------------------------------------------------------------------------------------------

/** In order only the highest goes, and only while everything below it is well; the first sick pod may go though it is sick. */
function* processCondemned({ set, replicas, condemned, now }: Look): Conversation<Step> {
  const ordered = isOrdered(set);
  const firstSick = [...replicas, ...[...condemned].reverse()].find(pod => !isHealthy(pod));
  let error: string | undefined;
  for (const pod of condemned) {
    if (isTerminating(pod)) { if (ordered) return WAIT; continue; }
    if (ordered && pod !== firstSick && (!isRunningAndReady(pod) || !isRunningAndAvailable(pod, set, now))) return WAIT;
    error ??= yield* deletePod(set, pod);
    if (ordered) return { ends: true, ...(error === undefined ? {} : { error }) };
  }
  return condemned.length > 0 || error !== undefined ? { ends: condemned.some(pod => !isTerminating(pod)), ...(error === undefined ? {} : { error }) } : GO_ON;
}

/** The highest pods that are not of the newest revision go, as many as may be unavailable at once. In a set without order those that are not available go anyway: nothing is lost with them. */
function* rollingUpdate({ set, revisions, replicas, now }: Look): Conversation<string | undefined> {
  const { partition = 0, maxUnavailable = 1 } = set.spec.updateStrategy?.rollingUpdate ?? {};
  const isAvailable = (pod: Pod): boolean => isHealthy(pod) && isRunningAndAvailable(pod, set, now);
  const share = scaledValue(maxUnavailable, replicasOf(set), false);
  const budget = Math.max(1, share.ok ? share.value : 0) - replicas.filter(pod => !isAvailable(pod)).length;
  const old = replicas.filter((pod, at) => at >= partition && isCreated(pod) && revisionOfPod(pod) !== revisions.update.metadata.name && !isTerminating(pod)).reverse();
  const broken = isOrdered(set) ? [] : old.filter(pod => !isAvailable(pod));
  const others = old.filter(pod => !broken.includes(pod)).slice(0, Math.max(0, budget));
  for (const pod of [...broken, ...others]) {
    const error = yield* deletePod(set, pod);
    if (error !== undefined) return error;
  }
  return undefined;
}

// ---- Status ----------------------------------------------------------------------------------------------------------

/** Counts the pods; once all are of the newest revision and ready, that is the current one. */
export function statusOf(set: StatefulSet, pods: readonly Pod[], at: { readonly revisions: Revisions; readonly collisionCount: number; readonly now: Micros }): StatefulSetStatus {
  const { current, update } = at.revisions;
  const count = (fits: (pod: Pod) => boolean): number => pods.filter(fits).length;
  const living = (name: string) => (pod: Pod): boolean => isCreated(pod) && !isTerminating(pod) && revisionOfPod(pod) === name;
  const [replicas, ready, updated] = [count(isCreated), count(isRunningAndReady), count(living(update.metadata.name))];
  const isDone = set.spec.updateStrategy?.type !== 'OnDelete' && [replicas, ready, updated].every(number => number === replicasOf(set));
  const currentReplicas = isDone ? updated : count(living(current.metadata.name));
  const { conditions } = set.status ?? { replicas: 0 };
  return {
    observedGeneration: set.metadata.generation ?? 0, replicas, ...(ready > 0 ? { readyReplicas: ready } : {}), availableReplicas: count(pod => isRunningAndAvailable(pod, set, at.now)),
    ...(currentReplicas > 0 ? { currentReplicas } : {}), ...(updated > 0 ? { updatedReplicas: updated } : {}),
    currentRevision: isDone ? update.metadata.name : current.metadata.name, updateRevision: update.metadata.name, collisionCount: at.collisionCount, ...(conditions !== undefined ? { conditions } : {}),
  };
}
