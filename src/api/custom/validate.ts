/**
 * Checks objects against their schema.
 *
 * @source kubernetes/kube-openapi pkg/validation/validate; kubernetes/apiextensions-apiserver pkg/apiserver/validation/validation.go (ValidateCustomResource)
 */
import { equalData } from '../../base/compare.ts';
import { type FieldError, invalid, notSupported, required, tooMany, typeInvalid } from '../field-error.ts';
import type { JSONSchemaProps } from '../kinds/apiextensions/json-schema.ts';
import { formatFits } from './formats.ts';
import { additionalOf, isObject, ROOT_FIELDS } from './schema.ts';

const at = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** JSON's word for the type of a value. */
function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : typeof value;
}

/** What is wrong with a value. `isRoot` = its apiVersion, kind and metadata are checked elsewhere. */
export function validateValue(value: unknown, schema: JSONSchemaProps, path: string, isRoot = false): readonly FieldError[] {
  if (value === null && schema.nullable === true) return [];
  const wrong = typeFault(value, schema, path);
  if (wrong !== undefined) return [wrong];
  const errors: FieldError[] = [];
  if (schema.enum !== undefined && !schema.enum.some(allowed => equalData(allowed, value))) {
    errors.push(notSupported(path, value, schema.enum.map(allowed => (typeof allowed === 'string' ? allowed : JSON.stringify(allowed)))));
  }
  if (typeof value === 'string') errors.push(...textFaults(value, schema, path));
  else if (typeof value === 'number') errors.push(...numberFaults(value, schema, path));
  else if (Array.isArray(value)) errors.push(...listFaults(value, schema, path));
  else if (isObject(value)) errors.push(...objectFaults(value, schema, path, isRoot));
  errors.push(...combinedFaults(value, schema, path, isRoot));
  return errors;
}

function typeFault(value: unknown, schema: JSONSchemaProps, path: string): FieldError | undefined {
  const actual = typeOf(value);
  if (schema['x-kubernetes-int-or-string'] === true) {
    return actual === 'integer' || actual === 'string' ? undefined : typeInvalid(path, actual, `${path} in body must be of type integer,string: ${JSON.stringify(actual)}`);
  }
  const { type } = schema;
  if (type === undefined || type === '' || type === actual || (type === 'number' && actual === 'integer')) return undefined;
  return typeInvalid(path, actual, `${path} in body must be of type ${type}: ${JSON.stringify(actual)}`);
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

function textFaults(value: string, schema: JSONSchemaProps, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const length = [...value].length;
  if (schema.maxLength !== undefined && length > schema.maxLength) errors.push({ type: 'FieldValueTooLong', field: path, detail: `may not be more than ${count(schema.maxLength, 'byte')}` });
  if (schema.minLength !== undefined && length < schema.minLength) errors.push(invalid(path, value, `${path} in body should be at least ${schema.minLength} chars long`));
  if (schema.pattern !== undefined && !patternFits(schema.pattern, value)) errors.push(invalid(path, value, `${path} in body should match '${schema.pattern}'`));
  if (schema.format !== undefined && !formatFits(schema.format, value)) errors.push(typeInvalid(path, value, `${path} in body must be of type ${schema.format}: ${JSON.stringify(value)}`));
  return errors;
}

const patterns = new Map<string, RegExp | undefined>();
/** Patterns kept compiled. */
const PATTERNS_MAX = 1000;

function patternFits(pattern: string, value: string): boolean {
  if (!patterns.has(pattern)) {
    if (patterns.size >= PATTERNS_MAX) patterns.clear();
    let compiled: RegExp | undefined;
    try { compiled = new RegExp(pattern); } catch { compiled = undefined; }
    patterns.set(pattern, compiled);
  }
  return patterns.get(pattern)?.test(value) ?? true;
}

function numberFaults(value: number, schema: JSONSchemaProps, path: string): readonly FieldError[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, format } = schema;
  const errors: FieldError[] = [];
  if (maximum !== undefined && (exclusiveMaximum === true ? value >= maximum : value > maximum)) errors.push(invalid(path, value, `${path} in body should be less than ${exclusiveMaximum === true ? '' : 'or equal to '}${maximum}`));
  if (minimum !== undefined && (exclusiveMinimum === true ? value <= minimum : value < minimum)) errors.push(invalid(path, value, `${path} in body should be greater than ${exclusiveMinimum === true ? '' : 'or equal to '}${minimum}`));
  if (multipleOf !== undefined && multipleOf !== 0 && !Number.isInteger(value / multipleOf)) errors.push(invalid(path, value, `${path} in body should be a multiple of ${multipleOf}`));
  if (format === 'int32' && (value > 2_147_483_647 || value < -2_147_483_648)) errors.push(invalid(path, value, `Checked value must be of type integer with format int32 in ${path}`));
  return errors;
}

