/**
 * Bodies in protobuf, as kubectl and helm send them, into the objects that they would be as JSON.
 *
 * @source kubernetes/apimachinery pkg/runtime/serializer/protobuf/protobuf.go; protobuf.dev/programming-guides/encoding
 */
import type { Result } from '../../base/data.ts';
import { fieldTable } from './fields.ts';

/** How every body begins: `k8s` and a zero. */
const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);
/** Messages inside messages. */
const DEPTH_MAX = 64;

interface Field { readonly name: string; readonly pointer: boolean; readonly inline: boolean; readonly shape: '' | '[]' | '{}'; readonly type: string }
type Message = ReadonlyMap<number, Field>;
type Json = Record<string, unknown>;

class WireError extends Error {}

const messages = new Map<string, Message>();

function messageOf(name: string): Message | undefined {
  if (messages.size === 0) readTable();
  return messages.get(name);
}

function readTable(): void {
  for (const line of fieldTable.split('\n')) {
    const colon = line.indexOf(': ');
    if (colon < 0) continue;
    const fields = new Map<number, Field>();
    for (const part of line.slice(colon + 2).split(', ')) {
      const [, number = '', name = '', mark = '', shape = '', type = ''] = /^(\d+) (\w+)([?!]?):(\[\]|\{\})?(\S+)$/.exec(part) ?? [];
      fields.set(Number(number), { name, pointer: mark === '?', inline: mark === '!', shape: shape as Field['shape'], type });
    }
    messages.set(line.slice(0, colon), fields);
  }
}

/** A message on the wire, read from front to back. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;
  constructor(bytes: Buffer) { this.#bytes = bytes; }

  get done(): boolean { return this.#at >= this.#bytes.length; }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new WireError('unexpected EOF');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new WireError('proto: integer overflow');
  }

  bytes(): Buffer {
    const length = Number(this.varint());
    if (length > this.#bytes.length - this.#at) throw new WireError('unexpected EOF');
    const part = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return part;
  }

  fixed(size: 4 | 8): Buffer {
    if (this.#at + size > this.#bytes.length) throw new WireError('unexpected EOF');
    this.#at += size;
    return this.#bytes.subarray(this.#at - size, this.#at);
  }

  /** The next field: its number, and its value as the wire has it. */
  field(): { readonly number: number; readonly value: bigint | Buffer } {
    const tag = this.varint();
    const number = Number(tag >> 3n);
    if (number === 0) throw new WireError('proto: illegal tag 0 (wire type 0)');
    switch (Number(tag & 7n)) {
      case 0: return { number, value: this.varint() };
      case 1: return { number, value: this.fixed(8) };
      case 2: return { number, value: this.bytes() };
      case 5: return { number, value: this.fixed(4) };
      default: throw new WireError(`proto: illegal wireType ${String(tag & 7n)}`);
    }
  }
}

/** The fields of a small message by number; later ones win. */
function small(bytes: Buffer): ReadonlyMap<number, bigint | Buffer> {
  const reader = new Reader(bytes);
  const fields = new Map<number, bigint | Buffer>();
  while (!reader.done) { const { number, value } = reader.field(); fields.set(number, value); }
  return fields;
}

const textOf = (value: bigint | Buffer | undefined): string => (Buffer.isBuffer(value) ? value.toString('utf8') : '');
const wholeOf = (value: bigint | Buffer | undefined): number => (typeof value === 'bigint' ? Number(BigInt.asIntN(64, value)) : 0);

/** Types that JSON writes in a form of their own; undefined = nothing was set. */
const special: Readonly<Record<string, (bytes: Buffer) => unknown>> = {
  'api.resource.Quantity': bytes => textOf(small(bytes).get(1)),
  'util.intstr.IntOrString': (bytes) => { const fields = small(bytes); return wholeOf(fields.get(1)) === 1 ? textOf(fields.get(3)) : wholeOf(fields.get(2)); },
  'meta.v1.Time': (bytes) => { const fields = small(bytes); return fields.size === 0 ? undefined : new Date(wholeOf(fields.get(1)) * 1000).toISOString().replace('.000Z', 'Z'); },
  'meta.v1.MicroTime': (bytes) => {
    const fields = small(bytes);
    if (fields.size === 0) return undefined;
    return `${new Date(wholeOf(fields.get(1)) * 1000).toISOString().slice(0, 19)}.${String(Math.floor(wholeOf(fields.get(2)) / 1000)).padStart(6, '0')}Z`;
  },
  'meta.v1.FieldsV1': bytes => rawJson(bytes),
  'runtime.RawExtension': bytes => rawJson(bytes),
  'certificates.v1.ExtraValue': bytes => repeatedTexts(bytes),
};

