/**
 * The client of etcdctl: which members it asks, how long it tries, and whom it asks next when one is away.
 *
 * @source etcd-io/etcd client/v3 (retry interceptor, balancer), etcdctl/ctlv3/command/global.go
 * @fidelity simplified: members are tried in the order given, not in turn; one command waits for one answer at a time
 */
import { type Micros, micros, millis, type Result, seconds } from '../../../base/data.ts';
import type { EtcdRequest, Member, ResponseHeader } from '../../../etcd/contract.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, cx, type ProcessPlace, type Settings } from '../../command.ts';
import { isOn, isSet, listFlag, numberFlag, textFlag } from '../../options.ts';
import { codeOf, logFailedAttempt, rpcError } from './client-log.ts';
import { EXIT, type Failure, failure, formOf } from './output.ts';

/** `--endpoints` when nothing is said. */
const DEFAULT_ENDPOINT = '127.0.0.1:2379';
const CLIENT_PORT = '2379';
/** `--command-timeout` when nothing is said. @source etcd-io/etcd etcdctl/ctlv3/ctl.go defaultCommandTimeOut */
const COMMAND_TIMEOUT = seconds(5);
/** Before all members are dialled again. @source grpc/grpc-go backoff/backoff.go DefaultConfig.BaseDelay */
const DIAL_AGAIN = seconds(1);
/** Rounds of dialling at most, whatever the time-out. */
const ROUNDS_MAX = 300;
/** A refusal comes at once; what breaks later may have been done already. */
const REFUSED_WITHIN = millis(10);
const DEADLINE = 'context deadline exceeded';
const DEADLINE_RPC = `rpc error: code = DeadlineExceeded desc = ${DEADLINE}`;
const NEVER_CONNECTED = `rpc error: code = DeadlineExceeded desc = received context error while waiting for new LB policy update: ${DEADLINE}`;
/** A read is asked for once more after so long, so many times. @source etcd-io/etcd client/v3/options.go defaultBackoffWaitBetween, defaultUnaryMaxRetries */
const RETRY_SOON = millis(25);
const ATTEMPTS_MAX = 100;
/** What gRPC says when the server goes away in the middle of a request. */
const BROKEN = 'rpc error: code = Unavailable desc = error reading from server: EOF';

/** Reads may be asked again without harm. */
const READS: readonly EtcdRequest['op'][] = ['range', 'memberList', 'status', 'hashKV', 'leaseLeases', 'leaseTimeToLive', 'leaseKeepAlive'];

/** An answer of etcd, or its refusal in etcd's words. */
export type Answer<B> = { readonly ok: true; readonly header: ResponseHeader; readonly body: B } | Refused;
/** A refusal; with `exit`, the client could not even be made. */
export interface Refused { readonly ok: false; readonly error: string; readonly exit?: number }

/** What the command says to a refusal; `say` puts the error into its own words. */
export const refusal = ({ error, exit }: Refused, usual: number = EXIT.error, say: (error: string) => string = (text) => text): Failure =>
  (exit === undefined ? failure(say(error), usual) : failure(error, exit));

/** Who is asked and for how long. */
export interface Client {
  readonly endpoints: readonly Endpoint[];
  readonly timeout: Micros;
  /** Address that the client was made for, and the name of its log; `etcd-client` when left out. */
  readonly target: string;
  readonly logger?: string;
  /** What `authenticate` gave. */
  readonly token?: string;
  /** Why there is no token. */
  readonly refused?: Refused;
}
/** An endpoint as typed, and the process behind it. */
export interface Endpoint { readonly name: string; readonly process: string }

/** The client that the line describes. */
export function* clientOf(args: Arguments, settings: Settings): Conversation<Client> {
  const form = formOf(args);
  const names = isSet(args, 'endpoints') ? listFlag(args, 'endpoints') : [DEFAULT_ENDPOINT];
  const client = { endpoints: yield* resolveAll(names, settings), timeout: timeoutOf(args), target: names[0] ?? DEFAULT_ENDPOINT };
  // An output form that does not exist is noticed before anything is asked.
  if (!form.ok) return { ...client, refused: { ok: false, error: form.error.message, exit: form.error.exit } };
  return yield* authenticated(args, client);
}

/** What an etcd without authentication says; the client goes on without a token. */
const NOT_ENABLED = 'etcdserver: authentication is not enabled';

/** `--user NAME[:PASSWORD]` and `--password`: the first thing the client does is to ask for a token. */
function* authenticated(args: Arguments, client: Client): Conversation<Client> {
  const { name, password } = yield* whoAsks(args);
  if (name === '' || password === '') return client;
  const answer = yield* call<{ readonly token: string }>(client, { op: 'authenticate', args: { name, password } });
  if (answer.ok) return { ...client, token: answer.body.token };
  return answer.error === NOT_ENABLED ? client : { ...client, refused: { ...answer, exit: EXIT.badConnection } };
}

function* whoAsks(args: Arguments): Conversation<{ readonly name: string; readonly password: string }> {
  const user = textFlag(args, 'user');
  if (isSet(args, 'password')) return { name: user, password: textFlag(args, 'password') };
  const colon = user.indexOf(':');
  if (user === '' || colon >= 0) return { name: user.slice(0, Math.max(0, colon)), password: user.slice(colon + 1) };
  // Nobody sits at a terminal of its own here: what is asked for comes from a here-document, or not at all.
  yield* cx.print('Password: \n');
  return { name: user, password: (args.files['-'] ?? '').split('\n')[0] ?? '' };
}

