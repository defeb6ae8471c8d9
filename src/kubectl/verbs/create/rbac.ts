/** `create role`, `clusterrole`, `rolebinding`, `clusterrolebinding`. */
import type { Result } from '../../../base/data.ts';
import { descriptorOfWord } from '../../../api/scheme.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, cx, type Flag } from '../../command.ts';
import { bareFailure, type Failure } from '../../errors.ts';
import { listFlag, textFlag } from '../../options.ts';
import { pairsOf } from '../../pairs.ts';
import { defineGenerator } from './generate.ts';
import { CLUSTER_ROLE, CLUSTER_ROLE_BINDING, ROLE, ROLE_BINDING } from './kinds.ts';

const GROUP = 'rbac.authorization.k8s.io';
const VERBS: ReadonlySet<string> = new Set(['get', 'delete', 'list', 'create', 'update', 'patch', 'watch', 'proxy', 'deletecollection', 'use', 'bind', 'escalate', 'impersonate', 'approve', 'sign', 'attest', '*']);

const ruleFlags: readonly Flag[] = [
  { name: 'verb', type: 'list', summary: 'what may be done', choices: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', '*'] },
  { name: 'resource', type: 'list', summary: 'with which resources' },
  { name: 'resource-name', type: 'list', summary: 'with which objects' },
];

interface Rule { readonly verbs: readonly string[]; readonly apiGroups?: readonly string[]; readonly resources?: readonly string[]; readonly resourceNames?: readonly string[]; readonly nonResourceURLs?: readonly string[] }

const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts.filter((text) => text !== ''))];

const NON_RESOURCE_VERBS: ReadonlySet<string> = new Set(['get', 'put', 'post', 'head', 'options', 'delete', 'patch', '*']);

/** What is wrong with the verbs, resources and paths. @source kubernetes/kubectl pkg/cmd/create/create_role.go, create_clusterrole.go (Validate) */
function complaintAbout(given: { readonly verbs: readonly string[]; readonly words: readonly string[]; readonly urls: readonly string[]; readonly takesUrls: boolean }): string | undefined {
  const { verbs, words, urls } = given;
  if (verbs.length === 0) return 'at least one verb must be specified';
  if (words.length === 0 && urls.length === 0) return given.takesUrls ? 'one of resource or nonResourceURL must be specified' : 'at least one resource must be specified';
  const impossible = urls.length === 0 ? undefined : verbs.find((verb) => !NON_RESOURCE_VERBS.has(verb));
  if (impossible !== undefined) return `invalid verb: '${impossible}' for nonResourceURL`;
  for (const url of urls) {
    if (url === '*') continue;
    if (!url.startsWith('/')) return 'nonResourceURL should start with /';
    if (url.slice(0, -1).includes('*')) return 'nonResourceURL only supports wildcard matches when * is at the end';
  }
  return undefined;
}

/** @source kubernetes/kubectl pkg/cmd/create/create_role.go (validResourceVerbs) */
function* warnUnusualVerbs(args: Arguments): Conversation<void> {
  if (listFlag(args, 'resource').length === 0) return;
  for (const verb of unique(listFlag(args, 'verb'))) if (!VERBS.has(verb)) yield* cx.printError(`Warning: '${verb}' is not a standard resource verb\n`);
}

function rulesOf(args: Arguments, urls: readonly string[], takesUrls = false): Result<readonly Rule[], string | Failure> {
  const verbs = unique(listFlag(args, 'verb'));
  const words = unique(listFlag(args, 'resource'));
  const complaint = complaintAbout({ verbs, words, urls, takesUrls });
  if (complaint !== undefined) return { ok: false, error: complaint };
  const byGroup = resourcesByGroup(words);
  if (!byGroup.ok) return byGroup;
  const names = unique(listFlag(args, 'resource-name'));
  const rules: Rule[] = [...byGroup.value].map(([group, resources]) => ({ verbs: verbs.includes('*') ? ['*'] : verbs, apiGroups: [group], resources, ...(names.length > 0 ? { resourceNames: names } : {}) }));
  return { ok: true, value: urls.length > 0 ? [...rules, { verbs, nonResourceURLs: urls }] : rules };
}

/** `pods,deployments/scale` by API group, each in its plural. */
function resourcesByGroup(words: readonly string[]): Result<ReadonlyMap<string, readonly string[]>, Failure> {
  const byGroup = new Map<string, readonly string[]>();
  for (const word of words) {
    const [name = '', subresource] = word.split('/');
    const descriptor = name === '*' ? undefined : descriptorOfWord(name);
    if (descriptor === undefined && name !== '*') return { ok: false, error: bareFailure(`the server doesn't have a resource type "${name}"`) };
    // Everything of the core group: upstream adds no group to the star.
    const group = descriptor?.group ?? '';
    byGroup.set(group, [...(byGroup.get(group) ?? []), `${descriptor?.plural ?? '*'}${subresource === undefined ? '' : `/${subresource}`}`]);
  }
  return { ok: true, value: byGroup };
}

function roleOf(kind: string, name: string, rules: Result<readonly Rule[], string | Failure>): Result<object, string | Failure> {
  return rules.ok ? { ok: true, value: { kind, apiVersion: `${GROUP}/v1`, metadata: { name }, rules: rules.value } } : rules;
}

