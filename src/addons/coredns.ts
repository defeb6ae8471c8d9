/**
 * CoreDNS as kubeadm installs it: names of services and pods for everything that runs in the cluster.
 *
 * @source kubernetes/kubernetes cmd/kubeadm/app/phases/addons/dns/manifests.go
 */
import { deepFreeze } from '../base/data.ts';
import type { KubeObject } from '../api/meta.ts';

/** Address of the Service `kube-dns`: the tenth of the service range. */
const CLUSTER_DNS = '10.96.0.10';
/** The cluster's own domain. */
export const CLUSTER_DOMAIN = 'cluster.local';

const labels = { 'k8s-app': 'kube-dns' };
const namespace = 'kube-system';

const corefile = [
  '.:53 {', '    errors', '    health {', '       lameduck 5s', '    }', '    ready', `    kubernetes ${CLUSTER_DOMAIN} in-addr.arpa ip6.arpa {`, '       pods insecure',
  '       fallthrough in-addr.arpa ip6.arpa', '       ttl 30', '    }', '    prometheus :9153', '    forward . /etc/resolv.conf {', '       max_concurrent 1000', '    }',
  '    cache 30 {', `       disable success ${CLUSTER_DOMAIN}`, `       disable denial ${CLUSTER_DOMAIN}`, '    }', '    loop', '    reload', '    loadbalance', '}', '',
].join('\n');

const probe = (path: string, port: string | number): object => ({ httpGet: { path, port, scheme: 'HTTP' } });

const container = {
  name: 'coredns', image: 'registry.k8s.io/coredns/coredns:v1.13.1', imagePullPolicy: 'IfNotPresent', args: ['-conf', '/etc/coredns/Corefile'],
  resources: { limits: { memory: '170Mi' }, requests: { cpu: '100m', memory: '70Mi' } },
  volumeMounts: [{ name: 'config-volume', mountPath: '/etc/coredns', readOnly: true }],
  ports: [
    { containerPort: 53, name: 'dns', protocol: 'UDP' }, { containerPort: 53, name: 'dns-tcp', protocol: 'TCP' }, { containerPort: 9153, name: 'metrics', protocol: 'TCP' },
    { containerPort: 8080, name: 'liveness-probe', protocol: 'TCP' }, { containerPort: 8181, name: 'readiness-probe', protocol: 'TCP' },
  ],
  livenessProbe: { ...probe('/health', 'liveness-probe'), initialDelaySeconds: 60, timeoutSeconds: 5, successThreshold: 1, failureThreshold: 5 },
  readinessProbe: probe('/ready', 'readiness-probe'),
  securityContext: { allowPrivilegeEscalation: false, capabilities: { add: ['NET_BIND_SERVICE'], drop: ['ALL'] }, readOnlyRootFilesystem: true },
};

const deployment = {
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'coredns', namespace, labels },
  spec: {
    replicas: 2, strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } }, selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        priorityClassName: 'system-cluster-critical', serviceAccountName: 'coredns', dnsPolicy: 'Default', nodeSelector: { 'kubernetes.io/os': 'linux' },
        affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: { labelSelector: { matchExpressions: [{ key: 'k8s-app', operator: 'In', values: ['kube-dns'] }] }, topologyKey: 'kubernetes.io/hostname' } }] } },
        tolerations: [{ key: 'CriticalAddonsOnly', operator: 'Exists' }, { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
        containers: [container],
        volumes: [{ name: 'config-volume', configMap: { name: 'coredns', items: [{ key: 'Corefile', path: 'Corefile' }] } }],
      },
    },
  },
};

const service = {
  apiVersion: 'v1', kind: 'Service',
  metadata: {
    name: 'kube-dns', namespace, labels: { ...labels, 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' },
    annotations: { 'prometheus.io/port': '9153', 'prometheus.io/scrape': 'true' },
  },
  spec: {
    clusterIP: CLUSTER_DNS, selector: labels,
    ports: [{ name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 }, { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 }, { name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153 }],
  },
};

const role = {
  apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'system:coredns' },
  rules: [
    { apiGroups: [''], resources: ['endpoints', 'services', 'pods', 'namespaces'], verbs: ['list', 'watch'] },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
  ],
};

const binding = {
  apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'system:coredns' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:coredns' },
  subjects: [{ kind: 'ServiceAccount', name: 'coredns', namespace }],
};

/** What is applied, in this order. */
export const corednsManifests: readonly KubeObject[] = deepFreeze([
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'coredns', namespace }, data: { Corefile: corefile } },
  role, binding,
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'coredns', namespace } },
  service, deployment,
]);
