/**
 * Structural schemas: what a CustomResourceDefinition says of the fields of its objects.
 *
 * @source kubernetes/apiextensions-apiserver pkg/apis/apiextensions/v1/types_jsonschema.go, pkg/apiserver/schema/structural.go
 */
import { atomicList, atomicMap, deduced, type FieldType, scalarType, structField, type StructField } from '../fields/types.ts';
import { fieldTypeOf } from '../fields/types.ts';
import type { JSONSchemaProps } from '../kinds/apiextensions/json-schema.ts';

export type JsonObject = Readonly<Record<string, unknown>>;
export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What every object has whatever its schema says. */
export const ROOT_FIELDS: readonly string[] = ['apiVersion', 'kind', 'metadata'];

/** JSONSchemaProps of what an object holds beside its properties; undefined = nothing is said. */
export function additionalOf(schema: JSONSchemaProps): JSONSchemaProps | undefined {
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

/** How the fields of objects are owned. @source kubernetes/kube-openapi pkg/schemaconv */
export function ownershipOf(schema: JSONSchemaProps, isRoot = false): FieldType {
  if (schema['x-kubernetes-int-or-string'] === true) return scalarType('any');
  switch (schema.type) {
    case 'object': return isRoot || schema['x-kubernetes-embedded-resource'] === true || schema.properties !== undefined ? structure(schema, isRoot) : mapOf(schema);
    case 'array': return listOf(schema);
    case 'string': return scalarType('string');
    case 'integer': case 'number': return scalarType('numeric');
    case 'boolean': return scalarType('boolean');
    default: return deduced;
  }
}

function mapOf(schema: JSONSchemaProps): FieldType {
  if (schema['x-kubernetes-map-type'] === 'atomic') return atomicMap;
  const additional = additionalOf(schema);
  return additional === undefined ? deduced : { kind: 'map', of: ownershipOf(additional) };
}

function listOf({ items = {}, ...schema }: JSONSchemaProps): FieldType {
  switch (schema['x-kubernetes-list-type']) {
    case 'map': return { kind: 'list', keys: [...schema['x-kubernetes-list-map-keys'] ?? []].sort(), of: ownershipOf(items) };
    case 'set': return { kind: 'set', of: ownershipOf(items) };
    default: return atomicList;
  }
}

const ZERO = Object.freeze({ metadata: Object.freeze({ creationTimestamp: null }) });

function structure(schema: JSONSchemaProps, isRoot: boolean): FieldType {
  if (schema['x-kubernetes-map-type'] === 'atomic') return atomicMap;
  const fields = new Map<string, StructField>();
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const hasMeta = isRoot || schema['x-kubernetes-embedded-resource'] === true;
  const field = (name: string): StructField | undefined => {
    const known = fields.get(name);
    if (known !== undefined) return known;
    if (hasMeta && name === 'metadata') return structField(fields, name, () => fieldTypeOf('ObjectMeta'));
    if (hasMeta && ROOT_FIELDS.includes(name)) return structField(fields, name, () => scalarType('string'));
    const declared = schema.properties !== undefined && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    if (declared !== undefined) return structField(fields, name, () => ownershipOf(declared));
    return isOpen ? structField(fields, name, () => deduced) : undefined;
  };
  return { kind: 'struct', name: '', field, zero: () => ZERO };
}
