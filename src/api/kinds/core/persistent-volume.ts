import { equalData } from '../../../base/compare.ts';
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { KubeObject, Time } from '../../meta.ts';
import { dns1123Label, dns1123Subdomain } from '../../names.ts';
import { compareQuantity } from '../../quantity.ts';
import { defineResource, keepOnlyStatus, metadataFields, statusSubresource } from '../../resource.ts';
import { immutableText, validateImmutable, validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { accessModesText, betaStorageClassAnnotation, oldClassWarning, validateAccessModes, validateVolumeMode } from './access-modes.ts';
import type { AccessMode, VolumeMode } from './access-modes.ts';
import type { NodeSelector } from './affinity.ts';
import type { ResourceList } from './container.ts';
import type { ObjectReference } from './event.ts';
import { defaultSource } from './source-defaults.ts';
import { validateDriverName } from './validate-driver.ts';
import { validateNoBacksteps } from './validate-path.ts';
import { validateNodeSelector } from './validate-scheduling.ts';
import { validateHostPath, validateNfs } from './validate-volume.ts';
import { secondSource, validateTreeSource } from './validate-volume-sources.ts';
import { termWarnings } from './node-labels.ts';
import { retiredSources } from './pod-warnings.ts';

interface SecretReference { readonly name?: string; readonly namespace?: string }

/** A volume of a CSI driver. */
export interface CSIPersistentVolumeSource {
  readonly driver: string;
  readonly volumeHandle: string;
  readonly readOnly?: boolean;
  readonly fsType?: string;
  readonly volumeAttributes?: { readonly [key: string]: string };
  readonly controllerPublishSecretRef?: SecretReference;
  readonly nodeStageSecretRef?: SecretReference;
  readonly nodePublishSecretRef?: SecretReference;
  readonly controllerExpandSecretRef?: SecretReference;
  readonly nodeExpandSecretRef?: SecretReference;
}

/** Where the storage is; exactly one is set. */
export interface PersistentVolumeSource {
  readonly hostPath?: { readonly path: string; readonly type?: string };
  readonly nfs?: { readonly server: string; readonly path: string; readonly readOnly?: boolean };
  readonly local?: { readonly path: string; readonly fsType?: string };
  readonly csi?: CSIPersistentVolumeSource;
}

/** What happens to the storage when its claim goes. */
export type ReclaimPolicy = 'Retain' | 'Delete' | 'Recycle';

/** The desired state of a volume. */
export interface PersistentVolumeSpec extends PersistentVolumeSource {
  readonly capacity?: ResourceList;
  readonly accessModes?: readonly AccessMode[];
  readonly claimRef?: ObjectReference;
  readonly persistentVolumeReclaimPolicy?: ReclaimPolicy;
  readonly storageClassName?: string;
  readonly mountOptions?: readonly string[];
  readonly volumeMode?: VolumeMode;
  readonly nodeAffinity?: { readonly required?: NodeSelector };
  readonly volumeAttributesClassName?: string;
}

/** The observed state of a volume. */
export interface PersistentVolumeStatus {
  readonly phase?: 'Pending' | 'Available' | 'Bound' | 'Released' | 'Failed';
  readonly message?: string;
  readonly reason?: string;
  readonly lastPhaseTransitionTime?: Time;
}

/** A piece of storage in the cluster. */
export interface PersistentVolume extends KubeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'PersistentVolume';
  readonly spec: PersistentVolumeSpec;
  readonly status?: PersistentVolumeStatus;
}

const sources = [
  'hostPath', 'gcePersistentDisk', 'awsElasticBlockStore', 'glusterfs', 'flocker', 'nfs', 'rbd', 'quobyte', 'cephfs', 'iscsi', 'cinder', 'fc', 'flexVolume',
  'azureFile', 'vsphereVolume', 'photonPersistentDisk', 'portworxVolume', 'azureDisk', 'scaleIO', 'local', 'storageos', 'csi',
] as const;
const reclaimPolicies = ['Delete', 'Recycle', 'Retain'] as const;
const secretRefs = ['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef', 'nodeExpandSecretRef'] as const;
function validateSecretRef(ref: SecretReference, path: string, errors: FieldError[]): void {
  if (!ref.name) errors.push(required(`${path}.name`));
  else for (const message of dns1123Subdomain(ref.name)) errors.push(invalid(`${path}.name`, ref.name, message));
  if (!ref.namespace) errors.push(required(`${path}.namespace`));
  else for (const message of dns1123Label(ref.namespace)) errors.push(invalid(`${path}.namespace`, ref.namespace, message));
}

