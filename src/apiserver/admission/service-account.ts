import { podSecretNames } from '../../api/kinds/core/pod-secrets.ts';
import type { Container, Pod, PodSpec, ServiceAccount, Volume } from '../../api/kinds/all.ts';
import { deepFreeze } from '../../base/data.ts';
import { hashText } from '../../base/prng.ts';
import { generatedName, generatedNameAlphabet, generatedNameSuffixLength } from '../../api/names.ts';
import { failure, type Status } from '../../api/status.ts';
import type { Server } from '../state.ts';
import { type AdmissionAttributes, definePlugin, isPod, lookupOf, refused } from './plugin.ts';
import { unlistedInEnvironment, unlistedSecret } from './pod-secrets.ts';

/** Where every container finds the token. @source kubernetes/kubernetes plugin/pkg/admission/serviceaccount/admission.go */
const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
/** One hour and seven odd seconds: so that the real API server recognises tokens that it may extend. @source same file (WarnOnlyBoundTokenExpirationPeriod) */
const TOKEN_EXPIRATION_SECONDS = 3607;
/** The default account may still be on its way; it is looked up this often before the pod is refused. */
const DEFAULT_ACCOUNT_ATTEMPTS = 10;
const MIRROR_POD = 'kubernetes.io/config.mirror';
/** Pods of such an account use only the secrets that it lists. */
const ENFORCE_SECRETS = 'kubernetes.io/enforce-mountable-secrets';

/**
 * Gives each pod a service account and mounts its token.
 *
 * @fidelity simplified: the random part of the volume's name is the same for all pods of one owner (without owner: of one service account), so that they share one spec
 */
export const serviceAccount = definePlugin({
  name: 'ServiceAccount',
  source: 'plugin/pkg/admission/serviceaccount/admission.go',
  mutate(attributes, { state }) {
    const pod = attributes.object as Pod;
    if (attributes.operation !== 'CREATE' || !isPod(attributes) || pod.metadata.annotations?.[MIRROR_POD] !== undefined) return pod;
    const wanted = pod.spec.serviceAccountName;
    const name = wanted === undefined || wanted === '' ? 'default' : wanted;
    const key = `/registry/serviceaccounts/${attributes.namespace}/${name}`;
    const account = state.caches.get('/serviceaccounts')?.items.get(key) as ServiceAccount | undefined;
    if (account === undefined) {
      if (!attributes.learned.has(key)) return lookupOf(key, { resource: '/serviceaccounts', attempts: name === 'default' ? DEFAULT_ACCOUNT_ATTEMPTS : 1 });
      return refused(attributes, `error looking up service account ${attributes.namespace}/${name}: serviceaccount "${name}" not found`);
    }
    const spec = specFor(pod.spec, { account, name, suffix: suffixFor(pod, account) });
    return spec === pod.spec ? pod : { ...pod, spec };
  },
  validate(attributes, { state }) {
    if (attributes.operation === 'UPDATE' && attributes.subresource === 'ephemeralcontainers' && attributes.descriptor.kind === 'Pod') return aboutDebugging(attributes, state);
    if (attributes.operation !== 'CREATE' || !isPod(attributes)) return undefined;
    const { metadata, spec } = attributes.object as Pod;
    if (metadata.annotations?.[MIRROR_POD] !== undefined) {
      const thing = foreignTo(spec);
      return thing === '' ? undefined : refused(attributes, `a mirror pod may not ${thing}`);
    }
    const account = state.caches.get('/serviceaccounts')?.items.get(`/registry/serviceaccounts/${attributes.namespace}/${spec.serviceAccountName ?? ''}`) as ServiceAccount | undefined;
    if (account?.metadata.annotations?.[ENFORCE_SECRETS] !== 'true') return undefined;
    const why = unlistedSecret(spec, account);
    return why === '' ? undefined : refused(attributes, why);
  },
});

/**
 * Containers that are added to debug use the secrets of the account alone. The refusal is no answer of the API's own, as upstream's is none.
 * @source plugin/pkg/admission/serviceaccount/admission.go (limitEphemeralContainerSecretReferences)
 */
