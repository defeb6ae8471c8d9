/**
 * The harness of a controller manager: one process, many control loops, one leader.
 *
 * It owns the client, the election, the informers, and for each controller a work queue, running reconciles (conversations) and memory. Semantics are
 * upstream's: a key is *processing* until its reconcile ends; changes in between mark it dirty; a failure queues it again with back-off.
 *
 * @source kubernetes/kubernetes cmd/kube-controller-manager/app/controllermanager.go
 */
import { must } from '../base/assert.ts';
import { equalData } from '../base/compare.ts';
import { deepFreeze, type Micros, micros, millis, type ProcessId } from '../base/data.ts';
import { Numbered } from '../base/numbered.ts';
import { Table } from '../base/table.ts';
import type { ApiCall, Credential } from '../api/wire.ts';
import type { KubeObject } from '../api/meta.ts';
import { type ConversationRecord, converse, newConversation, PENDING, type Question, type Scripts } from '../sim/conversation.ts';
import { defineProcess, type Input, type NoteFields, type Outbox, type ProcessKind } from '../sim/process.ts';
import type { Caches, ControllerDescriptor, Reply, ReconcileResult } from './controller.ts';
import { type EventNote, handleRecorderAnswer, handleRecorderTimer, newRecorder, recordEvent, type RecorderState } from './event-recorder.ts';
import { answerProbe } from './health-endpoint.ts';
import {
  getCached, handleInformer, handleInformerTimer, kindOfTag, type IndexName, type InformerConfig, type InformerState, listCached, listIndexed, newInformer, startInformer, stopInformer,
} from './informer.ts';
import { announceLeader, type ElectionState, exitWithoutLease, handleElection, handleElectionTimer, newElection, startElection } from './leader-election.ts';
import { drawnUuid } from './drawn-uuid.ts';
import { handleRest, newRest, request, type RestConfig, type RestEvent, type RestState } from './rest.ts';
import { boundTo, type BoundRoute, route, type Route, routesOf } from './routes.ts';
import { add, addAfter, addRateLimited, done, forget, handleQueueTimer, lengthOf, newWorkQueue, take, type WorkQueue } from './workqueue.ts';

export interface ManagerConfig {
  readonly rest: RestConfig;
  readonly leaderElect: boolean;
  /** Name of its Lease in kube-system. */
  readonly lease: string;
  /** Further settings the controllers read by `cx.recall('config')`. */
  readonly settings: object;
}

/** `read`: objects it took from the caches; `result`: it ended, and the time for reading them passes. */
interface Running { readonly key: string; readonly record: ConversationRecord; replies: (Reply | null)[]; open: number; many: boolean; read: number; result?: ReconcileResult }

interface ControllerState { readonly credential: Credential; readonly recorder: RecorderState; readonly queue: WorkQueue; readonly running: Numbered<Running>; readonly memory: Table<unknown> }

/** Plain state of a manager process. */
export interface ManagerState {
  readonly config: ManagerConfig;
  rest: RestState;
  election: ElectionState;
  recorder: RecorderState;
  informers: Record<string, InformerState>;
  controllers: Record<string, ControllerState>;
  active: boolean;
  /** All informers have taken over their first list. */
  synced: boolean;
  nextRun: number;
  /** Messages sent to other processes: id → who waits. */
  sent: Numbered<{ readonly controller: string; readonly run: number; readonly to: ProcessId }>;
}

/**
 * A reconcile looks at an object of a cache several times (claims it, filters, counts, ranks), which takes some ten microseconds in Go. So one that reads a
 * thousand pods takes ten milliseconds, in which further changes of the same key merge. Little looks count as instant.
 */
const READ_TIME = micros(10);
const READ_TIME_MIN = millis(1);

/** A process kind that runs these controllers. */
export function defineManager(kind: string, controllers: readonly ControllerDescriptor[]): ProcessKind {
  const plan = planOf(controllers);
  return defineProcess<ManagerState, { readonly type: string }, ManagerConfig>({
    kind,
    mailboxMax: 100_000,
    boot: ({ self, config, out }) => start(self, config, plan, out),
    step: (state, input, out) => step(plan, state, input, out),
  });
}

/** What the list of controllers means for the process. Constant. */
interface Plan {
  readonly controllers: readonly ControllerDescriptor[];
  readonly byName: ReadonlyMap<string, ControllerDescriptor>;
  readonly routes: ReadonlyMap<string, readonly Route[]>;
  readonly informers: readonly InformerConfig[];
  /** For kinds that controllers come to know only at run time. */
  readonly monitors: readonly Route[];
  readonly scripts: Scripts;
}

