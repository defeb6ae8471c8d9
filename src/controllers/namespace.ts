/**
 * The namespace controller: empties a namespace that is being deleted, then lets it go.
 *
 * @source kubernetes/kubernetes pkg/controller/namespace/namespace_controller.go, deletion/namespaced_resources_deleter.go, deletion/status_condition_utils.go
 */
import { equalData } from '../base/compare.ts';
import { deepFreeze, type Micros, micros, seconds } from '../base/data.ts';
import { setCondition } from '../api/condition.ts';
import type { Condition, KubeObject } from '../api/meta.ts';
import { descriptors, verbsOf } from '../api/scheme.ts';
import { formatTime, parseTime } from '../api/time.ts';
import type { ListBody } from '../api/wire.ts';
import type { Namespace } from '../api/kinds/core/namespace.ts';
import type { Pod } from '../api/kinds/core/pod.ts';
import type { Conversation } from '../sim/conversation.ts';
import { cx, defineController, type ReconcileResult, type Reply } from '../client/controller.ts';
import { discoverCustom } from '../client/discovery.ts';
import { call, callOf, type ResourceName } from '../client/resources.ts';
import { isNotFound } from './replies.ts';

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
  /** What went wrong, one text for each request. */
  readonly errors: readonly string[];
}

function* empty(namespace: Namespace, now: Micros): Conversation<ReconcileResult> {
  const { name } = namespace.metadata;
  const elapsed = micros(now - (parseTime(namespace.metadata.deletionTimestamp ?? '') ?? now));
  const discovered = yield* discoverCustom();
  const custom = discovered.ok ? discovered.value.filter(isDeletable) : [];
  const remains = yield* deleteContent(name, [...builtIn, ...custom], elapsed);
  const undiscovered = discovered.ok ? discovered.fault : discovered.error;
  const written = yield* writeConditions(namespace, { remains, undiscovered, now });
  if (!written.ok) return isNotFound(written) ? {} : { error: written.message };
  const error = undiscovered ?? (remains.errors.length === 0 ? undefined : listText(remains.errors));
  if (error !== undefined) return { error };
  if (remains.estimateSeconds > 0) return { requeueAfter: seconds(Math.floor(remains.estimateSeconds / 2) + 1) };
  if (remains.resources.length > 0) return { error: `unexpected items still remain in namespace: ${name}` };
  return yield* finalize(written.object as Namespace);
}

/** Several errors as one. @source kubernetes/apimachinery pkg/util/errors/errors.go */
const listText = (errors: readonly string[]): string => (errors.length === 1 ? errors[0] ?? '' : `[${[...new Set(errors)].join(', ')}]`);

function* finalize(namespace: Namespace): Conversation<ReconcileResult> {
  const finalizers = (namespace.spec?.finalizers ?? []).filter(one => one !== FINALIZER);
  const body = deepFreeze({ ...namespace, spec: { ...namespace.spec, finalizers } });
  const reply = yield* cx.request(call('update', 'Namespace', namespace.metadata.name, { subresource: 'finalize', body }));
  return reply.ok || isNotFound(reply) ? {} : { error: reply.message };
}

const isDeletable = ({ namespaced, verbs }: { readonly namespaced: boolean; readonly verbs: readonly string[] }): boolean => namespaced && verbs.includes('deletecollection') && verbs.includes('list');
const builtIn: readonly ResourceName[] = descriptors.filter(kind => isDeletable({ namespaced: kind.namespaced, verbs: verbsOf(kind) }));
const isPods = ({ group, plural }: ResourceName): boolean => group === '' && plural === 'pods';

/** Pods go before everything else, so that what they rely on outlives them. @source KEP-5080 (OrderedNamespaceDeletion) */
function* deleteContent(name: string, kinds: readonly ResourceName[], elapsed: Micros): Conversation<Remains> {
  const pods = yield* deleteKinds(name, kinds.filter(isPods), elapsed);
  if (pods.resources.length > 0 || pods.errors.length > 0) return pods;
  return yield* deleteKinds(name, kinds.filter(kind => !isPods(kind)), elapsed);
}

