import { compareText } from '../../base/compare.ts';
import { deepFreeze } from '../../base/data.ts';
import type { Container, LimitRange, LimitRangeItem, PersistentVolumeClaim, Pod, PodSpec, ResourceList } from '../../api/kinds/all.ts';
import { compareQuantity, milliValue } from '../../api/quantity.ts';
import { podTotal } from '../../api/quota/pod-resources.ts';
import type { Server } from '../state.ts';
import { type AdmissionAttributes, definePlugin, isPod, refused } from './plugin.ts';

const ANNOTATION = 'kubernetes.io/limit-ranger';

/** Gives containers that ask for nothing what the namespace says, and refuses those that ask for too little or too much. */
export const limitRanger = definePlugin({
  name: 'LimitRanger',
  source: 'plugin/pkg/admission/limitranger/admission.go',
  mutate(attributes, server) {
    const pod = attributes.object as Pod;
    if (attributes.operation !== 'CREATE' || !isPod(attributes)) return pod;
    return rangesOf(attributes, server).reduce(withDefaults, pod);
  },
  validate(attributes, server) {
    const limited = isLimited(attributes);
    if (limited === '') return undefined;
    const errors = rangesOf(attributes, server).flatMap(range => (range.spec?.limits ?? []).flatMap(item => violations(attributes, limited, item)));
    if (errors.length === 0) return undefined;
    return refused(attributes, errors.length === 1 ? String(errors[0]) : `[${errors.join(', ')}]`);
  },
});

const none: readonly LimitRange[] = Object.freeze([]);

function rangesOf({ namespace }: AdmissionAttributes, { state }: Server): readonly LimitRange[] {
  const items = state.caches.get('/limitranges')?.items;
  if (items === undefined || items.size === 0) return none;
  const ranges: LimitRange[] = [];
  items.range(`/registry/limitranges/${namespace}/`, `/registry/limitranges/${namespace}0`, (_key, range) => { ranges.push(range as LimitRange); });
  return ranges;
}

function isLimited(attributes: AdmissionAttributes): 'Pod' | 'PersistentVolumeClaim' | '' {
  if (attributes.operation === 'DELETE' || attributes.descriptor.group !== '') return '';
  const { kind } = attributes.descriptor;
  if (kind === 'Pod' && ((attributes.operation === 'CREATE' && attributes.subresource === '') || attributes.subresource === 'resize')) return 'Pod';
  return kind === 'PersistentVolumeClaim' && attributes.subresource === '' ? kind : '';
}

// ---- Defaults --------------------------------------------------------------------------------------------------------

const known = new WeakMap<PodSpec, { readonly range: LimitRange; readonly spec: PodSpec; readonly words: string }>();

