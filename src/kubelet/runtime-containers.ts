/** Containers from start to end: exits by themselves, stops, kills, health. */
import type { ProcessId } from '../base/data.ts';
import { micros, seconds } from '../base/data.ts';
import type { CriContainer, CriServerMessage } from '../api/cri.ts';
import type { Draft } from '../api/overlay.ts';
import type { AppMessage } from './app.ts';
import { answerProbe } from './app-probe.ts';
import { beginProcess, endProcess, isStopped, stoppedAnswer } from './components.ts';
import { type Asker, type ContainerRecord, EXIT, putContainer, respond, type Runtime } from './runtime-state.ts';
import { endGuest, guestTimer, planGuest } from './guests/guest.ts';
import { lateTimer } from './runtime-http.ts';
import { finishPull } from './runtime-pull.ts';
import { endStreamsIn, streamTimer } from './runtime-streams.ts';

const STOP = 'stop:';
const PULL = 'pull:';
/** A killed program is gone after this time, µs. */
const KILL_TIME = 30_000;

/** Takes a timer of the runtime. */
export function dueTimer(runtime: Runtime, name: string): void {
  if (name.startsWith(PULL)) { finishPull(runtime, name.slice(PULL.length)); return; }
  if (streamTimer(runtime, name) || lateTimer(runtime, name) || guestTimer(runtime, name)) return;
  const id = name.slice(EXIT.length);
  const record = runtime.state.containers.get(id);
  if (record === undefined || record.info.state !== 'CONTAINER_RUNNING') return;
  if (name.startsWith(STOP)) { finish(runtime, record, { code: record.stopping?.code ?? 137 }); return; }
  const { end } = record.plan;
  if (end !== undefined) finish(runtime, record, { code: end.code, reason: end.reason });
}

/** The container runs from `at` on. */
export function begin(runtime: Runtime, record: ContainerRecord, at: number): void {
  const { end } = record.plan;
  putContainer(runtime, withInfo(record, running(record.info, at)));
  if (end !== undefined) runtime.out.startTimer(`${EXIT}${record.info.id}`, micros(at + end.at - runtime.out.now));
  if (record.guest !== undefined) planGuest(runtime, record.info.id, at);
  beginProcess(runtime, record.info, at);
}

/** Filled field by field: spreads of frozen records are slow. */
function withInfo({ plan, env, health, memoryLimitBytes, cpuLimitMilli, input, guest, args, stopping }: ContainerRecord, info: CriContainer): ContainerRecord {
  const record: Draft<ContainerRecord> = { info, plan, env, health };
  if (memoryLimitBytes !== undefined) record.memoryLimitBytes = memoryLimitBytes;
  if (cpuLimitMilli !== undefined) record.cpuLimitMilli = cpuLimitMilli;
  if (input !== undefined) record.input = input;
  if (guest !== undefined) record.guest = guest;
  if (args !== undefined) record.args = args;
  if (stopping !== undefined) record.stopping = stopping;
  return record as ContainerRecord;
}

/** Written as a literal, which every start of a container pays for. */
function running(info: CriContainer, startedAt: number): CriContainer {
  return {
    id: info.id, sandboxId: info.sandboxId, name: info.name, podName: info.podName, podNamespace: info.podNamespace, podUid: info.podUid, attempt: info.attempt,
    image: info.image, imageRef: info.imageRef, state: 'CONTAINER_RUNNING', createdAt: info.createdAt, startedAt, finishedAt: info.finishedAt,
    exitCode: info.exitCode, reason: info.reason, message: info.message,
  };
}

/** The program ended: waiting stops are answered, the subscriber is told. */
export function finish(runtime: Runtime, record: ContainerRecord, how: { readonly code: number; readonly reason?: string }): void {
  const { state, out } = runtime;
  const reason = how.reason ?? (how.code === 0 ? 'Completed' : 'Error');
  const { stopping, ...rest } = record;
  const ended = putContainer(runtime, { ...rest, info: { ...record.info, state: 'CONTAINER_EXITED', finishedAt: out.now, exitCode: how.code, reason } });
  out.cancelTimer(`${EXIT}${record.info.id}`);
  out.cancelTimer(`${STOP}${record.info.id}`);
  endStreamsIn(runtime, ended);
  if (record.guest !== undefined) endGuest(runtime, record.info.id);
  endProcess(runtime, ended.info);
  let told = false;
  for (const waiter of stopping?.waiters ?? []) {
    respond(runtime, waiter, { container: ended.info });
    if (waiter.from === state.subscriber) told = true;
  }
  if (!told) tell(runtime, { type: 'cri.event', podUid: ended.info.podUid, containerId: ended.info.id, container: ended.info });
}

