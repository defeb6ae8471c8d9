/** Types of the values that the rules of a schema are about. @source kubernetes/apiextensions-apiserver pkg/apiserver/schema/cel/model/schemas.go */
import type { Result } from '../../base/data.ts';
import type { Issue } from '../cel/issues.ts';
import { TypedEnvironment } from '../cel/typed.ts';
import type { JSONSchemaProps } from '../kinds/apiextensions/json-schema.ts';
import { escapedName } from './escape.ts';
import { additionalOf } from './schema.ts';

const known = new WeakMap<object, TypedEnvironment>();

/** What is wrong with a rule about values of a schema, or the type that it gives, as far as types tell. */
export function ruleType(text: string, schema: JSONSchemaProps, { isRoot, optionalOldSelf }: { readonly isRoot: boolean; readonly optionalOldSelf: boolean }): Result<string, Issue> {
  if (optionalOldSelf) return { ok: true, value: 'dyn' };
  let environment = known.get(schema);
  if (environment === undefined) {
    known.set(schema, (environment = new TypedEnvironment()));
    const type = typeOf(schema, environment, isRoot);
    for (const name of ['self', 'oldSelf']) environment.variable(name, type);
  }
  return environment.check(text);
}

/** The type of a value; `dyn` where the schema leaves it open. Null fits whatever may be null, which no type says. */
export function typeOf(schema: JSONSchemaProps, environment: TypedEnvironment, isRoot = false): string {
  if (schema['x-kubernetes-int-or-string'] === true || schema.nullable === true) return 'dyn';
  switch (schema.type) {
    case 'integer': return 'int';
    case 'boolean': return 'bool';
    case 'string': return schema.format === undefined ? 'string' : 'dyn';
    case 'array': return `list<${schema.items === undefined ? 'dyn' : typeOf(schema.items, environment)}>`;
    case 'object': return objectType(schema, environment, isRoot || schema['x-kubernetes-embedded-resource'] === true);
    default: return 'dyn';
  }
}

function objectType(schema: JSONSchemaProps, environment: TypedEnvironment, hasMeta: boolean): string {
  const additional = additionalOf(schema);
  if (schema.properties === undefined && additional !== undefined) return `map<string, ${typeOf(additional, environment)}>`;
  if (schema['x-kubernetes-preserve-unknown-fields'] === true || (schema.properties === undefined && !hasMeta)) return 'dyn';
  const fields = Object.entries(schema.properties ?? {}).map(([name, inner]) => [escapedName(name), typeOf(inner, environment)] as const);
  const meta = hasMeta ? { apiVersion: 'string', kind: 'string', metadata: environment.structure({ name: 'string', generateName: 'string' }) } : {};
  return environment.structure({ ...Object.fromEntries(fields), ...meta });
}
