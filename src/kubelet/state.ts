/** State of a kubelet: its pods' workers, and what it knows of its runtime and its node. All plain data. */
import { micros, type ProcessId } from '../base/data.ts';
import type { Numbered } from '../base/numbered.ts';
import type { Table } from '../base/table.ts';
import type { Node } from '../api/kinds/core/node.ts';
import type { Taint } from '../api/kinds/core/affinity.ts';
import type { Probe, ResourceList } from '../api/kinds/core/container.ts';
import type { Pod } from '../api/kinds/core/pod.ts';
import type { ContainerState, PodCondition, PodPhase, PodStatus } from '../api/kinds/core/pod-status.ts';
import type { Lease } from '../api/kinds/coordination/lease.ts';
import type { HttpRequest } from '../api/http.ts';
import type { KubeObject, StringMap } from '../api/meta.ts';
import type { ContainerStats, CriContainer, Environment, NodeStats, PodSandbox } from '../api/cri.ts';
import type { StreamFrame, StreamRequest, StreamStatus } from '../api/stream.ts';
import type { RequestOptions } from '../api/wire.ts';
import type { RecorderState } from '../client/event-recorder.ts';
import type { InformerState } from '../client/informer.ts';
import type { RestConfig, RestState } from '../client/rest.ts';
import type { Outbox } from '../sim/process.ts';
import type { ProbeKind } from './app.ts';

/** Settings of a kubelet. */
export interface KubeletConfig {
  readonly rest: RestConfig;
  readonly nodeName: string;
  /** Address of the machine. */
  readonly address: string;
  /** The runtime process, `NODE/containerd`. */
  readonly runtime: ProcessId;
  readonly capacity: ResourceList;
  /** Labels beside the usual ones, for example the node's role. */
  readonly labels?: StringMap;
  readonly taints?: readonly Taint[];
  /** Manifests in /etc/kubernetes/manifests, names without the node. */
  readonly staticPods?: readonly Pod[];
  /** Pod range of the node, where no controller assigns `spec.podCIDR`. */
  readonly podCIDR?: string;
  readonly cloudProvider?: 'external';
  readonly providerID?: string;
  readonly zone?: string;
  readonly region?: string;
}

/** Asks for a stream to a container; answered by `kubelet.response`, then by `kubelet.stream` with the same number. */
export interface OpenMessage {
  readonly type: 'kubelet.open';
  readonly id: number;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly request: StreamRequest;
  readonly options: RequestOptions;
}

/** A scrape and its answer. */
export type ScrapeMessage =
  | { readonly type: 'kubelet.metrics'; readonly id: number }
  | { readonly type: 'kubelet.metricsGiven'; readonly id: number; readonly node: NodeStats; readonly containers: readonly ContainerStats[] };

/** Messages of a kubelet beside the API's and the CRI's. */
export type KubeletMessage =
  | { readonly type: 'kubelet.logs'; readonly id: number; readonly namespace: string; readonly pod: string; readonly container: string; readonly options: RequestOptions }
  | { readonly type: 'kubelet.response'; readonly id: number; readonly ok: boolean; readonly code?: number; readonly body: object }
  | OpenMessage
  /** A request to the kubelet's own server; `known`: it comes with the API server's certificate. Answered by `kubelet.response` with `{ http }`. */
  | { readonly type: 'kubelet.http'; readonly id: number; readonly request: HttpRequest; readonly known: boolean }
  /** A scrape of /metrics/resource; answered by `kubelet.metricsGiven`. */
  | ScrapeMessage
  /** Frames of an open stream. `end`: how it ended, or (to the kubelet) that nobody wants more. */
  | { readonly type: 'kubelet.stream'; readonly id: number; readonly frames: readonly StreamFrame[]; readonly end?: StreamStatus | true }
  /** The files in the manifests folder changed. */
  | { readonly type: 'kubelet.manifests'; readonly staticPods: readonly Pod[] };

export type Terminated = NonNullable<ContainerState['terminated']>;

/** One probe of one container. */
export interface ProbeWork {
  readonly kind: ProbeKind;
  readonly spec: Probe;
  readonly port: number;
  /** First time of the probe; later ones are whole periods after it. 0 = the container is not running. */
  anchor: number;
  /** 0 = nothing to learn until the program changes. */
  nextAt: number;
  result: 'unknown' | 'success' | 'failure';
  /** Same results in a row. */
  run: number;
  last: boolean;
  waiting: boolean;
}

