/** A kubeconfig as the document that the file holds. */
import { compareText } from '../../../base/compare.ts';
import type { Entry, Kubeconfig } from '../../kubeconfig.ts';

/** Fields of an entry in the order of the file's type. @source kubernetes/client-go tools/clientcmd/api/v1/types.go */
const FIELDS = {
  clusters: ['server', 'tls-server-name', 'insecure-skip-tls-verify', 'certificate-authority', 'certificate-authority-data', 'proxy-url'],
  users: ['client-certificate', 'client-certificate-data', 'client-key', 'client-key-data', 'token', 'username', 'password', 'auth-provider', 'exec'],
  contexts: ['cluster', 'user', 'namespace'],
} as const;
/** Fields that hold more than a word: an entry keeps them as JSON. */
const STRUCTURED: readonly string[] = ['auth-provider', 'exec'];
/** Fields that are there even when they are empty. */
const ALWAYS: Readonly<Record<string, readonly string[]>> = { clusters: ['server'], contexts: ['cluster', 'user'], users: [] };
export type Section = keyof typeof FIELDS;
export const fieldsOf = (section: Section): readonly string[] => FIELDS[section];

const names = (entries: Readonly<Record<string, Entry>>): readonly string[] => Object.keys(entries).sort(compareText);
export const namesIn = names;

function shownEntry(section: Section, entry: Entry, isRaw: boolean): object {
  const shown: Record<string, unknown> = {};
  for (const field of FIELDS[section]) {
    const value = entry[field] ?? '';
    const isEmpty = value === '' || value === false;
    if (isEmpty && !(ALWAYS[section] ?? []).includes(field)) continue;
    shown[field] = STRUCTURED.includes(field) ? JSON.parse(String(value)) as unknown : isRaw ? value : hidden(field, value);
  }
  return shown;
}

/** Keys, certificates and secrets are not shown unless asked for. */
function hidden(field: string, value: string | boolean): string | boolean {
  if (field.endsWith('-data')) return 'DATA+OMITTED';
  return field === 'token' || field === 'password' ? 'REDACTED' : value;
}

function section(config: Kubeconfig, of: Section, noun: string, isRaw: boolean): readonly object[] | null {
  const list = names(config[of]).map((name) => ({ name, [noun]: shownEntry(of, config[of][name] ?? {}, isRaw) }));
  return list.length === 0 ? null : list;
}

/** The document, with fields in the order of the type. */
export function documentOf(config: Kubeconfig, isRaw: boolean): object {
  return {
    kind: 'Config', apiVersion: 'v1', clusters: section(config, 'clusters', 'cluster', isRaw), users: section(config, 'users', 'user', isRaw),
    contexts: section(config, 'contexts', 'context', isRaw), 'current-context': config.current,
  };
}
