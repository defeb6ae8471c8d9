import { notFound, tooLargeResourceVersion, type GroupResource, compacted, expired } from '../../../api/status.ts';
import type { ListBody } from '../../../api/wire.ts';
import type { RangeResponse } from '../../../etcd/contract.ts';
import { ask, type Conversation } from '../../../sim/conversation.ts';
import { etcd, etcdFailure, range } from '../../etcd.ts';
import { serveKeyValue } from '../../served.ts';
import type { Reply } from '../../stage.ts';
import { encodeContinue } from '../continue-token.ts';
import { fail } from './create.ts';

/** One object from etcd itself. */
export interface GetArgs { readonly of: GroupResource; readonly key: string; readonly name: string; readonly resource: string; /** 0 = the latest. */ readonly minimum: number; readonly scale: boolean }

/** Reads an object: the latest from etcd, or one at least as new as a revision from the cache. */
export function* get(args: GetArgs): Conversation<Reply> {
  if (args.minimum > 0) {
    const fresh = yield* ask<boolean | { readonly current: number }>('fresh', { resource: args.resource, revision: args.minimum });
    if (fresh !== true) return tooLarge(args.minimum, fresh);
    return yield* ask<Reply>('cached', args);
  }
  const answer = yield* etcd<RangeResponse>(range({ key: args.key }));
  if (answer.type === 'etcd.error') return fail(etcdFailure(answer.error));
  const [kv] = answer.body.kvs;
  if (kv === undefined) return fail(notFound(args.of, args.name));
  return yield* ask<Reply>('shown', { object: serveKeyValue(kv), scale: args.scale });
}

function tooLarge(wanted: number, answer: unknown): Reply {
  return fail(tooLargeResourceVersion(String(wanted), String((answer as { readonly current?: number }).current ?? 0), 1));
}

/** A list of one resource. */
export interface ListArgs {
  readonly resource: string;
  readonly of: GroupResource;
  readonly apiVersion: string;
  readonly kind: string;
  readonly prefix: string;
  readonly rangeEnd: string;
  /** Where a page begins; = prefix at the first. */
  readonly from: string;
  /** 0 = the latest. */
  readonly revision: number;
  /** From the cache as of any revision from this on; undefined = not from the cache. */
  readonly notOlderThan: number | undefined;
  /** A page read from etcd is refused when etcd is older than this. */
  readonly minimum: number;
  readonly limit: number;
  /** The prefix ends before the namespaces, so a key behind it begins with one. */
  readonly byNamespace: boolean;
  readonly selective: boolean;
}

/** Lists from the cache once it is as new as etcd is now, or page by page from etcd at one revision. */
export function* list(args: ListArgs): Conversation<Reply> {
  if (args.notOlderThan === undefined) return yield* listFromEtcd(args);
  let revision = args.notOlderThan;
  if (revision === 0) {
    // A read of nothing that passes through consensus tells how new the answer has to be.
    const now = yield* etcd<RangeResponse>(range({ key: args.prefix, rangeEnd: args.rangeEnd, limit: 1, keysOnly: true }));
    if (now.type === 'etcd.error') return fail(etcdFailure(now.error));
    revision = now.header.revision;
  }
  const fresh = yield* ask<boolean | { readonly current: number }>('fresh', { resource: args.resource, revision });
  if (fresh === true) return yield* ask<Reply>('cachedList', null);
  return args.notOlderThan === 0 ? yield* listFromEtcd(args) : tooLarge(revision, fresh);
}

/** The revision a page of a list is read at goes into its continue token, so that all pages show one state. */
function* listFromEtcd(args: ListArgs): Conversation<Reply> {
  const answer = yield* etcd<RangeResponse>(range({
    key: args.from, rangeEnd: args.rangeEnd, ...(args.limit > 0 && !args.selective ? { limit: args.limit } : {}), ...(args.revision > 0 ? { revision: args.revision } : {}),
  }));
  if (answer.type === 'etcd.error') return answer.error.includes('required revision is a future revision') ? yield* fromTheFuture(args) : listFailure(args, answer.error);
  if (args.minimum > answer.header.revision) return tooLarge(args.minimum, { current: answer.header.revision });
  const revision = args.revision > 0 ? args.revision : answer.header.revision;
  const chosen = yield* ask<ListBody['items']>('select', answer.body.kvs.map(serveKeyValue));
  const items = args.limit > 0 ? chosen.slice(0, args.limit) : chosen;
  const last = items[items.length - 1]?.metadata;
  const more = args.selective ? chosen.length > items.length : answer.body.more;
  const metadata = more && last !== undefined
    ? {
      resourceVersion: String(revision), continue: encodeContinue({ revision, start: `${args.byNamespace ? `${last.namespace ?? ''}/` : ''}${last.name}\0` }),
      ...(args.selective ? {} : { remainingItemCount: answer.body.count - items.length }),
    }
    : { resourceVersion: String(revision) };
  return { code: 200, body: { apiVersion: args.apiVersion, kind: `${args.kind}List`, metadata, items } };
}

/** @source kubernetes/apiserver pkg/storage/etcd3/errors.go (interpretListError) */
function listFailure(args: ListArgs, error: string): Reply {
  if (error.includes('required revision has been compacted')) {
    if (args.from === args.prefix) return fail(compacted());
    const status = expired('The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.');
    return fail({ ...status, metadata: { continue: encodeContinue({ revision: -1, start: args.from.slice(args.prefix.length) }) } });
  }
  return fail(etcdFailure(error));
}

/** Nobody has seen the revision yet: the answer says how far the store is. */
function* fromTheFuture(args: ListArgs): Conversation<Reply> {
  const now = yield* etcd<RangeResponse>(range({ key: args.prefix, rangeEnd: args.rangeEnd, limit: 1, keysOnly: true }));
  return now.type === 'etcd.error' ? fail(etcdFailure(now.error)) : tooLarge(args.revision, { current: now.header.revision });
}
