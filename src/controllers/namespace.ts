/**
 * The namespace controller: empties a namespace that is being deleted, then lets it go.
 *
 * @source kubernetes/kubernetes pkg/controller/namespace/namespace_controller.go, deletion/namespaced_resources_deleter.go, deletion/status_condition_utils.go
 */
import { equalData } from '../base/compare.ts';
import { deepFreeze, type Micros, micros, seconds } from '../base/data.ts';
import { setCondition } from '../api/condition.ts';
import type { Condition, KubeObject } from '../api/meta.ts';
import { apiVersionOf, type ResourceDescriptor } from '../api/resource.ts';
import { descriptors, verbsOf } from '../api/scheme.ts';
import { formatTime, parseTime } from '../api/time.ts';
import type { ListBody } from '../api/wire.ts';
import type { Namespace } from '../api/kinds/core/namespace.ts';
import type { Pod } from '../api/kinds/core/pod.ts';
import type { Conversation } from '../sim/conversation.ts';
import { cx, defineController, type ReconcileResult, type Reply } from '../client/controller.ts';
import { call } from '../client/resources.ts';
import { firstError, isNotFound } from './replies.ts';

/** API servers may learn of the deletion late and still admit new content, so the work begins after this. @source namespace_controller.go (namespaceDeletionGracePeriod) */
const DELETION_GRACE_PERIOD = seconds(5);
/** What a kind without a better estimate is given. @source namespaced_resources_deleter.go (finalizerEstimateSeconds) */
const FINALIZER_ESTIMATE_SECONDS = 15;
/** The finalizer in the spec that this controller serves. */
const FINALIZER = 'kubernetes';

export const namespaceController = defineController({
  name: 'namespace-controller',
  source: 'pkg/controller/namespace/namespace_controller.go',
  for: 'Namespace',
  workers: 10,
  reconcile,
});

function* reconcile(key: string): Conversation<ReconcileResult> {
  const cached = yield* cx.get<Namespace>('Namespace', key);
  if (cached?.metadata.deletionTimestamp === undefined) return {};
  const now = yield* cx.now();
  const begins = (parseTime(cached.metadata.deletionTimestamp) ?? now) + DELETION_GRACE_PERIOD;
  if (now < begins) return { requeueAfter: micros(begins - now) };
  const fresh = yield* cx.request(call('get', 'Namespace', key));
  if (!fresh.ok) return isNotFound(fresh) ? {} : { error: fresh.message };
  const namespace = fresh.object as Namespace;
  if (namespace.metadata.uid !== cached.metadata.uid || !(namespace.spec?.finalizers ?? []).includes(FINALIZER)) return {};
  return yield* empty(namespace, now);
}

/** What is left in a namespace after a round of deletions. */
interface Remains {
  /** `pods. has 2 resource instances`, one for each kind that has any. */
  readonly resources: readonly string[];
  readonly finalizers: ReadonlyMap<string, number>;
  readonly estimateSeconds: number;
  readonly error: string | undefined;
}

function* empty(namespace: Namespace, now: Micros): Conversation<ReconcileResult> {
  const elapsed = micros(now - (parseTime(namespace.metadata.deletionTimestamp ?? '') ?? now));
  const remains = yield* deleteContent(namespace.metadata.name, elapsed);
  const written = yield* writeConditions(namespace, remains, now);
  if (!written.ok) return isNotFound(written) ? {} : { error: written.message };
  if (remains.error !== undefined) return { error: remains.error };
  if (remains.estimateSeconds > 0) return { requeueAfter: seconds(Math.floor(remains.estimateSeconds / 2) + 1) };
  if (remains.resources.length > 0) return { error: `unexpected items still remain in namespace: ${namespace.metadata.name}` };
  return yield* finalize(written.object as Namespace);
}

function* finalize(namespace: Namespace): Conversation<ReconcileResult> {
  const finalizers = (namespace.spec?.finalizers ?? []).filter(one => one !== FINALIZER);
  const body = deepFreeze({ ...namespace, spec: { ...namespace.spec, finalizers } });
  const reply = yield* cx.request(call('update', 'Namespace', namespace.metadata.name, { subresource: 'finalize', body }));
  return reply.ok || isNotFound(reply) ? {} : { error: reply.message };
}

const deletable: readonly ResourceDescriptor[] = descriptors.filter(kind => kind.namespaced && verbsOf(kind).includes('deletecollection') && verbsOf(kind).includes('list'));

/** Pods go before everything else, so that what they rely on outlives them. @source KEP-5080 (OrderedNamespaceDeletion) */
function* deleteContent(name: string, elapsed: Micros): Conversation<Remains> {
  const pods = yield* deleteKinds(name, deletable.filter(kind => kind.kind === 'Pod'), elapsed);
  if (pods.resources.length > 0 || pods.error !== undefined) return pods;
  return yield* deleteKinds(name, deletable.filter(kind => kind.kind !== 'Pod'), elapsed);
}

