/** Rules of webhooks and policies. @source kubernetes/apiserver pkg/admission/plugin/webhook/predicates/rules/rules.go */
import type { RuleWithOperations } from '../../../api/kinds/admissionregistration/webhook.ts';
import type { ResourceDescriptor } from '../../../api/resource.ts';
import type { AdmissionAttributes } from '../plugin.ts';

const holds = (list: readonly string[] | undefined, value: string): boolean => list !== undefined && (list.includes('*') || list.includes(value));

/** Whether a rule covers a request about a version of a resource. */
export function ruleMatches({ operations, apiGroups, apiVersions, resources = [], scope = '*' }: RuleWithOperations, { operation, subresource }: AdmissionAttributes, descriptor: ResourceDescriptor): boolean {
  if (scope === 'Namespaced' && !descriptor.namespaced && descriptor.kind !== 'Namespace') return false;
  if (scope === 'Cluster' && descriptor.namespaced) return false;
  return holds(operations, operation) && holds(apiGroups, descriptor.group) && holds(apiVersions, descriptor.version) && resources.some(resource => resourceMatches(resource, descriptor.plural, subresource));
}

function resourceMatches(pattern: string, plural: string, subresource: string): boolean {
  const [resource = '', below = ''] = pattern.split('/');
  return (resource === '*' || resource === plural) && (below === '*' || below === subresource);
}
