/**
 * What a command of the prompt is: words, flags, and a conversation with the cluster. The grammar (grammar/*.ne) knows the shape of a
 * line; a command only says what it does.
 */
import type { StreamFrame, StreamStatus } from '../api/stream.ts';
import type { ApiCall, WatchEvent } from '../api/wire.ts';
import type { CriRequest } from '../api/cri.ts';
import type { EtcdRequest, ResponseHeader, WatchCreateRequest, EtcdEvent } from '../etcd/contract.ts';
import { type Micros, seconds } from '../base/data.ts';
import type { StatusDetails } from '../api/status.ts';
import type { Kubeconfig } from './kubeconfig.ts';
import type { LoadResult, LoadWish } from './load.ts';
import { ask, type Conversation } from '../sim/conversation.ts';
import type { DiskChange } from '../sim/process.ts';

/** A parsed command: its path (`['kubectl', 'get']`), its operands in order, and its flags by long name. */
export interface Arguments {
  readonly path: readonly string[];
  /** Operands as the grammar named them, for example `{ resource: 'pods', names: ['web'] }`. */
  readonly operands: Readonly<Record<string, unknown>>;
  /** Flags by long name without dashes; repeated ones are lists. */
  readonly flags: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  /** Contents of files the line names (`-f FILE`), read at the edge: name → text. '-' is standard input. */
  readonly files: Readonly<Record<string, string>>;
  /** Files among them that are no UTF-8 text: name → base64. */
  readonly binaryFiles?: Readonly<Record<string, string>>;
}

/** Settings of the prompt that commands see. */
export interface Settings {
  /** Namespace of kubectl when a line names none: that of the kubeconfig's context. */
  readonly namespace: string;
  readonly lang: 'ko' | 'en';
  /** Machine that node-side commands (crictl, etcdctl …) run on. */
  readonly node: string;
  readonly columns: number;
}

export type ApiAnswer =
  | { readonly ok: true; readonly code: number; readonly body: unknown; readonly warnings: readonly string[] }
  /** The server said no (a metav1.Status), or nobody answered (`unreachable`, with kubectl's sentence). */
  | { readonly ok: false; readonly code: number; readonly status: { readonly reason?: string; readonly message: string; readonly code?: number; readonly details?: unknown }; readonly warnings?: readonly string[] }
  | { readonly ok: false; readonly code: 0; readonly unreachable: string };
export type EtcdAnswer =
  | { readonly ok: true; readonly header: ResponseHeader; readonly body: unknown }
  /** etcd refused; or nobody answered (`lost`: the connection was refused or broke). */
  | { readonly ok: false; readonly error: string; readonly lost?: boolean };
export type CriAnswer =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly code: string; readonly message: string };
export type WatchAnswer =
  | { readonly type: 'events'; readonly events: readonly WatchEvent[] }
  | { readonly type: 'ended' }
  /** The server did not open the watch. */
  | { readonly type: 'refused'; readonly answer: ApiAnswer & { readonly ok: false } }
  | { readonly type: 'timeout' };
export type StreamAnswer =
  | { readonly type: 'open' }
  | { readonly type: 'frames'; readonly frames: readonly StreamFrame[] }
  /** How it ended. */
  | { readonly type: 'ended'; readonly status: StreamStatus }
  /** The server did not open it. */
  | { readonly type: 'refused'; readonly answer: ApiAnswer & { readonly ok: false } }
  | { readonly type: 'timeout' };
export type EtcdWatchAnswer =
  | { readonly type: 'events'; readonly events: readonly EtcdEvent[]; readonly header: ResponseHeader }
  | { readonly type: 'canceled'; readonly reason: string; readonly compactRevision: number; readonly header?: ResponseHeader }
  | { readonly type: 'timeout' }
  | Interrupt;
/** Ctrl-C, for a command that has asked to hear of it (`cx.trap`). */
export interface Interrupt { readonly type: 'interrupt' }

