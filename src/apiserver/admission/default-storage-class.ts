import type { PersistentVolumeClaim, StorageClass } from '../../api/kinds/all.ts';
import { defaultOf } from './default-class.ts';
import { definePlugin } from './plugin.ts';

const BETA_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
const DEFAULT_ANNOTATIONS: readonly string[] = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];

/** A claim that names no storage class gets the cluster's default one. */
export const defaultStorageClass = definePlugin({
  name: 'DefaultStorageClass',
  source: 'plugin/pkg/admission/storage/storageclass/setdefault/admission.go',
  mutate(attributes, { state }) {
    const claim = attributes.object as PersistentVolumeClaim;
    if (attributes.operation !== 'CREATE' || attributes.descriptor.kind !== 'PersistentVolumeClaim' || attributes.subresource !== '') return claim;
    if (claim.spec.storageClassName !== undefined || claim.metadata.annotations?.[BETA_ANNOTATION] !== undefined) return claim;
    const chosen = defaultOf<StorageClass>(state.caches.get('storage.k8s.io/storageclasses')?.items, DEFAULT_ANNOTATIONS);
    return chosen === undefined ? claim : { ...claim, spec: { ...claim.spec, storageClassName: chosen.metadata.name } };
  },
});
