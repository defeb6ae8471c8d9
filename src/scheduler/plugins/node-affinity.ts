import type { Node, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, Pod } from '../../api/kinds/all.ts';
import { defaultNormalize, definePlugin, SKIP, unresolvable } from '../framework/plugin.ts';

/** True when a node meets one requirement. @source k8s.io/component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go */
export function meetsRequirement(requirement: NodeSelectorRequirement, value: string | undefined): boolean {
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

/** True when a node meets one of the terms. */
export function meetsSelector(selector: NodeSelector, node: Node): boolean {
  return selector.nodeSelectorTerms.some(term => meetsTerm(term, node));
}

/** True when a node meets the pod's node selector and required node affinity. */
export function meetsNodeAffinity(pod: Pod, node: Node): boolean {
  const { nodeSelector, affinity } = pod.spec ?? { containers: [] };
  if (nodeSelector !== undefined && !Object.entries(nodeSelector).every(([label, value]) => node.metadata.labels?.[label] === value)) return false;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || meetsSelector(required, node);
}

/** Keeps pods on nodes whose labels they ask for. */
export const nodeAffinity = definePlugin({
  name: 'NodeAffinity',
  source: 'pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go',
  weight: 2,
  events: [
    { kind: 'Node', on: 'Add', hint: (pod, { object }) => meetsNodeAffinity(pod, object as Node) },
    { kind: 'Node', on: 'Update', hint: (pod, { object, old }) => meetsNodeAffinity(pod, object as Node) && (old === undefined || !meetsNodeAffinity(pod, old as Node)) },
  ],
  preFilter(_state, pod) {
    const spec = pod.spec;
    return spec?.nodeSelector === undefined && spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution === undefined ? SKIP : null;
  },
  filter: (_state, pod, { node }) => (meetsNodeAffinity(pod, node) ? null : unresolvable("node(s) didn't match Pod's node affinity/selector")),
  preScore: (_state, pod) => ((pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).length === 0 ? SKIP : null),
  score(_state, pod, { node }) {
    const preferred = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    return preferred.reduce((sum, term) => sum + (meetsTerm(term.preference, node) ? term.weight : 0), 0);
  },
  normalize: (_state, _pod, scores) => { defaultNormalize(scores, false); },
});
