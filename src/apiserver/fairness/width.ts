/**
 * How many seats a request takes: a list as many as it needs memory, everything else one.
 *
 * @source kubernetes/apiserver pkg/util/flowcontrol/request/width.go, list_work_estimator.go, config.go; pkg/util/flowcontrol/apf_controller.go (maxSeats)
 * @fidelity simplified: objects of a kind are taken to be as large as the first of them; a write keeps no seats for those that watch what it changed
 */
import type { ApiCall } from '../../api/wire.ts';
import { valueBytes } from '../../etcd/mvcc/size.ts';
import { resourceKey } from '../resources.ts';
import type { Server } from '../state.ts';
import type { LevelLimits } from './limits.ts';

const BYTES_PER_SEAT = 100_000;
/** What a list from the watch cache takes at most: it is encoded in pieces. */
const CACHED_LIST_BYTES_MAX = 1_000_000;

/** Seats for a call in a level. */
export function widthOf(server: Server, call: ApiCall, { widest }: LevelLimits): number {
  const { verb, resource, name, options } = call;
  if (verb !== 'list' && !(verb === 'watch' && options?.sendInitialEvents === true)) return 1;
  const items = resource === '' ? undefined : server.state.caches.get(resourceKey(call.group, resource))?.items;
  const first = items?.values().next().value;
  if (items === undefined || first === undefined) return 1;
  const { limit = 0, fieldSelector = '', labelSelector = '' } = options ?? {};
  const wanted = limit > 0 ? Math.min(limit, items.size) : items.size;
  const isCached = verb === 'watch' || isFromCache(options ?? {});
  const isSingle = name !== '' || /(^|,)metadata\.name==?[^,]/.test(fieldSelector);
  const loaded = isSingle ? 1 : !isCached && (fieldSelector !== '' || labelSelector !== '') ? Math.max(wanted, Math.floor(items.size / 2)) : wanted;
  const bytes = loaded * valueBytes(first);
  return Math.min(widest, Math.max(1, Math.ceil((isCached ? Math.min(bytes, CACHED_LIST_BYTES_MAX) : bytes) / BYTES_PER_SEAT)));
}

/** @source kubernetes/apiserver pkg/storage/cacher/delegator/interface.go (ShouldDelegateListMeta) */
function isFromCache({ resourceVersion = '', resourceVersionMatch, continue: token = '', limit = 0 }: NonNullable<ApiCall['options']>): boolean {
  if (resourceVersionMatch === 'Exact') return false;
  if (resourceVersionMatch !== undefined) return true;
  return token === '' && !(limit > 0 && resourceVersion !== '' && resourceVersion !== '0');
}
