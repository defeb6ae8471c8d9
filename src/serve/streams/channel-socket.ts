/**
 * Exec and attach on a WebSocket: the first byte of a message is its channel.
 *
 * | 0 stdin | 1 stdout | 2 stderr | 3 how it ended | 4 size of the terminal | 255 the client closes a channel |
 *
 * @source kubernetes/apimachinery pkg/util/remotecommand/constants.go, KEP-4006
 */
import type { WebSocket } from 'ws';
import type { StreamFrame, StreamStatus } from '../../api/stream.ts';
import type { ApiCall } from '../../api/wire.ts';
import type { Driver } from '../driver.ts';

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const RESIZE = 4;
const CLOSE = 255;
/** What may wait for a slow reader; beyond it the stream is dropped. */
const BACKLOG_BYTES_MAX = 16 * 1024 * 1024;

const message = (channel: number, data: string): Buffer => Buffer.concat([Buffer.from([channel]), Buffer.from(data, 'latin1')]);

/** One stream and its socket. */
export class ChannelSocket {
  readonly #driver: Driver;
  readonly #call: ApiCall;
  #socket: WebSocket | undefined;
  #id = 0;

  constructor(driver: Driver, call: ApiCall) {
    this.#driver = driver;
    this.#call = call;
  }

  /** The client is connected: its messages go to the stream. */
  start(socket: WebSocket, id: number): void {
    this.#socket = socket;
    this.#id = id;
    // Clients that read the output wait for its channels to begin.
    for (const [channel, wanted] of [[STDOUT, this.#call.options?.stdout], [STDERR, this.#call.options?.stderr]] as const) if (wanted === true) socket.send(message(channel, ''));
    socket.on('message', (data: Buffer) => { this.#take(data); });
    socket.on('close', () => { this.#driver.cancel(this.#id); });
    socket.on('error', () => { socket.terminate(); });
  }

  #take(data: Buffer): void {
    const text = data.subarray(1).toString('latin1');
    switch (data[0]) {
      case STDIN: this.#driver.sendFrames(this.#id, [{ channel: 'stdin', data: text }]); return;
      case RESIZE: this.#driver.sendFrames(this.#id, [{ channel: 'resize', data: text }]); return;
      case CLOSE: if (data[1] === STDIN) this.#driver.sendFrames(this.#id, [{ channel: 'stdin', data: '', last: true }]); return;
      default: return;
    }
  }

  response(): void { /* The answer has been given: the stream is open. */ }

  stream(frames: readonly StreamFrame[]): void {
    const socket = this.#socket;
    if (socket === undefined || socket.readyState !== socket.OPEN) return;
    for (const { channel, data } of frames) socket.send(message(channel === 'stderr' ? STDERR : STDOUT, data));
    if (socket.bufferedAmount <= BACKLOG_BYTES_MAX) return;
    this.#driver.cancel(this.#id);
    socket.terminate();
  }

  streamEnd(status: StreamStatus): void {
    const socket = this.#socket;
    if (socket === undefined || socket.readyState !== socket.OPEN) return;
    socket.send(message(ERROR, Buffer.from(JSON.stringify(status)).toString('latin1')));
    socket.close(1000);
  }
}
