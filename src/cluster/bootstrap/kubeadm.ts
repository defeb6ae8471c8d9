/**
 * What kubeadm keeps in the cluster: the configuration it was set up with, and what new nodes need to join.
 *
 * @source kubernetes/kubernetes cmd/kubeadm/app/phases/{uploadconfig,kubelet,bootstraptoken,addons/proxy}
 */
import type { Topology } from '../topology.ts';

const RBAC = 'rbac.authorization.k8s.io';
const BOOTSTRAPPERS = 'system:bootstrappers:kubeadm:default-node-token';
const SERVER = 'https://10.0.0.10:6443';

const group = (name: string): object => ({ apiGroup: RBAC, kind: 'Group', name });

const clusterBinding = (name: string, role: string, ...subjects: readonly object[]): object =>
  ({ apiVersion: `${RBAC}/v1`, kind: 'ClusterRoleBinding', metadata: { name }, roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role }, subjects });

/** A role that may read one ConfigMap, and who has it. */
function reader(name: string, namespace: string, of: { readonly configMap: string; readonly subjects: readonly object[] }): readonly object[] {
  return [
    { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: { name, namespace }, rules: [{ apiGroups: [''], resourceNames: [of.configMap], resources: ['configmaps'], verbs: ['get'] }] },
    { apiVersion: `${RBAC}/v1`, kind: 'RoleBinding', metadata: { name, namespace }, roleRef: { apiGroup: RBAC, kind: 'Role', name }, subjects: of.subjects },
  ];
}

const configMap = (name: string, data: Readonly<Record<string, string>>, namespace = 'kube-system', labels?: Readonly<Record<string, string>>): object =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, ...(labels === undefined ? {} : { labels }) }, data });

const lines = (...text: readonly string[]): string => `${text.join('\n')}\n`;

const clusterConfiguration = (podSubnet: string): string => lines(
  'apiServer: {}', 'apiVersion: kubeadm.k8s.io/v1beta4', 'caCertificateValidityPeriod: 87600h0m0s', 'certificateValidityPeriod: 8760h0m0s', 'certificatesDir: /etc/kubernetes/pki', 'clusterName: kubernetes',
  'controlPlaneEndpoint: 10.0.0.10:6443', 'controllerManager: {}', 'dns: {}', 'encryptionAlgorithm: ECDSA-P256', 'etcd:', '  local:', '    dataDir: /var/lib/etcd', 'imageRepository: registry.k8s.io',
  'kind: ClusterConfiguration', 'kubernetesVersion: v1.35.2', 'networking:', '  dnsDomain: cluster.local', `  podSubnet: ${podSubnet}`, '  serviceSubnet: 10.96.0.0/12', 'proxy: {}', 'scheduler: {}',
);

const kubeletConfiguration = lines(
  'apiVersion: kubelet.config.k8s.io/v1beta1', 'authentication:', '  anonymous:', '    enabled: false', '  webhook:', '    cacheTTL: 0s', '    enabled: true', '  x509:', '    clientCAFile: /etc/kubernetes/pki/ca.crt',
  'authorization:', '  mode: Webhook', '  webhook:', '    cacheAuthorizedTTL: 0s', '    cacheUnauthorizedTTL: 0s', 'cgroupDriver: systemd', 'clusterDNS:', '- 10.96.0.10', 'clusterDomain: cluster.local',
  'containerRuntimeEndpoint: ""', 'cpuManagerReconcilePeriod: 0s', 'crashLoopBackOff: {}', 'evictionPressureTransitionPeriod: 0s', 'fileCheckFrequency: 0s', 'healthzBindAddress: 127.0.0.1', 'healthzPort: 10248',
  'httpCheckFrequency: 0s', 'imageMaximumGCAge: 0s', 'imageMinimumGCAge: 0s', 'kind: KubeletConfiguration', 'logging:', '  flushFrequency: 0', '  options:', '    json:', '      infoBufferSize: "0"', '    text:',
  '      infoBufferSize: "0"', '  verbosity: 0', 'memorySwap: {}', 'nodeStatusReportFrequency: 0s', 'nodeStatusUpdateFrequency: 0s', 'rotateCertificates: true', 'runtimeRequestTimeout: 0s',
  'shutdownGracePeriod: 0s', 'shutdownGracePeriodCriticalPods: 0s', 'staticPodPath: /etc/kubernetes/manifests', 'streamingConnectionIdleTimeout: 0s', 'syncFrequency: 0s', 'volumeStatsAggPeriod: 0s',
);

