/**
 * Running a parsed template over a document.
 *
 * @source kubernetes/client-go util/jsonpath/jsonpath.go
 * @fidelity simplified: values of a map come in the order of the document, where Go's order is random
 */
import { compareText } from '../../base/compare.ts';
import type { Result } from '../../base/data.ts';
import { parseJsonPath } from './parse.ts';
import type { PathNode, TemplatePart } from './parse.ts';

type Values = readonly unknown[];
type JsonObject = Readonly<Record<string, unknown>>;

class JsonPathError extends Error {}

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
  // An empty name is the object itself, as in `{.}`.
  if (name === '') return input;
  const found: unknown[] = [];
  for (const value of input) if (isObject(value) && Object.hasOwn(value, name)) found.push(value[name]);
  if (found.length === 0 && !options.allowMissingKeys) throw new JsonPathError(`${name} is not found`);
  return found;
}

function checkBounds(from: number, to: number, length: number): void {
  const outOfBounds = (index: number): never => { throw new JsonPathError(`array index out of bounds: index ${index}, length ${length}`); };
  if (from >= length || from < 0) outOfBounds(from);
  if (to > length || to < 0) outOfBounds(to - 1);
  if (from > to) throw new JsonPathError(`starting index ${from} is greater than ending index ${to}`);
}

function slice(value: unknown, node: Extract<PathNode, { type: 'array' }>): Values {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw new JsonPathError(`${valueText(value)} is not array or slice`);
  const length = value.length;
  const from = node.start.value < 0 ? node.start.value + length : node.start.value;
  let to = node.end.known ? node.end.value : length;
  if (to < 0 || (to === 0 && node.end.derived)) to += length;
  if (from === to) return [];
  checkBounds(from, to, length);
  const step = node.step.known ? node.step.value : 1;
  if (step <= 0) throw new JsonPathError('step must be > 0');
  return (value as Values).slice(from, to).filter((_item, i) => i % step === 0);
}

function descend(input: Values): Values {
  const found: unknown[] = [];
  for (const value of input) {
    const inner = children(value);
    if (inner.length > 0) found.push(value, ...descend(inner));
  }
  return found;
}

function compareValues(left: unknown, right: unknown, operator: string): boolean {
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  if (typeof left !== typeof right || (typeof left !== 'number' && typeof left !== 'string')) throw new JsonPathError('incompatible types for comparison');
  const order = typeof left === 'number' ? left - (right as number) : compareText(left, right as string);
  switch (operator) {
    case '<': return order < 0;
    case '>': return order > 0;
    case '<=': return order <= 0;
    case '>=': return order >= 0;
    default: throw new JsonPathError(`unrecognized filter operator ${operator}`);
  }
}

function single(values: Values): unknown {
  if (values.length > 1) throw new JsonPathError('can only compare one element at a time');
  return values[0];
}

function passes(item: unknown, node: Extract<PathNode, { type: 'filter' }>): boolean {
  const lenient = { allowMissingKeys: true };
  const left = walkAll([item], node.left, lenient);
  if (left.length === 0) return false;
  if (node.operator === 'exists') return true;
  const right = walkAll([item], node.right, lenient);
  return right.length > 0 && compareValues(single(left), single(right), node.operator);
}

function walk(input: Values, node: PathNode, options: Options): Values {
  switch (node.type) {
    case 'text': return [node.text];
    case 'literal': return [node.value];
    case 'field': return fieldValues(input, node.name, options);
    case 'wildcard': return input.flatMap(children);
    case 'recursive': return descend(input);
    case 'array': return input.flatMap((value) => slice(value, node));
    case 'union': return node.parts.flatMap((part) => walkAll(input, part, options));
    case 'filter': return input.flatMap((value) => (Array.isArray(value) ? (value as Values).filter((item) => passes(item, node)) : []));
    case 'identifier': throw new JsonPathError(`unrecognized identifier ${node.name}`);
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

/** The place behind the `{end}` of a block that begins at `from`. */
function skipBlock(parts: readonly TemplatePart[], from: number): number {
  let depth = 0;
  for (let i = from; i < parts.length; i++) {
    const word = blockWord(parts[i]);
    if (word === 'range') depth++;
    else if (word === 'end' && depth-- === 0) return i + 1;
  }
  return parts.length;
}

function runBlock(parts: readonly TemplatePart[], from: number, scope: { readonly value: unknown; readonly depth: number; readonly options: Options }): Block {
  if (scope.depth > maximumRangeDepth) throw new JsonPathError(`more than ${maximumRangeDepth} ranges inside each other`);
  const results: Values[] = [];
  let i = from;
  while (i < parts.length) {
    const part = parts[i] as TemplatePart;
    i++;
    if (part.type === 'text') { results.push([part.text]); continue; }
    const word = blockWord(part);
    if (word === 'end') {
      if (scope.depth === 0) throw new JsonPathError('not in range, nothing to end');
      return { results, next: i };
    }
    if (word !== 'range') { results.push(walkAll([scope.value], part.nodes, scope.options)); continue; }
    const items = walkAll([scope.value], part.nodes.slice(1), scope.options);
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
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? sortedJson(value) : String(value);
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
