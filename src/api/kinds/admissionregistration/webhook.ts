/** Webhooks that the API server asks about changes, and the rules that say about which.
 * @source kubernetes/api admissionregistration/v1/types.go; pkg/apis/admissionregistration/validation/validation.go */
import { equalData } from '../../../base/compare.ts';
import { expressionFault, type PolicyScope } from '../../cel/policy.ts';
import { duplicate, invalid, notSupported, required, tooMany } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { LabelSelector } from '../../meta.ts';
import { dns1035Label, dns1123Subdomain, qualifiedName } from '../../names.ts';
import { validateLabelSelector } from '../../selector.ts';
import { defaultClientConfig, validateClientConfig } from './webhook-client.ts';
import type { WebhookClientConfig } from './webhook-client.ts';

/** Which requests a rule is about. */
export interface RuleWithOperations {
  readonly operations?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly apiVersions?: readonly string[];
  readonly resources?: readonly string[];
  readonly scope?: 'Cluster' | 'Namespaced' | '*';
}

/** A condition in CEL under which a request is looked at. */
export interface MatchCondition {
  readonly name: string;
  readonly expression: string;
}

/** One webhook; `reinvocationPolicy` is for those that change objects. */
export interface Webhook {
  readonly name: string;
  readonly clientConfig: WebhookClientConfig;
  readonly rules?: readonly RuleWithOperations[];
  readonly failurePolicy?: 'Ignore' | 'Fail';
  readonly matchPolicy?: 'Exact' | 'Equivalent';
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly sideEffects?: 'None' | 'NoneOnDryRun' | 'Some' | 'Unknown';
  readonly timeoutSeconds?: number;
  readonly admissionReviewVersions?: readonly string[];
  readonly matchConditions?: readonly MatchCondition[];
  readonly reinvocationPolicy?: 'Never' | 'IfNeeded';
}

interface Spot { readonly path: string; readonly errors: FieldError[] }

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'] as const;
const scopes = ['*', 'Cluster', 'Namespaced'] as const;
const sideEffects = ['None', 'NoneOnDryRun'] as const;
const allSideEffects = ['None', 'NoneOnDryRun', 'Some', 'Unknown'] as const;
const reviewVersions = ['v1', 'v1beta1'] as const;
const maximumConditions = 64;

/** How a failure of the check itself is taken. */
export const failurePolicies = ['Fail', 'Ignore'] as const;
/** Whether other versions of the same resource are meant too. */
export const matchPolicies = ['Equivalent', 'Exact'] as const;

function validateChoice(value: string | undefined, allowed: readonly string[], { path, errors }: Spot): void {
  if (value !== undefined && !allowed.includes(value)) errors.push(notSupported(path, value, allowed));
}

/** `*` stands alone in a list. */
function validateWildcard(list: readonly string[] | undefined, what: string, { path, errors }: Spot): void {
  if ((list ?? []).length === 0) errors.push(required(path));
  else if ((list ?? []).length > 1 && list?.includes('*') === true) errors.push(invalid(path, list, `if '*' is present, must not specify other ${what}`));
}

function validateResources(resources: readonly string[] | undefined, { path, errors }: Spot): void {
  const list = resources ?? [];
  if (list.length === 0) errors.push(required(path));
  const allOf = new Set<string>();
  const everywhere = new Set<string>();
  // What the last entry without a subresource says counts, as upstream counts it.
  let hasPlain = false;
  list.forEach((entry, i) => {
    const slash = entry.indexOf('/');
    if (entry === '') { errors.push(required(`${path}[${i}]`)); return; }
    if (slash < 0) { hasPlain = entry !== '*'; return; }
    const [resource, sub] = [entry.slice(0, slash), entry.slice(slash + 1)];
    if (allOf.has(resource)) errors.push(invalid(`${path}[${i}]`, entry, `if '${resource}/*' is present, must not specify ${entry}`));
    if (everywhere.has(sub)) errors.push(invalid(`${path}[${i}]`, entry, `if '*/${sub}' is present, must not specify ${entry}`));
    if (sub === '*') allOf.add(resource);
    if (resource === '*') everywhere.add(sub);
  });
  if (list.length > 1 && list.includes('*/*')) errors.push(invalid(path, list, "if '*/*' is present, must not specify other resources"));
  if (list.includes('*') && hasPlain) {
    errors.push(invalid(path, list, "if '*' is present, must not specify other resources without subresources"));
  }
}

