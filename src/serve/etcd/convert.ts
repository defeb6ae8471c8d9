/** Requests of the world as the library's messages, and its answers as the world's: keys with the prefix, values as JSON. */
import type { ICompare, IDeleteRangeRequest, IEvent, IKeyValue, IPutRequest, IRangeRequest, IRangeResponse, IRequestOp, IResponseHeader, IResponseOp, ITxnRequest, ITxnResponse } from 'etcd3';
import { deepFreeze } from '../../base/data.ts';
import type { Compare, DeleteRangeRequest, EtcdEvent, EtcdValue, KeyValue, PutRequest, RangeRequest, RangeResponse, RequestOp, ResponseHeader, ResponseOp, TxnRequest, TxnResponse } from '../../etcd/contract.ts';
import { DEFAULT_PREFIX } from './connection.ts';

/** Told of a value that is no API object. */
export type Complain = (key: string, revision: string, problem: string) => void;

/** Converts for one store. */
export class Converter {
  readonly #prefix: string;
  readonly #complain: Complain;
  readonly #inner = `${DEFAULT_PREFIX}/`;

  constructor(prefix: string, complain: Complain) {
    this.#prefix = `${prefix}/`;
    this.#complain = complain;
  }

  // ---- Outwards -----------------------------------------------------------------------------------------------------