function validateCsi(csi: CSIPersistentVolumeSource, path: string, errors: FieldError[]): void {
  validateDriverName(csi.driver, `${path}.driver`, errors);
  if (!csi.volumeHandle) errors.push(required(`${path}.volumeHandle`));
  for (const field of secretRefs) {
    const ref = csi[field];
    if (ref !== undefined) validateSecretRef(ref, `${path}.${field}`, errors);
  }
}

function validateSource(spec: PersistentVolumeSpec, kind: string, { name, errors }: { readonly name: string; readonly errors: FieldError[] }): void {
  const path = `spec.${kind}`;
  if (kind === 'hostPath' && spec.hostPath !== undefined) validateHostPath(spec.hostPath, path, errors);
  else if (kind === 'nfs' && spec.nfs !== undefined) validateNfs(spec.nfs, path, errors);
  else if (kind === 'local' && spec.local !== undefined) {
    if (!spec.local.path) errors.push(required(`${path}.path`));
    else validateNoBacksteps(spec.local.path, `${path}.path`, errors);
    if (spec.nodeAffinity === undefined) errors.push(required('spec.nodeAffinity', 'Local volume requires node affinity'));
  } else if (kind === 'csi' && spec.csi !== undefined) validateCsi(spec.csi, path, errors);
  else validateTreeSource(kind, { source: (spec as unknown as Readonly<Record<string, Readonly<Record<string, unknown>>>>)[kind] ?? {}, path, errors, inVolume: true, name });
}

const given = (spec: PersistentVolumeSpec): readonly string[] => sources.filter((kind) => (spec as Readonly<Record<string, unknown>>)[kind] !== undefined);

function validateCapacity(spec: PersistentVolumeSpec, errors: FieldError[]): void {
  const capacity = spec.capacity ?? {};
  const names = Object.keys(capacity);
  if (names.length === 0) errors.push(required('spec.capacity'));
  if (capacity['storage'] === undefined || names.length > 1) errors.push(notSupported('spec.capacity', capacity, ['storage']));
  for (const name of names) {
    const amount = capacity[name] ?? '0';
    if (compareQuantity(amount, '0') < 0) errors.push(invalid(`spec.capacity[${name}]`, amount, 'must be a valid resource quantity'));
    if (compareQuantity(amount, '0') <= 0) errors.push(invalid(`spec.capacity[${name}]`, amount, 'must be greater than zero'));
  }
}

function validateAffinity(spec: PersistentVolumeSpec, errors: FieldError[]): void {
  if (spec.nodeAffinity === undefined) return;
  if (spec.nodeAffinity.required === undefined) errors.push(required('spec.nodeAffinity.required', 'must specify required node constraints'));
  else validateNodeSelector(spec.nodeAffinity.required, 'spec.nodeAffinity.required', errors);
}

const isRoot = (path: string): boolean => path.startsWith('/') && path.split('/').every((part) => part === '' || part === '.' || part === '..');

function validateSources(spec: PersistentVolumeSpec, name: string, errors: FieldError[]): void {
  const kinds = given(spec);
  kinds.forEach((kind, i) => {
    if (i > 0) errors.push(secondSource(kind, 'spec'));
    else validateSource(spec, kind, { name, errors });
  });
  if (kinds.length === 0) errors.push(required('spec', 'must specify a volume type'));
}

