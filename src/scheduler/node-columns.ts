/**
 * The amounts of all nodes side by side, by place in the list of nodes. A cycle looks at hundreds of nodes for each pod; from arrays it reads them in
 * one sweep instead of following pointers through memory.
 */
import type { NodeInfo } from './node-info.ts';

export class NodeColumns {
  /** 1 = cordoned. */
  readonly cordoned: Uint8Array;
  /** 1 = has taints that keep pods off; 2 = has soft taints; 3 = both. */
  readonly taints: Uint8Array;
  readonly freePods: Float64Array;
  /** Allocatable, less what the pods there ask for. */
  readonly freeCpu: Float64Array;
  readonly freeMemory: Float64Array;
  readonly freeStorage: Float64Array;
  readonly cpu: Float64Array;
  readonly memory: Float64Array;
  /** As `NodeInfo.nonZero`. */
  readonly nonZeroCpu: Float64Array;
  readonly nonZeroMemory: Float64Array;

  constructor(infos: readonly NodeInfo[]) {
    const size = infos.length;
    this.cordoned = new Uint8Array(size);
    this.taints = new Uint8Array(size);
    this.freePods = new Float64Array(size);
    this.freeCpu = new Float64Array(size);
    this.freeMemory = new Float64Array(size);
    this.freeStorage = new Float64Array(size);
    this.cpu = new Float64Array(size);
    this.memory = new Float64Array(size);
    this.nonZeroCpu = new Float64Array(size);
    this.nonZeroMemory = new Float64Array(size);
    infos.forEach((info, place) => { this.put(place, info); this.putNode(place, info); });
  }

  /** Takes over the amounts of a node. */
  put(place: number, info: NodeInfo): void {
    const { allocatable, requested, nonZero } = info;
    this.freePods[place] = info.allowedPods - info.pods.length;
    this.freeCpu[place] = allocatable.milliCpu - requested.milliCpu;
    this.freeMemory[place] = allocatable.memory - requested.memory;
    this.freeStorage[place] = allocatable.ephemeralStorage - requested.ephemeralStorage;
    this.cpu[place] = allocatable.milliCpu;
    this.memory[place] = allocatable.memory;
    this.nonZeroCpu[place] = nonZero.milliCpu;
    this.nonZeroMemory[place] = nonZero.memory;
  }

  /** Takes over what the node object says. */
  putNode(place: number, { node }: NodeInfo): void {
    this.cordoned[place] = node.spec?.unschedulable === true ? 1 : 0;
    let taints = 0;
    for (const taint of node.spec?.taints ?? []) taints |= taint.effect === 'PreferNoSchedule' ? 2 : 1;
    this.taints[place] = taints;
  }
}

/** The values of one label, numbered: `ids` by place, -1 = the node has no such label. */
export class LabelColumn {
  readonly ids: Int32Array;
  readonly #numbers = new Map<string, number>();

  constructor(infos: readonly NodeInfo[], key: string) {
    this.ids = Int32Array.from(infos, ({ node }) => {
      const value = node.metadata.labels?.[key];
      if (value === undefined) return -1;
      let id = this.#numbers.get(value);
      if (id === undefined) this.#numbers.set(value, (id = this.#numbers.size));
      return id;
    });
  }

  /** How many values there are. */
  get size(): number { return this.#numbers.size; }
  idOf(value: string | undefined): number { return value === undefined ? -1 : this.#numbers.get(value) ?? -1; }
}
