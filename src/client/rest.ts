/**
 * The API client of a process: one connection to an API server, chosen by the load balancer, with many requests on it.
 *
 * @source kubernetes/client-go rest/request.go
 */
import type { Micros, ProcessId } from '../base/data.ts';
import { micros, millis, seconds } from '../base/data.ts';
import { Numbered } from '../base/numbered.ts';
import { brokenStream, type StreamFrame, type StreamStatus } from '../api/stream.ts';
import type { AnswerWay, ApiCall, ApiServerMessage, Credential, Impersonation, WatchEvent } from '../api/wire.ts';
import type { Input, Outbox } from '../sim/process.ts';
import type { LoadBalancerMessage } from './load-balancer.ts';

/** How a process reaches and proves itself to the API. */
export interface RestConfig {
  /** The load balancer process, or '' to use `servers[0]` directly. */
  readonly loadBalancer: ProcessId | '';
  /** Used when there is no load balancer. */
  readonly servers: readonly ProcessId[];
  readonly credential: Credential;
  readonly userAgent: string;
  /** Whom every request acts as, instead of the client itself (`kubectl --as`). */
  readonly impersonate?: Impersonation;
}

interface Flight { readonly call: ApiCall; readonly tag: string; readonly cause: number; readonly timeout: number; readonly manner: RequestManner; sent: boolean; streaming: boolean; upgraded: boolean }

/** Plain state of a client. */
export interface RestState {
  readonly config: RestConfig;
  backend: ProcessId | '';
  connecting: boolean;
  /** The server of this connection has said something. */
  heard: boolean;
  /** When it last did, or when the connection was made. */
  heardAt: Micros;
  /** Whether somebody looks after the connection: 'asked' while a ping waits for its answer, 'stale' when it is to be closed. */
  health: 'unwatched' | 'watched' | 'asked' | 'stale';
  failures: number;
  nextId: number;
  inflight: Numbered<Flight>;
}

/** What came back for a request. `code` 0 = nobody answered; `body` is then a sentence. */
export type RestEvent =
  | { readonly type: 'response'; readonly id: number; readonly tag: string; readonly code: number; readonly body: unknown; readonly warnings: readonly string[]; readonly way?: AnswerWay | undefined }
  | { readonly type: 'watch'; readonly id: number; readonly tag: string; readonly events: readonly WatchEvent[]; readonly way?: AnswerWay | undefined }
  | { readonly type: 'watchEnd'; readonly id: number; readonly tag: string }
  /** After a response 101: frames, and how the stream ended. */
  | { readonly type: 'stream'; readonly id: number; readonly tag: string; readonly frames: readonly StreamFrame[] }
  | { readonly type: 'streamEnd'; readonly id: number; readonly tag: string; readonly status: StreamStatus };

const SWITCHING_PROTOCOLS = 101;
/** Wait before dialling again, doubled per failure up to the maximum. @source client-go util/flowcontrol backoff of reflectors (800 ms) */
const REDIAL_MIN = millis(200);
const REDIAL_MAX = seconds(5);
/** Dial time-out of client-go's transport. @source kubernetes/client-go rest/transport.go */
const DIAL_TIMEOUT = seconds(30);
/** A server that was not heard for so long is asked whether it is there, and has so long to say so. @source kubernetes/apimachinery pkg/util/net/http.go (readIdleTimeoutSeconds, pingTimeoutSeconds) */
const READ_IDLE = seconds(30);
const PING_TIMEOUT = seconds(15);
/** A new connection has this long for its handshake; a server that says nothing is asked halfway. @source kubernetes/client-go transport/cache.go (tlsHandshakeTimeout 10 s) */
const HANDSHAKE_LOOK = seconds(5);
const HEALTH = 'rest.health';
/** Go's words for a server that takes a connection and is silent. */
const HANDSHAKE_TIMEOUT = 'net/http: TLS handshake timeout';

export function newRest(config: RestConfig): RestState {
  return { config, backend: '', connecting: false, heard: false, heardAt: micros(0), health: 'unwatched', failures: 0, nextId: 1, inflight: new Numbered() };
}

/** `timeout` 0 = as long as the server takes; the others in place of the client's own. */
export interface RequestManner { readonly timeout?: Micros; readonly credential?: Credential; readonly userAgent?: string; readonly impersonate?: Impersonation; readonly auditId?: string }

const noWarnings: readonly string[] = Object.freeze([]);
const ordinary: RequestManner = Object.freeze({});

