/** What `kubectl create` makes, with where it lies. */
import type { Made } from './generate.ts';

const core = (kind: string, plural: string, namespaced = true): Made => ({ group: '', version: 'v1', kind, plural, namespaced });
const rbac = (kind: string, plural: string, namespaced: boolean): Made => ({ group: 'rbac.authorization.k8s.io', version: 'v1', kind, plural, namespaced });

export const CONFIG_MAP = core('ConfigMap', 'configmaps');
export const SECRET = core('Secret', 'secrets');
export const SERVICE = core('Service', 'services');
export const SERVICE_ACCOUNT = core('ServiceAccount', 'serviceaccounts');
export const NAMESPACE = core('Namespace', 'namespaces', false);
export const RESOURCE_QUOTA = core('ResourceQuota', 'resourcequotas');
export const DEPLOYMENT: Made = { group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', namespaced: true };
export const JOB: Made = { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', namespaced: true };
export const CRON_JOB: Made = { group: 'batch', version: 'v1', kind: 'CronJob', plural: 'cronjobs', namespaced: true };
export const INGRESS: Made = { group: 'networking.k8s.io', version: 'v1', kind: 'Ingress', plural: 'ingresses', namespaced: true };
export const POD_DISRUPTION_BUDGET: Made = { group: 'policy', version: 'v1', kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets', namespaced: true };
export const PRIORITY_CLASS: Made = { group: 'scheduling.k8s.io', version: 'v1', kind: 'PriorityClass', plural: 'priorityclasses', namespaced: false };
export const ROLE = rbac('Role', 'roles', true);
export const ROLE_BINDING = rbac('RoleBinding', 'rolebindings', true);
export const CLUSTER_ROLE = rbac('ClusterRole', 'clusterroles', false);
export const CLUSTER_ROLE_BINDING = rbac('ClusterRoleBinding', 'clusterrolebindings', false);