export const createRole = defineGenerator({
  path: ['role'], of: ROLE, noun: 'role', summary: 'create a role of one namespace', flags: ruleFlags,
  examples: [{ line: 'kubectl create role reader --verb=get,list --resource=pods', shows: 'role.rbac.authorization.k8s.io/reader created' }],
  *generate(args, name) {
    yield* warnUnusualVerbs(args);
    return roleOf('Role', name, rulesOf(args, []));
  },
});

export const createClusterRole = defineGenerator({
  path: ['clusterrole'], of: CLUSTER_ROLE, noun: 'clusterrole', summary: 'create a role of the whole cluster',
  flags: [...ruleFlags, { name: 'non-resource-url', type: 'list', summary: 'paths such as /healthz' }, { name: 'aggregation-rule', type: 'list', summary: 'labels of roles to gather, KEY=VALUE' }],
  examples: [{ line: 'kubectl create clusterrole watcher --verb=watch --resource=nodes', shows: 'clusterrole.rbac.authorization.k8s.io/watcher created' }],
  *generate(args, name) {
    const words = unique(listFlag(args, 'aggregation-rule', true)).flatMap((text) => text.split(','));
    if (words.length === 0) yield* warnUnusualVerbs(args);
    if (words.length === 0) return roleOf('ClusterRole', name, rulesOf(args, unique(listFlag(args, 'non-resource-url')), true));
    const others = ['verb', 'resource', 'resource-name', 'non-resource-url'].some((flag) => listFlag(args, flag).length > 0);
    if (others) return { ok: false, error: 'aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames' };
    const labels = pairsOf(words, 'aggregation rule');
    if (!labels.ok) return { ok: false, error: labels.error.message };
    const selectors = [{ matchLabels: labels.value }];
    return { ok: true, value: { kind: 'ClusterRole', apiVersion: `${GROUP}/v1`, metadata: { name }, rules: null, aggregationRule: { clusterRoleSelectors: selectors } } };
  },
});

const subjectFlags: readonly Flag[] = [
  { name: 'user', type: 'list', summary: 'who' },
  { name: 'group', type: 'list', summary: 'which group' },
  { name: 'serviceaccount', type: 'list', summary: 'which service account, NAMESPACE:NAME' },
];

function subjectsOf(args: Arguments): Result<readonly object[], string> {
  const subjects: object[] = [
    ...unique(listFlag(args, 'user', true)).map((name) => ({ kind: 'User', apiGroup: GROUP, name })),
    ...unique(listFlag(args, 'group', true)).map((name) => ({ kind: 'Group', apiGroup: GROUP, name })),
  ];
  for (const text of unique(listFlag(args, 'serviceaccount', true))) {
    const [namespace = '', name = '', ...rest] = text.split(':');
    if (namespace === '' || name === '' || rest.length > 0) return { ok: false, error: `serviceaccount must be <namespace>:<name>` };
    subjects.push({ kind: 'ServiceAccount', name, namespace });
  }
  return { ok: true, value: subjects };
}

function bindingOf(args: Arguments, kind: string, named: { readonly name: string; readonly roleKind: string; readonly role: string }): Result<object, string> {
  const subjects = subjectsOf(args);
  if (!subjects.ok) return subjects;
  return { ok: true, value: { kind, apiVersion: `${GROUP}/v1`, metadata: { name: named.name }, ...(subjects.value.length > 0 ? { subjects: subjects.value } : {}), roleRef: { apiGroup: GROUP, kind: named.roleKind, name: named.role } } };
}

export const createRoleBinding = defineGenerator({
  path: ['rolebinding'], of: ROLE_BINDING, noun: 'rolebinding', summary: 'give a role to somebody in one namespace',
  flags: [{ name: 'role', type: 'string', summary: 'the role' }, { name: 'clusterrole', type: 'string', summary: 'or the cluster role' }, ...subjectFlags],
  examples: [{ line: 'kubectl create rolebinding jane-reads --role=reader --user=jane', shows: 'rolebinding.rbac.authorization.k8s.io/jane-reads created' }],
  generate(args, name) {
    const role = textFlag(args, 'role');
    const clusterRole = textFlag(args, 'clusterrole');
    if ((role === '') === (clusterRole === '')) return { ok: false, error: 'exactly one of clusterrole or role must be specified' };
    return bindingOf(args, 'RoleBinding', { name, roleKind: role === '' ? 'ClusterRole' : 'Role', role: role || clusterRole });
  },
});

export const createClusterRoleBinding = defineGenerator({
  path: ['clusterrolebinding'], of: CLUSTER_ROLE_BINDING, noun: 'clusterrolebinding', summary: 'give a cluster role to somebody', required: ['clusterrole'],
  flags: [{ name: 'clusterrole', type: 'string', summary: 'the cluster role' }, ...subjectFlags],
  examples: [{ line: 'kubectl create clusterrolebinding jane-views --clusterrole=view --user=jane', shows: 'clusterrolebinding.rbac.authorization.k8s.io/jane-views created' }],
  generate(args, name) {
    const role = textFlag(args, 'clusterrole');
    if (role === '') return { ok: false, error: 'clusterrole must be specified' };
    return bindingOf(args, 'ClusterRoleBinding', { name, roleKind: 'ClusterRole', role });
  },
});
