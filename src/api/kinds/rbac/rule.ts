/** Parts shared by the four RBAC kinds.
 * @source kubernetes/api rbac/v1/types.go */
import { invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { dns1123Subdomain, pathSegment } from '../../names.ts';

/** Allowed verbs on resources or on URL paths. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** Who a binding is for. */
export interface Subject {
  readonly kind: 'User' | 'Group' | 'ServiceAccount';
  readonly apiGroup?: string;
  readonly name: string;
  readonly namespace?: string;
}

/** Which role a binding grants. */
export interface RoleRef {
  readonly apiGroup: string;
  readonly kind: 'Role' | 'ClusterRole';
  readonly name: string;
}

/** The group of users, groups and roles. */
export const rbacGroup = 'rbac.authorization.k8s.io';

/** @source kubernetes pkg/apis/rbac/validation/validation.go */
export function validateRules(rules: readonly PolicyRule[] | null | undefined, namespaced: boolean, errors: FieldError[]): void {
  (rules ?? []).forEach((rule, i) => {
    const at = `rules[${i}]`;
    const urls = rule.nonResourceURLs ?? [];
    if ((rule.verbs ?? []).length === 0) errors.push(required(`${at}.verbs`, 'verbs must contain at least one value'));
    if (urls.length > 0) {
      if (namespaced) errors.push(invalid(`${at}.nonResourceURLs`, urls, 'namespaced rules cannot apply to non-resource URLs'));
      const named = [rule.apiGroups, rule.resources, rule.resourceNames].some((list) => list !== undefined && list.length > 0);
      if (named) {
        errors.push(invalid(`${at}.nonResourceURLs`, urls, 'rules cannot apply to both regular resources and non-resource URLs'));
      }
      return;
    }
    if ((rule.apiGroups ?? []).length === 0) errors.push(required(`${at}.apiGroups`, 'resource rules must supply at least one api group'));
    if ((rule.resources ?? []).length === 0) errors.push(required(`${at}.resources`, 'resource rules must supply at least one resource'));
  });
}

/** The role of a binding; a RoleBinding may name either kind. */
export function validateRoleRef(ref: RoleRef, kinds: readonly string[], errors: FieldError[]): void {
  if (ref?.apiGroup !== rbacGroup) errors.push(notSupported('roleRef.apiGroup', ref?.apiGroup ?? '', [rbacGroup]));
  if (!kinds.includes(ref?.kind ?? '')) errors.push(notSupported('roleRef.kind', ref?.kind ?? '', kinds));
  if (!ref?.name) errors.push(required('roleRef.name'));
  else for (const message of pathSegment(ref.name)) errors.push(invalid('roleRef.name', ref.name, message));
}

/** Who a binding is for. A ServiceAccount without a namespace is one of the binding's own, so that only a ClusterRoleBinding has to name it. */
export function validateSubjects(subjects: readonly Subject[] | undefined, namespaced: boolean, errors: FieldError[]): void {
  (subjects ?? []).forEach((subject, i) => {
    const at = `subjects[${i}]`;
    if (!subject.name) errors.push(required(`${at}.name`));
    switch (subject.kind) {
      case 'ServiceAccount':
        if (subject.name) for (const message of dns1123Subdomain(subject.name)) errors.push(invalid(`${at}.name`, subject.name, message));
        if (subject.apiGroup) errors.push(notSupported(`${at}.apiGroup`, subject.apiGroup, ['']));
        if (!namespaced && !subject.namespace) errors.push(required(`${at}.namespace`));
        break;
      case 'User': case 'Group':
        if (subject.apiGroup !== rbacGroup) errors.push(notSupported(`${at}.apiGroup`, subject.apiGroup ?? '', [rbacGroup]));
        break;
      default:
        errors.push(notSupported(`${at}.kind`, subject.kind ?? '', ['ServiceAccount', 'User', 'Group']));
    }
  });
}

/** Subjects with the group that their kind implies; the same list when nothing was missing. */
export function defaultSubjects(subjects: readonly Subject[]): readonly Subject[] {
  if (subjects.every((subject) => subject.kind === 'ServiceAccount' || subject.apiGroup)) return subjects;
  return subjects.map((subject) => (subject.kind === 'ServiceAccount' || subject.apiGroup ? subject : { ...subject, apiGroup: rbacGroup }));
}

/** Role references may leave the group out. */
export function defaultRoleRef(ref: RoleRef): RoleRef {
  return ref?.apiGroup ? ref : { ...ref, apiGroup: rbacGroup };
}

/** Names of the subjects of one kind, as the wide columns show them. */
export function subjectNames(subjects: readonly Subject[] | undefined, kind: Subject['kind']): string {
  return (subjects ?? []).filter((subject) => subject.kind === kind)
    .map((subject) => (kind === 'ServiceAccount' ? `${subject.namespace ?? ''}/${subject.name}` : subject.name)).join(', ');
}
