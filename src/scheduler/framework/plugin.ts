/**
 * The contract between the scheduler and its plugins: extension points, and what they answer.
 *
 * @source kubernetes/kube-scheduler framework/interface.go
 */
import type { Node, Pod } from '../../api/kinds/all.ts';
import type { NodeInfo } from '../node-info.ts';

/**
 * Why a plugin did not say yes; null = Success. Reasons are the texts that people see in `kubectl describe pod`.
 * `Unschedulable`: taking pods away may help. `UnschedulableAndUnresolvable`: nothing on this node will help.
 */
export type Status = null | {
  readonly code: 'Error' | 'Unschedulable' | 'UnschedulableAndUnresolvable' | 'Pending' | 'Skip';
  readonly reasons: readonly string[];
  readonly plugin?: string;
};

export const SKIP: Status = Object.freeze({ code: 'Skip', reasons: [] });

/** A verdict that more room would change. */
export const unschedulable = (...reasons: string[]): Status => ({ code: 'Unschedulable', reasons });
/** A verdict that no eviction would change. */
export const unresolvable = (...reasons: string[]): Status => ({ code: 'UnschedulableAndUnresolvable', reasons });

/** What plugins remember within one scheduling cycle, by key of their own. */
export class CycleState {
  readonly #values = new Map<string, unknown>();
  read<T>(key: string): T | undefined { return this.#values.get(key) as T | undefined; }
  write(key: string, value: unknown): void { this.#values.set(key, value); }
}

/** What a cycle sees of the cluster: the snapshot taken at its start. */
export interface Snapshot { readonly nodes: readonly NodeInfo[] }

export type ClusterEventKind = 'Node' | 'Pod' | 'AssignedPod';
/** A change of the cluster after which a pod this plugin refused may be worth another try. */
export interface ClusterEvent {
  readonly kind: ClusterEventKind;
  readonly on: 'Add' | 'Update' | 'Delete';
}
export interface QueueingHint extends ClusterEvent {
  /** True = queue the pod again; absent = always. */
  readonly hint?: (pod: Pod, change: { readonly object: Node | Pod; readonly old?: Node | Pod }) => boolean;
}

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
  preFilter?(state: CycleState, pod: Pod, snapshot: Snapshot): Status;
  /** Judges by the NodeInfo it is handed and looks nothing up elsewhere: preemption hands it a copy with pods taken away. */
  filter?(state: CycleState, pod: Pod, node: NodeInfo): Status;
  /** Keeps the preFilter state right when preemption tries a node without (or with) a pod. */
  addPod?(state: CycleState, pod: Pod, other: Pod, node: NodeInfo): void;
  removePod?(state: CycleState, pod: Pod, other: Pod, node: NodeInfo): void;
  /** Once per cycle, before scoring the feasible nodes. Skip = this plugin does not score this pod. */
  preScore?(state: CycleState, pod: Pod, feasible: readonly NodeInfo[], snapshot: Snapshot): Status;
  score?(state: CycleState, pod: Pod, node: NodeInfo): number;
  /** Brings raw scores into 0…100, in place. */
  normalize?(state: CycleState, pod: Pod, scores: number[]): void;
}

/** Declares a plugin. */
export function definePlugin(plugin: Plugin): Plugin {
  return plugin;
}

/** Highest score after normalisation. @source kube-scheduler framework/interface.go (MaxNodeScore) */
export const MAX_NODE_SCORE = 100;

/** Stretches scores so that the best is 100; `reverse`: so that the smallest is best. @source pkg/scheduler/framework/plugins/helper/normalize_score.go */
export function defaultNormalize(scores: number[], reverse: boolean): void {
  let most = 0;
  for (const score of scores) if (score > most) most = score;
  for (let i = 0; i < scores.length; i++) {
    if (most === 0) { scores[i] = reverse ? MAX_NODE_SCORE : 0; continue; }
    const scaled = Math.floor((MAX_NODE_SCORE * (scores[i] as number)) / most);
    scores[i] = reverse ? MAX_NODE_SCORE - scaled : scaled;
  }
}
