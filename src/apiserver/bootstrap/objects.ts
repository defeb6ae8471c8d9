/** All objects that the API server makes when they are missing, ready to be created. */
import { deepFreeze } from '../../base/data.ts';
import type { ClusterRole, ClusterRoleBinding, Namespace, PriorityClass, Role, RoleBinding, RoleRef, Service, Subject } from '../../api/kinds/all.ts';
import type { KubeObject, ObjectMeta } from '../../api/meta.ts';
import { cidrAddress, formatIPv4, parseCidr } from '../../api/ip.ts';
import { must } from '../../base/assert.ts';
import { clusterRoles, type RoleSeed } from './cluster-roles.ts';
import { controllerRoles } from './controller-roles.ts';
import { named, READ, rule } from './rule.ts';

const RBAC = 'rbac.authorization.k8s.io';

/** @source kubernetes/kubernetes pkg/controlplane/controller/systemnamespaces, pkg/controlplane/instance.go */
export const namespaces: readonly Namespace[] = deepFreeze(['default', 'kube-node-lease', 'kube-public', 'kube-system']
  .map(name => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })));

/** @source kubernetes/kubernetes pkg/apis/scheduling/v1/helpers.go (SystemPriorityClasses) */
export const priorityClasses: readonly PriorityClass[] = deepFreeze([
  {
    apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'system-node-critical' }, value: 2_000_001_000, preemptionPolicy: 'PreemptLowerPriority',
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'system-cluster-critical' }, value: 2_000_000_000, preemptionPolicy: 'PreemptLowerPriority',
    description: 'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
]);

/** Marks what the server keeps up to date itself. */
function metadata(name: string, more: { readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> } = {}): ObjectMeta {
  return {
    name, ...(more.namespace === undefined ? {} : { namespace: more.namespace }), labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...more.labels },
    annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
  };
}

function clusterRole({ name, rules, aggregate, into }: RoleSeed): ClusterRole {
  const base = { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: metadata(name, into === undefined ? {} : { labels: { [into]: 'true' } }) } as const;
  if (aggregate === undefined) return { ...base, rules };
  return { ...base, aggregationRule: { clusterRoleSelectors: aggregate.map(label => ({ matchLabels: { [label]: 'true' } })) }, rules: [] };
}

const group = (name: string): Subject => ({ apiGroup: RBAC, kind: 'Group', name });
const user = (name: string): Subject => ({ apiGroup: RBAC, kind: 'User', name });
const account = (name: string): Subject => ({ kind: 'ServiceAccount', name, namespace: 'kube-system' });
const roleRef = (name: string, kind: RoleRef['kind'] = 'ClusterRole'): RoleRef => ({ apiGroup: RBAC, kind, name });

function clusterRoleBinding(role: string, subjects: readonly Subject[], name = role): ClusterRoleBinding {
  return { apiVersion: `${RBAC}/v1`, kind: 'ClusterRoleBinding', metadata: metadata(name), roleRef: roleRef(role), ...(subjects.length === 0 ? {} : { subjects }) };
}

/** @source kubernetes/kubernetes plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go (ClusterRoleBindings) */
const bindings: readonly ClusterRoleBinding[] = [
  clusterRoleBinding('cluster-admin', [group('system:masters')]),
  clusterRoleBinding('system:monitoring', [group('system:monitoring')]),
  clusterRoleBinding('system:discovery', [group('system:authenticated')]),
  clusterRoleBinding('system:basic-user', [group('system:authenticated')]),
  clusterRoleBinding('system:public-info-viewer', [group('system:authenticated'), group('system:unauthenticated')]),
  clusterRoleBinding('system:node-proxier', [user('system:kube-proxy')]),
  clusterRoleBinding('system:kube-controller-manager', [user('system:kube-controller-manager')]),
  clusterRoleBinding('system:kube-dns', [account('kube-dns')]),
  clusterRoleBinding('system:kube-scheduler', [user('system:kube-scheduler')]),
  clusterRoleBinding('system:volume-scheduler', [user('system:kube-scheduler')]),
  clusterRoleBinding('system:node', []),
  clusterRoleBinding('system:service-account-issuer-discovery', [group('system:serviceaccounts')]),
  ...controllerRoles.map(({ name }) => clusterRoleBinding(name, [account(name.slice('system:controller:'.length))])),
];

