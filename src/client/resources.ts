import { must } from '../base/assert.ts';
import type { ApiCall, RequestOptions, Verb } from '../api/wire.ts';
import type { KubeObject } from '../api/meta.ts';
import { descriptorOfKind } from '../api/scheme.ts';

/** `namespace/name`, or the name alone for cluster-scoped objects: the key of caches and queues. */
export function keyOf({ metadata }: KubeObject): string {
  const { namespace, name } = metadata;
  if (namespace === undefined || namespace === '') return name;
  if (last.metadata !== metadata) {
    last.metadata = metadata;
    last.key = `${namespace}/${name}`;
  }
  return last.key;
}

/** The key made last: whoever takes a change asks for the key of its object several times, and a text that was looked up once is found faster than a new one. */
const last: { metadata: KubeObject['metadata'] | undefined; key: string } = { metadata: undefined, key: '' };

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
  const { group, version, plural: resource, namespaced } = of;
  const slash = namespaced ? key.indexOf('/') : -1;
  const namespace = !namespaced ? '' : slash < 0 ? key : key.slice(0, slash);
  const name = !namespaced ? key : slash < 0 ? '' : key.slice(slash + 1);
  const { subresource = '', body, patchType } = more;
  // Most requests are literals, because every component makes them all the time.
  if (more.options !== undefined || body === undefined) return { verb, group, version, resource, subresource, namespace, name, ...optional(more) };
  if (patchType === undefined) return { verb, group, version, resource, subresource, namespace, name, body };
  return { verb, group, version, resource, subresource, namespace, name, body, patchType };
}

function optional({ options, body, patchType }: CallParts): Pick<CallParts, 'options' | 'body' | 'patchType'> {
  return { ...(options !== undefined ? { options } : {}), ...(body !== undefined ? { body } : {}), ...(patchType !== undefined ? { patchType } : {}) };
}
