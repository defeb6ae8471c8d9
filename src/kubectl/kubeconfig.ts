/** The learner's kubeconfig: one cluster, one user, one context, as kubeadm writes it. */

export const CLUSTER = 'kubernetes';
export const USER = 'kubernetes-admin';
export const CONTEXT = 'kubernetes-admin@kubernetes';
/** The load balancer in front of the API servers. */
export const SERVER = 'https://10.0.0.10:6443';
/** What `kubectl version` says of itself. */
export const CLIENT_VERSION = 'v1.35.2';
export const KUSTOMIZE_VERSION = 'v5.7.1';
