/** Runs the plugins in order. */
import { must } from '../../base/assert.ts';
import type { KubeObject } from '../../api/meta.ts';
import { isStatus, type Status } from '../../api/status.ts';
import type { Server } from '../state.ts';
import type { AdmissionAttributes, AdmissionPlugin, Need } from './plugin.ts';
import { plugins } from './registry.ts';

const chain: readonly AdmissionPlugin[] = plugins;
const mutating = chain.filter((plugin): plugin is AdmissionPlugin & Required<Pick<AdmissionPlugin, 'mutate'>> => plugin.mutate !== undefined);
const validating = chain.filter((plugin): plugin is AdmissionPlugin & Required<Pick<AdmissionPlugin, 'validate'>> => plugin.validate !== undefined);

/** Streams are nobody's business but theirs who were asked to look. */
const seesConnects = ({ name }: AdmissionPlugin): boolean => ['MutatingAdmissionWebhook', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionWebhook'].includes(name);

export interface Admitted { readonly object: KubeObject; /** Names of the plugins that changed it. */ readonly by: string }

/** Lets every mutating plugin change the object, each seeing what the one before made of it; the first refusal ends it. */
export function admitMutating(attributes: AdmissionAttributes, server: Server): Admitted | Status | Need {
  let by = '';
  for (;;) {
    for (const plugin of attributes.operation === 'CONNECT' ? mutating.filter(seesConnects) : mutating) {
      const before = attributes.object;
      const result = plugin.mutate(attributes, server);
      if (result === before) continue;
      if (isStatus(result) || 'need' in result) return result;
      attributes.object = result;
      by = by === '' ? plugin.name : `${by}, ${plugin.name}`;
    }
    const { reinvocation } = attributes;
    if (reinvocation === undefined || !reinvocation.wanted || reinvocation.round > 0) break;
    reinvocation.round++;
  }
  return { object: must(attributes.object, 'mutating admission has an object'), by };
}

/** Asks every validating plugin; the first refusal is the answer. */
export function admitValidating(attributes: AdmissionAttributes, server: Server): Status | Need | undefined {
  for (const plugin of attributes.operation === 'CONNECT' ? validating.filter(seesConnects) : validating) {
    const result = plugin.validate(attributes, server);
    if (result !== undefined) return result;
  }
  return undefined;
}
