/** Whether a rule of a role covers a request. @source kubernetes/kubernetes pkg/apis/rbac/v1/evaluation_helpers.go */
import type { PolicyRule } from '../../api/kinds/all.ts';
import { type Attributes, resourceAndSubresource } from './attributes.ts';

/** Whether any rule covers a request. */
export function rulesAllow(rules: readonly PolicyRule[], attributes: Attributes): boolean {
  for (const rule of rules) if (ruleAllows(rule, attributes)) return true;
  return false;
}

/** Whether one rule covers a request. */
function ruleAllows(rule: PolicyRule, attributes: Attributes): boolean {
  if (!covers(rule.verbs, attributes.verb)) return false;
  if (attributes.resource === '') return pathMatches(rule.nonResourceURLs, attributes.path);
  return covers(rule.apiGroups, attributes.group) && resourceMatches(rule.resources, attributes) && nameMatches(rule.resourceNames, attributes.name);
}

function covers(list: readonly string[] | undefined, wanted: string): boolean {
  return list !== undefined && (list.includes(wanted) || list.includes('*'));
}

function resourceMatches(resources: readonly string[] | undefined, attributes: Attributes): boolean {
  if (resources === undefined) return false;
  const wanted = resourceAndSubresource(attributes);
  if (resources.includes(wanted) || resources.includes('*')) return true;
  return attributes.subresource !== '' && resources.includes(`*/${attributes.subresource}`);
}

function nameMatches(names: readonly string[] | undefined, name: string): boolean {
  return names === undefined || names.length === 0 || names.includes(name);
}

function pathMatches(urls: readonly string[] | undefined, path: string): boolean {
  if (urls === undefined) return false;
  const query = path.indexOf('?');
  const bare = query < 0 ? path : path.slice(0, query);
  return urls.some(url => url === '*' || url === bare || (url.endsWith('*') && bare.startsWith(url.slice(0, -1))));
}
