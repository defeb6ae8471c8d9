/**
 * From a credential to a user: there is no User object, only what a certificate or a token says.
 *
 * @source kubernetes/apiserver pkg/authentication/request/x509, pkg/authentication/user/user.go
 */
import type { Credential } from '../../api/wire.ts';
import type { Server, UserInfo } from '../state.ts';
import { bootstrapTokenUser } from './bootstrap-tokens.ts';
import { serviceAccountTokenUser } from './service-accounts.ts';
import { AUTHENTICATED, MASTERS, NODE_USER_PREFIX, NODES, SERVICE_ACCOUNT_PREFIX, UNAUTHENTICATED } from './names.ts';

export { AUTHENTICATED, MASTERS, NODE_USER_PREFIX, NODES, SERVICE_ACCOUNT_PREFIX, UNAUTHENTICATED } from './names.ts';

export const anonymous: UserInfo = Object.freeze({ name: 'system:anonymous', uid: '', groups: Object.freeze([UNAUTHENTICATED]) });

/** What the server uses when it calls itself. */
export const loopbackCredential: Credential = Object.freeze({ type: 'certificate', commonName: 'system:apiserver', organizations: Object.freeze([MASTERS]) });

const certificateUsers = new WeakMap<Credential, UserInfo>();

/** The user of a credential; undefined = 401. */
export function authenticate(server: Server, credential: Credential): UserInfo | undefined {
  switch (credential.type) {
    case 'anonymous': return anonymous;
    case 'certificate': return credential.notAfter !== undefined && server.out.now > credential.notAfter ? undefined : certificateUser(credential);
    case 'token': return bootstrapTokenUser(server, credential.token) ?? serviceAccountTokenUser(server, credential);
  }
}

function certificateUser(credential: Credential & { readonly type: 'certificate' }): UserInfo {
  let user = certificateUsers.get(credential);
  if (user === undefined) {
    user = Object.freeze({ name: credential.commonName, uid: '', groups: sharedGroups([...credential.organizations, AUTHENTICATED]) });
    certificateUsers.set(credential, user);
  }
  return user;
}

/** Groups in their order → the list of them. Kubelets have one list in common, so what follows from the groups alone is found out once for all of them. */
const groupLists = new Map<string, readonly string[]>();
/** Lists beyond it are not shared. */
const GROUP_LISTS_MAX = 1000;

function sharedGroups(groups: readonly string[]): readonly string[] {
  const key = groups.join('\n');
  const known = groupLists.get(key);
  if (known !== undefined) return known;
  const list = Object.freeze(groups);
  if (groupLists.size < GROUP_LISTS_MAX) groupLists.set(key, list);
  return list;
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
