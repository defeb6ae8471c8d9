import type { DeleteRangeRequest, PutRequest, RangeRequest, RequestOp, TxnRequest } from '../contract.ts';
import { ERRORS } from './errors.ts';
import type { EtcdError } from './errors.ts';
import { isSingle } from './store.ts';

/**
 * Whether a request makes sense at all, whatever the store holds: asked before it is proposed.
 *
 * @source etcd-io/etcd server/etcdserver/api/v3rpc/key.go (checkTxnRequest, checkIntervals)
 */

/** Operations in one list, and in a list within it as many fewer. @source etcd-io/etcd server/embed/config.go DefaultMaxTxnOps */
const TXN_OPS_MAX = 128;

const SORT_TARGETS: readonly unknown[] = [undefined, 'key', 'version', 'create', 'mod', 'value'];
const SORT_ORDERS: readonly unknown[] = [undefined, 'none', 'ascend', 'descend'];

/** What is wrong with a read. */
export function checkRangeShape(range: RangeRequest): EtcdError | undefined {
  if (range.key === '') return ERRORS.emptyKey;
  return SORT_TARGETS.includes(range.sortTarget) && SORT_ORDERS.includes(range.sortOrder) ? undefined : ERRORS.invalidSortOption;
}

/** What is wrong with a put. */
export function checkPutShape(put: PutRequest): EtcdError | undefined {
  if (put.key === '') return ERRORS.emptyKey;
  if (put.ignoreValue === true && put.value !== '') return ERRORS.valueProvided;
  return put.ignoreLease === true && (put.lease ?? '') !== '' ? ERRORS.leaseProvided : undefined;
}

/** What is wrong with a transaction. */
export function checkTxnShape(txn: TxnRequest): EtcdError | undefined {
  const error = checkOps(txn, TXN_OPS_MAX);
  if (error !== undefined) return error;
  return writesOnce(txn.success) && writesOnce(txn.failure) ? undefined : ERRORS.duplicateKey;
}

/** Whether no key is written twice; one operation that holds no others cannot. */
function writesOnce(ops: readonly RequestOp[]): boolean {
  const only = ops[0];
  return only === undefined || (ops.length === 1 && !('txn' in only)) || touchedBy(ops) !== undefined;
}

function checkOps({ compare, success, failure }: TxnRequest, opsMax: number): EtcdError | undefined {
  const ops = Math.max(compare.length, success.length, failure.length);
  if (ops > opsMax) return ERRORS.tooManyOps;
  for (let i = 0; i < compare.length; i++) if (compare[i]?.key === '') return ERRORS.emptyKey;
  return checkList(success, opsMax - ops) ?? checkList(failure, opsMax - ops);
}

function checkList(ops: readonly RequestOp[], opsMax: number): EtcdError | undefined {
  for (let i = 0; i < ops.length; i++) {
    const error = checkOp(ops[i] as RequestOp, opsMax);
    if (error !== undefined) return error;
  }
  return undefined;
}

function checkOp(op: RequestOp, opsMax: number): EtcdError | undefined {
  if ('range' in op) return checkRangeShape(op.range);
  if ('put' in op) return checkPutShape(op.put);
  if ('txn' in op) return checkOps(op.txn, opsMax);
  return op.deleteRange.key === '' ? ERRORS.emptyKey : undefined;
}

/* ---- No key is written twice, or written and deleted ---- */

interface Touched { readonly puts: Set<string>; readonly deletes: DeleteRangeRequest[] }

/** An end of "\0", which stands for "no end", is a key like any other to this check: etcd lets such a deletion pass beside a put. */
const covers = (range: DeleteRangeRequest, key: string): boolean =>
  isSingle(range.rangeEnd) ? key === range.key : key >= range.key && key < (range.rangeEnd ?? '');

/** What a list may write; undefined if it may write a key twice. Lists within come first, then the puts of the list itself. */
function touchedBy(ops: readonly RequestOp[]): Touched | undefined {
  const touched: Touched = { puts: new Set(), deletes: ops.flatMap((op) => 'deleteRange' in op ? [op.deleteRange] : []) };
  for (const op of ops) if ('txn' in op && !touchNested(op.txn, touched)) return undefined;
  for (const op of ops) {
    if (!('put' in op)) continue;
    if (!isFree(op.put.key, touched)) return undefined;
    touched.puts.add(op.put.key);
  }
  return touched;
}

const isFree = (key: string, { puts, deletes }: Touched): boolean => !puts.has(key) && !deletes.some((range) => covers(range, key));

/** Of two branches only one ever runs, so they may write the same keys. */
function touchNested(txn: TxnRequest, around: Touched): boolean {
  const [then, other] = [touchedBy(txn.success), touchedBy(txn.failure)];
  if (then === undefined || other === undefined) return false;
  const puts = new Set([...then.puts, ...other.puts]);
  for (const key of puts) if (!isFree(key, around)) return false;
  for (const key of puts) around.puts.add(key);
  around.deletes.push(...then.deletes, ...other.deletes);
  return true;
}