function listFaults(list: readonly unknown[], schema: JSONSchemaProps, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { minItems, maxItems, items } = schema;
  if (minItems !== undefined && list.length < minItems) errors.push(invalid(path, list.length, `${path} in body should have at least ${minItems} items`));
  if (maxItems !== undefined && list.length > maxItems) errors.push(tooMany(path, list.length, maxItems));
  if (schema.uniqueItems === true && hasDuplicates(list)) errors.push(invalid(path, '', `${path} in body shouldn't contain duplicates`));
  errors.push(...listTypeFaults(list, schema, path));
  if (items !== undefined) list.forEach((item, i) => errors.push(...validateValue(item, items, `${path}[${i}]`)));
  return errors;
}

const hasDuplicates = (list: readonly unknown[]): boolean => list.some((item, i) => list.slice(0, i).some(other => equalData(other, item)));

/** Items of sets and maps come once. @source kubernetes/apiextensions-apiserver pkg/apiserver/schema/listtype/validation.go */
function listTypeFaults(list: readonly unknown[], schema: JSONSchemaProps, path: string): readonly FieldError[] {
  const kind = schema['x-kubernetes-list-type'];
  if (kind !== 'set' && kind !== 'map') return [];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const keyOf = (item: unknown): unknown => (kind === 'set' ? item : isObject(item) ? Object.fromEntries(keys.map(key => [key, item[key] ?? schema.items?.properties?.[key]?.default])) : item);
  const seen: unknown[] = [];
  const errors: FieldError[] = [];
  list.forEach((item, i) => {
    const key = keyOf(item);
    if (seen.some(other => equalData(other, key))) errors.push({ type: 'FieldValueDuplicate', field: `${path}[${i}]`, badValue: key, detail: '' });
    seen.push(key);
  });
  return errors;
}

function objectFaults(value: Readonly<Record<string, unknown>>, schema: JSONSchemaProps, path: string, isRoot: boolean): readonly FieldError[] {
  const errors: FieldError[] = [];
  const keys = Object.keys(value);
  const { minProperties, maxProperties, properties = {} } = schema;
  if (minProperties !== undefined && keys.length < minProperties) errors.push(invalid(path, keys.length, `${path} in body should have at least ${minProperties} properties`));
  if (maxProperties !== undefined && keys.length > maxProperties) errors.push(tooMany(path, keys.length, maxProperties));
  for (const key of schema.required ?? []) if (value[key] === undefined) errors.push(required(at(path, key)));
  if (schema['x-kubernetes-embedded-resource'] === true) errors.push(...embeddedFaults(value, path));
  const additional = additionalOf(schema);
  for (const key of keys) {
    if (isRoot && ROOT_FIELDS.includes(key)) continue;
    const inner = Object.hasOwn(properties, key) ? properties[key] : additional;
    if (inner !== undefined && value[key] !== undefined) errors.push(...validateValue(value[key], inner, at(path, key)));
  }
  return errors;
}

function embeddedFaults(value: Readonly<Record<string, unknown>>, path: string): readonly FieldError[] {
  return ['apiVersion', 'kind'].filter(key => typeof value[key] !== 'string' || value[key] === '').map(key => required(at(path, key), 'must not be empty'));
}

/** Schemas that are combined may only restrict. */
function combinedFaults(value: unknown, schema: JSONSchemaProps, path: string, isRoot: boolean): readonly FieldError[] {
  const fits = (other: JSONSchemaProps): boolean => validateValue(value, other, path, isRoot).length === 0;
  const name = JSON.stringify(path);
  const fault = (text: string): FieldError => invalid(path, '', `${name} must ${text}`);
  const errors: FieldError[] = [];
  const { allOf, anyOf, oneOf, not } = schema;
  if (anyOf !== undefined && !anyOf.some(fits)) errors.push(...anyOf[0] === undefined ? [] : validateValue(value, anyOf[0], path, isRoot), fault('validate at least one schema (anyOf)'));
  if (oneOf !== undefined) {
    const valid = oneOf.filter(fits).length;
    if (valid !== 1) errors.push(fault(`validate one and only one schema (oneOf). ${valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`}`));
  }
  if (allOf !== undefined && !allOf.every(fits)) errors.push(...allOf.flatMap(other => validateValue(value, other, path, isRoot)), fault('validate all the schemas (allOf)'));
  if (not !== undefined && fits(not)) errors.push(fault('not validate the schema (not)'));
  return errors;
}
