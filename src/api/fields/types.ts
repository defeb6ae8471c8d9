/**
 * What a value is made of, as far as ownership of its parts goes.
 *
 * Types of built-in kinds follow from the structure of the kinds and `list-types.ts`; those of custom resources from their schema.
 *
 * @source kubernetes-sigs/structured-merge-diff schema/elements.go
 */
import { schemaTypes } from '../schema.generated.ts';
import { alwaysPresent, atomicMaps, atomicTypes, listTypes, type ListType } from './list-types.ts';

/** `deduced`: objects are maps, lists are atomic. `any` scalars take texts and numbers, as quantities do. */
export type FieldType =
  | { readonly kind: 'scalar'; readonly of: 'string' | 'numeric' | 'boolean' | 'any' }
  | { readonly kind: 'atomic'; readonly of: 'map' | 'list' | 'any' }
  | { readonly kind: 'deduced' }
  | StructType
  | { readonly kind: 'map'; readonly of: FieldType }
  | { readonly kind: 'list'; readonly keys: readonly string[]; readonly of: FieldType }
  | { readonly kind: 'set'; readonly of: FieldType };

/** A field of a structure: its path element and its type. */
export interface StructField { readonly element: string; readonly type: FieldType }

/** A structure with named fields. */
export interface StructType {
  readonly kind: 'struct';
  readonly name: string;
  /** A field; undefined = there is no such field. */
  field(name: string): StructField | undefined;
  /** The structure with nothing set, as it is on the wire. */
  zero(): Readonly<Record<string, unknown>>;
}

export const deduced: FieldType = Object.freeze({ kind: 'deduced' });
export const atomicMap: FieldType = Object.freeze({ kind: 'atomic', of: 'map' });
export const atomicList: FieldType = Object.freeze({ kind: 'atomic', of: 'list' });
const atomicAny: FieldType = Object.freeze({ kind: 'atomic', of: 'any' });

const scalars: Readonly<Record<string, FieldType>> = {
  s: { kind: 'scalar', of: 'string' }, y: { kind: 'scalar', of: 'string' }, i: { kind: 'scalar', of: 'numeric' }, l: { kind: 'scalar', of: 'numeric' },
  f: { kind: 'scalar', of: 'numeric' }, b: { kind: 'scalar', of: 'boolean' }, q: { kind: 'scalar', of: 'any' }, x: { kind: 'scalar', of: 'any' },
  t: { kind: 'scalar', of: 'any' }, u: { kind: 'scalar', of: 'any' },
};

/** A plain value. */
export function scalarType(of: 'string' | 'numeric' | 'boolean' | 'any'): FieldType {
  return { kind: 'scalar', of };
}

const known = new Map<string, FieldType>();

/** The type of a structure by its name in the generated schema. */
export function fieldTypeOf(name: string): FieldType {
  let type = known.get(name);
  if (type === undefined) known.set(name, (type = atomicTypes.has(name) ? atomicMap : builtIn(name)));
  return type;
}

function builtIn(name: string): FieldType {
  const codes = schemaTypes[name];
  if (codes === undefined) return deduced;
  const fields = new Map<string, StructField>();
  let zero: Readonly<Record<string, unknown>> | undefined;
  return {
    kind: 'struct', name,
    field(field) {
      const known = fields.get(field);
      if (known !== undefined) return known;
      const code = Object.hasOwn(codes, field) ? codes[field] : undefined;
      if (code === undefined) return undefined;
      return structField(fields, field, () => typeOfField(name, field, code.startsWith('!') ? code.slice(1) : code));
    },
    zero: () => zero ??= zeroOf(name, codes),
  };
}

/** Makes a field once and remembers it. */
export function structField(fields: Map<string, StructField>, name: string, type: () => FieldType): StructField {
  let field = fields.get(name);
  if (field === undefined) fields.set(name, (field = Object.freeze({ element: `f:${name}`, type: type() })));
  return field;
}

function typeOfField(owner: string, field: string, code: string): FieldType {
  if (code.startsWith('[]')) return typeOfList(listTypes[owner]?.[field], code.slice(2));
  if (code.startsWith('{}')) return atomicMaps[owner]?.includes(field) === true ? atomicMap : { kind: 'map', of: typeOfCode(code.slice(2)) };
  return typeOfCode(code);
}

function typeOfList(list: ListType | undefined, code: string): FieldType {
  if (list === undefined) return atomicList;
  return list === 'set' ? { kind: 'set', of: typeOfCode(code) } : { kind: 'list', keys: [...list].sort(), of: typeOfCode(code) };
}

function typeOfCode(code: string): FieldType {
  if (code.startsWith('#')) return fieldTypeOf(code.slice(1));
  if (code.startsWith('[]')) return atomicList;
  if (code.startsWith('{}')) return { kind: 'map', of: typeOfCode(code.slice(2)) };
  return scalars[code] ?? atomicAny;
}

const SECTIONS: readonly string[] = ['metadata', 'spec', 'status'];
const zeros: Readonly<Record<string, unknown>> = { s: '', y: '', i: 0, l: 0, f: 0, b: false, q: '0', x: 0 };

/** What an object of a structure has on the wire before anything is set: required fields and structures that are no pointers. */
function zeroOf(name: string, codes: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  const zero: Record<string, unknown> = {};
  for (const [field, code] of Object.entries(codes)) {
    const isRequired = code.startsWith('!');
    const bare = isRequired ? code.slice(1) : code;
    if (!isRequired && !(SECTIONS.includes(field) && bare.startsWith('#')) && alwaysPresent[name]?.includes(field) !== true) continue;
    const structure = bare.startsWith('#') ? schemaTypes[bare.slice(1)] : undefined;
    zero[field] = structure === undefined ? zeros[bare] ?? null : zeroOf(bare.slice(1), structure);
  }
  return Object.freeze(zero);
}
