/**
 * The DaemonSet controller: one pod on each node that should have one.
 *
 * @source kubernetes/kubernetes pkg/controller/daemon/daemon_controller.go, update.go
 */
import { compareText, equalData } from '../../base/compare.ts';
import { deepFreeze, type Micros, micros, minutes, seconds } from '../../base/data.ts';
import type { KubeObject } from '../../api/meta.ts';
import { isEmptyLabelSelector } from '../../api/selector.ts';
import type { ControllerRevision } from '../../api/kinds/apps/controller-revision.ts';
import type { DaemonSet, DaemonSetStatus } from '../../api/kinds/apps/daemon-set.ts';
import type { Node } from '../../api/kinds/core/node.ts';
import type { Pod } from '../../api/kinds/core/pod.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Caches, cx, defineController, type Memory, type ReconcileResult } from '../../client/controller.ts';
import { creationObserved, deletionObserved, expectChanges, forgetExpectations, satisfied } from '../../client/expectations.ts';
import type { Delta } from '../../client/informer.ts';
import { call, keyOf } from '../../client/resources.ts';
import { claim, claimantsOfOrphan } from '../claims.ts';
import { forgetRevisions, holdsTemplate, maxRevision, newRevision, renumber, type Revised, REVISION_HASH, storeRevision } from '../history.ts';
import { creationOf, sendCreations, sendDeletions } from '../pod-control.ts';
import { isPodAvailable, isPodReady, isPodTerminal, readySince } from '../pods.ts';
import { isNotFound } from '../replies.ts';
import { controllerOf, templateHash } from '../template.ts';
import { daemonTemplate, podForNode, targetNode, wantsPod } from './nodes.ts';
import { type PodsByNode, rollingSteps, type Steps, surges } from './rollout.ts';

/** Pods made or deleted in one look. @source same file (BurstReplicas) */
const BURST_REPLICAS = 250;
/** Waits before a failed pod of a node is replaced again. @source cmd/kube-controller-manager/app/apps.go (flowcontrol.NewBackOff(1*time.Second, 15*time.Minute)) */
const FAILED_POD_WAIT = { min: seconds(1), max: minutes(15) } as const;

export const daemonSetController = defineController({
  name: 'daemonset-controller',
  serviceAccount: 'daemon-set-controller',
  source: 'pkg/controller/daemon/daemon_controller.go',
  for: 'DaemonSet',
  owns: ['Pod', 'ControllerRevision'],
  watches: [
    { kind: 'Pod', map: claimantsOfOrphan('DaemonSet') },
    { kind: 'ControllerRevision', map: claimantsOfOrphan('DaemonSet') },
    { kind: 'Node', map: setsForNode },
  ],
  observe: observePods,
  ignores: isSameDaemon,
  workers: 2,
  reconcile,
});

// ---- What the caches show --------------------------------------------------------------------------------------------

/** Whether two versions of a pod count alike. */
function isSameDaemon(old: KubeObject, object: KubeObject): boolean {
  if (object.kind !== 'Pod') return false;
  const [before, after] = [old as Pod, object as Pod];
  if (before.status?.phase !== after.status?.phase || before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp || before.spec.nodeName !== after.spec.nodeName) return false;
  return isPodReady(before) === isPodReady(after) && readySince(before) === readySince(after) && equalData(before.metadata.labels, after.metadata.labels);
}

/** Tells the expectations what the cache saw. */
function observePods({ type, object, old }: Delta, memory: Memory): void {
  if (object.kind !== 'Pod') return;
  const owner = controllerOf(object);
  if (owner?.kind !== 'DaemonSet') return;
  const key = `${object.metadata.namespace ?? ''}/${owner.name}`;
  const ends = type === 'delete' || object.metadata.deletionTimestamp !== undefined;
  if (type === 'add' && !ends) creationObserved(memory, key);
  else if (ends && old?.metadata.deletionTimestamp === undefined) deletionObserved(memory, key, keyOf(object));
}

/** Sets whose judgement of a node changed with it. */
function setsForNode({ type, object, old }: Delta, caches: Caches): readonly string[] {
  const [node, before] = [object as Node, old as Node | undefined];
  if (type === 'delete') return [];
  if (before !== undefined && before.spec?.taints === node.spec?.taints && before.metadata.labels === node.metadata.labels) return [];
  if (before !== undefined && equalData(before.spec?.taints, node.spec?.taints) && equalData(before.metadata.labels, node.metadata.labels)) return [];
  const keys: string[] = [];
  for (const [key, set] of caches.informer('DaemonSet').store) {
    const [then, now] = [before === undefined ? { runs: false, stays: false } : wantsPod(set as DaemonSet, before), wantsPod(set as DaemonSet, node)];
    if (then.runs !== now.runs || then.stays !== now.stays) keys.push(key);
  }
  return keys;
}

