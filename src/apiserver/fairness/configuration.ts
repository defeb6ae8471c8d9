/**
 * Flow schemas and priority levels: what requests are sorted into, and how much of the server each sort may use.
 *
 * @source kubernetes/kubernetes staging/src/k8s.io/apiserver/pkg/apis/flowcontrol/bootstrap/default.go
 */
import { deepFreeze } from '../../base/data.ts';
import type { KubeObject } from '../../api/meta.ts';

interface Subject { readonly kind: 'User' | 'Group' | 'ServiceAccount'; readonly user?: { readonly name: string }; readonly group?: { readonly name: string }; readonly serviceAccount?: { readonly namespace: string; readonly name: string } }
interface ResourceRule { readonly verbs: readonly string[]; readonly apiGroups: readonly string[]; readonly resources: readonly string[]; readonly clusterScope?: boolean; readonly namespaces?: readonly string[] }
interface NonResourceRule { readonly verbs: readonly string[]; readonly nonResourceURLs: readonly string[] }

/** Subjects and what of theirs is meant. */
export interface FlowRule { readonly subjects: readonly Subject[]; readonly resourceRules?: readonly ResourceRule[]; readonly nonResourceRules?: readonly NonResourceRule[] }

/** Sorts requests into a priority level and, within it, into flows. */
export interface FlowSchema extends KubeObject {
  readonly spec: {
    readonly priorityLevelConfiguration: { readonly name: string }; readonly matchingPrecedence: number; readonly distinguisherMethod?: { readonly type: 'ByUser' | 'ByNamespace' };
    readonly rules?: readonly FlowRule[];
  };
}

/** How many requests run at once, and what becomes of the others. */
export interface PriorityLevel extends KubeObject {
  readonly spec: {
    readonly type: 'Exempt' | 'Limited';
    readonly limited?: {
      readonly nominalConcurrencyShares?: number; readonly lendablePercent?: number; readonly borrowingLimitPercent?: number;
      readonly limitResponse: { readonly type: 'Queue' | 'Reject'; readonly queuing?: Queuing };
    };
  };
}

/** The queues of a level. */
export interface Queuing { readonly queues?: number; readonly handSize?: number; readonly queueLengthLimit?: number }

const API = 'flowcontrol.apiserver.k8s.io/v1';
const AUTO_UPDATE = { 'apf.kubernetes.io/autoupdate-spec': 'true' } as const;

function level(name: string, shares: number, lendablePercent: number, queuing?: readonly [queues: number, handSize: number, queueLengthLimit: number]): PriorityLevel {
  const limitResponse = queuing === undefined ? { type: 'Reject' as const } : { type: 'Queue' as const, queuing: { queues: queuing[0], handSize: queuing[1], queueLengthLimit: queuing[2] } };
  return { apiVersion: API, kind: 'PriorityLevelConfiguration', metadata: { name, annotations: AUTO_UPDATE }, spec: { type: 'Limited', limited: { nominalConcurrencyShares: shares, lendablePercent, limitResponse } } };
}

const exempt: PriorityLevel = {
  apiVersion: API, kind: 'PriorityLevelConfiguration', metadata: { name: 'exempt', annotations: AUTO_UPDATE },
  spec: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } } as PriorityLevel['spec'],
};

/** Mandatory and suggested levels. */
export const priorityLevels: readonly PriorityLevel[] = deepFreeze([
  exempt,
  level('catch-all', 5, 0),
  level('global-default', 20, 50, [128, 6, 50]),
  level('leader-election', 10, 0, [16, 4, 50]),
  level('node-high', 40, 25, [64, 6, 50]),
  level('system', 30, 33, [64, 6, 50]),
  level('workload-high', 40, 50, [128, 6, 50]),
  level('workload-low', 100, 90, [128, 6, 50]),
]);

