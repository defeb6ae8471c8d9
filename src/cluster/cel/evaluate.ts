/**
 * Expressions over the world: compiled once, evaluated against a view. Lesson checks, scenario expectations, `until` and breakpoints all use it.
 *
 * A missing field is not a failure of the expression but an answer, "not there yet": most conditions are asked before they can be true.
 *
 * @source github.com/google/cel-spec
 */
import { Environment, EvaluationError, ParseError, TypeError as CelTypeError } from '@marcbachmann/cel-js';
import type { Data, Micros, Result } from '../../base/data.ts';
import { nearestWords, type Text } from '../../base/text.ts';
import type { TypedLine, WorldView } from '../view-contract.ts';
import { mixedOperators, worldFunctions, worldVariables } from './functions.ts';

/** What an expression is asked about. */
export interface Scope {
  readonly view: WorldView;
  /** Lines of the present step. */
  readonly lines?: readonly TypedLine[];
  /** When the present step began. */
  readonly since?: Micros;
  /** Ids of questions answered right. */
  readonly answered?: readonly string[];
  readonly answer?: string;
}

/** Why a text is no expression: place, width and a sentence that says what was expected. */
export interface ExpressionError {
  /** Offset in the text, counted from 0. */
  readonly at: number;
  readonly width: number;
  readonly message: Text;
}

/** What an evaluation gave. */
export type Outcome =
  | { readonly state: 'value'; readonly value: Data }
  /** A field, element or object is not there (yet). */
  | { readonly state: 'absent'; readonly at: number; readonly width: number; readonly message: Text }
  | { readonly state: 'error'; readonly at: number; readonly width: number; readonly message: Text };

/** A condition's answer, with the reason when it does not hold. */
export type Verdict =
  | { readonly state: 'true' }
  | { readonly state: 'false'; readonly because?: Text }
  | { readonly state: 'error'; readonly because: Text };

/** A compiled expression. */
export interface Expression {
  readonly text: string;
  /** CEL type it gives: `bool`, `int`, `list`, `dyn`… */
  readonly type: string;
  evaluate(scope: Scope): Outcome;
}
/** A compiled expression that gives true or false. */
export interface Condition extends Expression { holds(scope: Scope): Verdict }

/** Compiles expressions and keeps them. One per session. */
export interface Cel {
  compile(text: string): Result<Expression, ExpressionError>;
  condition(text: string): Result<Condition, ExpressionError>;
}

/** Compiled expressions kept by one evaluator. */
const COMPILED_MAX = 1000;
/** Longest expression; longer ones are mistakes. */
const EXPRESSION_MAX = 4000;
const MICROS_PER_SECOND = 1_000_000;

type Parsed = ReturnType<Environment['parse']>;
/** The scope being asked about; set for the time of one evaluation only. */
interface Holder { scope: Scope | undefined }

/** Makes an evaluator (about 0.3 ms). */
export function createCel(): Cel {
  const holder: Holder = { scope: undefined };
  const environment = worldEnvironment(holder);
  const kept = new Map<string, Result<Expression, ExpressionError>>();
  const compile = (text: string): Result<Expression, ExpressionError> => {
    let compiled = kept.get(text);
    if (compiled === undefined) {
      if (kept.size >= COMPILED_MAX) kept.clear();
      kept.set(text, compiled = compileWith(environment, holder, text));
    }
    return compiled;
  };
  return {
    compile,
    condition: text => {
      const compiled = compile(text);
      return compiled.ok ? asCondition(compiled.value) : compiled;
    },
  };
}

function worldEnvironment(holder: Holder): Environment {
  const environment = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false, unlistedVariablesAreDyn: false });
  const view = (): WorldView => {
    if (holder.scope === undefined) throw new EvaluationError('no world to look at');
    return holder.scope.view;
  };
  for (const { signature, call } of worldFunctions) environment.registerFunction(signature, (...args: string[]) => call(view(), ...args));
  environment.registerFunction('answered(string): bool', (id: string) => holder.scope?.answered?.includes(id) ?? false);
  for (const { name, type } of worldVariables) environment.registerVariable(name, type);
  for (const { signature, apply } of mixedOperators) environment.registerOperator(signature, apply);
  return environment;
}

