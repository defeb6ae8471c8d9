/**
 * Where pods come from: the API (pods bound to this node) and the manifests folder (static pods, with mirrors in the API).
 *
 * @source kubernetes/kubernetes pkg/kubelet/config/{apiserver,file,common}.go, pkg/kubelet/pod/mirror_client.go
 */
import { deepFreeze, seconds } from '../base/data.ts';
import { hex32 } from '../base/hex.ts';
import { hashText } from '../base/prng.ts';
import { findCondition } from '../api/condition.ts';
import { formatTime } from '../api/time.ts';
import type { Node } from '../api/kinds/core/node.ts';
import type { Pod } from '../api/kinds/core/pod.ts';
import { type Delta, getCached } from '../client/informer.ts';
import { call, keyOf } from '../client/resources.ts';
import { request, type RestEvent } from '../client/rest.ts';
import { newWorker } from './pod-worker.ts';
import { tellResize } from './resize-events.ts';
import { adopt, settleEnded, stopOrphans } from './relist.ts';
import { addEphemeral, isMain, type Kubelet, type PodWorker } from './state.ts';
import { cleanUp } from './status-manager.ts';
import { stopOne } from './stop.ts';
import { terminate } from './termination.ts';

/** Next try of a mirror that the API did not take. */
const MIRROR_RETRY = seconds(2);
/** Tag of the request that takes a mirror away. */
const MIRROR_DELETE = 'mirror:';
const MIRROR = 'kubernetes.io/config.mirror';
const HASH = 'kubernetes.io/config.hash';
const SOURCE = 'kubernetes.io/config.source';
const SEEN = 'kubernetes.io/config.seen';

/** A change of a pod of this node. */
export function podChanged(kubelet: Kubelet, delta: Delta): void {
  const pod = delta.object as Pod;
  if (pod.metadata.annotations?.[MIRROR] !== undefined) { mirrorChanged(kubelet, delta, pod); return; }
  const uid = pod.metadata.uid ?? '';
  const worker = kubelet.state.workers.get(uid);
  if (delta.type === 'delete') { if (worker !== undefined) removed(kubelet, worker); return; }
  if (worker === undefined) {
    if (delta.old !== undefined && delta.old.metadata.uid !== uid) replaced(kubelet, delta.old as Pod);
    added(kubelet, pod, { uid, isStatic: false });
    return;
  }
  const before = worker.pod;
  worker.pod = pod;
  if (pod.metadata.deletionTimestamp !== undefined) terminate(kubelet, worker, 'delete');
  else if (pod.spec !== before.spec) specChanged(kubelet, worker, before);
  else if (pod.spec.readinessGates !== undefined) kubelet.touched.add(uid);
  if (isOverwritten(worker)) {
    worker.reported = Object.freeze({ phase: 'Unknown' });
    kubelet.touched.add(uid);
  }
}

/**
 * Somebody else changed what this kubelet reports, as the node controller does with the pods of a silent node: it is reported again.
 *
 * @source pkg/kubelet/status/status_manager.go (needsReconcile)
 */
function isOverwritten({ pod, reported, reporting }: PodWorker): boolean {
  if (reported === null || reporting !== 0) return false;
  const shown = pod.status?.conditions;
  if (reported.conditions === shown || reported.conditions === undefined) return false;
  for (const { type, status } of reported.conditions) if (findCondition(shown, type)?.status !== status) return true;
  return false;
}

/** An object with the same name took the place of one that was still here. */
function replaced(kubelet: Kubelet, old: Pod): void {
  const worker = kubelet.state.workers.get(old.metadata.uid ?? '');
  if (worker !== undefined) removed(kubelet, worker);
}

