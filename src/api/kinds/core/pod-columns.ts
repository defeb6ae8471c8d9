/**
 * The line of a pod in `kubectl get pods`.
 *
 * @source kubernetes pkg/printers/internalversion/printers.go (printPod)
 */
import { findCondition, isConditionStatus } from '../../condition.ts';
import type { Column, RowCondition } from '../../resource.ts';
import { age } from '../../time.ts';
import type { Container } from './container.ts';
import type { ContainerStatus } from './pod-status.ts';
import type { Pod } from './pod.ts';

interface Summary {
  readonly ready: number;
  readonly total: number;
  readonly restarts: number;
  /** When a container last ended and was started again; '' when never. */
  readonly lastRestart: string;
  readonly reason: string;
}

interface InitSummary {
  readonly initializing: boolean;
  readonly reason: string;
  readonly restarts: number;
  readonly readySidecars: number;
  readonly lastRestart: string;
  readonly sidecarRestarts: number;
  readonly lastSidecarRestart: string;
}

const later = (a: string, b: string | undefined): string => (b !== undefined && b > a ? b : a);

function initReason(status: ContainerStatus, at: number, count: number): string {
  const ended = status.state?.terminated;
  if (ended !== undefined) {
    if (ended.reason) return `Init:${ended.reason}`;
    return ended.signal ? `Init:Signal:${ended.signal}` : `Init:ExitCode:${ended.exitCode}`;
  }
  const waiting = status.state?.waiting?.reason;
  return waiting !== undefined && waiting !== '' && waiting !== 'PodInitializing' ? `Init:${waiting}` : `Init:${at}/${count}`;
}

function summarizeInit(pod: Pod, reason: string): InitSummary {
  const specs = new Map<string, Container>((pod.spec?.initContainers ?? []).map((container) => [container.name, container]));
  const sum = { restarts: 0, readySidecars: 0, lastRestart: '', sidecarRestarts: 0, lastSidecarRestart: '' };
  const statuses = pod.status?.initContainerStatuses ?? [];
  for (let i = 0; i < statuses.length; i++) {
    const status = statuses[i] as ContainerStatus;
    const ended = status.lastState?.terminated?.finishedAt;
    sum.restarts += status.restartCount;
    sum.lastRestart = later(sum.lastRestart, ended);
    const sidecar = specs.get(status.name)?.restartPolicy === 'Always';
    if (sidecar) {
      sum.sidecarRestarts += status.restartCount;
      sum.lastSidecarRestart = later(sum.lastSidecarRestart, ended);
    }
    if (status.state?.terminated?.exitCode === 0) continue;
    if (sidecar && status.started === true) {
      if (status.ready) sum.readySidecars++;
      continue;
    }
    return { ...sum, initializing: true, reason: initReason(status, i, specs.size) };
  }
  return { ...sum, initializing: false, reason };
}

function containerReason(status: ContainerStatus): string {
  const waiting = status.state?.waiting?.reason;
  if (waiting !== undefined && waiting !== '') return waiting;
  const ended = status.state?.terminated;
  if (ended === undefined) return '';
  if (ended.reason) return ended.reason;
  return ended.signal ? `Signal:${ended.signal}` : `ExitCode:${ended.exitCode}`;
}

function podReason(pod: Pod): string {
  const status = pod.status;
  const reason = status?.reason !== undefined && status.reason !== '' ? status.reason : status?.phase ?? '';
  const gated = findCondition(status?.conditions, 'PodScheduled');
  return gated?.reason === 'SchedulingGated' ? 'SchedulingGated' : reason;
}

/** A pod of which one container has completed is what the others are. */
function finalReason(pod: Pod, reason: string, { running, failure }: { readonly running: boolean; readonly failure: string }): string {
  if (reason !== 'Completed') return reason;
  if (running && isConditionStatus(pod.status?.conditions, 'Ready')) return 'Running';
  if (failure !== '') return failure;
  return running ? 'NotReady' : reason;
}

function ofDeletion(pod: Pod, reason: string): string {
  if (pod.metadata.deletionTimestamp === undefined) return reason;
  if (pod.status?.reason === 'NodeLost') return 'Unknown';
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed' ? reason : 'Terminating';
}

