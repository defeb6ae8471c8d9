/** Streams to containers as commands use them: opened, printed as they come, fed with input, ended. */
import { type Result, seconds } from '../base/data.ts';
import { bytesOf, textOf } from '../base/bytes.ts';
import type { Pod } from '../api/kinds/all.ts';
import { exitCodeOf, type StreamFrame, type StreamStatus } from '../api/stream.ts';
import type { RequestOptions } from '../api/wire.ts';
import type { Conversation } from '../sim/conversation.ts';
import { cx } from './command.ts';
import { bareFailure, type Failure, failureOf, plainFailure } from './errors.ts';
import { podDescriptor } from './pod-word.ts';
import { callOf } from './requests.ts';

/** A quiet stream is asked again after this long; the world does not care. */
const WAIT = seconds(600);
/** Bytes of input in one frame. */
const FRAME_MAX = 32_768;

/** Opens a subresource of a pod as a stream. */
export function* openStream(pod: Pod, subresource: 'exec' | 'attach' | 'portforward' | 'log', options: RequestOptions): Conversation<Result<number, Failure>> {
  const place = { descriptor: podDescriptor, namespace: pod.metadata.namespace ?? '', name: pod.metadata.name, subresource };
  const opened = yield* cx.stream(callOf('get', place, { options }));
  if (!opened.ok) return { ok: false, error: failureOf(opened) };
  const first = yield* cx.nextFrames(opened.handle, WAIT);
  if (first.type === 'open') return { ok: true, value: opened.handle };
  return { ok: false, error: first.type === 'refused' ? failureOf(first.answer) : plainFailure('the stream did not open') };
}

/** What to do with the bytes of a channel. */
export type Sink = (frame: StreamFrame) => Conversation<unknown>;

/** Standard output and standard error of the program as those of the command. */
export function* printFrame(frame: StreamFrame): Conversation<void> {
  const text = textOf(frame.data);
  if (text === '') return;
  if (frame.channel === 'stderr') yield* cx.printError(text); else yield* cx.print(text);
}

/** Takes everything that comes on a stream until it ends. */
export function* drainStream(handle: number, sink: Sink): Conversation<StreamStatus> {
  for (;;) {
    const next = yield* cx.nextFrames(handle, WAIT);
    if (next.type === 'ended') return next.status;
    if (next.type === 'refused') return { metadata: {}, status: 'Failure', message: failureOf(next.answer).message };
    if (next.type === 'frames') for (const frame of next.frames) yield* sink(frame);
  }
}

/** Sends text as standard input. `isWhole`: nothing follows, the channel is closed. */
export function* sendInput(handle: number, bytes: string, isWhole: boolean): Conversation<void> {
  for (let at = 0; at < bytes.length; at += FRAME_MAX) yield* cx.sendFrames(handle, [{ channel: 'stdin', data: bytes.slice(at, at + FRAME_MAX) }]);
  if (isWhole) yield* cx.sendFrames(handle, [{ channel: 'stdin', data: '', last: true }]);
}

/** The end of a program as the end of the command: its exit code, or what broke the stream. */
export function endOf(status: StreamStatus): { readonly exit: number; readonly failure?: Failure } {
  const code = exitCodeOf(status);
  if (code === 0) return { exit: 0 };
  if (code !== undefined) return { exit: code, failure: bareFailure(`command terminated with exit code ${code}`) };
  return { exit: 1, failure: plainFailure('message' in status ? status.message : 'the stream broke') };
}

/** Runs a program in a container and gathers what it prints. */
export function* runInside(pod: Pod, container: string, run: { readonly command: readonly string[]; readonly stdin?: string }): Conversation<Result<{ readonly stdout: string; readonly stderr: string; readonly exit: number }, Failure>> {
  const opened = yield* openStream(pod, 'exec', { container, command: run.command, stdout: true, stderr: true, ...(run.stdin === undefined ? {} : { stdin: true }) });
  if (!opened.ok) return opened;
  if (run.stdin !== undefined) yield* sendInput(opened.value, run.stdin, true);
  const got = { stdout: '', stderr: '' };
  const status = yield* drainStream(opened.value, function* (frame) { if (frame.channel === 'stdout' || frame.channel === 'stderr') got[frame.channel] += frame.data; });
  return { ok: true, value: { ...got, exit: endOf(status).exit } };
}

export { bytesOf, textOf };
