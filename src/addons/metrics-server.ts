/**
 * metrics-server: what nodes and pods use, for `kubectl top` and autoscalers. No part of a new cluster; it is switched on, or installed by its manifests.
 *
 * @source kubernetes-sigs/metrics-server manifests/base, release v0.8.0 components.yaml
 */
import type { KubeObject } from '../api/meta.ts';

const name = 'metrics-server';
const namespace = 'kube-system';
const labels = { 'k8s-app': name };
const rbac = 'rbac.authorization.k8s.io';
const subjects = [{ kind: 'ServiceAccount', name, namespace }];

/** Kubelets of a kubeadm cluster sign their serving certificates themselves, so that nobody can check them. */
const INSECURE = '--kubelet-insecure-tls';

const probe = (path: string): object => ({ failureThreshold: 3, httpGet: { path, port: 'https', scheme: 'HTTPS' }, periodSeconds: 10 });

const access = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { labels, name, namespace } },
  {
    apiVersion: `${rbac}/v1`, kind: 'ClusterRole',
    metadata: { labels: { ...labels, [`${rbac}/aggregate-to-admin`]: 'true', [`${rbac}/aggregate-to-edit`]: 'true', [`${rbac}/aggregate-to-view`]: 'true' }, name: 'system:aggregated-metrics-reader' },
    rules: [{ apiGroups: ['metrics.k8s.io'], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] }],
  },
  {
    apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { labels, name: 'system:metrics-server' },
    rules: [{ apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] }, { apiGroups: [''], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] }],
  },
  { apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata: { labels, name: 'metrics-server-auth-reader', namespace }, roleRef: { apiGroup: rbac, kind: 'Role', name: 'extension-apiserver-authentication-reader' }, subjects },
  { apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding', metadata: { labels, name: 'metrics-server:system:auth-delegator' }, roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'system:auth-delegator' }, subjects },
  { apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding', metadata: { labels, name: 'system:metrics-server' }, roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'system:metrics-server' }, subjects },
];

const service = {
  apiVersion: 'v1', kind: 'Service', metadata: { labels, name, namespace },
  spec: { ports: [{ appProtocol: 'https', name: 'https', port: 443, protocol: 'TCP', targetPort: 'https' }], selector: labels },
};

function deployment(args: readonly string[]): object {
  return {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { labels, name, namespace },
    spec: {
      selector: { matchLabels: labels }, strategy: { rollingUpdate: { maxUnavailable: 0 } },
      template: {
        metadata: { labels },
        spec: {
          containers: [{
            args: ['--cert-dir=/tmp', '--secure-port=10250', '--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname', '--kubelet-use-node-status-port', '--metric-resolution=15s', ...args],
            image: 'registry.k8s.io/metrics-server/metrics-server:v0.8.0', imagePullPolicy: 'IfNotPresent', livenessProbe: probe('/livez'), name,
            ports: [{ containerPort: 10250, name: 'https', protocol: 'TCP' }], readinessProbe: { ...probe('/readyz'), initialDelaySeconds: 20 },
            resources: { requests: { cpu: '100m', memory: '200Mi' } },
            securityContext: {
              allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true, runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' },
            },
            volumeMounts: [{ mountPath: '/tmp', name: 'tmp-dir' }],
          }],
          nodeSelector: { 'kubernetes.io/os': 'linux' }, priorityClassName: 'system-cluster-critical', serviceAccountName: name, volumes: [{ emptyDir: {}, name: 'tmp-dir' }],
        },
      },
    },
  };
}

const apiService = {
  apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { labels, name: 'v1beta1.metrics.k8s.io' },
  spec: { group: 'metrics.k8s.io', groupPriorityMinimum: 100, insecureSkipTLSVerify: true, service: { name, namespace }, version: 'v1beta1', versionPriority: 100 },
};

/** The manifests as the project releases them: on a kubeadm cluster its scrapes fail until somebody adds an argument. */
export const releasedMetricsServer = (): readonly KubeObject[] => [...access, service, deployment([]), apiService] as readonly KubeObject[];

/** The manifests as they work here. */
export const metricsServerManifests = (): readonly KubeObject[] => [...access, service, deployment([INSECURE]), apiService] as readonly KubeObject[];
