/** The cluster roles that every cluster is born with. @source kubernetes/kubernetes plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go */
import type { PolicyRule } from '../../api/kinds/all.ts';
import { nodeRules } from './node-rules.ts';
import { eventsRule, named, paths, READ, READ_WRITE, rule, WRITE } from './rule.ts';

/** A role to be; `aggregate` gathers the roles with that label, `into` is the label it carries itself. */
export interface RoleSeed { readonly name: string; readonly rules: readonly PolicyRule[]; readonly aggregate?: readonly string[]; readonly into?: string }

const AGGREGATE = 'rbac.authorization.k8s.io/aggregate-to-';

const editRules: readonly PolicyRule[] = [
  rule(READ, 'core', 'pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy'),
  rule('impersonate', 'core', 'serviceaccounts'),
  rule(WRITE, 'core', 'pods pods/attach pods/exec pods/portforward pods/proxy'),
  rule('create', 'core', 'pods/eviction'),
  rule(WRITE, 'core', 'configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy'),
  rule('create', 'core', 'serviceaccounts/token'),
  rule(WRITE, 'apps', 'daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale'),
  rule(WRITE, 'autoscaling', 'horizontalpodautoscalers'),
  rule(WRITE, 'batch', 'cronjobs jobs'),
  rule(WRITE, 'extensions', 'daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets replicasets/scale replicationcontrollers/scale'),
  rule(WRITE, 'policy', 'poddisruptionbudgets'),
  rule(WRITE, 'networking.k8s.io', 'ingresses networkpolicies'),
  rule(READ_WRITE, 'coordination.k8s.io', 'leases'),
  rule(WRITE, 'resource.k8s.io', 'resourceclaims resourceclaimtemplates'),
];

const viewRules: readonly PolicyRule[] = [
  rule(READ, 'core', 'configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status'),
  rule(READ, 'core', 'bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status'),
  rule(READ, 'core', 'namespaces'),
  rule(READ, 'discovery.k8s.io', 'endpointslices'),
  rule(READ, 'apps', 'controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status'),
  rule(READ, 'autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status'),
  rule(READ, 'batch', 'cronjobs cronjobs/status jobs jobs/status'),
  rule(READ, 'extensions', 'daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale'),
  rule(READ, 'policy', 'poddisruptionbudgets poddisruptionbudgets/status'),
  rule(READ, 'networking.k8s.io', 'ingresses ingresses/status networkpolicies'),
  rule(READ, 'resource.k8s.io', 'resourceclaims resourceclaims/status resourceclaimtemplates'),
];

const schedulerRules: readonly PolicyRule[] = [
  eventsRule,
  rule('create', 'coordination.k8s.io', 'leases'),
  named('kube-scheduler', rule('get update', 'coordination.k8s.io', 'leases')),
  rule('list watch', 'coordination.k8s.io', 'leases'),
  rule('create', 'coordination.k8s.io', 'leasecandidates'),
  rule('create deletecollection get list patch update watch', 'coordination.k8s.io', 'leasecandidates'),
  rule(READ, 'core', 'nodes'),
  rule('delete get list watch', 'core', 'pods'),
  rule('create', 'core', 'bindings pods/binding'),
  rule('patch update', 'core', 'pods/status'),
  rule(READ, 'core', 'replicationcontrollers services'),
  rule(READ, 'apps extensions', 'replicasets'),
  rule(READ, 'apps', 'statefulsets'),
  rule(READ, 'policy', 'poddisruptionbudgets'),
  rule('get list watch patch update', 'core', 'persistentvolumeclaims persistentvolumes'),
  rule('create', 'authentication.k8s.io', 'tokenreviews'),
  rule('create', 'authorization.k8s.io', 'subjectaccessreviews'),
  rule(READ, 'storage.k8s.io', 'csinodes'),
  rule(READ, 'core', 'namespaces'),
  rule(READ, 'storage.k8s.io', 'csidrivers csistoragecapacities volumeattachments'),
  rule(READ, 'resource.k8s.io', 'deviceclasses resourceclaims resourceslices'),
  rule('patch update', 'resource.k8s.io', 'resourceclaims resourceclaims/status'),
];

const controllerManagerRules: readonly PolicyRule[] = [
  eventsRule,
  rule('create', 'coordination.k8s.io', 'leases'),
  named('kube-controller-manager', rule('get update', 'coordination.k8s.io', 'leases')),
  rule('create', 'core', 'secrets serviceaccounts'),
  rule('delete', 'core', 'secrets'),
  rule('get', 'core', 'configmaps namespaces secrets serviceaccounts'),
  rule('update', 'core', 'secrets serviceaccounts'),
  rule('create', 'authentication.k8s.io', 'tokenreviews'),
  rule('create', 'authorization.k8s.io', 'subjectaccessreviews'),
  rule('list watch', '*', '*'),
  rule('create', 'core', 'serviceaccounts/token'),
];

