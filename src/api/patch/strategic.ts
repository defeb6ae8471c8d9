/**
 * Strategic merge patch: lists of known kinds merge by key, and directives say what plain merging cannot.
 *
 * @source kubernetes/apimachinery pkg/util/strategicpatch/patch.go
 */
import { equalData } from '../../base/compare.ts';
import type { Result } from '../../base/data.ts';
import { goValueName } from '../go-json.ts';
import type { PatchFailure } from './json-patch.ts';
import { fieldType, mergeStrategy } from './merge-keys.ts';
import { inOrder } from './order.ts';

type JsonObject = Readonly<Record<string, unknown>>;
type Draft = Record<string, unknown>;

/** `$patch: replace | delete | merge`. */
export const patchDirective = '$patch';
/** Keys that stay, all others go. */
export const retainKeysDirective = '$retainKeys';
/** Order of the items of a list. */
export const orderPrefix = '$setElementOrder/';
/** Plain values to take out of a list. */
export const deletePrefix = '$deleteFromPrimitiveList/';
/** Every directive begins with it. */
const DOLLAR = 0x24;

class StrategicPatchError extends Error {}

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value of a patch without the directives in it, as it is stored when there was nothing to merge with. */
export function dropDirectives(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value as readonly unknown[]) if (!isObject(item) || item[patchDirective] === undefined) items.push(dropDirectives(item));
    return items;
  }
  if (!isObject(value)) return value;
  const result: Draft = {};
  for (const key in value) {
    const directive = key.charCodeAt(0) === DOLLAR && (key === patchDirective || key === retainKeysDirective || key.startsWith(orderPrefix) || key.startsWith(deletePrefix));
    if (directive || value[key] === null) continue;
    result[key] = dropDirectives(value[key]);
  }
  return result;
}

function retainOnly(original: Draft, patch: JsonObject): void {
  const list = patch[retainKeysDirective];
  if (list === undefined) return;
  if (!Array.isArray(list)) throw new StrategicPatchError('invalid patch format of retainKeys');
  for (const key of Object.keys(patch)) {
    const exempt = key === retainKeysDirective || patch[key] === null || key.startsWith(deletePrefix) || key.startsWith(orderPrefix);
    if (!exempt && !list.includes(key)) throw new StrategicPatchError('invalid patch format of retainKeys');
  }
  for (const key of Object.keys(original)) if (!list.includes(key)) delete original[key];
}

function mergeObject(original: JsonObject, patch: JsonObject, type: string): JsonObject {
  const directive = patch[patchDirective];
  if (directive !== undefined) {
    if (directive === 'replace') { const { [patchDirective]: _directive, ...rest } = patch; return rest; }
    if (directive === 'delete') return {};
    if (directive !== 'merge') throw new StrategicPatchError(`unknown patch type: ${String(directive)} in map: ${JSON.stringify(patch)}`);
  }
  return hasDirectives(patch) ? mergeDirected(original, patch, type) : mergeFields(original, patch, type);
}

function hasDirectives(patch: JsonObject): boolean {
  for (const key in patch) if (key.charCodeAt(0) === DOLLAR) return true;
  return false;
}

/** A section that only repeats what is there, as a uid that guards the patch does, stays the same object: it need not be checked again. */
function mergeFields(original: JsonObject, patch: JsonObject, type: string): JsonObject {
  let result: Draft | undefined;
  for (const key in patch) {
    const value = patch[key];
    const old = original[key];
    if (value === old || (value === null && old === undefined)) continue;
    // What is taken away is left out of the copy: objects that lost a field are slow to read.
    if (value === null) { result ??= withoutNulls(original, patch); continue; }
    const merged = mergeValue(old, value, { type, field: key });
    if (merged === old) continue;
    result ??= withoutNulls(original, patch);
    result[key] = merged;
  }
  return result ?? original;
}

/** A copy of the fields that a patch does not take away. */
function withoutNulls(original: JsonObject, patch: JsonObject): Draft {
  const copy: Draft = {};
  for (const key in original) if (patch[key] !== null) copy[key] = original[key];
  return copy;
}

function mergeDirected(original: JsonObject, patch: JsonObject, type: string): JsonObject {
  const result: Draft = { ...original };
  retainOnly(result, patch);
  const keys = Object.keys(patch);
  const handled = applyOrders(result, patch, { type, keys });
  for (const key of keys) {
    const isDirective = key.charCodeAt(0) === DOLLAR;
    if (handled?.has(key) === true || (isDirective && (key === patchDirective || key === retainKeysDirective || key.startsWith(orderPrefix)))) continue;
    const value = patch[key];
    if (isDirective && key.startsWith(deletePrefix)) removeValues(result, key.slice(deletePrefix.length), value);
    else if (value === null) delete result[key];
    else if (value !== result[key]) result[key] = mergeValue(result[key], value, { type, field: key });
  }
  return isSame(result, original) ? original : result;
}

function isSame(result: JsonObject, original: JsonObject): boolean {
  const keys = Object.keys(result);
  return keys.every((key) => result[key] === original[key]) && keys.length === Object.keys(original).length;
}

function removeValues(result: Draft, field: string, values: unknown): void {
  const list = result[field];
  if (!Array.isArray(list)) return;
  if (!Array.isArray(values)) throw new StrategicPatchError('invalid patch format of primitive list');
  result[field] = (list as readonly unknown[]).filter((item) => !values.some((value) => equalData(item, value)));
}

