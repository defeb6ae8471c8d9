/**
 * What an expression may cost at the worst, computed from its text and the sizes that its variables can have.
 *
 * Values that come from a variable are known by their path (`self`, `spec`, `@items`, `name`), by which their largest size is looked up.
 *
 * @source google/cel-go checker/cost.go; kubernetes/apiextensions-apiserver pkg/apiserver/schema/cel/compilation.go (sizeEstimator)
 * @fidelity simplified: macros of optional values are counted as calls
 */
import type { ASTNode } from '@marcbachmann/cel-js';
import { callEstimate, type Operand } from './calls.ts';
import { BOOL, type Declared, DOUBLE, DYN, INT, listOf, OTHER, STRING } from './declared.ts';
import { isNamespace } from './namespaces.ts';
import { LIST_COST, MAP_COST, SELECT_COST, TEXT_FACTOR } from './limits.ts';
import { fixed, FREE, ONE, plus, type Range, scaled, times, UNBOUNDED, UNKNOWN, union } from './range.ts';

/** What is known of a part of an expression. `path` [] = it does not come from a variable. */
interface Part { readonly cost: Range; readonly type: Declared; readonly path: readonly string[]; readonly size?: Range | undefined; readonly elementSize?: Range | undefined }

interface Local { readonly type: Declared; readonly path: readonly string[]; readonly size: Range | undefined; readonly elementSize: Range | undefined }
interface Scope { readonly roots: ReadonlyMap<string, Declared>; readonly root: Declared; readonly locals: ReadonlyMap<string, Local> }

const SELECT = fixed(SELECT_COST);
const none: readonly string[] = [];
const SCALARS: readonly string[] = ['bool', 'double', 'duration', 'int', 'timestamp'];

/** The cost of an expression about `self` (and `oldSelf`) of a type. */
export function estimateCost(node: ASTNode, root: Declared): Range {
  return estimate(node, { root, roots: new Map([['self', root], ['oldSelf', root]]), locals: new Map() }).cost;
}

/** The largest size that the schema allows at a path; the first step is the variable. */
function sizeAt(root: Declared, path: readonly string[]): Range | undefined {
  if (path.length === 0) return undefined;
  let at: Declared | undefined = root;
  for (const step of path.slice(1)) {
    if (step === '@items' || step === '@values') at = at.element;
    else if (step === '@keys') at = at.kind === 'map' ? STRING : undefined;
    else at = at.fields?.get(step);
    if (at === undefined) return undefined;
  }
  return { min: 0, max: at.max };
}

function sizeOf({ size, path, type }: Part, { root }: Scope): Range {
  return size ?? sizeAt(root, path) ?? (SCALARS.includes(type.kind) ? ONE : UNKNOWN);
}

function operandOf(part: Part, scope: Scope): Operand {
  const elementSize = part.path.length === 0 ? part.elementSize ?? UNKNOWN : sizeAt(scope.root, [...part.path, '@items']) ?? UNKNOWN;
  return { type: part.type, size: sizeOf(part, scope), elementSize };
}

function estimate(node: ASTNode, scope: Scope): Part {
  switch (node.op) {
    case 'value': return literal(node.args);
    case 'id': return identifier(node.args, scope);
    case '.': return select(estimate(node.args[0], scope), node.args[1]);
    case '[]': return index(estimate(node.args[0], scope), estimate(node.args[1], scope));
    case '.?': return optional(estimate(node.args[0], scope), node.args[1]);
    case '[?]': { const [of, at] = [estimate(node.args[0], scope), estimate(node.args[1], scope)]; return { cost: plus(of.cost, at.cost, ONE), type: optionalOf(of.type.element ?? DYN), path: none }; }
    case 'list': return list(node.args, scope);
    case 'map': return { cost: plus(fixed(MAP_COST), ...node.args.flat().map(part => estimate(part, scope).cost)), type: { kind: 'map', max: 0, bytes: 2 }, path: none, size: fixed(node.args.length) };
    case '?:': return conditional(node.args, scope);
    case '||': case '&&': return logical(estimate(node.args[0], scope), estimate(node.args[1], scope));
    case '!_': return { cost: plus(estimate(node.args, scope).cost, ONE), type: BOOL, path: none };
    case '-_': return node.args.op === 'value' ? literal(node.args.args) : { ...estimate(node.args, scope), cost: plus(estimate(node.args, scope).cost, ONE), path: none };
    case 'call': return call(node.args[0], node.args[1], scope);
    case 'rcall': return method(node.args, scope);
    default: return binary(node.op, estimate(node.args[0], scope), estimate(node.args[1], scope), scope);
  }
}

