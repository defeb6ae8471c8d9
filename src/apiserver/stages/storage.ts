import { must } from '../../base/assert.ts';
import { deepFreeze } from '../../base/data.ts';
import type { Service } from '../../api/kinds/all.ts';
import type { KubeObject } from '../../api/meta.ts';
import { type ResourceDescriptor, storageKey } from '../../api/resource.ts';
import { descriptorOfKind } from '../../api/scheme.ts';
import { badRequest, isStatus, notFound } from '../../api/status.ts';
import type { StreamRequest } from '../../api/stream.ts';
import type { Proxied } from '../../api/http.ts';
import type { ApiCall } from '../../api/wire.ts';
import { passOn } from '../aggregation/proxy.ts';
import { remoteOf } from '../aggregation/state.ts';
import { beginWatch } from '../cacher/watch.ts';
import { compileSelectors } from '../cacher/dispatch.ts';
import { cacheOf } from '../cacher/watch-cache.ts';
import { bindingFault } from '../registry/binding.ts';
import { connectedAs } from '../registry/connect-options.ts';
import { decodeContinue } from '../registry/continue-token.ts';
import { cachedList, listScope, selectorsOf } from '../registry/list.ts';
import { splitTarget } from '../registry/scripts/pass-along.ts';
import { reviewOf } from '../registry/reviews.ts';
import { scaleOf } from '../registry/scale.ts';
import { allocate } from '../registry/service-allocation.ts';
import { answerPath } from '../nonresource/paths.ts';
import { conversionForm, descriptorOf, resourceKey, storedKinds } from '../resources.ts';
import { defineStage, note, refuse, replyWith, type Verdict } from '../stage.ts';
import type { RequestRecord, Server } from '../state.ts';

/** `--event-ttl`. @source kubernetes/kubernetes pkg/controlplane/apiserver/options/options.go */
const EVENT_TTL_SECONDS = 3600;
/** Kinds whose delete answers with the object. @source kubernetes/kubernetes pkg/registry/core (ReturnDeletedObject) */
const RETURNS_OBJECT: readonly string[] = ['Pod', 'Service', 'ServiceAccount', 'Namespace'];

/** Answers from the cache, or begins the conversation with etcd. */
export const storage = defineStage({
  name: 'storage',
  summary: { ko: 'etcd에서 읽거나 etcd에 적어요', en: 'etcd is read or written' },
  source: 'staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go',
  run(request, server) {
    const { call } = request;
    if (call.resource === '') return answerPath(server, request);
    const review = reviewOf(call);
    if (review !== undefined) {
      const answer = review.answer(server, request);
      return isStatus(answer) ? refuse(answer) : replyWith(201, answer);
    }
    const descriptor = descriptorOf(server.state, call);
    if (descriptor === undefined) return passOn(must(remoteOf(server.state, call), 'the path was checked to name a kind'), request);
    if (call.proxied !== undefined) return passAlong(call, call.proxied, descriptor);
    if (descriptor === componentStatusKind) return componentStatuses(request);
    const op = streamOf(call);
    if (op !== undefined) return { converse: 'connect', args: { ...writeArgs(call, descriptor), namespace: call.namespace, op, options: connectedAs(call.options ?? {}, request.object) } };
    switch (call.verb) {
      case 'get': return call.subresource === 'log' ? logs(request, descriptor) : get(server, request, descriptor);
      case 'list': return list(server, request, descriptor);
      case 'watch': return watch(server, request, descriptor);
      case 'create': return call.subresource === '' ? create(server, request, descriptor) : createSubresource(request, descriptor);
      case 'update': case 'patch': return { converse: 'update', args: writeArgs(call, descriptor) };
      case 'delete': return { converse: 'delete', args: { ...writeArgs(call, descriptor), returnsObject: RETURNS_OBJECT.includes(descriptor.kind) } };
      case 'deletecollection': return deleteCollection(server, request, descriptor);
    }
  },
});

const named: ReadonlyMap<ResourceDescriptor, { readonly group: string; readonly resource: string }> = new Map(
  storedKinds.map(descriptor => [descriptor, Object.freeze({ group: descriptor.group, resource: descriptor.plural })]),
);

function ofDescriptor(descriptor: ResourceDescriptor): { readonly group: string; readonly resource: string } {
  return named.get(descriptor) ?? { group: descriptor.group, resource: descriptor.plural };
}

