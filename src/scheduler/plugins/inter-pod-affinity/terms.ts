/**
 * Pod affinity terms: which pods they speak of.
 *
 * @source pkg/scheduler/framework/types.go (AffinityTerm)
 */
import type { Pod, PodAffinityTerm } from '../../../api/kinds/all.ts';
import type { StringMap } from '../../../api/meta.ts';
import { labelSelectorMatches, matchesLabels, type Requirement, type Selector, selectorOf } from '../../../api/selector.ts';
import { narrowed } from '../pod-topology-spread/constraints.ts';

/** A term ready for use. */
export interface Term {
  readonly topologyKey: string;
  readonly weight: number;
  readonly selector: Selector;
  readonly namespaces: readonly string[];
  /** Namespaces by their labels, beside those by name. */
  readonly namespaceSelector: PodAffinityTerm['namespaceSelector'];
}

const REQUIRED_WEIGHT = 1;

function newTerm(pod: Pod, term: PodAffinityTerm, weight: number): Term {
  const named = term.namespaces ?? [];
  return {
    topologyKey: term.topologyKey, weight, selector: excluding(narrowed(selectorOf(term.labelSelector), term.matchLabelKeys, pod.metadata.labels), term.mismatchLabelKeys, pod.metadata.labels),
    namespaces: named.length === 0 && term.namespaceSelector === undefined ? [pod.metadata.namespace ?? ''] : named, namespaceSelector: term.namespaceSelector,
  };
}

/** A selector that does not want the pod's own values of these labels. */
function excluding(selector: Selector, keys: readonly string[] | undefined, labels: StringMap | undefined): Selector {
  if (keys === undefined || selector.nothing === true) return selector;
  const more: Requirement[] = [];
  for (const key of keys) {
    const value = labels?.[key];
    if (value !== undefined) more.push({ key, operator: 'notin', values: [value] });
  }
  return { requirements: [...selector.requirements, ...more] };
}

/** The four lists of terms of a pod. */
export interface Terms {
  readonly required: readonly Term[];
  readonly requiredAnti: readonly Term[];
  readonly preferred: readonly Term[];
  readonly preferredAnti: readonly Term[];
}

const NO_TERMS: readonly Term[] = Object.freeze([]);
/** A pod without affinity. */
export const NO_TERMS_AT_ALL: Terms = Object.freeze({ required: NO_TERMS, requiredAnti: NO_TERMS, preferred: NO_TERMS, preferredAnti: NO_TERMS });
const termsOfPods = new WeakMap<Pod, Terms>();

/** The affinity terms of a pod. Memoized by the (shared, frozen) pod. */
export function termsOf(pod: Pod): Terms {
  const affinity = pod.spec?.affinity;
  if (affinity?.podAffinity === undefined && affinity?.podAntiAffinity === undefined) return NO_TERMS_AT_ALL;
  let terms = termsOfPods.get(pod);
  if (terms === undefined) {
    const required = (list: readonly PodAffinityTerm[] = []): readonly Term[] => list.map(term => newTerm(pod, term, REQUIRED_WEIGHT));
    const preferred = (list: readonly { readonly weight: number; readonly podAffinityTerm: PodAffinityTerm }[] = []): readonly Term[] => list.map(term => newTerm(pod, term.podAffinityTerm, term.weight));
    const { podAffinity, podAntiAffinity } = affinity;
    terms = {
      required: required(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution), requiredAnti: required(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
      preferred: preferred(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution), preferredAnti: preferred(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
    };
    termsOfPods.set(pod, terms);
  }
  return terms;
}

export type NamespaceLabels = (name: string) => StringMap | undefined;

/** True when a term speaks of a pod. */
export function speaksOf(term: Term, pod: Pod, namespaceLabels: NamespaceLabels): boolean {
  const namespace = pod.metadata.namespace ?? '';
  if (!term.namespaces.includes(namespace) && !(term.namespaceSelector !== undefined && labelSelectorMatches(term.namespaceSelector, namespaceLabels(namespace)))) return false;
  return matchesLabels(term.selector, pod.metadata.labels);
}

/** True when all terms speak of a pod; no terms speak of nobody. */
export function allSpeakOf(terms: readonly Term[], pod: Pod, namespaceLabels: NamespaceLabels): boolean {
  return terms.length > 0 && terms.every(term => speaksOf(term, pod, namespaceLabels));
}
