/**
 * Strategic merge patch: lists of known kinds merge by key, and directives say what plain merging cannot.
 *
 * @source kubernetes/apimachinery pkg/util/strategicpatch/patch.go
 */
import { equalData } from '../../base/compare.ts';
import { deepFreeze, type Result } from '../../base/data.ts';
import { goText, goTypeOf } from '../../base/go-text.ts';
import { Interner, Recent } from '../../base/recent.ts';
import { goValueName } from '../go-json.ts';
import type { PatchFailure } from './json-patch.ts';
import { fieldType, isKnownField, mergeStrategy } from './merge-keys.ts';
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
/** Keys that begin so are meant as directives, with or without a field behind them. */
const orderWord = '$setElementOrder';
const deleteWord = '$deleteFromPrimitiveList';
/** Every directive begins with it. */
const DOLLAR = 0x24;

class StrategicPatchError extends Error {
  readonly kind: PatchFailure['kind'];
  constructor(message: string, kind: PatchFailure['kind'] = 'broken') {
    super(message);
    this.kind = kind;
  }
}

const badFormat = (of: string): StrategicPatchError => new StrategicPatchError(`invalid patch format of ${of}`, 'bad');
const noMergeKey = (item: unknown, mergeKey: string): StrategicPatchError => new StrategicPatchError(`map: ${goText(item)} does not contain declared merge key: ${mergeKey}`);
const wrongType = (expected: string, given: unknown): StrategicPatchError => new StrategicPatchError(`expected a ${expected}, but received a ${given === null ? '%!s(<nil>)' : goTypeOf(given)}`);

/** What a directive's value is called when no directive has that name: Go prints what is no text in its own way. */
function directiveText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === null ? '%!s(<nil>)' : `%!s(${goTypeOf(value)}=${goText(value)})`;
}

const unknownDirective = (patch: JsonObject): StrategicPatchError => new StrategicPatchError(`unknown patch type: ${directiveText(patch[patchDirective])} in map: ${goText(patch)}`);

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A value of a patch as it is stored when there was nothing to merge with: nulls go, and so does every map with a `$patch`, whatever it says.
 * The other directives stay, as upstream leaves them; undefined when nothing is left.
 */
function asStored(value: unknown, keepsNulls = false): unknown {
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    let isSame = Object.isFrozen(value);
    for (const item of value as readonly unknown[]) {
      const stored = asStored(item, keepsNulls);
      if (stored !== item) isSame = false;
      if (stored !== undefined) items.push(stored);
    }
    return isSame ? value : items;
  }
  if (!isObject(value)) return value;
  if (Object.hasOwn(value, patchDirective)) return undefined;
  // Frozen parts that are stored as they are need no copy.
  let result: Draft | undefined = Object.isFrozen(value) ? undefined : {};
  for (const key in value) {
    const part = value[key];
    const stored = part === null && !keepsNulls ? undefined : asStored(part, keepsNulls);
    if (result === undefined) {
      if (stored === part && part !== undefined) continue;
      result = fieldsBefore(value, key);
    }
    if (stored !== undefined) result[key] = stored;
  }
  return result ?? value;
}

function fieldsBefore(source: JsonObject, end: string): Draft {
  const part: Draft = {};
  for (const key in source) {
    if (key === end) break;
    part[key] = source[key];
  }
  return part;
}

function retainOnly(original: Draft, patch: JsonObject): void {
  const list = patch[retainKeysDirective];
  if (list === undefined) return;
  if (!Array.isArray(list)) throw badFormat('retainKeys');
  for (const key of Object.keys(patch)) {
    const exempt = key === retainKeysDirective || patch[key] === null || key.startsWith(deletePrefix) || key.startsWith(orderPrefix);
    if (!exempt && !list.includes(key)) throw badFormat('retainKeys');
  }
  for (const key of Object.keys(original)) if (!list.includes(key)) delete original[key];
}

function mergeObject(original: JsonObject, patch: JsonObject, type: string): JsonObject {
  if (!hasDirectives(patch)) return mergeFields(original, patch, type);
  if (!Object.hasOwn(patch, patchDirective)) return mergeDirected(original, patch, type);
  if (patch[patchDirective] === 'replace') { const { [patchDirective]: _directive, ...rest } = patch; return rest; }
  if (patch[patchDirective] === 'delete') return {};
  throw unknownDirective(patch);
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
    if (merged === undefined) delete result[key];
    else result[key] = merged;
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
    if (handled?.has(key) === true || (isDirective && (key === retainKeysDirective || key.startsWith(orderWord)))) continue;
    if (isDirective && key.startsWith(deleteWord)) removeValues(result, { field: fieldBehind(key, deletePrefix, 'primitive list'), values: patch[key], type });
    else setField(result, key, mergeField(result[key], patch[key], { type, field: key }));
  }
  return isSame(result, original) ? original : result;
}

/** Null takes a field away. */
const mergeField = (old: unknown, value: unknown, place: Place): unknown => (value === null ? undefined : value === old ? old : mergeValue(old, value, place));

