/**
 * Selections by labels: from text, as in `-l`, and from LabelSelector objects.
 *
 * A selector is plain data; `matchesLabels` interprets it, `compileSelector` makes a predicate for a loop.
 *
 * @source kubernetes/apimachinery pkg/labels/selector.go
 */
import { compareText } from '../base/compare.ts';
import type { Result } from '../base/data.ts';
import { fieldErrorText, invalid, mapValue } from './field-error.ts';
import type { FieldError } from './field-error.ts';
import type { LabelSelector, LabelSelectorRequirement, StringMap } from './meta.ts';
import { labelValue, qualifiedName } from './names.ts';

export type SelectorOperator = 'in' | 'notin' | '=' | '==' | '!=' | 'exists' | '!' | 'gt' | 'lt';

/** One term of a selector; all must hold. Values are sorted. */
export interface Requirement {
  readonly key: string;
  readonly operator: SelectorOperator;
  readonly values: readonly string[];
}

/** All requirements must hold; `nothing` matches no object at all. */
export interface Selector {
  readonly requirements: readonly Requirement[];
  readonly nothing?: boolean;
}

/** Matches every object. */
export const everything: Selector = Object.freeze({ requirements: Object.freeze([]) });
/** Matches no object. */
export const nothing: Selector = Object.freeze({ requirements: Object.freeze([]), nothing: true });

const noLabels: StringMap = Object.freeze({});

type Token = 'end' | 'identifier' | '(' | ')' | ',' | '!' | '=' | '==' | '!=' | '>' | '<' | 'in' | 'notin' | 'error';
interface Lexeme { readonly token: Token; readonly text: string }

const symbols: ReadonlySet<string> = new Set(['(', ')', ',', '!', '=', '==', '!=', '>', '<']);
const isSymbol = (c: string): boolean => c !== '' && '=!(),><'.includes(c);
const isSpace = (c: string): boolean => c === ' ' || c === '\t' || c === '\r' || c === '\n';

function scan(text: string): readonly Lexeme[] {
  const lexemes: Lexeme[] = [];
  let at = 0;
  while (at < text.length) {
    if (isSpace(text.charAt(at))) { at++; continue; }
    const start = at;
    if (isSymbol(text.charAt(at))) {
      at++;
      if (symbols.has(text.slice(start, at + 1))) at++;
      lexemes.push({ token: text.slice(start, at) as Token, text: text.slice(start, at) });
      continue;
    }
    while (at < text.length && !isSpace(text.charAt(at)) && !isSymbol(text.charAt(at))) at++;
    const word = text.slice(start, at);
    lexemes.push({ token: word === 'in' || word === 'notin' ? word : 'identifier', text: word });
  }
  return lexemes;
}

/** A parse that fails unwinds to `parseLabelSelector` with its message. */
class SelectorSyntaxError extends Error {}

function fail(message: string): never {
  throw new SelectorSyntaxError(message);
}

interface Cursor { readonly lexemes: readonly Lexeme[]; at: number }
const end: Lexeme = Object.freeze({ token: 'end', text: '' });

/** Where values or keys are expected, the words `in` and `notin` are plain identifiers. */
function peek(cursor: Cursor): Lexeme {
  const lexeme = cursor.lexemes[cursor.at] ?? end;
  return lexeme.token === 'in' || lexeme.token === 'notin' ? { token: 'identifier', text: lexeme.text } : lexeme;
}

function take(cursor: Cursor): Lexeme {
  const lexeme = peek(cursor);
  cursor.at++;
  return lexeme;
}

function takeOperator(cursor: Cursor): SelectorOperator {
  const lexeme = cursor.lexemes[cursor.at] ?? end;
  cursor.at++;
  switch (lexeme.token) {
    case 'in': case 'notin': case '=': case '==': case '!=': return lexeme.token;
    case '>': return 'gt';
    case '<': return 'lt';
    default: return fail(`found '${lexeme.text}', expected: in, notin, =, ==, !=, gt, lt`);
  }
}

function takeList(cursor: Cursor): readonly string[] {
  const open = take(cursor);
  if (open.token !== '(') fail(`found '${open.text}' expected: '('`);
  const first = peek(cursor);
  // `()` is a set of the empty value.
  if (first.token === ')') { cursor.at++; return ['']; }
  if (first.token !== 'identifier' && first.token !== ',') fail(`found '${first.text}', expected: ',', ')' or identifier`);
  const values = takeIdentifiers(cursor);
  const close = take(cursor);
  if (close.token !== ')') fail(`found '${first.text}', expected: ')'`);
  return values;
}

