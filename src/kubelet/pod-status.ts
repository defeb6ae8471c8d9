/**
 * The status of a pod, computed from what its worker knows.
 *
 * @source kubernetes/kubernetes pkg/kubelet/kubelet_pods.go (generateAPIPodStatus, getPhase), pkg/kubelet/status/generate.go
 */
import { deepFreeze, micros } from '../base/data.ts';
import { formatTime } from '../api/time.ts';
import { findCondition, setCondition } from '../api/condition.ts';
import type { Pod } from '../api/kinds/core/pod.ts';
import type { ContainerState, ContainerStatus, PodCondition, PodPhase, PodQOSClass, PodStatus } from '../api/kinds/core/pod-status.ts';
import { wholeValue, milliValue } from '../api/quantity.ts';
import type { ConditionStatus } from '../api/meta.ts';
import { canonicalImage } from './images.ts';
import { type ContainerWork, isMain, type PodWorker, specOf } from './state.ts';

/** What the status depends on beside the worker. */
export interface StatusContext { readonly now: number; readonly hostIP: string }

/** The status to report; updates the worker's conditions and phase. */
export function podStatus(worker: PodWorker, cx: StatusContext): PodStatus {
  worker.phase = phaseOf(worker);
  worker.conditions = conditionsOf(worker, cx.now);
  const { pod, failure, ip } = worker;
  const init = worker.containers.filter(work => work.init);
  const main = worker.containers.filter(isMain);
  const ephemeral = worker.containers.filter(work => work.ephemeral === true);
  const generation = pod.metadata.generation;
  const status: PodStatus = {
    ...(generation !== undefined ? { observedGeneration: generation } : {}),
    phase: worker.phase, conditions: worker.conditions,
    ...(failure !== null ? { reason: failure.reason, message: failure.message } : {}),
    ...(worker.admitted ? { hostIP: cx.hostIP, hostIPs: [{ ip: cx.hostIP }] } : {}),
    ...(ip !== '' ? { podIP: ip, podIPs: [{ ip }] } : {}),
    startTime: formatTime(micros(worker.startedAt)),
    ...(worker.admitted && init.length > 0 ? { initContainerStatuses: init.map(work => containerStatus(worker, work)) } : {}),
    ...(worker.admitted ? { containerStatuses: main.map(work => containerStatus(worker, work)) } : {}),
    qosClass: pod.status?.qosClass ?? qosOf(pod),
    ...(worker.admitted && ephemeral.length > 0 ? { ephemeralContainerStatuses: ephemeral.map(work => containerStatus(worker, work)) } : {}),
  };
  return deepFreeze(status);
}

function stateOf(worker: PodWorker, work: ContainerWork): ContainerState {
  switch (work.state) {
    case 'running': case 'stopping': return { running: { startedAt: formatTime(micros(work.startedAt)) } };
    case 'exited': if (work.terminated !== null) return { terminated: work.terminated }; break;
    default: break;
  }
  const initializing = !work.init && !worker.initialized && worker.containers.some(other => other.init);
  const reason = work.reason === 'ContainerCreating' && (initializing || (work.init && worker.sandboxId !== '')) ? 'PodInitializing' : work.reason;
  return { waiting: { reason, ...(work.message !== '' ? { message: work.message } : {}) } };
}

function containerStatus(worker: PodWorker, work: ContainerWork): ContainerStatus {
  const spec = specOf(worker, work);
  const { resources } = spec;
  return {
    name: work.name, state: stateOf(worker, work), lastState: work.last === null ? {} : { terminated: work.last },
    ready: work.ready, restartCount: work.attempt, image: work.imageRef === '' ? spec.image ?? '' : canonicalImage(spec.image ?? ''), imageID: work.imageRef,
    ...(work.id !== '' ? { containerID: `containerd://${work.id}` } : {}), ...(work.ephemeral === true ? {} : { started: work.started }),
    ...(resources?.requests !== undefined ? { allocatedResources: resources.requests } : {}),
    ...(resources !== undefined && (resources.requests !== undefined || resources.limits !== undefined) ? { resources } : {}),
  };
}

