/**
 * From a credential to a user: there is no User object, only what a certificate or a token says.
 *
 * @source kubernetes/apiserver pkg/authentication/request/x509, pkg/authentication/user/user.go
 */
import type { Credential } from '../../api/wire.ts';
import type { Server, UserInfo } from '../state.ts';
import { parseToken } from './tokens.ts';

export const MASTERS = 'system:masters';
export const AUTHENTICATED = 'system:authenticated';
export const UNAUTHENTICATED = 'system:unauthenticated';
export const NODES = 'system:nodes';
export const NODE_USER_PREFIX = 'system:node:';
export const SERVICE_ACCOUNT_PREFIX = 'system:serviceaccount:';

export const anonymous: UserInfo = Object.freeze({ name: 'system:anonymous', uid: '', groups: Object.freeze([UNAUTHENTICATED]) });

/** What the server uses when it calls itself. */
export const loopbackCredential: Credential = Object.freeze({ type: 'certificate', commonName: 'system:apiserver', organizations: Object.freeze([MASTERS]) });

const certificateUsers = new WeakMap<Credential, UserInfo>();

/** The user of a credential; undefined = 401. */
export function authenticate(server: Server, credential: Credential): UserInfo | undefined {
  switch (credential.type) {
    case 'anonymous': return anonymous;
    case 'certificate': return certificateUser(credential);
    case 'token': return tokenUser(server, credential.token);
  }
}

function certificateUser(credential: Credential & { readonly type: 'certificate' }): UserInfo {
  let user = certificateUsers.get(credential);
  if (user === undefined) {
    user = Object.freeze({ name: credential.commonName, uid: '', groups: Object.freeze([...credential.organizations, AUTHENTICATED]) });
    certificateUsers.set(credential, user);
  }
  return user;
}

/** A token counts while it has not expired and its service account is still the one it was issued for. */
function tokenUser(server: Server, text: string): UserInfo | undefined {
  const token = parseToken(text);
  if (token === undefined || token.expiry * 1_000_000 <= server.out.now) return undefined;
  const account = server.state.caches.get('/serviceaccounts')?.items.get(`/registry/serviceaccounts/${token.namespace}/${token.name}`);
  if (account === undefined || account.metadata.uid !== token.uid) return undefined;
  return serviceAccountUser(token.namespace, token.name, token.uid);
}

/** The user that a service account is. */
export function serviceAccountUser(namespace: string, name: string, uid: string): UserInfo {
  return Object.freeze({
    name: `${SERVICE_ACCOUNT_PREFIX}${namespace}:${name}`, uid,
    groups: Object.freeze(['system:serviceaccounts', `system:serviceaccounts:${namespace}`, AUTHENTICATED]),
  });
}

/** Namespace and name in the user name of a service account. */
export function splitServiceAccount(user: string): { readonly namespace: string; readonly name: string } | undefined {
  if (!user.startsWith(SERVICE_ACCOUNT_PREFIX)) return undefined;
  const parts = user.slice(SERVICE_ACCOUNT_PREFIX.length).split(':');
  const [namespace, name] = parts;
  return parts.length === 2 && namespace !== undefined && name !== undefined ? { namespace, name } : undefined;
}

/** The node that a kubelet's user stands for; '' = not a kubelet. */
export function nodeOf(user: UserInfo): string {
  return user.name.startsWith(NODE_USER_PREFIX) && user.groups.includes(NODES) ? user.name.slice(NODE_USER_PREFIX.length) : '';
}
