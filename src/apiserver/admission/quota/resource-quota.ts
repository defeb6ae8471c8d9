import type { ResourceQuota } from '../../../api/kinds/all.ts';
import type { Status } from '../../../api/status.ts';
import type { Server } from '../../state.ts';
import { type AdmissionAttributes, definePlugin, type Need, refused } from '../plugin.ts';
import { checkQuotas, type QuotaRequest } from './check.ts';

const none: readonly ResourceQuota[] = Object.freeze([]);

/**
 * Keeps the sum of a namespace within its quotas, and counts what it lets in before it is stored: two requests that came at once cannot both take
 * the last place.
 */
export const resourceQuota = definePlugin({
  name: 'ResourceQuota',
  source: 'staging/src/k8s.io/apiserver/pkg/admission/plugin/resourcequota/admission.go',
  validate(attributes, { state }): Status | Need | undefined {
    if (attributes.operation === 'DELETE' || attributes.object === undefined || !isCounted(attributes)) return undefined;
    const quotas = quotasOf(state, attributes.namespace);
    if (quotas.length === 0) return undefined;
    const { descriptor, object, old } = attributes;
    const request: QuotaRequest = { kind: { group: descriptor.group, plural: descriptor.plural }, object, old };
    const key = `quota ${old?.metadata.resourceVersion ?? ''}`;
    const verdict = attributes.learned.get(key);
    if (verdict !== undefined) return typeof verdict === 'string' && verdict !== '' ? refused(attributes, verdict) : undefined;
    const claims = checkQuotas(quotas, request);
    if (typeof claims !== 'string' && (claims.length === 0 || attributes.dryRun)) return undefined;
    return { need: { key, script: 'claimQuota', args: { namespace: attributes.namespace, request, dryRun: attributes.dryRun } } };
  },
});

function isCounted({ descriptor, subresource, operation }: AdmissionAttributes): boolean {
  if (!descriptor.namespaced || descriptor.kind === 'Event') return false;
  if (descriptor.kind === 'Pod') return operation === 'CREATE' ? subresource === '' : subresource === 'resize';
  return subresource === '';
}

/** The quotas of a namespace as the cache has them. */
function quotasOf(state: Server['state'], namespace: string): readonly ResourceQuota[] {
  const items = state.caches.get('/resourcequotas')?.items;
  if (items === undefined || items.size === 0) return none;
  const quotas: ResourceQuota[] = [];
  items.range(`/registry/resourcequotas/${namespace}/`, `/registry/resourcequotas/${namespace}0`, (_key, quota) => { quotas.push(quota as ResourceQuota); });
  return quotas;
}
