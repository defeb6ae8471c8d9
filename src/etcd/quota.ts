import type { PutRequest, RequestOp, TxnRequest } from './contract.ts';
import type { Alarm, EtcdMember } from './member-state.ts';
import { ERRORS } from './mvcc/errors.ts';
import type { EtcdError } from './mvcc/errors.ts';
import { newValueBytes, valueBytes } from './mvcc/size.ts';
import { proposeOwn } from './propose.ts';
import type { Proposal } from './member-state.ts';

/**
 * What fits: requests into the log, keys into the file. A member whose file is full raises an alarm that the whole
 * cluster heeds, and that stays until somebody clears it.
 *
 * @source etcd-io/etcd server/storage/quota.go, server/etcdserver/api/v3rpc/quota.go, apply/apply_{quota,corrupt}.go
 */

/** What a key takes beside its bytes, and what a lease takes, by the quota's reckoning. @source server/storage/quota.go */
const KEY_COST = 256;
export const LEASE_COST = 64;

/** What a put of a request takes. */
export const putCost = ({ key, value }: PutRequest): number => KEY_COST + key.length + newValueBytes(value);

function opsCost(ops: readonly RequestOp[]): number {
  let cost = 0;
  for (let i = 0; i < ops.length; i++) {
    const op = ops[i] as RequestOp;
    if ('put' in op) cost += putCost(op.put);
    else if ('txn' in op) cost += txnCost(op.txn);
  }
  return cost;
}

/** What a transaction may take: the dearer of its branches. */
export const txnCost = ({ success, failure }: TxnRequest): number => Math.max(opsCost(success), opsCost(failure));

const hasAlarm = (member: EtcdMember, kind: Alarm['alarm']): boolean => {
  for (const { alarm } of member.alarms.values()) if (alarm === kind) return true;
  return false;
};

function raiseNoSpace(member: EtcdMember, cause: number): void {
  proposeOwn(member, { op: 'alarm', args: { action: 'activate', alarm: 'NOSPACE', memberId: member.id } }, cause);
}

/** A write that the file would have no room for raises the alarm and is refused. What takes no room always may. */
export function checkQuota(member: EtcdMember, cost: number, cause: number): EtcdError | undefined {
  const { store, settings, id } = member;
  if (cost === 0 || store.bytesAllocated + cost < settings.quotaBackendBytes) return undefined;
  if (!member.alarms.has(`${id}/NOSPACE`)) raiseNoSpace(member, cause);
  return ERRORS.noSpace;
}

/** Bytes of what is written, nested lists included. */
function writtenBytes(ops: readonly RequestOp[]): number {
  let bytes = 0;
  for (const op of ops) {
    if ('put' in op) bytes += op.put.key.length + valueBytes(op.put.value);
    else if ('txn' in op) bytes += writtenBytes([...op.txn.success, ...op.txn.failure]);
  }
  return bytes;
}

/** A request must fit into one entry of the log. `cost`: what it may take, and so at least what either branch writes. */
export function checkTxnSize(member: EtcdMember, { success, failure }: TxnRequest, cost: number): EtcdError | undefined {
  const { maxRequestBytes } = member.settings;
  if (2 * cost <= maxRequestBytes) return undefined;
  return writtenBytes(success) + writtenBytes(failure) > maxRequestBytes ? ERRORS.requestTooLarge : undefined;
}

/** The same of a put alone. */
export const checkPutSize = (member: EtcdMember, cost: number): EtcdError | undefined =>
  cost - KEY_COST > member.settings.maxRequestBytes ? ERRORS.requestTooLarge : undefined;

/** A member whose file has outgrown the quota by what was applied says so to all. */
export function watchQuota(member: EtcdMember, cause: number): void {
  const { store, settings, id } = member;
  if (store.bytesAllocated <= settings.quotaBackendBytes || member.alarms.has(`${id}/NOSPACE`)) return;
  const already = member.proposals.some(({ data }) => (data as Proposal | null)?.op === 'alarm');
  if (!already) raiseNoSpace(member, cause);
}

const FORBIDDEN_IF_CORRUPT: readonly Proposal['op'][] = ['put', 'deleteRange', 'txn', 'compact', 'leaseGrant', 'leaseRevoke'];

/** What alarms forbid an entry: with a full member nothing is written, with a corrupt one nothing is changed. */
export function checkAlarms(member: EtcdMember, { op, args }: Pick<Proposal, 'op' | 'args'>): EtcdError | undefined {
  if (member.alarms.size === 0) return undefined;
  if (FORBIDDEN_IF_CORRUPT.includes(op) && hasAlarm(member, 'CORRUPT')) return ERRORS.corrupt;
  const takesSpace = op === 'put' || op === 'leaseGrant' || (op === 'txn' && txnCost(args as TxnRequest) > 0);
  return takesSpace && hasAlarm(member, 'NOSPACE') ? ERRORS.noSpace : undefined;
}
