/**
 * Kubernetes' expressions: compiled once, evaluated against API objects.
 *
 * @source kubernetes/apiserver pkg/cel, pkg/admission/plugin/cel
 */
import { type ASTNode, Environment, EvaluationError, ParseError, type ParseResult, TypeError as CelTypeError } from '@marcbachmann/cel-js';
import type { Result } from '../../base/data.ts';
import { must } from '../../base/assert.ts';
import { CANCELLED } from './cost/limits.ts';
import { isTooExpensive, type Meter, metered } from './cost/meter.ts';
import { type Issue, issueOf } from './issues.ts';
import { registerKubernetesLibrary } from './library/library.ts';

/** A compiled expression; evaluating it gives a value or says why not. */
export interface CompiledExpression {
  readonly text: string;
  /** CEL type it gives, as `bool`; `dyn` when that depends on the values. */
  readonly type: string;
  evaluate(variables: Readonly<Record<string, unknown>>): Evaluated;
}

/** What came of an evaluation, and what it cost. One that costs more than an evaluation may fails with `CANCELLED`. */
export type Evaluated = Result<unknown, string> & { readonly cost: number };

/** Which variables an expression may name. */
export interface ExpressionEnvironment {
  compile(text: string): Result<CompiledExpression, string>;
  /** The same, with the place of what is wrong. */
  check(text: string): Result<CompiledExpression, Issue>;
}

const LENGTH_MAX = 10_000;

/** An environment with the functions of Kubernetes. */
export function kubernetesEnvironment(): Environment {
  const environment = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false, unlistedVariablesAreDyn: false });
  registerKubernetesLibrary(environment);
  return environment;
}

/** Makes an environment whose variables have no types of their own. `extend` adds functions. */
export function expressionEnvironment(variables: readonly string[], extend?: (environment: Environment) => void): ExpressionEnvironment {
  const environment = kubernetesEnvironment();
  for (const name of variables) environment.registerVariable(name, 'dyn');
  extend?.(environment);
  return {
    compile(text) {
      const compiled = compileIn(environment, text);
      return compiled.ok ? compiled : { ok: false, error: compiled.error.message };
    },
    check: text => compileIn(environment, text),
  };
}

/** Compiles and checks; the program is evaluated with what the environment declares. */
export function compileIn(environment: Environment, text: string): Result<CompiledExpression, Issue> {
  if (text.length > LENGTH_MAX) return { ok: false, error: { code: '', message: `expression is longer than ${LENGTH_MAX} characters`, offset: 0 } };
  try {
    const parsed = environment.parse(text);
    const check = parsed.check();
    if (!check.valid) return { ok: false, error: issueOf(check.error, text) };
    return { ok: true, value: { text, type: check.type ?? 'dyn', evaluate: evaluatorOf(parsed) } };
  } catch (error) { return { ok: false, error: issueOf(error, text) }; }
}

/** Evaluates with a meter, which is attached when it is first needed. */
function evaluatorOf(parsed: ParseResult): CompiledExpression['evaluate'] {
  const meters: Meter[] = [];
  return variables => {
    if (meters.length === 0) meters.push(metered(parsed.ast));
    const meter = must(meters[0], 'it was just made');
    meter.cost = 0;
    try {
      const value: unknown = parsed(variables);
      return isTooExpensive(meter) ? { ok: false, error: CANCELLED, cost: meter.cost } : { ok: true, value, cost: meter.cost };
    } catch (error) {
      return { ok: false, error: isTooExpensive(meter) ? CANCELLED : summaryOf(error), cost: meter.cost };
    } finally { meter.values.clear(); }
  };
}

/** One environment is enough to read expressions; it is made when the first is read. */
const readers: Environment[] = [];

/** The parts of an expression, before types are looked at; undefined = it cannot be read. */
export function parseExpression(text: string): ASTNode | undefined {
  if (readers.length === 0) readers.push(kubernetesEnvironment());
  try { return readers[0]?.parse(text).ast; } catch { return undefined; }
}

/** The library's sentence in the words of cel-go where these differ. */
function summaryOf(error: unknown): string {
  const text = error instanceof ParseError || error instanceof CelTypeError || error instanceof EvaluationError ? error.summary : error instanceof Error ? error.message : String(error);
  return text.replace(/^No such key: /, 'no such key: ');
}