function takeIdentifiers(cursor: Cursor): readonly string[] {
  const values = new Set<string>();
  for (;;) {
    const lexeme = take(cursor);
    const next = peek(cursor);
    if (lexeme.token === 'identifier') {
      values.add(lexeme.text);
      if (next.token === ')') return [...values];
      if (next.token !== ',') fail(`found '${next.text}', expected: ',' or ')'`);
    } else if (lexeme.token === ',') {
      if (values.size === 0) values.add('');
      if (next.token === ')') { values.add(''); return [...values]; }
      if (next.token === ',') { cursor.at++; values.add(''); }
    } else {
      fail(`found '${lexeme.text}', expected: ',', or identifier`);
    }
  }
}

function takeExact(cursor: Cursor): readonly string[] {
  const next = peek(cursor);
  if (next.token === 'end' || next.token === ',') return [''];
  const lexeme = take(cursor);
  if (lexeme.token !== 'identifier') fail(`found '${lexeme.text}', expected: identifier`);
  return [lexeme.text];
}

function takeRequirement(cursor: Cursor): Requirement {
  const negated = peek(cursor).token === '!';
  if (negated) cursor.at++;
  const key = take(cursor);
  if (key.token !== 'identifier') fail(`found '${key.text}', expected: identifier`);
  const wrong = qualifiedName(key.text);
  if (wrong.length > 0) fail(fieldErrorText(invalid('<nil>', key.text, wrong.join('; '))));
  const next = peek(cursor);
  if (negated) return requirement(key.text, '!', []);
  if (next.token === 'end' || next.token === ',') return requirement(key.text, 'exists', []);
  const operator = takeOperator(cursor);
  return requirement(key.text, operator, operator === 'in' || operator === 'notin' ? takeList(cursor) : takeExact(cursor));
}

/** What Go reads as a 64-bit whole number. */
function isInteger(text: string): boolean {
  if (/^[-+]?[0-9]{1,18}$/.test(text)) return true;
  return /^[-+]?[0-9]{1,64}$/.test(text) && BigInt.asIntN(64, BigInt(text.replace('+', ''))) === BigInt(text.replace('+', ''));
}

/** A number that `isInteger` passed; only long ones need exact arithmetic. */
const integerOf = (text = ''): number | bigint => (text.length < 16 ? Number(text) : BigInt(text.replace('+', '')));

function valueCountText(operator: SelectorOperator, count: number): string {
  switch (operator) {
    case 'in': case 'notin': return count === 0 ? "for 'in', 'notin' operators, values set can't be empty" : '';
    case '=': case '==': case '!=': return count !== 1 ? 'exact-match compatibility requires one single value' : '';
    case 'exists': case '!': return count !== 0 ? 'values set must be empty for exists and does not exist' : '';
    default: return count !== 1 ? "for 'Gt', 'Lt' operators, exactly one value is required" : '';
  }
}

