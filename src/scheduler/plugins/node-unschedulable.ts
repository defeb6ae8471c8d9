import type { Node } from '../../api/kinds/all.ts';
import { definePlugin, unresolvable } from '../framework/plugin.ts';
import { tolerates } from './taint-toleration.ts';

/** Refuses cordoned nodes, unless the pod tolerates the taint that stands for it. */
export const nodeUnschedulable = definePlugin({
  name: 'NodeUnschedulable',
  source: 'pkg/scheduler/framework/plugins/nodeunschedulable/node_unschedulable.go',
  events: [
    { kind: 'Node', on: 'Add', hint: (_pod, { object }) => (object as Node).spec?.unschedulable !== true },
    { kind: 'Node', on: 'Update', hint: (_pod, { object, old }) => (old as Node | undefined)?.spec?.unschedulable === true && (object as Node).spec?.unschedulable !== true },
  ],
  filter(_state, pod, { node }) {
    if (node.spec?.unschedulable !== true) return null;
    const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const;
    return tolerates(pod, taint) ? null : unresolvable('node(s) were unschedulable');
  },
});
