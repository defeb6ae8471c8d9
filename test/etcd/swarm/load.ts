import type { EtcdRequest, EtcdServerMessage, PutRequest, RequestOp } from '../../../src/etcd/contract.ts';
import { memberOn } from '../../../src/etcd/member.ts';
import type { Cluster } from '../harness.ts';
import { PLAIN_KEYS } from './history.ts';
import type { Call } from './history.ts';

/** Clients that ask one thing at a time, each of some member, and remember every answer. */

const CLIENTS = 5;
/** After this long a client gives up and asks something else, µs. */
const PATIENCE = 3_000_000;
/** Keys with leases, which may vanish by themselves. */
const LEASED_KEYS = ['l1', 'l2'];
/** Answers after which the request has certainly not been done. */
const REFUSALS = [
  'etcdserver: requested lease not found', 'etcdserver: too many requests', 'etcdserver: rpc not supported for learner', 'etcdserver: no leader',
  'etcdserver: mvcc: required revision has been compacted', 'etcdserver: mvcc: required revision is a future revision', 'etcdserver: server stopped',
];

export interface Chance { readonly draw: (bound: number) => number; readonly pick: <T>(items: readonly T[]) => T }

export class Load {
  readonly calls: Call[] = [];
  readonly #cluster: Cluster;
  readonly #chance: Chance;
  readonly #open = new Map<number, Call>();
  readonly #idle: number[];
  readonly #leases: string[] = [];
  /** Key → mod revision last read, for compare-and-swap. */
  readonly #seen = new Map<string, number>();
  /** The newest revision any client has heard of. */
  #revision = 2;
  #next = 0;

  constructor(cluster: Cluster, chance: Chance) {
    this.#cluster = cluster;
    this.#chance = chance;
    this.#idle = Array.from({ length: CLIENTS }, (_, i) => i);
  }

  get unanswered(): number { return this.#open.size; }

  /** Lets idle clients ask something. */
  ask(members: readonly string[]): void {
    const { draw, pick } = this.#chance;
    while (this.#idle.length > 0 && members.length > 0 && draw(4) > 0) this.call(this.#idle.pop() ?? 0, pick(members), this.#anything());
  }

  call(client: number, member: string, { request, values = [] }: { readonly request: EtcdRequest; readonly values?: readonly string[] }): void {
    const { now } = this.#cluster.kernel.world;
    const call: Call = { client, member, request, values, start: now, end: Infinity, outcome: 'unknown', header: undefined, body: undefined };
    this.calls.push(call);
    this.#open.set(this.#cluster.ask(member, request), call);
  }

  #value(): string { return `v${++this.#next}`; }

  #put(key: string, lease?: string): { op: { put: PutRequest }; value: string } {
    const value = this.#value();
    return { op: { put: { key, value, ...(lease === undefined ? {} : { lease }) } }, value };
  }

  #anything(): { readonly request: EtcdRequest; readonly values?: readonly string[] } {
    const { draw, pick } = this.#chance;
    const key = pick(PLAIN_KEYS);
    const dice = draw(100);
    if (dice < 34) { const { op, value } = this.#put(key); return { request: { op: 'put', args: op.put }, values: [value] }; }
    if (dice < 54) return { request: { op: 'range', args: { key } } };
    if (dice < 57) return { request: { op: 'range', args: { key, serializable: true } } };
    if (dice < 63) return { request: { op: 'range', args: { key, revision: Math.max(2, this.#revision - draw(30)) } } };
    if (dice < 69) return { request: { op: 'deleteRange', args: { key } } };
    if (dice < 82) return this.#swap(key);
    if (dice < 95) return this.#lease();
    if (dice < 99) return { request: { op: 'compact', args: { revision: Math.max(1, this.#revision - draw(15)) } } };
    return { request: { op: 'defragment', args: {} } };
  }

  /** Compare and swap of one key or two at once. */
  #swap(key: string): { readonly request: EtcdRequest; readonly values: readonly string[] } {
    const { draw, pick } = this.#chance;
    const writes = [this.#put(key)];
    const other = pick(PLAIN_KEYS);
    if (draw(2) === 0 && other !== key) writes.push(this.#put(other));
    const success: RequestOp[] = writes.map(({ op }) => op);
    const compare = [{ key, target: 'mod', result: 'equal', operand: this.#seen.get(key) ?? 0 }] as const;
    return { request: { op: 'txn', args: { compare, success, failure: [{ range: { key } }] } }, values: writes.map(({ value }) => value) };
  }

  #lease(): { readonly request: EtcdRequest; readonly values?: readonly string[] } {
    const { draw, pick } = this.#chance;
    const lease = this.#leases.length === 0 || draw(4) === 0 ? undefined : pick(this.#leases.slice(-3));
    if (lease === undefined) {
      this.#leases.push((7000 + this.#leases.length).toString(16));
      return { request: { op: 'leaseGrant', args: { id: this.#leases.at(-1) ?? '', ttl: 2 + draw(3) } } };
    }
    const dice = draw(10);
    if (dice < 5) { const { op, value } = this.#put(pick(LEASED_KEYS), lease); return { request: { op: 'put', args: op.put }, values: [value] }; }
    return dice < 9 ? { request: { op: 'leaseKeepAlive', args: { id: lease } } } : { request: { op: 'leaseRevoke', args: { id: lease } } };
  }

  /** Takes one message in; false if it answers nothing of ours. */
  take(answer: EtcdServerMessage & { readonly at: number }): boolean {
    const call = this.#open.get(answer.id);
    if (call === undefined) return false;
    if (answer.type !== 'etcd.response' && answer.type !== 'etcd.error') return false;
    this.#open.delete(answer.id);
    this.#idle.push(call.client);
    call.end = answer.at;
    if (answer.type === 'etcd.error') {
      if (REFUSALS.includes(answer.error)) call.outcome = 'refused';
      return true;
    }
    call.outcome = 'done';
    call.header = answer.header;
    this.#revision = Math.max(this.#revision, answer.header.revision);
    call.body = answer.body;
    if (call.request.op === 'range') this.#remember(call.request.args.key, answer.body);
    return true;
  }

  #remember(key: string, body: unknown): void {
    const { kvs } = body as { kvs: readonly { modRevision: number }[] };
    this.#seen.set(key, kvs[0]?.modRevision ?? 0);
  }

  /** The connection to a member broke: what it was asked has no answer. */
  lost(peer: string): void {
    for (const [id, call] of this.#open) if (memberOn(call.member) === peer) this.#giveUp(id, call);
  }

  /** Clients that have waited too long give up. */
  expire(now: number, patience = PATIENCE): void {
    for (const [id, call] of this.#open) if (now - call.start > patience) this.#giveUp(id, call);
  }

  #giveUp(id: number, call: Call): void {
    this.#open.delete(id);
    this.#idle.push(call.client);
  }
}
