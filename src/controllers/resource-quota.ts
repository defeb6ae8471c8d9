/**
 * The resource quota controller: counts anew what a namespace uses, when something that counted has gone and every five minutes. What comes in is
 * counted by the API server itself.
 *
 * @source kubernetes/kubernetes pkg/controller/resourcequota/resource_quota_controller.go
 */
import { equalData } from '../base/compare.ts';
import { deepFreeze, minutes } from '../base/data.ts';
import type { Pod, ResourceList, ResourceQuota, Service } from '../api/kinds/all.ts';
import type { KubeObject } from '../api/meta.ts';
import type { ResourceDescriptor } from '../api/resource.ts';
import { descriptors } from '../api/scheme.ts';
import { addAmounts, maskAmounts, sameAmounts } from '../api/quota/amounts.ts';
import { quotaMatches } from '../api/quota/scopes.ts';
import { resourcesFor, usageOf } from '../api/quota/usage.ts';
import type { Conversation } from '../sim/conversation.ts';
import { type Caches, cx, defineController, type ReconcileResult } from '../client/controller.ts';
import type { Delta } from '../client/informer.ts';
import { call, splitKey } from '../client/resources.ts';
import { isPodTerminal } from './pods.ts';
import { isNotFound } from './replies.ts';

/** `--resource-quota-sync-period`. */
const SYNC_PERIOD = minutes(5);
/** Kinds whose going frees a place. */
const MONITORED = ['Pod', 'Service', 'PersistentVolumeClaim', 'ConfigMap', 'Secret', 'ReplicationController', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'] as const;

/** The controller. */
export const resourceQuotaController = defineController({
  name: 'resourcequota-controller',
  source: 'pkg/controller/resourcequota/resource_quota_controller.go',
  watches: [{ kind: 'ResourceQuota', map: changedQuota }, ...MONITORED.map(kind => ({ kind, map: quotasToCount }))],
  workers: 5,
  reconcile,
});

/** The API server writes the usage itself: only another spec, or a quota never counted, is news. */
function changedQuota({ object, old, type }: Delta): readonly string[] {
  const quota = object as ResourceQuota;
  const before = old as ResourceQuota | undefined;
  if (type === 'delete' || (before !== undefined && equalData(before.spec, quota.spec) && quota.status?.hard !== undefined)) return [];
  return [`${quota.metadata.namespace ?? ''}/${quota.metadata.name}`];
}

function quotasToCount({ object, old, type }: Delta, caches: Caches): readonly string[] {
  const { store } = caches.informer('ResourceQuota');
  if (store.size === 0 || !frees(object, old, type)) return [];
  const { namespace } = object.metadata;
  return [...store].filter(([, quota]) => quota.metadata.namespace === namespace).map(([key]) => key);
}

/** Whether a change may leave less to count. */
function frees(object: KubeObject, old: KubeObject | undefined, type: Delta['type']): boolean {
  if (type === 'delete') return true;
  if (old === undefined) return false;
  if (object.kind === 'Pod') return isPodTerminal(object as Pod) && !isPodTerminal(old as Pod);
  return object.kind === 'Service' && ((object as Service).spec.type !== (old as Service).spec.type || (object as Service).spec.ports?.length !== (old as Service).spec.ports?.length);
}

function* reconcile(key: string): Conversation<ReconcileResult> {
  const quota = yield* cx.get<ResourceQuota>('ResourceQuota', key);
  if (quota === null) return {};
  const hard = quota.spec?.hard ?? {};
  const counted = yield* count(quota, hard);
  if ('error' in counted) return counted;
  const { used } = counted;
  if (sameAmounts(quota.status?.hard ?? {}, hard) && quota.status?.hard !== undefined && sameAmounts(quota.status.used ?? {}, used)) return { requeueAfter: SYNC_PERIOD };
  const body = deepFreeze({ ...quota, status: { hard, used } });
  const reply = yield* cx.request(call('update', 'ResourceQuota', key, { subresource: 'status', body }));
  return reply.ok || isNotFound(reply) ? { requeueAfter: SYNC_PERIOD } : { error: reply.message };
}

function* count(quota: ResourceQuota, hard: ResourceList): Conversation<{ readonly used: ResourceList } | { readonly error: string }> {
  const names = Object.keys(hard);
  let used: ResourceList = Object.fromEntries(names.map(name => [name, '0']));
  for (const kind of descriptors.filter(descriptor => descriptor.namespaced && resourcesFor(descriptor, names).length > 0)) {
    const listed = yield* list(kind, splitKey(`${quota.metadata.namespace ?? ''}/`).namespace);
    if (typeof listed === 'string') return { error: listed };
    for (const object of listed) if (quotaMatches({ ...quota, status: { hard } }, kind, object)) used = addAmounts(used, maskAmounts(usageOf(kind, object), names));
  }
  return { used };
}

/** What is stored, not what the cache remembers: a place counted twice would be lost until the next round. */
function* list({ kind }: ResourceDescriptor, namespace: string): Conversation<readonly KubeObject[] | string> {
  const reply = yield* cx.request(call('list', kind, `${namespace}/`));
  return reply.ok ? (reply.object as unknown as { readonly items: readonly KubeObject[] }).items : reply.message;
}
