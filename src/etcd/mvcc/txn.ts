import { compareText, equalData } from '../../base/compare.ts';
import type {
  Compare, DeleteRangeRequest, DeleteRangeResponse, KeyValue, PutRequest, PutResponse, RequestOp, ResponseOp, TxnRequest,
  TxnResponse,
} from '../contract.ts';
import { ERRORS } from './errors.ts';
import type { EtcdError } from './errors.ts';
import { checkRevision, compareValues, readRange } from './range.ts';
import { checkPut, checkTxnPut, isSingle, liveKv, liveOf, writeDeleteRange, writePut } from './store.ts';
import type { Change, Store } from './store.ts';

/**
 * Transactions: conditions, then one of two lists of operations, all in one revision.
 *
 * @source etcd-io/etcd server/etcdserver/txn/txn.go
 */

/** Whether a transaction can only read, so that it needs no place in the log; etcd does not look into lists within. */
export const isReadOnly = ({ success, failure }: TxnRequest): boolean => areReads(success) && areReads(failure);

function areReads(ops: readonly RequestOp[]): boolean {
  for (let i = 0; i < ops.length; i++) if (!('range' in (ops[i] as RequestOp))) return false;
  return true;
}

/** Whether such a transaction may be answered from this member alone: if every read in it may. */
export const isSerializable = (txn: TxnRequest): boolean =>
  [...txn.success, ...txn.failure].every((op) => 'range' in op && op.range.serializable === true);

/* ---- Conditions ---- */

const NO_KV: KeyValue = { key: '', value: '', createRevision: 0, modRevision: 0, version: 0, lease: '' };

/** Sixteen digits, so that ids compare as the numbers they are, which are too large for ours. */
const leaseDigits = (id: string): string => id.padStart(16, '0');

/** Order of a key's field against the operand: negative, 0, positive. */
function orderOf(kv: KeyValue, { target, operand }: Compare): number {
  const against = (field: number): number => field - Number(operand);
  switch (target) {
    case 'version': return against(kv.version);
    case 'create': return against(kv.createRevision);
    case 'mod': return against(kv.modRevision);
    case 'lease': return compareText(leaseDigits(kv.lease), leaseDigits(String(operand)));
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
  if (isSingle(compare.rangeEnd)) return holdsForOne(liveKv(store, compare.key), compare);
  const { kvs } = readRange(store, { key: compare.key, ...(compare.rangeEnd === undefined ? {} : { rangeEnd: compare.rangeEnd }) });
  if (kvs.length === 0) return compare.target !== 'value' && holdsFor(NO_KV, compare);
  return kvs.every((kv) => holdsFor(kv, compare));
}

const holdsForOne = (kv: KeyValue | undefined, compare: Compare): boolean =>
  kv === undefined ? compare.target !== 'value' && holdsFor(NO_KV, compare) : holdsFor(kv, compare);

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
    else if ('put' in op) error = checkTxnPut(store, op.put);
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

/** What a put answers that was not asked for the old value. */
const WRITTEN: TxnResponse = Object.freeze({ succeeded: true, responses: Object.freeze([Object.freeze({ put: Object.freeze({}) })]) });

/**
 * The transaction of nearly all writes of kube-apiserver: one put, if the key is as it was read. Its key is looked up once. Undefined = the request is of another
 * kind, or its condition does not hold.
 */
function putIfUnchanged(store: Store, { compare, success }: TxnRequest, cause: number): TxnResponse | EtcdError | undefined {
  const condition = compare[0];
  const op = success[0];
  if (compare.length !== 1 || success.length !== 1 || condition === undefined || op === undefined || !('put' in op)) return undefined;
  if (condition.key !== op.put.key || !isSingle(condition.rangeEnd)) return undefined;
  const previous = store.index.get(condition.key);
  const old = liveOf(previous);
  if (!holdsForOne(old, condition)) return undefined;
  const error = checkTxnPut(store, op.put, old);
  if (error !== undefined) return error;
  const answer = writePut(store, op.put, { revision: store.revision + 1, cause }, previous);
  store.revision += 1;
  return answer.prevKv === undefined ? WRITTEN : Object.freeze({ succeeded: true, responses: [{ put: answer }] });
}

/** Does a transaction. */
export function txn(store: Store, request: TxnRequest, cause = 0): TxnResponse | EtcdError {
  const written = putIfUnchanged(store, request, cause);
  if (written !== undefined) return written;
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
  const previous = store.index.get(request.key);
  const error = checkPut(store, request, liveOf(previous));
  if (error !== undefined) return error;
  const response = writePut(store, request, { revision: store.revision + 1, cause }, previous);
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

