import type { KubeObject, LabelSelector } from '../../meta.ts';
import { pathSegment } from '../../names.ts';
import { defineResource, metadataFields, plainStrategy } from '../../resource.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { rbacGroup, validateRules } from './rule.ts';
import type { PolicyRule } from './rule.ts';

/** Permissions in the whole cluster, or to be bound per namespace. */
export interface ClusterRole extends KubeObject {
  readonly apiVersion: 'rbac.authorization.k8s.io/v1';
  readonly kind: 'ClusterRole';
  readonly rules?: readonly PolicyRule[] | null;
  /** Filled by a controller from cluster roles that match. */
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly LabelSelector[] };
}

/** @source kubernetes pkg/registry/rbac/clusterrole/strategy.go */
export const clusterRoleResource = defineResource<ClusterRole>({
  group: rbacGroup, version: 'v1', kind: 'ClusterRole', plural: 'clusterroles', singular: 'clusterrole', shortNames: [], categories: [],
  namespaced: false, subresources: [], storagePrefix: '/registry/clusterroles/', allowCreateOnUpdate: true, allowUnconditionalUpdate: true,
  selectableFields: metadataFields<ClusterRole>(false),
  columns: [
    { name: 'Name', cell: (role) => role.metadata.name },
    { name: 'Created At', cell: (role) => role.metadata.creationTimestamp ?? '' },
  ],
  defaults: (role) => role,
  ...plainStrategy<ClusterRole>(),
  validate(role) {
    const errors = validateObjectMeta(role, false, pathSegment);
    validateRules(role.rules, false, errors);
    return errors;
  },
  validateUpdate(role, old) {
    const errors = validateObjectMetaUpdate(role, old);
    validateRules(role.rules, false, errors);
    return errors;
  },
});
