/**
 * Whether the rules of a schema can be compiled, and fit where they stand.
 *
 * @source kubernetes/apiextensions-apiserver pkg/apis/apiextensions/validation/validation.go, pkg/apiserver/schema/cel/compilation.go
 * @fidelity simplified: a rule of which no type can be told is let pass
 */
import { issueText } from '../../cel/issues.ts';
import { ruleType } from '../../custom/rule-types.ts';
import { ruleCompiler } from '../../custom/rules.ts';
import { invalid } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { JSONSchemaProps, ValidationRule } from './json-schema.ts';

interface Place { readonly path: string; readonly errors: FieldError[]; readonly isRoot: boolean; readonly uncorrelatable: string }

/** The rule as the server's own type has it, whose fields have no names in JSON. */
function internalRule({ rule, message = '', messageExpression = '', reason, fieldPath = '', optionalOldSelf }: ValidationRule): object {
  return { Rule: rule, Message: message, MessageExpression: messageExpression, Reason: reason ?? null, FieldPath: fieldPath, OptionalOldSelf: optionalOldSelf ?? null };
}

/** Why an expression cannot be taken; '' when it can. */
function faultOf(text: string, wanted: 'bool' | 'string', { schema, rule, isRoot }: { readonly schema: JSONSchemaProps; readonly rule: ValidationRule; readonly isRoot: boolean }): string {
  const program = ruleCompiler.compile(text);
  if (!program.ok) return program.error;
  const typed = ruleType(text, schema, { isRoot, optionalOldSelf: rule.optionalOldSelf === true });
  if (!typed.ok) return `compilation failed: ${issueText(typed.error, text)}`;
  return [wanted, 'dyn'].includes(program.value.type) && [wanted, 'dyn'].includes(typed.value ?? 'dyn') ? '' : `must evaluate to a ${wanted}`;
}

/** The rules of one node. */
export function validateRules(schema: JSONSchemaProps, { path, errors, isRoot, uncorrelatable }: Place): void {
  (schema['x-kubernetes-validations'] ?? []).forEach((rule, i) => {
    const at = `${path}.x-kubernetes-validations[${i}]`;
    const fault = faultOf(rule.rule, 'bool', { schema, rule, isRoot });
    if (fault !== '') errors.push(invalid(`${at}.rule`, internalRule(rule), fault.startsWith('must') ? `cel expression ${fault}` : fault));
    const message = fault !== '' || !rule.messageExpression ? '' : faultOf(rule.messageExpression, 'string', { schema, rule, isRoot });
    if (message !== '') errors.push(invalid(`${at}.messageExpression`, internalRule(rule), `messageExpression ${message}`));
    const program = ruleCompiler.compile(rule.rule);
    const usesOld = fault === '' && program.ok && program.value.mentions('oldSelf');
    if (usesOld && uncorrelatable !== '') errors.push(invalid(`${at}.rule`, rule.rule, `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelatable}`));
    else if (!usesOld && rule.optionalOldSelf !== undefined) errors.push(invalid(`${at}.optionalOldSelf`, rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule'));
  });
}
