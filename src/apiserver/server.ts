/**
 * kube-apiserver: the only way to the store, and the place where everybody learns of changes.
 *
 * What arrives is one of four things: a request (through the pipeline of `pipeline.ts`), an answer or event of etcd, the answer of a
 * kubelet, or a timer of the server's own work. Before the watch caches are filled, requests wait at the door.
 *
 * @source kubernetes/kubernetes pkg/controlplane, kubernetes/apiserver
 */
import { type ProcessId, micros, type Micros } from '../base/data.ts';
import { Numbered } from '../base/numbered.ts';
import { Table } from '../base/table.ts';
import { tooManyRequestsGeneric } from '../api/status.ts';
import type { StreamFrame, StreamStatus } from '../api/stream.ts';
import type { AppHttpAnswer } from '../api/app-http.ts';
import type { ApiClientMessage } from '../api/wire.ts';
import { drawnUuid } from '../client/drawn-uuid.ts';
import type { EtcdReply, EtcdServerMessage, RangeResponse, ResponseHeader, WatchEvents } from '../etcd/contract.ts';
import { defineProcess, type Input } from '../sim/process.ts';
import { aggregationTimer, apiServicesChanged, backendsChanged } from './aggregation/availability.ts';
import { API_SERVICES, newAggregation } from './aggregation/state.ts';
import { TRACK } from './authn/legacy-tokens.ts';
import { COMPACT_INTERVAL } from './bootstrap/compactor.ts';
import { RECONCILE_INTERVAL } from './bootstrap/endpoint-reconciler.ts';
import { identityOf, RENEW_INTERVAL } from './bootstrap/identity-lease.ts';
import { applyEvents, cacheOf, finishList, listLater, newCaches, startEtcdWatch, startList } from './cacher/watch-cache.ts';
import { BOOKMARK_INTERVAL, dropWatch, endAllWatches, endOverdueWatches, sendBookmarks } from './cacher/watch.ts';
import { completeConfig, PARKED_REQUESTS_MAX, type ServerConfig, type ServerOptions } from './config.ts';
import { DEFINITIONS } from './custom/definitions.ts';
import { definitionsChanged } from './custom/sync.ts';
import { connectionBroken, connectionRefused, currentMember, etcdFailure, newConnection, sendEtcd, takeWaiter } from './etcd.ts';
import { stageDoors } from './pipeline.ts';
import { takeServed } from './questions.ts';
import { isBuiltIn } from './resources.ts';
import type { KubeletAnswer } from './registry/scripts/logs.ts';
import { beginLoopback, beginRequest, cancelRequest, enforceDeadlines, goOn, REQUEST_TIMEOUT } from './requests.ts';
import { AWAITS, type EtcdWaiter, type Server, type ServerState } from './state.ts';
import { closeStream, endStreamsOf, fromStreamClient, fromStreamKubelet } from './streams.ts';
import { goOnWithTask, startTask } from './tasks.ts';
import { webhookAnswered, webhooksLost, webhookTimedOut } from './webhooks.ts';

type KubeletMessage = KubeletAnswer & { readonly type: 'kubelet.response'; readonly id: number };
interface KubeletStream { readonly type: 'kubelet.stream'; readonly id: number; readonly frames: readonly StreamFrame[]; readonly end?: StreamStatus }
export type ServerMessage = ApiClientMessage | EtcdServerMessage | KubeletMessage | KubeletStream | AppHttpAnswer;

/** The process kind. */
export const apiServer = defineProcess<ServerState, ServerMessage, ServerOptions>({
  kind: 'kube-apiserver',
  mailboxMax: 100_000,
  points: stageDoors,
  boot({ config, node, out }) {
    const state = newState(completeConfig(config, node), out.now, drawnUuid(out));
    for (const resource of state.caches.keys()) startList({ state, out }, resource);
    out.startTimer('bookmarks', BOOKMARK_INTERVAL);
    return state;
  },
  step(state, input, out) {
    const server: Server = { state, out };
    take(server, input);
    settle(server);
  },
});

function newState(config: ServerConfig, now: Micros, life: string): ServerState {
  const caches = newCaches();
  return {
    config, nextSerial: 1, etcd: newConnection(), caches, unready: caches.size, inFlight: new Numbered(), reads: 0, mutations: 0, clients: new Map(),
    watchDeadlines: new Table(), deadlineAt: micros(0), watchDeadlineAt: micros(0), parked: [], tasks: new Map(), queuedCalls: [], batchesDone: [], hooksDone: [],
    ttlLease: { id: '', since: 0, uses: 0 }, rbacVersion: Object.freeze({}), definitions: Object.freeze({}), compaction: { version: 0, revision: 0 }, startedAt: now, life, kubeletCalls: new Map(), nextKubeletCall: 1, streams: new Map(), streamsOf: new Map(),
    podsByNode: new Table(), quotaLocks: new Map(), turns: [], webhookCalls: new Map(), unconverted: [], aggregation: newAggregation(), series: new Map(), auditLog: [], audited: 0, flowVersion: Object.freeze({}), levels: new Map(),
    rounds: 0,
  };
}

