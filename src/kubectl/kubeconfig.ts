/**
 * The learner's kubeconfig: clusters, users, and contexts that pair them. It lies in the learner's shell, so it is undone and saved with the
 * world. The first one has one of each, as kubeadm writes it.
 * @source kubernetes/client-go tools/clientcmd/api/v1/types.go
 */
import { deepFreeze, type Result } from '../base/data.ts';
import { decodeBase64Text, encodeBase64Text } from '../api/base64.ts';
import { pemBytes, readCertificate, signedCertificate } from '../api/x509/certificate.ts';
import { simulatedSignature } from '../api/x509/signature.ts';
import type { Credential } from '../api/wire.ts';

export const CLUSTER = 'kubernetes';
export const USER = 'kubernetes-admin';
export const CONTEXT = 'kubernetes-admin@kubernetes';
/** The load balancer in front of the API servers. */
export const SERVER = 'https://10.0.0.10:6443';
/** What `kubectl version` says of itself. */
export const CLIENT_VERSION = 'v1.35.2';
export const KUSTOMIZE_VERSION = 'v5.7.1';
/** Where messages say that the file lies. */
export const KUBECONFIG_PATH = '/Users/learner/.kube/config';
/** Where a client without any configuration looks. */
const NOWHERE = 'http://localhost:8080';

/** Settings of one entry by their names in the file; texts, except `insecure-skip-tls-verify`. */
export type Entry = Readonly<Record<string, string | boolean>>;
/** A kubeconfig: entries by name. */
export interface Kubeconfig {
  readonly clusters: Readonly<Record<string, Entry>>;
  readonly users: Readonly<Record<string, Entry>>;
  readonly contexts: Readonly<Record<string, Entry>>;
  readonly current: string;
}

/** Whom a client certificate names, in the form that this file keeps instead of the certificate. */
const certificateData = (commonName: string, organizations: readonly string[]): string => encodeBase64Text(`CN=${commonName}${organizations.map(each => `,O=${each}`).join('')}`);

/** What kubeadm leaves on the machine of the administrator.
 * @fidelity simplified: the administrator's certificate and key are their subjects as text, not X.509; of certificates that the cluster's signers made, the key is not asked for */
export const firstKubeconfig: Kubeconfig = deepFreeze({
  clusters: { [CLUSTER]: { 'certificate-authority-data': encodeBase64Text('CN=kubernetes'), server: SERVER } },
  users: { [USER]: { 'client-certificate-data': certificateData(USER, ['kubeadm:cluster-admins']), 'client-key-data': encodeBase64Text(`key of ${USER}`) } },
  contexts: { [CONTEXT]: { cluster: CLUSTER, user: USER } },
  current: CONTEXT,
});

/** Whom a command talks to, as whom, and in which namespace when it names none. */
export interface Access { readonly server: string; readonly credential: Credential; readonly namespace: string }
/** The flags of a command that choose among the entries. */
export interface Choice { readonly context?: string; readonly cluster?: string; readonly user?: string; readonly token?: string; readonly server?: string }

const textOf = (entry: Entry | undefined, key: string): string => {
  const value = entry?.[key];
  return typeof value === 'string' ? value : '';
};

/** @source kubernetes/client-go tools/clientcmd/validation.go (errConfigurationInvalid) */
function configurationFault(context: string, cluster: string | undefined): string {
  const lost = `context was not found for specified context: ${context}`;
  return cluster === undefined ? `Error in configuration: ${lost}` : `Error in configuration: \n* ${lost}\n* no server found for cluster ${JSON.stringify(cluster)}`;
}

/** What the entries chosen mean; the error is client-go's sentence. */
export function accessOf(config: Kubeconfig, choice: Choice): Result<Access, string> {
  const contextName = choice.context ?? config.current;
  const context = config.contexts[contextName];
  if (contextName !== '' && context === undefined) return { ok: false, error: configurationFault(contextName, choice.cluster !== undefined && config.clusters[choice.cluster] === undefined ? choice.cluster : undefined) };
  const clusterName = choice.cluster ?? textOf(context, 'cluster');
  const cluster = config.clusters[clusterName];
  if (clusterName !== '' && cluster === undefined) return { ok: false, error: choice.cluster === undefined ? `cluster "${clusterName}" does not exist` : `no server found for cluster "${clusterName}"` };
  const userName = choice.user ?? textOf(context, 'user');
  const user = config.users[userName];
  if (userName !== '' && user === undefined) return { ok: false, error: `auth info "${userName}" does not exist` };
  const credential: Credential = choice.token === undefined ? credentialOf(user) : { type: 'token', token: choice.token };
  return { ok: true, value: { server: choice.server ?? (textOf(cluster, 'server') || NOWHERE), credential, namespace: textOf(context, 'namespace') || 'default' } };
}

/** How a user of the file proves who it is. */
function credentialOf(user: Entry | undefined): Credential {
  const data = textOf(user, 'client-certificate-data');
  const subject = /^CN=([^,]+)((?:,O=[^,]+)*)$/.exec(data === '' ? '' : decodeBase64Text(data));
  if (data !== '') {
    const signed = certificateCredential(decodeBase64Text(data));
    if (signed !== undefined) return signed;
  }
  if (subject?.[1] !== undefined) return { type: 'certificate', commonName: subject[1], organizations: (subject[2] ?? '').split(',O=').slice(1) };
  const token = textOf(user, 'token');
  return token === '' ? { type: 'anonymous' } : { type: 'token', token };
}

/** Whom a certificate names that the cluster's signers made; nobody when it is somebody else's. */
function certificateCredential(text: string): Credential | undefined {
  const bytes = pemBytes(text, 'CERTIFICATE');
  const certificate = bytes === undefined ? undefined : readCertificate(bytes);
  if (bytes === undefined || certificate === undefined) return undefined;
  const isOurs = signedCertificate(certificate.body, simulatedSignature(certificate.body)) === bytes;
  const { commonName, organizations } = certificate.name;
  return isOurs ? { type: 'certificate', commonName, organizations, notAfter: certificate.notAfter } : { type: 'token', token: 'certificate of an unknown authority' };
}

/** The default namespace of the present context. */
export const namespaceIn = (config: Kubeconfig): string => textOf(config.contexts[config.current], 'namespace') || 'default';

/** The same file with an entry set, or removed (undefined). */
export function withEntry(config: Kubeconfig, section: 'clusters' | 'users' | 'contexts', name: string, entry: Entry | undefined): Kubeconfig {
  const { [name]: _old, ...rest } = config[section];
  return deepFreeze({ ...config, [section]: entry === undefined ? rest : { ...config[section], [name]: entry } });
}
