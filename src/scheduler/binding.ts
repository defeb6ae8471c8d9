/**
 * The binding cycle: the pod is counted on its node at once, and the API is told; the next pod need not wait for the answer.
 *
 * @source pkg/scheduler/schedule_one.go (bindingCycle), framework/plugins/defaultbinder/default_binder.go
 */
import type { Pod } from '../api/kinds/all.ts';
import { overlay } from '../api/overlay.ts';
import { recordInSeries } from '../client/event-series.ts';
import { getCached } from '../client/informer.ts';
import { call, keyOf } from '../client/resources.ts';
import { request, type RestEvent } from '../client/rest.ts';
import type { Outbox } from '../sim/process.ts';
import { assume, forgetAssumed } from './cache.ts';
import { moveOn } from './event-handlers.ts';
import { schedulingError } from './failure.ts';
import { type QueuedPod, remove } from './queue.ts';
import type { SchedulerState } from './state.ts';

/** Counts the pod on its node and writes the binding. */
export function bind(state: SchedulerState, entry: QueuedPod, node: string, out: Outbox): void {
  const { pod } = entry;
  const key = keyOf(pod);
  assume(state.cache, key, Object.freeze(overlay(pod, { spec: Object.freeze(overlay(pod.spec, { nodeName: node })) })));
  if (state.nominated.size > 0) state.nominated.delete(key);
  const { name, namespace, uid } = pod.metadata;
  const metadata = Object.freeze(uid === undefined ? { name, namespace } : { name, namespace, uid });
  const body = Object.freeze({ apiVersion: 'v1', kind: 'Binding', metadata, target: Object.freeze({ kind: 'Node', name: node }) });
  const requestId = request(state.rest, out, call('create', 'Pod', key, { subresource: 'binding', body }), `bind:${key}`);
  state.binding.set(key, Object.freeze({ entry, requestId }));
}

/** The API answered. */
export function bound(state: SchedulerState, key: string, event: RestEvent, out: Outbox): void {
  const binding = state.binding.get(key);
  // A pod of the same name may have come since.
  if (binding?.requestId !== event.id || event.type !== 'response') return;
  state.binding.delete(key);
  const { entry } = binding;
  const { pod } = entry;
  const counted = state.cache.placed.get(key);
  if (event.code >= 200 && event.code < 300) {
    const node = counted?.spec.nodeName ?? '';
    remove(state.queue, key);
    out.record('sched.bound', { pod: pod.metadata.name, ns: pod.metadata.namespace ?? '', node });
    recordInSeries(state.recorder, state.rest, { regarding: pod, type: 'Normal', reason: 'Scheduled', action: 'Binding', note: `Successfully assigned ${key} to ${node}` }, out, true);
  } else failed(state, entry, { counted, why: reasonOf(event) }, out);
}

function reasonOf(event: { readonly code: number; readonly body: unknown }): string {
  return event.code === 0 ? String(event.body) : (event.body as { readonly message?: string } | null)?.message ?? `status ${event.code}`;
}

/** Takes the pod off its node again; the room may serve somebody else. */
function failed(state: SchedulerState, entry: QueuedPod, { counted, why }: { readonly counted: Pod | undefined; readonly why: string }, out: Outbox): void {
  const key = keyOf(entry.pod);
  if (forgetAssumed(state.cache, key) && counted !== undefined) moveOn(state, { kind: 'AssignedPod', on: 'Delete' }, { object: counted }, out);
  const current = getCached<Pod>(state.informers.Pod, key);
  const lost = current === undefined || current.metadata.uid !== entry.pod.metadata.uid || (current.spec.nodeName ?? '') !== '';
  schedulingError(state, entry, { message: `running Bind plugin "DefaultBinder": ${why}`, lost }, out);
}
