/**
 * Tokens of service accounts: checked against what is there now, so that a token ends with its account or with the pod it was given to.
 *
 * @source kubernetes/kubernetes pkg/serviceaccount/claims.go (Validate)
 */
import { encodeBase64Text } from '../../api/base64.ts';
import type { Secret, ServiceAccount } from '../../api/kinds/all.ts';
import type { KubeObject } from '../../api/meta.ts';
import { parseTime } from '../../api/time.ts';
import type { Credential } from '../../api/wire.ts';
import { micros } from '../../base/data.ts';
import type { Server, UserInfo } from '../state.ts';
import { isUseWritten, legacyTokenAnnotations, markedInvalid, TRACK } from './legacy-tokens.ts';
import { AUTHENTICATED, SERVICE_ACCOUNT_PREFIX } from './names.ts';
import { type BoundObject, ISSUER, parseToken, type Token } from './tokens.ts';

/** A deleted pod may use its token for another minute. @source same file */
const BOUND_OBJECT_LEEWAY = 60_000_000;

interface Known { readonly key: string; readonly token: Token | undefined; readonly user: UserInfo | undefined }
/** Credential → what its text says, read once. */
const known = new WeakMap<Credential, Known>();

/** What signs tokens: the identity of the cluster. '' before there is one. */
export function signingKey({ state }: Server): string {
  return state.caches.get('/namespaces')?.items.get('/registry/namespaces/kube-system')?.metadata.uid ?? '';
}

/** The user of a token; undefined when it is none, has expired, or what it was issued for is gone. */
export function serviceAccountTokenUser(server: Server, credential: Credential & { readonly type: 'token' }): UserInfo | undefined {
  const { token, user } = read(server, credential);
  if (token === undefined || user === undefined || faultOf(server, token) !== '') return undefined;
  return token.audiences.includes(ISSUER) ? user : undefined;
}

/** The same for a review that asks about other audiences; also those of them that the token is for. */
export function reviewToken(server: Server, text: string, audiences: readonly string[]): { readonly user: UserInfo; readonly audiences: readonly string[] } | string {
  const { token, user } = read(server, { type: 'token', token: text });
  const fault = token === undefined ? INVALIDATED : faultOf(server, token);
  if (token === undefined || user === undefined || fault !== '') return `[invalid bearer token, ${fault}]`;
  const common = token.audiences.filter(audience => audiences.includes(audience));
  if (common.length > 0) return { user, audiences: common };
  return `[invalid bearer token, token audiences ${quoteAll(token.audiences)} is invalid for the target audiences ${quoteAll(audiences)}]`;
}

const INVALIDATED = 'service account token has been invalidated';

/** What the audit event says of a token that lies in a Secret; undefined for every other credential. */
export function tokenAnnotations(server: Server, credential: Credential): Readonly<Record<string, string>> | undefined {
  const token = credential.type === 'token' ? read(server, credential).token : undefined;
  if (token?.legacy === undefined) return undefined;
  const { secret, account } = legacyObjects(server, token);
  return holds(secret, token.legacy) && account !== undefined ? legacyTokenAnnotations(secret, account) : undefined;
}

const quoteAll = (texts: readonly string[]): string => `[${texts.map(text => JSON.stringify(text)).join(' ')}]`;

function read(server: Server, credential: Credential & { readonly type: 'token' }): Known {
  const key = signingKey(server);
  let found = known.get(credential);
  if (found === undefined || found.key !== key) {
    const token = key === '' ? undefined : parseToken(credential.token, key);
    found = { key, token, user: token === undefined ? undefined : tokenUser(token) };
    known.set(credential, found);
  }
  return found;
}

