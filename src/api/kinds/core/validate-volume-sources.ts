/**
 * Sources of volumes that drivers in the tree once served, in pods and in PersistentVolumes.
 *
 * @source kubernetes pkg/apis/core/validation/validation.go (validateISCSIVolumeSource and its neighbours)
 */
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import { dns1123Label, inclusiveRangeText } from '../../names.ts';
import { validateDescendingPath } from './validate-path.ts';

/** A source as it was decoded. */
type Source = Readonly<Record<string, unknown>>;

/** One source, where errors about it go, and whether a PersistentVolume has it: references to Secrets then name a namespace. */
interface About {
  readonly source: Source;
  readonly path: string;
  readonly errors: FieldError[];
  readonly inVolume: boolean;
  /** Of the volume. */
  readonly name: string;
}

const isSet = (value: unknown): boolean => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function need({ source, path, errors }: About, ...fields: readonly string[]): void {
  for (const field of fields) if (!isSet(source[field])) errors.push(required(`${path}.${field}`));
}

function needSecretRef(about: About): void {
  const ref = about.source['secretRef'] as Source | undefined;
  if (ref === undefined) return;
  const path = `${about.path}.secretRef`;
  need({ ...about, source: ref, path }, 'name', ...(about.inVolume ? ['namespace'] : []));
}

function partition({ source, path, errors }: About): void {
  const number = source['partition'] as number | undefined ?? 0;
  if (number < 0 || number > 255) errors.push(invalid(`${path}.partition`, number, inclusiveRangeText(1, 255)));
}

function lun({ source, path, errors }: About): void {
  const number = source['lun'] as number | undefined ?? 0;
  if (number < 0 || number > 255) errors.push(invalid(`${path}.lun`, number, inclusiveRangeText(0, 255)));
}

const initiatorForms: readonly (readonly [prefix: string, form: RegExp])[] = [
  ['iqn', /iqn\.\d{4}-\d{2}\.([A-Za-z0-9\-.]+)(:[^,;*&$|\s]+)$/], ['eui', /^eui.[A-Za-z0-9]{16}$/], ['naa', /^naa.[A-Za-z0-9]{32}$/],
];

function initiatorName(name: string, field: string, { path, errors, inVolume }: About): void {
  const form = initiatorForms.find(([prefix]) => name.startsWith(prefix));
  if (form === undefined) errors.push(invalid(`${path}.${field}`, name, inVolume ? 'must be valid format' : 'must be valid format starting with iqn, eui, or naa'));
  else if (!form[1].test(name)) errors.push(invalid(`${path}.${field}`, name, 'must be valid format'));
}

const initiatorMaximum = 64;

function iscsi(about: About): void {
  const { source, path, errors, inVolume, name } = about;
  const portal = textOf(source['targetPortal']);
  const iqn = textOf(source['iqn']);
  const initiator = source['initiatorName'];
  const isTooLong = initiator !== undefined && `${name}:${portal}`.length > initiatorMaximum;
  const tooLongText = 'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';
  need(about, 'targetPortal');
  if (isTooLong && inVolume) errors.push(invalid(`${path}.targetportal`, portal, tooLongText));
  if (iqn === '') errors.push(required(`${path}.iqn`));
  else initiatorName(iqn, 'iqn', about);
  lun(about);
  if ((source['chapAuthDiscovery'] === true || source['chapAuthSession'] === true) && source['secretRef'] === undefined) errors.push(required(`${path}.secretRef`));
  if (inVolume && source['secretRef'] !== undefined) need({ ...about, source: source['secretRef'] as Source, path: `${path}.secretRef` }, 'name');
  if (initiator !== undefined) initiatorName(textOf(initiator), 'initiatorname', about);
  if (isTooLong && !inVolume) errors.push(invalid(`${path.slice(0, path.lastIndexOf('.'))}.name`, name, tooLongText));
}

function fibreChannel({ source, path, errors, ...rest }: About): void {
  const hasNames = isSet(source['targetWWNs']);
  const hasIds = isSet(source['wwids']);
  if (!hasNames && !hasIds) errors.push(required(`${path}.targetWWNs`, 'must specify either targetWWNs or wwids, but not both'));
  if (hasNames && hasIds) errors.push(invalid(`${path}.targetWWNs`, source['targetWWNs'], 'targetWWNs and wwids can not be specified simultaneously'));
  if (!hasNames) return;
  if (source['lun'] === undefined) errors.push(required(`${path}.lun`, 'lun is required if targetWWNs is specified'));
  else lun({ source, path, errors, ...rest });
}

function glusterfs(about: About): void {
  const { source, path, errors, inVolume } = about;
  need(about, 'endpoints', 'path');
  const namespace = source['endpointsNamespace'];
  if (!inVolume || namespace === undefined) return;
  if (namespace === '') errors.push(invalid(`${path}.endpointsNamespace`, '', 'if the endpointnamespace is set, it must be a valid namespace name'));
  else for (const message of dns1123Label(textOf(namespace))) errors.push(invalid(`${path}.endpointsNamespace`, namespace, message));
}