function planOf(controllers: readonly ControllerDescriptor[]): Plan {
  const wanted = new Map<string, Set<IndexName>>();
  const want = (kind: string, indexes: readonly IndexName[]): void => {
    const known = wanted.get(kind) ?? new Set<IndexName>();
    for (const index of indexes) known.add(index);
    wanted.set(kind, known);
  };
  for (const controller of controllers) {
    if (controller.for !== undefined) want(controller.for, []);
    for (const kind of controller.owns ?? []) want(kind, ['controller', 'orphan']);
    for (const { kind } of controller.watches ?? []) want(kind, []);
    for (const { kind, indexes } of controller.reads ?? []) want(kind, indexes ?? []);
  }
  return {
    controllers,
    byName: new Map(controllers.map(controller => [controller.name, controller])),
    routes: new Map([...wanted.keys()].map(kind => [kind, routesOf(kind, controllers)])),
    informers: [...wanted].map(([kind, indexes]) => ({ kind, indexes: [...indexes] })),
    monitors: controllers.flatMap(controller => (controller.monitors === undefined ? [] : [{ controller, isFor: false, owns: false, watches: [{ kind: '', map: controller.monitors }] }])),
    scripts: Object.fromEntries(controllers.map(controller => [controller.name, (key: never) => controller.reconcile(key)])),
  };
}

function start(self: ProcessId, config: ManagerConfig, plan: Plan, out: Outbox): ManagerState {
  const node = self.slice(0, self.indexOf('/'));
  const identity = `${node}_${drawnUuid(out)}`;
  const state: ManagerState = {
    config, rest: newRest(config.rest), election: newElection({ lease: config.lease, identity, enabled: config.leaderElect }),
    recorder: newRecorder(config.rest.userAgent),
    informers: Object.fromEntries(plan.informers.map(informer => [informer.kind, newInformer(informer)])),
    controllers: Object.fromEntries(plan.controllers.map(controller => [controller.name, newControllerState(controller, config)])),
    active: false, synced: false, nextRun: 1, sent: new Numbered(),
  };
  if (startElection(state.election, state.rest, out) === 'acquired') activate(plan, state, out);
  return state;
}

function newControllerState(controller: ControllerDescriptor, { rest, settings }: ManagerConfig): ControllerState {
  const credential = controller.actsAsManager === true ? rest.credential : serviceAccount(controller.serviceAccount ?? controller.name);
  return {
    credential, recorder: newRecorder(controller.eventSource ?? controller.name, '', credential), queue: newWorkQueue(controller.name, controller.batchPeriod !== undefined), running: new Numbered(),
    memory: new Table<unknown>([['config', deepFreeze(settings)]]),
  };
}

/**
 * Each controller works with rights of its own (`--use-service-account-credentials`); the caches are the manager's.
 *
 * @fidelity simplified: the account proves itself by a certificate instead of a token that is asked for first
 */
function serviceAccount(name: string): Credential {
  return deepFreeze({ type: 'certificate', commonName: `system:serviceaccount:kube-system:${name}`, organizations: ['system:serviceaccounts', 'system:serviceaccounts:kube-system'] });
}

function step(plan: Plan, state: ManagerState, input: Input<{ readonly type: string }>, out: Outbox): void {
  if (input.type === 'timer' && onTimer(plan, state, input.name, out)) return;
  if (input.type === 'message' && input.body.type === 'reply') { onReply(plan, state, input.body as unknown as { id: number; body: unknown }, out); return; }
  if (answerProbe(input, out)) return;
  if (input.type === 'connectionLost') lostPeer(plan, state, input.peer, out);
  const events = handleRest(state.rest, input, out);
  for (const event of events ?? []) onRest(plan, state, event, out);
}

function onTimer(plan: Plan, state: ManagerState, name: string, out: Outbox): boolean {
  const election = handleElectionTimer(state.election, state.rest, name, out);
  if (election !== undefined) { if (election.change === 'lost') exitWithoutLease(); return true; }
  if (released(plan, state, name, out) || handleRecorderTimer(component => recorderOf(state, component), state.rest, name, out)) return true;
  const informer = state.informers[kindOfTag(name)];
  if (informer !== undefined) return handleInformerTimer(informer, state.rest, name, out);
  for (const controller of plan.controllers) {
    const own = controllerState(state, controller.name);
    if (handleQueueTimer(own.queue, name, out)) { work(plan, state, controller, out); return true; }
    if (controller.periodic !== undefined && name.startsWith('periodic:') && periodic(state, controller, name, out)) { work(plan, state, controller, out); return true; }
  }
  return false;
}

