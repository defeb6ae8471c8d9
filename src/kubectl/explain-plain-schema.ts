/**
 * The older page of `kubectl explain`, for kinds that only the server knows: from its OpenAPI document.
 * @source kubernetes/kubectl pkg/explain/model_printer.go, fields_printer.go, typename.go
 */
import { compareText } from '../base/compare.ts';
import type { Result } from '../base/data.ts';
import { plainPage, wrapped } from './explain-plain.ts';
import { type ExplainedSchema, mapped, rootOf, type Schema } from './explain-schema.ts';

const FIELD_INDENT = 3;
const TEXT_INDENT = 5;

/** The whole page, or the field that does not exist. Undefined = the document does not know the kind. */
export function explainSchemaPlainly({ of, path, document, isRecursive }: ExplainedSchema): Result<string, string> | undefined {
  const root = rootOf(document, of);
  return root === undefined ? undefined : new Page({ of, path, document, isRecursive }).text(root);
}

class Page {
  readonly #asked: ExplainedSchema;
  constructor(asked: ExplainedSchema) { this.#asked = asked; }

  text(root: Schema): Result<string, string> {
    const { of: { group, version, kind }, path, isRecursive } = this.#asked;
    let schema = root;
    for (const name of path) {
      const inner = this.#target(schema).properties?.[name];
      if (inner === undefined) return { ok: false, error: name };
      schema = inner;
    }
    const { properties } = this.#target(schema);
    const title = path.length === 0 ? '' : `${properties === undefined ? 'FIELD:   ' : 'RESOURCE:'} ${path.at(-1) ?? ''} <${this.#typeOf(schema)}>`;
    const fields = properties === undefined ? undefined : isRecursive ? this.#names(schema, FIELD_INDENT, []) : this.#fields(schema);
    return { ok: true, value: plainPage({ kind, apiVersion: group === '' ? version : `${group}/${version}`, title, texts: this.#texts(schema), fields }) };
  }

  /** What a reference leads to. */
  #resolved(schema: Schema): Schema {
    const { $ref = schema.allOf?.length === 1 ? schema.allOf[0]?.$ref : undefined } = schema;
    const name = $ref?.split('/').pop();
    return name === undefined ? schema : this.#asked.document.components?.schemas?.[name] ?? {};
  }

  /** The structure behind references, lists and maps. */
  #target(schema: Schema): Schema {
    const resolved = this.#resolved(schema);
    const inner = resolved.items ?? mapped(resolved);
    return inner === undefined ? resolved : this.#target(inner);
  }

  /** Descriptions on the way to the structure, each once. */
  #texts(schema: Schema): readonly string[] {
    const resolved = this.#resolved(schema);
    const inner = resolved.items ?? mapped(resolved);
    const own = [schema.description ?? '', ...(resolved === schema ? [] : [resolved.description ?? ''])];
    return [...own, ...(inner === undefined ? [] : this.#texts(inner))].filter((text) => text !== '');
  }

  #typeOf(schema: Schema): string {
    const resolved = this.#resolved(schema);
    if (resolved.items !== undefined) return `[]${this.#typeOf(resolved.items)}`;
    const inner = mapped(resolved);
    if (inner !== undefined) return `map[string]${this.#typeOf(inner)}`;
    if (resolved.properties !== undefined) return 'Object';
    return resolved.type === 'object' ? 'map[string]' : resolved.type ?? '';
  }

  #fields(schema: Schema): readonly string[] {
    const { properties = {}, required = [] } = this.#target(schema);
    return Object.keys(properties).sort(compareText).flatMap((name) => {
      const field = properties[name] ?? {};
      const { description = '' } = field;
      return [`${' '.repeat(FIELD_INDENT)}${name}\t<${this.#typeOf(field)}>${required.includes(name) ? ' -required-' : ''}`, ...(description === '' ? [] : wrapped(description, TEXT_INDENT)), ''];
    });
  }

  /** Names and types all the way down; a structure inside itself is not unfolded again. */
  #names(schema: Schema, indent: number, above: readonly Schema[]): readonly string[] {
    const target = this.#target(schema);
    const { properties = {} } = target;
    if (above.includes(target)) return [];
    return Object.keys(properties).sort(compareText).flatMap((name) => {
      const field = properties[name] ?? {};
      return [`${' '.repeat(indent)}${name}\t<${this.#typeOf(field)}>`, ...this.#names(field, indent + FIELD_INDENT, [...above, target])];
    });
  }
}