function mergeValue(original: unknown, value: unknown, { type, field }: { readonly type: string; readonly field: string }): unknown {
  const strategy = mergeStrategy(type, field);
  if (isObject(original) && isObject(value) && strategy.replace !== true) return mergeObject(original, value, fieldType(type, field));
  if (Array.isArray(original) && Array.isArray(value)) {
    return strategy.merge ? mergeList(original, value, { mergeKey: strategy.key, itemType: fieldType(type, field) }) : value;
  }
  return dropDirectives(value);
}

/** Lists with a `$setElementOrder`: merged and put in that order. Returns the fields done, if any. */
function applyOrders(result: Draft, patch: JsonObject, { type, keys }: { readonly type: string; readonly keys: readonly string[] }): ReadonlySet<string> | undefined {
  let handled: Set<string> | undefined;
  for (const key of keys) {
    if (key.charCodeAt(0) !== DOLLAR || !key.startsWith(orderPrefix)) continue;
    const field = key.slice(orderPrefix.length);
    const order = patch[key];
    if (!Array.isArray(order)) throw new StrategicPatchError('invalid patch format of setElementOrder list');
    const original = result[field];
    const change = patch[field];
    if (original === undefined && change === undefined) continue;
    const before: readonly unknown[] = Array.isArray(original) ? original : [];
    const merged = change === undefined ? before : mergeValue(original, change, { type, field }) as readonly unknown[];
    const { key: mergeKey } = mergeStrategy(type, field);
    result[field] = inOrder(merged, { patchOrder: order, serverOrder: before, mergeKey });
    (handled ??= new Set()).add(field);
  }
  return handled;
}

interface ListKind {
  readonly mergeKey: string;
  readonly itemType: string;
}

function mergeList(original: readonly unknown[], patch: readonly unknown[], of: ListKind): readonly unknown[] {
  const { mergeKey } = of;
  const plain = !original.some(isObject) && !patch.some(isObject);
  if (plain || mergeKey === '') return mergePlain(original, patch);
  const { kept, changes, replaced } = applySpecialItems(original, patch, mergeKey);
  if (replaced) return changes;
  return inOrder(mergeItems(kept, changes, of), { patchOrder: changes, serverOrder: kept, mergeKey });
}

function mergePlain(original: readonly unknown[], patch: readonly unknown[]): readonly unknown[] {
  const merged: unknown[] = [];
  for (const item of [...original, ...patch]) if (!merged.some((other) => equalData(other, item))) merged.push(item);
  return inOrder(merged, { patchOrder: patch, serverOrder: original, mergeKey: '' });
}

interface SpecialItems {
  readonly kept: readonly unknown[];
  readonly changes: readonly JsonObject[];
  readonly replaced: boolean;
}

/** Items with `$patch: delete` take others out; one with `$patch: replace` drops the whole list. */
function applySpecialItems(original: readonly unknown[], patch: readonly unknown[], mergeKey: string): SpecialItems {
  let kept = original;
  let replaced = false;
  const changes: JsonObject[] = [];
  for (const item of patch) {
    if (!isObject(item)) throw new StrategicPatchError('cannot merge list items of different types');
    switch (item[patchDirective]) {
      case undefined: changes.push(item); break;
      case 'delete': {
        const value = item[mergeKey];
        if (value === undefined) throw new StrategicPatchError(`map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`);
        kept = kept.filter((other) => !(isObject(other) && equalData(other[mergeKey], value)));
        break;
      }
      case 'replace': replaced = true; break;
      case 'merge': throw new StrategicPatchError('merging lists cannot yet be specified in the patch');
      default: throw new StrategicPatchError(`unknown patch type: ${String(item[patchDirective])} in map: ${JSON.stringify(item)}`);
    }
  }
  return { kept, changes, replaced };
}

function mergeItems(original: readonly unknown[], changes: readonly JsonObject[], { mergeKey, itemType }: ListKind): readonly unknown[] {
  const merged = original.slice();
  for (const change of changes) {
    const value = change[mergeKey];
    if (value === undefined) throw new StrategicPatchError(`map: ${JSON.stringify(change)} does not contain declared merge key: ${mergeKey}`);
    const at = placeOf(merged, value, mergeKey);
    const old = merged[at];
    if (isObject(old)) merged[at] = mergeObject(old, change, itemType);
    else merged.push(dropDirectives(change));
  }
  return merged;
}

function placeOf(items: readonly unknown[], value: unknown, mergeKey: string): number {
  for (let at = 0; at < items.length; at++) {
    const item = items[at];
    if (isObject(item) && equalData(item[mergeKey], value)) return at;
  }
  return -1;
}

/** Applies a patch to an object of a type; the patched object shares what did not change. */
export function applyStrategicPatch(document: JsonObject, patch: unknown, type: string): Result<JsonObject, PatchFailure> {
  if (!isObject(patch)) return { ok: false, error: { kind: 'bad', message: `error decoding patch: json: cannot unmarshal ${goValueName(patch)} into Go value of type map[string]interface {}` } };
  try {
    return { ok: true, value: mergeObject(document, patch, type) };
  } catch (thrown) {
    if (thrown instanceof StrategicPatchError) return { ok: false, error: { kind: 'bad', message: thrown.message } };
    throw thrown;
  }
}
