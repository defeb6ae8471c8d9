/** The kubeconfig that a server gives its clients. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How somebody signs in. */
export interface User { readonly name: string; readonly certificate?: string; readonly key?: string; readonly token?: string }
/** What a kubeconfig points to. `authority`: certificate of the server's authority in PEM; absent = plain http. */
export interface Endpoint { readonly url: string; readonly authority?: string; readonly users: readonly User[] }

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** The text of a kubeconfig, in JSON, which is YAML. The first user is the one in use; each user has a context of its name. */
function kubeconfigText({ url, authority, users }: Endpoint): string {
  const cluster = authority === undefined ? { server: url, 'insecure-skip-tls-verify': true } : { server: url, 'certificate-authority-data': base64(authority) };
  const config = {
    apiVersion: 'v1', kind: 'Config', 'current-context': users[0]?.name ?? '',
    clusters: [{ name: 'pilothouse', cluster }],
    users: users.map(({ name, certificate, key, token }) => ({
      name, user: { ...(certificate === undefined ? {} : { 'client-certificate-data': base64(certificate) }), ...(key === undefined ? {} : { 'client-key-data': base64(key) }), ...(token === undefined ? {} : { token }) },
    })),
    contexts: users.map(({ name }) => ({ name, context: { cluster: 'pilothouse', user: name } })),
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** Writes a kubeconfig for its owner's eyes only. Returns the file. */
export function writeKubeconfig(file: string | undefined, endpoint: Endpoint): string {
  const path = file ?? join(mkdtempSync(join(tmpdir(), 'pilothouse-')), 'kubeconfig');
  writeFileSync(path, kubeconfigText(endpoint), { mode: 0o600 });
  return path;
}