function compileWith(environment: Environment, holder: Holder, text: string): Result<Expression, ExpressionError> {
  if (text.length > EXPRESSION_MAX) {
    return { ok: false, error: { at: EXPRESSION_MAX, width: 1, message: { ko: `식이 너무 길어요. ${EXPRESSION_MAX}자까지 돼요.`, en: `The expression is too long: at most ${EXPRESSION_MAX} characters.` } } };
  }
  try {
    const parsed = environment.parse(text);
    const check = parsed.check();
    if (!check.valid) return { ok: false, error: compileError(check.error, text) };
    return { ok: true, value: { text, type: check.type ?? 'dyn', evaluate: scope => evaluateWith(parsed, holder, scope, text) } };
  } catch (error) {
    return { ok: false, error: compileError(error, text) };
  }
}

function asCondition(expression: Expression): Result<Condition, ExpressionError> {
  if (expression.type !== 'bool' && expression.type !== 'dyn') {
    const en = `Expected a condition (true or false), but this gives ${expression.type}. Compare it with something, for example with ==.`;
    return { ok: false, error: { at: 0, width: expression.text.length, message: { ko: `참이나 거짓이 나와야 하는데 이 식의 결과는 ${expression.type} 값이에요. == 같은 비교를 붙여 보세요.`, en } } };
  }
  return { ok: true, value: { ...expression, holds: scope => verdict(expression.evaluate(scope)) } };
}

function verdict(outcome: Outcome): Verdict {
  if (outcome.state === 'absent') return { state: 'false', because: outcome.message };
  if (outcome.state === 'error') return { state: 'error', because: outcome.message };
  if (typeof outcome.value === 'boolean') return { state: outcome.value ? 'true' : 'false' };
  return { state: 'error', because: { ko: '참이나 거짓이 나와야 하는데 다른 값이 나왔어요.', en: 'Expected true or false, but got another value.' } };
}

function evaluateWith(parsed: Parsed, holder: Holder, scope: Scope, text: string): Outcome {
  const before = holder.scope;
  holder.scope = scope;
  try {
    return { state: 'value', value: toData(parsed(contextOf(scope))) };
  } catch (error) {
    return evaluationOutcome(error, text);
  } finally {
    holder.scope = before;
  }
}

/** Variables, each looked up only when the expression names it. */
function contextOf(scope: Scope): Record<string, unknown> {
  return {
    now: scope.view.now / MICROS_PER_SECOND,
    since: scope.since === undefined ? 0 : (scope.view.now - scope.since) / MICROS_PER_SECOND,
    answer: scope.answer ?? '',
    get etcd() { return scope.view.etcd(); },
    get typed() { return linesOf(scope).map(({ line }) => line); },
    get lines() { return [...linesOf(scope)]; },
  };
}

const linesOf = (scope: Scope): readonly TypedLine[] => scope.lines ?? scope.view.lines();

/** CEL ints are bigints in the library; people and reports want numbers. */
function toData(value: unknown): Data {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(toData);
  if (typeof value !== 'object' || value === null) return (value ?? null) as Data;
  if (value.constructor !== Object && value.constructor !== undefined) return String(value);
  return Object.isFrozen(value) ? (value as Data) : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toData(item)]));
}

const ABSENT_CODES: readonly string[] = ['no_such_key', 'index_out_of_bounds'];

interface CelFailure { readonly code: string; readonly summary: string; readonly range?: { readonly start: number; readonly end: number } }

function failureOf(error: unknown): CelFailure {
  if (error instanceof ParseError || error instanceof CelTypeError || error instanceof EvaluationError) return error;
  return { code: 'unknown', summary: error instanceof Error ? error.message : String(error) };
}