function literal(value: unknown): Part {
  if (typeof value === 'string') return { cost: FREE, type: STRING, path: none, size: fixed([...value].length) };
  if (value instanceof Uint8Array) return { cost: FREE, type: { kind: 'bytes', max: 0, bytes: 2 }, path: none, size: fixed(value.length) };
  const type = typeof value === 'boolean' ? BOOL : typeof value === 'number' ? DOUBLE : value === null ? { kind: 'null', max: 0, bytes: 4 } as const : INT;
  return { cost: FREE, type, path: none, size: ONE };
}

function identifier(name: string, { locals, roots }: Scope): Part {
  const local = locals.get(name);
  if (local !== undefined) return { cost: SELECT, type: local.type, path: local.path, ...(local.path.length === 0 ? { size: local.size, elementSize: local.elementSize } : {}) };
  return { cost: SELECT, type: roots.get(name) ?? OTHER, path: [name] };
}

const optionalOf = (element: Declared): Declared => ({ kind: 'optional', max: 0, bytes: 1, element });

function select({ cost, type, path }: Part, field: string): Part {
  const counts = type.kind === 'map' || type.kind === 'object';
  const of = type.kind === 'map' ? type.element ?? DYN : type.fields?.get(field) ?? DYN;
  return { cost: counts ? plus(cost, SELECT) : cost, type: of, path: [...path, field] };
}

function optional({ cost, type }: Part, field: string): Part {
  const inner = type.kind === 'optional' ? type.element ?? DYN : type;
  return { cost: plus(cost, ONE), type: optionalOf(inner.kind === 'map' ? inner.element ?? DYN : inner.fields?.get(field) ?? DYN), path: none };
}

function index(of: Part, at: Part): Part {
  const { kind, element = DYN } = of.type;
  const path = kind === 'list' ? [...of.path, '@items'] : kind === 'map' ? [...of.path, '@values'] : none;
  return { cost: plus(of.cost, at.cost, ONE), type: element, path, ...(of.path.length === 0 ? { size: of.elementSize } : {}) };
}

function list(items: readonly ASTNode[], scope: Scope): Part {
  const parts = items.map(item => estimate(item, scope));
  const elementSize = parts.length === 0 ? FREE : parts.map(part => sizeOf(part, scope)).reduce(union, { min: UNBOUNDED, max: 0 });
  return { cost: plus(fixed(LIST_COST), ...parts.map(({ cost }) => cost)), type: listOf(parts[0]?.type ?? DYN), path: none, size: fixed(items.length), elementSize };
}

function conditional([condition, yes, no]: readonly [ASTNode, ASTNode, ASTNode], scope: Scope): Part {
  const [asked, left, right] = [estimate(condition, scope), estimate(yes, scope), estimate(no, scope)];
  return { cost: plus(asked.cost, union(left.cost, right.cost)), type: left.type.kind === 'null' ? right.type : left.type, path: none, size: union(sizeOf(left, scope), sizeOf(right, scope)) };
}

/** The right side may never be looked at. */
function logical(left: Part, right: Part): Part {
  return { cost: { min: left.cost.min, max: plus(left.cost, right.cost).max }, type: BOOL, path: none };
}

const isText = ({ kind }: Declared): boolean => kind === 'string' || kind === 'bytes';

