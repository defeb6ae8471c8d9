/**
 * The runtime's side of streams: programs that exec starts in a container, attached output, followed logs, and connections to ports.
 *
 * @source kubernetes/cri-api pkg/apis/runtime/v1/api.proto (Exec, Attach, PortForward); containerd internal/cri/streamingserver
 */
import { must } from '../base/assert.ts';
import { bytesOf } from '../base/bytes.ts';
import { micros, type ProcessId, processId } from '../base/data.ts';
import type { CriRequest } from '../api/cri.ts';
import { brokenStream, exitStatus, type StreamChannel, type StreamFrame, type StreamStatus, streamSuccess } from '../api/stream.ts';
import { formatMicroTime } from '../api/time.ts';
import { converse, newConversation, PENDING, type Question } from '../sim/conversation.ts';
import { logOf, nextLogAt, withLines } from './behaviour.ts';
import { commandMissing, programScripts } from './programs/registry.ts';
import { answerFileQuestion } from './programs/files.ts';
import { answerOverTcp } from './programs/network.ts';
import { type Asker, type ContainerRecord, EXIT, putContainer, refuse, respond, type Runtime, type RuntimeStream } from './runtime-state.ts';

type OpenRequest = Extract<CriRequest, { readonly op: 'openStream' }>;

/** Streams of one runtime. */
const STREAMS_MAX = 1000;
/** Bytes that a program has not read yet; a faster sender loses its stream. */
const STDIN_BYTES_MAX = 16 * 1024 * 1024;
const TIMER = 'stream:';

const keyOf = ({ from, id }: Asker): string => `${from} ${id}`;

/** Opens a stream. */
export function openStream(runtime: Runtime, asker: Asker, open: OpenRequest): void {
  const { state } = runtime;
  if (state.streams.size >= STREAMS_MAX) { refuse(runtime, asker, 'ResourceExhausted', `more than ${STREAMS_MAX} streams are open`); return; }
  const container = open.request.op === 'portForward' ? undefined : state.containers.get(open.id);
  if (open.request.op !== 'portForward' && container === undefined) { refuse(runtime, asker, 'NotFound', `an error occurred when try to find container "${open.id}": not found`); return; }
  const stream: RuntimeStream = {
    asker, target: open.id, request: open.request, scene: open.scene, log: open.log, stdin: '', stdinEnded: !open.request.stdin && open.request.op !== 'portForward', program: null, waiting: '', shownUntil: -1,
    width: 80, height: 24,
  };
  state.streams.set(keyOf(asker), stream);
  respond(runtime, asker, {});
  switch (open.request.op) {
    case 'exec': startProgram(runtime, stream, must(container, 'exec has a container')); return;
    case 'portForward': if (open.request.port !== 0) connectPort(runtime, stream); return;
    case 'attach': attach(runtime, stream, must(container, 'attach has a container')); return;
    case 'logs': showLog(runtime, stream, must(container, 'a log has a container')); return;
  }
}

/** Frames from the other end. */
export function streamInput(runtime: Runtime, asker: Asker, message: { readonly frames: readonly StreamFrame[]; readonly end?: unknown }): void {
  const stream = runtime.state.streams.get(keyOf(asker));
  if (stream === undefined) return;
  if (message.end !== undefined) { drop(runtime, stream); leaveMain(runtime, stream); return; }
  for (const { channel, data, last } of message.frames) {
    if (channel === 'resize') { resize(stream, data); continue; }
    stream.stdin += data;
    if (last === true) stream.stdinEnded = true;
  }
  if (stream.stdin.length > STDIN_BYTES_MAX) { endStream(runtime, stream, brokenStream('the program does not read its input')); return; }
  if (stream.request.op === 'portForward') { connectionInput(runtime, stream); return; }
  if (stream.request.op === 'attach') { feedMain(runtime, stream); return; }
  if (stream.waiting === 'read') goOn(runtime, stream, { value: takeInput(stream) });
}

function resize(stream: RuntimeStream, data: string): void {
  const [, width = '80'] = /"Width":(\d{1,5})/.exec(data) ?? [];
  const [, height = '24'] = /"Height":(\d{1,5})/.exec(data) ?? [];
  stream.width = Number(width);
  stream.height = Number(height);
}

/** Gives what has come in; null = nothing more will. */
function takeInput(stream: RuntimeStream): string | null {
  const data = stream.stdin;
  stream.stdin = '';
  return data === '' && stream.stdinEnded ? null : data;
}