function writeArgs(call: ApiCall, descriptor: ResourceDescriptor): object {
  return {
    of: ofDescriptor(descriptor), resource: resourceKey(descriptor.group, descriptor.plural), key: storageKey(descriptor, call.namespace, call.name), name: call.name,
    dryRun: call.options?.dryRun === true,
  };
}

const componentStatusKind = must(descriptorOfKind('ComponentStatus'), 'the kind is registered');

/** Nothing of this kind is stored: the components are asked. */
function componentStatuses({ call }: RequestRecord): Verdict {
  const selectors = compileSelectors(componentStatusKind, ...selectorsOf(call));
  if (typeof selectors === 'string') return refuse(badRequest(selectors));
  return { converse: 'componentStatuses', args: { name: call.name } };
}

/** What is asked of a pod, a Service or a node itself. */
function passAlong(call: ApiCall, proxied: Proxied, descriptor: ResourceDescriptor): Verdict {
  const target = splitTarget(call.name);
  if (target === undefined) return refuse(badRequest(`invalid ${descriptor.singular} request ${JSON.stringify(call.name)}`));
  return { converse: 'passAlong', args: { ...writeArgs({ ...call, name: target.name }, descriptor), namespace: call.namespace, id: call.name, ...target, proxied } };
}

/** What stream a request opens; undefined = none. */
function streamOf({ subresource, options }: ApiCall): StreamRequest['op'] | undefined {
  switch (subresource) {
    case 'exec': case 'attach': return subresource;
    case 'portforward': return 'portForward';
    case 'log': return options?.follow === true ? 'logs' : undefined;
    default: return undefined;
  }
}

function get(server: Server, { call }: RequestRecord, descriptor: ResourceDescriptor): Verdict {
  const { resourceVersion = '' } = call.options ?? {};
  const key = storageKey(descriptor, call.namespace, call.name);
  const resource = resourceKey(descriptor.group, descriptor.plural);
  if (resourceVersion === '0') {
    const object = cacheOf(server, resource).items.get(key);
    if (object === undefined) return refuse(notFound(ofDescriptor(descriptor), call.name));
    return replyWith(200, call.subresource === 'scale' && conversionForm(server.state, call) === undefined ? scaleOf(descriptor, object) : object);
  }
  if (!/^\d*$/.test(resourceVersion)) return refuse(badResourceVersion(resourceVersion));
  return { converse: 'get', args: { of: ofDescriptor(descriptor), key, name: call.name, resource, minimum: Number(resourceVersion), scale: call.subresource === 'scale' } };
}

function badResourceVersion(text: string): ReturnType<typeof badRequest> {
  return badRequest(`Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`);
}

function list(server: Server, request: RequestRecord, descriptor: ResourceDescriptor): Verdict {
  const options = request.call.options ?? {};
  const { resourceVersion = '', limit = 0 } = options;
  const selectors = compileSelectors(descriptor, ...selectorsOf(request.call));
  if (typeof selectors === 'string') return refuse(badRequest(selectors));
  if (!/^\d*$/.test(resourceVersion)) return refuse(badResourceVersion(resourceVersion));
  if (resourceVersion === '0' && options.continue === undefined) return { reply: cachedList(server, request) };
  const scope = listScope(descriptor, request.call);
  const token = options.continue === undefined || options.continue === '' ? undefined : decodeContinue(options.continue);
  if (typeof token === 'string') return refuse(badRequest(token));
  if (token !== undefined && resourceVersion !== '' && resourceVersion !== '0') return refuse(badRequest('specifying resource version is not allowed when using continue'));
  // A page of a named revision is exact unless it says otherwise: so it was before resourceVersionMatch.
  const exact = options.resourceVersionMatch === 'Exact' || (limit > 0 && resourceVersion !== '' && options.resourceVersionMatch === undefined);
  const revision = token !== undefined ? Math.max(0, token.revision) : exact ? Number(resourceVersion) : 0;
  const paged = token !== undefined || exact || limit > 0;
  return {
    converse: 'list', args: {
      ...scope, from: token === undefined ? scope.prefix : scope.prefix + token.start, revision, limit,
      notOlderThan: paged ? undefined : Number(resourceVersion), minimum: paged && !exact ? Number(resourceVersion) : 0, selective: selectorsOf(request.call).some(text => text !== ''),
    },
  };
}

