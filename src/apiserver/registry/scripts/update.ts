import type { KubeObject } from '../../../api/meta.ts';
import { conflict, notFound, success, type GroupResource } from '../../../api/status.ts';
import type { Service } from '../../../api/kinds/all.ts';
import type { Compare, EtcdRequest, RangeResponse, RequestOp, TxnResponse } from '../../../etcd/contract.ts';
import { ask, type Conversation, question } from '../../../sim/conversation.ts';
import type { Need } from '../../admission/plugin.ts';
import { etcd, type EtcdAnswer, etcdFailure, range, txn } from '../../etcd.ts';
import { revisionOf, serve, serveKeyValue, toStored } from '../../served.ts';
import type { Reply } from '../../stage.ts';
import { addressTaken, type Claim } from '../service-allocation.ts';
import { fail } from './create.ts';
import { learnAndRemember } from './learn.ts';

/** How often a change is made anew because somebody else was faster. Upstream's loop has no end but the request's deadline. @source kubernetes/apiserver pkg/storage/etcd3/store.go (GuaranteedUpdate) */
const CONFLICTS_MAX = 1000;

/** What to change. The change itself is made by the server, each time from the object it is shown. */
export interface UpdateArgs {
  readonly of: GroupResource;
  readonly resource: string;
  readonly key: string;
  readonly name: string;
  readonly dryRun: boolean;
}

/** What the server makes of the stored object. */
export type Prepared =
  | { readonly action: 'put'; readonly object: KubeObject; readonly claims: readonly Claim[]; readonly released?: readonly string[]; readonly code?: number }
  | { readonly action: 'remove'; readonly object: KubeObject }
  | { readonly action: 'same'; readonly object: KubeObject }
  | Learning
  | { readonly action: 'reply'; readonly reply: Reply };

/** An admission plugin needs to know something first; the change is then prepared anew. */
type Learning = { readonly action: 'learn'; readonly need: Need['need'] };

/**
 * The read-change-write loop: reads an object, lets the change be made and admitted, and writes it only if nobody wrote in between.
 *
 * It begins with the cached object, which is nearly always the latest; a refusal or a lack of change is only believed when
 * it was based on etcd's own answer.
 *
 * @source kubernetes/apiserver pkg/storage/etcd3/store.go (GuaranteedUpdate)
 */
export function* update(args: UpdateArgs): Conversation<Reply> {
  let existing = (yield question('current', args)) as KubeObject | null;
  let latest = false;
  let lost = 0;
  while (lost <= CONFLICTS_MAX) {
    if (existing === null && !latest) {
      const read = yield* readLatest(args.key);
      if ('error' in read) return fail(etcdFailure(read.error));
      existing = read.object;
      latest = true;
    }
    const prepared = (yield question('prepareUpdate', existing)) as Prepared;
    if (prepared.action === 'learn') {
      const end = yield* learnAndRemember(prepared.need);
      if (end !== undefined) return end;
      continue;
    }
    if (!latest && (prepared.action === 'reply' || prepared.action === 'same')) { existing = null; continue; }
    if (prepared.action === 'reply') return prepared.reply;
    if (prepared.action === 'same') return yield* answer(prepared.object, 200);
    // A dry run of a change leaves the version as it is. @source kubernetes/apiserver pkg/registry/generic/registry/dryrun.go (GuaranteedUpdate)
    if (args.dryRun) return yield* answer(existing === null ? toStored(prepared.object) : serve(toStored(prepared.object), revisionOf(existing)), prepared.action === 'put' ? prepared.code ?? 200 : 200);
    const value = toStored(prepared.object);
    const done = (yield question('etcd', writeOf(args, prepared, { existing, value }))) as EtcdAnswer<TxnResponse>;
    if (done.type === 'etcd.error') return fail(etcdFailure(done.error));
    if (done.body.succeeded) return (yield question('shown', { object: serve(value, done.header.revision), code: codeOf(prepared, existing) })) as Reply;
    const late = lostTo(args, prepared, { existing, responses: done.body.responses });
    if ('reply' in late) return late.reply;
    existing = late.existing;
    latest = true;
    lost++;
  }
  return fail(conflict(args.of, args.name));
}

const codeOf = (prepared: Change, existing: KubeObject | null): number => (prepared.action === 'put' ? prepared.code ?? (existing === null ? 201 : 200) : 200);

function* readLatest(key: string): Conversation<{ readonly object: KubeObject | null } | { readonly error: string }> {
  const answer = yield* etcd<RangeResponse>(range({ key }));
  if (answer.type === 'etcd.error') return { error: answer.error };
  const [kv] = answer.body.kvs;
  return { object: kv === undefined ? null : serveKeyValue(kv) };
}

type Change = Prepared & { readonly action: 'put' | 'remove' };

