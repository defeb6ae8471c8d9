/**
 * kube-scheduler: chooses a node for each pod that has none, and writes it down. It starts nothing.
 *
 * @source pkg/scheduler/scheduler.go, schedule_one.go
 */
import { must } from '../base/assert.ts';
import { deepFreeze, micros, millis, type ProcessId } from '../base/data.ts';
import { Table } from '../base/table.ts';
import type { Node, Pod } from '../api/kinds/all.ts';
import { formatTime } from '../api/time.ts';
import { isRecorderAnswer, newRecorder, recordEvent, type RecorderState } from '../client/event-recorder.ts';
import { type Delta, handleInformer, handleInformerTimer, type InformerState, newInformer, startInformer } from '../client/informer.ts';
import { type ElectionState, handleElection, handleElectionTimer, newElection, startElection } from '../client/leader-election.ts';
import { call, keyOf } from '../client/resources.ts';
import { handleRest, newRest, request, type RestConfig, type RestEvent, type RestState } from '../client/rest.ts';
import { defineProcess, type Outbox } from '../sim/process.ts';
import { assume, forgetAssumed, newCache, putNode, putPod, removeNode, removePod, type SchedulerCache, snapshotOf } from './cache.ts';
import { type CycleResult, fitError, type NodeScore, schedule } from './cycle.ts';
import type { ClusterEvent, Snapshot } from './framework/plugin.ts';
import { plugins } from './plugins/registry.ts';
import { enqueue, flush, newQueue, pop, putBack, type QueuedPod, refresh, remove, type SchedulingQueue, unschedulableKeys, wake } from './queue.ts';

export interface SchedulerConfig { readonly rest: RestConfig; readonly leaderElect: boolean }

/** The latest decision about a pod, for `why` and `trace`. */
export interface Decision {
  readonly pod: string;
  readonly at: number;
  readonly chosen: string;
  readonly feasible: number;
  readonly nodes: number;
  readonly scores: readonly NodeScore[];
  readonly refused: readonly { readonly node: string; readonly plugin: string; readonly reasons: readonly string[] }[];
}

export interface SchedulerState {
  readonly config: SchedulerConfig;
  rest: RestState;
  election: ElectionState;
  recorder: RecorderState;
  informers: { readonly Node: InformerState; readonly Pod: InformerState };
  queue: SchedulingQueue;
  cache: SchedulerCache;
  /** Pods being bound: key → queue entry. */
  binding: Table<QueuedPod>;
  decisions: Table<Decision>;
  nextStart: number;
  cycling: boolean;
}

/**
 * Time of one scheduling cycle: about what upstream's scheduler_perf shows per pod on small clusters.
 *
 * @fidelity simplified: the same for every pod and cluster size
 */
const CYCLE_TIME = millis(1);
/** Decisions kept for explanations. */
const DECISIONS_MAX = 2000;
/** Above this many nodes per-plugin scores are not kept. */
const EXPLAIN_NODES_MAX = 50;

const SCHEDULER_NAME = 'default-scheduler';

export const kubeScheduler = defineProcess<SchedulerState, { readonly type: string }, SchedulerConfig>({
  kind: 'kube-scheduler',
  mailboxMax: 100_000,
  boot: ({ self, config, out }) => start(self, config, out),
  step(state, input, out) {
    if (input.type === 'timer' && onTimer(state, input.name, out)) return;
    for (const event of handleRest(state.rest, input, out) ?? []) onRest(state, event, out);
  },
});

