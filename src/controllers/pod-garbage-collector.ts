/**
 * The pod garbage collector: removes pods that nobody else will remove.
 *
 * @source kubernetes/kubernetes pkg/controller/podgc/gc_controller.go
 */
import { compareText } from '../base/compare.ts';
import { deepFreeze, type Micros, seconds } from '../base/data.ts';
import { setCondition } from '../api/condition.ts';
import { formatTime } from '../api/time.ts';
import type { Node } from '../api/kinds/core/node.ts';
import type { Pod } from '../api/kinds/core/pod.ts';
import type { PodCondition } from '../api/kinds/core/pod-status.ts';
import type { Conversation } from '../sim/conversation.ts';
import { cx, defineController, type ReconcileResult } from '../client/controller.ts';
import { call, keyOf } from '../client/resources.ts';
import { isPodTerminal } from './pods.ts';
import { firstError, isNotFound } from './replies.ts';
import { settings } from './settings.ts';

/** @source pkg/controller/podgc/gc_controller.go (gcCheckPeriod) */
const CHECK_PERIOD = seconds(20);
/** A node must be missing for this long. @source pkg/controller/podgc/gc_controller.go (quarantineTime) */
const QUARANTINE = seconds(40);
/** Pods deleted in one round; the rest waits for the next. */
const ROUND_MAX = 1000;

export const podGarbageCollector = defineController({
  name: 'pod-garbage-collector-controller',
  serviceAccount: 'pod-garbage-collector',
  eventSource: 'pod-garbage-collector',
  source: 'pkg/controller/podgc/gc_controller.go',
  reads: [{ kind: 'Pod' }, { kind: 'Node' }],
  periodic: [{ key: 'round', every: CHECK_PERIOD }],
  workers: 1,
  reconcile,
});

function* reconcile(): Conversation<ReconcileResult> {
  const pods = yield* cx.list<Pod>('Pod');
  const nodes = yield* cx.list<Node>('Node');
  const { terminatedPodGCThreshold } = yield* settings();
  const finished = yield* collect(finishedPods(pods, terminatedPodGCThreshold));
  const terminating = yield* collect(podsOnLostNodes(pods, nodes));
  const orphaned = yield* collectOrphans(pods, nodes);
  const unscheduled = yield* collect(unscheduledTerminating(pods));
  const error = finished ?? terminating ?? orphaned ?? unscheduled;
  return error === undefined ? {} : { error };
}

/** Finished pods beyond the threshold, the oldest first. */
export function finishedPods(pods: readonly Pod[], threshold: number): readonly Pod[] {
  if (threshold <= 0) return [];
  const finished = pods.filter(isPodTerminal);
  if (finished.length <= threshold) return [];
  const age = (pod: Pod): string => pod.metadata.creationTimestamp ?? '';
  return finished.sort((a, b) => compareText(age(a), age(b)) || compareText(keyOf(a), keyOf(b))).slice(0, finished.length - threshold);
}

/** Terminating pods that never got a node. */
export const unscheduledTerminating = (pods: readonly Pod[]): readonly Pod[] =>
  pods.filter(pod => pod.metadata.deletionTimestamp !== undefined && (pod.spec.nodeName ?? '') === '');

/** Terminating pods on nodes that an administrator declared lost by the out-of-service taint. */
function podsOnLostNodes(pods: readonly Pod[], nodes: readonly Node[]): readonly Pod[] {
  const lost = new Set(nodes.filter(node => !isNodeReady(node) && node.spec?.taints?.some(taint => taint.key === 'node.kubernetes.io/out-of-service') === true).map(node => node.metadata.name));
  return lost.size === 0 ? [] : pods.filter(pod => pod.metadata.deletionTimestamp !== undefined && lost.has(pod.spec.nodeName ?? ''));
}

const isNodeReady = (node: Node): boolean => node.status?.conditions?.some(condition => condition.type === 'Ready' && condition.status === 'True') === true;

// ---- Pods on nodes that are gone --------------------------------------------------------------------------------------

/** Memory: `missing/NODE` → when it was first missed. */
function* collectOrphans(pods: readonly Pod[], nodes: readonly Node[]): Conversation<string | undefined> {
  const now = yield* cx.now();
  const known = new Set(nodes.map(node => node.metadata.name));
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods) {
    const node = pod.spec.nodeName ?? '';
    if (node === '' || known.has(node)) continue;
    byNode.set(node, [...(byNode.get(node) ?? []), pod]);
  }
  const gone = yield* goneNodes([...byNode.keys()].sort(compareText), now);
  const orphans = gone.flatMap(node => byNode.get(node) ?? []);
  const failed = yield* markFailed(orphans, now);
  return failed ?? (yield* collect(orphans));
}

/** Nodes missing for the whole quarantine, and missing in the API too. */
function* goneNodes(missing: readonly string[], now: Micros): Conversation<readonly string[]> {
  for (const [slot] of yield* cx.recallAll('missing/')) if (!missing.includes(slot.slice('missing/'.length))) yield* cx.remember(slot, null);
  const gone: string[] = [];
  for (const node of missing) {
    const since = yield* cx.recall<number>(`missing/${node}`);
    if (since === null) { yield* cx.remember(`missing/${node}`, now); continue; }
    if (now - since < QUARANTINE) continue;
    const live = yield* cx.request(call('get', 'Node', node));
    if (isNotFound(live)) gone.push(node);
  }
  return gone;
}

/** Pods that are lost end as Failed, so that whoever counts them counts right. */
function* markFailed(orphans: readonly Pod[], now: Micros): Conversation<string | undefined> {
  const living = orphans.filter(pod => !isPodTerminal(pod));
  const at = formatTime(now);
  const target: PodCondition = { type: 'DisruptionTarget', status: 'True', lastTransitionTime: at, reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' };
  const replies = yield* cx.all(living.map(pod => {
    const conditions = setCondition(pod.status?.conditions, target);
    return call('update', 'Pod', keyOf(pod), { subresource: 'status', body: deepFreeze({ ...pod, status: { ...pod.status, phase: 'Failed' as const, conditions } }) });
  }));
  return firstError(replies, isNotFound);
}

function* collect(pods: readonly Pod[]): Conversation<string | undefined> {
  const round = pods.slice(0, ROUND_MAX);
  const replies = yield* cx.all(round.map(pod => call('delete', 'Pod', keyOf(pod), { options: { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid ?? '' } } })));
  return firstError(replies, reply => isNotFound(reply) || reply.reason === 'Conflict');
}
