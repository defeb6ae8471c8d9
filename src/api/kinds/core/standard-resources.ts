/** Names of resources that Kubernetes itself knows. @source kubernetes pkg/apis/core/helper/helpers.go */

/** Objects that quotas count. */
export const countedResources: ReadonlySet<string> = new Set([
  'pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets', 'configmaps', 'persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers',
]);
const quotaNames: ReadonlySet<string> = new Set([
  ...countedResources, 'cpu', 'memory', 'ephemeral-storage', 'requests.cpu', 'requests.memory', 'requests.storage', 'requests.ephemeral-storage',
  'limits.cpu', 'limits.memory', 'limits.ephemeral-storage',
]);

/** Pages of one size. */
export const isHugePages = (name: string): boolean => name.startsWith('hugepages-');
/** Whether a quota may limit a resource of this bare name. */
export const isQuotaResource = (name: string): boolean => quotaNames.has(name) || isHugePages(name) || name.startsWith('requests.hugepages-');
/** Whether a bare name means anything at all. */
export const isStandardResource = (name: string): boolean => isQuotaResource(name) || name === 'storage';

/** Names without a domain, or below kubernetes.io, belong to Kubernetes itself. */
export function isNativeResource(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

/** Longest part of a name behind the domain. */
const longest = 63;

/** Devices and other resources that only plugins know: counted in whole units. */
export function isExtendedResource(name: string): boolean {
  return !isNativeResource(name) && !name.startsWith('requests.') && name.length - name.indexOf('/') - 1 <= longest;
}
