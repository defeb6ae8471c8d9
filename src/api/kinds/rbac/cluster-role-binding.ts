import type { KubeObject } from '../../meta.ts';
import type { RoleRef, Subject } from './rule.ts';

/** Grants a cluster role to subjects everywhere. */
export interface ClusterRoleBinding extends KubeObject {
  readonly apiVersion: 'rbac.authorization.k8s.io/v1';
  readonly kind: 'ClusterRoleBinding';
  readonly subjects?: readonly Subject[];
  readonly roleRef: RoleRef;
}