const proxyConfiguration = (podSubnet: string): string => lines(
  'apiVersion: kubeproxy.config.k8s.io/v1alpha1', 'bindAddress: 0.0.0.0', 'clientConnection:', '  kubeconfig: /var/lib/kube-proxy/kubeconfig.conf', `clusterCIDR: ${podSubnet}`, 'conntrack:', '  maxPerCore: null', '  min: null',
  'kind: KubeProxyConfiguration', 'mode: ""',
);

const proxyKubeconfig = lines(
  'apiVersion: v1', 'kind: Config', 'clusters:', '- cluster:', '    certificate-authority: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt', `    server: ${SERVER}`, '  name: default', 'contexts:', '- context:',
  '    cluster: default', '    namespace: default', '    user: default', '  name: default', 'current-context: default', 'users:', '- name: default', '  user:', '    tokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token',
);

/** The kubeconfig that everybody may read who wants to join. `authority` in base64. */
const clusterInfo = (authority: string): string => lines(
  'apiVersion: v1', 'clusters:', '- cluster:', `    certificate-authority-data: ${authority}`, `    server: ${SERVER}`, '  name: ""', 'contexts: null', 'current-context: ""', 'kind: Config', 'users: null',
);

/** Everything, in the order in which kubeadm writes it. */
export function kubeadmRecords(topology: Topology, authority: string): readonly object[] {
  const podSubnet = topology.machines.length <= 256 ? '10.244.0.0/16' : '10.128.0.0/9';
  const nodes = [group(BOOTSTRAPPERS), group('system:nodes')];
  return [
    configMap('kubeadm-config', { ClusterConfiguration: clusterConfiguration(podSubnet) }), ...reader('kubeadm:nodes-kubeadm-config', 'kube-system', { configMap: 'kubeadm-config', subjects: nodes }),
    configMap('kubelet-config', { kubelet: kubeletConfiguration }), ...reader('kubeadm:kubelet-config', 'kube-system', { configMap: 'kubelet-config', subjects: nodes }),
    { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: { name: 'kubeadm:get-nodes' }, rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get'] }] },
    clusterBinding('kubeadm:get-nodes', 'kubeadm:get-nodes', group(BOOTSTRAPPERS)), clusterBinding('kubeadm:kubelet-bootstrap', 'system:node-bootstrapper', group(BOOTSTRAPPERS)),
    clusterBinding('kubeadm:node-autoapprove-bootstrap', 'system:certificates.k8s.io:certificatesigningrequests:nodeclient', group(BOOTSTRAPPERS)),
    clusterBinding('kubeadm:node-autoapprove-certificate-rotation', 'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient', group('system:nodes')),
    configMap('cluster-info', { kubeconfig: clusterInfo(authority) }, 'kube-public'),
    ...reader('kubeadm:bootstrap-signer-clusterinfo', 'kube-public', { configMap: 'cluster-info', subjects: [{ apiGroup: RBAC, kind: 'User', name: 'system:anonymous' }] }),
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'kube-proxy', namespace: 'kube-system' } },
    configMap('kube-proxy', { 'config.conf': proxyConfiguration(podSubnet), 'kubeconfig.conf': proxyKubeconfig }, 'kube-system', { app: 'kube-proxy' }),
    clusterBinding('kubeadm:node-proxier', 'system:node-proxier', { kind: 'ServiceAccount', name: 'kube-proxy', namespace: 'kube-system' }),
    ...reader('kube-proxy', 'kube-system', { configMap: 'kube-proxy', subjects: [group(BOOTSTRAPPERS)] }),
  ];
}
