import type { Pod } from '../api/kinds/all.ts';
import { matchesLabels, type Selector } from '../api/selector.ts';
import type { LabelColumn } from './node-columns.ts';
import type { NodeInfo } from './node-info.ts';

export interface TallyInput {
  readonly infos: readonly NodeInfo[];
  readonly labels: (key: string) => LabelColumn;
  /** Places of nodes whose pods changed, in order. */
  readonly log: readonly number[];
  readonly namespace: string;
  readonly selector: Selector;
}

/** The pods one selector finds, per node and per topology domain, kept up to date by looking at changed nodes only. */
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

  /** Looks at the nodes that changed since the last time. */
  catchUp(): void {
    const { infos, log, namespace, selector } = this.#input;
    for (; this.#position < log.length; this.#position++) {
      const place = log[this.#position] as number;
      const count = countPods((infos[place] as NodeInfo).pods, namespace, selector);
      const by = count - (this.counts[place] as number);
      if (by === 0) continue;
      this.counts[place] = count;
      for (const { ids, counts } of this.#domains.values()) add(counts, ids[place] as number, by);
    }
  }
}

function add(counts: Int32Array, id: number, by: number): void {
  if (id >= 0) counts[id] = (counts[id] as number) + by;
}

/** Pods of a namespace that a selector finds; those on their way out do not count. @source pkg/scheduler/framework/plugins/podtopologyspread/common.go (countPodsMatchSelector) */
export function countPods(pods: readonly Pod[], namespace: string, selector: Selector): number {
  let count = 0;
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined || (pod.metadata.namespace ?? '') !== namespace) continue;
    if (matchesLabels(selector, pod.metadata.labels)) count++;
  }
  return count;
}
