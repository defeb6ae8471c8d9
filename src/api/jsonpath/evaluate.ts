/**
 * Running a parsed template over a document.
 *
 * @source kubernetes/client-go util/jsonpath/jsonpath.go
 * @fidelity simplified: values of a map come in the order of the document, where Go's order is random
 */
import { bytesOf } from '../../base/bytes.ts';
import { compareText } from '../../base/compare.ts';
import type { Result } from '../../base/data.ts';
import { goText, goTypeOf } from '../../base/go-text.ts';
import { GoFloat, parseJsonPath } from './parse.ts';
import type { PathNode, TemplatePart } from './parse.ts';

type Values = readonly unknown[];
type JsonObject = Readonly<Record<string, unknown>>;

/** A failure; `kept` is what had been found before, which only a filter of existence asks for. */
class JsonPathError extends Error {
  readonly kept: Values;
  constructor(message: string, kept: Values) {
    super(message);
    this.kept = kept;
  }
}

interface Options {
  /** Missing fields give nothing instead of an error. */
  readonly allowMissingKeys: boolean;
}

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

function children(value: unknown): Values {
  if (Array.isArray(value)) return value as Values;
  return isObject(value) ? Object.keys(value).map((key) => value[key]) : [];
}

function fieldValues(input: Values, name: string, options: Options): Values {
  if (input.length === 0) return input;
  const found: unknown[] = [];
  for (const value of input) if (isObject(value) && Object.hasOwn(value, name) && value[name] !== undefined) found.push(value[name]);
  if (found.length === 0 && !options.allowMissingKeys) throw new JsonPathError(`${name} is not found`, []);
  return found;
}

type ArrayNode = Extract<PathNode, { type: 'array' }>;
type FilterNode = Extract<PathNode, { type: 'filter' }>;

function arrayItems(input: Values, node: ArrayNode): Values {
  const fail = (message: string): never => { throw new JsonPathError(message, input); };
  const outOfBounds = (index: number, length: number): never => fail(`array index out of bounds: index ${index}, length ${length}`);
  const found: unknown[] = [];
  for (const value of input) {
    if (value === null || value === undefined) continue;
    if (!Array.isArray(value)) return fail(`${goTypeOf(value)} is not array or slice`);
    const { length } = value;
    const from = node.start.value < 0 ? node.start.value + length : node.start.value;
    let to = node.end.known ? node.end.value : length;
    if (to < 0 || (to === 0 && node.end.derived)) to += length;
    // Upstream stops at the first empty selection, whatever comes behind it.
    if (from === to) return found;
    if (from >= length || from < 0) outOfBounds(from, length);
    if (to > length || to < 0) outOfBounds(to - 1, length);
    if (from > to) fail(`starting index ${from} is greater than ending index ${to}`);
    const step = node.step.known ? node.step.value : 1;
    if (step <= 0) fail('step must be > 0');
    for (let i = from; i < to; i += step) found.push(value[i]);
  }
  return found;
}

function descend(input: Values): Values {
  const found: unknown[] = [];
  for (const value of input) {
    // A text counts as a list of its bytes.
    if (typeof value === 'string' && value !== '') { found.push(value); continue; }
    const inner = children(value);
    if (inner.length > 0) found.push(value, ...descend(inner));
  }
  return found;
}

/** The kind by which values are compared, '' = not at all. */
function comparedAs(value: unknown): string {
  if (value instanceof GoFloat) return 'float64';
  return typeof value === 'object' || value === undefined ? '' : goTypeOf(value);
}

const plain = (value: unknown): unknown => (value instanceof GoFloat ? value.float : value);

/** @source kubernetes/client-go third_party/forked/golang/template/funcs.go */
function compareValues(left: unknown, right: unknown, operator: string): boolean {
  const [kind, other] = [comparedAs(left), comparedAs(right)];
  const fail = (message: string): never => { throw new JsonPathError(message, []); };
  if (!['==', '!=', '<', '>', '<=', '>='].includes(operator)) return fail(`unrecognized filter operator ${operator}`);
  if (kind === '' || other === '') return fail('invalid type for comparison');
  if (kind !== other) return fail('incompatible types for comparison');
  const [a, b] = [plain(left), plain(right)];
  if (operator === '==') return a === b;
  if (operator === '!=') return a !== b;
  if (kind === 'bool') return fail('invalid type for comparison');
  const order = typeof a === 'number' ? a - (b as number) : compareText(a as string, b as string);
  if (operator === '<') return order < 0;
  return operator === '>' ? order > 0 : operator === '<=' ? order <= 0 : order >= 0;
}

function single(values: Values): unknown {
  if (values.length > 1) throw new JsonPathError('can only compare one element at a time', []);
  return values[0];
}

/** Whether a path finds anything; what fails on its way counts as found when there was something to look at. */
function exists(item: unknown, node: FilterNode, options: Options): boolean {
  try {
    return walkAll([item], node.left, options).length > 0;
  } catch (thrown) {
    if (thrown instanceof JsonPathError) return thrown.kept.length > 0;
    throw thrown;
  }
}

