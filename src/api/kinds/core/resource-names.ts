/** Names of resources that Kubernetes itself knows, by where they may stand.
 * @source kubernetes pkg/apis/core/helper/helpers.go, pkg/apis/core/validation/validation.go */
import { invalid } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { qualifiedName } from '../../names.ts';
import { compareQuantity, milliValue } from '../../quantity.ts';
import { negativeText } from '../../validate-meta.ts';
import type { ResourceList } from './container.ts';
import { countedResources, isExtendedResource, isHugePages, isQuotaResource, isStandardResource } from './standard-resources.ts';

const containerNames: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);

/** Qualified, and known when it has no domain. Returns whether the name itself is well formed. */
function validateResourceName(name: string, path: string, errors: FieldError[]): boolean {
  const messages = qualifiedName(name);
  for (const message of messages) errors.push(invalid(path, name, message));
  if (messages.length > 0) return false;
  if (!name.includes('/') && !isStandardResource(name)) errors.push(invalid(path, name, 'must be a standard resource type or fully qualified'));
  return true;
}

/** A name in a ResourceQuota. */
function validateQuotaName(name: string, path: string, errors: FieldError[]): void {
  validateResourceName(name, path, errors);
  if (!name.includes('/') && !isQuotaResource(name)) errors.push(invalid(path, name, 'must be a standard resource for quota'));
}

/** A name in a LimitRange: of containers and pods, or of anything. */
export function validateLimitName(type: string, name: string, { path, errors }: { readonly path: string; readonly errors: FieldError[] }): void {
  validateResourceName(name, path, errors);
  if (type !== 'Pod' && type !== 'Container') return;
  if (!name.includes('/') && !containerNames.has(name) && !isHugePages(name)) errors.push(invalid(path, name, 'must be a standard resource for containers'));
}

/** Amounts by name: not negative, and whole where things are counted. */
export function validateAmounts(list: ResourceList | undefined, path: string, errors: FieldError[]): void {
  for (const name of Object.keys(list ?? {})) {
    const at = `${path}[${name}]`;
    const amount = list?.[name] ?? '0';
    validateQuotaName(name, at, errors);
    if (compareQuantity(amount, '0') < 0) errors.push(invalid(at, amount, negativeText));
    if ((countedResources.has(name) || isExtendedResource(name)) && milliValue(amount) % 1000 !== 0) errors.push(invalid(at, amount, 'must be an integer'));
  }
}