function placeOf(failure: CelFailure, text: string): { at: number; width: number } {
  const at = Math.min(failure.range?.start ?? 0, text.length);
  return { at, width: Math.max(1, (failure.range?.end ?? at + 1) - at) };
}

function evaluationOutcome(error: unknown, text: string): Outcome {
  const failure = failureOf(error);
  const place = placeOf(failure, text);
  if (!ABSENT_CODES.includes(failure.code)) {
    return { state: 'error', ...place, message: { ko: `식을 계산하지 못했어요: ${failure.summary}`, en: `The expression could not be evaluated: ${failure.summary}` } };
  }
  const end = place.at + place.width;
  const looked = text.slice(Math.max(0, end - 60), end).trim();
  return { state: 'absent', ...place, message: { ko: `아직 없는 값이에요: \`${looked}\``, en: `Not there yet: \`${looked}\`` } };
}

const knownFunctions = (): string[] => [...new Set([...worldFunctions.map(({ signature }) => signature.slice(0, signature.indexOf('('))), 'answered', 'size', 'has'])];
const METHODS: readonly string[] = ['filter', 'map', 'exists', 'exists_one', 'all', 'size', 'join', 'contains', 'startsWith', 'endsWith', 'matches', 'substring', 'indexOf', 'orValue'];

function compileError(error: unknown, text: string): ExpressionError {
  const failure = failureOf(error);
  const place = placeOf(failure, text);
  const looked = text.slice(place.at, place.at + place.width);
  if (failure.code === 'unknown_variable') return { ...place, message: unknownName(looked, text, place.at) };
  if (failure.code === 'no_matching_overload') return { ...place, message: unknownCall(failure.summary) };
  if (failure.summary.endsWith('EOF')) {
    return { ...place, message: { ko: '식이 중간에 끝났어요. 값이나 닫는 괄호가 더 있어야 해요.', en: 'The expression ends too early: expected a value or a closing bracket.' } };
  }
  return { ...place, message: { ko: `식을 읽지 못했어요: ${failure.summary}`, en: `Not a CEL expression: ${failure.summary}` } };
}

function unknownName(name: string, text: string, at: number): Text {
  // A misspelt macro (`.fliter(p, …)`) shows as its unknown variable: name the method then.
  const method = /\.(\w+)\s*\(\s*$/.exec(text.slice(0, at))?.[1];
  if (method !== undefined && !METHODS.includes(method)) return unknownWord(method, METHODS);
  return unknownWord(name, [...worldVariables.map(variable => variable.name), ...knownFunctions()]);
}

function unknownCall(summary: string): Text {
  const [, name = '', given = ''] = /for '(?:[\w<>]+\.)?(\w+)\((.*)\)'/.exec(summary) ?? [];
  const known = worldFunctions.filter(({ signature }) => signature.startsWith(`${name}(`)).map(({ signature }) => signature.slice(0, signature.indexOf(')') + 1));
  if (known.length === 0) return unknownWord(name, [...knownFunctions(), ...METHODS]);
  return {
    ko: `\`${name}\` 함수는 ${known.map(shape => `\`${shape}\``).join(', ')} 꼴로 써요. 지금은 (${given}) 값을 받았어요.`,
    en: `\`${name}\` is called as ${known.map(shape => `\`${shape}\``).join(' or ')}, but was given (${given}).`,
  };
}

function unknownWord(word: string, known: readonly string[]): Text {
  const near = nearestWords(word, new Set(known));
  const offer = (near.length > 0 ? near : known.slice(0, 12)).map(name => `\`${name}\``).join(', ');
  return near.length > 0
    ? { ko: `\`${word}\` 이름은 몰라요. ${offer} 중 하나를 찾으셨나요?`, en: `\`${word}\` is not known. Did you mean ${offer}?` }
    : { ko: `\`${word}\` 이름은 몰라요. 쓸 수 있는 이름: ${offer}`, en: `\`${word}\` is not known. Expected one of ${offer}.` };
}