function watch(server: Server, request: RequestRecord, descriptor: ResourceDescriptor): Verdict {
  const options = request.call.options ?? {};
  const selectors = compileSelectors(descriptor, ...selectorsOf(request.call));
  if (typeof selectors === 'string') return refuse(badRequest(selectors));
  const { resourceVersion = '', sendInitialEvents } = options;
  if (!/^\d*$/.test(resourceVersion)) return refuse(badResourceVersion(resourceVersion));
  // From "the most recent" a watch begins when the cache is as new as etcd is now; a named state has to be reached first.
  const { prefix, rangeEnd, resource } = listScope(descriptor, request.call);
  const isFilled = cacheOf(server, resource).ready;
  if (resourceVersion === '' || !isFilled || (sendInitialEvents === true && resourceVersion !== '0')) {
    return { converse: 'waitForWatch', args: { resource, prefix, rangeEnd, minimum: Number(resourceVersion) } };
  }
  beginWatch(server, request);
  return { reply: { code: 200, body: {}, watching: true } };
}

const none: readonly object[] = Object.freeze([]);

function create(server: Server, request: RequestRecord, descriptor: ResourceDescriptor): Verdict {
  const { call } = request;
  let object = must(request.object, 'a create has a decoded object');
  let claims: readonly object[] = none;
  let drawn = false;
  if (descriptor.kind === 'Service' && descriptor.group === '') {
    const allocation = allocate(server, object as Service, undefined);
    if (isStatus(allocation)) { note(request, 'storage', 'address refused'); return refuse(allocation); }
    ({ object, claims, drawn } = allocation as { object: KubeObject; claims: readonly object[]; drawn: boolean });
  }
  const given = (call.body as KubeObject | undefined)?.metadata?.name;
  const prefix = storageKey(descriptor, call.namespace, '');
  // Its parts are frozen one by one: nothing in it is looked at twice.
  const args = Object.freeze({
    of: ofDescriptor(descriptor), prefix, key: prefix + object.metadata.name, object: deepFreeze(object), claims: deepFreeze(claims), drawn, generated: given === undefined || given === '',
    ttl: descriptor.kind === 'Event' ? EVENT_TTL_SECONDS : 0, dryRun: call.options?.dryRun === true,
  });
  return { converse: 'create', args };
}

function createSubresource({ call }: RequestRecord, descriptor: ResourceDescriptor): Verdict {
  const args = writeArgs(call, descriptor);
  switch (call.subresource) {
    case 'binding': {
      const fault = bindingFault(call);
      return fault === undefined ? { converse: 'update', args } : refuse(fault);
    }
    case 'eviction': return { converse: 'evict', args: { ...args, ...evictionArgs(call), returnsObject: true } };
    case 'token': return { converse: 'token', args: { ...args, namespace: call.namespace, spec: withoutNulls((call.body as { readonly spec?: object | null } | undefined)?.spec ?? {}) } };
    default: return undefined;
  }
}

function evictionArgs({ namespace, body, options }: ApiCall): object {
  const eviction = body as { readonly metadata?: { readonly name?: string }; readonly deleteOptions?: { readonly dryRun?: readonly string[] } } | undefined;
  const dryRun = options?.dryRun === true || (eviction?.deleteOptions?.dryRun?.length ?? 0) > 0;
  return { namespace, evictionName: eviction?.metadata?.name ?? '', dryRun };
}

/** A field that is null is a field that is not there. */
function withoutNulls(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

function logs({ call }: RequestRecord, descriptor: ResourceDescriptor): Verdict {
  return { converse: 'logs', args: { ...writeArgs(call, descriptor), namespace: call.namespace, options: call.options ?? {} } };
}

function deleteCollection(server: Server, request: RequestRecord, descriptor: ResourceDescriptor): Verdict {
  const verdict = list(server, { ...request, call: { ...request.call, options: { ...request.call.options, limit: 0 } } }, descriptor);
  if (verdict === undefined || !('converse' in verdict)) return verdict;
  const { labelSelector: _labels, fieldSelector: _fields, limit: _limit, ...options } = request.call.options ?? {};
  return { converse: 'deleteCollection', args: { ...verdict.args, call: request.call, options } };
}
