/** Runs a Go template over plain data.
 * @source golang text/template exec.go, funcs.go; kubernetes/cli-runtime pkg/printers/template.go */
import { assert } from '../../base/assert.ts';
import type { Result } from '../../base/data.ts';
import { compareText } from '../../base/compare.ts';
import { functions, isTrue, MISSING, textOf } from './functions.ts';
import { EvaluationError, fail } from './failure.ts';
import type { Call, Pipe, Template, TemplateNode, Term } from './parse.ts';

/** `allowsMissing`: a field that is not there is `<no value>`, otherwise an error. */
interface Scope { readonly allowsMissing: boolean; readonly named: Template['named']; /** Templates around. */ readonly depth: number; readonly dot: unknown; readonly root: unknown; readonly variables: { readonly name: string; value: unknown }[] }

/** The text of a template over an object. */
export function runTemplate({ nodes, named }: Template, object: unknown, allowsMissing = true): Result<string, string> {
  const out: string[] = [];
  try {
    runList(nodes, { allowsMissing, named, depth: 0, dot: object, root: object, variables: [{ name: '$', value: object }] }, out);
    return { ok: true, value: out.join('') };
  } catch (error) {
    if (error instanceof EvaluationError) return { ok: false, error: error.message };
    throw error;
  }
}

/** How a list of nodes ended early: the range around it ends, or goes on with the next item. */
type Leaving = 'break' | 'continue' | undefined;
/** @source text/template exec.go (maxExecDepth); lower, so that it is said and not suffered */
const DEPTH_MAX = 1000;

function runList(nodes: readonly TemplateNode[], scope: Scope, out: string[]): Leaving {
  const depth = scope.variables.length;
  let leaving: Leaving;
  for (const node of nodes) {
    leaving = runNode(node, scope, out);
    if (leaving !== undefined) break;
  }
  scope.variables.length = depth;
  return leaving;
}

function runNode(node: TemplateNode, scope: Scope, out: string[]): Leaving {
  switch (node.type) {
    case 'text': out.push(node.text); return undefined;
    case 'break': case 'continue': return node.type;
    case 'template': runNamed(node, scope, out); return undefined;
    case 'action': {
      const value = runPipe(node.pipe, scope);
      if (node.pipe.names.length === 0) out.push(textOf(value));
      return undefined;
    }
    default: return runBlock(node, scope, out);
  }
}

function runBlock(node: TemplateNode & { readonly type: 'if' | 'range' | 'with' }, scope: Scope, out: string[]): Leaving {
  const depth = scope.variables.length;
  let leaving: Leaving;
  if (node.type === 'range') {
    runRange(node, scope, out);
  } else {
    const value = runPipe(node.pipe, scope);
    const holds = isTrue(value);
    leaving = runList(holds ? node.body : node.otherwise, node.type === 'with' && holds ? { ...scope, dot: value } : scope, out);
  }
  scope.variables.length = depth;
  return leaving;
}

/** A template with a name sees nothing of the variables around it. */
function runNamed({ name, written, pipe }: TemplateNode & { readonly type: 'template' }, scope: Scope, out: string[]): void {
  const nodes = scope.named.get(name);
  if (nodes === undefined) { fail(`executing "output" at <${written}>: template ${JSON.stringify(name)} not defined`); return; }
  if (scope.depth === DEPTH_MAX) fail(`executing "output" at <${written}>: exceeded maximum template depth (${DEPTH_MAX})`);
  const dot = pipe === undefined ? undefined : runPipe(pipe, scope);
  runList(nodes, { ...scope, depth: scope.depth + 1, dot, root: dot, variables: [{ name: '$', value: dot }] }, out);
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
    const leaving = runList(node.body, { ...scope, dot: item }, out);
    scope.variables.length = depth;
    if (leaving === 'break') return;
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
