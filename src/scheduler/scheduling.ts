/**
 * The scheduling loop: one pod after the other.
 *
 * @source pkg/scheduler/schedule_one.go (ScheduleOne)
 */
import { deepFreeze, micros, millis } from '../base/data.ts';
import { recordInSeries } from '../client/event-series.ts';
import { keyOf } from '../client/resources.ts';
import type { Outbox } from '../sim/process.ts';
import { bind } from './binding.ts';
import { type CycleResult, schedule } from './cycle.ts';
import { reasonsOf } from './diagnosis.ts';
import { notScheduled } from './failure.ts';
import type { Refusal } from './framework/plugin.ts';
import { plugins } from './plugins/registry.ts';
import { flush, hasWork, pop, type QueuedPod, remove } from './queue.ts';
import { nominatedPods, type SchedulerState, snapshotOf, WATCHED } from './state.ts';

/**
 * Time of one scheduling cycle: what upstream's scheduling algorithm takes per pod on small clusters; binding runs beside it.
 *
 * @fidelity simplified: the same for every pod and cluster size
 */
const CYCLE_TIME = micros(200);
/** Decisions kept for explanations. */
const DECISIONS_MAX = 2000;
/** Above this many nodes per-plugin scores are not kept. */
const EXPLAIN_NODES_MAX = 50;
/** A flush timer is not set for less than this. */
const FLUSH_MIN = millis(1);

/** Begins a cycle if there is something to do and no cycle runs. */
export function schedulePods(state: SchedulerState, out: Outbox): void {
  if (!state.election.leading || !WATCHED.every(kind => state.informers[kind].synced)) return;
  armFlush(state, out);
  if (state.cycling || !hasWork(state.queue)) return;
  state.cycling = true;
  out.startTimer('cycle', CYCLE_TIME);
}

/** The timer of the queue. */
export function flushQueue(state: SchedulerState, out: Outbox): void {
  state.flushAt = 0;
  schedulePods(state, out);
}

function armFlush(state: SchedulerState, out: Outbox): void {
  const { queue } = state;
  if (queue.backoff.size + queue.errors.size + queue.unschedulable.size === 0) return;
  const next = flush(queue, out.now);
  if (next === Infinity || next === state.flushAt) return;
  state.flushAt = next;
  out.startTimer('flush', micros(Math.max(FLUSH_MIN, next - out.now)));
}

/** One scheduling cycle: one pod. */
export function cycle(state: SchedulerState, out: Outbox): void {
  state.cycling = false;
  if (!state.election.leading) return;
  flush(state.queue, out.now);
  const entry = pop(state.queue);
  if (entry !== undefined) {
    const before = out.cause;
    out.because(entry.cause);
    schedulePod(state, entry, out);
    out.because(before);
  }
  schedulePods(state, out);
}

function schedulePod(state: SchedulerState, entry: QueuedPod, out: Outbox): void {
  const { pod } = entry;
  if (pod.metadata.deletionTimestamp !== undefined) {
    remove(state.queue, keyOf(pod));
    recordInSeries(state.recorder, state.rest, { regarding: pod, type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', note: `skip schedule deleting pod: ${keyOf(pod)}` }, out);
    return;
  }
  const snapshot = snapshotOf(state);
  const explain = snapshot.nodes.size <= EXPLAIN_NODES_MAX;
  const result = schedule({ plugins, pod, snapshot, start: state.nextStart, draw: bound => out.draw('tie', bound), explain, nominated: nominatedPods(state) });
  state.nextStart = result.nextStart;
  if (explain) remember(state, entry, { result, nodes: snapshot.nodes.size }, out);
  if (result.chosen === undefined) notScheduled(state, entry, result, out);
  else bind(state, entry, result.chosen, out);
}

/** Keeps the decision for people who ask why. */
function remember(state: SchedulerState, entry: QueuedPod, { result, nodes }: { readonly result: CycleResult; readonly nodes: number }, out: Outbox): void {
  if (state.decisions.size >= DECISIONS_MAX) state.decisions.clear();
  const key = keyOf(entry.pod);
  const placed = result.chosen !== undefined;
  const refusals: ReadonlyMap<string, Refusal> = placed ? result.refused : result.diagnosis.refused;
  const whole = placed || !result.diagnosis.whole ? undefined : result.diagnosis.others;
  const refused = [...refusals].map(([node, status]) => ({ node, plugin: status.plugin ?? '', reasons: status.reasons }));
  if (whole !== undefined) refused.push({ node: '*', plugin: whole.plugin ?? '', reasons: whole.reasons });
  const feasible = placed ? result.feasible : 0;
  state.decisions.set(key, deepFreeze({ pod: key, at: out.now, chosen: placed ? result.chosen : '', feasible, nodes, scores: placed ? result.scores : [], refused, attempts: entry.attempts }));
  if (placed && refusals.size > 0) {
    out.record('sched.filtered', { pod: entry.pod.metadata.name, ns: entry.pod.metadata.namespace ?? '', n: nodes, m: feasible, reason: reasonsOf(refusals.values(), { status: undefined, nodes: 0 }) });
  }
}

