/** How much of a request is written down. @source kubernetes/apiserver pkg/audit/policy/checker.go */
import { deepFreeze } from '../../base/data.ts';
import type { ApiCall } from '../../api/wire.ts';
import { type Habits, learn, newHabits, recall } from '../habits.ts';
import type { UserInfo } from '../state.ts';

/** From nothing over who-did-what to the bodies of both directions. */
export type AuditLevel = 'None' | 'Metadata' | 'Request' | 'RequestResponse';

/** Moments of a request at which an event may be written. A watch starts to answer long before it is complete. */
export type AuditStage = 'RequestReceived' | 'ResponseStarted' | 'ResponseComplete';

/** One rule; what it leaves open fits everything. The first that fits decides. */
export interface AuditRule {
  readonly level: AuditLevel;
  readonly users?: readonly string[];
  readonly userGroups?: readonly string[];
  readonly verbs?: readonly string[];
  readonly resources?: readonly { readonly group?: string; readonly resources?: readonly string[] }[];
  readonly namespaces?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  /** Stages of which nothing is written, beside those of the policy. */
  readonly omitStages?: readonly AuditStage[];
}

/** `--audit-policy-file`. */
export interface AuditPolicy { readonly rules: readonly AuditRule[]; readonly omitStages?: readonly AuditStage[] }

/**
 * People are written down, components are not: their steady work would fill the log.
 *
 * @source kubernetes/kubernetes cluster/gce/gci/configure-helper.sh (create-master-audit-policy), shortened
 */
export const defaultAuditPolicy: AuditPolicy = deepFreeze<AuditPolicy>({
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'None', users: ['system:apiserver', 'system:kube-scheduler', 'system:kube-controller-manager', 'system:kube-proxy', 'system:cloud-controller-manager'] },
    { level: 'None', userGroups: ['system:nodes', 'system:serviceaccounts:kube-system'] },
    { level: 'None', nonResourceURLs: ['/healthz*', '/livez*', '/readyz*', '/version', '/openapi*', '/api', '/apis*', '/api/*'] },
    { level: 'None', resources: [{ group: '', resources: ['events'] }, { group: 'events.k8s.io', resources: ['events'] }] },
    { level: 'Metadata', resources: [{ group: '', resources: ['secrets', 'configmaps', 'serviceaccounts/token'] }, { group: 'authentication.k8s.io', resources: ['tokenreviews'] }] },
    { level: 'Metadata', verbs: ['get', 'list', 'watch'] },
    { level: 'RequestResponse' },
  ],
});

/** What a policy makes of a user: whether a rule about the user alone silences it, and what it decided about what the user did so far. */
interface Findings { readonly isSilent: boolean; readonly decisions: Habits<AuditDecision> }
const findings = new WeakMap<AuditPolicy, WeakMap<UserInfo, Findings>>();

function findingsOn(policy: AuditPolicy, user: UserInfo): Findings {
  let users = findings.get(policy);
  if (users === undefined) findings.set(policy, (users = new WeakMap()));
  let found = users.get(user);
  if (found === undefined) users.set(user, (found = { isSilent: findSilence(policy, user), decisions: newHabits() }));
  return found;
}

/** Whether nothing that this user does is written down; known without a look at the request. */
export function isSilent(policy: AuditPolicy, user: UserInfo): boolean {
  return findingsOn(policy, user).isSilent;
}

/** Rules about more than the user end the search: they may want to write something down. */
function findSilence({ rules }: AuditPolicy, user: UserInfo): boolean {
  for (const rule of rules) {
    if (rule.verbs !== undefined || rule.resources !== undefined || rule.namespaces !== undefined || rule.nonResourceURLs !== undefined) return false;
    if (userFits(rule, user)) return rule.level === 'None';
  }
  return true;
}

/** How a request is written down. */
export interface AuditDecision { readonly level: AuditLevel; readonly omitStages: readonly AuditStage[] }

const silence: AuditDecision = Object.freeze({ level: 'None', omitStages: Object.freeze([]) });

/** What the policy says of a request. */
export function auditDecision(policy: AuditPolicy, call: ApiCall, user: UserInfo): AuditDecision {
  if (call.resource === '') return findDecision(policy, call, user);
  const { decisions } = findingsOn(policy, user);
  return recall(decisions, call) ?? learn(decisions, call, findDecision(policy, call, user));
}

/** The first rule that fits decides. @source kubernetes/apiserver pkg/audit/policy/checker.go (EvaluatePolicyRule, unionStages) */
function findDecision({ rules, omitStages = [] }: AuditPolicy, call: ApiCall, user: UserInfo): AuditDecision {
  const rule = rules.find(one => fits(one, call, user));
  return rule === undefined ? silence : { level: rule.level, omitStages: rule.omitStages === undefined ? omitStages : [...omitStages, ...rule.omitStages] };
}

function userFits({ users, userGroups }: AuditRule, user: UserInfo): boolean {
  if (users !== undefined && !users.includes(user.name)) return false;
  return userGroups === undefined || userGroups.some(group => user.groups.includes(group));
}

function fits(rule: AuditRule, call: ApiCall, user: UserInfo): boolean {
  if (!userFits(rule, user) || (rule.verbs !== undefined && !rule.verbs.includes(call.verb))) return false;
  if (rule.namespaces === undefined && rule.resources === undefined && rule.nonResourceURLs === undefined) return true;
  return call.resource === '' ? pathFits(rule, call) : resourceFits(rule, call);
}

function pathFits({ nonResourceURLs = [] }: AuditRule, call: ApiCall): boolean {
  const path = (call.path ?? '').split('?')[0] ?? '';
  return nonResourceURLs.some(pattern => pattern === '*' || pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1))));
}

function resourceFits({ resources, namespaces }: AuditRule, { group, resource, subresource, namespace }: ApiCall): boolean {
  if (namespaces !== undefined && !namespaces.includes(namespace)) return false;
  if (resources === undefined) return namespaces !== undefined;
  const whole = subresource === '' ? resource : `${resource}/${subresource}`;
  return resources.some(one => (one.group ?? '') === group
    && (one.resources === undefined || one.resources.some(name => name === '*' || name === whole || name === `${resource}/*` || (subresource !== '' && name === `*/${subresource}`))));
}
