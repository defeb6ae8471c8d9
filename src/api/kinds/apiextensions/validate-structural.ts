/**
 * Whether a schema is structural: every field has a type where it is declared, and conditions (`allOf`, `anyOf` ...) only narrow values.
 *
 * @source kubernetes/apiextensions-apiserver pkg/apiserver/schema/validation.go (ValidateStructural)
 */
import { compareText, equalData } from '../../../base/compare.ts';
import { fieldErrorText, forbidden, invalid, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { regexpFault } from '../../go-regexp.ts';
import type { JSONSchemaProps, SchemaMap } from './json-schema.ts';

type Level = 'root' | 'item' | 'field';

const whereText: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root', item: 'must not be empty for specified array items', field: 'must not be empty for specified object fields',
};
const intOrString: readonly JSONSchemaProps[] = [{ type: 'integer' }, { type: 'string' }];

const itemsOf = (schema: JSONSchemaProps): JSONSchemaProps | undefined => (Array.isArray(schema.items) ? undefined : schema.items);

/** A schema in a condition, which must not declare anything. */
function validateNested(schema: JSONSchemaProps | undefined, skipsAnyOf: boolean, { path, errors }: { readonly path: string; readonly errors: FieldError[] }): void {
  if (schema === undefined) return;
  validateConditions(schema, skipsAnyOf, { path, errors });
  validateNested(itemsOf(schema), false, { path: `${path}.items`, errors });
  const properties = schema.properties ?? {};
  for (const name of Object.keys(properties)) validateNested(properties[name], false, { path: `${path}.properties[${name}]`, errors });
  const must = (field: keyof JSONSchemaProps, how: string): void => { errors.push(forbidden(`${path}.${field}`, `must be ${how} to be structural`)); };
  for (const field of ['type', 'title', 'description'] as const) if (schema[field]) must(field, 'empty');
  for (const field of ['additionalProperties', 'default', 'x-kubernetes-list-type', 'x-kubernetes-map-type'] as const) if (schema[field] !== undefined) must(field, 'undefined');
  for (const field of ['nullable', 'x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource', 'x-kubernetes-int-or-string'] as const) if (schema[field] === true) must(field, 'false');
  for (const field of ['x-kubernetes-list-map-keys', 'x-kubernetes-validations'] as const) if ((schema[field] ?? []).length > 0) must(field, 'empty');
  if (properties['metadata'] !== undefined) errors.push(forbidden(`${path}.properties[metadata]`, 'must not be specified in a nested context'));
}

function validateConditions(schema: JSONSchemaProps, skipsAnyOf: boolean, { path, errors }: { readonly path: string; readonly errors: FieldError[] }): void {
  if (!skipsAnyOf) (schema.anyOf ?? []).forEach((part, i) => validateNested(part, false, { path: `${path}.anyOf[${i}]`, errors }));
  (schema.allOf ?? []).forEach((part, i) => {
    const skips = i === 0 && schema['x-kubernetes-int-or-string'] === true && equalData(part.anyOf, intOrString);
    validateNested(part, skips, { path: `${path}.allOf[${i}]`, errors });
  });
  (schema.oneOf ?? []).forEach((part, i) => validateNested(part, false, { path: `${path}.oneOf[${i}]`, errors }));
  validateNested(schema.not, false, { path: `${path}.not`, errors });
  const fault = schema.pattern === undefined ? '' : regexpFault(schema.pattern);
  if (fault !== '') errors.push(invalid(`${path}.pattern`, schema.pattern, `must be a valid regular expression, but isn't: ${fault}`));
}