/** What the kubelet does for one container. */
export interface ContainerWork {
  readonly name: string;
  readonly init: boolean;
  /** An init container that keeps running. */
  readonly sidecar: boolean;
  /** Added to the running pod by somebody who looks into it: it is started once and counts for nothing. */
  readonly ephemeral?: true;
  state: 'waiting' | 'pulling' | 'creating' | 'starting' | 'running' | 'stopping' | 'exited';
  /** Why it waits. */
  reason: string;
  message: string;
  /** The newest container of the runtime, '' = none yet. */
  id: string;
  imageRef: string;
  attempt: number;
  startedAt: number;
  terminated: Terminated | null;
  /** How the one before ended. */
  last: Terminated | null;
  /** Id of the ended container that is kept for its logs. */
  garbage: string;
  /** Crash back-off: wait and when it was raised. */
  crashDelay: number;
  crashAt: number;
  finishedAt: number;
  /** Pull back-off. */
  pullDelay: number;
  pullNotBefore: number;
  pullError: string;
  started: boolean;
  ready: boolean;
  probes: ProbeWork[];
}

/** Why a pod ends, and how far that is. */
export interface Termination {
  /** What follows: remove the API object, leave it, or nothing (the object is gone). */
  readonly then: 'delete' | 'keep' | 'forget';
  grace: number;
  readonly since: number;
  step: 'stopping' | 'sandbox' | 'report' | 'deleting' | 'done';
}

/** The state machine of one pod. */
export interface PodWorker {
  /** Identity in the runtime; of a static pod the hash of its manifest. */
  readonly uid: string;
  pod: Pod;
  readonly isStatic: boolean;
  admitted: boolean;
  /** Refused or failed as a whole. */
  failure: { readonly reason: string; readonly message: string } | null;
  sandboxId: string;
  sandboxAttempt: number;
  ip: string;
  startedAt: number;
  /** A CRI operation that brings the pod up is under way; 0 = none, -1 = its pull waits in the queue. */
  call: number;
  containers: ContainerWork[];
  initialized: boolean;
  termination: Termination | null;
  conditions: readonly PodCondition[];
  phase: PodPhase;
  /** Status reported last, and the request that reports. */
  reported: PodStatus | null;
  reporting: number;
  /** When the worker looks again by itself; 0 = not. */
  wakeAt: number;
  /** Waits for the network or for a failed step until then. */
  retryAt: number;
  retryDelay: number;
  mirror: 'none' | 'creating' | 'known';
  /** ConfigMaps and Secrets it needs, by `Kind/name`; a missing one is null. null as a whole = not read yet. */
  sources: Readonly<Record<string, KubeObject | null>> | null;
  /** Answers so far, and how many are still to come. */
  found: Record<string, KubeObject | null>;
  asking: number;
}

/** Who asked the kubelet's server, and by which number. */
export interface HttpAsker { readonly from: ProcessId; readonly id: number }
/** Answers of the runtime from which a page is made. */
export type PageWork =
  | { readonly asker: HttpAsker; readonly page: 'resource' | 'cadvisor' | 'summary' | 'cpuAndMemory' }
  | { readonly asker: HttpAsker; readonly options: RequestOptions; readonly isFile: boolean };

/** What a CRI or probe request was for. */
export interface PendingCall {
  readonly op: 'version' | 'listPodSandbox' | 'listContainers' | 'listImages' | 'updateRuntimeConfig' | 'runPodSandbox' | 'pullImage' | 'createContainer' | 'startContainer' | 'stopContainer' | 'stopPodSandbox' | 'cleanup' | 'containerLogs' | 'probe' | 'openStream' | 'listContainerStats';
  readonly uid: string;
  readonly container: string;
  /** Time of the request, or what the answer needs. */
  readonly at: number;
  readonly extra?: PageWork | { readonly scraper: ProcessId; readonly id: number } | { readonly to: ProcessId; readonly id: number; readonly options: RequestOptions } | { readonly opener: ProcessId; readonly id: number } | { readonly kind: ProbeKind } | { readonly image: string; readonly began: number };
}

/** Heartbeats and the Node object. */
export interface NodeWork {
  registered: boolean;
  attempts: number;
  /** The Lease as written last; null = not read yet. */
  lease: Lease | null;
  leaseRequest: number;
  leaseFailures: number;
  /** Status as reported last. */
  reported: Node['status'] | null;
  reportedAt: number;
  reporting: number;
  ready: boolean;
}