function take(server: Server, input: Input<ServerMessage>): void {
  switch (input.type) {
    case 'message': message(server, input.from, input.body); return;
    case 'timer': timer(server, input.name); return;
    case 'connectionLost': connectionLost(server, input.peer); return;
    case 'diskDone': return;
  }
}

/** Calls of the server to itself begin, and owners of finished batches go on, until nothing is left to do. */
function settle(server: Server): void {
  const { state } = server;
  while (state.queuedCalls.length > 0 || state.batchesDone.length > 0 || state.turns.length > 0 || state.unconverted.length > 0) {
    const { unconverted } = state;
    state.unconverted = [];
    for (const form of unconverted) startTask(server, `convert ${form.resource} ${form.version}`, form, 'convertWatched');
    const { turns } = state;
    state.turns = [];
    for (const serial of turns) {
      const next = state.inFlight.get(serial);
      if (next !== undefined) goOn(server, next, { value: 0 });
    }
    const { queuedCalls, batchesDone } = state;
    state.queuedCalls = [];
    state.batchesDone = [];
    for (const { call, owner } of queuedCalls) beginLoopback(server, call, owner);
    for (const { task, serial } of batchesDone) {
      const request = state.inFlight.get(serial);
      if (task !== '') goOnWithTask(server, task, { value: Object.freeze([...state.tasks.get(task)?.batch?.answers ?? []]) });
      else if (request?.awaiting === AWAITS.calls) goOn(server, request, { value: Object.freeze([...request.batch?.answers ?? []]) });
    }
  }
}

function message(server: Server, from: ProcessId, body: ServerMessage): void {
  switch (body.type) {
    case 'api.request': request(server, from, body); return;
    case 'api.cancel':
      if (!dropWatch(server, from, body.id) && !closeStream(server, from, body.id)) cancelRequest(server, from, body.id);
      return;
    case 'api.ping': server.out.send(from, { type: 'api.pong', id: 0 }); return;
    case 'api.stream': fromStreamClient(server, from, body); return;
    case 'kubelet.response': kubeletAnswered(server, from, body); return;
    case 'app.answered': programAnswered(server, body); return;
    case 'kubelet.stream': fromStreamKubelet(server, from, body); return;
    default: etcdSpoke(server, body);
  }
}

// ---- Requests --------------------------------------------------------------------------------------------------------

function request(server: Server, from: ProcessId, body: ApiClientMessage & { readonly type: 'api.request' }): void {
  const { state, out } = server;
  if (state.unready === 0 || body.call?.resource === '') { beginRequest(server, body, { from, at: out.now }); return; }
  if (state.parked.length >= PARKED_REQUESTS_MAX) {
    out.send(from, { type: 'api.response', id: body.id, code: 429, body: tooManyRequestsGeneric() });
    return;
  }
  state.parked.push(Object.freeze({ from, message: body, cause: out.cause, at: out.now }));
}

/** The caches are filled: the door opens, and the server's own work begins. */
function open(server: Server): void {
  const { state, out } = server;
  const { config, parked } = state;
  const before = out.cause;
  state.parked = [];
  for (const { from, message: waiting, cause, at } of parked) {
    if (out.now - at >= REQUEST_TIMEOUT) continue;
    out.because(cause);
    beginRequest(server, waiting as ApiClientMessage & { readonly type: 'api.request' }, { from, at });
  }
  out.because(before);
  if (state.hooksDone.length > 0) return;
  out.record('api.instance.up', { name: out.self, address: config.advertiseAddress });
  const { serviceCIDR, clientCA, requestHeaderCA } = config;
  startTask(server, 'postStart', { serviceCIDR, ...(clientCA === undefined ? {} : { clientCA }), ...(requestHeaderCA === undefined ? {} : { requestHeaderCA }) });
}

// ---- etcd ------------------------------------------------------------------------------------------------------------