function onRest(plan: Plan, state: ManagerState, event: RestEvent, out: Outbox): void {
  if (handleRecorderAnswer(component => recorderOf(state, component), state.rest, event, out)) return;
  const election = handleElection(state.election, state.rest, event, out);
  if (election !== undefined) { if (election.change === 'acquired') { announceLeader(state.election, state.recorder, state.rest, out); activate(plan, state, out); } return; }
  if (event.tag.startsWith('run:')) { answered(plan, state, event, out); return; }
  const informer = state.informers[kindOfTag(event.tag)];
  if (informer !== undefined) {
    const wasSynced = informer.synced;
    const deltas = handleInformer(informer, state.rest, event, out) ?? [];
    if (!wasSynced && informer.synced) state.synced = Object.values(state.informers).every(one => one.synced || isMonitored(one));
    const routes = boundRoutes(plan, state, informer.config.kind);
    const caches = cachesOf(state);
    for (const delta of deltas) for (const to of routes) route(to, delta, caches, out);
    if (!wasSynced) for (const controller of plan.controllers) work(plan, state, controller, out);
    else if (deltas.length > 0) for (const { controller, own } of routes) if (lengthOf(own.queue) > 0) work(plan, state, controller, out, own);
  }
}

/** A kind that is watched only as long as it exists: nobody waits for it. */
const isMonitored = ({ config }: InformerState): boolean => config.resource !== undefined;

/** Watches exactly these kinds beside the built-in ones. */
function monitor(state: ManagerState, kinds: readonly InformerConfig[], out: Outbox): void {
  const wanted = new Map(kinds.map(config => [config.kind, config]));
  for (const [kind, informer] of Object.entries(state.informers)) {
    if (!isMonitored(informer) || equalData(wanted.get(kind)?.resource, informer.config.resource)) continue;
    stopInformer(informer, state.rest, out);
    state.informers = Object.fromEntries(Object.entries(state.informers).filter(([name]) => name !== kind));
  }
  for (const config of kinds) {
    if (state.informers[config.kind] !== undefined) continue;
    const informer = newInformer(config);
    state.informers[config.kind] = informer;
    if (state.active) startInformer(informer, state.rest, out);
  }
}

/** The lease is ours: caches are filled, and everything found in them is queued. */
function activate(plan: Plan, state: ManagerState, out: Outbox): void {
  state.active = true;
  for (const informer of Object.values(state.informers)) startInformer(informer, state.rest, out);
  for (const controller of plan.controllers) for (const { key } of controller.periodic ?? []) periodic(state, controller, periodicTimer(controller, key), out);
}

const periodicTimer = (controller: ControllerDescriptor, key: string): string => `periodic:${controller.name}:${key}`;

/** Takes a timer of a controller's intervals: queues its key and starts the next interval. */
function periodic(state: ManagerState, controller: ControllerDescriptor, timer: string, out: Outbox): boolean {
  const due = controller.periodic?.find(({ key }) => periodicTimer(controller, key) === timer);
  if (due === undefined) return false;
  add(controllerState(state, controller.name).queue, due.key, out.cause);
  out.startTimer(timer, due.every);
  return true;
}

// ---- Changes become keys ---------------------------------------------------------------------------------------------

/** The controllers that a change of a kind concerns, in their order. */
const routesFor = (plan: Plan, kind: string): readonly Route[] => plan.routes.get(kind) ?? plan.monitors;

/** By the controllers' states, which are others after a restart, a checkpoint or a restore. */
const boundOf = new WeakMap<ManagerState['controllers'], Map<string, readonly BoundRoute<ControllerState>[]>>();

function boundRoutes(plan: Plan, state: ManagerState, kind: string): readonly BoundRoute<ControllerState>[] {
  let byKind = boundOf.get(state.controllers);
  if (byKind === undefined) boundOf.set(state.controllers, (byKind = new Map()));
  let routes = byKind.get(kind);
  if (routes === undefined) byKind.set(kind, (routes = routesFor(plan, kind).map(route => boundTo(controllerState(state, route.controller.name), route))));
  return routes;
}

/** Views of the copies of a manager by its state. */
const copies = new WeakMap<ManagerState, Caches>();

function cachesOf(state: ManagerState): Caches {
  let caches = copies.get(state);
  if (caches === undefined) copies.set(state, (caches = { informer: wanted => must(state.informers[wanted], `no informer for ${wanted}`), monitored: wanted => state.informers[wanted] }));
  return caches;
}

