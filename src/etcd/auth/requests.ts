import type { AuthRequest, EtcdRequest } from '../contract.ts';
import type { EtcdMember } from '../member-state.ts';
import type { EtcdError } from '../mvcc/errors.ts';
import { propose } from '../propose.ts';
import { readLinearizable } from '../reads.ts';
import type { Cx } from '../reply.ts';
import { hashPassword } from './password.ts';
import { checkAdmin, checkLease } from './permission.ts';
import type { AuthInfo } from './permission.ts';
import { authInfoOf, tokenPrefix } from './tokens.ts';

/**
 * Requests about authentication, and who may make the requests that need no entry. (Entries are judged when they are
 * applied, see `apply.ts`.)
 *
 * @source etcd-io/etcd server/etcdserver/v3_server.go, server/etcdserver/api/v3rpc/{maintenance,auth}.go,
 *   server/etcdserver/server.go (checkMembershipOperationPermission)
 */

/** Maintenance and membership belong to the root role. */
const ADMIN_OPS: readonly EtcdRequest['op'][] = [
  'status', 'defragment', 'snapshot', 'hashKV', 'moveLeader', 'memberAdd', 'memberRemove', 'memberUpdate', 'memberPromote',
];

function checkLeases(member: EtcdMember, who: AuthInfo | undefined, ids: Iterable<string>): EtcdError | undefined {
  const { auth, store } = member;
  if (who === undefined) return checkAdmin(auth, who);
  for (const id of ids) {
    const error = checkLease(auth, who, { store, id, access: 'READ' });
    if (error !== undefined) return error;
  }
  return undefined;
}

/** Whether a request that is answered without an entry or a read of keys is allowed. */
export function checkRequest(member: EtcdMember, request: EtcdRequest, cx: Cx): EtcdError | undefined {
  if (!member.auth.enabled) return undefined;
  const isAdmin = ADMIN_OPS.includes(request.op);
  const ofLeases = request.op === 'leaseLeases' || (request.op === 'leaseTimeToLive' && request.args.keys === true);
  if (!isAdmin && !ofLeases) return undefined;
  const who = authInfoOf(member, cx.caller.token, cx.out.monotonic);
  if (typeof who === 'string') return who;
  if (isAdmin) return checkAdmin(member.auth, who);
  return checkLeases(member, who, request.op === 'leaseTimeToLive' ? [request.args.id] : [...member.store.leases.keys()]);
}

/** A request about authentication. Passwords are digested before they enter the log. */
export function handleAuth(member: EtcdMember, request: AuthRequest, cx: Cx): void {
  switch (request.op) {
    case 'authenticate': return readLinearizable(member, { op: 'authenticate', args: request.args }, cx);
    case 'userAdd': {
      const { name, password = '', noPassword = false } = request.args;
      const hashedPassword = noPassword ? '' : hashPassword(password, tokenPrefix(cx.out));
      return propose(member, { op: 'userAdd', args: { name, hashedPassword, noPassword } }, cx);
    }
    case 'userChangePassword': {
      const { name, password } = request.args;
      return propose(member, { op: 'userChangePassword', args: { name, hashedPassword: hashPassword(password, tokenPrefix(cx.out)) } }, cx);
    }
    default: return propose(member, request, cx);
  }
}
