/**
 * The text of `kubectl explain`: what a kind or field is, and the fields below it.
 * @source kubernetes/kubectl pkg/explain/v2/templates/plaintext.tmpl
 * @fidelity simplified: no texts of scalar types such as Quantity
 */
import type { Result } from '../base/data.ts';
import { compareText } from '../base/compare.ts';
import { apiVersionOf } from '../api/resource.ts';
import type { ResourceDescriptor } from '../api/resource.ts';
import { descriptorOfWord, servedForms } from '../api/scheme.ts';
import { schemaTypes } from '../api/schema.generated.ts';
import { schemaTypeOf } from '../api/strict.ts';
import { TYPE_FIELDS } from '../api/type-fields.ts';
import { enumLine, enumList } from './explain-schema.ts';
import { wordWrap } from './word-wrap.ts';

/** Descriptions of one type and of its fields, and the values of those that have but some. */
export interface TypeDocs { readonly doc: string; readonly fields: Readonly<Record<string, string>>; readonly enums?: Readonly<Record<string, readonly string[]>> }
/** Descriptions by type. */
export type Docs = Readonly<Record<string, TypeDocs | undefined>>;

/** What is explained: a kind, or the field of it that `path` leads to. */
/** What an explanation needs of a kind. */
type Told = Pick<ResourceDescriptor, 'group' | 'version' | 'kind' | 'plural'>;
export interface Explained { readonly descriptor: Told; readonly path: readonly string[]; readonly docs: Docs; readonly isRecursive: boolean }

/** Width of the page without its margins. */
const TEXT_WIDTH = 76;
/** Spaces before the lines of a description. */
const MARGIN = 4;
const SCALARS: Readonly<Record<string, string>> = { s: 'string', i: 'integer', l: 'integer', f: 'number', b: 'boolean', q: 'Quantity', x: 'IntOrString', t: 'string', u: 'string', y: 'string', o: 'Object' };

/**
 * `deployments.apps.spec.replicas` or `deploy.spec`: the kind, and the fields after it; of a version where one is named and served. Only the plural may be
 * followed by its group.
 * @source kubernetes/kubectl pkg/explain/explain.go (SplitAndParseResourceRequestWithMatchingPrefix)
 */
export function explainedBy(word: string, apiVersion: string): Pick<Explained, 'descriptor' | 'path'> | undefined {
  const [first = ''] = word.split('.');
  const descriptor = descriptorOfWord(first) ?? reviewOf(first.toLowerCase());
  if (descriptor === undefined) return undefined;
  const form = servedForms.find((one) => one.plural === descriptor.plural && apiVersionOf(one) === apiVersion);
  return { descriptor: form ?? descriptor, path: fieldsAfter(word, descriptor) };
}

/** Whether a word begins with the plural of a kind and its group. */
export const isQualified = (word: string, { plural, group }: Pick<Told, 'plural' | 'group'>): boolean => group !== '' && `${word}.`.startsWith(`${plural}.${group}.`);
/** The fields that a word names behind a kind. */
export function fieldsAfter(word: string, kind: Pick<Told, 'plural' | 'group'>): readonly string[] {
  const parts = word.replace(/\.$/, '').split('.');
  return parts.slice(isQualified(word, kind) ? 1 + kind.group.split('.').length : 1);
}

/** Kinds that are asked and never stored, which no list of kinds knows; by plural. */
const REVIEWS: Readonly<Record<string, string>> = {
  tokenreviews: 'authentication.k8s.io/TokenReview', selfsubjectreviews: 'authentication.k8s.io/SelfSubjectReview', subjectaccessreviews: 'authorization.k8s.io/SubjectAccessReview',
  localsubjectaccessreviews: 'authorization.k8s.io/LocalSubjectAccessReview', selfsubjectaccessreviews: 'authorization.k8s.io/SelfSubjectAccessReview', selfsubjectrulesreviews: 'authorization.k8s.io/SelfSubjectRulesReview',
};

function reviewOf(word: string): Told | undefined {
  const plural = Object.keys(REVIEWS).find((name) => name === word || name.slice(0, -1) === word || `${name}.${(REVIEWS[name] ?? '').split('/')[0] ?? ''}` === word);
  if (plural === undefined) return undefined;
  const [group = '', kind = ''] = (REVIEWS[plural] ?? '').split('/');
  return { group, version: 'v1', kind, plural };
}

/** The types whose descriptions an explanation shows, so that only these need to be read. */
export function typesShown(word: string, apiVersion: string): readonly string[] {
  const explained = explainedBy(word, apiVersion);
  if (explained === undefined) return [];
  const types = [schemaTypeOf(explained.descriptor)];
  for (const name of explained.path) types.push(typeIn(codeOf(types[types.length - 1] ?? '', name)));
  return types.filter((type) => type !== '');
}

