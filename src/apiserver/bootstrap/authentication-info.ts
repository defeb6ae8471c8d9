/**
 * What extension API servers and others must know to trust what this server tells of its clients, and since when tokens of Secrets are tracked.
 *
 * @source kubernetes/kubernetes pkg/controlplane/controller/clusterauthenticationtrust, pkg/controlplane/controller/legacytokentracking
 * @fidelity simplified: written at the start of a server where they are missing; what somebody changes afterwards stays as it is
 */
import { deepFreeze, type Micros } from '../../base/data.ts';
import type { KubeObject } from '../../api/meta.ts';
import { dayText } from '../../api/kinds/core/legacy-token.ts';
import type { ServerConfig } from '../config.ts';

/** Headers in which a user is passed on. @source kubernetes/kubernetes cmd/kubeadm/app/phases/controlplane/manifests.go (--requestheader-*) */
const HEADERS = {
  'requestheader-allowed-names': ['front-proxy-client'], 'requestheader-extra-headers-prefix': ['X-Remote-Extra-'], 'requestheader-group-headers': ['X-Remote-Group'], 'requestheader-username-headers': ['X-Remote-User'],
} as const;

/** `--client-ca-file` and the authority of the front proxy; nothing in a cluster without them. */
export function authenticationInfo({ clientCA, requestHeaderCA }: Pick<ServerConfig, 'clientCA' | 'requestHeaderCA'>): readonly KubeObject[] {
  if (clientCA === undefined || requestHeaderCA === undefined) return [];
  const headers = Object.fromEntries(Object.entries(HEADERS).map(([key, names]) => [key, JSON.stringify(names)]));
  const data = { 'client-ca-file': clientCA, ...headers, 'requestheader-client-ca-file': requestHeaderCA };
  return [deepFreeze({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'extension-apiserver-authentication', namespace: 'kube-system' }, data })];
}

/** The day from which on the use of tokens is known. */
export function tokenTracking(now: Micros): readonly KubeObject[] {
  return [deepFreeze({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kube-apiserver-legacy-service-account-token-tracking', namespace: 'kube-system' }, data: { since: dayText(now) } })];
}