/** The main containers, once initialization is over: only sidecars' restarts are carried on. */
function summarizeMain(pod: Pod, init: InitSummary): Pick<Summary, 'ready' | 'restarts' | 'lastRestart' | 'reason'> {
  let { reason } = init;
  let restarts = init.sidecarRestarts;
  let lastRestart = init.lastSidecarRestart;
  let ready = init.readySidecars;
  let running = false;
  let failure = '';
  const statuses = pod.status?.containerStatuses ?? [];
  for (let i = statuses.length - 1; i >= 0; i--) {
    const status = statuses[i] as ContainerStatus;
    restarts += status.restartCount;
    lastRestart = later(lastRestart, status.lastState?.terminated?.finishedAt);
    const own = containerReason(status);
    if (own !== '') {
      reason = own;
      if (!status.state?.waiting?.reason && status.state?.terminated?.exitCode !== 0) failure = own;
    }
    else if (status.ready && status.state?.running !== undefined) { running = true; ready++; }
  }
  return { ready, restarts, lastRestart, reason: finalReason(pod, reason, { running, failure }) };
}

function computeSummary(pod: Pod): Summary {
  const sidecars = (pod.spec?.initContainers ?? []).filter((container) => container.restartPolicy === 'Always').length;
  const init = summarizeInit(pod, podReason(pod));
  const initialized = !init.initializing || isConditionStatus(pod.status?.conditions, 'Initialized');
  const counts = initialized ? summarizeMain(pod, init)
    : { ready: init.readySidecars, restarts: init.restarts, lastRestart: init.lastRestart, reason: init.reason };
  return { ...counts, total: (pod.spec?.containers ?? []).length + sidecars, reason: ofDeletion(pod, counts.reason) };
}

// Three columns ask for the same summary.
const summaries = new WeakMap<Pod, Summary>();

/** The counts and the status word of a pod. */
function summarizePod(pod: Pod): Summary {
  const known = summaries.get(pod);
  if (known !== undefined) return known;
  const summary = computeSummary(pod);
  if (Object.isFrozen(pod)) summaries.set(pod, summary);
  return summary;
}

const noneIfEmpty = (text: string | undefined): string => (text === undefined || text === '' ? '<none>' : text);

function readinessGates(pod: Pod): string {
  const gates = pod.spec?.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const passed = gates.filter((gate) => isConditionStatus(pod.status?.conditions, gate.conditionType)).length;
  return `${passed}/${gates.length}`;
}

/** Columns of `kubectl get pods`. */
export const podColumns: readonly Column<Pod>[] = [
  { name: 'Name', cell: (pod) => pod.metadata.name },
  { name: 'Ready', description: 'How many of its containers are ready, of how many that run all along.', cell: (pod) => { const of = summarizePod(pod); return `${of.ready}/${of.total}`; } },
  { name: 'Status', description: 'One word for the state of the pod and its containers.', cell: (pod) => summarizePod(pod).reason },
  {
    name: 'Restarts', description: 'How often its containers were started again, and when that was the last time.',
    cell(pod, now) {
      const of = summarizePod(pod);
      return of.restarts > 0 && of.lastRestart !== '' ? `${of.restarts} (${age(of.lastRestart, now)} ago)` : `${of.restarts}`;
    },
  },
  { name: 'Age', cell: (pod, now) => age(pod.metadata.creationTimestamp, now) },
  { name: 'IP', wide: true, doc: 'PodStatus.podIP', cell: (pod) => noneIfEmpty(pod.status?.podIPs?.[0]?.ip ?? pod.status?.podIP) },
  { name: 'Node', wide: true, doc: 'PodSpec.nodeName', cell: (pod) => noneIfEmpty(pod.spec?.nodeName) },
  { name: 'Nominated Node', wide: true, doc: 'PodStatus.nominatedNodeName', cell: (pod) => noneIfEmpty(pod.status?.nominatedNodeName) },
  { name: 'Readiness Gates', wide: true, doc: 'PodSpec.readinessGates', cell: readinessGates },
];

const completed = (reason: string, message: string): readonly RowCondition[] => Object.freeze([Object.freeze({ type: 'Completed', status: 'True', reason, message })]);
const SUCCEEDED = completed('Succeeded', 'The pod has completed successfully.');
const FAILED = completed('Failed', 'The pod failed.');

/** A pod that will never run again says so in its row. */
export function podRowConditions({ status }: Pod): readonly RowCondition[] | undefined {
  return status?.phase === 'Succeeded' ? SUCCEEDED : status?.phase === 'Failed' ? FAILED : undefined;
}