function send(runtime: Runtime, stream: RuntimeStream, frames: readonly StreamFrame[], end?: StreamStatus): void {
  const { asker } = stream;
  if (stream.isMain === true) { showAll(runtime, stream, frames); return; }
  runtime.out.send(asker.from, { type: 'cri.stream', id: asker.id, frames, ...(end === undefined ? {} : { end }) });
}

function endStream(runtime: Runtime, stream: RuntimeStream, status: StreamStatus): void {
  send(runtime, stream, [], status);
  drop(runtime, stream);
}

function drop({ state, out }: Runtime, stream: RuntimeStream): void {
  state.streams.delete(keyOf(stream.asker));
  out.cancelTimer(`${TIMER}${keyOf(stream.asker)}`);
}

/** A container has ended: so have the programs beside its first one, and its output. */
export function endStreamsIn(runtime: Runtime, record: ContainerRecord): void {
  if (runtime.state.streams.size === 0) return;
  for (const stream of [...runtime.state.streams.values()]) {
    if (stream.target !== record.info.id) continue;
    if (stream.isMain === true) { drop(runtime, stream); continue; }
    if (stream.request.op === 'exec') { endStream(runtime, stream, exitStatus(137)); continue; }
    if (stream.request.op === 'logs' || record.input === undefined) showLines(runtime, stream, record);
    endStream(runtime, stream, streamSuccess);
  }
}

/** Whoever opened streams is gone. */
export function dropStreamsOf(runtime: Runtime, peer: string): void {
  if (runtime.state.streams.size === 0) return;
  for (const stream of [...runtime.state.streams.values()]) if (stream.asker.from === peer) { drop(runtime, stream); leaveMain(runtime, stream); }
}

/** Takes a timer. False = it is none of a stream. */
export function streamTimer(runtime: Runtime, name: string): boolean {
  if (!name.startsWith(TIMER)) return false;
  const stream = runtime.state.streams.get(name.slice(TIMER.length));
  if (stream === undefined) return true;
  if (stream.request.op === 'exec') { if (stream.waiting === 'sleep') goOn(runtime, stream, { value: null }); return true; }
  const record = runtime.state.containers.get(stream.target);
  if (record !== undefined) showLog(runtime, stream, record);
  return true;
}

function wakeAt({ out }: Runtime, stream: RuntimeStream, at: number): void {
  out.startTimer(`${TIMER}${keyOf(stream.asker)}`, micros(Math.max(0, at - out.now)));
}

// ---- Programs --------------------------------------------------------------------------------------------------------

function startProgram(runtime: Runtime, stream: RuntimeStream, record: ContainerRecord): void {
  if (record.info.state !== 'CONTAINER_RUNNING') { endStream(runtime, stream, brokenStream(`error executing command in container: failed to exec in container: container is in ${record.info.state} state`)); return; }
  const missing = commandMissing(record.info.image, stream.request.command);
  if (missing !== undefined) {
    endStream(runtime, stream, brokenStream(`error executing command in container: failed to exec in container: failed to start exec "${record.info.id}": OCI runtime exec failed: exec failed: unable to start container process: ${missing}`));
    return;
  }
  run(runtime, stream, { record, command: stream.request.command });
}

function run(runtime: Runtime, stream: RuntimeStream, { record, command }: { readonly record: ContainerRecord; readonly command: readonly string[] }): void {
  const { scene, request } = stream;
  const facts = { env: record.env, hostname: scene.hostname, image: record.info.image, tty: request.tty, ports: record.plan.server?.ports ?? [] };
  stream.program = newConversation('program', { command, facts }, runtime.out.cause);
  goOn(runtime, stream);
}

function goOn(runtime: Runtime, stream: RuntimeStream, answer?: { readonly value: unknown }): void {
  const { program } = stream;
  if (program === null) return;
  stream.waiting = '';
  const done = converse(programScripts, program, { answer, verify: runtime.out.verify, handle: question => reply(runtime, stream, question) });
  if (done === undefined || !runtime.state.streams.has(keyOf(stream.asker))) return;
  if (stream.isMain === true) endMain(runtime, stream, done.result as number);
  else endStream(runtime, stream, exitStatus(done.result as number));
}

