import { definePlugin, MAX_NODE_SCORE, type Plugin, SKIP } from '../framework/plugin.ts';
import { squareRoot } from '../real-numbers.ts';
import { DEFAULT_RESOURCES, requestsFor, type ResourceWeight, usedShares } from './resource-scorers.ts';

const WANTED = 'NodeResourcesBalancedAllocation/wanted';

/** Standard deviation of the shares; with two it is half of their distance. */
function deviation(shares: readonly number[]): number {
  if (shares.length < 2) return 0;
  if (shares.length === 2) return Math.abs(((shares[0] as number) - (shares[1] as number)) / 2);
  let total = 0;
  for (const share of shares) total += share;
  const mean = total / shares.length;
  let squares = 0;
  for (const share of shares) squares += (share - mean) * (share - mean);
  return squareRoot(squares / shares.length);
}

/** Prefers nodes whose resources would be used up evenly. */
export function newNodeResourcesBalancedAllocation(resources: readonly ResourceWeight[]): Plugin {
  return definePlugin({
    name: 'NodeResourcesBalancedAllocation',
    source: 'pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go',
    weight: 1,
    preScore(state, pod) {
      const wanted = requestsFor(pod, resources, false);
      // Pods that ask for nothing would all go to the node that happens to be most even.
      if (wanted.every(amount => amount === 0)) return SKIP;
      state.write(WANTED, wanted);
      return null;
    },
    score(state, _pod, node) {
      const shares = usedShares(node, state.read<readonly number[]>(WANTED) ?? [], resources);
      return Math.floor((1 - deviation(shares)) * MAX_NODE_SCORE);
    },
    quickScore(state, places, { columns: { cpu, memory, freeCpu, freeMemory } }, scores) {
      const [wantedCpu = 0, wantedMemory = 0] = state.read<readonly number[]>(WANTED) ?? [];
      if (resources !== DEFAULT_RESOURCES) return false;
      for (let i = 0; i < scores.length; i++) {
        const place = places[i] as number;
        const ofCpu = cpu[place] as number;
        const ofMemory = memory[place] as number;
        // One share alone deviates from nothing.
        if (ofCpu === 0 || ofMemory === 0) { scores[i] = MAX_NODE_SCORE; continue; }
        const cpuShare = Math.min(1, (ofCpu - (freeCpu[place] as number) + wantedCpu) / ofCpu);
        const memoryShare = Math.min(1, (ofMemory - (freeMemory[place] as number) + wantedMemory) / ofMemory);
        scores[i] = Math.floor((1 - Math.abs((cpuShare - memoryShare) / 2)) * MAX_NODE_SCORE);
      }
      return true;
    },
  });
}

export const nodeResourcesBalancedAllocation = newNodeResourcesBalancedAllocation(DEFAULT_RESOURCES);
