/** Sorts requests into flows. @source kubernetes/apiserver pkg/util/flowcontrol/rule.go */
import { compareText } from '../../base/compare.ts';
import type { ApiCall } from '../../api/wire.ts';
import { splitServiceAccount } from '../authn/users.ts';
import { type Habits, learn, newHabits, recall } from '../habits.ts';
import type { Server, UserInfo } from '../state.ts';
import { type FlowRule, type FlowSchema, flowSchemas, type PriorityLevel, priorityLevels } from './configuration.ts';
import { type LevelLimits, limitsOf } from './limits.ts';

/** Where a request belongs. */
export interface Flow { readonly schema: string; readonly schemaUid: string; readonly level: LevelLimits; /** Requests with the same text take turns with the others as one. */ readonly distinguisher: string }

interface Sorting { readonly schemas: readonly FlowSchema[]; readonly levels: ReadonlyMap<string, LevelLimits>; readonly flows: WeakMap<UserInfo, Habits<Flow>> }

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
    sortings.set(version, (sorting = { schemas, levels: limitsOf(stored<PriorityLevel>(server, 'prioritylevelconfigurations', priorityLevels)), flows: new WeakMap() }));
  }
  return sorting;
}

/** The flow of a request; looked up when the same user did the same thing before. */
export function classify(server: Server, call: ApiCall, user: UserInfo): Flow | undefined {
  const sorting = sortingOf(server);
  if (call.resource === '') return find(sorting, call, user);
  let habits = sorting.flows.get(user);
  if (habits === undefined) sorting.flows.set(user, (habits = newHabits()));
  const known = recall(habits, call);
  if (known !== undefined) return known;
  const flow = find(sorting, call, user);
  return flow === undefined ? undefined : learn(habits, call, flow);
}

function find({ schemas, levels }: Sorting, call: ApiCall, user: UserInfo): Flow | undefined {
  for (const { metadata: { name, uid = '' }, spec } of schemas) {
    const level = levels.get(spec.priorityLevelConfiguration.name);
    if (level === undefined || spec.rules?.some(rule => matches(rule, call, user)) !== true) continue;
    const by = spec.distinguisherMethod?.type;
    return { schema: name, schemaUid: uid, level, distinguisher: by === 'ByUser' ? user.name : by === 'ByNamespace' ? call.namespace : '' };
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
