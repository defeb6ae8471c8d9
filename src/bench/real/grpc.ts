/**
 * As much of gRPC as puts and watches of a real etcd need: one HTTP/2 connection, messages written and read by hand, so that the client costs
 * little beside the server it measures.
 *
 * @source etcd-io/etcd api/etcdserverpb/rpc.proto; grpc PROTOCOL-HTTP2.md
 */
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';

const HEADERS = { ':method': 'POST', 'content-type': 'application/grpc', te: 'trailers' } as const;
/** Length-delimited field. */
const LENGTH_DELIMITED = 2;

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) { bytes.push((rest & 0x7f) | 0x80); rest >>>= 7; }
  return [...bytes, rest];
}

function field(number: number, content: Uint8Array): Buffer {
  return Buffer.concat([Uint8Array.from([(number << 3) | LENGTH_DELIMITED, ...varint(content.length)]), content]);
}

/** A message with its five bytes in front: not compressed, and how long. */
function frame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** A connection to one member. */
export class GrpcConnection {
  readonly #session: ClientHttp2Session;
  constructor(port: number) {
    this.#session = connect(`http://127.0.0.1:${port}`);
    this.#session.on('error', () => { /* the member was killed, or the measurement is over; whoever waits is told by its stream */ });
  }

  /** PutRequest: key = 1, value = 2. */
  put(key: string, value: string): Promise<void> {
    return new Promise((done, fail) => {
      const stream = this.#session.request({ ...HEADERS, ':path': '/etcdserverpb.KV/Put' });
      let status = '';
      stream.on('trailers', (trailers) => { status = String(trailers['grpc-status']); });
      stream.on('response', (headers) => { status = String(headers['grpc-status'] ?? ''); });
      stream.on('data', () => { /* the header of the answer is of no interest */ });
      stream.on('end', () => { if (status === '0') done(); else fail(new Error(`put: grpc-status ${status}`)); });
      stream.on('error', fail);
      stream.end(frame(Buffer.concat([field(1, Buffer.from(key)), field(2, Buffer.from(value))])));
    });
  }

  /** Opens so many watches on one key; `heard` is called with the number of events in each answer. Resolves when all are open. */
  watch(key: string, count: number, heard: (events: number) => void): Promise<void> {
    const stream = this.#session.request({ ...HEADERS, ':path': '/etcdserverpb.Watch/Watch' });
    // WatchRequest: create_request = 1 { key = 1 }
    const create = frame(field(1, field(1, Buffer.from(key))));
    for (let i = 0; i < count; i++) stream.write(create);
    return new Promise((done, fail) => {
      let open = 0;
      stream.on('error', fail);
      readFrames(stream, (message) => {
        const { created, events } = readWatch(message);
        if (created && ++open === count) done();
        if (events > 0) heard(events);
      });
    });
  }

  close(): void { this.#session.destroy(); }
}

function readFrames(stream: ClientHttp2Stream, message: (bytes: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (data.length >= 5) {
      const end = 5 + data.readUInt32BE(1);
      if (data.length < end) break;
      message(data.subarray(5, end));
      data = data.subarray(end);
    }
    rest = data;
  });
}

/** WatchResponse: created = 3, events = 11; other fields are skipped. */
function readWatch(message: Buffer): { readonly created: boolean; readonly events: number } {
  let [at, created, events] = [0, false, 0];
  const next = (): number => {
    let [value, shift] = [0, 0];
    for (;;) {
      const byte = message[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
      shift += 7;
    }
  };
  while (at < message.length) {
    const tag = next();
    const value = next();
    if ((tag & 7) === LENGTH_DELIMITED) at += value;
    if (tag >> 3 === 3) created = value === 1;
    if (tag >> 3 === 11) events++;
  }
  return { created, events };
}