function added(kubelet: Kubelet, pod: Pod, identity: { readonly uid: string; readonly isStatic: boolean }): PodWorker {
  const { state } = kubelet;
  const worker = newWorker(kubelet, pod, identity);
  state.workers.set(identity.uid, worker);
  state.names.set(keyOf(pod), identity.uid);
  if (state.runtime === 'up' && state.foundContainers !== null) adopt(kubelet, worker);
  settleEnded(kubelet, worker);
  if (pod.metadata.deletionTimestamp !== undefined) terminate(kubelet, worker, 'delete');
  kubelet.touched.add(identity.uid);
  return worker;
}

function removed(kubelet: Kubelet, worker: PodWorker): void {
  if (worker.termination?.step === 'done' || worker.termination?.step === 'deleting') { cleanUp(kubelet, worker); return; }
  terminate(kubelet, worker, 'forget');
}

/** A container whose image changed is stopped and comes back with the new one; ephemeral containers are added. */
function specChanged(kubelet: Kubelet, worker: PodWorker, before: Pod): void {
  for (const container of worker.pod.spec.containers) {
    const old = before.spec.containers.find(one => one.name === container.name);
    const work = worker.containers.find(one => one.name === container.name && isMain(one));
    if (old === undefined || work === undefined || old.image === container.image) continue;
    work.pullDelay = 0;
    work.pullNotBefore = 0;
    if (work.state === 'running') stopOne(kubelet, worker, work, worker.pod.spec.terminationGracePeriodSeconds ?? 30);
  }
  if (worker.pod.spec.ephemeralContainers !== before.spec.ephemeralContainers) {
    addEphemeral(worker.pod, worker.containers);
    // Their variables may name objects that were not read yet.
    worker.sources = null;
  }
  tellResize(kubelet, worker, before);
  kubelet.touched.add(worker.uid);
}

/** The first list of the API has arrived: what nobody wants is stopped, mirrors are looked for. */
export function apiSynced(kubelet: Kubelet): void {
  stopOrphans(kubelet);
  for (const worker of kubelet.state.workers.values()) if (worker.isStatic) kubelet.touched.add(worker.uid);
}

// ---- Static pods -----------------------------------------------------------------------------------------------------

/** Static pods stay whatever befalls their node. @source pkg/kubelet/config/common.go (applyDefaults) */
const TOLERATES_ALL = deepFreeze({ operator: 'Exists', effect: 'NoExecute' } as const);

/** The manifest as a pod of this node. */
function staticPod(kubelet: Kubelet, manifest: Pod): { readonly pod: Pod; readonly uid: string } {
  const { nodeName } = kubelet.state.config;
  const text = `${nodeName} ${manifest.metadata.namespace ?? 'default'} ${manifest.metadata.name} ${JSON.stringify(manifest.spec)}`;
  let uid = '';
  for (let i = 0; i < 4; i++) uid += hex32(hashText(text, 0x811c9dc5 + i));
  const { name, namespace = 'default', labels = {}, annotations = {} } = manifest.metadata;
  const spec = { ...manifest.spec, nodeName, tolerations: [...manifest.spec.tolerations ?? [], TOLERATES_ALL] };
  const marks = { [HASH]: uid, [SEEN]: formatTime(kubelet.out.now), [SOURCE]: 'file' };
  return { uid, pod: deepFreeze({ apiVersion: 'v1', kind: 'Pod', metadata: { name: `${name}-${nodeName}`, namespace, uid, labels, annotations: { ...annotations, ...marks } }, spec }) };
}

/** Makes the static pods those of the manifests. */
export function readManifests(kubelet: Kubelet, manifests: readonly Pod[]): void {
  const { state, out } = kubelet;
  const wanted = new Set<string>();
  const first = state.staticPods.length === 0;
  state.staticPods = manifests;
  const pods = manifests.map(manifest => staticPod(kubelet, manifest));
  for (const { uid } of pods) wanted.add(uid);
  for (const worker of [...state.workers.values()]) {
    if (!worker.isStatic || wanted.has(worker.uid)) continue;
    out.record('kubelet.staticpod.changed', { file: `${worker.pod.metadata.name.slice(0, -state.config.nodeName.length - 1)}.yaml` });
    deleteMirror(kubelet, worker.pod);
    terminate(kubelet, worker, 'forget');
  }
  for (const { pod, uid } of pods) {
    if (state.workers.has(uid)) continue;
    if (!first) out.record('kubelet.staticpod.changed', { file: `${pod.metadata.name.slice(0, -state.config.nodeName.length - 1)}.yaml` });
    added(kubelet, pod, { uid, isStatic: true });
  }
}

