import type { ProcessId } from '../base/data.ts';
import { Table } from '../base/table.ts';
import type { Namespace, Pod, ReplicaSet, Service } from '../api/kinds/all.ts';
import { newRecorder, type RecorderState } from '../client/event-recorder.ts';
import { newSeriesRecorder, type SeriesRecorderState } from '../client/event-series.ts';
import { getCached, type InformerState, listCached, newInformer } from '../client/informer.ts';
import { type ElectionState, newElection } from '../client/leader-election.ts';
import { newRest, type RestConfig, type RestState } from '../client/rest.ts';
import type { Outbox } from '../sim/process.ts';
import { newCache, nodeListOf, type SchedulerCache } from './cache.ts';
import type { NodeScore } from './cycle.ts';
import type { Snapshot } from './framework/plugin.ts';
import { newQueue, type QueuedPod, type SchedulingQueue } from './queue.ts';

export interface SchedulerConfig { readonly rest: RestConfig; readonly leaderElect: boolean }

/** The latest decision about a pod, for `why` and `trace`. Frozen. */
export interface Decision {
  readonly pod: string;
  readonly at: number;
  /** '' = no node fits. */
  readonly chosen: string;
  readonly feasible: number;
  readonly nodes: number;
  /** Of the feasible nodes, when there were several; only on small clusters. */
  readonly scores: readonly NodeScore[];
  /** Nodes that were refused; only on small clusters. */
  readonly refused: readonly { readonly node: string; readonly plugin: string; readonly reasons: readonly string[] }[];
  readonly attempts: number;
}

/** Kinds the scheduler watches, in the order in which it begins to. */
export const WATCHED = ['Namespace', 'Node', 'ReplicaSet', 'Service', 'Pod'] as const;
export type Watched = (typeof WATCHED)[number];

/** A binding on its way to the API. Frozen. */
export interface Binding { readonly entry: QueuedPod; readonly requestId: number }

/** Plain state of the process. */
export interface SchedulerState {
  readonly config: SchedulerConfig;
  rest: RestState;
  election: ElectionState;
  recorder: SeriesRecorderState;
  /** Tells who leads. */
  electionRecorder: RecorderState;
  informers: Readonly<Record<Watched, InformerState>>;
  queue: SchedulingQueue;
  cache: SchedulerCache;
  /** Pods being bound, by key. */
  binding: Table<Binding>;
  /** Pods for which preemption makes room: key → node. */
  nominated: Table<string>;
  decisions: Table<Decision>;
  nextStart: number;
  /** A cycle is on its way. */
  cycling: boolean;
  /** When the queue is looked at next; 0 = never. */
  flushAt: number;
}

export const SCHEDULER_NAME = 'default-scheduler';

/** A scheduler that knows nothing yet. */
export function newSchedulerState(self: ProcessId, config: SchedulerConfig, out: Outbox): SchedulerState {
  const node = self.slice(0, self.indexOf('/'));
  const word = (): string => out.draw('identity', 0x100000000).toString(16).padStart(8, '0');
  const digits = word() + word() + word() + word();
  const identity = `${node}_${[digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join('-')}`;
  return {
    config, rest: newRest(config.rest), election: newElection({ lease: 'kube-scheduler', identity, enabled: config.leaderElect }),
    recorder: newSeriesRecorder(SCHEDULER_NAME, node), electionRecorder: newRecorder(SCHEDULER_NAME),
    informers: {
      Namespace: newInformer({ kind: 'Namespace' }), Node: newInformer({ kind: 'Node' }), ReplicaSet: newInformer({ kind: 'ReplicaSet' }), Service: newInformer({ kind: 'Service' }),
      // Pods that have ended take no room.
      Pod: newInformer({ kind: 'Pod', fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' }),
    },
    queue: newQueue(), cache: newCache(), binding: new Table(), nominated: new Table(), decisions: new Table(), nextStart: 0, cycling: false, flushAt: 0,
  };
}

/** What a cycle sees. */
export function snapshotOf(state: SchedulerState): Snapshot {
  const { informers, cache } = state;
  return {
    nodes: nodeListOf(cache),
    listers: {
      namespaceLabels: name => getCached<Namespace>(informers.Namespace, name)?.metadata.labels,
      services: namespace => listCached<Service>(informers.Service, namespace),
      replicaSet: (namespace, name) => getCached<ReplicaSet>(informers.ReplicaSet, `${namespace}/${name}`),
    },
  };
}

/** Pods that are to come to nodes, by node; undefined = none. */
export function nominatedPods({ nominated, queue }: SchedulerState): ReadonlyMap<string, readonly Pod[]> | undefined {
  if (nominated.size === 0) return undefined;
  const byNode = new Map<string, Pod[]>();
  for (const [key, node] of nominated) {
    const pod = queue.pods.get(key)?.pod;
    if (pod === undefined) continue;
    const pods = byNode.get(node);
    if (pods === undefined) byNode.set(node, [pod]); else pods.push(pod);
  }
  return byNode.size === 0 ? undefined : byNode;
}
