/** Objects that `kubeadm init` writes, beside the add-ons. */
import { deepFreeze } from '../../base/data.ts';
import type { KubeObject } from '../../api/meta.ts';
import { encodeBase64 } from '../../api/base64.ts';
import { kubeadmRecords } from './kubeadm.ts';
import type { Topology } from '../topology.ts';

/** Rights of the admin's group, and kubeadm's own record of the cluster. @source cmd/kubeadm/app/phases/kubeconfig, uploadconfig */
export function kubeadmManifests(topology: Topology, authority: string): readonly KubeObject[] {
  const objects = [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'kubeadm:cluster-admins' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'kubeadm:cluster-admins' }],
    },
    ...kubeadmRecords(topology, encodeBase64(authority)),
  ];
  return deepFreeze([...objects, ...(topology.cloud ? cloudRights() : [])]) as readonly KubeObject[];
}

/** Rights of the cloud-controller-manager, which a provider's manifests bring along. @source kubernetes/website examples/admin/cloud/ccm-example.yaml */
function cloudRights(): readonly object[] {
  const name = 'system:cloud-controller-manager';
  const rule = (apiGroup: string, resources: readonly string[], verbs: readonly string[]): object => ({ apiGroups: [apiGroup], resources, verbs });
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name },
      rules: [
        rule('', ['events'], ['create', 'patch', 'update']), rule('', ['nodes'], ['*']), rule('', ['nodes/status'], ['patch', 'update']),
        rule('', ['services'], ['list', 'patch', 'update', 'watch', 'get']), rule('', ['services/status'], ['list', 'patch', 'update', 'watch']),
        rule('', ['serviceaccounts'], ['create']), rule('', ['endpoints'], ['create', 'get', 'list', 'watch', 'update']),
        rule('coordination.k8s.io', ['leases'], ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']),
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }, { kind: 'ServiceAccount', name: 'cloud-controller-manager', namespace: 'kube-system' }],
    },
  ];
}
