/**
 * Rules of a schema in CEL (`x-kubernetes-validations`), about one version of an object and about the step from the one before.
 *
 * @source kubernetes/apiextensions-apiserver pkg/apiserver/schema/cel/validation.go
 */
import { Optional } from '@marcbachmann/cel-js';
import { equalData } from '../../base/compare.ts';
import { CANCELLED, RUNTIME_COST_BUDGET } from '../cel/cost/limits.ts';
import { celCompiler } from '../cel/environment.ts';
import type { FieldError, FieldErrorType } from '../field-error.ts';
import type { JSONSchemaProps, ValidationRule } from '../kinds/apiextensions/json-schema.ts';
import { escapedName } from './escape.ts';
import { additionalOf, isObject, ROOT_FIELDS } from './schema.ts';

const OUT_OF_BUDGET = 'validation failed due to running out of cost budget, no further validation rules will be run';
const NO_OVERLOAD = 'no such overload';

/** Compiles the rules of schemas. */
export const ruleCompiler = celCompiler(['self', 'oldSelf']);

const REASONS: readonly string[] = ['FieldValueInvalid', 'FieldValueForbidden', 'FieldValueRequired', 'FieldValueDuplicate'];
const at = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** What is left for the rules of one object; below 0 nothing more is looked at. */
interface Budget { left: number }
interface At { readonly path: string; readonly isRoot: boolean; readonly budget: Budget }

/** What the rules have against an object; `old` undefined = there is none to compare with. */
export function ruleFaults(object: unknown, old: unknown, schema: JSONSchemaProps): readonly FieldError[] {
  return faultsAt(object, old, schema, { path: '', isRoot: true, budget: { left: RUNTIME_COST_BUDGET } });
}

function faultsAt(value: unknown, old: unknown, schema: JSONSchemaProps, { path, isRoot, budget }: At): readonly FieldError[] {
  if (value === null || value === undefined || budget.left < 0) return [];
  const errors: FieldError[] = [];
  for (const rule of schema['x-kubernetes-validations'] ?? []) {
    const fault = judge(rule, { value, old, schema, path, isRoot, budget });
    if (fault !== undefined) errors.push(fault);
    if (budget.left < 0) return errors;
  }
  if (Array.isArray(value)) errors.push(...itemFaults(value, old, schema, { path, budget }));
  else if (isObject(value)) {
    const before = isObject(old) ? old : {};
    for (const [key, item] of Object.entries(value)) {
      if (isRoot && ROOT_FIELDS.includes(key)) continue;
      const inner = schema.properties !== undefined && Object.hasOwn(schema.properties, key) ? schema.properties[key] : additionalOf(schema);
      if (inner !== undefined) errors.push(...faultsAt(item, before[key], inner, { path: at(path, key), isRoot: false, budget }));
    }
  }
  return errors;
}

/** Items of a map are compared with the item of the same keys; those of other lists cannot be told apart. */
function itemFaults(list: readonly unknown[], old: unknown, schema: JSONSchemaProps, { path, budget }: Omit<At, 'isRoot'>): readonly FieldError[] {
  const { items } = schema;
  if (items === undefined) return [];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const isMap = schema['x-kubernetes-list-type'] === 'map' && keys.length > 0;
  const before = isMap && Array.isArray(old) ? old as readonly unknown[] : [];
  return list.flatMap((item, i) => {
    const same = before.find(other => isObject(other) && isObject(item) && keys.every(key => equalData(other[key], item[key])));
    return faultsAt(item, same, items, { path: `${path}[${i}]`, isRoot: false, budget });
  });
}

interface Judged extends At { readonly value: unknown; readonly old: unknown; readonly schema: JSONSchemaProps }

function judge(rule: ValidationRule, { value, old, schema, path, isRoot, budget }: Judged): FieldError | undefined {
  const program = ruleCompiler.compile(rule.rule);
  const badValue = schema.type ?? 'object';
  const fault = (detail: string): FieldError => {
    const type = (REASONS.includes(rule.reason ?? '') ? rule.reason : 'FieldValueInvalid') as FieldErrorType;
    return { type, field: fieldOf(path, rule.fieldPath), badValue, detail };
  };
  const stop = (detail: string): FieldError => { budget.left = -1; return { type: 'FieldValueInvalid', field: path, badValue, detail }; };
  if (!program.ok) return fault(`rule compile error: ${program.error}`);
  // A rule about the step from the old value waits until there is one.
  const isTransition = program.value.mentions('oldSelf');
  if (isTransition && old === undefined && rule.optionalOldSelf !== true) return undefined;
  const before = old === undefined ? undefined : celValue(old, schema, isRoot);
  const variables = { self: celValue(value, schema, isRoot), ...(isTransition ? { oldSelf: rule.optionalOldSelf === true ? Optional.of(before) : before } : {}) };
  if (budget.left <= 0) return stop(OUT_OF_BUDGET);
  const result = program.value.evaluate(variables);
  const name = (rule.message ?? rule.rule).trim();
  if (!result.ok && result.error === CANCELLED) return stop(result.cost > budget.left ? OUT_OF_BUDGET : `'${CANCELLED}': no further validation rules will be run due to call cost exceeds limit for rule: ${name}`);
  if (result.cost > budget.left) return stop(OUT_OF_BUDGET);
  budget.left -= result.cost;
  if (!result.ok) return fault(result.error.startsWith(NO_OVERLOAD) ? `'${NO_OVERLOAD}': call arguments did not match a supported operator, function or macro signature for rule: ${name}` : `${result.error} evaluating rule: ${name}`);
  return result.value === true ? undefined : fault(messageOf(rule, variables, budget));
}

/** A message that costs too much is the last thing that is looked at. */
function messageOf({ rule, message, messageExpression }: ValidationRule, variables: Readonly<Record<string, unknown>>, budget: Budget): string {
  if (messageExpression !== undefined) {
    const program = ruleCompiler.compile(messageExpression);
    const result = program.ok ? program.value.evaluate(variables) : undefined;
    const cost = result?.cost ?? 0;
    const isCancelled = result?.ok === false && result.error === CANCELLED;
    const left = budget.left - cost;
    budget.left = isCancelled ? -1 : left;
    if (left < 0) return 'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run';
    if (isCancelled) return `no further validation rules will be run due to call cost exceeds limit for messageExpression: ${JSON.stringify(messageExpression)}`;
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
