/** What a check of a pod says, and the words that checks share. @source kubernetes/kubernetes staging/src/k8s.io/pod-security-admission/policy/helpers.go */
import type { Container, PodSpec } from '../../../api/kinds/all.ts';
import type { ObjectMeta } from '../../../api/meta.ts';
import { compareText } from '../../../base/compare.ts';
import { quote } from '../../../api/field-error.ts';

/** Why a pod is not allowed: a short reason, and in brackets what it is about. */
export interface Finding { readonly reason: string; readonly detail: string }

/** A pod, or the pod that a workload makes copies of. */
export interface Subject { readonly metadata: Partial<ObjectMeta>; readonly spec: PodSpec }

/** One version of a check. */
export type CheckFunction = (subject: Subject) => Finding | undefined;

/** A rule of the Pod Security Standards. */
export interface Check {
  readonly level: 'baseline' | 'restricted';
  /** The restricted level has a stricter check in its place. */
  readonly overlap?: boolean;
  /** Oldest first: from which minor version on. */
  readonly versions: readonly { readonly since: number; readonly run: CheckFunction }[];
}

/** All containers in the order they are looked at. */
export function containersOf(spec: PodSpec): readonly Container[] {
  if (spec.initContainers === undefined && spec.ephemeralContainers === undefined) return spec.containers;
  return [...spec.initContainers ?? [], ...spec.containers, ...(spec.ephemeralContainers ?? []) as unknown as readonly Container[]];
}

/** Names of the containers that a test applies to. */
export function namesOf(spec: PodSpec, test: (container: Container) => boolean): readonly string[] {
  return containersOf(spec).filter(test).map(({ name }) => name);
}

/** The word for one or for several. */
export function plural(count: number, one: string, several: string): string {
  return count === 1 ? one : several;
}

/** `"a", "b"`. */
export function quoted(texts: readonly string[]): string {
  return texts.map(quote).join(', ');
}

/** `container "a"` or `containers "a", "b"`. */
export function containersText(names: readonly string[]): string {
  return `${plural(names.length, 'container', 'containers')} ${quoted(names)}`;
}

/** Each text once, in order. */
export function sortedSet(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort(compareText);
}

/** `pod and containers "a", "b"`; undefined when neither did it. */
export function settersText(pod: boolean, names: readonly string[]): string | undefined {
  const setters = [...(pod ? ['pod'] : []), ...(names.length > 0 ? [containersText(names)] : [])];
  return setters.length === 0 ? undefined : setters.join(' and ');
}

/** Whether the pod has users of its own, for which some rules are relaxed. @source KEP-127 */
export function hasOwnUsers(spec: PodSpec): boolean {
  return spec.hostUsers === false;
}
