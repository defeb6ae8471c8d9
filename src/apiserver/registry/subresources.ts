/** Which subresources are served, and by what. */
import type { ResourceDescriptor, Subresource } from '../../api/resource.ts';

/** Those that the storage stage knows how to serve. */
const SERVED: readonly string[] = ['status', 'scale', 'binding', 'eviction', 'log', 'token', 'finalize', 'ephemeralcontainers', 'resize', 'approval', 'exec', 'attach', 'portforward', 'proxy'];

/** The subresource of a kind; undefined when it is not served. */
export function subresourceOf(descriptor: ResourceDescriptor, name: string): Subresource | undefined {
  return SERVED.includes(name) ? descriptor.subresources.find(subresource => subresource.name === name) : undefined;
}

/** Those of a kind's subresources that are served, for discovery. */
export function servedSubresources(descriptor: ResourceDescriptor): readonly Subresource[] {
  return descriptor.subresources.filter(subresource => SERVED.includes(subresource.name));
}
