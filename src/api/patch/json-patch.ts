/**
 * JSON patch (RFC 6902) and JSON merge patch (RFC 7386).
 *
 * @source evanphx/json-patch v4 (errors as the API server passes them on)
 */
import { equalData } from '../../base/compare.ts';
import type { Result } from '../../base/data.ts';
import { goValueName } from '../go-json.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** A patch failure: `invalid` becomes 422, `bad` becomes 400, `large` becomes 413. */
export interface PatchFailure {
  readonly kind: 'invalid' | 'bad' | 'large';
  readonly message: string;
}

class PatchError extends Error {}

/** Operations of one patch at most, as the API server. */
export const maximumOperations = 10_000;

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Keys of a pointer such as `/metadata/labels/a~1b`. */
function pointer(path: string): readonly string[] {
  if (path === '') return [];
  if (!path.startsWith('/')) throw new PatchError(`json patch path ${JSON.stringify(path)} must begin with '/'`);
  return path.slice(1).split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function indexOf(key: string, list: readonly unknown[], { path, mayAppend = false }: { readonly path: string; readonly mayAppend?: boolean }): number {
  const { length } = list;
  if (key === '-' && mayAppend) return length;
  if (!/^-?(0|[1-9][0-9]*)$/.test(key)) throw new PatchError(`value was not a proper array index: '${key}'`);
  const given = Number(key);
  const index = given < 0 ? given + length + (mayAppend ? 1 : 0) : given;
  if (index < 0 || index > (mayAppend ? length : length - 1)) throw new PatchError(`Unable to access invalid index: ${key}: error in ${path}`);
  return index;
}

function lookUp(document: unknown, keys: readonly string[], path: string): unknown {
  let value = document;
  for (const key of keys) {
    if (Array.isArray(value)) value = value[indexOf(key, value, { path })];
    else if (isObject(value) && Object.hasOwn(value, key)) value = value[key];
    else throw new PatchError(`missing path: "${path}": missing value`);
  }
  return value;
}

interface Change {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path: string;
  readonly value?: unknown;
}

function changeList(list: readonly unknown[], key: string, change: Change): unknown {
  const copy = list.slice();
  if (change.op === 'add') copy.splice(indexOf(key, list, { path: change.path, mayAppend: true }), 0, change.value);
  else if (change.op === 'remove') copy.splice(indexOf(key, list, change), 1);
  else copy[indexOf(key, list, change)] = change.value;
  return copy;
}

function changeObject(object: JsonObject, key: string, change: Change): unknown {
  if (change.op !== 'add' && !Object.hasOwn(object, key)) {
    throw new PatchError(`${change.op} operation does not apply: doc is missing key: ${change.path}: missing value`);
  }
  if (change.op !== 'remove') return { ...object, [key]: change.value };
  const copy: Record<string, unknown> = { ...object };
  delete copy[key];
  return copy;
}

/** The document with one place changed; everything beside the path is shared. */
function changeAt(document: unknown, keys: readonly string[], change: Change): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return change.op === 'remove' ? null : change.value;
  if (rest.length === 0) {
    if (Array.isArray(document)) return changeList(document, key, change);
    if (isObject(document)) return changeObject(document, key, change);
    throw new PatchError(`${change.op} operation does not apply: doc is missing path: "${change.path}": missing value`);
  }
  if (Array.isArray(document)) {
    const index = indexOf(key, document, change);
    const copy = document.slice();
    copy[index] = changeAt(document[index], rest, change);
    return copy;
  }
  if (!isObject(document) || !Object.hasOwn(document, key)) {
    throw new PatchError(`${change.op} operation does not apply: doc is missing path: "${change.path}": missing value`);
  }
  return { ...document, [key]: changeAt(document[key], rest, change) };
}