function reply(runtime: Runtime, stream: RuntimeStream, { ask, args }: Question): unknown {
  const { out, state } = runtime;
  switch (ask) {
    case 'read': {
      if (stream.stdin === '' && !stream.stdinEnded) { stream.waiting = 'read'; return PENDING; }
      return takeInput(stream);
    }
    case 'write': write(runtime, stream, args as { readonly channel: StreamChannel; readonly data: string }); return null;
    case 'sleep': stream.waiting = 'sleep'; wakeAt(runtime, stream, out.now + (args as number)); return PENDING;
    case 'now': return out.now;
    case 'size': return { width: stream.width, height: stream.height };
    case 'connect': return connectFrom(runtime, stream, args as { readonly port: number; readonly data: string });
    default: {
      const record = state.containers.get(stream.target);
      return record === undefined ? null : answerFileQuestion(runtime, { record, scene: stream.scene }, { ask, args });
    }
  }
}

/** A terminal mixes both outputs, and its lines end in CR LF. */
function write(runtime: Runtime, stream: RuntimeStream, { channel, data }: { readonly channel: StreamChannel; readonly data: string }): void {
  const { tty, stdout, stderr } = stream.request;
  if (tty) { if (stdout) send(runtime, stream, [{ channel: 'stdout', data: data.replace(/\r?\n/g, '\r\n') }]); return; }
  if (channel === 'stdout' ? stdout : stderr) send(runtime, stream, [{ channel, data }]);
}

/** What a program hears from a port of its own pod; null = nobody listens. */
function connectFrom(runtime: Runtime, stream: RuntimeStream, { port, data }: { readonly port: number; readonly data: string }): string | null {
  const record = runtime.state.containers.get(stream.target);
  return record === undefined ? null : answerOverTcp(runtime, record.info.sandboxId, port, data)?.data ?? null;
}

// ---- Output and logs -------------------------------------------------------------------------------------------------

/** Shows what the program prints from now on, and feeds one that reads. */
function attach(runtime: Runtime, stream: RuntimeStream, record: ContainerRecord): void {
  stream.shownUntil = runtime.out.now;
  const { plan: { reads }, input } = record;
  if (reads === undefined || input === undefined) { showLog(runtime, stream, record); return; }
  if (!stream.request.stdin || mainOf(runtime, record.info.id) !== undefined) return;
  const main: RuntimeStream = {
    ...stream, asker: { from: mainKey(record.info.id), id: 0 }, request: { ...stream.request, op: 'exec', stdin: true, stdout: true, stderr: true, tty: input.tty }, stdin: '', stdinEnded: false, isMain: true, line: '',
  };
  runtime.state.streams.set(keyOf(main.asker), main);
  run(runtime, main, { record, command: reads });
}

// ---- A container's own program that reads ----------------------------------------------------------------------------

/**
 * Under this name the runtime keeps the program of a container as one of its streams.
 *
 * @fidelity simplified: a program that lives by its input begins when somebody first attaches with input
 */
const mainKey = (container: string): ProcessId => processId('main', container);

function mainOf({ state }: Runtime, container: string): RuntimeStream | undefined {
  return state.streams.get(keyOf({ from: mainKey(container), id: 0 }));
}

/** What came from somebody attached is the program's input. Its end is the program's only where one attaches once. */
function feedMain(runtime: Runtime, stream: RuntimeStream): void {
  const main = mainOf(runtime, stream.target);
  if (main === undefined) return;
  const { stdin } = stream;
  stream.stdin = '';
  main.stdin += stdin;
  main.width = stream.width;
  main.height = stream.height;
  if (stream.stdinEnded && runtime.state.containers.get(stream.target)?.input?.once === true) main.stdinEnded = true;
  if (main.waiting === 'read' && (main.stdin !== '' || main.stdinEnded)) goOn(runtime, main, { value: takeInput(main) });
}

/** Somebody attached has gone. */
function leaveMain(runtime: Runtime, stream: RuntimeStream): void {
  if (stream.request.op !== 'attach' || !stream.request.stdin) return;
  stream.stdinEnded = true;
  feedMain(runtime, stream);
}

