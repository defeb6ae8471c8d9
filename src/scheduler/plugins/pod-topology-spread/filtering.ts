/**
 * Hard spread constraints: how many matching pods each domain has, and whether one more would be too many.
 *
 * @source pkg/scheduler/framework/plugins/podtopologyspread/filtering.go
 */
import type { Node, Pod } from '../../../api/kinds/all.ts';
import { matchesLabels } from '../../../api/selector.ts';
import type { Cloneable } from '../../framework/cycle-state.ts';
import type { Snapshot } from '../../framework/plugin.ts';
import type { LabelColumn } from '../../node-columns.ts';
import type { NodeInfo } from '../../node-info.ts';
import { type Constraint, hasTopologies, includesAll, isIncluded } from './constraints.ts';

/** Not a domain: none of its nodes counts for the pod. */
const NO_DOMAIN = -1;

/** Counts of one constraint. */
interface Domains {
  readonly constraint: Constraint;
  /** The pod itself counts in the domain it goes to. */
  readonly self: 0 | 1;
  readonly column: LabelColumn;
  /** Matching pods by number of the label's value. Shared until the first change. */
  counts: Int32Array;
  owned: boolean;
  /** How many domains there are. */
  readonly size: number;
  /** The smallest count; -1 = to be found again. */
  least: number;
}

/** What the filter of one cycle knows. */
export class SpreadState implements Cloneable {
  readonly domains: readonly Domains[];
  constructor(domains: readonly Domains[]) { this.domains = domains; }

  clone(): SpreadState {
    for (const domain of this.domains) domain.owned = false;
    return new SpreadState(this.domains.map(domain => ({ ...domain })));
  }

  /** A pod comes (+1) or goes (-1) in a trial. */
  change(pod: Pod, trial: { readonly other: Pod; readonly node: Node; readonly by: 1 | -1 }): void {
    const { other, node, by } = trial;
    if ((other.metadata.namespace ?? '') !== (pod.metadata.namespace ?? '') || !hasTopologies(node, this.domains.map(({ constraint }) => constraint))) return;
    for (const domain of this.domains) {
      const { constraint, column } = domain;
      if (!matchesLabels(constraint.selector, other.metadata.labels) || !isIncluded(constraint, pod, node)) continue;
      const id = column.idOf(node.metadata.labels?.[constraint.topologyKey]);
      if (!domain.owned) domain.counts = domain.counts.slice();
      domain.counts[id] = Math.max(0, domain.counts[id] ?? 0) + by;
      domain.owned = true;
      domain.least = -1;
    }
  }
}

/** Counts the matching pods of all domains. */
export function newSpreadState(pod: Pod, constraints: readonly Constraint[], snapshot: Snapshot): SpreadState {
  return new SpreadState(constraints.map((constraint): Domains => {
    const column = snapshot.nodes.labels(constraint.topologyKey);
    const rest = { constraint, column, self: matchesLabels(constraint.selector, pod.metadata.labels) ? 1 : 0, owned: false, least: -1 } as const;
    if (constraints.length === 1 && includesAll(constraint, pod)) {
      return { ...rest, size: column.size, counts: snapshot.nodes.tally(pod.metadata.namespace ?? '', constraint.selector).domains(constraint.topologyKey) };
    }
    return { ...rest, ...countDomains(pod, constraint, constraints, snapshot) };
  }));
}

function countDomains(pod: Pod, constraint: Constraint, all: readonly Constraint[], { nodes }: Snapshot): { readonly counts: Int32Array; readonly size: number } {
  const tally = nodes.tally(pod.metadata.namespace ?? '', constraint.selector);
  const { ids, size: values } = nodes.labels(constraint.topologyKey);
  const counts = new Int32Array(values).fill(NO_DOMAIN);
  let size = 0;
  for (let place = 0; place < ids.length; place++) {
    const id = ids[place] as number;
    const { node } = nodes.infos[place] as NodeInfo;
    if (id < 0 || !hasTopologies(node, all) || !isIncluded(constraint, pod, node)) continue;
    if (counts[id] === NO_DOMAIN) { counts[id] = 0; size++; }
    counts[id] = (counts[id] as number) + (tally.counts[place] as number);
  }
  return { counts, size };
}

/** The smallest count of a domain; 0 when there are fewer domains than asked for. */
function globalMinimum(domain: Domains): number {
  if (domain.size < domain.constraint.minDomains) return 0;
  if (domain.least < 0) {
    let least = Infinity;
    for (const count of domain.counts) if (count !== NO_DOMAIN && count < least) least = count;
    domain.least = least;
  }
  return domain.least;
}

export type Verdict = 'fits' | 'skewed' | 'unlabelled';

function judgeDomain(domain: Domains, id: number): Verdict {
  if (id < 0) return 'unlabelled';
  const skew = Math.max(0, domain.counts[id] as number) + domain.self - globalMinimum(domain);
  return skew > domain.constraint.maxSkew ? 'skewed' : 'fits';
}

/** Whether a node may take the pod: 'unlabelled' = the node is in no domain of a topology. */
export function judge(state: SpreadState, node: Node): Verdict {
  for (const domain of state.domains) {
    const verdict = judgeDomain(domain, domain.column.idOf(node.metadata.labels?.[domain.constraint.topologyKey]));
    if (verdict !== 'fits') return verdict;
  }
  return 'fits';
}

/** The same for the node at a place. */
export function judgeAt(state: SpreadState, place: number): Verdict {
  for (const domain of state.domains) {
    const verdict = judgeDomain(domain, domain.column.ids[place] as number);
    if (verdict !== 'fits') return verdict;
  }
  return 'fits';
}
