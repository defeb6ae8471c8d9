import { equalData } from '../../../base/compare.ts';
import { forbidden, invalid, required, tooLong } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { KubeObject, StringMap, Time } from '../../meta.ts';
import { dns1123Subdomain, inclusiveRangeText } from '../../names.ts';
import { defineResource, keepOnlyStatusAndMetadata, metadataFields, statusSubresource } from '../../resource.ts';
import { immutableText, validateObjectMeta } from '../../validate-meta.ts';
import { ageColumn, nameColumn } from '../columns.ts';
import { validateInlineVolume } from '../core/persistent-volume.ts';
import type { PersistentVolumeSpec } from '../core/persistent-volume.ts';
import { validateDriverName } from '../core/validate-driver.ts';

/** Why attaching or detaching failed. */
export interface VolumeError {
  readonly time?: Time;
  readonly message?: string;
  readonly errorCode?: number;
}

/** Which volume is to be attached to which node, and by whom. */
export interface VolumeAttachmentSpec {
  readonly attacher: string;
  readonly source: { readonly persistentVolumeName?: string; readonly inlineVolumeSpec?: PersistentVolumeSpec };
  readonly nodeName: string;
}

/** What the attacher reports. */
export interface VolumeAttachmentStatus {
  readonly attached: boolean;
  readonly attachmentMetadata?: StringMap;
  readonly attachError?: VolumeError;
  readonly detachError?: VolumeError;
}

/** The wish that a volume be attached to a node. */
export interface VolumeAttachment extends KubeObject {
  readonly apiVersion: 'storage.k8s.io/v1';
  readonly kind: 'VolumeAttachment';
  readonly spec: VolumeAttachmentSpec;
  readonly status?: VolumeAttachmentStatus;
}

/** 256 KiB. */
const maximumMetadataBytes = 262_144;
const maximumMessage = 1024;

function validateSource({ persistentVolumeName: name, inlineVolumeSpec: inline }: Partial<VolumeAttachmentSpec['source']>, errors: FieldError[]): void {
  const path = 'spec.source';
  const oneText = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  if (name === undefined && inline === undefined) errors.push(required(path, oneText));
  else if (name !== undefined && inline !== undefined) errors.push(forbidden(path, oneText));
  else if (name === '') errors.push(required(`${path}.persistentVolumeName`, 'must specify non empty persistentVolumeName'));
  else if (inline !== undefined) validateInlineVolume(inline, `${path}.inlineVolumeSpec`, errors);
}

function validateError(error: VolumeError | undefined, path: string, errors: FieldError[]): void {
  // The limit that is named is that of the metadata, as upstream names it.
  if ((error?.message ?? '').length > maximumMessage) errors.push(tooLong(`${path}.message`, maximumMetadataBytes));
  const code = error?.errorCode;
  if (code !== undefined && code < 0) errors.push(invalid(`${path}.errorCode`, code, inclusiveRangeText(0, 2_147_483_647)));
}

function validateStatus(status: VolumeAttachmentStatus | undefined, errors: FieldError[]): void {
  const metadata = status?.attachmentMetadata ?? {};
  const size = Object.keys(metadata).reduce((sum, key) => sum + key.length + (metadata[key] ?? '').length, 0);
  if (size > maximumMetadataBytes) errors.push(tooLong('status.attachmentMetadata', maximumMetadataBytes));
  validateError(status?.attachError, 'status.attachError', errors);
  validateError(status?.detachError, 'status.detachError', errors);
}

function validateStored(attachment: VolumeAttachment): FieldError[] {
  const errors = validateObjectMeta(attachment, false, dns1123Subdomain);
  const { attacher, source, nodeName = '' } = attachment.spec;
  if (!attacher) errors.push(required('spec.attacher'));
  validateSource(source ?? {}, errors);
  for (const message of dns1123Subdomain(nodeName)) errors.push(invalid('spec.nodeName', nodeName, message));
  validateStatus(attachment.status, errors);
  return errors;
}

/** What only new attachments are held to, after everything else. @source kubernetes pkg/apis/storage/validation/validation.go (ValidateVolumeAttachmentV1) */
function validateNew(attachment: VolumeAttachment): readonly FieldError[] {
  const errors = validateStored(attachment);
  const { attacher, source } = attachment.spec;
  validateDriverName(attacher, 'spec.attacher', errors);
  const name = source?.persistentVolumeName;
  if (name !== undefined) for (const message of dns1123Subdomain(name)) errors.push(invalid('spec.source.persistentVolumeName', name, message));
  return errors;
}

/** The spec as the server's own type has it, whose fields have no names in JSON. */
function internalSpec({ attacher, source, nodeName }: VolumeAttachmentSpec): object {
  return { Attacher: attacher ?? '', Source: { PersistentVolumeName: source?.persistentVolumeName ?? null, InlineVolumeSpec: source?.inlineVolumeSpec ?? null }, NodeName: nodeName ?? '' };
}

// The strategy validates the object, and so does the comparison with the old one.
function validateUpdate(attachment: VolumeAttachment, old: VolumeAttachment): readonly FieldError[] {
  const errors = [...validateStored(attachment), ...validateStored(attachment)];
  if (!equalData(attachment.spec, old.spec)) errors.push(invalid('spec', internalSpec(attachment.spec), immutableText));
  return errors;
}

/** @source kubernetes pkg/registry/storage/volumeattachment/strategy.go */
export const volumeAttachmentResource = defineResource<VolumeAttachment>({
  group: 'storage.k8s.io', version: 'v1', kind: 'VolumeAttachment', plural: 'volumeattachments', singular: 'volumeattachment', shortNames: [],
  categories: [], namespaced: false, subresources: [statusSubresource], storagePrefix: '/registry/volumeattachments/', allowUnconditionalUpdate: false,
  selectableFields: metadataFields<VolumeAttachment>(false),
  columns: [
    nameColumn(),
    { name: 'Attacher', format: 'name', doc: 'storage.VolumeAttachmentSpec.attacher', cell: (attachment) => attachment.spec?.attacher ?? '' },
    { name: 'PV', doc: 'storage.VolumeAttachmentSource.persistentVolumeName', cell: (attachment) => attachment.spec?.source?.persistentVolumeName ?? '' },
    { name: 'Node', doc: 'storage.VolumeAttachmentSpec.nodeName', cell: (attachment) => attachment.spec?.nodeName ?? '' },
    { name: 'Attached', type: 'boolean', doc: 'storage.VolumeAttachmentStatus.attached', cell: (attachment) => attachment.status?.attached === true },
    ageColumn(),
  ],
  defaults: (attachment) => attachment,
  prepareForCreate: (attachment) => ({ ...attachment, status: { attached: false } }),
  prepareForUpdate: (attachment, old) => ({ ...attachment, status: old.status ?? { attached: false } }),
  prepareForStatusUpdate: (attachment, old) => keepOnlyStatusAndMetadata(attachment, old),
  validate: validateNew,
  validateUpdate,
  validateStatusUpdate: validateUpdate,
});
