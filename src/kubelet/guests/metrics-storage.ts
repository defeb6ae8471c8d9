/**
 * The last two samples of every node and container, and the use that follows from them.
 *
 * @source kubernetes-sigs/metrics-server pkg/storage/{node,pod,types}.go
 */
import { deepFreeze } from '../../base/data.ts';
import type { ContainerStats, NodeStats } from '../../api/cri.ts';

/** One sample: `cpu` in nanoseconds since the start, `memory` in bytes; times in virtual microseconds. */
export interface Point { readonly startedAt: number; readonly at: number; readonly cpu: number; readonly memory: number }
/** The last sample, and the one before it of the same life. */
interface Pair { readonly last: Point; readonly previous?: Point }
/** Name → samples; of containers by `namespace/pod` and name. Frozen. */
export interface Points { readonly nodes: Readonly<Record<string, Pair>>; readonly pods: Readonly<Record<string, Readonly<Record<string, Pair>>>> }
/** What one kubelet said. */
export interface Scraped { readonly node: NodeStats; readonly containers: readonly ContainerStats[] }
/** Use between two samples: `cpu` in nanocores. */
export interface Usage { readonly at: number; readonly window: number; readonly cpu: number; readonly memory: number }

/** @source pkg/storage/pod.go (freshContainerMinMetricsResolution), --metric-resolution */
const FRESH_MIN = 10_000_000;
const RESOLUTION = 15_000_000;
const MICROS_PER_SECOND = 1_000_000;

export const newPoints = (): Points => deepFreeze({ nodes: {}, pods: {} });

/** Takes a round of scrapes: what was not seen in it is forgotten. */
export function store(points: Points, scraped: ReadonlyMap<string, Scraped>): Points {
  const nodes: Record<string, Pair> = {};
  const pods: Record<string, Record<string, Pair>> = {};
  for (const [name, { node, containers }] of scraped) {
    nodes[name] = pair({ ...node, startedAt: 0 }, points.nodes[name]);
    for (const { podNamespace, podName, name: container, startedAt, at, cpu, memory } of containers) {
      const key = `${podNamespace}/${podName}`;
      (pods[key] ??= {})[container] = containerPair({ startedAt, at, cpu, memory }, points.pods[key]?.[container]);
    }
  }
  return deepFreeze({ nodes, pods });
}

/** A sample that is not newer changes nothing. */
function pair(last: Point, known: Pair | undefined): Pair {
  const previous = known === undefined ? undefined : last.at > known.last.at ? known.last : known.previous;
  return previous === undefined ? { last } : { last, previous };
}

/** A young container counts from its start; a restarted one has no past. */
function containerPair(last: Point, known: Pair | undefined): Pair {
  const age = last.at - last.startedAt;
  if (age >= FRESH_MIN && age < RESOLUTION) return { last, previous: { ...last, at: last.startedAt, cpu: 0 } };
  return pair(last, known !== undefined && last.startedAt < known.last.at ? known : undefined);
}

/** The use that two samples tell of; undefined while there is one. */
export function usageOf(of: Pair | undefined): Usage | undefined {
  const { last, previous } = of ?? {};
  if (last === undefined || previous === undefined || last.cpu < previous.cpu) return undefined;
  const window = last.at - previous.at;
  return { at: last.at, window, cpu: Math.floor((last.cpu - previous.cpu) / (window / MICROS_PER_SECOND)), memory: last.memory };
}

/** Something can be told of a node and of a container. @source pkg/storage/storage.go (Ready) */
export function isStorageReady({ nodes, pods }: Points): boolean {
  return Object.values(nodes).some(({ previous }) => previous !== undefined) && Object.values(pods).some(containers => Object.values(containers).some(({ previous }) => previous !== undefined));
}