const group = (name: string): Subject => ({ kind: 'Group', group: { name } });
const user = (name: string): Subject => ({ kind: 'User', user: { name } });
const account = (name: string): Subject => ({ kind: 'ServiceAccount', serviceAccount: { namespace: 'kube-system', name } });
const allResources: readonly ResourceRule[] = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }];
const allPaths: readonly NonResourceRule[] = [{ verbs: ['*'], nonResourceURLs: ['*'] }];
const everythingOf = (...subjects: readonly Subject[]): FlowRule => ({ subjects, resourceRules: allResources, nonResourceRules: allPaths });
const resources = (verbs: readonly string[], apiGroup: string, names: readonly string[], more: { readonly namespaces?: readonly string[]; readonly clusterScope?: boolean } = {}): ResourceRule =>
  ({ verbs, apiGroups: [apiGroup], resources: names, namespaces: ['*'], ...more });

interface Draft { readonly into: string; readonly precedence: number; readonly by?: 'ByUser' | 'ByNamespace'; readonly rules: readonly FlowRule[] }

function schema(name: string, { into, precedence, by, rules }: Draft): FlowSchema {
  return {
    apiVersion: API, kind: 'FlowSchema', metadata: { name, annotations: AUTO_UPDATE },
    spec: { ...(by === undefined ? {} : { distinguisherMethod: { type: by } }), matchingPrecedence: precedence, priorityLevelConfiguration: { name: into }, rules },
  };
}

const LEASE_VERBS = ['get', 'create', 'update'] as const;
const COORDINATION = 'coordination.k8s.io';

/** Mandatory and suggested schemas, by precedence. */
export const flowSchemas: readonly FlowSchema[] = deepFreeze([
  schema('exempt', { into: 'exempt', precedence: 1, rules: [everythingOf(group('system:masters'))] }),
  schema('probes', { into: 'exempt', precedence: 2, rules: [{ subjects: [group('system:unauthenticated'), group('system:authenticated')], nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }] }] }),
  schema('system-leader-election', {
    into: 'leader-election', precedence: 100, by: 'ByUser',
    rules: [{ subjects: [user('system:kube-controller-manager'), user('system:kube-scheduler'), account('*')], resourceRules: [resources(LEASE_VERBS, COORDINATION, ['leases'])] }],
  }),
  schema('endpoint-controller', {
    into: 'workload-high', precedence: 150, by: 'ByUser',
    rules: [{ subjects: [user('system:kube-controller-manager'), account('endpoint-controller'), account('endpointslicemirroring-controller')], resourceRules: [resources(LEASE_VERBS, '', ['endpoints'])] }],
  }),
  schema('workload-leader-election', { into: 'leader-election', precedence: 200, by: 'ByUser', rules: [{ subjects: [account('*')], resourceRules: [resources(LEASE_VERBS, COORDINATION, ['leases'])] }] }),
  schema('system-node-high', {
    into: 'node-high', precedence: 400, by: 'ByUser',
    rules: [{ subjects: [group('system:nodes')], resourceRules: [resources(['*'], '', ['nodes', 'nodes/status'], { clusterScope: true }), resources(['*'], COORDINATION, ['leases'])] }],
  }),
  schema('system-nodes', { into: 'system', precedence: 500, by: 'ByUser', rules: [everythingOf(group('system:nodes'))] }),
  schema('kube-controller-manager', { into: 'workload-high', precedence: 800, by: 'ByNamespace', rules: [everythingOf(user('system:kube-controller-manager'))] }),
  schema('kube-scheduler', { into: 'workload-high', precedence: 800, by: 'ByNamespace', rules: [everythingOf(user('system:kube-scheduler'))] }),
  schema('kube-system-service-accounts', { into: 'workload-high', precedence: 900, by: 'ByNamespace', rules: [everythingOf(account('*'))] }),
  schema('service-accounts', { into: 'workload-low', precedence: 9000, by: 'ByUser', rules: [everythingOf(group('system:serviceaccounts'))] }),
  schema('global-default', { into: 'global-default', precedence: 9900, by: 'ByUser', rules: [everythingOf(group('system:unauthenticated'), group('system:authenticated'))] }),
  schema('catch-all', { into: 'catch-all', precedence: 10_000, by: 'ByUser', rules: [everythingOf(group('system:unauthenticated'), group('system:authenticated'))] }),
]);
