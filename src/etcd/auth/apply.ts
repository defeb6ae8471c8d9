import type { DeleteRangeRequest, Permission, PutRequest, TxnRequest } from '../contract.ts';
import type { EtcdMember, Proposal } from '../member-state.ts';
import { ERRORS } from '../mvcc/errors.ts';
import type { EtcdError } from '../mvcc/errors.ts';
import { NONE } from '../raft/types.ts';
import {
  addRole, addUser, changePassword, deleteRole, deleteUser, disableAuth, enableAuth, getRole, getUser, grantPermission, grantRole,
  revokePermission, revokeRole,
} from './manage.ts';
import type { NewUser } from './manage.ts';
import { checkAdmin, checkKeys, checkLease, checkOpAuth, checkTxnAuth } from './permission.ts';
import type { AuthInfo } from './permission.ts';
import { assignToken, dropTokens } from './tokens.ts';

/**
 * Entries under authentication: whether the one behind an entry may do what it says, judged by all members alike when
 * they apply it.
 *
 * @source etcd-io/etcd server/etcdserver/apply/apply_auth.go
 */

type AuthOp = Proposal['op'] & `${'auth' | 'user' | 'role'}${string}`;

/** Entries about authentication itself. */
export const isAuthOp = (op: Proposal['op']): op is AuthOp => /^(auth|user|role)/.test(op);

function checkPutEntry(member: EtcdMember, who: AuthInfo | undefined, put: PutRequest): EtcdError | undefined {
  const { auth, store } = member;
  const { key, lease = '' } = put;
  // Whoever may not write all keys of a lease could not revoke it either, so nothing is attached to it in their name.
  return checkKeys(auth, who, 'WRITE', { key })
    ?? checkLease(auth, who, { store, id: lease, access: 'WRITE' })
    ?? (put.prevKv === true ? checkKeys(auth, who, 'READ', { key }) : undefined);
}

/** Users may look at themselves, and at roles they have. */
function checkOwn(member: EtcdMember, who: AuthInfo | undefined, isOwn: boolean): EtcdError | undefined {
  const error = checkAdmin(member.auth, who);
  return error !== undefined && isOwn ? undefined : error;
}

/** Whether an entry may do what it asks. What a member proposes itself always may. */
export function checkEntry(member: EtcdMember, { op, args, origin, auth: who }: Proposal): EtcdError | undefined {
  const { auth, store } = member;
  if (!auth.enabled || origin === NONE) return undefined;
  switch (op) {
    case 'put': return checkPutEntry(member, who, args as PutRequest);
    case 'deleteRange': return checkOpAuth(auth, who, { deleteRange: args as DeleteRangeRequest });
    case 'txn': return checkTxnAuth(auth, who, args as TxnRequest);
    case 'leaseRevoke': return checkLease(auth, who, { store, id: (args as { id: string }).id, access: 'WRITE' });
    case 'authenticate': return undefined;
    case 'userGet': return checkOwn(member, who, who?.username === (args as { name: string }).name);
    case 'roleGet': {
      const { role } = args as { role: string };
      return checkOwn(member, who, auth.users.get(who?.username ?? '')?.roles.includes(role) === true);
    }
    default: return isAuthOp(op) ? checkAdmin(auth, who) : undefined;
  }
}

/** The token of an entry that lets someone in. */
function authenticated(member: EtcdMember, { name, simpleToken }: { name: string; simpleToken: string }, cx: { index: number; now: number }): object | EtcdError {
  const { auth } = member;
  if (!auth.enabled) return ERRORS.authNotEnabled;
  const user = auth.users.get(name);
  if (user === undefined || user.noPassword) return ERRORS.authFailed;
  const token = `${simpleToken}.${cx.index}`;
  if (cx.index > member.replayedTo) assignToken(member, token, { username: name, now: cx.now });
  return { token };
}

/** Whose password or existence has changed must log in again. */
function forgetting(member: EtcdMember, result: object | EtcdError, user: string): object | EtcdError {
  if (typeof result !== 'string') dropTokens(member, user);
  return result;
}

function disabled(member: EtcdMember): object | EtcdError {
  member.tokens.clear();
  return disableAuth(member.auth);
}

/** Does what an entry about authentication asks. */
export function applyAuth(member: EtcdMember, { op, args }: { readonly op: AuthOp; readonly args: object }, cx: { index: number; now: number }): object | EtcdError {
  const { auth } = member;
  const named = args as { readonly name: string; readonly role: string };
  switch (op) {
    case 'authEnable': return enableAuth(auth);
    case 'authDisable': return disabled(member);
    case 'authStatus': return { enabled: auth.enabled, authRevision: auth.revision };
    case 'authenticate': return authenticated(member, args as { name: string; simpleToken: string }, cx);
    case 'userAdd': return addUser(auth, args as NewUser);
    case 'userGet': return getUser(auth, named.name);
    case 'userList': return { users: [...auth.users.keys()] };
    case 'userDelete': return forgetting(member, deleteUser(auth, named.name), named.name);
    case 'userChangePassword': return forgetting(member, changePassword(auth, args as { name: string; hashedPassword: string }), named.name);
    case 'userGrantRole': return grantRole(auth, args as { user: string; role: string });
    case 'userRevokeRole': return revokeRole(auth, named);
    case 'roleAdd': return addRole(auth, named.name);
    case 'roleGet': return getRole(auth, named.role);
    case 'roleList': return { roles: [...auth.roles.keys()] };
    case 'roleDelete': return deleteRole(auth, named.role);
    case 'roleGrantPermission': return grantPermission(auth, args as { name: string; perm?: Permission });
    case 'roleRevokePermission': return revokePermission(auth, args as { role: string; key: string; rangeEnd?: string });
  }
}