/** Sends a request; the answer comes later as a `RestEvent` with this tag. */
export function request(rest: RestState, out: Outbox, call: ApiCall, tag: string, manner: RequestManner = ordinary): number {
  const id = rest.nextId++;
  const timeout = manner.timeout ?? 0;
  const flight: Flight = { call, tag, cause: out.cause, timeout, manner, sent: false, streaming: call.verb === 'watch', upgraded: false };
  rest.inflight.set(id, flight);
  if (timeout > 0) out.startTimer(`rest:${id}`, micros(timeout));
  if (rest.backend === '') { connect(rest, out); return id; }
  transmit(rest, out, id, flight);
  if (rest.health === 'unwatched') watchOver(rest, out, READ_IDLE);
  return id;
}

/** Ends a watch or gives up a request; no event follows. */
export function cancel(rest: RestState, out: Outbox, id: number): void {
  const flight = rest.inflight.get(id);
  if (flight === undefined) return;
  rest.inflight.delete(id);
  if (flight.timeout > 0) out.cancelTimer(`rest:${id}`);
  if (flight.sent && rest.backend !== '') out.send(rest.backend, { type: 'api.cancel', id });
}

/** Sends frames on an open stream. */
export function sendFrames(rest: RestState, out: Outbox, id: number, frames: readonly StreamFrame[]): void {
  if (rest.backend !== '' && rest.inflight.get(id)?.upgraded === true) out.send(rest.backend, { type: 'api.stream', id, frames });
}

/** Closes the connection in a moment: what is under way on it fails, and the next request dials anew. */
export function hangUp(rest: RestState, out: Outbox): void {
  if (rest.backend === '') return;
  rest.health = 'stale';
  out.startTimer(HEALTH, micros(0));
}

/** Takes an input if it belongs to the client; undefined = not ours. */
export function handleRest(rest: RestState, input: Input, out: Outbox): readonly RestEvent[] | undefined {
  switch (input.type) {
    case 'message': return fromServer(rest, input.from, input.body as ApiServerMessage | LoadBalancerMessage, out);
    case 'connectionLost': return lost(rest, input.peer, out);
    case 'timer': return timer(rest, input.name, out);
    default: return undefined;
  }
}

function fromServer(rest: RestState, from: ProcessId, message: ApiServerMessage | LoadBalancerMessage, out: Outbox): readonly RestEvent[] | undefined {
  switch (message.type) {
    case 'lb.backend': return connected(rest, message.backend, out);
    case 'lb.none': return dialFailed(rest, out);
    case 'lb.shutdown': return message.backend === rest.backend ? close(rest, out, 'read tcp: connection reset by peer') : [];
    case 'api.response': case 'api.watch': case 'api.watchEnd': case 'api.stream': case 'api.streamEnd': case 'api.pong': break;
    default: return undefined;
  }
  const flight = rest.inflight.get(message.id);
  if (from === rest.backend) {
    rest.heardAt = out.monotonic;
    if (!rest.heard) { rest.heard = true; rest.failures = 0; }
  }
  if (flight === undefined || from !== rest.backend) return [];
  if (message.type === 'api.pong') return [];
  if (message.type === 'api.watch') return [{ type: 'watch', id: message.id, tag: flight.tag, events: message.events, way: message.way }];
  if (message.type === 'api.stream') return [{ type: 'stream', id: message.id, tag: flight.tag, frames: message.frames }];
  if (flight.timeout > 0) out.cancelTimer(`rest:${message.id}`);
  if (message.type === 'api.response' && message.code === SWITCHING_PROTOCOLS) flight.upgraded = true; else rest.inflight.delete(message.id);
  if (message.type === 'api.streamEnd') return [{ type: 'streamEnd', id: message.id, tag: flight.tag, status: message.status }];
  if (message.type === 'api.watchEnd') return [{ type: 'watchEnd', id: message.id, tag: flight.tag }];
  return [{ type: 'response', id: message.id, tag: flight.tag, code: message.code, body: message.body, warnings: message.warnings ?? noWarnings, way: message.way }];
}

function transmit(rest: RestState, out: Outbox, id: number, flight: Flight): void {
  if (rest.backend === '') return;
  flight.sent = true;
  const before = out.cause;
  out.because(flight.cause);
  const { config } = rest;
  const { credential = config.credential, userAgent = config.userAgent, impersonate = config.impersonate, auditId } = flight.manner;
  const { call } = flight;
  const message: object = impersonate === undefined
    ? { type: 'api.request', id, call, credential, userAgent }
    : { type: 'api.request', id, call, credential, userAgent, impersonate };
  out.send(rest.backend, auditId === undefined ? message : { ...message, auditId });
  out.because(before);
}

function connect(rest: RestState, out: Outbox): void {
  if (rest.connecting) return;
  rest.connecting = true;
  const { loadBalancer, servers } = rest.config;
  if (loadBalancer === '') { connected(rest, servers[0] ?? ('' as ProcessId), out); return; }
  out.startTimer('rest.dial', DIAL_TIMEOUT);
  out.send(loadBalancer, { type: 'lb.connect' });
}