/** Types and everything they are made of, each once. */
export function typesBelow(types: readonly string[]): readonly string[] {
  const found = new Set(types);
  // A set tells of what is added while it is walked through.
  for (const type of found) for (const code of Object.values(schemaTypes[type] ?? {})) if (typeIn(code) !== '') found.add(typeIn(code));
  return [...found];
}

/** The lines that every page begins with. */
export const headOf = ({ group, kind, version }: Told): readonly string[] => [...(group === '' ? [] : [`GROUP:      ${group}`]), `KIND:       ${kind}`, `VERSION:    ${version}`];

/** The whole text, or the field that does not exist. */
export function explainText({ descriptor, path, docs, isRecursive }: Explained): Result<string, string> {
  let type = schemaTypeOf(descriptor);
  let field: { readonly name: string; readonly code: string; readonly doc: string; readonly values: readonly string[] } | undefined;
  for (const name of path) {
    const code = schemaTypes[type]?.[name];
    if (code === undefined) return { ok: false, error: path[path.length - 1] ?? '' };
    field = { name, code, doc: fieldDoc(docs, type, name), values: valuesOf(docs, type, name) };
    type = typeIn(code);
  }
  const descriptions = [field?.doc ?? '', docs[type]?.doc ?? ''].filter((text) => text !== '');
  const fields = isRecursive ? outline(type, docs, { level: 1, above: [] }) : details(type, docs);
  const lines = [
    ...headOf(descriptor), '',
    ...(field === undefined ? [] : [`FIELD: ${field.name} <${typeText(field.name, field.code)}>`, enumList(field.values), '']),
    'DESCRIPTION:', ...indented(descriptions.length === 0 ? '<empty>' : descriptions.map((text) => `${text}\n`).join(''), TEXT_WIDTH, MARGIN),
    ...(fields.length === 0 ? [] : ['FIELDS:', ...fields]), '',
  ];
  return { ok: true, value: lines.map((line) => `${line}\n`).join('') };
}

/** Every line of a description stands at the margin, the empty ones too. */
const indented = (text: string, width: number, margin: number): readonly string[] => wordWrap(text, width).map((line) => ' '.repeat(margin) + line);

/** The structure behind a field's code, '' for plain values. */
export const typeIn = (code: string): string => /#(.+)$/.exec(code)?.[1] ?? '';

/** `[]Container`, `map[string]string`, `integer`. */
function typeText(name: string, code: string): string {
  const [, shape = '', type = ''] = /^!?(\[\]|\{\})?(.*)$/.exec(code) ?? [];
  // A map of lists.
  if (type.startsWith('[]')) return `map[string]${typeText(name, type)}`;
  const bare = type.startsWith('#') ? type.slice(type.lastIndexOf('.') + 1).replace('#', '') : name === 'fieldsV1' ? 'FieldsV1' : SCALARS[type] ?? 'Object';
  return shape === '[]' ? `[]${bare}` : shape === '{}' ? `map[string]${bare}` : bare;
}

const namesOf = (type: string): readonly string[] => Object.keys(schemaTypes[type] ?? {}).sort(compareText);
const codeOf = (type: string, name: string): string => schemaTypes[type]?.[name] ?? '';
/** The type fields are those of whole objects only: references have fields of these names with meanings of their own. */
export const isTypeField = (type: string, name: string): boolean => TYPE_FIELDS[name] !== undefined && schemaTypes[type]?.['metadata'] !== undefined;
export const fieldDoc = (docs: Docs, type: string, name: string): string => docs[type]?.fields[name] || (isTypeField(type, name) ? TYPE_FIELDS[name] ?? '' : '');

/** `name <type> -required-`; the type fields may be left out by whoever writes the object. */
function headline(type: string, name: string, level: number): string {
  const code = codeOf(type, name);
  const isRequired = code.startsWith('!') && !isTypeField(type, name);
  return `${'  '.repeat(level)}${name}\t<${typeText(name, code)}>${isRequired ? ' -required-' : ''}`;
}

/** The values of a field; those of a list's items or of a map's are not shown. */
const valuesOf = (docs: Docs, type: string, name: string): readonly string[] => (codeOf(type, name).replace('!', '') === 's' ? docs[type]?.enums?.[name] ?? [] : []);

/** The fields of a type with their descriptions. */
function details(type: string, docs: Docs): readonly string[] {
  return namesOf(type).flatMap((name) => [headline(type, name, 1) + enumLine(valuesOf(docs, type, name), 2), ...indented(fieldDoc(docs, type, name) || '<no description>', TEXT_WIDTH, MARGIN), '']);
}

/** Names, types and values only, all the way down; a type inside itself is not unfolded again. */
function outline(type: string, docs: Docs, { level, above }: { readonly level: number; readonly above: readonly string[] }): readonly string[] {
  if (above.includes(type)) return [];
  return namesOf(type).flatMap((name) => [
    headline(type, name, level) + enumLine(valuesOf(docs, type, name), level * 2), ...outline(typeIn(codeOf(type, name)), docs, { level: level + 1, above: [...above, type] }),
  ]);
}
