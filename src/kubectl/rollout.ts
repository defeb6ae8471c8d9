/** A deployment and its replica sets.
 * @source kubernetes/kubectl pkg/util/deployment/deployment.go */
import type { Deployment, ReplicaSet } from '../api/kinds/all.ts';
import { equalData } from '../base/compare.ts';

export const REVISION = 'deployment.kubernetes.io/revision';
export const CHANGE_CAUSE = 'kubernetes.io/change-cause';

/** The revision of a deployment or replica set; 0 without one. */
export const revisionOf = (object: Deployment | ReplicaSet): number => Number(object.metadata.annotations?.[REVISION] ?? '0') || 0;

/** Replica sets that the deployment controls, oldest revision first. */
export function ownedSets(deployment: Deployment, sets: readonly ReplicaSet[]): readonly ReplicaSet[] {
  return sets.filter((set) => set.metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === deployment.metadata.uid)).sort((a, b) => revisionOf(a) - revisionOf(b));
}

/** A template without the label that tells replica sets apart. */
export function plainTemplate(template: ReplicaSet['spec']['template']): ReplicaSet['spec']['template'] {
  if (template?.metadata?.labels?.['pod-template-hash'] === undefined) return template;
  const { 'pod-template-hash': _hash, ...labels } = template.metadata.labels;
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** The replica set of the present template. */
export function currentSet(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return sets.find((set) => equalData(plainTemplate(set.spec.template), deployment.spec.template));
}
