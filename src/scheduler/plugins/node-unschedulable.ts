import type { Node, Pod } from '../../api/kinds/all.ts';
import { equalData } from '../../base/compare.ts';
import { ASK, definePlugin, unresolvable } from '../framework/plugin.ts';
import { tolerates } from '../../api/placement.ts';

const NAME = 'NodeUnschedulable';
const CORDONED = unresolvable(NAME, 'node(s) were unschedulable');
const TAINT = Object.freeze({ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const);

/** Refuses cordoned nodes, unless the pod tolerates the taint that stands for it. */
export const nodeUnschedulable = definePlugin({
  name: NAME,
  source: 'pkg/scheduler/framework/plugins/nodeunschedulable/node_unschedulable.go',
  events: [
    { kind: 'Node', on: 'Add', hint: (_pod, { object }) => (object as Node).spec?.unschedulable !== true },
    { kind: 'Node', on: 'Update', hint: (_pod, { object, old }) => (old as Node | undefined)?.spec?.unschedulable === true && (object as Node).spec?.unschedulable !== true },
    {
      kind: 'Pod', on: 'Update',
      hint: (_pod, { object, old }) => tolerates(object as Pod, TAINT) && !equalData((object as Pod).spec?.tolerations, (old as Pod | undefined)?.spec?.tolerations),
    },
  ],
  filter: (_state, pod, { node }) => (node.spec?.unschedulable !== true || tolerates(pod, TAINT) ? null : CORDONED),
  quickFilter: (_state, _pod, { columns: { cordoned } }) => place => (cordoned[place] === 0 ? null : ASK),
});
