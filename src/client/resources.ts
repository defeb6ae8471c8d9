import { must } from '../base/assert.ts';
import type { ApiCall, RequestOptions, Verb } from '../api/wire.ts';
import type { KubeObject } from '../api/meta.ts';
import { descriptorOfKind } from '../api/scheme.ts';

/** `namespace/name`, or the name alone for cluster-scoped objects: the key of caches and queues. */
export function keyOf(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

/** Both parts of a key. */
export function splitKey(key: string): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf('/');
  return slash < 0 ? { namespace: '', name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** A request about objects of a kind, for example `call('get', 'Pod', 'default', 'web')`. */
export function call(verb: Verb, kind: string, key: string, more: { readonly body?: object; readonly subresource?: string; readonly options?: RequestOptions; readonly patchType?: NonNullable<ApiCall['patchType']> } = {}): ApiCall {
  const descriptor = must(descriptorOfKind(kind), `no kind ${kind}`);
  const { namespace, name } = descriptor.namespaced ? splitKey(key.includes('/') ? key : `${key}/`) : { namespace: '', name: key };
  return {
    verb, group: descriptor.group, version: descriptor.version, resource: descriptor.plural, subresource: more.subresource ?? '', namespace, name,
    ...(more.options !== undefined ? { options: more.options } : {}),
    ...(more.body !== undefined ? { body: more.body } : {}),
    ...(more.patchType !== undefined ? { patchType: more.patchType } : {}),
  };
}
