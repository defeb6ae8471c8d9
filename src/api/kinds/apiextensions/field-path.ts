/**
 * `.spec.names['a.b']`: a path to a field that a schema declares.
 *
 * @source kubernetes/apiextensions-apiserver pkg/apiserver/schema/cel/validation.go (ValidFieldPath)
 */
import type { Result } from '../../../base/data.ts';
import type { JSONSchemaProps } from './json-schema.ts';

/** Where a path leads. `names`: the steps. */
export interface FieldPath { readonly names: readonly string[]; readonly schema: JSONSchemaProps }

/** Dots and brackets, quoted texts, and what stands between them. */
const tokensOf = (path: string): readonly string[] => path.match(/'(?:[^'\\]|\\.)*'|[.[\]]|[^.[\]]+/g) ?? [];

class PathFault extends Error {}

function step(schema: JSONSchemaProps, name: string): JSONSchemaProps {
  const { properties, additionalProperties: additional } = schema;
  const next = properties === undefined ? additional : properties[name];
  if (typeof next !== 'object') throw new PathFault('does not refer to a valid field');
  return next;
}

/** Follows a path; the error says why there is no such field. */
export function validFieldPath(path: string, schema: JSONSchemaProps, { letsBrackets = true }: { readonly letsBrackets?: boolean } = {}): Result<FieldPath, string> {
  const tokens = tokensOf(path);
  const names: string[] = [];
  let at = 0;
  let found = schema;
  const next = (): string => {
    const token = tokens[at++];
    if (token === undefined) throw new PathFault('unexpected end of JSON path');
    return token;
  };
  try {
    while (at < tokens.length) {
      const token = next();
      if (token === '.') names.push(next());
      else if (token === '[') names.push(bracketed(next, letsBrackets));
      else throw new PathFault(`expected [ or . but got: ${token}`);
      found = step(found, names.at(-1) ?? '');
      if (token === '[') closed(next());
    }
  } catch (thrown) {
    if (thrown instanceof PathFault) return { ok: false, error: thrown.message };
    throw thrown;
  }
  return { ok: true, value: { names, schema: found } };
}

function bracketed(next: () => string, letsBrackets: boolean): string {
  if (!letsBrackets) throw new PathFault('array notation is not allowed');
  const token = next();
  if (!/^'[\s\S]*'$/.test(token) || token.length < 2) throw new PathFault(`expected single quoted string but got ${token}`);
  return token.slice(1, -1).replaceAll(/\\(.)/g, '$1');
}

function closed(token: string): void {
  if (token !== ']') throw new PathFault(`expected ] but got ${token}`);
}
