import { compareText } from '../../base/compare.ts';
import type { Permission, RequestOp, TxnRequest } from '../contract.ts';
import { ERRORS } from '../mvcc/errors.ts';
import type { EtcdError } from '../mvcc/errors.ts';
import { keysOfLease } from '../mvcc/lease.ts';
import type { Store } from '../mvcc/store.ts';
import { endOf } from '../mvcc/store.ts';
import { hasRootRole } from './store.ts';
import type { AuthStore, User } from './store.ts';

/**
 * Who may do what. Rights are ranges of keys; what several roles grant together counts as one.
 *
 *     grants  read [a, c), read [c, f)      asked  read [b, e)      allowed
 *
 * @source etcd-io/etcd server/auth/store.go (isOpPermitted), range_perm_cache.go,
 *   server/etcdserver/apply/apply_auth.go, server/etcdserver/txn (CheckTxnAuth)
 * @fidelity exact, but that transactions within transactions are looked into, as releases after 3.6.6 do
 */

/** Who asks, and by which revision of the rules that was found out. Absent = nobody said. */
export interface AuthInfo { readonly username: string; readonly revision: number }

/** What a request wants with keys. */
export type Access = 'READ' | 'WRITE';

interface Keys { readonly key: string; readonly rangeEnd?: string }

/** Ranges a user may access so. */
function rangesOf(auth: AuthStore, user: User, access: Access): Permission[] {
  return user.roles
    .flatMap((role) => auth.roles.get(role)?.permissions ?? [])
    .filter(({ permType }) => permType === access || permType === 'READWRITE')
    .sort((a, b) => compareText(a.key, b.key));
}

/** Whether ranges, sorted by their start, leave no gap in what is asked. */
function cover(ranges: readonly Permission[], { key, rangeEnd }: Keys): boolean {
  const end = endOf(key, rangeEnd);
  let reached = key;
  for (const range of ranges) {
    if (range.key > reached) return false;
    const until = endOf(range.key, range.rangeEnd);
    if (until === undefined) return true;
    if (until > reached) reached = until;
    if (end !== undefined && reached >= end) return true;
  }
  return false;
}

/** Whether one may access these keys. */
export function checkKeys(auth: AuthStore, who: AuthInfo | undefined, access: Access, keys: Keys): EtcdError | undefined {
  if (!auth.enabled) return undefined;
  if (who === undefined) return ERRORS.userEmpty;
  if (who.revision < auth.revision) return ERRORS.authOldRevision;
  const user = auth.users.get(who.username);
  if (user === undefined) return ERRORS.permissionDenied;
  return hasRootRole(user) || cover(rangesOf(auth, user, access), keys) ? undefined : ERRORS.permissionDenied;
}

/** Whether one has the root role. */
export function checkAdmin(auth: AuthStore, who: AuthInfo | undefined): EtcdError | undefined {
  if (!auth.enabled) return undefined;
  if (who === undefined || who.username === '') return ERRORS.userEmpty;
  const user = auth.users.get(who.username);
  return user !== undefined && hasRootRole(user) ? undefined : ERRORS.permissionDenied;
}

/** Whether one may do this to every key of a lease. */
export function checkLease(auth: AuthStore, who: AuthInfo | undefined, lease: { store: Store; id: string; access: Access }): EtcdError | undefined {
  if (checkAdmin(auth, who) === undefined || !lease.store.leases.has(lease.id)) return undefined;
  for (const key of keysOfLease(lease.store, lease.id)) {
    const error = checkKeys(auth, who, lease.access, { key });
    if (error !== undefined) return error;
  }
  return undefined;
}

/** Whether one may do an operation of a transaction. */
export function checkOpAuth(auth: AuthStore, who: AuthInfo | undefined, op: RequestOp): EtcdError | undefined {
  if ('range' in op) return checkKeys(auth, who, 'READ', op.range);
  if ('put' in op) return checkKeys(auth, who, 'WRITE', { key: op.put.key });
  if ('txn' in op) return checkTxnAuth(auth, who, op.txn);
  const { deleteRange } = op;
  const reads = deleteRange.prevKv === true ? checkKeys(auth, who, 'READ', deleteRange) : undefined;
  return reads ?? checkKeys(auth, who, 'WRITE', deleteRange);
}

/** Whether one may do all that a transaction might do, on either branch. */
export function checkTxnAuth(auth: AuthStore, who: AuthInfo | undefined, txn: TxnRequest): EtcdError | undefined {
  for (const compare of txn.compare) {
    const error = checkKeys(auth, who, 'READ', compare);
    if (error !== undefined) return error;
  }
  for (const op of [...txn.success, ...txn.failure]) {
    const error = checkOpAuth(auth, who, op);
    if (error !== undefined) return error;
  }
  return undefined;
}
