/**
 * The TTL-after-finished controller: deletes Jobs whose time to live after their end has run out.
 *
 * @source kubernetes/kubernetes pkg/controller/ttlafterfinished/ttlafterfinished_controller.go
 */
import { type Micros, micros, seconds } from '../base/data.ts';
import { isConditionStatus } from '../api/condition.ts';
import { parseTime } from '../api/time.ts';
import type { Job } from '../api/kinds/batch/job.ts';
import type { Conversation } from '../sim/conversation.ts';
import { cx, defineController, type ReconcileResult } from '../client/controller.ts';
import { call } from '../client/resources.ts';
import { isNotFound } from './replies.ts';

export const ttlAfterFinishedController = defineController({
  name: 'ttl-after-finished-controller',
  source: 'pkg/controller/ttlafterfinished/ttlafterfinished_controller.go',
  watches: [{ kind: 'Job', map: ({ type, object }) => (type !== 'delete' && timeLeft(object as Job, micros(0)) !== undefined ? [`${object.metadata.namespace ?? ''}/${object.metadata.name}`] : []) }],
  workers: 5,
  reconcile,
});

/** What is left of a Job's time to live, not above zero once it is over; undefined while the Job runs, is being deleted, or has no limit. */
export function timeLeft({ metadata, spec, status }: Job, now: Micros): Micros | undefined {
  const ttl = spec.ttlSecondsAfterFinished;
  if (ttl === undefined || metadata.deletionTimestamp !== undefined) return undefined;
  const end = status?.conditions?.find(one => (one.type === 'Complete' || one.type === 'Failed') && isConditionStatus([one], one.type));
  const ended = end?.lastTransitionTime === undefined ? undefined : parseTime(end.lastTransitionTime);
  return ended === undefined ? undefined : micros(ended + seconds(ttl) - now);
}

function* reconcile(key: string): Conversation<ReconcileResult> {
  const job = yield* cx.get<Job>('Job', key);
  const now = yield* cx.now();
  const left = job === null ? undefined : timeLeft(job, now);
  if (left === undefined) return {};
  if (left > 0) return { requeueAfter: left };
  // The cache may lag behind a limit that was raised or a Job that was made anew.
  const live = yield* cx.request(call('get', 'Job', key));
  if (!live.ok) return isNotFound(live) ? {} : { error: live.message };
  const remaining = timeLeft(live.object as Job, now);
  if (remaining === undefined) return {};
  if (remaining > 0) return { requeueAfter: remaining };
  const reply = yield* cx.request(call('delete', 'Job', key, { options: { propagationPolicy: 'Foreground', preconditions: { uid: live.object.metadata.uid ?? '' } } }));
  return reply.ok || isNotFound(reply) ? {} : { error: reply.message };
}
