/**
 * Merging what is applied into what is stored, and taking fields out.
 *
 * @source kubernetes-sigs/structured-merge-diff typed/merge.go, typed/remove.go, typed/validate.go
 */
import { resolve } from './compare.ts';
import { elementOf, indexItems, isObject, type ItemList, missingKey } from './items.ts';
import { elementText, EMPTY, type FieldSet, isEmptySet, isMember, nodeOf } from './set.ts';
import { deduced, type FieldType } from './types.ts';

const isEmptyList = (value: unknown): boolean => !Array.isArray(value) || value.length === 0;
const isEmptyObject = (value: unknown): boolean => !isObject(value) || Object.keys(value).length === 0;

const below = (type: FieldType, key: string): FieldType => (type.kind === 'struct' ? type.field(key)?.type ?? deduced : type.kind === 'map' ? type.of : deduced);

/** The stored value with the applied one laid over it; shares what the applied one does not name. */
export function mergeValues(stored: unknown, applied: unknown, declared: FieldType): unknown {
  if (applied === undefined) return stored;
  if (stored === undefined || stored === applied) return applied;
  const type = resolve(declared, applied ?? stored);
  switch (type.kind) {
    case 'scalar': case 'atomic': case 'deduced': return applied;
    case 'list': case 'set':
      if (isEmptyList(stored) && isEmptyList(applied)) return applied;
      return mergeLists(isEmptyList(stored) ? [] : stored as readonly unknown[], isEmptyList(applied) ? [] : applied as readonly unknown[], type);
    default: {
      if (isEmptyObject(stored) && isEmptyObject(applied)) return applied;
      const merged: Record<string, unknown> = isObject(stored) ? { ...stored } : {};
      if (isObject(applied)) for (const key of Object.keys(applied)) merged[key] = mergeValues(merged[key], applied[key], below(type, key));
      return merged;
    }
  }
}

/** Applied items in their order, each stored item that is not applied where it stands between the ones shared by both. */
function mergeLists(stored: readonly unknown[], applied: readonly unknown[], type: ItemList): readonly unknown[] {
  const left = stored.map(item => elementOf(type, item));
  const right = applied.map(item => elementOf(type, item));
  const storedAt = indexItems(type, stored);
  const appliedAt = indexItems(type, applied);
  const shared = right.filter(element => storedAt.has(element));
  const merged = new Set<string>();
  const result: unknown[] = [];
  const take = (element: string): void => {
    merged.add(element);
    const old = storedAt.get(element)?.items;
    result.push(mergeValues(old?.length === 1 ? old[0] : undefined, appliedAt.get(element)?.items[0], type.of));
  };
  let next = shared.shift();
  for (let l = 0, r = 0; l < left.length || r < right.length;) {
    const mine = left[l];
    const theirs = right[r];
    if (mine !== undefined && theirs !== undefined) {
      if (mine === theirs) { take(mine); l++; r++; next = shared.shift(); continue; }
      // Shared, but not the one whose turn it is.
      if (appliedAt.has(mine) && next !== undefined && next !== mine) { l++; continue; }
    }
    if (mine !== undefined) {
      if (!appliedAt.has(mine)) { result.push(stored[l]); l++; continue; }
      if (merged.has(mine)) l++;
    }
    if (theirs !== undefined) {
      take(theirs);
      r++;
      if (next === theirs) next = shared.shift();
    }
  }
  return result;
}

/** The value without the fields of a set. What loses everything becomes null. */
export function removeFields(value: unknown, set: FieldSet, declared: FieldType): unknown {
  if (isEmptySet(set) || typeof value !== 'object' || value === null) return value;
  const type = resolve(declared, value);
  if (Array.isArray(value)) {
    if (type.kind !== 'list' && type.kind !== 'set') return value;
    const items: unknown[] = [];
    for (const item of value as readonly unknown[]) {
      const node = set[elementOf(type, item)];
      if (node === undefined) items.push(item);
      else if (!isMember(node)) items.push(removeFields(item, node, type.of));
    }
    return items.length === 0 && value.length > 0 ? null : items;
  }
  if (type.kind === 'atomic' || type.kind === 'scalar') return value;
  const kept: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const node = set[`f:${key}`];
    if (node === undefined) kept[key] = item;
    else if (!isMember(node)) kept[key] = removeFields(item, node, below(type, key));
  }
  return Object.keys(kept).length === 0 && Object.keys(value).length > 0 ? null : kept;
}

