/**
 * Exec and attach over SPDY: a stream each for input, outputs, size and the end.
 * @source kubernetes/kubelet pkg/cri/streaming/remotecommand/httpstream.go
 */
import type { StreamFrame, StreamStatus } from '../../api/stream.ts';
import type { Driver, Listener } from '../driver.ts';
import type { SpdyConnection, SpdyStream } from './spdy.ts';

/** Serves one client. Returns what listens to the stream with this number. */
export function execOverSpdy(driver: Driver, connection: SpdyConnection, id: number): Listener {
  const streams = new Map<string, SpdyStream>();
  const early: (() => void)[] = [];
  connection.onStream = (stream) => {
    const type = stream.headers.get('streamtype') ?? '';
    streams.set(type, stream);
    if (type === 'stdin') stream.onData = (bytes, last) => { driver.sendFrames(id, [{ channel: 'stdin', data: bytes.toString('latin1'), ...(last ? { last: true as const } : {}) }]); };
    if (type === 'resize') stream.onData = (bytes) => { if (bytes.length > 0) driver.sendFrames(id, [{ channel: 'resize', data: bytes.toString('latin1') }]); };
    for (const act of early.splice(0)) act();
  };
  connection.onClose = () => { driver.cancel(id); };
  /** What came before the client had opened the stream for it. */
  const when = (type: string, act: (stream: SpdyStream) => void): void => {
    const stream = streams.get(type);
    if (stream !== undefined) act(stream); else early.push(() => { when(type, act); });
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
