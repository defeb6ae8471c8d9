/**
 * Forwarded ports over SPDY: each connection of the client is a pair of streams, one for errors and one for data.
 * @source kubernetes/kubelet pkg/cri/streaming/portforward/httpstream.go
 */
import type { GatewayRequest } from '../../client/gateway.ts';
import type { Driver } from '../driver.ts';
import type { SpdyConnection, SpdyStream } from './spdy.ts';

interface Pair { error?: SpdyStream; data?: SpdyStream; id: number }

/** Serves one client. */
export function forwardOverSpdy(driver: Driver, connection: SpdyConnection, sent: Omit<GatewayRequest, 'id'>): void {
  const pairs = new Map<string, Pair>();
  connection.onStream = (stream) => {
    const name = stream.headers.get('requestid') ?? String(stream.id);
    const pair: Pair = pairs.get(name) ?? { id: 0 };
    pairs.set(name, pair);
    if (stream.headers.get('streamtype') === 'error') pair.error = stream; else pair.data = stream;
    if (pair.error === undefined || pair.data === undefined || pair.id !== 0) return;
    connect(driver, { error: pair.error, data: pair.data, sent, started: (id) => { pair.id = id; }, ended: () => { pairs.delete(name); } });
  };
  connection.onClose = () => { for (const { id } of pairs.values()) driver.cancel(id); };
}

interface Connection { readonly error: SpdyStream; readonly data: SpdyStream; readonly sent: Omit<GatewayRequest, 'id'>; started(id: number): void; ended(): void }

function connect(driver: Driver, { error, data, sent, started, ended }: Connection): void {
  const port = Number(data.headers.get('port') ?? 0);
  const call = { ...sent.call, options: { ...sent.call.options, ports: [port] } };
  const close = (message: string): void => {
    error.write(Buffer.from(message), true);
    data.write(Buffer.alloc(0), true);
    ended();
  };
  const waiting: { readonly bytes: Buffer; readonly last: boolean }[] = [];
  let isOpen = false;
  const pass = (bytes: Buffer, last: boolean): void => { driver.sendFrames(id, [{ channel: 'data', data: bytes.toString('latin1'), ...(last ? { last: true as const } : {}) }]); };
  data.onData = (bytes, last) => { if (isOpen) pass(bytes, last); else waiting.push({ bytes, last }); };
  const id = driver.send({ ...sent, call }, {
    response(code, body) {
      if (code !== 101) { close((body as { readonly message?: string }).message ?? 'refused'); return; }
      isOpen = true;
      for (const { bytes, last } of waiting) pass(bytes, last);
    },
    stream: (frames) => { for (const frame of frames) data.write(Buffer.from(frame.data, 'latin1')); },
    streamEnd: (status) => { close('message' in status ? status.message ?? '' : ''); },
  });
  started(id);
}
