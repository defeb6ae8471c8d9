/**
 * Takes out what a schema does not know, and fills in its defaults. Both give the same object back when they have nothing to do.
 *
 * @source kubernetes/apiextensions-apiserver pkg/apiserver/schema/pruning/algorithm.go, defaulting/algorithm.go
 */
import type { JSONSchemaProps } from '../kinds/apiextensions/json-schema.ts';
import { additionalOf, isObject, ROOT_FIELDS } from './schema.ts';

/** Unknown fields that are told at most. */
const UNKNOWN_MAX = 100;

interface Place { readonly path: string; readonly unknown: string[]; readonly isRoot: boolean }

const at = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** The value without unknown fields; their paths are added to `unknown`. */
export function pruneValue(value: unknown, schema: JSONSchemaProps, place: Place): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return value;
    return mapSame(value, (item, i) => pruneValue(item, items, { ...place, path: `${place.path}[${i}]`, isRoot: false }));
  }
  if (!isObject(value)) return value;
  const keepsMeta = place.isRoot || schema['x-kubernetes-embedded-resource'] === true;
  const keepsAll = schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true;
  const result: Record<string, unknown> = {};
  let isSame = true;
  for (const [key, item] of Object.entries(value)) {
    if (keepsMeta && ROOT_FIELDS.includes(key)) { result[key] = item; continue; }
    const inner = schemaFor(schema, key);
    if (inner === undefined && !keepsAll) {
      if (place.unknown.length < UNKNOWN_MAX) place.unknown.push(at(place.path, key));
      isSame = false;
      continue;
    }
    const next = inner === undefined ? item : pruneValue(item, inner, { ...place, path: at(place.path, key), isRoot: false });
    if (next !== item) isSame = false;
    result[key] = next;
  }
  return isSame ? value : result;
}

function schemaFor(schema: JSONSchemaProps, key: string): JSONSchemaProps | undefined {
  return schema.properties !== undefined && Object.hasOwn(schema.properties, key) ? schema.properties[key] : additionalOf(schema);
}

function mapSame(list: readonly unknown[], change: (item: unknown, i: number) => unknown): readonly unknown[] {
  const next = list.map(change);
  return next.every((item, i) => item === list[i]) ? list : next;
}

/** The value with defaults for what is missing, or null where null is not allowed. Where there is no default, such a null goes.
 * @source kubernetes/apiextensions-apiserver pkg/apiserver/schema/defaulting/prune.go (PruneNonNullableNullsWithoutDefaults) */
export function defaultValue(value: unknown, schema: JSONSchemaProps): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? value : mapSame(value, item => defaultValue(item === null && items.nullable !== true ? items.default ?? item : item, items));
  }
  if (!isObject(value)) return value;
  let result: Record<string, unknown> | undefined;
  const set = (key: string, next: unknown): void => {
    result ??= { ...value };
    if (next === undefined) delete result[key]; else result[key] = next;
  };
  for (const [key, inner] of Object.entries(schema.properties ?? {})) {
    const item = value[key];
    const isMissing = item === undefined || (item === null && inner.nullable !== true);
    const next = isMissing ? defaultValue(inner.default, inner) : defaultValue(item, inner);
    if (next !== item) set(key, next);
  }
  const additional = additionalOf(schema);
  if (additional === undefined) return result ?? value;
  for (const [key, item] of Object.entries(value)) {
    if (schema.properties !== undefined && Object.hasOwn(schema.properties, key)) continue;
    const next = defaultValue(item === null && additional.nullable !== true ? additional.default : item, additional);
    if (next !== item) set(key, next);
  }
  return result ?? value;
}