function etcdSpoke(server: Server, body: EtcdServerMessage): void {
  switch (body.type) {
    case 'etcd.watch': watched(server, body.header, body); return;
    case 'etcd.watches': for (let i = 0; i < body.watches.length; i++) watched(server, body.header, body.watches[i] as WatchEvents); return;
    case 'etcd.watchCanceled': watchCanceled(server, body.id); return;
    case 'etcd.responses':
      for (let i = 0; i < body.replies.length; i++) {
        const reply = body.replies[i] as EtcdReply;
        server.out.because(reply.cause);
        replied(server, reply);
      }
      return;
    default: replied(server, body);
  }
}

function replied(server: Server, reply: EtcdReply): void {
  const waiter = takeWaiter(server, reply);
  if (waiter !== undefined) answerWaiter(server, waiter, reply);
}

function watched(server: Server, header: ResponseHeader, { id, events }: WatchEvents): void {
  const resource = server.state.etcd.watches.get(id);
  if (resource === undefined) return;
  applyEvents(server, cacheOf(server, resource), { header, events });
  if (resource === DEFINITIONS && events.length > 0) definitionsChanged(server);
  if (resource === API_SERVICES && events.length > 0) apiServicesChanged(server);
  if (server.state.aggregation.remotes.size > 0) backendsChanged(server, resource, events);
  serveWaiting(server, resource);
}

function serveWaiting(server: Server, resource: string): void {
  for (const serial of takeServed(server, cacheOf(server, resource))) {
    const waiting = server.state.inFlight.get(serial);
    if (waiting?.awaiting === AWAITS.fresh) goOn(server, waiting, { value: true });
  }
}

/** The history a cache needs is gone: its watches end, and it lists anew. */
function watchCanceled(server: Server, id: number): void {
  const { etcd } = server.state;
  const resource = etcd.watches.get(id);
  if (resource === undefined) return;
  etcd.watches.delete(id);
  const cache = cacheOf(server, resource);
  cache.etcdWatch = 0;
  endAllWatches(server, cache);
  startList(server, resource);
}

function answerWaiter(server: Server, waiter: EtcdWaiter, body: EtcdReply): void {
  switch (waiter.for) {
    case 'request': {
      const asking = server.state.inFlight.get(waiter.serial);
      if (asking?.awaiting === body.id) goOn(server, asking, { value: body });
      return;
    }
    case 'task': goOnWithTask(server, waiter.task, { value: body }); return;
    case 'lease': leased(server, waiter.serial, body); return;
    case 'list': listed(server, waiter.resource, body); return;
  }
}

function leased(server: Server, serial: number, body: EtcdReply): void {
  const { state, out } = server;
  const asking = state.inFlight.get(serial);
  if (body.type === 'etcd.response') state.ttlLease = { id: (body.body as { readonly id: string }).id, since: out.now, uses: 1 };
  if (asking?.awaiting !== AWAITS.lease) return;
  goOn(server, asking, { value: body.type === 'etcd.error' ? etcdFailure(body.error) : (body.body as { readonly id: string }).id });
}

function listed(server: Server, resource: string, body: EtcdReply): void {
  if (!server.state.caches.has(resource)) return;
  if (body.type === 'etcd.error') { listLater(server, resource); return; }
  const cache = cacheOf(server, resource);
  // Watches that have begun since the history was lost stand at the old state.
  if (cache.ready) endAllWatches(server, cache);
  if (finishList(server, resource, body.header, body.body as RangeResponse) && isBuiltIn(resource) && --server.state.unready === 0) open(server);
  if (resource === DEFINITIONS) definitionsChanged(server);
  if (resource === API_SERVICES) apiServicesChanged(server);
  serveWaiting(server, resource);
}

// ---- Connections -----------------------------------------------------------------------------------------------------

function connectionLost(server: Server, peer: ProcessId): void {
  const { state } = server;
  if (state.config.etcd.includes(peer)) {
    // What broke may be a connection that was given up already.
    if (peer === currentMember(server)) etcdLost(server);
    return;
  }
  for (const [id, { serial, kubelet, address }] of [...state.kubeletCalls]) {
    if (kubelet !== peer) continue;
    state.kubeletCalls.delete(id);
    const asking = state.inFlight.get(serial);
    if (asking?.awaiting === AWAITS.kubelet) goOn(server, asking, { value: { address, reply: { type: 'refused' } } });
  }
  endStreamsOf(server, peer);
  for (const id of webhooksLost(server, peer)) programAnswered(server, { type: 'app.answered', id, code: 0, body: '' });
  clientLost(server, peer);
}

/** A client that is gone wants nothing any more. */
function clientLost(server: Server, client: ProcessId): void {
  const references = server.state.clients.get(client);
  if (references === undefined) return;
  for (const [id, reference] of [...references]) {
    if (typeof reference === 'number') cancelRequest(server, client, id);
    else dropWatch(server, client, id);
  }
  server.state.clients.delete(client);
}

