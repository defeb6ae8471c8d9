import type { ProcessId } from '../base/data.ts';
import type { AuditPolicy } from './audit/policy.ts';

/** The flags of a kube-apiserver. */
export interface ServerConfig {
  /** `--etcd-servers`: members to talk to, the local one first. */
  readonly etcd: readonly ProcessId[];
  /** `--advertise-address`: how the others reach this instance. */
  readonly advertiseAddress: string;
  /** `--service-cluster-ip-range`. */
  readonly serviceCIDR: string;
  /** Machine name, from which the identity of the instance is made. */
  readonly hostname: string;
  /** Grants everything to every user (`--authorization-mode=AlwaysAllow`); the default is Node,RBAC. */
  readonly alwaysAllow: boolean;
  /** `--client-ca-file` and `--requestheader-client-ca-file`, in PEM; absent = nobody is told. */
  readonly clientCA?: string;
  readonly requestHeaderCA?: string;
  /** `--audit-policy-file`; absent = the default policy. */
  readonly auditPolicy?: AuditPolicy;
}

/** What a caller must give; the rest has upstream's defaults. */
export type ServerOptions = Pick<ServerConfig, 'etcd' | 'advertiseAddress'> & Partial<ServerConfig>;

/** Fills in the defaults of the flags. */
export function completeConfig(options: ServerOptions, hostname: string): ServerConfig {
  return Object.freeze({ serviceCIDR: '10.96.0.0/12', alwaysAllow: false, hostname, ...options });
}

/** Requests of each kind that run at once. @source kubernetes/apiserver pkg/server/config.go (MaxRequestsInFlight, MaxMutatingRequestsInFlight) */
export const READ_IN_FLIGHT_MAX = 400;
export const MUTATING_IN_FLIGHT_MAX = 200;
/** Connections accepted before the caches are filled wait here. */
export const PARKED_REQUESTS_MAX = 10_000;
/** `--service-node-port-range`. @source kubernetes/kubernetes pkg/kubeapiserver/options/options.go */
export const NODE_PORT_MIN = 30_000;
export const NODE_PORT_MAX = 32_767;
/** The version that this server reports. */
export const GIT_VERSION = 'v1.35.2';