// ---- One look --------------------------------------------------------------------------------------------------------

/** A look: the set, the nodes, and the pods by node. */
interface Look { readonly set: DaemonSet; readonly key: string; readonly nodes: readonly Node[]; readonly hash: string; readonly now: Micros }

function* reconcile(key: string): Conversation<ReconcileResult> {
  const set = yield* cx.get<DaemonSet>('DaemonSet', key);
  if (set === null) { yield* forgetExpectations(key); yield* forgetFailures(key); return {}; }
  if (isEmptyLabelSelector(set.spec.selector)) {
    yield* cx.event({ about: set, type: 'Warning', reason: 'SelectingAll', message: 'This daemon set is selecting all pods. A non-empty selector is required.' });
    return {};
  }
  if (set.metadata.deletionTimestamp !== undefined) return {};
  const nodes = yield* cx.list<Node>('Node');
  const history = yield* constructHistory(set);
  if (!history.ok) return { error: history.error };
  const now = yield* cx.now();
  const look: Look = { set, key, nodes, hash: history.current.metadata.labels?.[REVISION_HASH] ?? '', now };
  const wasSettled = yield* satisfied(key, now);
  const error = wasSettled ? yield* update(look, history.old) : undefined;
  const pods = yield* claim<Pod>(set, 'Pod');
  const written = yield* writeStatus(look, pods.objects, wasSettled);
  return (error ?? written.error) === undefined ? written.again : { error: error ?? written.error ?? '' };
}

/** Pods where they are missing, then a step of the rollout, then revisions that nobody needs. Each sees the pods as the cache has them by then. */
function* update(look: Look, old: readonly ControllerRevision[]): Conversation<string | undefined> {
  const { set, key, now } = look;
  const pods = yield* claim<Pod>(set, 'Pod');
  if (pods.error !== undefined) return pods.error;
  const managed = yield* syncNodes(look, yield* placements(look, groupByNode(pods.objects)));
  if (managed !== undefined) return managed;
  if ((yield* satisfied(key, now)) && set.spec.updateStrategy?.type !== 'OnDelete') {
    const rolled = yield* rollOn(look);
    if (rolled !== undefined) return rolled;
  }
  return yield* cleanUp(look, old);
}

/** A step of the rollout; nodes that lack their pod count as unavailable. */
function* rollOn(look: Look): Conversation<string | undefined> {
  const { set, nodes, hash, now } = look;
  const pods = yield* claim<Pod>(set, 'Pod');
  if (pods.error !== undefined) return pods.error;
  const byNode = groupByNode(pods.objects);
  const wanted = nodes.filter(node => wantsPod(set, node).runs).map(({ metadata }) => metadata.name);
  for (const name of wanted) if (!byNode.has(name)) byNode.set(name, []);
  return yield* syncNodes(look, rollingSteps(set, sorted(byNode), { hash, desired: wanted.length, now }));
}

/** Old revisions beyond the limit go; those that pods still have count, but stay. */
function* cleanUp({ set }: Look, old: readonly ControllerRevision[]): Conversation<string | undefined> {
  const pods = yield* cx.indexed<Pod>('Pod', 'controller', set.metadata.uid ?? '');
  const hashes = new Set(pods.map(pod => pod.metadata.labels?.[REVISION_HASH]));
  const isUsed = (revision: ControllerRevision): boolean => hashes.has(revision.metadata.labels?.[REVISION_HASH]);
  return yield* forgetRevisions(old, isUsed, Math.max(0, (set.spec.revisionHistoryLimit ?? 10) - old.filter(isUsed).length));
}

const sorted = (map: PodsByNode): PodsByNode => new Map([...map].sort(([a], [b]) => compareText(a, b)));

function groupByNode(pods: readonly Pod[]): Map<string, readonly Pod[]> {
  const groups = new Map<string, Pod[]>();
  for (const pod of pods) {
    if (isPodTerminal(pod) && pod.metadata.deletionTimestamp !== undefined) continue;
    const node = targetNode(pod);
    const group = groups.get(node);
    if (group === undefined) groups.set(node, [pod]);
    else group.push(pod);
  }
  return groups;
}

