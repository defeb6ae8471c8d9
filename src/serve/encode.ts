/** Objects as JSON. Each revision of an object is written once: what was written is remembered with the object, which never changes. */
import { inGoOrder } from '../api/go-order.ts';
import type { KubeObject } from '../api/meta.ts';
import { descriptorOfObject } from '../api/scheme.ts';
import type { ListBody } from '../api/wire.ts';

const written = new WeakMap<object, string>();
/** Pieces of a long list are joined up to this size. */
const PIECE_LENGTH = 1_048_576;

/** The JSON of an object of the API. */
export function objectText(object: KubeObject): string {
  const known = written.get(object);
  if (known !== undefined) return known;
  const text = JSON.stringify(inGoOrder(object));
  // Only what can never change may be remembered.
  if (Object.isFrozen(object)) written.set(object, text);
  return text;
}

export const isObject = (body: object): body is KubeObject => typeof (body as { readonly metadata?: { readonly resourceVersion?: unknown } }).metadata?.resourceVersion === 'string' && !('items' in body) && !('rows' in body);
const isList = (body: object): body is ListBody => Array.isArray((body as { readonly items?: unknown }).items) && typeof (body as { readonly metadata?: object }).metadata === 'object';

/** An answer as JSON, in pieces that are to be sent one after the other. */
export function jsonPieces(body: object): readonly string[] {
  if (isObject(body)) return [objectText(body)];
  if (isList(body)) return listPieces(body);
  return [JSON.stringify(body)];
}

/** How the text of an item begins that the list leaves out: items of built-in kinds do not say what they are. @source kubernetes/apimachinery pkg/runtime/serializer/json/collections.go */
function typesOf(apiVersion: string, listKind: string): readonly string[] {
  const kind = listKind.replace(/List$/, '');
  if (descriptorOfObject({ apiVersion, kind }) === undefined) return [];
  const [version, name] = [JSON.stringify(apiVersion), JSON.stringify(kind)];
  return [`{"apiVersion":${version},"kind":${name},`, `{"kind":${name},"apiVersion":${version},`];
}

function listPieces({ kind, apiVersion, metadata, items }: ListBody): readonly string[] {
  const pieces: string[] = [];
  let open = [`{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":${JSON.stringify(metadata)},"items":[`];
  let length = 0;
  const types = typesOf(apiVersion, kind);
  items.forEach((item, i) => {
    const whole = objectText(item);
    const type = types.find(start => whole.startsWith(start));
    const text = type === undefined ? whole : `{${whole.slice(type.length)}`;
    open.push(i > 0 ? `,${text}` : text);
    length += text.length + 1;
    if (length < PIECE_LENGTH) return;
    pieces.push(open.join(''));
    open = [];
    length = 0;
  });
  open.push(']}\n');
  pieces.push(open.join(''));
  return pieces;
}
