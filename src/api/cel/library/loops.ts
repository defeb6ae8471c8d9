/**
 * Loops over two variables, `list.all(i, v, v > i)` and `map.transformMap(k, v, v + 1)`, and steps over optional values, `o.optMap(v, v + 1)`.
 *
 * @source google/cel-go ext/comprehensions.go, cel/library.go (optional types)
 */
import { type Environment, Optional } from '@marcbachmann/cel-js';
import type { Add } from './library.ts';

// The library hands a macro what stands in its parentheses unevaluated, and takes back how its type is found and its value computed. These are the parts of that
// contract which are used here.
interface Node { readonly op: string; readonly args: unknown }
interface Context { forkWithVariable(name: string, type: unknown): Context; reuse(context: Context): Context; setIterValue(value: unknown, evaluator: Evaluator): Context }
interface Type { readonly kind: string; readonly valueType?: Type; readonly keyType?: Type }
interface Checker { check(node: Node, context: Context): Type; getType(name: string): Type; createError(code: string, message: string, node: Node): Error }
interface Evaluator { run(node: Node, context: Context): unknown }
interface Macro { readonly args: readonly Node[]; readonly receiver: Node; contexts: Context[]; typeCheck(checker: Checker, macro: Macro, context: Context): Type; evaluate(evaluator: Evaluator, macro: Macro, context: Context): unknown }

/** What a loop makes of its steps. `each` is told the values of the bodies and says when it has enough. */
interface Loop { readonly result: string; run(steps: Iterable<Step>): unknown }
/** One step: its key, and the bodies, evaluated when asked for. */
interface Step { readonly key: unknown; body(index: number): unknown }

const nameOf = (node: Node | undefined): string => {
  if (node?.op !== 'id') throw new Error('argument must be a simple name');
  return String(node.args);
};

function twoVariables({ result, run }: Loop): (given: { readonly args: readonly Node[]; readonly receiver: Node }) => Macro {
  return ({ args, receiver }) => ({
    args, receiver, contexts: [],
    typeCheck(checker, macro, context) {
      const range = checker.check(receiver, context);
      if (!['list', 'map', 'dyn'].includes(range.kind)) throw checker.createError('invalid_comprehension_range', `expression of type '${String(range)}' cannot be range of a comprehension (must be list, map, or dynamic).`, receiver);
      const first = context.forkWithVariable(nameOf(args[0]), range.kind === 'list' ? checker.getType('int') : range.keyType ?? checker.getType('dyn'));
      const second = first.forkWithVariable(nameOf(args[1]), range.valueType ?? checker.getType('dyn'));
      macro.contexts = [first, second];
      for (const body of args.slice(2)) checker.check(body, second);
      return checker.getType(result);
    },
    evaluate(evaluator, { contexts: [first, second] }, context) {
      const bodies = args.slice(2);
      function* steps(): Iterable<Step> {
        for (const [key, value] of entriesOf(evaluator.run(receiver, context))) {
          yield { key, body: index => evaluator.run(bodies[index] as Node, (second as Context).reuse((first as Context).reuse(context).setIterValue(key, evaluator)).setIterValue(value, evaluator)) };
        }
      }
      return run(steps());
    },
  });
}

function entriesOf(range: unknown): readonly (readonly [unknown, unknown])[] {
  if (Array.isArray(range)) return range.map((value, i) => [BigInt(i), value as unknown] as const);
  if (range instanceof Map) return [...range];
  if (typeof range === 'object' && range !== null) return Object.entries(range);
  throw new Error('expression cannot be range of a comprehension (must be list, map, or dynamic)');
}

/** Whether a body holds, as a condition must say. */
function holds(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new Error('no such overload');
  return value;
}

/** True or false as soon as one step decides; an error counts only when none does. */
function decide(steps: Iterable<Step>, deciding: boolean): boolean {
  let failed: unknown;
  for (const step of steps) {
    try {
      if (holds(step.body(0)) === deciding) return deciding;
    } catch (error) { failed ??= error; }
  }
  if (failed !== undefined) throw failed instanceof Error ? failed : new Error('no such overload');
  return !deciding;
}

