import type { Pod } from '../api/kinds/all.ts';
import { matchesLabels, type Selector } from '../api/selector.ts';
import type { LabelColumn } from './node-columns.ts';
import type { NodeInfo } from './node-info.ts';

export interface TallyInput {
  readonly infos: readonly NodeInfo[];
  readonly labels: (key: string) => LabelColumn;
  /** Pods that came to nodes or left them, in order. */
  readonly log: readonly PodMove[];
  readonly namespace: string;
  readonly selector: Selector;
}

/** A pod came to the node at a place (+1) or left it (-1). */
export interface PodMove { readonly place: number; readonly pod: Pod; readonly by: 1 | -1 }

/** The pods one selector finds, per node and per topology domain, kept up to date by looking at the pods that came and went only. */
export class Tally {
  /** By place. */
  readonly counts: Int32Array;
  readonly #input: TallyInput;
  readonly #domains = new Map<string, { readonly ids: Int32Array; readonly counts: Int32Array }>();
  #position: number;

  constructor(input: TallyInput) {
    this.#input = input;
    this.#position = input.log.length;
    this.counts = Int32Array.from(input.infos, info => countPods(info.pods, input.namespace, input.selector));
  }

  /** Pods per value of a label (numbered as in its column), over all nodes that have it. Do not change it. */
  domains(key: string): Int32Array {
    let domain = this.#domains.get(key);
    if (domain === undefined) {
      const { ids, size } = this.#input.labels(key);
      domain = { ids, counts: new Int32Array(size) };
      for (let place = 0; place < ids.length; place++) add(domain.counts, ids[place] as number, this.counts[place] as number);
      this.#domains.set(key, domain);
    }
    return domain.counts;
  }

  /** Looks at the pods that came and went since the last time. */
  catchUp(): void {
    const { log, namespace, selector } = this.#input;
    for (; this.#position < log.length; this.#position++) {
      const { place, pod, by } = log[this.#position] as PodMove;
      if (!isCounted(pod, namespace, selector)) continue;
      add(this.counts, place, by);
      for (const { ids, counts } of this.#domains.values()) add(counts, ids[place] as number, by);
    }
  }
}

function add(counts: Int32Array, id: number, by: number): void {
  if (id >= 0) counts[id] = (counts[id] as number) + by;
}

/** Those on their way out do not count. @source pkg/scheduler/framework/plugins/podtopologyspread/common.go (countPodsMatchSelector) */
function isCounted({ metadata }: Pod, namespace: string, selector: Selector): boolean {
  return metadata.deletionTimestamp === undefined && (metadata.namespace ?? '') === namespace && matchesLabels(selector, metadata.labels);
}

/** Pods of a namespace that a selector finds. */
export function countPods(pods: readonly Pod[], namespace: string, selector: Selector): number {
  let count = 0;
  for (const pod of pods) if (isCounted(pod, namespace, selector)) count++;
  return count;
}
