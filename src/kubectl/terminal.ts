/**
 * The learner's shell as a process of the world: it runs one command at a time as a conversation, over the same network as everybody else. So a
 * command in flight can be stepped, undone, and cut off by a fault.
 */
import { micros, type Micros, type ProcessId, type Result } from '../base/data.ts';
import { bytesOf } from '../base/bytes.ts';
import type { ApiCall, Credential } from '../api/wire.ts';
import type { CriServerMessage } from '../api/cri.ts';
import type { EtcdServerMessage } from '../etcd/contract.ts';
import { isSnapshotFile } from '../etcd/snapshot-file.ts';
import type { StreamFrame } from '../api/stream.ts';
import { handleRest, newRest, request, cancel, sendFrames, type RestConfig, type RestEvent, type RestState } from '../client/rest.ts';
import { type ConversationRecord, converse, newConversation, PENDING, type Question, type Scripts } from '../sim/conversation.ts';
import { defineProcess, type DiskChange, type Input, type Outbox } from '../sim/process.ts';
import { withCustomKinds } from './custom-kinds.ts';
import type { ApiAnswer, Arguments, Draft, Edited, ProcessPlace, Settings } from './command.ts';
import { type Access, accessOf, firstKubeconfig, type Kubeconfig, KUBECONFIG_PATH, SERVER } from './kubeconfig.ts';
import { type Load, loadAnswer, loadLost, loadTick, type LoadWish, newLoad } from './load.ts';
import { impersonationOf, textFlag } from './options.ts';
import { warnFirst } from './record.ts';
import { commandAt } from './registry.ts';

export interface TerminalConfig {
  readonly rest: RestConfig;
  /** Address people see in messages, `10.0.0.10:6443`. */
  readonly server: string;
  readonly processes: readonly ProcessPlace[];
}

/** From the session: run a parsed command, or stop the running one. */
export type TerminalMessage =
  | { readonly type: 'terminal.run'; readonly serial: number; readonly args: Arguments; readonly settings: Omit<Settings, 'namespace'> }
  /** What came out of the editor that `editing` asked for. */
  | { readonly type: 'terminal.edited'; readonly serial: number; readonly edited: Edited }
  /** A line for the program that a command passes input to; null = its end (Ctrl-D). */
  | { readonly type: 'terminal.typed'; readonly text: string | null }
  | { readonly type: 'terminal.interrupt' };

/** A file for the learner's machine; `data` is one character per byte. */
export interface SavedFile { readonly path: string; readonly data: string }

interface Stream { readonly to: ProcessId; readonly kind: 'api' | 'etcd'; readonly id: number; readonly waiting: object[]; ended: object | null; reading: boolean }

/** Plain state. `output` grows while a command runs; `exit` is its code when it has ended. */
export interface TerminalState {
  readonly config: TerminalConfig;
  rest: RestState;
  kubeconfig: Kubeconfig;
  /** Address of the API server that the running command talks to, as people see it; another than the cluster's answers nothing. */
  server: string;
  running: ConversationRecord | null;
  /** Number of the run that `output` and `exit` belong to. */
  serial: number;
  output: { readonly stream: 'stdout' | 'stderr'; readonly text: string }[];
  exit: number | null;
  /** The command that runs could not show what it did. */
  failing?: boolean;
  /** A text that the running command wants edited. */
  editing: Draft | null;
  /** Stream whose standard input takes what the learner types; 0 = none, -1 = the command that asks. */
  typedTo: number;
  /** Files that the command wrote on the learner's machine; the edge puts them there. */
  saved: SavedFile[];
  /** Request or message the conversation waits for. */
  awaiting: number;
  awaitingPeer: string;
  nextId: number;
  streams: Map<number, Stream>;
  /** Puts under way for `etcdctl check perf`. */
  load: Load | null;
  /** The running command wants to hear of Ctrl-C and end by itself. */
  trap: boolean;
  /** Files that commands have written, by `MACHINE:/PATH`. */
  files: Map<string, unknown>;
}

/** A command that prints more than this is stopped, as a full pipe would. */
const OUTPUT_MAX = 200_000;
/** In place of a stream: what is typed goes to the command itself. */
const THE_COMMAND = -1;
/** Exit code of a command stopped by Ctrl-C. */
const INTERRUPTED = 130;

