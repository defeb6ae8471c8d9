/**
 * Parts of objects that came lately. Clients send many objects of one template; those that share its parts share what the API server has found out
 * about them: their defaults, that they are valid, how large they are.
 */
import { deepFreeze } from '../base/data.ts';

/** Parts remembered at most, and characters of the longest. */
const PARTS_MAX = 500;
const TEXT_MAX = 8192;

const parts = new Map<string, object>();

/** A part, or an equal one that came before it. */
function shared(part: unknown): unknown {
  if (typeof part !== 'object' || part === null) return part;
  const text = JSON.stringify(part);
  if (text.length > TEXT_MAX) return part;
  const known = parts.get(text);
  if (known !== undefined) return known;
  if (parts.size >= PARTS_MAX) parts.clear();
  parts.set(text, deepFreeze(part));
  return part;
}

/** Puts shared parts into an object just read. */
export function shareParts(object: unknown): void {
  if (typeof object !== 'object' || object === null) return;
  const { spec, metadata } = object as { spec?: unknown; metadata?: Record<string, unknown> | null };
  if (spec !== undefined) (object as { spec: unknown }).spec = shared(spec);
  if (typeof metadata !== 'object' || metadata === null) return;
  if (metadata['labels'] !== undefined) metadata['labels'] = shared(metadata['labels']);
  if (metadata['annotations'] !== undefined) metadata['annotations'] = shared(metadata['annotations']);
}