// ---- Workers ---------------------------------------------------------------------------------------------------------

function controllerState(state: ManagerState, name: string): ControllerState {
  return must(state.controllers[name], `no controller ${name}`);
}

/** Gives waiting keys to free workers. */
function work(plan: Plan, state: ManagerState, controller: ControllerDescriptor, out: Outbox, own = controllerState(state, controller.name)): void {
  if (!state.active || !state.synced) return;
  while (own.running.size < controller.workers) {
    const next = take(own.queue);
    if (next === undefined) return;
    const run = state.nextRun++;
    const before = out.cause;
    out.because(next.cause);
    own.running.set(run, { key: next.key, record: newConversation(controller.name, next.key, next.cause), replies: [], open: 0, many: false, read: 0 });
    proceed({ plan, state, controller, own, run, out });
    out.because(before);
  }
}

interface Turn { readonly plan: Plan; readonly state: ManagerState; readonly controller: ControllerDescriptor; readonly own: ControllerState; readonly run: number; readonly out: Outbox }

function proceed(turn: Turn, answer?: { readonly value: unknown }): void {
  const { plan, own, run, out, controller } = turn;
  const running = must(own.running.get(run), 'no such reconcile');
  const finished = converse(plan.scripts, running.record, { answer, verify: out.verify, handle: question => reply(turn, running, question) });
  if (finished === undefined) return;
  running.result = finished.result as ReconcileResult;
  const took = (running.read + (running.result.read ?? 0)) * READ_TIME;
  if (took >= READ_TIME_MIN) out.startTimer(`hold:${controller.name}:${run}`, micros(took));
  else release(turn, running.result);
}

/** The reconcile is over: its key may be worked on again. */
function release({ own, run, controller, out }: Turn, result: ReconcileResult): void {
  const running = must(own.running.get(run), 'no such reconcile');
  own.running.delete(run);
  settle(own.queue, running.key, result, controller, out);
}

/** Takes the timer of a reconcile that read much. */
function released(plan: Plan, state: ManagerState, name: string, out: Outbox): boolean {
  if (!name.startsWith('hold:')) return false;
  const [, controllerName = '', number = ''] = name.split(':');
  const controller = plan.byName.get(controllerName);
  const own = state.controllers[controllerName];
  const run = Number(number);
  const result = own?.running.get(run)?.result;
  if (controller === undefined || own === undefined || result === undefined) return true;
  release({ plan, state, controller, own, run, out }, result);
  work(plan, state, controller, out);
  return true;
}

function settle(queue: WorkQueue, key: string, result: ReconcileResult, controller: ControllerDescriptor, out: Outbox): void {
  if (result.error !== undefined) {
    const wait = addRateLimited(queue, key, out, controller.backoff);
    out.record('kcm.sync.error', { name: controller.name, key, reason: result.error, sec: Math.round(wait / 1000) / 1000 });
  } else {
    forget(queue, key);
    if (result.requeueAfter !== undefined) addAfter(queue, key, result.requeueAfter, out);
  }
  done(queue, key);
}

/** The copy of a kind; one that is not monitored any more has no objects. */
function copyOf(state: ManagerState, kind: string, reader: string): InformerState {
  const known = state.informers[kind];
  return known === undefined && kind.includes('.') ? newInformer({ kind }) : must(known, `${reader} reads ${kind} without an informer`);
}

/** Answers a question of a reconcile at once, or PENDING. */
function reply(turn: Turn, running: Running, question: Question): unknown {
  const { state, own, run, out, controller } = turn;
  const args = question.args as Readonly<{ kind: string; key: string; keys: readonly string[]; namespace: string; index: IndexName; value: string; purpose: string; bound: number; after: Micros; type: string; fields: NoteFields }>;
  const informer = (): InformerState => copyOf(state, args.kind, controller.name);
  switch (question.ask) {
    case 'get': return getCached(informer(), args.key) ?? null;
    case 'list': return counted(running, listCached(informer(), args.namespace));
    case 'indexed': return counted(running, listIndexed(informer(), args.index, args.value));
    case 'request': return send(turn, running, [question.args as ApiCall], false);
    case 'all': return (question.args as ApiCall[]).length === 0 ? [] : send(turn, running, question.args as ApiCall[], true);
    case 'event': tell(turn, question.args as EventNote); return null;
    case 'events': for (const note of question.args as readonly EventNote[]) tell(turn, note); return null;
    case 'now': return out.now;
    case 'draw': return out.draw(args.purpose, args.bound);
    case 'recall': return own.memory.get(question.args as string) ?? null;
    case 'recallAll': return counted(running, recallAll(own, question.args as string));
    case 'remember': remember(own, question.args as { key: string; value: unknown }); return null;
    case 'requeue': addAfter(own.queue, args.key, args.after, out); return null;
    case 'requeueAll': for (const key of args.keys) addAfter(own.queue, key, args.after, out); return null;
    case 'monitor': monitor(state, question.args as readonly InformerConfig[], out); return null;
    case 'record': out.record(args.type, args.fields); return null;
    case 'send': return sendOut(turn, run, question.args as { to: ProcessId; message: object });
    default: throw new Error(`${controller.name} asked "${question.ask}", which nobody answers`);
  }
}