/** The set with every declared field on the way to a member as a member. */
export function withNamedFields(set: FieldSet, type: FieldType): FieldSet {
  const children: Record<string, FieldSet> = {};
  for (const [key, node] of Object.entries(set)) {
    if (key === '.') continue;
    const inner = typeBelow(type, key);
    const isNamed = type.kind === 'struct' && key.startsWith('f:') && type.field(key.slice(2)) !== undefined;
    const deeper = withNamedFields(node, inner);
    children[key] = nodeOf(isMember(node) || isNamed, isEmptySet(deeper) ? undefined : { ...deeper }) ?? EMPTY;
  }
  return nodeOf(false, children) ?? EMPTY;
}

function typeBelow(type: FieldType, element: string): FieldType {
  if (element.startsWith('f:')) return below(type, element.slice(2));
  return type.kind === 'list' || type.kind === 'set' ? type.of : deduced;
}

// ---- Checking what is applied ------------------------------------------------------------------------------------------

/** How Go prints a value in these errors. */
function goValue(value: unknown): string {
  if (isObject(value)) return `&value.valueUnstructured{Value:map[string]interface {}{${Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${goLiteral(item)}`).join(', ')}}}`;
  return `&value.valueUnstructured{Value:${goLiteral(value)}}`;
}

function goLiteral(value: unknown): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(goLiteral).join(', ')}}`;
  if (isObject(value)) return `map[string]interface {}{${Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${goLiteral(item)}`).join(', ')}}`;
  return value === null ? 'interface {}(nil)' : JSON.stringify(value);
}

/** What in an applied configuration does not fit its type, as `.spec.foo: field not declared in schema`. */
export function typeFaults(value: unknown, declared: FieldType, path = ''): readonly string[] {
  if (value === null || value === undefined) return [];
  const type = resolve(declared, value);
  switch (type.kind) {
    case 'scalar': return scalarFault(value, type.of, path);
    case 'atomic':
      if (type.of === 'any') return [];
      return (type.of === 'list') === Array.isArray(value) && typeof value === 'object' ? [] : [`${path}: expected ${type.of}, got ${goValue(value)}`];
    case 'list': case 'set': return Array.isArray(value) ? listFaults(value, type, path) : [`${path}: expected list, got ${goValue(value)}`];
    default:
      if (!isObject(value)) return [`${path}: expected map, got ${goValue(value)}`];
      return Object.entries(value).flatMap(([key, item]) => {
        const isUnknown = type.kind === 'struct' && type.field(key) === undefined;
        return isUnknown ? [`${path}.${key}: field not declared in schema`] : typeFaults(item, below(type, key), `${path}.${key}`);
      });
  }
}

function scalarFault(value: unknown, of: string, path: string): readonly string[] {
  const isFit = of === 'any' ? typeof value !== 'object' : of === 'numeric' ? typeof value === 'number' : typeof value === of;
  return isFit ? [] : [`${path}: expected ${of === 'numeric' ? 'numeric (int or float)' : of === 'any' ? 'scalar' : of}, got ${goValue(value)}`];
}

function listFaults(list: readonly unknown[], type: ItemList, path: string): readonly string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  list.forEach((item, i) => {
    const missing = missingKey(type, item);
    if (missing !== undefined) {
      faults.push(`${path}: element ${i}: associative list with keys has an element that omits key field ${JSON.stringify(missing)} (and doesn't have default value)`);
      return;
    }
    const element = elementOf(type, item);
    if (seen.has(element)) faults.push(`${path}: duplicate entries for key ${elementText(element)}`);
    seen.add(element);
    faults.push(...typeFaults(item, type.of, path + elementText(element)));
  });
  return faults;
}