function binary(op: string, left: Part, right: Part, scope: Scope): Part {
  const [a, b] = [sizeOf(left, scope), sizeOf(right, scope)];
  const both = plus(left.cost, right.cost);
  const open = left.type.kind === 'dyn' && right.type.kind === 'dyn';
  switch (op) {
    case '==': case '!=': return { cost: plus(both, comparison(a, b)), type: BOOL, path: none };
    case '<': case '<=': case '>': case '>=': {
      const cost = isText(left.type) || isText(right.type) ? comparison(a, b) : open ? union(comparison(a, b), ONE) : ONE;
      return { cost: plus(both, cost), type: BOOL, path: none };
    }
    case 'in': return { cost: plus(both, right.type.kind === 'map' ? ONE : right.type.kind === 'dyn' ? union(b, ONE) : b), type: BOOL, path: none };
    case '+': {
      const size = plus(a, b);
      if (isText(left.type) || isText(right.type) || open) return { cost: plus(both, scaled(size, TEXT_FACTOR)), type: left.type.kind === 'dyn' ? right.type : left.type, path: none, size };
      const isList = left.type.kind === 'list';
      return { cost: plus(both, ONE), type: left.type, path: none, ...(isList ? { size, elementSize: union(operandOf(left, scope).elementSize, operandOf(right, scope).elementSize) } : {}) };
    }
    default: return { cost: plus(both, ONE), type: left.type, path: none };
  }
}

/** As far as the shorter one goes. */
function comparison(a: Range, b: Range): Range {
  const max = Math.min(a.max, b.max);
  return scaled({ min: max > 0 ? 1 : 0, max }, TEXT_FACTOR);
}

function call(name: string, args: readonly ASTNode[], scope: Scope): Part {
  const [first] = args;
  // has() costs what leads to the field.
  if (name === 'has' && first?.op === '.') return { cost: estimate(first.args[0], scope).cost, type: BOOL, path: none };
  const parts = args.map(arg => estimate(arg, scope));
  const costs = parts.map(({ cost }) => cost);
  if (name === 'dyn' && parts[0] !== undefined) return { ...parts[0], cost: plus(ONE, ...costs), type: DYN, path: none, size: sizeOf(parts[0], scope) };
  const result = callEstimate(name, undefined, parts.map(part => operandOf(part, scope)));
  return { cost: plus(...costs, result.cost), type: result.type, path: none, size: result.size };
}

function method([name, receiver, args]: readonly [string, ASTNode, readonly ASTNode[]], scope: Scope): Part {
  if (receiver.op === 'id' && receiver.args === 'cel' && name === 'bind') return bound(args, scope);
  const loop = args[0]?.op === 'id' ? loopNamed(name, args) : undefined;
  const namespace = isNamespace(receiver) && !scope.locals.has(String(receiver.args));
  if (namespace && receiver.args !== 'optional') return call(name, args, scope);
  const target = namespace ? undefined : estimate(receiver, scope);
  if (loop !== undefined && target !== undefined) return comprehension(target, loop, scope);
  const parts = args.map(arg => estimate(arg, scope));
  const costs = parts.map(({ cost }) => cost);
  if (target === undefined) return { cost: plus(ONE, ...costs), type: optionalOf(parts[0]?.type ?? DYN), path: none };
  if (name === 'value' || name === 'orValue') return { cost: plus(target.cost, ...costs, ONE), type: target.type.element ?? DYN, path: none };
  const result = callEstimate(name, operandOf(target, scope), parts.map(part => operandOf(part, scope)));
  return { cost: plus(target.cost, ...costs, result.cost), type: result.type, path: none, size: result.size };
}

function bound([name, value, result]: readonly ASTNode[], scope: Scope): Part {
  if (name?.op !== 'id' || value === undefined || result === undefined) return { cost: FREE, type: DYN, path: none };
  const given = estimate(value, scope);
  const local: Local = { type: given.type, path: given.path, size: sizeOf(given, scope), elementSize: given.elementSize };
  const part = estimate(result, { ...scope, locals: new Map([...scope.locals, [name.args, local]]) });
  return { ...part, cost: plus(fixed(LIST_COST), given.cost, part.cost), path: none, size: sizeOf(part, scope) };
}

// ---- Loops -------------------------------------------------------------------------------------------------------------

/** What a macro does: once at first, each time around its own parts, and once in the end. @source google/cel-go parser/macro.go */
interface Loop {
  readonly variable: string;
  /** Of a loop over two variables the one that stands for the values; the other one stands for places or keys. */
  readonly second?: string;
  /** Parts that are evaluated each time, and what is put around their cost. */
  readonly parts: readonly ASTNode[];
  step(costs: readonly Range[]): Range;
  readonly condition: Range;
  readonly once: Range;
  /** How the result looks beside the range. */
  readonly gives: 'bool' | 'range' | 'last';
}

/** Adding to the list that is being built: the list so far, a list of one, and the sum. */
const APPEND = fixed(SELECT_COST + LIST_COST + 1);

