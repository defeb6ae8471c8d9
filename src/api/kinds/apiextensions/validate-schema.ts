/**
 * What a schema may say at all, node by node. What is wrong with rules in CEL comes behind everything else, and only of nodes that are sound.
 *
 * @source kubernetes/apiextensions-apiserver pkg/apis/apiextensions/validation/validation.go (ValidateCustomResourceDefinitionOpenAPISchema)
 */
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { validFieldPath } from './field-path.ts';
import type { JSONSchemaProps, SchemaMap, ValidationRule } from './json-schema.ts';
import { validateCost } from './validate-cost.ts';
import { validateDefaults } from './validate-defaults.ts';
import { validateRules } from './validate-rules.ts';
import { validateStructural } from './validate-structural.ts';

interface Spot { readonly path: string; readonly errors: FieldError[] }

interface Context extends Spot {
  /** Faults of rules. */
  readonly ruleErrors: FieldError[];
  readonly isRoot: boolean;
  /** In the schema of a type's own fields: metadata, kind, apiVersion. */
  readonly isMeta: boolean;
  /** Why a default may not stand here; '' when it may. */
  readonly defaultsForbidden: string;
  /** The list whose items cannot be told apart from one version of the object to the next; '' = there is none above. */
  readonly uncorrelatable: string;
  /** Rules are not looked at in conditions, and not in schemas that are not structural. */
  readonly hasRules: boolean;
}

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'] as const;
const typeMeta: readonly string[] = ['metadata', 'kind', 'apiVersion'];
const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'] as const;

const singleItems = ({ items }: JSONSchemaProps): JSONSchemaProps | undefined => (Array.isArray(items) ? undefined : items);
const isFilled = (map: object | undefined): boolean => Object.keys(map ?? {}).length > 0;

