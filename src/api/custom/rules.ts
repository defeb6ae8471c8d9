/**
 * Rules of a schema in CEL (`x-kubernetes-validations`), about one version of an object and about the step from the one before.
 *
 * @source kubernetes/apiextensions-apiserver pkg/apiserver/schema/cel/validation.go
 */
import { Optional } from '@marcbachmann/cel-js';
import { equalData } from '../../base/compare.ts';
import { celCompiler } from '../cel/environment.ts';
import type { FieldError, FieldErrorType } from '../field-error.ts';
import type { JSONSchemaProps, ValidationRule } from '../kinds/apiextensions/json-schema.ts';
import { escapedName } from './escape.ts';
import { additionalOf, isObject, ROOT_FIELDS } from './schema.ts';

/** Compiles the rules of schemas. */
export const ruleCompiler = celCompiler(['self', 'oldSelf']);

const REASONS: readonly string[] = ['FieldValueInvalid', 'FieldValueForbidden', 'FieldValueRequired', 'FieldValueDuplicate'];
const at = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** What the rules have against a value; `old` undefined = there is none to compare with. */
export function ruleFaults(value: unknown, old: unknown, schema: JSONSchemaProps, { path, isRoot }: { readonly path: string; readonly isRoot: boolean }): readonly FieldError[] {
  if (value === null || value === undefined) return [];
  const errors: FieldError[] = [];
  for (const rule of schema['x-kubernetes-validations'] ?? []) {
    const fault = judge(rule, { value, old, schema, path, isRoot });
    if (fault !== undefined) errors.push(fault);
  }
  if (Array.isArray(value)) errors.push(...itemFaults(value, old, schema, path));
  else if (isObject(value)) {
    const before = isObject(old) ? old : {};
    for (const [key, item] of Object.entries(value)) {
      if (isRoot && ROOT_FIELDS.includes(key)) continue;
      const inner = schema.properties !== undefined && Object.hasOwn(schema.properties, key) ? schema.properties[key] : additionalOf(schema);
      if (inner !== undefined) errors.push(...ruleFaults(item, before[key], inner, { path: at(path, key), isRoot: false }));
    }
  }
  return errors;
}

/** Items of a map are compared with the item of the same keys; those of other lists cannot be told apart. */
function itemFaults(list: readonly unknown[], old: unknown, schema: JSONSchemaProps, path: string): readonly FieldError[] {
  const { items } = schema;
  if (items === undefined) return [];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const isMap = schema['x-kubernetes-list-type'] === 'map' && keys.length > 0;
  const before = isMap && Array.isArray(old) ? old as readonly unknown[] : [];
  return list.flatMap((item, i) => {
    const same = before.find(other => isObject(other) && isObject(item) && keys.every(key => equalData(other[key], item[key])));
    return ruleFaults(item, same, items, { path: `${path}[${i}]`, isRoot: false });
  });
}

interface Judged { readonly value: unknown; readonly old: unknown; readonly schema: JSONSchemaProps; readonly path: string; readonly isRoot: boolean }

function judge(rule: ValidationRule, { value, old, schema, path, isRoot }: Judged): FieldError | undefined {
  const program = ruleCompiler.compile(rule.rule);
  const fault = (detail: string): FieldError => {
    const type = (REASONS.includes(rule.reason ?? '') ? rule.reason : 'FieldValueInvalid') as FieldErrorType;
    return { type, field: fieldOf(path, rule.fieldPath), badValue: schema.type ?? 'object', detail };
  };
  if (!program.ok) return fault(`rule compile error: ${program.error}`);
  // A rule about the step from the old value waits until there is one.
  const isTransition = program.value.mentions('oldSelf');
  if (isTransition && old === undefined && rule.optionalOldSelf !== true) return undefined;
  const before = old === undefined ? undefined : celValue(old, schema, isRoot);
  const variables = { self: celValue(value, schema, isRoot), ...(isTransition ? { oldSelf: rule.optionalOldSelf === true ? Optional.of(before) : before } : {}) };
  const result = program.value.evaluate(variables);
  if (!result.ok) return fault(`${result.error} evaluating rule: ${rule.message ?? rule.rule}`);
  return result.value === true ? undefined : fault(messageOf(rule, variables));
}

function messageOf({ rule, message, messageExpression }: ValidationRule, variables: Readonly<Record<string, unknown>>): string {
  if (messageExpression !== undefined) {
    const program = ruleCompiler.compile(messageExpression);
    const result = program.ok ? program.value.evaluate(variables) : undefined;
    if (result?.ok === true && typeof result.value === 'string' && result.value.trim() !== '' && !result.value.includes('\n')) return result.value.trim();
  }
  return message ?? `failed rule: ${rule.trim()}`;
}

function fieldOf(path: string, fieldPath: string | undefined): string {
  if (fieldPath === undefined || fieldPath === '') return path;
  const relative = fieldPath.replaceAll(/\['([^']*)'\]/g, '[$1]');
  return path === '' ? relative.replace(/^\./, '') : path + relative;
}

/** A value as CEL sees it: whole numbers as integers, names that CEL cannot say escaped. */
function celValue(value: unknown, schema: JSONSchemaProps, isRoot: boolean): unknown {
  if (typeof value === 'number') return schema.type === 'integer' || (schema['x-kubernetes-int-or-string'] === true && Number.isInteger(value)) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(item => celValue(item, schema.items ?? {}, false));
  if (!isObject(value)) return value;
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const declared = schema.properties !== undefined && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
    if (isRoot && key === 'metadata') { result[key] = visibleMetadata(item); continue; }
    result[declared === undefined ? key : escapedName(key)] = celValue(item, declared ?? additionalOf(schema) ?? {}, false);
  }
  return result;
}

/** Rules see no more of the metadata than the name. */
function visibleMetadata(metadata: unknown): object {
  if (!isObject(metadata)) return {};
  const { name, generateName } = metadata;
  return { ...(name === undefined ? {} : { name }), ...(generateName === undefined ? {} : { generateName }) };
}