function start(self: ProcessId, config: SchedulerConfig, out: Outbox): SchedulerState {
  const node = self.slice(0, self.indexOf('/'));
  const identity = `${node}_${out.draw('identity', 0x100000000).toString(16).padStart(8, '0')}-${out.draw('identity', 0x10000).toString(16).padStart(4, '0')}`;
  const state: SchedulerState = {
    config, rest: newRest(config.rest), election: newElection({ lease: 'kube-scheduler', identity, enabled: config.leaderElect }),
    recorder: newRecorder(SCHEDULER_NAME),
    informers: { Node: newInformer({ kind: 'Node' }), Pod: newInformer({ kind: 'Pod', fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' }) },
    queue: newQueue(), cache: newCache(), binding: new Table(), decisions: new Table(), nextStart: 0, cycling: false,
  };
  // Every replica fills its caches; only the leader schedules.
  for (const informer of Object.values(state.informers)) startInformer(informer, state.rest, out);
  startElection(state.election, state.rest, out);
  return state;
}

function onTimer(state: SchedulerState, name: string, out: Outbox): boolean {
  if (name === 'cycle') { state.cycling = false; cycle(state, out); return true; }
  if (name === 'flush') { flushQueue(state, out); return true; }
  if (name === 'restart') { Object.assign(state, start(out.self, state.config, out)); return true; }
  const election = handleElectionTimer(state.election, state.rest, name, out);
  if (election !== undefined) { if (election.change === 'lost') exit(state, out); return true; }
  return Object.values(state.informers).some(informer => handleInformerTimer(informer, state.rest, name, out));
}

/** Without the lease the process ends, as upstream's does, and its container is started again. */
function exit(state: SchedulerState, out: Outbox): void {
  for (const id of [...state.rest.inflight.keys()]) if (state.rest.backend !== '') out.send(state.rest.backend, { type: 'api.cancel', id });
  state.rest = { ...newRest(state.config.rest), nextId: state.rest.nextId };
  out.cancelTimer('cycle');
  out.startTimer('restart', millis(1000));
}

function onRest(state: SchedulerState, event: RestEvent, out: Outbox): void {
  if (isRecorderAnswer(event)) return;
  if (event.tag.startsWith('bind:')) { bound(state, event.tag.slice(5), event, out); return; }
  const election = handleElection(state.election, state.rest, event, out);
  if (election !== undefined) { if (election.change === 'acquired') schedulePods(state, out); return; }
  const nodes = handleInformer(state.informers.Node, state.rest, event, out);
  if (nodes !== undefined) { for (const delta of nodes) onNode(state, delta, out); schedulePods(state, out); return; }
  const pods = handleInformer(state.informers.Pod, state.rest, event, out);
  if (pods !== undefined) { for (const delta of pods) onPod(state, delta, out); schedulePods(state, out); }
}

// ---- What changes in the cluster ---------------------------------------------------------------------------------------

function onNode(state: SchedulerState, delta: Delta, out: Outbox): void {
  const node = delta.object as Node;
  if (delta.type === 'delete') { removeNode(state.cache, node.metadata.name); return; }
  putNode(state.cache, node);
  if (delta.type === 'update' && !matters(node, delta.old as Node)) return;
  moveOn(state, { kind: 'Node', on: delta.type === 'add' ? 'Add' : 'Update' }, delta, out);
}

/** Heartbeats and conditions change no placement. @source pkg/scheduler/eventhandlers.go (nodeSchedulingPropertiesChange) */
function matters(node: Node, old: Node): boolean {
  return node.spec !== old.spec || node.metadata.labels !== old.metadata.labels || node.status?.allocatable !== old.status?.allocatable;
}

function onPod(state: SchedulerState, delta: Delta, out: Outbox): void {
  const pod = delta.object as Pod;
  const key = keyOf(pod);
  const assigned = (pod.spec?.nodeName ?? '') !== '';
  if (delta.type === 'delete') {
    remove(state.queue, key);
    removePod(state.cache, key);
    moveOn(state, { kind: assigned ? 'AssignedPod' : 'Pod', on: 'Delete' }, delta, out);
    return;
  }
  if (assigned) {
    const known = state.cache.placed.has(key);
    remove(state.queue, key);
    putPod(state.cache, pod);
    if (!known) moveOn(state, { kind: 'AssignedPod', on: 'Add' }, delta, out);
    return;
  }
  if ((pod.spec?.schedulerName ?? SCHEDULER_NAME) !== SCHEDULER_NAME || pod.metadata.deletionTimestamp !== undefined) return;
  if (state.cache.assumed.has(key)) { refresh(state.queue, pod); return; }
  if (delta.type === 'add' || mayOpen(state, key, pod, delta.old as Pod)) offer(state, pod, delta.cause, out);
  else refresh(state.queue, pod);
}

/** An update that may make a waiting pod schedulable: anything but its status. */
function mayOpen(state: SchedulerState, key: string, pod: Pod, old: Pod): boolean {
  return state.queue.pods.has(key) && (pod.spec !== old.spec || pod.metadata.labels !== old.metadata.labels) && state.queue.where.get(key) === '';
}

function offer(state: SchedulerState, pod: Pod, cause: number, out: Outbox): void {
  const gate = plugins.find(plugin => (plugin.preEnqueue?.(pod) ?? null) !== null);
  enqueue(state.queue, pod, { now: out.now, cause, ...(gate !== undefined ? { gatedBy: gate.name } : {}) });
  if (gate === undefined) out.record('sched.queue.add', { pod: pod.metadata.name, ns: pod.metadata.namespace ?? '' });
}

/** Wakes the pods for which one of the plugins that refused them hopes for something from this change. */
function moveOn(state: SchedulerState, event: ClusterEvent, delta: Delta, out: Outbox): void {
  for (const key of unschedulableKeys(state.queue)) {
    const entry = must(state.queue.pods.get(key), 'queued pod is unknown');
    const change = { object: delta.object as Node | Pod, ...(delta.old !== undefined ? { old: delta.old as Node | Pod } : {}) };
    const helps = entry.refusedBy.some(name => plugins.find(plugin => plugin.name === name)?.events
      ?.some(hint => hint.kind === event.kind && hint.on === event.on && (hint.hint === undefined || hint.hint(entry.pod, change))) === true);
    if (helps) wake(state.queue, key, out.now);
  }
}

// ---- Scheduling ------------------------------------------------------------------------------------------------------

/** Begins a cycle if there is something to do and no cycle runs. */
function schedulePods(state: SchedulerState, out: Outbox): void {
  if (!state.election.leading || !state.informers.Node.synced || !state.informers.Pod.synced) return;
  if (state.cycling || state.queue.active.size === 0) { armFlush(state, out); return; }
  state.cycling = true;
  out.startTimer('cycle', CYCLE_TIME);
}

function flushQueue(state: SchedulerState, out: Outbox): void {
  armFlush(state, out);
  schedulePods(state, out);
}

function armFlush(state: SchedulerState, out: Outbox): void {
  if (state.queue.where.size === state.queue.active.size) return;
  const next = flush(state.queue, out.now);
  if (next !== Infinity) out.startTimer('flush', micros(Math.max(1000, next - out.now)));
}

/** One scheduling cycle: one pod. */
function cycle(state: SchedulerState, out: Outbox): void {
  if (!state.election.leading) return;
  flush(state.queue, out.now);
  const entry = pop(state.queue);
  if (entry === undefined) { armFlush(state, out); return; }
  const before = out.cause;
  out.because(entry.cause);
  const snapshot = snapshotOf(state.cache);
  const result = schedule({
    plugins, pod: entry.pod, snapshot, start: state.nextStart, draw: bound => out.draw('tie', bound), explain: snapshot.nodes.length <= EXPLAIN_NODES_MAX,
  });
  state.nextStart = result.nextStart;
  if (snapshot.nodes.length <= EXPLAIN_NODES_MAX) remember(state, entry.pod, snapshot, result, out);
  if (result.chosen === undefined) fail(state, entry, result, out);
  else bind(state, entry, result.chosen, out);
  out.because(before);
  schedulePods(state, out);
}

function remember(state: SchedulerState, pod: Pod, snapshot: Snapshot, result: CycleResult, out: Outbox): void {
  if (state.decisions.size >= DECISIONS_MAX) state.decisions.clear();
  const refused = result.chosen !== undefined ? [] : [...result.diagnosis.refused].map(([node, status]) => ({ node, plugin: status.plugin ?? '', reasons: status.reasons }));
  state.decisions.set(keyOf(pod), deepFreeze({
    pod: keyOf(pod), at: out.now, chosen: result.chosen ?? '', feasible: result.chosen === undefined ? 0 : result.feasible, nodes: snapshot.nodes.length,
    scores: result.chosen === undefined ? [] : result.scores, refused,
  }));
}

/** No node fits: an Event and a condition say why, and the pod waits for the cluster to change. */
function fail(state: SchedulerState, entry: QueuedPod, result: CycleResult & { readonly chosen: undefined }, out: Outbox): void {
  const { pod } = entry;
  const message = fitError(result.diagnosis, preemptionText(result));
  putBack(state.queue, entry, result.diagnosis.plugins, out.now);
  out.record('sched.failed', { pod: pod.metadata.name, ns: pod.metadata.namespace ?? '', reason: message });
  recordEvent(state.recorder, state.rest, { about: pod, type: 'Warning', reason: 'FailedScheduling', message }, out);
  const old = pod.status?.conditions?.find(condition => condition.type === 'PodScheduled');
  if (old?.reason === 'Unschedulable' && old.message === message) return;
  const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message, lastProbeTime: null, lastTransitionTime: old?.status === 'False' ? old.lastTransitionTime ?? formatTime(out.now) : formatTime(out.now) };
  const body = deepFreeze({ status: { conditions: [condition] } });
  request(state.rest, out, call('patch', 'Pod', keyOf(pod), { subresource: 'status', body, patchType: 'strategic' }), 'condition');
}

/** What default preemption found out; it has no victims to offer where no filter would yield to fewer pods. */
function preemptionText(result: CycleResult & { readonly chosen: undefined }): string {
  const { nodes, refused, whole } = result.diagnosis;
  if (nodes === 0) return '';
  const unhelpful = whole === undefined ? [...refused.values()].filter(status => status.code === 'UnschedulableAndUnresolvable').length : nodes;
  const parts: string[] = [];
  if (unhelpful > 0) parts.push(`${unhelpful} Preemption is not helpful for scheduling`);
  if (nodes - unhelpful > 0) parts.push(`${nodes - unhelpful} No preemption victims found for incoming pod`);
  return `preemption: 0/${nodes} nodes are available: ${parts.sort().join(', ')}.`;
}

/** Counts the pod on its node at once and writes the binding; the next cycle need not wait for it. */
function bind(state: SchedulerState, entry: QueuedPod, node: string, out: Outbox): void {
  const { pod } = entry;
  const key = keyOf(pod);
  assume(state.cache, deepFreeze({ ...pod, spec: { ...(pod.spec ?? { containers: [] }), nodeName: node } }));
  state.binding.set(key, entry);
  const body = deepFreeze({
    apiVersion: 'v1', kind: 'Binding', metadata: { name: pod.metadata.name, namespace: pod.metadata.namespace, ...(pod.metadata.uid !== undefined ? { uid: pod.metadata.uid } : {}) },
    target: { kind: 'Node', name: node },
  });
  request(state.rest, out, call('create', 'Pod', key, { subresource: 'binding', body }), `bind:${key}`);
}

function bound(state: SchedulerState, key: string, event: RestEvent, out: Outbox): void {
  const entry = state.binding.get(key);
  state.binding.delete(key);
  if (entry === undefined || event.type !== 'response') return;
  const { pod } = entry;
  if (event.code >= 200 && event.code < 300) {
    const node = state.cache.placed.get(key)?.spec?.nodeName ?? '';
    remove(state.queue, key);
    out.record('sched.bound', { pod: pod.metadata.name, ns: pod.metadata.namespace ?? '', node });
    recordEvent(state.recorder, state.rest, { about: pod, type: 'Normal', reason: 'Scheduled', message: `Successfully assigned ${key} to ${node}` }, out);
    return;
  }
  forgetAssumed(state.cache, key);
  const why = event.code === 0 ? String(event.body) : (event.body as { message?: string }).message ?? '';
  if (event.code !== 404 && event.code !== 409) putBack(state.queue, entry, [], out.now);
  else remove(state.queue, key);
  recordEvent(state.recorder, state.rest, { about: pod, type: 'Warning', reason: 'FailedScheduling', message: `binding rejected: ${why}` }, out);
  schedulePods(state, out);
}
