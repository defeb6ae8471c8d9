/**
 * Why no node could take a pod, and how that is told.
 *
 * @source pkg/scheduler/framework/types.go (FitError, Diagnosis)
 */
import type { Refusal } from './framework/plugin.ts';

/** Why each refused node was refused. */
export interface Diagnosis {
  /** All nodes there are. */
  readonly nodes: number;
  readonly refused: ReadonlyMap<string, Refusal>;
  /** Why the nodes not in `refused` are out: a preFilter left them out, or refused the pod for the whole cluster. */
  readonly others: Refusal | undefined;
  /** True when a preFilter refused the pod for the whole cluster. */
  readonly whole: boolean;
  /** Plugins that refused it somewhere; what they hope for wakes the pod. */
  readonly plugins: readonly string[];
}

/** What people read when there are no nodes at all. @source pkg/scheduler/schedule_one.go (ErrNoNodesAvailable) */
const NO_NODES = 'no nodes available to schedule pods';

/** The text of a FailedScheduling event. */
export function fitError(diagnosis: Diagnosis, postFilter: string): string {
  const { nodes, refused, others, whole } = diagnosis;
  if (nodes === 0) return NO_NODES;
  let text = `0/${nodes} nodes are available:`;
  if (whole) text += ` ${others?.reasons.join(', ') ?? ''}.`;
  else {
    const reasons = reasonsOf(refused.values(), { status: others, nodes: nodes - refused.size });
    if (reasons !== '') text += ` ${reasons}.`;
  }
  return postFilter === '' ? text : `${text} ${postFilter}`;
}

/** `2 Insufficient cpu, 1 node(s) were unschedulable`, sorted as texts. `others` holds for so many further nodes. */
export function reasonsOf(statuses: Iterable<Refusal>, others: { readonly status: Refusal | undefined; readonly nodes: number }): string {
  const counts = new Map<string, number>();
  const add = (reason: string, by: number): void => { counts.set(reason, (counts.get(reason) ?? 0) + by); };
  for (const status of statuses) for (const reason of status.reasons) add(reason, 1);
  if (others.nodes > 0) for (const reason of others.status?.reasons ?? []) add(reason, others.nodes);
  return [...counts].map(([reason, count]) => `${count} ${reason}`).sort().join(', ');
}
