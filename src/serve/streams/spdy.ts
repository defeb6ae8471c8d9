/**
 * The part of SPDY/3.1 that Kubernetes clients use: streams of one connection, opened by the client, each with headers and bytes both ways.
 *
 * Control frame `1vvvvvvv vvvvvvvv tttttttt tttttttt flags(8) length(24)`, data frame `0 stream(31) flags(8) length(24)`.
 *
 * @source the SPDY Protocol Draft 3.1; moby/spdystream
 */
import { createDeflate, createInflate, constants, type Deflate, type Inflate } from 'node:zlib';
import { SPDY_DICTIONARY } from './spdy-dictionary.ts';

const SYN_STREAM = 1;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const PING = 6;
const GOAWAY = 7;
const FIN = 1;
/** Largest frame taken, and streams of one connection. */
const FRAME_BYTES_MAX = 16 * 1024 * 1024;
const STREAMS_MAX = 1000;

/** What carries the bytes. */
export interface Carrier {
  write(bytes: Buffer): void;
  close(): void;
  onData(listener: (bytes: Buffer) => void): void;
  onClose(listener: () => void): void;
}

/** One stream of a connection. */
export interface SpdyStream {
  readonly id: number;
  readonly headers: ReadonlyMap<string, string>;
  onData: (bytes: Buffer, last: boolean) => void;
  write(bytes: Buffer, last?: boolean): void;
  reset(): void;
}

/** A connection of one client. */
export class SpdyConnection {
  /** Called for each stream that the client opens. */
  onStream: (stream: SpdyStream) => void = () => undefined;
  onClose: () => void = () => undefined;
  readonly #carrier: Carrier;
  readonly #streams = new Map<number, SpdyStream>();
  /** Header blocks of one direction share one compression context. */
  readonly #inflate: Inflate = createInflate({ dictionary: SPDY_DICTIONARY, finishFlush: constants.Z_SYNC_FLUSH });
  readonly #deflate: Deflate = createDeflate({ dictionary: SPDY_DICTIONARY, flush: constants.Z_SYNC_FLUSH });
  #rest: Buffer = Buffer.alloc(0);
  /** Frames are handled one after the other: a header block is unpacked in the background. */
  #queue: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(carrier: Carrier) {
    this.#carrier = carrier;
    this.#inflate.on('error', () => { this.close(); });
    carrier.onData((bytes) => { this.#take(bytes); });
    carrier.onClose(() => { this.#closed = true; this.onClose(); });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#carrier.close();
  }

  #take(bytes: Buffer): void {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= 8) {
      const length = this.#rest.readUIntBE(5, 3);
      if (length > FRAME_BYTES_MAX) { this.close(); return; }
      if (this.#rest.length < 8 + length) return;
      const frame = this.#rest.subarray(0, 8 + length);
      this.#rest = this.#rest.subarray(8 + length);
      this.#queue = this.#queue.then(() => this.#frame(frame)).catch(() => { this.close(); });
    }
  }

  async #frame(frame: Buffer): Promise<void> {
    const flags = frame[4] ?? 0;
    const body = frame.subarray(8);
    if ((frame[0] ?? 0) < 0x80) {
      const id = frame.readUInt32BE(0) & 0x7fffffff;
      this.#streams.get(id)?.onData(body, (flags & FIN) !== 0);
      return;
    }
    switch (frame.readUInt16BE(2)) {
      case SYN_STREAM: await this.#opened(body, flags); return;
      case RST_STREAM: { const stream = this.#streams.get(body.readUInt32BE(0)); this.#streams.delete(body.readUInt32BE(0)); stream?.onData(Buffer.alloc(0), true); return; }
      case PING: this.#control(PING, 0, body); return;
      case GOAWAY: return;
      default: return;
    }
  }

  async #opened(body: Buffer, flags: number): Promise<void> {
    const id = body.readUInt32BE(0) & 0x7fffffff;
    const headers = readHeaders(await transformed(this.#inflate, body.subarray(10)));
    if (this.#streams.size >= STREAMS_MAX) { this.#control(RST_STREAM, 0, words(id, 3)); return; }
    const stream: SpdyStream = {
      id, headers, onData: () => undefined,
      write: (bytes, last = false) => { this.#data(id, bytes, last); },
      reset: () => { this.#streams.delete(id); this.#control(RST_STREAM, 0, words(id, 5)); },
    };
    this.#streams.set(id, stream);
    const none = await transformed(this.#deflate, words(0));
    this.#control(SYN_REPLY, 0, Buffer.concat([words(id), none]));
    this.onStream(stream);
    if ((flags & FIN) !== 0) stream.onData(Buffer.alloc(0), true);
  }

  #control(type: number, flags: number, body: Buffer): void {
    const head = Buffer.alloc(8);
    head.writeUInt16BE(0x8003, 0);
    head.writeUInt16BE(type, 2);
    head[4] = flags;
    head.writeUIntBE(body.length, 5, 3);
    if (!this.#closed) this.#carrier.write(Buffer.concat([head, body]));
  }

  #data(id: number, bytes: Buffer, last: boolean): void {
    if (this.#closed) return;
    const head = Buffer.alloc(8);
    head.writeUInt32BE(id, 0);
    head[4] = last ? FIN : 0;
    head.writeUIntBE(bytes.length, 5, 3);
    this.#carrier.write(Buffer.concat([head, bytes]));
  }
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => { bytes.writeUInt32BE(value, 4 * i); });
  return bytes;
}

/** Passes bytes through a compressor or its opposite up to a flush. */
function transformed(through: Inflate | Deflate, bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const collect = (part: Buffer): void => { parts.push(part); };
    through.on('data', collect);
    through.once('error', reject);
    through.write(bytes, () => {
      through.flush(constants.Z_SYNC_FLUSH, () => {
        through.off('data', collect);
        through.off('error', reject);
        resolve(Buffer.concat(parts));
      });
    });
  });
}

function readHeaders(block: Buffer): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  let at = 4;
  const text = (): string => { const length = block.readUInt32BE(at); const value = block.subarray(at + 4, at + 4 + length).toString('utf8'); at += 4 + length; return value; };
  for (let count = block.readUInt32BE(0); count > 0; count--) { const name = text().toLowerCase(); headers.set(name, text()); }
  return headers;
}
