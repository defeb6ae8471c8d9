/** The cluster as the map shows it: machines, what runs on them, pods. */
import type { Lease, Node, Pod } from '../api/kinds/all.ts';
import { findCondition } from '../api/condition.ts';
import { descriptorOfKind } from '../api/scheme.ts';
import type { Topology } from '../cluster/topology.ts';
import type { WorldView } from '../cluster/view-contract.ts';
import type { MapComponent, MapNode, MapPod } from './session-view.ts';

/** One entry per machine of the topology, in its order; then nodes that came later. */
export function drawMap(view: WorldView, topology: Topology, down: readonly string[]): readonly MapNode[] {
  const nodes = new Map((view.list('Node') as readonly Node[]).map(node => [node.metadata.name, node]));
  const pods = podsByNode(view);
  const leaders = leadersOf(view);
  return topology.machines.map(machine => ({
    name: machine.name, role: machine.role, up: !down.includes(machine.name),
    ready: readiness(nodes.get(machine.name)), components: componentsOf(view, machine.name, leaders), pods: pods.get(machine.name) ?? [],
  }));
}

function readiness(node: Node | undefined): MapNode['ready'] {
  const status = findCondition(node?.status?.conditions, 'Ready')?.status;
  return status === 'True' || status === 'False' || status === 'Unknown' ? status : '';
}

function componentsOf(view: WorldView, node: string, leaders: ReadonlySet<string>): readonly MapComponent[] {
  return view.processes().filter(process => process.node === node && process.kind !== 'installer')
    .map(process => ({ name: process.id.slice(node.length + 1), status: process.status, leader: leaders.has(process.id) }));
}

function leadersOf(view: WorldView): ReadonlySet<string> {
  const leaders = new Set<string>();
  const { leader } = view.etcd();
  if (leader !== '') leaders.add(`${leader}/etcd`);
  for (const component of ['kube-scheduler', 'kube-controller-manager', 'cloud-controller-manager']) {
    const lease = view.get('Lease', 'kube-system', component) as Lease | undefined;
    const holder = lease?.spec?.holderIdentity?.split('_')[0];
    if (holder !== undefined) leaders.add(`${holder}/${component}`);
  }
  return leaders;
}

function podsByNode(view: WorldView): Map<string, MapPod[]> {
  const byNode = new Map<string, MapPod[]>();
  for (const pod of view.list('Pod') as readonly Pod[]) {
    const node = pod.spec?.nodeName ?? '';
    const list = byNode.get(node);
    const shown: MapPod = {
      name: pod.metadata.name, namespace: pod.metadata.namespace ?? '', status: statusOf(pod, view),
      ready: findCondition(pod.status?.conditions, 'Ready')?.status === 'True',
    };
    if (list === undefined) byNode.set(node, [shown]); else list.push(shown);
  }
  return byNode;
}

/** The STATUS column of `kubectl get pods`. */
function statusOf(pod: Pod, view: WorldView): string {
  const column = descriptorOfKind('Pod')?.columns.find(one => one.name === 'Status');
  return String(column?.cell(pod, view.now) ?? pod.status?.phase ?? '');
}
