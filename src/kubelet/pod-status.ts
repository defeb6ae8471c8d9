/**
 * The status of a pod, computed from what its worker knows.
 *
 * @source kubernetes/kubernetes pkg/kubelet/kubelet_pods.go (generateAPIPodStatus, getPhase), pkg/kubelet/status/generate.go
 */
import { deepFreeze, micros } from '../base/data.ts';
import { formatTime } from '../api/time.ts';
import { findCondition, setCondition } from '../api/condition.ts';
import type { Draft } from '../api/overlay.ts';
import type { Pod } from '../api/kinds/core/pod.ts';
import { podQOSClass } from '../api/kinds/core/qos.ts';
import type { ContainerState, ContainerStatus, PodCondition, PodPhase, PodQOSClass, PodStatus } from '../api/kinds/core/pod-status.ts';
import type { ConditionStatus } from '../api/meta.ts';
import { canonicalImage } from './images.ts';
import { type ContainerWork, isMain, type PodWorker, specOf } from './state.ts';

/** What the status depends on beside the worker. */
export interface StatusContext { readonly now: number; readonly hostIP: string }

/** What a status was computed from, so that it is not computed again while all of that is as it was: half of the looks at a pod find it so. */
interface Seen {
  readonly status: PodStatus;
  readonly phase: PodPhase;
  readonly conditions: readonly PodCondition[];
  readonly spec: Pod['spec'];
  readonly generation: number | undefined;
  readonly qosClass: PodQOSClass | undefined;
  readonly failure: PodWorker['failure'];
  readonly admitted: boolean;
  readonly ip: string;
  readonly sandboxId: string;
  readonly startedAt: number;
  readonly initialized: boolean;
  readonly step: string | undefined;
  readonly containers: readonly SeenContainer[];
}
type SeenContainer = Pick<ContainerWork, 'state' | 'reason' | 'message' | 'id' | 'imageRef' | 'attempt' | 'startedAt' | 'terminated' | 'last' | 'started' | 'ready'>;

/** Where a worker carries it: no part of its data, so a dump leaves it out and a copy begins without. */
const SEEN: unique symbol = Symbol('seen');
type Carrier = PodWorker & { [SEEN]?: Seen };

function isSeen(seen: Seen, worker: PodWorker): boolean {
  const { pod, containers } = worker;
  if (seen.phase !== worker.phase || seen.conditions !== worker.conditions || seen.spec !== pod.spec || seen.generation !== pod.metadata.generation || seen.qosClass !== pod.status?.qosClass
    || seen.failure !== worker.failure || seen.admitted !== worker.admitted || seen.ip !== worker.ip || seen.sandboxId !== worker.sandboxId || seen.startedAt !== worker.startedAt
    || seen.initialized !== worker.initialized || seen.step !== worker.termination?.step || seen.containers.length !== containers.length) return false;
  for (let i = 0; i < containers.length; i++) if (!isSeenContainer(seen.containers[i] as SeenContainer, containers[i] as ContainerWork)) return false;
  return true;
}

function isSeenContainer(seen: SeenContainer, work: ContainerWork): boolean {
  return seen.state === work.state && seen.reason === work.reason && seen.message === work.message && seen.id === work.id && seen.imageRef === work.imageRef && seen.attempt === work.attempt
    && seen.startedAt === work.startedAt && seen.terminated === work.terminated && seen.last === work.last && seen.started === work.started && seen.ready === work.ready;
}

function see(worker: PodWorker, status: PodStatus): void {
  const { pod, phase, conditions, failure, admitted, ip, sandboxId, startedAt, initialized } = worker;
  (worker as Carrier)[SEEN] = {
    status, phase, conditions, spec: pod.spec, generation: pod.metadata.generation, qosClass: pod.status?.qosClass, failure, admitted, ip, sandboxId, startedAt, initialized,
    step: worker.termination?.step, containers: worker.containers.map(seenContainer),
  };
}

const seenContainer = ({ state, reason, message, id, imageRef, attempt, startedAt, terminated, last, started, ready }: ContainerWork): SeenContainer =>
  ({ state, reason, message, id, imageRef, attempt, startedAt, terminated, last, started, ready });