function connected(rest: RestState, backend: ProcessId, out: Outbox): readonly RestEvent[] {
  if (!rest.connecting || rest.backend !== '') return [];
  rest.connecting = false;
  rest.backend = backend;
  rest.heard = false;
  rest.heardAt = out.monotonic;
  out.cancelTimer('rest.dial');
  watchOver(rest, out, HANDSHAKE_LOOK);
  for (const [id, flight] of rest.inflight) if (!flight.sent) transmit(rest, out, id, flight);
  return [];
}

/** Nobody takes connections: what waits fails, and the next request dials again after a pause. */
function dialFailed(rest: RestState, out: Outbox): readonly RestEvent[] {
  if (!rest.connecting || rest.backend !== '') return [];
  out.cancelTimer('rest.dial');
  pauseDialling(rest, out);
  return failAll(rest, out, 'dial tcp 10.0.0.10:6443: connect: connection refused');
}

function pauseDialling(rest: RestState, out: Outbox): void {
  let pause: number = REDIAL_MIN;
  for (let i = 0; i < rest.failures && pause < REDIAL_MAX; i++) pause *= 2;
  rest.failures++;
  rest.connecting = true;
  out.startTimer('rest.redial', micros(Math.min(pause, REDIAL_MAX)));
}

/** A server that went away before it said anything counts as a failed dial, so that nobody dials it in a tight loop. */
function lost(rest: RestState, peer: ProcessId, out: Outbox): readonly RestEvent[] | undefined {
  if (peer === rest.config.loadBalancer) return dialFailed(rest, out);
  if (peer !== rest.backend) return undefined;
  rest.backend = '';
  rest.connecting = false;
  if (!rest.heard) pauseDialling(rest, out);
  return failAll(rest, out, 'read tcp: connection reset by peer');
}

function watchOver(rest: RestState, out: Outbox, after: number): void {
  rest.health = 'watched';
  out.startTimer(HEALTH, micros(after));
}

/** A look at the connection. One that nobody uses is not looked after. */
function lookAfter(rest: RestState, out: Outbox): readonly RestEvent[] {
  const { health } = rest;
  rest.health = 'unwatched';
  if (rest.backend === '') return [];
  if (health === 'stale') return close(rest, out, 'http2: client connection force closed via ClientConn.Close');
  if (rest.inflight.size === 0) return [];
  const patience = rest.heard ? READ_IDLE : HANDSHAKE_LOOK;
  const silent = out.monotonic - rest.heardAt;
  if (silent < patience) { watchOver(rest, out, patience - silent); return []; }
  if (health === 'asked') return close(rest, out, rest.heard ? 'http2: client connection lost' : HANDSHAKE_TIMEOUT);
  rest.health = 'asked';
  out.send(rest.backend, { type: 'api.ping' });
  out.startTimer(HEALTH, rest.heard ? PING_TIMEOUT : HANDSHAKE_LOOK);
  return [];
}

/** Lets go of a server that may never notice: it is told to forget what was asked. */
function close(rest: RestState, out: Outbox, why: string): readonly RestEvent[] {
  const { backend } = rest;
  for (const [id, flight] of rest.inflight) if (flight.sent) out.send(backend as ProcessId, { type: 'api.cancel', id });
  rest.backend = '';
  rest.connecting = false;
  if (!rest.heard) pauseDialling(rest, out);
  return failAll(rest, out, why);
}

function failAll(rest: RestState, out: Outbox, why: string): readonly RestEvent[] {
  const events: RestEvent[] = [];
  for (const [id, flight] of rest.inflight) {
    if (flight.timeout > 0) out.cancelTimer(`rest:${id}`);
    if (flight.upgraded) { events.push({ type: 'streamEnd', id, tag: flight.tag, status: brokenStream('connection reset by peer') }); continue; }
    events.push(flight.streaming && flight.sent
      ? { type: 'watchEnd', id, tag: flight.tag }
      : { type: 'response', id, tag: flight.tag, code: 0, body: why, warnings: [] });
  }
  rest.inflight = new Numbered();
  return events;
}

function timer(rest: RestState, name: string, out: Outbox): readonly RestEvent[] | undefined {
  if (name === 'rest.redial') {
    rest.connecting = false;
    if (rest.inflight.size > 0) connect(rest, out);
    return [];
  }
  if (name === HEALTH) return lookAfter(rest, out);
  if (name === 'rest.dial') return dialFailed(rest, out);
  if (!name.startsWith('rest:')) return undefined;
  const id = Number(name.slice(5));
  const flight = rest.inflight.get(id);
  if (flight === undefined) return [];
  rest.inflight.delete(id);
  if (flight.sent && rest.backend !== '') out.send(rest.backend, { type: 'api.cancel', id });
  return [{ type: 'response', id, tag: flight.tag, code: 0, body: 'context deadline exceeded', warnings: [] }];
}
