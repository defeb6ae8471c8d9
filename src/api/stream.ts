/**
 * Streams between a client and a container: exec, attach, port-forward and followed logs. They pass the API server and the kubelet as messages with
 * frames; all data are byte strings (`base/bytes.ts`).
 *
 * A client opens one with an ordinary request to the subresource. The answer 101 means that it is open; then frames go both ways until the
 * server says how it ended.
 *
 * @source kubernetes/apimachinery pkg/util/remotecommand/constants.go, kubernetes/kubelet pkg/cri/streaming/remotecommand
 */
import { failure, type Status } from './status.ts';

/** `data` is the one channel of a forwarded port and of a log; `resize` carries `{"Width":80,"Height":24}`. */
export type StreamChannel = 'stdin' | 'stdout' | 'stderr' | 'resize' | 'data';

/** Some bytes on a channel. `last`: the channel is closed after them. */
export interface StreamFrame { readonly channel: StreamChannel; readonly data: string; readonly last?: true }

/** How a stream ended: what exec clients read from the error channel. */
export type StreamStatus = { readonly metadata: object; readonly status: 'Success' } | Pick<Status, 'metadata' | 'status' | 'message' | 'reason' | 'details'>;

/** What is to run, for `kubelet.open` and the runtime. */
export interface StreamRequest {
  readonly op: 'exec' | 'attach' | 'portForward' | 'logs';
  readonly command: readonly string[];
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
  /** Port of the pod; 0 = none, the stream only shows that the pod is there. */
  readonly port: number;
}

export const streamSuccess: StreamStatus = Object.freeze({ metadata: Object.freeze({}), status: 'Success' });

/** The end of a program. */
export function exitStatus(code: number): StreamStatus {
  if (code === 0) return streamSuccess;
  return {
    metadata: {}, status: 'Failure', reason: 'NonZeroExitCode', message: `command terminated with non-zero exit code: exit status ${code}`,
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}

/** The end of a stream that something else than its program brought about. */
export function brokenStream(message: string): StreamStatus {
  return failure({ code: 500, reason: 'InternalError', message: `Internal error occurred: ${message}`, details: { causes: [{ message }] } });
}

/** The exit code in an end; undefined = the program did not get to end. */
export function exitCodeOf(status: StreamStatus): number | undefined {
  if (status.status === 'Success') return 0;
  if (!('reason' in status) || status.reason !== 'NonZeroExitCode') return undefined;
  const cause = status.details?.causes?.find(({ reason }) => reason === 'ExitCode');
  return cause?.message === undefined ? undefined : Number(cause.message);
}
