/**
 * Types of the values that expressions are about, so that a field which does not exist is told when the expression is written.
 *
 * Types are strings of the CEL library: `int`, `list<string>`, or the name of a structure that was declared before.
 *
 * @source kubernetes/apiserver pkg/cel/types.go, pkg/cel/common/schemas.go (SchemaDeclType)
 * @fidelity simplified: only fields that do not exist and operators between scalar types that do not go together are told; `has()` of a field that does not
 * exist is not
 */
import type { Environment } from '@marcbachmann/cel-js';
import type { Result } from '../../base/data.ts';
import { compileIn, kubernetesEnvironment } from './expression.ts';
import type { Issue } from './issues.ts';

/** An environment in which structures can be declared. */
export class TypedEnvironment {
  readonly #environment: Environment = kubernetesEnvironment();
  #count = 0;
  constructor(extend?: (environment: Environment) => void) { extend?.(this.#environment); }

  /** Declares a structure; fields that an expression does not name cost nothing. @returns its name */
  structure(fields: Readonly<Record<string, string>>): string {
    const name = `Type${this.#count++}`;
    this.#environment.registerType({ name, schema: { ...fields } });
    return name;
  }

  variable(name: string, type: string): void { this.#environment.registerVariable(name, type); }

  /** Everything that is wrong with an expression, or the type that it gives. */
  compile(text: string): Result<string, Issue> {
    const compiled = compileIn(this.#environment, text);
    return compiled.ok ? { ok: true, value: compiled.value.type } : compiled;
  }

  /** What the types have against an expression, or the type that it gives; `dyn` where nothing follows for certain. */
  check(text: string): Result<string, Issue> {
    const compiled = compileIn(this.#environment, text);
    if (compiled.ok) return { ok: true, value: compiled.value.type };
    const { code, message } = compiled.error;
    if (code === 'no_such_key' || code === 'unknown_variable') return compiled;
    return code === 'no_such_overload' && isMismatch(message) ? compiled : { ok: true, value: 'dyn' };
  }
}

const SCALARS: readonly string[] = ['int', 'string', 'bool', 'bytes'];

/** `found no matching overload for '_>_' applied to '(int, string)'`: two scalar types that are not the same. */
function isMismatch(message: string): boolean {
  const [, left = '', right = ''] = /applied to '\((\w+), (\w+)\)'$/.exec(message) ?? [];
  return left !== right && SCALARS.includes(left) && SCALARS.includes(right);
}
