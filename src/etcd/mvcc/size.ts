import type { EtcdValue } from '../contract.ts';

/**
 * How many bytes a value would take. Objects are never encoded here, so their size is reckoned from their parts.
 *
 * @fidelity simplified: an estimate near the length of the JSON text; real Kubernetes values are protobuf, about half
 */
export function valueBytes(value: EtcdValue): number {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return partBytes(value);
  let bytes = 2;
  for (const key of Object.keys(value)) bytes += key.length + FIELD_OVERHEAD + sectionBytes((value as Record<string, unknown>)[key]);
  return bytes;
}

/** Quotes, colon and comma around a field. */
const FIELD_OVERHEAD = 4;
/** A number, a truth value or nothing. */
const SCALAR_BYTES = 5;

/** Sizes of frozen sections (spec, status …): the next version of an object shares those that did not change. */
const sections = new WeakMap<object, number>();

function sectionBytes(section: unknown): number {
  if (typeof section !== 'object' || section === null) return partBytes(section);
  const known = sections.get(section);
  if (known !== undefined) return known;
  const bytes = partBytes(section);
  if (Object.isFrozen(section)) sections.set(section, bytes);
  return bytes;
}

function partBytes(part: unknown): number {
  if (typeof part === 'string') return part.length + 2;
  if (typeof part !== 'object' || part === null) return SCALAR_BYTES;
  let bytes = 2;
  if (Array.isArray(part)) {
    for (const item of part) bytes += 1 + partBytes(item);
    return bytes;
  }
  for (const key of Object.keys(part)) bytes += key.length + FIELD_OVERHEAD + partBytes((part as Record<string, unknown>)[key]);
  return bytes;
}