/** The status to report; updates the worker's conditions and phase. */
export function podStatus(worker: PodWorker, cx: StatusContext): PodStatus {
  // Conditions of others that gate the pod stand in its status, which changes with every report.
  if (worker.pod.spec.readinessGates !== undefined) return compute(worker, cx);
  const seen = (worker as Carrier)[SEEN];
  if (seen !== undefined && isSeen(seen, worker)) return seen.status;
  const status = compute(worker, cx, seen);
  see(worker, status);
  return status;
}

/** `before`: what was computed last, whose parts are used again where they would come out the same. */
function compute(worker: PodWorker, cx: StatusContext, before?: Seen): PodStatus {
  worker.phase = phaseOf(worker);
  worker.conditions = conditionsOf(worker, cx.now);
  const { pod, failure, ip } = worker;
  const generation = pod.metadata.generation;
  // Field after field: V8 is slow at spreads among the fields of a literal, and this is computed at every step of a pod.
  const status: Draft<PodStatus> = {};
  if (generation !== undefined) status.observedGeneration = generation;
  status.phase = worker.phase;
  status.conditions = worker.conditions;
  if (failure !== null) {
    status.reason = failure.reason;
    status.message = failure.message;
  }
  if (worker.admitted) {
    status.hostIP = cx.hostIP;
    status.hostIPs = before?.status.hostIP === cx.hostIP && before.status.hostIPs !== undefined ? before.status.hostIPs : [{ ip: cx.hostIP }];
  }
  if (ip !== '') {
    status.podIP = ip;
    status.podIPs = before?.ip === ip && before.status.podIPs !== undefined ? before.status.podIPs : [{ ip }];
  }
  status.startTime = (before?.startedAt === worker.startedAt ? before.status.startTime : undefined) ?? formatTime(micros(worker.startedAt));
  const init: ContainerStatus[] = [];
  const main: ContainerStatus[] = [];
  const ephemeral: ContainerStatus[] = [];
  if (worker.admitted) for (const work of worker.containers) (work.init ? init : work.ephemeral === true ? ephemeral : main).push(containerStatus(worker, work));
  if (init.length > 0) status.initContainerStatuses = init;
  if (worker.admitted) status.containerStatuses = main;
  status.qosClass = pod.status?.qosClass ?? podQOSClass(pod.spec);
  if (ephemeral.length > 0) status.ephemeralContainerStatuses = ephemeral;
  return deepFreeze(status as PodStatus);
}

function stateOf(worker: PodWorker, work: ContainerWork): ContainerState {
  switch (work.state) {
    case 'running': case 'stopping': return { running: { startedAt: formatTime(micros(work.startedAt)) } };
    case 'exited': if (work.terminated !== null) return { terminated: work.terminated }; break;
    default: break;
  }
  const initializing = !work.init && !worker.initialized && worker.containers.some(other => other.init);
  const reason = work.reason === 'ContainerCreating' && (initializing || work.init) ? 'PodInitializing' : work.reason;
  return { waiting: { reason, ...(work.message !== '' ? { message: work.message } : {}) } };
}

