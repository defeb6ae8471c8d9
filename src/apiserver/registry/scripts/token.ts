import { notFound, type GroupResource, invalidStatus } from '../../../api/status.ts';
import { invalid } from '../../../api/field-error.ts';
import { formatTime } from '../../../api/time.ts';
import { micros, type Micros, seconds } from '../../../base/data.ts';
import type { RangeResponse } from '../../../etcd/contract.ts';
import { ask, type Conversation } from '../../../sim/conversation.ts';
import { formatToken } from '../../authn/tokens.ts';
import { etcd, etcdFailure, range } from '../../etcd.ts';
import type { Reply } from '../../stage.ts';
import { fail } from './create.ts';

/** @source kubernetes/kubernetes pkg/apis/authentication/validation (10 minutes at least), defaults (1 hour) */
const EXPIRATION_MIN_SECONDS = 600;
const EXPIRATION_DEFAULT_SECONDS = 3600;

/** For whom. */
export interface TokenArgs { readonly of: GroupResource; readonly key: string; readonly name: string; readonly namespace: string; readonly spec: { readonly expirationSeconds?: number; readonly audiences?: readonly string[] } }

/** Issues a token for a service account. @source kubernetes/kubernetes pkg/registry/core/serviceaccount/storage/token.go */
export function* token({ of, key, name, namespace, spec }: TokenArgs): Conversation<Reply> {
  const expirationSeconds = spec.expirationSeconds ?? EXPIRATION_DEFAULT_SECONDS;
  if (typeof expirationSeconds !== 'number' || expirationSeconds < EXPIRATION_MIN_SECONDS) {
    return fail(invalidStatus({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, name, [invalid('spec.expirationSeconds', expirationSeconds, 'may not specify a duration less than 10 minutes')]));
  }
  const answer = yield* etcd<RangeResponse>(range({ key }));
  if (answer.type === 'etcd.error') return fail(etcdFailure(answer.error));
  const [kv] = answer.body.kvs;
  if (kv === undefined || typeof kv.value === 'string') return fail(notFound(of, name));
  const { uid = '' } = (kv.value as { readonly metadata: { readonly uid?: string } }).metadata;
  const now = yield* ask<Micros>('now', null);
  const expiry = micros(now + seconds(expirationSeconds));
  const status = { token: formatToken({ namespace, name, uid, expiry: Math.floor(expiry / 1_000_000) }), expirationTimestamp: formatTime(expiry) };
  const audiences = spec.audiences ?? ['https://kubernetes.default.svc.cluster.local'];
  return {
    code: 201,
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: { name, namespace, creationTimestamp: formatTime(now) }, spec: { ...spec, audiences, expirationSeconds }, status },
  };
}