function validateSpec(spec: PersistentVolumeSpec, name: string, errors: FieldError[]): void {
  if ((spec.accessModes ?? []).length === 0) errors.push(required('spec.accessModes'));
  validateAccessModes(spec.accessModes, 'spec.accessModes', errors);
  validateCapacity(spec, errors);
  const policy = spec.persistentVolumeReclaimPolicy;
  if (policy && !reclaimPolicies.includes(policy)) errors.push(notSupported('spec.persistentVolumeReclaimPolicy', policy, reclaimPolicies));
  validateAffinity(spec, errors);
  validateSources(spec, name, errors);
  if (spec.hostPath !== undefined && isRoot(spec.hostPath.path ?? '') && policy === 'Recycle') {
    errors.push(forbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'"));
  }
  if (spec.storageClassName) for (const message of dns1123Subdomain(spec.storageClassName)) errors.push(invalid('spec.storageClassName', spec.storageClassName, message));
  validateVolumeMode(spec.volumeMode, 'spec.volumeMode', errors);
  validateAttributesClass(spec, errors);
}

const inlineText = 'may not be specified in the context of inline volumes';

/** A volume that an attachment carries instead of a name. */
export function validateInlineVolume(spec: PersistentVolumeSpec, path: string, errors: FieldError[]): void {
  const refuse = (field: keyof PersistentVolumeSpec): void => { errors.push(forbidden(`${path}.${field}`, inlineText)); };
  if (spec.claimRef !== undefined) refuse('claimRef');
  if (Object.keys(spec.capacity ?? {}).length > 0) refuse('capacity');
  if (spec.csi === undefined) errors.push(required(`${path}.csi`, 'has to be specified in the context of inline volumes'));
  if ((spec.accessModes ?? []).length === 0) errors.push(required(`${path}.accessModes`));
  validateAccessModes(spec.accessModes, `${path}.accessModes`, errors);
  if (spec.persistentVolumeReclaimPolicy) refuse('persistentVolumeReclaimPolicy');
  const inside: FieldError[] = [];
  validateAffinity(spec, inside);
  validateSources(spec, '', inside);
  errors.push(...inside.map((error) => ({ ...error, field: `${path}${error.field.slice('spec'.length)}` })));
  if (spec.storageClassName) refuse('storageClassName');
  if (spec.volumeMode !== undefined && spec.volumeMode !== 'Filesystem') {
    errors.push(forbidden(`${path}.volumeMode`, 'may not specify volumeMode other than Filesystem in the context of inline volumes'));
  }
  if (spec.volumeAttributesClassName !== undefined) refuse('volumeAttributesClassName');
}

function validateAttributesClass(spec: PersistentVolumeSpec, errors: FieldError[]): void {
  const name = spec.volumeAttributesClassName;
  if (name === undefined) return;
  if (name === '') errors.push(required('spec.volumeAttributesClassName', 'an empty string is disallowed'));
  else for (const message of dns1123Subdomain(name)) errors.push(invalid('spec.volumeAttributesClassName', name, message));
  if (spec.csi === undefined) errors.push(required('spec.csi', 'has to be specified when using volumeAttributesClassName'));
}

function sourceOf(spec: PersistentVolumeSpec, ignoreExpandSecret: boolean): Readonly<Record<string, unknown>> {
  const all: Record<string, unknown> = {};
  for (const kind of given(spec)) all[kind] = (spec as Readonly<Record<string, unknown>>)[kind];
  if (ignoreExpandSecret && spec.csi !== undefined) {
    const { controllerExpandSecretRef: _secret, ...csi } = spec.csi;
    all['csi'] = csi;
  }
  return all;
}

/** Labels of nodes that got a name for good. */
const stableNames: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'beta.kubernetes.io/os': 'kubernetes.io/os', 'beta.kubernetes.io/arch': 'kubernetes.io/arch', 'beta.kubernetes.io/instance-type': 'node.kubernetes.io/instance-type',
};

type VolumeAffinity = NonNullable<PersistentVolumeSpec['nodeAffinity']>;

/** The old affinity with the new names of labels where the new affinity has them. */
function stableLabels(old: VolumeAffinity, now: VolumeAffinity | undefined): VolumeAffinity {
  if (old.required === undefined) return old;
  const nodeSelectorTerms = old.required.nodeSelectorTerms.map((term, i) => (term.matchExpressions === undefined ? term : {
    ...term, matchExpressions: term.matchExpressions.map((part, k) => {
      const key = now?.required?.nodeSelectorTerms[i]?.matchExpressions?.[k]?.key;
      return key !== undefined && stableNames[part.key] === key ? { ...part, key } : part;
    }),
  }));
  return { ...old, required: { ...old.required, nodeSelectorTerms } };
}

function validate(volume: PersistentVolume): readonly FieldError[] {
  const errors = validateObjectMeta(volume, false, dns1123Subdomain);
  validateSpec(volume.spec, volume.metadata.name, errors);
  return errors;
}

/** @fidelity simplified: the difference of the two sources, in Go's notation, is left out of the message about a changed source */
function validateUpdate(volume: PersistentVolume, old: PersistentVolume): readonly FieldError[] {
  // The strategy validates the object, and so does the comparison with the old one.
  const errors = [...validate(volume), ...validate(volume)];
  const mayAddSecret = old.spec.csi !== undefined && old.spec.csi.controllerExpandSecretRef === undefined;
  if (!equalData(sourceOf(volume.spec, mayAddSecret), sourceOf(old.spec, false))) {
    errors.push(forbidden('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation'));
  }
  errors.push(...validateImmutable(volume.spec.volumeMode, old.spec.volumeMode, 'volumeMode'));
  if (old.spec.nodeAffinity !== undefined && !equalData(stableLabels(old.spec.nodeAffinity, volume.spec.nodeAffinity), volume.spec.nodeAffinity)) {
    errors.push(invalid('nodeAffinity', volume.spec.nodeAffinity, `${immutableText}, except for updating from beta label to GA`));
  }
  if (old.spec.volumeAttributesClassName !== undefined && volume.spec.volumeAttributesClassName === undefined) {
    errors.push(forbidden('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden'));
  }
  return errors;
}

