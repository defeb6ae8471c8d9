/**
 * Expressions that belong to objects, such as the rules of a schema: compiled when they are first asked for, and kept.
 *
 * @source kubernetes/apiserver pkg/cel/environment/base.go
 */
import type { Result } from '../../base/data.ts';
import { type CompiledExpression, expressionEnvironment, type ExpressionEnvironment } from './expression.ts';
import { issueText } from './issues.ts';

/** A compiled expression. */
export interface CelProgram extends CompiledExpression {
  /** Whether a name occurs in it. */
  mentions(name: string): boolean;
}

/** Programs kept per set of variables. */
const PROGRAMS_MAX = 2000;

/** Compiles expressions over some variables. */
export interface CelCompiler { compile(text: string): Result<CelProgram, string> }

/** A compiler for expressions that may use the named variables. */
export function celCompiler(variables: readonly string[]): CelCompiler {
  const environments: ExpressionEnvironment[] = [];
  const programs = new Map<string, Result<CelProgram, string>>();
  const compile = (text: string): Result<CelProgram, string> => {
    if (environments.length === 0) environments.push(expressionEnvironment(variables));
    const compiled = environments[0]?.check(text);
    if (compiled?.ok !== true) return { ok: false, error: compiled === undefined ? '' : `compilation failed: ${issueText(compiled.error, text)}` };
    const words = text.replaceAll(/"[^"]*"|'[^']*'/g, '');
    return { ok: true, value: { ...compiled.value, mentions: name => new RegExp(`\\b${name}\\b`).test(words) } };
  };
  return {
    compile(text) {
      let program = programs.get(text);
      if (program === undefined) {
        if (programs.size >= PROGRAMS_MAX) programs.clear();
        programs.set(text, (program = compile(text)));
      }
      return program;
    },
  };
}
