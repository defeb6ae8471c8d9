/**
 * Selections by fields, as in `--field-selector`.
 *
 * @source kubernetes/apimachinery pkg/fields/selector.go
 */
import type { Result } from '../base/data.ts';
import type { KubeObject } from './meta.ts';
import type { ResourceDescriptor, SelectableField } from './resource.ts';

/** One term; all must hold. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** Cuts at commas that are not escaped by a backslash. */
function splitTerms(text: string): readonly string[] {
  const terms: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text.charAt(i) === '\\') { i++; continue; }
    if (text.charAt(i) !== ',') continue;
    terms.push(text.slice(start, i));
    start = i + 1;
  }
  terms.push(text.slice(start));
  return terms;
}

function splitTerm(term: string): FieldRequirement | undefined {
  for (let i = 0; i < term.length; i++) {
    const two = term.slice(i, i + 2);
    if (two === '!=') return { field: term.slice(0, i), operator: '!=', value: term.slice(i + 2) };
    if (two === '==') return { field: term.slice(0, i), operator: '=', value: term.slice(i + 2) };
    if (term.charAt(i) === '=') return { field: term.slice(0, i), operator: '=', value: term.slice(i + 1) };
  }
  return undefined;
}

function unescape(value: string): Result<string, string> {
  let text = '';
  for (let i = 0; i < value.length; i++) {
    const c = value.charAt(i);
    if (c === ',' || c === '=') return { ok: false, error: `invalid field selector: unescaped character in value: ${c}` };
    if (c !== '\\') { text += c; continue; }
    const next = value.charAt(++i);
    if (next === '') return { ok: false, error: 'invalid field selector: trailing backslash' };
    if (next !== '\\' && next !== ',' && next !== '=') return { ok: false, error: `invalid field selector: invalid escape sequence: \\${next}` };
    text += next;
  }
  return { ok: true, value: text };
}

/** Parses the text form, as `status.phase=Running,spec.nodeName!=n1`. */
export function parseFieldSelector(text: string): Result<readonly FieldRequirement[], string> {
  const requirements: FieldRequirement[] = [];
  for (const term of text === '' ? [] : splitTerms(text)) {
    if (term === '') continue;
    const parts = splitTerm(term);
    if (parts === undefined) return { ok: false, error: `invalid selector: '${text}'; can't understand '${term}'` };
    const value = unescape(parts.value);
    if (!value.ok) return value;
    requirements.push({ ...parts, value: value.value });
  }
  return { ok: true, value: requirements };
}

/** Whether values by field name satisfy all terms; an absent field counts as ''. */
export function matchesFields(requirements: readonly FieldRequirement[], valueOf: (field: string) => string): boolean {
  for (const term of requirements) if ((valueOf(term.field) === term.value) !== (term.operator === '=')) return false;
  return true;
}

/** The text form again. */
function fieldSelectorText(requirements: readonly FieldRequirement[]): string {
  return requirements.map(({ field, operator, value }) => `${field}${operator}${value.replaceAll(/[\\,=]/g, '\\$&')}`).join(',');
}

/** A cluster-scoped object is in no namespace, which may be asked all the same. */
const noNamespace: SelectableField<KubeObject> = { path: 'metadata.namespace', get: () => '' };

function fieldOf<T extends KubeObject>(descriptor: ResourceDescriptor<T>, label: string): SelectableField<T> | undefined {
  const found = descriptor.selectableFields.find(({ path }) => path === label);
  if (found !== undefined || label !== noNamespace.path) return found;
  return hasOwnLabels(descriptor) ? undefined : noNamespace;
}

/** Kinds with fields of their own, and custom kinds, have a conversion of labels of their own. */
const hasOwnLabels = <T extends KubeObject>({ selectableFields, schema }: ResourceDescriptor<T>): boolean => schema !== undefined || selectableFields.some(({ path }) => !path.startsWith('metadata.'));

/**
 * What is said of a field that a kind does not offer.
 *
 * @source kubernetes/apimachinery pkg/runtime/conversion.go (DefaultMetaV1FieldSelectorConversion), kubernetes pkg/apis/core/v1/conversion.go (addConversionFuncs)
 */
function refusedFieldText<T extends KubeObject>(descriptor: ResourceDescriptor<T>, label: string): string {
  if (descriptor.refusedField !== undefined) return descriptor.refusedField(label);
  return hasOwnLabels(descriptor) ? `field label not supported: ${label}` : `${JSON.stringify(label)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

/** A selector in the labels of the stored kind; an error is the sentence of the refusal. */
export function inStoredLabels<T extends KubeObject>(descriptor: ResourceDescriptor<T>, text: string): Result<string, string> {
  const { fieldLabels, stored } = descriptor;
  const parsed = parseFieldSelector(text);
  if (fieldLabels === undefined || !parsed.ok) return { ok: true, value: text };
  // A form has no labels but its own.
  const unknown = parsed.value.find(({ field }) => stored !== undefined && !fieldLabels.has(field));
  if (unknown !== undefined) return { ok: false, error: refusedFieldText(descriptor, unknown.field) };
  return { ok: true, value: fieldSelectorText(parsed.value.map((term) => ({ ...term, field: fieldLabels.get(term.field) ?? term.field }))) };
}

/** Checks that a kind offers the fields, and makes the predicate over its objects. */
export function compileFieldSelector<T extends KubeObject>(descriptor: ResourceDescriptor<T>, text: string): Result<(object: T) => boolean, string> {
  const parsed = parseFieldSelector(text);
  if (!parsed.ok) return parsed;
  const terms: { readonly term: FieldRequirement; readonly field: SelectableField<T> }[] = [];
  for (const term of parsed.value) {
    const field = fieldOf(descriptor, term.field);
    if (field === undefined) return { ok: false, error: refusedFieldText(descriptor, term.field) };
    terms.push({ term, field });
  }
  return { ok: true, value: (object) => terms.every(({ term, field }) => (field.get(object) === term.value) === (term.operator === '=')) };
}
