/** Services, config maps, secrets, namespaces, and everything without a description of its own. */
import type { ConfigMap, EndpointSlice, Namespace, Secret, Service, ServicePort } from '../../api/kinds/all.ts';
import type { KubeObject } from '../../api/meta.ts';
import { base64Length } from './base64-length.ts';
import { decodeBase64Text } from '../../api/base64.ts';
import { compareText } from '../../base/compare.ts';
import { annotationLines, eventLines, labelLines, type Lines, nameLines, optional, pairsText } from './sections.ts';
import { goText } from '../../base/go-text.ts';
import { longTime } from '../time-text.ts';
import type { Described } from './types.ts';

/** Endpoints shown before "+ N more...". */
const ENDPOINTS_SHOWN = 3;

/** @source kubernetes/kubectl pkg/describe/describe.go describeService */
export function describeService({ object, events, now }: Described<Service>, slices: readonly EndpointSlice[]): Lines {
  const { metadata, spec } = object;
  return [
    `Name:\t${metadata.name}`, `Namespace:\t${metadata.namespace ?? ''}`,
    ...labelLines('Labels', metadata.labels), ...annotationLines('Annotations', metadata.annotations),
    `Selector:\t${pairsText(spec.selector)}`, `Type:\t${spec.type ?? ''}`, ...addressLines(object),
    ...(spec.ports ?? []).flatMap((port) => portLines(port, slices)),
    `Session Affinity:\t${spec.sessionAffinity ?? ''}`, ...optional('External Traffic Policy', spec.externalTrafficPolicy),
    ...optional('Internal Traffic Policy', spec.internalTrafficPolicy), ...optional('HealthCheck NodePort', spec.healthCheckNodePort || undefined),
    ...optional('LoadBalancer Source Ranges', (spec.loadBalancerSourceRanges ?? []).join(',')), ...optional('Traffic Distribution', spec.trafficDistribution),
    ...eventLines(events, now),
  ];
}

const orNone = (texts: readonly string[] | undefined): string => (texts === undefined || texts.length === 0 ? '<none>' : texts.join(','));

function addressLines({ spec, status }: Service): Lines {
  const ingress = (status?.loadBalancer?.ingress ?? []).map((each) => (each.ip === undefined ? each.hostname ?? '' : `${each.ip}${each.ipMode === undefined ? '' : ` (${each.ipMode})`}`)).join(', ');
  return [
    ...optional('IP Family Policy', spec.ipFamilyPolicy), `IP Families:\t${orNone(spec.ipFamilies)}`, `IP:\t${spec.clusterIP ?? ''}`, `IPs:\t${orNone(spec.clusterIPs)}`,
    ...optional('External IPs', (spec.externalIPs ?? []).join(',')), ...optional('Desired LoadBalancer IP', (spec as { readonly loadBalancerIP?: string }).loadBalancerIP), ...optional('External Name', spec.externalName), ...optional('LoadBalancer Ingress', ingress),
  ];
}

function portLines(port: ServicePort, slices: readonly EndpointSlice[]): Lines {
  const name = port.name === undefined || port.name === '' ? '<unset>' : port.name;
  const protocol = port.protocol ?? 'TCP';
  return [
    `Port:\t${name}\t${port.port}/${protocol}`, `TargetPort:\t${port.targetPort ?? port.port}/${protocol}`,
    ...(port.nodePort ? [`NodePort:\t${name}\t${port.nodePort}/${protocol}`] : []), `Endpoints:\t${endpointsText(slices, port.name ?? '')}`,
  ];
}

/** Ready endpoints of a port by their first address; slices without ports, as headless services may have, show addresses alone. */
export function endpointsText(slices: readonly EndpointSlice[], portName: string): string {
  if (slices.length === 0) return '<none>';
  const addresses = slices.flatMap((slice) => {
    const ready = slice.endpoints.filter((endpoint) => endpoint.conditions?.ready !== false).map((endpoint) => endpoint.addresses[0] ?? '');
    if ((slice.ports ?? []).length === 0) return ready;
    return (slice.ports ?? []).filter((port) => (port.name ?? '') === portName).flatMap((port) => ready.map((address) => `${address.includes(':') ? `[${address}]` : address}:${port.port ?? ''}`));
  });
  if (addresses.length <= ENDPOINTS_SHOWN) return addresses.join(',');
  return `${addresses.slice(0, ENDPOINTS_SHOWN).join(',')} + ${addresses.length - ENDPOINTS_SHOWN} more...`;
}

