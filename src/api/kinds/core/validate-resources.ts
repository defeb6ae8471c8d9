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
import type { ResourceList, ResourceRequirements } from './container.ts';

const containerResourceNames: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);

/** Names without a domain, or below kubernetes.io, belong to Kubernetes itself. */
export function isNativeResource(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

/** Devices and other resources that only plugins know: counted in whole units. */
export function isExtendedResource(name: string): boolean {
  return !isNativeResource(name) && !name.startsWith('requests.');
}

const isHugePages = (name: string): boolean => name.startsWith('hugepages-');

function validateName(name: string, path: string, errors: FieldError[]): void {
  if (containerResourceNames.has(name)) return;
  const messages = qualifiedName(name);
  for (const message of messages) errors.push(invalid(path, name, message));
  if (messages.length > 0) return;
  if (!name.includes('/')) {
    if (!isHugePages(name)) {
      errors.push(invalid(path, name, 'must be a standard resource type or fully qualified'));
      errors.push(invalid(path, name, 'must be a standard resource for containers'));
    }
  } else if (isNativeResource(name)) {
    errors.push(invalid(path, name, 'doesn\'t follow extended resource name standard'));
  }
}

/** One amount by its name. */
export function validateAmount(name: string, amount: string, { path, errors }: { readonly path: string; readonly errors: FieldError[] }): void {
  if (!isQuantity(amount)) { errors.push(invalid(path, amount, 'must be a quantity')); return; }
  if (amount.charCodeAt(0) === 45 && compareQuantity(amount, '0') < 0) errors.push(invalid(path, amount, negativeText));
  if (isExtendedResource(name) && milliValue(amount) % 1000 !== 0) errors.push(invalid(path, amount, 'must be an integer'));
}

function validateList(list: ResourceList, path: string, errors: FieldError[]): void {
  for (const name of Object.keys(list)) {
    const amount = list[name] ?? '0';
    // The two that nearly every container has need no path unless they are wrong.
    if ((name === 'cpu' || name === 'memory') && amount.charCodeAt(0) !== 45 && isQuantity(amount)) continue;
    const at = `${path}[${name}]`;
    validateName(name, at, errors);
    validateAmount(name, amount, { path: at, errors });
  }
}

function overcommitAllowed(name: string): boolean {
  return isNativeResource(name) && !isHugePages(name);
}

/** Requests and limits of a container. */
export function validateResources(resources: ResourceRequirements | undefined, path: string, errors: FieldError[]): void {
  if (resources === undefined) return;
  const { limits, requests } = resources;
  if (limits !== undefined) validateList(limits, `${path}.limits`, errors);
  if (requests !== undefined) {
    validateList(requests, `${path}.requests`, errors);
    compareAmounts(requests, limits, { path, errors });
  }
  const names = [...Object.keys(limits ?? {}), ...Object.keys(requests ?? {})];
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory')) errors.push(forbidden(path, 'HugePages require cpu or memory'));
}

function compareAmounts(requests: ResourceList, limits: ResourceList | undefined, { path, errors }: { readonly path: string; readonly errors: FieldError[] }): void {
  for (const name of Object.keys(requests)) {
    const request = requests[name] ?? '0';
    const limit = limits?.[name];
    if (limit === undefined) {
      if (!overcommitAllowed(name)) errors.push(required(`${path}.limits`, 'Limit must be set for non overcommitable resources'));
    } else if (!overcommitAllowed(name) && compareQuantity(request, limit) !== 0) {
      errors.push(invalid(`${path}.requests`, request, `must be equal to ${name} limit of ${limit}`));
    } else if (overcommitAllowed(name) && compareQuantity(request, limit) > 0) {
      errors.push(invalid(`${path}.requests`, request, `must be less than or equal to ${name} limit of ${limit}`));
    }
  }
}

/** Requests and limits of a pod as a whole, which know cpu, memory and huge pages only. */
export function validatePodLevelResources(resources: ResourceRequirements, path: string, errors: FieldError[]): void {
  for (const part of ['limits', 'requests'] as const) {
    for (const name of Object.keys(resources[part] ?? {})) {
      if (name !== 'cpu' && name !== 'memory' && !isHugePages(name)) errors.push(notSupported(`${path}.${part}[${name}]`, name, ['cpu', 'hugepages-', 'memory']));
    }
  }
  validateResources(resources, path, errors);
}
