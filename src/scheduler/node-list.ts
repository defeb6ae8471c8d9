/**
 * The nodes as cycles walk them, with what would be slow to count afresh for every pod: which nodes hold pods with affinity, how many nodes
 * hold an image, and how many pods a selector finds on each node. All of it follows from the nodes alone, so it is built anew after a restore.
 *
 * @source pkg/scheduler/backend/cache/snapshot.go, node_tree.go
 */
import type { Pod } from '../api/kinds/all.ts';
import { matchesLabels, type Selector, selectorText } from '../api/selector.ts';
import { imagesOf, type NodeInfo } from './node-info.ts';

/** Replacements remembered before all tallies are dropped. */
const LOG_MAX = 20_000;
/** Selectors whose pods are counted. */
const TALLIES_MAX = 200;

export class NodeList {
  /** By turns of the zones. */
  readonly infos: readonly NodeInfo[];
  readonly #infos: NodeInfo[];
  readonly #places = new Map<string, number>();
  readonly #withAffinity = new Set<number>();
  readonly #imageNodes = new Map<string, number>();
  readonly #log: number[] = [];
  readonly #tallies = new Map<string, Tally>();

  constructor(infos: Iterable<NodeInfo>) {
    this.#infos = byTurns([...infos]);
    this.infos = this.#infos;
    this.#infos.forEach((info, place) => {
      this.#places.set(info.name, place);
      if (info.podsWithAffinity.length > 0) this.#withAffinity.add(place);
      this.#countImages(info, 1);
    });
  }

  get size(): number { return this.#infos.length; }

  get(name: string): NodeInfo | undefined {
    const place = this.#places.get(name);
    return place === undefined ? undefined : this.#infos[place];
  }

  placeOf(name: string): number { return this.#places.get(name) ?? -1; }

  /** Nodes with pods whose affinity concerns others. */
  * havePodsWithAffinity(): IterableIterator<NodeInfo> {
    for (const place of this.#withAffinity) yield this.#infos[place] as NodeInfo;
  }

  /** How many nodes hold an image. */
  nodesWithImage(image: string): number { return this.#imageNodes.get(image) ?? 0; }

  /** Puts a newer version of a node in its place; false = the list must be built anew. */
  replace(info: NodeInfo): boolean {
    const place = this.#places.get(info.name);
    const old = place === undefined ? undefined : this.#infos[place];
    if (place === undefined || old === undefined || zoneOf(old) !== zoneOf(info)) return false;
    this.#infos[place] = info;
    if (info.node !== old.node) this.#nodeChanged(old, info);
    if (info.podsWithAffinity.length > 0) this.#withAffinity.add(place); else this.#withAffinity.delete(place);
    if (this.#tallies.size === 0) return true;
    if (this.#log.length >= LOG_MAX) this.#forgetTallies();
    else if (info.pods !== old.pods) this.#log.push(place);
    return true;
  }

  /** How many pods of a namespace that a selector finds are on each node. */
  tally(namespace: string, selector: Selector): Tally {
    const key = `${namespace}\0${selector.nothing === true ? '\0' : selectorText(selector)}`;
    let tally = this.#tallies.get(key);
    if (tally === undefined) {
      if (this.#tallies.size >= TALLIES_MAX) this.#forgetTallies();
      tally = new Tally(this.#infos, this.#log, namespace, selector);
      this.#tallies.set(key, tally);
    }
    tally.catchUp();
    return tally;
  }

  #nodeChanged(old: NodeInfo, info: NodeInfo): void {
    if (old.node.metadata.labels !== info.node.metadata.labels) this.#forgetTallies();
    if (old.node.status?.images === info.node.status?.images) return;
    this.#countImages(old, -1);
    this.#countImages(info, 1);
  }

  #countImages(info: NodeInfo, by: 1 | -1): void {
    for (const name of imagesOf(info.node).keys()) this.#imageNodes.set(name, (this.#imageNodes.get(name) ?? 0) + by);
  }

  #forgetTallies(): void {
    this.#tallies.clear();
    this.#log.length = 0;
  }
}

/** The pods one selector finds, per node and per topology domain, kept up to date by looking at changed nodes only. */
class Tally {
  /** By place in the list of nodes. */
  readonly counts: Int32Array;
  readonly #infos: readonly NodeInfo[];
  readonly #log: readonly number[];
  readonly #namespace: string;
  readonly #selector: Selector;
  readonly #domains = new Map<string, Map<string, number>>();
  #position: number;

  constructor(infos: readonly NodeInfo[], log: readonly number[], namespace: string, selector: Selector) {
    this.#infos = infos;
    this.#log = log;
    this.#namespace = namespace;
    this.#selector = selector;
    this.#position = log.length;
    this.counts = Int32Array.from(infos, info => countPods(info.pods, namespace, selector));
  }

  /** Pods per value of a label, over all nodes that have it. Do not change it. */
  domains(key: string): ReadonlyMap<string, number> {
    let domains = this.#domains.get(key);
    if (domains === undefined) {
      domains = new Map();
      for (let place = 0; place < this.#infos.length; place++) {
        const value = this.#infos[place]?.node.metadata.labels?.[key];
        if (value !== undefined) domains.set(value, (domains.get(value) ?? 0) + (this.counts[place] as number));
      }
      this.#domains.set(key, domains);
    }
    return domains;
  }

  catchUp(): void {
    for (; this.#position < this.#log.length; this.#position++) {
      const place = this.#log[this.#position] as number;
      const info = this.#infos[place] as NodeInfo;
      const count = countPods(info.pods, this.#namespace, this.#selector);
      const by = count - (this.counts[place] as number);
      if (by === 0) continue;
      this.counts[place] = count;
      for (const [key, domains] of this.#domains) {
        const value = info.node.metadata.labels?.[key];
        if (value !== undefined) domains.set(value, (domains.get(value) ?? 0) + by);
      }
    }
  }
}
export type { Tally };

/** Pods of a namespace that a selector finds; those on their way out do not count. @source pkg/scheduler/framework/plugins/podtopologyspread/common.go (countPodsMatchSelector) */
export function countPods(pods: readonly Pod[], namespace: string, selector: Selector): number {
  let count = 0;
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined || (pod.metadata.namespace ?? '') !== namespace) continue;
    if (matchesLabels(selector, pod.metadata.labels)) count++;
  }
  return count;
}

function zoneOf(info: NodeInfo): string {
  const labels = info.node.metadata.labels;
  return labels === undefined ? ':' : `${labels['topology.kubernetes.io/region'] ?? ''}:${labels['topology.kubernetes.io/zone'] ?? ''}`;
}

/** One node of each zone in turn. */
function byTurns(nodes: readonly NodeInfo[]): NodeInfo[] {
  const zones = new Map<string, NodeInfo[]>();
  for (const info of nodes) {
    const members = zones.get(zoneOf(info));
    if (members === undefined) zones.set(zoneOf(info), [info]); else members.push(info);
  }
  const turns: NodeInfo[] = [];
  for (let round = 0; turns.length < nodes.length; round++) {
    for (const members of zones.values()) { const info = members[round]; if (info !== undefined) turns.push(info); }
  }
  return turns;
}