/** @source pkg/kubelet/kubelet_pods.go (getPhase) */
function phaseOf(worker: PodWorker): PodPhase {
  if (worker.phase === 'Failed' || worker.phase === 'Succeeded') return worker.phase;
  if (worker.failure !== null) return 'Failed';
  const main = worker.containers.filter(isMain);
  const policy = worker.pod.spec.restartPolicy ?? 'Always';
  const initFailed = worker.containers.some(work => work.init && !work.sidecar && work.state === 'exited' && (work.terminated?.exitCode ?? 0) !== 0);
  if (initFailed && policy === 'Never') return 'Failed';
  if (!worker.initialized && worker.containers.some(work => work.init)) return worker.termination?.step === 'report' ? 'Failed' : 'Pending';
  const ended = main.filter(work => work.state === 'exited');
  const unstarted = main.filter(work => work.id === '' && work.last === null);
  if (worker.termination !== null && worker.termination.step !== 'stopping' && ended.length + unstarted.length === main.length) {
    return unstarted.length > 0 || ended.some(work => work.terminated?.exitCode !== 0) ? 'Failed' : 'Succeeded';
  }
  if (unstarted.length > 0) return 'Pending';
  if (ended.length < main.length || policy === 'Always') return 'Running';
  if (ended.every(work => work.terminated?.exitCode === 0)) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}

interface Wanted { readonly type: string; readonly status: ConditionStatus; readonly reason?: string; readonly message?: string }

/** The kubelet's conditions in their order; those of others stay. */
function conditionsOf(worker: PodWorker, now: number): readonly PodCondition[] {
  const ready = containersReady(worker);
  const wanted: readonly Wanted[] = [
    { type: 'PodReadyToStartContainers', status: worker.sandboxId !== '' ? 'True' : 'False' },
    initialized(worker),
    podReady(worker, ready),
    ready,
    { type: 'PodScheduled', status: 'True' },
  ];
  const generation = worker.pod.metadata.generation;
  const time = formatTime(micros(now));
  let conditions = worker.conditions;
  for (const { type, status, reason, message } of wanted) {
    const before = findCondition(conditions, type);
    const condition: PodCondition = {
      type, ...(generation !== undefined ? { observedGeneration: generation } : {}), status, lastProbeTime: null, lastTransitionTime: time,
      ...(reason !== undefined ? { reason } : {}), ...(message !== undefined ? { message } : {}),
    };
    if (type === 'PodScheduled' && before?.status === 'True') continue;
    conditions = setCondition(conditions, condition);
  }
  return conditions;
}

function initialized(worker: PodWorker): Wanted {
  const type = 'Initialized';
  if (worker.phase === 'Succeeded') return { type, status: 'True', reason: 'PodCompleted' };
  const incomplete = worker.containers.filter(work => work.init && !isInitialized(work));
  if (worker.initialized || incomplete.length === 0) return { type, status: 'True' };
  return { type, status: 'False', reason: 'ContainersNotInitialized', message: `containers with incomplete status: [${incomplete.map(work => work.name).join(' ')}]` };
}

/** An init container that the ones after it need not wait for. */
export function isInitialized(work: ContainerWork): boolean {
  return work.sidecar ? work.started : work.state === 'exited' && work.terminated?.exitCode === 0;
}

function containersReady(worker: PodWorker): Wanted {
  const type = 'ContainersReady';
  if (worker.phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' };
  if (worker.phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' };
  const unready = worker.containers.filter(work => (isMain(work) || work.sidecar) && !work.ready);
  if (unready.length === 0) return { type, status: 'True' };
  return { type, status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: [${unready.map(work => work.name).join(' ')}]` };
}

function podReady(worker: PodWorker, containers: Wanted): Wanted {
  const type = 'Ready';
  if (containers.status !== 'True') return { ...containers, type };
  const unready: string[] = [];
  for (const { conditionType } of worker.pod.spec.readinessGates ?? []) {
    const gate = findCondition(worker.pod.status?.conditions, conditionType);
    if (gate === undefined) unready.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    else if (gate.status !== 'True') unready.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`);
  }
  if (unready.length > 0) return { type, status: 'False', reason: 'ReadinessGatesNotReady', message: unready.join(', ') };
  return { type, status: 'True' };
}

/** @source pkg/apis/core/v1/helper/qos/qos.go */
export function qosOf(pod: Pod): PodQOSClass {
  const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  let any = false;
  let guaranteed = true;
  for (const { resources } of all) {
    for (const name of ['cpu', 'memory']) {
      const read = name === 'cpu' ? milliValue : wholeValue;
      const limit = read(resources?.limits?.[name]);
      const requested = read(resources?.requests?.[name]) || limit;
      if (limit > 0 || requested > 0) any = true;
      if (limit === 0 || requested !== limit) guaranteed = false;
    }
  }
  return !any ? 'BestEffort' : guaranteed ? 'Guaranteed' : 'Burstable';
}