  /** `/registry/pods/default/web` → the same below the prefix. Keys beside the registry stay as they are. */
  key(key: string): Buffer {
    return Buffer.from(key.startsWith(this.#inner) ? this.#prefix + key.slice(this.#inner.length) : key);
  }

  #range(key: string, rangeEnd: string | undefined): { key: Buffer; range_end?: Buffer } {
    if (rangeEnd === undefined || rangeEnd === '') return { key: this.key(key) };
    return { key: this.key(key), range_end: rangeEnd === '\0' ? Buffer.from([0]) : this.key(rangeEnd) };
  }

  range(request: RangeRequest): IRangeRequest {
    const { key, rangeEnd, limit = 0, revision = 0, sortOrder = 'none', sortTarget = 'key' } = request;
    return {
      ...this.#range(key, rangeEnd), limit, revision, sort_order: capital(sortOrder), sort_target: capital(sortTarget), serializable: request.serializable === true,
      keys_only: request.keysOnly === true, count_only: request.countOnly === true, min_mod_revision: request.minModRevision ?? 0, max_mod_revision: request.maxModRevision ?? 0,
      min_create_revision: request.minCreateRevision ?? 0, max_create_revision: request.maxCreateRevision ?? 0,
    };
  }

  put({ key, value, lease = '', prevKv, ignoreValue, ignoreLease }: PutRequest): IPutRequest {
    return { key: this.key(key), value: bytesOf(value), lease: leaseNumber(lease), prev_kv: prevKv === true, ignore_value: ignoreValue === true, ignore_lease: ignoreLease === true };
  }

  deleteRange({ key, rangeEnd, prevKv }: DeleteRangeRequest): IDeleteRangeRequest {
    return { ...this.#range(key, rangeEnd), prev_kv: prevKv === true };
  }

  txn({ compare, success, failure }: TxnRequest): ITxnRequest {
    return { compare: compare.map(one => this.#compare(one)), success: success.map(op => this.#op(op)), failure: failure.map(op => this.#op(op)) };
  }

  #compare({ key, rangeEnd, result, target, operand }: Compare): ICompare {
    const common = { ...this.#range(key, rangeEnd), result: result === 'notEqual' ? 'NotEqual' as const : capital(result), target: capital(target) };
    switch (target) {
      case 'version': return { ...common, version: Number(operand) };
      case 'create': return { ...common, create_revision: Number(operand) };
      case 'mod': return { ...common, mod_revision: Number(operand) };
      case 'lease': return { ...common, lease: leaseNumber(String(operand)) };
      case 'value': return { ...common, value: bytesOf(operand as EtcdValue) };
    }
  }

  #op(op: RequestOp): IRequestOp {
    if ('range' in op) return { request_range: this.range(op.range) };
    if ('put' in op) return { request_put: this.put(op.put) };
    if ('deleteRange' in op) return { request_delete_range: this.deleteRange(op.deleteRange) };
    return { request_txn: this.txn(op.txn) };
  }

  // ---- Inwards ------------------------------------------------------------------------------------------------------

  /** Undefined when the value is none that an API server could have written: it counts as not there. */
  keyValue(kv: IKeyValue): KeyValue | undefined {
    const outer = kv.key.toString();
    const isInside = outer.startsWith(this.#prefix);
    const key = isInside ? this.#inner + outer.slice(this.#prefix.length) : outer;
    const value = isInside && kv.value.length > 0 ? this.#object(outer, kv) : kv.value.toString();
    if (value === undefined) return undefined;
    const lease = kv.lease === '0' ? '' : BigInt(kv.lease).toString(16);
    return Object.freeze({ key, value, createRevision: Number(kv.create_revision), modRevision: Number(kv.mod_revision), version: Number(kv.version), lease });
  }

  #object(key: string, { value, mod_revision: revision }: IKeyValue): EtcdValue | undefined {
    if (value.subarray(0, 4).toString('latin1') === 'k8s\0') return this.#refuse(key, revision, 'it is protobuf, as kube-apiserver writes it; here values are JSON');
    let object: unknown;
    try {
      object = JSON.parse(value.toString());
    } catch (error) {
      return this.#refuse(key, revision, error instanceof Error ? error.message : String(error));
    }
    // Allocation ranges and leases of masters are objects of the API too.
    const { kind, apiVersion, metadata } = (object ?? {}) as { readonly kind?: unknown; readonly apiVersion?: unknown; readonly metadata?: { readonly name?: unknown } | null };
    if (typeof kind !== 'string' || typeof apiVersion !== 'string' || typeof metadata?.name !== 'string') return this.#refuse(key, revision, 'expected an object with apiVersion, kind and metadata.name');
    return deepFreeze(object as object);
  }

  #refuse(key: string, revision: string, problem: string): undefined {
    this.#complain(key, revision, problem);
    return undefined;
  }

  rangeAnswer({ kvs, more, count }: IRangeResponse): RangeResponse {
    const found: KeyValue[] = [];
    for (const kv of kvs) {
      const known = this.keyValue(kv);
      if (known !== undefined) found.push(known);
    }
    return Object.freeze({ kvs: Object.freeze(found), more, count: Number(count) - (kvs.length - found.length) });
  }

  txnAnswer({ succeeded, responses }: ITxnResponse): TxnResponse {
    return Object.freeze({ succeeded, responses: Object.freeze(responses.map(response => this.#answer(response))) });
  }

  /** The library leaves out the parts that a response does not have, whatever its types say. */
  #answer(response: Partial<IResponseOp>): ResponseOp {
    const { response_range: range, response_delete_range: deleted, response_txn: txn } = response;
    if (range !== undefined && range !== null) return Object.freeze({ range: this.rangeAnswer(range) });
    if (deleted !== undefined && deleted !== null) return Object.freeze({ deleteRange: this.deleted(deleted) });
    if (txn !== undefined && txn !== null) return Object.freeze({ txn: this.txnAnswer(txn) });
    return Object.freeze({ put: this.putAnswer(response.response_put?.prev_kv) });
  }

  putAnswer(before: IKeyValue | null | undefined): { readonly prevKv?: KeyValue } {
    const prevKv = before === null || before === undefined ? undefined : this.keyValue(before);
    return Object.freeze(prevKv === undefined ? {} : { prevKv });
  }

  deleted({ deleted, prev_kvs: before }: { readonly deleted: string; readonly prev_kvs?: readonly IKeyValue[] }): { readonly deleted: number; readonly prevKvs?: readonly KeyValue[] } {
    const prevKvs = (before ?? []).map(kv => this.keyValue(kv)).filter(kv => kv !== undefined);
    return Object.freeze({ deleted: Number(deleted), ...(prevKvs.length > 0 ? { prevKvs: Object.freeze(prevKvs) } : {}) });
  }

  /** A change; what cannot be read is told as a deletion, for a list would not show it either. */
  event({ type, kv }: IEvent): EtcdEvent {
    const change = type === 'Put' ? this.keyValue(kv) : undefined;
    if (change !== undefined) return Object.freeze({ type: 'PUT', kv: change, cause: 0 });
    const gone = this.keyValue({ ...kv, value: Buffer.alloc(0), create_revision: '0', version: '0', lease: '0' });
    return Object.freeze({ type: 'DELETE', kv: gone as KeyValue, cause: 0 });
  }
}

/** The header, with the revision that the answer speaks of. */
export function headerOf(header: IResponseHeader): ResponseHeader {
  return Object.freeze({ clusterId: BigInt(header.cluster_id).toString(16), memberId: BigInt(header.member_id).toString(16), revision: Number(header.revision), raftTerm: Number(header.raft_term) });
}

/** Hexadecimal id of a lease as etcd's number. */
export const leaseNumber = (id: string): string => (id === '' ? '0' : BigInt(`0x${id}`).toString());

const texts = new WeakMap<object, Buffer>();

function bytesOf(value: EtcdValue): Buffer {
  if (typeof value === 'string') return Buffer.from(value);
  let bytes = texts.get(value);
  if (bytes === undefined) texts.set(value, bytes = Buffer.from(JSON.stringify(value)));
  return bytes;
}

type Capital<Text extends string> = Capitalize<Text>;
const capital = <Text extends string>(text: Text): Capital<Text> => `${text.charAt(0).toUpperCase()}${text.slice(1)}` as Capital<Text>;
