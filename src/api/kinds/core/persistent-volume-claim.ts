import { equalData } from '../../../base/compare.ts';
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { Condition, KubeObject, Quantity } from '../../meta.ts';
import { dns1123Subdomain, qualifiedName } from '../../names.ts';
import { compareQuantity } from '../../quantity.ts';
import { defineResource, keepOnlyStatus, metadataFields, statusSubresource } from '../../resource.ts';
import { immutableText, validateImmutable, validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { accessModesText, betaStorageClassAnnotation, oldClassWarning } from './access-modes.ts';
import type { AccessMode } from './access-modes.ts';
import { completeDataSources, defaultClaimSpec, validateClaimSpec } from './claim-spec.ts';
import type { PersistentVolumeClaimSpec } from './claim-spec.ts';
import type { ResourceList } from './container.ts';
import { claimSpecWarnings } from './pod-warnings.ts';
import { isNativeResource } from './standard-resources.ts';

/** Whether a claim has its volume. */
export type ClaimPhase = 'Pending' | 'Bound' | 'Lost';

/** The observed state of a claim. */
export interface PersistentVolumeClaimStatus {
  readonly phase?: ClaimPhase;
  readonly accessModes?: readonly AccessMode[];
  readonly capacity?: ResourceList;
  readonly conditions?: readonly Condition[];
  readonly allocatedResources?: ResourceList;
  readonly allocatedResourceStatuses?: { readonly [resource: string]: string };
  readonly currentVolumeAttributesClassName?: string;
  readonly modifyVolumeStatus?: { readonly targetVolumeAttributesClassName?: string; readonly status: string };
}

/** A user's request for storage. */
export interface PersistentVolumeClaim extends KubeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'PersistentVolumeClaim';
  readonly spec: PersistentVolumeClaimSpec;
  readonly status?: PersistentVolumeClaimStatus;
}

const sizeOf = (claim: PersistentVolumeClaim): Quantity => claim.spec.resources?.requests?.['storage'] ?? '0';

/** A claim whose class stood in the old annotation may name it in the field; then the annotation may go. */
function movesFromAnnotation(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): boolean {
  const [now, before] = [claim, old].map((each) => each.metadata.annotations?.[betaStorageClassAnnotation]);
  return before !== undefined && old.spec.storageClassName === undefined && claim.spec.storageClassName === before && (now === undefined || now === before);
}

function mayNameClass(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): boolean {
  if (claim.spec.storageClassName === undefined || old.spec.storageClassName !== undefined) return false;
  const before = old.metadata.annotations?.[betaStorageClassAnnotation];
  return before === undefined || before === claim.spec.storageClassName;
}

/** What may change: the volume's name once, the class from nothing, the size and the attributes class of bound claims. */
function comparable(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): PersistentVolumeClaimSpec {
  let spec = claim.spec;
  if (!old.spec.volumeName && spec.volumeName !== old.spec.volumeName) spec = without(spec, 'volumeName');
  if (mayNameClass(claim, old)) spec = without(spec, 'storageClassName');
  if (claim.status?.phase !== 'Bound') return spec;
  if (spec.resources?.requests !== undefined) {
    const storage = old.spec.resources?.requests?.['storage'];
    const { storage: _size, ...others } = spec.resources.requests;
    spec = { ...spec, resources: { ...spec.resources, requests: storage === undefined ? others : { ...others, storage } } };
  }
  const kept = old.spec.volumeAttributesClassName;
  return kept === undefined ? without(spec, 'volumeAttributesClassName') : { ...spec, volumeAttributesClassName: kept };
}

function without(spec: PersistentVolumeClaimSpec, field: keyof PersistentVolumeClaimSpec): PersistentVolumeClaimSpec {
  const { [field]: _gone, ...rest } = spec;
  return rest as PersistentVolumeClaimSpec;
}

/** A class that was applied once can be changed but not taken away. */
function validateAttributesClass(claim: PersistentVolumeClaim, old: PersistentVolumeClaim, errors: FieldError[]): void {
  const now = claim.spec.volumeAttributesClassName;
  if (now === old.spec.volumeAttributesClassName || old.status?.currentVolumeAttributesClassName === undefined) return;
  const because = 'is forbidden when status.currentVolumeAttributesClassName is not nil';
  if (now === undefined) errors.push(forbidden('spec.volumeAttributesClassName', `update to nil ${because}`));
  else if (now === '') errors.push(forbidden('spec.volumeAttributesClassName', `update to empty string ${because}`));
}

function validate(claim: PersistentVolumeClaim): readonly FieldError[] {
  const errors = validateObjectMeta(claim, true, dns1123Subdomain);
  validateClaimSpec(claim.spec, 'spec', errors);
  return errors;
}

