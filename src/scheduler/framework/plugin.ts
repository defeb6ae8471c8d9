/**
 * The contract between the scheduler and its plugins: extension points, and what they answer.
 *
 * @source kubernetes/kube-scheduler framework/interface.go
 */
import type { Node, Pod, ReplicaSet, Service } from '../../api/kinds/all.ts';
import type { StringMap } from '../../api/meta.ts';
import type { NodeInfo } from '../node-info.ts';
import type { NodeList } from '../node-list.ts';
import type { CycleState } from './cycle-state.ts';

/**
 * Why a plugin did not say yes. Reasons are the texts that people see in `kubectl describe pod`.
 * `Unschedulable`: taking pods away may help. `UnschedulableAndUnresolvable`: nothing on this node will help.
 */
export interface Refusal {
  readonly code: 'Error' | 'Unschedulable' | 'UnschedulableAndUnresolvable' | 'Skip';
  readonly reasons: readonly string[];
  readonly plugin?: string;
}

/** null = Success. */
export type Status = Refusal | null;

export const SKIP: Refusal = Object.freeze({ code: 'Skip', reasons: Object.freeze([]) });

/** A verdict that more room would change. Make it once and share it: filters run for every node. */
export const unschedulable = (plugin: string, ...reasons: string[]): Refusal => Object.freeze({ code: 'Unschedulable', reasons: Object.freeze(reasons), plugin });
/** A verdict that no eviction would change. */
export const unresolvable = (plugin: string, ...reasons: string[]): Refusal => Object.freeze({ code: 'UnschedulableAndUnresolvable', reasons: Object.freeze(reasons), plugin });

/** A preFilter's knowledge that only these nodes can do. */
export interface NodeSubset { readonly nodeNames: readonly string[] }

/** What plugins may look up beside nodes and pods, from the scheduler's own informers. */
export interface Listers {
  /** Labels of a namespace; undefined when it is not known. */
  namespaceLabels(name: string): StringMap | undefined;
  services(namespace: string): readonly Service[];
  replicaSet(namespace: string, name: string): ReplicaSet | undefined;
}

/** What a cycle sees of the cluster. */
export interface Snapshot {
  readonly nodes: NodeList;
  readonly listers: Listers;
}

export type ClusterEventKind = 'Node' | 'Pod' | 'AssignedPod';
/** A change of the cluster after which a pod this plugin refused may be worth another try. `Pod` is the waiting pod itself. */
export interface ClusterEvent {
  readonly kind: ClusterEventKind;
  readonly on: 'Add' | 'Update' | 'Delete';
}
/** The object that changed; `old` is what it was before an update. */
export interface Change { readonly object: Node | Pod; readonly old?: Node | Pod }
export interface QueueingHint extends ClusterEvent {
  /** True = queue the pod again; absent = always. */
  readonly hint?: (pod: Pod, change: Change) => boolean;
}

/** The answer of a shortcut that does not know. */
export const ASK: unique symbol = Symbol('ask the filter');
export type QuickFilter = (place: number) => Status | typeof ASK;

/** A plugin is one object; an extension point it lacks is simply an absent method. */
export interface Plugin {
  readonly name: string;
  /** Upstream file it models. */
  readonly source: string;
  /** Weight of its score, as in the default profile. */
  readonly weight?: number;
  readonly events?: readonly QueueingHint[];
  preEnqueue?(pod: Pod): Status;
  /** Once per cycle, before any node. Skip = this plugin has nothing to filter for this pod. */
  preFilter?(state: CycleState, pod: Pod, snapshot: Snapshot): Status | NodeSubset;
  /** Judges by the NodeInfo it is handed and looks nothing up elsewhere: preemption hands it a copy with pods taken away. */
  filter?(state: CycleState, pod: Pod, node: NodeInfo): Status;
  /** Keeps the preFilter state right when preemption tries a node without (-1) or with (+1) a pod. */
  changePod?(state: CycleState, pod: Pod, change: PodChange): void;
  /**
   * Made once per cycle: a shortcut that reads columns instead of nodes, and answers as the filter would for the node at a place; `ASK` = the filter
   * must look itself. Undefined = no shortcut for this pod. Not used for nodes with pods taken away or added.
   */
  quickFilter?(state: CycleState, pod: Pod, nodes: NodeList): QuickFilter | undefined;
  /** Once per cycle, before scoring the feasible nodes. Skip = this plugin does not score this pod. */
  preScore?(state: CycleState, pod: Pod, feasible: Feasible, snapshot: Snapshot): Status;
  score?(state: CycleState, pod: Pod, node: NodeInfo): number;
  /** The same scores for many nodes in one sweep over columns: fills `scores` in step with `places`. False = no shortcut for this pod. */
  quickScore?(state: CycleState, places: Int32Array, nodes: NodeList, scores: Float64Array): boolean;
  /** Brings raw scores into 0…100, in place. */
  normalize?(state: CycleState, scores: Float64Array): void;
}

/** The nodes that passed the filters, by their places in the list of nodes. */
export interface Feasible { readonly places: Int32Array }

/** A pod that is added to (+1) or taken from (-1) a node in a trial. */
export interface PodChange { readonly other: Pod; readonly node: NodeInfo; readonly by: 1 | -1 }

/** Declares a plugin. */
export function definePlugin(plugin: Plugin): Plugin {
  return plugin;
}

/** Highest score after normalisation. @source kube-scheduler framework/interface.go (MaxNodeScore) */
export const MAX_NODE_SCORE = 100;

/** Stretches scores so that the best is 100; `reverse`: so that the smallest is best. @source pkg/scheduler/framework/plugins/helper/normalize_score.go */
export function defaultNormalize(scores: Float64Array, reverse: boolean): void {
  let most = 0;
  for (let i = 0; i < scores.length; i++) if ((scores[i] as number) > most) most = scores[i] as number;
  if (most === 0) { scores.fill(reverse ? MAX_NODE_SCORE : 0); return; }
  for (let i = 0; i < scores.length; i++) {
    const scaled = Math.floor((MAX_NODE_SCORE * (scores[i] as number)) / most);
    scores[i] = reverse ? MAX_NODE_SCORE - scaled : scaled;
  }
}
