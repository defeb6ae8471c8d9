/** What the expressions of policies and match conditions may name and call. @source kubernetes/apiserver pkg/admission/plugin/cel/compile.go, pkg/cel/library/authz.go */
import { AuthorizerCheck, type AuthorizerQuestion, registerAuthorizer } from '../../../api/cel/authorizer.ts';
import { type CompiledExpression, expressionEnvironment } from '../../../api/cel/expression.ts';
import { celValue } from '../../../api/cel/value.ts';
import type { KubeObject } from '../../../api/meta.ts';
import type { ResourceDescriptor } from '../../../api/resource.ts';
import type { Result } from '../../../base/data.ts';
import { serviceAccountUser } from '../../authn/service-accounts.ts';
import type { Attributes } from '../../authz/attributes.ts';
import { authorize } from '../../authz/authorize.ts';
import type { Server } from '../../state.ts';
import type { AdmissionAttributes } from '../plugin.ts';
import { reviewRequest } from '../webhook/review.ts';
import type { Seen } from '../webhook/seen.ts';

/** A question to this server's authorizers. */
const askServer = (server: Server, attributes: Attributes): AuthorizerQuestion => ({
  with: (part, value) => askServer(server, { ...attributes, [part]: value }),
  as: (namespace, name) => askServer(server, { ...attributes, user: serviceAccountUser(namespace, name, '') }),
  check: verb => authorize(server, { ...attributes, verb }),
});

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
export function variablesFor(attributes: AdmissionAttributes, server: Server, { params, as, seen }: { readonly params: KubeObject | undefined; readonly as: ResourceDescriptor; readonly seen: Seen }): Record<string, unknown> {
  const { namespace, descriptor, user } = attributes;
  const { object, old } = seen;
  const ownNamespace = descriptor.namespaced ? server.state.caches.get('/namespaces')?.items.get(`/registry/namespaces/${namespace}`) : undefined;
  const nobody: Attributes = { user, verb: '', group: '', resource: '', subresource: '', namespace: '', name: '', path: '', fieldSelector: '' };
  return {
    object: object === undefined ? null : celValue(object), oldObject: old === undefined ? null : celValue(old), params: params === undefined ? null : celValue(params),
    namespaceObject: ownNamespace === undefined ? null : celValue(ownNamespace), authorizer: new AuthorizerCheck(askServer(server, nobody)), variables: {},
    get request() { return celValue(withoutObjects(reviewRequest(attributes, as, seen))); },
  };
}

function withoutObjects(request: object): object {
  const { object: _object, oldObject: _old, ...rest } = request as Record<string, unknown>;
  return rest;
}
