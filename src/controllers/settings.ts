import type { ProcessId } from '../base/data.ts';
import type { Conversation } from '../sim/conversation.ts';
import { cx } from '../client/controller.ts';

/** Flags of kube-controller-manager and cloud-controller-manager that controllers read. */
export interface ControllerSettings {
  /** `--cluster-cidr`, from which each node gets a pod range; '' switches node-ipam off (`--allocate-node-cidrs=false`). */
  readonly clusterCIDR: string;
  /** `--node-cidr-mask-size`. */
  readonly nodeCIDRMaskSize: number;
  /** `--service-cluster-ip-range`. */
  readonly serviceCIDR: string;
  /** Text of `--root-ca-file`. */
  readonly rootCA: string;
  /** Who has the key of that authority; '' = it is the simulated one. */
  readonly signer: ProcessId | '';
  /** `--node-monitor-grace-period`, seconds: 50 since 1.32, 40 before. */
  readonly nodeMonitorGraceSeconds: number;
  /** `--node-startup-grace-period`, seconds. */
  readonly nodeStartupGraceSeconds: number;
  /** `--node-eviction-rate`, nodes per 1,000 s. */
  readonly evictionsPer1000Seconds: number;
  /** `--secondary-node-eviction-rate`, nodes per 1,000 s. */
  readonly secondaryEvictionsPer1000Seconds: number;
  /** `--large-cluster-size-threshold`. */
  readonly largeClusterSizeThreshold: number;
  /** `--unhealthy-zone-threshold`, per cent. */
  readonly unhealthyZonePercent: number;
  /** `--terminated-pod-gc-threshold`; 0 or less switches it off. */
  readonly terminatedPodGCThreshold: number;
  /** The cloud's API; '' when there is no cloud. */
  readonly cloud: ProcessId | '';
}

/**
 * Upstream's defaults, with kubeadm's ranges.
 *
 * @source kubernetes/kubernetes cmd/kube-controller-manager/app/options, pkg/controller/nodelifecycle/config/v1alpha1/defaults.go
 */
export const defaultSettings: ControllerSettings = Object.freeze({
  clusterCIDR: '10.244.0.0/16', nodeCIDRMaskSize: 24, serviceCIDR: '10.96.0.0/12', rootCA: '', signer: '',
  nodeMonitorGraceSeconds: 50, nodeStartupGraceSeconds: 60, evictionsPer1000Seconds: 100, secondaryEvictionsPer1000Seconds: 10,
  largeClusterSizeThreshold: 50, unhealthyZonePercent: 55, terminatedPodGCThreshold: 12_500, cloud: '',
});

/** The settings of this process, defaults where it has none. */
export function* settings(): Conversation<ControllerSettings> {
  const given = yield* cx.recall<Partial<ControllerSettings>>('config');
  return { ...defaultSettings, ...given };
}
