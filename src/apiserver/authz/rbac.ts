/**
 * Role-based access control: permissions only add up, there is no rule that denies.
 *
 * Roles and bindings are read from the watch cache and arranged by subject once per change of any of them.
 *
 * @source kubernetes/kubernetes plugin/pkg/auth/authorizer/rbac/rbac.go, pkg/registry/rbac/validation/rule.go
 */
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef, Subject } from '../../api/kinds/all.ts';
import { SERVICE_ACCOUNT_PREFIX } from '../authn/users.ts';
import type { Server } from '../state.ts';
import type { UserInfo } from '../state.ts';
import { type Attributes, type Decision, noOpinion } from './attributes.ts';
import { rulesAllow } from './rules.ts';

/** What one binding gives to one subject. */
interface Grant {
  /** '' = everywhere. */
  readonly namespace: string;
  readonly rules: readonly PolicyRule[];
  /** What a request is told that this lets through. */
  readonly decision: Decision;
}

interface Bindings {
  readonly users: ReadonlyMap<string, readonly Grant[]>;
  readonly groups: ReadonlyMap<string, readonly Grant[]>;
  /** Problems found on the way, as `clusterrole.rbac.authorization.k8s.io "x" not found`, with where they matter. */
  readonly errors: ReadonlyMap<string, readonly string[]>;
}

/** `state.rbacVersion` → what was computed from the caches while it was current. */
const compiled = new WeakMap<object, Bindings>();

const group = 'rbac.authorization.k8s.io';

/** Asks RBAC. */
export function authorizeRbac(server: Server, attributes: Attributes): Decision {
  const bindings = bindingsOf(server);
  let found = search(bindings.users.get(attributes.user.name), attributes);
  if (found === undefined) {
    for (const name of attributes.user.groups) {
      found = search(bindings.groups.get(name), attributes);
      if (found !== undefined) break;
    }
  }
  if (found !== undefined) return found.decision;
  const problems: string[] = [];
  for (const subject of [attributes.user.name, ...attributes.user.groups]) problems.push(...(bindings.errors.get(subject) ?? []));
  return problems.length === 0 ? noOpinion : { allowed: false, reason: `RBAC: ${problems.length === 1 ? String(problems[0]) : `[${problems.join(', ')}]`}` };
}

/** All rules that a user has in a namespace, for SelfSubjectRulesReview. */
export function rulesFor(server: Server, user: UserInfo, namespace: string): readonly PolicyRule[] {
  const bindings = bindingsOf(server);
  const grants = [...(bindings.users.get(user.name) ?? [])];
  for (const name of user.groups) grants.push(...(bindings.groups.get(name) ?? []));
  return grants.filter(grant => grant.namespace === '' || grant.namespace === namespace).flatMap(grant => grant.rules);
}

function search(grants: readonly Grant[] | undefined, attributes: Attributes): Grant | undefined {
  if (grants === undefined) return undefined;
  for (let i = 0; i < grants.length; i++) {
    const grant = grants[i] as Grant;
    if (grant.namespace !== '' && grant.namespace !== attributes.namespace) continue;
    if (rulesAllow(grant.rules, attributes)) return grant;
  }
  return undefined;
}

function bindingsOf(server: Server): Bindings {
  const version = server.state.rbacVersion;
  let bindings = compiled.get(version);
  if (bindings === undefined) compiled.set(version, (bindings = compile(server)));
  return bindings;
}

interface Draft { readonly users: Map<string, Grant[]>; readonly groups: Map<string, Grant[]>; readonly errors: Map<string, string[]> }

function compile(server: Server): Bindings {
  const draft: Draft = { users: new Map(), groups: new Map(), errors: new Map() };
  for (const binding of all<ClusterRoleBinding>(server, 'clusterrolebindings')) {
    const describe = (to: string): string => `ClusterRoleBinding "${binding.metadata.name}" of ${binding.roleRef.kind} "${binding.roleRef.name}" to ${to}`;
    grant(server, draft, { subjects: binding.subjects, roleRef: binding.roleRef, namespace: '', describe });
  }
  for (const binding of all<RoleBinding>(server, 'rolebindings')) {
    const namespace = binding.metadata.namespace ?? '';
    const describe = (to: string): string => `RoleBinding "${binding.metadata.name}/${namespace}" of ${binding.roleRef.kind} "${binding.roleRef.name}" to ${to}`;
    grant(server, draft, { subjects: binding.subjects, roleRef: binding.roleRef, namespace, describe });
  }
  return draft;
}

interface Binding { readonly subjects: readonly Subject[] | undefined; readonly roleRef: RoleRef; readonly namespace: string; /** As in `ClusterRoleBinding "x" of ClusterRole "y" to User "z"`. */ readonly describe: (to: string) => string }

function grant(server: Server, draft: Draft, binding: Binding): void {
  const rules = rulesOfRole(server, binding.roleRef, binding.namespace);
  for (const subject of binding.subjects ?? []) {
    const key = subject.kind === 'ServiceAccount' ? `${SERVICE_ACCOUNT_PREFIX}${subject.namespace ?? binding.namespace}:${subject.name}` : subject.name;
    if (typeof rules === 'string') { append(draft.errors, key, rules); continue; }
    const to = subject.kind === 'ServiceAccount' ? `ServiceAccount "${subject.name}/${subject.namespace ?? binding.namespace}"` : `${subject.kind} "${subject.name}"`;
    append(subject.kind === 'Group' ? draft.groups : draft.users, key, { namespace: binding.namespace, rules, decision: Object.freeze({ allowed: true, reason: `RBAC: allowed by ${binding.describe(to)}` }) });
  }
}

function append<V>(into: Map<string, V[]>, key: string, value: V): void {
  const list = into.get(key);
  if (list === undefined) into.set(key, [value]); else list.push(value);
}

/**
 * The rules of a role; an aggregated one holds what a controller gathered in it.
 * @returns the rules, or which role is missing
 */
export function rulesOfRole(server: Server, role: RoleRef, namespace: string): readonly PolicyRule[] | string {
  if (role.kind === 'Role') {
    const found = server.state.caches.get(`${group}/roles`)?.items.get(`/registry/roles/${namespace}/${role.name}`) as Role | undefined;
    return found === undefined ? `role.${group} "${role.name}" not found` : found.rules ?? [];
  }
  const found = server.state.caches.get(`${group}/clusterroles`)?.items.get(`/registry/clusterroles/${role.name}`) as ClusterRole | undefined;
  if (found === undefined) return `clusterrole.${group} "${role.name}" not found`;
  return found.rules ?? [];
}

function all<T>(server: Server, plural: string): T[] {
  const items = server.state.caches.get(`${group}/${plural}`)?.items;
  return items === undefined ? [] : [...items.values()] as unknown as T[];
}
