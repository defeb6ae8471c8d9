/**
 * Bringing one pod up: level-triggered, one runtime operation at a time. Each look compares what is with what the spec wants and starts the
 * next step; answers of the runtime bring the next look.
 *
 * @source kubernetes/kubernetes pkg/kubelet/kubelet.go (SyncPod), pkg/kubelet/kuberuntime/kuberuntime_manager.go (computePodActions)
 * @fidelity simplified: changes of a running container's image restart it, other changes of the spec do not
 */
import { Interner } from '../base/recent.ts';
import { milliValue, wholeValue } from '../api/quantity.ts';
import { parseTime } from '../api/time.ts';
import type { CriRequest } from '../api/cri.ts';
import type { Draft } from '../api/overlay.ts';
import type { Pod } from '../api/kinds/core/pod.ts';
import type { PodCondition } from '../api/kinds/core/pod-status.ts';
import { refusal } from './admission.ts';
import { ask, podEvent } from './cri-client.ts';
import { ensureImage } from './image-puller.ts';
import { allocatableOf } from './node-status.ts';
import { isInitialized } from './pod-status.ts';
import { runProbes } from './probes.ts';
import { environmentOf, expand } from './environment.ts';
import { volumesReady } from './references.ts';
import { serviceVariables } from './service-variables.ts';
import { mayStart, shouldRestart } from './restart.ts';
import { retryLater, retrySoon } from './retry.ts';
import { addEphemeral, type ContainerWork, isMain, type Kubelet, newContainerWork, type PodWorker, specOf, wake } from './state.ts';
import { syncTermination, terminate } from './termination.ts';

const NONE: readonly PodCondition[] = Object.freeze([]);
/** What pods come with is the same for those placed within one second: from one list on, their conditions go the same way. */
const conditionLists = new Interner(8);

/** A worker for a pod that the node has to run. */
export function newWorker(kubelet: Kubelet, pod: Pod, identity: { readonly uid: string; readonly isStatic: boolean }): PodWorker {
  const containers: ContainerWork[] = [];
  for (const container of pod.spec.initContainers ?? []) containers.push(newContainerWork(container.name, true, container.restartPolicy === 'Always'));
  for (const container of pod.spec.containers) containers.push(newContainerWork(container.name, false, false));
  addEphemeral(pod, containers);
  return {
    uid: identity.uid, isStatic: identity.isStatic, pod, admitted: false, failure: null, sandboxId: '', sandboxAttempt: 0, ip: '',
    startedAt: (pod.status?.startTime !== undefined ? parseTime(pod.status.startTime) : undefined) ?? kubelet.out.now, call: 0, containers,
    initialized: !containers.some(work => work.init), termination: null, conditions: conditionLists.share(pod.status?.conditions ?? NONE), phase: pod.status?.phase ?? 'Pending', reported: null,
    reporting: 0, wakeAt: 0, retryAt: 0, retryDelay: 0, mirror: 'none', sources: null, found: {}, asking: 0,
  };
}

/** One look at a pod. */
export function syncPod(kubelet: Kubelet, worker: PodWorker): void {
  const { state, out } = kubelet;
  if (state.runtime !== 'up') return;
  if (worker.termination !== null) { syncTermination(kubelet, worker); return; }
  if (!worker.admitted && !admit(kubelet, worker)) return;
  if (pastDeadline(kubelet, worker)) return;
  runProbes(kubelet, worker);
  if (worker.call !== 0 || worker.retryAt > out.now) return;
  if (isOver(worker)) { terminate(kubelet, worker, 'keep'); return; }
  if (!volumesReady(kubelet, worker)) return;
  if (worker.sandboxId === '') { startSandbox(kubelet, worker); return; }
  bringUp(kubelet, worker);
}

function admit(kubelet: Kubelet, worker: PodWorker): boolean {
  const refused = refusal(kubelet.state, worker, allocatableOf(kubelet.state.config));
  if (refused === undefined) { worker.admitted = true; return true; }
  podEvent(kubelet, worker, { type: 'Warning', reason: refused.reason, message: refused.message });
  worker.failure = { reason: refused.reason, message: `Pod was rejected: ${refused.message}` };
  terminate(kubelet, worker, 'keep');
  return false;
}

