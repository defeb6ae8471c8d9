/** What a request path names. */
import type { KubeObject } from '../api/meta.ts';
import type { ResourceDescriptor } from '../api/resource.ts';
import { apiVersionOf } from '../api/resource.ts';
import { descriptors } from '../api/scheme.ts';
import type { ApiCall } from '../api/wire.ts';

/** `group/plural`: how caches and descriptors are looked up. */
export function resourceKey(group: string, plural: string): string {
  return `${group}/${plural}`;
}

const byResource: ReadonlyMap<string, ResourceDescriptor> = new Map(descriptors.map(descriptor => [resourceKey(descriptor.group, descriptor.plural), descriptor]));

/** All stored kinds in their registered order. */
export const storedKinds = descriptors;

/** The descriptor of the resource that a call is about; undefined when nothing of that name is stored. */
export function descriptorOf(call: Pick<ApiCall, 'group' | 'resource'>): ResourceDescriptor | undefined {
  return byResource.get(resourceKey(call.group, call.resource));
}

/** Whether an object is what a descriptor declares. */
export function isOfKind(object: KubeObject, descriptor: ResourceDescriptor): boolean {
  return object.kind === descriptor.kind && object.apiVersion === apiVersionOf(descriptor);
}
