/** Whether a change fits into the quotas of its namespace. @source kubernetes/apiserver pkg/admission/plugin/resourcequota/controller.go (CheckRequest) */
import { compareText } from '../../../base/compare.ts';
import type { Container, Pod, ResourceList, ResourceQuota } from '../../../api/kinds/all.ts';
import type { KubeObject } from '../../../api/meta.ts';
import { addAmounts, amountsText, exceeding, maskAmounts, subtractAmounts, withoutZeros } from '../../../api/quota/amounts.ts';
import { quotaMatches } from '../../../api/quota/scopes.ts';
import { type Counted, resourcesFor, usageOf } from '../../../api/quota/usage.ts';

/** What comes in, and what was there. */
export interface QuotaRequest {
  readonly kind: Counted;
  readonly object: KubeObject;
  readonly old: KubeObject | undefined;
}

/** A quota with what would be used after the change. */
export interface QuotaClaim { readonly quota: ResourceQuota; readonly used: ResourceList }

/** The quotas that the change counts against, with their new usage; a text says why it does not fit. */
export function checkQuotas(quotas: readonly ResourceQuota[], { kind, object, old }: QuotaRequest): readonly QuotaClaim[] | string {
  const matching = quotas.filter(quota => quotaMatches(quota, kind, object));
  if (matching.length === 0) return [];
  for (const quota of matching) {
    const problem = unfit(quota, kind, object);
    if (problem !== undefined) return problem;
  }
  const usage = usageOf(kind, object);
  const claims: QuotaClaim[] = [];
  for (const quota of matching) {
    const delta = withoutZeros(old !== undefined && quotaMatches(quota, kind, old) ? subtractAmounts(usage, usageOf(kind, old)) : usage);
    const { hard = {}, used = {} } = quota.status ?? {};
    const requested = maskAmounts(delta, Object.keys(hard));
    if (Object.keys(requested).length === 0) continue;
    const sum = addAmounts(used, requested);
    const over = exceeding(maskAmounts(sum, Object.keys(requested)), hard);
    if (over.length > 0) {
      const [asked, held, limits] = [requested, used, hard].map(list => amountsText(maskAmounts(list, over)));
      return `exceeded quota: ${quota.metadata.name}, requested: ${asked ?? ''}, used: ${held ?? ''}, limited: ${limits ?? ''}`;
    }
    claims.push({ quota, used: sum });
  }
  return claims;
}

function unfit({ metadata: { name }, status }: ResourceQuota, kind: Counted, object: KubeObject): string | undefined {
  const restricted = resourcesFor(kind, Object.keys(status?.hard ?? {}));
  const missing = kind.group === '' && kind.plural === 'pods' ? unspecified(object as Pod, restricted) : '';
  if (missing !== '') return `failed quota: ${name}: must specify ${missing}`;
  const uncounted = restricted.some(resource => status?.used?.[resource] === undefined);
  return uncounted ? `status unknown for quota: ${name}, resources: ${[...restricted].sort(compareText).join(',')}` : undefined;
}

/** Amounts that every container has to name once a quota limits them. @source kubernetes/kubernetes pkg/quota/v1/evaluator/core/pods.go (validationSet) */
const REQUIRED: readonly string[] = ['cpu', 'limits.cpu', 'limits.memory', 'memory', 'requests.cpu', 'requests.memory'];

function unspecified({ spec }: Pod, restricted: readonly string[]): string {
  if (spec.resources !== undefined) return '';
  const containers = [...spec.containers, ...spec.initContainers ?? []];
  const lacking = REQUIRED.filter(resource => restricted.includes(resource)).flatMap(resource => {
    const names = containers.filter(container => amountOf(container, resource) === undefined).map(({ name }) => name).sort(compareText);
    return names.length === 0 ? [] : [`${resource} for: ${names.join(',')}`];
  });
  return lacking.join('; ');
}

function amountOf({ resources }: Container, resource: string): string | undefined {
  return resource.startsWith('limits.') ? resources?.limits?.[resource.slice('limits.'.length)] : resources?.requests?.[resource.replace('requests.', '')];
}
