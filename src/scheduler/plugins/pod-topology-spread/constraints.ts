/**
 * The spread constraints of a pod, or those that hold for every pod that belongs to a Service or a ReplicaSet.
 *
 * @source pkg/scheduler/framework/plugins/podtopologyspread/common.go, plugin.go
 */
import type { Node, Pod, TopologySpreadConstraint } from '../../../api/kinds/all.ts';
import type { StringMap } from '../../../api/meta.ts';
import { everything, matchesLabels, type Requirement, type Selector, selectorOf, selectorOfLabels } from '../../../api/selector.ts';
import type { Snapshot } from '../../framework/plugin.ts';
import { hasNodeAffinity, meetsNodeAffinity, untoleratedTaint } from '../../../api/placement.ts';

/** A constraint ready for use. */
export interface Constraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly selector: Selector;
  readonly minDomains: number;
  /** Domains of nodes that the pod's node affinity excludes do not count. */
  readonly honorsAffinity: boolean;
  /** Domains of nodes with taints the pod does not tolerate do not count. */
  readonly honorsTaints: boolean;
}

/** What holds for pods without constraints of their own. */
const SYSTEM_DEFAULTS: readonly { readonly topologyKey: string; readonly maxSkew: number }[] = [
  { topologyKey: 'kubernetes.io/hostname', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 5 },
];

/** Constraints of one kind that the pod states itself. */
export function statedConstraints(pod: Pod, whenUnsatisfiable: TopologySpreadConstraint['whenUnsatisfiable']): readonly Constraint[] {
  const stated = pod.spec?.topologySpreadConstraints;
  if (stated === undefined) return NONE;
  return stated.filter(constraint => constraint.whenUnsatisfiable === whenUnsatisfiable).map(constraint => ({
    maxSkew: constraint.maxSkew, topologyKey: constraint.topologyKey, selector: narrowed(selectorOf(constraint.labelSelector), constraint.matchLabelKeys, pod.metadata.labels),
    minDomains: constraint.minDomains ?? 1, honorsAffinity: constraint.nodeAffinityPolicy !== 'Ignore', honorsTaints: constraint.nodeTaintsPolicy === 'Honor',
  }));
}

const NONE: readonly Constraint[] = Object.freeze([]);

/** A selector that also wants the pod's own values of these labels; labels the pod lacks are passed over. */
export function narrowed(selector: Selector, keys: readonly string[] | undefined, labels: StringMap | undefined): Selector {
  if (keys === undefined || selector.nothing === true) return selector;
  const more: Requirement[] = [];
  for (const key of keys) {
    const value = labels?.[key];
    if (value !== undefined) more.push({ key, operator: 'in', values: [value] });
  }
  return more.length === 0 ? selector : { requirements: [...selector.requirements, ...more] };
}

/** The system's wishes for a pod that states none: spread with those that serve the same Services or have the same ReplicaSet. */
export function defaultConstraints(pod: Pod, snapshot: Snapshot): readonly Constraint[] {
  const selector = defaultSelector(pod, snapshot);
  if (selector.requirements.length === 0) return NONE;
  let constraints = defaultsOf.get(selector);
  if (constraints === undefined) {
    constraints = SYSTEM_DEFAULTS.map(({ topologyKey, maxSkew }) => ({ maxSkew, topologyKey, selector, minDomains: 1, honorsAffinity: true, honorsTaints: false }));
    defaultsOf.set(selector, constraints);
  }
  return constraints;
}

/** Memo: the selector of a ReplicaSet is read once, so its pods come with the same one. */
const defaultsOf = new WeakMap<Selector, readonly Constraint[]>();

/**
 * @source pkg/scheduler/framework/plugins/helper/spread.go (DefaultSelector)
 * @fidelity simplified: of the owners only ReplicaSets are known
 */
function defaultSelector(pod: Pod, { listers }: Snapshot): Selector {
  const namespace = pod.metadata.namespace ?? '';
  let wanted: StringMap | undefined;
  for (const service of listers.services(namespace)) {
    const labels = service.spec.selector;
    if (labels !== undefined && Object.keys(labels).length > 0 && matchesLabels(selectorOfLabels(labels), pod.metadata.labels)) wanted = { ...wanted, ...labels };
  }
  const owner = pod.metadata.ownerReferences?.find(reference => reference.controller === true);
  const replicaSet = owner?.kind === 'ReplicaSet' ? listers.replicaSet(namespace, owner.name) : undefined;
  const ofOwner = replicaSet === undefined ? everything : selectorOf(replicaSet.spec.selector);
  return wanted === undefined ? ofOwner : { requirements: [...selectorOfLabels(wanted).requirements, ...ofOwner.requirements] };
}

/** True when a node has the labels of all the topologies. */
export function hasTopologies(node: Node, constraints: readonly Constraint[]): boolean {
  const labels = node.metadata.labels;
  for (const { topologyKey } of constraints) if (labels?.[topologyKey] === undefined) return false;
  return true;
}

/** True when a node's domain counts for a constraint. */
export function isIncluded(constraint: Constraint, pod: Pod, node: Node): boolean {
  if (constraint.honorsAffinity && !meetsNodeAffinity(pod, node)) return false;
  return !constraint.honorsTaints || untoleratedTaint(pod, node) === undefined;
}

/** True when every node's domain counts, so that sums over all nodes may be used as they are. */
export function includesAll(constraint: Constraint, pod: Pod): boolean {
  return !constraint.honorsTaints && !(constraint.honorsAffinity && hasNodeAffinity(pod));
}
