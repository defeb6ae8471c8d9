import type { PersistentVolumeClaim, StorageClass } from '../../api/kinds/all.ts';
import { compareQuantity } from '../../api/quantity.ts';
import { definePlugin, refused } from './plugin.ts';

const sizeOf = ({ spec }: PersistentVolumeClaim): string => spec.resources?.requests?.['storage'] ?? '0';

/** A claim grows only when it is bound and its storage class allows that. */
export const persistentVolumeClaimResize = definePlugin({
  name: 'PersistentVolumeClaimResize',
  source: 'plugin/pkg/admission/storage/persistentvolume/resize/admission.go',
  validate(attributes, { state }) {
    if (attributes.operation !== 'UPDATE' || attributes.descriptor.kind !== 'PersistentVolumeClaim' || attributes.subresource !== '') return undefined;
    const claim = attributes.object as PersistentVolumeClaim;
    const old = attributes.old as PersistentVolumeClaim;
    if (claim.spec === old.spec || compareQuantity(sizeOf(claim), sizeOf(old)) <= 0) return undefined;
    if (old.status?.phase !== 'Bound') return refused(attributes, 'Only bound persistent volume claims can be expanded');
    const name = claim.spec.storageClassName ?? '';
    const storageClass = state.caches.get('storage.k8s.io/storageclasses')?.items.get(`/registry/storageclasses/${name}`) as StorageClass | undefined;
    if (storageClass?.allowVolumeExpansion === true && old.spec.storageClassName === name) return undefined;
    return refused(attributes, 'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize');
  },
});
