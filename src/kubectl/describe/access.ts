/** Roles, bindings, service accounts, requests for certificates. @source kubernetes/kubectl pkg/describe/describe.go */
import { compareText } from '../../base/compare.ts';
import { decodeBase64Text } from '../../api/base64.ts';
import { type CertificateRequest, pemBytes, readRequest } from '../../api/x509/certificate.ts';
import type { KubeObject } from '../../api/meta.ts';
import { humanDuration } from '../../api/time.ts';
import { longTime } from '../time-text.ts';
import { annotationLines, eventLines, labelLines, type Lines, pairsText } from './sections.ts';
import type { Described } from './types.ts';

interface Rule { readonly verbs?: readonly string[]; readonly apiGroups?: readonly string[]; readonly resources?: readonly string[]; readonly resourceNames?: readonly string[]; readonly nonResourceURLs?: readonly string[] }
export type RoleLike = KubeObject & { readonly rules?: readonly Rule[] | null };

/** One row of the table: a resource or a path, with all verbs that the rules give on it. */
interface Row { readonly group: string; readonly resource: string; readonly urls: readonly string[]; readonly names: readonly string[]; readonly verbs: string[] }

/** Rules taken apart into one resource each, those of one resource joined again. @source kubernetes/component-helpers rbac validation policy_compact.go */
function rowsOf(rules: readonly Rule[]): readonly Row[] {
  const rows = new Map<string, Row>();
  // Only what is about resources is joined.
  const alone: Row[] = [];
  const add = (row: Omit<Row, 'verbs'>, verbs: readonly string[]): void => {
    const key = JSON.stringify([row.group, row.resource, row.urls, row.names]);
    const known = rows.get(key) ?? { ...row, verbs: [] };
    rows.set(key, known);
    for (const verb of verbs) if (!known.verbs.includes(verb)) known.verbs.push(verb);
  };
  for (const rule of rules) {
    for (const url of rule.nonResourceURLs ?? []) for (const verb of rule.verbs ?? []) alone.push({ group: '', resource: '', urls: [url], names: [], verbs: [verb] });
    for (const group of rule.apiGroups ?? []) {
      for (const resource of rule.resources ?? []) {
        const names = rule.resourceNames ?? [];
        for (const name of names.length === 0 ? [''] : names) add({ group, resource, urls: [], names: name === '' ? [] : [name] }, rule.verbs ?? []);
      }
    }
  }
  return [...alone, ...rows.values()].sort((a, b) => compareText(orderOf(a), orderOf(b)));
}

/** Rows stand in the order of the rules' texts, which begin with the verbs. */
const orderOf = (row: Row): string => `Verbs:[${row.verbs.join(' ')}],APIGroups:[${row.group}],Resources:[${row.resource}],ResourceNames:[${row.names.join(' ')}],NonResourceURLs:[${row.urls.join(' ')}]`;

/** `deployments.apps/scale`. */
function resourceText(resource: string, group: string): string {
  const slash = resource.indexOf('/');
  const [name, sub] = slash < 0 ? [resource, ''] : [resource.slice(0, slash), resource.slice(slash)];
  return `${name}${group === '' ? '' : `.${group}`}${sub}`;
}

const list = (words: readonly string[]): string => `[${words.join(' ')}]`;

export function describeRole({ object }: Described<RoleLike>): Lines {
  return [
    `Name:\t${object.metadata.name}`, ...labelLines('Labels', object.metadata.labels), ...annotationLines('Annotations', object.metadata.annotations), 'PolicyRule:',
    '  Resources\tNon-Resource URLs\tResource Names\tVerbs', '  ---------\t-----------------\t--------------\t-----', ...rowsOf(object.rules ?? []).map((row) => `  ${resourceText(row.resource, row.group)}\t${list(row.urls)}\t${list(row.names)}\t${list(row.verbs)}`),
  ];
}

export type BindingLike = KubeObject & { readonly roleRef?: { readonly kind?: string; readonly name?: string }; readonly subjects?: readonly { readonly kind?: string; readonly name?: string; readonly namespace?: string }[] };