/** One rule of a webhook or policy. */
export function validateRule(rule: RuleWithOperations, path: string, errors: FieldError[]): void {
  validateWildcard(rule.operations, 'operations', { path: `${path}.operations`, errors });
  (rule.operations ?? []).forEach((operation, i) => validateChoice(operation, operations, { path: `${path}.operations[${i}]`, errors }));
  validateWildcard(rule.apiGroups, 'API groups', { path: `${path}.apiGroups`, errors });
  validateWildcard(rule.apiVersions, 'API versions', { path: `${path}.apiVersions`, errors });
  (rule.apiVersions ?? []).forEach((version, i) => { if (version === '') errors.push(required(`${path}.apiVersions[${i}]`)); });
  validateResources(rule.resources, { path: `${path}.resources`, errors });
  validateChoice(rule.scope, scopes, { path: `${path}.scope`, errors });
}

/** Conditions with names of their own, which are true or false. */
export function validateMatchConditions(conditions: readonly MatchCondition[] | undefined, path: string, errors: FieldError[], scope: PolicyScope = {}): void {
  const list = conditions ?? [];
  if (list.length > maximumConditions) errors.push(tooMany(path, list.length, maximumConditions));
  const names = new Set<string>();
  list.forEach((condition, i) => {
    const expression = (condition.expression ?? '').trim();
    const fault = expression === '' ? undefined : expressionFault(expression, ['bool'], scope);
    if (expression === '') errors.push(required(`${path}[${i}].expression`));
    else if (fault !== undefined) errors.push(invalid(`${path}[${i}].expression`, expression, fault));
    if (!condition.name) { errors.push(required(`${path}[${i}].name`)); return; }
    for (const message of qualifiedName(condition.name)) errors.push(invalid(`${path}[${i}].name`, condition.name, message));
    if (names.has(condition.name)) errors.push(duplicate(`${path}[${i}].name`, condition.name));
    names.add(condition.name);
  });
}

function validateReviewVersions(versions: readonly string[] | undefined, letsUnknown: boolean, { path, errors }: Spot): void {
  const list = versions ?? [];
  if (list.length === 0) { errors.push(required(path, `must specify one of ${reviewVersions.join(', ')}`)); return; }
  list.forEach((version, i) => {
    if (list.indexOf(version) < i) errors.push(invalid(`${path}[${i}]`, version, 'duplicate version'));
    else for (const message of dns1035Label(version)) errors.push(invalid(`${path}[${i}]`, version, message));
  });
  if (!letsUnknown && !list.some((version) => (reviewVersions as readonly string[]).includes(version))) errors.push(invalid(path, list, `must include at least one of ${reviewVersions.join(', ')}`));
}

/** A name of at least three parts. @source kubernetes/apimachinery pkg/util/validation/validation.go (IsFullyQualifiedName) */
function validateHookName(name: string | undefined, { path, errors }: Spot): void {
  if (!name) { errors.push(required(path)); return; }
  const messages = dns1123Subdomain(name);
  if (messages.length > 0) errors.push(invalid(path, name, messages.join(',')));
  else if (name.split('.').length < 3) errors.push(invalid(path, name, 'should be a domain with at least three segments separated by dots'));
}

/** Faults that stored webhooks have already, and that changed ones may keep. */
interface Tolerance {
  readonly conditions: boolean;
  readonly sideEffects: boolean;
  readonly reviewVersions: boolean;
  readonly names: boolean;
  readonly selectorValues: boolean;
}

const isReviewVersion = (version: string): boolean => (reviewVersions as readonly string[]).includes(version);

/** @source kubernetes pkg/apis/admissionregistration/validation/validation.go (ValidateValidatingWebhookConfigurationUpdate) */
function toleranceFor(hooks: readonly Webhook[], old: readonly Webhook[] | undefined): Tolerance {
  if (old === undefined) return { conditions: false, sideEffects: false, reviewVersions: false, names: false, selectorValues: false };
  return {
    conditions: hooks.length === old.length && old.every((hook, i) => equalData(hook.matchConditions, hooks[i]?.matchConditions)),
    sideEffects: old.some((hook) => hook.sideEffects === undefined || !(sideEffects as readonly string[]).includes(hook.sideEffects)),
    reviewVersions: old.some(({ admissionReviewVersions: versions = [] }) => versions.length > 0 && !versions.some(isReviewVersion)),
    names: new Set(old.map(({ name }) => name)).size < old.length,
    selectorValues: old.some((hook) => [hook.namespaceSelector, hook.objectSelector].some((selector) => validateLabelSelector(selector, '').length > 0)),
  };
}