function* deleteKinds(name: string, kinds: readonly ResourceDescriptor[], elapsed: Micros): Conversation<Remains> {
  const deletions = yield* cx.all(kinds.map(kind => call('deletecollection', kind.kind, `${name}/`, { options: { propagationPolicy: 'Background' } })));
  const lists = yield* cx.all(kinds.map(kind => call('list', kind.kind, `${name}/`)));
  const resources: string[] = [];
  const finalizers = new Map<string, number>();
  let estimateSeconds = 0;
  for (const [at, kind] of kinds.entries()) {
    const items = itemsOf(lists[at]);
    if (items.length === 0) continue;
    resources.push(`${kind.plural}.${kind.group} has ${items.length} resource instances`);
    estimateSeconds = Math.max(estimateSeconds, estimate(kind, items, elapsed));
    for (const item of items) for (const finalizer of item.metadata.finalizers ?? []) finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
  }
  return { resources, finalizers, estimateSeconds, error: firstError([...deletions, ...lists], reply => reply.code === 404 || reply.code === 405) };
}

const itemsOf = (reply: Reply | undefined): readonly KubeObject[] => (reply?.ok === true ? (reply.object as unknown as ListBody).items : []);

/** Pods take their grace period; things with finalizers take as long as somebody else needs. */
function estimate(kind: ResourceDescriptor, items: readonly KubeObject[], elapsed: Micros): number {
  if (kind.kind === 'Pod' && apiVersionOf(kind) === 'v1') {
    const longest = podsEstimate(items as readonly Pod[]);
    return elapsed >= seconds(longest) ? 0 : longest;
  }
  return items.some(item => (item.metadata.finalizers ?? []).length > 0) ? FINALIZER_ESTIMATE_SECONDS : 0;
}

/** Longest grace period of the pods. @source deletion/namespaced_resources_deleter.go (estimateGracefulTerminationForPods) */
export function podsEstimate(pods: readonly Pod[]): number {
  let longest = 0;
  for (const pod of pods) {
    if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') continue;
    longest = Math.max(longest, pod.spec.terminationGracePeriodSeconds ?? 0);
  }
  return longest;
}

// ---- Conditions ------------------------------------------------------------------------------------------------------

function* writeConditions(namespace: Namespace, remains: Remains, now: Micros): Conversation<Reply> {
  let conditions: readonly Condition[] = namespace.status?.conditions ?? [];
  for (const wanted of conditionsOf(remains)) conditions = setCondition(conditions, { ...wanted, lastTransitionTime: formatTime(now) });
  const status = { ...namespace.status, conditions };
  if (equalData(status, namespace.status)) return { ok: true, code: 200, object: namespace };
  return yield* cx.request(call('update', 'Namespace', namespace.metadata.name, { subresource: 'status', body: deepFreeze({ ...namespace, status }) }));
}

function conditionsOf(remains: Remains): readonly Condition[] {
  const some = remains.resources.length > 0;
  const held = [...remains.finalizers].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`).sort();
  return [
    { type: 'NamespaceDeletionDiscoveryFailure', status: 'False', reason: 'ResourcesDiscovered', message: 'All resources successfully discovered' },
    { type: 'NamespaceDeletionGroupVersionParsingFailure', status: 'False', reason: 'ParsedGroupVersions', message: 'All legacy kube types successfully parsed' },
    remains.error === undefined
      ? { type: 'NamespaceDeletionContentFailure', status: 'False', reason: 'ContentDeleted', message: 'All content successfully deleted, may be waiting on finalization' }
      : { type: 'NamespaceDeletionContentFailure', status: 'True', reason: 'ContentDeletionFailed', message: `Failed to delete all resource types, 1 remaining: ${remains.error}` },
    some
      ? { type: 'NamespaceContentRemaining', status: 'True', reason: 'SomeResourcesRemain', message: `Some resources are remaining: ${[...remains.resources].sort().join(', ')}` }
      : { type: 'NamespaceContentRemaining', status: 'False', reason: 'ContentRemoved', message: 'All content successfully removed' },
    held.length > 0
      ? { type: 'NamespaceFinalizersRemaining', status: 'True', reason: 'SomeFinalizersRemain', message: `Some content in the namespace has finalizers remaining: ${held.join(', ')}` }
      : { type: 'NamespaceFinalizersRemaining', status: 'False', reason: 'ContentHasNoFinalizers', message: 'All content-preserving finalizers finished' },
  ];
}