/** Steps that the filter lets through, with what the last body makes of them. */
function* transformed(steps: Iterable<Step>, isFiltered: boolean): Iterable<readonly [unknown, unknown]> {
  for (const step of steps) if (!isFiltered || holds(step.body(0))) yield [step.key, step.body(isFiltered ? 1 : 0)];
}

function mapOf(entries: Iterable<readonly [unknown, unknown]>): unknown {
  const found: Record<string, unknown> = {};
  for (const [key, value] of entries) {
    if (Object.hasOwn(found, String(key))) throw new Error(`insert failed: key ${String(key)} already exists`);
    found[String(key)] = value;
  }
  return found;
}

/** Maps of one entry each, put together. */
function* entries(made: Iterable<readonly [unknown, unknown]>): Iterable<readonly [unknown, unknown]> {
  for (const [, map] of made) yield* entriesOf(map);
}

const one = (steps: Iterable<Step>): boolean => [...steps].filter(step => holds(step.body(0))).length === 1;

const loops: Readonly<Record<string, Loop>> = {
  'all(ast, ast, ast): bool': { result: 'bool', run: steps => decide(steps, false) },
  'exists(ast, ast, ast): bool': { result: 'bool', run: steps => decide(steps, true) },
  'existsOne(ast, ast, ast): bool': { result: 'bool', run: one },
  'exists_one(ast, ast, ast): bool': { result: 'bool', run: one },
  'transformList(ast, ast, ast): list<dyn>': { result: 'list<dyn>', run: steps => [...transformed(steps, false)].map(([, value]) => value) },
  'transformList(ast, ast, ast, ast): list<dyn>': { result: 'list<dyn>', run: steps => [...transformed(steps, true)].map(([, value]) => value) },
  'transformMap(ast, ast, ast): map<dyn, dyn>': { result: 'map<dyn, dyn>', run: steps => mapOf(transformed(steps, false)) },
  'transformMap(ast, ast, ast, ast): map<dyn, dyn>': { result: 'map<dyn, dyn>', run: steps => mapOf(transformed(steps, true)) },
  'transformMapEntry(ast, ast, ast): map<dyn, dyn>': { result: 'map<dyn, dyn>', run: steps => mapOf(entries(transformed(steps, false))) },
  'transformMapEntry(ast, ast, ast, ast): map<dyn, dyn>': { result: 'map<dyn, dyn>', run: steps => mapOf(entries(transformed(steps, true))) },
};

/** `optMap` wraps what its body gives; `optFlatMap` takes an optional value from it. */
function overOptional(isFlat: boolean): (given: { readonly args: readonly Node[]; readonly receiver: Node }) => Macro {
  return ({ args, receiver }) => ({
    args, receiver, contexts: [],
    typeCheck(checker, macro, context) {
      const type = checker.check(receiver, context);
      const inner = context.forkWithVariable(nameOf(args[0]), type.valueType ?? checker.getType('dyn'));
      macro.contexts = [inner];
      checker.check(args[1] as Node, inner);
      return checker.getType('optional');
    },
    evaluate(evaluator, { contexts: [inner] }, context) {
      const optional = evaluator.run(receiver, context);
      if (!(optional instanceof Optional)) throw new Error('no such overload');
      if (!optional.hasValue()) return optional;
      const value = evaluator.run(args[1] as Node, (inner as Context).reuse(context).setIterValue(optional.value(), evaluator));
      return isFlat ? value : Optional.of(value);
    },
  });
}

/** Adds the macros. */
export function registerLoops(_: Environment, add: Add): void {
  for (const [signature, loop] of Object.entries(loops)) for (const range of ['list', 'map']) add(`${range}.${signature}`, twoVariables(loop) as never);
  add('optional.optMap(ast, ast): optional<dyn>', overOptional(false) as never);
  add('optional.optFlatMap(ast, ast): optional<dyn>', overOptional(true) as never);
}