function role(namespace: string, name: string, rules: Role['rules'] & object): Role {
  return { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: metadata(name, { namespace }), rules };
}

function roleBinding(namespace: string, name: string, about: { readonly role?: string; readonly subjects: readonly Subject[] }): RoleBinding {
  return { apiVersion: `${RBAC}/v1`, kind: 'RoleBinding', metadata: metadata(name, { namespace }), roleRef: roleRef(about.role ?? name, 'Role'), subjects: about.subjects };
}

const leaderLocking = (component: string): Role => role('kube-system', `system::leader-locking-${component}`, [
  rule('watch', 'core', 'configmaps'), named(component, rule('get update', 'core', 'configmaps')),
]);

/** @source kubernetes/kubernetes plugin/pkg/auth/authorizer/rbac/bootstrappolicy/namespace_policy.go */
const namespaced: readonly (Role | RoleBinding)[] = [
  role('kube-public', 'system:controller:bootstrap-signer', [
    rule(READ, 'core', 'configmaps'), named('cluster-info', rule('update', 'core', 'configmaps')), rule('create patch update', 'core events.k8s.io', 'events'),
  ]),
  role('kube-system', 'extension-apiserver-authentication-reader', [named('extension-apiserver-authentication', rule(READ, 'core', 'configmaps'))]),
  role('kube-system', 'system:controller:bootstrap-signer', [rule(READ, 'core', 'secrets')]),
  role('kube-system', 'system:controller:cloud-provider', [rule('create get list watch', 'core', 'configmaps')]),
  role('kube-system', 'system:controller:token-cleaner', [rule('delete get list watch', 'core', 'secrets'), rule('create patch update', 'core events.k8s.io', 'events')]),
  leaderLocking('kube-controller-manager'), leaderLocking('kube-scheduler'),
  roleBinding('kube-public', 'system:controller:bootstrap-signer', { subjects: [account('bootstrap-signer')] }),
  roleBinding('kube-system', 'system::extension-apiserver-authentication-reader', {
    role: 'extension-apiserver-authentication-reader', subjects: [user('system:kube-controller-manager'), user('system:kube-scheduler')],
  }),
  roleBinding('kube-system', 'system::leader-locking-kube-controller-manager', { subjects: [user('system:kube-controller-manager'), account('kube-controller-manager')] }),
  roleBinding('kube-system', 'system::leader-locking-kube-scheduler', { subjects: [user('system:kube-scheduler'), account('kube-scheduler')] }),
  roleBinding('kube-system', 'system:controller:bootstrap-signer', { subjects: [account('bootstrap-signer')] }),
  roleBinding('kube-system', 'system:controller:cloud-provider', { subjects: [account('cloud-provider')] }),
  roleBinding('kube-system', 'system:controller:token-cleaner', { subjects: [account('token-cleaner')] }),
];

/** Everything about permissions. */
export const rbacObjects: readonly KubeObject[] = deepFreeze([...clusterRoles.map(clusterRole), ...controllerRoles.map(clusterRole), ...bindings, ...namespaced]);

/** The Service through which pods reach the API: the first address of the range. @source kubernetes/kubernetes pkg/controlplane/controller/kubernetesservice */
export function kubernetesService(serviceCIDR: string): Service {
  const range = must(parseCidr(serviceCIDR), 'the service range is a CIDR');
  const clusterIP = formatIPv4(must(cidrAddress(range, 1), 'the service range has a first address'));
  return deepFreeze({
    apiVersion: 'v1', kind: 'Service', metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      type: 'ClusterIP', clusterIP, clusterIPs: [clusterIP], sessionAffinity: 'None', ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack',
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: 6443 }],
    },
  });
}
