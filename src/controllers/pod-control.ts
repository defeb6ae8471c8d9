/**
 * How controllers make and delete pods: in growing batches, keeping their expectations, and telling people by Events.
 *
 * @source kubernetes/kubernetes pkg/controller/controller_utils.go (RealPodControl, slowStartBatch)
 */
import type { Micros } from '../base/data.ts';
import type { KubeObject } from '../api/meta.ts';
import type { ApiCall } from '../api/wire.ts';
import type { Pod } from '../api/kinds/core/pod.ts';
import type { Conversation } from '../sim/conversation.ts';
import { cx, type Reply } from '../client/controller.ts';
import { creationFailed, deletionFailed, expectCreations, expectDeletions } from '../client/expectations.ts';
import { call, keyOf } from '../client/resources.ts';
import { firstError, isNamespaceTerminating, isNotFound } from './replies.ts';

/** @source pkg/controller/controller_utils.go (SlowStartInitialBatchSize) */
const SLOW_START_INITIAL_BATCH = 1;

/**
 * Calls in batches of 1, 2, 4 …; stops after a batch with a failure, so that an owner that cannot make pods does not flood the API server.
 * `batch` is given the size of a batch and the number of calls before it.
 */
export function* slowStart(count: number, batch: (size: number, from: number) => readonly ApiCall[], isFailure: (reply: Reply) => boolean = reply => !reply.ok): Conversation<readonly Reply[]> {
  const replies: Reply[] = [];
  for (let size = Math.min(count, SLOW_START_INITIAL_BATCH); size > 0; size = Math.min(2 * size, count - replies.length)) {
    const answers = yield* cx.all(batch(size, replies.length));
    replies.push(...answers);
    if (answers.some(reply => !reply.ok && isFailure(reply))) break;
  }
  return replies;
}

/** What came of making or deleting pods. */
export interface Outcome { readonly done: number; readonly error?: string }

/** Makes `count` pods and expects the cache to see them; `creation` is the call for each. */
export function* createPods(owner: KubeObject, count: number, creation: (at: number) => ApiCall, now: Micros): Conversation<Outcome> {
  yield* expectCreations(keyOf(owner), count, now);
  return yield* sendCreations(owner, count, creation);
}

/** Makes pods that are expected already. A namespace that goes away is no error. */
export function* sendCreations(owner: KubeObject, count: number, creation: (at: number) => ApiCall): Conversation<Outcome> {
  if (count === 0) return { done: 0 };
  const key = keyOf(owner);
  const replies = yield* slowStart(count, (size, from) => Array.from({ length: size }, (_, i) => creation(from + i)), reply => !isNamespaceTerminating(reply));
  const done = replies.filter(reply => reply.ok).length;
  if (done < count) yield* creationFailed(key, count - done);
  yield* cx.events(replies.filter(reply => !isNamespaceTerminating(reply)).map(reply => (reply.ok
    ? { about: owner, type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${reply.object.metadata.name}` }
    : { about: owner, type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${reply.message}` })));
  const error = firstError(replies, isNamespaceTerminating);
  return { done, ...(error !== undefined ? { error } : {}) };
}

/** A call that makes a pod in the namespace of its owner. */
export const creationOf = (owner: KubeObject, body: Pod): ApiCall => call('create', 'Pod', `${owner.metadata.namespace ?? ''}/`, { body });

/** Deletes these pods and expects the cache to see it. */
export function* deletePods(owner: KubeObject, pods: readonly Pod[], now: Micros): Conversation<Outcome> {
  const key = keyOf(owner);
  yield* expectDeletions(key, pods.map(keyOf), now);
  return yield* sendDeletions(owner, pods, key);
}

/** Deletes these pods; `expecting` is the key whose expectations are told of failures, '' = none. One that is gone already counts as deleted. */
export function* sendDeletions(owner: KubeObject, pods: readonly Pod[], expecting = ''): Conversation<Outcome> {
  const replies = yield* cx.all(pods.map(pod => call('delete', 'Pod', keyOf(pod), { options: { preconditions: { uid: pod.metadata.uid ?? '' } } })));
  let done = 0;
  let error: string | undefined;
  for (const [at, reply] of replies.entries()) {
    const pod = pods[at];
    if (pod === undefined) continue;
    if (reply.ok) { done++; yield* cx.event({ about: owner, type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` }); continue; }
    if (expecting !== '') yield* deletionFailed(expecting, keyOf(pod));
    if (isNotFound(reply)) { done++; continue; }
    error ??= reply.message;
    yield* cx.event({ about: owner, type: 'Warning', reason: 'FailedDelete', message: `Error deleting: ${reply.message}` });
  }
  return { done, ...(error !== undefined ? { error } : {}) };
}
