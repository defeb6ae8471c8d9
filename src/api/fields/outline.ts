/**
 * Outlines of new objects: thousands of Events have the same fields and differ in what stands in them, so they have the same owners.
 */
import { isObject, type JsonObject } from './items.ts';
import { deduced, type FieldType, type StructType } from './types.ts';

/** What stands behind a name: no matter what; a leaf that the empty object has, too; another leaf; something that is owned as a whole; a structure, whose fields follow up to the end. */
const ANY = 0;
const SAME = 1;
const LEAF = 2;
const ATOMIC = 3;
const OPEN = 4;
const END = '';

/** A flat row: name, what stands behind it, and the value of the empty object there; `END` closes a structure. */
type Row = readonly unknown[];

const isLeaf = (value: unknown): boolean => typeof value !== 'object' || value === null;
/** Sections are skipped at the top, and names below the metadata. */
export interface Skipped { readonly top: ReadonlySet<string>; readonly metadata: ReadonlySet<string> }

const NOTHING: JsonObject = Object.freeze({});
const NO_NAMES: ReadonlySet<string> = new Set();

function isFilled(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  for (const _ in value as object) return true;
  return false;
}

/** The outline of an object; undefined = its owners depend on more than its names, as those of maps and of lists with keys do. */
export function outlineOf(object: object, type: StructType, { top, metadata }: Skipped): Row | undefined {
  const row: unknown[] = [];
  const write = (value: JsonObject, zero: JsonObject, { of, skip }: { readonly of: FieldType; readonly skip: ReadonlySet<string> }): boolean => {
    for (const name in value) {
      const before = zero[name];
      const after = value[name];
      const isMetadata = of === type && name === 'metadata';
      const inner = of.kind === 'struct' ? of.field(name)?.type ?? deduced : deduced;
      if (after === undefined) return false;
      if (skip.has(name) && !isMetadata) row.push(name, ANY, undefined);
      else if (isLeaf(after)) row.push(name, before === after ? SAME : LEAF, before);
      else if (!isFilled(after)) return false;
      else if (inner.kind === 'atomic') row.push(name, ATOMIC, before);
      else if (inner.kind !== 'struct' || !isObject(after)) return false;
      else {
        row.push(name, OPEN, before);
        if (!write(after, isObject(before) ? before : NOTHING, { of: inner, skip: isMetadata ? metadata : NO_NAMES })) return false;
      }
    }
    row.push(END, END, END);
    return true;
  };
  return write(object as JsonObject, type.zero(), { of: type, skip: top }) ? row : undefined;
}

/** Where the row goes on behind a structure that fits it; -1 = it does not fit. */
function fitsFrom(value: JsonObject, row: Row, start: number): number {
  let at = start;
  for (const name in value) {
    if (row[at] !== name) return -1;
    const after = value[name];
    const what = row[at + 1];
    at += 3;
    if (what === ANY) continue;
    if (what === SAME || what === LEAF) {
      if (!isLeaf(after) || after === undefined || (after === row[at - 1]) !== (what === SAME)) return -1;
    } else if (isLeaf(after) || !isFilled(after)) return -1;
    else if (what === OPEN) {
      if (Array.isArray(after) || (at = fitsFrom(after as JsonObject, row, at)) < 0) return -1;
    }
  }
  return row[at] === END ? at + 3 : -1;
}

/** Whether an object has an outline. */
export function hasOutline(object: object, row: Row): boolean {
  return fitsFrom(object as JsonObject, row, 0) > 0;
}
