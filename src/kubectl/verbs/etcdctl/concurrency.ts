/**
 * Sessions, locks and elections: recipes over leases and keys.
 * @source etcd-io/etcd client/v3/concurrency/{session,mutex,election,key}.go
 */
import { micros, type Micros, millis, seconds } from '../../../base/data.ts';
import { type KeyValue, prefixEnd, type RangeResponse, type TxnResponse } from '../../../etcd/contract.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { cx } from '../../command.ts';
import { type Answer, call, type Client, type Refused } from './client.ts';

/** Seconds that a session's lease lives without renewal. @source concurrency/session.go defaultSessionTTL */
export const SESSION_TTL = 60;
/** Looks at the watch, or renewals, of one command: a conversation has a limit. */
const ROUNDS_MAX = 20_000;

/** A lease that is renewed as long as the command lives. */
export interface Session { readonly client: Client; readonly lease: string; readonly ttl: number }
/** A key of one's own under a prefix, in the line of those who came before. */
export interface Place { readonly session: Session; readonly prefix: string; readonly key: string; readonly revision: number }
/** Why nobody waits any longer. */
export type Ended = { readonly type: 'interrupt' } | { readonly type: 'expired' };

/** Opens a session. */
export function* newSession(client: Client, ttl: number): Conversation<Answer<Session>> {
  const answer = yield* call<{ readonly id: string; readonly ttl: number }>(client, { op: 'leaseGrant', args: { ttl } });
  return answer.ok ? { ...answer, body: { client, lease: answer.body.id, ttl: answer.body.ttl } } : answer;
}

/** A third of the lease's life: how often it is renewed. */
const renewEvery = ({ ttl }: Session): Micros => micros(Math.floor(seconds(ttl) / 3));

function* renew({ client, lease }: Session): Conversation<boolean> {
  const answer = yield* call<{ readonly ttl: number }>(client, { op: 'leaseKeepAlive', args: { id: lease } });
  return answer.ok && answer.body.ttl > 0;
}

/** Takes a place in the line: a key under the prefix that ends with the lease, made only once. */
export function* takePlace(session: Session, name: string, value: string): Conversation<Answer<Place>> {
  const prefix = `${name}/`;
  const key = `${prefix}${session.lease}`;
  const answer = yield* call<TxnResponse>(session.client, {
    op: 'txn', args: { compare: [{ key, target: 'create', result: 'equal', operand: 0 }], success: [{ put: { key, value, lease: session.lease } }], failure: [{ range: { key } }] },
  });
  if (!answer.ok) return answer;
  const [first] = answer.body.responses;
  const revision = first !== undefined && 'range' in first ? first.range.kvs[0]?.createRevision ?? 0 : answer.header.revision;
  return { ...answer, body: { session, prefix, key, revision } };
}

const isRefused = (value: Ended | Refused | null): value is Refused => value !== null && 'ok' in value;
export { isRefused };

/** Waits until all who came before are gone; undefined answers mean one is first. */
export function* untilFirst(place: Place): Conversation<Ended | Refused | null> {
  const { session: { client }, prefix, revision } = place;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const before = yield* call<RangeResponse>(client, {
      op: 'range', args: { key: prefix, rangeEnd: prefixEnd(prefix), sortTarget: 'create', sortOrder: 'descend', limit: 1, maxCreateRevision: revision - 1 },
    });
    if (!before.ok) return before;
    const last = before.body.kvs[0];
    if (last === undefined) return null;
    const ended = yield* untilDeleted(place, { key: last.key, from: before.header.revision });
    if (ended !== null) return ended;
  }
  return { type: 'expired' };
}

function* untilDeleted({ session }: Place, { key, from }: { readonly key: string; readonly from: number }): Conversation<Ended | null> {
  const member = session.client.endpoints[0]?.process ?? '';
  const handle = yield* cx.etcdWatch(member, { key, startRevision: from }, session.client.token);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const next = yield* cx.etcdNext(handle, renewEvery(session));
    if (next.type === 'interrupt') return next;
    if (next.type === 'events' && next.events.some(({ type }) => type === 'DELETE')) return null;
    if (next.type === 'canceled') { yield* cx.sleep(millis(100)); return null; }
    if (next.type === 'timeout' && !(yield* renew(session))) return { type: 'expired' };
  }
  return { type: 'expired' };
}

/** Keeps the session alive until Ctrl-C, or until it could not be. */
export function* untilInterrupted(session: Session): Conversation<Ended> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const rested = yield* cx.rest(renewEvery(session));
    if (rested !== null) return rested;
    if (!(yield* renew(session))) break;
  }
  return { type: 'expired' };
}

/** Gives the place back. */
export const leavePlace = ({ session, key }: Place): Conversation<Answer<object>> => call<object>(session.client, { op: 'deleteRange', args: { key } });

/** Whose turn it is: the oldest key under the prefix. */
export function* firstOf(client: Client, prefix: string): Conversation<Answer<{ readonly kv?: KeyValue }>> {
  const answer = yield* call<RangeResponse>(client, { op: 'range', args: { key: prefix, rangeEnd: prefixEnd(prefix), sortTarget: 'create', sortOrder: 'ascend', limit: 1 } });
  if (!answer.ok) return answer;
  const [kv] = answer.body.kvs;
  return { ...answer, body: kv === undefined ? {} : { kv } };
}
