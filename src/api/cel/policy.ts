/**
 * Expressions of policies and match conditions: whether they may be written, and what types tell about them.
 *
 * @source kubernetes/apiserver pkg/admission/plugin/cel/compile.go, pkg/admission/plugin/policy/validating/typechecking.go
 */
import { registerAuthorizer } from './authorizer.ts';
import type { Issue } from './issues.ts';
import { issueText } from './issues.ts';
import { TypedEnvironment } from './typed.ts';

/** What an expression may name beside the request. */
export interface PolicyScope {
  readonly hasParams?: boolean;
  /** Messages cannot ask who may do what. */
  readonly hasAuthorizer?: boolean;
  /** Names of the variables that are declared before it. */
  readonly variables?: readonly string[];
}

/** Adds the type of an object to an environment, and says its name. */
export type TypeOf = (environment: TypedEnvironment) => string;

const REQUEST_FIELDS = ['kind', 'resource', 'subResource', 'requestKind', 'requestResource', 'requestSubResource', 'name', 'namespace', 'operation', 'userInfo', 'dryRun', 'options'] as const;

/** An environment for the expressions of one place; without types, objects are whatever they are. */
function policyEnvironment({ hasParams = false, hasAuthorizer = true, variables }: PolicyScope, types: { readonly object?: TypeOf; readonly params?: TypeOf } = {}): TypedEnvironment {
  const environment = new TypedEnvironment(registerAuthorizer);
  const object = types.object?.(environment) ?? 'dyn';
  for (const name of ['object', 'oldObject']) environment.variable(name, object);
  environment.variable('request', environment.structure(Object.fromEntries(REQUEST_FIELDS.map(field => [field, 'dyn']))));
  environment.variable('namespaceObject', 'dyn');
  if (hasAuthorizer) environment.variable('authorizer', 'Authorizer');
  if (hasParams) environment.variable('params', types.params?.(environment) ?? 'dyn');
  if (variables !== undefined) environment.variable('variables', environment.structure(Object.fromEntries(variables.map(name => [name, 'dyn']))));
  return environment;
}

/** Whether an expression may be written: the text says what is wrong with it. `types` = what it may give; none = anything. */
export function expressionFault(text: string, types: readonly string[], scope: PolicyScope = {}): string | undefined {
  const checked = policyEnvironment(scope).compile(text);
  if (!checked.ok) return `compilation failed: ${issueText(checked.error, text)}`;
  if (checked.value === 'dyn' || types.length === 0 || types.includes(checked.value)) return undefined;
  return types.length === 1 ? `must evaluate to ${types[0] ?? ''}` : `must evaluate to one of [${types.map(type => (type === 'null' ? 'null_type' : type)).join(' ')}]`;
}

/** One kind that a policy may be asked about. `name`: `apps/v1, Kind=Deployment`. */
export interface CheckedKind { readonly name: string; readonly type: TypeOf }
/** What types tell about the expressions of a policy. */
export interface ExpressionWarning { readonly fieldRef: string; readonly warning: string }

interface CheckedPolicy {
  readonly variables?: readonly { readonly name: string }[];
  readonly validations?: readonly { readonly expression: string; readonly messageExpression?: string }[];
}

/** Holds the validations of a policy against the types of the kinds that it is about. */
export function expressionWarnings({ variables = [], validations = [] }: CheckedPolicy, kinds: readonly CheckedKind[], params: TypeOf | undefined): readonly ExpressionWarning[] {
  const scope = { hasParams: params !== undefined, variables: variables.map(({ name }) => name) };
  const environments = kinds.map(({ name, type }) => ({ name, environment: policyEnvironment(scope, { object: type, ...(params === undefined ? {} : { params }) }) }));
  const warningOf = (fieldRef: string, text: string): readonly ExpressionWarning[] => {
    const found = environments.flatMap(({ name, environment }) => {
      const checked = environment.check(text);
      return checked.ok ? [] : [`${name}: ${issueText(checked.error satisfies Issue, text)}\n`];
    });
    return found.length === 0 ? [] : [{ fieldRef, warning: found.join('\n') }];
  };
  return validations.flatMap(({ expression, messageExpression = '' }, i) => [
    ...warningOf(`spec.validations[${i}].expression`, expression), ...(messageExpression === '' ? [] : warningOf(`spec.validations[${i}].messageExpression`, messageExpression)),
  ]);
}
