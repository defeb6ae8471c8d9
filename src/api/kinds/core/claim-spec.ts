/** What a claim asks for: in claims, in the templates of stateful sets and in ephemeral volumes. */
import { equalData } from '../../../base/compare.ts';
import { forbidden, invalid, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { LabelSelector, ObjectMeta } from '../../meta.ts';
import { dns1123Label, dns1123Subdomain } from '../../names.ts';
import { compareQuantity } from '../../quantity.ts';
import { validateLabelSelector } from '../../selector.ts';
import { validateAnnotations, validateLabels } from '../../validate-meta.ts';
import { validateAccessModes, validateVolumeMode } from './access-modes.ts';
import type { AccessMode, VolumeMode } from './access-modes.ts';
import type { ResourceList } from './container.ts';

/** What a new volume is filled with. */
export interface DataSource {
  readonly apiGroup?: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** The desired state of a claim. */
export interface PersistentVolumeClaimSpec {
  readonly accessModes?: readonly AccessMode[];
  readonly selector?: LabelSelector;
  readonly resources?: { readonly requests?: ResourceList; readonly limits?: ResourceList };
  readonly volumeName?: string;
  /** Absent: the default class; '': no class at all. */
  readonly storageClassName?: string;
  readonly volumeMode?: VolumeMode;
  readonly dataSource?: DataSource;
  readonly dataSourceRef?: DataSource;
  readonly volumeAttributesClassName?: string;
}

/** The spec with its mode; the same object when it was there. */
export function defaultClaimSpec(spec: PersistentVolumeClaimSpec): PersistentVolumeClaimSpec {
  return spec.volumeMode === undefined ? { ...spec, volumeMode: 'Filesystem' } : spec;
}

const isServed = ({ apiGroup, kind }: DataSource): boolean => ((apiGroup ?? '') === '' ? kind === 'PersistentVolumeClaim' : apiGroup === 'snapshot.storage.k8s.io' && kind === 'VolumeSnapshot');

/** A source of another kind than claims and snapshots is dropped from `dataSource`; of the two fields, the missing one is written.
 * @source kubernetes pkg/api/persistentvolumeclaim/util.go (DropDisabledFields, EnforceDataSourceBackwardsCompatibility, NormalizeDataSources) */
export function completeDataSources(spec: PersistentVolumeClaimSpec, old?: PersistentVolumeClaimSpec): PersistentVolumeClaimSpec {
  if (spec.dataSource === undefined && spec.dataSourceRef === undefined) return spec;
  const crosses = Boolean(spec.dataSourceRef?.namespace) && old?.dataSourceRef === undefined;
  const reference = crosses ? undefined : spec.dataSourceRef;
  const known = old?.dataSource !== undefined || old?.dataSourceRef !== undefined;
  const invalidSource = spec.dataSource !== undefined && !known && !isServed(spec.dataSource);
  const source = invalidSource ? undefined : spec.dataSource;
  const { dataSource: _source, dataSourceRef: _reference, ...rest } = spec;
  const both = { dataSource: source ?? (reference?.namespace ? undefined : reference), dataSourceRef: reference ?? source };
  return { ...rest, ...(both.dataSource && { dataSource: both.dataSource }), ...(both.dataSourceRef && { dataSourceRef: both.dataSourceRef }) };
}

function validateDataSource(source: DataSource | undefined, path: string, errors: FieldError[]): void {
  if (source === undefined) return;
  if (!source.name) errors.push(required(`${path}.name`));
  if (!source.kind) errors.push(required(`${path}.kind`));
  const group = source.apiGroup ?? '';
  if (group === '' && source.kind !== 'PersistentVolumeClaim') {
    errors.push(invalid(path, source.kind ?? '', "must be 'PersistentVolumeClaim' when referencing the default apiGroup"));
  }
  if (group !== '') for (const message of dns1123Subdomain(group)) errors.push(invalid(`${path}.apiGroup`, group, message));
  if (source.namespace) for (const message of dns1123Label(source.namespace)) errors.push(invalid(`${path}.namespace`, source.namespace, message));
}

function validateSize(spec: PersistentVolumeClaimSpec, path: string, errors: FieldError[]): void {
  const size = spec.resources?.requests?.['storage'];
  const at = `${path}.resources[storage]`;
  if (size === undefined) errors.push(required(at));
  else if (compareQuantity(size, '0') <= 0) errors.push(invalid(at, size, 'must be greater than zero'));
}

/** @source kubernetes pkg/apis/core/validation/validation.go (ValidatePersistentVolumeClaimSpec) */
export function validateClaimSpec(spec: PersistentVolumeClaimSpec, path: string, errors: FieldError[]): void {
  if ((spec.accessModes ?? []).length === 0) errors.push(required(`${path}.accessModes`, 'at least 1 access mode is required'));
  errors.push(...validateLabelSelector(spec.selector, `${path}.selector`));
  validateAccessModes(spec.accessModes, `${path}.accessModes`, errors);
  validateSize(spec, path, errors);
  if (spec.storageClassName) for (const message of dns1123Subdomain(spec.storageClassName)) errors.push(invalid(`${path}.storageClassName`, spec.storageClassName, message));
  validateVolumeMode(spec.volumeMode, `${path}.volumeMode`, errors);
  const { dataSource, dataSourceRef } = spec;
  validateDataSource(dataSource, `${path}.dataSource`, errors);
  validateDataSource(dataSourceRef, `${path}.dataSourceRef`, errors);
  if (dataSource !== undefined && dataSourceRef !== undefined) {
    if (dataSourceRef.namespace) errors.push(invalid(path, `${path}.dataSource`, 'may not be specified when dataSourceRef.namespace is specified'));
    else if (!equalData(dataSource, { ...dataSourceRef, namespace: undefined })) errors.push(invalid(path, `${path}.dataSource`, 'must match dataSourceRef'));
  }
  const attributes = spec.volumeAttributesClassName;
  if (attributes) for (const message of dns1123Subdomain(attributes)) errors.push(invalid(`${path}.volumeAttributesClassName`, attributes, message));
}

/** A claim inside another object: its labels, annotations and spec. */
export function validateClaimTemplate(template: { readonly metadata?: Partial<ObjectMeta>; readonly spec?: PersistentVolumeClaimSpec }, path: string, errors: FieldError[]): void {
  validateAnnotations(template.metadata?.annotations, `${path}.metadata.annotations`, errors);
  validateLabels(template.metadata?.labels, `${path}.metadata.labels`, errors);
  validateClaimSpec(template.spec ?? {}, `${path}.spec`, errors);
}

/** A claim inside a pod may bring nothing but labels and annotations. */
export function validateEphemeralClaim(template: { readonly metadata?: object; readonly spec: object }, path: string, errors: FieldError[]): void {
  for (const field of Object.keys(template.metadata ?? {})) {
    if (field !== 'labels' && field !== 'annotations') errors.push(forbidden(`${path}.metadata.${field}`, 'cannot be set'));
  }
  validateClaimTemplate(template as { readonly metadata?: Partial<ObjectMeta>; readonly spec: PersistentVolumeClaimSpec }, path, errors);
}