export function describeConfigMap({ object, events, now }: Described<ConfigMap>): Lines {
  const { data = {}, binaryData = {} } = object;
  return [
    ...nameLines(object), ...labelLines('Labels', object.metadata.labels), ...annotationLines('Annotations', object.metadata.annotations),
    '', 'Data', '====',
    ...Object.keys(data).sort(compareText).flatMap((key) => [`${key}:`, '----', ...(data[key] ?? '').split('\n'), '']),
    '', 'BinaryData', '====', ...Object.keys(binaryData).sort(compareText).map((key) => `${key}: ${base64Length(binaryData[key] ?? '')} bytes`), '', ...eventLines(events, now),
  ];
}

export function describeSecret({ object }: Described<Secret>): Lines {
  const data = object.data ?? {};
  return [
    ...nameLines(object), ...labelLines('Labels', object.metadata.labels), ...annotationLines('Annotations', object.metadata.annotations),
    '', `Type:\t${object.type ?? ''}`, '', 'Data', '====',
    ...Object.keys(data).sort(compareText).map((key) => `${key}:\t${key === 'token' && object.type === 'kubernetes.io/service-account-token' ? decodeBase64Text(data[key] ?? '') : `${base64Length(data[key] ?? '')} bytes`}`),
  ];
}

export function describeNamespace({ object }: Described<Namespace>, limits: Lines): Lines {
  const { metadata, status = {} } = object;
  const conditions = (status.conditions ?? []).map((each) => `  ${each.type}\t${each.status}\t${longTime(each.lastTransitionTime)}\t${each.reason ?? ''}\t${each.message ?? ''}`);
  const header = ['Conditions:', '  Type\tStatus\tLastTransitionTime\tReason\tMessage', '  ----\t------\t------------------\t------\t-------'];
  return [
    `Name:\t${metadata.name}`, ...labelLines('Labels', metadata.labels), ...annotationLines('Annotations', metadata.annotations), `Status:\t${status.phase ?? ''}`, ...(conditions.length === 0 ? [] : [...header, ...conditions]), ...limits,
  ];
}

/** Any object: its fields by name. */
export function describeAny({ object, events, now }: Described): Lines {
  const { apiVersion, kind, metadata, ...rest } = object as KubeObject & Readonly<Record<string, unknown>>;
  const { name, namespace, labels, annotations, managedFields: _hidden, ...more } = metadata;
  return [
    `Name:\t${name}`, `Namespace:\t${namespace ?? ''}`, ...labelLines('Labels', labels), ...annotationLines('Annotations', annotations),
    ...fieldLines({ apiVersion, kind, metadata: more, ...rest }, ''),
    ...eventLines(events, now),
  ];
}

function fieldLines(fields: Readonly<Record<string, unknown>>, indent: string): Lines {
  return Object.keys(fields).filter((key) => fields[key] !== undefined).sort(compareText).flatMap((key) => valueLines(smartLabel(key), fields[key], indent));
}

function valueLines(label: string, value: unknown, indent: string): Lines {
  if (Array.isArray(value)) {
    const list = value as readonly unknown[];
    return [`${indent}${label}:`, ...list.flatMap((item) => (typeof item === 'object' && item !== null && !Array.isArray(item) ? fieldLines(item as Record<string, unknown>, `${indent}  `) : [`${indent}  ${goText(item)}`]))];
  }
  if (typeof value === 'object' && value !== null) return [`${indent}${label}:`, ...fieldLines(value as Record<string, unknown>, `${indent}  `)];
  return [`${indent}${label}:\t${goText(value)}`];
}

/** `creationTimestamp` → `Creation Timestamp`. Names with anything but letters and dashes stay as they are. @source fatih/camelcase */
function smartLabel(field: string): string {
  if (/[^\p{L}-]/u.test(field)) return field;
  const words = field.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|-+|[^\p{Lu}\p{Ll}-]+/gu) ?? [field];
  return words.map((word) => (ACRONYMS.has(word.toUpperCase()) ? word.toUpperCase() : `${word.charAt(0).toUpperCase()}${word.slice(1).toLowerCase()}`)).join(' ');
}

const ACRONYMS: ReadonlySet<string> = new Set(['API', 'URL', 'UID', 'OSB', 'GUID']);
