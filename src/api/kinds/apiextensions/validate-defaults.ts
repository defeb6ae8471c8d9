/**
 * A default has to be a value that may stand there.
 *
 * @source kubernetes/apiextensions-apiserver pkg/apiserver/schema/defaulting/validation.go
 * @fidelity simplified: defaults inside of the metadata of embedded resources are held to their schemas alone
 */
import { pruneValue } from '../../custom/prune.ts';
import { ruleFaults } from '../../custom/rules.ts';
import { validateValue } from '../../custom/validate.ts';
import { invalid } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { JSONSchemaProps } from './json-schema.ts';

function defaultFaults(schema: JSONSchemaProps, path: string): readonly FieldError[] {
  const value = schema.default;
  const at = `${path}.default`;
  const unknown: string[] = [];
  pruneValue(value, schema, { path: '', unknown, isRoot: schema['x-kubernetes-embedded-resource'] === true });
  const errors = unknown.length > 0 ? [invalid(at, value, 'must not have unknown fields')] : [];
  const found = validateValue(value, schema, '');
  // Rules see a step from the default to itself, then one from nothing.
  const judged = found.length > 0 ? found : [ruleFaults(value, value, schema), ruleFaults(value, undefined, schema)].find((faults) => faults.length > 0) ?? [];
  return [...errors, ...judged.map((fault) => ({ ...fault, field: fault.field === '' ? at : `${at}.${fault.field}` }))];
}

/** All defaults of a schema that may have some. */
export function validateDefaults(schema: JSONSchemaProps, path: string): readonly FieldError[] {
  const own = schema.default === undefined ? [] : defaultFaults(schema, path);
  const items = schema.items === undefined || Array.isArray(schema.items) ? [] : validateDefaults(schema.items, `${path}.items`);
  const properties = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => validateDefaults(property, `${path}.properties[${name}]`));
  const additional = typeof schema.additionalProperties === 'object' ? validateDefaults(schema.additionalProperties, `${path}.additionalProperties`) : [];
  return [...own, ...items, ...properties, ...additional];
}
