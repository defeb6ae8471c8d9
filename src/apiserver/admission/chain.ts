/** Runs the plugins in order. */
import { must } from '../../base/assert.ts';
import type { KubeObject } from '../../api/meta.ts';
import { isStatus, type Status } from '../../api/status.ts';
import type { Server } from '../state.ts';
import type { AdmissionAttributes, AdmissionPlugin, Lookup } from './plugin.ts';
import { plugins } from './registry.ts';

const chain: readonly AdmissionPlugin[] = plugins;
const mutating = chain.filter((plugin): plugin is AdmissionPlugin & Required<Pick<AdmissionPlugin, 'mutate'>> => plugin.mutate !== undefined);

export interface Admitted { readonly object: KubeObject; /** Names of the plugins that changed it. */ readonly by: string }

/** Lets every mutating plugin change the object, each seeing what the one before made of it; the first refusal ends it. */
export function admitMutating(attributes: AdmissionAttributes, server: Server): Admitted | Status | Lookup {
  let by = '';
  for (const plugin of mutating) {
    const result = plugin.mutate(attributes, server);
    if (result === attributes.object) continue;
    if (isStatus(result) || 'lookup' in result) return result;
    attributes.object = result;
    by = by === '' ? plugin.name : `${by}, ${plugin.name}`;
  }
  return { object: must(attributes.object, 'mutating admission has an object'), by };
}

/** Asks every validating plugin; the first refusal is the answer. */
export function admitValidating(attributes: AdmissionAttributes, server: Server): Status | undefined {
  for (const plugin of chain) {
    const status = plugin.validate?.(attributes, server);
    if (status !== undefined) return status;
  }
  return undefined;
}
