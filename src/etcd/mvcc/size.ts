import type { EtcdValue } from '../contract.ts';

/**
 * How many bytes a value would take. Objects are never encoded here, so their size is reckoned from their parts.
 *
 * @fidelity simplified: an estimate near the length of the JSON text; real Kubernetes values are protobuf, about half
 */
export function valueBytes(value: EtcdValue): number {
  return typeof value === 'object' && value !== null ? lately(value) : partBytes(value);
}

/** Places of the memory below: more than are proposed before the first of them is applied. */
const RECENT_MAX = 16;
/** Values reckoned last. A value is asked for by the quota, by the limit of a request and, a sync later, for its version. */
const recent: { next: number; readonly values: (object | undefined)[]; readonly bytes: number[] } = {
  next: 0, values: new Array<object | undefined>(RECENT_MAX).fill(undefined), bytes: new Array<number>(RECENT_MAX).fill(0),
};

function lately(value: object): number {
  const at = recent.values.indexOf(value);
  if (at >= 0) return recent.bytes[at] as number;
  const bytes = objectBytes(value);
  if (!Object.isFrozen(value)) return bytes;
  recent.values[recent.next] = value;
  recent.bytes[recent.next] = bytes;
  recent.next = (recent.next + 1) % RECENT_MAX;
  return bytes;
}

/** Quotes, colon and comma around a field. */
const FIELD_OVERHEAD = 4;
/** A number, a truth value or nothing. */
const SCALAR_BYTES = 5;

/** Sizes of the large sections that the next version of an object mostly shares. */
const sizes = new WeakMap<object, number>();

function remembered(value: object, reckon: (value: object) => number): number {
  let bytes = sizes.get(value);
  if (bytes === undefined) {
    bytes = reckon(value);
    if (Object.isFrozen(value)) sizes.set(value, bytes);
  }
  return bytes;
}

function objectBytes(value: object): number {
  return Array.isArray(value) ? partBytes(value) : fieldsBytes(value);
}

/** What the versions of an object, and objects of one template, mostly share: the spec, and in `managedFields` the trees of who owns what in it. */
const isShared = (key: string): boolean => key === 'spec' || key === 'f:spec' || key === 'f:status';

function fieldsBytes(value: object): number {
  let bytes = 2;
  for (const key in value) {
    const part = (value as Record<string, unknown>)[key];
    bytes += key.length + FIELD_OVERHEAD + (isShared(key) && typeof part === 'object' && part !== null ? remembered(part, partBytes) : partBytes(part));
  }
  return bytes;
}

function partBytes(part: unknown): number {
  if (typeof part === 'string') return part.length + 2;
  if (typeof part !== 'object' || part === null) return SCALAR_BYTES;
  if (!Array.isArray(part)) return fieldsBytes(part);
  let bytes = 2;
  for (let i = 0; i < part.length; i++) bytes += 1 + partBytes(part[i]);
  return bytes;
}
