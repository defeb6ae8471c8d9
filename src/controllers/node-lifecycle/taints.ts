/**
 * Taints that follow from what is known of a node.
 *
 * @source kubernetes/kubernetes pkg/controller/nodelifecycle/node_lifecycle_controller.go, pkg/util/taints/taints.go
 */
import { deepFreeze, type Micros } from '../../base/data.ts';
import type { ConditionStatus } from '../../api/meta.ts';
import { formatTime } from '../../api/time.ts';
import type { ApiCall } from '../../api/wire.ts';
import type { Taint, TaintEffect } from '../../api/kinds/core/affinity.ts';
import type { Node } from '../../api/kinds/core/node.ts';
import { call } from '../../client/resources.ts';

export const NOT_READY = 'node.kubernetes.io/not-ready';
export const UNREACHABLE = 'node.kubernetes.io/unreachable';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/** Condition and status → key of the NoSchedule taint. */
const conditionTaints: readonly (readonly [condition: string, status: ConditionStatus, key: string])[] = [
  ['Ready', 'False', NOT_READY],
  ['Ready', 'Unknown', UNREACHABLE],
  ['MemoryPressure', 'True', 'node.kubernetes.io/memory-pressure'],
  ['DiskPressure', 'True', 'node.kubernetes.io/disk-pressure'],
  ['NetworkUnavailable', 'True', 'node.kubernetes.io/network-unavailable'],
  ['PIDPressure', 'True', 'node.kubernetes.io/pid-pressure'],
];
const managedKeys: readonly string[] = [...new Set([...conditionTaints.map(([, , key]) => key), UNSCHEDULABLE])];

/** Keys of the NoSchedule taints that a node should carry. */
export function noScheduleKeys(node: Node): readonly string[] {
  const keys = conditionTaints
    .filter(([type, status]) => node.status?.conditions?.some(condition => condition.type === type && condition.status === status) === true)
    .map(([, , key]) => key);
  return node.spec?.unschedulable === true ? [...keys, UNSCHEDULABLE] : keys;
}

const noTaints: readonly Taint[] = [];
const taintsOf = (node: Node): readonly Taint[] => node.spec?.taints ?? noTaints;

export const hasTaint = (node: Node, key: string, effect: TaintEffect): boolean => taintsOf(node).some(taint => taint.key === key && taint.effect === effect);

/** The taints with some added and some removed; undefined when nothing changes. */
export function swapTaints(node: Node, change: { readonly add: readonly string[]; readonly remove: readonly string[]; readonly effect: TaintEffect }, now: Micros): readonly Taint[] | undefined {
  const add = change.add.filter(key => !hasTaint(node, key, change.effect));
  const remove = change.remove.filter(key => hasTaint(node, key, change.effect));
  if (add.length + remove.length === 0) return undefined;
  const kept = taintsOf(node).filter(taint => taint.effect !== change.effect || !remove.includes(taint.key));
  return [...kept, ...add.map(key => ({ key, effect: change.effect, timeAdded: formatTime(now) }))];
}

/** Brings the NoSchedule taints in line with the conditions; undefined when they are. */
export function noScheduleTaints(node: Node, now: Micros): readonly Taint[] | undefined {
  const wanted = noScheduleKeys(node);
  return swapTaints(node, { add: wanted, remove: managedKeys.filter(key => !wanted.includes(key)), effect: 'NoSchedule' }, now);
}

/** Taints are replaced as a whole, so the patch names the version it was made from. */
export function taintsPatch(node: Node, taints: readonly Taint[]): ApiCall {
  const body = deepFreeze({ metadata: { resourceVersion: node.metadata.resourceVersion }, spec: { taints } });
  return call('patch', 'Node', node.metadata.name, { body, patchType: 'merge' });
}