const scripts: Scripts = {
  command: function* ({ args, settings }: { args: Arguments; settings: Settings }) { yield* warnFirst(args); return yield* commandAt(args.path).run(yield* withCustomKinds(args), settings); },
};

export const terminal = defineProcess<TerminalState, TerminalMessage | { readonly type: string }, TerminalConfig>({
  kind: 'terminal',
  mailboxMax: 10_000,
  boot: ({ config }) => ({
    config, rest: newRest(config.rest), kubeconfig: firstKubeconfig, server: config.server, running: null, serial: 0, output: [], exit: null, editing: null, typedTo: 0, saved: [], awaiting: 0, awaitingPeer: '', nextId: 1, streams: new Map(),
    trap: false, load: null, files: new Map(),
  }),
  step(state, input, out) {
    if (input.type === 'message' && input.from === '') { fromSession(state, input.body as TerminalMessage, out); return; }
    if (input.type === 'timer' && (input.name === 'sleep' || input.name === 'within')) { woke(state, input.name, out); return; }
    if (input.type === 'timer' && input.name === 'answer') { gaveUp(state, out); return; }
    if (input.type === 'timer' && input.name === 'load') { loaded(state, out); return; }
    for (const event of handleRest(state.rest, input, out) ?? []) onRest(state, event, out);
    fromPeer(state, input, out);
  },
});

/** Ctrl-C while a command that traps it waits: the command goes on with that. */
function trapped(state: TerminalState, out: Outbox): boolean {
  if (state.running === null || !state.trap || state.awaiting !== 0) return false;
  state.trap = false;
  for (const timer of ['sleep', 'within']) out.cancelTimer(timer);
  stopReading(state);
  proceed(state, out, { value: { type: 'interrupt' } });
  return true;
}

