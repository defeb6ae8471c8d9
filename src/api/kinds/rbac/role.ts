import type { KubeObject } from '../../meta.ts';
import type { PolicyRule } from './rule.ts';

/** Permissions in one namespace. */
export interface Role extends KubeObject {
  readonly apiVersion: 'rbac.authorization.k8s.io/v1';
  readonly kind: 'Role';
  readonly rules?: readonly PolicyRule[] | null;
}
