/** The life of a request: it enters, goes through the pipeline, perhaps waits inside a stage, and is answered once. */
import { must } from '../base/assert.ts';
import { deepFreeze, type Micros, micros, processId, type ProcessId, seconds } from '../base/data.ts';
import { Numbered } from '../base/numbered.ts';
import { isStatus, methodNotAllowed, noSuchPath, timeout, type Status } from '../api/status.ts';
import type { ApiCall, ApiClientMessage, Credential, Impersonation } from '../api/wire.ts';
import { converse, newConversation } from '../sim/conversation.ts';
import { legacyTokenWarning } from './authn/legacy-tokens.ts';
import { anonymous, loopbackCredential } from './authn/users.ts';
import { handleQuestion } from './questions.ts';
import { requestTimedOut } from './etcd.ts';
import { replyConversion, scaledReply } from './conversion/convert.ts';
import { pipeline } from './pipeline.ts';
import { leaveQuotaLocks } from './quota-locks.ts';
import { countsOf, leave, levelState } from './fairness/queues.ts';
import { comeBackAfter } from './stages/priority-and-fairness.ts';
import { auditRequest } from './audit/log.ts';
import { countRequest } from './nonresource/request-metrics.ts';
import { asksForForm, inForm } from './registry/form.ts';
import { wayOf } from './answer-way.ts';
import { recordOutcome } from './notes.ts';
import { conversionForm, deprecationOf } from './resources.ts';
import type { Again } from './registry/scripts/learn.ts';
import { scripts } from './scripts.ts';
import { webhookTimedOut } from './webhooks.ts';
import { note, type Reply, type Stage } from './stage.ts';
import { AWAITS, type RequestOwner, type RequestRecord, type Server } from './state.ts';
import { openStream } from './streams.ts';

type ClientRequest = ApiClientMessage & { readonly type: 'api.request' };

/** `--request-timeout`. @source kubernetes/apiserver pkg/server/config.go */
export const REQUEST_TIMEOUT = seconds(60);

const stages: readonly Stage[] = pipeline;
/** Who is refused here or before is not counted, except by the limits of requests. */
const AUTHORIZATION = stages.findIndex(({ name }) => name === 'authorization');
const FAIRNESS = stages.findIndex(({ name }) => name === 'priority-and-fairness');
/** Upstream gives its loopback client a privileged token; here the credential is the identity. */
const LOOPBACK_AGENT = 'kube-apiserver/v1.35.2 (linux/amd64) kubernetes/loopback';

const none: readonly string[] = Object.freeze([]);

interface Origin {
  readonly client: ProcessId | '';
  readonly id: number;
  readonly owner: RequestOwner | undefined;
  readonly credential: Credential;
  readonly userAgent: string;
  readonly timeout: number;
  readonly impersonate: Impersonation | undefined;
  readonly auditId: string | undefined;
}

/** Takes a client's request in. */
export function beginRequest(server: Server, message: ClientRequest, { from, at }: { readonly from: ProcessId; readonly at: Micros }): void {
  const { id, credential, userAgent, timeoutMicros = 0, impersonate, auditId } = message;
  begin(server, message.call, { client: from, id, owner: undefined, credential, userAgent, timeout: timeoutMicros, impersonate, auditId }, at);
}

/** A call of the server to itself; the answer goes to its owner's batch. */
export function beginLoopback(server: Server, call: ApiCall, owner: RequestOwner): void {
  const origin: Origin = { client: '', id: 0, owner, credential: loopbackCredential, userAgent: LOOPBACK_AGENT, timeout: 0, impersonate: undefined, auditId: undefined };
  begin(server, call, origin, server.out.now);
}

function begin(server: Server, call: ApiCall, origin: Origin, at: Micros): void {
  const { state, out } = server;
  const request: RequestRecord = {
    serial: state.nextSerial++, client: origin.client, id: origin.id, owner: origin.owner, call, credential: origin.credential, userAgent: origin.userAgent,
    cause: out.cause, receivedAt: at, deadline: micros(at + REQUEST_TIMEOUT), stage: 0, user: anonymous, impersonator: undefined,
    impersonate: origin.impersonate, timeout: origin.timeout, object: undefined, conversation: undefined, batch: undefined, awaiting: 0, waitUntil: micros(0),
    counted: '', level: '', schema: '', seats: 0, warnings: none, learned: undefined, annotations: undefined, stages: '', mutated: '',
  };
  if (origin.auditId !== undefined) request.auditId = origin.auditId;
  runStages(server, request);
}

