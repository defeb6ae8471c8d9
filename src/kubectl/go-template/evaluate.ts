/** Runs a Go template over plain data.
 * @source golang text/template exec.go, funcs.go; kubernetes/cli-runtime pkg/printers/template.go */
import { assert } from '../../base/assert.ts';
import type { Result } from '../../base/data.ts';
import { compareText, equalData } from '../../base/compare.ts';
import { decodeBase64Text } from '../../api/base64.ts';
import { goText } from '../templates.ts';
import type { Call, Pipe, TemplateNode, Term } from './parse.ts';

class EvaluationError extends Error {}
const fail = (message: string): never => { throw new EvaluationError(message); };

/** What stands for a field that is not there. */
const MISSING: unique symbol = Symbol('no value');

/** `allowsMissing`: a field that is not there is `<no value>`, otherwise an error. */
interface Scope { readonly allowsMissing: boolean; readonly dot: unknown; readonly root: unknown; readonly variables: { readonly name: string; value: unknown }[] }

/** The text of a template over an object. */
export function runTemplate(nodes: readonly TemplateNode[], object: unknown, allowsMissing = true): Result<string, string> {
  const out: string[] = [];
  try {
    runList(nodes, { allowsMissing, dot: object, root: object, variables: [{ name: '$', value: object }] }, out);
    return { ok: true, value: out.join('') };
  } catch (error) {
    if (error instanceof EvaluationError) return { ok: false, error: error.message };
    throw error;
  }
}

function runList(nodes: readonly TemplateNode[], scope: Scope, out: string[]): void {
  const depth = scope.variables.length;
  for (const node of nodes) runNode(node, scope, out);
  scope.variables.length = depth;
}

function runNode(node: TemplateNode, scope: Scope, out: string[]): void {
  if (node.type === 'text') { out.push(node.text); return; }
  if (node.type === 'action') {
    const value = runPipe(node.pipe, scope);
    if (node.pipe.names.length === 0) out.push(textOf(value));
    return;
  }
  const depth = scope.variables.length;
  if (node.type === 'range') {
    runRange(node, scope, out);
  } else {
    const value = runPipe(node.pipe, scope);
    const holds = isTrue(value);
    runList(holds ? node.body : node.otherwise, node.type === 'with' && holds ? { ...scope, dot: value } : scope, out);
  }
  scope.variables.length = depth;
}

function runRange(node: TemplateNode & { readonly type: 'if' | 'range' | 'with' }, scope: Scope, out: string[]): void {
  const value = runCalls(node.pipe.calls, scope);
  const entries = entriesOf(value);
  if (entries.length === 0) { runList(node.otherwise, scope, out); return; }
  const [first, second] = node.pipe.names;
  for (const [key, item] of entries) {
    const depth = scope.variables.length;
    if (first !== undefined) scope.variables.push({ name: first, value: second === undefined ? item : key });
    if (second !== undefined) scope.variables.push({ name: second, value: item });
    runList(node.body, { ...scope, dot: item }, out);
    scope.variables.length = depth;
  }
}

function entriesOf(value: unknown): readonly (readonly [unknown, unknown])[] {
  if (Array.isArray(value)) return (value as readonly unknown[]).map((item, i) => [i, item] as const);
  if (value === null || value === undefined || value === MISSING) return [];
  if (typeof value !== 'object') return fail(`range can't iterate over ${textOf(value)}`);
  const map = value as Readonly<Record<string, unknown>>;
  return Object.keys(map).filter((key) => map[key] !== undefined).sort(compareText).map((key) => [key, map[key]] as const);
}

function runPipe(pipe: Pipe, scope: Scope): unknown {
  const value = runCalls(pipe.calls, scope);
  const [name] = pipe.names;
  if (name === undefined) return value;
  if (!pipe.isAssignment) scope.variables.push({ name, value });
  else {
    const variable = scope.variables.findLast((each) => each.name === name) ?? fail(`undefined variable ${JSON.stringify(name)}`);
    variable.value = value;
  }
  return value;
}

function runCalls(calls: readonly Call[], scope: Scope): unknown {
  let value: unknown;
  for (const [i, call] of calls.entries()) value = runCall(call, scope, i === 0 ? [] : [value]);
  return value;
}

function runCall(call: Call, scope: Scope, last: readonly unknown[]): unknown {
  const [head, ...rest] = call;
  assert(head !== undefined, 'a call without a term');
  if (head.type !== 'call') {
    if (rest.length > 0 || last.length > 0) return fail("can't give argument to non-function");
    return valueOf(head, scope);
  }
  const apply = functions[head.name] ?? fail(`function ${JSON.stringify(head.name)} not defined`);
  return apply([...rest.map((term) => valueOf(term, scope)), ...last]);
}

