/**
 * The pods of a StatefulSet: their names, their identity, their claims, and which revision they are made from.
 *
 * @source kubernetes/kubernetes pkg/controller/statefulset/stateful_set_utils.go
 */
import { equalData } from '../../base/compare.ts';
import { deepFreeze, type Micros } from '../../base/data.ts';
import type { StringMap } from '../../api/meta.ts';
import type { ControllerRevision } from '../../api/kinds/apps/controller-revision.ts';
import type { StatefulSet } from '../../api/kinds/apps/stateful-set.ts';
import type { PersistentVolumeClaim } from '../../api/kinds/core/persistent-volume-claim.ts';
import type { Pod } from '../../api/kinds/core/pod.ts';
import type { Volume } from '../../api/kinds/core/volume.ts';
import { REVISION_HASH, templateOf } from '../history.ts';
import { isPodAvailable, isPodReady } from '../pods.ts';
import { podFromTemplate } from '../template.ts';

/** Labels of a pod that only it has. @source k8s.io/api apps/v1 types.go */
const POD_NAME = 'statefulset.kubernetes.io/pod-name';
const POD_INDEX = 'apps.kubernetes.io/pod-index';

export const replicasOf = ({ spec }: StatefulSet): number => spec.replicas ?? 1;
export const startOf = ({ spec }: StatefulSet): number => spec.ordinals?.start ?? 0;
/** Pods come and go one by one, each after the one before it is available. */
export const isOrdered = ({ spec }: StatefulSet): boolean => spec.podManagementPolicy !== 'Parallel';

/** The ordinal in a pod's name, when the name is one of the set's; -1 otherwise. */
export function ordinalOf(set: StatefulSet, name: string): number {
  const tail = name.startsWith(`${set.metadata.name}-`) ? name.slice(set.metadata.name.length + 1) : '';
  return /^\d{1,10}$/.test(tail) ? Number(tail) : -1;
}

export const isInRange = (set: StatefulSet, ordinal: number): boolean => ordinal >= startOf(set) && ordinal < startOf(set) + replicasOf(set);

/** Name of the claim of a pod by the name of the template. */
const claimNameOf = (set: StatefulSet, template: string, ordinal: number): string => `${template}-${set.metadata.name}-${ordinal}`;

/** A pod has been stored: one that is only planned has no phase. */
export const isCreated = (pod: Pod): boolean => pod.status?.phase !== undefined;
export const isTerminating = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined;
export const isRunningAndReady = (pod: Pod): boolean => pod.status?.phase === 'Running' && isPodReady(pod);
export const isRunningAndAvailable = (pod: Pod, set: StatefulSet, now: Micros): boolean => isRunningAndReady(pod) && isPodAvailable(pod, set.spec.minReadySeconds ?? 0, now);
export const isHealthy = (pod: Pod): boolean => isRunningAndReady(pod) && !isTerminating(pod);
export const revisionOfPod = (pod: Pod): string => pod.metadata.labels?.[REVISION_HASH] ?? '';

/** The revisions of a look: what pods were and what they shall be. */
export interface Revisions { readonly current: ControllerRevision; readonly update: ControllerRevision }

/** A pod for an ordinal; below the partition, or below what has not been updated yet, at the old revision. */
export function plannedPod(set: StatefulSet, { current, update }: Revisions, ordinal: number): Pod {
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  const kept = rollingUpdate === undefined ? set.status?.currentReplicas ?? 0 : rollingUpdate.partition ?? 0;
  const isOld = type !== 'OnDelete' && ordinal < startOf(set) + kept;
  return podAt(set, isOld ? current : update, ordinal);
}

function podAt(set: StatefulSet, revision: ControllerRevision, ordinal: number): Pod {
  const name = `${set.metadata.name}-${ordinal}`;
  const template = templateOf(revision);
  const pod = podFromTemplate(template, set);
  const { serviceName = '' } = set.spec;
  return deepFreeze<Pod>({
    ...pod, metadata: { ...pod.metadata, name, labels: { ...pod.metadata.labels, ...ownLabels(name, ordinal), [REVISION_HASH]: revision.metadata.name } },
    spec: { ...template.spec, hostname: name, ...(serviceName !== '' ? { subdomain: serviceName } : {}), ...withVolumes(template.spec.volumes, set, ordinal) },
  });
}

const ownLabels = (name: string, ordinal: number): StringMap => ({ [POD_NAME]: name, [POD_INDEX]: String(ordinal) });

/** The claims of the set take the place of volumes of the same names. */
function withVolumes(volumes: readonly Volume[] = [], set: StatefulSet, ordinal: number): { readonly volumes?: readonly Volume[] } {
  const claims = (set.spec.volumeClaimTemplates ?? []).map(({ metadata }): Volume => {
    const name = metadata?.name ?? '';
    return { name, persistentVolumeClaim: { claimName: claimNameOf(set, name, ordinal) } };
  });
  const all = [...claims, ...volumes.filter(volume => !claims.some(({ name }) => name === volume.name))];
  return all.length === 0 ? {} : { volumes: all };
}

/** Whether a pod carries the name, the labels and the claims that belong to its ordinal. */
export function matchesIdentity(set: StatefulSet, pod: Pod): boolean {
  const { name, labels } = pod.metadata;
  const ordinal = ordinalOf(set, name);
  if (ordinal < 0 || labels?.[POD_NAME] !== name || labels[POD_INDEX] !== String(ordinal)) return false;
  return (set.spec.volumeClaimTemplates ?? []).every(({ metadata }) => {
    const volume = pod.spec.volumes?.find(one => one.name === metadata?.name);
    return volume?.persistentVolumeClaim?.claimName === claimNameOf(set, metadata?.name ?? '', ordinal);
  });
}

/** The pod with the labels that belong to it. */
export function withIdentity(set: StatefulSet, pod: Pod): Pod {
  const labels = { ...pod.metadata.labels, ...ownLabels(pod.metadata.name, ordinalOf(set, pod.metadata.name)) };
  return equalData(labels, pod.metadata.labels) ? pod : deepFreeze({ ...pod, metadata: { ...pod.metadata, labels } });
}

/** The claims of an ordinal. */
export function claimsOf(set: StatefulSet, ordinal: number): readonly PersistentVolumeClaim[] {
  return (set.spec.volumeClaimTemplates ?? []).map(template => deepFreeze({
    apiVersion: 'v1', kind: 'PersistentVolumeClaim',
    metadata: {
      ...template.metadata, name: claimNameOf(set, template.metadata?.name ?? '', ordinal), namespace: set.metadata.namespace ?? '',
      labels: { ...template.metadata?.labels, ...set.spec.selector.matchLabels },
    },
    spec: template.spec ?? {},
  } as PersistentVolumeClaim));
}
