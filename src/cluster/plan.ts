/** From a topology to the processes of the world: who runs where, and how each is started. */
import { deepFreeze, type NodeName, type ProcessId, processId } from '../base/data.ts';
import type { Credential } from '../api/wire.ts';
import { completeConfig } from '../apiserver/config.ts';
import { gatewaySpec } from '../client/gateway.ts';
import { isForbiddenLabel } from '../apiserver/admission/node-restriction.ts';
import { addons } from '../addons/registry.ts';
import type { CloudConfig } from '../controllers/cloud/cloud.ts';
import { SIGNER, signerSpec } from '../client/signer.ts';
import type { RestConfig } from '../client/rest.ts';
import { clusterAt } from '../etcd/member.ts';
import type { ProcessSpec } from '../sim/kernel.ts';
import { frontProxyAuthority, simulatedAuthority } from './bootstrap/authority.ts';
import type { NodeMark } from './bootstrap/installer.ts';
import { kubeadmManifests } from './bootstrap/manifests.ts';
import { controlPlaneImages, nodeImages, staticPodsOf } from './bootstrap/static-pods.ts';
import type { Machine, Topology } from './topology.ts';

/** @source cmd/kubeadm/app/phases/markcontrolplane/markcontrolplane.go */
const CONTROL_PLANE_LABELS = { 'node-role.kubernetes.io/control-plane': '', 'node.kubernetes.io/exclude-from-external-load-balancers': '' } as const;
/** The learner's shell. */
export const TERMINAL = processId('laptop', 'terminal');
const BALANCER = processId('lb', 'haproxy');
const CLOUD = processId('cloud', 'api');
const SERVER = '10.0.0.10:6443';

/** A cluster whose store is outside of it, and which of its machines run here. */
export interface OutsideStore { readonly etcd: ProcessId; readonly machines: readonly string[] }

/** The processes of a cluster, in the order in which they start. `authority`: the certificate of one whose key is outside. */
export function planProcesses(topology: Topology, outside?: OutsideStore, authority?: string): readonly ProcessSpec[] {
  const controlPlanes = topology.machines.filter(machine => machine.role === 'control-plane');
  const etcdOnly = topology.machines.filter(machine => machine.role === 'etcd');
  const specs: ProcessSpec[] = [];
  const supervised = new Set(topology.machines.filter(machine => isRunHere(machine, outside)).flatMap(componentsOf));
  const add = (node: string, component: string, kind: string, config: object): void => {
    const id = processId(node, component);
    specs.push({ id, kind, node: node as NodeName, config: deepFreeze(config), ...(supervised.has(id) ? { supervisor: processId(node, 'containerd') } : {}) });
  };
  const members = [...controlPlanes, ...etcdOnly];
  const hosts = topology.machines.map(({ name, address }) => ({ machine: name, address }));
  if (outside === undefined) for (const { name } of members) add(name, 'etcd', 'etcd', { name, ...clusterAt(members), hosts });
  else specs.push(deepFreeze({ id: outside.etcd, kind: 'etcd-outside', node: 'etcd' as NodeName, config: {} }));
  if (controlPlanes.length > 0) {
    add('lb', 'haproxy', 'load-balancer', { servers: controlPlanes.map(({ name }) => processId(name, 'kube-apiserver')) });
    for (const machine of controlPlanes) addControlPlane(topology, machine, { add, etcd: outside?.etcd ?? processId(machine.name, 'etcd'), authority });
    if (authority !== undefined) specs.push(deepFreeze(signerSpec()));
    if (topology.cloud) add('cloud', 'api', 'cloud', cloudConfig(topology));
    for (const machine of topology.machines) {
      if (isRunHere(machine, outside)) addNode(topology, machine, { add, isOutside: outside !== undefined });
    }
    const first = controlPlanes[0] as Machine;
    add(first.name, 'kubeadm', 'installer', { rest: throughBalancer(certificate('kubernetes-super-admin', 'system:masters'), 'kubeadm'), manifests: [...kubeadmManifests(topology, authority ?? simulatedAuthority), ...addons.filter(({ name, isUsual }) => isUsual || topology.addons?.includes(name) === true).flatMap(addon => addon.manifests())], marks: marksOf(topology), makesToken: outside === undefined });
  }
  const addresses = new Map(topology.machines.map(({ name, address }) => [name, address]));
  const processes = specs.map(({ id, kind, node }) => ({ id, kind, node, address: addresses.get(node) ?? '' }));
  add('laptop', 'terminal', 'terminal', { rest: throughBalancer(certificate('kubernetes-admin', 'kubeadm:cluster-admins'), 'kubectl'), server: SERVER, processes });
  return specs;
}

/** The gateway of requests from outside; it is not part of a cluster until somebody serves one. */
export function gatewayProcess(): ProcessSpec {
  return deepFreeze(gatewaySpec(throughBalancer({ type: 'anonymous' }, 'pilothouse')));
}

/** /24 per node: kubeadm's usual range holds 256 nodes; larger clusters get the upper half of 10.0.0.0/8. */
function podRange(topology: Topology): string {
  return topology.machines.length <= 256 ? '10.244.0.0/16' : '10.128.0.0/9';
}