export function describeBinding({ object }: Described<BindingLike>): Lines {
  return [
    `Name:\t${object.metadata.name}`, ...labelLines('Labels', object.metadata.labels), ...annotationLines('Annotations', object.metadata.annotations), 'Role:', `  Kind:\t${object.roleRef?.kind ?? ''}`, `  Name:\t${object.roleRef?.name ?? ''}`,
    'Subjects:', '  Kind\tName\tNamespace', '  ----\t----\t---------', ...(object.subjects ?? []).map((each) => `  ${each.kind ?? ''}\t${each.name ?? ''}\t${each.namespace ?? ''}`),
  ];
}

interface Named { readonly name?: string }
export type ServiceAccountLike = KubeObject & { readonly imagePullSecrets?: readonly Named[] };

export function describeServiceAccount({ object, events, now }: Described<ServiceAccountLike>): Lines {
  const { metadata } = object;
  const title = 'Image pull secrets:';
  const names = (object.imagePullSecrets ?? []).map((each) => each.name ?? '');
  return [
    `Name:\t${metadata.name}`, `Namespace:\t${metadata.namespace ?? ''}`, ...labelLines('Labels', metadata.labels), ...annotationLines('Annotations', metadata.annotations),
    ...(names.length === 0 ? [`${title}\t<none>`] : names.map((name, i) => `${i === 0 ? title : ' '.repeat(title.length)}\t${name}`)), ...eventLines(events, now),
  ];
}

export type SigningRequestLike = KubeObject & {
  readonly spec?: { readonly request?: string; readonly signerName?: string; readonly expirationSeconds?: number; readonly username?: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string }[]; readonly certificate?: string };
};

export function describeSigningRequest({ object, events, now }: Described<SigningRequestLike>): Lines {
  const { metadata, spec = {}, status = {} } = object;
  const types = (status.conditions ?? []).map((each) => each.type);
  const decision = types.includes('Denied') ? 'Denied' : types.includes('Approved') ? 'Approved' : 'Pending';
  const shown = `${decision}${types.includes('Failed') ? ',Failed' : ''}${(status.certificate ?? '') === '' ? '' : ',Issued'}`;
  const asked = readRequest(pemBytes(decodeBase64Text(spec.request ?? ''), 'CERTIFICATE REQUEST') ?? '');
  return [
    `Name:\t${metadata.name}`, `Labels:\t${pairsText(metadata.labels)}`, `Annotations:\t${pairsText(metadata.annotations)}`, `CreationTimestamp:\t${longTime(metadata.creationTimestamp)}`, `Requesting User:\t${spec.username ?? ''}`,
    ...(spec.signerName === undefined ? [] : [`Signer:\t${spec.signerName}`]), ...(spec.expirationSeconds === undefined ? [] : [`Requested Duration:\t${humanDuration(spec.expirationSeconds * 1_000_000)}`]), `Status:\t${shown}`,
    ...(asked === undefined ? [] : subjectLines(asked)), ...eventLines(events, now),
  ];
}

/** Who is meant, and under which addresses. */
function subjectLines({ name, names }: CertificateRequest): Lines {
  const lines = (title: string, values: readonly string[]): Lines => values.map((value, i) => `\t${i === 0 ? `${title}:` : ''}\t${value}`);
  const block = (title: string, values: readonly string[]): Lines => (values.length === 0 ? [] : values.map((value, i) => `\t${i === 0 ? `${title}:` : ''}\t${value}`));
  const alternative = [...block('DNS Names', names.dns), ...block('Email Addresses', names.emails), ...block('URIs', names.uris), ...block('IP Addresses', names.ips)];
  return [
    'Subject:', `\tCommon Name:\t${name.commonName}`, `\tSerial Number:\t${name.serialNumber}`, ...lines('Organization', name.organizations), ...lines('Organizational Unit', name.organizationalUnits),
    ...lines('Country', name.countries), ...lines('Locality', name.localities), ...lines('Province', name.provinces), ...lines('StreetAddress', name.streets), ...lines('PostalCode', name.postalCodes),
    ...(alternative.length === 0 ? [] : ['Subject Alternative Names:', ...alternative]),
  ];
}