/** Pods that must come and go whatever the revision. */
function* placements(look: Look, byNode: PodsByNode): Conversation<Steps> {
  const { set, nodes } = look;
  const create: string[] = [];
  const remove: Pod[] = [];
  for (const node of nodes) {
    const { name } = node.metadata;
    const { runs, stays } = wantsPod(set, node);
    const pods = byNode.get(name) ?? [];
    if (stays && pods.length > 0) {
      const running = yield* runningOf(look, name, { pods, remove });
      if (surges(set) && running.length === 0 && runs) create.push(name);
      else remove.push(...surplus(look, running));
    } else if (runs && pods.length === 0) create.push(name);
    else if (!stays) remove.push(...pods.filter(pod => pod.metadata.deletionTimestamp === undefined));
  }
  // Pods that never got to a node which is gone now.
  const known = new Set(nodes.map(node => node.metadata.name));
  for (const [name, pods] of byNode) if (!known.has(name)) remove.push(...pods.filter(pod => (pod.spec.nodeName ?? '') === '' && pod.metadata.deletionTimestamp === undefined));
  return { create, remove };
}

/** Living pods of a node that have not ended; those that have are to be removed, the failed ones with growing waits. */
function* runningOf(look: Look, node: string, { pods, remove }: { readonly pods: readonly Pod[]; readonly remove: Pod[] }): Conversation<readonly Pod[]> {
  const running: Pod[] = [];
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    const about = `daemon pod ${keyOf(pod)} on node ${node}, will try to`;
    if (pod.status?.phase === 'Failed') {
      if (!(yield* mayReplace(look, node))) continue;
      yield* cx.event({ about: look.set, type: 'Warning', reason: 'FailedDaemonPod', message: `Found failed ${about} kill it` });
      remove.push(pod);
    } else if (pod.status?.phase === 'Succeeded') {
      yield* cx.event({ about: look.set, type: 'Normal', reason: 'SucceededDaemonPod', message: `Found succeeded ${about} delete it` });
      remove.push(pod);
    } else running.push(pod);
  }
  return running;
}

interface Failures { readonly wait: Micros; readonly at: Micros }

/** Memory: `failed/SET/NODE/GENERATION` → the last wait and when it began. */
function* mayReplace({ set, key, now }: Look, node: string): Conversation<boolean> {
  const slot = `failed/${key}/${node}/${set.status?.observedGeneration ?? 0}`;
  const before = yield* cx.recall<Failures>(slot);
  if (before !== null && now - before.at < before.wait) { yield* cx.requeue(key, micros(before.at + before.wait - now)); return false; }
  // After twice the longest wait without failures it begins anew.
  const isFresh = before === null || now - before.at > 2 * FAILED_POD_WAIT.max;
  yield* cx.remember(slot, { wait: isFresh ? FAILED_POD_WAIT.min : micros(Math.min(2 * before.wait, FAILED_POD_WAIT.max)), at: now } satisfies Failures);
  return true;
}

function* forgetFailures(key: string): Conversation<void> {
  for (const [slot] of yield* cx.recallAll(`failed/${key}/`)) yield* cx.remember(slot, null);
}

/** Of several pods on a node one stays; two while a new one comes up beside an old one that works. */
function surplus({ set, hash, now }: Look, running: readonly Pod[]): readonly Pod[] {
  if (running.length <= 1) return [];
  const byAge = [...running].sort(compareAge);
  if (!surges(set)) return byAge.slice(1);
  const fresh = byAge.find(pod => pod.metadata.labels?.[REVISION_HASH] === hash);
  const old = byAge.find(pod => pod.metadata.labels?.[REVISION_HASH] !== hash);
  const extra = byAge.filter(pod => pod !== fresh && pod !== old);
  const isReplaced = fresh !== undefined && old !== undefined && (!isPodReady(old) || isPodAvailable(fresh, set.spec.minReadySeconds ?? 0, now));
  return isReplaced ? [...extra, old] : extra;
}