/** The class of a volume: the old annotation, else the field. */
function volumeClass(volume: PersistentVolume): string {
  return volume.metadata.annotations?.[betaStorageClassAnnotation] ?? volume.spec?.storageClassName ?? '';
}

function defaultSpec(spec: PersistentVolumeSpec): PersistentVolumeSpec {
  const complete = defaultSource(spec);
  if (complete.persistentVolumeReclaimPolicy !== undefined && complete.volumeMode !== undefined) return complete;
  return { ...complete, persistentVolumeReclaimPolicy: complete.persistentVolumeReclaimPolicy ?? 'Retain', volumeMode: complete.volumeMode ?? 'Filesystem' };
}

/** @source kubernetes pkg/api/persistentvolume/util.go (GetWarningsForPersistentVolume) */
function volumeWarnings({ metadata, spec }: PersistentVolume): readonly string[] {
  const recycles = spec.persistentVolumeReclaimPolicy === 'Recycle';
  return [
    ...(metadata.annotations?.[betaStorageClassAnnotation] === undefined ? [] : [oldClassWarning]),
    ...(recycles ? ['spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.'] : []),
    ...(spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).flatMap((term, i) => termWarnings(term, `spec.nodeAffinity.required.nodeSelectorTerms[${i}]`, false)),
    ...retiredSources(spec, 'spec'),
  ];
}

/** @source kubernetes pkg/registry/core/persistentvolume/strategy.go
 * @fidelity simplified: the API server leaves status.lastPhaseTransitionTime to the controller */
export const persistentVolumeResource = defineResource<PersistentVolume>({
  group: '', version: 'v1', kind: 'PersistentVolume', plural: 'persistentvolumes', singular: 'persistentvolume', shortNames: ['pv'],
  categories: [], namespaced: false, subresources: [statusSubresource], storagePrefix: '/registry/persistentvolumes/', allowUnconditionalUpdate: true,
  selectableFields: metadataFields<PersistentVolume>(false),
  columns: [
    nameColumn(),
    { name: 'Capacity', doc: 'PersistentVolumeSpec.capacity', cell: (volume) => volume.spec?.capacity?.['storage'] ?? '0' },
    { name: 'Access Modes', doc: 'PersistentVolumeSpec.accessModes', cell: (volume) => accessModesText(volume.spec?.accessModes) },
    { name: 'Reclaim Policy', doc: 'PersistentVolumeSpec.persistentVolumeReclaimPolicy', cell: (volume) => volume.spec?.persistentVolumeReclaimPolicy ?? '' },
    { name: 'Status', doc: 'PersistentVolumeStatus.phase', cell: (volume) => (volume.metadata.deletionTimestamp === undefined ? volume.status?.phase ?? '' : 'Terminating') },
    { name: 'Claim', doc: 'PersistentVolumeSpec.claimRef', cell: (volume) => (volume.spec?.claimRef === undefined ? '' : `${volume.spec?.claimRef.namespace ?? ''}/${volume.spec?.claimRef.name ?? ''}`) },
    { name: 'StorageClass', description: 'Class that the volume is of.', cell: volumeClass },
    { name: 'VolumeAttributesClass', description: 'Class of attributes that the volume has.', cell: (volume) => volume.spec?.volumeAttributesClassName ?? '<unset>' },
    { name: 'Reason', doc: 'PersistentVolumeStatus.reason', cell: (volume) => volume.status?.reason ?? '' },
    ageColumn(),
    { name: 'VolumeMode', wide: true, doc: 'PersistentVolumeSpec.volumeMode', cell: (volume) => volume.spec?.volumeMode ?? '<unset>' },
  ],
  defaults(volume) {
    const spec = defaultSpec(volume.spec ?? {});
    if (spec === volume.spec && volume.status?.phase !== undefined) return volume;
    return { ...volume, spec, status: { ...volume.status, phase: volume.status?.phase ?? 'Pending' } };
  },
  prepareForCreate: (volume) => ({ ...volume, status: { phase: 'Pending' } }),
  prepareForUpdate: (volume, old) => ({ ...volume, status: old.status ?? { phase: 'Pending' } }),
  prepareForStatusUpdate: (volume, old) => keepOnlyStatus(volume, old),
  validate,
  validateUpdate,
  validateStatusUpdate: (volume, old) => validateObjectMetaUpdate(volume, old),
  warnings: volumeWarnings,
});
