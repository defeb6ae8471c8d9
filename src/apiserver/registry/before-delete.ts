/**
 * What a delete request does to an object: removes it, or marks it and leaves the rest to whoever holds it.
 *
 * @source kubernetes/apiserver pkg/registry/rest/delete.go, pkg/registry/generic/registry/store.go
 */
import { CLEANUP_FINALIZER } from '../../api/kinds/apiextensions/custom-resource-definition.ts';
import type { Pod } from '../../api/kinds/all.ts';
import type { KubeObject, ObjectMeta } from '../../api/meta.ts';
import type { ResourceDescriptor } from '../../api/resource.ts';
import { conflict, type Status } from '../../api/status.ts';
import { formatTime, parseTime } from '../../api/time.ts';
import type { RequestOptions } from '../../api/wire.ts';
import { micros, type Micros, seconds } from '../../base/data.ts';

/** `remove`: out of the store. `mark`: store the object with its deletion time. `keep`: nothing to change. */
export type Deletion =
  | { readonly action: 'remove' }
  | { readonly action: 'mark'; readonly object: KubeObject }
  | { readonly action: 'keep' };

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

/** How and when. */
interface Order { readonly options: RequestOptions; readonly now: Micros }

/** Decides what a delete does now. */
export function beforeDelete(descriptor: ResourceDescriptor, old: KubeObject, { options, now }: Order): Deletion | Status {
  const refusal = checkPreconditions(descriptor, old, options);
  if (refusal !== undefined) return refusal;
  const isPod = descriptor.kind === 'Pod' && descriptor.group === '';
  if (descriptor.kind === 'Namespace') return deleteNamespace(descriptor, old, { options, now });
  const grace = isPod ? podGracePeriod(old as Pod, options) : 0;
  const finalizers = finalizersFor(old, descriptor.keepsDependents !== undefined, options);
  const held = finalizers.length > 0;
  if (old.metadata.deletionTimestamp !== undefined) return deleteAgain(old, { finalizers, grace, isPod, given: options.gracePeriodSeconds !== undefined });
  if (grace === 0 && !held) return { action: 'remove' };
  return { action: 'mark', object: marked(old, { at: now, grace, finalizers }) };
}

function checkPreconditions(descriptor: ResourceDescriptor, old: KubeObject, options: RequestOptions): Status | undefined {
  const { uid, resourceVersion } = options.preconditions ?? {};
  // Upstream names the kind here where it otherwise names the resource.
  const of = { group: descriptor.group, resource: descriptor.kind };
  if (uid !== undefined && uid !== '' && uid !== old.metadata.uid) {
    return conflict(of, old.metadata.name, `the UID in the precondition (${uid}) does not match the UID in record (${old.metadata.uid ?? ''}). The object might have been deleted and then recreated`);
  }
  if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== old.metadata.resourceVersion) {
    return conflict(of, old.metadata.name, `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${old.metadata.resourceVersion ?? ''}). The object might have been modified`);
  }
  return undefined;
}

