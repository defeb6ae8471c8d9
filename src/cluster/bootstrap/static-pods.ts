/**
 * The manifests that kubeadm puts into /etc/kubernetes/manifests of a control-plane machine.
 *
 * @source kubernetes/kubernetes cmd/kubeadm/app/phases/controlplane/manifests.go, phases/etcd/local.go
 * @fidelity simplified: the flags that matter to a learner, no volume mounts for host certificates beyond the folders themselves; liveness probes only, no startup and
 * readiness probes
 */
import { deepFreeze } from '../../base/data.ts';
import type { Pod } from '../../api/kinds/all.ts';
import type { Machine } from '../topology.ts';

const VERSION = 'v1.35.2';

interface Component {
  readonly name: string;
  readonly image: string;
  readonly cpu: string;
  readonly memory?: string;
  readonly port: number;
  readonly path: string;
  /** Of the probe; HTTPS unless it says otherwise. */
  readonly scheme?: 'HTTP';
  readonly command: readonly string[];
}

function etcd(machine: Machine, peers: readonly Machine[]): Component {
  const { name, address } = machine;
  return {
    name: 'etcd', image: 'registry.k8s.io/etcd:3.6.6-0', cpu: '100m', memory: '100Mi', port: 2381, path: '/livez', scheme: 'HTTP',
    command: [
      'etcd', `--advertise-client-urls=https://${address}:2379`, '--cert-file=/etc/kubernetes/pki/etcd/server.crt', '--client-cert-auth=true', '--data-dir=/var/lib/etcd',
      `--initial-advertise-peer-urls=https://${address}:2380`, `--initial-cluster=${peers.map(peer => `${peer.name}=https://${peer.address}:2380`).join(',')}`,
      `--listen-client-urls=https://127.0.0.1:2379,https://${address}:2379`, '--listen-metrics-urls=http://127.0.0.1:2381', `--listen-peer-urls=https://${address}:2380`,
      `--name=${name}`, '--snapshot-count=10000', '--trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt',
    ],
  };
}

function apiServer(machine: Machine): Component {
  return {
    name: 'kube-apiserver', image: `registry.k8s.io/kube-apiserver:${VERSION}`, cpu: '250m', port: 6443, path: '/livez',
    command: [
      'kube-apiserver', `--advertise-address=${machine.address}`, '--allow-privileged=true', '--authorization-mode=Node,RBAC', '--client-ca-file=/etc/kubernetes/pki/ca.crt',
      '--enable-admission-plugins=NodeRestriction', '--enable-bootstrap-token-auth=true', '--etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt', '--etcd-servers=https://127.0.0.1:2379',
      '--proxy-client-cert-file=/etc/kubernetes/pki/front-proxy-client.crt', '--proxy-client-key-file=/etc/kubernetes/pki/front-proxy-client.key', '--requestheader-allowed-names=front-proxy-client',
      '--requestheader-client-ca-file=/etc/kubernetes/pki/front-proxy-ca.crt', '--requestheader-extra-headers-prefix=X-Remote-Extra-', '--requestheader-group-headers=X-Remote-Group', '--requestheader-username-headers=X-Remote-User',
      '--secure-port=6443', '--service-account-issuer=https://kubernetes.default.svc.cluster.local', '--service-cluster-ip-range=10.96.0.0/12',
      '--tls-cert-file=/etc/kubernetes/pki/apiserver.crt',
    ],
  };
}

const controllerManager: Component = {
  name: 'kube-controller-manager', image: `registry.k8s.io/kube-controller-manager:${VERSION}`, cpu: '200m', port: 10257, path: '/healthz',
  command: [
    'kube-controller-manager', '--allocate-node-cidrs=true', '--bind-address=127.0.0.1', '--cluster-cidr=10.244.0.0/16', '--controllers=*,bootstrapsigner,tokencleaner',
    '--kubeconfig=/etc/kubernetes/controller-manager.conf', '--leader-elect=true', '--service-cluster-ip-range=10.96.0.0/12', '--use-service-account-credentials=true',
  ],
};

const scheduler: Component = {
  name: 'kube-scheduler', image: `registry.k8s.io/kube-scheduler:${VERSION}`, cpu: '100m', port: 10259, path: '/livez',
  command: ['kube-scheduler', '--bind-address=127.0.0.1', '--kubeconfig=/etc/kubernetes/scheduler.conf', '--leader-elect=true'],
};

/** The static pods of a control-plane machine, without the node in their names. `members`: the machines with an etcd of the cluster's own. */
export function staticPodsOf(machine: Machine, members: readonly Machine[]): readonly Pod[] {
  return deepFreeze([...(members.length > 0 ? [etcd(machine, members)] : []), apiServer(machine), controllerManager, scheduler].map(staticPod));
}

/** Images that such a machine has on its disk already. */
export const controlPlaneImages: readonly string[] = [
  'registry.k8s.io/etcd:3.6.6-0', ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(name => `registry.k8s.io/${name}:${VERSION}`),
];

/** Images that every machine has: kubeadm's node phase and the system pods pulled them. */
export const nodeImages: readonly string[] = [`registry.k8s.io/kube-proxy:${VERSION}`, 'registry.k8s.io/pause:3.10.1', 'registry.k8s.io/coredns/coredns:v1.13.1'];

function staticPod(component: Component): Pod {
  const probe = { httpGet: { host: '127.0.0.1', path: component.path, port: component.port, scheme: component.scheme ?? 'HTTPS' as const } };
  return {
    apiVersion: 'v1', kind: 'Pod',
    metadata: { name: component.name, namespace: 'kube-system', labels: { component: component.name, tier: 'control-plane' } },
    spec: {
      containers: [{
        name: component.name, image: component.image, imagePullPolicy: 'IfNotPresent', command: component.command,
        livenessProbe: { ...probe, failureThreshold: 8, initialDelaySeconds: 10, periodSeconds: 10, timeoutSeconds: 15 },
        resources: { requests: { cpu: component.cpu, ...(component.memory !== undefined ? { memory: component.memory } : {}) } },
      }],
      hostNetwork: true, priority: 2_000_001_000, priorityClassName: 'system-node-critical', restartPolicy: 'Always',
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    },
  };
}
