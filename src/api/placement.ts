/**
 * Which nodes a pod may be on by what it says itself: node selector, node affinity, tolerations. The scheduler asks, and so do controllers that put pods on nodes.
 *
 * @source kubernetes/component-helpers scheduling/corev1/nodeaffinity/nodeaffinity.go, scheduling/corev1/helpers.go
 */
import type { Node, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, Pod, Taint, Toleration } from './kinds/all.ts';

/** True when a node meets one requirement. @source k8s.io/component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go */
function meetsRequirement(requirement: NodeSelectorRequirement, value: string | undefined): boolean {
  const values = requirement.values ?? [];
  switch (requirement.operator) {
    case 'In': return value !== undefined && values.includes(value);
    case 'NotIn': return value === undefined || !values.includes(value);
    case 'Exists': return value !== undefined;
    case 'DoesNotExist': return value === undefined;
    case 'Gt': return isWhole(value) && isWhole(values[0]) && Number(value) > Number(values[0]);
    case 'Lt': return isWhole(value) && isWhole(values[0]) && Number(value) < Number(values[0]);
  }
}

const isWhole = (text: string | undefined): boolean => text !== undefined && /^-?\d+$/.test(text);

/** True when a node meets all requirements of a term; an empty term is met by none. */
export function meetsTerm(term: NodeSelectorTerm, node: Node): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length === 0 && fields.length === 0) return false;
  return expressions.every(requirement => meetsRequirement(requirement, node.metadata.labels?.[requirement.key]))
    && fields.every(requirement => requirement.key === 'metadata.name' && meetsRequirement(requirement, node.metadata.name));
}

const meetsSelector = (selector: NodeSelector, node: Node): boolean => selector.nodeSelectorTerms.some(term => meetsTerm(term, node));

/** True when a pod says anything about its node's labels. */
export function hasNodeAffinity(pod: Pod): boolean {
  return pod.spec?.nodeSelector !== undefined || pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution !== undefined;
}

/** True when a node meets the pod's node selector and required node affinity. */
export function meetsNodeAffinity(pod: Pod, node: Node): boolean {
  const { nodeSelector, affinity } = pod.spec ?? { containers: [] };
  if (nodeSelector !== undefined && !Object.keys(nodeSelector).every(label => node.metadata.labels?.[label] === nodeSelector[label])) return false;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || meetsSelector(required, node);
}

/** True when a toleration covers a taint. @source k8s.io/component-helpers/scheduling/corev1/helpers.go */
export function toleratesTaint(toleration: Toleration, taint: Taint): boolean {
  if ((toleration.effect ?? '') !== '' && toleration.effect !== taint.effect) return false;
  if ((toleration.key ?? '') !== '' && toleration.key !== taint.key) return false;
  switch (toleration.operator ?? 'Equal') {
    case 'Equal': return (toleration.key ?? '') !== '' && (toleration.value ?? '') === (taint.value ?? '');
    case 'Exists': return true;
    default: return false;
  }
}

/** True when one of the pod's tolerations covers a taint. */
export function tolerates(pod: Pod, taint: Taint): boolean {
  return pod.spec?.tolerations?.some(toleration => toleratesTaint(toleration, taint)) === true;
}

/** The first taint that keeps the pod off a node; soft taints keep nobody off. */
export function untoleratedTaint(pod: Pod, node: Node): Taint | undefined {
  const taints = node.spec?.taints;
  if (taints === undefined) return undefined;
  for (const taint of taints) if (taint.effect !== 'PreferNoSchedule' && !tolerates(pod, taint)) return taint;
  return undefined;
}
