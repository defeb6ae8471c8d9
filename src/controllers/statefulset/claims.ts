/**
 * The claims of a StatefulSet's pods: made before the pod, kept or given an owner as the retention policy says.
 *
 * @source kubernetes/kubernetes pkg/controller/statefulset/stateful_pod_control.go, stateful_set_utils.go (updateClaimOwnerRefForSetAndPod)
 */
import { equalData } from '../../base/compare.ts';
import { deepFreeze } from '../../base/data.ts';
import type { KubeObject, OwnerReference } from '../../api/meta.ts';
import type { StatefulSet } from '../../api/kinds/apps/stateful-set.ts';
import type { PersistentVolumeClaim } from '../../api/kinds/core/persistent-volume-claim.ts';
import type { Pod } from '../../api/kinds/core/pod.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { cx } from '../../client/controller.ts';
import { call, keyOf } from '../../client/resources.ts';
import { isNotFound } from '../replies.ts';
import { controllerReference } from '../template.ts';
import { claimsOf, isInRange, ordinalOf } from './pods.ts';

const ordinal = (set: StatefulSet, pod: Pod): number => ordinalOf(set, pod.metadata.name);

/** Makes the claims that pods lack, all in one go. Returns why a pod cannot be made yet, by its name. */
export function* createClaims(set: StatefulSet, pods: readonly Pod[]): Conversation<ReadonlyMap<string, string>> {
  const refused = new Map<string, string>();
  const missing: { readonly pod: Pod; readonly claim: PersistentVolumeClaim }[] = [];
  for (const pod of pods) {
    for (const claim of claimsOf(set, ordinal(set, pod))) {
      const found = yield* cx.get<PersistentVolumeClaim>('PersistentVolumeClaim', keyOf(claim));
      if (found === null) missing.push({ pod, claim });
      else if (found.metadata.deletionTimestamp !== undefined) refused.set(pod.metadata.name, `pvc ${found.metadata.name} is being deleted`);
    }
  }
  const replies = yield* cx.all(missing.map(({ claim }) => call('create', 'PersistentVolumeClaim', `${claim.metadata.namespace ?? ''}/`, { body: claim })));
  for (const [at, reply] of replies.entries()) {
    const { pod, claim } = missing[at] ?? {};
    if (pod === undefined || claim === undefined || (!reply.ok && reply.reason === 'AlreadyExists')) continue;
    const where = `Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
    if (reply.ok) yield* cx.event({ about: set, type: 'Normal', reason: 'SuccessfulCreate', message: `create Claim ${claim.metadata.name} ${where} success` });
    else {
      yield* cx.event({ about: set, type: 'Warning', reason: 'FailedCreate', message: `create Claim ${claim.metadata.name} for ${where} failed error: ${reply.message}` });
      refused.set(pod.metadata.name, `failed to create PVC ${claim.metadata.name}: ${reply.message}`);
    }
  }
  return refused;
}

/** Whether a claim still belongs to an earlier pod of this name, with which it will go. */
export function* hasStaleClaim(set: StatefulSet, pod: Pod): Conversation<boolean> {
  for (const { metadata } of claimsOf(set, ordinal(set, pod))) {
    const found = yield* cx.get<PersistentVolumeClaim>('PersistentVolumeClaim', `${metadata.namespace ?? ''}/${metadata.name}`);
    if (found?.metadata.ownerReferences?.some(owner => owner.kind === 'Pod' && owner.name === pod.metadata.name && owner.uid !== (pod.metadata.uid ?? '')) === true) return true;
  }
  return false;
}

/** Whom a claim should belong to, besides owners that are none of our business. */
function ownersOf(set: StatefulSet, pod: Pod, claim: PersistentVolumeClaim): readonly OwnerReference[] {
  const isOurs = ({ uid }: OwnerReference): boolean => uid === set.metadata.uid || uid === pod.metadata.uid;
  const others = (claim.metadata.ownerReferences ?? []).filter(owner => !isOurs(owner));
  if (others.some(owner => owner.controller === true)) return others;
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  const isScaledDown = !isInRange(set, ordinal(set, pod));
  const owner: KubeObject | undefined = whenScaled === 'Delete' && isScaledDown ? pod : whenDeleted === 'Delete' && (whenScaled === 'Retain' || !isScaledDown) ? set : undefined;
  return owner === undefined ? others : [...others, controllerReference(owner)];
}

/** Gives the claims of pods their owners; returns the error to retry. */
export function* ownClaims(set: StatefulSet, pods: readonly Pod[]): Conversation<string | undefined> {
  let error: string | undefined;
  for (const pod of pods) {
    for (const { metadata } of claimsOf(set, ordinal(set, pod))) {
      const claim = yield* cx.get<PersistentVolumeClaim>('PersistentVolumeClaim', `${metadata.namespace ?? ''}/${metadata.name}`);
      if (claim === null) continue;
      const ownerReferences = ownersOf(set, pod, claim);
      if (equalData(ownerReferences, claim.metadata.ownerReferences ?? [])) continue;
      const reply = yield* cx.request(call('update', 'PersistentVolumeClaim', keyOf(claim), { body: deepFreeze({ ...claim, metadata: { ...claim.metadata, ownerReferences } }) }));
      if (!reply.ok && !isNotFound(reply)) error ??= `could not update claim ${claim.metadata.name} for delete policy ownerRefs: ${reply.message}`;
    }
  }
  return error;
}
