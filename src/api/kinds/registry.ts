/** All kinds, in the order of discovery: it decides which kind an ambiguous word means and how `get all` is sorted. */
import type { ResourceDescriptor } from '../resource.ts';
import { daemonSetResource } from './apps/daemon-set.ts';
import { deploymentResource } from './apps/deployment.ts';
import { replicaSetResource } from './apps/replica-set.ts';
import { leaseResource } from './coordination/lease.ts';
import { configMapResource } from './core/config-map.ts';
import { endpointsResource } from './core/endpoints.ts';
import { eventResource } from './core/event.ts';
import { namespaceResource } from './core/namespace.ts';
import { nodeResource } from './core/node.ts';
import { podResource } from './core/pod.ts';
import { secretResource } from './core/secret.ts';
import { serviceAccountResource } from './core/service-account.ts';
import { serviceResource } from './core/service.ts';
import { endpointSliceResource } from './discovery/endpoint-slice.ts';
import { clusterRoleBindingResource } from './rbac/cluster-role-binding.ts';
import { clusterRoleResource } from './rbac/cluster-role.ts';
import { roleBindingResource } from './rbac/role-binding.ts';
import { roleResource } from './rbac/role.ts';
import { priorityClassResource } from './scheduling/priority-class.ts';

/** Descriptors by order of discovery. */
export const resources: readonly ResourceDescriptor[] = [
  configMapResource,
  endpointsResource,
  eventResource,
  namespaceResource,
  nodeResource,
  podResource,
  secretResource,
  serviceAccountResource,
  serviceResource,
  daemonSetResource,
  deploymentResource,
  replicaSetResource,
  clusterRoleBindingResource,
  clusterRoleResource,
  roleBindingResource,
  roleResource,
  priorityClassResource,
  leaseResource,
  endpointSliceResource,
] as unknown as readonly ResourceDescriptor[];
