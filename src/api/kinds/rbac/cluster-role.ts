import { invalid, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { KubeObject, LabelSelector } from '../../meta.ts';
import { pathSegment } from '../../names.ts';
import { defineResource, metadataFields, plainStrategy } from '../../resource.ts';
import { validateLabelSelector } from '../../selector.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { rbacGroup, validateRules } from './rule.ts';
import type { PolicyRule } from './rule.ts';
import { createdColumn } from '../columns.ts';

/** Permissions in the whole cluster, or to be bound per namespace. */
export interface ClusterRole extends KubeObject {
  readonly apiVersion: 'rbac.authorization.k8s.io/v1';
  readonly kind: 'ClusterRole';
  readonly rules?: readonly PolicyRule[] | null;
  /** Filled by a controller from cluster roles that match. */
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly LabelSelector[] };
}

const AGGREGATED = 'aggregationRule.clusterRoleSelectors';

function selectorFaults({ aggregationRule }: ClusterRole, letsValues = false): readonly FieldError[] {
  return (aggregationRule?.clusterRoleSelectors ?? []).flatMap((selector, i) => {
    const path = `${AGGREGATED}[${i}]`;
    // Upstream makes a selector of it as well, and shows what that gave: nothing.
    const isNone = validateLabelSelector(selector, path).length > 0;
    return isNone ? [...validateLabelSelector(selector, path, letsValues), invalid(path, null, 'invalid label selector.')] : [];
  });
}

function validate(role: ClusterRole, letsValues = false): readonly FieldError[] {
  const errors = validateObjectMeta(role, false, pathSegment);
  validateRules(role.rules, false, errors);
  if (role.aggregationRule !== undefined && (role.aggregationRule.clusterRoleSelectors ?? []).length === 0) {
    errors.push(required(AGGREGATED, 'at least one clusterRoleSelector required if aggregationRule is non-nil'));
  }
  errors.push(...selectorFaults(role, letsValues));
  return errors;
}

/** @source kubernetes pkg/registry/rbac/clusterrole/strategy.go */
export const clusterRoleResource = defineResource<ClusterRole>({
  group: rbacGroup, version: 'v1', kind: 'ClusterRole', plural: 'clusterroles', singular: 'clusterrole', shortNames: [], categories: [],
  namespaced: false, subresources: [], storagePrefix: '/registry/clusterroles/', allowCreateOnUpdate: true, allowUnconditionalUpdate: true,
  selectableFields: metadataFields<ClusterRole>(false),
  columns: [
    { name: 'Name', cell: (role) => role.metadata.name },
    createdColumn(),
  ],
  defaults: (role) => role,
  ...plainStrategy<ClusterRole>(),
  validate: (role) => validate(role),
  // A selector that was stored with a fault may keep it.
  validateUpdate: (role, old) => [...validate(role, selectorFaults(old).length > 0), ...validateObjectMetaUpdate(role, old)],
});
