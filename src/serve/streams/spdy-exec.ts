/**
 * Exec and attach over SPDY: a stream each for input, outputs, size and the end.
 * @source kubernetes/kubelet pkg/cri/streaming/remotecommand/httpstream.go
 */
import type { StreamFrame, StreamStatus } from '../../api/stream.ts';
import type { RequestOptions } from '../../api/wire.ts';
import type { Driver, Listener } from '../driver.ts';
import type { SpdyConnection, SpdyStream } from './spdy.ts';

/** Serves one client. Returns what listens to the stream with this number. Nothing is sent before the client has opened every stream that its options announce. */
export function execOverSpdy(driver: Driver, connection: SpdyConnection, { id, options }: { readonly id: number; readonly options: RequestOptions }): Listener {
  const streams = new Map<string, SpdyStream>();
  const announced = ['error', ...(['stdin', 'stdout', 'stderr'] as const).filter(name => options[name] === true), ...(options.tty === true ? ['resize'] : [])];
  const early: (() => void)[] = [];
  connection.onStream = (stream) => {
    const type = stream.headers.get('streamtype') ?? '';
    streams.set(type, stream);
    if (type === 'stdin') stream.onData = (bytes, last) => { driver.sendFrames(id, [{ channel: 'stdin', data: bytes.toString('latin1'), ...(last ? { last: true as const } : {}) }]); };
    if (type === 'resize') stream.onData = (bytes) => { if (bytes.length > 0) driver.sendFrames(id, [{ channel: 'resize', data: bytes.toString('latin1') }]); };
    if (announced.every(name => streams.has(name))) for (const act of early.splice(0)) act();
  };
  connection.onClose = () => { driver.cancel(id); };
  const when = (type: string, act: (stream: SpdyStream) => void): void => {
    const now = (): void => {
      const stream = streams.get(type);
      if (stream !== undefined) act(stream);
    };
    if (announced.every(name => streams.has(name))) now(); else early.push(now);
  };
  return {
    response: () => undefined,
    stream(frames: readonly StreamFrame[]) {
      for (const { channel, data } of frames) when(channel, (stream) => { stream.write(Buffer.from(data, 'latin1')); });
    },
    streamEnd(status: StreamStatus) {
      when('error', (error) => {
        for (const type of ['stdout', 'stderr']) streams.get(type)?.write(Buffer.alloc(0), true);
        error.write(Buffer.from(status.status === 'Success' ? JSON.stringify({ metadata: {}, status: 'Success' }) : JSON.stringify(status)), true);
        setImmediate(() => { connection.close(); });
      });
    },
  };
}
