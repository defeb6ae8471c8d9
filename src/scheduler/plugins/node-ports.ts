import type { Pod } from '../../api/kinds/all.ts';
import { definePlugin, SKIP, unschedulable } from '../framework/plugin.ts';
import { hostPorts } from '../node-info.ts';

/** True when two host ports cannot be used together: same protocol and port, and the same or any address. */
function conflict(a: string, b: string): boolean {
  if (a === b) return true;
  const [protocolA, ipA, portA] = a.split('/');
  const [protocolB, ipB, portB] = b.split('/');
  return protocolA === protocolB && portA === portB && (ipA === '0.0.0.0' || ipB === '0.0.0.0' || ipA === ipB);
}

const conflicts = (wanted: readonly string[], used: readonly string[]): boolean => wanted.some(port => used.some(other => conflict(port, other)));

const NAME = 'NodePorts';
const TAKEN = unschedulable(NAME, "node(s) didn't have free ports for the requested pod ports");

/** Refuses nodes whose host ports the pod needs are taken. */
export const nodePorts = definePlugin({
  name: NAME,
  source: 'pkg/scheduler/framework/plugins/nodeports/node_ports.go',
  events: [
    { kind: 'AssignedPod', on: 'Delete', hint: (pod, { object }) => conflicts(hostPorts(pod), hostPorts(object as Pod)) },
    { kind: 'Node', on: 'Add' },
  ],
  preFilter: (_state, pod) => (hostPorts(pod).length === 0 ? SKIP : null),
  filter: (_state, pod, node) => (node.ports.length > 0 && conflicts(hostPorts(pod), node.ports) ? TAKEN : null),
});
