import { forbidden, invalid, required, tooLong } from '../../field-error.ts';
import type { FieldError } from '../../field-error.ts';
import type { KubeObject, StringMap, Time } from '../../meta.ts';
import { dns1123Subdomain } from '../../names.ts';
import { defineResource, keepOnlyStatus, metadataFields, statusSubresource } from '../../resource.ts';
import { validateImmutable, validateObjectMeta, validateObjectMetaUpdate } from '../../validate-meta.ts';
import { ageColumn, nameColumn } from '../columns.ts';
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
  readonly source: { readonly persistentVolumeName?: string; readonly inlineVolumeSpec?: object };
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

function validateSpec(spec: VolumeAttachmentSpec, errors: FieldError[]): void {
  validateDriverName(spec.attacher, 'spec.attacher', errors);
  const { persistentVolumeName: name, inlineVolumeSpec: inline } = spec.source ?? {};
  if (name === undefined && inline === undefined) errors.push(required('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'));
  else if (name !== undefined && inline !== undefined) errors.push(forbidden('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'));
  else if (name === '') errors.push(required('spec.source.persistentVolumeName', 'must specify non empty persistentVolumeName'));
  for (const message of dns1123Subdomain(spec.nodeName ?? '')) errors.push(invalid('spec.nodeName', spec.nodeName ?? '', message));
  if (name !== undefined) for (const message of dns1123Subdomain(name)) errors.push(invalid('spec.source.persistentVolumeName', name, message));
}

function validateStatus(status: VolumeAttachmentStatus | undefined, errors: FieldError[]): void {
  const metadata = status?.attachmentMetadata ?? {};
  const size = Object.keys(metadata).reduce((sum, key) => sum + key.length + (metadata[key] ?? '').length, 0);
  if (size > maximumMetadataBytes) errors.push(tooLong('status.attachmentMetadata', maximumMetadataBytes));
  for (const field of ['attachError', 'detachError'] as const) {
    if ((status?.[field]?.message ?? '').length > maximumMessage) errors.push(tooLong(`status.${field}.message`, maximumMessage));
  }
}

function validateUpdate(attachment: VolumeAttachment, old: VolumeAttachment): readonly FieldError[] {
  const errors = validateObjectMetaUpdate(attachment, old);
  validateSpec(attachment.spec, errors);
  validateStatus(attachment.status, errors);
  errors.push(...validateImmutable(attachment.spec, old.spec, 'spec'));
  return errors;
}

/** @source kubernetes pkg/registry/storage/volumeattachment/strategy.go */
export const volumeAttachmentResource = defineResource<VolumeAttachment>({
  group: 'storage.k8s.io', version: 'v1', kind: 'VolumeAttachment', plural: 'volumeattachments', singular: 'volumeattachment', shortNames: [],
  categories: [], namespaced: false, subresources: [statusSubresource], storagePrefix: '/registry/volumeattachments/', allowUnconditionalUpdate: false,
  selectableFields: metadataFields<VolumeAttachment>(false),
  columns: [
    nameColumn(),
    { name: 'Attacher', cell: (attachment) => attachment.spec.attacher },
    { name: 'PV', cell: (attachment) => attachment.spec.source?.persistentVolumeName ?? '' },
    { name: 'Node', cell: (attachment) => attachment.spec.nodeName },
    { name: 'Attached', type: 'boolean', cell: (attachment) => attachment.status?.attached === true },
    ageColumn(),
  ],
  defaults: (attachment) => attachment,
  prepareForCreate: (attachment) => ({ ...attachment, status: { attached: false } }),
  prepareForUpdate: (attachment, old) => ({ ...attachment, status: old.status ?? { attached: false } }),
  prepareForStatusUpdate: (attachment, old) => keepOnlyStatus(attachment, old),
  validate(attachment) {
    const errors = validateObjectMeta(attachment, false, dns1123Subdomain);
    validateSpec(attachment.spec, errors);
    return errors;
  },
  validateUpdate,
  validateStatusUpdate: validateUpdate,
});
