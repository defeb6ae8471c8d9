import type { Node } from '../../api/kinds/all.ts';
import { definePlugin } from './plugin.ts';

const NOT_READY = Object.freeze({ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' } as const);

/** A new node takes no pods until the node controller has seen it ready: otherwise a pod could be placed before the first look. */
export const taintNodesByCondition = definePlugin({
  name: 'TaintNodesByCondition',
  source: 'plugin/pkg/admission/nodetaint/admission.go',
  mutate(attributes) {
    const node = attributes.object as Node;
    if (attributes.operation !== 'CREATE' || attributes.descriptor.kind !== 'Node' || attributes.subresource !== '') return node;
    const taints = node.spec?.taints ?? [];
    if (taints.some(({ key, effect }) => key === NOT_READY.key && effect === NOT_READY.effect)) return node;
    return { ...node, spec: { ...node.spec, taints: [...taints, NOT_READY] } };
  },
});
