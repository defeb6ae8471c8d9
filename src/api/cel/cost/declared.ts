/**
 * How large values can be: types with the bounds that a schema sets, or that follow from the size of a request.
 *
 * @source kubernetes/apiserver pkg/cel/common/schemas.go (SchemaDeclType), pkg/cel/types.go, pkg/cel/limits.go
 */
import type { JSONSchemaProps } from '../../kinds/apiextensions/json-schema.ts';
import { escapedName } from '../../custom/escape.ts';
import { MAX_REQUEST_BYTES } from './limits.ts';

export type Kind = 'string' | 'bytes' | 'int' | 'double' | 'bool' | 'null' | 'duration' | 'timestamp' | 'list' | 'map' | 'object' | 'optional' | 'other' | 'dyn';

/** A type. `max`: elements or bytes at most, 0 where that says nothing; `bytes`: the shortest JSON of a value. */
export interface Declared {
  readonly kind: Kind;
  readonly max: number;
  readonly bytes: number;
  /** Of a list, of the values of a map, of what is in an optional. */
  readonly element?: Declared;
  readonly fields?: ReadonlyMap<string, Declared>;
}

const BYTES: Readonly<Partial<Record<Kind, number>>> = { string: 2, bytes: 2, bool: 4, null: 4, list: 2, map: 2, object: 2 };
const plain = (kind: Kind): Declared => Object.freeze({ kind, max: 0, bytes: BYTES[kind] ?? 1 });

export const DYN = plain('dyn');
export const STRING = plain('string');
export const INT = plain('int');
export const DOUBLE = plain('double');
export const BOOL = plain('bool');
export const OTHER = plain('other');

export const listOf = (element: Declared, max = 0): Declared => ({ kind: 'list', max, bytes: 2, element });

/** Text in quotes at least, and at most, as JSON has it. @source kubernetes/apiserver pkg/cel/limits.go */
const DURATION = { least: 3, most: 32 };
const DATE = { least: 12, most: 12 };
const DATE_TIME = { least: 21, most: 32 };
/** A character may take four bytes. */
const BYTES_PER_CHARACTER = 4;
const positive = (value: number): number => Math.max(0, value);

/** The type of a schema's values; undefined = expressions do not see them. */
export function declaredBy(schema: JSONSchemaProps, isRoot = false): Declared | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) return { kind: 'dyn', bytes: 1, max: schema.maxLength === undefined ? MAX_REQUEST_BYTES - 2 : positive(schema.maxLength) * BYTES_PER_CHARACTER };
  switch (schema.type) {
    case 'array': return declaredList(schema);
    case 'object': return declaredObject(schema, isRoot);
    case 'string': return declaredText(schema);
    case 'boolean': return BOOL;
    case 'number': return DOUBLE;
    case 'integer': return INT;
    default: return undefined;
  }
}

const child = (schema: JSONSchemaProps): Declared | undefined => declaredBy(schema, schema['x-kubernetes-embedded-resource'] === true);

function declaredList({ items, maxItems }: JSONSchemaProps): Declared | undefined {
  const element = items === undefined ? undefined : child(items);
  if (element === undefined) return undefined;
  return listOf(element, maxItems === undefined ? Math.floor((MAX_REQUEST_BYTES - 2) / (element.bytes + 1)) : positive(maxItems));
}

function declaredObject(schema: JSONSchemaProps, isRoot: boolean): Declared | undefined {
  const { additionalProperties, maxProperties, properties = {}, required = [] } = schema;
  if (typeof additionalProperties === 'object') {
    const element = child(additionalProperties);
    if (element === undefined) return undefined;
    // Quotes, colon, comma and two letters beside the value.
    return { kind: 'map', bytes: 2, element, max: maxProperties === undefined ? Math.floor((MAX_REQUEST_BYTES - 2) / (element.bytes + 6)) : positive(maxProperties) };
  }
  const fields = new Map<string, Declared>();
  let bytes = 2;
  for (const [name, property] of Object.entries(properties)) {
    const field = child(property);
    if (field === undefined) continue;
    fields.set(escapedName(name), field);
    if (required.includes(name) && property.default === undefined) bytes += name.length + field.bytes + 4;
  }
  if (isRoot) {
    const text = declaredText({});
    for (const name of ['kind', 'apiVersion']) fields.set(name, text);
    fields.set('metadata', { kind: 'object', max: 0, bytes: 2, fields: new Map([['name', text], ['generateName', text]]) });
  }
  return { kind: 'object', max: 0, bytes, fields };
}

function declaredText({ format, maxLength, enum: values }: JSONSchemaProps): Declared {
  switch (format) {
    case 'byte': return { kind: 'bytes', bytes: 2, max: maxLength === undefined ? MAX_REQUEST_BYTES - 2 : positive(maxLength) };
    case 'duration': return { kind: 'duration', bytes: DURATION.least, max: DURATION.most };
    case 'date': return { kind: 'timestamp', bytes: DATE.least, max: DATE.most };
    case 'date-time': return { kind: 'timestamp', bytes: DATE_TIME.least, max: DATE_TIME.most };
    default: break;
  }
  if (maxLength !== undefined) return { kind: 'string', bytes: 2, max: positive(maxLength) * BYTES_PER_CHARACTER };
  if (values === undefined || values.length === 0) return { kind: 'string', bytes: 2, max: MAX_REQUEST_BYTES - 2 };
  return { kind: 'string', bytes: 2, max: Math.max(0, ...values.map(value => (typeof value === 'string' ? value.length : 0))) };
}

/** How often a value may occur in a request, when no schema above it says so. @source kubernetes/apiserver pkg/cel/common (MaxCardinality) */
export function cardinalityOf({ bytes }: Declared): number {
  return Math.floor(MAX_REQUEST_BYTES / (bytes + 1));
}
