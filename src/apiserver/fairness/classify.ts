/** Sorts requests into flows. @source kubernetes/apiserver pkg/util/flowcontrol/rule.go */
import { compareText } from '../../base/compare.ts';
import type { ApiCall } from '../../api/wire.ts';
import { SERVICE_ACCOUNT_PREFIX, splitServiceAccount } from '../authn/users.ts';
import { type Habits, learn, newHabits, recall } from '../habits.ts';
import type { RequestRecord, Server, UserInfo } from '../state.ts';
import { type FlowRule, type FlowSchema, flowSchemas, type PriorityLevel, priorityLevels } from './configuration.ts';
import { type LevelLimits, limitsOf } from './limits.ts';

/** Where a request belongs. */
export interface Flow { readonly schema: string; readonly schemaUid: string; readonly level: LevelLimits; readonly by: FlowSchema['spec']['distinguisherMethod'] }

/** Requests of one flow with the same text take turns with the others as one. */
export function distinguisherOf({ by }: Flow, { call, user }: Pick<RequestRecord, 'call' | 'user'>): string {
  return by?.type === 'ByUser' ? user.name : by?.type === 'ByNamespace' ? call.namespace : '';
}

interface Sorting {
  readonly schemas: readonly FlowSchema[];
  readonly levels: ReadonlyMap<string, LevelLimits>;
  /** Users that a schema calls by name. */
  readonly named: ReadonlySet<string>;
  /** List of groups, or a user where the name counts too → what was decided. */
  readonly flows: WeakMap<object, Habits<Flow>>;
}

/** `state.flowVersion` → what follows from the configuration while it is current. */
const sortings = new WeakMap<object, Sorting>();

const GROUP = 'flowcontrol.apiserver.k8s.io';

function stored<T>({ state }: Server, plural: string, standard: readonly T[]): readonly T[] {
  const items = state.caches.get(`${GROUP}/${plural}`)?.items;
  return items === undefined || items.size === 0 ? standard : [...items.values()] as unknown as T[];
}

/** The levels of the present configuration by name. */
export function sortingOf(server: Server): Sorting {
  const version = server.state.flowVersion;
  let sorting = sortings.get(version);
  if (sorting === undefined) {
    const schemas = [...stored<FlowSchema>(server, 'flowschemas', flowSchemas)].sort((a, b) => a.spec.matchingPrecedence - b.spec.matchingPrecedence || compareText(a.metadata.name, b.metadata.name));
    sorting = { schemas, levels: limitsOf(stored<PriorityLevel>(server, 'prioritylevelconfigurations', priorityLevels)), named: namesIn(schemas), flows: new WeakMap() };
    sortings.set(version, sorting);
  }
  return sorting;
}

const namesIn = (schemas: readonly FlowSchema[]): ReadonlySet<string> =>
  new Set(schemas.flatMap(({ spec }) => spec.rules ?? []).flatMap(({ subjects }) => subjects).map(({ user }) => user?.name ?? ''));

/** What a decision about a user depends on: mostly the groups alone. A schema may name each service account. */
function kindOf({ named }: Sorting, user: UserInfo): object {
  return named.has(user.name) || user.name.startsWith(SERVICE_ACCOUNT_PREFIX) ? user : user.groups;
}

/** The flow of a request; looked up when the same user, or another one of the same groups, did the same thing before. */
export function classify(server: Server, call: ApiCall, user: UserInfo): Flow | undefined {
  const sorting = sortingOf(server);
  if (call.resource === '') return find(sorting, call, user);
  const kind = kindOf(sorting, user);
  let habits = sorting.flows.get(kind);
  if (habits === undefined) sorting.flows.set(kind, (habits = newHabits()));
  const known = recall(habits, call);
  if (known !== undefined) return known;
  const flow = find(sorting, call, user);
  return flow === undefined ? undefined : learn(habits, call, flow);
}

function find({ schemas, levels }: Sorting, call: ApiCall, user: UserInfo): Flow | undefined {
  for (const { metadata: { name, uid = '' }, spec } of schemas) {
    const level = levels.get(spec.priorityLevelConfiguration.name);
    if (level === undefined || spec.rules?.some(rule => matches(rule, call, user)) !== true) continue;
    return { schema: name, schemaUid: uid, level, by: spec.distinguisherMethod };
  }
  return undefined;
}

const holds = (list: readonly string[] | undefined, wanted: string): boolean => list !== undefined && (list.includes('*') || list.includes(wanted));

function matches({ subjects, resourceRules = [], nonResourceRules = [] }: FlowRule, call: ApiCall, user: UserInfo): boolean {
  if (!subjects.some(subject => isSubject(subject, user))) return false;
  if (call.resource === '') {
    const path = (call.path ?? '').split('?')[0] ?? '';
    return nonResourceRules.some(rule => holds(rule.verbs, call.verb) && rule.nonResourceURLs.some(url => url === '*' || url === path || (url.endsWith('/*') && path.startsWith(url.slice(0, -1)))));
  }
  const whole = call.subresource === '' ? call.resource : `${call.resource}/${call.subresource}`;
  return resourceRules.some(rule => holds(rule.verbs, call.verb) && holds(rule.apiGroups, call.group) && holds(rule.resources, whole)
    // All namespaces are not the same as none.
    && (call.namespace === '' ? rule.clusterScope === true : holds(rule.namespaces, call.namespace)));
}

function isSubject(subject: FlowRule['subjects'][number], user: UserInfo): boolean {
  switch (subject.kind) {
    case 'User': return subject.user?.name === '*' || subject.user?.name === user.name;
    case 'Group': return subject.group?.name === '*' || user.groups.includes(subject.group?.name ?? '');
    case 'ServiceAccount': {
      const account = splitServiceAccount(user.name);
      return account !== undefined && account.namespace === subject.serviceAccount?.namespace && (subject.serviceAccount.name === '*' || subject.serviceAccount.name === account.name);
    }
  }
}