function applyOperation(document: unknown, operation: JsonObject): unknown {
  const path = typeof operation['path'] === 'string' ? operation['path'] : '';
  const keys = pointer(path);
  switch (operation['op']) {
    case 'add': case 'replace': return changeAt(document, keys, { op: operation['op'], path, value: operation['value'] ?? null });
    case 'remove': return changeAt(document, keys, { op: 'remove', path });
    case 'test':
      if (!equalData(lookUpOrNull(document, keys, path), operation['value'] ?? null)) throw new PatchError(`testing value ${path} failed: test failed`);
      return document;
    case 'move': case 'copy': {
      const from = typeof operation['from'] === 'string' ? operation['from'] : '';
      const value = lookUp(document, pointer(from), from);
      const base = operation['op'] === 'move' ? changeAt(document, pointer(from), { op: 'remove', path: from }) : document;
      return changeAt(base, keys, { op: 'add', path, value });
    }
    default: throw new PatchError(`Unexpected kind: ${String(operation['op'])}`);
  }
}

function lookUpOrNull(document: unknown, keys: readonly string[], path: string): unknown {
  try {
    return lookUp(document, keys, path);
  } catch (thrown) {
    if (thrown instanceof PatchError) return null;
    throw thrown;
  }
}

/** Applies operations one after the other. */
export function applyJsonPatch(document: unknown, patch: unknown): Result<unknown, PatchFailure> {
  if (!Array.isArray(patch)) return { ok: false, error: { kind: 'bad', message: `error decoding patch: json: cannot unmarshal ${goValueName(patch)} into Go value of type jsonpatch.Patch` } };
  if (patch.length > maximumOperations) {
    return { ok: false, error: { kind: 'large', message: `The allowed maximum operations in a JSON patch is ${maximumOperations}, got ${patch.length}` } };
  }
  let result = document;
  try {
    for (const operation of patch as readonly unknown[]) {
      if (!isObject(operation)) throw new PatchError('Unexpected kind: unknown');
      result = applyOperation(result, operation);
    }
  } catch (thrown) {
    if (thrown instanceof PatchError) return { ok: false, error: { kind: 'invalid', message: thrown.message } };
    throw thrown;
  }
  return { ok: true, value: result };
}

/** Applies a merge patch: objects merge, `null` removes, everything else replaces. */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(document) ? { ...document } : {};
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === null) delete result[key];
    else result[key] = isObject(value) ? applyMergePatch(result[key], value) : value;
  }
  return result;
}

/** The merge patch that turns one document into the other. */
export function createMergePatch(from: JsonObject, to: JsonObject): JsonObject {
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys(from)) if (!Object.hasOwn(to, key)) patch[key] = null;
  for (const key of Object.keys(to)) {
    const before = from[key];
    const after = to[key];
    if (equalData(before, after)) continue;
    patch[key] = isObject(before) && isObject(after) ? createMergePatch(before, after) : after;
  }
  return patch;
}

/** What apply sends for a kind without a known structure: what was applied last and is no longer wanted goes, what is wanted and differs is set.
 * @source kubernetes/apimachinery pkg/util/jsonmergepatch/patch.go */
export function createThreeWayMergePatch({ last = {}, live, wanted }: { readonly last: JsonObject | undefined; readonly live: JsonObject; readonly wanted: JsonObject }): JsonObject {
  const set = onlySettings(createMergePatch(live, wanted));
  const removed = onlyRemovals(createMergePatch(last, wanted));
  return joined(set, removed);
}

function onlySettings(patch: JsonObject): JsonObject {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) continue;
    const inner = isObject(value) ? onlySettings(value) : value;
    // What only held removals is no setting; what was empty from the start is one.
    if (!isObject(value) || !isObject(inner) || Object.keys(inner).length > 0 || Object.keys(value).length === 0) kept[key] = inner;
  }
  return kept;
}

function onlyRemovals(patch: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(patch).map(([key, value]) => [key, isObject(value) ? onlyRemovals(value) : value] as const).filter(([, value]) => value === null || (isObject(value) && Object.keys(value).length > 0)));
}

function joined(one: JsonObject, other: JsonObject): JsonObject {
  const both: Record<string, unknown> = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const before = both[key];
    both[key] = isObject(before) && isObject(value) ? joined(before, value) : value;
  }
  return both;
}
