import { conflict } from '../../../api/status.ts';
import type { ResourceQuota } from '../../../api/kinds/all.ts';
import type { RangeResponse, TxnResponse } from '../../../etcd/contract.ts';
import { ask, type Conversation } from '../../../sim/conversation.ts';
import { checkQuotas, type QuotaRequest } from '../../admission/quota/check.ts';
import { etcd, etcdFailure, range, txn } from '../../etcd.ts';
import { revisionOf, serveKeyValue, toStored } from '../../served.ts';
import { fail } from './create.ts';
import type { Learned } from './learn.ts';

/** @source kubernetes/apiserver pkg/admission/plugin/resourcequota/controller.go (checkQuotas, 3 retries) */
const RETRIES_MAX = 3;

/** What wants a part of the namespace's quotas. */
export interface ClaimQuotaArgs { readonly namespace: string; readonly request: QuotaRequest; readonly dryRun: boolean }

/**
 * Writes into the quotas what a request is going to use. The value is '' when it fits, else why not.
 *
 * @fidelity simplified: the requests of a namespace are counted one after the other, where upstream counts those that wait together
 */
export function* claimQuota(args: ClaimQuotaArgs): Conversation<Learned> {
  yield* ask('lockQuota', args.namespace);
  const learned = yield* claim(args);
  yield* ask('unlockQuota', args.namespace);
  return learned;
}

function* claim({ namespace, request, dryRun }: ClaimQuotaArgs): Conversation<Learned> {
  const prefix = `/registry/resourcequotas/${namespace}/`;
  let lost = '';
  for (let attempt = 0; attempt <= RETRIES_MAX; attempt++) {
    const answer = yield* etcd<RangeResponse>(range({ key: prefix, rangeEnd: `/registry/resourcequotas/${namespace}0` }));
    if (answer.type === 'etcd.error') return { reply: fail(etcdFailure(answer.error)) };
    const claims = checkQuotas(answer.body.kvs.map(kv => serveKeyValue(kv) as ResourceQuota), request);
    if (typeof claims === 'string') return { value: claims };
    if (claims.length === 0 || dryRun) return { value: '' };
    // All quotas in one transaction: what does not fit into one is not counted in another.
    const done = yield* etcd<TxnResponse>(txn({
      compare: claims.map(({ quota }) => ({ key: prefix + quota.metadata.name, result: 'equal', target: 'mod', operand: revisionOf(quota) }) as const),
      success: claims.map(({ quota, used }) => ({ put: { key: prefix + quota.metadata.name, value: toStored({ ...quota, status: { ...quota.status, used } } as ResourceQuota) } })),
      failure: [],
    }));
    if (done.type === 'etcd.error') return { reply: fail(etcdFailure(done.error)) };
    if (done.body.succeeded) return { value: '' };
    lost = claims[0]?.quota.metadata.name ?? '';
  }
  return { reply: fail(conflict({ group: '', resource: 'resourcequotas' }, lost)) };
}
