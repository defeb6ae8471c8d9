/**
 * Required affinity between pods, in both directions.
 *
 * @source pkg/scheduler/framework/plugins/interpodaffinity/filtering.go
 */
import type { Node, Pod } from '../../../api/kinds/all.ts';
import type { Cloneable } from '../../framework/cycle-state.ts';
import type { Snapshot } from '../../framework/plugin.ts';
import { allSpeakOf, NO_TERMS_AT_ALL, type NamespaceLabels, speaksOf, type Term, type Terms, termsOf } from './terms.ts';

/** How many matching pods stand in a domain (`key NUL value`). */
type DomainCounts = Map<string, number>;

function add(counts: DomainCounts, term: Term, where: { readonly node: Node; readonly by: number }): void {
  const value = where.node.metadata.labels?.[term.topologyKey];
  if (value === undefined) return;
  const domain = `${term.topologyKey}\0${value}`;
  const count = (counts.get(domain) ?? 0) + where.by;
  if (count === 0) counts.delete(domain); else counts.set(domain, count);
}

/** What the filter of one cycle knows. */
export class AffinityState implements Cloneable {
  readonly terms: Terms;
  readonly namespaceLabels: NamespaceLabels;
  /** Pods that would not have this one near. */
  readonly existingAnti: DomainCounts;
  /** Pods that all of its affinity terms speak of. */
  readonly affinity: DomainCounts;
  /** Pods that one of its anti-affinity terms speaks of. */
  readonly anti: DomainCounts;

  constructor(terms: Terms, namespaceLabels: NamespaceLabels, counts: readonly [DomainCounts, DomainCounts, DomainCounts] = [new Map(), new Map(), new Map()]) {
    this.terms = terms;
    this.namespaceLabels = namespaceLabels;
    [this.existingAnti, this.affinity, this.anti] = counts;
  }

  clone(): AffinityState {
    return new AffinityState(this.terms, this.namespaceLabels, [new Map(this.existingAnti), new Map(this.affinity), new Map(this.anti)]);
  }

  /** Counts a pod in (+1) or out (-1). */
  count(pod: Pod, other: Pod, where: { readonly node: Node; readonly by: number }): void {
    this.countAntiOf(pod, other, where);
    if (allSpeakOf(this.terms.required, other, this.namespaceLabels)) for (const term of this.terms.required) add(this.affinity, term, where);
    for (const term of this.terms.requiredAnti) if (speaksOf(term, other, this.namespaceLabels)) add(this.anti, term, where);
  }

  countAntiOf(pod: Pod, other: Pod, where: { readonly node: Node; readonly by: number }): void {
    for (const term of termsOf(other).requiredAnti) if (speaksOf(term, pod, this.namespaceLabels)) add(this.existingAnti, term, where);
  }
}

/** Counts what concerns a pod; undefined = nothing does. */
export function newAffinityState(pod: Pod, { nodes, listers }: Snapshot): AffinityState | undefined {
  const terms = termsOf(pod);
  const neighbours = nodes.havePodsWithAffinity;
  if (terms === NO_TERMS_AT_ALL && neighbours.length === 0) return undefined;
  const asks = terms.required.length > 0 || terms.requiredAnti.length > 0;
  if (!asks && !neighbours.some(info => info.podsWithAffinity.some(other => termsOf(other).requiredAnti.length > 0))) return undefined;
  const state = new AffinityState(terms, name => listers.namespaceLabels(name));
  if (asks) {
    for (const info of nodes.infos) for (const other of info.pods) state.count(pod, other, { node: info.node, by: 1 });
    return state;
  }
  for (const info of neighbours) for (const other of info.podsWithAffinity) state.countAntiOf(pod, other, { node: info.node, by: 1 });
  return state.existingAnti.size === 0 ? undefined : state;
}

const stands = (counts: DomainCounts, key: string, node: Node): boolean => {
  const value = node.metadata.labels?.[key];
  return value !== undefined && (counts.get(`${key}\0${value}`) ?? 0) > 0;
};

function meetsAffinity(state: AffinityState, pod: Pod, node: Node): boolean {
  const { required } = state.terms;
  let present = true;
  for (const { topologyKey } of required) {
    if (node.metadata.labels?.[topologyKey] === undefined) return false;
    if (!stands(state.affinity, topologyKey, node)) present = false;
  }
  // The first pod of a group that wants to be near itself may go anywhere.
  return present || (state.affinity.size === 0 && allSpeakOf(required, pod, state.namespaceLabels));
}

function meetsExistingAnti(state: AffinityState, node: Node): boolean {
  if (state.existingAnti.size === 0) return true;
  const labels = node.metadata.labels ?? {};
  for (const key of Object.keys(labels)) if (stands(state.existingAnti, key, node)) return false;
  return true;
}

/** Whether a node may take the pod, or which rule it breaks. */
export function judge(state: AffinityState, pod: Pod, node: Node): 'fits' | 'affinity' | 'anti' | 'existingAnti' {
  if (!meetsAffinity(state, pod, node)) return 'affinity';
  if (state.anti.size > 0 && state.terms.requiredAnti.some(({ topologyKey }) => stands(state.anti, topologyKey, node))) return 'anti';
  return meetsExistingAnti(state, node) ? 'fits' : 'existingAnti';
}