type Steps = Omit<Loop, 'variable' | 'second' | 'parts'>;

function loopOf([variable, ...parts]: readonly ASTNode[], rest: Steps): Loop | undefined {
  return variable?.op === 'id' ? { variable: variable.args, parts, ...rest } : undefined;
}

/** Quantifiers over two variables look as those over one; `transformList` and the like as `map`. @source google/cel-go ext/comprehensions.go */
function pairLoopOf([first, second, ...parts]: readonly ASTNode[], rest: Steps): Loop | undefined {
  return first?.op === 'id' && second?.op === 'id' ? { variable: first.args, second: second.args, parts, ...rest } : undefined;
}

const kept = (appended: Range): Range => union(appended, SELECT);

const quantifiers: Readonly<Record<string, Steps>> = {
  all: { step: ([predicate = FREE]) => ({ min: SELECT_COST, max: plus(SELECT, predicate).max }), condition: fixed(2), once: SELECT, gives: 'bool' },
  exists: { step: ([predicate = FREE]) => ({ min: SELECT_COST, max: plus(SELECT, predicate).max }), condition: fixed(3), once: SELECT, gives: 'bool' },
  exists_one: { step: ([predicate = FREE]) => plus(predicate, kept(fixed(2))), condition: FREE, once: fixed(2), gives: 'bool' },
};
const filter: Steps = { step: ([predicate = FREE]) => plus(predicate, kept(plus(APPEND, SELECT))), condition: FREE, once: fixed(LIST_COST + SELECT_COST), gives: 'range' };
const map: Steps = {
  step: costs => (costs.length > 1 ? plus(costs[0] ?? FREE, kept(plus(APPEND, costs[1] ?? FREE))) : plus(APPEND, costs[0] ?? FREE)),
  condition: FREE, once: fixed(LIST_COST + SELECT_COST), gives: 'last',
};
const TRANSFORMS: readonly string[] = ['transformList', 'transformMap', 'transformMapEntry'];

/** The loop of a macro; undefined = it is none. */
function loopNamed(name: string, args: readonly ASTNode[]): Loop | undefined {
  const quantifier = quantifiers[name === 'existsOne' ? 'exists_one' : name];
  if (quantifier !== undefined) return args.length > 2 ? pairLoopOf(args, quantifier) : loopOf(args, quantifier);
  if (TRANSFORMS.includes(name)) return pairLoopOf(args, map);
  return name === 'filter' ? loopOf(args, filter) : name === 'map' ? loopOf(args, map) : undefined;
}

/** What stands for the elements of a range: its variables and their types. */
function localsOf(range: Part, { variable, second }: Loop, scope: Scope): readonly (readonly [string, Local])[] {
  const isList = range.type.kind === 'list';
  const place = second !== undefined && isList;
  const type = place ? INT : isList ? range.type.element ?? DYN : range.type.kind === 'map' ? STRING : DYN;
  const first: Local = { type, path: place ? none : [...range.path, isList ? '@items' : '@keys'], size: place ? ONE : range.elementSize, elementSize: undefined };
  if (second === undefined) return [[variable, first]];
  return [[variable, first], [second, { type: range.type.element ?? DYN, path: range.path.length === 0 ? none : [...range.path, isList ? '@items' : '@values'], size: operandOf(range, scope).elementSize, elementSize: undefined }]];
}

function comprehension(range: Part, loop: Loop, scope: Scope): Part {
  const { parts, step, condition, once, gives } = loop;
  const locals = localsOf(range, loop, scope);
  const inner: Scope = { ...scope, locals: new Map([...scope.locals, ...locals]) };
  const judged = parts.map(part => estimate(part, inner));
  const count = sizeOf(range, scope);
  const cost = plus(range.cost, once, times(count, plus(condition, step(judged.map(part => part.cost)))));
  if (gives === 'bool') return { cost, type: BOOL, path: none, size: ONE };
  const last = judged.at(-1);
  return { cost, type: gives === 'range' ? listOf(locals[0]?.[1].type ?? DYN) : listOf(last?.type ?? DYN), path: none, size: count, ...(last === undefined ? {} : { elementSize: gives === 'range' ? operandOf(range, scope).elementSize : sizeOf(last, inner) }) };
}