/** Those on a node first, then the older. */
function compareAge(a: Pod, b: Pod): number {
  const placed = (pod: Pod): number => ((pod.spec.nodeName ?? '') === '' ? 1 : 0);
  return placed(a) - placed(b) || compareText(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') || compareText(a.metadata.name, b.metadata.name);
}

/** Makes and deletes pods; returns the error to retry. */
function* syncNodes({ set, key, hash, now }: Look, steps: Steps): Conversation<string | undefined> {
  const [create, remove] = [steps.create.slice(0, BURST_REPLICAS), steps.remove.slice(0, BURST_REPLICAS)];
  if (create.length + remove.length === 0) return undefined;
  yield* expectChanges(key, { creations: create.length, deletions: remove.map(keyOf) }, now);
  const template = daemonTemplate(set, hash);
  const made = yield* sendCreations(set, create.length, at => creationOf(set, podForNode(template, set, create[at] ?? '')));
  const gone = yield* sendDeletions(set, remove, key);
  return made.error ?? gone.error;
}

// ---- Revisions -------------------------------------------------------------------------------------------------------

type History = { readonly ok: true; readonly current: ControllerRevision; readonly old: readonly ControllerRevision[] } | { readonly ok: false; readonly error: string };

/** The revision of the template as it is, which has the highest number, and the older ones. */
function* constructHistory(set: DaemonSet): Conversation<History> {
  const claimed = yield* claim<ControllerRevision>(set, 'ControllerRevision');
  if (claimed.error !== undefined) return { ok: false, error: claimed.error };
  const same = claimed.objects.filter(revision => holdsTemplate(revision, set.spec.template));
  const old = claimed.objects.filter(revision => !same.includes(revision));
  const number = maxRevision(old) + 1;
  const kept = same.find(revision => revision.revision === maxRevision(same));
  const found = kept === undefined ? yield* snapshot(set, number) : yield* renumber(kept, Math.max(kept.revision, number));
  return found.ok ? { ok: true, current: found.revision, old } : found;
}

function* snapshot(set: DaemonSet, number: number): Conversation<Revised> {
  const hash = templateHash(set.spec.template, set.status?.collisionCount);
  const wanted = newRevision(set, set.spec.template, { name: `${set.metadata.name}-${hash}`, revision: number, labels: { [REVISION_HASH]: hash } });
  const stored = yield* storeRevision(wanted);
  if (stored !== 'taken') return stored;
  // Another template has the same hash: the count makes the next one differ.
  const status = { ...emptyStatus, ...set.status, collisionCount: (set.status?.collisionCount ?? 0) + 1 };
  const reply = yield* cx.request(call('update', 'DaemonSet', keyOf(set), { subresource: 'status', body: deepFreeze({ ...set, status }) }));
  return { ok: false, error: reply.ok ? `controllerrevisions.apps "${wanted.metadata.name}" already exists` : reply.message };
}

// ---- Status ----------------------------------------------------------------------------------------------------------

const emptyStatus: DaemonSetStatus = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };

/** How many nodes should have a pod, have one, have a new one, have one that is ready; and pods where none should be. */
function statusOf({ set, nodes, hash, now }: Look, pods: readonly Pod[], observed: boolean): DaemonSetStatus {
  const byNode = groupByNode(pods);
  let [desired, current, misscheduled, ready, updated, available] = [0, 0, 0, 0, 0, 0];
  for (const node of nodes) {
    const [oldest] = [...(byNode.get(node.metadata.name) ?? [])].sort(compareAge);
    if (!wantsPod(set, node).runs) { if (oldest !== undefined) misscheduled++; continue; }
    desired++;
    if (oldest === undefined) continue;
    current++;
    if (oldest.metadata.labels?.[REVISION_HASH] === hash) updated++;
    if (!isPodReady(oldest)) continue;
    ready++;
    if (isPodAvailable(oldest, set.spec.minReadySeconds ?? 0, now)) available++;
  }
  const { collisionCount, conditions, observedGeneration } = set.status ?? emptyStatus;
  const generation = observed ? set.metadata.generation : observedGeneration;
  return {
    currentNumberScheduled: current, numberMisscheduled: misscheduled, desiredNumberScheduled: desired, numberReady: ready,
    ...(generation !== undefined ? { observedGeneration: generation } : {}), ...(updated > 0 ? { updatedNumberScheduled: updated } : {}), ...(available > 0 ? { numberAvailable: available } : {}),
    ...(desired > available ? { numberUnavailable: desired - available } : {}), ...(collisionCount !== undefined ? { collisionCount } : {}), ...(conditions !== undefined ? { conditions } : {}),
  };
}

/** Writes the status when it differs; a stale cache gets one more try with the object as it is. */
function* writeStatus(look: Look, pods: readonly Pod[], observed: boolean): Conversation<{ readonly again: ReconcileResult; readonly error?: string }> {
  const { set, key } = look;
  const status = statusOf(look, pods, observed);
  const minimum = set.spec.minReadySeconds ?? 0;
  const again: ReconcileResult = minimum > 0 && status.numberReady !== (status.numberAvailable ?? 0) ? { requeueAfter: seconds(minimum) } : {};
  if (equalData(set.status, status)) return { again };
  const first = yield* cx.request(call('update', 'DaemonSet', key, { subresource: 'status', body: deepFreeze({ ...set, status }) }));
  if (first.ok) return { again };
  const fresh = yield* cx.request(call('get', 'DaemonSet', key));
  if (!fresh.ok) return isNotFound(fresh) ? { again } : { again, error: fresh.message };
  const second = yield* cx.request(call('update', 'DaemonSet', key, { subresource: 'status', body: deepFreeze({ ...fresh.object, status }) }));
  return second.ok ? { again } : { again, error: second.message };
}
