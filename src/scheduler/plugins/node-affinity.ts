import type { Node, Pod } from '../../api/kinds/all.ts';
import { hasNodeAffinity, meetsNodeAffinity, meetsTerm } from '../../api/placement.ts';
import { compareText } from '../../base/compare.ts';
import { defaultNormalize, definePlugin, type NodeSubset, SKIP, unresolvable } from '../framework/plugin.ts';

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
