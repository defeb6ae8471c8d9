import { Recent } from '../../base/recent.ts';
import type { EtcdValue } from '../contract.ts';

/**
 * How many bytes a value would take. Objects are never encoded here, so their size is reckoned from their parts.
 *
 * @fidelity simplified: an estimate near the length of the JSON text; real Kubernetes values are protobuf, about half
 */
export function valueBytes(value: EtcdValue): number {
  return typeof value === 'object' && value !== null ? ofRequest(value) : partBytes(value);
}

/** The same of a value that is asked for the first time: it comes with a request. */
export function newValueBytes(value: EtcdValue): number {
  if (typeof value !== 'object' || value === null) return partBytes(value);
  const bytes = ownBytes(value);
  if (!Object.isFrozen(value)) return bytes;
  recent.values[recent.next] = value;
  recent.bytes[recent.next] = bytes;
  recent.next = (recent.next + 1) % RECENT_MAX;
  return bytes;
}

/** Places of the memory below: more than are proposed before the first of them is applied. */
const RECENT_MAX = 256;
/** Values of the latest requests, in order. They are asked for again a sync later, for their versions, and in the same order: `due` is where the next is expected. */
const recent: { next: number; due: number; readonly values: (object | undefined)[]; readonly bytes: number[] } = {
  next: 0, due: 0, values: new Array<object | undefined>(RECENT_MAX).fill(undefined), bytes: new Array<number>(RECENT_MAX).fill(0),
};

function ofRequest(value: object): number {
  let at = recent.values.indexOf(value, recent.due);
  if (at < 0) at = recent.values.indexOf(value);
  if (at < 0) return newValueBytes(value);
  recent.due = (at + 1) % RECENT_MAX;
  return recent.bytes[at] as number;
}

/** Quotes, colon and comma around a field. */
const FIELD_OVERHEAD = 4;
/** A number, a truth value or nothing. */
const SCALAR_BYTES = 5;

/** Sizes of specs. */
const sizes = new WeakMap<object, number>();

function remembered(value: object): number {
  let bytes = sizes.get(value);
  if (bytes === undefined) {
    bytes = ownBytes(value);
    if (Object.isFrozen(value)) sizes.set(value, bytes);
  }
  return bytes;
}

/** Sizes of parts that came lately: what is said of thousands of objects within a second is the same list, or the same tree of who owns what. */
const bursts = new Recent<number>(16);
const PART = Object.freeze({});

function lately(part: object): number {
  return bursts.find(PART, part) ?? (Object.isFrozen(part) ? bursts.keep(PART, part, ownBytes(part)) : ownBytes(part));
}

function fieldsBytes(value: object): number {
  let bytes = 2;
  for (const key in value) {
    const part = (value as Record<string, unknown>)[key];
    bytes += key.length + FIELD_OVERHEAD + (typeof part === 'object' && part !== null ? fieldBytes(key, part) : partBytes(part));
  }
  return bytes;
}

function fieldBytes(key: string, part: object): number {
  switch (key) {
    // The versions of an object, and objects of one template, mostly share it.
    case 'spec': return remembered(part);
    case 'managedFields': case 'fieldsV1': case 'conditions': return lately(part);
    default: return ownBytes(part);
  }
}

function partBytes(part: unknown): number {
  if (typeof part === 'string') return part.length + 2;
  return typeof part !== 'object' || part === null ? SCALAR_BYTES : ownBytes(part);
}

function ownBytes(part: object): number {
  if (!Array.isArray(part)) return fieldsBytes(part);
  let bytes = 2;
  for (let i = 0; i < part.length; i++) bytes += 1 + partBytes(part[i]);
  return bytes;
}
