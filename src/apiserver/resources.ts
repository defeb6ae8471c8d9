/** What a request path names: a stored kind, or one of the reviews that are answered and forgotten. */
import type { KubeObject } from '../api/meta.ts';
import type { ResourceDescriptor } from '../api/resource.ts';
import { resources } from '../api/kinds/registry.ts';
import type { ApiCall } from '../api/wire.ts';

const byResource = new Map<string, ResourceDescriptor>(
  resources.map(descriptor => [resourceKey(descriptor.group, descriptor.plural), descriptor as unknown as ResourceDescriptor]),
);

/** `group/plural`: how caches and descriptors are looked up. */
export function resourceKey(group: string, plural: string): string {
  return `${group}/${plural}`;
}

/** All stored kinds in their registered order. */
export const storedKinds: readonly ResourceDescriptor[] = [...byResource.values()];

/** The descriptor of the resource that a call is about; undefined when nothing of that name is stored. */
export function descriptorOf(call: Pick<ApiCall, 'group' | 'resource'>): ResourceDescriptor | undefined {
  return byResource.get(call.group === '' ? `/${call.resource}` : `${call.group}/${call.resource}`);
}

/** Where a call's object is stored. */
export function keyFor(descriptor: ResourceDescriptor, namespace: string, name: string): string {
  return descriptor.namespaced ? `${descriptor.storagePrefix}${namespace}/${name}` : descriptor.storagePrefix + name;
}

/** Whether an object is what a descriptor declares. */
export function isOfKind(object: KubeObject, descriptor: ResourceDescriptor): boolean {
  return object.kind === descriptor.kind && object.apiVersion === (descriptor.group === '' ? descriptor.version : `${descriptor.group}/${descriptor.version}`);
}
