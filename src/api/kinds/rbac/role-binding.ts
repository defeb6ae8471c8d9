import { equalData } from '../../../base/compare.ts';
import { invalid } from '../../field-error.ts';
import type { KubeObject } from '../../meta.ts';
import { pathSegment } from '../../names.ts';
import { defineResource, metadataFields, plainStrategy } from '../../resource.ts';
import { age } from '../../time.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { defaultRoleRef, defaultSubjects, rbacGroup, subjectNames, validateRoleRef, validateSubjects } from './rule.ts';
import type { RoleRef, Subject } from './rule.ts';

/** Grants a role to subjects in one namespace. */
export interface RoleBinding extends KubeObject {
  readonly apiVersion: 'rbac.authorization.k8s.io/v1';
  readonly kind: 'RoleBinding';
  readonly subjects?: readonly Subject[];
  readonly roleRef: RoleRef;
}

const roleKinds = ['Role', 'ClusterRole'] as const;

/** @source kubernetes pkg/registry/rbac/rolebinding/strategy.go */
export const roleBindingResource = defineResource<RoleBinding>({
  group: rbacGroup, version: 'v1', kind: 'RoleBinding', plural: 'rolebindings', singular: 'rolebinding', shortNames: [], categories: [],
  namespaced: true, subresources: [], storagePrefix: '/registry/rolebindings/', allowCreateOnUpdate: true, allowUnconditionalUpdate: true,
  selectableFields: metadataFields<RoleBinding>(true),
  columns: [
    { name: 'Name', cell: (binding) => binding.metadata.name },
    { name: 'Role', cell: (binding) => `${binding.roleRef.kind}/${binding.roleRef.name}` },
    { name: 'Age', cell: (binding, now) => age(binding.metadata.creationTimestamp, now) },
    { name: 'Users', wide: true, cell: (binding) => subjectNames(binding.subjects, 'User') },
    { name: 'Groups', wide: true, cell: (binding) => subjectNames(binding.subjects, 'Group') },
    { name: 'ServiceAccounts', wide: true, cell: (binding) => subjectNames(binding.subjects, 'ServiceAccount') },
  ],
  defaults(binding) {
    const roleRef = defaultRoleRef(binding.roleRef);
    const subjects = binding.subjects === undefined ? undefined : defaultSubjects(binding.subjects);
    if (roleRef === binding.roleRef && subjects === binding.subjects) return binding;
    return { ...binding, roleRef, ...(subjects === undefined ? {} : { subjects }) };
  },
  ...plainStrategy<RoleBinding>(),
  validate(binding) {
    const errors = validateObjectMeta(binding, true, pathSegment);
    validateRoleRef(binding.roleRef, roleKinds, errors);
    validateSubjects(binding.subjects, errors);
    return errors;
  },
  validateUpdate(binding, old) {
    const errors = validateObjectMetaUpdate(binding, old);
    validateRoleRef(binding.roleRef, roleKinds, errors);
    validateSubjects(binding.subjects, errors);
    if (!equalData(binding.roleRef, old.roleRef)) errors.push(invalid('roleRef', binding.roleRef, 'cannot change roleRef'));
    return errors;
  },
});