function setField(result: Draft, field: string, value: unknown): void {
  if (value === undefined) delete result[field];
  else result[field] = value;
}

/** The field that a parallel list such as `$setElementOrder/containers` is about. */
function fieldBehind(key: string, prefix: string, name: string): string {
  if (!key.startsWith(prefix)) throw badFormat(name);
  return key.slice(prefix.length);
}

function isSame(result: JsonObject, original: JsonObject): boolean {
  const keys = Object.keys(result);
  return keys.every((key) => result[key] === original[key]) && keys.length === Object.keys(original).length;
}

/** A list that does not merge is replaced, even by what should have been taken out of it: so does upstream. */
function removeValues(result: Draft, { field, values, type }: { readonly field: string; readonly values: unknown; readonly type: string }): void {
  const list = result[field];
  if (values === null) delete result[field];
  else if (Array.isArray(list) && Array.isArray(values)) {
    result[field] = mergeStrategy(type, field).merge ? (list as readonly unknown[]).filter((item) => !values.some((value) => equalData(item, value))) : values;
  }
}

interface Place { readonly type: string; readonly field: string }

/** A field with something in it; undefined when nothing is left of it. */
function mergeValue(original: unknown, value: unknown, { type, field }: Place): unknown {
  if (isObject(original) && isObject(value)) {
    return mergeStrategy(type, field).replace === true ? value : mergeObject(original, value, fieldType(type, field));
  }
  if (Array.isArray(original) && Array.isArray(value)) {
    const strategy = mergeStrategy(type, field);
    return strategy.merge ? mergeList(original, value, { mergeKey: strategy.key, itemType: fieldType(type, field) }) : value;
  }
  return asStored(value);
}

/** Lists with a `$setElementOrder`: merged and put in that order. Returns the fields done, if any. */
function applyOrders(result: Draft, patch: JsonObject, { type, keys }: { readonly type: string; readonly keys: readonly string[] }): ReadonlySet<string> | undefined {
  let handled: Set<string> | undefined;
  for (const key of keys) {
    if (key.charCodeAt(0) !== DOLLAR || !key.startsWith(orderWord)) continue;
    if (orderField(result, patch, { type, key })) (handled ??= new Set()).add(key.slice(orderPrefix.length));
  }
  return handled;
}

function listOf(value: unknown): readonly unknown[] | undefined {
  if (value === undefined || Array.isArray(value)) return value;
  throw wrongType('[]interface {}', value);
}

/** Whether there was a list to put in order. */
function orderField(result: Draft, patch: JsonObject, { type, key }: { readonly type: string; readonly key: string }): boolean {
  const order = listOf(patch[key]) ?? [];
  const field = fieldBehind(key, orderPrefix, 'setElementOrder list');
  const [original, change] = [listOf(result[field]), listOf(patch[field])];
  if (!isKnownField(type, field)) throw new StrategicPatchError(`unable to find api field in struct ${type.slice(type.lastIndexOf('.') + 1)} for the json field ${JSON.stringify(field)}`);
  const { key: mergeKey } = mergeStrategy(type, field);
  checkOrder(change ?? [], order, mergeKey);
  if (original === undefined && change === undefined) return false;
  const merged = original === undefined ? asStored(change ?? [], true) as readonly unknown[] : change === undefined ? original : mergeValue(original, change, { type, field }) as readonly unknown[];
  if (mergeKey !== '') checkKeys(merged, order, mergeKey);
  kindOfItems(original ?? [], change ?? []);
  if (mergeKey !== '') for (const item of order) if (!Object.hasOwn(item as JsonObject, mergeKey)) throw noMergeKey(item, mergeKey);
  result[field] = inOrder(merged, { patchOrder: order, serverOrder: original ?? [], mergeKey });
  return true;
}

/** What a patch adds or changes must stand in the order it wants, in that order; what it takes away need not. */
function checkOrder(change: readonly unknown[], order: readonly unknown[], mergeKey: string): void {
  if (change.length === 0 || order.length === 0) return;
  const kept = mergeKey === '' ? change : change.filter((item) => keyed(item)[patchDirective] !== 'delete');
  let at = 0;
  let place = 0;
  while (at < kept.length && place < order.length) {
    const item = kept[at];
    if (isObject(item) && Object.hasOwn(item, patchDirective)) { at++; continue; }
    if (sameKey(item, order[place++], mergeKey)) at++;
  }
  if (at < kept.length && place >= order.length) throw new StrategicPatchError(`The order in patch list:\n${goText(change)}\n doesn't match ${orderWord} list:\n${goText(order)}\n`);
}

function keyed(item: unknown): JsonObject {
  if (!isObject(item)) throw wrongType('map[string]interface {}', item);
  return item;
}

function sameKey(left: unknown, right: unknown, mergeKey: string): boolean {
  if (mergeKey === '') return equalData(left, right);
  const [one, other] = [keyed(left), keyed(right)];
  for (const item of [one, other]) if (!Object.hasOwn(item, mergeKey)) throw noMergeKey(item, mergeKey);
  return equalData(one[mergeKey], other[mergeKey]);
}

