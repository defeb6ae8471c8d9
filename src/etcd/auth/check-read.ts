import type { EtcdMember, ReadRequest } from '../member-state.ts';
import type { EtcdError } from '../mvcc/errors.ts';
import { checkKeys, checkTxnAuth } from './permission.ts';
import { authInfoOf } from './tokens.ts';

/** @source etcd-io/etcd server/etcdserver/v3_server.go (doSerialize) */

/** Whether a read is allowed, asked when it is done. */
export function checkRead(member: EtcdMember, read: ReadRequest, cx: { readonly token: string | undefined; readonly now: number }): EtcdError | undefined {
  const { auth } = member;
  if (!auth.enabled || (read.op !== 'range' && read.op !== 'txn')) return undefined;
  const who = authInfoOf(member, cx.token, cx.now);
  if (typeof who === 'string') return who;
  return read.op === 'txn' ? checkTxnAuth(auth, who, read.args) : checkKeys(auth, who, 'READ', read.args);
}
