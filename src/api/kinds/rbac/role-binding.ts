import type { KubeObject } from '../../meta.ts';
import { defineResource } from '../../resource.ts';
import { bindingOf } from './binding.ts';
import type { RoleRef, Subject } from './rule.ts';

/** Grants a role to subjects in one namespace. */
export interface RoleBinding extends KubeObject {
  readonly apiVersion: 'rbac.authorization.k8s.io/v1';
  readonly kind: 'RoleBinding';
  readonly subjects?: readonly Subject[];
  readonly roleRef: RoleRef;
}

/** @source kubernetes pkg/registry/rbac/rolebinding/strategy.go */
export const roleBindingResource = defineResource<RoleBinding>({
  ...bindingOf<RoleBinding>({ namespaced: true, roleKinds: ['Role', 'ClusterRole'] }),
  kind: 'RoleBinding', plural: 'rolebindings', singular: 'rolebinding', storagePrefix: '/registry/rolebindings/',
});
