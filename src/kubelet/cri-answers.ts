/** Answers and events of the runtime, and what they mean for the pods. */
import type { CriContainer, CriImage, CriServerMessage, PodSandbox } from '../api/cri.ts';
import { takeCall, ask, podEvent } from './cri-client.ts';
import { canonicalImage } from './images.ts';
import { pulled, pullFailed } from './image-puller.ts';
import { pageGiven, pageRefused } from './http/server.ts';
import { logsGiven, logsRefused } from './logs.ts';
import { nodeChanged } from './node-agent.ts';
import { createContainer } from './pod-worker.ts';
import { startProbes } from './probes.ts';
import { streamOpened } from './streaming.ts';
import { containersListed, imagesListed, sandboxesListed, sandboxGone } from './relist.ts';
import { containerEnded } from './restart.ts';
import { retryLater } from './retry.ts';
import { statsGiven } from './scrape.ts';
import { type ContainerWork, type Kubelet, type PendingCall, type PodWorker, specOf, workOf } from './state.ts';

/** Takes a message of the runtime. */
export function fromRuntime(kubelet: Kubelet, message: CriServerMessage): void {
  if (message.type === 'cri.event') { happened(kubelet, message); return; }
  if (message.type === 'cri.stream') return;
  const pending = takeCall(kubelet, message.id);
  if (pending === undefined) return;
  if (message.type === 'cri.error') refused(kubelet, pending, message);
  else answered(kubelet, pending, message.body);
}

/** Something ended by itself. */
function happened(kubelet: Kubelet, event: CriServerMessage & { readonly type: 'cri.event' }): void {
  const worker = kubelet.state.workers.get(event.podUid);
  if (worker === undefined) return;
  if (event.container === undefined) {
    if (event.containerId === worker.sandboxId && worker.termination === null) {
      for (const [id, pending] of kubelet.state.calls) if (pending.uid === worker.uid && id === worker.call) kubelet.state.calls.delete(id);
      worker.call = 0;
      sandboxGone(kubelet, worker, { exitCode: 137, reason: 'Error' });
    }
    kubelet.touched.add(worker.uid);
    return;
  }
  const work = workOf(worker, event.container.name);
  if (work === undefined || work.id !== event.containerId) return;
  containerEnded(kubelet, worker, work, event.container);
}

function answered(kubelet: Kubelet, pending: PendingCall, body: object): void {
  const { state } = kubelet;
  const got = body as { readonly images: readonly CriImage[]; readonly sandboxes: readonly PodSandbox[]; readonly containers: readonly CriContainer[]; readonly sandbox: PodSandbox; readonly id: string; readonly imageRef: string; readonly size: number; readonly container?: CriContainer; readonly lines: readonly string[]; readonly times: readonly number[] };
  if (pending.extra !== undefined && 'asker' in pending.extra) { pageGiven(kubelet, pending.extra, body); return; }
  switch (pending.op) {
    case 'listImages': imagesListed(kubelet, got.images); return;
    case 'listPodSandbox': sandboxesListed(kubelet, got.sandboxes); return;
    case 'listContainers': containersListed(kubelet, got.containers); return;
    case 'updateRuntimeConfig': networkReady(kubelet); return;
    case 'containerLogs': if (pending.extra !== undefined && 'to' in pending.extra) logsGiven(kubelet, pending.extra, got); return;
    case 'openStream': if (pending.extra !== undefined && 'opener' in pending.extra) streamOpened(kubelet, pending.extra); return;
    case 'listContainerStats': if (pending.extra !== undefined && 'scraper' in pending.extra) statsGiven(kubelet, pending.extra, body as never); return;
    case 'pullImage': pullAnswered(kubelet, pending, got); return;
    default: break;
  }
  const worker = state.workers.get(pending.uid);
  if (worker === undefined) return;
  kubelet.touched.add(worker.uid);
  const work = workOf(worker, pending.container);
  switch (pending.op) {
    case 'runPodSandbox': sandboxReady(kubelet, worker, got.sandbox); return;
    case 'createContainer': if (work !== undefined) created(kubelet, worker, work, got); return;
    case 'startContainer': if (work !== undefined) started(kubelet, worker, work); return;
    case 'stopContainer': if (work !== undefined && got.container !== undefined) containerEnded(kubelet, worker, work, got.container); return;
    case 'stopPodSandbox': worker.call = 0; return;
    default: return;
  }
}

function networkReady(kubelet: Kubelet): void {
  const { state } = kubelet;
  if (state.networkReady) return;
  state.networkReady = true;
  nodeChanged(kubelet);
  for (const worker of state.workers.values()) if (worker.sandboxId === '') { worker.retryAt = 0; kubelet.touched.add(worker.uid); }
}

function pullAnswered(kubelet: Kubelet, pending: PendingCall, got: { readonly imageRef: string; readonly size: number }): void {
  if (pending.extra === undefined || !('began' in pending.extra)) return;
  const { image, began } = pending.extra;
  const { uid, container } = pending;
  pulled(kubelet, { uid, container, since: pending.at, began, image }, got);
  nodeChanged(kubelet);
  const worker = kubelet.state.workers.get(uid);
  const work = worker === undefined ? undefined : workOf(worker, container);
  if (worker === undefined || work === undefined || work.state !== 'pulling' || worker.termination !== null) return;
  createContainer(kubelet, worker, work);
}

function sandboxReady(kubelet: Kubelet, worker: PodWorker, sandbox: PodSandbox): void {
  worker.call = 0;
  worker.retryDelay = 0;
  worker.sandboxId = sandbox.id;
  worker.ip = sandbox.hostNetwork ? kubelet.state.config.address : sandbox.ip;
  kubelet.out.record('cri.sandbox.ready', { pod: worker.pod.metadata.name, ip: worker.ip, node: kubelet.state.config.nodeName });
}

