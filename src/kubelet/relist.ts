/**
 * What the runtime already has: at the kubelet's start, and again when the runtime comes back.
 *
 * @source kubernetes/kubernetes pkg/kubelet/pleg/generic.go, pkg/kubelet/kubelet_pods.go (HandlePodCleanups)
 * @fidelity simplified: after the first list the runtime's events are used (evented PLEG) instead of a relist each second
 */
import { micros, seconds } from '../base/data.ts';
import { Numbered } from '../base/numbered.ts';
import { formatTime } from '../api/time.ts';
import type { CriContainer, CriImage, PodSandbox } from '../api/cri.ts';
import { ask, podEvent } from './cri-client.ts';
import { nodeChanged } from './node-agent.ts';
import { startProbes } from './probes.ts';
import { containerEnded } from './restart.ts';
import { type ContainerWork, isMain, type Kubelet, type PodWorker, type Terminated } from './state.ts';
import { terminate } from './termination.ts';

/** How often a runtime that is away is asked. @source pkg/kubelet/kubelet.go (updateRuntimeUp, 5 s) */
const RUNTIME_CHECK = seconds(5);
const RUNTIME_TIMER = 'runtime';

/** Asks the runtime for everything it has. */
export function relist(kubelet: Kubelet): void {
  const { state, out } = kubelet;
  state.runtime = 'listing';
  state.foundContainers = null;
  const about = { uid: '', container: '', at: out.now } as const;
  out.send(state.config.runtime, { type: 'cri.request', id: 0, request: { op: 'getContainerEvents' } });
  ask(kubelet, { op: 'listImages' }, { op: 'listImages', ...about });
  ask(kubelet, { op: 'listPodSandbox' }, { op: 'listPodSandbox', ...about });
  ask(kubelet, { op: 'listContainers' }, { op: 'listContainers', ...about });
  configureNetwork(kubelet);
}

/** Tells the runtime the pod range once it is known. */
export function configureNetwork(kubelet: Kubelet): void {
  const { state, out } = kubelet;
  if (state.podCIDR === '' || state.runtime === 'down') return;
  ask(kubelet, { op: 'updateRuntimeConfig', podCIDR: state.podCIDR }, { op: 'updateRuntimeConfig', uid: '', container: '', at: out.now });
}

/** The connection to the runtime broke: what was under way is void. */
export function runtimeLost(kubelet: Kubelet): void {
  const { state, out } = kubelet;
  if (state.runtime !== 'down') state.runtimeDownSince = out.now;
  state.runtime = 'down';
  state.networkReady = false;
  state.calls = new Numbered();
  state.pulling = 0;
  state.pullQueue.clear();
  out.startTimer(RUNTIME_TIMER, RUNTIME_CHECK);
  nodeChanged(kubelet);
}

/** Takes the timer that looks for the runtime. */
export function handleRuntimeTimer(kubelet: Kubelet, name: string): boolean {
  if (name !== RUNTIME_TIMER) return false;
  if (kubelet.state.runtime !== 'up') relist(kubelet);
  return true;
}

/** The runtime's images. */
export function imagesListed(kubelet: Kubelet, images: readonly CriImage[]): void {
  const table = kubelet.state.images;
  table.clear();
  for (const { repoTags, repoDigests, id, size } of images) for (const tag of repoTags) table.set(tag, Object.freeze({ ref: repoDigests[0] ?? id, size }));
}

/** Sandboxes come first, containers complete the list. */
export function sandboxesListed(kubelet: Kubelet, sandboxes: readonly PodSandbox[]): void {
  kubelet.state.foundSandboxes = sandboxes;
}

export function containersListed(kubelet: Kubelet, containers: readonly CriContainer[]): void {
  const { state } = kubelet;
  state.foundContainers = containers;
  state.runtime = 'up';
  if (!state.hasListed) tellStart(kubelet, containers);
  for (const worker of [...state.workers.values()]) {
    worker.call = 0;
    adopt(kubelet, worker);
    kubelet.touched.add(worker.uid);
  }
  stopOrphans(kubelet);
  nodeChanged(kubelet);
}

/** A kubelet that died leaves its containers alone; a machine that was off has none left. */
function tellStart({ state, out }: Kubelet, containers: readonly CriContainer[]): void {
  state.hasListed = true;
  const isAnyRunning = containers.some(container => container.state === 'CONTAINER_RUNNING');
  out.record(isAnyRunning ? 'kubelet.started' : 'kubelet.started.anew', { node: state.config.nodeName });
}

/** Ties a worker to what the runtime has of its pod. */
export function adopt(kubelet: Kubelet, worker: PodWorker): void {
  const { state } = kubelet;
  const mine = state.foundSandboxes.filter(sandbox => sandbox.uid === worker.uid);
  const sandbox = mine.find(one => one.state === 'SANDBOX_READY');
  const hadContainers = worker.containers.some(work => work.id !== '') || worker.pod.status?.containerStatuses?.some(status => status.containerID !== undefined) === true;
  worker.sandboxAttempt = mine.reduce((most, one) => Math.max(most, one.attempt + 1), worker.sandboxAttempt);
  const found = (state.foundContainers ?? []).filter(container => container.podUid === worker.uid);
  for (const work of worker.containers) adoptContainer(kubelet, worker, work, found.filter(container => container.name === work.name));
  if (sandbox !== undefined) {
    worker.sandboxId = sandbox.id;
    worker.ip = sandbox.hostNetwork ? state.config.address : sandbox.ip;
    worker.admitted = true;
  } else if (hadContainers || worker.sandboxId !== '') sandboxGone(kubelet, worker);
  if (found.some(container => worker.containers.some(work => work.name === container.name && isMain(work))) || worker.pod.status?.conditions?.some(one => one.type === 'Initialized' && one.status === 'True') === true) worker.initialized = true;
}