function validateWebhook(hook: Webhook, tolerance: Tolerance, { path, errors }: Spot): void {
  validateHookName(hook.name, { path: `${path}.name`, errors });
  (hook.rules ?? []).forEach((rule, i) => validateRule(rule, `${path}.rules[${i}]`, errors));
  validateChoice(hook.failurePolicy, failurePolicies, { path: `${path}.failurePolicy`, errors });
  validateChoice(hook.matchPolicy, matchPolicies, { path: `${path}.matchPolicy`, errors });
  const classes = tolerance.sideEffects ? allSideEffects : sideEffects;
  if (hook.sideEffects === undefined) errors.push(required(`${path}.sideEffects`, `must specify one of ${classes.join(', ')}`));
  validateChoice(hook.sideEffects, classes, { path: `${path}.sideEffects`, errors });
  const timeout = hook.timeoutSeconds;
  if (timeout !== undefined && (timeout > 30 || timeout < 1)) errors.push(invalid(`${path}.timeoutSeconds`, timeout, 'the timeout value must be between 1 and 30 seconds'));
  errors.push(...validateLabelSelector(hook.namespaceSelector, `${path}.namespaceSelector`, tolerance.selectorValues));
  errors.push(...validateLabelSelector(hook.objectSelector, `${path}.objectSelector`, tolerance.selectorValues));
  validateChoice(hook.reinvocationPolicy, ['IfNeeded', 'Never'], { path: `${path}.reinvocationPolicy`, errors });
  validateClientConfig(hook.clientConfig, `${path}.clientConfig`, errors);
  if (!tolerance.conditions) validateMatchConditions(hook.matchConditions, `${path}.matchConditions`, errors);
}

/** All webhooks of a configuration; `old` are those that are stored. */
export function validateWebhooks(hooks: readonly Webhook[] = [], old: readonly Webhook[] | undefined, errors: FieldError[]): void {
  const names = new Set<string>();
  const tolerance = toleranceFor(hooks, old);
  hooks.forEach((hook, i) => {
    validateWebhook(hook, tolerance, { path: `webhooks[${i}]`, errors });
    validateReviewVersions(hook.admissionReviewVersions, tolerance.reviewVersions, { path: `webhooks[${i}].admissionReviewVersions`, errors });
    if (!tolerance.names && hook.name && names.has(hook.name)) errors.push(duplicate(`webhooks[${i}].name`, hook.name));
    names.add(hook.name);
  });
}

/** Rules reach resources of both scopes unless they say otherwise; the same list when all do. */
export function defaultRules<R extends RuleWithOperations>(rules: readonly R[]): readonly R[] {
  return rules.every((rule) => rule.scope !== undefined) ? rules : rules.map((rule) => (rule.scope === undefined ? { ...rule, scope: '*' } : rule));
}

const defaultTimeout = 10;

/** @source kubernetes pkg/apis/admissionregistration/v1/defaults.go */
export function defaultWebhook(hook: Webhook, mutates: boolean): Webhook {
  const clientConfig = defaultClientConfig(hook.clientConfig ?? {});
  const rules = hook.rules === undefined ? undefined : defaultRules(hook.rules);
  const isWhole = [hook.failurePolicy, hook.matchPolicy, hook.namespaceSelector, hook.objectSelector, hook.timeoutSeconds, mutates ? hook.reinvocationPolicy : '']
    .every((field) => field !== undefined);
  if (isWhole && clientConfig === hook.clientConfig && rules === hook.rules) return hook;
  return {
    ...hook, clientConfig, ...(rules === undefined ? {} : { rules }), failurePolicy: hook.failurePolicy ?? 'Fail', matchPolicy: hook.matchPolicy ?? 'Equivalent',
    namespaceSelector: hook.namespaceSelector ?? {}, objectSelector: hook.objectSelector ?? {}, timeoutSeconds: hook.timeoutSeconds ?? defaultTimeout,
    ...(mutates ? { reinvocationPolicy: hook.reinvocationPolicy ?? 'Never' } : {}),
  };
}
