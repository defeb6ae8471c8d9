import { equalData } from '../../base/compare.ts';
import type {
  Compare, DeleteRangeRequest, DeleteRangeResponse, KeyValue, PutRequest, PutResponse, RequestOp, ResponseOp, TxnRequest,
  TxnResponse,
} from '../contract.ts';
import { ERRORS } from './errors.ts';
import type { EtcdError } from './errors.ts';
import { checkRevision, compareValues, readRange } from './range.ts';
import { checkPut, endOf, isSingle, liveKv, writeDeleteRange, writePut } from './store.ts';
import type { Change, Store } from './store.ts';

/**
 * Transactions: conditions, then one of two lists of operations, all in one revision.
 *
 * @source etcd-io/etcd server/etcdserver/txn/txn.go, server/etcdserver/api/v3rpc/key.go (checkTxnRequest)
 */

/** Operations in one list. @source etcd-io/etcd server/embed/config.go DefaultMaxTxnOps */
export const TXN_OPS_MAX = 128;

/* ---- Whether the request makes sense at all: asked before it is proposed. ---- */

function checkOp(op: RequestOp): EtcdError | undefined {
  if ('range' in op) return op.range.key === '' ? ERRORS.emptyKey : undefined;
  if ('put' in op) return checkPutShape(op.put);
  if ('deleteRange' in op) return op.deleteRange.key === '' ? ERRORS.emptyKey : undefined;
  return checkTxnShape(op.txn);
}

/** What is wrong with a put whatever the store holds. */
export function checkPutShape(put: PutRequest): EtcdError | undefined {
  if (put.key === '') return ERRORS.emptyKey;
  if (put.ignoreValue === true && put.value !== '') return ERRORS.valueProvided;
  return put.ignoreLease === true && (put.lease ?? '') !== '' ? ERRORS.leaseProvided : undefined;
}

interface Touched { readonly puts: Set<string>; readonly deletes: DeleteRangeRequest[] }

const covers = (range: DeleteRangeRequest, key: string): boolean => {
  const end = endOf(range.key, range.rangeEnd);
  return key >= range.key && (end === undefined || key < end);
};

/** Gathers what one branch may write; a key written twice, or written and deleted, is refused. */
function touch(ops: readonly RequestOp[], touched: Touched): boolean {
  for (const op of ops) if ('deleteRange' in op) touched.deletes.push(op.deleteRange);
  for (const op of ops) {
    if ('put' in op) {
      if (touched.puts.has(op.put.key) || touched.deletes.some((range) => covers(range, op.put.key))) return false;
      touched.puts.add(op.put.key);
    } else if ('txn' in op && !touchNested(op.txn, touched)) {
      return false;
    }
  }
  return true;
}

/** The two branches never both run, so each is held only against what surrounds them. */
function touchNested(txn: TxnRequest, around: Touched): boolean {
  const branches = [txn.success, txn.failure].map((ops) => {
    const inside: Touched = { puts: new Set(), deletes: [] };
    return touch(ops, inside) ? inside : undefined;
  });
  for (const inside of branches) {
    if (inside === undefined) return false;
    for (const key of inside.puts) {
      if (around.puts.has(key) || around.deletes.some((range) => covers(range, key))) return false;
    }
    for (const range of inside.deletes) {
      for (const key of around.puts) if (covers(range, key)) return false;
    }
  }
  for (const inside of branches) {
    for (const key of inside?.puts ?? []) around.puts.add(key);
    around.deletes.push(...inside?.deletes ?? []);
  }
  return true;
}

/** What is wrong with a transaction whatever the store holds. */
export function checkTxnShape(txn: TxnRequest): EtcdError | undefined {
  if (txn.compare.length > TXN_OPS_MAX || txn.success.length > TXN_OPS_MAX || txn.failure.length > TXN_OPS_MAX) {
    return ERRORS.tooManyOps;
  }
  if (txn.compare.some((condition) => condition.key === '')) return ERRORS.emptyKey;
  const wrong = checkOps(txn.success) ?? checkOps(txn.failure);
  if (wrong !== undefined) return wrong;
  return writesOnce(txn.success) && writesOnce(txn.failure) ? undefined : ERRORS.duplicateKey;
}

function checkOps(ops: readonly RequestOp[]): EtcdError | undefined {
  for (const op of ops) {
    const error = checkOp(op);
    if (error !== undefined) return error;
  }
  return undefined;
}

/** Whether no key is written twice; one operation that holds no others cannot. */
function writesOnce(ops: readonly RequestOp[]): boolean {
  const [only] = ops;
  if (only === undefined || (ops.length === 1 && !('txn' in only))) return true;
  return touch(ops, { puts: new Set(), deletes: [] });
}

/** Whether a transaction can only read, so that it needs no place in the log. */
export const isReadOnly = (txn: TxnRequest): boolean =>
  readsOnly(txn.success) && readsOnly(txn.failure);

const readsOnly = (ops: readonly RequestOp[]): boolean => ops.every((op) => 'range' in op || ('txn' in op && isReadOnly(op.txn)));

/* ---- Conditions ---- */

