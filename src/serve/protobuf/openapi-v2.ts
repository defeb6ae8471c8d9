/**
 * A document of OpenAPI v2 in protobuf, as kubectl asks for it.
 * @source google/gnostic openapiv2/OpenAPIv2.proto
 */

/** The media type under which clients ask for it, and the one it is sent as. */
export const OPENAPI_V2_ASKED = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
export const OPENAPI_V2_SENT = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** Pieces of a message, and how many bytes they are together: lengths stand before contents, so nothing is copied until the end. */
interface Message { readonly parts: Uint8Array[]; size: number }

type Schema = Readonly<Record<string, unknown>>;
/** What is used of a document. */
export interface OpenApiV2 { readonly swagger?: string; readonly info?: { readonly title?: string; readonly version?: string }; readonly definitions?: Readonly<Record<string, Schema>> }

const LENGTH_DELIMITED = 2;
const encoder = new TextEncoder();
const newMessage = (): Message => ({ parts: [], size: 0 });

function push(message: Message, bytes: Uint8Array): void {
  message.parts.push(bytes);
  message.size += bytes.length;
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.from([...bytes, rest]);
}

function field(message: Message, number: number, content: Message | string): void {
  const bytes = typeof content === 'string' ? encoder.encode(content) : undefined;
  push(message, varint(number * 8 + LENGTH_DELIMITED));
  push(message, varint(bytes?.length ?? (content as Message).size));
  if (bytes !== undefined) { push(message, bytes); return; }
  message.parts.push(...(content as Message).parts);
  message.size += (content as Message).size;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** `{ 1 name, 2 value }` */
function named(name: string, value: Message): Message {
  const message = newMessage();
  field(message, 1, name);
  field(message, 2, value);
  return message;
}

/** Anything as YAML, of which JSON is a part. */
function anything(value: unknown): Message {
  const message = newMessage();
  field(message, 2, `${JSON.stringify(value)}\n`);
  return message;
}

function schemaMessage(schema: Schema): Message {
  const message = newMessage();
  const { $ref, format, title, description, required, enum: values, type, items, properties, additionalProperties } = schema;
  for (const [number, text] of [[1, $ref], [2, format], [3, title], [4, description]] as const) if (isText(text)) field(message, number, text);
  if (Array.isArray(required)) for (const name of required as readonly string[]) field(message, 19, name);
  if (Array.isArray(values)) for (const value of values) field(message, 20, anything(value));
  if (typeof additionalProperties === 'object' && additionalProperties !== null) {
    const item = newMessage();
    field(item, 1, schemaMessage(additionalProperties as Schema));
    field(message, 21, item);
  }
  if (isText(type)) { const item = newMessage(); field(item, 1, type); field(message, 22, item); }
  if (typeof items === 'object' && items !== null) { const item = newMessage(); field(item, 1, schemaMessage(items as Schema)); field(message, 23, item); }
  if (typeof properties === 'object' && properties !== null) field(message, 25, schemasMessage(properties as Readonly<Record<string, Schema>>));
  for (const [name, value] of Object.entries(schema)) if (name.startsWith('x-')) field(message, 31, named(name, anything(value)));
  return message;
}

function schemasMessage(schemas: Readonly<Record<string, Schema>>): Message {
  const message = newMessage();
  for (const [name, schema] of Object.entries(schemas)) field(message, 1, named(name, schemaMessage(schema)));
  return message;
}

/** The document: its version, its title and all definitions. Paths are left out, which clients do not read. */
export function encodeOpenApiV2({ swagger = '2.0', info = {}, definitions = {} }: OpenApiV2): Buffer {
  const message = newMessage();
  const about = newMessage();
  field(about, 1, info.title ?? '');
  field(about, 2, info.version ?? '');
  field(message, 1, swagger);
  field(message, 2, about);
  field(message, 9, schemasMessage(definitions));
  return Buffer.concat(message.parts, message.size);
}