function passes(item: unknown, node: FilterNode, options: Options): boolean {
  if (node.operator === 'exists') return exists(item, node, options);
  const left = walkAll([item], node.left, options);
  if (left.length === 0) return false;
  const one = single(left);
  const right = walkAll([item], node.right, options);
  return right.length > 0 && compareValues(one, single(right), node.operator);
}

function filterItems(input: Values, node: FilterNode, options: Options): Values {
  const found: unknown[] = [];
  for (const value of input) {
    if (!Array.isArray(value)) throw new JsonPathError(`${goText(value)} is not array or slice and cannot be filtered`, input);
    for (const item of value as Values) if (passes(item, node, options)) found.push(item);
  }
  return found;
}

function walk(input: Values, node: PathNode, options: Options): Values {
  switch (node.type) {
    case 'text': return [node.text];
    case 'literal': return input.map(() => node.value);
    case 'field': return fieldValues(input, node.name, options);
    case 'wildcard': return input.flatMap((value) => (typeof value === 'string' ? Array.from(bytesOf(value), (byte) => byte.charCodeAt(0)) : children(value)));
    case 'recursive': return descend(input);
    case 'array': return arrayItems(input, node);
    case 'union': return node.parts.flatMap((part) => walkAll(input, part, options));
    case 'filter': return filterItems(input, node, options);
    case 'identifier': throw new JsonPathError(`unrecognized identifier ${node.name}`, input);
  }
}

function walkAll(input: Values, nodes: readonly PathNode[], options: Options): Values {
  let values = input;
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i] as PathNode;
    // A field behind `..` looks at every level and only complains when no level has it.
    values = walk(values, node, options);
  }
  return values;
}

/** Values deep inside `range` blocks at most. */
const maximumRangeDepth = 32;

interface Block {
  readonly results: readonly Values[];
  /** Behind the matching `{end}`, or the end of the template. */
  readonly next: number;
}

const blockWord = (part: TemplatePart | undefined): string => {
  const first = part?.type === 'action' ? part.nodes[0] : undefined;
  return first?.type === 'identifier' && (first.name === 'range' || first.name === 'end') ? first.name : '';
};

/** The place behind the `{end}` of a block that begins at `from`; without one, what was meant for it is looked at once more outside. */
function skipBlock(parts: readonly TemplatePart[], from: number): number {
  let depth = 0;
  for (let i = from; i < parts.length; i++) {
    const word = blockWord(parts[i]);
    if (word === 'range') depth++;
    else if (word === 'end' && depth-- === 0) return i + 1;
  }
  return from;
}

function runBlock(parts: readonly TemplatePart[], from: number, scope: { readonly value: unknown; readonly depth: number; readonly options: Options }): Block {
  if (scope.depth > maximumRangeDepth) throw new JsonPathError(`more than ${maximumRangeDepth} ranges inside each other`, []);
  const results: Values[] = [];
  let i = from;
  while (i < parts.length) {
    const part = parts[i] as TemplatePart;
    i++;
    if (part.type === 'text') { results.push([part.text]); continue; }
    const word = blockWord(part);
    if (word === 'end') {
      if (scope.depth === 0) throw new JsonPathError('not in range, nothing to end', []);
      return { results, next: i };
    }
    if (word !== 'range') { results.push(walkAll([scope.value], part.nodes, scope.options)); continue; }
    const items = walkAll([scope.value], part.nodes.slice(1), scope.options);
    // An empty range is run once with nothing, for its errors.
    if (items.length === 0) runBlock(parts, i, { ...scope, value: null, depth: scope.depth + 1 });
    for (const item of items) results.push(...runBlock(parts, i, { ...scope, value: item, depth: scope.depth + 1 }).results);
    i = skipBlock(parts, i);
  }
  return { results, next: i };
}

/** JSON with sorted keys, as Go prints maps. */
export function sortedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${(value as Values).map(sortedJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const keys = Object.keys(value).filter((key) => value[key] !== undefined).sort(compareText);
  return `{${keys.map((key) => `${JSON.stringify(key)}:${sortedJson(value[key])}`).join(',')}}`;
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  return typeof value === 'object' && !(value instanceof GoFloat) ? sortedJson(value) : String(plain(value));
}

/** The values of each part of a template, for callers that sort or compare. */
export function findJsonPath(parts: readonly TemplatePart[], document: unknown, allowMissingKeys: boolean): Result<readonly Values[], string> {
  try {
    return { ok: true, value: runBlock(parts, 0, { value: document, depth: 0, options: { allowMissingKeys } }).results };
  } catch (thrown) {
    if (thrown instanceof JsonPathError) return { ok: false, error: thrown.message };
    throw thrown;
  }
}

/** The text of a template over a document; kubectl allows missing keys unless told otherwise. */
export function evaluateJsonPath(template: string, document: unknown, allowMissingKeys = true): Result<string, string> {
  const parsed = parseJsonPath(template);
  if (!parsed.ok) return parsed;
  const found = findJsonPath(parsed.value, document, allowMissingKeys);
  return found.ok ? { ok: true, value: found.value.map((values) => values.map(valueText).join(' ')).join('') } : found;
}
