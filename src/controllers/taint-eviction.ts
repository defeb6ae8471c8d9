/**
 * The taint eviction controller: deletes pods from nodes whose NoExecute taints they do not tolerate (any longer).
 *
 * Memory: `timer/NAMESPACE/NAME` → { uid, at }: when the pod is due.
 *
 * @source kubernetes/kubernetes pkg/controller/tainteviction/taint_eviction.go
 */
import { equalData } from '../base/compare.ts';
import { deepFreeze, type Micros, micros, seconds } from '../base/data.ts';
import { formatTime } from '../api/time.ts';
import type { Taint, Toleration } from '../api/kinds/core/affinity.ts';
import type { Node } from '../api/kinds/core/node.ts';
import type { Pod } from '../api/kinds/core/pod.ts';
import type { Conversation } from '../sim/conversation.ts';
import { type Caches, cx, defineController, type Memory, type ReconcileResult } from '../client/controller.ts';
import { type Delta, listIndexed } from '../client/informer.ts';
import { call, keyOf } from '../client/resources.ts';
import { isNotFound } from './replies.ts';

/** @source pkg/controller/tainteviction/taint_eviction.go (UpdateWorkerSize, podUpdateChannelSize) */
const WORKERS = 8;

export const taintEvictionController = defineController({
  name: 'taint-eviction-controller',
  serviceAccount: 'node-controller',
  eventSource: 'taint-eviction-controller',
  source: 'pkg/controller/tainteviction/taint_eviction.go',
  watches: [{ kind: 'Node', map: nodeChanged }, { kind: 'Pod', map: podChanged }],
  reads: [{ kind: 'Pod', indexes: ['node'] }],
  workers: WORKERS,
  reconcile,
});

const noTaints: readonly Taint[] = [];

/** The taints that evict. */
function noExecute(node: Node | undefined | null): readonly Taint[] {
  const taints = node?.spec?.taints;
  return taints === undefined || !taints.some(taint => taint.effect === 'NoExecute') ? noTaints : taints.filter(taint => taint.effect === 'NoExecute');
}

function nodeChanged(delta: Delta, caches: Caches): readonly string[] {
  const old = noExecute(delta.old as Node | undefined);
  const now = delta.type === 'delete' ? noTaints : noExecute(delta.object as Node);
  if (old === now || (delta.type !== 'add' && equalData(old, now))) return [];
  return listIndexed<Pod>(caches.informer('Pod'), 'node', delta.object.metadata.name).map(keyOf);
}

function podChanged(delta: Delta, caches: Caches, memory: Memory): readonly string[] {
  const pod = delta.object as Pod;
  const old = delta.old as Pod | undefined;
  if (delta.type !== 'delete' && old !== undefined && old.metadata.uid === pod.metadata.uid && isPlacedAlike(old, pod)) return [];
  const key = keyOf(pod);
  if (delta.type === 'delete') return memory.get(`timer/${key}`) === undefined ? [] : [key];
  const node = caches.informer('Node').store.get(pod.spec.nodeName ?? '') as Node | undefined;
  return noExecute(node).length > 0 || memory.get(`timer/${key}`) !== undefined ? [key] : [];
}

const isPlacedAlike = (old: Pod, pod: Pod): boolean => old.spec === pod.spec || (old.spec.nodeName === pod.spec.nodeName && equalData(old.spec.tolerations, pod.spec.tolerations));

export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== taint.effect) return false;
  if (toleration.key !== undefined && toleration.key !== '' && toleration.key !== taint.key) return false;
  return toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '');
}

/** How long a pod may stay: 0 = not at all, Infinity = for good. The shortest of its limits counts. */
export function staysFor(taints: readonly Taint[], tolerations: readonly Toleration[]): number {
  let limit = Infinity;
  for (const taint of taints) {
    const matching = tolerations.find(toleration => tolerates(toleration, taint));
    if (matching === undefined) return 0;
    if (matching.tolerationSeconds !== undefined) limit = Math.min(limit, Math.max(0, seconds(matching.tolerationSeconds)));
  }
  return limit;
}

interface Timer { readonly uid: string; readonly at: number }

function* reconcile(key: string): Conversation<ReconcileResult> {
  const slot = `timer/${key}`;
  const timer = yield* cx.recall<Timer>(slot);
  const pod = yield* cx.get<Pod>('Pod', key);
  if (pod === null || pod.metadata.deletionTimestamp !== undefined || (pod.spec.nodeName ?? '') === '') { yield* cx.remember(slot, null); return {}; }
  const node = yield* cx.get<Node>('Node', pod.spec.nodeName ?? '');
  const stays = staysFor(noExecute(node), pod.spec.tolerations ?? []);
  if (stays === Infinity) return yield* cancelEviction(pod, slot, timer);
  const now = yield* cx.now();
  const uid = pod.metadata.uid ?? '';
  const current = timer?.uid === uid ? timer : undefined;
  // A timer that runs already is kept, whatever limits later taints would give.
  const at = stays === 0 ? now : current?.at ?? now + stays;
  if (now >= at) return yield* evict(pod, slot, now);
  if (current === undefined) {
    yield* cx.remember(slot, { uid, at } satisfies Timer);
    yield* cx.record('pod.eviction.scheduled', { pod: pod.metadata.name, sec: Math.round((at - now) / seconds(1)) });
  }
  return { requeueAfter: micros(at - now) };
}

function* cancelEviction(pod: Pod, slot: string, timer: Timer | null): Conversation<ReconcileResult> {
  if (timer === null) return {};
  yield* cx.remember(slot, null);
  yield* cx.event({ about: pod, type: 'Normal', reason: 'TaintManagerEviction', message: `Cancelling deletion of Pod ${keyOf(pod)}` });
  return {};
}

/** Says why in the pod's conditions, then deletes it; the kubelet, if it is there, ends the containers. */
function* evict(pod: Pod, slot: string, now: Micros): Conversation<ReconcileResult> {
  const key = keyOf(pod);
  yield* cx.event({ about: pod, type: 'Normal', reason: 'TaintManagerEviction', message: `Marking for deletion Pod ${key}` });
  const reason = { reason: 'DeletionByTaintManager', message: 'Taint manager: deleting due to NoExecute taint' };
  const body = deepFreeze({ status: { conditions: [{ type: 'DisruptionTarget', status: 'True', lastTransitionTime: formatTime(now), ...reason }] } });
  const marked = yield* cx.request(call('patch', 'Pod', key, { subresource: 'status', body, patchType: 'strategic' }));
  if (!marked.ok && !isNotFound(marked)) return { error: marked.message };
  const reply = yield* cx.request(call('delete', 'Pod', key, { options: { preconditions: { uid: pod.metadata.uid ?? '' } } }));
  if (!reply.ok && !isNotFound(reply)) return { error: reply.message };
  yield* cx.remember(slot, null);
  yield* cx.record('pod.evicted', { pod: pod.metadata.name, node: pod.spec.nodeName ?? '', reason: 'NoExecute taint' });
  return {};
}
