/** Runs the expressions of one policy. @source kubernetes/apiserver pkg/admission/plugin/policy/validating/validator.go */
import type { Result } from '../../../base/data.ts';
import type { MatchCondition } from '../../../api/kinds/admissionregistration/webhook.ts';
import type { Policy, Validation } from './definitions.ts';
import { compileFor } from './environment.ts';

/** A check that failed. */
export interface PolicyDecision { readonly message: string; readonly reason: string; readonly index: number }
export interface PolicyResult { readonly decisions: readonly PolicyDecision[]; readonly annotations: readonly (readonly [key: string, value: string])[] }

type Variables = Record<string, unknown>;

const nothing: PolicyResult = Object.freeze({ decisions: Object.freeze([]), annotations: Object.freeze([]) });
/** @source kubernetes/apiserver pkg/apis/cel/config.go (MaxEvaluatedMessageExpressionSizeBytes) */
const MESSAGE_MAX = 5 * 1024;

/** Everything that a policy finds wrong. */
export function evaluatePolicy(policy: Policy, variables: Variables): PolicyResult {
  const { spec = {} } = policy;
  const ignores = spec.failurePolicy === 'Ignore';
  declareVariables(policy, variables);
  const matched = conditionsHold(policy, spec.matchConditions ?? [], variables);
  if (!matched.ok) return ignores ? nothing : { decisions: [{ message: matched.error, reason: '', index: 0 }], annotations: [] };
  if (!matched.value) return nothing;
  const decisions = (spec.validations ?? []).flatMap((validation, index) => check(policy, validation, { variables, index, ignores }));
  const annotations = (spec.auditAnnotations ?? []).flatMap(({ key, valueExpression }) => {
    const value = run(policy, valueExpression, variables);
    return value.ok && typeof value.value === 'string' && value.value.trim() !== '' ? [[key, value.value.trim()] as const] : [];
  });
  return { decisions, annotations };
}

/** Whether all conditions hold; the first error counts only when none is false. */
export function conditionsHold(owner: object, conditions: readonly MatchCondition[], variables: Variables): Result<boolean, string> {
  let error: string | undefined;
  for (const { name, expression } of conditions) {
    const result = run(owner, expression, variables);
    if (result.ok && result.value === false) return { ok: true, value: false };
    if (!result.ok) error ??= `match condition '${name}': ${result.error}`;
  }
  return error === undefined ? { ok: true, value: true } : { ok: false, error };
}

/** Variables are computed when they are first named, and once. */
function declareVariables(policy: Policy, variables: Variables): void {
  const declared = policy.spec?.variables ?? [];
  if (declared.length === 0) return;
  const holder = {};
  for (const { name, expression } of declared) {
    Object.defineProperty(holder, name, {
      enumerable: true, configurable: true,
      get() {
        const result = run(policy, expression, variables);
        if (!result.ok) throw new Error(`composited variable "${name}" fails to evaluate: ${result.error}`);
        Object.defineProperty(holder, name, { enumerable: true, value: result.value });
        return result.value;
      },
    });
  }
  variables['variables'] = holder;
}

function run(owner: object, text: string, variables: Variables): Result<unknown, string> {
  const compiled = compileFor(owner, text);
  if (!compiled.ok) return { ok: false, error: `compilation error: ${compiled.error}` };
  const result = compiled.value.evaluate(variables);
  return result.ok ? result : { ok: false, error: `expression '${text.trim()}' resulted in error: ${result.error}` };
}

function check(policy: Policy, validation: Validation, { variables, index, ignores }: { readonly variables: Variables; readonly index: number; readonly ignores: boolean }): readonly PolicyDecision[] {
  const result = run(policy, validation.expression, variables);
  if (!result.ok) return ignores ? [] : [{ message: result.error, reason: '', index }];
  return result.value === true ? [] : [{ message: messageOf(policy, validation, variables), reason: validation.reason ?? '', index }];
}

function messageOf(policy: Policy, { expression, message = '', messageExpression }: Validation, variables: Variables): string {
  const computed = messageExpression === undefined ? undefined : run(policy, messageExpression, variables);
  const text = computed?.ok === true && typeof computed.value === 'string' ? computed.value.trim() : '';
  if (text !== '' && text.length <= MESSAGE_MAX && !text.includes('\n')) return text;
  return message.trim() === '' ? `failed expression: ${expression.trim()}` : message.trim();
}
