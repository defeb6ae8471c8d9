/**
 * Replacing the pods of a DaemonSet by those of its newest template: few at a time, or after a new one is there.
 *
 * @source kubernetes/kubernetes pkg/controller/daemon/update.go
 */
import type { Micros } from '../../base/data.ts';
import { scaledValue } from '../../api/intstr.ts';
import type { IntOrString } from '../../api/meta.ts';
import type { DaemonSet } from '../../api/kinds/apps/daemon-set.ts';
import type { Pod } from '../../api/kinds/core/pod.ts';
import { REVISION_HASH } from '../history.ts';
import { isPodAvailable } from '../pods.ts';

/** Pods by the node they are on or meant for; nodes without a pod that should have one are there with an empty list. */
export type PodsByNode = ReadonlyMap<string, readonly Pod[]>;

/** What a look decided: pods to delete, nodes that get a pod. */
export interface Steps { readonly remove: readonly Pod[]; readonly create: readonly string[] }

/** How many pods may be missing, and how many may be extra, of so many. */
export function limitsOf(set: DaemonSet, desired: number): { readonly maxUnavailable: number; readonly maxSurge: number } {
  const rolling = set.spec.updateStrategy?.rollingUpdate;
  const share = (value: IntOrString | undefined): number => {
    const scaled = scaledValue(value ?? 0, desired, true);
    return scaled.ok ? scaled.value : 0;
  };
  const [maxUnavailable, maxSurge] = [share(rolling?.maxUnavailable ?? 1), share(rolling?.maxSurge)];
  return maxUnavailable === 0 && maxSurge === 0 && desired > 0 ? { maxUnavailable: 1, maxSurge: 0 } : { maxUnavailable, maxSurge };
}

export const surges = (set: DaemonSet): boolean => set.spec.updateStrategy?.type !== 'OnDelete' && limitsOf(set, 100).maxSurge > 0;

interface Pair { readonly fresh: Pod | undefined; readonly old: Pod | undefined }

/** The newest and the old pod of a node; undefined when it has several of a kind. */
function pairOf(pods: readonly Pod[], hash: string): Pair | undefined {
  const living = pods.filter(pod => pod.metadata.deletionTimestamp === undefined);
  const fresh = living.filter(pod => pod.metadata.labels?.[REVISION_HASH] === hash);
  const old = living.filter(pod => !fresh.includes(pod));
  return fresh.length > 1 || old.length > 1 ? undefined : { fresh: fresh[0], old: old[0] };
}

/** One step of the rollout. `desired`: nodes that should have a pod. */
export function rollingSteps(set: DaemonSet, podsByNode: PodsByNode, at: { readonly hash: string; readonly desired: number; readonly now: Micros }): Steps {
  const { maxSurge, maxUnavailable } = limitsOf(set, at.desired);
  const isAvailable = (pod: Pod): boolean => isPodAvailable(pod, set.spec.minReadySeconds ?? 0, at.now);
  const nodes = [...podsByNode].map(([node, pods]) => ({ node, pair: pairOf(pods, at.hash) }));
  return maxSurge > 0 ? surge(nodes, maxSurge, isAvailable) : replace(nodes, maxUnavailable, isAvailable);
}

type Nodes = readonly { readonly node: string; readonly pair: Pair | undefined }[];

/** Old pods go as far as few enough are missing; the node is filled by the next look. Those that do not work anyway go first. */
function replace(nodes: Nodes, maxUnavailable: number, isAvailable: (pod: Pod) => boolean): Steps {
  let unavailable = 0;
  const [broken, candidates]: [Pod[], Pod[]] = [[], []];
  for (const { pair } of nodes) {
    if (pair === undefined || (pair.fresh === undefined) === (pair.old === undefined)) unavailable++;
    else if (pair.fresh !== undefined) { if (!isAvailable(pair.fresh)) unavailable++; }
    else if (pair.old !== undefined && !isAvailable(pair.old)) { broken.push(pair.old); unavailable++; }
    else if (pair.old !== undefined && unavailable < maxUnavailable) candidates.push(pair.old);
  }
  return { remove: [...broken, ...candidates.slice(0, Math.max(0, maxUnavailable - unavailable))], create: [] };
}

/** New pods come beside old ones, and old ones go when the new ones are available. */
function surge(nodes: Nodes, maxSurge: number, isAvailable: (pod: Pod) => boolean): Steps {
  let extra = 0;
  const [remove, broken, candidates]: [Pod[], string[], string[]] = [[], [], []];
  for (const { node, pair } of nodes) {
    if (pair === undefined) { extra++; continue; }
    const { fresh, old } = pair;
    if (old === undefined) continue;
    if (fresh === undefined) {
      if (!isAvailable(old)) broken.push(node);
      else if (extra < maxSurge) candidates.push(node);
    } else if (isAvailable(fresh)) remove.push(old);
    else extra++;
  }
  return { remove, create: [...broken, ...candidates.slice(0, Math.max(0, maxSurge - extra))] };
}
