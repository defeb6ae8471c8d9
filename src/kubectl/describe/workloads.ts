import type { DaemonSet, Deployment, Pod, ReplicaSet } from '../../api/kinds/all.ts';
import { labelSelectorText } from '../../api/selector.ts';
import { longTime } from '../time-text.ts';
import { templateLines } from './pod.ts';
import { annotationLines, controllerOf, eventLines, labelLines, type Lines, pairsText } from './sections.ts';
import type { Described } from './types.ts';

/** `Conditions:` of a workload. */
export function conditionLines(conditions: readonly { readonly type: string; readonly status: string; readonly reason?: string }[] | undefined): Lines {
  if (conditions === undefined || conditions.length === 0) return [];
  return ['Conditions:', '  Type\tStatus\tReason', '  ----\t------\t------', ...conditions.map((each) => `  ${each.type} \t${each.status}\t${each.reason ?? ''}`)];
}

const replicasText = (set: ReplicaSet): string => `${set.metadata.name} (${set.status?.replicas ?? 0}/${set.spec.replicas ?? 1} replicas created)`;
const setsText = (sets: readonly ReplicaSet[]): string => (sets.length === 0 ? '<none>' : sets.map(replicasText).join(', '));

/** @source kubernetes/kubectl pkg/describe/describe.go describeDeployment */
export function describeDeployment({ object, events, now }: Described<Deployment>, sets: { readonly old: readonly ReplicaSet[]; readonly current: ReplicaSet | undefined }): Lines {
  const { metadata, spec, status = {} } = object;
  const rolling = spec.strategy?.rollingUpdate;
  return [
    `Name:\t${metadata.name}`, `Namespace:\t${metadata.namespace ?? ''}`, `CreationTimestamp:\t${longTime(metadata.creationTimestamp)}`,
    ...labelLines('Labels', metadata.labels), ...annotationLines('Annotations', metadata.annotations),
    `Selector:\t${labelSelectorText(spec.selector)}`,
    `Replicas:\t${spec.replicas ?? 1} desired | ${status.updatedReplicas ?? 0} updated | ${status.replicas ?? 0} total | ${status.availableReplicas ?? 0} available | ${status.unavailableReplicas ?? 0} unavailable`,
    `StrategyType:\t${spec.strategy?.type ?? ''}`, `MinReadySeconds:\t${spec.minReadySeconds ?? 0}`,
    ...(rolling === undefined ? [] : [`RollingUpdateStrategy:\t${rolling.maxUnavailable ?? ''} max unavailable, ${rolling.maxSurge ?? ''} max surge`]),
    ...templateLines(spec.template),
    ...conditionLines(status.conditions),
    ...(sets.old.length === 0 && sets.current === undefined ? [] : [`OldReplicaSets:\t${setsText(sets.old)}`, `NewReplicaSet:\t${sets.current === undefined ? '<none>' : replicasText(sets.current)}`]),
    ...eventLines(events, now),
  ];
}

export function podsStatus(pods: readonly Pod[]): string {
  const count = (phase: string): number => pods.filter((pod) => pod.status?.phase === phase).length;
  return `${count('Running')} Running / ${count('Pending')} Waiting / ${count('Succeeded')} Succeeded / ${count('Failed')} Failed`;
}

export function describeReplicaSet({ object, events, now }: Described<ReplicaSet>, pods: readonly Pod[]): Lines {
  const { metadata, spec, status } = object;
  const controlledBy = controllerOf(object);
  return [
    `Name:\t${metadata.name}`, `Namespace:\t${metadata.namespace ?? ''}`, `Selector:\t${labelSelectorText(spec.selector)}`,
    ...labelLines('Labels', metadata.labels), ...annotationLines('Annotations', metadata.annotations),
    ...(controlledBy === '' ? [] : [`Controlled By:\t${controlledBy}`]),
    `Replicas:\t${status?.replicas ?? 0} current / ${spec.replicas ?? 1} desired`, `Pods Status:\t${podsStatus(pods)}`,
    ...templateLines(spec.template), ...conditionLines(status?.conditions), ...eventLines(events, now),
  ];
}

export function describeDaemonSet({ object, events, now }: Described<DaemonSet>, pods: readonly Pod[]): Lines {
  const { metadata, spec, status } = object;
  return [
    `Name:\t${metadata.name}`, `Namespace:\t${metadata.namespace ?? ''}`, `Selector:\t${labelSelectorText(spec.selector)}`, `Node-Selector:\t${pairsText(spec.template.spec?.nodeSelector)}`,
    ...labelLines('Labels', metadata.labels), ...annotationLines('Annotations', metadata.annotations),
    `Desired Number of Nodes Scheduled: ${status?.desiredNumberScheduled ?? 0}`, `Current Number of Nodes Scheduled: ${status?.currentNumberScheduled ?? 0}`,
    `Number of Nodes Scheduled with Up-to-date Pods: ${status?.updatedNumberScheduled ?? 0}`, `Number of Nodes Scheduled with Available Pods: ${status?.numberAvailable ?? 0}`,
    `Number of Nodes Misscheduled: ${status?.numberMisscheduled ?? 0}`, `Pods Status:\t${podsStatus(pods)}`,
    ...templateLines(spec.template), ...eventLines(events, now),
  ];
}