function aboutDebugging(attributes: AdmissionAttributes, state: Server['state']): Status | undefined {
  const { spec } = attributes.object as Pod;
  const name = spec.serviceAccountName ?? '';
  const account = state.caches.get('/serviceaccounts')?.items.get(`/registry/serviceaccounts/${attributes.namespace}/${name}`) as ServiceAccount | undefined;
  if (account === undefined) return refused(attributes, `error looking up service account ${attributes.namespace}/${name}: serviceaccount "${name}" not found`);
  if (account.metadata.annotations?.[ENFORCE_SECRETS] !== 'true') return undefined;
  const message = unlistedInEnvironment(spec.ephemeralContainers ?? [], 'ephemeral container', account);
  return message === '' ? undefined : failure({ code: 500, reason: '', message });
}

/** What a pod from a file of a node refers to in the cluster; '' = nothing. */
function foreignTo(spec: PodSpec): string {
  if (spec.serviceAccountName) return 'reference service accounts';
  if (podSecretNames(spec).length > 0) return 'reference secrets';
  const tokens = spec.volumes?.some(({ projected }) => projected?.sources?.some((source) => source.serviceAccountToken !== undefined) === true) === true;
  return tokens ? 'use ServiceAccountToken volume projections' : '';
}

interface Wish { readonly account: ServiceAccount; readonly name: string; readonly suffix: string }

/** Spec → the spec with account and token, and for which wish; a pure function of both. */
const known = new WeakMap<PodSpec, Wish & { readonly result: PodSpec }>();

function specFor(spec: PodSpec, wish: Wish): PodSpec {
  const memo = known.get(spec);
  if (memo !== undefined && memo.account === wish.account && memo.name === wish.name && memo.suffix === wish.suffix) return memo.result;
  const result = deepFreeze(change(spec, wish));
  known.set(spec, { ...wish, result });
  return result;
}

function change(spec: PodSpec, { account, name, suffix }: Wish): PodSpec {
  let changed: PodSpec = spec.serviceAccountName === name ? spec : { ...spec, serviceAccountName: name, serviceAccount: name };
  if ((spec.imagePullSecrets?.length ?? 0) === 0 && (account.imagePullSecrets?.length ?? 0) > 0) {
    changed = { ...changed, imagePullSecrets: account.imagePullSecrets ?? [] };
  }
  const automount = spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
  return automount ? mountToken(changed, suffix) : changed;
}

function mountToken(spec: PodSpec, suffix: string): PodSpec {
  const existing = spec.volumes?.find(volume => volume.name.startsWith('kube-api-access-'))?.name;
  const volumeName = existing ?? `kube-api-access-${suffix}`;
  const containers = withMount(spec.containers, volumeName);
  const initContainers = spec.initContainers === undefined ? undefined : withMount(spec.initContainers, volumeName);
  if (containers === spec.containers && initContainers === spec.initContainers) return spec;
  return {
    ...spec, containers, ...(initContainers === undefined ? {} : { initContainers }),
    ...(existing === undefined ? { volumes: [...(spec.volumes ?? []), tokenVolume(volumeName)] } : {}),
  };
}

function withMount(containers: readonly Container[], name: string): readonly Container[] {
  const lacks = (container: Container): boolean => container.volumeMounts?.some(mount => mount.mountPath === TOKEN_PATH) !== true;
  if (!containers.some(lacks)) return containers;
  const mount = { name, readOnly: true, mountPath: TOKEN_PATH };
  return containers.map(container => (lacks(container) ? { ...container, volumeMounts: [...(container.volumeMounts ?? []), mount] } : container));
}

function tokenVolume(name: string): Volume {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_EXPIRATION_SECONDS, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
      ],
      defaultMode: 420,
    },
  };
}

/** Five characters from the owner, or from the service account. */
function suffixFor(pod: Pod, account: ServiceAccount): string {
  const owner = pod.metadata.ownerReferences?.find(reference => reference.controller === true)?.uid;
  let hash = hashText(owner ?? account.metadata.uid ?? '');
  const draws: number[] = [];
  for (let i = 0; i < generatedNameSuffixLength; i++) {
    draws.push(hash % generatedNameAlphabet.length);
    hash = Math.floor(hash / generatedNameAlphabet.length);
  }
  return generatedName('', draws);
}
