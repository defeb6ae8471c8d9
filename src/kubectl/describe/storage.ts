/** Volumes, claims, storage classes, CSI nodes. @source kubernetes/kubectl pkg/describe/describe.go describePersistentVolume and below */
import { compareText } from '../../base/compare.ts';
import type { Pod } from '../../api/kinds/all.ts';
import type { KubeObject, StringMap } from '../../api/meta.ts';
import { longTime, since } from '../time-text.ts';
import { annotationLines, eventLines, labelLines, type Lines, pairsText } from './sections.ts';
import { persistentSourceLines } from './sources.ts';
import type { Described } from './types.ts';

interface Terms { readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[] }
interface VolumeSpec {
  readonly claimRef?: { readonly namespace?: string; readonly name?: string }; readonly persistentVolumeReclaimPolicy?: string; readonly accessModes?: readonly string[]; readonly volumeMode?: string;
  readonly capacity?: StringMap; readonly storageClassName?: string; readonly nodeAffinity?: { readonly required?: { readonly nodeSelectorTerms?: readonly Terms[] } };
}
export type VolumeLike = KubeObject & { readonly spec: VolumeSpec; readonly status?: { readonly phase?: string; readonly message?: string } };

/** Go prints lists in brackets. */
const list = (words: readonly string[] | undefined): string => `[${(words ?? []).join(' ')}]`;
const MODES: StringMap = { ReadWriteOnce: 'RWO', ReadOnlyMany: 'ROX', ReadWriteMany: 'RWX', ReadWriteOncePod: 'RWOP' };
const modesText = (modes: readonly string[] | undefined): string => Object.keys(MODES).filter((mode) => modes?.includes(mode)).map((mode) => MODES[mode] ?? '').join(',');
const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';
const statusLine = (object: KubeObject, phase: string | undefined, now: Described['now']): string => (object.metadata.deletionTimestamp === undefined ? `Status:\t${phase ?? ''}` : `Status:\tTerminating (lasts ${since(object.metadata.deletionTimestamp, now)})`);

export function describeVolume({ object, events, now }: Described<VolumeLike>): Lines {
  const { metadata, spec, status = {} } = object;
  return [
    `Name:\t${metadata.name}`, ...labelLines('Labels', metadata.labels), ...annotationLines('Annotations', metadata.annotations), `Finalizers:\t${list(metadata.finalizers)}`,
    `StorageClass:\t${metadata.annotations?.[BETA_CLASS] ?? spec.storageClassName ?? ''}`, statusLine(object, status.phase, now),
    `Claim:\t${spec.claimRef === undefined ? '' : `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}`}`, `Reclaim Policy:\t${spec.persistentVolumeReclaimPolicy ?? ''}`,
    `Access Modes:\t${modesText(spec.accessModes)}`, ...(spec.volumeMode === undefined ? [] : [`VolumeMode:\t${spec.volumeMode}`]), `Capacity:\t${spec.capacity?.['storage'] ?? '0'}`,
    ...affinityLines(spec.nodeAffinity?.required?.nodeSelectorTerms), `Message:\t${status.message ?? ''}`, 'Source:', ...persistentSourceLines(spec), ...eventLines(events, now),
  ];
}

function affinityLines(terms: readonly Terms[] | undefined): Lines {
  if (terms === undefined) return ['Node Affinity:\t<none>'];
  if (terms.length === 0) return ['Node Affinity:\t', '  Required Terms:\t<none>'];
  return ['Node Affinity:\t', '  Required Terms:\t', ...terms.flatMap((term, i) => termLines(`    Term ${i}:`, (term.matchExpressions ?? []).map((each) => `${each.key} ${each.operator.toLowerCase()}${(each.values ?? []).length === 0 ? '' : ` [${(each.values ?? []).join(', ')}]`}`)))];
}

function termLines(title: string, texts: readonly string[]): Lines {
  if (texts.length === 0) return [`${title}\t<none>`];
  return texts.map((text, i) => (i === 0 ? `${title}\t${text}` : `    \t${text}`));
}

interface ClaimCondition { readonly type?: string; readonly status?: string; readonly lastProbeTime?: string | null; readonly lastTransitionTime?: string | null; readonly reason?: string; readonly message?: string }
export type ClaimLike = KubeObject & {
  readonly spec: { readonly storageClassName?: string; readonly volumeName?: string; readonly volumeMode?: string; readonly accessModes?: readonly string[]; readonly resources?: { readonly requests?: StringMap }; readonly dataSource?: { readonly apiGroup?: string; readonly kind?: string; readonly name?: string } };
  readonly status?: { readonly phase?: string; readonly accessModes?: readonly string[]; readonly capacity?: StringMap; readonly conditions?: readonly ClaimCondition[] };
};