/** A text for the learner to edit, and what it is of. */
export interface Draft { readonly name: string; readonly text: string }
/** What came out of the editor, read as one object. */
export type Edited =
  | { readonly type: 'object'; readonly text: string; readonly object: object }
  | { readonly type: 'unreadable'; readonly text: string; readonly message: string }
  /** There is no editor here. */
  | { readonly type: 'noEditor'; readonly message: string };

/** A process of the cluster, and the machine it is on. */
export interface ProcessPlace { readonly id: string; readonly kind: string; readonly node: string; readonly address?: string }

/** `maxRetries` of client-go. */
const RETRIES_MAX = 10;

/**
 * One API request. A server that is too busy and says when to come back is asked again, as client-go does without a word.
 * @source kubernetes/client-go rest/with_retry.go (IsNextRetry, checkWait)
 */
function* request(call: ApiCall): Conversation<ApiAnswer> {
  for (let retry = 0; ; retry++) {
    const answer = yield* ask<ApiAnswer>('api', call);
    if (answer.ok || retry === RETRIES_MAX || (answer.code !== 429 && answer.code < 500) || !('status' in answer)) return answer;
    const { retryAfterSeconds = 0 } = (answer.status.details ?? {}) as StatusDetails;
    if (retryAfterSeconds <= 0) return answer;
    yield* ask('sleep', seconds(retryAfterSeconds));
  }
}

