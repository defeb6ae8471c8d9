import type { Node, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, Pod } from '../../api/kinds/all.ts';
import { compareText } from '../../base/compare.ts';
import { defaultNormalize, definePlugin, type NodeSubset, SKIP, unresolvable } from '../framework/plugin.ts';

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
function meetsTerm(term: NodeSelectorTerm, node: Node): boolean {
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

const NAME = 'NodeAffinity';
const NO_MATCH = unresolvable(NAME, "node(s) didn't match Pod's node affinity/selector");
const CONFLICT = unresolvable(NAME, 'pod affinity terms conflict');

/**
 * The only nodes that can do, if every term names its nodes, as those of DaemonSet pods do; undefined = any node may.
 * Names within a term must all hold, terms are alternatives.
 */
function namedNodes(pod: Pod): readonly string[] | undefined {
  const terms = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  if (terms.length === 0) return undefined;
  const all = new Set<string>();
  for (const term of terms) {
    let names: readonly string[] | undefined;
    for (const { key, operator, values } of term.matchFields ?? []) {
      if (key !== 'metadata.name' || operator !== 'In') continue;
      names = names === undefined ? values ?? [] : names.filter(name => values?.includes(name) === true);
    }
    if (names === undefined) return undefined;
    for (const name of names) all.add(name);
  }
  return [...all].sort(compareText);
}

/** Keeps pods on nodes whose labels they ask for. */
export const nodeAffinity = definePlugin({
  name: NAME,
  source: 'pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go',
  weight: 2,
  events: [
    { kind: 'Node', on: 'Add', hint: (pod, { object }) => meetsNodeAffinity(pod, object as Node) },
    { kind: 'Node', on: 'Update', hint: (pod, { object, old }) => meetsNodeAffinity(pod, object as Node) && (old === undefined || !meetsNodeAffinity(pod, old as Node)) },
  ],
  preFilter(_state, pod) {
    if (!hasNodeAffinity(pod)) return SKIP;
    const nodeNames = namedNodes(pod);
    if (nodeNames === undefined) return null;
    return nodeNames.length === 0 ? CONFLICT : { nodeNames } satisfies NodeSubset;
  },
  filter: (_state, pod, { node }) => (meetsNodeAffinity(pod, node) ? null : NO_MATCH),
  preScore: (_state, pod) => ((pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).length === 0 ? SKIP : null),
  score(_state, pod, { node }) {
    let sum = 0;
    for (const term of pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
      if (meetsTerm(term.preference, node)) sum += term.weight;
    }
    return sum;
  },
  normalize: (_state, scores) => { defaultNormalize(scores, false); },
});