function created(kubelet: Kubelet, worker: PodWorker, work: ContainerWork, got: { readonly id: string; readonly imageRef: string }): void {
  const previous = work.last?.containerID?.replace('containerd://', '');
  work.id = got.id;
  work.imageRef = got.imageRef;
  podEvent(kubelet, worker, { type: 'Normal', reason: 'Created', message: 'Container created', container: work.name, init: work.init });
  if (worker.termination !== null) { worker.call = 0; work.state = 'waiting'; return; }
  work.state = 'starting';
  worker.call = ask(kubelet, { op: 'startContainer', id: work.id }, { op: 'startContainer', uid: worker.uid, container: work.name, at: kubelet.out.now });
  if (previous !== undefined) collect(kubelet, worker, work, previous);
}

/** One ended container is kept per container name, for `kubectl logs --previous`. @source pkg/kubelet/kuberuntime/kuberuntime_gc.go (MaxPerPodContainer) */
function collect(kubelet: Kubelet, worker: PodWorker, work: ContainerWork, keep: string): void {
  const { state, out } = kubelet;
  const about = { op: 'cleanup', uid: worker.uid, container: '', at: out.now } as const;
  const older = work.garbage;
  work.garbage = keep;
  if (older !== '' && older !== keep && state.runtime === 'up') ask(kubelet, { op: 'removeContainer', id: older }, about);
}

function started(kubelet: Kubelet, worker: PodWorker, work: ContainerWork): void {
  worker.call = 0;
  podEvent(kubelet, worker, { type: 'Normal', reason: 'Started', message: 'Container started', container: work.name, init: work.init });
  kubelet.out.record('container.started', { pod: worker.pod.metadata.name, container: work.name, node: kubelet.state.config.nodeName });
  if (work.state !== 'starting') return;
  work.state = 'running';
  work.reason = '';
  work.terminated = null;
  work.startedAt = kubelet.out.now;
  if (worker.termination === null) startProbes(kubelet, worker, work);
}

// ---- Refusals --------------------------------------------------------------------------------------------------------

function refused(kubelet: Kubelet, pending: PendingCall, error: { readonly code: string; readonly message: string }): void {
  const worker = kubelet.state.workers.get(pending.uid);
  const work = worker === undefined ? undefined : workOf(worker, pending.container);
  if (pending.extra !== undefined && 'asker' in pending.extra) { pageRefused(kubelet, pending.extra, error.message); return; }
  if (pending.op === 'containerLogs') { if (pending.extra !== undefined && 'to' in pending.extra) logsRefused(kubelet, pending.extra, error.message); return; }
  if (pending.op === 'openStream') { if (pending.extra !== undefined && 'opener' in pending.extra) streamOpened(kubelet, pending.extra, error.message); return; }
  if (pending.op === 'pullImage') { if (pending.extra !== undefined && 'began' in pending.extra) pullFailed(kubelet, { uid: pending.uid, container: pending.container, image: pending.extra.image }, error); return; }
  if (worker === undefined) return;
  kubelet.touched.add(worker.uid);
  switch (pending.op) {
    case 'runPodSandbox': sandboxRefused(kubelet, worker, error); return;
    case 'createContainer': if (work !== undefined) createRefused(kubelet, worker, work, error); return;
    case 'startContainer': if (work !== undefined) startRefused(kubelet, worker, work, error.message); return;
    // The runtime no longer knows it: it is gone, which is what was wanted.
    case 'stopContainer': if (work !== undefined) { work.state = 'waiting'; work.id = ''; } return;
    case 'stopPodSandbox': worker.call = 0; return;
    default: return;
  }
}

function sandboxRefused(kubelet: Kubelet, worker: PodWorker, error: { readonly code: string; readonly message: string }): void {
  worker.call = 0;
  podEvent(kubelet, worker, { type: 'Warning', reason: 'FailedCreatePodSandBox', message: `Failed to create pod sandbox: rpc error: code = ${error.code} desc = ${error.message}` });
  retryLater(kubelet, worker);
}

function createRefused(kubelet: Kubelet, worker: PodWorker, work: ContainerWork, error: { readonly code: string; readonly message: string }): void {
  worker.call = 0;
  work.state = 'waiting';
  // Someone removed the image behind the kubelet's back: it is pulled anew.
  if (error.code === 'NotFound') kubelet.state.images.delete(canonicalImage(specOf(worker, work).image ?? ''));
  if (error.message.includes('sandbox')) sandboxGone(kubelet, worker);
  work.reason = 'CreateContainerError';
  work.message = error.message;
  podEvent(kubelet, worker, { type: 'Warning', reason: 'Failed', message: `Error: ${error.message}`, container: work.name, init: work.init });
  retryLater(kubelet, worker);
}

function startRefused(kubelet: Kubelet, worker: PodWorker, work: ContainerWork, message: string): void {
  const { out } = kubelet;
  worker.call = 0;
  podEvent(kubelet, worker, { type: 'Warning', reason: 'Failed', message: `Error: ${message}`, container: work.name, init: work.init });
  containerEnded(kubelet, worker, work, {
    id: work.id, sandboxId: worker.sandboxId, name: work.name, podName: '', podNamespace: '', podUid: worker.uid, attempt: work.attempt, image: '', imageRef: work.imageRef,
    state: 'CONTAINER_EXITED', createdAt: 0, startedAt: 0, finishedAt: out.now, exitCode: 128, reason: 'StartError', message,
  });
}
