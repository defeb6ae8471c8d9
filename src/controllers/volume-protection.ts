/**
 * The protection controllers of storage: a claim goes when no pod uses it any more, a volume when no claim is bound to it.
 *
 * @source kubernetes/kubernetes pkg/controller/volume/pvcprotection/pvc_protection_controller.go, pvprotection/pv_protection_controller.go
 */
import { deepFreeze } from '../base/data.ts';
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../api/kinds/all.ts';
import type { KubeObject } from '../api/meta.ts';
import type { Conversation } from '../sim/conversation.ts';
import { cx, defineController, type ReconcileResult } from '../client/controller.ts';
import type { Delta } from '../client/informer.ts';
import { call, keyOf, splitKey } from '../client/resources.ts';
import { isPodTerminal } from './pods.ts';
import { isNotFound } from './replies.ts';

const CLAIM_FINALIZER = 'kubernetes.io/pvc-protection';
const VOLUME_FINALIZER = 'kubernetes.io/pv-protection';

/** Keeps claims that pods use. */
export const claimProtectionController = defineController({
  name: 'persistentvolumeclaim-protection-controller',
  source: 'pkg/controller/volume/pvcprotection/pvc_protection_controller.go',
  serviceAccount: 'pvc-protection-controller',
  for: 'PersistentVolumeClaim',
  watches: [{ kind: 'Pod', map: claimsLeft }],
  reads: [{ kind: 'Pod' }],
  workers: 1,
  reconcile: releaseClaim,
});

/** Keeps volumes that claims are bound to. */
export const volumeProtectionController = defineController({
  name: 'persistentvolume-protection-controller',
  source: 'pkg/controller/volume/pvprotection/pv_protection_controller.go',
  serviceAccount: 'pv-protection-controller',
  for: 'PersistentVolume',
  workers: 1,
  reconcile: releaseVolume,
});

const claimNames = ({ spec, metadata }: Pod): readonly string[] => (spec.volumes ?? []).flatMap(volume =>
  (volume.persistentVolumeClaim !== undefined ? [volume.persistentVolumeClaim.claimName] : (volume as { readonly ephemeral?: unknown }).ephemeral === undefined ? [] : [`${metadata.name}-${volume.name}`]));

/** Claims of a pod that stops using them. */
function claimsLeft({ object, old, type }: Delta): readonly string[] {
  const pod = object as Pod;
  if (pod.spec.volumes === undefined) return [];
  const leaves = type === 'delete' || (isPodTerminal(pod) && old !== undefined && !isPodTerminal(old as Pod));
  return leaves ? claimNames(pod).map(name => `${pod.metadata.namespace ?? ''}/${name}`) : [];
}

const isHeld = ({ metadata }: KubeObject, finalizer: string): boolean => metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(finalizer) === true;

function* releaseClaim(key: string): Conversation<ReconcileResult> {
  const claim = yield* cx.get<PersistentVolumeClaim>('PersistentVolumeClaim', key);
  if (claim === null || !isHeld(claim, CLAIM_FINALIZER)) return {};
  const { namespace, name } = splitKey(key);
  const pods = yield* cx.list<Pod>('Pod', namespace);
  // A pod on no node uses nothing yet.
  const used = pods.some(pod => !isPodTerminal(pod) && (pod.spec.nodeName ?? '') !== '' && claimNames(pod).includes(name));
  return used ? {} : yield* release(claim, CLAIM_FINALIZER);
}

function* releaseVolume(key: string): Conversation<ReconcileResult> {
  const volume = yield* cx.get<PersistentVolume>('PersistentVolume', key);
  if (volume === null || !isHeld(volume, VOLUME_FINALIZER) || volume.status?.phase === 'Bound') return {};
  return yield* release(volume, VOLUME_FINALIZER);
}

function* release(object: KubeObject, finalizer: string): Conversation<ReconcileResult> {
  const finalizers = (object.metadata.finalizers ?? []).filter(one => one !== finalizer);
  const body = deepFreeze({ ...object, metadata: { ...object.metadata, finalizers } });
  const reply = yield* cx.request(call('update', object.kind, keyOf(object), { body }));
  return reply.ok || isNotFound(reply) ? {} : { error: reply.message };
}
