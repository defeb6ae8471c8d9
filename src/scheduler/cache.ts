/**
 * The scheduler's picture of the nodes: what the API says, plus pods it has just placed itself ("assumed") and not yet seen back.
 *
 * @source pkg/scheduler/backend/cache/cache.go
 */
import { Table } from '../base/table.ts';
import type { Node, Pod } from '../api/kinds/all.ts';
import { newNodeInfo, type NodeInfo, withNode, withoutPod, withPod } from './node-info.ts';
import { NodeList } from './node-list.ts';

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

/** The list that cycles walk, kept beside the table; built anew when a node comes or goes, and after a restore. */
const lists = new WeakMap<SchedulerCache, NodeList>();

/** All nodes, as a cycle walks them. */
export function nodeListOf(cache: SchedulerCache): NodeList {
  let list = lists.get(cache);
  if (list === undefined) lists.set(cache, (list = new NodeList(cache.nodes.values())));
  return list;
}

function replaceInfo(cache: SchedulerCache, info: NodeInfo): void {
  cache.nodes.set(info.name, info);
  if (lists.get(cache)?.replace(info) === false) lists.delete(cache);
}

/** Takes over a node; its pods that came first are counted now. */
export function putNode(cache: SchedulerCache, node: Node): void {
  const { name } = node.metadata;
  const old = cache.nodes.get(name);
  if (old !== undefined) { replaceInfo(cache, withNode(old, node)); return; }
  let info = newNodeInfo(node);
  for (const pod of cache.placed.values()) if (pod.spec.nodeName === name) info = withPod(info, pod);
  replaceInfo(cache, info);
}

export function removeNode(cache: SchedulerCache, name: string): void {
  lists.delete(cache);
  cache.nodes.delete(name);
}

/** Counts a pod on its node, in place of what was counted for it before. */
export function putPod(cache: SchedulerCache, key: string, pod: Pod, old = cache.placed.get(key)): void {
  if (cache.assumed.size > 0) cache.assumed.delete(key);
  cache.placed.set(key, pod);
  if (old !== undefined && countsAlike(old, pod)) return;
  if (old !== undefined) uncount(cache, old);
  count(cache, pod);
}

/** True when replacing one by the other changes nothing that plugins look at. */
function countsAlike(old: Pod, pod: Pod): boolean {
  return old.metadata.uid === pod.metadata.uid && old.spec.nodeName === pod.spec.nodeName && old.spec.containers === pod.spec.containers
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
export function assume(cache: SchedulerCache, key: string, pod: Pod): void {
  putPod(cache, key, pod);
  cache.assumed.set(key, true);
}

/** The binding failed: the pod is not there after all. False when the API showed it meanwhile. */
export function forgetAssumed(cache: SchedulerCache, key: string): boolean {
  if (!cache.assumed.has(key)) return false;
  removePod(cache, key);
  return true;
}

function count(cache: SchedulerCache, pod: Pod): void {
  const info = cache.nodes.get(pod.spec.nodeName ?? '');
  if (info !== undefined) replaceInfo(cache, withPod(info, pod));
}

function uncount(cache: SchedulerCache, pod: Pod): void {
  const info = cache.nodes.get(pod.spec.nodeName ?? '');
  if (info !== undefined) replaceInfo(cache, withoutPod(info, pod));
}
