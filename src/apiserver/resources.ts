/** What a request path names. */
import type { KubeObject } from '../api/meta.ts';
import type { ResourceDescriptor } from '../api/resource.ts';
import { apiVersionOf } from '../api/resource.ts';
import { descriptors, servedForms } from '../api/scheme.ts';
import type { ApiCall } from '../api/wire.ts';

/** What each stored kind is looked up by, made once: every request asks several times. */
const byGroup = new Map<string, Map<string, { readonly descriptor: ResourceDescriptor; readonly key: string }>>();
for (const descriptor of descriptors) {
  const { group, plural } = descriptor;
  let resources = byGroup.get(group);
  if (resources === undefined) byGroup.set(group, (resources = new Map()));
  resources.set(plural, { descriptor, key: `${group}/${plural}` });
}

for (const form of servedForms) {
  const stored = form.stored?.as;
  if (stored === undefined || stored.group === form.group) continue;
  const resources = byGroup.get(form.group) ?? new Map<string, { readonly descriptor: ResourceDescriptor; readonly key: string }>();
  byGroup.set(form.group, resources);
  resources.set(form.plural, { descriptor: stored, key: `${stored.group}/${stored.plural}` });
}

/** `group/plural`: how caches are looked up. */
export function resourceKey(group: string, plural: string): string {
  return byGroup.get(group)?.get(plural)?.key ?? `${group}/${plural}`;
}

/** All stored kinds in their registered order. */
export const storedKinds = descriptors;

/** The descriptor of the resource that a call is about; undefined when nothing of that name is stored. */
export function descriptorOf(call: Pick<ApiCall, 'group' | 'resource'>): ResourceDescriptor | undefined {
  return byGroup.get(call.group)?.get(call.resource)?.descriptor;
}

/** The version or group that a call names, where it is not the stored one; undefined = the call is about objects as they are stored. */
export function formOf(call: Pick<ApiCall, 'group' | 'version' | 'resource'>): ResourceDescriptor | undefined {
  for (const form of servedForms) if (form.plural === call.resource && form.version === call.version && form.group === call.group) return form;
  return undefined;
}

/** Whether an object is what a descriptor declares. */
export function isOfKind(object: KubeObject, descriptor: ResourceDescriptor): boolean {
  return object.kind === descriptor.kind && object.apiVersion === apiVersionOf(descriptor);
}