function valueOf(term: Term, scope: Scope): unknown {
  switch (term.type) {
    case 'literal': return term.value;
    case 'variable': return (scope.variables.findLast((each) => each.name === term.name) ?? fail(`undefined variable ${JSON.stringify(term.name)}`)).value;
    case 'pipe': return runPipe(term.pipe, scope);
    case 'call': return runCall([term], scope, []);
    case 'field': return fieldOf(term.of === undefined ? scope.dot : valueOf(term.of, scope), term.names, scope.allowsMissing);
  }
}

function fieldOf(value: unknown, names: readonly string[], allowsMissing: boolean): unknown {
  let at = value;
  for (const name of names) {
    if (at === MISSING || at === undefined) { if (allowsMissing) return MISSING; return fail(`nil data; no entry for key ${JSON.stringify(name)}`); }
    if (at === null) return fail(`nil pointer evaluating interface {}.${name}`);
    if (typeof at !== 'object' || Array.isArray(at)) return fail(`can't evaluate field ${name} in type interface {}`);
    const inner = (at as Readonly<Record<string, unknown>>)[name];
    if (inner === undefined && !allowsMissing) return fail(`executing "output" at <.${names.join('.')}>: map has no entry for key ${JSON.stringify(name)}`);
    at = inner === undefined ? MISSING : inner;
  }
  return at;
}

/** @source text/template exec.go IsTrue */
function isTrue(value: unknown): boolean {
  if (value === MISSING || value === null || value === undefined || value === false || value === 0 || value === '') return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value !== 'object' || Object.keys(value as object).length > 0;
}

const textOf = (value: unknown): string => (value === MISSING || value === undefined || value === null ? '<no value>' : goText(value));
const plain = (value: unknown): string | number => (typeof value === 'number' ? value : textOf(value));
const order = (a: unknown, b: unknown): number => (typeof a === 'number' && typeof b === 'number' ? a - b : compareText(String(plain(a)), String(plain(b))));

function index(values: readonly unknown[]): unknown {
  let at = values[0];
  for (const key of values.slice(1)) {
    if (Array.isArray(at)) at = typeof key === 'number' && key >= 0 && key < at.length ? (at as readonly unknown[])[key] : fail(`error calling index: index out of range: ${textOf(key)}`);
    else if (typeof at === 'object' && at !== null) at = (at as Readonly<Record<string, unknown>>)[String(key)] ?? MISSING;
    else return fail('error calling index: index of untyped nil');
  }
  return at;
}

/** The verbs of Go's fmt that templates use. */
function printf(values: readonly unknown[]): string {
  let next = 1;
  return String(values[0] ?? '').replace(/%(-?\d*)(?:\.\d+)?([a-zA-Z%])/g, (_whole, width: string, verb: string) => {
    if (verb === '%') return '%';
    const value = values[next++];
    const shown = verb === 'q' ? JSON.stringify(textOf(value)) : verb === 'd' ? String(Math.trunc(Number(value))) : textOf(value);
    const size = Math.abs(Number(width || '0'));
    return width.startsWith('-') ? shown.padEnd(size) : shown.padStart(size);
  });
}

function lengthOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : fail(`error calling len: len of type ${typeof value}`);
}

const functions: Readonly<Record<string, (values: readonly unknown[]) => unknown>> = {
  index, printf,
  len: ([value]) => lengthOf(value),
  print: (values) => values.map(textOf).join(' '),
  println: (values) => `${values.map(textOf).join(' ')}\n`,
  not: ([value]) => !isTrue(value),
  and: (values) => values.find((value) => !isTrue(value)) ?? values[values.length - 1],
  or: (values) => values.find(isTrue) ?? values[values.length - 1],
  eq: ([first, ...rest]) => rest.some((value) => equalData(first, value)),
  ne: ([a, b]) => !equalData(a, b),
  lt: ([a, b]) => order(a, b) < 0,
  le: ([a, b]) => order(a, b) <= 0,
  gt: ([a, b]) => order(a, b) > 0,
  ge: ([a, b]) => order(a, b) >= 0,
  base64decode: ([value]) => decodeBase64Text(String(value ?? '')),
  exists: (values) => values.length > 0 && exists(values),
};

function exists(values: readonly unknown[]): boolean {
  let at: unknown = values[0];
  for (const key of values.slice(1)) {
    if (typeof at !== 'object' || at === null) return false;
    at = (at as Readonly<Record<string, unknown>>)[String(key)];
  }
  return at !== undefined && at !== null && at !== MISSING;
}