function flocker({ source, path, errors }: About): void {
  const name = textOf(source['datasetName']);
  const uuid = textOf(source['datasetUUID']);
  if (name === '' && uuid === '') errors.push(required(path, 'one of datasetName and datasetUUID is required'));
  if (name !== '' && uuid !== '') errors.push(invalid(path, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'));
  if (name.includes('/')) errors.push(invalid(`${path}.datasetName`, name, "must not contain '/'"));
}

const pairText = 'must be a host:port pair or multiple pairs separated by commas';

function quobyte(about: About): void {
  const { source, path, errors } = about;
  const registry = textOf(source['registry']);
  if (registry === '') errors.push(required(`${path}.registry`, pairText));
  else if (textOf(source['tenant']).length >= 65) errors.push(required(`${path}.tenant`, 'must be a UUID and may not exceed a length of 64 characters'));
  else for (const pair of registry.split(',')) if (!/^(\[[^\]]*\]|[^:[\]]*):[^:]*$/.test(pair)) errors.push(invalid(`${path}.registry`, registry, pairText));
  need(about, 'volume');
}

function flexVolume(about: About): void {
  const { source, path, errors } = about;
  need(about, 'driver');
  for (const key of Object.keys(source['options'] as Source | undefined ?? {})) {
    const domain = `.${(key.split('/', 2)[0] ?? '').toLowerCase()}`;
    if (domain.endsWith('.kubernetes.io') || domain.endsWith('.k8s.io')) errors.push(invalid(`${path}.options[${key}]`, key, 'kubernetes.io and k8s.io namespaces are reserved'));
  }
}

function azureDisk(about: About): void {
  const { source, path, errors } = about;
  need(about, 'diskName', 'diskURI');
  const { cachingMode, kind } = source;
  const uri = textOf(source['diskURI']);
  const modes = ['None', 'ReadOnly', 'ReadWrite'];
  const kinds = ['Dedicated', 'Managed', 'Shared'];
  if (cachingMode !== undefined && !modes.includes(textOf(cachingMode))) errors.push(notSupported(`${path}.cachingMode`, cachingMode, modes));
  if (kind !== undefined && !kinds.includes(textOf(kind))) errors.push(notSupported(`${path}.kind`, kind, kinds));
  if (kind === 'Managed' && !uri.startsWith('/subscriptions/')) {
    errors.push(notSupported(`${path}.diskURI`, uri, ['/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}']));
  }
  if (kind !== undefined && kind !== 'Managed' && !uri.startsWith('https://')) {
    errors.push(notSupported(`${path}.diskURI`, uri, ['https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd']));
  }
}

function azureFile(about: About): void {
  need(about, 'secretName', 'shareName');
  if (about.inVolume && about.source['secretNamespace'] === '') about.errors.push(required(`${about.path}.secretNamespace`));
}

function storageos(about: About): void {
  const { source, path, errors } = about;
  need(about, 'volumeName');
  for (const field of ['volumeName', 'volumeNamespace']) {
    const name = textOf(source[field]);
    if (name !== '') for (const message of dns1123Label(name)) errors.push(invalid(`${path}.${field}`, name, message));
  }
  needSecretRef(about);
}

const checks: Readonly<Record<string, (about: About) => void>> = {
  gitRepo(about) {
    need(about, 'repository');
    validateDescendingPath(textOf(about.source['directory']), `${about.path}.directory`, about.errors);
  },
  // Upstream names the disk otherwise in errors about what is in it.
  gcePersistentDisk(about) {
    const within = { ...about, path: about.path.replace(/gcePersistentDisk$/, 'persistentDisk') };
    need(within, 'pdName');
    partition(within);
  },
  awsElasticBlockStore(about) { need(about, 'volumeID'); partition(about); },
  iscsi, glusterfs, flocker, quobyte, fc: fibreChannel, flexVolume, azureFile, azureDisk, storageos,
  rbd: (about) => need(about, 'monitors', 'image'),
  cinder(about) { need(about, 'volumeID'); needSecretRef(about); },
  cephfs: (about) => need(about, 'monitors'),
  vsphereVolume: (about) => need(about, 'volumePath'),
  photonPersistentDisk: (about) => need(about, 'pdID'),
  portworxVolume: (about) => need(about, 'volumeID'),
  scaleIO: (about) => need(about, 'gateway', 'system', 'volumeName'),
};

/** Checks a source of the tree by its field; sources of other kinds are left alone. */
export function validateTreeSource(kind: string, about: About): void {
  checks[kind]?.(about);
}

// As upstream spells them where two sources meet.
const spellings: Readonly<Record<string, string>> = { cephfs: 'cephFS', downwardAPI: 'downwarAPI' };

/** A second source beside the first. */
export function secondSource(kind: string, path: string): FieldError {
  return forbidden(`${path}.${spellings[kind] ?? kind}`, 'may not specify more than 1 volume type');
}