/** Runs stages until one answers or has to wait. */
function runStages(server: Server, request: RequestRecord): void {
  const { out } = server;
  const isRead = READS.has(request.call.verb);
  for (; request.stage < stages.length; request.stage++) {
    const stage = stages[request.stage] as Stage;
    if (comesTo(stage, request, isRead) && out.reach(stage.name, request.call.resource)) { holdAt(server, request, stage.name); return; }
    const verdict = stage.run(request, server);
    if (verdict === undefined) continue;
    if ('reply' in verdict) { finish(server, request, verdict.reply); return; }
    request.conversation = newConversation(verdict.converse, Object.isFrozen(verdict.args) ? verdict.args : deepFreeze(verdict.args), request.cause);
    goOn(server, request, undefined);
    return;
  }
  finish(server, request, { code: 404, body: noSuchPath() });
}

const READS: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

/** What the server asks of itself meets no faults on its way. */
function comesTo(stage: Stage, { client }: RequestRecord, isRead: boolean): boolean {
  return client !== '' && (stage.writesOnly !== true || !isRead);
}

/** Keeps a request at the door of a stage until no fault holds it any more. */
function holdAt(server: Server, request: RequestRecord, stage: string): void {
  note(request, stage, 'held');
  request.conversation = newConversation('held', Object.freeze({ stage, resource: request.call.resource }), request.cause);
  goOn(server, request, undefined);
}

/** Starts the conversation of a request, or gives it the answer that it waits for. */
export function goOn(server: Server, request: RequestRecord, answer: { readonly value: unknown } | undefined): void {
  const conversation = must(request.conversation, 'a request that goes on has a conversation');
  request.waitUntil = micros(0);
  request.awaiting = 0;
  const end = converse(scripts, conversation, { answer, verify: server.out.verify, handle: question => handleQuestion(server, request, question) });
  if (end === undefined) { enroll(server, request); return; }
  const result = end.result as Reply | Again;
  if (!('again' in result)) { finish(server, request, result); return; }
  request.conversation = undefined;
  (request.learned ??= new Map()).set(result.again, result.value);
  runStages(server, request);
}

/** Remembers a request that waits. */
function enroll(server: Server, request: RequestRecord): void {
  const { state } = server;
  armDeadline(server, request);
  if (state.inFlight.has(request.serial)) return;
  state.inFlight.set(request.serial, request);
  if (request.client === '') return;
  let references = state.clients.get(request.client);
  if (references === undefined) state.clients.set(request.client, (references = new Numbered()));
  references.set(request.id, request.serial);
}

function forget(server: Server, request: RequestRecord): void {
  const { state } = server;
  leaveQuotaLocks(server, request);
  if (request.level !== '') leave(server, request);
  if (request.counted === 'read') state.reads--;
  if (request.counted === 'mutating') state.mutations--;
  request.counted = '';
  if (!state.inFlight.delete(request.serial) || request.client === '') return;
  const references = state.clients.get(request.client);
  // A watch that has begun keeps the number of its request.
  if (typeof references?.get(request.id) === 'number') references.delete(request.id);
}

