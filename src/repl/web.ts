/** What the world outside has for `-f URL`: manifests that guides tell people to apply. There is no other network. */
import type { Result } from '../base/data.ts';
import { releasedMetricsServer } from '../addons/metrics-server.ts';
import type { KubeObject } from '../api/meta.ts';
import { yaml } from './yaml.ts';

/** Addresses without the version in them → what is there. */
const pages: Readonly<Record<string, () => readonly KubeObject[]>> = {
  'https://github.com/kubernetes-sigs/metrics-server/releases/latest/download/components.yaml': releasedMetricsServer,
};

export const isAddress = (text: string): boolean => /^https?:\/\//.test(text);

/** The text at an address; the error is kubectl's. */
export function textAt(address: string): Result<string, string> {
  const page = pages[address.replace(/\/releases\/download\/v0\.8\.\d+\//, '/releases/latest/download/')];
  if (page !== undefined) return { ok: true, value: page().map(manifest => `---\n${yaml().stringify(manifest, { aliasDuplicateObjects: false })}`).join('') };
  const host = /^https?:\/\/([^/:]+)/.exec(address)?.[1] ?? '';
  return { ok: false, error: `error: Get "${address}": dial tcp: lookup ${host}: no such host` };
}
