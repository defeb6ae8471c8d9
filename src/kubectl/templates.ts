/** `-o jsonpath=…` and `-o custom-columns=…`. */
import { goText } from '../base/go-text.ts';
import type { Result } from '../base/data.ts';
import { evaluateJsonPath, findJsonPath, parseJsonPath, relaxedJsonPath, type TemplatePart } from '../api/jsonpath.ts';
import { type Failure, plainFailure } from './errors.ts';
import { toJson } from './json.ts';
import type { Printer } from './output.ts';
import { table } from './table.ts';

const refuse = (message: string): Result<Printer, Failure> => ({ ok: false, error: plainFailure(message) });

/** The printer of a JSONPath template. */
export function jsonPathPrinter(template: string, asJson: boolean, allowsMissing = true): Result<Printer, Failure> {
  if (template === '') return refuse('template format specified but no template given');
  const parsed = parseJsonPath(template);
  if (!parsed.ok) return refuse(`error parsing jsonpath ${template}, ${parsed.error}`);
  return {
    ok: true,
    value(object) {
      if (asJson) return jsonOf(parsed.value, object, { template, allowsMissing });
      const text = evaluateJsonPath(template, object, allowsMissing);
      return text.ok ? text : { ok: false, error: executionFailure(template, object, text.error) };
    },
  };
}

/** kubectl adds what it was working on, with the object as Go prints it. */
function executionFailure(template: string, object: object, why: string): Failure {
  return plainFailure(`error executing jsonpath ${JSON.stringify(template)}: Error executing template: ${why}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${template}\n\tobject given to jsonpath engine was:\n\t\t${goSyntax(object)}\n\n`);
}

/** A value in Go's own notation (`%#v`). */
function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (typeof value !== 'object') return String(value);
  const map = value as Readonly<Record<string, unknown>>;
  return `map[string]interface {}{${Object.keys(map).filter((key) => map[key] !== undefined).sort((a, b) => (a < b ? -1 : 1)).map((key) => `${JSON.stringify(key)}:${goSyntax(map[key])}`).join(', ')}}`;
}

function jsonOf(parts: readonly TemplatePart[], object: object, { template, allowsMissing }: { readonly template: string; readonly allowsMissing: boolean }): Result<string, Failure> {
  const found = findJsonPath(parts, object, allowsMissing);
  if (!found.ok) return { ok: false, error: executionFailure(template, object, found.error) };
  return { ok: true, value: `${toJson(found.value.flat())}\n` };
}

interface Column { readonly header: string; readonly parts: readonly TemplatePart[] }

/** The printer of custom columns: `NAME:.metadata.name,IMAGE:.spec.containers[*].image`. */
export function columnsPrinter(template: string, noHeaders: boolean): Result<Printer, Failure> {
  if (template === '') return refuse('custom-columns format specified but no custom columns given');
  const columns: Column[] = [];
  for (const spec of splitColumns(template)) {
    const colon = spec.indexOf(':');
    if (colon < 0) return refuse(`unexpected custom-columns spec: ${spec}, expected <header>:<json-path-expr>`);
    const column = columnOf(spec.slice(0, colon), spec.slice(colon + 1));
    if (!column.ok) return column;
    columns.push(column.value);
  }
  return { ok: true, value: columnsOnce(columns, noHeaders) };
}

/** Headers stand above the first object only: a watch goes on below. */
function columnsOnce(columns: readonly Column[], noHeaders: boolean): Printer {
  let isFirst = !noHeaders;
  return (object) => {
    const text = columnsText(object, columns, !isFirst);
    isFirst = false;
    return { ok: true, value: text };
  };
}

/** The printer of a file of custom columns: a line of headers, a line of paths. */
export function columnsOfLines(text: string, noHeaders: boolean): Result<Printer, Failure> {
  const [headers = [], paths = []] = text.split('\n').slice(0, 2).map((line) => line.split(/\s+/).filter((word) => word !== ''));
  const form = 'Expected format is one line of space separated headers, one line of space separated column specs.';
  if (text === '') return refuse(`invalid template, missing header line. ${form}`);
  if (!/\n./.test(text)) return refuse(`invalid template, missing spec line. ${form}`);
  if (headers.length !== paths.length) return refuse(`number of headers (${headers.length}) and field specifications (${paths.length}) don't match`);
  const columns: Column[] = [];
  for (const [place, header] of headers.entries()) {
    const column = columnOf(header, paths[place] ?? '');
    if (!column.ok) return column;
    columns.push(column.value);
  }
  return { ok: true, value: columnsOnce(columns, noHeaders) };
}

function columnOf(header: string, path: string): Result<Column, Failure> {
  const relaxed = relaxedJsonPath(path);
  const parsed = relaxed.ok ? parseJsonPath(relaxed.value) : relaxed;
  return parsed.ok ? { ok: true, value: { header, parts: parsed.value } } : { ok: false, error: plainFailure(parsed.error) };
}

/** Commas inside brackets belong to the path. */
function splitColumns(template: string): readonly string[] {
  const specs: string[] = [''];
  let depth = 0;
  for (const character of template) {
    if (character === '[' || character === '(') depth++;
    if (character === ']' || character === ')') depth--;
    if (character === ',' && depth === 0) specs.push('');
    else specs[specs.length - 1] += character;
  }
  return specs;
}

function columnsText(object: object, columns: readonly Column[], noHeaders: boolean): string {
  const items = (object as { readonly items?: readonly object[] }).items ?? [object];
  const rows = items.map((item) => columns.map((column) => cellText(item, column)));
  return table(noHeaders ? rows : [columns.map((column) => column.header), ...rows]);
}

function cellText(item: object, column: Column): string {
  const found = findJsonPath(column.parts, item, true);
  const values = found.ok ? found.value.flat() : [];
  if (values.length === 0) return '<none>';
  return values.map((value) => (value === null || value === undefined ? '<nil>' : typeof value === 'object' ? goText(value) : String(value))).join(',');
}

