/** The authorizer as expressions see it: `authorizer.group('apps').resource('deployments').check('create').allowed()`. @source kubernetes/apiserver pkg/cel/library/authz.go */
import type { Environment } from '@marcbachmann/cel-js';

/** What an expression may narrow a question down to. */
const PARTS = ['group', 'resource', 'subresource', 'namespace', 'name', 'path'] as const;
export type CheckPart = (typeof PARTS)[number];

/** A question that an expression puts together; the server gives it its meaning. */
export interface AuthorizerQuestion {
  with(part: CheckPart, value: string): AuthorizerQuestion;
  as(namespace: string, serviceAccount: string): AuthorizerQuestion;
  check(verb: string): { readonly allowed: boolean; readonly reason: string };
}

/** The same as a value of an expression. */
export class AuthorizerCheck {
  readonly question: AuthorizerQuestion;
  constructor(question: AuthorizerQuestion) { this.question = question; }
}

/** The answer. */
class AuthorizerDecision {
  readonly allowed: boolean;
  readonly reason: string;
  constructor({ allowed, reason }: { readonly allowed: boolean; readonly reason: string }) { this.allowed = allowed; this.reason = reason; }
}

/** Adds the types and their functions. */
export function registerAuthorizer(environment: Environment): void {
  environment.registerType('Authorizer', AuthorizerCheck).registerType('Decision', AuthorizerDecision);
  const add = (signature: string, handler: (...args: never[]) => unknown): void => { environment.registerFunction(signature, handler as (...args: unknown[]) => unknown); };
  for (const part of PARTS) add(`Authorizer.${part}(string): Authorizer`, ({ question }: AuthorizerCheck, value: string) => new AuthorizerCheck(question.with(part, value)));
  add('Authorizer.serviceAccount(string, string): Authorizer', ({ question }: AuthorizerCheck, namespace: string, name: string) => new AuthorizerCheck(question.as(namespace, name)));
  add('Authorizer.check(string): Decision', ({ question }: AuthorizerCheck, verb: string) => new AuthorizerDecision(question.check(verb)));
  add('Decision.allowed(): bool', ({ allowed }: AuthorizerDecision) => allowed);
  add('Decision.reason(): string', ({ reason }: AuthorizerDecision) => reason);
}