const NO_KV: KeyValue = { key: '', value: '', createRevision: 0, modRevision: 0, version: 0, lease: '' };

/** Order of a key's field against the operand: negative, 0, positive. */
function orderOf(kv: KeyValue, { target, operand }: Compare): number {
  const against = (field: number): number => field - Number(operand);
  switch (target) {
    case 'version': return against(kv.version);
    case 'create': return against(kv.createRevision);
    case 'mod': return against(kv.modRevision);
    case 'lease': return parseInt(kv.lease === '' ? '0' : kv.lease, 16) - parseInt(String(operand === '' ? 0 : operand), 16);
    case 'value': {
      const value = typeof operand === 'number' ? String(operand) : operand;
      return equalData(kv.value, value) ? 0 : compareValues(kv.value, value);
    }
  }
}

function holdsFor(kv: KeyValue, compare: Compare): boolean {
  const order = orderOf(kv, compare);
  switch (compare.result) {
    case 'equal': return order === 0;
    case 'notEqual': return order !== 0;
    case 'greater': return order > 0;
    case 'less': return order < 0;
  }
}

/** A missing key has version, revisions and lease 0, and no value that anything could be compared with. */
function holds(store: Store, compare: Compare): boolean {
  if (isSingle(compare.rangeEnd)) {
    const kv = liveKv(store, compare.key);
    return kv === undefined ? compare.target !== 'value' && holdsFor(NO_KV, compare) : holdsFor(kv, compare);
  }
  const { kvs } = readRange(store, { key: compare.key, ...(compare.rangeEnd === undefined ? {} : { rangeEnd: compare.rangeEnd }) });
  if (kvs.length === 0) return compare.target !== 'value' && holdsFor(NO_KV, compare);
  return kvs.every((kv) => holdsFor(kv, compare));
}

/* ---- The branch that runs ---- */

interface Plan { readonly succeeded: boolean; readonly ops: readonly RequestOp[]; readonly nested: readonly (Plan | undefined)[] }

const NO_PLANS: readonly undefined[] = Object.freeze([]);

/** Which branches run is settled for the whole tree before anything is written. */
function plan(store: Store, txn: TxnRequest): Plan {
  const succeeded = txn.compare.every((compare) => holds(store, compare));
  const ops = succeeded ? txn.success : txn.failure;
  const nests = ops.some((op) => 'txn' in op);
  return { succeeded, ops, nested: nests ? ops.map((op) => 'txn' in op ? plan(store, op.txn) : undefined) : NO_PLANS };
}

/** Whether all that runs can run: a transaction writes everything or nothing. */
function checkPlan(store: Store, { ops, nested }: Plan): EtcdError | undefined {
  for (let i = 0; i < ops.length; i++) {
    const op = ops[i] as RequestOp;
    let error: EtcdError | undefined;
    if ('range' in op) error = checkRevision(store, op.range.revision ?? 0);
    else if ('put' in op) error = checkPut(store, op.put);
    const inner = nested[i];
    if (inner !== undefined) error = checkPlan(store, inner);
    if (error !== undefined) return error;
  }
  return undefined;
}

interface Running { readonly change: Change; wrote: boolean }

function runOp(store: Store, { op, inner }: { readonly op: RequestOp; readonly inner: Plan | undefined }, running: Running): ResponseOp {
  if ('range' in op) return { range: readRange(store, op.range) };
  if ('put' in op) {
    running.wrote = true;
    return { put: writePut(store, op.put, running.change) };
  }
  if ('deleteRange' in op) {
    const deleteRange = writeDeleteRange(store, op.deleteRange, running.change);
    if (deleteRange.deleted > 0) running.wrote = true;
    return { deleteRange };
  }
  return { txn: runPlan(store, inner ?? plan(store, op.txn), running) };
}

function runPlan(store: Store, { succeeded, ops, nested }: Plan, running: Running): TxnResponse {
  return { succeeded, responses: ops.map((op, i) => runOp(store, { op, inner: nested[i] }, running)) };
}

/** Does a transaction. */
export function txn(store: Store, request: TxnRequest, cause = 0): TxnResponse | EtcdError {
  const planned = plan(store, request);
  const error = checkPlan(store, planned);
  if (error !== undefined) return error;
  const running: Running = { change: { revision: store.revision + 1, cause }, wrote: false };
  const response = runPlan(store, planned, running);
  if (running.wrote) store.revision += 1;
  return Object.freeze(response);
}

/** Does a put as a transaction of its own. */
export function put(store: Store, request: PutRequest, cause = 0): PutResponse | EtcdError {
  const error = checkPut(store, request);
  if (error !== undefined) return error;
  const response = writePut(store, request, { revision: store.revision + 1, cause });
  store.revision += 1;
  return response;
}

/** Deletes a range as a transaction of its own; deleting nothing makes no revision. */
export function deleteRange(store: Store, request: DeleteRangeRequest, cause = 0): DeleteRangeResponse | EtcdError {
  if (request.key === '') return ERRORS.emptyKey;
  const response = writeDeleteRange(store, request, { revision: store.revision + 1, cause });
  if (response.deleted > 0) store.revision += 1;
  return response;
}

