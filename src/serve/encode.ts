/** Objects as JSON. Each revision of an object is written once: what was written is remembered with the object, which never changes. */
import type { KubeObject } from '../api/meta.ts';
import type { ListBody } from '../api/wire.ts';

const written = new WeakMap<object, Buffer>();
const comma = Buffer.from(',');
/** Pieces of a long list are joined up to this size. */
const PIECE_BYTES = 1_048_576;

/** The JSON of an object of the API, with kind and version first as upstream writes them. */
export function objectBytes(object: KubeObject): Buffer {
  const known = written.get(object);
  if (known !== undefined) return known;
  const { kind, apiVersion, ...rest } = object;
  const bytes = Buffer.from(JSON.stringify({ kind, apiVersion, ...rest }));
  // Only what can never change may be remembered.
  if (Object.isFrozen(object)) written.set(object, bytes);
  return bytes;
}

const isObject = (body: object): body is KubeObject => typeof (body as { readonly metadata?: { readonly resourceVersion?: unknown } }).metadata?.resourceVersion === 'string' && !('items' in body) && !('rows' in body);
const isList = (body: object): body is ListBody => Array.isArray((body as { readonly items?: unknown }).items) && typeof (body as { readonly metadata?: object }).metadata === 'object';

/** An answer as JSON, in pieces that are to be sent one after the other. */
export function jsonPieces(body: object): readonly Buffer[] {
  if (isObject(body)) return [objectBytes(body)];
  if (isList(body)) return listPieces(body);
  return [Buffer.from(JSON.stringify(body))];
}

function listPieces({ kind, apiVersion, metadata, items }: ListBody): readonly Buffer[] {
  const pieces: Buffer[] = [];
  let open: Buffer[] = [Buffer.from(`{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":${JSON.stringify(metadata)},"items":[`)];
  let size = 0;
  items.forEach((item, i) => {
    if (i > 0) open.push(comma);
    const bytes = objectBytes(item);
    open.push(bytes);
    size += bytes.length + 1;
    if (size < PIECE_BYTES) return;
    pieces.push(Buffer.concat(open));
    open = [];
    size = 0;
  });
  open.push(Buffer.from(']}\n'));
  pieces.push(Buffer.concat(open));
  return pieces;
}
