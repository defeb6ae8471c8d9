/**
 * JSON patch (RFC 6902) and JSON merge patch (RFC 7386).
 *
 * @source evanphx/json-patch v4 (errors as the API server passes them on)
 */
import { equalData } from '../../base/compare.ts';
import type { Result } from '../../base/data.ts';
import { goValueName } from '../go-json.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** A patch failure: `invalid` becomes 422, `bad` becomes 400, `large` becomes 413, and what upstream has no status for (`broken`) 500. */
export interface PatchFailure {
  readonly kind: 'invalid' | 'bad' | 'large' | 'broken';
  readonly message: string;
}

class PatchError extends Error {}

/** Operations of one patch at most, as the API server. */
const maximumOperations = 10_000;

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

type Container = JsonObject | readonly unknown[];

/** Keys of a pointer such as `/metadata/labels/a~1b`; what stands before the first slash counts for nothing. Undefined without a slash. */
function pointer(path: string): readonly string[] | undefined {
  const parts = path.split('/');
  return parts.length < 2 ? undefined : parts.slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;

/** What Go's Atoi makes of a key of a list. */
function numberOf(key: string): number {
  if (!/^[-+]?[0-9]+$/.test(key)) throw new PatchError(`strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`);
  return Number(key);
}

/** A place in a list of `size` places; negative ones count from the end. */
function placeOf(key: string, size: number): number {
  const given = numberOf(key);
  if (given >= size || given < -size) throw new PatchError(`Unable to access invalid index: ${given}: invalid index referenced`);
  return given < 0 ? given + size : given;
}

const valueAt = (container: Container, key: string): unknown => (isList(container) ? container[placeOf(key, container.length)] : Object.hasOwn(container, key) ? container[key] : undefined);
const isList = (container: Container): container is readonly unknown[] => Array.isArray(container);

/** The map or list that holds the place of a path, as far as there is one. */
function containerOf(document: unknown, keys: readonly string[] | undefined): Container | undefined {
  if (keys === undefined || !isContainer(document)) return undefined;
  let container: Container = document;
  for (const key of keys.slice(0, -1)) {
    const next = quietly(container, key);
    if (!isContainer(next)) return undefined;
    container = next;
  }
  return container;
}

function quietly(container: Container, key: string): unknown {
  try {
    return valueAt(container, key);
  } catch (thrown) {
    if (thrown instanceof PatchError) return undefined;
    throw thrown;
  }
}

type Edit = (container: Container, key: string) => Container;

const putting = (value: unknown): Edit => (container, key) => {
  if (!isList(container)) return { ...container, [key]: value };
  const copy = container.slice();
  copy[placeOf(key, container.length)] = value;
  return copy;
};

const adding = (value: unknown): Edit => (container, key) => {
  if (!isList(container)) return { ...container, [key]: value };
  if (key === '-') return [...container, value];
  if (!/^[-+]?[0-9]+$/.test(key)) throw new PatchError(`value was not a proper array index: '${key}': strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`);
  const copy = container.slice();
  copy.splice(placeOf(key, container.length + 1), 0, value);
  return copy;
};

const removing: Edit = (container, key) => {
  if (isList(container)) {
    const copy = container.slice();
    copy.splice(placeOf(key, container.length), 1);
    return copy;
  }
  if (!Object.hasOwn(container, key)) throw new PatchError(`Unable to remove nonexistent key: ${key}: missing value`);
  const copy: Record<string, unknown> = { ...container };
  delete copy[key];
  return copy;
};

/** The document with one place changed; everything beside the path is shared. */
function changeAt(document: unknown, keys: readonly string[], edit: Edit): unknown {
  const [key = '', ...rest] = keys;
  const container = document as Container;
  if (rest.length === 0) return edit(container, key);
  return putting(changeAt(valueAt(container, key), rest, edit))(container, key);
}

/** Runs a part of an operation; what fails in it is told with what was being done. */
function during<T>(doing: string, run: () => T): T {
  try {
    return run();
  } catch (thrown) {
    if (thrown instanceof PatchError) throw new PatchError(`${doing}: ${thrown.message}`);
    throw thrown;
  }
}

const last = (keys: readonly string[]): string => keys.at(-1) ?? '';

interface Place { readonly path: string; readonly keys: readonly string[]; readonly container: Container }

/** The place of a path; `missing` is said when nothing is there that could hold it. */
function place(document: unknown, path: string, missing: string): Place {
  const keys = pointer(path);
  const container = containerOf(document, keys);
  if (keys === undefined || container === undefined) throw new PatchError(`${missing}: missing value`);
  return { path, keys, container };
}

function pathOf(operation: JsonObject): string {
  const path = operation['path'];
  if (typeof path !== 'string') throw new PatchError(`${String(operation['op'])} operation failed to decode path: missing value`);
  return path;
}

function fromOf(operation: JsonObject): string {
  const from = operation['from'];
  if (typeof from !== 'string') throw new PatchError(`${String(operation['op'])} operation failed to decode from: operation, missing from field: missing value`);
  return from;
}

function test(document: unknown, operation: JsonObject): void {
  const path = pathOf(operation);
  const { keys, container } = place(document, path, `test operation does not apply: is missing path: ${path}`);
  const found = during(`error in test for path: '${path}'`, () => valueAt(container, last(keys)));
  if (!equalData(found ?? null, operation['value'] ?? null)) throw new PatchError(`testing value ${path} failed: test failed`);
}

function replace(document: unknown, operation: JsonObject): unknown {
  const path = pathOf(operation);
  const { keys, container } = place(document, path, `replace operation does not apply: doc is missing path: ${path}`);
  // A key that is not there is no fault in a map.
  if (isList(container) && quietly(container, last(keys)) === undefined) throw new PatchError(`replace operation does not apply: doc is missing key: ${path}: missing value`);
  return changeAt(document, keys, putting(operation['value'] ?? null));
}

function moveOrCopy(document: unknown, operation: JsonObject): unknown {
  const op = String(operation['op']);
  const isMove = op === 'move';
  const from = fromOf(operation);
  const source = place(document, from, `${op} operation does not apply: doc is missing from path: ${from}`);
  const key = last(source.keys);
  const doing = isMove ? `error in move for path: '${key}'` : `error in copy for from: '${from}'`;
  const value = during(doing, () => valueAt(source.container, key)) ?? null;
  const base = isMove ? during(doing, () => changeAt(document, source.keys, removing)) : document;
  const path = pathOf(operation);
  const target = place(base, path, `${op} operation does not apply: doc is missing destination path: ${path}`);
  return during(isMove ? `error in move for path: '${path}'` : 'error while adding value during copy', () => changeAt(base, target.keys, adding(value)));
}

function applyOperation(document: unknown, operation: JsonObject): unknown {
  const { op } = operation;
  switch (op) {
    case 'add': case 'remove': {
      const path = pathOf(operation);
      const { keys } = place(document, path, `${op} operation does not apply: doc is missing path: ${JSON.stringify(path)}`);
      return during(`error in ${op} for path: '${path}'`, () => changeAt(document, keys, op === 'add' ? adding(operation['value'] ?? null) : removing));
    }
    case 'replace': return replace(document, operation);
    case 'test': test(document, operation); return document;
    case 'move': case 'copy': return moveOrCopy(document, operation);
    default: throw new PatchError(`Unexpected kind: ${typeof op === 'string' ? op : 'unknown'}`);
  }
}

/** Applies operations one after the other. */
export function applyJsonPatch(document: unknown, patch: unknown): Result<unknown, PatchFailure> {
  if (!Array.isArray(patch)) return { ok: false, error: { kind: 'bad', message: `error decoding patch: json: cannot unmarshal ${goValueName(patch)} into Go value of type jsonpatch.Patch` } };
  if (patch.length > maximumOperations) {
    return { ok: false, error: { kind: 'large', message: `The allowed maximum operations in a JSON patch is ${maximumOperations}, got ${patch.length}` } };
  }
  const strange = (patch as readonly unknown[]).find((operation) => operation !== null && !isObject(operation));
  if (strange !== undefined) return { ok: false, error: { kind: 'bad', message: `error decoding patch: json: cannot unmarshal ${goValueName(strange)} into Go value of type jsonpatch.Operation` } };
  let result = document;
  try {
    for (const operation of patch as readonly (JsonObject | null)[]) result = applyOperation(result, operation ?? {});
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
    const old = result[key];
    if (value === null) delete result[key];
    else result[key] = isObject(old) ? applyMergePatch(old, value) : pruned(value);
  }
  return result;
}

/** A value without the nulls of its maps; those of lists stay. */
function pruned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pruned);
  if (!isObject(value)) return value;
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(value)) if (value[key] !== null) kept[key] = pruned(value[key]);
  return kept;
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
