/** What happens when definitions come, change or go: their kinds get a watch cache, or lose it. */
import { equalData } from '../../base/compare.ts';
import { Table } from '../../base/table.ts';
import type { KubeObject } from '../../api/meta.ts';
import { newCache, startList } from '../cacher/watch-cache.ts';
import { endAllWatches } from '../cacher/watch.ts';
import { currentMember } from '../etcd.ts';
import { isBuiltIn } from '../resources.ts';
import type { ResourceCache, Server } from '../state.ts';
import { startTask } from '../tasks.ts';
import { definitionOf } from './creation.ts';
import { customKinds } from './definitions.ts';

/** Takes the definitions as the cache has them now. */
export function definitionsChanged(server: Server): void {
  const { state } = server;
  state.definitions = Object.freeze({});
  const kinds = customKinds(state);
  for (const [resource, cache] of [...state.caches]) if (!kinds.has(resource) && !isBuiltIn(resource)) drop(server, resource, cache);
  for (const [resource, { storage }] of kinds) {
    const spec = definitionOf(state, storage)?.spec;
    const cache = state.caches.get(resource);
    if (cache !== undefined) { serveAnew(server, cache, spec); continue; }
    state.caches.set(resource, { ...newCache(resource), servedAs: spec });
    startList(server, resource);
  }
  if (state.unready === 0) startTask(server, 'definitions', {});
}

/** Watches of a kind that is defined anew end: what they are shown may have changed. @source pkg/apiserver/customresource_handler.go (removeStorage_locked) */
function serveAnew(server: Server, cache: ResourceCache, spec: object | undefined): void {
  if (equalData(cache.servedAs, spec)) return;
  cache.servedAs = spec;
  endAllWatches(server, cache);
}

function drop({ state, out }: Server, resource: string, cache: ResourceCache): void {
  endAllWatches({ state, out }, cache);
  if (cache.etcdWatch !== 0) {
    state.etcd.watches.delete(cache.etcdWatch);
    out.send(currentMember({ state, out }), { type: 'etcd.watchCancel', id: cache.etcdWatch });
  }
  cache.items = new Table<KubeObject>();
  state.caches.delete(resource);
}