/** @fidelity simplified: the difference of the two specs, in Go's notation, is left out of the message about a changed spec */
function validateUpdate(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): readonly FieldError[] {
  // The strategy validates the object, and so does the comparison with the old one.
  const ofObject = validate(claim);
  const errors = [...ofObject, ...validateObjectMetaUpdate(claim, old), ...ofObject];
  const [now, before] = [claim, old].map((each) => each.metadata.annotations?.[betaStorageClassAnnotation]);
  if ((now ?? '') !== (before ?? '') && !movesFromAnnotation(claim, old)) errors.push(invalid(`metadata.annotations.${betaStorageClassAnnotation}`, now ?? '', immutableText));
  const unchanged = !old.spec.volumeName ? without(old.spec, 'volumeName') : old.spec;
  const wanted = comparable(claim, old);
  if (!equalData(!old.spec.volumeName ? without(wanted, 'volumeName') : wanted, unchanged)) {
    errors.push(forbidden('spec', 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'));
  }
  const shrinks = compareQuantity(sizeOf(claim), sizeOf(old)) < 0;
  if (shrinks && compareQuantity(sizeOf(claim), old.status?.capacity?.['storage'] ?? '0') <= 0) {
    errors.push(forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity'));
  }
  errors.push(...validateImmutable(claim.spec.volumeMode, old.spec.volumeMode, 'volumeMode'));
  validateAttributesClass(claim, old, errors);
  return errors;
}

const resizeStates = ['ControllerResizeInProgress', 'ControllerResizeInfeasible', 'NodeResizeInProgress', 'NodeResizeInfeasible', 'NodeResizePending'] as const;

/** Resources of Kubernetes itself can only be the storage. */
function validateResourceKey(name: string, path: string): readonly FieldError[] {
  const messages = qualifiedName(name);
  if (messages.length > 0) return messages.map((message) => invalid(path, name, message));
  return isNativeResource(name) && name !== 'storage' ? [notSupported(path, name, ['storage'])] : [];
}

function validateAmount(amount: Quantity | undefined, path: string): readonly FieldError[] {
  return compareQuantity(amount ?? '0', '0') < 0 ? [invalid(path, amount, 'must be a valid resource quantity')] : [];
}

function validateAllocated(status: PersistentVolumeClaimStatus): readonly FieldError[] {
  const errors: FieldError[] = [];
  const states = status.allocatedResourceStatuses ?? {};
  for (const name of Object.keys(states)) {
    errors.push(...validateResourceKey(name, 'status.allocatedResourceStatuses'));
    if (!(resizeStates as readonly string[]).includes(states[name] ?? '')) errors.push(notSupported('status.allocatedResourceStatuses', name, resizeStates));
  }
  const amounts = status.allocatedResources ?? {};
  for (const name of Object.keys(amounts)) {
    const faults = validateResourceKey(name, 'status.allocatedResources');
    errors.push(...(faults.length > 0 ? faults : validateAmount(amounts[name], `status.allocatedResources[${name}]`)));
  }
  return errors;
}

/** @source kubernetes pkg/apis/core/validation/validation.go (ValidatePersistentVolumeClaimStatusUpdate) */
function validateStatusUpdate(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): readonly FieldError[] {
  const errors = validateObjectMetaUpdate(claim, old);
  if ((claim.spec.accessModes ?? []).length === 0) errors.push(required('Spec.accessModes'));
  const capacity = claim.status?.capacity ?? {};
  for (const name of Object.keys(capacity)) errors.push(...validateAmount(capacity[name], `status.capacity[${name}]`));
  errors.push(...validateAllocated(claim.status ?? {}));
  return errors;
}

/** The class of a claim: the old annotation, else the field. */
function claimClass(claim: PersistentVolumeClaim): string {
  return claim.metadata.annotations?.[betaStorageClassAnnotation] ?? claim.spec?.storageClassName ?? '';
}

const isGiven = (claim: PersistentVolumeClaim): boolean => Boolean(claim.spec?.volumeName);

/** @source kubernetes pkg/registry/core/persistentvolumeclaim/strategy.go */
export const persistentVolumeClaimResource = defineResource<PersistentVolumeClaim>({
  group: '', version: 'v1', kind: 'PersistentVolumeClaim', plural: 'persistentvolumeclaims', singular: 'persistentvolumeclaim', shortNames: ['pvc'],
  categories: [], namespaced: true, subresources: [statusSubresource], storagePrefix: '/registry/persistentvolumeclaims/', allowUnconditionalUpdate: true,
  selectableFields: metadataFields<PersistentVolumeClaim>(true),
  columns: [
    nameColumn(),
    { name: 'Status', doc: 'PersistentVolumeClaimStatus.phase', cell: (claim) => (claim.metadata.deletionTimestamp === undefined ? claim.status?.phase ?? '' : 'Terminating') },
    { name: 'Volume', doc: 'PersistentVolumeClaimSpec.volumeName', cell: (claim) => claim.spec?.volumeName ?? '' },
    { name: 'Capacity', doc: 'PersistentVolumeClaimStatus.capacity', cell: (claim) => (isGiven(claim) ? claim.status?.capacity?.['storage'] ?? '0' : '') },
    { name: 'Access Modes', doc: 'PersistentVolumeClaimStatus.accessModes', cell: (claim) => (isGiven(claim) ? accessModesText(claim.status?.accessModes) : '') },
    { name: 'StorageClass', description: 'Class that the claim asks for.', cell: claimClass },
    { name: 'VolumeAttributesClass', description: 'Class of attributes that the claim asks for.', cell: (claim) => claim.spec?.volumeAttributesClassName ?? '<unset>' },
    ageColumn(),
    { name: 'VolumeMode', wide: true, doc: 'PersistentVolumeClaimSpec.volumeMode', cell: (claim) => claim.spec?.volumeMode ?? '<unset>' },
  ],
  defaults(claim) {
    const spec = defaultClaimSpec(claim.spec ?? {});
    if (spec === claim.spec && claim.status?.phase !== undefined) return claim;
    return { ...claim, spec, status: { ...claim.status, phase: claim.status?.phase ?? 'Pending' } };
  },
  prepareForCreate: (claim) => ({ ...claim, spec: completeDataSources(claim.spec), status: { phase: 'Pending' } }),
  prepareForUpdate: (claim, old) => ({ ...claim, spec: completeDataSources(claim.spec, old.spec), status: old.status ?? { phase: 'Pending' } }),
  prepareForStatusUpdate: (claim, old) => keepOnlyStatus(claim, old),
  validate,
  validateUpdate,
  validateStatusUpdate,
  warnings: ({ metadata, spec }) => [...(metadata.annotations?.[betaStorageClassAnnotation] === undefined ? [] : [oldClassWarning]), ...claimSpecWarnings(spec, 'spec')],
});
