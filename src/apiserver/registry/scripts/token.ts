import { badRequest, conflict, type GroupResource, invalidStatus, isStatus, notFound, type Status } from '../../../api/status.ts';
import { type FieldError, invalid } from '../../../api/field-error.ts';
import type { KubeObject } from '../../../api/meta.ts';
import type { Pod } from '../../../api/kinds/all.ts';
import { formatTime } from '../../../api/time.ts';
import { micros, type Micros, seconds } from '../../../base/data.ts';
import type { RangeResponse } from '../../../etcd/contract.ts';
import { ask, type Conversation } from '../../../sim/conversation.ts';
import { type BoundObject, formatToken, ISSUER } from '../../authn/tokens.ts';
import { etcd, etcdFailure, range } from '../../etcd.ts';
import type { Reply } from '../../stage.ts';
import { fail } from './create.ts';

/** @source kubernetes/kubernetes pkg/apis/authentication/validation (10 minutes at least), defaults (1 hour) */
const EXPIRATION_MIN_SECONDS = 600;
const EXPIRATION_MAX_SECONDS = 4_294_967_296;
const EXPIRATION_DEFAULT_SECONDS = 3600;

interface Reference { readonly apiVersion?: string; readonly kind?: string; readonly name?: string; readonly uid?: string }
interface TokenSpec { readonly expirationSeconds?: number; readonly audiences?: readonly string[]; readonly boundObjectRef?: Reference }

/** For whom. */
export interface TokenArgs { readonly of: GroupResource; readonly key: string; readonly name: string; readonly namespace: string; readonly spec: TokenSpec }

/** Issues a token for a service account. @source kubernetes/kubernetes pkg/registry/core/serviceaccount/storage/token.go */
export function* token({ of, key, name, namespace, spec }: TokenArgs): Conversation<Reply> {
  const expirationSeconds = spec.expirationSeconds ?? EXPIRATION_DEFAULT_SECONDS;
  const errors = validateExpiration(expirationSeconds);
  if (errors.length > 0) return fail(invalidStatus({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', errors));
  const account = yield* stored(key);
  if (isStatus(account)) return fail(account);
  if (account === undefined) return fail(notFound(of, name));
  const bound = yield* boundTo(spec.boundObjectRef, { namespace, account: name });
  if (isStatus(bound)) return fail(bound);
  const now = yield* ask<Micros>('now', null);
  const expiry = micros(now + seconds(expirationSeconds));
  const audiences = spec.audiences === undefined || spec.audiences.length === 0 ? [ISSUER] : spec.audiences;
  const text = formatToken({
    namespace, name, uid: account.metadata.uid ?? '', audiences, issuedAt: Math.floor(now / 1_000_000), expiry: Math.floor(expiry / 1_000_000), id: yield* ask<string>('uid', null), ...bound,
  }, yield* ask<string>('signingKey', null));
  return {
    code: 201,
    body: {
      apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: { name, namespace, creationTimestamp: formatTime(now) },
      spec: { ...spec, audiences, expirationSeconds }, status: { token: text, expirationTimestamp: formatTime(expiry) },
    },
  };
}

function validateExpiration(seconds: unknown): readonly FieldError[] {
  if (typeof seconds !== 'number' || seconds < EXPIRATION_MIN_SECONDS) return [invalid('spec.expirationSeconds', seconds, 'may not specify a duration less than 10 minutes')];
  return seconds > EXPIRATION_MAX_SECONDS ? [invalid('spec.expirationSeconds', seconds, 'may not specify a duration larger than 2^32 seconds')] : [];
}

function* stored(key: string): Conversation<KubeObject | Status | undefined> {
  const answer = yield* etcd<RangeResponse>(range({ key }));
  if (answer.type === 'etcd.error') return etcdFailure(answer.error);
  const value = answer.body.kvs[0]?.value;
  return value === undefined || typeof value === 'string' ? undefined : value as KubeObject;
}

interface Bound { readonly bound: BoundObject | undefined; readonly node: { readonly name: string; readonly uid: string } | undefined }

const KINDS: Readonly<Record<string, { readonly resource: string; keyOf(namespace: string, name: string): string }>> = {
  Pod: { resource: 'pods', keyOf: (namespace, name) => `/registry/pods/${namespace}/${name}` },
  Secret: { resource: 'secrets', keyOf: (namespace, name) => `/registry/secrets/${namespace}/${name}` },
  Node: { resource: 'nodes', keyOf: (_namespace, name) => `/registry/minions/${name}` },
};

/** Finds what the token shall be tied to; a token for a pod names the pod's node as well. */
function* boundTo(reference: Reference | null | undefined, about: { readonly namespace: string; readonly account: string }): Conversation<Bound | Status> {
  if (reference === undefined || reference === null) return { bound: undefined, node: undefined };
  const { apiVersion = '', kind = '', name = '', uid = '' } = reference;
  const type = apiVersion === 'v1' ? KINDS[kind] : undefined;
  if (type === undefined) return badRequest(`cannot bind token to object of type ${apiVersion === 'v1' ? '/v1' : apiVersion}, Kind=${kind}`);
  const object = yield* stored(type.keyOf(about.namespace, name));
  if (isStatus(object)) return object;
  if (object === undefined) return notFound({ group: '', resource: type.resource }, name);
  const own = object.metadata.uid ?? '';
  if (kind === 'Pod') {
    const used = (object as Pod).spec.serviceAccountName ?? '';
    if (used !== about.account) return badRequest(`cannot bind token for serviceaccount "${about.account}" to pod running with serviceaccount "${used}"`);
  }
  if (uid !== '' && uid !== own) {
    return conflict({ group: '', resource: kind }, name, `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`);
  }
  const bound = { kind: kind as BoundObject['kind'], name, uid: own };
  const nodeName = kind === 'Pod' ? (object as Pod).spec.nodeName ?? '' : '';
  if (nodeName === '') return { bound, node: undefined };
  const node = yield* stored(`/registry/minions/${nodeName}`);
  return { bound, node: node === undefined || isStatus(node) ? undefined : { name: nodeName, uid: node.metadata.uid ?? '' } };
}
