/**
 * Validation of resource amounts.
 *
 * @source kubernetes pkg/apis/core/validation/validation.go (ValidateContainerResourceRequirements)
 */
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { qualifiedName } from '../../names.ts';
import { compareQuantity, isQuantity, milliValue } from '../../quantity.ts';
import { negativeText } from '../../validate-meta.ts';
import type { ResourceRequirements } from './container.ts';
import { countedResources, isExtendedResource, isHugePages, isNativeResource, isStandardResource } from './standard-resources.ts';

export { isExtendedResource, isNativeResource } from './standard-resources.ts';

const containerResourceNames: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);

/** Reports what is wrong with the name of a resource. */
type NameCheck = (name: string, path: string, errors: FieldError[]) => void;

/** Whether the name is well formed and known. */
function validateName(name: string, path: string, errors: FieldError[]): boolean {
  const messages = qualifiedName(name);
  for (const message of messages) errors.push(invalid(path, name, message));
  if (messages.length > 0) return false;
  if (name.includes('/') || isStandardResource(name)) return true;
  errors.push(invalid(path, name, 'must be a standard resource type or fully qualified'));
  return false;
}

/** The name of something that a container may ask for. */
export function validateContainerName(name: string, path: string, errors: FieldError[]): void {
  if (containerResourceNames.has(name)) return;
  validateName(name, path, errors);
  if (!name.includes('/')) {
    if (!isHugePages(name)) errors.push(invalid(path, name, 'must be a standard resource for containers'));
  } else if (!isNativeResource(name) && !isExtendedResource(name)) errors.push(invalid(path, name, 'doesn\'t follow extended resource name standard'));
}

function validatePodName(name: string, path: string, errors: FieldError[]): void {
  if (!validateName(name, path, errors)) return;
  if (name !== 'cpu' && name !== 'memory' && !isHugePages(name)) errors.push(notSupported(path, name, ['cpu', 'hugepages-', 'memory']));
}

/** One amount by its name. */
export function validateAmount(name: string, amount: string, { path, errors }: { readonly path: string; readonly errors: FieldError[] }): void {
  if (!isQuantity(amount)) { errors.push(invalid(path, amount, 'must be a quantity')); return; }
  if (amount.charCodeAt(0) === 45 && compareQuantity(amount, '0') < 0) errors.push(invalid(path, amount, negativeText));
  if ((isExtendedResource(name) || countedResources.has(name)) && milliValue(amount) % 1000 !== 0) errors.push(invalid(path, amount, 'must be an integer'));
}

function isWholePages(name: string, amount: string): boolean {
  const page = name.slice('hugepages-'.length);
  if (!isQuantity(page) || !isQuantity(amount)) return false;
  const size = milliValue(page);
  return size > 0 && size % 1000 === 0 && milliValue(amount) % size === 0;
}

interface Requirements { readonly checkName: NameCheck; readonly path: string; readonly errors: FieldError[] }

function validateEntry(name: string, amount: string, { checkName, path, errors }: Requirements): void {
  // The two that nearly every container has need no path unless they are wrong.
  if ((name === 'cpu' || name === 'memory') && amount.charCodeAt(0) !== 45 && isQuantity(amount)) return;
  const at = `${path}[${name}]`;
  checkName(name, at, errors);
  validateAmount(name, amount, { path: at, errors });
}

function validatePages(name: string, amount: string, { path, errors }: Requirements): void {
  if (isHugePages(name) && !isWholePages(name, amount)) errors.push(invalid(`${path}[${name}]`, amount, `${amount} is not positive integer multiple of ${name}`));
}

function overcommitAllowed(name: string): boolean {
  return isNativeResource(name) && !isHugePages(name);
}

function validateRequirements({ limits, requests }: ResourceRequirements, { checkName, path, errors }: Requirements): void {
  for (const name of Object.keys(limits ?? {})) {
    const at = { checkName, path: `${path}.limits`, errors };
    validateEntry(name, limits?.[name] ?? '0', at);
    validatePages(name, limits?.[name] ?? '0', at);
  }
  for (const name of Object.keys(requests ?? {})) {
    const at = { checkName, path: `${path}.requests`, errors };
    validateEntry(name, requests?.[name] ?? '0', at);
    compareAmount(name, { request: requests?.[name] ?? '0', limit: limits?.[name] }, { path, errors });
    validatePages(name, requests?.[name] ?? '0', at);
  }
  const names = [...Object.keys(limits ?? {}), ...Object.keys(requests ?? {})];
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory')) errors.push(forbidden(path, 'HugePages require cpu or memory'));
}

/** Requests and limits of a container. */
export function validateResources(resources: ResourceRequirements | undefined, path: string, errors: FieldError[]): void {
  if (resources !== undefined) validateRequirements(resources, { checkName: validateContainerName, path, errors });
}

/** Requests and limits of a pod as a whole, which know cpu, memory and huge pages only. */
export function validatePodRequirements(resources: ResourceRequirements, path: string, errors: FieldError[]): void {
  validateRequirements(resources, { checkName: validatePodName, path, errors });
}

interface Amounts { readonly request: string; readonly limit: string | undefined }

function compareAmount(name: string, { request, limit }: Amounts, { path, errors }: { readonly path: string; readonly errors: FieldError[] }): void {
  if (limit === undefined) {
    if (!overcommitAllowed(name)) errors.push(required(`${path}.limits`, 'Limit must be set for non overcommitable resources'));
  } else if (!overcommitAllowed(name) && compareQuantity(request, limit) !== 0) {
    errors.push(invalid(`${path}.requests`, request, `must be equal to ${name} limit of ${limit}`));
  } else if (compareQuantity(request, limit) > 0) errors.push(invalid(`${path}.requests`, request, `must be less than or equal to ${name} limit of ${limit}`));
}
