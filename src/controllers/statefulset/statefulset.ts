/**
 * The StatefulSet controller: pods with stable names and claims, made and replaced in order.
 *
 * @source kubernetes/kubernetes pkg/controller/statefulset/stateful_set.go, stateful_set_control.go
 * @fidelity simplified: a rolling update without order also replaces old pods that are not available when the budget is used up, as before 1.35 and from 1.37 on; pods do not wait for their claims to be bound
 */
import { equalData } from '../../base/compare.ts';
import { deepFreeze, seconds } from '../../base/data.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { ControllerRevision } from '../../api/kinds/apps/controller-revision.ts';
import type { StatefulSet, StatefulSetStatus } from '../../api/kinds/apps/stateful-set.ts';
import type { Pod } from '../../api/kinds/core/pod.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Caches, cx, defineController, type Memory, type ReconcileResult } from '../../client/controller.ts';
import { call, keyOf } from '../../client/resources.ts';
import type { Delta } from '../../client/informer.ts';
import { claim, claimantsOfOrphan } from '../claims.ts';
import { compareRevisions, forgetRevisions, holdsTemplate, maxRevision, newRevision, renumber, type Revised, storeRevision } from '../history.ts';
import { isNotFound } from '../replies.ts';
import { templateHash } from '../template.ts';
import { control, lookAt, statusOf } from './control.ts';
import { ordinalOf, replicasOf, revisionOfPod, type Revisions } from './pods.ts';

/** Label of a revision with its hash. @source pkg/controller/history/controller_history.go (ControllerRevisionHashLabel) */
const HASH = 'controller.kubernetes.io/hash';
/** Tries to find a name for a revision that nobody has. */
const COLLISIONS_MAX = 20;

export const statefulSetController = defineController({
  name: 'statefulset-controller',
  source: 'pkg/controller/statefulset/stateful_set.go',
  for: 'StatefulSet',
  owns: ['Pod', 'ControllerRevision'],
  watches: [
    { kind: 'Pod', map: orphansByName },
    { kind: 'ControllerRevision', map: claimantsOfOrphan('StatefulSet') },
  ],
  reads: [{ kind: 'PersistentVolumeClaim' }],
  workers: 5,
  reconcile,
});

const byLabels = claimantsOfOrphan('StatefulSet');

/** A set adopts only pods of its own names. */
function orphansByName(delta: Delta, caches: Caches, memory: Memory): readonly string[] {
  return byLabels(delta, caches, memory).filter(key => ordinalOf(caches.informer('StatefulSet').store.get(key) as StatefulSet, delta.object.metadata.name) >= 0);
}

function* reconcile(key: string): Conversation<ReconcileResult> {
  const set = yield* cx.get<StatefulSet>('StatefulSet', key);
  if (set === null) return {};
  const history = yield* claim<ControllerRevision>(set, 'ControllerRevision');
  if (history.error !== undefined) return { error: history.error };
  const claimed = yield* claim<Pod>(set, 'Pod', { isWanted: pod => ordinalOf(set, pod.metadata.name) >= 0 });
  if (claimed.error !== undefined) return { error: claimed.error };
  const pods = claimed.objects.filter(pod => ordinalOf(set, pod.metadata.name) >= 0);
  const found = yield* revisionsOf(set, [...history.objects].sort(compareRevisions));
  if (!found.ok) return { error: found.error };
  const now = yield* cx.now();
  const error = yield* control(lookAt(set, pods, found.revisions, now));
  const status = statusOf(set, pods, { revisions: found.revisions, collisionCount: found.collisionCount, now });
  const written = yield* writeStatus(set, status);
  const problem = error ?? written ?? (yield* truncate(set, history.objects, { pods, revisions: found.revisions }));
  return problem === undefined ? nextLook(set, status) : { error: problem };
}

/** Pods turn available by time alone. */
function nextLook(set: StatefulSet, { availableReplicas = 0 }: StatefulSetStatus): ReconcileResult {
  const minimum = set.spec.minReadySeconds ?? 0;
  return minimum > 0 && availableReplicas !== replicasOf(set) ? { requeueAfter: seconds(minimum) } : {};
}

// ---- Revisions -------------------------------------------------------------------------------------------------------

type Found = { readonly ok: true; readonly revisions: Revisions; readonly collisionCount: number } | { readonly ok: false; readonly error: string };

/** The revision that pods have and the one they shall have. `known`: oldest first. */
function* revisionsOf(set: StatefulSet, known: readonly ControllerRevision[]): Conversation<Found> {
  let collisionCount = set.status?.collisionCount ?? 0;
  const same = known.filter(revision => holdsTemplate(revision, set.spec.template)).at(-1);
  let found: Revised | 'taken' = 'taken';
  if (same !== undefined) found = yield* renumber(same, same === known.at(-1) ? same.revision : maxRevision(known) + 1);
  for (let tries = 0; found === 'taken' && tries < COLLISIONS_MAX; tries++) {
    const hash = templateHash(set.spec.template, collisionCount);
    found = yield* storeRevision(newRevision(set, set.spec.template, { name: `${set.metadata.name}-${hash}`, revision: maxRevision(known) + 1, labels: { [HASH]: hash } }));
    if (found === 'taken') collisionCount++;
  }
  if (found === 'taken') return { ok: false, error: `no free name for a revision of StatefulSet ${keyOf(set)}` };
  if (!found.ok) return found;
  const current = known.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? found.revision;
  return { ok: true, revisions: { current, update: found.revision }, collisionCount };
}

/** Deletes old revisions that no pod has. */
function* truncate(set: StatefulSet, known: readonly ControllerRevision[], { pods, revisions }: { readonly pods: readonly Pod[]; readonly revisions: Revisions }): Conversation<string | undefined> {
  const used = new Set([revisions.current.metadata.name, revisions.update.metadata.name, ...pods.map(revisionOfPod)]);
  return yield* forgetRevisions(known, ({ metadata }) => used.has(metadata.name), set.spec.revisionHistoryLimit ?? 10);
}

/** Writes the status when it differs; a stale cache gets one more try with the object as it is. */
function* writeStatus(set: StatefulSet, status: StatefulSetStatus): Conversation<string | undefined> {
  if (equalData(set.status, status)) return undefined;
  const key = keyOf(set);
  const first = yield* cx.request(call('update', 'StatefulSet', key, { subresource: 'status', body: deepFreeze({ ...set, status }) }));
  if (first.ok) return undefined;
  const fresh = yield* cx.request(call('get', 'StatefulSet', key));
  if (!fresh.ok) return isNotFound(fresh) ? undefined : fresh.message;
  const second = yield* cx.request(call('update', 'StatefulSet', key, { subresource: 'status', body: deepFreeze({ ...fresh.object as KubeObject, status }) }));
  return second.ok ? undefined : second.message;
}