/** Whether the kubelet of a machine is one of this world. */
const isRunHere = ({ name, kubelet }: Machine, outside: OutsideStore | undefined): boolean => kubelet && (outside === undefined || outside.machines.includes(name));

/** Processes that are the programs of a machine's static pods: the runtime looks after them, see `kubelet/components.ts`. */
function componentsOf({ name, role }: Machine): readonly ProcessId[] {
  if (role !== 'control-plane') return [];
  return ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(component => processId(name, component));
}

type Add = (node: string, component: string, kind: string, config: object) => void;

function certificate(commonName: string, ...organizations: string[]): Credential {
  return { type: 'certificate', commonName, organizations };
}

function throughBalancer(credential: Credential, userAgent: string): RestConfig {
  return { loadBalancer: BALANCER, servers: [], credential, userAgent };
}

/** kubeadm points the scheduler and the managers at the API server of their own machine. @source cmd/kubeadm/app/phases/kubeconfig/kubeconfig.go */
function local(machine: Machine, credential: Credential, userAgent: string): RestConfig {
  return { loadBalancer: '', servers: [processId(machine.name, 'kube-apiserver')], credential, userAgent };
}

function addControlPlane(topology: Topology, machine: Machine, { add, etcd, authority }: { readonly add: Add; readonly etcd: ProcessId; readonly authority: string | undefined }): void {
  const { name, address } = machine;
  add(name, 'kube-apiserver', 'kube-apiserver', completeConfig({ etcd: [etcd], advertiseAddress: address, clientCA: authority ?? simulatedAuthority, requestHeaderCA: frontProxyAuthority }, name));
  add(name, 'kube-scheduler', 'kube-scheduler', { rest: local(machine, certificate('system:kube-scheduler'), 'kube-scheduler'), leaderElect: true });
  add(name, 'kube-controller-manager', 'kube-controller-manager', {
    rest: local(machine, certificate('system:kube-controller-manager'), 'kube-controller-manager'), leaderElect: true, lease: 'kube-controller-manager',
    settings: { clusterCIDR: podRange(topology), rootCA: authority ?? simulatedAuthority, ...(authority === undefined ? {} : { signer: SIGNER }) },
  });
  if (topology.cloud) {
    add(name, 'cloud-controller-manager', 'cloud-controller-manager', {
      rest: local(machine, certificate('system:cloud-controller-manager'), 'cloud-controller-manager'), leaderElect: true, lease: 'cloud-controller-manager',
      settings: { cloud: CLOUD },
    });
  }
}

/** The processes of one machine with a kubelet, for a cluster whose store is outside. */
export function planMachine(topology: Topology, machine: Machine): readonly ProcessSpec[] {
  const specs: ProcessSpec[] = [];
  addNode(topology, machine, { add: (node, component, kind, config) => { specs.push({ id: processId(node, component), kind, node: node as NodeName, config: deepFreeze(config) }); }, isOutside: true });
  return specs;
}

function addNode(topology: Topology, machine: Machine, { add, isOutside }: { readonly add: Add; readonly isOutside: boolean }): void {
  const { name, address } = machine;
  const isControlPlane = machine.role === 'control-plane';
  add(name, 'containerd', 'containerd', { images: [...nodeImages, ...(isControlPlane ? controlPlaneImages : []), ...machine.images], api: BALANCER, ...(isControlPlane ? { components: componentsOf(machine) } : {}) });
  add(name, 'kubelet', 'kubelet', {
    rest: throughBalancer(certificate(`system:node:${name}`, 'system:nodes'), 'kubelet'), nodeName: name, address, runtime: processId(name, 'containerd'),
    capacity: machine.capacity, taints: machine.taints,
    labels: Object.fromEntries(Object.entries(machine.labels).filter(([label]) => !isForbiddenLabel(label))),
    ...(isControlPlane ? { staticPods: staticPodsOf(machine, isOutside ? [] : topology.machines.filter(({ role }) => role === 'control-plane')) } : {}),
    ...(topology.cloud ? { cloudProvider: 'external', providerID: `pilothouse://${name}` } : {}),
    ...(machine.zone !== '' && !topology.cloud ? { zone: machine.zone } : {}),
  });
  add(name, 'kube-proxy', 'kube-proxy', { rest: throughBalancer(certificate('system:kube-proxy'), 'kube-proxy'), nodeName: name });
}

/** Labels of the machines that NodeRestriction keeps kubelets from setting: kubeadm sets them with the admin's rights. */
function marksOf(topology: Topology): readonly NodeMark[] {
  return topology.machines.filter(machine => machine.kubelet).flatMap(machine => {
    const own = Object.fromEntries(Object.entries(machine.labels).filter(([label]) => isForbiddenLabel(label)));
    const labels = machine.role === 'control-plane' ? { ...CONTROL_PLANE_LABELS, ...own } : own;
    return Object.keys(labels).length === 0 ? [] : [{ node: machine.name, labels }];
  });
}

/** The machines as the cloud knows them. */
function cloudConfig(topology: Topology): CloudConfig {
  return {
    instances: topology.machines.map(machine => ({
      id: machine.name, name: machine.name, type: machine.role === 'control-plane' ? 'cp.medium' : 'worker.medium', zone: machine.zone, region: 'sim-1',
      address: machine.address, state: 'running',
    })),
  };
}