export function describeClaim({ object, events, now }: Described<ClaimLike>, users: readonly Pod[]): Lines {
  const { metadata, spec, status = {} } = object;
  const isBound = (spec.volumeName ?? '') !== '';
  const { dataSource } = spec;
  // A pod that has the claim in two volumes is listed twice.
  const names = users.map((pod) => pod.metadata.name).sort(compareText);
  return [
    `Name:\t${metadata.name}`, `Namespace:\t${metadata.namespace ?? ''}`, `StorageClass:\t${metadata.annotations?.[BETA_CLASS] ?? spec.storageClassName ?? ''}`, statusLine(object, status.phase, now), `Volume:\t${spec.volumeName ?? ''}`,
    ...labelLines('Labels', metadata.labels), ...annotationLines('Annotations', metadata.annotations), `Finalizers:\t${list(metadata.finalizers)}`,
    `Capacity:\t${isBound ? status.capacity?.['storage'] ?? '0' : ''}`, `Access Modes:\t${isBound ? modesText(status.accessModes) : ''}`, ...(spec.volumeMode === undefined ? [] : [`VolumeMode:\t${spec.volumeMode}`]),
    ...(dataSource === undefined ? [] : ['DataSource:', ...(dataSource.apiGroup === undefined ? [] : [`  APIGroup:\t${dataSource.apiGroup}`]), `  Kind:\t${dataSource.kind ?? ''}`, `  Name:\t${dataSource.name ?? ''}`]),
    ...(names.length === 0 ? ['Used By:\t<none>'] : names.map((name, i) => (i === 0 ? `Used By:\t${name}` : `\t${name}`))),
    ...conditionLines(status.conditions ?? []), ...eventLines(events, now),
  ];
}

function conditionLines(conditions: readonly ClaimCondition[]): Lines {
  if (conditions.length === 0) return [];
  const rows = conditions.map((each) => `  ${each.type ?? ''} \t${each.status ?? ''} \t${longTime(each.lastProbeTime)} \t${longTime(each.lastTransitionTime)} \t${each.reason ?? ''} \t${each.message ?? ''}`);
  return ['Conditions:', '  Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage', '  ----\t------\t-----------------\t------------------\t------\t-------', ...rows];
}

interface Topology { readonly matchLabelExpressions?: readonly { readonly key: string; readonly values?: readonly string[] }[] }
export type StorageClassLike = KubeObject & {
  readonly provisioner?: string; readonly parameters?: StringMap; readonly allowVolumeExpansion?: boolean; readonly mountOptions?: readonly string[]; readonly reclaimPolicy?: string; readonly volumeBindingMode?: string;
  readonly allowedTopologies?: readonly Topology[];
};
const DEFAULT_CLASS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];

export function describeStorageClass({ object, events, now }: Described<StorageClassLike>): Lines {
  const { metadata } = object;
  const isDefault = DEFAULT_CLASS.some((key) => metadata.annotations?.[key] === 'true');
  const options = object.mountOptions ?? [];
  return [
    `Name:\t${metadata.name}`, `IsDefaultClass:\t${isDefault ? 'Yes' : 'No'}`, `Annotations:\t${pairsText(metadata.annotations)}`, `Provisioner:\t${object.provisioner ?? ''}`, `Parameters:\t${pairsText(object.parameters)}`,
    `AllowVolumeExpansion:\t${object.allowVolumeExpansion === undefined ? '<unset>' : object.allowVolumeExpansion ? 'True' : 'False'}`, ...(options.length === 0 ? ['MountOptions:\t<none>'] : ['MountOptions:', ...options.map((option) => `  ${option}`)]),
    ...(object.reclaimPolicy === undefined ? [] : [`ReclaimPolicy:\t${object.reclaimPolicy}`]), ...(object.volumeBindingMode === undefined ? [] : [`VolumeBindingMode:\t${object.volumeBindingMode}`]),
    ...(object.allowedTopologies === undefined ? [] : topologyLines(object.allowedTopologies)), ...eventLines(events, now),
  ];
}

function topologyLines(terms: readonly Topology[]): Lines {
  if (terms.length === 0) return ['AllowedTopologies:\t<none>'];
  return ['AllowedTopologies:\t', ...terms.flatMap((term, i) => termLines(`  Term ${i}:`, (term.matchLabelExpressions ?? []).map((each) => `${each.key} in [${(each.values ?? []).join(', ')}]`)))];
}

export type CsiNodeLike = KubeObject & { readonly spec?: { readonly drivers?: readonly { readonly name: string; readonly nodeID?: string; readonly allocatable?: { readonly count?: number }; readonly topologyKeys?: readonly string[] }[] } };

export function describeCsiNode({ object, events, now }: Described<CsiNodeLike>): Lines {
  const { metadata, spec = {} } = object;
  return [
    `Name:\t${metadata.name}`, ...labelLines('Labels', metadata.labels), ...annotationLines('Annotations', metadata.annotations), `CreationTimestamp:\t${longTime(metadata.creationTimestamp)}`, 'Spec:',
    ...(spec.drivers === undefined ? [] : ['  Drivers:', ...spec.drivers.flatMap((driver) => [
      `    ${driver.name}:`, `      Node ID:\t${driver.nodeID ?? ''}`, ...(driver.allocatable?.count === undefined ? [] : ['      Allocatables:', `        Count:\t${driver.allocatable.count}`]),
      ...(driver.topologyKeys === undefined ? [] : [`      Topology Keys:\t${list(driver.topologyKeys)}`]),
    ])]), ...eventLines(events, now),
  ];
}