function* deleteKinds(name: string, kinds: readonly ResourceName[], elapsed: Micros): Conversation<Remains> {
  const deletions = yield* cx.all(kinds.map(kind => callOf(kind, 'deletecollection', `${name}/`, { options: { propagationPolicy: 'Background' } })));
  const lists = yield* cx.all(kinds.map(kind => callOf(kind, 'list', `${name}/`)));
  const resources: string[] = [];
  const errors: string[] = [];
  const finalizers = new Map<string, number>();
  let estimateSeconds = 0;
  for (const [at, kind] of kinds.entries()) {
    // One failure stands for its kind: what cannot be deleted is not counted.
    const failed = [deletions[at], lists[at]].find(isFailure);
    if (failed?.ok === false) errors.push(failed.message);
    const items = itemsOf(lists[at]);
    if (items.length === 0) continue;
    resources.push(`${kind.plural}.${kind.group} has ${items.length} resource instances`);
    estimateSeconds = Math.max(estimateSeconds, estimate(kind, items, elapsed));
    for (const item of items) for (const finalizer of item.metadata.finalizers ?? []) finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
  }
  return { resources, finalizers, estimateSeconds, errors };
}

/** A kind that has gone in the meantime, or does not know the verb, has nothing to delete. */
const isFailure = (reply: Reply | undefined): boolean => reply?.ok === false && reply.code !== 404 && reply.code !== 405;

const itemsOf = (reply: Reply | undefined): readonly KubeObject[] => (reply?.ok === true ? (reply.object as unknown as ListBody).items : []);

/** Pods take their grace period; things with finalizers take as long as somebody else needs. */
function estimate(kind: ResourceName, items: readonly KubeObject[], elapsed: Micros): number {
  if (isPods(kind)) {
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

interface Outcome { readonly remains: Remains; readonly undiscovered: string | undefined; readonly now: Micros }

function* writeConditions(namespace: Namespace, { remains, undiscovered, now }: Outcome): Conversation<Reply> {
  let conditions: readonly Condition[] = namespace.status?.conditions ?? [];
  for (const wanted of conditionsOf(remains, undiscovered)) conditions = setCondition(conditions, { ...wanted, lastTransitionTime: formatTime(now) });
  const status = { ...namespace.status, conditions };
  if (equalData(status, namespace.status)) return { ok: true, code: 200, object: namespace };
  return yield* cx.request(call('update', 'Namespace', namespace.metadata.name, { subresource: 'status', body: deepFreeze({ ...namespace, status }) }));
}

function conditionsOf(remains: Remains, undiscovered: string | undefined): readonly Condition[] {
  const some = remains.resources.length > 0;
  const held = [...remains.finalizers].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`).sort();
  return [
    undiscovered === undefined
      ? { type: 'NamespaceDeletionDiscoveryFailure', status: 'False', reason: 'ResourcesDiscovered', message: 'All resources successfully discovered' }
      : { type: 'NamespaceDeletionDiscoveryFailure', status: 'True', reason: 'DiscoveryFailed', message: `Discovery failed for some groups, ${undiscovered.split(': stale ').length - 1 || 1} failing: ${undiscovered}` },
    { type: 'NamespaceDeletionGroupVersionParsingFailure', status: 'False', reason: 'ParsedGroupVersions', message: 'All legacy kube types successfully parsed' },
    remains.errors.length === 0
      ? { type: 'NamespaceDeletionContentFailure', status: 'False', reason: 'ContentDeleted', message: 'All content successfully deleted, may be waiting on finalization' }
      : { type: 'NamespaceDeletionContentFailure', status: 'True', reason: 'ContentDeletionFailed', message: `Failed to delete all resource types, ${remains.errors.length} remaining: ${[...remains.errors].sort().join(', ')}` },
    some
      ? { type: 'NamespaceContentRemaining', status: 'True', reason: 'SomeResourcesRemain', message: `Some resources are remaining: ${[...remains.resources].sort().join(', ')}` }
      : { type: 'NamespaceContentRemaining', status: 'False', reason: 'ContentRemoved', message: 'All content successfully removed' },
    held.length > 0
      ? { type: 'NamespaceFinalizersRemaining', status: 'True', reason: 'SomeFinalizersRemain', message: `Some content in the namespace has finalizers remaining: ${held.join(', ')}` }
      : { type: 'NamespaceFinalizersRemaining', status: 'False', reason: 'ContentHasNoFinalizers', message: 'All content-preserving finalizers finished' },
  ];
}
