/**
 * The nodes as cycles walk them, with what would be slow to find out afresh for every pod: amounts and labels by place, which nodes hold pods with
 * affinity or an image, and how many pods a selector finds on each node. All of it follows from the nodes alone, so it is built anew after a restore.
 *
 * @source pkg/scheduler/backend/cache/snapshot.go, node_tree.go
 */
import type { Selector } from '../api/selector.ts';
import { selectorText } from '../api/selector.ts';
import type { Pod } from '../api/kinds/all.ts';
import { LabelColumn, NodeColumns } from './node-columns.ts';
import { imagesOf, type NodeInfo } from './node-info.ts';
import { type PodMove, Tally } from './tally.ts';

/** Moves of pods remembered before all tallies are dropped. */
const LOG_MAX = 20_000;
/** Selectors whose pods are counted, and images whose sizes are kept by place. */
const TALLIES_MAX = 200;
const IMAGES_MAX = 200;

interface Scratch { readonly places: Int32Array; readonly totals: Float64Array; readonly scores: Float64Array }

export class NodeList {
  /** By turns of the zones. */
  readonly infos: readonly NodeInfo[];
  readonly columns: NodeColumns;
  readonly #infos: NodeInfo[];
  readonly #places = new Map<string, number>();
  readonly #withAffinity = new Set<number>();
  /** The nodes of these places, until one of them changes. */
  #affinityNodes: readonly NodeInfo[] | undefined;
  readonly #imageNodes = new Map<string, number>();
  readonly #imageSizes = new Map<string, Float64Array>();
  readonly #labels = new Map<string, LabelColumn>();
  readonly #log: PodMove[] = [];
  #scratch: Scratch | undefined;
  readonly #tallies = new Map<string, Tally>();
  /** The same by the selector itself, which saves writing it down. */
  #known = new WeakMap<Selector, { readonly namespace: string; readonly tally: Tally }>();

  constructor(infos: Iterable<NodeInfo>) {
    this.#infos = byTurns([...infos]);
    this.infos = this.#infos;
    this.columns = new NodeColumns(this.#infos);
    this.#infos.forEach((info, place) => {
      this.#places.set(info.name, place);
      if (info.podsWithAffinity.length > 0) this.#withAffinity.add(place);
      this.#countImages(info, place, 1);
    });
  }

  get size(): number { return this.#infos.length; }

  get(name: string): NodeInfo | undefined {
    const place = this.#places.get(name);
    return place === undefined ? undefined : this.#infos[place];
  }

  /** -1 = no such node. */
  placeOf(name: string): number { return this.#places.get(name) ?? -1; }

  /** Nodes with pods whose affinity concerns others. */
  get havePodsWithAffinity(): readonly NodeInfo[] {
    return (this.#affinityNodes ??= Array.from(this.#withAffinity, place => this.#infos[place] as NodeInfo));
  }

  /** Room for the feasible nodes of one cycle, their totals and their scores; what is in it is of the last one. */
  get scratch(): Scratch {
    this.#scratch ??= { places: new Int32Array(this.size), totals: new Float64Array(this.size), scores: new Float64Array(this.size) };
    return this.#scratch;
  }

  /** How many nodes hold an image. */
  nodesWithImage(image: string): number { return this.#imageNodes.get(image) ?? 0; }

  /** Bytes of an image by place, 0 = not there. */
  imageSizes(image: string): Float64Array {
    let sizes = this.#imageSizes.get(image);
    if (sizes === undefined) {
      if (this.#imageSizes.size >= IMAGES_MAX) this.#imageSizes.clear();
      sizes = Float64Array.from(this.#infos, ({ node }) => imagesOf(node).get(image) ?? 0);
      this.#imageSizes.set(image, sizes);
    }
    return sizes;
  }

  /** The values of a label by place. */
  labels(key: string): LabelColumn {
    let column = this.#labels.get(key);
    if (column === undefined) this.#labels.set(key, (column = new LabelColumn(this.#infos, key)));
    return column;
  }

  /** How many pods of a namespace that a selector finds are on each node. */
  tally(namespace: string, selector: Selector): Tally {
    const known = this.#known.get(selector);
    const tally = known?.namespace === namespace ? known.tally : this.#tallyFor(namespace, selector);
    tally.catchUp();
    return tally;
  }

  #tallyFor(namespace: string, selector: Selector): Tally {
    const key = `${namespace}\0${selector.nothing === true ? '\0' : selectorText(selector)}`;
    let tally = this.#tallies.get(key);
    if (tally === undefined) {
      if (this.#tallies.size >= TALLIES_MAX) this.#forgetTallies();
      tally = new Tally({ infos: this.#infos, labels: label => this.labels(label), log: this.#log, namespace, selector });
      this.#tallies.set(key, tally);
    }
    this.#known.set(selector, { namespace, tally });
    return tally;
  }

  /** Puts a newer version of a node in its place; false = the list must be built anew. */
  replace(info: NodeInfo): boolean {
    const place = this.#places.get(info.name);
    const old = place === undefined ? undefined : this.#infos[place];
    if (place === undefined || old === undefined || (info.node !== old.node && zoneOf(old) !== zoneOf(info))) return false;
    this.#infos[place] = info;
    this.columns.put(place, info);
    if (info.node !== old.node) this.#nodeChanged(old, info, place);
    if (old.podsWithAffinity.length + info.podsWithAffinity.length > 0) this.#affinityChanged(place, info);
    if (this.#tallies.size === 0 || info.pods === old.pods) return true;
    const move = this.#log.length >= LOG_MAX ? undefined : moveBetween(old.pods, info.pods, place);
    if (move === undefined) this.#forgetTallies(); else this.#log.push(move);
    return true;
  }

  #affinityChanged(place: number, { podsWithAffinity }: NodeInfo): void {
    if (podsWithAffinity.length > 0) this.#withAffinity.add(place); else this.#withAffinity.delete(place);
    this.#affinityNodes = undefined;
  }

  #nodeChanged(old: NodeInfo, info: NodeInfo, place: number): void {
    this.columns.putNode(place, info);
    if (old.node.metadata.labels !== info.node.metadata.labels) {
      this.#labels.clear();
      this.#forgetTallies();
    }
    if (old.node.status?.images === info.node.status?.images) return;
    this.#countImages(old, place, -1);
    this.#countImages(info, place, 1);
  }

  #countImages(info: NodeInfo, place: number, by: 1 | -1): void {
    for (const [name, size] of imagesOf(info.node)) {
      this.#imageNodes.set(name, (this.#imageNodes.get(name) ?? 0) + by);
      const sizes = this.#imageSizes.get(name);
      if (sizes !== undefined) sizes[place] = by === 1 ? size : 0;
    }
  }

  #forgetTallies(): void {
    this.#tallies.clear();
    this.#known = new WeakMap();
    this.#log.length = 0;
  }
}

/** The pod that came or left between two versions of a node; undefined = not exactly one. */
function moveBetween(before: readonly Pod[], after: readonly Pod[], place: number): PodMove | undefined {
  const by = after.length - before.length;
  if (by !== 1 && by !== -1) return undefined;
  const [more, less] = by === 1 ? [after, before] : [before, after];
  let at = less.length;
  // Who comes stands at the end; only those who leave must be looked for.
  if (by === -1) for (at = 0; at < less.length && more[at] === less[at]; at++);
  return { place, pod: more[at] as Pod, by };
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