/** What Kubernetes leaves out of JSON Schema. */
function validateStandard(schema: JSONSchemaProps, { path, errors, defaultsForbidden, isMeta }: Context): void {
  const refuse = (field: keyof JSONSchemaProps, isSet: boolean): void => { if (isSet) errors.push(forbidden(`${path}.${field}`, `${field} is not supported`)); };
  if (schema.type && !(types as readonly string[]).includes(schema.type)) errors.push(notSupported(`${path}.type`, schema.type, types));
  if (schema.default !== undefined && defaultsForbidden !== '') errors.push(forbidden(`${path}.default`, `must not be set ${defaultsForbidden}`));
  refuse('id', Boolean(schema.id));
  refuse('additionalItems', schema.additionalItems !== undefined);
  refuse('patternProperties', isFilled(schema.patternProperties));
  refuse('definitions', isFilled(schema.definitions));
  refuse('dependencies', schema.dependencies !== undefined);
  refuse('$ref', schema.$ref !== undefined);
  if (schema.type === 'null') errors.push(forbidden(`${path}.type`, 'type cannot be set to null, use nullable as an alternative'));
  if (Array.isArray(schema.items) && schema.items.length > 0) errors.push(forbidden(`${path}.items`, 'items must be a schema object and not an array'));
  if (isMeta && schema['x-kubernetes-embedded-resource'] === true) errors.push(forbidden(`${path}.x-kubernetes-embedded-resource`, 'must not be used inside of resource meta'));
  if (schema.uniqueItems === true) errors.push(forbidden(`${path}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'));
}

function validateProperties(schema: JSONSchemaProps, context: Context): void {
  const { path, errors } = context;
  const { additionalProperties: additional, properties } = schema;
  const below: Context = { ...context, isRoot: false };
  if (additional !== undefined) {
    if (additional !== true && isFilled(properties)) errors.push(forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'));
    const why = context.isMeta ? 'inside additionalProperties applying to object metadata' : context.defaultsForbidden;
    if (typeof additional === 'object') validateNode(additional, { ...below, defaultsForbidden: why, path: `${path}.additionalProperties` });
  }
  const mapType = schema['x-kubernetes-map-type'] ?? 'granular';
  const apart = mapType === 'granular' || mapType === 'atomic' ? context.uncorrelatable : context.uncorrelatable || path;
  for (const [name, property] of Object.entries(properties ?? {})) {
    const isMeta = (context.isRoot || schema['x-kubernetes-embedded-resource'] === true) && typeMeta.includes(name);
    const why = isMeta && context.isRoot ? `in top-level ${name}` : context.defaultsForbidden;
    validateNode(property, { ...below, uncorrelatable: apart, isMeta: isMeta || context.isMeta, defaultsForbidden: why, path: `${path}.properties[${name}]` });
  }
}

function validateBelow(schema: JSONSchemaProps, context: Context): void {
  const { path } = context;
  const condition: Context = { ...context, isRoot: false, hasRules: false };
  validateProperties(schema, context);
  if (schema.not !== undefined) validateNode(schema.not, { ...condition, path: `${path}.not` });
  for (const part of ['allOf', 'oneOf', 'anyOf'] as const) (schema[part] ?? []).forEach((inner, i) => validateNode(inner, { ...condition, path: `${path}.${part}[${i}]` }));
  for (const [name, inner] of Object.entries(schema.definitions ?? {})) validateNode(inner, { ...condition, path: `${path}.definitions[${name}]` });
  if (schema.items !== undefined) {
    const items: readonly (readonly [string, JSONSchemaProps])[] = Array.isArray(schema.items) ? schema.items.map((item: JSONSchemaProps, i) => [`${path}.items[${i}]`, item]) : [[`${path}.items`, schema.items]];
    const apart = schema['x-kubernetes-list-type'] === 'map' ? context.uncorrelatable : context.uncorrelatable || path;
    for (const [at, item] of items) validateNode(item, { ...context, isRoot: false, uncorrelatable: apart, path: at });
  }
  for (const [name, inner] of Object.entries((schema.dependencies ?? {}) as SchemaMap)) if (!Array.isArray(inner)) validateNode(inner, { ...condition, path: `${path}.dependencies[${name}]` });
}

function mustBe(type: 'object' | 'array', schema: JSONSchemaProps, { path, errors }: Spot): void {
  const text = `must be ${type} if x-kubernetes-${type === 'object' ? 'map' : 'list'}-type is specified`;
  if (!schema.type) errors.push(required(`${path}.type`, text));
  else if (schema.type !== type) errors.push(invalid(`${path}.type`, schema.type, text));
}

function validateMapType(schema: JSONSchemaProps, { path, errors }: Spot): void {
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) errors.push(invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType === undefined) return;
  mustBe('object', schema, { path, errors });
  if (mapType !== 'atomic' && mapType !== 'granular') errors.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']));
}

/** Items of a set are compared as a whole. */
function validateSetItems(items: JSONSchemaProps | undefined, { path, errors }: Spot): void {
  const text = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const listType = items?.['x-kubernetes-list-type'];
  if (items?.type === 'array' && listType !== undefined && listType !== 'atomic') errors.push(invalid(`${path}.items.x-kubernetes-list-type`, listType, text));
  // The value shown is that of the list type, as upstream shows it.
  if (items?.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic') errors.push(invalid(`${path}.items.x-kubernetes-map-type`, listType ?? null, text));
}

function validateListType(schema: JSONSchemaProps, { path, errors }: Spot): void {
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (listType !== undefined && schema.type !== 'array') mustBe('array', schema, { path, errors });
  else if (listType === 'set') validateSetItems(singleItems(schema), { path, errors });
  if (listType !== undefined && !['atomic', 'set', 'map'].includes(listType)) errors.push(notSupported(`${path}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map']));
  if (keys.length > 0 && listType !== 'map') {
    const text = 'must be map if x-kubernetes-list-map-keys is non-empty';
    errors.push(listType === undefined ? required(`${path}.x-kubernetes-list-type`, text) : invalid(`${path}.x-kubernetes-list-type`, listType, text));
  }
  if (listType === 'map') validateMapList(schema, { path, errors });
  if (listType === 'map' || listType === 'set') validateMapItems(schema, listType, { path, errors });
}

function validateMapList(schema: JSONSchemaProps, { path, errors }: Spot): void {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const at = `${path}.x-kubernetes-list-map-keys`;
  const items = singleItems(schema);
  if (keys.length === 0) errors.push(required(at, 'must not be empty if x-kubernetes-list-type is map'));
  if (schema.items === undefined) errors.push(required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map'));
  else if (items === undefined) errors.push(invalid(`${path}.items`, schema.items, 'must only have a single schema if x-kubernetes-list-type is map'));
  if (items === undefined) return;
  if (items.type !== 'object') { errors.push(invalid(`${path}.items.type`, items.type ?? '', "must be object if parent array's x-kubernetes-list-type is map")); return; }
  keys.forEach((key, i) => {
    const type = items.properties?.[key]?.type;
    if (items.properties?.[key] === undefined) errors.push(invalid(at, keys, 'entries must all be names of item properties'));
    else if (type === 'array' || type === 'object') errors.push(invalid(`${path}.items.properties[${key}].type`, items.type, "must be a scalar type if parent array's x-kubernetes-list-type is map"));
    if (keys.indexOf(key) < i) errors.push(invalid(at, keys, 'must not contain duplicate entries'));
  });
}

/** @source validation.go (validateMapListKeysMapSet) */
function validateMapItems(schema: JSONSchemaProps, listType: 'map' | 'set', { path, errors }: Spot): void {
  const items = singleItems(schema);
  if (items?.nullable === true) errors.push(forbidden(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${listType}`));
  for (const key of listType === 'map' ? schema['x-kubernetes-list-map-keys'] ?? [] : []) {
    const property = items?.properties?.[key];
    const at = `${path}.items.properties[${key}]`;
    if (property === undefined) continue;
    if (property.default === undefined && items?.required?.includes(key) !== true) {
      errors.push(required(`${at}.default`, 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property'));
    }
    if (property.nullable === true) errors.push(forbidden(`${at}.nullable`, 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable'));
  }
}

const hasBreaks = (text: string): boolean => /[\n\r]/.test(text);

/** Texts of a rule; whether it can be compiled is decided elsewhere. */
function validateRuleTexts(rule: ValidationRule, schema: JSONSchemaProps, { path, errors }: Spot): void {
  const { rule: expression = '', message = '', messageExpression = '', fieldPath = '' } = rule;
  if (expression.trim() === '') errors.push(required(`${path}.rule`, 'rule is not specified'));
  else if (message !== '' && message.trim() === '') errors.push(invalid(`${path}.message`, message, 'message must be non-empty if specified'));
  else if (hasBreaks(message.trim())) errors.push(invalid(`${path}.message`, message, 'message must not contain line breaks'));
  else if (hasBreaks(expression.trim()) && message.trim() === '') errors.push(required(`${path}.message`, 'message must be specified if rule contains line breaks'));
  if (messageExpression !== '' && messageExpression.trim() === '') errors.push(required(`${path}.messageExpression`, 'messageExpression must be non-empty if specified'));
  if (rule.reason !== undefined && !(reasons as readonly string[]).includes(rule.reason)) errors.push(notSupported(`${path}.reason`, rule.reason, reasons));
  if (fieldPath !== '' && fieldPath.trim() === '') errors.push(invalid(`${path}.fieldPath`, fieldPath, 'fieldPath must be non-empty if specified'));
  if (hasBreaks(fieldPath)) errors.push(invalid(`${path}.fieldPath`, fieldPath, 'fieldPath must not contain line breaks'));
  if (fieldPath !== '' && !validFieldPath(fieldPath, schema).ok) errors.push(invalid(`${path}.fieldPath`, fieldPath, 'fieldPath must be a valid path'));
}

function validateNode(schema: JSONSchemaProps, context: Context): void {
  const { path, errors } = context;
  const before = errors.length;
  validateStandard(schema, context);
  validateBelow(schema, context);
  validateMapType(schema, context);
  validateListType(schema, context);
  (schema['x-kubernetes-validations'] ?? []).forEach((rule, i) => validateRuleTexts(rule, schema, { path: `${path}.x-kubernetes-validations[${i}]`, errors }));
  if (context.hasRules && errors.length === before) validateRules(schema, { path, errors: context.ruleErrors, isRoot: context.isRoot, uncorrelatable: context.uncorrelatable });
}

/** Fields that may stand at the root besides `type` when the status is a subresource. */
const rootFields: readonly string[] = [
  'description', 'type', 'format', 'title', 'maximum', 'exclusiveMaximum', 'minimum', 'exclusiveMinimum', 'maxLength', 'minLength', 'pattern', 'maxItems', 'minItems', 'uniqueItems',
  'multipleOf', 'required', 'items', 'properties', 'externalDocs', 'example', 'x-kubernetes-preserve-unknown-fields', 'x-kubernetes-validations',
];
const rootFieldsText = '[Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations]';
/** Fields that upstream looks at before the type. */
const firstFields: readonly string[] = ['id', '$schema', '$ref'];

function validateRoot(schema: JSONSchemaProps, hasStatus: boolean, { path, errors }: Spot): void {
  const set = Object.keys(schema).filter((field) => ![undefined, null, false, ''].includes((schema as Readonly<Record<string, undefined>>)[field]));
  const others = set.filter((field) => !rootFields.includes(field));
  const isOther = schema.type !== undefined && schema.type !== '' && schema.type !== 'object' && !others.some((field) => firstFields.includes(field));
  if (hasStatus && isOther) errors.push(invalid(`${path}.type`, schema.type, 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled'));
  else if (hasStatus && others.length > 0) errors.push(invalid(path, schema, `only ${rootFieldsText} fields are allowed at the root of the schema if the status subresource is enabled`));
  if (schema.nullable === true) errors.push(forbidden(`${path}.nullable`, 'nullable cannot be true at the root'));
}

/** The schema of one version. `path` leads to `openAPIV3Schema`; `isKnown`: it is stored like this already. */
export function validateSchema(schema: JSONSchemaProps, { hasStatus, isKnown }: { readonly hasStatus: boolean; readonly isKnown: boolean }, { path, errors }: Spot): void {
  const before = errors.length;
  validateRoot(schema, hasStatus, { path, errors });
  const structure = validateStructural(schema, path);
  const defaults = structure.length > 0 ? [] : validateDefaults(schema, path);
  errors.push(...structure, ...defaults);
  const ruleErrors: FieldError[] = [];
  const hasRules = structure.length === 0 && defaults.length === 0;
  validateNode(schema, { path, errors, ruleErrors, isRoot: true, isMeta: false, defaultsForbidden: '', uncorrelatable: '', hasRules });
  errors.push(...ruleErrors);
  // Sizes can be told of sound schemas only.
  if (errors.length === before) validateCost(schema, path, { errors, isKnown });
}
