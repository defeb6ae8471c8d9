/**
 * The scheduler's picture of the nodes: what the API says, plus pods it has just placed itself ("assumed") and not yet seen back.
 *
 * @source pkg/scheduler/backend/cache/cache.go
 */
import { Table } from '../base/table.ts';
import type { Node, Pod } from '../api/kinds/all.ts';
import { keyOf } from '../client/resources.ts';
import { newNodeInfo, type NodeInfo, withNode, withoutPod, withPod } from './node-info.ts';

/**
 * Plain state. `nodes`: name → frozen NodeInfo. `placed`: pod key → the pod object counted on its node. `assumed`: pods placed by us whose binding the
 * API has not shown yet. Pods of nodes not known yet are counted when the node comes.
 */
export interface SchedulerCache {
  readonly nodes: Table<NodeInfo>;
  readonly placed: Table<Pod>;
  readonly assumed: Table<true>;
}

export function newCache(): SchedulerCache {
  return { nodes: new Table(), placed: new Table(), assumed: new Table() };
}

interface Mirror { readonly nodes: NodeInfo[]; readonly places: ReadonlyMap<string, number> }

/** The list of nodes that cycles walk, kept beside the table; rebuilt when a node comes or goes, or after a restore. */
const mirrors = new WeakMap<SchedulerCache, Mirror>();

/** All nodes, taking turns by zone, as a cycle walks them. */
export function snapshotOf(cache: SchedulerCache): { readonly nodes: readonly NodeInfo[] } {
  let mirror = mirrors.get(cache);
  if (mirror === undefined) {
    const nodes = byTurns([...cache.nodes.values()]);
    mirrors.set(cache, (mirror = { nodes, places: new Map(nodes.map((info, i) => [info.name, i])) }));
  }
  return mirror;
}

/** One node of each zone in turn. @source pkg/scheduler/backend/cache/node_tree.go */
function byTurns(nodes: readonly NodeInfo[]): NodeInfo[] {
  const zones = new Map<string, NodeInfo[]>();
  for (const info of nodes) {
    const labels = info.node.metadata.labels ?? {};
    const zone = `${labels['topology.kubernetes.io/region'] ?? ''}:${labels['topology.kubernetes.io/zone'] ?? ''}`;
    const members = zones.get(zone);
    if (members === undefined) zones.set(zone, [info]); else members.push(info);
  }
  const turns: NodeInfo[] = [];
  for (let round = 0; turns.length < nodes.length; round++) {
    for (const members of zones.values()) { const info = members[round]; if (info !== undefined) turns.push(info); }
  }
  return turns;
}

function replaceInfo(cache: SchedulerCache, info: NodeInfo): void {
  cache.nodes.set(info.name, info);
  const mirror = mirrors.get(cache);
  const place = mirror?.places.get(info.name);
  if (mirror !== undefined && place !== undefined) mirror.nodes[place] = info;
}

/** Takes over a node; its pods that came first are counted now. */
export function putNode(cache: SchedulerCache, node: Node): void {
  const name = node.metadata.name;
  const old = cache.nodes.get(name);
  if (old !== undefined && sameZone(old.node, node)) { replaceInfo(cache, withNode(old, node)); return; }
  mirrors.delete(cache);
  if (old !== undefined) { cache.nodes.set(name, withNode(old, node)); return; }
  let info = newNodeInfo(node);
  for (const pod of cache.placed.values()) if (pod.spec?.nodeName === name) info = withPod(info, pod);
  cache.nodes.set(name, info);
}

function sameZone(a: Node, b: Node): boolean {
  return ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone'].every(label => a.metadata.labels?.[label] === b.metadata.labels?.[label]);
}

export function removeNode(cache: SchedulerCache, name: string): void {
  mirrors.delete(cache);
  cache.nodes.delete(name);
}

/** Counts a pod on its node, in place of what was counted for it before. */
export function putPod(cache: SchedulerCache, pod: Pod): void {
  const key = keyOf(pod);
  const old = cache.placed.get(key);
  cache.assumed.delete(key);
  if (old !== undefined && countsAlike(old, pod)) { cache.placed.set(key, pod); return; }
  if (old !== undefined) uncount(cache, old);
  cache.placed.set(key, pod);
  count(cache, pod);
}

/** True when replacing one by the other changes nothing that plugins look at. */
function countsAlike(old: Pod, pod: Pod): boolean {
  return old.metadata.uid === pod.metadata.uid && old.spec?.nodeName === pod.spec?.nodeName && old.spec?.containers === pod.spec?.containers
    && old.metadata.labels === pod.metadata.labels && (old.metadata.deletionTimestamp === undefined) === (pod.metadata.deletionTimestamp === undefined);
}

export function removePod(cache: SchedulerCache, key: string): void {
  const old = cache.placed.get(key);
  if (old === undefined) return;
  cache.placed.delete(key);
  cache.assumed.delete(key);
  uncount(cache, old);
}

/** Counts a pod on the node chosen for it before the API knows. */
export function assume(cache: SchedulerCache, pod: Pod): void {
  putPod(cache, pod);
  cache.assumed.set(keyOf(pod), true);
}

/** The binding failed: the pod is not there after all. */
export function forgetAssumed(cache: SchedulerCache, key: string): void {
  if (cache.assumed.has(key)) removePod(cache, key);
}

function count(cache: SchedulerCache, pod: Pod): void {
  const info = cache.nodes.get(pod.spec?.nodeName ?? '');
  if (info !== undefined) replaceInfo(cache, withPod(info, pod));
}

function uncount(cache: SchedulerCache, pod: Pod): void {
  const info = cache.nodes.get(pod.spec?.nodeName ?? '');
  if (info !== undefined) replaceInfo(cache, withoutPod(info, pod));
}
