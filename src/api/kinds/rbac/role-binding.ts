import type { KubeObject } from '../../meta.ts';
import type { RoleRef, Subject } from './rule.ts';

/** Grants a role to subjects in one namespace. */
export interface RoleBinding extends KubeObject {
  readonly apiVersion: 'rbac.authorization.k8s.io/v1';
  readonly kind: 'RoleBinding';
  readonly subjects?: readonly Subject[];
  readonly roleRef: RoleRef;
}
