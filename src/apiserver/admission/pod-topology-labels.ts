import type { Node, Pod } from '../../api/kinds/all.ts';
import { definePlugin } from './plugin.ts';

const TOPOLOGY_LABELS = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'] as const;

/** When a pod is bound, copies the node's zone and region to the pod's labels. @source KEP-4742 */
export const podTopologyLabels = definePlugin({
  name: 'PodTopologyLabels',
  source: 'plugin/pkg/admission/podtopologylabels/admission.go',
  mutate(attributes, { state }) {
    const pod = attributes.object as Pod;
    if (attributes.descriptor.kind !== 'Pod' || attributes.subresource !== 'binding') return pod;
    const node = state.caches.get('/nodes')?.items.get(`/registry/minions/${pod.spec.nodeName ?? ''}`) as Node | undefined;
    let labels = pod.metadata.labels;
    for (const label of TOPOLOGY_LABELS) {
      const value = node?.metadata.labels?.[label];
      if (value !== undefined && labels?.[label] !== value) labels = { ...labels, [label]: value };
    }
    return labels === undefined || labels === pod.metadata.labels ? pod : { ...pod, metadata: { ...pod.metadata, labels } };
  },
});
