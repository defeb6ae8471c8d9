import { equalData } from '../../../base/compare.ts';
import { invalid } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { KubeObject } from '../../meta.ts';
import { pathSegment } from '../../names.ts';
import { metadataFields, plainStrategy, type ResourceDescriptor } from '../../resource.ts';
import { age } from '../../time.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { defaultRoleRef, defaultSubjects, rbacGroup, type RoleRef, type Subject, subjectNames, validateRoleRef, validateSubjects } from './rule.ts';

/** What bindings of both scopes hold. */
interface Binding extends KubeObject {
  readonly subjects?: readonly Subject[];
  readonly roleRef: RoleRef;
}

/** What bindings of both scopes have in common; they differ in the kinds of role that they may grant. */
export function bindingOf<T extends Binding>({ namespaced, roleKinds }: { readonly namespaced: boolean; readonly roleKinds: readonly string[] }): Omit<ResourceDescriptor<T>, 'kind' | 'plural' | 'singular' | 'storagePrefix'> {
  const validate = (binding: T): FieldError[] => {
    const errors = validateObjectMeta(binding, namespaced, pathSegment);
    validateRoleRef(binding.roleRef, roleKinds, errors);
    validateSubjects(binding.subjects, namespaced, errors);
    return errors;
  };
  return {
    group: rbacGroup, version: 'v1', shortNames: [], categories: [], namespaced, subresources: [], allowCreateOnUpdate: true, allowUnconditionalUpdate: true,
    selectableFields: metadataFields<T>(namespaced),
    columns: [
      { name: 'Name', cell: (binding) => binding.metadata.name },
      { name: 'Role', doc: 'rbac.RoleBinding.roleRef', cell: (binding) => `${binding.roleRef?.kind ?? ''}/${binding.roleRef?.name ?? ''}` },
      { name: 'Age', cell: (binding, now) => age(binding.metadata.creationTimestamp, now) },
      { name: 'Users', wide: true, description: 'Users that it gives the role to.', cell: (binding) => subjectNames(binding.subjects, 'User') },
      { name: 'Groups', wide: true, description: 'Groups that it gives the role to.', cell: (binding) => subjectNames(binding.subjects, 'Group') },
      { name: 'ServiceAccounts', wide: true, description: 'Service accounts that it gives the role to.', cell: (binding) => subjectNames(binding.subjects, 'ServiceAccount') },
    ],
    defaults(binding) {
      const roleRef = defaultRoleRef(binding.roleRef);
      const subjects = binding.subjects === undefined ? undefined : defaultSubjects(binding.subjects);
      if (roleRef === binding.roleRef && subjects === binding.subjects) return binding;
      return { ...binding, roleRef, ...(subjects === undefined ? {} : { subjects }) };
    },
    ...plainStrategy<T>(),
    validate,
    validateUpdate(binding, old) {
      const errors = [...validate(binding), ...validateObjectMetaUpdate(binding, old)];
      if (!equalData(binding.roleRef, old.roleRef)) errors.push(invalid('roleRef', internalRef(binding.roleRef), 'cannot change roleRef'));
      return errors;
    },
  };
}

/** The reference as the server's own type has it, whose fields have no names in JSON. */
const internalRef = ({ apiGroup, kind, name }: RoleRef): object => ({ APIGroup: apiGroup, Kind: kind, Name: name });
