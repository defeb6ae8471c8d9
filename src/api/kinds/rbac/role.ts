import type { FieldError } from '../../field-error.ts';
import type { KubeObject } from '../../meta.ts';
import { pathSegment } from '../../names.ts';
import { defineResource, metadataFields, plainStrategy } from '../../resource.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { rbacGroup, validateRules } from './rule.ts';
import type { PolicyRule } from './rule.ts';
import { createdColumn } from '../columns.ts';

/** Permissions in one namespace. */
export interface Role extends KubeObject {
  readonly apiVersion: 'rbac.authorization.k8s.io/v1';
  readonly kind: 'Role';
  readonly rules?: readonly PolicyRule[] | null;
}

function validate(role: Role): readonly FieldError[] {
  const errors = validateObjectMeta(role, true, pathSegment);
  validateRules(role.rules, true, errors);
  return errors;
}

/** @source kubernetes pkg/registry/rbac/role/strategy.go */
export const roleResource = defineResource<Role>({
  group: rbacGroup, version: 'v1', kind: 'Role', plural: 'roles', singular: 'role', shortNames: [], categories: [],
  namespaced: true, subresources: [], storagePrefix: '/registry/roles/', allowCreateOnUpdate: true, allowUnconditionalUpdate: true,
  selectableFields: metadataFields<Role>(true),
  columns: [
    { name: 'Name', cell: (role) => role.metadata.name },
    createdColumn(),
  ],
  defaults: (role) => role,
  ...plainStrategy<Role>(),
  validate,
  validateUpdate: (role, old) => [...validate(role), ...validateObjectMetaUpdate(role, old)],
});