/** Waits between attempts to reach etcd, doubled up to a maximum. @source grpc connection backoff (1 s, at most 3 s as kube-apiserver sets it) */
const RECONNECT_MIN = 100_000;
const RECONNECT_MAX = 3_000_000;

/** Reads move on to the next member; writes fail, for nobody knows what became of them; watches resume where they were. */
function etcdLost(server: Server): void {
  const { state, out } = server;
  const failed = connectionBroken(server);
  for (const waiter of failed) retryOrFail(server, waiter);
  let pause = RECONNECT_MIN;
  for (let i = 1; i < state.etcd.failures && pause < RECONNECT_MAX; i++) pause *= 2;
  out.startTimer('etcd', micros(Math.min(pause, RECONNECT_MAX)));
}

function retryOrFail(server: Server, waiter: EtcdWaiter): void {
  const { state } = server;
  if (waiter.for === 'list') { listLater(server, waiter.resource); return; }
  const retry = waiter.for === 'request' && waiter.request.op === 'range' && state.config.etcd.length > 1 && state.etcd.failures <= state.config.etcd.length;
  if (retry && waiter.for === 'request') {
    const asking = state.inFlight.get(waiter.serial);
    if (asking !== undefined) asking.awaiting = sendEtcd(server, waiter.request, waiter);
    return;
  }
  const asking = waiter.for === 'task' ? undefined : state.inFlight.get(waiter.serial);
  const body = { type: 'etcd.error', id: asking?.awaiting ?? 0, error: connectionRefused, cause: server.out.cause } as const;
  answerWaiter(server, waiter, body);
}

/** Takes up the watches again at the member that is asked now. */
function resumeWatches(server: Server): void {
  for (const cache of server.state.caches.values()) if (cache.ready && cache.etcdWatch !== 0) startEtcdWatch(server, cache);
}

// ---- Kubelets --------------------------------------------------------------------------------------------------------

function programAnswered(server: Server, body: AppHttpAnswer): void {
  const answered = webhookAnswered(server, body);
  if (answered === undefined) return;
  const { caller, value } = answered;
  if (typeof caller === 'string') goOnWithTask(server, caller, { value }); else goOn(server, caller, { value });
}

function kubeletAnswered(server: Server, from: ProcessId, body: KubeletMessage): void {
  const call = server.state.kubeletCalls.get(body.id);
  server.state.kubeletCalls.delete(body.id);
  const asking = call === undefined ? undefined : server.state.inFlight.get(call.serial);
  if (call !== undefined && asking?.awaiting === AWAITS.kubelet) { goOn(server, asking, { value: { address: call.address, reply: body } }); return; }
  // Nobody waits any more: a stream that has just opened is closed again, or its program would run for ever.
  if (body.ok) server.out.send(from, { type: 'kubelet.stream', id: body.id, frames: [], end: true });
}

// ---- Timers ----------------------------------------------------------------------------------------------------------

function timer(server: Server, name: string): void {
  const { state, out } = server;
  switch (name) {
    case 'deadlines': enforceDeadlines(server); return;
    case 'watch deadlines': endOverdueWatches(server); return;
    case 'bookmarks': sendBookmarks(server); out.startTimer('bookmarks', BOOKMARK_INTERVAL); return;
    case 'etcd': resumeWatches(server); return;
    case 'reconcileEndpoints':
      startTask(server, name, { address: state.config.advertiseAddress, round: ++state.rounds });
      out.startTimer(name, RECONCILE_INTERVAL);
      return;
    case 'renewIdentity': {
      const identity = identityOf(state.config.hostname);
      startTask(server, name, { identity, hostname: state.config.hostname, holder: `${identity}_${state.life}` });
      out.startTimer(name, RENEW_INTERVAL);
      return;
    }
    case 'flowStatus': startTask(server, name, {}); return;
    case 'availability': aggregationTimer(server); return;
    case 'compact': startTask(server, name, state.compaction); out.startTimer(name, COMPACT_INTERVAL); return;
    default:
      if (name.startsWith('relist ')) listAgain(server, name.slice('relist '.length));
      else if (name.startsWith(TRACK)) startTask(server, name, { key: name.slice(TRACK.length) }, 'trackToken');
      else if (name.startsWith('task ')) taskTimer(server, name.slice('task '.length));
  }
}

/** A task has slept enough, or waited in vain. */
function taskTimer(server: Server, task: string): void {
  goOnWithTask(server, task, { value: webhookTimedOut(server, task) ?? null });
}

function listAgain(server: Server, resource: string): void {
  if (server.state.caches.has(resource)) startList(server, resource);
}
