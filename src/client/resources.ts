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

/** What a request has to name of a resource. */
export interface ResourceName {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** What a request carries beside the resource and the object's key. */
interface CallParts { readonly body?: object; readonly subresource?: string; readonly options?: RequestOptions; readonly patchType?: NonNullable<ApiCall['patchType']> }

/** A request about objects of a kind, for example `call('get', 'Pod', 'default', 'web')`. */
export function call(verb: Verb, kind: string, key: string, more: CallParts = {}): ApiCall {
  return callOf(must(descriptorOfKind(kind), `no kind ${kind}`), verb, key, more);
}

/** A request about objects of a resource, built in or not. */
export function callOf(of: ResourceName, verb: Verb, key: string, more: CallParts = {}): ApiCall {
  const { namespace, name } = of.namespaced ? splitKey(key.includes('/') ? key : `${key}/`) : { namespace: '', name: key };
  return {
    verb, group: of.group, version: of.version, resource: of.plural, subresource: more.subresource ?? '', namespace, name,
    ...(more.options !== undefined ? { options: more.options } : {}),
    ...(more.body !== undefined ? { body: more.body } : {}),
    ...(more.patchType !== undefined ? { patchType: more.patchType } : {}),
  };
}