/** Roles for people and for components. */
export const clusterRoles: readonly RoleSeed[] = [
  { name: 'cluster-admin', rules: [rule('*', '*', '*'), paths('*', '*')] },
  { name: 'system:discovery', rules: [paths('get', '/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/')] },
  { name: 'system:monitoring', rules: [paths('get', '/healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*')] },
  {
    name: 'system:basic-user',
    rules: [rule('create', 'authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews'), rule('create', 'authentication.k8s.io', 'selfsubjectreviews')],
  },
  { name: 'system:public-info-viewer', rules: [paths('get', '/healthz /livez /readyz /version /version/')] },
  { name: 'admin', rules: [], aggregate: [`${AGGREGATE}admin`] },
  { name: 'edit', rules: [], aggregate: [`${AGGREGATE}edit`], into: `${AGGREGATE}admin` },
  { name: 'view', rules: [], aggregate: [`${AGGREGATE}view`], into: `${AGGREGATE}edit` },
  {
    name: 'system:aggregate-to-admin', into: `${AGGREGATE}admin`,
    rules: [rule('create', 'authorization.k8s.io', 'localsubjectaccessreviews'), rule(READ_WRITE, 'rbac.authorization.k8s.io', 'rolebindings roles')],
  },
  { name: 'system:aggregate-to-edit', rules: editRules, into: `${AGGREGATE}edit` },
  { name: 'system:aggregate-to-view', rules: viewRules, into: `${AGGREGATE}view` },
  { name: 'system:heapster', rules: [rule(READ, 'core', 'events namespaces nodes pods'), rule(READ, 'extensions', 'deployments')] },
  { name: 'system:node', rules: nodeRules },
  { name: 'system:node-problem-detector', rules: [rule('get', 'core', 'nodes'), rule('patch', 'core', 'nodes/status'), eventsRule] },
  { name: 'system:kubelet-api-admin', rules: [rule(READ, 'core', 'nodes'), rule('proxy', 'core', 'nodes'), rule('*', 'core', 'nodes/log nodes/metrics nodes/proxy nodes/stats')] },
  { name: 'system:node-bootstrapper', rules: [rule('create get list watch', 'certificates.k8s.io', 'certificatesigningrequests')] },
  { name: 'system:auth-delegator', rules: [rule('create', 'authentication.k8s.io', 'tokenreviews'), rule('create', 'authorization.k8s.io', 'subjectaccessreviews')] },
  { name: 'system:kube-aggregator', rules: [rule(READ, 'core', 'endpoints services')] },
  { name: 'system:kube-controller-manager', rules: controllerManagerRules },
  { name: 'system:kube-dns', rules: [rule('list watch', 'core', 'endpoints services')] },
  {
    name: 'system:persistent-volume-provisioner',
    rules: [rule('create delete get list watch', 'core', 'persistentvolumes'), rule('get list update watch', 'core', 'persistentvolumeclaims'), rule(READ, 'storage.k8s.io', 'storageclasses'), rule('watch', 'core', 'events'), eventsRule],
  },
  { name: 'system:certificates.k8s.io:certificatesigningrequests:nodeclient', rules: [rule('create', 'certificates.k8s.io', 'certificatesigningrequests/nodeclient')] },
  { name: 'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient', rules: [rule('create', 'certificates.k8s.io', 'certificatesigningrequests/selfnodeclient')] },
  { name: 'system:volume-scheduler', rules: [rule('get list patch update watch', 'core', 'persistentvolumes'), rule(READ, 'storage.k8s.io', 'storageclasses'), rule('get list patch update watch', 'core', 'persistentvolumeclaims')] },
  { name: 'system:certificates.k8s.io:legacy-unknown-approver', rules: [named('kubernetes.io/legacy-unknown', rule('approve', 'certificates.k8s.io', 'signers'))] },
  { name: 'system:certificates.k8s.io:kubelet-serving-approver', rules: [named('kubernetes.io/kubelet-serving', rule('approve', 'certificates.k8s.io', 'signers'))] },
  { name: 'system:certificates.k8s.io:kube-apiserver-client-approver', rules: [named('kubernetes.io/kube-apiserver-client', rule('approve', 'certificates.k8s.io', 'signers'))] },
  { name: 'system:certificates.k8s.io:kube-apiserver-client-kubelet-approver', rules: [named('kubernetes.io/kube-apiserver-client-kubelet', rule('approve', 'certificates.k8s.io', 'signers'))] },
  { name: 'system:service-account-issuer-discovery', rules: [paths('get', '/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/')] },
  { name: 'system:node-proxier', rules: [rule('list watch', 'core', 'services'), rule('get list watch', 'core', 'nodes'), eventsRule, rule('list watch', 'discovery.k8s.io', 'endpointslices'), rule('list watch', 'networking.k8s.io', 'servicecidrs')] },
  { name: 'system:kube-scheduler', rules: schedulerRules },
];