/** Sends an event to the subscriber. */
export function tell(runtime: Runtime, message: CriServerMessage | AppMessage): void {
  const to: ProcessId | '' = runtime.state.subscriber;
  if (to !== '') runtime.out.send(to, message);
}

/** SIGTERM now, SIGKILL after the time-out. A second stop may only shorten the first. */
export function stop(runtime: Runtime, record: ContainerRecord, asker: Asker, timeoutSeconds: number): void {
  const { out } = runtime;
  const { onTerm } = record.plan;
  const deadline = out.now + timeoutSeconds * 1_000_000 + KILL_TIME;
  const ends = onTerm === undefined || !record.health.live || isStopped(runtime, record) ? Infinity : out.now + onTerm.takes + out.draw('term', onTerm.takes + 1);
  const gentle = timeoutSeconds > 0 && ends < deadline;
  const planned = gentle ? { at: ends, code: onTerm?.code ?? 0 } : { at: deadline, code: 137 };
  const before = record.stopping;
  const chosen = before !== undefined && before.at <= planned.at ? before : planned;
  putContainer(runtime, { ...record, stopping: { at: chosen.at, code: chosen.code, waiters: [...(before?.waiters ?? []), asker] } });
  if (chosen !== before) out.startTimer(`${STOP}${record.info.id}`, micros(chosen.at - out.now));
}

/** SIGKILL. */
export function kill(runtime: Runtime, record: ContainerRecord): void {
  if (record.info.state === 'CONTAINER_RUNNING') finish(runtime, record, { code: 137 });
}

// ---- The world outside the CRI ---------------------------------------------------------------------------------------

/** A probe reaches the program, or waits in vain. */
export function probeContainer(runtime: Runtime, from: ProcessId, message: AppMessage & { readonly type: 'app.probe' }): void {
  const record = runtime.state.containers.get(message.containerId);
  if (record === undefined || record.info.state !== 'CONTAINER_RUNNING' || !isStopped(runtime, record)) { runtime.out.send(from, probeAnswer(runtime, message)); return; }
  const { message: text, after } = stoppedAnswer(message);
  runtime.out.send(from, { type: 'app.probed', id: message.id, ok: false, message: text, until: -1 } satisfies AppMessage, seconds(after));
}

function probeAnswer(runtime: Runtime, message: AppMessage & { readonly type: 'app.probe' }): AppMessage {
  const { state, out } = runtime;
  const record = state.containers.get(message.containerId);
  const ip = state.sandboxes.get(record?.info.sandboxId ?? '')?.ip ?? '';
  if (record === undefined || record.info.state !== 'CONTAINER_RUNNING') {
    return { type: 'app.probed', id: message.id, ok: false, message: `dial tcp ${ip}:${message.port}: connect: connection refused`, until: -1 };
  }
  const { plan, health, info } = record;
  const { kind, probe, port } = message;
  return { type: 'app.probed', id: message.id, ...answerProbe({ plan, health, startedAt: info.startedAt, now: out.now, ip: probe.httpGet?.host ?? ip, kind, probe, port }) };
}

function named(runtime: Runtime, message: { readonly namespace: string; readonly pod: string; readonly container: string }): readonly ContainerRecord[] {
  return [...runtime.state.containers.values()].filter(({ info }) =>
    info.podNamespace === message.namespace && info.podName === message.pod && (message.container === '' || info.name === message.container) && info.state === 'CONTAINER_RUNNING');
}

/** A fault made a program sick, or well again. */
export function changeHealth(runtime: Runtime, message: AppMessage & { readonly type: 'app.health' }): void {
  for (const record of named(runtime, message)) {
    putContainer(runtime, { ...record, health: message.health });
    tell(runtime, { type: 'app.changed', containerId: record.info.id });
  }
}

/** A program ends from outside. */
export function exitByName(runtime: Runtime, message: AppMessage & { readonly type: 'app.exit' }): void {
  for (const record of named(runtime, message)) finish(runtime, record, { code: message.code });
}