/** @source kubernetes/kubernetes pkg/registry/core/pod/strategy.go (CheckGracefulDelete) */
function podGracePeriod(pod: Pod, options: RequestOptions): number {
  const wanted = options.gracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 0;
  // Nobody runs it: there is nothing to wait for.
  if ((pod.spec.nodeName ?? '') === '' || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return 0;
  return wanted < 0 ? 1 : wanted;
}

/** The policy for dependents becomes a finalizer that the garbage collector works off. `keeps`: what nothing is said of stays. */
function finalizersFor({ metadata, kind }: KubeObject, keeps: boolean, options: RequestOptions): readonly string[] {
  const own = metadata.finalizers ?? [];
  // The objects of a definition go before it does.
  const isLast = kind === 'CustomResourceDefinition' && metadata.deletionTimestamp === undefined && !own.includes(CLEANUP_FINALIZER);
  const present = isLast ? [...own, CLEANUP_FINALIZER] : own;
  const propagationPolicy = options.propagationPolicy ?? (keeps && !present.includes(FOREGROUND) ? 'Orphan' : undefined);
  if (propagationPolicy === undefined) return present;
  const others = present.filter(finalizer => finalizer !== FOREGROUND && finalizer !== ORPHAN);
  if (propagationPolicy === 'Foreground') return [...others, FOREGROUND];
  return propagationPolicy === 'Orphan' ? [...others, ORPHAN] : others;
}

interface Again { readonly finalizers: readonly string[]; readonly grace: number; readonly isPod: boolean; readonly given: boolean }

/** A second delete may shorten the time that is left, never lengthen it. */
function deleteAgain(old: KubeObject, { finalizers, grace, isPod, given }: Again): Deletion {
  const present = old.metadata.deletionGracePeriodSeconds ?? 0;
  const held = finalizers.length > 0;
  const sameFinalizers = finalizers.length === (old.metadata.finalizers?.length ?? 0) && finalizers.every((finalizer, i) => finalizer === old.metadata.finalizers?.[i]);
  const shortens = isPod && (given || grace === 0) && grace < present;
  if (!shortens && isPod && present > 0 && sameFinalizers) return { action: 'keep' };
  const left = shortens ? grace : present;
  if (left === 0 && !held) return { action: 'remove' };
  if (!shortens && sameFinalizers) return { action: 'keep' };
  const began = (parseTime(old.metadata.deletionTimestamp ?? '') ?? 0) - seconds(present);
  return { action: 'mark', object: withDeletion(old, { timestamp: formatTime(micros(began + seconds(left))), grace: left, finalizers }) };
}

function marked(old: KubeObject, { at, grace, finalizers }: { readonly at: Micros; readonly grace: number; readonly finalizers: readonly string[] }): KubeObject {
  const timestamp = formatTime(micros(at + seconds(grace)));
  const object = withDeletion(old, { timestamp, grace, finalizers });
  const generation = old.metadata.generation ?? 0;
  return generation === 0 ? object : { ...object, metadata: { ...object.metadata, generation: generation + 1 } };
}

function withDeletion(old: KubeObject, { timestamp, grace, finalizers }: { readonly timestamp: string; readonly grace: number; readonly finalizers: readonly string[] }): KubeObject {
  const { finalizers: _old, ...rest } = old.metadata;
  const metadata: ObjectMeta = { ...rest, deletionTimestamp: timestamp, deletionGracePeriodSeconds: grace, ...(finalizers.length === 0 ? {} : { finalizers }) };
  return { ...old, metadata };
}

/** A namespace goes when the namespace controller has emptied it. @source kubernetes/kubernetes pkg/registry/core/namespace/storage/storage.go */
function deleteNamespace(descriptor: ResourceDescriptor, old: KubeObject, { options, now }: Order): Deletion | Status {
  const namespace = old as KubeObject & { readonly spec?: { readonly finalizers?: readonly string[] }; readonly status?: object };
  const finalizers = finalizersFor(old, descriptor.keepsDependents !== undefined, options);
  if ((namespace.spec?.finalizers?.length ?? 0) === 0) {
    if (finalizers.length === 0) return { action: 'remove' };
    return old.metadata.deletionTimestamp !== undefined ? { action: 'keep' } : { action: 'mark', object: marked(old, { at: now, grace: 0, finalizers }) };
  }
  if (old.metadata.deletionTimestamp !== undefined) {
    return conflict({ group: descriptor.group, resource: descriptor.plural }, old.metadata.name, 'The system is ensuring all content is removed from this namespace.  Upon completion, this namespace will automatically be purged by the system.');
  }
  const { deletionGracePeriodSeconds: _none, ...metadata } = marked(old, { at: now, grace: 0, finalizers }).metadata;
  return { action: 'mark', object: { ...old, metadata, status: { ...namespace.status, phase: 'Terminating' } } as KubeObject };
}
