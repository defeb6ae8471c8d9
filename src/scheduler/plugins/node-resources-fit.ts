import type { Node, Pod } from '../../api/kinds/all.ts';
import { equalData } from '../../base/compare.ts';
import { ASK, definePlugin, type Plugin, type Refusal } from '../framework/plugin.ts';
import { newNodeInfo, type NodeInfo } from '../node-info.ts';
import { podRequests, type PodRequests } from '../resources.ts';
import { DEFAULT_RESOURCES, leastAllocated, requestsFor, type WeightedScore, weightedScore, weightedScores } from './resource-scorers.ts';

const NAME = 'NodeResourcesFit';
const REQUESTS = 'NodeResourcesFit/requests';
const WANTED = 'NodeResourcesFit/wanted';

/** The common case, without making texts. */
function fits({ exact, scalarNames }: PodRequests, node: NodeInfo): boolean {
  if (node.pods.length + 1 > node.allowedPods) return false;
  const { allocatable, requested } = node;
  if (exact.milliCpu > allocatable.milliCpu - requested.milliCpu && exact.milliCpu > 0) return false;
  if (exact.memory > allocatable.memory - requested.memory && exact.memory > 0) return false;
  if (exact.ephemeralStorage > allocatable.ephemeralStorage - requested.ephemeralStorage && exact.ephemeralStorage > 0) return false;
  for (const name of scalarNames) {
    const wanted = exact.scalar[name] ?? 0;
    if (wanted > 0 && wanted > (allocatable.scalar[name] ?? 0) - (requested.scalar[name] ?? 0)) return false;
  }
  return true;
}

/** Everything there is too little of; unresolvable when the node would be too small even if it were empty. */
function refusal({ exact, scalarNames }: PodRequests, node: NodeInfo): Refusal {
  const reasons: string[] = [];
  let never = false;
  if (node.pods.length + 1 > node.allowedPods) reasons.push('Too many pods');
  const check = (name: string, wanted: number, allocatable: number, used: number): void => {
    if (wanted <= 0 || wanted <= allocatable - used) return;
    reasons.push(`Insufficient ${name}`);
    if (wanted > allocatable) never = true;
  };
  check('cpu', exact.milliCpu, node.allocatable.milliCpu, node.requested.milliCpu);
  check('memory', exact.memory, node.allocatable.memory, node.requested.memory);
  check('ephemeral-storage', exact.ephemeralStorage, node.allocatable.ephemeralStorage, node.requested.ephemeralStorage);
  for (const name of scalarNames) check(name, exact.scalar[name] ?? 0, node.allocatable.scalar[name] ?? 0, node.requested.scalar[name] ?? 0);
  return { code: never ? 'UnschedulableAndUnresolvable' : 'Unschedulable', reasons, plugin: NAME };
}

const fitsEmpty = (pod: Pod, node: Node): boolean => fits(podRequests(pod), newNodeInfo(node));

/** Refuses nodes without room; prefers them by a scoring strategy. */
export function newNodeResourcesFit(strategy: WeightedScore): Plugin {
  return definePlugin({
    name: NAME,
    source: 'pkg/scheduler/framework/plugins/noderesources/fit.go',
    weight: 1,
    events: [
      { kind: 'AssignedPod', on: 'Delete' },
      { kind: 'Node', on: 'Add', hint: (pod, { object }) => fitsEmpty(pod, object as Node) },
      {
        kind: 'Node', on: 'Update',
        hint: (pod, { object, old }) => !equalData((object as Node).status?.allocatable, (old as Node | undefined)?.status?.allocatable) && fitsEmpty(pod, object as Node),
      },
    ],
    preFilter(state, pod) {
      state.write(REQUESTS, podRequests(pod));
      return null;
    },
    filter(state, pod, node) {
      const requests = state.read<PodRequests>(REQUESTS) ?? podRequests(pod);
      return fits(requests, node) ? null : refusal(requests, node);
    },
    quickFilter(state, pod, { columns }) {
      const { exact, scalarNames } = state.read<PodRequests>(REQUESTS) ?? podRequests(pod);
      if (scalarNames.length > 0) return undefined;
      const { freePods, freeCpu, freeMemory, freeStorage } = columns;
      const { milliCpu, memory, ephemeralStorage } = exact;
      return place => ((freePods[place] as number) >= 1 && (milliCpu <= (freeCpu[place] as number) || milliCpu === 0) && (memory <= (freeMemory[place] as number) || memory === 0)
        && (ephemeralStorage <= (freeStorage[place] as number) || ephemeralStorage === 0) ? null : ASK);
    },
    preScore(state, pod) {
      state.write(WANTED, requestsFor(pod, strategy.resources, true));
      return null;
    },
    score: (state, _pod, node) => weightedScore(node, state.read<readonly number[]>(WANTED) ?? [], strategy),
    quickScore(state, places, { columns }, scores) {
      if (strategy.resources !== DEFAULT_RESOURCES) return false;
      weightedScores(columns, state.read<readonly number[]>(WANTED) ?? [], { scorer: strategy.scorer, places, scores });
      return true;
    },
  });
}

export const nodeResourcesFit = newNodeResourcesFit({ resources: DEFAULT_RESOURCES, scorer: leastAllocated });
