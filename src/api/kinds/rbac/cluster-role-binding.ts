import type { KubeObject } from '../../meta.ts';
import { defineResource } from '../../resource.ts';
import { bindingOf } from './binding.ts';
import type { RoleRef, Subject } from './rule.ts';

/** Grants a cluster role to subjects everywhere. */
export interface ClusterRoleBinding extends KubeObject {
  readonly apiVersion: 'rbac.authorization.k8s.io/v1';
  readonly kind: 'ClusterRoleBinding';
  readonly subjects?: readonly Subject[];
  readonly roleRef: RoleRef;
}

/** @source kubernetes pkg/registry/rbac/clusterrolebinding/strategy.go */
export const clusterRoleBindingResource = defineResource<ClusterRoleBinding>({
  ...bindingOf<ClusterRoleBinding>({ namespaced: false, roleKinds: ['ClusterRole'] }),
  kind: 'ClusterRoleBinding', plural: 'clusterrolebindings', singular: 'clusterrolebinding', storagePrefix: '/registry/clusterrolebindings/',
});
