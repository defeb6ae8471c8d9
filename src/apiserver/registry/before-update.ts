/** What happens to every changed object before it is stored. @source kubernetes/apiserver pkg/registry/rest/update.go */
import type { Micros } from '../../base/data.ts';
import type { KubeObject, ObjectMeta } from '../../api/meta.ts';
import { type ResourceDescriptor, storageKey } from '../../api/resource.ts';
import { badRequest, conflict, invalidStatus, type Status } from '../../api/status.ts';
import { type FieldError, invalid } from '../../api/field-error.ts';
import { pathSegment } from '../../api/names.ts';
import { validateAnyMeta, validateAnyMetaUpdate } from '../../api/validate-meta.ts';

/** Checks that the change is made to the object that the client saw. */
export function checkVersion(descriptor: ResourceDescriptor, object: KubeObject, old: KubeObject): Status | undefined {
  const of = { group: descriptor.group, resource: descriptor.plural };
  const { name, uid = '', resourceVersion = '' } = object.metadata;
  if (name !== old.metadata.name) return nameMismatch(name, old.metadata.name);
  if (uid !== '' && uid !== old.metadata.uid) {
    const key = storageKey(descriptor, old.metadata.namespace ?? '', name);
    return conflict(of, name, `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid ?? ''}`);
  }
  if (resourceVersion === '') {
    if (descriptor.allowUnconditionalUpdate === true) return undefined;
    return invalidStatus(descriptor, name, [invalid('metadata.resourceVersion', 0, 'must be specified for an update')]);
  }
  return resourceVersion === old.metadata.resourceVersion ? undefined : conflict(of, name);
}

/** The body is about another object than the path. */
export function nameMismatch(inBody: string, inPath: string): Status {
  return badRequest(`the name of the object (${inBody}) does not match the name on the URL (${inPath})`);
}

/** What is changed, and when. */
export interface Change {
  readonly old: KubeObject;
  readonly subresource: string;
  readonly now: Micros;
  /** The version or group that the client names, if it is not the stored one. */
  readonly form: ResourceDescriptor | undefined;
}

/** Keeps what only the server may set, lets the kind prepare the object, and validates the change. */
export function beforeUpdate(descriptor: ResourceDescriptor, object: KubeObject, options: Change): KubeObject | Status {
  const { old, subresource, now, form } = options;
  const metadata = keepSystemMetadata(object.metadata, old.metadata);
  const whole = metadata === object.metadata ? object : { ...object, metadata };
  const part = descriptor.parts?.[subresource];
  if (part !== undefined) {
    const prepared = part.prepare(whole, old, now);
    const faults = [...metadataFaults(descriptor, prepared, old), ...part.validate(prepared, old)];
    return faults.length === 0 ? prepared : invalidStatus(descriptor, prepared.metadata.name, faults);
  }
  const status = subresource === 'status' && descriptor.prepareForStatusUpdate !== undefined;
  const prepared = status && descriptor.prepareForStatusUpdate !== undefined ? descriptor.prepareForStatusUpdate(whole, old, now) : descriptor.prepareForUpdate(whole, old);
  const faults = status ? descriptor.validateStatusUpdate?.(prepared, old) ?? [] : form?.stored?.validateUpdate?.(prepared, old) ?? descriptor.validateUpdate(prepared, old);
  const common = metadataFaults(descriptor, prepared, old);
  const errors = common.length === 0 ? faults : [...common, ...faults];
  return errors.length === 0 ? prepared : invalidStatus(descriptor, prepared.metadata.name, errors);
}

const NONE: readonly FieldError[] = Object.freeze([]);

/**
 * What every kind's metadata is held to, before the kind looks at it once more: faults of metadata come several times. What an update did not touch was good.
 * @source kubernetes/apiserver pkg/registry/rest/update.go (validateCommonFields)
 */
function metadataFaults({ namespaced }: ResourceDescriptor, object: KubeObject, old: KubeObject): readonly FieldError[] {
  const { labels, annotations, ownerReferences, finalizers } = object.metadata;
  const before = old.metadata;
  if (labels === before.labels && annotations === before.annotations && ownerReferences === before.ownerReferences && finalizers === before.finalizers) return NONE;
  return [...validateAnyMeta(object, namespaced, pathSegment), ...validateAnyMetaUpdate(object, old)];
}

const SYSTEM_METADATA = ['uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'generateName', 'generation', 'selfLink', 'resourceVersion'] as const;

/** Field by field: every update comes by here. */
function isSameSystemMetadata(a: ObjectMeta, b: ObjectMeta): boolean {
  return a.uid === b.uid && a.creationTimestamp === b.creationTimestamp && a.deletionTimestamp === b.deletionTimestamp && a.deletionGracePeriodSeconds === b.deletionGracePeriodSeconds
    && a.generateName === b.generateName && a.generation === b.generation && a.selfLink === b.selfLink && a.resourceVersion === b.resourceVersion;
}

/** Identity and deletion of an object are not the client's to change. */
function keepSystemMetadata(metadata: ObjectMeta, old: ObjectMeta): ObjectMeta {
  if (isSameSystemMetadata(metadata, old)) return metadata;
  const kept: Record<string, unknown> = { ...metadata };
  for (const field of SYSTEM_METADATA) {
    if (old[field] === undefined) delete kept[field]; else kept[field] = old[field];
  }
  return kept as unknown as ObjectMeta;
}

/** An update that takes the last finalizer off an object whose time is over removes it. */
export function deletesObject(object: KubeObject, old: KubeObject): boolean {
  if (object.metadata.deletionTimestamp === undefined || (object.metadata.finalizers?.length ?? 0) > 0) return false;
  const contentIsGone = object.kind !== 'Namespace' || ((object as { spec?: { finalizers?: readonly string[] } }).spec?.finalizers?.length ?? 0) === 0;
  return contentIsGone && (old.metadata.deletionGracePeriodSeconds ?? 0) === 0;
}
