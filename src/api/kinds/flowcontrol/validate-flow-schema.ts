/** Which requests a flow schema may match. @source kubernetes pkg/apis/flowcontrol/validation/validation.go */
import { equalData } from '../../../base/compare.ts';
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { dns1123Label, dns1123Subdomain } from '../../names.ts';
import { fixedFlowSchemas } from './fixed.ts';
import { shownFlowSchema } from './shown.ts';
import type { FlowSchema, FlowSubject, NonResourcePolicyRule, ResourcePolicyRule } from './flow-schema.ts';

const maximumPrecedence = 10_000;
const methods = ['ByNamespace', 'ByUser'] as const;
const verbs: readonly string[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];
const subjectKinds = ['Group', 'ServiceAccount', 'User'] as const;
const fieldOfKind = { Group: 'group', ServiceAccount: 'serviceAccount', User: 'user' } as const;

function validateAccount(account: FlowSubject['serviceAccount'], path: string, errors: FieldError[]): void {
  const { name = '', namespace = '' } = account ?? {};
  if (name === '') errors.push(required(`${path}.name`));
  else if (name !== '*') for (const message of dns1123Subdomain(name)) errors.push(invalid(`${path}.name`, name, message));
  if (namespace === '') errors.push(required(`${path}.namespace`, 'must specify namespace for service account'));
  else for (const message of dns1123Label(namespace)) errors.push(invalid(`${path}.namespace`, namespace, message));
}

function validateSubject(subject: FlowSubject, path: string, errors: FieldError[]): void {
  const kind = subjectKinds.find((known) => known === subject.kind);
  if (kind === undefined) { errors.push(notSupported(`${path}.kind`, subject.kind ?? '', subjectKinds)); return; }
  const own = fieldOfKind[kind];
  if (subject[own] === undefined) errors.push(required(`${path}.${own}`, `${own} is required when subject kind is '${kind}'`));
  else if (own === 'serviceAccount') validateAccount(subject.serviceAccount, `${path}.${own}`, errors);
  else if (!subject[own]?.name) errors.push(required(`${path}.${own}.name`));
  for (const other of kind === 'User' ? ['ServiceAccount', 'Group'] as const : kind === 'Group' ? ['ServiceAccount', 'User'] as const : ['User', 'Group'] as const) {
    const field = fieldOfKind[other];
    if (subject[field] !== undefined) errors.push(forbidden(`${path}.${field}`, `${field} is forbidden when subject kind is not '${other}'`));
  }
}

/** A list in which `*` stands alone. */
function validateAlone(list: readonly string[], path: string, about: { readonly other: string; readonly missing: string }, errors: FieldError[]): boolean {
  if (list.length === 0) { errors.push(required(path, about.missing)); return false; }
  if (!list.includes('*')) return true;
  if (list.length > 1) errors.push(invalid(path, list, `if '*' is present, must not specify other ${about.other}`));
  return false;
}

function validateVerbs(given: readonly string[], path: string, errors: FieldError[]): void {
  const areNamed = validateAlone(given, path, { other: 'verbs', missing: 'verbs must contain at least one value' }, errors);
  if (areNamed && given.some((verb) => !verbs.includes(verb))) errors.push(notSupported(path, given, verbs));
}

/** What is wrong with the path of a URL; '' for nothing. */
function urlFault(url: string): string {
  if (url === '') return 'must not be empty';
  if (url === '/') return '';
  if (!url.startsWith('/')) return 'must start with slash';
  if (url.includes(' ')) return 'must not contain white-space';
  if (url.includes('//')) return 'must not contain double slash';
  const wildcards = url.split('*').length - 1;
  return wildcards > 1 || (wildcards === 1 && !url.endsWith('/*')) ? 'wildcard can only do suffix matching' : '';
}