/** Plain state of a kubelet. */
export interface KubeletState {
  readonly config: KubeletConfig;
  /** How often the machine has started again. */
  readonly reboots: number;
  rest: RestState;
  recorder: RecorderState;
  pods: InformerState;
  node: InformerState;
  services: InformerState;
  /** Namespace → variables for its containers ('' = without links to its Services), until a Service changes. */
  readonly serviceVariables: Map<string, Environment>;
  readonly work: NodeWork;
  readonly workers: Table<PodWorker>;
  /** `namespace/name` → uid of the worker that has the name now. */
  readonly names: Table<string>;
  calls: Numbered<PendingCall>;
  /** Number of the CRI request that opened a stream → who wanted it; and back, by `opener number`. */
  readonly streams: Map<number, { readonly to: ProcessId; readonly id: number }>;
  readonly streamsOf: Map<string, number>;
  nextCall: number;
  runtime: 'unknown' | 'listing' | 'up' | 'down';
  runtimeDownSince: number;
  /** The first list since its start has come: it knows what was left of its containers. */
  hasListed: boolean;
  /** What a relist has found so far. */
  foundSandboxes: readonly PodSandbox[];
  foundContainers: readonly CriContainer[] | null;
  networkReady: boolean;
  podCIDR: string;
  /** Full names of images on the node, with their references. */
  readonly images: Table<{ readonly ref: string; readonly size: number }>;
  imagesReported: boolean;
  /** Pods that wait for a pull, `order uid` → container; one pull runs at a time. */
  readonly pullQueue: Table<{ readonly uid: string; readonly container: string; readonly since: number }>;
  pulling: number;
  nextPull: number;
  staticPods: readonly Pod[];
  /** Remainders of unknown pods were stopped once. */
  orphansStopped: boolean;
  readonly startedAt: number;
}

/** What the parts of the kubelet hand to each other for one step. */
export interface Kubelet {
  readonly state: KubeletState;
  readonly out: Outbox;
  /** Workers to look at before the step ends. */
  readonly touched: Set<string>;
}

/** A container as it is before anything happened. */
export function newContainerWork(name: string, init: boolean, sidecar: boolean): ContainerWork {
  return {
    name, init, sidecar, state: 'waiting', reason: 'ContainerCreating', message: '', id: '', imageRef: '', attempt: 0, startedAt: 0, terminated: null, last: null, garbage: '',
    crashDelay: 0, crashAt: 0, finishedAt: 0, pullDelay: 0, pullNotBefore: 0, pullError: '', started: false, ready: false, probes: [],
  };
}

/** What the pod is there for: neither an init container nor one that came later. */
export const isMain = (work: ContainerWork): boolean => !work.init && work.ephemeral !== true;

/** Work for the ephemeral containers that have none yet. */
export function addEphemeral(pod: Pod, containers: ContainerWork[]): void {
  for (const { name } of pod.spec.ephemeralContainers ?? []) {
    if (!containers.some(work => work.ephemeral === true && work.name === name)) containers.push({ ...newContainerWork(name, false, false), ephemeral: true });
  }
}

/** `web_default(UID)`: how upstream names a pod in messages. */
export const podText = (pod: Pod, uid: string): string => `${pod.metadata.name}_${pod.metadata.namespace ?? ''}(${uid})`;

/** The container of the spec that a piece of work is for. */
export function specOf(worker: PodWorker, work: ContainerWork): Pod['spec']['containers'][number] {
  const list = work.ephemeral === true ? worker.pod.spec.ephemeralContainers ?? [] : work.init ? worker.pod.spec.initContainers ?? [] : worker.pod.spec.containers;
  return list.find(container => container.name === work.name) ?? { name: work.name };
}

/** The worker's own name for the work on a container. */
export function workOf(worker: PodWorker, name: string): ContainerWork | undefined {
  return worker.containers.find(work => work.name === name);
}

/** Looks at the worker again at a time, unless it does so earlier anyway. */
export function wake(kubelet: Kubelet, worker: PodWorker, at: number): void {
  if (worker.wakeAt !== 0 && worker.wakeAt <= at) return;
  worker.wakeAt = at;
  kubelet.out.startTimer(`pod:${worker.uid}`, micros(Math.max(0, at - kubelet.out.now)));
}