function validateType(schema: JSONSchemaProps, level: Level, { path, errors }: { readonly path: string; readonly errors: FieldError[] }): void {
  const { type } = schema;
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  if (embedded && type !== 'object') {
    const text = 'must be object if x-kubernetes-embedded-resource is true';
    errors.push(type ? invalid(`${path}.type`, type, text) : required(`${path}.type`, text));
  } else if (!type && schema['x-kubernetes-int-or-string'] !== true && schema['x-kubernetes-preserve-unknown-fields'] !== true) {
    errors.push(required(`${path}.type`, whereText[level]));
  }
  if (embedded && schema.additionalProperties !== undefined) errors.push(forbidden(`${path}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set'));
  if (level === 'root' && type && type !== 'object') errors.push(invalid(`${path}.type`, type, 'must be object at the root'));
  if (embedded && schema['x-kubernetes-preserve-unknown-fields'] !== true && Object.keys(schema.properties ?? {}).length === 0) {
    errors.push(required(`${path}.properties`, 'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields'));
  }
}

/** Fields of every object: their types are given, and only names may be restricted. */
function validateTypeMeta(properties: SchemaMap, isRoot: boolean, { path, errors }: { readonly path: string; readonly errors: FieldError[] }): void {
  const kinds = { kind: 'string', apiVersion: 'string', metadata: 'object' } as const;
  for (const name of ['kind', 'apiVersion', 'metadata'] as const) {
    const of = properties[name];
    if (of !== undefined && of.type !== kinds[name]) errors.push(invalid(`${path}.properties[${name}].type`, of.type ?? '', `must be ${kinds[name]}`));
  }
  const { metadata } = properties;
  if (!isRoot || metadata === undefined) return;
  const { type: _type, properties: inner = {}, description: _description, ...rest } = metadata;
  const names = Object.keys(inner);
  if (Object.keys(rest).length > 0 || names.some((name) => name !== 'name' && name !== 'generateName')) {
    errors.push(forbidden(`${path}.properties[metadata]`, 'must not specify anything other than name and generateName, but metadata is implicitly specified'));
  }
}

function validateInvariants(schema: JSONSchemaProps, level: Level, { path, errors }: { readonly path: string; readonly errors: FieldError[] }): void {
  const items = itemsOf(schema);
  if (schema.type === 'array' && schema.items === undefined) errors.push(required(`${path}.items`, 'must be specified'));
  if (items !== undefined) validateInvariants(items, 'item', { path: `${path}.items`, errors });
  const properties = schema.properties ?? {};
  for (const name of Object.keys(properties)) validateInvariants(properties[name] ?? {}, 'field', { path: `${path}.properties[${name}]`, errors });
  const more = schema.additionalProperties;
  if (more !== undefined && level === 'root') errors.push(forbidden(`${path}.additionalProperties`, 'must not be used at the root'));
  if (typeof more === 'object') validateInvariants(more, 'field', { path: `${path}.additionalProperties`, errors });
  if (schema['x-kubernetes-int-or-string'] === true) {
    for (const field of ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const) {
      if (schema[field] === true) errors.push(invalid(`${path}.${field}`, true, 'must be false if x-kubernetes-int-or-string is true'));
    }
  }
  const skips = schema['x-kubernetes-int-or-string'] === true && equalData(schema.anyOf, intOrString);
  validateConditions(schema, skips, { path, errors });
  validateType(schema, level, { path, errors });
  if (level === 'root' || schema['x-kubernetes-embedded-resource'] === true) validateTypeMeta(properties, level === 'root', { path, errors });
}

/** What a condition speaks of must be declared outside of conditions. */
function validateCompleteness(condition: JSONSchemaProps | undefined, declared: JSONSchemaProps | undefined, at: { readonly path: string; readonly declaredPath: string; readonly errors: FieldError[] }): void {
  if (condition === undefined) return;
  const { path, declaredPath, errors } = at;
  const items = itemsOf(condition);
  const own = declared === undefined ? undefined : itemsOf(declared);
  if (items !== undefined && own === undefined && declared?.['x-kubernetes-preserve-unknown-fields'] !== true) errors.push(required(`${declaredPath}.items`, `because it is defined in ${path}.items`));
  else validateCompleteness(items, own, { path: `${path}.items`, declaredPath: `${declaredPath}.items`, errors });
  for (const name of Object.keys(condition.properties ?? {})) {
    const inner = declared?.properties?.[name] ?? (typeof declared?.additionalProperties === 'object' ? declared.additionalProperties : undefined);
    const [from, to] = [`${path}.properties[${name}]`, `${declaredPath}.properties[${name}]`];
    if (inner === undefined) errors.push(required(to, `because it is defined in ${from}`));
    else validateCompleteness(condition.properties?.[name], inner, { path: from, declaredPath: to, errors });
  }
  for (const part of ['allOf', 'anyOf', 'oneOf'] as const) {
    (condition[part] ?? []).forEach((inner, i) => validateCompleteness(inner, declared, { path: `${path}.${part}[${i}]`, declaredPath, errors }));
  }
  validateCompleteness(condition.not, declared, { path: `${path}.not`, declaredPath, errors });
}

function validateAllConditions(schema: JSONSchemaProps, path: string, errors: FieldError[]): void {
  for (const part of ['allOf', 'anyOf', 'oneOf'] as const) {
    (schema[part] ?? []).forEach((inner, i) => validateCompleteness(inner, schema, { path: `${path}.${part}[${i}]`, declaredPath: path, errors }));
  }
  validateCompleteness(schema.not, schema, { path: `${path}.not`, declaredPath: path, errors });
  const items = itemsOf(schema);
  if (items !== undefined) validateAllConditions(items, `${path}.items`, errors);
  for (const name of Object.keys(schema.properties ?? {})) validateAllConditions(schema.properties?.[name] ?? {}, `${path}.properties[${name}]`, errors);
}

/** Everything wrong with the structure, sorted by text as upstream sorts it. */
export function validateStructural(schema: JSONSchemaProps, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  validateInvariants(schema, 'root', { path, errors });
  validateAllConditions(schema, path, errors);
  return errors.sort((a, b) => compareText(fieldErrorText(a), fieldErrorText(b)));
}
