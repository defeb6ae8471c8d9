/** How the server's own work asks: calls to itself, looks into its caches, and etcd. */
import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resource.ts';
import { descriptorOfObject } from '../../api/scheme.ts';
import type { ApiCall, Verb } from '../../api/wire.ts';
import { must } from '../../base/assert.ts';
import { ask, type Conversation } from '../../sim/conversation.ts';

/** The answer to one call. */
export interface CallAnswer { readonly code: number; readonly body: unknown }

/** A call about an object. */
export function callFor(verb: Verb, object: KubeObject): ApiCall {
  const descriptor = must(descriptorOfObject(object), `no kind ${apiVersionOf({ group: '', version: object.apiVersion })} ${object.kind}`);
  return {
    verb, group: descriptor.group, version: descriptor.version, resource: descriptor.plural, subresource: '', namespace: object.metadata.namespace ?? '',
    name: verb === 'create' ? '' : object.metadata.name, body: object,
  };
}

/** Makes calls at once and waits for all answers, in the order of the calls. */
export const makeCalls = (calls: readonly ApiCall[]): Conversation<readonly CallAnswer[]> => ask('calls', calls);

/** An object as the cache has it. */
export const cachedObject = <T extends KubeObject>(object: T): Conversation<T | null> => ask('cachedObject', { apiVersion: object.apiVersion, kind: object.kind, metadata: { name: object.metadata.name, ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }) } });

/** Those of some objects that the caches do not have. */
export const missing = (objects: readonly KubeObject[]): Conversation<readonly KubeObject[]> => ask('missing', objects);

/** Creates what is missing; whatever somebody else created meanwhile is fine too. Returns whether all is there now. */
export function* ensure(objects: readonly KubeObject[]): Conversation<boolean> {
  const lacking = yield* missing(objects);
  if (lacking.length === 0) return true;
  const answers = yield* makeCalls(lacking.map(object => callFor('create', object)));
  return answers.every(({ code }) => code === 201 || code === 409);
}
