import type { KubeObject } from '../../../api/meta.ts';
import { alreadyExists, generateNameConflict, type GroupResource, isStatus, type Status } from '../../../api/status.ts';
import type { Service } from '../../../api/kinds/all.ts';
import type { RequestOp, TxnRequest, TxnResponse } from '../../../etcd/contract.ts';
import { ask, type Conversation, question } from '../../../sim/conversation.ts';
import { etcd, type EtcdAnswer, etcdFailure, range, txn } from '../../etcd.ts';
import { serve, toStored } from '../../served.ts';
import type { Reply } from '../../stage.ts';
import { addressTaken, type Claim } from '../service-allocation.ts';

/** Tries for a free name or address. @source KEP-4420: 8 tries for generated names */
const ATTEMPTS_MAX = 8;

/** What to create. */
export interface CreateArgs {
  readonly of: GroupResource;
  readonly prefix: string;
  readonly key: string;
  readonly object: KubeObject;
  /** `generateName` was used. */
  readonly generated: boolean;
  readonly claims: readonly Claim[];
  /** The claims were drawn, so others may be. */
  readonly drawn: boolean;
  /** Seconds after which the object expires; 0 = never. */
  readonly ttl: number;
  readonly dryRun: boolean;
}

interface Draft { readonly key: string; readonly object: KubeObject; readonly claims: readonly Claim[] }

/**
 * Stores a new object under a key that must be free.
 * @source kubernetes/apiserver pkg/storage/etcd3/store.go (Create), pkg/registry/generic/registry/store.go (Create)
 */
export function* create(args: CreateArgs): Conversation<Reply> {
  if (args.dryRun) return yield* dryCreate(args);
  const lease = args.ttl === 0 ? '' : (yield question('lease', args.ttl)) as string | Status;
  if (typeof lease !== 'string') return fail(lease);
  let draft: Draft = args;
  for (let attempt = 1; ; attempt++) {
    const value = toStored(draft.object);
    const answer = (yield question('etcd', txn(writeOf(draft, value, lease)))) as EtcdAnswer<TxnResponse>;
    if (answer.type === 'etcd.error') return fail(etcdFailure(answer.error));
    if (answer.body.succeeded) return { code: 201, body: serve(value, answer.header.revision) };
    const next = yield* another(args, draft, { response: answer.body, last: attempt >= ATTEMPTS_MAX });
    if (isStatus(next)) return fail(next);
    draft = next;
  }
}

/** The object and its claims, if all their keys are free. Most objects claim nothing. */
function writeOf({ key, claims }: Draft, value: KubeObject, lease: string): TxnRequest {
  const put: RequestOp = { put: lease === '' ? { key, value } : { key, value, lease } };
  if (claims.length === 0) return { compare: [free(key)], success: [put], failure: NONE };
  return {
    compare: [free(key), ...claims.map(claim => free(claim.key))],
    success: [put, ...claims.map(({ key: claimed, value: content }) => ({ put: { key: claimed, value: content } }))],
    failure: [{ range: { key, keysOnly: true } }],
  };
}

const NONE: readonly never[] = Object.freeze([]);

/** What to try when something was taken. */
function* another(args: CreateArgs, draft: Draft, { response, last }: { readonly response: TxnResponse; readonly last: boolean }): Conversation<Draft | Status> {
  const found = response.responses[0];
  const claimTaken = found !== undefined && 'range' in found && found.range.count === 0;
  if (claimTaken) {
    if (!args.drawn || last) return addressTaken(draft.object as Service);
    return yield* ask<Draft>('reallocate', draft);
  }
  if (!args.generated) return alreadyExists(args.of, draft.object.metadata.name);
  if (last) return generateNameConflict(args.of, draft.object.metadata.name);
  return yield* ask<Draft>('rename', { ...draft, prefix: args.prefix });
}

function* dryCreate(args: CreateArgs): Conversation<Reply> {
  const answer = yield* etcd<{ readonly count: number }>(range({ key: args.key, countOnly: true }));
  if (answer.type === 'etcd.error') return fail(etcdFailure(answer.error));
  return answer.body.count > 0 ? fail(alreadyExists(args.of, args.object.metadata.name)) : { code: 201, body: toStored(args.object) };
}

const free = (key: string) => ({ key, result: 'equal', target: 'mod', operand: 0 }) as const;

/** A reply that is a failure. */
export function fail(status: Status): Reply {
  return { code: status.code, body: status };
}