/** Writes the change if nobody wrote since `existing`; else says what is stored now. */
function writeOf({ key, resource }: UpdateArgs, prepared: Change, { existing, value }: { readonly existing: KubeObject | null; readonly value: KubeObject }): EtcdRequest {
  const compare: Compare = { key, result: 'equal', target: 'mod', operand: existing === null ? 0 : revisionOf(existing) };
  const failure: readonly RequestOp[] = [{ range: { key } }];
  if (prepared.action === 'remove') return txn({ compare: [compare], success: [{ deleteRange: { key } }], failure });
  const { claims, released = NONE } = prepared;
  const put: RequestOp = { put: { key, value, ignoreLease: existing !== null && resource === '/events' } };
  if (claims.length === 0 && released.length === 0) return txn({ compare: [compare], success: [put], failure });
  return txn({
    compare: [compare, ...claims.map(claim => ({ key: claim.key, result: 'equal', target: 'mod', operand: 0 }) as const)],
    success: [put, ...claims.map(claim => ({ put: claim })), ...released.map(freed => ({ deleteRange: { key: freed } }))],
    failure,
  });
}

const NONE: readonly never[] = Object.freeze([]);

/** What became of a write that came too late: the end of the request, or what is stored now. */
function lostTo({ of, name }: UpdateArgs, prepared: Change, { existing, responses }: { readonly existing: KubeObject | null; readonly responses: TxnResponse['responses'] }): { readonly reply: Reply } | { readonly existing: KubeObject | null } {
  const found = responses[0];
  const kv = found !== undefined && 'range' in found ? found.range.kvs[0] : undefined;
  if (kv !== undefined && existing !== null && kv.modRevision === revisionOf(existing)) return { reply: fail(addressTaken(prepared.object as Service)) };
  if (kv === undefined && existing !== null) return { reply: fail(notFound(of, name)) };
  return { existing: kv === undefined ? null : serveKeyValue(kv) };
}

/** What the client is shown of the stored object depends on the path it asked at. */
function answer(object: KubeObject, code: number): Conversation<Reply> {
  return ask<Reply>('shown', { object, code });
}

/** What to delete. */
export interface DeleteArgs extends UpdateArgs {
  /** The answer is the deleted object instead of a Status. */
  readonly returnsObject: boolean;
}

/** What a delete does to the stored object. */
export type PreparedDelete =
  | { readonly action: 'remove'; readonly releases: readonly string[] }
  | { readonly action: 'mark'; readonly object: KubeObject }
  | { readonly action: 'keep' }
  | Learning
  | { readonly action: 'reply'; readonly reply: Reply };

/**
 * Deletes an object, or marks it for those who hold it. `only`: this state of it, or a conflict.
 * @source kubernetes/apiserver pkg/registry/generic/registry/store.go (Delete)
 */
export function* remove(args: DeleteArgs, only?: KubeObject): Conversation<Reply> {
  let existing = only ?? (yield* ask<KubeObject | null>('current', args));
  let latest = only !== undefined;
  for (let lost = 0; lost <= CONFLICTS_MAX; lost++) {
    if (existing === null) {
      const read = yield* readLatest(args.key);
      if ('error' in read) return fail(etcdFailure(read.error));
      if (read.object === null) return fail(notFound(args.of, args.name));
      existing = read.object;
      latest = true;
    }
    const prepared: PreparedDelete = yield* ask<PreparedDelete>('prepareDelete', existing);
    if (prepared.action === 'learn') {
      const end = yield* learnAndRemember(prepared.need);
      if (end !== undefined) return end;
      lost--;
      continue;
    }
    if (!latest && (prepared.action === 'reply' || prepared.action === 'keep')) { existing = null; continue; }
    if (prepared.action === 'reply') return prepared.reply;
    if (prepared.action === 'keep') return { code: 200, body: existing };
    const value = prepared.action === 'mark' ? toStored(prepared.object) : existing;
    if (args.dryRun) return prepared.action === 'mark' ? { code: 200, body: value } : deleted(args, existing);
    const done = yield* etcd<TxnResponse>(txn({
      compare: [{ key: args.key, result: 'equal', target: 'mod', operand: revisionOf(existing) }],
      success: prepared.action === 'mark' ? [{ put: { key: args.key, value } }] : [args.key, ...prepared.releases].map(key => ({ deleteRange: { key } })),
      failure: [{ range: { key: args.key } }],
    }));
    if (done.type === 'etcd.error') return fail(etcdFailure(done.error));
    if (done.body.succeeded) return prepared.action === 'mark' ? { code: 200, body: serve(value, done.header.revision) } : deleted(args, existing);
    if (only !== undefined) break;
    const found = done.body.responses[0];
    const kv = found !== undefined && 'range' in found ? found.range.kvs[0] : undefined;
    existing = kv === undefined ? null : serveKeyValue(kv);
    latest = true;
  }
  return fail(conflict(args.of, args.name));
}

function deleted({ of, name, returnsObject }: DeleteArgs, object: KubeObject): Reply {
  if (returnsObject) return { code: 200, body: object };
  const { uid } = object.metadata;
  return { code: 200, body: success({ name, ...(of.group === '' ? {} : { group: of.group }), kind: of.resource, ...(uid === undefined ? {} : { uid }) }) };
}
