/** Which secrets a pod may not refer to. */
import type { Container, PodSpec, ServiceAccount } from '../../api/kinds/all.ts';

/** The first secret in the environment of containers that an account does not list, as messages name it; '' = none. */
export function unlistedInEnvironment(containers: readonly Container[], word: string, { metadata, secrets = [] }: ServiceAccount): string {
  const because = `is not allowed because service account ${metadata.name} does not reference that secret`;
  const lacks = (name = ''): boolean => !secrets.some((each) => each.name === name);
  for (const { name, env = [], envFrom = [] } of containers) {
    const one = env.find(({ valueFrom }) => valueFrom?.secretKeyRef !== undefined && lacks(valueFrom.secretKeyRef.name));
    if (one !== undefined) return `${word} ${name} with envVar ${one.name} referencing secret.secretName="${one.valueFrom?.secretKeyRef?.name ?? ''}" ${because}`;
    const all = envFrom.find(({ secretRef }) => secretRef !== undefined && lacks(secretRef.name));
    if (all !== undefined) return `${word} ${name} with envFrom referencing secret.secretName="${all.secretRef?.name ?? ''}" ${because}`;
  }
  return '';
}

/** The first secret of a pod that its account does not list, as messages name it; '' = none.
 * @source kubernetes plugin/pkg/admission/serviceaccount/admission.go (limitSecretReferences) */
export function unlistedSecret(spec: PodSpec, account: ServiceAccount): string {
  const lacks = (list: readonly { readonly name?: string }[] | undefined, name = ''): boolean => list?.some((each) => each.name === name) !== true;
  const because = (kind: string): string => `is not allowed because service account ${account.metadata.name} does not reference that ${kind}`;
  const volume = spec.volumes?.find(({ secret }) => secret !== undefined && lacks(account.secrets, secret.secretName));
  if (volume !== undefined) return `volume with secret.secretName="${volume.secret?.secretName ?? ''}" ${because('secret')}`;
  for (const { containers, word } of [{ containers: spec.initContainers ?? [], word: 'init container' }, { containers: spec.containers, word: 'container' }]) {
    const found = unlistedInEnvironment(containers, word, account);
    if (found !== '') return found;
  }
  const index = (spec.imagePullSecrets ?? []).findIndex(({ name }) => lacks(account.imagePullSecrets, name));
  return index < 0 ? '' : `imagePullSecrets[${index}].name="${spec.imagePullSecrets?.[index]?.name ?? ''}" ${because('imagePullSecret')}`;
}
