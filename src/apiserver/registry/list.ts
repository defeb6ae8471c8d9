/** Lists out of the watch cache. */
import { must } from '../../base/assert.ts';
import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf, type ResourceDescriptor } from '../../api/resource.ts';
import type { ApiCall, ListBody } from '../../api/wire.ts';
import { compileSelectors } from '../cacher/dispatch.ts';
import { cacheOf, prefixEnd } from '../cacher/watch-cache.ts';
import { descriptorOf, resourceKey } from '../resources.ts';
import type { Reply } from '../stage.ts';
import type { RequestRecord, Server } from '../state.ts';

/** Label selector and field selector of a call; a name in the path is a field selector too. */
export function selectorsOf({ options, name }: ApiCall): [labels: string, fields: string] {
  const fields = options?.fieldSelector ?? '';
  const named = name === '' ? fields : fields === '' ? `metadata.name=${name}` : `${fields},metadata.name=${name}`;
  return [options?.labelSelector ?? '', named];
}

/** Where the keys of a list stand and what the list is called. */
export function listScope(descriptor: ResourceDescriptor, { namespace }: ApiCall): {
  readonly of: { readonly group: string; readonly resource: string }; readonly resource: string; readonly apiVersion: string; readonly kind: string;
  readonly prefix: string; readonly rangeEnd: string; readonly byNamespace: boolean;
} {
  const prefix = descriptor.namespaced && namespace !== '' ? `${descriptor.storagePrefix}${namespace}/` : descriptor.storagePrefix;
  return {
    of: { group: descriptor.group, resource: descriptor.plural }, resource: resourceKey(descriptor.group, descriptor.plural), apiVersion: apiVersionOf(descriptor),
    kind: descriptor.kind, prefix, rangeEnd: prefixEnd(prefix), byNamespace: descriptor.namespaced && namespace === '',
  };
}

/** The list as the cache has it now. The items are the cache's own objects. */
export function cachedList(server: Server, { call }: RequestRecord): Reply {
  const descriptor = must(descriptorOf(server.state, call), 'a list names a kind');
  const scope = listScope(descriptor, call);
  const cache = cacheOf(server, scope.resource);
  const [labels, fields] = selectorsOf(call);
  const wants = compileSelectors(descriptor, labels, fields);
  const items: KubeObject[] = [];
  const all = typeof wants === 'string' || (labels === '' && fields === '');
  if (scope.prefix === descriptor.storagePrefix) {
    for (const object of cache.items.values()) if (all || wants(object)) items.push(object);
  } else {
    cache.items.range(scope.prefix, scope.rangeEnd, (_key, object) => { if (all || wants(object)) items.push(object); });
  }
  const body: ListBody = { apiVersion: scope.apiVersion, kind: `${descriptor.kind}List`, metadata: { resourceVersion: String(cache.revision) }, items };
  return { code: 200, body };
}

/** Those of some objects that a call selects. */
export function selectFrom({ state }: Server, { call }: RequestRecord, objects: readonly KubeObject[]): readonly KubeObject[] {
  const [labels, fields] = selectorsOf(call);
  if (labels === '' && fields === '') return objects;
  const wants = compileSelectors(must(descriptorOf(state, call), 'a list names a kind'), labels, fields);
  return typeof wants === 'string' ? objects : objects.filter(wants);
}
