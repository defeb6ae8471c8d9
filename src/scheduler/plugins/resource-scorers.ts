/**
 * How full a node would be, as numbers from 0 to 100.
 *
 * @source pkg/scheduler/framework/plugins/noderesources/resource_allocation.go, least_allocated.go, most_allocated.go
 */
import type { Pod } from '../../api/kinds/all.ts';
import { MAX_NODE_SCORE } from '../framework/plugin.ts';
import type { NodeColumns } from '../node-columns.ts';
import type { NodeInfo } from '../node-info.ts';
import { amountIn, podRequests } from '../resources.ts';

/** A resource that counts in a score, and how much. */
export interface ResourceWeight { readonly name: string; readonly weight: number }

/** @source pkg/scheduler/apis/config/v1/defaults.go (defaultResourceSpec) */
export const DEFAULT_RESOURCES: readonly ResourceWeight[] = Object.freeze([Object.freeze({ name: 'cpu', weight: 1 }), Object.freeze({ name: 'memory', weight: 1 })]);

/** What a pod counts for each of the resources. `nonZero`: containers that ask for nothing count a little. */
export function requestsFor(pod: Pod, resources: readonly ResourceWeight[], nonZero: boolean): readonly number[] {
  const requests = podRequests(pod);
  return resources.map(({ name }) => {
    if (nonZero && name === 'cpu') return requests.nonZero.milliCpu;
    if (nonZero && name === 'memory') return requests.nonZero.memory;
    return amountIn(requests.exact, name);
  });
}

/** What is in use on a node without the pod. */
function usedOn(node: NodeInfo, name: string, nonZero: boolean): number {
  if (nonZero && name === 'cpu') return node.nonZero.milliCpu;
  if (nonZero && name === 'memory') return node.nonZero.memory;
  return amountIn(node.requested, name);
}

/** The share of a resource that stays free, or is used: 0 to 100. */
export type ResourceScorer = (requested: number, capacity: number) => number;

/** The emptier, the better. */
export const leastAllocated: ResourceScorer = (requested, capacity) => (requested > capacity ? 0 : Math.floor(((capacity - requested) * MAX_NODE_SCORE) / capacity));
/** The fuller, the better. */
export const mostAllocated: ResourceScorer = (requested, capacity) => Math.floor((Math.min(requested, capacity) * MAX_NODE_SCORE) / capacity);

const isScalar = (name: string): boolean => name !== 'cpu' && name !== 'memory' && name !== 'ephemeral-storage';

export interface WeightedScore { readonly resources: readonly ResourceWeight[]; readonly scorer: ResourceScorer }

/** The weighted mean over the resources that the node has; an extended resource counts only for pods that ask for it. */
export function weightedScore(node: NodeInfo, wanted: readonly number[], { resources, scorer }: WeightedScore): number {
  let sum = 0;
  let weights = 0;
  for (let i = 0; i < resources.length; i++) {
    const { name, weight } = resources[i] as ResourceWeight;
    const request = wanted[i] as number;
    const capacity = amountIn(node.allocatable, name);
    if (capacity === 0 || (request === 0 && isScalar(name))) continue;
    sum += weight * scorer(request + usedOn(node, name, true), capacity);
    weights += weight;
  }
  return weights === 0 ? 0 : Math.floor(sum / weights);
}

interface Sweep { readonly scorer: ResourceScorer; readonly places: Int32Array; readonly scores: Float64Array }

/** The same for CPU and memory with equal weights, from columns, for many nodes. */
export function weightedScores({ cpu, memory, nonZeroCpu, nonZeroMemory }: NodeColumns, [wantedCpu = 0, wantedMemory = 0]: readonly number[], { scorer, places, scores }: Sweep): void {
  for (let i = 0; i < scores.length; i++) {
    const place = places[i] as number;
    const ofCpu = cpu[place] as number;
    const ofMemory = memory[place] as number;
    const resources = (ofCpu === 0 ? 0 : 1) + (ofMemory === 0 ? 0 : 1);
    const sum = (ofCpu === 0 ? 0 : scorer((nonZeroCpu[place] as number) + wantedCpu, ofCpu)) + (ofMemory === 0 ? 0 : scorer((nonZeroMemory[place] as number) + wantedMemory, ofMemory));
    scores[i] = resources === 0 ? 0 : Math.floor(sum / resources);
  }
}

/** Used shares of the resources (each at most 1), with the pod. */
export function usedShares(node: NodeInfo, wanted: readonly number[], resources: readonly ResourceWeight[]): readonly number[] {
  const shares: number[] = [];
  for (let i = 0; i < resources.length; i++) {
    const { name } = resources[i] as ResourceWeight;
    const request = wanted[i] as number;
    const capacity = amountIn(node.allocatable, name);
    if (capacity === 0 || (request === 0 && isScalar(name))) continue;
    shares.push(Math.min(1, (request + usedOn(node, name, false)) / capacity));
  }
  return shares;
}