/** Everything wrong with a term, as field errors below `values`. */
function requirementErrors(key: string, operator: SelectorOperator, values: readonly string[]): readonly FieldError[] {
  const errors: FieldError[] = [];
  const wrongKey = qualifiedName(key);
  if (wrongKey.length > 0) errors.push(invalid('key', key, wrongKey.join('; ')));
  const wrongCount = valueCountText(operator, values.length);
  if (wrongCount !== '') errors.push(invalid('values', values, wrongCount));
  values.forEach((value, i) => {
    if ((operator === 'gt' || operator === 'lt') && !isInteger(value)) {
      errors.push(invalid(`values[${i}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer"));
    }
    const wrong = labelValue(value);
    if (wrong.length > 0) errors.push(invalid(`values[${i}][${key}]`, value, wrong.join('; ')));
  });
  return errors;
}

function requirement(key: string, operator: SelectorOperator, values: readonly string[]): Requirement {
  const sorted = [...values].sort(compareText);
  const errors = requirementErrors(key, operator, sorted);
  if (errors.length > 0) fail(errors.length === 1 ? fieldErrorText(errors[0] as FieldError) : `[${errors.map(fieldErrorText).join(', ')}]`);
  return { key, operator, values: sorted };
}

function parseAll(cursor: Cursor): readonly Requirement[] {
  const requirements: Requirement[] = [];
  for (;;) {
    const first = peek(cursor);
    if (first.token === 'end') return requirements;
    if (first.token !== 'identifier' && first.token !== '!') fail(`found '${first.text}', expected: !, identifier, or 'end of string'`);
    requirements.push(wrapRequirement(cursor));
    const separator = take(cursor);
    if (separator.token === 'end') return requirements;
    if (separator.token !== ',') fail(`found '${separator.text}', expected: ',' or 'end of string'`);
    const next = peek(cursor);
    if (next.token !== 'identifier' && next.token !== '!') fail(`found '${next.text}', expected: identifier after ','`);
  }
}

function wrapRequirement(cursor: Cursor): Requirement {
  try {
    return takeRequirement(cursor);
  } catch (thrown) {
    if (thrown instanceof SelectorSyntaxError) fail(`unable to parse requirement: ${thrown.message}`);
    throw thrown;
  }
}

/** Parses the text form, as `a=b,c in (d,e),!f`. */
export function parseLabelSelector(text: string): Result<Selector, string> {
  if (text === '') return { ok: true, value: everything };
  try {
    const requirements = [...parseAll({ lexemes: scan(text), at: 0 })].sort((a, b) => compareText(a.key, b.key));
    return { ok: true, value: { requirements } };
  } catch (thrown) {
    if (thrown instanceof SelectorSyntaxError) return { ok: false, error: thrown.message };
    throw thrown;
  }
}

function requirementText(of: Requirement): string {
  switch (of.operator) {
    case 'exists': return of.key;
    case '!': return `!${of.key}`;
    case 'in': case 'notin': return `${of.key} ${of.operator} (${of.values.join(',')})`;
    case 'gt': return `${of.key}>${of.values.join(',')}`;
    case 'lt': return `${of.key}<${of.values.join(',')}`;
    default: return `${of.key}${of.operator}${of.values.join(',')}`;
  }
}

/** The canonical text form. */
export function selectorText(selector: Selector): string {
  return selector.requirements.map(requirementText).join(',');
}

function requirementHolds(of: Requirement, labels: StringMap): boolean {
  const value = labels[of.key];
  if (value === undefined) return of.operator === '!' || of.operator === '!=' || of.operator === 'notin';
  switch (of.operator) {
    case 'exists': return true;
    case '!': return false;
    case '=': case '==': return value === of.values[0];
    case 'in': return of.values.includes(value);
    case '!=': case 'notin': return !of.values.includes(value);
    case 'gt': return isInteger(value) && integerOf(value) > integerOf(of.values[0]);
    case 'lt': return isInteger(value) && integerOf(value) < integerOf(of.values[0]);
  }
}

/** Whether labels satisfy a selector. */
export function matchesLabels(selector: Selector, labels: StringMap | undefined): boolean {
  if (selector.nothing === true) return false;
  const given = labels ?? noLabels;
  for (const term of selector.requirements) if (!requirementHolds(term, given)) return false;
  return true;
}

/** A test for many objects, most of which share their frozen labels: equal labels in a row are looked at once. */
export function labelsMatcher(selector: Selector): (labels: StringMap | undefined) => boolean {
  let last: StringMap | undefined;
  let result = matchesLabels(selector, undefined);
  return labels => {
    if (labels === last) return result;
    last = labels;
    return (result = matchesLabels(selector, labels));
  };
}

const compiled = new WeakMap<LabelSelector, Selector>();
const objectOperators = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' } as const;

/** The selector of an object; absent selects nothing, empty selects everything. Remembered for frozen objects. */
export function selectorOf(of: LabelSelector | undefined): Selector {
  if (of === undefined) return nothing;
  const known = compiled.get(of);
  if (known !== undefined) return known;
  const requirements: Requirement[] = Object.keys(of.matchLabels ?? {}).map((key) => ({ key, operator: '=', values: [of.matchLabels?.[key] ?? ''] }));
  for (const term of of.matchExpressions ?? []) {
    const operator = objectOperators[term.operator];
    // An unknown operator cannot be stored; it selects nothing rather than too much.
    if (operator === undefined) return nothing;
    requirements.push({ key: term.key, operator, values: [...(term.values ?? [])].sort(compareText) });
  }
  const selector: Selector = { requirements: requirements.sort((a, b) => compareText(a.key, b.key)) };
  if (Object.isFrozen(of)) compiled.set(of, selector);
  return selector;
}

/** A selector that wants exactly these labels, as Services and node selectors have it. */
export function selectorOfLabels(labels: StringMap | undefined): Selector {
  return { requirements: Object.keys(labels ?? {}).sort(compareText).map((key) => ({ key, operator: '=', values: [labels?.[key] ?? ''] })) };
}

/** Whether the labels satisfy a LabelSelector object. */
export function labelSelectorMatches(of: LabelSelector | undefined, labels: StringMap | undefined): boolean {
  return matchesLabels(selectorOf(of), labels);
}

/** Whether the terms of an object can be read at all; what is wrong with them is said by `validateLabelSelector`.
 * @source kubernetes/apimachinery pkg/apis/meta/v1/helpers.go (LabelSelectorAsSelector) */
export function isReadableSelector(of: LabelSelector): boolean {
  const labels = of.matchLabels ?? {};
  return Object.keys(labels).every((key) => requirementErrors(key, '=', [labels[key] ?? '']).length === 0)
    && (of.matchExpressions ?? []).every(({ key, operator, values }) => objectOperators[operator] !== undefined && requirementErrors(key, objectOperators[operator], values ?? []).length === 0);
}

/** A selector as the message of an error shows it: fields in Go's order, labels by name. */
export function selectorValue({ matchLabels, matchExpressions }: LabelSelector): object {
  return {
    ...(matchLabels === undefined ? {} : { matchLabels: mapValue(matchLabels) }),
    ...(matchExpressions === undefined ? {} : { matchExpressions: matchExpressions.map(({ key, operator, values }) => ({ key, operator, ...(values === undefined ? {} : { values }) })) }),
  };
}

/** Whether an object selects everything because it says nothing. */
export function isEmptyLabelSelector(of: LabelSelector): boolean {
  return Object.keys(of.matchLabels ?? {}).length === 0 && (of.matchExpressions ?? []).length === 0;
}

/** Text of a LabelSelector object as kubectl prints it. */
export function labelSelectorText(of: LabelSelector | undefined): string {
  if (of === undefined) return '<none>';
  const text = selectorText(selectorOf(of));
  return text === '' ? '<none>' : text;
}

/**
 * Errors of a LabelSelector object. `letsValues`: what is stored has values that are none, and may keep such.
 * @source kubernetes/apimachinery pkg/apis/meta/v1/validation/validation.go
 */
export function validateLabelSelector(of: LabelSelector | undefined, path: string, letsValues = false): readonly FieldError[] {
  if (of === undefined) return [];
  const errors: FieldError[] = [];
  for (const key of Object.keys(of.matchLabels ?? {})) {
    for (const message of qualifiedName(key)) errors.push(invalid(`${path}.matchLabels`, key, message));
    const value = of.matchLabels?.[key] ?? '';
    for (const message of labelValue(value)) errors.push(invalid(`${path}.matchLabels`, value, message));
  }
  (of.matchExpressions ?? []).forEach((term, i) => {
    const at = `${path}.matchExpressions[${i}]`;
    if (!validateRequirementValues(term, at, errors)) errors.push(invalid(`${at}.operator`, term.operator, 'not a valid selector operator'));
    validateRequirementLabels(term, at, { letsValues, errors });
  });
  return errors;
}

/** Whether a term has values exactly where its operator takes any; false for an operator that nobody knows. */
export function validateRequirementValues({ operator, values = [] }: LabelSelectorRequirement, path: string, errors: FieldError[]): boolean {
  switch (operator) {
    case 'In': case 'NotIn':
      if (values.length === 0) errors.push({ type: 'FieldValueRequired', field: `${path}.values`, detail: "must be specified when `operator` is 'In' or 'NotIn'" });
      return true;
    case 'Exists': case 'DoesNotExist':
      if (values.length > 0) errors.push({ type: 'FieldValueForbidden', field: `${path}.values`, detail: "may not be specified when `operator` is 'Exists' or 'DoesNotExist'" });
      return true;
    default: return false;
  }
}

/** Whether the key and the values of a term can be those of labels. */
export function validateRequirementLabels({ key, values = [] }: LabelSelectorRequirement, path: string, { letsValues, errors }: { readonly letsValues: boolean; readonly errors: FieldError[] }): void {
  for (const message of qualifiedName(key)) errors.push(invalid(`${path}.key`, key, message));
  if (!letsValues) values.forEach((value, k) => {
    for (const message of labelValue(value)) errors.push(invalid(`${path}.values[${k}]`, value, message));
  });
}

