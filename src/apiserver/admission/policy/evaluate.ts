/** Runs the expressions of one policy. @source kubernetes/apiserver pkg/admission/plugin/policy/validating/validator.go */
import type { Result } from '../../../base/data.ts';
import type { MatchCondition } from '../../../api/kinds/admissionregistration/webhook.ts';
import type { Policy, Validation } from './definitions.ts';
import { MATCH_CONDITIONS_BUDGET, RUNTIME_COST_BUDGET } from '../../../api/cel/cost/limits.ts';
import { compileFor } from './environment.ts';

/** A check that failed. */
export interface PolicyDecision { readonly message: string; readonly reason: string; readonly index: number }
export interface PolicyResult { readonly decisions: readonly PolicyDecision[]; readonly annotations: readonly (readonly [key: string, value: string])[] }

type Variables = Record<string, unknown>;

const nothing: PolicyResult = Object.freeze({ decisions: Object.freeze([]), annotations: Object.freeze([]) });
/** @source kubernetes/apiserver pkg/apis/cel/config.go (MaxEvaluatedMessageExpressionSizeBytes) */
const MESSAGE_MAX = 5 * 1024;

const OUT_OF_BUDGET = 'validation failed due to running out of cost budget, no further validation rules will be run';

/** What is left for the expressions of one run; below 0 = nothing. */
interface Budget { left: number }
/** Whose expressions, about what, and at whose cost. */
interface Run { readonly owner: object; readonly variables: Variables; readonly budget: Budget }

/** Everything that a policy finds wrong. @source kubernetes/apiserver pkg/admission/plugin/cel/condition.go (ForInput) */
export function evaluatePolicy(policy: Policy, variables: Variables): PolicyResult {
  const { spec = {} } = policy;
  const ignores = spec.failurePolicy === 'Ignore';
  const failed = (message: string): PolicyResult => (ignores ? nothing : { decisions: [{ message, reason: '', index: 0 }], annotations: [] });
  const matching: Run = { owner: policy, variables, budget: { left: MATCH_CONDITIONS_BUDGET } };
  declareVariables(policy, matching);
  const matched = allHold(spec.matchConditions ?? [], matching);
  if (!matched.ok) return failed(matched.error);
  if (!matched.value) return nothing;
  const checking: Run = { owner: policy, variables, budget: { left: RUNTIME_COST_BUDGET } };
  declareVariables(policy, checking);
  const decisions = (spec.validations ?? []).flatMap((validation, index) => check(validation, checking, { index, ignores }));
  if (checking.budget.left < 0) return failed(OUT_OF_BUDGET);
  const noting: Run = { ...checking, budget: { left: RUNTIME_COST_BUDGET } };
  const annotations = (spec.auditAnnotations ?? []).flatMap(({ key, valueExpression }) => {
    const value = run(valueExpression, noting);
    return value.ok && typeof value.value === 'string' && value.value.trim() !== '' ? [[key, value.value.trim()] as const] : [];
  });
  return { decisions, annotations };
}

/** Whether all conditions hold; the first error counts only when none is false. */
export function conditionsHold(owner: object, conditions: readonly MatchCondition[], variables: Variables): Result<boolean, string> {
  return allHold(conditions, { owner, variables, budget: { left: MATCH_CONDITIONS_BUDGET } });
}

function allHold(conditions: readonly MatchCondition[], of: Run): Result<boolean, string> {
  let error: string | undefined;
  for (const { name, expression } of conditions) {
    const result = run(expression, of);
    if (of.budget.left < 0) return { ok: false, error: OUT_OF_BUDGET };
    if (result.ok && result.value === false) return { ok: true, value: false };
    if (!result.ok) error ??= `match condition '${name}': ${result.error}`;
  }
  return error === undefined ? { ok: true, value: true } : { ok: false, error };
}

/** Variables are computed when they are first named, and once. */
function declareVariables(policy: Policy, of: Run): void {
  const declared = policy.spec?.variables ?? [];
  if (declared.length === 0) return;
  const holder = {};
  for (const { name, expression } of declared) {
    Object.defineProperty(holder, name, {
      enumerable: true, configurable: true,
      get() {
        const result = run(expression, of);
        if (!result.ok) throw new Error(`composited variable "${name}" fails to evaluate: ${result.error}`);
        Object.defineProperty(holder, name, { enumerable: true, value: result.value });
        return result.value;
      },
    });
  }
  of.variables['variables'] = holder;
}

function run(text: string, { owner, variables, budget }: Run): Result<unknown, string> {
  const compiled = compileFor(owner, text);
  if (!compiled.ok) return { ok: false, error: `compilation error: ${compiled.error}` };
  if (budget.left < 0) return { ok: false, error: OUT_OF_BUDGET };
  const result = compiled.value.evaluate(variables);
  budget.left -= result.cost;
  return result.ok ? result : { ok: false, error: `expression '${text.trim()}' resulted in error: ${result.error}` };
}

function check(validation: Validation, of: Run, { index, ignores }: { readonly index: number; readonly ignores: boolean }): readonly PolicyDecision[] {
  const result = run(validation.expression, of);
  if (!result.ok) return ignores ? [] : [{ message: result.error, reason: '', index }];
  return result.value === true ? [] : [{ message: messageOf(validation, of), reason: validation.reason ?? '', index }];
}

function messageOf({ expression, message = '', messageExpression }: Validation, of: Run): string {
  const computed = messageExpression === undefined ? undefined : run(messageExpression, of);
  const text = computed?.ok === true && typeof computed.value === 'string' ? computed.value.trim() : '';
  if (text !== '' && text.length <= MESSAGE_MAX && !text.includes('\n')) return text;
  return message.trim() === '' ? `failed expression: ${expression.trim()}` : message.trim();
}