function containerStatus(worker: PodWorker, work: ContainerWork): ContainerStatus {
  const spec = specOf(worker, work);
  const { resources } = spec;
  const status: Draft<ContainerStatus> = {
    name: work.name, state: stateOf(worker, work), lastState: work.last === null ? {} : { terminated: work.last },
    ready: work.ready, restartCount: work.attempt, image: work.imageRef === '' ? spec.image ?? '' : canonicalImage(spec.image ?? ''), imageID: work.imageRef,
  };
  if (work.id !== '') status.containerID = `containerd://${work.id}`;
  if (work.ephemeral !== true) status.started = work.started;
  if (resources?.requests !== undefined) status.allocatedResources = resources.requests;
  if (resources !== undefined && (resources.requests !== undefined || resources.limits !== undefined)) status.resources = resources;
  return status as ContainerStatus;
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

const INITIALIZED: Wanted = Object.freeze({ type: 'Initialized', status: 'True' });
const READY: Wanted = Object.freeze({ type: 'Ready', status: 'True' });
const CONTAINERS_READY: Wanted = Object.freeze({ type: 'ContainersReady', status: 'True' });

const SANDBOX: Wanted = Object.freeze({ type: 'PodReadyToStartContainers', status: 'True' });
const NO_SANDBOX: Wanted = Object.freeze({ type: 'PodReadyToStartContainers', status: 'False' });
const SCHEDULED: Wanted = Object.freeze({ type: 'PodScheduled', status: 'True' });

/** What pods had, what they were to have from when on, and the list that came of it. */
interface Turn { readonly before: readonly PodCondition[]; readonly wanted: readonly Wanted[]; readonly generation: number | undefined; readonly time: string; readonly after: readonly PodCondition[] }

/** The last turns: the pods of one template take the same ones within the same second, and their equal lists are one list for all who come later. */
const turns: Turn[] = [];
const TURNS_MAX = 8;

/** The kubelet's conditions in their order; those of others stay. */
function conditionsOf(worker: PodWorker, now: number): readonly PodCondition[] {
  const ready = containersReady(worker);
  const wanted = [worker.sandboxId !== '' ? SANDBOX : NO_SANDBOX, initialized(worker), podReady(worker, ready), ready, SCHEDULED];
  const { generation } = worker.pod.metadata;
  const time = formatTime(micros(now));
  const before = worker.conditions;
  for (let i = 0; i < turns.length; i++) {
    const turn = turns[i] as Turn;
    if (turn.before === before && turn.time === time && turn.generation === generation && areSame(turn.wanted, wanted)) return turn.after;
  }
  const after = deepFreeze(turned(before, wanted, { generation, time }));
  if (turns.length === TURNS_MAX) turns.shift();
  turns.push({ before, wanted, generation, time, after });
  return after;
}

function areSame(before: readonly Wanted[], wanted: readonly Wanted[]): boolean {
  for (let i = 0; i < wanted.length; i++) {
    const a = before[i] as Wanted;
    const b = wanted[i] as Wanted;
    if (a !== b && (a.status !== b.status || a.reason !== b.reason || a.message !== b.message)) return false;
  }
  return true;
}

function turned(before: readonly PodCondition[], wanted: readonly Wanted[], { generation, time }: { readonly generation: number | undefined; readonly time: string }): readonly PodCondition[] {
  let conditions = before;
  for (const { type, status, reason, message } of wanted) {
    const old = findCondition(conditions, type);
    if (type === 'PodScheduled' && old?.status === 'True') continue;
    const isSame = old !== undefined && old.status === status && old.reason === reason && old.message === message && old.observedGeneration === generation && old.lastProbeTime === null;
    if (isSame && old.lastTransitionTime !== undefined) continue;
    const condition: Draft<PodCondition> = generation === undefined ? { type, status, lastProbeTime: null, lastTransitionTime: time }
      : { type, observedGeneration: generation, status, lastProbeTime: null, lastTransitionTime: time };
    if (reason !== undefined) condition.reason = reason;
    if (message !== undefined) condition.message = message;
    conditions = setCondition(conditions, condition as PodCondition);
  }
  return conditions;
}

function initialized(worker: PodWorker): Wanted {
  const { type } = INITIALIZED;
  if (worker.phase === 'Succeeded') return { type, status: 'True', reason: 'PodCompleted' };
  const incomplete = worker.containers.filter(work => work.init && !isInitialized(work));
  if (worker.initialized || incomplete.length === 0) return INITIALIZED;
  return { type, status: 'False', reason: 'ContainersNotInitialized', message: `containers with incomplete status: [${incomplete.map(work => work.name).join(' ')}]` };
}

/** An init container that the ones after it need not wait for. */
export function isInitialized(work: ContainerWork): boolean {
  return work.sidecar ? work.started : work.state === 'exited' && work.terminated?.exitCode === 0;
}

function containersReady(worker: PodWorker): Wanted {
  const { type } = CONTAINERS_READY;
  if (worker.phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' };
  if (worker.phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' };
  const unready = worker.containers.filter(work => (isMain(work) || work.sidecar) && !work.ready);
  if (unready.length === 0) return CONTAINERS_READY;
  return { type, status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: [${unready.map(work => work.name).join(' ')}]` };
}

function podReady(worker: PodWorker, containers: Wanted): Wanted {
  const { type } = READY;
  if (containers.status !== 'True') return { ...containers, type };
  if (worker.pod.spec.readinessGates === undefined) return READY;
  const unready: string[] = [];
  for (const { conditionType } of worker.pod.spec.readinessGates) {
    const gate = findCondition(worker.pod.status?.conditions, conditionType);
    if (gate === undefined) unready.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    else if (gate.status !== 'True') unready.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`);
  }
  if (unready.length > 0) return { type, status: 'False', reason: 'ReadinessGatesNotReady', message: unready.join(', ') };
  return READY;
}
