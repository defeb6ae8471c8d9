import { tooLargeResourceVersion } from '../../../api/status.ts';
import type { RangeResponse } from '../../../etcd/contract.ts';
import { ask, type Conversation } from '../../../sim/conversation.ts';
import { etcd, etcdFailure, range } from '../../etcd.ts';
import type { Reply } from '../../stage.ts';
import { fail } from './create.ts';

/** A watch that wants the state as of now before anything else. */
export interface WaitForWatchArgs { readonly resource: string; readonly prefix: string; readonly rangeEnd: string; /** 0 = the latest. */ readonly minimum: number }

/** Waits until the cache is as new as the watch demands, then begins it. @source KEP-3157 */
export function* waitForWatch(args: WaitForWatchArgs): Conversation<Reply> {
  let revision = args.minimum;
  if (revision === 0) {
    const now = yield* etcd<RangeResponse>(range({ key: args.prefix, rangeEnd: args.rangeEnd, limit: 1, keysOnly: true }));
    if (now.type === 'etcd.error') return fail(etcdFailure(now.error));
    revision = now.header.revision;
  }
  const fresh = yield* ask<boolean | { readonly current: number }>('fresh', { resource: args.resource, revision });
  if (fresh !== true) return fail(tooLargeResourceVersion(String(revision), String((fresh as { readonly current?: number }).current ?? 0), 1));
  return yield* ask<Reply>('beginWatch', null);
}