/** Items of a list that is to be put in order are maps with a key, and the order is made of maps. */
function checkKeys(items: readonly unknown[], order: readonly unknown[], mergeKey: string): void {
  for (const item of items) {
    if (!Object.hasOwn(keyed(item), mergeKey)) throw noMergeKey(item, mergeKey);
    const [place] = order.map((entry, at) => (isObject(entry) ? -1 : at)).filter((at) => at >= 0);
    const earlier = order.slice(0, place).some((entry) => equalData((entry as JsonObject)[mergeKey], (item as JsonObject)[mergeKey]));
    if (place !== undefined && !earlier) throw new StrategicPatchError(`value for key ${place} is not a map`);
  }
}

/** The one type of all items of lists. */
function kindOfItems(...lists: readonly (readonly unknown[])[]): string {
  let kind: string | undefined;
  for (const items of lists) for (const item of items) {
    const own = goTypeOf(item);
    if (kind === undefined && Array.isArray(item)) throw new StrategicPatchError('lists of lists are not supported', 'invalid');
    if (kind !== undefined && kind !== own) throw new StrategicPatchError(`list element types are not identical: ${goText(lists)}`);
    kind = own;
  }
  if (kind === undefined) throw new StrategicPatchError('no elements in any of the given slices');
  return kind;
}

interface ListKind {
  readonly mergeKey: string;
  readonly itemType: string;
}

/**
 * Patches of lists that came lately, by the type of their items, and what they made of which list: thousands of kubelets report the same conditions within
 * a second. Their pods then share one list, which need not be merged, decoded and compared for each of them.
 */
interface Burst { readonly mergeKey: string; readonly patches: Interner; readonly merged: Recent<readonly unknown[]> }
const bursts = new Map<string, Burst>();
const PATCHES_MAX = 8;
/** Shorter lists, as of addresses, are merged sooner than found, and differ from pod to pod. */
const BURST_ITEMS_MIN = 3;
const MERGED_MAX = 16;

function burstOf({ itemType, mergeKey }: ListKind): Burst {
  let burst = bursts.get(itemType);
  if (burst === undefined) bursts.set(itemType, (burst = { mergeKey, patches: new Interner(PATCHES_MAX), merged: new Recent(MERGED_MAX) }));
  return burst;
}

function mergeList(original: readonly unknown[], patch: readonly unknown[], of: ListKind): readonly unknown[] {
  if (of.itemType === '' || patch.length < BURST_ITEMS_MIN || !Object.isFrozen(original) || !Object.isFrozen(patch)) return mergeLists(original, patch, of);
  const { mergeKey, patches, merged } = burstOf(of);
  if (mergeKey !== of.mergeKey) return mergeLists(original, patch, of);
  const shared = patches.share(patch);
  return merged.find(original, shared) ?? merged.keep(original, shared, deepFreeze(mergeLists(original, shared, of)));
}

function mergeLists(original: readonly unknown[], patch: readonly unknown[], of: ListKind): readonly unknown[] {
  const { mergeKey } = of;
  if (original.length === 0 && patch.length === 0) return original;
  if (kindOfItems(original, patch) !== 'map[string]interface {}') {
    if (mergeKey !== '') keyed(original[0] ?? patch[0]);
    return mergePlain(original, patch);
  }
  if (mergeKey === '') throw new StrategicPatchError(`cannot merge lists without merge key for ${of.itemType}`);
  const { kept, changes, replaced } = applySpecialItems(original, patch, mergeKey);
  if (replaced) { checkKeys(changes, [], mergeKey); return changes; }
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
  for (const item of patch as readonly JsonObject[]) {
    if (!Object.hasOwn(item, patchDirective)) { changes.push(item); continue; }
    switch (item[patchDirective]) {
      case 'delete': {
        const value = item[mergeKey];
        if (value === undefined) throw noMergeKey(item, mergeKey);
        kept = kept.filter((other) => !(isObject(other) && equalData(other[mergeKey], value)));
        break;
      }
      case 'replace': replaced = true; break;
      case 'merge': throw new StrategicPatchError('merging lists cannot yet be specified in the patch');
      default: throw unknownDirective(item);
    }
  }
  return { kept, changes, replaced };
}

function mergeItems(original: readonly unknown[], changes: readonly JsonObject[], { mergeKey, itemType }: ListKind): readonly unknown[] {
  let merged: unknown[] | undefined;
  for (const change of changes) {
    const value = change[mergeKey];
    if (value === undefined) throw noMergeKey(change, mergeKey);
    const at = placeOf(merged ?? original, value, mergeKey);
    const old = (merged ?? original)[at];
    const next = isObject(old) ? mergeObject(old, change, itemType) : change;
    if (next === old) continue;
    merged ??= original.slice();
    if (isObject(old)) merged[at] = next;
    // A new item is taken as it is, with its nulls.
    else merged.push(next);
  }
  return merged ?? original;
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
    if (thrown instanceof StrategicPatchError) return { ok: false, error: { kind: thrown.kind, message: thrown.message } };
    throw thrown;
  }
}
