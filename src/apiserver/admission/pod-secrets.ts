/** Which secrets a pod refers to. @source kubernetes pkg/api/pod/util.go (VisitPodSecretNames) */
import type { PodSpec, ServiceAccount } from '../../api/kinds/all.ts';

/** Whether any part of a pod names a secret. */
export function refersToSecrets(spec: PodSpec): boolean {
  const containers = [...spec.initContainers ?? [], ...spec.containers];
  return (spec.imagePullSecrets?.length ?? 0) > 0
    || (spec.volumes ?? []).some(({ secret, projected }) => secret !== undefined || projected?.sources?.some((source) => source.secret !== undefined) === true)
    || containers.some(({ env, envFrom }) => env?.some(({ valueFrom }) => valueFrom?.secretKeyRef !== undefined) === true || envFrom?.some(({ secretRef }) => secretRef !== undefined) === true);
}

/** The first secret of a pod that its account does not list, as messages name it; '' = none.
 * @source kubernetes plugin/pkg/admission/serviceaccount/admission.go (limitSecretReferences) */
export function unlistedSecret(spec: PodSpec, account: ServiceAccount): string {
  const lacks = (list: readonly { readonly name?: string }[] | undefined, name = ''): boolean => list?.some((each) => each.name === name) !== true;
  const because = (kind: string): string => `is not allowed because service account ${account.metadata.name} does not reference that ${kind}`;
  const volume = spec.volumes?.find(({ secret }) => secret !== undefined && lacks(account.secrets, secret.secretName));
  if (volume !== undefined) return `volume with secret.secretName="${volume.secret?.secretName ?? ''}" ${because('secret')}`;
  for (const { containers, word } of [{ containers: spec.initContainers ?? [], word: 'init container' }, { containers: spec.containers, word: 'container' }]) {
    for (const { name, env = [] } of containers) {
      const found = env.find(({ valueFrom }) => valueFrom?.secretKeyRef !== undefined && lacks(account.secrets, valueFrom.secretKeyRef.name));
      if (found !== undefined) return `${word} ${name} with envVar ${found.name} referencing secret.secretName="${found.valueFrom?.secretKeyRef?.name ?? ''}" ${because('secret')}`;
    }
  }
  const index = (spec.imagePullSecrets ?? []).findIndex(({ name }) => lacks(account.imagePullSecrets, name));
  return index < 0 ? '' : `imagePullSecrets[${index}].name="${spec.imagePullSecrets?.[index]?.name ?? ''}" ${because('imagePullSecret')}`;
}
