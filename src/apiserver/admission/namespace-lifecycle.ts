import type { KubeObject } from '../../api/meta.ts';
import type { Namespace } from '../../api/kinds/all.ts';
import { notFound } from '../../api/status.ts';
import { definePlugin, lookupOf, refused } from './plugin.ts';

/** Namespaces that a cluster cannot be without. @source kubernetes/kubernetes pkg/apis/core (kube-node-lease may be deleted) */
const IMMORTAL: readonly string[] = ['default', 'kube-system', 'kube-public'];

/** Nothing is created in a namespace that is not there or is being deleted; some namespaces cannot be deleted. */
export const namespaceLifecycle = definePlugin({
  name: 'NamespaceLifecycle',
  source: 'staging/src/k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go',
  mutate(attributes, { state }) {
    const object = attributes.object as KubeObject;
    if (attributes.operation !== 'CREATE' || !attributes.descriptor.namespaced || attributes.subresource !== '') return object;
    const key = `/registry/namespaces/${attributes.namespace}`;
    const namespace = state.caches.get('/namespaces')?.items.get(key) as Namespace | undefined;
    if (namespace === undefined) {
      if (!attributes.learned.has(key)) return lookupOf(key, { resource: '/namespaces', attempts: 1 });
      return notFound({ group: '', resource: 'namespaces' }, attributes.namespace);
    }
    if (namespace.status?.phase !== 'Terminating' && namespace.metadata.deletionTimestamp === undefined) return object;
    return refused(attributes, `unable to create new content in namespace ${attributes.namespace} because it is being terminated`, [
      { reason: 'NamespaceTerminating', message: `namespace ${attributes.namespace} is being terminated`, field: 'metadata.namespace' },
    ]);
  },
  validate(attributes) {
    const deletes = attributes.operation === 'DELETE' && attributes.descriptor.kind === 'Namespace';
    return deletes && IMMORTAL.includes(attributes.name) ? refused(attributes, 'this namespace may not be deleted') : undefined;
  },
});
