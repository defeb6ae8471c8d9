/**
 * What changes in the cluster mean for the scheduler's picture of it and for the pods that wait.
 *
 * @source pkg/scheduler/eventhandlers.go
 */
import { equalData } from '../base/compare.ts';
import type { Node, Pod } from '../api/kinds/all.ts';
import type { Delta } from '../client/informer.ts';
import { keyOf } from '../client/resources.ts';
import type { Outbox } from '../sim/process.ts';
import { putNode, putPod, removeNode, removePod } from './cache.ts';
import type { Change, ClusterEvent, QueueingHint } from './framework/plugin.ts';
import { plugins } from './plugins/registry.ts';
import { enqueue, partOf, type QueuedPod, refresh, remove, wake } from './queue.ts';
import { SCHEDULER_NAME, type SchedulerState } from './state.ts';

/** `kind/on` → plugin → what it makes of such an event. */
const hints: ReadonlyMap<string, ReadonlyMap<string, readonly QueueingHint[]>> = collectHints();

function collectHints(): ReadonlyMap<string, ReadonlyMap<string, readonly QueueingHint[]>> {
  const byEvent = new Map<string, Map<string, QueueingHint[]>>();
  for (const plugin of plugins) {
    for (const hint of plugin.events ?? []) {
      const key = `${hint.kind}/${hint.on}`;
      const byPlugin = byEvent.get(key) ?? new Map<string, QueueingHint[]>();
      byPlugin.set(plugin.name, [...byPlugin.get(plugin.name) ?? [], hint]);
      byEvent.set(key, byPlugin);
    }
  }
  return byEvent;
}

export function onNode(state: SchedulerState, delta: Delta, out: Outbox): void {
  const node = delta.object as Node;
  if (delta.type === 'delete') {
    removeNode(state.cache, node.metadata.name);
    moveOn(state, { kind: 'Node', on: 'Delete' }, { object: node }, out);
    return;
  }
  putNode(state.cache, node);
  if (delta.type === 'add') { moveOn(state, { kind: 'Node', on: 'Add' }, { object: node }, out); return; }
  const old = delta.old as Node;
  if (matters(node, old)) moveOn(state, { kind: 'Node', on: 'Update' }, { object: node, old }, out);
}

/** Heartbeats and conditions change no placement. @source pkg/scheduler/framework/events.go (NodeSchedulingPropertiesChange) */
function matters(node: Node, old: Node): boolean {
  return !equalData(node.spec, old.spec) || !equalData(node.metadata.labels, old.metadata.labels) || !equalData(node.status?.allocatable, old.status?.allocatable);
}

export function onPod(state: SchedulerState, delta: Delta, out: Outbox): void {
  const pod = delta.object as Pod;
  if (delta.type === 'delete') { onPodGone(state, pod, out); return; }
  if ((pod.spec.nodeName ?? '') !== '') { onAssignedPod(state, delta, out); return; }
  if ((pod.spec.schedulerName ?? SCHEDULER_NAME) !== SCHEDULER_NAME) return;
  const key = keyOf(pod);
  const known = state.queue.pods.get(key);
  if (known !== undefined && known.pod.metadata.uid !== pod.metadata.uid) onPodGone(state, known.pod, out);
  const nominated = pod.status?.nominatedNodeName ?? '';
  if (nominated !== '' && !state.nominated.has(key)) state.nominated.set(key, nominated);
  if (state.cache.assumed.has(key) || state.binding.has(key)) { refresh(state.queue, pod); return; }
  if (known === undefined || known.pod.metadata.uid !== pod.metadata.uid) { offer(state, pod, delta.cause, out); return; }
  onWaitingPod(state, known, pod, { cause: delta.cause, out });
}

function onPodGone(state: SchedulerState, pod: Pod, out: Outbox): void {
  const key = keyOf(pod);
  const counted = state.cache.placed.get(key);
  remove(state.queue, key);
  removePod(state.cache, key);
  state.binding.delete(key);
  state.nominated.delete(key);
  const gone = counted ?? pod;
  if ((gone.spec.nodeName ?? '') !== '') moveOn(state, { kind: 'AssignedPod', on: 'Delete' }, { object: gone }, out);
}

function onAssignedPod(state: SchedulerState, delta: Delta, out: Outbox): void {
  const pod = delta.object as Pod;
  const key = keyOf(pod);
  const before = state.cache.placed.get(key);
  // When it has been seen on its node before, the queue has forgotten it already.
  if ((before === undefined || state.cache.assumed.has(key)) && !state.binding.has(key)) remove(state.queue, key);
  if (state.nominated.size > 0) state.nominated.delete(key);
  putPod(state.cache, key, pod, before);
  if (before === undefined) { moveOn(state, { kind: 'AssignedPod', on: 'Add' }, { object: pod }, out); return; }
  if (before.metadata.labels !== pod.metadata.labels && !equalData(before.metadata.labels, pod.metadata.labels)) moveOn(state, { kind: 'AssignedPod', on: 'Update' }, { object: pod, old: before }, out);
}

/** A waiting pod was changed: gates may have opened, or the plugins that refused it may see it otherwise. */
function onWaitingPod(state: SchedulerState, known: QueuedPod, pod: Pod, { cause, out }: { readonly cause: number; readonly out: Outbox }): void {
  const key = keyOf(pod);
  const old = known.pod;
  const part = partOf(state.queue, key);
  if (part === 'gated') { if (equalData(pod.spec, old.spec)) refresh(state.queue, pod); else offer(state, pod, cause, out); return; }
  refresh(state.queue, pod);
  if (part !== 'unschedulable' || (equalData(pod.spec, old.spec) && equalData(pod.metadata.labels, old.metadata.labels))) return;
  if (helps(known, { kind: 'Pod', on: 'Update' }, { object: pod, old })) wake(state.queue, key, out.now);
}

function offer(state: SchedulerState, pod: Pod, cause: number, out: Outbox): void {
  const gate = plugins.find(plugin => (plugin.preEnqueue?.(pod) ?? null) !== null);
  enqueue(state.queue, pod, { now: out.now, cause, ...(gate !== undefined ? { gatedBy: gate.name } : {}) });
  if (gate === undefined) out.record('sched.queue.add', { pod: pod.metadata.name, ns: pod.metadata.namespace ?? '' });
}

/** True when one of the plugins that refused a pod hopes for something from this change. */
function helps(entry: QueuedPod, event: ClusterEvent, change: Change): boolean {
  const byPlugin = hints.get(`${event.kind}/${event.on}`);
  if (byPlugin === undefined) return false;
  return entry.refusedBy.some(name => byPlugin.get(name)?.some(({ hint }) => hint === undefined || hint(entry.pod, change)) === true);
}

/** Wakes the pods that a change may help. */
export function moveOn(state: SchedulerState, event: ClusterEvent, change: Change, out: Outbox): void {
  const { queue } = state;
  if (queue.unschedulable.size === 0 || !hints.has(`${event.kind}/${event.on}`)) return;
  const woken: string[] = [];
  for (const key of queue.unschedulable.values()) {
    const entry = queue.pods.get(key);
    if (entry !== undefined && helps(entry, event, change)) woken.push(key);
  }
  for (const key of woken) wake(queue, key, out.now);
}
