import type { KubeObject } from '../../api/meta.ts';
import { definePlugin } from './plugin.ts';

/** Kind → the finalizer that its controller takes off when nobody uses the object. */
const FINALIZERS: Readonly<Record<string, string>> = { PersistentVolumeClaim: 'kubernetes.io/pvc-protection', PersistentVolume: 'kubernetes.io/pv-protection' };

/** Claims and volumes in use do not go away under their users. */
export const storageObjectInUseProtection = definePlugin({
  name: 'StorageObjectInUseProtection',
  source: 'plugin/pkg/admission/storage/storageobjectinuseprotection/admission.go',
  mutate({ object: given, operation, descriptor, subresource }) {
    const object = given as KubeObject;
    const finalizer = operation === 'CREATE' && descriptor.group === '' && subresource === '' ? FINALIZERS[descriptor.kind] : undefined;
    const finalizers = object.metadata.finalizers ?? [];
    if (finalizer === undefined || finalizers.includes(finalizer)) return object;
    return { ...object, metadata: { ...object.metadata, finalizers: [...finalizers, finalizer] } };
  },
});
