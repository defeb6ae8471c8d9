import type { EtcdValue } from '../contract.ts';

/**
 * How many bytes a value would take. Objects are never encoded here, so their size is reckoned from their parts.
 *
 * @fidelity simplified: an estimate near the length of the JSON text; real Kubernetes values are protobuf, about half
 */

const known = new WeakMap<object, number>();

/** Quotes, colon and comma around a field; commas of a list. */
const FIELD_OVERHEAD = 4;

function partBytes(part: unknown): number {
  if (typeof part === 'string') return part.length + 2;
  if (typeof part !== 'object' || part === null) return 5;
  let bytes = 2;
  if (Array.isArray(part)) {
    for (const item of part) bytes += 1 + partBytes(item);
    return bytes;
  }
  for (const key of Object.keys(part)) {
    bytes += key.length + FIELD_OVERHEAD + valueBytes((part as Record<string, EtcdValue>)[key] ?? '');
  }
  return bytes;
}

/** Bytes of a value; remembered for frozen objects, which the next version of an object mostly shares. */
export function valueBytes(value: EtcdValue): number {
  if (typeof value !== 'object') return partBytes(value);
  const before = known.get(value);
  if (before !== undefined) return before;
  const bytes = partBytes(value);
  if (Object.isFrozen(value)) known.set(value, bytes);
  return bytes;
}