/** What a command may ask. Each is answered by the terminal process (terminal.ts). */
export const cx = {
  /** One API request through the load balancer, with the admin's certificate. */
  request,
  /** The same without patience: what curl does. */
  requestOnce: (call: ApiCall): Conversation<ApiAnswer> => ask('api', call),
  /** Opens a watch; the answer is its handle. */
  watch: (call: ApiCall): Conversation<{ ok: true; handle: number } | (ApiAnswer & { ok: false })> => ask('apiWatch', call),
  /** The next events of a watch; waits at most `within`. */
  nextEvents: (handle: number, within: Micros): Conversation<WatchAnswer> => ask('apiNext', { handle, within }),
  /** Opens a stream (exec, attach, port-forward, a followed log); the answer is its handle, the first of `nextFrames` says whether it is open. */
  stream: (call: ApiCall): Conversation<{ ok: true; handle: number } | (ApiAnswer & { ok: false })> => ask('apiWatch', call),
  /** What came on a stream next; waits at most `within`. */
  nextFrames: (handle: number, within: Micros): Conversation<StreamAnswer> => ask('apiNext', { handle, within }),
  /** Sends frames on an open stream. */
  sendFrames: (handle: number, frames: readonly StreamFrame[]): Conversation<null> => ask('apiFrames', { handle, frames }),
  /** From now on what the learner types goes to the standard input of a stream. */
  passTyped: (handle: number): Conversation<null> => ask('passTyped', { handle }),
  /** Writes a file of the learner's machine; `data` is one character per byte. */
  saveFile: (path: string, data: string): Conversation<null> => ask('saveFile', { path, data }),
  /** Ends a watch or a stream. */
  unwatch: (handle: number): Conversation<null> => ask('apiUnwatch', { handle }),
  /** One request to an etcd member (`cp-1/etcd`); waits at most `within`. `token` says who asks. */
  etcd: (member: string, request: EtcdRequest, how: { readonly within?: Micros; readonly token?: string } = {}): Conversation<EtcdAnswer> => ask('etcd', { member, request, ...how }),
  etcdWatch: (member: string, request: WatchCreateRequest, token?: string): Conversation<number> => ask('etcdWatch', { member, request, ...(token === undefined ? {} : { token }) }),
  /** Puts at a steady rate, and what came of them. */
  etcdLoad: (wish: LoadWish): Conversation<LoadResult> => ask('etcdLoad', wish),
  /** Asks for the store's revision on a watch, behind all events up to it. */
  etcdProgress: (handle: number): Conversation<null> => ask('etcdProgress', { handle }),
  /** The next events of a watch of etcd; waits at most `within`. Handle 0 = of any watch; the answer says which. */
  etcdNext: (handle: number, within: Micros): Conversation<EtcdWatchAnswer & { readonly handle?: number }> => ask('etcdNext', { handle, within }),
  /** One request to the container runtime of a machine; waits at most `within`. */
  cri: (node: string, request: CriRequest, within?: Micros): Conversation<CriAnswer> => ask('cri', { node, request, within }),
  /** Any message to a process and its one reply (matched by `id`, which is filled in). */
  send: (to: string, message: object): Conversation<{ ok: true; body: unknown } | { ok: false; error: string }> => ask('message', { to, message }),
  /** A line that the learner types; null = the end of the input. */
  readLine: (): Conversation<string | null> => ask('readLine', null),
  /** Lets the learner edit a text; the edge has the editor and reads what comes out of it. */
  edit: (draft: Draft): Conversation<Edited> => ask('edit', draft),
  print: (text: string): Conversation<null> => ask('print', { stream: 'stdout', text }),
  printError: (text: string): Conversation<null> => ask('print', { stream: 'stderr', text }),
  /** What was done could not be shown: the command fails, even though it goes on. */
  failLater: (): Conversation<null> => ask('failLater', null),
  sleep: (micros: Micros): Conversation<null> => ask('sleep', micros),
  /** From now on Ctrl-C does not end the command while it rests or waits for a watch: it is told, and ends by itself. */
  trap: (): Conversation<null> => ask('trap', null),
  /** Sleeps, unless a trapped Ctrl-C comes. */
  rest: (micros: Micros): Conversation<null | Interrupt> => ask('sleep', micros),
  /** A file that a command has written on a machine (`cp-1:/backup/s.db`); null = there is none. */
  readFile: (path: string): Conversation<unknown> => ask('readFile', path),
  /** Writes a file; null takes it away. */
  writeFile: (path: string, value: unknown): Conversation<null> => ask('writeFile', { path, value }),
  /** What the disk of a process holds that does not run; null while it runs. */
  stoppedDisk: (process: string): Conversation<readonly DiskChange[] | null> => ask('stoppedDisk', process),
  /** Puts this on the disk of a process that does not run; whether it was done. */
  prepareDisk: (process: string, content: readonly DiskChange[]): Conversation<boolean> => ask('prepareDisk', { process, content }),
  /** Paths of files that begin so. */
  listFiles: (prefix: string): Conversation<readonly string[]> => ask('listFiles', prefix),
  now: (): Conversation<Micros> => ask('now', null),
  /** The learner's kubeconfig. */
  kubeconfig: (): Conversation<Kubeconfig> => ask('kubeconfig', null),
  writeKubeconfig: (config: Kubeconfig): Conversation<null> => ask('writeKubeconfig', config),
  /** Addresses of processes of the cluster, for example all that end in `/etcd`. */
  processes: (): Conversation<readonly ProcessPlace[]> => ask('processes', null),
} as const;

export interface Flag {
  readonly name: string;
  readonly short?: string;
  readonly type: 'bool' | 'string' | 'int' | 'duration' | 'list';
  readonly summary: string;
  /** Value when the flag stands alone (`--dry-run`); such a flag takes another one only after `=`. */
  readonly implied?: string;
  /** What its value names, for completion and colours. */
  readonly completes?: 'namespace' | 'output' | 'file' | 'selector' | 'node' | 'container' | 'context' | 'image';
  /** The values it may have, for completion. */
  readonly choices?: readonly string[];
  /** Not listed in the help. */
  readonly hidden?: boolean;
}

/** One command. Its conversation ends with the exit code. */
export interface Command {
  /** Words that name it: `['kubectl', 'rollout', 'undo']`. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly flags: readonly Flag[];
  /** True = checkpoint before, journal line, undo entry. */
  readonly changesWorld: boolean;
  /** Run by the tests. `shows`: text that must appear. */
  readonly examples: readonly { readonly line: string; readonly shows: string }[];
  run(args: Arguments, settings: Settings): Conversation<number>;
}

/** Declares a command. */
export function defineCommand(command: Command): Command {
  return command;
}