function withDefaults(pod: Pod, range: LimitRange): Pod {
  let memo = known.get(pod.spec);
  if (memo === undefined || memo.range !== range) known.set(pod.spec, (memo = { range, ...completed(pod.spec, range) }));
  if (memo.words === '') return pod;
  return { ...pod, metadata: { ...pod.metadata, annotations: { ...pod.metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${memo.words}` } }, spec: memo.spec };
}

function completed(spec: PodSpec, { spec: range }: LimitRange): { readonly spec: PodSpec; readonly words: string } {
  const items = (range?.limits ?? []).filter(({ type }) => type === 'Container');
  const limits: ResourceList = Object.assign({}, ...items.map(item => item.default ?? {}));
  const requests: ResourceList = Object.assign({}, ...items.map(item => item.defaultRequest ?? {}));
  const words: string[] = [];
  const complete = (container: Container, kind: string): Container => {
    const own = container.resources ?? {};
    const missing = (wanted: ResourceList, given: ResourceList | undefined): readonly string[] => Object.keys(wanted).filter(name => given?.[name] === undefined).sort(compareText);
    const newRequests = missing(requests, own.requests);
    const newLimits = missing(limits, own.limits);
    if (newRequests.length > 0) words.push(`${newRequests.join(', ')} request for ${kind} ${container.name}`);
    if (newLimits.length > 0) words.push(`${newLimits.join(', ')} limit for ${kind} ${container.name}`);
    if (newRequests.length + newLimits.length === 0) return container;
    const pick = (of: ResourceList, names: readonly string[]): ResourceList => Object.fromEntries(names.map(name => [name, of[name] ?? '0']));
    return { ...container, resources: { ...own, ...part('limits', { ...own.limits, ...pick(limits, newLimits) }), ...part('requests', { ...own.requests, ...pick(requests, newRequests) }) } };
  };
  const containers = spec.containers.map(container => complete(container, 'container'));
  const initContainers = spec.initContainers?.map(container => complete(container, 'init container'));
  if (words.length === 0) return { spec, words: '' };
  return { spec: deepFreeze({ ...spec, containers, ...(initContainers === undefined ? {} : { initContainers }) }), words: words.join('; ') };
}

function part(name: 'limits' | 'requests', list: ResourceList): object {
  return Object.keys(list).length === 0 ? {} : { [name]: list };
}

// ---- Limits ----------------------------------------------------------------------------------------------------------

function violations({ object }: AdmissionAttributes, limited: 'Pod' | 'PersistentVolumeClaim', item: LimitRangeItem): readonly string[] {
  if (limited === 'PersistentVolumeClaim') {
    return item.type === limited ? claimViolations(object as PersistentVolumeClaim, item) : [];
  }
  const { spec } = object as Pod;
  if (item.type === 'Pod') return check(item, { requests: podTotal(spec, 'requests'), limits: podTotal(spec, 'limits') });
  if (item.type !== 'Container') return [];
  return [...spec.containers, ...spec.initContainers ?? []].flatMap(container => check(item, { requests: container.resources?.requests ?? {}, limits: container.resources?.limits ?? {} }));
}

interface Amounts { readonly requests: ResourceList; readonly limits: ResourceList }

const sorted = (list: ResourceList | undefined): readonly (readonly [string, string])[] => Object.entries(list ?? {}).sort(([a], [b]) => compareText(a, b));

function check({ type, min, max, maxLimitRequestRatio }: LimitRangeItem, { requests, limits }: Amounts): readonly string[] {
  const errors: (string | undefined)[] = [
    ...sorted(min).map(([name, least]) => tooLittle(`minimum ${name} usage per ${type} is ${least}`, least, { request: requests[name], limit: limits[name] })),
    ...sorted(max).map(([name, most]) => tooMuch(`maximum ${name} usage per ${type} is ${most}`, most, { request: requests[name], limit: limits[name] })),
    ...sorted(maxLimitRequestRatio).map(([name, most]) => tooFarApart(`${name} max limit to request ratio per ${type} is ${most}`, most, { request: requests[name], limit: limits[name] })),
  ];
  return errors.filter(error => error !== undefined);
}

interface Given { readonly request: string | undefined; readonly limit: string | undefined }

function tooLittle(rule: string, least: string, { request, limit }: Given): string | undefined {
  if (request === undefined) return `${rule}.  No request is specified`;
  if (compareQuantity(request, least) < 0) return `${rule}, but request is ${request}`;
  return limit !== undefined && compareQuantity(limit, least) < 0 ? `${rule}, but limit is ${limit}` : undefined;
}

function tooMuch(rule: string, most: string, { request, limit }: Given): string | undefined {
  if (limit === undefined) return `${rule}.  No limit is specified`;
  if (compareQuantity(limit, most) > 0) return `${rule}, but limit is ${limit}`;
  return request !== undefined && compareQuantity(request, most) > 0 ? `${rule}, but request is ${request}` : undefined;
}

function tooFarApart(rule: string, most: string, { request, limit }: Given): string | undefined {
  if (milliValue(request) === 0) return `${rule}, but no request is specified or request is 0`;
  if (milliValue(limit) === 0) return `${rule}, but no limit is specified or limit is 0`;
  const ratio = milliValue(limit) / milliValue(request);
  return ratio * 1000 > milliValue(most) ? `${rule}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
}

/** A claim asks, it has no limit. */
function claimViolations({ spec }: PersistentVolumeClaim, { type, min, max }: LimitRangeItem): readonly string[] {
  const request = spec.resources?.requests?.['storage'];
  const errors: string[] = [];
  const least = min?.['storage'];
  const most = max?.['storage'];
  if (least !== undefined && request === undefined) errors.push(`minimum storage usage per ${type} is ${least}.  No request is specified`);
  else if (least !== undefined && compareQuantity(request, least) < 0) errors.push(`minimum storage usage per ${type} is ${least}, but request is ${request ?? ''}`);
  if (most !== undefined && request !== undefined && compareQuantity(request, most) > 0) errors.push(`maximum storage usage per ${type} is ${most}, but request is ${request}`);
  return errors;
}