function tell({ state, own, out }: Turn, note: EventNote): void {
  recordEvent(own.recorder, state.rest, note, out);
}

function recorderOf({ recorder, controllers }: ManagerState, component: string): RecorderState | undefined {
  return recorder.component === component ? recorder : Object.values(controllers).find(own => own.recorder.component === component)?.recorder;
}

function counted<T>(running: Running, list: readonly T[]): readonly T[] {
  running.read += list.length;
  return Object.freeze(list);
}

function recallAll(own: ControllerState, prefix: string): readonly (readonly [string, unknown])[] {
  const found: (readonly [string, unknown])[] = [];
  own.memory.range(prefix, `${prefix}\uffff`, (key, value) => { found.push([key, value]); });
  return deepFreeze(found);
}

function remember(own: ControllerState, entry: { readonly key: string; readonly value: unknown }): void {
  if (entry.value === null) own.memory.delete(entry.key);
  else own.memory.set(entry.key, deepFreeze(entry.value));
}

function send(turn: Turn, running: Running, calls: readonly ApiCall[], many: boolean): typeof PENDING {
  const { state, controller, own, run, out } = turn;
  running.replies = calls.map(() => null);
  running.open = calls.length;
  running.many = many;
  calls.forEach((call, at) => { request(state.rest, out, deepFreeze(call), `run:${controller.name}:${run}:${at}`, { credential: own.credential }); });
  return PENDING;
}

function answered(plan: Plan, state: ManagerState, event: RestEvent, out: Outbox): void {
  const [, name = '', run = '', at = ''] = event.tag.split(':');
  const own = state.controllers[name];
  const running = own?.running.get(Number(run));
  if (own === undefined || running === undefined || event.type !== 'response') return;
  running.replies[Number(at)] = replyOf(event.code, event.body);
  if (--running.open > 0) return;
  const controller = must(plan.byName.get(name), `no controller ${name}`);
  const value = running.many ? running.replies : running.replies[0];
  proceed({ plan, state, controller, own, run: Number(run), out }, { value });
  work(plan, state, controller, out);
}

/** An API answer as controllers see it. */
function replyOf(code: number, body: unknown): Reply {
  if (code >= 200 && code < 300) return { ok: true, code, object: body as KubeObject };
  if (code === 0) return { ok: false, code: 0, reason: 'Unreachable', message: String(body) };
  const status = body as { reason?: string; message?: string };
  return { ok: false, code, reason: status.reason ?? '', message: status.message ?? '' };
}

// ---- Messages to other processes (the cloud's API) --------------------------------------------------------------------

function sendOut(turn: Turn, run: number, question: { readonly to: ProcessId; readonly message: object }): typeof PENDING {
  const { state, controller, out } = turn;
  const id = state.nextRun++;
  state.sent.set(id, { controller: controller.name, run, to: question.to });
  out.send(question.to, { ...question.message, id });
  return PENDING;
}

function onReply(plan: Plan, state: ManagerState, message: { readonly id: number; readonly body: unknown }, out: Outbox): void {
  resume(plan, state, message.id, { ok: true, body: message.body }, out);
}

function lostPeer(plan: Plan, state: ManagerState, peer: ProcessId, out: Outbox): void {
  for (const [id, waiting] of [...state.sent]) if (waiting.to === peer) resume(plan, state, id, { ok: false, error: `connection to ${peer} lost` }, out);
}

function resume(plan: Plan, state: ManagerState, id: number, value: unknown, out: Outbox): void {
  const waiting = state.sent.get(id);
  state.sent.delete(id);
  const own = waiting === undefined ? undefined : state.controllers[waiting.controller];
  if (waiting === undefined || own === undefined || !own.running.has(waiting.run)) return;
  const controller = must(plan.byName.get(waiting.controller), 'no such controller');
  proceed({ plan, state, controller, own, run: waiting.run, out }, { value });
  work(plan, state, controller, out);
}
