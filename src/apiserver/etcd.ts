/**
 * The connection to etcd: numbered requests, their answers, and what a broken connection means.
 *
 * Requests go to one member, the local one as long as it answers. When the connection breaks, reads under way are asked again of
 * the next member; writes fail, because nobody can know whether they took effect.
 *
 * @source etcd-io/etcd client/v3/retry.go; kubernetes/apiserver pkg/storage/etcd3
 */
import { must } from '../base/assert.ts';
import { millis, type ProcessId } from '../base/data.ts';
import { Numbered } from '../base/numbered.ts';
import { failure, type Status } from '../api/status.ts';
import type { EtcdReply, EtcdRequest, RangeRequest, ResponseHeader, TxnRequest } from '../etcd/contract.ts';
import { ask, type Conversation } from '../sim/conversation.ts';
import type { EtcdConnection, EtcdWaiter, Server } from './state.ts';

/** An answer as a conversation sees it. */
export type EtcdAnswer<Body> =
  | { readonly type: 'etcd.response'; readonly header: ResponseHeader; readonly body: Body }
  | { readonly type: 'etcd.error'; readonly error: string };

/** A connection that has asked nothing yet. */
export function newConnection(): EtcdConnection {
  return { member: 0, nextId: 1, pending: new Numbered(), watches: new Map(), healthy: false, lastError: '', failures: 0 };
}

/** The member that is asked at present. */
export function currentMember({ state }: Server): ProcessId {
  const members = state.config.etcd;
  return must(members[state.etcd.member % members.length], 'no etcd member is configured');
}

/** Sends a request; the answer goes to the waiter. */
export function sendEtcd(server: Server, request: EtcdRequest, waiter: EtcdWaiter): number {
  const { etcd } = server.state;
  const id = etcd.nextId++;
  etcd.pending.set(id, waiter);
  server.out.send(currentMember(server), { type: 'etcd.request', id, request });
  return id;
}

/** Takes the waiter of an answer out; undefined when nobody waits any more. */
export function takeWaiter(server: Server, message: EtcdReply): EtcdWaiter | undefined {
  const { etcd } = server.state;
  const waiter = etcd.pending.get(message.id);
  etcd.pending.delete(message.id);
  if (message.type === 'etcd.response') { etcd.healthy = true; etcd.failures = 0; }
  return waiter;
}

/** What gRPC says when the member's port refuses connections. */
export const connectionRefused = 'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:2379: connect: connection refused"';

/** Goes on to the next member after a broken connection. Returns the waiters that the break has failed. */
export function connectionBroken(server: Server): readonly EtcdWaiter[] {
  const { etcd, config } = server.state;
  etcd.healthy = false;
  etcd.lastError = connectionRefused;
  etcd.failures++;
  etcd.member = (etcd.member + 1) % config.etcd.length;
  const failed = [...etcd.pending.values()];
  etcd.pending = new Numbered();
  return failed;
}

/** How often a read is asked again, and the wait between. @source etcd-io/etcd client/v3/options.go (defaultUnaryMaxRetries, defaultBackoffWaitBetween) */
const READ_RETRIES_MAX = 100;
const READ_RETRY_WAIT = millis(25);
/** Failures that change nothing and pass by themselves. */
const PASSING: readonly string[] = ['etcdserver: leader changed', 'etcdserver: no leader', connectionRefused];

/** Asks etcd from within a conversation. Reads are asked again while a leader is being found; writes are not, for they may have been done. */
export function etcd<Body>(request: EtcdRequest): Conversation<EtcdAnswer<Body>> {
  return request.op === 'range' ? readAgain(request) : ask('etcd', request);
}

function* readAgain<Body>(request: EtcdRequest): Conversation<EtcdAnswer<Body>> {
  for (let tries = 0; ; tries++) {
    const answer = yield* ask<EtcdAnswer<Body>>('etcd', request);
    if (tries >= READ_RETRIES_MAX || answer.type !== 'etcd.error' || !PASSING.includes(answer.error)) return answer;
    yield* ask('sleep', READ_RETRY_WAIT);
  }
}

/** A transaction from within a conversation. */
export const txn = (args: TxnRequest): EtcdRequest => ({ op: 'txn', args });
/** A range from within a conversation. */
export const range = (args: RangeRequest): EtcdRequest => ({ op: 'range', args });

/**
 * What the API answers when etcd fails: a bare 500 with etcd's own sentence, for upstream knows no better word for it.
 *
 * @source kubernetes/apiserver pkg/endpoints/handlers/responsewriters/status.go (ErrorToAPIStatus)
 */
export function etcdFailure(error: string): Status {
  if (error === requestTimedOut) return failure({ code: 504, reason: 'Timeout', message: `Timeout: ${requestTimedOut}`, details: { retryAfterSeconds: 0 } });
  return failure({ code: 500, reason: '', message: error });
}

/** What a request says that ran into its own deadline. @source kubernetes/apiserver pkg/endpoints/handlers/finisher/finisher.go */
export const requestTimedOut = 'request did not complete within requested timeout - context deadline exceeded';
