/** Which objects a quota is about. @source kubernetes/kubernetes pkg/quota/v1/evaluator/core/pods.go (podMatchesScopeFunc), kubernetes/apiserver pkg/quota/v1/generic/evaluator.go (Matches) */
import type { Affinity, PersistentVolumeClaim, Pod, ResourceQuota, ScopedResourceSelectorRequirement } from '../kinds/all.ts';
import { podQOSClass } from '../kinds/core/qos.ts';
import type { KubeObject } from '../meta.ts';
import { type Counted, resourcesFor } from './usage.ts';

/** Whether a quota limits something about this object. */
export function quotaMatches(quota: ResourceQuota, kind: Counted, object: KubeObject): boolean {
  const hard = Object.keys(quota.status?.hard ?? {});
  return resourcesFor(kind, hard).length > 0 && requirementsOf(quota).every(requirement => matchesScope(requirement, kind, object));
}

function requirementsOf({ spec }: ResourceQuota): readonly ScopedResourceSelectorRequirement[] {
  const plain = (spec?.scopes ?? []).map(scopeName => ({ scopeName, operator: 'Exists' as const }));
  return [...plain, ...spec?.scopeSelector?.matchExpressions ?? []];
}

function matchesScope(requirement: ScopedResourceSelectorRequirement, { group, plural }: Counted, object: KubeObject): boolean {
  if (group !== '') return false;
  if (plural === 'pods') return podMatches(requirement, object as Pod);
  if (plural !== 'persistentvolumeclaims' || requirement.scopeName !== 'VolumeAttributesClass') return false;
  return valueMatches(requirement, (object as PersistentVolumeClaim).spec.volumeAttributesClassName ?? '');
}

function podMatches(requirement: ScopedResourceSelectorRequirement, { spec }: Pod): boolean {
  switch (requirement.scopeName) {
    case 'Terminating': return spec.activeDeadlineSeconds !== undefined;
    case 'NotTerminating': return spec.activeDeadlineSeconds === undefined;
    case 'BestEffort': return podQOSClass(spec) === 'BestEffort';
    case 'NotBestEffort': return podQOSClass(spec) !== 'BestEffort';
    case 'PriorityClass': return valueMatches(requirement, spec.priorityClassName ?? '');
    case 'CrossNamespacePodAffinity': return crossesNamespaces(spec.affinity);
    default: return false;
  }
}

function valueMatches({ operator, values = [] }: ScopedResourceSelectorRequirement, value: string): boolean {
  switch (operator) {
    case 'Exists': return value !== '';
    case 'DoesNotExist': return value === '';
    case 'In': return values.includes(value);
    case 'NotIn': return !values.includes(value);
  }
}

function crossesNamespaces(affinity: Affinity | undefined): boolean {
  return [affinity?.podAffinity, affinity?.podAntiAffinity].some(part => {
    const terms = [...part?.requiredDuringSchedulingIgnoredDuringExecution ?? [], ...(part?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(weighted => weighted.podAffinityTerm)];
    return terms.some(term => (term.namespaces?.length ?? 0) > 0 || term.namespaceSelector !== undefined);
  });
}
