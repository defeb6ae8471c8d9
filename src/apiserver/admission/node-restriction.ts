import type { Pod } from '../../api/kinds/all.ts';
import type { Status } from '../../api/status.ts';
import { nodeOf } from '../authn/users.ts';
import type { Server } from '../state.ts';
import { type AdmissionAttributes, definePlugin, refused } from './plugin.ts';

const MIRROR_POD = 'kubernetes.io/config.mirror';

/**
 * A kubelet changes its own Node and the pods bound to it, nothing else.
 *
 * @fidelity simplified: the lists of labels and taints that a kubelet may not set on its own Node are left out
 */
export const nodeRestriction = definePlugin({
  name: 'NodeRestriction',
  source: 'plugin/pkg/admission/noderestriction/admission.go',
  validate(attributes, server) {
    const node = nodeOf(attributes.user);
    if (node === '' || attributes.descriptor.group !== '') return undefined;
    if (attributes.descriptor.kind === 'Node') return aboutNode(attributes, node);
    return attributes.descriptor.kind === 'Pod' ? aboutPod(attributes, node, server) : undefined;
  },
});

function aboutNode(attributes: AdmissionAttributes, node: string): Status | undefined {
  const name = attributes.name === '' ? attributes.object?.metadata.name ?? '' : attributes.name;
  return name === node ? undefined : refused(attributes, `node "${node}" is not allowed to modify node "${name}"`);
}

function aboutPod(attributes: AdmissionAttributes, node: string, server: Server): Status | undefined {
  const pod = (attributes.old ?? attributes.object ?? existing(attributes, server)) as Pod | undefined;
  const own = pod?.spec.nodeName === node;
  switch (attributes.operation) {
    case 'CREATE':
      if (attributes.subresource === 'eviction') return own ? undefined : refused(attributes, `node "${node}" can only evict pods with spec.nodeName set to itself`);
      if (pod?.metadata.annotations?.[MIRROR_POD] === undefined) return refused(attributes, `pod does not have "${MIRROR_POD}" annotation, node "${node}" can only create mirror pods`);
      return own ? undefined : refused(attributes, `node "${node}" can only create pods with spec.nodeName set to itself`);
    case 'UPDATE':
      if (attributes.subresource !== 'status') return refused(attributes, `unexpected operation "UPDATE" for pod, node "${node}" can only update pod status`);
      return own ? undefined : refused(attributes, `node "${node}" can only update pod status for pods with spec.nodeName set to itself`);
    case 'DELETE':
      return own ? undefined : refused(attributes, `node "${node}" can only delete pods with spec.nodeName set to itself`);
  }
}

function existing({ namespace, name }: AdmissionAttributes, { state }: Server): Pod | undefined {
  return state.caches.get('/pods')?.items.get(`/registry/pods/${namespace}/${name}`) as Pod | undefined;
}
