/**
 * Hard spread constraints: how many matching pods each domain has, and whether one more would be too many.
 *
 * @source pkg/scheduler/framework/plugins/podtopologyspread/filtering.go
 */
import type { Node, Pod } from '../../../api/kinds/all.ts';
import { matchesLabels } from '../../../api/selector.ts';
import type { Cloneable } from '../../framework/cycle-state.ts';
import type { Snapshot } from '../../framework/plugin.ts';
import { type Constraint, hasTopologies, includesAll, isIncluded } from './constraints.ts';

/** Counts of one constraint. */
interface Domains {
  readonly constraint: Constraint;
  /** The pod itself counts in the domain it goes to. */
  readonly self: 0 | 1;
  /** Matching pods by value of the topology's label. Shared until the first change. */
  counts: ReadonlyMap<string, number>;
  owned: boolean;
  /** The smallest count; -1 = to be found again. */
  least: number;
}

/** What the filter of one cycle knows. */
export class SpreadState implements Cloneable {
  readonly domains: readonly Domains[];
  constructor(domains: readonly Domains[]) { this.domains = domains; }

  clone(): SpreadState {
    for (const domain of this.domains) domain.owned = false;
    return new SpreadState(this.domains.map(domain => ({ ...domain, owned: false })));
  }

  /** A pod comes (+1) or goes (-1) in a trial. */
  change(pod: Pod, trial: { readonly other: Pod; readonly node: Node; readonly by: 1 | -1 }): void {
    const { other, node, by } = trial;
    if ((other.metadata.namespace ?? '') !== (pod.metadata.namespace ?? '') || !hasTopologies(node, this.domains.map(({ constraint }) => constraint))) return;
    for (const domain of this.domains) {
      const { constraint } = domain;
      if (!matchesLabels(constraint.selector, other.metadata.labels) || !isIncluded(constraint, pod, node)) continue;
      const value = node.metadata.labels?.[constraint.topologyKey] ?? '';
      const counts = domain.owned ? domain.counts as Map<string, number> : new Map(domain.counts);
      counts.set(value, (counts.get(value) ?? 0) + by);
      domain.counts = counts;
      domain.owned = true;
      domain.least = -1;
    }
  }
}

/** Counts the matching pods of all domains. */
export function newSpreadState(pod: Pod, constraints: readonly Constraint[], snapshot: Snapshot): SpreadState {
  return new SpreadState(constraints.map(constraint => ({
    constraint, self: matchesLabels(constraint.selector, pod.metadata.labels) ? 1 : 0,
    counts: constraints.length === 1 && includesAll(constraint, pod)
      ? snapshot.nodes.tally(pod.metadata.namespace ?? '', constraint.selector).domains(constraint.topologyKey)
      : countDomains(pod, constraint, constraints, snapshot),
    owned: false, least: -1,
  })));
}

function countDomains(pod: Pod, constraint: Constraint, all: readonly Constraint[], { nodes }: Snapshot): ReadonlyMap<string, number> {
  const { counts } = nodes.tally(pod.metadata.namespace ?? '', constraint.selector);
  const domains = new Map<string, number>();
  for (let place = 0; place < nodes.size; place++) {
    const node = nodes.infos[place]?.node;
    if (node === undefined || !hasTopologies(node, all) || !isIncluded(constraint, pod, node)) continue;
    const value = node.metadata.labels?.[constraint.topologyKey] ?? '';
    domains.set(value, (domains.get(value) ?? 0) + (counts[place] as number));
  }
  return domains;
}

/** The smallest count of a domain; 0 when there are fewer domains than asked for. */
function globalMinimum(domain: Domains): number {
  if (domain.counts.size < domain.constraint.minDomains) return 0;
  if (domain.least < 0) {
    let least = Infinity;
    for (const count of domain.counts.values()) if (count < least) least = count;
    domain.least = least;
  }
  return domain.least;
}

/** Whether a node may take the pod: 'unlabelled' = the node is in no domain of a topology. */
export function judge(state: SpreadState, node: Node): 'fits' | 'skewed' | 'unlabelled' {
  for (const domain of state.domains) {
    const value = node.metadata.labels?.[domain.constraint.topologyKey];
    if (value === undefined) return 'unlabelled';
    const skew = (domain.counts.get(value) ?? 0) + domain.self - globalMinimum(domain);
    if (skew > domain.constraint.maxSkew) return 'skewed';
  }
  return 'fits';
}