/** How containers end whose end nobody saw. */
const UNSEEN = { exitCode: 255, reason: 'Unknown' } as const;

/** The pod's sandbox no longer exists (the machine restarted, or someone stopped it): all its containers are gone. */
export function sandboxGone(kubelet: Kubelet, worker: PodWorker, how: { readonly exitCode: number; readonly reason: string } = UNSEEN): void {
  if (worker.sandboxId !== '') worker.sandboxAttempt++;
  worker.sandboxId = '';
  worker.ip = '';
  for (const work of worker.containers) {
    if (work.state === 'running' || work.state === 'stopping' || work.state === 'starting') lost(kubelet, worker, work, how);
    else if (work.state === 'pulling' || work.state === 'creating') work.state = 'waiting';
  }
  if (worker.termination === null) podEvent(kubelet, worker, { type: 'Normal', reason: 'SandboxChanged', message: 'Pod sandbox changed, it will be killed and re-created.' });
}

function lost(kubelet: Kubelet, worker: PodWorker, work: ContainerWork, how: { readonly exitCode: number; readonly reason: string }): void {
  const at = kubelet.out.now;
  containerEnded(kubelet, worker, work, {
    id: work.id, sandboxId: '', name: work.name, podName: '', podNamespace: '', podUid: worker.uid, attempt: work.attempt, image: '', imageRef: work.imageRef,
    state: 'CONTAINER_EXITED', createdAt: 0, startedAt: work.startedAt, finishedAt: at, ...how, message: '',
  });
  // Nobody saw it crash: no back-off.
  work.finishedAt = 0;
}

function adoptContainer(kubelet: Kubelet, worker: PodWorker, work: ContainerWork, found: readonly CriContainer[]): void {
  const newest = found.reduce<CriContainer | undefined>((best, one) => (best === undefined || one.attempt > best.attempt ? one : best), undefined);
  const known = [...(worker.pod.status?.containerStatuses ?? []), ...(worker.pod.status?.initContainerStatuses ?? []), ...(worker.pod.status?.ephemeralContainerStatuses ?? [])].find(status => status.name === work.name);
  if (newest === undefined) {
    // A pull or a creation whose answer never came: from the beginning.
    if (work.state === 'pulling' || work.state === 'creating') work.state = 'waiting';
    if (known?.containerID !== undefined && work.id === '') remembered(kubelet, work, known);
    return;
  }
  const same = work.id === newest.id;
  work.id = newest.id;
  work.attempt = newest.attempt;
  work.imageRef = newest.imageRef;
  if (newest.state === 'CONTAINER_RUNNING') {
    if (same && (work.state === 'running' || work.state === 'stopping')) return;
    work.state = 'running';
    work.startedAt = newest.startedAt;
    if (known?.lastState?.terminated !== undefined) work.last = known.lastState.terminated;
    startProbes(kubelet, worker, work, known?.ready === true);
  } else if (newest.state === 'CONTAINER_EXITED') containerEnded(kubelet, worker, work, newest);
  else lost(kubelet, worker, work, UNSEEN);
}

/** The API knows a container that the runtime has lost. */
function remembered({ out }: Kubelet, work: ContainerWork, known: NonNullable<NonNullable<PodWorker['pod']['status']>['containerStatuses']>[number]): void {
  work.id = known.containerID?.replace('containerd://', '') ?? '';
  work.imageRef = known.imageID;
  work.attempt = known.restartCount;
  const ended: Terminated = known.state?.terminated ?? Object.freeze({
    exitCode: 255, reason: 'Unknown', startedAt: known.state?.running?.startedAt ?? formatTime(micros(0)), finishedAt: formatTime(out.now), containerID: known.containerID ?? '',
  });
  work.state = 'exited';
  work.terminated = ended;
  if (work.init && ended.exitCode === 0) work.ready = true;
}

/** Pods that run here though nobody wants them (deleted while the kubelet was away) are removed once the API has told what it wants. */
export function stopOrphans(kubelet: Kubelet): void {
  const { state, out } = kubelet;
  if (state.orphansStopped || state.foundContainers === null || !state.pods.synced || state.runtime !== 'up') return;
  state.orphansStopped = true;
  for (const sandbox of state.foundSandboxes) {
    if (state.workers.has(sandbox.uid)) continue;
    const about = { op: 'cleanup', uid: sandbox.uid, container: '', at: out.now } as const;
    for (const container of state.foundContainers) if (container.sandboxId === sandbox.id && container.state === 'CONTAINER_RUNNING') ask(kubelet, { op: 'stopContainer', id: container.id, timeout: 2 }, about);
    ask(kubelet, { op: 'removePodSandbox', id: sandbox.id }, about);
  }
  state.foundContainers = [];
  state.foundSandboxes = [];
}

/** A worker whose pod has already ended, found at start. */
export function settleEnded(kubelet: Kubelet, worker: PodWorker): void {
  if (worker.phase !== 'Succeeded' && worker.phase !== 'Failed') return;
  worker.reported = worker.pod.status ?? null;
  terminate(kubelet, worker, 'keep');
}
