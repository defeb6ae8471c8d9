/**
 * The Container Runtime Interface as messages between the kubelet (or crictl) and the runtime process `NODE/containerd`.
 *
 * @source kubernetes/cri-api pkg/apis/runtime/v1/api.proto
 */

import type { StreamFrame, StreamRequest, StreamStatus } from './stream.ts';

export type ContainerState = 'CONTAINER_CREATED' | 'CONTAINER_RUNNING' | 'CONTAINER_EXITED' | 'CONTAINER_UNKNOWN';
export type SandboxState = 'SANDBOX_READY' | 'SANDBOX_NOTREADY';

export interface PodSandbox {
  /** 64 hexadecimal digits; people see the first 13. */
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly attempt: number;
  readonly state: SandboxState;
  readonly ip: string;
  readonly hostNetwork: boolean;
  /** Virtual microseconds. */
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
}

export interface CriContainer {
  readonly id: string;
  readonly sandboxId: string;
  readonly name: string;
  readonly podName: string;
  readonly podNamespace: string;
  readonly podUid: string;
  readonly attempt: number;
  readonly image: string;
  readonly imageRef: string;
  readonly state: ContainerState;
  readonly createdAt: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly exitCode: number;
  readonly reason: string;
  readonly message: string;
}

/** What a container has used. `at`: when that was measured; `cpu` in nanoseconds since its start, `memory` is its working set in bytes. */
export interface ContainerStats { readonly name: string; readonly podName: string; readonly podNamespace: string; readonly startedAt: number; readonly at: number; readonly cpu: number; readonly memory: number; /** Nanocores at that moment, where they were asked for. */ readonly rate?: number }
/** The same of a whole machine. */
export interface NodeStats { readonly at: number; readonly cpu: number; readonly memory: number; readonly rate?: number }

export interface CriImage { readonly id: string; readonly repoTags: readonly string[]; readonly repoDigests: readonly string[]; readonly size: number }

/** A volume in a container: `files` with their contents (byte strings) by name, or the name of a volume that can be written. */
export interface MountedVolume { readonly path: string; readonly volume: string; readonly readOnly: boolean; readonly files?: Readonly<Record<string, string>> }
/** What the kubelet has given a container: programs that start in it see it. */
export interface StreamScene { readonly hostname: string; readonly mounts: readonly MountedVolume[] }
/** Variables of a container, in their order. */
export type Environment = readonly { readonly name: string; readonly value: string }[];
/** Which lines of a log. `since` in virtual microseconds. */
export interface LogChoice { readonly timestamps: boolean; readonly tailLines?: number; readonly since?: number; readonly limitBytes?: number }

export type CriRequest =
  | { readonly op: 'version' }
  | { readonly op: 'status' }
  /** The node's pod range, from which the network plugin hands out addresses. */
  | { readonly op: 'updateRuntimeConfig'; readonly podCIDR: string }
  /** Subscribes the asker to `cri.event`, until its connection breaks. */
  | { readonly op: 'getContainerEvents' }
  | { readonly op: 'listPodSandbox' }
  | { readonly op: 'runPodSandbox'; readonly config: { readonly name: string; readonly namespace: string; readonly uid: string; readonly attempt: number; readonly hostNetwork: boolean; readonly labels: Readonly<Record<string, string>> } }
  | { readonly op: 'stopPodSandbox'; readonly id: string }
  | { readonly op: 'removePodSandbox'; readonly id: string }
  | { readonly op: 'listContainers' }
  | { readonly op: 'createContainer'; readonly sandboxId: string; readonly config: { readonly name: string; readonly attempt: number; readonly image: string; readonly command: readonly string[]; readonly args: readonly string[]; readonly env: Environment; readonly memoryLimitBytes?: number; readonly cpuLimitMilli?: number; /** Present when the program's input stays open for those who attach. */ readonly input?: AttachedInput; /** Whose rights a program has that is a client of the API. */ readonly serviceAccount?: string } }
  | { readonly op: 'startContainer'; readonly id: string }
  /** `timeout` in seconds: SIGTERM, then SIGKILL. */
  | { readonly op: 'stopContainer'; readonly id: string; readonly timeout: number }
  | { readonly op: 'removeContainer'; readonly id: string }
  | { readonly op: 'containerLogs'; readonly id: string; readonly tailLines?: number }
  /** Exec, Attach, PortForward (`id` is the sandbox) and followed logs: after the answer, frames go both ways as `cri.stream`. */
  | { readonly op: 'openStream'; readonly id: string; readonly request: StreamRequest; readonly scene: StreamScene; readonly log: LogChoice }
  | { readonly op: 'execSync'; readonly id: string; readonly command: readonly string[] }
  /** `cores`: how many the machine has. */
  | { readonly op: 'listContainerStats'; readonly cores: number; readonly rates?: true }
  | { readonly op: 'listImages' }
  | { readonly op: 'pullImage'; readonly image: string }
  | { readonly op: 'removeImage'; readonly image: string };

/** `once`: the input ends with the first who attached. `tty`: it is a terminal. */
export interface AttachedInput { readonly once: boolean; readonly tty: boolean }

/** Kubelet or crictl → runtime. */
export type CriClientMessage =
  | { readonly type: 'cri.request'; readonly id: number; readonly request: CriRequest }
  /** `end`: the asker wants no more. */
  | { readonly type: 'cri.stream'; readonly id: number; readonly frames: readonly StreamFrame[]; readonly end?: true };
/** Runtime → asker. `body` by op: `{ sandboxes }`, `{ sandbox }`, `{ containers }`, `{ id }`, `{ images }`, `{ imageRef, size }`, `{ lines, times }` (`times` in virtual microseconds), `{ exitCode, output }`, `{ conditions }`, `{ stats, node }`, `{}`. */
export type CriServerMessage =
  | { readonly type: 'cri.response'; readonly id: number; readonly body: object }
  /** gRPC status: NotFound, Unavailable, InvalidArgument, Unknown… */
  | { readonly type: 'cri.error'; readonly id: number; readonly code: string; readonly message: string }
  /** `end`: how the stream ended. */
  | { readonly type: 'cri.stream'; readonly id: number; readonly frames: readonly StreamFrame[]; readonly end?: StreamStatus }
  /** A container of the pod changed state by itself (the kubelet's PLEG sees it by relisting; this is the event form). */
  | { readonly type: 'cri.event'; readonly podUid: string; readonly containerId: string; readonly container?: CriContainer };
