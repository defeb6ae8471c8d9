/** `Volumes:` of a pod or a pod template. @source kubernetes/kubectl pkg/describe/describe.go describeVolumes */
import type { DownwardAPIVolumeFile, EphemeralVolumeSource, Volume, VolumeProjection } from '../../api/kinds/all.ts';
import type { StringMap } from '../../api/meta.ts';
import { compareText } from '../../base/compare.ts';
import type { Lines } from './sections.ts';
import { plainSourceLines } from './sources.ts';

export function volumeLines(volumes: readonly Volume[] | undefined, space: string): Lines {
  if (volumes === undefined || volumes.length === 0) return [`${space}Volumes:\t<none>`];
  return [`${space}Volumes:`, ...volumes.flatMap((volume) => [`  ${space === '' ? '' : ' '}${volume.name}:`, ...sourceLines(volume)])];
}

function sourceLines(volume: Volume): Lines {
  if (volume.projected !== undefined) return ['    Type:\tProjected (a volume that contains injected data from multiple sources)', ...(volume.projected.sources ?? []).flatMap(projectionLines)];
  if (volume.downwardAPI !== undefined) return ['    Type:\tDownwardAPI (a volume populated by information about the pod)', '    Items:', ...(volume.downwardAPI.items ?? []).flatMap(itemLines)];
  if (volume.ephemeral !== undefined) return ['    Type:\tEphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)', ...claimLines(volume.ephemeral.volumeClaimTemplate)];
  return plainSourceLines(volume) ?? ['  <unknown>'];
}

function projectionLines(source: VolumeProjection): Lines {
  if (source.secret !== undefined) return [`    SecretName:\t${source.secret.name ?? ''}`, `    Optional:\t${source.secret.optional ?? false}`];
  if (source.downwardAPI !== undefined) return ['    DownwardAPI:\ttrue'];
  if (source.configMap !== undefined) return [`    ConfigMapName:\t${source.configMap.name ?? ''}`, `    Optional:\t${source.configMap.optional ?? false}`];
  if (source.serviceAccountToken !== undefined) return [`    TokenExpirationSeconds:\t${source.serviceAccountToken.expirationSeconds ?? 3600}`];
  return [];
}

const itemLines = ({ path, fieldRef, resourceFieldRef }: DownwardAPIVolumeFile): Lines => [
  ...(fieldRef === undefined ? [] : [`      ${fieldRef.fieldPath} -> ${path}`]), ...(resourceFieldRef === undefined ? [] : [`      ${resourceFieldRef.resource} -> ${path}`]),
];

interface Template {
  readonly metadata?: { readonly labels?: StringMap; readonly annotations?: StringMap };
  readonly spec?: { readonly storageClassName?: string; readonly volumeName?: string; readonly volumeMode?: string; readonly dataSource?: { readonly apiGroup?: string; readonly kind?: string; readonly name?: string } };
}

/** The claim that the volume will be made from. What stands in several lines is indented once more, as kubectl's nested writer does. */
function claimLines(template: EphemeralVolumeSource['volumeClaimTemplate']): Lines {
  if (template === undefined) return [];
  const { metadata = {}, spec = {} } = template as Template;
  const { dataSource } = spec;
  return [
    `    StorageClass:\t${metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec.storageClassName ?? ''}`, `    Volume:\t${spec.volumeName ?? ''}`,
    ...pairLines('Labels', metadata.labels, '='), ...pairLines('Annotations', metadata.annotations, ': '), '    Capacity:\t', '    Access Modes:\t', `    VolumeMode:\t${spec.volumeMode ?? 'Filesystem'}`,
    ...(dataSource === undefined ? [] : ['    DataSource:', ...(dataSource.apiGroup === undefined ? [] : [`      APIGroup:\t${dataSource.apiGroup}`]), `      Kind:\t${dataSource.kind ?? ''}`, `      Name:\t${dataSource.name ?? ''}`]),
  ];
}

function pairLines(title: string, pairs: StringMap | undefined, by: string): Lines {
  const keys = Object.keys(pairs ?? {}).sort(compareText);
  if (keys.length === 0) return [`    ${title}:\t    <none>`];
  return keys.map((key, i) => `    ${i === 0 ? `${title}:` : `${by === '=' ? '    ' : ''}`}\t    ${key}${by}${pairs?.[key] ?? ''}`);
}
