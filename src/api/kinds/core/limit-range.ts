import { duplicate, forbidden, invalid, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { KubeObject, Quantity } from '../../meta.ts';
import { dns1123Subdomain, qualifiedName } from '../../names.ts';
import { compareQuantity, milliValue } from '../../quantity.ts';
import { defineResource, metadataFields, plainStrategy } from '../../resource.ts';
import { validateObjectMeta } from '../../validate-meta.ts';
import type { ResourceList } from './container.ts';
import { createdColumn, nameColumn } from '../columns.ts';
import { validateLimitName } from './resource-names.ts';
import { isNativeResource } from './validate-resources.ts';

/** Limits of one type of thing. */
export interface LimitRangeItem {
  readonly type: string;
  readonly max?: ResourceList;
  readonly min?: ResourceList;
  /** Limits of containers that name none. */
  readonly default?: ResourceList;
  /** Requests of containers that name none. */
  readonly defaultRequest?: ResourceList;
  readonly maxLimitRequestRatio?: ResourceList;
}

/** What a pod, a container or a claim of a namespace may ask for. */
export interface LimitRange extends KubeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'LimitRange';
  readonly spec?: { readonly limits?: readonly LimitRangeItem[] };
}

const types: readonly string[] = ['Pod', 'Container', 'PersistentVolumeClaim'];

function validateType(type: string, path: string, errors: FieldError[]): void {
  const messages = qualifiedName(type);
  for (const message of messages) errors.push(invalid(path, type, message));
  if (messages.length === 0 && !type.includes('/') && !types.includes(type)) errors.push(invalid(path, type, 'must be a standard limit type or fully qualified'));
}

const parts = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

/** Names of all amounts in order of their first mention. */
function validateNames(item: LimitRangeItem, path: string, errors: FieldError[]): readonly string[] {
  const names = new Set<string>();
  for (const part of parts) {
    const list = item[part] ?? {};
    if (item.type === 'Pod' && (part === 'default' || part === 'defaultRequest')) {
      if (Object.keys(list).length > 0) errors.push(forbidden(`${path}.${part}`, "may not be specified when `type` is 'Pod'"));
      continue;
    }
    if (part === 'maxLimitRequestRatio' && item.type === 'PersistentVolumeClaim' && item.min?.['storage'] === undefined && item.max?.['storage'] === undefined) {
      errors.push(required(`${path}.limits`, 'either minimum or maximum storage value is required, but neither was provided'));
    }
    for (const name of Object.keys(list)) {
      validateLimitName(item.type, name, { path: `${path}.${part}[${name}]`, errors });
      names.add(name);
    }
  }
  return [...names];
}

const exceeds = (low: Quantity | undefined, high: Quantity | undefined): boolean => low !== undefined && high !== undefined && compareQuantity(low, high) > 0;

function validateOrder(item: LimitRangeItem, name: string, { path, errors }: { readonly path: string; readonly errors: FieldError[] }): void {
  const pod = item.type === 'Pod';
  const min = item.min?.[name];
  const max = item.max?.[name];
  const limit = pod ? undefined : item.default?.[name];
  const request = pod ? undefined : item.defaultRequest?.[name];
  const say = (part: string, value: Quantity | undefined, detail: string): void => { errors.push(invalid(`${path}.${part}[${name}]`, value, detail)); };
  if (exceeds(min, max)) say('min', min, `min value ${min} is greater than max value ${max}`);
  if (exceeds(min, request)) say('defaultRequest', request, `min value ${min} is greater than default request value ${request}`);
  if (exceeds(request, max)) say('defaultRequest', request, `default request value ${request} is greater than max value ${max}`);
  if (exceeds(request, limit)) say('defaultRequest', request, `default request value ${request} is greater than default limit value ${limit}`);
  if (exceeds(min, limit)) say('default', min, `min value ${min} is greater than default value ${limit}`);
  if (exceeds(limit, max)) say('default', max, `default value ${limit} is greater than max value ${max}`);
  const ratio = item.maxLimitRequestRatio?.[name];
  if (ratio !== undefined) {
    if (compareQuantity(ratio, '1') < 0) say('maxLimitRequestRatio', ratio, `ratio ${ratio} is less than 1`);
    if (min !== undefined && max !== undefined) {
      const most = milliValue(max) / milliValue(min);
      if (milliValue(ratio) / 1000 > most) say('maxLimitRequestRatio', ratio, `ratio ${ratio} is greater than max/min = ${most.toFixed(6)}`);
    }
  }
  const overcommits = isNativeResource(name) && !name.startsWith('hugepages-');
  if (!overcommits && limit !== undefined && request !== undefined && compareQuantity(limit, request) !== 0) {
    say('defaultRequest', request, `default value ${limit} must equal to defaultRequest value ${request} in ${name}`);
  }
}

function validateLimits(range: LimitRange, errors: FieldError[]): void {
  const seen = new Set<string>();
  (range.spec?.limits ?? []).forEach((item, i) => {
    const path = `spec.limits[${i}]`;
    const type = item.type ?? '';
    validateType(type, `${path}.type`, errors);
    if (seen.has(type)) errors.push(duplicate(`${path}.type`, type));
    seen.add(type);
    for (const name of validateNames(item, path, errors)) validateOrder(item, name, { path, errors });
  });
}

/** A missing default is the maximum, a missing default request the default, else the minimum. Only containers have defaults. */
function defaultItem(item: LimitRangeItem): LimitRangeItem {
  if (item.type !== 'Container') return item;
  const limits: Record<string, Quantity> = { ...item.default };
  for (const [name, amount] of Object.entries(item.max ?? {})) limits[name] ??= amount;
  const requests: Record<string, Quantity> = { ...item.defaultRequest };
  for (const [name, amount] of Object.entries(limits)) requests[name] ??= amount;
  for (const [name, amount] of Object.entries(item.min ?? {})) requests[name] ??= amount;
  const isWhole = Object.keys(limits).length === Object.keys(item.default ?? {}).length && Object.keys(requests).length === Object.keys(item.defaultRequest ?? {}).length;
  if (isWhole) return item;
  return {
    ...item, ...(Object.keys(limits).length === 0 ? {} : { default: limits }), ...(Object.keys(requests).length === 0 ? {} : { defaultRequest: requests }),
  };
}

function validate(range: LimitRange): readonly FieldError[] {
  const errors = validateObjectMeta(range, true, dns1123Subdomain);
  validateLimits(range, errors);
  return errors;
}

/** @source kubernetes pkg/registry/core/limitrange/strategy.go, pkg/apis/core/v1/defaults.go (SetDefaults_LimitRangeItem) */
export const limitRangeResource = defineResource<LimitRange>({
  group: '', version: 'v1', kind: 'LimitRange', plural: 'limitranges', singular: 'limitrange', shortNames: ['limits'], categories: [],
  namespaced: true, subresources: [], storagePrefix: '/registry/limitranges/', allowUnconditionalUpdate: true,
  selectableFields: metadataFields<LimitRange>(true),
  columns: [nameColumn(), createdColumn()],
  defaults(range) {
    const limits = range.spec?.limits;
    if (limits === undefined) return range;
    const changed = limits.map(defaultItem);
    return changed.every((item, i) => item === limits[i]) ? range : { ...range, spec: { ...range.spec, limits: changed } };
  },
  ...plainStrategy<LimitRange>(),
  validate,
  validateUpdate: validate,
});
