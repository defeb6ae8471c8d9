/**
 * ASN.1 in its distinguished encoding: tag, length, content. Bytes are byte strings, one character each.
 *
 *     30 03 02 01 05   →   { tag: 0x30, content: '\x02\x01\x05' }, whose children are [{ tag: 0x02, content: '\x05' }]
 *
 * @source ITU-T X.690
 */

/** One element. `whole` = tag, length and content. */
export interface Element { readonly tag: number; readonly content: string; readonly whole: string }

export const TAGS = {
  boolean: 0x01, integer: 0x02, bits: 0x03, octets: 0x04, nothing: 0x05, oid: 0x06, utf8: 0x0c, printable: 0x13, ia5: 0x16, utcTime: 0x17, generalizedTime: 0x18, sequence: 0x30, set: 0x31,
} as const;

/** Elements that one sequence may have. */
const CHILDREN_MAX = 1000;
/** Bytes that a length may take. */
const LENGTH_BYTES_MAX = 4;

/** Reads the element at a place; undefined = there is none that is whole. */
export function elementAt(bytes: string, at: number): Element | undefined {
  const first = bytes.charCodeAt(at + 1);
  if (Number.isNaN(first)) return undefined;
  let [length, head] = [first, 2];
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > LENGTH_BYTES_MAX) return undefined;
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + bytes.charCodeAt(at + 2 + i);
    head += count;
  }
  const end = at + head + length;
  if (!(end <= bytes.length)) return undefined;
  return { tag: bytes.charCodeAt(at), content: bytes.slice(at + head, end), whole: bytes.slice(at, end) };
}

/** The elements inside a content, in their order; undefined = it is no list of elements. */
export function childrenOf(content: string): readonly Element[] | undefined {
  const children: Element[] = [];
  for (let at = 0; at < content.length;) {
    const child = elementAt(content, at);
    if (child === undefined || children.length >= CHILDREN_MAX) return undefined;
    children.push(child);
    at += child.whole.length;
  }
  return children;
}

/** The elements of a sequence or set; none of anything else. */
export const inside = (element: Element | undefined): readonly Element[] => (element === undefined ? [] : childrenOf(element.content) ?? []);

/** Writes an element. */
export function der(tag: number, ...parts: readonly string[]): string {
  const content = parts.join('');
  const { length } = content;
  if (length < 0x80) return String.fromCharCode(tag, length) + content;
  let bytes = '';
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes = String.fromCharCode(rest % 256) + bytes;
  return String.fromCharCode(tag, 0x80 | bytes.length) + bytes + content;
}

/** A whole number that is not negative, from its bytes with the highest first. */
export function integer(bytes: string): string {
  const short = bytes.replace(/^\0+(?=[\s\S])/, '');
  return der(TAGS.integer, short.charCodeAt(0) >= 0x80 ? `\0${short}` : short);
}

/** An object identifier such as `2.5.4.3`. */
export function oid(dotted: string): string {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const base128 = (value: number): string => {
    let bytes = String.fromCharCode(value % 128);
    for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128)) bytes = String.fromCharCode(0x80 | left % 128) + bytes;
    return bytes;
  };
  return der(TAGS.oid, base128(first * 40 + second), ...rest.map(base128));
}

/** The dotted form of an object identifier. */
export function oidText({ content }: Element): string {
  const arcs: number[] = [];
  let value = 0;
  for (const character of content) {
    const byte = character.charCodeAt(0);
    value = value * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    if (arcs.length === 0) arcs.push(...(value < 80 ? [Math.floor(value / 40), value % 40] : [2, value - 80]));
    else arcs.push(value);
    value = 0;
  }
  return arcs.join('.');
}