/** Shows a static pod in the API, once the API and the node are there. */
export function ensureMirror(kubelet: Kubelet, worker: PodWorker): void {
  const { state, out } = kubelet;
  if (!worker.isStatic || worker.mirror !== 'none' || !state.pods.synced || worker.termination !== null) return;
  const known = getCached<Pod>(state.pods, keyOf(worker.pod));
  if (known !== undefined) {
    if (known.metadata.annotations?.[MIRROR] === worker.uid) { worker.mirror = 'known'; return; }
    if (known.metadata.deletionTimestamp === undefined) deleteMirror(kubelet, known);
    return;
  }
  const node = getCached<Node>(state.node, state.config.nodeName);
  if (node === undefined) return;
  const { uid: _uid, annotations = {}, ...metadata } = worker.pod.metadata;
  const owner = { apiVersion: 'v1', kind: 'Node', name: node.metadata.name, uid: node.metadata.uid ?? '', controller: true };
  const body = deepFreeze({ ...worker.pod, metadata: { ...metadata, annotations: { ...annotations, [MIRROR]: worker.uid }, ownerReferences: [owner] } });
  worker.mirror = 'creating';
  request(state.rest, out, call('create', 'Pod', keyOf(worker.pod), { body }), `mirror:${worker.uid}`);
}

function deleteMirror(kubelet: Kubelet, pod: Pod): void {
  request(kubelet.state.rest, kubelet.out, call('delete', 'Pod', keyOf(pod), { options: { gracePeriodSeconds: 0 } }), MIRROR_DELETE);
}

/** Looks at all static pods again: mirrors that were not made or not taken away. */
export function lookAtMirrors(kubelet: Kubelet): void {
  for (const worker of kubelet.state.workers.values()) {
    if (!worker.isStatic) continue;
    kubelet.touched.add(worker.uid);
    const known = getCached<Pod>(kubelet.state.pods, keyOf(worker.pod));
    if (known?.metadata.deletionTimestamp !== undefined) deleteMirror(kubelet, known);
  }
}

/** Takes an answer of the API if it is about a mirror. */
export function mirrorAnswered(kubelet: Kubelet, event: RestEvent): boolean {
  if (!event.tag.startsWith('mirror:')) return false;
  if (event.tag === MIRROR_DELETE && event.type === 'response' && event.code !== 200 && event.code !== 404) kubelet.out.startTimer('mirrors', MIRROR_RETRY);
  const worker = kubelet.state.workers.get(event.tag.slice('mirror:'.length));
  if (worker !== undefined && event.type === 'response' && event.code !== 201 && worker.mirror === 'creating') {
    worker.mirror = 'none';
    kubelet.out.startTimer('mirrors', MIRROR_RETRY);
  }
  return true;
}

function mirrorChanged(kubelet: Kubelet, delta: Delta, pod: Pod): void {
  const { state } = kubelet;
  const hash = pod.metadata.annotations?.[MIRROR] ?? '';
  const worker = state.workers.get(hash);
  if (delta.type === 'delete') {
    const named = state.workers.get(state.names.get(keyOf(pod)) ?? '');
    if (named === undefined || !named.isStatic) return;
    named.mirror = 'none';
    named.reported = null;
    kubelet.touched.add(named.uid);
    return;
  }
  if (pod.metadata.deletionTimestamp !== undefined) { deleteMirror(kubelet, pod); return; }
  if (worker === undefined) { if (state.runtime === 'up') deleteMirror(kubelet, pod); return; }
  if (worker.mirror !== 'known') kubelet.touched.add(worker.uid);
  worker.mirror = 'known';
}