function pastDeadline(kubelet: Kubelet, worker: PodWorker): boolean {
  const limit = worker.pod.spec.activeDeadlineSeconds;
  if (limit === undefined) return false;
  const at = worker.startedAt + limit * 1_000_000;
  if (kubelet.out.now < at) { wake(kubelet, worker, at); return false; }
  worker.failure = { reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' };
  podEvent(kubelet, worker, { type: 'Normal', reason: 'DeadlineExceeded', message: worker.failure.message });
  terminate(kubelet, worker, 'keep');
  return true;
}

/** Every container has ended for good. */
function isOver(worker: PodWorker): boolean {
  const failedInit = worker.containers.some(work => work.init && !work.sidecar && work.state === 'exited' && work.terminated?.exitCode !== 0 && !shouldRestart(worker, work));
  if (failedInit && !worker.initialized) return true;
  const main = worker.containers.filter(isMain);
  return main.every(work => work.state === 'exited' && !shouldRestart(worker, work));
}

function startSandbox(kubelet: Kubelet, worker: PodWorker): void {
  const { state, out } = kubelet;
  const { pod, uid } = worker;
  const hostNetwork = pod.spec.hostNetwork === true;
  if (!state.networkReady && !hostNetwork) {
    const why = 'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized';
    podEvent(kubelet, worker, { type: 'Warning', reason: 'NetworkNotReady', message: `network is not ready: ${why}` });
    retrySoon(kubelet, worker);
    return;
  }
  const { name, namespace = '', labels = {} } = pod.metadata;
  const config = { name, namespace, uid, attempt: worker.sandboxAttempt, hostNetwork, labels };
  worker.call = ask(kubelet, { op: 'runPodSandbox', config }, { op: 'runPodSandbox', uid, container: '', at: out.now });
}

/** Ephemeral containers at once, init containers in order, then the others; each start is one operation. */
function bringUp(kubelet: Kubelet, worker: PodWorker): void {
  for (const work of worker.containers) {
    if (work.ephemeral === true && work.state === 'waiting') startContainer(kubelet, worker, work);
    if (worker.call !== 0) return;
  }
  for (const work of worker.containers) {
    if (work.ephemeral === true) continue;
    if (work.init && !work.sidecar && worker.initialized) continue;
    if (work.state === 'waiting' || shouldRestart(worker, work)) startContainer(kubelet, worker, work);
    if (worker.call !== 0) return;
    if (work.init && !worker.initialized && !isInitialized(work)) return;
    if (!work.init && !worker.initialized) worker.initialized = true;
  }
}

function startContainer(kubelet: Kubelet, worker: PodWorker, work: ContainerWork): void {
  // A restarted pod sandbox or a new image is no crash, but the back-off counts it as upstream does.
  if ((work.state === 'exited' || work.reason === 'CrashLoopBackOff') && !mayStart(kubelet, worker, work)) return;
  if (ensureImage(kubelet, worker, work) !== 'ready') return;
  createContainer(kubelet, worker, work);
}

type ContainerConfig = Extract<CriRequest, { readonly op: 'createContainer' }>['config'];

/** The image is there. */
export function createContainer(kubelet: Kubelet, worker: PodWorker, work: ContainerWork): void {
  const spec = specOf(worker, work);
  const { nodeName, address } = kubelet.state.config;
  // A static pod does not wait for the API.
  if (!worker.isStatic && !kubelet.state.services.synced) { badConfiguration(kubelet, worker, work, 'services have not yet been read at least once, cannot construct envvars'); return; }
  const services = serviceVariables(kubelet.state, worker.pod);
  const environment = environmentOf(spec, { worker, nodeName, hostIP: address, allocatable: allocatableOf(kubelet.state.config), services });
  if (!environment.ok) { badConfiguration(kubelet, worker, work, environment.error); return; }
  if (isMain(work)) worker.initialized = true;
  if (work.state === 'exited') work.last = work.terminated;
  if (work.id !== '') work.attempt++;
  work.state = 'creating';
  work.reason = work.init || worker.containers.some(other => other.init) ? 'PodInitializing' : 'ContainerCreating';
  work.message = '';
  const { memory: limit, cpu: cpuLimit } = spec.resources?.limits ?? {};
  const config: Draft<ContainerConfig> = {
    name: work.name, attempt: work.attempt, image: spec.image ?? '', command: expanded(spec.command, environment.env), args: expanded(spec.args, environment.env), env: environment.env,
    serviceAccount: worker.pod.spec.serviceAccountName ?? 'default',
  };
  if (spec.stdin === true) config.input = { once: spec.stdinOnce === true, tty: spec.tty === true };
  if (limit !== undefined) config.memoryLimitBytes = wholeValue(limit);
  if (cpuLimit !== undefined) config.cpuLimitMilli = milliValue(cpuLimit);
  worker.call = ask(kubelet, { op: 'createContainer', sandboxId: worker.sandboxId, config: config as ContainerConfig }, { op: 'createContainer', uid: worker.uid, container: work.name, at: kubelet.out.now });
}

const nothing: readonly string[] = Object.freeze([]);

/** Words of a command with the variables in them. */
function expanded(words: readonly string[] = nothing, env: readonly { readonly name: string; readonly value: string }[]): readonly string[] {
  if (!words.some(word => word.includes('$'))) return words;
  const values = new Map(env.map(({ name, value }) => [name, value]));
  return words.map(word => expand(word, values));
}

/** Something the container's environment needs is missing: the objects are read again and the container tried again. */
function badConfiguration(kubelet: Kubelet, worker: PodWorker, work: ContainerWork, error: string): void {
  worker.call = 0;
  work.state = 'waiting';
  work.reason = 'CreateContainerConfigError';
  work.message = error;
  podEvent(kubelet, worker, { type: 'Warning', reason: 'Failed', message: `Error: ${error}`, container: work.name, init: work.init });
  worker.sources = null;
  retryLater(kubelet, worker);
}
