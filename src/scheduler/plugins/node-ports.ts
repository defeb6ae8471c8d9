import { definePlugin, SKIP, unschedulable } from '../framework/plugin.ts';
import { hostPorts } from '../node-info.ts';

/** True when two host ports cannot be used together: same protocol and port, and the same or any address. */
function conflict(a: string, b: string): boolean {
  if (a === b) return true;
  const [protocolA, ipA, portA] = a.split('/');
  const [protocolB, ipB, portB] = b.split('/');
  return protocolA === protocolB && portA === portB && (ipA === '0.0.0.0' || ipB === '0.0.0.0' || ipA === ipB);
}

/** Refuses nodes whose host ports the pod needs are taken. */
export const nodePorts = definePlugin({
  name: 'NodePorts',
  source: 'pkg/scheduler/framework/plugins/nodeports/node_ports.go',
  events: [{ kind: 'AssignedPod', on: 'Delete' }, { kind: 'Node', on: 'Add' }],
  preFilter: (_state, pod) => (hostPorts(pod).length === 0 ? SKIP : null),
  filter(_state, pod, node) {
    const taken = hostPorts(pod).some(wanted => node.ports.some(used => conflict(wanted, used)));
    return taken ? unschedulable("node(s) didn't have free ports for the requested pod ports") : null;
  },
});