function validateUrlRule(rule: NonResourcePolicyRule, path: string, errors: FieldError[]): void {
  validateVerbs(rule.verbs ?? [], `${path}.verbs`, errors);
  const urls = rule.nonResourceURLs ?? [];
  const areNamed = validateAlone(urls, `${path}.nonResourceURLs`, { other: 'non-resource URLs', missing: 'nonResourceURLs must contain at least one value' }, errors);
  if (!areNamed) return;
  urls.forEach((url, i) => {
    const fault = urlFault(url);
    if (fault !== '') errors.push(invalid(`${path}.nonResourceURLs[${i}]`, url, fault));
  });
}

function validateResourceRule(rule: ResourcePolicyRule, path: string, errors: FieldError[]): void {
  validateVerbs(rule.verbs ?? [], `${path}.verbs`, errors);
  validateAlone(rule.apiGroups ?? [], `${path}.apiGroups`, { other: 'api groups', missing: 'resource rules must supply at least one api group' }, errors);
  validateAlone(rule.resources ?? [], `${path}.resources`, { other: 'resources', missing: 'resource rules must supply at least one resource' }, errors);
  const namespaces = rule.namespaces ?? [];
  if (namespaces.length === 0 && rule.clusterScope === true) return;
  const missing = 'resource rules that are not cluster scoped must supply at least one namespace';
  if (!validateAlone(namespaces, `${path}.namespaces`, { other: 'namespaces', missing }, errors)) return;
  namespaces.forEach((namespace, i) => {
    for (const message of dns1123Label(namespace)) errors.push(invalid(`${path}.namespaces[${i}]`, namespace, `each member of this list must be '*' or a DNS-1123 label; ${message}`));
  });
}

function validateRules({ spec }: FlowSchema, errors: FieldError[]): void {
  (spec?.rules ?? []).forEach((rule, i) => {
    const path = `spec.rules[${i}]`;
    const { subjects = [], resourceRules = [], nonResourceRules = [] } = rule;
    if (subjects.length === 0) errors.push(required(`${path}.subjects`, 'subjects must contain at least one value'));
    subjects.forEach((subject, k) => validateSubject(subject, `${path}.subjects[${k}]`, errors));
    if (resourceRules.length === 0 && nonResourceRules.length === 0) errors.push(required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty'));
    resourceRules.forEach((each, k) => validateResourceRule(each, `${path}.resourceRules[${k}]`, errors));
    nonResourceRules.forEach((each, k) => validateUrlRule(each, `${path}.nonResourceRules[${k}]`, errors));
  });
}

/** Checks the spec of a flow schema. */
export function validateFlowSchema(schema: FlowSchema, errors: FieldError[]): void {
  const { spec, metadata: { name } } = schema;
  const precedence = spec?.matchingPrecedence ?? 0;
  const path = 'spec.matchingPrecedence';
  if (precedence <= 0) errors.push(invalid(path, precedence, 'must be a positive value'));
  if (precedence > maximumPrecedence) errors.push(invalid(path, precedence, `must not be greater than ${maximumPrecedence}`));
  if (precedence === 1 && name !== 'exempt') errors.push(invalid(path, precedence, "only the schema named 'exempt' may have matchingPrecedence 1"));
  const method = spec?.distinguisherMethod;
  if (method !== undefined && !methods.includes(method.type)) errors.push(notSupported('spec.distinguisherMethod.type', { Type: method.type ?? '' }, methods));
  const level = spec?.priorityLevelConfiguration?.name ?? '';
  if (level === '') errors.push(required('spec.priorityLevelConfiguration.name', 'must reference a priority level'));
  else for (const message of dns1123Subdomain(level)) errors.push(invalid('spec.priorityLevelConfiguration.name', level, message));
  validateRules(schema, errors);
  const fixed = Object.hasOwn(fixedFlowSchemas, name) ? fixedFlowSchemas[name] : undefined;
  if (fixed !== undefined && !equalData(spec, fixed)) errors.push(invalid('spec', shownFlowSchema(spec), `spec of '${name}' must equal the fixed value`));
}