function fromSession(state: TerminalState, message: TerminalMessage, out: Outbox): void {
  if (message.type === 'terminal.interrupt' && trapped(state, out)) return;
  if (message.type === 'terminal.edited') {
    if (state.editing === null || state.serial !== message.serial) return;
    state.editing = null;
    proceed(state, out, { value: message.edited });
    return;
  }
  if (message.type === 'terminal.typed') {
    if (state.typedTo === THE_COMMAND) { state.typedTo = 0; proceed(state, out, { value: message.text }); return; }
    if (state.typedTo !== 0) sendFrames(state.rest, out, state.typedTo, [message.text === null ? { channel: 'stdin', data: '', last: true } : { channel: 'stdin', data: bytesOf(message.text) }]);
    return;
  }
  state.editing = null;
  state.typedTo = 0;
  state.trap = false;
  state.load = null;
  endStreams(state, out);
  state.awaiting = 0;
  for (const timer of ['sleep', 'within', 'answer']) out.cancelTimer(timer);
  if (message.type === 'terminal.interrupt') {
    if (state.running !== null) { state.running = null; state.exit = INTERRUPTED; }
    return;
  }
  state.serial = message.serial;
  state.output = [];
  state.saved = [];
  state.exit = null;
  // A command line tool is a new process each time: it dials anew.
  for (const id of [...state.rest.inflight.keys()]) cancel(state.rest, out, id);
  const alone = ['as-group', 'as-uid', 'as-user-extra'].some((name) => message.args.flags[name] !== undefined) && textFlag(message.args, 'as') === '';
  const access: Result<Access, string> = alone ? { ok: false, error: `requesting uid, groups or user-extra for ${String(state.kubeconfig.contexts[state.kubeconfig.current]?.['user'] ?? '')} without impersonating a user` } : accessFor(state, message.args);
  if (!access.ok) { complain(state, access.error); return; }
  const { credential, namespace } = access.value;
  state.server = access.value.server === SERVER ? state.config.server : access.value.server.replace(/^https?:\/\//, '');
  state.rest = { ...newRest({ ...state.config.rest, credential, ...impersonationOf(message.args) }), nextId: state.rest.nextId };
  state.running = newConversation('command', { args: message.args, settings: { ...message.settings, namespace } }, out.cause);
  proceed(state, out);
}

/** Commands that work without knowing any cluster. */
const LOCAL: ReadonlySet<string> = new Set(['config', 'kustomize', 'plugin', 'completion']);

/** Whom the command talks to and as whom; programs other than kubectl keep what the machine has. */
function accessFor(state: TerminalState, args: Arguments): Result<Access, string> {
  const file = textFlag(args, 'kubeconfig');
  if (args.path[1] !== 'config' && file !== '' && file !== KUBECONFIG_PATH) return { ok: false, error: `stat ${file}: no such file or directory` };
  const first = accessOf(firstKubeconfig, {});
  // curl shows no certificate that it is not given.
  const credential: Credential = args.path[0] === 'curl' && textFlag(args, 'cert') === '' ? { type: 'anonymous' } : state.config.rest.credential;
  if (args.path[0] !== 'kubectl') return first.ok ? { ok: true, value: { ...first.value, credential } } : first;
  const choice = Object.fromEntries(['context', 'cluster', 'user', 'token', 'server'].filter((name) => textFlag(args, name) !== '').map((name) => [name, textFlag(args, name)]));
  const found = accessOf(state.kubeconfig, choice);
  return found.ok || !LOCAL.has(args.path[1] ?? '') ? found : { ok: true, value: { server: SERVER, credential: { type: 'anonymous' }, namespace: 'default' } };
}

function complain(state: TerminalState, message: string): void {
  state.output.push({ stream: 'stderr', text: `${message.startsWith('Error in configuration') ? '' : 'error: '}${message}\n` });
  state.exit = 1;
}

function proceed(state: TerminalState, out: Outbox, answer?: { readonly value: unknown }): void {
  const record = state.running;
  if (record === null) return;
  out.because(record.cause);
  const finished = converse(scripts, record, { answer, verify: out.verify, handle: question => reply(state, question, out) });
  if (finished === undefined) return;
  state.running = null;
  state.typedTo = 0;
  const exit = finished.result as number;
  state.exit = withWarnings(state, record.args as { readonly args: Arguments }, exit === 0 && state.failing === true ? 1 : exit);
  state.failing = false;
  endStreams(state, out);
}

/** `--warnings-as-errors`: a command that the server has warned fails. @source kubernetes/kubectl pkg/cmd/cmd.go */
function withWarnings(state: TerminalState, { args }: { readonly args: Arguments }, exit: number): number {
  if (args.flags['warnings-as-errors'] !== true || exit !== 0) return exit;
  const count = state.output.filter(({ stream, text }) => stream === 'stderr' && text.startsWith('Warning: ')).reduce((sum, { text }) => sum + text.split('Warning: ').length - 1, 0);
  if (count > 0) state.output.push({ stream: 'stderr', text: `error: ${count} warning${count === 1 ? '' : 's'} received\n` });
  return count > 0 ? 1 : 0;
}

function reply(state: TerminalState, question: Question, out: Outbox): unknown {
  switch (question.ask) {
    case 'print': return print(state, question.args as { stream: 'stdout' | 'stderr'; text: string });
    case 'now': return out.now;
    case 'processes': return state.config.processes;
    case 'passTyped': state.typedTo = (question.args as { handle: number }).handle; return null;
    case 'readLine': state.typedTo = THE_COMMAND; return PENDING;
    case 'saveFile': state.saved.push(question.args as SavedFile); return null;
    case 'edit': state.editing = question.args as Draft; return PENDING;
    case 'kubeconfig': return state.kubeconfig;
    case 'writeKubeconfig': state.kubeconfig = question.args as Kubeconfig; return null;
    case 'sleep': out.startTimer('sleep', question.args as Micros); return PENDING;
    case 'api': return askApi(state, question.args as ApiCall, out);
    case 'apiWatch': return openApi(state, question.args as ApiCall, out);
    case 'apiFrames': { const { handle, frames } = question.args as { handle: number; frames: readonly StreamFrame[] }; sendFrames(state.rest, out, handle, frames); return null; }
    case 'apiUnwatch': closeStream(state, (question.args as { handle: number }).handle, out); return null;
    case 'apiNext': case 'etcdNext': return next(state, question.args as { handle: number; within: number }, out);
    case 'etcd': return send(state, question.args as EtcdQuestion, out);
    case 'etcdWatch': return openEtcd(state, question.args as { member: ProcessId; request: object; token?: string }, out);
    case 'etcdProgress': return askProgress(state, question.args as { handle: number }, out);
    case 'etcdLoad': state.load = newLoad(question.args as LoadWish, out); return PENDING;
    case 'failLater': state.failing = true; return null;
    case 'trap': state.trap = true; return null;
    case 'readFile': return state.files.get(question.args as string) ?? null;
    case 'writeFile': return writeFile(state, question.args as { path: string; value: unknown }, out);
    case 'stoppedDisk': return out.stoppedDisk(question.args as ProcessId) ?? null;
    case 'prepareDisk': return prepare(question.args as { process: ProcessId; content: readonly DiskChange[] }, out);
    case 'listFiles': return [...state.files.keys()].filter((path) => path.startsWith(question.args as string));
    case 'cri': return sendCri(state, question.args as { node: string; request: object; within?: Micros }, out);
    case 'message': return sendMessage(state, question.args as { to: ProcessId; message: object }, out);
    default: throw new Error(`a command asked "${question.ask}", which nobody answers`);
  }
}

function print(state: TerminalState, line: { readonly stream: 'stdout' | 'stderr'; readonly text: string }): null {
  if (state.output.length < OUTPUT_MAX) state.output.push(line);
  return null;
}

function woke(state: TerminalState, name: string, out: Outbox): void {
  if (name === 'sleep') { proceed(state, out, { value: null }); return; }
  if (stopReading(state)) proceed(state, out, { value: { type: 'timeout' } });
}

/** Nobody waits for a stream any more; whether somebody did. */
function stopReading(state: TerminalState): boolean {
  let read = false;
  for (const stream of state.streams.values()) { read ||= stream.reading; stream.reading = false; }
  return read;
}

// ---- API -------------------------------------------------------------------------------------------------------------

function onRest(state: TerminalState, event: RestEvent, out: Outbox): void {
  if (event.tag === 'command' && event.type === 'response' && event.id === state.awaiting) {
    state.awaiting = 0;
    proceed(state, out, { value: answerOf(state, event.code, event.body, event.warnings) });
    return;
  }
  const stream = state.streams.get(event.id);
  if (stream === undefined || stream.kind !== 'api') return;
  if (event.type === 'watch') { arrived(state, stream, { type: 'events', events: event.events }, out); return; }
  if (event.type === 'stream') { arrived(state, stream, { type: 'frames', frames: event.frames }, out); return; }
  if (event.type === 'streamEnd') { stream.ended = { type: 'ended', status: event.status }; arrived(state, stream, undefined, out); return; }
  if (event.type === 'response' && event.code === 101) { arrived(state, stream, { type: 'open' }, out); return; }
  stream.ended = event.type === 'watchEnd' ? { type: 'ended' } : { type: 'refused', answer: answerOf(state, event.code, event.body, event.warnings) };
  arrived(state, stream, undefined, out);
}

function answerOf(state: TerminalState, code: number, body: unknown, warnings: readonly string[]): ApiAnswer {
  if (code >= 200 && code < 300) return { ok: true, code, body, warnings: warnings.length === 0 ? warnings : unseen(state, warnings) };
  if (code === 0) return { ok: false, code: 0, unreachable: unreachable(state, String(body)) };
  const refused = { ok: false, code, status: body as { message: string } } as const;
  return warnings.length === 0 ? refused : { ...refused, warnings: unseen(state, warnings) };
}

/** A command shows each warning once. @source kubernetes/client-go rest/warnings.go (Deduplicate) */
function unseen({ output }: TerminalState, warnings: readonly string[]): readonly string[] {
  const seen = new Set(output.flatMap(({ stream, text }) => (stream === 'stderr' ? text.split('\n') : [])));
  return [...new Set(warnings)].filter(text => !seen.has(`Warning: ${text}`));
}

/** kubectl's sentences for a server that does not answer. */
function unreachable(state: TerminalState, why: string): string {
  if (why.includes('refused')) return `The connection to the server ${state.config.server} was refused - did you specify the right host or port?`;
  if (why.startsWith('net/http') || why.startsWith('http2')) return `Unable to connect to the server: ${why}`;
  if (why.includes('deadline')) return `Unable to connect to the server: net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)`;
  return 'Unable to connect to the server: EOF';
}

/** Nobody listens at other addresses. */
const elsewhere = (state: TerminalState): ApiAnswer => ({ ok: false, code: 0, unreachable: `The connection to the server ${state.server} was refused - did you specify the right host or port?` });

function askApi(state: TerminalState, call: ApiCall, out: Outbox): unknown {
  if (state.server !== state.config.server) return elsewhere(state);
  state.awaiting = request(state.rest, out, call, 'command');
  // Whom an earlier question went to may hang up now; that answers nothing.
  state.awaitingPeer = '';
  return PENDING;
}

function openApi(state: TerminalState, call: ApiCall, out: Outbox): unknown {
  if (state.server !== state.config.server) return elsewhere(state);
  const id = request(state.rest, out, call, 'stream');
  state.streams.set(id, { to: '' as ProcessId, kind: 'api', id, waiting: [], ended: null, reading: false });
  return { ok: true, handle: id };
}

function openEtcd(state: TerminalState, args: { readonly member: ProcessId; readonly request: object; readonly token?: string }, out: Outbox): number {
  const id = 1_000_000_000 + state.nextId++;
  state.streams.set(id, { to: args.member, kind: 'etcd', id, waiting: [], ended: null, reading: false });
  out.send(args.member, { type: 'etcd.watchCreate', id, request: args.request, ...withToken(args) });
  return id;
}

function askProgress(state: TerminalState, { handle }: { readonly handle: number }, out: Outbox): null {
  const stream = state.streams.get(handle);
  if (stream !== undefined) out.send(stream.to, { type: 'etcd.watchProgress', id: handle });
  return null;
}

const prepare = ({ process, content }: { readonly process: ProcessId; readonly content: readonly DiskChange[] }, out: Outbox): boolean => out.prepareDisk(process, content);

/** A file of a machine is any frozen value; null takes it away. */
function writeFile(state: TerminalState, { path, value }: { readonly path: string; readonly value: unknown }, out: Outbox): null {
  if (isSnapshotFile(value)) out.record('etcd.snapshot.saved', { rev: value.revision, file: path.slice(path.indexOf(':') + 1) });
  if (value === null) state.files.delete(path); else state.files.set(path, value);
  return null;
}

/** The next item of one stream, or with handle 0 of any. */
function next(state: TerminalState, args: { readonly handle: number; readonly within: number }, out: Outbox): unknown {
  const streams = [...state.streams.values()].filter(({ id }) => args.handle === 0 || id === args.handle);
  if (streams.length === 0 && args.handle !== 0) return { type: 'ended' };
  for (const stream of streams) {
    const first = stream.waiting.shift() ?? stream.ended;
    if (first !== null) return { ...first, handle: stream.id };
  }
  for (const stream of streams) stream.reading = true;
  out.startTimer('within', micros(args.within));
  return PENDING;
}

function arrived(state: TerminalState, stream: Stream, item: object | undefined, out: Outbox): void {
  if (item !== undefined) stream.waiting.push(item);
  if (!stream.reading) return;
  stopReading(state);
  out.cancelTimer('within');
  proceed(state, out, { value: { ...(stream.waiting.shift() ?? stream.ended), handle: stream.id } });
}

function closeStream(state: TerminalState, handle: number, out: Outbox): void {
  const stream = state.streams.get(handle);
  if (stream === undefined) return;
  state.streams.delete(handle);
  if (stream.kind === 'api') cancel(state.rest, out, handle);
  else out.send(stream.to, { type: 'etcd.watchCancel', id: handle });
}

function endStreams(state: TerminalState, out: Outbox): void {
  for (const handle of [...state.streams.keys()]) closeStream(state, handle, out);
}

// ---- etcd, the runtime, and anybody else -------------------------------------------------------------------------------

interface EtcdQuestion { readonly member: string; readonly request: object; readonly within?: Micros; readonly token?: string }
const withToken = ({ token }: { readonly token?: string }): object => (token === undefined ? {} : { token });

function send(state: TerminalState, args: EtcdQuestion, out: Outbox): typeof PENDING {
  if (args.within !== undefined) out.startTimer('answer', args.within);
  return askPeer(state, args.member, { type: 'etcd.request', request: args.request, ...withToken(args) }, out);
}

function sendCri(state: TerminalState, args: { readonly node: string; readonly request: object; readonly within?: Micros }, out: Outbox): typeof PENDING {
  if (args.within !== undefined) out.startTimer('answer', args.within);
  return askPeer(state, `${args.node}/containerd`, { type: 'cri.request', request: args.request }, out);
}

function sendMessage(state: TerminalState, args: { readonly to: ProcessId; readonly message: object }, out: Outbox): typeof PENDING {
  return askPeer(state, args.to, args.message, out);
}

function askPeer(state: TerminalState, to: string, message: object, out: Outbox): typeof PENDING {
  const id = 1_000_000_000 + state.nextId++;
  state.awaiting = id;
  state.awaitingPeer = to;
  out.send(to as ProcessId, { ...message, id });
  return PENDING;
}

/** Goes on with the load of a command; its end is the command's answer. */
function loaded(state: TerminalState, out: Outbox): void {
  const result = state.load === null ? undefined : loadTick(state.load, out);
  if (result === undefined) return;
  state.load = null;
  proceed(state, out, { value: result });
}

/** Answers that are not the API server's. */
function fromPeer(state: TerminalState, input: Input<{ readonly type: string }>, out: Outbox): void {
  if (input.type === 'connectionLost') { peerLost(state, input.peer, out); return; }
  if (input.type !== 'message') return;
  const message = input.body as EtcdServerMessage | CriServerMessage | { readonly type: 'reply'; readonly id: number; readonly body: unknown };
  if (state.load !== null && loadAnswer(state.load, message as EtcdServerMessage, out)) return;
  if (message.type === 'etcd.responses') { for (const body of message.replies) fromPeer(state, { ...input, body }, out); return; }
  if (message.type === 'etcd.watches') { for (const { id, events } of message.watches) fromEtcdWatch(state, { type: 'etcd.watch', id, header: message.header, events }, out); return; }
  if (message.type === 'etcd.watch' || message.type === 'etcd.watchCanceled') { fromEtcdWatch(state, message, out); return; }
  if (!('id' in message) || message.id !== state.awaiting || input.from !== state.awaitingPeer) return;
  state.awaiting = 0;
  out.cancelTimer('answer');
  const value = peerAnswer(message);
  if (value !== undefined) proceed(state, out, { value });
}

function peerAnswer(message: EtcdServerMessage | CriServerMessage | { readonly type: 'reply'; readonly body: unknown }): unknown {
  switch (message.type) {
    case 'etcd.response': return { ok: true, header: message.header, body: message.body };
    case 'etcd.error': return { ok: false, error: message.error };
    case 'cri.response': case 'reply': return { ok: true, body: message.body };
    case 'cri.error': return { ok: false, code: message.code, message: message.message };
    default: return undefined;
  }
}

/** Nobody answered within the time that the command gives. */
function gaveUp(state: TerminalState, out: Outbox): void {
  if (state.awaiting === 0) return;
  state.awaiting = 0;
  const text = 'context deadline exceeded';
  proceed(state, out, { value: { ok: false, error: text, code: 'DeadlineExceeded', message: text } });
}

function fromEtcdWatch(state: TerminalState, message: EtcdServerMessage & { readonly type: 'etcd.watch' | 'etcd.watchCanceled' }, out: Outbox): void {
  const stream = state.streams.get(message.id);
  if (stream === undefined) return;
  if (message.type === 'etcd.watch') { arrived(state, stream, { type: 'events', events: message.events, header: message.header }, out); return; }
  stream.ended = { type: 'canceled', reason: message.reason, compactRevision: message.compactRevision, ...(message.header === undefined ? {} : { header: message.header }) };
  arrived(state, stream, undefined, out);
}

function peerLost(state: TerminalState, peer: string, out: Outbox): void {
  if (state.load !== null) loadLost(state.load);
  if (state.awaiting !== 0 && peer === state.awaitingPeer) {
    state.awaiting = 0;
    out.cancelTimer('answer');
    proceed(state, out, { value: { ok: false, error: `connection to ${peer} refused`, lost: true, code: 'Unavailable', message: `connect: connection refused` } });
    return;
  }
  for (const stream of state.streams.values()) {
    if (stream.kind !== 'etcd' || stream.to !== peer) continue;
    stream.ended = { type: 'canceled', reason: 'connection lost', compactRevision: 0 };
    arrived(state, stream, undefined, out);
    return;
  }
}
