/** Types of built-in kinds, from the generated structure of the API. @source kubernetes/apiserver pkg/cel/openapi/resolver/definitions.go */
import { schemaTypes } from '../schema.generated.ts';
import type { TypedEnvironment } from './typed.ts';

const SCALARS: Readonly<Record<string, string>> = { s: 'string', i: 'int', l: 'int', b: 'bool' };

/** Declares a structure such as `apps.Deployment` with all that is in it. @returns its type; a structure inside itself is left open */
export function kindType(root: string, environment: TypedEnvironment): string {
  const declared = new Map<string, string>();
  const structure = (type: string): string => {
    const known = declared.get(type);
    if (known !== undefined) return known;
    declared.set(type, 'dyn');
    const fields = Object.entries(schemaTypes[type] ?? {}).map(([name, code]) => [name, typeOf(code.replace(/^!/, ''))] as const);
    const made = environment.structure(Object.fromEntries(fields));
    declared.set(type, made);
    return made;
  };
  const typeOf = (code: string): string => {
    if (code.startsWith('[]')) return `list<${typeOf(code.slice(2))}>`;
    if (code.startsWith('{}')) return `map<string, ${typeOf(code.slice(2))}>`;
    return code.startsWith('#') ? structure(code.slice(1)) : SCALARS[code] ?? 'dyn';
  };
  return structure(root);
}
