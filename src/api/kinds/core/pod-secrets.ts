import type { PodSpec } from './pod-spec.ts';

/** The names of the Secrets that a pod uses, each as often as it does. @source kubernetes/kubernetes pkg/api/v1/pod/util.go (VisitPodSecretNames) */
export function podSecretNames(spec: PodSpec): readonly string[] {
  const names = (spec.imagePullSecrets ?? []).map(({ name }) => name);
  for (const { env = [], envFrom = [] } of [...spec.initContainers ?? [], ...spec.containers, ...spec.ephemeralContainers ?? []]) {
    names.push(...envFrom.map(({ secretRef }) => secretRef?.name), ...env.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name));
  }
  for (const { projected, ...volume } of spec.volumes ?? []) {
    names.push(...(projected?.sources ?? []).map(({ secret }) => secret?.name));
    // Every other volume refers to at most one, by a field of its source.
    for (const source of Object.values(volume) as readonly (string | SecretFields | undefined)[]) {
      if (typeof source === 'object') names.push(source.secretRef?.name, source.nodePublishSecretRef?.name, source.secretName);
    }
  }
  return names.filter(name => name !== undefined);
}

interface SecretFields { readonly secretName?: string; readonly secretRef?: { readonly name?: string }; readonly nodePublishSecretRef?: { readonly name?: string } }
