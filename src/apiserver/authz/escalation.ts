/**
 * Nobody gives away more than he has: whoever writes a role or a binding must hold its permissions, or the verb `escalate` or `bind`.
 *
 * @source kubernetes/kubernetes pkg/registry/rbac/escalation_check.go, pkg/registry/rbac/validation/rule.go, k8s.io/component-helpers auth/rbac/validation
 */
import { compareText, equalData } from '../../base/compare.ts';
import { quote } from '../../api/field-error.ts';
import type { ClusterRole, PolicyRule, RoleBinding } from '../../api/kinds/all.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { ResourceDescriptor } from '../../api/resource.ts';
import { forbiddenStatus, notFound, type Status } from '../../api/status.ts';
import type { RequestRecord, Server } from '../state.ts';
import { authorize, isSuperuser } from './authorize.ts';
import { rulesFor, rulesOfRole } from './rbac.ts';

const GROUP = 'rbac.authorization.k8s.io';
/** Everything: what an aggregating role may come to hold. */
const fullAuthority: readonly PolicyRule[] = Object.freeze([
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, { verbs: ['*'], nonResourceURLs: ['*'] },
]);

interface Change { readonly descriptor: ResourceDescriptor; readonly object: KubeObject; readonly old: KubeObject | undefined }

/** Why a role or binding may not be written; undefined for other kinds, and when all is well. */
export function checkEscalation(server: Server, request: RequestRecord, { descriptor, object, old }: Change): Status | undefined {
  if (descriptor.group !== GROUP || isSuperuser(server, request.user)) return undefined;
  const why = descriptor.kind === 'Role' || descriptor.kind === 'ClusterRole' ? aboutRole(server, request, { object: object as ClusterRole, old: old as ClusterRole | undefined, descriptor })
    : aboutBinding(server, request, object as RoleBinding);
  if (why === undefined || typeof why !== 'string') return why;
  return forbiddenStatus({ group: GROUP, resource: descriptor.plural }, object.metadata.name, why);
}

interface RoleChange { readonly descriptor: ResourceDescriptor; readonly object: ClusterRole; readonly old: ClusterRole | undefined }

function aboutRole(server: Server, request: RequestRecord, { descriptor, object, old }: RoleChange): string | undefined {
  const unchanged = old !== undefined && equalData(old.rules ?? [], object.rules ?? []) && equalData(old.aggregationRule, object.aggregationRule);
  if (unchanged) return undefined;
  const { namespace } = request.call;
  if (mayItself(server, request, { verb: 'escalate', resource: descriptor.plural, name: object.metadata.name, namespace })) return undefined;
  const aggregates = object.aggregationRule !== undefined || old?.aggregationRule !== undefined;
  if (aggregates && missingRules(server, request, fullAuthority).length > 0) return 'must have cluster-admin privileges to use an aggregationRule';
  return escalationText(request, missingRules(server, request, object.rules ?? []));
}

function aboutBinding(server: Server, request: RequestRecord, { roleRef }: RoleBinding): string | Status | undefined {
  const { namespace } = request.call;
  const resource = roleRef.kind === 'Role' ? 'roles' : 'clusterroles';
  if (mayItself(server, request, { verb: 'bind', resource, name: roleRef.name, namespace })) return undefined;
  const rules = rulesOfRole(server, roleRef, namespace);
  if (typeof rules === 'string') return notFound({ group: GROUP, resource }, roleRef.name);
  return escalationText(request, missingRules(server, request, rules));
}

interface Deed { readonly verb: string; readonly resource: string; readonly name: string; readonly namespace: string }

function mayItself(server: Server, { user }: RequestRecord, deed: Deed): boolean {
  return authorize(server, { user, group: GROUP, subresource: '', path: '', fieldSelector: '', ...deed }).allowed;
}

function missingRules(server: Server, { user, call }: RequestRecord, wanted: readonly PolicyRule[]): readonly PolicyRule[] {
  const held = rulesFor(server, user, call.namespace);
  return wanted.flatMap(breakDown).filter(rule => !held.some(owner => covers(owner, rule)));
}

/** A rule as many rules with one of each. */
function breakDown({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule): readonly PolicyRule[] {
  const single: PolicyRule[] = [];
  for (const group of apiGroups) {
    for (const resource of resources) {
      for (const verb of verbs) {
        const rule = { verbs: [verb], apiGroups: [group], resources: [resource] };
        if (resourceNames.length === 0) single.push(rule);
        else for (const name of resourceNames) single.push({ ...rule, resourceNames: [name] });
      }
    }
  }
  for (const url of nonResourceURLs) for (const verb of verbs) single.push({ verbs: [verb], nonResourceURLs: [url] });
  return single;
}

const holds = (set: readonly string[] | undefined, wanted: readonly string[] | undefined): boolean =>
  (set ?? []).includes('*') || (wanted ?? []).every(one => (set ?? []).includes(one));

function covers(owner: PolicyRule, rule: PolicyRule): boolean {
  const names = owner.resourceNames ?? [];
  const wantedNames = rule.resourceNames ?? [];
  const namesMatch = names.length === 0 || (wantedNames.length > 0 && wantedNames.every(name => names.includes(name)));
  return namesMatch && holds(owner.verbs, rule.verbs) && holds(owner.apiGroups, rule.apiGroups) && (rule.resources ?? []).every(resource => coversResource(owner, resource))
    && (rule.nonResourceURLs ?? []).every(url => coversUrl(owner, url));
}

function coversResource({ resources = [] }: PolicyRule, wanted: string): boolean {
  if (resources.includes('*') || resources.includes(wanted)) return true;
  const slash = wanted.indexOf('/');
  return slash >= 0 && resources.includes(`*${wanted.slice(slash)}`);
}

function coversUrl({ nonResourceURLs = [] }: PolicyRule, wanted: string): boolean {
  return nonResourceURLs.some(url => url === wanted || (url.endsWith('*') && wanted.startsWith(url.replace(/\*+$/, ''))));
}

// ---- Words -----------------------------------------------------------------------------------------------------------

function escalationText({ user }: RequestRecord, missing: readonly PolicyRule[]): string | undefined {
  if (missing.length === 0) return undefined;
  const lines = [...new Set(compact(missing).map(ruleText))].sort(compareText);
  return `user ${quote(user.name)} (groups=${list(user.groups)}) is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}`;
}

/** Rules that differ only in their verb become one. */
function compact(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  const simple = new Map<string, string[]>();
  const kept: PolicyRule[] = [];
  for (const rule of rules) {
    if (rule.resourceNames !== undefined || rule.nonResourceURLs !== undefined) { kept.push(rule); continue; }
    const key = `${rule.apiGroups?.[0] ?? ''} ${rule.resources?.[0] ?? ''}`;
    simple.set(key, [...simple.get(key) ?? [], ...rule.verbs]);
  }
  for (const [key, verbs] of simple) {
    const [group = '', resource = ''] = key.split(' ');
    kept.push({ verbs, apiGroups: [group], resources: [resource] });
  }
  return kept;
}

const list = (texts: readonly string[]): string => `[${texts.map(quote).join(' ')}]`;

function ruleText(rule: PolicyRule): string {
  const parts: readonly (readonly [string, readonly string[] | undefined])[] = [
    ['APIGroups', rule.apiGroups], ['Resources', rule.resources], ['NonResourceURLs', rule.nonResourceURLs], ['ResourceNames', rule.resourceNames], ['Verbs', rule.verbs],
  ];
  return `{${parts.flatMap(([name, texts]) => (texts === undefined || texts.length === 0 ? [] : [`${name}:${list(texts)}`])).join(', ')}}`;
}
