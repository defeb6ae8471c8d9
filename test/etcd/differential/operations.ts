import type { Compare, DeleteRangeRequest, EtcdRequest, PutRequest, RangeRequest, RequestOp, TxnRequest, WatchCreateRequest } from '../../../src/etcd/contract.ts';
import { prefixEnd } from '../../../src/etcd/contract.ts';

/** Random operations from a seed: the same seed asks both clusters the same questions. */

/** What the generator knows of the clusters; the run keeps it up to date from the answers. */
export interface Known { revision: number; compacted: number; readonly leases: string[] }

export type Operation =
  | { readonly kind: 'request'; readonly request: EtcdRequest }
  | { readonly kind: 'watch'; readonly request: WatchCreateRequest };

/**
 * Keys with common prefixes, neighbours, and letters outside ASCII. No more than twelve: Go's sort keeps the order of equal elements only up to that
 * many, so with more the order of keys with the same value or version would be chance.
 */
const KEYS = ['a', 'ab', 'abc', 'b', 'b/1', 'b/2/x', 'b0', 'é', '키/하나', '키/둘', '\u0001', 'long/'.repeat(20)] as const;
const VALUES = ['', '1', '2', 'ten', 'a longer value with spaces', '값', '\n', '{"json":true}'] as const;

export class Operations {
  #state: number;
  constructor(seed: number) { this.#state = seed >>> 0; }

  /** mulberry32: small, and the same everywhere. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4_294_967_296;
  }

  #below(bound: number): number { return Math.floor(this.#next() * bound); }
  #chance(percent: number): boolean { return this.#below(100) < percent; }
  #pick<T>(from: readonly T[]): T { return from[this.#below(from.length)] as T; }

  /** The next operation. */
  next(known: Known): Operation {
    const dice = this.#below(100);
    if (dice < 26) return this.#request({ op: 'put', args: this.#put(known) });
    if (dice < 52) return this.#request({ op: 'range', args: this.#range(known) });
    if (dice < 62) return this.#request({ op: 'deleteRange', args: this.#delete() });
    if (dice < 82) return this.#request({ op: 'txn', args: this.#txn(known, 2) });
    if (dice < 94) return this.#request(this.#lease(known));
    if (dice < 97) return this.#request({ op: 'compact', args: { revision: this.#revision(known), physical: this.#chance(50) } });
    return { kind: 'watch', request: this.#watch(known) };
  }

  #request(request: EtcdRequest): Operation { return { kind: 'request', request }; }

  /** Mostly a revision that is still there; now and then one that is compacted, or not yet. */
  #revision({ revision, compacted }: Known): number {
    if (this.#chance(10)) return this.#below(compacted + 1);
    if (this.#chance(10)) return revision + 1 + this.#below(3);
    return compacted + this.#below(Math.max(1, revision - compacted + 1));
  }

  #span(): { readonly key: string; readonly rangeEnd?: string } {
    const key = this.#chance(2) ? '' : this.#pick(KEYS);
    switch (this.#below(5)) {
      case 0: return { key, rangeEnd: prefixEnd(key) };
      case 1: return { key: this.#chance(50) ? '\0' : key, rangeEnd: '\0' };
      case 2: return { key, rangeEnd: this.#pick(KEYS) };
      default: return { key };
    }
  }

  #put({ leases }: Known): PutRequest {
    const lease = this.#chance(20) ? (leases.length > 0 && this.#chance(85) ? this.#pick(leases) : 'bad') : undefined;
    return {
      key: this.#chance(2) ? '' : this.#pick(KEYS), value: this.#pick(VALUES), ...(lease === undefined ? {} : { lease }),
      ...(this.#chance(30) ? { prevKv: true } : {}), ...(this.#chance(6) ? { ignoreValue: true, value: this.#chance(80) ? '' : 'x' } : {}),
      ...(this.#chance(6) ? { ignoreLease: true } : {}),
    };
  }

  #range(known: Known): RangeRequest {
    const limits = (name: string): object => (this.#chance(8) ? { [name]: this.#below(known.revision + 2) } : {});
    return {
      ...this.#span(), ...(this.#chance(30) ? { limit: this.#below(5) } : {}), ...(this.#chance(35) ? { revision: this.#revision(known) } : {}),
      ...(this.#chance(40) ? { sortOrder: this.#pick(['none', 'ascend', 'descend'] as const), sortTarget: this.#pick(['key', 'version', 'create', 'mod', 'value'] as const) } : {}),
      ...(this.#chance(20) ? { serializable: true } : {}), ...(this.#chance(20) ? { keysOnly: true } : {}), ...(this.#chance(10) ? { countOnly: true } : {}),
      ...limits('minModRevision'), ...limits('maxModRevision'), ...limits('minCreateRevision'), ...limits('maxCreateRevision'),
    };
  }

  #delete(): DeleteRangeRequest { return { ...this.#span(), ...(this.#chance(50) ? { prevKv: true } : {}) }; }

  #compare(known: Known): Compare {
    const target = this.#pick(['version', 'create', 'mod', 'value', 'lease'] as const);
    const operand = target === 'value' ? this.#pick(VALUES) : target === 'lease' ? (known.leases.length > 0 && this.#chance(60) ? this.#pick(known.leases) : '0')
      : target === 'version' ? this.#below(4) : this.#chance(30) ? 0 : this.#below(known.revision + 1);
    return { key: this.#pick(KEYS), ...(this.#chance(15) ? { rangeEnd: this.#pick([...KEYS, '\0']) } : {}), result: this.#pick(['equal', 'greater', 'less', 'notEqual'] as const), target, operand };
  }

  #ops(known: Known, depth: number): readonly RequestOp[] {
    return Array.from({ length: this.#below(4) }, (): RequestOp => {
      const dice = this.#below(100);
      if (dice < 45) return { put: this.#put(known) };
      if (dice < 75 || depth === 0) return { range: { ...this.#range(known), serializable: false } };
      return dice < 90 ? { deleteRange: this.#delete() } : { txn: this.#txn(known, depth - 1) };
    });
  }

  #txn(known: Known, depth: number): TxnRequest {
    const txn = { compare: Array.from({ length: this.#below(3) }, () => this.#compare(known)), success: this.#ops(known, depth), failure: this.#ops(known, depth) };
    return withoutPanic(txn);
  }

  /** Lives are long, so that none ends by itself during the run. */
  #lease(known: Known): EtcdRequest {
    const id = known.leases.length > 0 && this.#chance(85) ? this.#pick(known.leases) : (1 + this.#below(0x7fffffff)).toString(16);
    switch (this.#below(6)) {
      case 0: case 1: return { op: 'leaseGrant', args: { id: this.#chance(90) ? (1 + this.#below(0x7fffffff)).toString(16) : id, ttl: this.#chance(5) ? 9_000_000_001 : 3600 + this.#below(1000) } };
      case 2: return { op: 'leaseRevoke', args: { id } };
      case 3: return { op: 'leaseTimeToLive', args: { id, keys: this.#chance(60) } };
      case 4: return { op: 'leaseKeepAlive', args: { id } };
      default: return { op: 'leaseLeases', args: {} };
    }
  }

  #watch(known: Known): WatchCreateRequest {
    return {
      ...this.#span(), ...(this.#chance(60) ? { startRevision: this.#revision(known) } : {}), ...(this.#chance(50) ? { prevKv: true } : {}),
      ...(this.#chance(20) ? { filters: [this.#pick(['noput', 'nodelete'] as const)] } : {}),
    };
  }
}

/**
 * A real member stops with a panic when a transaction deletes all keys from one on and then puts one of them with "keep the value" or "keep the lease":
 * its check of the request does not see the open end. Such a transaction is asked without these flags.
 */
function withoutPanic(txn: TxnRequest): TxnRequest {
  const isOpen = (ops: readonly RequestOp[]): boolean => ops.some((op) => ('deleteRange' in op ? op.deleteRange.rangeEnd === '\0' : 'txn' in op && isOpen([...op.txn.success, ...op.txn.failure])));
  const bare = (ops: readonly RequestOp[]): readonly RequestOp[] => ops.map((op) => {
    if ('put' in op) return { put: { ...op.put, ignoreValue: false, ignoreLease: false } };
    return 'txn' in op ? { txn: { ...op.txn, success: bare(op.txn.success), failure: bare(op.txn.failure) } } : op;
  });
  return isOpen([...txn.success, ...txn.failure]) ? { ...txn, success: bare(txn.success), failure: bare(txn.failure) } : txn;
}
