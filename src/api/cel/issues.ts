/**
 * What is wrong with an expression, in the words and with the picture of cel-go.
 *
 * @source google/cel-go common/error.go (ToDisplayString), checker/errors.go, parser/errors.go
 * @fidelity simplified: of a syntax error only the first is told, and unless the text ends too early in the library's own words
 */
import { EvaluationError, ParseError, TypeError as CelTypeError } from '@marcbachmann/cel-js';

/** A complaint and where it is. `offset` counts characters of the text. */
export interface Issue { readonly code: string; readonly message: string; readonly offset: number }

type CelFault = ParseError | CelTypeError | EvaluationError;
const isCelFault = (error: unknown): error is CelFault => error instanceof ParseError || error instanceof CelTypeError || error instanceof EvaluationError;

/** What cel-go expects where an operand has to begin. */
const OPERANDS = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

/** The library's error as an issue of an expression. */
export function issueOf(error: unknown, text: string): Issue {
  if (!isCelFault(error)) return { code: '', message: error instanceof Error ? error.message : String(error), offset: 0 };
  const { code, summary, range } = error;
  const start = range?.start ?? 0;
  if (error instanceof ParseError) return { code, message: `Syntax error: ${summary === 'Unexpected token: EOF' ? `mismatched input '<EOF>' expecting ${OPERANDS}` : summary}`, offset: start };
  switch (code) {
    case 'unknown_variable': return { code, message: `undeclared reference to '${summary.replace(/^Unknown variable: /, '')}' (in container '')`, offset: start };
    // The picture points to the dot before the field.
    case 'no_such_key': return { code, message: `undefined field '${summary.replace(/^No such key: /, '')}'`, offset: Math.max(0, text.lastIndexOf('.', start)) };
    case 'no_such_overload': return binaryIssue(error, text);
    case 'no_matching_overload': return callIssue(error, text);
    default: return { code, message: summary, offset: start };
  }
}

function binaryIssue({ code, summary, range, node }: CelFault, text: string): Issue {
  const [, left, operator, right] = /^no such overload: (\S+) (\S+) (\S+)$/.exec(summary) ?? [];
  const message = left === undefined ? summary : `found no matching overload for '_${operator ?? ''}_' applied to '(${left}, ${right ?? ''})'`;
  const [first] = Array.isArray(node?.args) ? node.args as readonly { readonly end?: number }[] : [];
  const at = operator === undefined ? -1 : text.indexOf(operator, first?.end ?? range?.start ?? 0);
  return { code, message, offset: at < 0 ? range?.start ?? 0 : at };
}

function callIssue({ code, summary, range }: CelFault, text: string): Issue {
  const [, receiver, name, types] = /^found no matching overload for '(?:(.+)\.)?(\w+)\((.*)\)'$/.exec(summary) ?? [];
  const open = text.indexOf('(', range?.start ?? 0);
  const offset = open < 0 ? range?.start ?? 0 : open;
  if (name === undefined) return { code, message: summary, offset };
  return { code, message: `found no matching overload for '${name}' applied to '${receiver === undefined ? '' : `${receiver}.`}(${types ?? ''})'`, offset };
}

/** `ERROR: <input>:1:7: undefined field 'foo'`, the line it is in, and a mark below it. */
export function issueText({ message, offset }: Issue, text: string): string {
  const before = text.slice(0, offset).split('\n');
  const column = (before[before.length - 1] ?? '').length;
  const line = text.split('\n')[before.length - 1] ?? '';
  return `ERROR: <input>:${before.length}:${column + 1}: ${message}\n | ${line}\n | ${'.'.repeat(column)}^`;
}