function timeoutOf(args: Arguments): Micros {
  const value = numberFlag(args, 'command-timeout');
  return value === undefined ? COMMAND_TIMEOUT : micros(value);
}

function* resolveAll(names: readonly string[], settings: Settings): Conversation<readonly Endpoint[]> {
  const places = yield* cx.processes();
  return names.map((name) => ({ name, process: processOf(name, places, settings) }));
}

/** The endpoint of an address, `HOST:PORT`. */
export function* endpointAt(name: string, settings: Settings): Conversation<Endpoint> {
  return { name, process: processOf(name, yield* cx.processes(), settings) };
}

/** The member that listens at an endpoint; a process that does not exist when nobody does. */
function processOf(name: string, places: readonly ProcessPlace[], settings: Settings): string {
  const [host = '', port = ''] = name.replace(/^[a-z]+:\/\//, '').replace(/\/.*$/, '').split(':');
  const isHere = host === '127.0.0.1' || host === 'localhost';
  const node = isHere ? settings.node : places.find((place) => place.node === host || (place.address ?? '') === host)?.node ?? host;
  return port === CLIENT_PORT || port === '' ? `${node}/etcd` : `${node}/nobody-at-port-${port}`;
}

/** One endpoint alone, for what is asked of each member by itself. */
export const only = (client: Client, endpoint: Endpoint): Client => ({ ...client, endpoints: [endpoint] });

/** How a try with one member ended without an answer: why, as gRPC writes it, and whether it makes sense to try again. */
interface Failed { readonly refused: Refused; readonly error: string; readonly again: 'dial' | 'soon' | 'no' }

/** Asks the first member that answers; dials again until the time-out. */
export function* call<B>(client: Client, request: EtcdRequest): Conversation<Answer<B>> {
  if (client.refused !== undefined) return client.refused;
  const deadline = (yield* cx.now()) + client.timeout;
  const log = { op: request.op, target: client.target, logger: client.logger ?? 'etcd-client' };
  let attempt = 0;
  let dialled = NEVER_CONNECTED;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    let pause: number = DIAL_AGAIN;
    for (const { process } of client.endpoints) {
      const tried = yield* tryOne<B>(client, process, { request, deadline });
      if (tried === undefined) break;
      if ('ok' in tried) return tried;
      if (tried.again === 'dial') { dialled = tried.error; continue; }
      yield* logFailedAttempt({ ...log, attempt, error: tried.error });
      if (tried.again === 'no' || attempt >= ATTEMPTS_MAX) return tried.refused;
      attempt += 1;
      pause = RETRY_SOON;
      break;
    }
    const left = deadline - (yield* cx.now());
    if (left <= 0) break;
    yield* cx.sleep(micros(Math.min(pause, left)));
  }
  if (attempt === 0) yield* logFailedAttempt({ ...log, attempt, error: dialled });
  return { ok: false, error: DEADLINE };
}

/** One try with one member; undefined when there is no time left for it. */
function* tryOne<B>(client: Client, process: string, { request, deadline }: { readonly request: EtcdRequest; readonly deadline: number }): Conversation<Answer<B> & { readonly ok: true } | Failed | undefined> {
  const sent = yield* cx.now();
  if (sent >= deadline) return undefined;
  const answer = yield* cx.etcd(process, request, { within: micros(deadline - sent), ...(client.token === undefined ? {} : { token: client.token }) });
  if (answer.ok) return answer as Answer<B> & { readonly ok: true };
  const isRead = READS.includes(request.op);
  if (answer.lost !== true) {
    // Refusals that say "not now" are no answer to a read.
    const error = answer.error === DEADLINE ? DEADLINE_RPC : rpcError(answer.error);
    return { refused: answer, error, again: isRead && codeOf(answer.error) === 'Unavailable' ? 'soon' : 'no' };
  }
  if ((yield* cx.now()) - sent <= REFUSED_WITHIN) return { refused: answer, error: notConnected(client.endpoints.find((one) => one.process === process)?.name ?? ''), again: 'dial' };
  return { refused: { ok: false, error: BROKEN }, error: BROKEN, again: isRead ? 'soon' : 'no' };
}

/** What gRPC says of a time-out while nobody takes the call. */
const notConnected = (endpoint: string): string =>
  `rpc error: code = DeadlineExceeded desc = latest balancer error: connection error: desc = "transport: Error while dialing: dial tcp ${endpoint.replace(/^[a-z]+:\/\//, '')}: connect: connection refused"`;

/** The endpoints of the line, or with `--cluster` those of all members. @source etcdctl/ctlv3/command/ep_command.go endpointsFromCluster */
export function* endpointsOf(args: Arguments, settings: Settings, client: Client): Conversation<Result<readonly Endpoint[], Failure>> {
  if (!isOn(args, 'cluster')) return { ok: true, value: client.endpoints };
  const answer = yield* call<{ readonly members: readonly Member[] }>(client, { op: 'memberList', args: { linearizable: true } });
  if (!answer.ok) return { ok: false, error: refusal(answer, EXIT.error, (why) => `failed to fetch endpoints from etcd cluster member list: ${why}`) };
  return { ok: true, value: yield* resolveAll(answer.body.members.flatMap(({ clientURLs }) => clientURLs), settings) };
}
