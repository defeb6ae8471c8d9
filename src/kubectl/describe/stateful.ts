/** StatefulSets and replication controllers. @source kubernetes/kubectl pkg/describe/describe.go describeStatefulSet, describeReplicationController */
import type { Pod, PodTemplateSpec } from '../../api/kinds/all.ts';
import type { KubeObject, LabelSelector, StringMap } from '../../api/meta.ts';
import { labelSelectorText } from '../../api/selector.ts';
import { longTime } from '../time-text.ts';
import { templateLines } from './pod.ts';
import { annotationLines, eventLines, labelLines, type Lines, pairsText } from './sections.ts';
import type { Described } from './types.ts';
import { conditionLines, podsStatus } from './workloads.ts';

interface ClaimTemplate { readonly metadata?: { readonly name?: string; readonly labels?: StringMap; readonly annotations?: StringMap }; readonly spec?: { readonly storageClassName?: string; readonly accessModes?: readonly string[]; readonly resources?: { readonly requests?: StringMap } } }
export type StatefulSetLike = KubeObject & {
  readonly spec: {
    readonly selector?: LabelSelector; readonly replicas?: number; readonly template?: PodTemplateSpec; readonly volumeClaimTemplates?: readonly ClaimTemplate[];
    readonly updateStrategy?: { readonly type?: string; readonly rollingUpdate?: { readonly partition?: number; readonly maxUnavailable?: number | string } };
  };
  readonly status?: { readonly replicas?: number };
};

export function describeStatefulSet({ object, events, now }: Described<StatefulSetLike>, pods: readonly Pod[]): Lines {
  const { metadata, spec, status } = object;
  const rolling = spec.updateStrategy?.rollingUpdate;
  return [
    `Name:\t${metadata.name}`, `Namespace:\t${metadata.namespace ?? ''}`, `CreationTimestamp:\t${longTime(metadata.creationTimestamp)}`, `Selector:\t${labelSelectorText(spec.selector)}`,
    ...labelLines('Labels', metadata.labels), ...annotationLines('Annotations', metadata.annotations), `Replicas:\t${spec.replicas ?? 1} desired | ${status?.replicas ?? 0} total`, `Update Strategy:\t${spec.updateStrategy?.type ?? ''}`,
    ...(rolling?.partition === undefined ? [] : [`  Partition:\t${rolling.partition}`, ...(rolling.maxUnavailable === undefined ? [] : [`  MaxUnavailable:\t${rolling.maxUnavailable}`])]),
    `Pods Status:\t${podsStatus(pods)}`, ...templateLines(spec.template), ...claimLines(spec.volumeClaimTemplates ?? []), ...eventLines(events, now),
  ];
}

function claimLines(claims: readonly ClaimTemplate[]): Lines {
  if (claims.length === 0) return ['Volume Claims:\t<none>'];
  return ['Volume Claims:', ...claims.flatMap(({ metadata = {}, spec = {} }) => [
    `  Name:\t${metadata.name ?? ''}`, `  StorageClass:\t${metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec.storageClassName ?? ''}`, ...labelLines('Labels', metadata.labels, '  '), ...claimAnnotations(metadata.annotations),
    `  Capacity:\t${spec.resources?.requests?.['storage'] ?? '<default>'}`, `  Access Modes:\t[${(spec.accessModes ?? []).join(' ')}]`,
  ])];
}

/** Written like labels here, with `=`. */
const claimAnnotations = (annotations: StringMap | undefined): Lines => labelLines('Annotations', annotations, '  ');

export type ReplicationControllerLike = KubeObject & {
  readonly spec: { readonly selector?: StringMap; readonly replicas?: number; readonly template?: PodTemplateSpec };
  readonly status?: { readonly replicas?: number; readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string }[] };
};

export function describeReplicationController({ object, events, now }: Described<ReplicationControllerLike>, pods: readonly Pod[]): Lines {
  const { metadata, spec, status } = object;
  return [
    `Name:\t${metadata.name}`, `Namespace:\t${metadata.namespace ?? ''}`, `Selector:\t${pairsText(spec.selector)}`, ...labelLines('Labels', metadata.labels), ...annotationLines('Annotations', metadata.annotations),
    `Replicas:\t${status?.replicas ?? 0} current / ${spec.replicas ?? 1} desired`, `Pods Status:\t${podsStatus(pods)}`, ...templateLines(spec.template),
    ...conditionLines(status?.conditions), ...eventLines(events, now),
  ];
}