/** Why a token is no good any more; '' = it is. */
function faultOf(server: Server, token: Token): string {
  const { state, out } = server;
  if (token.expiry * 1_000_000 <= out.now) return INVALIDATED;
  const find = (resource: string, key: string): KubeObject | undefined => state.caches.get(resource)?.items.get(key);
  const account = find('/serviceaccounts', `/registry/serviceaccounts/${token.namespace}/${token.name}`);
  if (account === undefined || account.metadata.uid !== token.uid) return INVALIDATED;
  if (token.legacy !== undefined) return useSecret(server, token, token.legacy);
  return token.bound === undefined || isThere(find, token.namespace, { bound: token.bound, now: out.now }) ? '' : INVALIDATED;
}

function legacyObjects({ state }: Server, token: Token): { readonly secret: Secret | undefined; readonly account: ServiceAccount | undefined } {
  const secret = state.caches.get('/secrets')?.items.get(`/registry/secrets/${token.namespace}/${token.bound?.name ?? ''}`) as Secret | undefined;
  return { secret, account: state.caches.get('/serviceaccounts')?.items.get(`/registry/serviceaccounts/${token.namespace}/${token.name}`) as ServiceAccount | undefined };
}

/** Uses the token of a Secret, which leaves a trace there, and be it that it is refused. */
function useSecret(server: Server, token: Token, text: string): string {
  const { secret, account } = legacyObjects(server, token);
  if (!holds(secret, text) || account === undefined) return INVALIDATED;
  if (!isUseWritten(secret, server.out.now)) server.out.startTimer(`${TRACK}${token.namespace}/${secret.metadata.name}`, micros(0));
  return markedInvalid(secret, account);
}

type Find = (resource: string, key: string) => KubeObject | undefined;

/** A Secret that is not being deleted holds this very token. @source pkg/serviceaccount/legacy.go (Validate) */
function holds(secret: Secret | undefined, text: string): secret is Secret {
  return secret !== undefined && secret.metadata.deletionTimestamp === undefined && secret.data?.['token'] === encodeBase64Text(text);
}

function isThere(find: Find, namespace: string, { bound, now }: { readonly bound: BoundObject; readonly now: number }): boolean {
  const object = bound.kind === 'Pod' ? find('/pods', `/registry/pods/${namespace}/${bound.name}`)
    : bound.kind === 'Secret' ? find('/secrets', `/registry/secrets/${namespace}/${bound.name}`) : find('/nodes', `/registry/minions/${bound.name}`);
  if (object === undefined || object.metadata.uid !== bound.uid) return false;
  const { deletionTimestamp } = object.metadata;
  return deletionTimestamp === undefined || (parseTime(deletionTimestamp) ?? 0) + BOUND_OBJECT_LEEWAY > now;
}

/** What the token is bound to goes along with the user. @source kubernetes/apiserver pkg/authentication/serviceaccount/util.go */
function tokenUser({ namespace, name, uid, id, bound, node }: Token): UserInfo {
  if (id === '') return serviceAccountUser(namespace, name, uid);
  const extra: Record<string, readonly string[]> = { 'authentication.kubernetes.io/credential-id': [`JTI=${id}`] };
  const at = bound?.kind === 'Node' ? { name: bound.name, uid: bound.uid } : node;
  if (at !== undefined) {
    extra['authentication.kubernetes.io/node-name'] = [at.name];
    extra['authentication.kubernetes.io/node-uid'] = [at.uid];
  }
  if (bound?.kind === 'Pod') {
    extra['authentication.kubernetes.io/pod-name'] = [bound.name];
    extra['authentication.kubernetes.io/pod-uid'] = [bound.uid];
  }
  return Object.freeze({ ...serviceAccountUser(namespace, name, uid), extra: Object.freeze(extra) });
}

/** The user that a service account is. */
export function serviceAccountUser(namespace: string, name: string, uid: string): UserInfo {
  return Object.freeze({
    name: `${SERVICE_ACCOUNT_PREFIX}${namespace}:${name}`, uid,
    groups: Object.freeze(['system:serviceaccounts', `system:serviceaccounts:${namespace}`, AUTHENTICATED]),
  });
}
