/**
 * What a schema may say at all, node by node.
 *
 * @source kubernetes/apiextensions-apiserver pkg/apis/apiextensions/validation/validation.go (ValidateCustomResourceDefinitionOpenAPISchema)
 */
import { issueText } from '../../cel/issues.ts';
import { ruleType } from '../../custom/rule-types.ts';
import { pruneValue } from '../../custom/prune.ts';
import { ruleCompiler } from '../../custom/rules.ts';
import { validateValue } from '../../custom/validate.ts';
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { JSONSchemaProps, ValidationRule } from './json-schema.ts';
import { validateCost } from './validate-cost.ts';
import { validateStructural } from './validate-structural.ts';

interface Spot { readonly path: string; readonly errors: FieldError[] }

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'] as const;
const typeMeta: readonly string[] = ['metadata', 'kind', 'apiVersion'];
const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'] as const;
const unsupported = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'] as const;

/** What Kubernetes leaves out of JSON Schema. */
function validateStandard(schema: JSONSchemaProps, defaultsForbidden: string, { path, errors }: Spot): void {
  if (schema.default !== undefined && defaultsForbidden !== '') errors.push(forbidden(`${path}.default`, `must not be set ${defaultsForbidden}`));
  for (const field of unsupported) if (schema[field] !== undefined && schema[field] !== '') errors.push(forbidden(`${path}.${field}`, `${field} is not supported`));
  if (schema.type === 'null') errors.push(forbidden(`${path}.type`, 'type cannot be set to null, use nullable as an alternative'));
  else if (schema.type && !(types as readonly string[]).includes(schema.type)) errors.push(notSupported(`${path}.type`, schema.type, types));
  if (Array.isArray(schema.items)) errors.push(forbidden(`${path}.items`, 'items must be a schema object and not an array'));
  if (schema.uniqueItems === true) errors.push(forbidden(`${path}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'));
  if (schema.additionalProperties !== undefined && schema.additionalProperties !== true && Object.keys(schema.properties ?? {}).length > 0) {
    errors.push(forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'));
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) errors.push(invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
}

function mustBe(type: 'object' | 'array', schema: JSONSchemaProps, { path, errors }: Spot): void {
  const text = `must be ${type} if x-kubernetes-${type === 'object' ? 'map' : 'list'}-type is specified`;
  if (!schema.type) errors.push(required(`${path}.type`, text));
  else if (schema.type !== type) errors.push(invalid(`${path}.type`, schema.type, text));
}

function validateMapKeys(schema: JSONSchemaProps, { path, errors }: Spot): void {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const at = `${path}.x-kubernetes-list-map-keys`;
  if (keys.length === 0) errors.push(required(at, 'must not be empty if x-kubernetes-list-type is map'));
  const items = Array.isArray(schema.items) ? undefined : schema.items;
  if (items === undefined) { errors.push(required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map')); return; }
  if (items.type !== 'object') { errors.push(invalid(`${path}.items.type`, items.type ?? '', "must be object if parent array's x-kubernetes-list-type is map")); return; }
  keys.forEach((key, i) => {
    const property = items.properties?.[key];
    if (property === undefined) errors.push(invalid(at, keys, 'entries must all be names of item properties'));
    else if (property.type === 'array' || property.type === 'object') {
      errors.push(invalid(`${path}.items.properties[${key}].type`, items.type, "must be a scalar type if parent array's x-kubernetes-list-type is map"));
    }
    if (keys.indexOf(key) < i) errors.push(invalid(at, keys, 'must not contain duplicate entries'));
    if (property === undefined) return;
    if (property.default === undefined && items.required?.includes(key) !== true) {
      errors.push(required(`${path}.items.properties[${key}].default`, 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property'));
    }
    if (property.nullable === true) errors.push(forbidden(`${path}.items.properties[${key}].nullable`, 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable'));
  });
}

function validateListType(schema: JSONSchemaProps, { path, errors }: Spot): void {
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const items = Array.isArray(schema.items) ? undefined : schema.items;
  if (listType !== undefined && schema.type !== 'array') mustBe('array', schema, { path, errors });
  else if (listType === 'set') {
    if (items?.type === 'array' && (items['x-kubernetes-list-type'] ?? 'atomic') !== 'atomic') {
      errors.push(invalid(`${path}.items.x-kubernetes-list-type`, items['x-kubernetes-list-type'], 'must be atomic as item of a list with x-kubernetes-list-type=set'));
    } else if (items?.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic') {
      errors.push(invalid(`${path}.items.x-kubernetes-map-type`, items['x-kubernetes-map-type'] ?? null, 'must be atomic as item of a list with x-kubernetes-list-type=set'));
    }
  }
  if (listType !== undefined && !['atomic', 'set', 'map'].includes(listType)) errors.push(notSupported(`${path}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map']));
  if (keys.length > 0 && listType !== 'map') {
    const text = 'must be map if x-kubernetes-list-map-keys is non-empty';
    errors.push(listType === undefined ? required(`${path}.x-kubernetes-list-type`, text) : invalid(`${path}.x-kubernetes-list-type`, listType, text));
  }
  if (listType === 'map') validateMapKeys(schema, { path, errors });
  if ((listType === 'map' || listType === 'set') && items?.nullable === true) errors.push(forbidden(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${listType}`));
}

function validateMapType(schema: JSONSchemaProps, { path, errors }: Spot): void {
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType === undefined) return;
  mustBe('object', schema, { path, errors });
  if (mapType !== 'atomic' && mapType !== 'granular') errors.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']));
}

const hasBreaks = (text: string): boolean => /[\n\r]/.test(text);

/** Texts of a rule; whether it can be compiled is decided elsewhere. */
function validateRule(rule: ValidationRule, { path, errors }: Spot): void {
  const { rule: expression = '', message = '', messageExpression = '', fieldPath = '' } = rule;
  if (expression.trim() === '') errors.push(required(`${path}.rule`, 'rule is not specified'));
  else if (message !== '' && message.trim() === '') errors.push(invalid(`${path}.message`, message, 'must be non-empty if specified'));
  else if (hasBreaks(message.trim())) errors.push(invalid(`${path}.message`, message, 'must not contain line breaks'));
  else if (hasBreaks(expression.trim()) && message.trim() === '') errors.push(required(`${path}.message`, 'message must be specified if rule contains line breaks'));
  if (messageExpression !== '' && messageExpression.trim() === '') errors.push(required(`${path}.messageExpression`, 'messageExpression must be non-empty if specified'));
  if (rule.reason !== undefined && !(reasons as readonly string[]).includes(rule.reason)) errors.push(notSupported(`${path}.reason`, rule.reason, reasons));
  if (fieldPath !== '' && fieldPath.trim() === '') errors.push(invalid(`${path}.fieldPath`, fieldPath, 'must be non-empty if specified'));
  if (hasBreaks(fieldPath)) errors.push(invalid(`${path}.fieldPath`, fieldPath, 'must not contain line breaks'));
}

/** Rules must be conditions, and their messages texts. */
function validateExpressions(rule: ValidationRule, { schema, isRoot, path, errors }: Spot & { readonly schema: JSONSchemaProps; readonly isRoot: boolean }): void {
  const check = (field: 'rule' | 'messageExpression', type: string, fault: string): void => {
    const text = rule[field] ?? '';
    if (typeof text !== 'string' || text.trim() === '') return;
    const program = ruleCompiler.compile(text);
    const of = { isRoot, optionalOldSelf: rule.optionalOldSelf === true };
    const typed = program.ok ? ruleType(text, schema, of) : undefined;
    const prefix = field === 'rule' ? '' : 'messageExpression ';
    if (!program.ok) errors.push(invalid(`${path}.${field}`, rule, prefix + program.error));
    else if (typed?.ok === false) errors.push(invalid(`${path}.${field}`, rule, `${prefix}compilation failed: ${issueText(typed.error, text)}`));
    else if (![type, 'dyn'].includes(program.value.type) || ![type, 'dyn'].includes(typed?.value ?? 'dyn')) errors.push(invalid(`${path}.${field}`, rule, fault));
  };
  check('rule', 'bool', 'cel expression must evaluate to a bool');
  check('messageExpression', 'string', 'messageExpression must evaluate to a string');
}

interface Context extends Spot {
  readonly isRoot: boolean;
  /** Why a default may not stand here; '' when it may. */
  readonly defaultsForbidden: string;
  /** The list whose items cannot be told apart from one version of the object to the next; '' = there is none above. */
  readonly uncorrelatable: string;
}

/** What only the schema around a rule can tell. */
function validatePlace(rule: ValidationRule, schema: JSONSchemaProps, { path, errors, uncorrelatable }: Context): void {
  const program = ruleCompiler.compile(rule.rule ?? '');
  const usesOld = program.ok && program.value.mentions('oldSelf');
  if (usesOld && uncorrelatable !== '') errors.push(invalid(`${path}.rule`, rule.rule, `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelatable}`));
  if (!usesOld && program.ok && rule.optionalOldSelf !== undefined) errors.push(invalid(`${path}.optionalOldSelf`, rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule'));
  const { fieldPath = '' } = rule;
  if (fieldPath.trim() === '' || hasBreaks(fieldPath)) return;
  const fault = fieldPathFault(fieldPath, schema);
  if (fault !== '') errors.push(invalid(`${path}.fieldPath`, fieldPath, `fieldPath must be a valid path: ${fault}`));
}

/** `.spec.names['a.b']` has to lead to a field of the schema. @source pkg/apiserver/schema/cel/validation.go (ValidFieldPath) */
function fieldPathFault(text: string, schema: JSONSchemaProps): string {
  if (!/^(?:\.[A-Za-z_][A-Za-z0-9_]*|\['(?:[^'\\]|\\.)+'\])+$/.test(text)) return text.startsWith('.') || text.startsWith('[') ? `expected field name to be a valid identifier in ${text}` : `expected [ or . but got: ${text.slice(0, 1)}`;
  let at: JSONSchemaProps | undefined = schema;
  for (const [, plain, quoted] of text.matchAll(/\.([A-Za-z_][A-Za-z0-9_]*)|\['((?:[^'\\]|\\.)+)'\]/g)) {
    const name = plain ?? quoted ?? '';
    const additional: JSONSchemaProps | undefined = typeof at?.additionalProperties === 'object' ? at.additionalProperties : undefined;
    at = at?.properties?.[name] ?? (plain === undefined ? additional : undefined);
    if (at === undefined) return 'does not refer to a valid field';
  }
  return '';
}

/** A default has to be a value that may stand there. @source pkg/apiserver/schema/defaulting/validation.go */
function validateDefault(schema: JSONSchemaProps, { path, errors }: Spot): void {
  const unknown: string[] = [];
  const at = `${path}.default`;
  pruneValue(schema.default, schema, { path: '', unknown, isRoot: schema['x-kubernetes-embedded-resource'] === true });
  if (unknown.length > 0) errors.push(invalid(at, schema.default, 'must not have unknown fields'));
  else for (const fault of validateValue(schema.default, schema, '')) errors.push({ ...fault, field: fault.field === '' ? at : `${at}.${fault.field}` });
}

function validateNode(schema: JSONSchemaProps, context: Context): void {
  const { path, errors, isRoot, defaultsForbidden, uncorrelatable } = context;
  const below = { errors, isRoot: false, defaultsForbidden, uncorrelatable };
  validateStandard(schema, defaultsForbidden, context);
  if (schema.default !== undefined && defaultsForbidden === '') validateDefault(schema, context);
  if (typeof schema.additionalProperties === 'object') validateNode(schema.additionalProperties, { ...below, path: `${path}.additionalProperties` });
  for (const name of Object.keys(schema.properties ?? {})) {
    const reason = isRoot && typeMeta.includes(name) ? `in top-level ${name}` : defaultsForbidden;
    validateNode(schema.properties?.[name] ?? {}, { ...below, defaultsForbidden: reason, path: `${path}.properties[${name}]` });
  }
  if (schema.not !== undefined) validateNode(schema.not, { ...below, path: `${path}.not` });
  for (const part of ['allOf', 'oneOf', 'anyOf'] as const) (schema[part] ?? []).forEach((inner, i) => validateNode(inner, { ...below, path: `${path}.${part}[${i}]` }));
  if (schema.items !== undefined && !Array.isArray(schema.items)) validateNode(schema.items, { ...below, path: `${path}.items`, uncorrelatable: uncorrelatable === '' && schema['x-kubernetes-list-type'] !== 'map' ? path : uncorrelatable });
  validateMapType(schema, context);
  validateListType(schema, context);
  (schema['x-kubernetes-validations'] ?? []).forEach((rule, i) => {
    validateRule(rule, { path: `${path}.x-kubernetes-validations[${i}]`, errors });
    validatePlace(rule, schema, { ...context, path: `${path}.x-kubernetes-validations[${i}]` });
    validateExpressions(rule, { schema, isRoot, path: `${path}.x-kubernetes-validations[${i}]`, errors });
  });
}

/** Fields that may stand at the root besides `type` when the status is a subresource. */
const rootFields: readonly string[] = [
  'description', 'type', 'format', 'title', 'maximum', 'exclusiveMaximum', 'minimum', 'exclusiveMinimum', 'maxLength', 'minLength', 'pattern', 'maxItems', 'minItems', 'uniqueItems',
  'multipleOf', 'required', 'items', 'properties', 'externalDocs', 'example', 'x-kubernetes-preserve-unknown-fields', 'x-kubernetes-validations',
];
const rootFieldsText = '[Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations]';

function validateRoot(schema: JSONSchemaProps, hasStatus: boolean, { path, errors }: Spot): void {
  if (hasStatus) {
    if (schema.type && schema.type !== 'object') {
      errors.push(invalid(`${path}.type`, schema.type, 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled'));
    } else if (Object.keys(schema).some((field) => !rootFields.includes(field))) {
      errors.push(invalid(path, schema, `only ${rootFieldsText} fields are allowed at the root of the schema if the status subresource is enabled`));
    }
  }
  if (schema.nullable === true) errors.push(forbidden(`${path}.nullable`, 'nullable cannot be true at the root'));
}

/** The schema of one version. `path` leads to `openAPIV3Schema`; `isKnown`: it is stored like this already. */
export function validateSchema(schema: JSONSchemaProps, { hasStatus, isKnown }: { readonly hasStatus: boolean; readonly isKnown: boolean }, { path, errors }: Spot): void {
  const before = errors.length;
  validateRoot(schema, hasStatus, { path, errors });
  errors.push(...validateStructural(schema, path));
  validateNode(schema, { path, errors, isRoot: true, defaultsForbidden: '', uncorrelatable: '' });
  // Sizes can be told of sound schemas only.
  if (errors.length === before) validateCost(schema, path, { errors, isKnown });
}
