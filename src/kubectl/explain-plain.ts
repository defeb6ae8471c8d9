/**
 * The older page of `kubectl explain`, `--output plaintext-openapiv2`: types of structures are all `Object`, and fields stand three spaces in.
 * @source kubernetes/kubectl pkg/explain/model_printer.go, fields_printer.go, formatter.go
 */
import type { Result } from '../base/data.ts';
import { compareText } from '../base/compare.ts';
import { apiVersionOf } from '../api/resource.ts';
import { schemaTypes } from '../api/schema.generated.ts';
import { schemaTypeOf } from '../api/strict.ts';
import { type Docs, type Explained, fieldDoc, isTypeField, typeIn } from './explain.ts';
import { wordWrap } from './word-wrap.ts';

const WIDTH = 80;
const FIELD_INDENT = 3;
const TEXT_INDENT = 5;
const SCALARS: Readonly<Record<string, string>> = { s: 'string', i: 'integer', l: 'integer', f: 'number', b: 'boolean', q: 'string', x: 'string', t: 'string', u: 'string', y: 'string', o: 'Object' };

/** The whole page, or the field that does not exist. */
export function explainPlainly({ descriptor, path, docs, isRecursive }: Explained): Result<string, string> {
  let type = schemaTypeOf(descriptor);
  let field: { readonly name: string; readonly code: string; readonly doc: string } | undefined;
  for (const name of path) {
    const code = schemaTypes[type]?.[name];
    if (code === undefined) return { ok: false, error: name };
    field = { name, code, doc: fieldDoc(docs, type, name) };
    type = typeIn(code);
  }
  const title = field === undefined ? '' : `${type === '' ? 'FIELD:   ' : 'RESOURCE:'} ${field.name} <${typeName(field.code)}>`;
  const texts = [field?.doc ?? '', docs[type]?.doc ?? ''].filter((text) => text !== '');
  const below = type === '' ? undefined : isRecursive ? names(type, FIELD_INDENT, []) : fields(type, docs);
  return { ok: true, value: plainPage({ kind: descriptor.kind, apiVersion: apiVersionOf(descriptor), title, texts, fields: below }) };
}

interface Plain { readonly kind: string; readonly apiVersion: string; /** '' = the kind itself. */ readonly title: string; readonly texts: readonly string[]; /** Undefined = a plain value. */ readonly fields: readonly string[] | undefined }

/** The page of a kind or field. */
export function plainPage({ kind, apiVersion, title, texts, fields: below }: Plain): string {
  const described = texts.length === 0 ? ['<empty>'] : texts;
  const lines = [
    `KIND:     ${kind}`, `VERSION:  ${apiVersion}`, '', ...(title === '' ? [] : [title, '']),
    'DESCRIPTION:', ...described.flatMap((text, i) => [...(i > 0 ? [''] : []), ...wrapped(text, TEXT_INDENT)]),
    ...(below === undefined ? [] : ['', 'FIELDS:', ...below]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** `[]Object`, `map[string]string`. */
function typeName(code: string): string {
  const [, shape = '', type = ''] = /^!?(\[\]|\{\})?(.*)$/.exec(code) ?? [];
  const bare = type.startsWith('#') ? 'Object' : SCALARS[type] ?? 'Object';
  return shape === '[]' ? `[]${bare}` : shape === '{}' ? `map[string]${bare}` : bare;
}

export const wrapped = (text: string, indent: number): readonly string[] => wordWrap(text, WIDTH - indent).map((line) => (line === '' ? '' : ' '.repeat(indent) + line));
const keysOf = (type: string): readonly string[] => Object.keys(schemaTypes[type] ?? {}).sort(compareText);

function fields(type: string, docs: Docs): readonly string[] {
  return keysOf(type).flatMap((name) => {
    const code = schemaTypes[type]?.[name] ?? '';
    const isRequired = code.startsWith('!') && !isTypeField(type, name);
    return [`${' '.repeat(FIELD_INDENT)}${name}\t<${typeName(code)}>${isRequired ? ' -required-' : ''}`, ...wrapped(fieldDoc(docs, type, name) || '<no description>', TEXT_INDENT), ''];
  });
}

/** Names and types all the way down; a type inside itself is not unfolded again. */
function names(type: string, indent: number, above: readonly string[]): readonly string[] {
  if (above.includes(type)) return [];
  return keysOf(type).flatMap((name) => {
    const code = schemaTypes[type]?.[name] ?? '';
    return [`${' '.repeat(indent)}${name}\t<${typeName(code)}>`, ...names(typeIn(code), indent + FIELD_INDENT, [...above, type])];
  });
}
