/** Puts at a given rate or as fast as may be, for `etcdctl check`: too many for the questions of one conversation, so the shell itself sends them. */
import { micros, type Micros, type ProcessId, seconds } from '../base/data.ts';
import type { EtcdServerMessage } from '../etcd/contract.ts';
import type { Outbox } from '../sim/process.ts';

/** What is wanted: so many puts in a second, spread over so many clients; with `limit`, so many in all. */
export interface LoadWish {
  readonly members: readonly string[];
  readonly prefix: string;
  readonly rate: number;
  readonly clients: number;
  readonly seconds: number;
  readonly valueBytes: number;
  readonly keyBytes: number;
  readonly limit?: number;
  readonly token?: string;
}
/** What came of it; times in seconds. */
export interface LoadResult { readonly count: number; readonly total: number; readonly slowest: number; readonly stddev: number; readonly errors: Readonly<Record<string, number>> }

export interface Load {
  readonly wish: LoadWish;
  readonly began: Micros;
  sent: number;
  open: Map<number, Micros>;
  count: number;
  sum: number;
  squares: number;
  slowest: number;
  errors: Record<string, number>;
}

/** How often the shell looks which puts are due. */
const LOOK_EVERY = micros(1000);
/** Ids of puts, apart from those of other requests. */
const FIRST_ID = 2_000_000_000;
const TIMER = 'load';

/** Begins. */
export function newLoad(wish: LoadWish, out: Outbox): Load {
  out.startTimer(TIMER, LOOK_EVERY);
  return { wish, began: out.now, sent: 0, open: new Map(), count: 0, sum: 0, squares: 0, slowest: 0, errors: {} };
}

const endOf = ({ began, wish }: Load): number => began + seconds(wish.seconds);

function send(load: Load, out: Outbox): void {
  const { wish } = load;
  const id = FIRST_ID + load.sent;
  const key = `${wish.prefix}${out.draw('load', 0x7fffffff).toString(16)}`.padEnd(wish.prefix.length + wish.keyBytes, '\0');
  const to = wish.members[load.sent % wish.members.length] ?? '';
  load.sent += 1;
  load.open.set(id, out.now);
  out.send(to as ProcessId, { type: 'etcd.request', id, request: { op: 'put', args: { key, value: '\0'.repeat(wish.valueBytes) } }, ...(wish.token === undefined ? {} : { token: wish.token }) });
}

/** Sends what is due; the result when all time is over and every put is answered. */
export function loadTick(load: Load, out: Outbox): LoadResult | undefined {
  const { wish, open } = load;
  const elapsed = Math.min(out.now, endOf(load)) - load.began;
  const limit = wish.limit ?? Infinity;
  const due = Math.min(limit, Math.floor((elapsed / 1_000_000) * wish.rate));
  while (load.sent < due && open.size < wish.clients && out.now < endOf(load)) send(load, out);
  if ((out.now >= endOf(load) || load.sent >= limit) && open.size === 0) return resultOf(load, out.now);
  out.startTimer(TIMER, LOOK_EVERY);
  return undefined;
}

/** Whether a message answers one of the puts. */
export function loadAnswer(load: Load, message: EtcdServerMessage, out: Outbox): boolean {
  const sentAt = load.open.get(message.id);
  if (sentAt === undefined || (message.type !== 'etcd.response' && message.type !== 'etcd.error')) return false;
  load.open.delete(message.id);
  if (message.type === 'etcd.error') { load.errors[message.error] = (load.errors[message.error] ?? 0) + 1; return true; }
  const took = (out.now - sentAt) / 1_000_000;
  load.count += 1;
  load.sum += took;
  load.squares += took * took;
  load.slowest = Math.max(load.slowest, took);
  return true;
}

/** A member is gone: what it had not answered is lost. */
export function loadLost(load: Load): void {
  if (load.open.size > 0) load.errors['rpc error: code = Unavailable desc = error reading from server: EOF'] = load.open.size;
  load.open.clear();
}

function resultOf({ began, count, sum, squares, slowest, errors }: Load, now: Micros): LoadResult {
  const mean = count === 0 ? 0 : sum / count;
  return { count, total: (now - began) / 1_000_000, slowest, stddev: squareRoot(count === 0 ? 0 : squares / count - mean * mean), errors };
}

/** Rounds of Newton's method: each doubles the digits that are right. */
const ROUNDS = 40;

function squareRoot(value: number): number {
  if (value <= 0) return 0;
  let root = Math.max(1, value);
  for (let i = 0; i < ROUNDS; i++) root = (root + value / root) / 2;
  return root;
}
