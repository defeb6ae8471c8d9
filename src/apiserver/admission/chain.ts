/** Runs the plugins in order. */
import type { KubeObject } from '../../api/meta.ts';
import { isStatus, type Status } from '../../api/status.ts';
import type { Server } from '../state.ts';
import type { AdmissionAttributes, AdmissionPlugin, Lookup } from './plugin.ts';
import { plugins } from './registry.ts';

const chain: readonly AdmissionPlugin[] = plugins;

export interface Admitted { readonly object: KubeObject; /** Names of the plugins that changed it. */ readonly by: string }

/** Lets every mutating plugin change the object; the first refusal ends it. */
export function admitMutating(attributes: AdmissionAttributes & { readonly object: KubeObject }, server: Server): Admitted | Status | Lookup {
  let now = attributes;
  let by = '';
  for (const plugin of chain) {
    if (plugin.mutate === undefined) continue;
    const result = plugin.mutate(now, server);
    if (isStatus(result) || 'lookup' in result) return result;
    if (result === now.object) continue;
    now = { ...now, object: result };
    by = by === '' ? plugin.name : `${by}, ${plugin.name}`;
  }
  return { object: now.object, by };
}

/** Asks every validating plugin; the first refusal is the answer. */
export function admitValidating(attributes: AdmissionAttributes, server: Server): Status | undefined {
  for (const plugin of chain) {
    const status = plugin.validate?.(attributes, server);
    if (status !== undefined) return status;
  }
  return undefined;
}
