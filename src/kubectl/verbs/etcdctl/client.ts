/**
 * The client of etcdctl: which members it asks, how long it tries, and whom it asks next when one is away.
 *
 * @source etcd-io/etcd client/v3 (retry interceptor, balancer), etcdctl/ctlv3/command/global.go
 * @fidelity simplified: members are tried in the order given, not in turn; one command waits for one answer at a time; the lines that clientv3 logs on
 *   standard error before it gives up are left out
 */
import { type Micros, micros, millis, type Result, seconds } from '../../../base/data.ts';
import type { EtcdRequest, Member, ResponseHeader } from '../../../etcd/contract.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, cx, type ProcessPlace, type Settings } from '../../command.ts';
import { isOn, isSet, listFlag, numberFlag, textFlag } from '../../options.ts';
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
  const client = { endpoints: yield* resolveAll(names, settings), timeout: timeoutOf(args) };
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

/** Asks the first member that answers; dials again until the time-out. */
export function* call<B>(client: Client, request: EtcdRequest): Conversation<Answer<B>> {
  if (client.refused !== undefined) return client.refused;
  const began = yield* cx.now();
  for (let round = 0; round < ROUNDS_MAX; round++) {
    for (const { process } of client.endpoints) {
      const sent = yield* cx.now();
      const left = began + client.timeout - sent;
      if (left <= 0) return { ok: false, error: DEADLINE };
      const answer = yield* cx.etcd(process, request, { within: micros(left), ...(client.token === undefined ? {} : { token: client.token }) });
      if (answer.ok) return answer as Answer<B>;
      if (answer.lost !== true) return answer;
      const at = yield* cx.now();
      if (at - sent > REFUSED_WITHIN && !READS.includes(request.op)) return { ok: false, error: BROKEN };
    }
    const now = yield* cx.now();
    const left = began + client.timeout - now;
    if (left <= 0) break;
    yield* cx.sleep(micros(Math.min(DIAL_AGAIN, left)));
  }
  return { ok: false, error: DEADLINE };
}

/** The endpoints of the line, or with `--cluster` those of all members. @source etcdctl/ctlv3/command/ep_command.go endpointsFromCluster */
export function* endpointsOf(args: Arguments, settings: Settings, client: Client): Conversation<Result<readonly Endpoint[], Failure>> {
  if (!isOn(args, 'cluster')) return { ok: true, value: client.endpoints };
  const answer = yield* call<{ readonly members: readonly Member[] }>(client, { op: 'memberList', args: { linearizable: true } });
  if (!answer.ok) return { ok: false, error: refusal(answer, EXIT.error, (why) => `failed to fetch endpoints from etcd cluster member list: ${why}`) };
  return { ok: true, value: yield* resolveAll(answer.body.members.flatMap(({ clientURLs }) => clientURLs), settings) };
}
