/** Items of lists as path elements. @source kubernetes-sigs/structured-merge-diff typed/helpers.go (listItemToPathElement) */
import { keyDefaults } from './list-types.ts';
import type { FieldType } from './types.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

const PLAIN = /^[\w./: -]*$/;

function scalarText(value: unknown): string {
  if (typeof value === 'string') return PLAIN.test(value) ? `"${value}"` : JSON.stringify(value);
  return typeof value === 'number' || typeof value === 'boolean' ? `${value}` : JSON.stringify(value) ?? 'null';
}

const NONE = Object.freeze({});

/** Types of lists whose items have owners of their own. */
export type ItemList = FieldType & { readonly kind: 'list' | 'set' };

/** Elements of common keys such as `type: Ready`, by their value. */
const byKey = new Map<string, Map<string, string>>();
/** Values remembered for one key. */
const VALUES_MAX = 1000;

function elementOfText(key: string, value: string): string {
  let elements = byKey.get(key);
  if (elements === undefined) byKey.set(key, (elements = new Map()));
  const known = elements.get(value);
  if (known !== undefined) return known;
  const element = `k:{"${key}":${scalarText(value)}}`;
  if (elements.size < VALUES_MAX) elements.set(value, element);
  return element;
}

const fieldElements = new Map<string, string>();
/** Names of map keys remembered. */
const NAMES_MAX = 10_000;

/** The element of a key of a map. */
export function elementOfKey(key: string): string {
  let element = fieldElements.get(key);
  if (element === undefined) {
    if (fieldElements.size >= NAMES_MAX) fieldElements.clear();
    fieldElements.set(key, (element = `f:${key}`));
  }
  return element;
}

/** The element that names an item. Keys that are missing are left out; which keys those are is told by `missingKey`. */
export function elementOf(type: ItemList, item: unknown): string {
  if (type.kind === 'set') return `v:${scalarText(item)}`;
  const object = isObject(item) ? item : NONE as JsonObject;
  const [only, second] = type.keys;
  const value = only === undefined ? undefined : object[only];
  if (only !== undefined && second === undefined && typeof value === 'string') return elementOfText(only, value);
  let text = '';
  for (const key of type.keys) {
    const part = object[key] ?? keyDefaults[key];
    if (part !== undefined) text += `${text === '' ? '' : ','}"${key}":${scalarText(part)}`;
  }
  return `k:{${text}}`;
}

/** Whether two lists have the same items at the same places, by their keys: nearly always so when a list is written again. */
export function areAligned(type: ItemList, a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const left = a[i];
    const right = b[i];
    if (left === right) continue;
    if (type.kind === 'set' || !isObject(left) || !isObject(right)) return false;
    for (const key of type.keys) if (typeof left[key] === 'object' || left[key] !== right[key]) return false;
  }
  return true;
}

/** The first key that an item must have and has not. */
export function missingKey(type: ItemList, item: unknown): string | undefined {
  if (type.kind === 'set') return undefined;
  return type.keys.find(key => !(isObject(item) && item[key] !== undefined && item[key] !== null) && keyDefaults[key] === undefined);
}

/** Element → item; items with the same element are a list of their own. */
export function indexItems(type: ItemList, list: readonly unknown[]): ReadonlyMap<string, { readonly items: readonly unknown[] }> {
  const index = new Map<string, { items: unknown[] }>();
  for (const item of list) {
    const element = elementOf(type, item);
    const same = index.get(element);
    if (same === undefined) index.set(element, { items: [item] }); else same.items.push(item);
  }
  return index;
}
