import type { KubeObject, LabelSelector } from '../../meta.ts';
import type { PolicyRule } from './rule.ts';

/** Permissions in the whole cluster, or to be bound per namespace. */
export interface ClusterRole extends KubeObject {
  readonly apiVersion: 'rbac.authorization.k8s.io/v1';
  readonly kind: 'ClusterRole';
  readonly rules?: readonly PolicyRule[] | null;
  /** Filled by a controller from cluster roles that match. */
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly LabelSelector[] };
}