/** Answers a request. */
export function finish(server: Server, request: RequestRecord, given: Reply): void {
  const { out } = server;
  const form = conversionForm(server.state, request.call);
  const args = form === undefined ? undefined : replyConversion(form, given);
  if (args !== undefined) { request.conversation = newConversation('convertReply', deepFreeze({ reply: given, args }), request.cause); goOn(server, request, undefined); return; }
  const reply = form === undefined ? given : scaledReply(form, request.call, given);
  forget(server, request);
  if (request.cause !== 0) out.because(request.cause);
  recordOutcome(server, request, reply);
  auditRequest(server, request, reply);
  if (request.client !== '' && (request.stage > AUTHORIZATION || reply.code === 429)) countRequest(server, request, reply.code);
  if (reply.watching === true) return;
  if (request.owner !== undefined) { answerOwner(server, request.owner, reply); return; }
  if (request.client === '') return;
  if (reply.stream !== undefined) openStream(server, reply.stream.call, { client: request.client, id: request.id, kubelet: processId(reply.stream.node, 'kubelet') });
  const { id } = request;
  const deprecation = reply.body === methodNotAllowed ? undefined : deprecationOf(server.state, request.call);
  const later = deprecation === undefined ? request.warnings : [deprecation, ...request.warnings];
  const first = legacyTokenWarning(request.annotations);
  const warnings = first === '' ? later : [first, ...later];
  const body = asksForForm(server.state, request.call) ? inForm(server, request.call, reply.body) : reply.body;
  const code = body !== reply.body && isStatus(body) ? body.code : reply.code;
  const way = wayOf(server, request, request.stage >= FAIRNESS);
  if (way !== undefined) { out.send(request.client, { type: 'api.response', id, code, body, warnings, way }); return; }
  out.send(request.client, warnings.length === 0
    ? { type: 'api.response', id, code, body }
    : { type: 'api.response', id, code, body, warnings });
}

function answerOwner(server: Server, owner: RequestOwner, reply: Reply): void {
  const batch = server.state.tasks.get(owner.task)?.batch ?? server.state.inFlight.get(owner.serial)?.batch;
  if (batch === undefined) return;
  batch.answers[owner.place] = Object.freeze({ code: reply.code, body: reply.body });
  batch.missing--;
  // The owner is told from the event loop of the step, not from inside the stage of another request.
  if (batch.missing === 0) server.state.batchesDone.push(owner);
}

/** A client gave a request up. */
export function cancelRequest(server: Server, client: ProcessId, id: number): void {
  const reference = server.state.clients.get(client)?.get(id);
  if (typeof reference !== 'number') return;
  const request = server.state.inFlight.get(reference);
  if (request === undefined) return;
  if (request.level !== '' && request.seats === 0) countsOf(levelState(server, request.level), request.schema).cancelled++;
  forget(server, request);
}

// ---- Deadlines -------------------------------------------------------------------------------------------------------

/** One timer serves all requests: it is set for the earliest deadline and looks at all of them when it fires. */
function armDeadline({ state, out }: Server, request: RequestRecord): void {
  const due = request.waitUntil === 0 ? request.deadline : Math.min(request.waitUntil, request.deadline);
  if (state.deadlineAt !== 0 && state.deadlineAt <= due) return;
  state.deadlineAt = due as Micros;
  out.startTimer('deadlines', micros(Math.max(0, due - out.now)));
}

/** Ends requests whose time is over and answers questions that have waited long enough. */
export function enforceDeadlines(server: Server): void {
  const { state, out } = server;
  state.deadlineAt = micros(0);
  for (const request of [...state.inFlight.values()]) {
    if (request.deadline <= out.now) finish(server, request, timedOut());
    else if (request.waitUntil !== 0 && request.waitUntil <= out.now) goOn(server, request, { value: timeoutAnswer(server, request) });
  }
  for (const request of state.inFlight.values()) armDeadline(server, request);
}

/** What a question is answered that waited in vain. */
function timeoutAnswer(server: Server, request: RequestRecord): object | number {
  const { state } = server;
  for (const cache of state.caches.values()) {
    if (!cache.waiting.some(({ serial }) => serial === request.serial)) continue;
    cache.waiting = cache.waiting.filter(({ serial }) => serial !== request.serial);
    return { current: cache.revision };
  }
  for (const [id, call] of state.kubeletCalls) {
    if (call.serial !== request.serial) continue;
    state.kubeletCalls.delete(id);
    return { address: call.address, reply: { type: 'timeout' } };
  }
  if (request.awaiting === AWAITS.seat) return waitedInVain(server, request);
  return webhookTimedOut(server, request) ?? { type: 'timeout' };
}

/** Nobody left a seat in time. */
function waitedInVain(server: Server, request: RequestRecord): number {
  countsOf(levelState(server, request.level), request.schema).timedOut++;
  return comeBackAfter(server, request.level);
}

function timedOut(): Reply {
  const status: Status = timeout(requestTimedOut, 0);
  return { code: status.code, body: status };
}
