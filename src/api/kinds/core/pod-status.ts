/** The observed state of a pod.
 * @source kubernetes/api core/v1/types.go */
import type { ConditionStatus, Time } from '../../meta.ts';
import type { ResourceList, ResourceRequirements } from './container.ts';

/** Coarse state of a pod. */
export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
/** Class for eviction order and cgroups. */
export type PodQOSClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

/** One condition of a pod, for example `Ready` or `PodScheduled`. */
export interface PodCondition {
  readonly type: string;
  readonly status: ConditionStatus;
  readonly observedGeneration?: number;
  readonly lastProbeTime?: Time | null;
  readonly lastTransitionTime?: Time;
  readonly reason?: string;
  readonly message?: string;
}

/** Not yet running, or between two runs. */
export interface ContainerStateWaiting {
  readonly reason?: string;
  readonly message?: string;
}

/** Running since. */
export interface ContainerStateRunning {
  readonly startedAt?: Time;
}

/** Ended, with how. */
export interface ContainerStateTerminated {
  readonly exitCode: number;
  readonly signal?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly startedAt?: Time;
  readonly finishedAt?: Time;
  readonly containerID?: string;
}

/** Exactly one of the three is set; none means waiting. */
export interface ContainerState {
  readonly waiting?: ContainerStateWaiting;
  readonly running?: ContainerStateRunning;
  readonly terminated?: ContainerStateTerminated;
}

/** What the kubelet last saw of one container. */
export interface ContainerStatus {
  readonly name: string;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly image: string;
  readonly imageID: string;
  readonly containerID?: string;
  readonly started?: boolean;
  readonly allocatedResources?: ResourceList;
  readonly resources?: ResourceRequirements;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean; readonly recursiveReadOnly?: string }[];
  readonly user?: { readonly linux?: { readonly uid: number; readonly gid: number; readonly supplementalGroups?: readonly number[] } };
  readonly stopSignal?: string;
}

/** The observed state of a pod. */
export interface PodStatus {
  readonly observedGeneration?: number;
  readonly phase?: PodPhase;
  readonly conditions?: readonly PodCondition[];
  readonly message?: string;
  readonly reason?: string;
  /** Where preemption made room for the pod. */
  readonly nominatedNodeName?: string;
  readonly hostIP?: string;
  readonly hostIPs?: readonly { readonly ip: string }[];
  readonly podIP?: string;
  readonly podIPs?: readonly { readonly ip: string }[];
  readonly startTime?: Time;
  readonly initContainerStatuses?: readonly ContainerStatus[];
  readonly containerStatuses?: readonly ContainerStatus[];
  readonly qosClass?: PodQOSClass;
  readonly ephemeralContainerStatuses?: readonly ContainerStatus[];
  readonly resize?: string;
  readonly resourceClaimStatuses?: readonly { readonly name: string; readonly resourceClaimName?: string }[];
  readonly allocatedResources?: ResourceList;
  readonly resources?: ResourceRequirements;
}