function rawJson(bytes: Buffer): unknown {
  const text = textOf(small(bytes).get(1));
  return text === '' ? undefined : JSON.parse(text);
}

function repeatedTexts(bytes: Buffer): readonly string[] {
  const reader = new Reader(bytes);
  const texts: string[] = [];
  while (!reader.done) { const { number, value } = reader.field(); if (number === 1) texts.push(textOf(value)); }
  return texts;
}

/** One value; undefined = it is of a type that is not known, or empty. */
function valueOf(type: string, value: bigint | Buffer, depth: number): unknown {
  switch (type) {
    case 'string': return textOf(value);
    case 'bytes': return Buffer.isBuffer(value) ? value.toString('base64') : '';
    case 'bool': return value !== 0n;
    case 'int32': case 'int64': return wholeOf(value);
    default: break;
  }
  if (!Buffer.isBuffer(value)) return undefined;
  const read = special[type];
  if (read !== undefined) return read(value);
  const message = messageOf(type);
  return message === undefined ? undefined : decodeMessage(value, message, depth + 1);
}

/** Values that JSON leaves out. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === '' || value === 0 || value === false || (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0);
}

function decodeMessage(bytes: Buffer, message: Message, depth: number): Json {
  if (depth > DEPTH_MAX) throw new WireError('exceeded maximum depth of messages');
  const reader = new Reader(bytes);
  const result: Json = {};
  while (!reader.done) {
    const { number, value } = reader.field();
    const field = message.get(number);
    if (field !== undefined) put(result, field, value, depth);
  }
  return result;
}

function put(result: Json, field: Field, value: bigint | Buffer, depth: number): void {
  if (field.shape === '{}') {
    if (!Buffer.isBuffer(value)) return;
    const entry = small(value);
    const held = entry.get(2);
    const map = (result[field.name] ??= {}) as Json;
    Object.defineProperty(map, textOf(entry.get(1)), { value: held === undefined ? '' : valueOf(field.type, held, depth), enumerable: true, configurable: true, writable: true });
    return;
  }
  if (field.shape === '[]') {
    const list = (result[field.name] ??= []) as unknown[];
    // Numbers may come packed.
    if (Buffer.isBuffer(value) && (field.type === 'int32' || field.type === 'int64')) {
      const packed = new Reader(value);
      while (!packed.done) list.push(wholeOf(packed.varint()));
    } else {
      const item = valueOf(field.type, value, depth);
      if (item !== undefined) list.push(item);
    }
    return;
  }
  const read = valueOf(field.type, value, depth);
  if (field.inline) { Object.assign(result, read); return; }
  if (read !== undefined && (field.pointer || !isEmpty(read))) result[field.name] = read;
}

/** `apps/v1` and `Deployment` → `apps.v1.Deployment`; groups are known by their first word. */
function messageName(apiVersion: string, kind: string): string {
  if (kind === 'DeleteOptions') return 'meta.v1.DeleteOptions';
  const slash = apiVersion.indexOf('/');
  if (slash < 0) return `core.${apiVersion}.${kind}`;
  return `${apiVersion.slice(0, slash).split('.')[0] ?? ''}.${apiVersion.slice(slash + 1)}.${kind}`;
}

/** Whether a body claims to be protobuf. */
const isProtobuf = (bytes: Buffer): boolean => bytes.subarray(0, MAGIC.length).equals(MAGIC);

/** Decodes a body. The error is a sentence for a 400. */
export function decodeProtobuf(bytes: Buffer): Result<object, string> {
  if (bytes.length === 0) return { ok: false, error: 'empty data' };
  if (bytes.length === MAGIC.length && isProtobuf(bytes)) return { ok: false, error: 'empty body' };
  if (!isProtobuf(bytes)) return { ok: false, error: `provided data does not appear to be a protobuf message, expected prefix [${[...MAGIC].join(' ')}]` };
  try {
    const unknown = small(bytes.subarray(MAGIC.length));
    const meta = unknown.get(1);
    const types = Buffer.isBuffer(meta) ? small(meta) : new Map<number, never>();
    const apiVersion = textOf(types.get(1));
    const kind = textOf(types.get(2));
    const message = messageOf(messageName(apiVersion, kind));
    if (message === undefined) return { ok: false, error: `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in protobuf; send JSON` };
    const raw = unknown.get(2);
    return { ok: true, value: { apiVersion, kind, ...decodeMessage(Buffer.isBuffer(raw) ? raw : Buffer.alloc(0), message, 0) } };
  } catch (error) {
    return { ok: false, error: error instanceof WireError ? error.message : `protobuf body: ${(error as Error).message}` };
  }
}
