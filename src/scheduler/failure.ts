/**
 * A pod that cannot be placed: an Event and a condition say why, preemption may make room, and the pod waits.
 *
 * @source pkg/scheduler/schedule_one.go (handleSchedulingFailure)
 */
import { deepFreeze } from '../base/data.ts';
import type { Pod } from '../api/kinds/all.ts';
import type { PodCondition } from '../api/kinds/core/pod-status.ts';
import { formatTime } from '../api/time.ts';
import { recordInSeries } from '../client/event-series.ts';
import { call, keyOf } from '../client/resources.ts';
import { request } from '../client/rest.ts';
import type { Outbox } from '../sim/process.ts';
import type { NotPlaced } from './cycle.ts';
import { fitError } from './diagnosis.ts';
import { NO_CLAIMS } from './plugins/dynamic-resources.ts';
import { type Candidate, preempt } from './preemption.ts';
import { putBack, type QueuedPod, remove } from './queue.ts';
import { SCHEDULER_NAME, type SchedulerState, snapshotOf } from './state.ts';

/** Length of an Event's message. @source k8s.io/kubernetes pkg/apis/core/validation/events.go (NoteLengthLimit) */
const MESSAGE_MAX = 1024;
const ELLIPSIS = ' ...';

const truncated = (message: string): string => (message.length <= MESSAGE_MAX ? message : message.slice(0, MESSAGE_MAX - ELLIPSIS.length) + ELLIPSIS);

/** No node fits. */
export function notScheduled(state: SchedulerState, entry: QueuedPod, result: NotPlaced, out: Outbox): void {
  const { pod } = entry;
  const { message, nominate } = postFilter(state, result, out);
  // Without nodes nobody refused it: it is tried again after its back-off.
  putBack(state.queue, entry, result.diagnosis.nodes === 0 ? [] : result.diagnosis.plugins, out.now);
  out.record('sched.failed', { pod: pod.metadata.name, ns: pod.metadata.namespace ?? '', reason: message });
  report(state, pod, { reason: 'Unschedulable', message, ...(nominate !== undefined ? { nominate } : {}) }, out);
}

/** Something else went wrong; the pod is tried again after a back-off. `lost` = it is gone or has a node. */
export function schedulingError(state: SchedulerState, entry: QueuedPod, { message, lost }: { readonly message: string; readonly lost: boolean }, out: Outbox): void {
  if (lost) remove(state.queue, keyOf(entry.pod)); else putBack(state.queue, entry, [], out.now);
  report(state, entry.pod, { reason: 'SchedulerError', message }, out);
}

interface PostFilter { readonly message: string; readonly nominate?: string }

/** What preemption can do. `nominate`: the node to write into the pod's status, '' = take it away. */
function postFilter(state: SchedulerState, { diagnosis, run }: NotPlaced, out: Outbox): PostFilter {
  if (diagnosis.nodes === 0) return { message: fitError(diagnosis, '') };
  const result = preempt({ run, diagnosis, snapshot: snapshotOf(state), budgets: [], draw: bound => out.draw('preemption', bound) });
  if ('candidate' in result) {
    evict(state, run.pod, result.candidate, out);
    return { message: fitError(diagnosis, ''), nominate: result.candidate.node };
  }
  if (result.clear) state.nominated.delete(keyOf(run.pod));
  return { message: fitError(diagnosis, `${NO_CLAIMS}, preemption: ${result.message}`), ...(result.clear ? { nominate: '' } : {}) };
}

/**
 * Deletes the victims and keeps the node in mind for the pod.
 *
 * @source pkg/scheduler/framework/preemption/preemption.go (prepareCandidate)
 * @fidelity simplified: the requests go out at once, and nobody waits for their answers
 */
function evict(state: SchedulerState, pod: Pod, { node, victims }: Candidate, out: Outbox): void {
  const priority = pod.spec.priority ?? 0;
  for (const victim of victims) {
    const condition = {
      type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler', message: `${SCHEDULER_NAME}: preempting to accommodate a higher priority pod`, lastTransitionTime: formatTime(out.now),
    };
    const body = deepFreeze({ status: { conditions: [condition] } });
    request(state.rest, out, call('patch', 'Pod', keyOf(victim), { subresource: 'status', body, patchType: 'strategic' }), 'preempt');
    request(state.rest, out, call('delete', 'Pod', keyOf(victim)), 'preempt');
    recordInSeries(state.recorder, state.rest, { regarding: victim, related: pod, type: 'Normal', reason: 'Preempted', action: 'Preempting', note: `Preempted by pod ${pod.metadata.uid ?? ''} on node ${node}` }, out);
    out.record('sched.preempted', { old: victim.metadata.name, pod: pod.metadata.name, ns: pod.metadata.namespace ?? '', prio: priority });
  }
  for (const [key, other] of [...state.nominated]) {
    const rival = state.queue.pods.get(key)?.pod;
    if (other !== node || rival === undefined || (rival.spec.priority ?? 0) >= priority) continue;
    // Pods of lower priority cannot count on that node any more.
    state.nominated.delete(key);
    patchStatus(state, rival, { nominatedNodeName: null }, out);
  }
  state.nominated.set(keyOf(pod), node);
}

interface Report { readonly reason: 'Unschedulable' | 'SchedulerError'; readonly message: string; readonly nominate?: string }

function report(state: SchedulerState, pod: Pod, { reason, message, nominate }: Report, out: Outbox): void {
  recordInSeries(state.recorder, state.rest, { regarding: pod, type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', note: truncated(message) }, out);
  const old = pod.status?.conditions?.find(condition => condition.type === 'PodScheduled');
  const same = old?.status === 'False' && old.reason === reason && old.message === message;
  const renominated = nominate !== undefined && nominate !== (pod.status?.nominatedNodeName ?? '');
  if (same && !renominated) return;
  patchStatus(state, pod, {
    ...(same ? {} : { conditions: [conditionOf(pod, old, { reason, message }, out)] }), ...(renominated ? { nominatedNodeName: nominate === '' ? null : nominate } : {}),
  }, out);
}

function conditionOf(pod: Pod, old: PodCondition | undefined, { reason, message }: Report, out: Outbox): object {
  const since = old?.status === 'False' ? old.lastTransitionTime : undefined;
  const { generation } = pod.metadata;
  return {
    type: 'PodScheduled', status: 'False', reason, message, lastProbeTime: null, lastTransitionTime: since ?? formatTime(out.now), ...(generation !== undefined ? { observedGeneration: generation } : {}),
  };
}

function patchStatus(state: SchedulerState, pod: Pod, status: object, out: Outbox): void {
  request(state.rest, out, call('patch', 'Pod', keyOf(pod), { subresource: 'status', body: deepFreeze({ status }), patchType: 'strategic' }), 'condition');
}
