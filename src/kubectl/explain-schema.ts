/**
 * `kubectl explain` of kinds that only the server knows: from its OpenAPI document.
 * @source kubernetes/kubectl pkg/explain/v2/templates/plaintext.tmpl
 */
import { compareText } from '../base/compare.ts';
import type { Result } from '../base/data.ts';
import { wordWrap } from './word-wrap.ts';

/** One node of the document. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
}

interface GroupVersionKind { readonly group: string; readonly version: string; readonly kind: string }
/** The body of `/openapi/v3/apis/GROUP/VERSION`. */
export interface OpenApiDocument { readonly components?: { readonly schemas?: Readonly<Record<string, Schema & { readonly 'x-kubernetes-group-version-kind'?: readonly GroupVersionKind[] }>> } }

/** What is explained. */
export interface ExplainedSchema { readonly of: GroupVersionKind; readonly path: readonly string[]; readonly document: OpenApiDocument; readonly isRecursive: boolean }

const WIDTH = 76;
/** Values of an enumeration that a list of fields shows. */
const ENUM_SHOWN = 4;

/** The schema of a kind. */
export const rootOf = (document: OpenApiDocument, of: GroupVersionKind): Schema | undefined =>
  Object.values(document.components?.schemas ?? {}).find((schema) => schema['x-kubernetes-group-version-kind']?.some(({ group, version, kind }) => group === of.group && version === of.version && kind === of.kind));

/** The whole text; the error is the text of the failure. */
export function explainSchema({ of, path, document, isRecursive }: ExplainedSchema): Result<string, string> {
  const root = rootOf(document, of);
  if (root === undefined) return { ok: false, error: `error: GVK map[group:${of.group} kind:${of.kind} version:${of.version}] not found in OpenAPI schema` };
  const text = new Explanation(document, isRecursive).output(root, path, undefined);
  if (text === undefined) return { ok: false, error: `error: field "${path[path.length - 1] ?? ''}" does not exist` };
  return { ok: true, value: `${of.group === '' ? '' : `GROUP:      ${of.group}\n`}KIND:       ${of.kind}\nVERSION:    ${of.version}\n\n${text}\n` };
}

const indent = (text: string, amount: number): string => text.split('\n').map((line) => ' '.repeat(amount) + line).join('\n');
const wrap = (text: string, width: number): string => wordWrap(text, width).join('\n');
export const mapped = ({ additionalProperties }: Schema): Schema | undefined => (typeof additionalProperties === 'object' ? additionalProperties : undefined);

/** Writes one explanation: follows references and remembers which it has been through. */
class Explanation {
  readonly #document: OpenApiDocument;
  readonly #isRecursive: boolean;
  constructor(document: OpenApiDocument, isRecursive: boolean) { this.#document = document; this.#isRecursive = isRecursive; }

  #resolve(schema: Schema): Schema {
    const name = schema.$ref?.split('/').pop();
    return name === undefined ? schema : this.#document.components?.schemas?.[name] ?? schema;
  }

  /** The text of the field that a path leads to; undefined = there is none. */
  output(schema: Schema, path: readonly string[], named: string | undefined): string | undefined {
    const resolved = this.#resolve(schema);
    const [first, ...rest] = path;
    if (first === undefined) return `${named ?? ''}${this.#details(resolved)}`;
    const inner = resolved.properties?.[first];
    if (inner !== undefined) {
      const head = rest.length > 0 ? undefined : `FIELD: ${first} <${this.#typeOf(inner)}>\n${enumList(inner.enum)}\n\n`;
      return this.output(inner, rest, head);
    }
    for (const next of [resolved.items, mapped(resolved), ...resolved.allOf ?? []]) {
      const found = next === undefined ? undefined : this.output(next, path, named);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #details(schema: Schema): string {
    const fields = this.#fields(schema, 1, []);
    return `DESCRIPTION:\n${indent(wrap(this.#description(schema) || '<empty>', WIDTH), 4)}\n${fields === '' ? '' : `FIELDS:\n${fields}`}`;
  }

  #description(schema: Schema): string {
    const { description = '', allOf = [], items, ...rest } = this.#resolve(schema);
    const below = [...allOf, ...(items === undefined ? [] : [items]), ...(mapped(rest) === undefined ? [] : [mapped(rest) as Schema])];
    return (description === '' ? '' : `${description}\n`) + below.map((one) => this.#description(one)).join('');
  }

  #fields(schema: Schema, level: number, above: readonly string[]): string {
    const { $ref = '' } = schema;
    if ($ref !== '' && above.includes($ref)) return '';
    const resolved = this.#resolve(schema);
    const inside = [...above, $ref];
    const own = Object.keys(resolved.properties ?? {}).sort(compareText).map((name) => {
      const field = resolved.properties?.[name] ?? {};
      return this.#field(name, { field, level, isRequired: resolved.required?.includes(name) === true }) + (this.#isRecursive ? this.#fields(field, level + 1, inside) : '');
    });
    const others = [...resolved.allOf ?? [], ...(resolved.items === undefined ? [] : [resolved.items]), ...(mapped(resolved) === undefined ? [] : [mapped(resolved) as Schema])];
    return own.join('') + others.map((one) => this.#fields(one, level, inside)).join('');
  }

  #field(name: string, { field, level, isRequired }: { readonly field: Schema; readonly level: number; readonly isRequired: boolean }): string {
    const margin = level * 2;
    const head = `${' '.repeat(margin)}${name}\t<${this.#typeOf(field)}>${isRequired ? ' -required-' : ''}${enumLine(field.enum, margin)}\n`;
    if (this.#isRecursive) return head;
    const description = field.description ?? '<no description>';
    return `${head}${indent(wrap(description, 78 - margin), margin + 2)}\n\n`;
  }

  #typeOf(schema: Schema): string {
    const { items, allOf = [], $ref, type } = schema;
    const additional = mapped(schema);
    if (items !== undefined) return `[]${this.#typeOf(items)}`;
    if (additional !== undefined) return `map[string]${this.#typeOf(additional)}`;
    const [only] = allOf;
    if (only !== undefined && allOf.length === 1 && schema.properties === undefined) return this.#typeOf(only);
    if ($ref === undefined) return type === 'object' ? 'Object' : type ?? 'Object';
    const target = this.#resolve(schema);
    return target.type === undefined || target.type === 'object' ? $ref.split('.').pop() ?? 'Object' : target.type;
  }
}

const enumValue = (value: unknown): string => (value === '' ? '""' : String(value));
/** The values of a field that is explained itself, one on each line; '' = it may have any. */
export const enumList = (values: readonly unknown[] = []): string => (values.length === 0 ? '' : `ENUM:${values.map((value) => `\n    ${enumValue(value)}`).join('')}`);

/** The values of a field in a list of fields, as a line to add to its head. */
export function enumLine(values: readonly unknown[] = [], margin = 0): string {
  if (values.length === 0) return '';
  return `\n${' '.repeat(margin)}enum: ${values.slice(0, ENUM_SHOWN).map(enumValue).join(', ')}${values.length > ENUM_SHOWN ? ', ....' : ''}`;
}
