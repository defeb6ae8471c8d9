/** What the expressions of policies and match conditions may name and call. @source kubernetes/apiserver pkg/admission/plugin/cel/compile.go, pkg/cel/library/authz.go */
import type { Environment } from '@marcbachmann/cel-js';
import { type CompiledExpression, expressionEnvironment } from '../../../api/cel/expression.ts';
import { celValue } from '../../../api/cel/value.ts';
import type { KubeObject } from '../../../api/meta.ts';
import type { Result } from '../../../base/data.ts';
import { serviceAccountUser } from '../../authn/service-accounts.ts';
import type { Attributes, Decision } from '../../authz/attributes.ts';
import { authorize } from '../../authz/authorize.ts';
import type { Server } from '../../state.ts';
import type { AdmissionAttributes } from '../plugin.ts';
import { reviewRequest } from '../webhook/review.ts';

/** A question to the authorizer that an expression puts together. */
class AuthorizerCheck {
  readonly server: Server;
  readonly attributes: Attributes;
  constructor(server: Server, attributes: Attributes) { this.server = server; this.attributes = attributes; }
  with(more: Partial<Attributes>): AuthorizerCheck { return new AuthorizerCheck(this.server, { ...this.attributes, ...more }); }
}

/** The authorizer's answer. */
class AuthorizerDecision {
  readonly decision: Decision;
  constructor(decision: Decision) { this.decision = decision; }
}

function registerAuthorizer(environment: Environment): void {
  environment.registerType('Authorizer', AuthorizerCheck).registerType('Decision', AuthorizerDecision);
  const add = (signature: string, handler: (...args: never[]) => unknown): void => { environment.registerFunction(signature, handler as (...args: unknown[]) => unknown); };
  for (const field of ['group', 'resource', 'subresource', 'namespace', 'name', 'path'] as const) {
    add(`Authorizer.${field}(string): Authorizer`, (check: AuthorizerCheck, value: string) => check.with({ [field]: value }));
  }
  add('Authorizer.serviceAccount(string, string): Authorizer', (check: AuthorizerCheck, namespace: string, name: string) => check.with({ user: serviceAccountUser(namespace, name, '') }));
  add('Authorizer.check(string): Decision', (check: AuthorizerCheck, verb: string) => new AuthorizerDecision(authorize(check.server, { ...check.attributes, verb })));
  add('Decision.allowed(): bool', ({ decision }: AuthorizerDecision) => decision.allowed);
  add('Decision.reason(): string', ({ decision }: AuthorizerDecision) => decision.reason);
}

const environment = expressionEnvironment(['object', 'oldObject', 'request', 'params', 'namespaceObject', 'variables', 'authorizer'], registerAuthorizer);

const compiled = new WeakMap<object, Map<string, Result<CompiledExpression, string>>>();

/** Compiles an expression of a policy or configuration, once for each state of it. */
export function compileFor(owner: object, text: string): Result<CompiledExpression, string> {
  let known = compiled.get(owner);
  if (known === undefined) compiled.set(owner, (known = new Map()));
  let expression = known.get(text);
  if (expression === undefined) known.set(text, (expression = environment.compile(text)));
  return expression;
}

/** The variables of an expression about a request. */
export function variablesFor(attributes: AdmissionAttributes, server: Server, params: KubeObject | undefined): Record<string, unknown> {
  const { object, old, namespace, descriptor, user } = attributes;
  const ownNamespace = descriptor.namespaced ? server.state.caches.get('/namespaces')?.items.get(`/registry/namespaces/${namespace}`) : undefined;
  const nobody: Attributes = { user, verb: '', group: '', resource: '', subresource: '', namespace: '', name: '', path: '', fieldSelector: '' };
  return {
    object: object === undefined ? null : celValue(object), oldObject: old === undefined ? null : celValue(old), params: params === undefined ? null : celValue(params),
    namespaceObject: ownNamespace === undefined ? null : celValue(ownNamespace), authorizer: new AuthorizerCheck(server, nobody), variables: {},
    get request() { return celValue(withoutObjects(reviewRequest(attributes))); },
  };
}

function withoutObjects(request: object): object {
  const { object: _object, oldObject: _old, ...rest } = request as Record<string, unknown>;
  return rest;
}
