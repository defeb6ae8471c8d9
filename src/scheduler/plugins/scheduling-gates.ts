import { definePlugin, unresolvable } from '../framework/plugin.ts';
import type { Pod } from '../../api/kinds/all.ts';

/** Keeps a pod out of the queue's active part until its gates are gone. */
export const schedulingGates = definePlugin({
  name: 'SchedulingGates',
  source: 'pkg/scheduler/framework/plugins/schedulinggates/scheduling_gates.go',
  events: [{ kind: 'Pod', on: 'Update', hint: (_pod, { object }) => ((object as Pod).spec?.schedulingGates ?? []).length === 0 }],
  preEnqueue(pod) {
    const gates = pod.spec?.schedulingGates ?? [];
    return gates.length === 0 ? null : unresolvable('SchedulingGates', `waiting for scheduling gates: [${gates.map(gate => gate.name).join(' ')}]`);
  },
});
