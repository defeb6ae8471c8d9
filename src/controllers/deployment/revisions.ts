/**
 * Revisions: which ReplicaSet holds which version of the template, and the annotations that say so.
 *
 * @source kubernetes/kubernetes pkg/controller/deployment/util/deployment_util.go, sync.go
 */
import { equalData } from '../../base/compare.ts';
import { deepFreeze } from '../../base/data.ts';
import type { StringMap } from '../../api/meta.ts';
import type { Deployment } from '../../api/kinds/apps/deployment.ts';
import type { ReplicaSet } from '../../api/kinds/apps/replica-set.ts';
import type { PodTemplateSpec } from '../../api/kinds/core/pod-spec.ts';
import { controllerReference, POD_TEMPLATE_HASH, templateHash } from '../template.ts';
import { compareAge, DESIRED_REPLICAS, MAX_REPLICAS, maxSurge, replicasOf } from './arithmetic.ts';

export const REVISION = 'deployment.kubernetes.io/revision';
const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
/** Annotations of a Deployment that its sets do not inherit. */
const NOT_INHERITED: readonly string[] = [
  'kubectl.kubernetes.io/last-applied-configuration', REVISION, REVISION_HISTORY, DESIRED_REPLICAS, MAX_REPLICAS, 'deprecated.deployment.rollback.to',
];

/** Upstream cuts the history annotation at this length. @source pkg/controller/deployment/util/deployment_util.go (maxRevHistoryLengthInChars) */
const HISTORY_LENGTH_MAX = 2000;

/** The revision of a Deployment or ReplicaSet; 0 when it has none. */
export function revisionOf(object: Deployment | ReplicaSet): number {
  const text = object.metadata.annotations?.[REVISION];
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : 0;
}

export function maxRevision(sets: readonly ReplicaSet[]): number {
  let most = 0;
  for (const set of sets) most = Math.max(most, revisionOf(set));
  return most;
}

/** Equal apart from the hash label. */
export function sameTemplate(a: PodTemplateSpec | undefined, b: PodTemplateSpec): boolean {
  if (a === undefined) return false;
  if (!equalData(a.spec, b.spec)) return false;
  return equalData(withoutHash(a.metadata), withoutHash(b.metadata));
}

function withoutHash(metadata: PodTemplateSpec['metadata']): unknown {
  const { labels, ...rest } = metadata ?? {};
  const { [POD_TEMPLATE_HASH]: _hash, ...others } = labels ?? {};
  return { ...rest, labels: others };
}

/** The set of the current template: the oldest when there are several. */
export function findNewSet(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return [...sets].sort(compareAge).find(set => sameTemplate(set.spec.template, deployment.spec.template));
}

/** Annotations of the set of a revision; the same map comes back when nothing changes. */
export function newSetAnnotations(deployment: Deployment, before: StringMap, revision: number, exists: boolean): StringMap {
  const wanted: Record<string, string> = { ...before };
  for (const [name, value] of Object.entries(deployment.metadata.annotations ?? {})) if (!NOT_INHERITED.includes(name)) wanted[name] = value;
  const old = before[REVISION];
  if (old === undefined || Number(old) < revision) {
    wanted[REVISION] = String(revision);
    if (old !== undefined) wanted[REVISION_HISTORY] = history(before[REVISION_HISTORY], old);
  }
  if (!exists) Object.assign(wanted, replicasAnnotations(deployment));
  return equalData(wanted, before) ? before : wanted;
}

function history(before: string | undefined, revision: string): string {
  let revisions = (before ?? '').split(',').filter(one => one !== '' && one !== revision);
  revisions = [...revisions, revision];
  while (revisions.join(',').length > HISTORY_LENGTH_MAX) revisions = revisions.slice(1);
  return revisions.join(',');
}

/** What a set remembers of its Deployment's size, for later proportional scaling. */
export function replicasAnnotations(deployment: Deployment): StringMap {
  const desired = replicasOf(deployment);
  return { [DESIRED_REPLICAS]: String(desired), [MAX_REPLICAS]: String(desired + maxSurge(deployment)) };
}

/** The set for the current template, without a size. */
export function newSet(deployment: Deployment, revision: number): ReplicaSet {
  const { template } = deployment.spec;
  const hash = templateHash(template, deployment.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [POD_TEMPLATE_HASH]: hash };
  const { matchLabels, ...selector } = deployment.spec.selector;
  const minReadySeconds = deployment.spec.minReadySeconds ?? 0;
  return deepFreeze<ReplicaSet>({
    apiVersion: 'apps/v1', kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`, namespace: deployment.metadata.namespace ?? '', labels,
      annotations: newSetAnnotations(deployment, {}, revision, false), ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: 0, ...(minReadySeconds > 0 ? { minReadySeconds } : {}),
      selector: { ...selector, matchLabels: { ...matchLabels, [POD_TEMPLATE_HASH]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  });
}