/** What the program prints goes to its log, and to everybody who listens. */
function showAll(runtime: Runtime, main: RuntimeStream, frames: readonly StreamFrame[]): void {
  const listeners = [...runtime.state.streams.values()].filter(({ target, isMain }) => target === main.target && isMain !== true);
  for (const stream of listeners) {
    const wanted = frames.filter(({ channel }) => (channel === 'stdout' ? stream.request.stdout : stream.request.stderr));
    if (stream.request.op === 'attach' && wanted.length > 0) send(runtime, stream, wanted);
  }
  const [last = '', ...lines] = `${main.line ?? ''}${frames.map(({ data }) => data).join('')}`.split(/\r?\n/).reverse();
  main.line = last;
  const record = runtime.state.containers.get(main.target);
  if (record === undefined || lines.length === 0) return;
  putContainer(runtime, { ...record, plan: withLines(record, lines.reverse(), runtime.out.now) });
  // A moment later, when all that is printed now is there.
  for (const stream of listeners) if (stream.request.op === 'logs') wakeAt(runtime, stream, runtime.out.now + 1);
}

/** Its end is known now: the container ends with it. */
function endMain(runtime: Runtime, main: RuntimeStream, code: number): void {
  const { state, out } = runtime;
  const record = state.containers.get(main.target);
  drop(runtime, main);
  if (record === undefined) return;
  const at = out.now - record.info.startedAt;
  const plan = main.line === undefined || main.line === '' ? record.plan : withLines(record, [main.line], out.now);
  putContainer(runtime, { ...record, plan: { ...plan, end: { at, code, reason: code === 0 ? 'Completed' : 'Error' } } });
  out.startTimer(`${EXIT}${record.info.id}`, micros(0));
}

/** Shows new lines, and comes back when the next one is due. */
function showLog(runtime: Runtime, stream: RuntimeStream, record: ContainerRecord): void {
  showLines(runtime, stream, record);
  if (record.info.state === 'CONTAINER_EXITED' || (stream.shownBytes ?? 0) >= (stream.log.limitBytes ?? Infinity)) { endStream(runtime, stream, streamSuccess); return; }
  const next = nextLogAt(record.plan, record.info.startedAt, runtime.out.now);
  if (next !== undefined) wakeAt(runtime, stream, next);
}

function showLines(runtime: Runtime, stream: RuntimeStream, { info, plan }: ContainerRecord): void {
  const until = info.state === 'CONTAINER_EXITED' ? info.finishedAt : runtime.out.now;
  const { log, shownUntil, request } = stream;
  const after = Math.max(shownUntil, shownUntil < 0 ? (log.since ?? -1) : -1);
  let lines = info.startedAt === 0 ? [] : logOf(plan, info.startedAt, until).filter(({ at }) => at > after);
  if (shownUntil < 0 && log.tailLines !== undefined) lines = log.tailLines === 0 ? [] : lines.slice(-log.tailLines);
  stream.shownUntil = until;
  if (lines.length === 0) return;
  const data = bytesOf(lines.map(({ at, text }) => `${log.timestamps ? `${formatMicroTime(micros(at)).slice(0, -1)}000Z ` : ''}${text}\n`).join(''));
  if (request.op === 'logs') {
    const shown = data.slice(0, (log.limitBytes ?? Infinity) - (stream.shownBytes ?? 0));
    if (log.limitBytes !== undefined) stream.shownBytes = (stream.shownBytes ?? 0) + shown.length;
    send(runtime, stream, [{ channel: 'data', data: shown }]);
  }
  else if (request.stdout) send(runtime, stream, [{ channel: 'stdout', data: request.tty ? data.replaceAll('\n', '\r\n') : data }]);
}

// ---- Ports -----------------------------------------------------------------------------------------------------------

/** @source containerd internal/cri/server/sandbox_portforward_linux.go */
function connectPort(runtime: Runtime, stream: RuntimeStream): void {
  const { port } = stream.request;
  if (answerOverTcp(runtime, stream.target, port, '') !== undefined) return;
  const message = `failed to execute portforward in network namespace "/var/run/netns/cni": failed to connect to localhost:${port} inside namespace "${stream.target}", IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused IPv6 dial tcp6 [::1]:${port}: connect: connection refused `;
  endStream(runtime, stream, brokenStream(message));
}

/** A program answers as soon as what it got is a whole request. */
function connectionInput(runtime: Runtime, stream: RuntimeStream): void {
  const answer = answerOverTcp(runtime, stream.target, stream.request.port, stream.stdin);
  if (answer === undefined) { endStream(runtime, stream, brokenStream('connection reset by peer')); return; }
  stream.stdin = stream.stdin.slice(answer.taken);
  if (answer.data !== '') send(runtime, stream, [{ channel: 'data', data: answer.data }]);
  if (answer.closes || stream.stdinEnded) endStream(runtime, stream, streamSuccess);
}
