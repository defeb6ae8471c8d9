/**
 * Validation of metadata, shared by all kinds.
 *
 * @source kubernetes/apimachinery pkg/api/validation/objectmeta.go
 */
import { equalData } from '../base/compare.ts';
import { forbidden, invalid, required, tooLong } from './field-error.ts';
import type { FieldError } from './field-error.ts';
import type { KubeObject, ObjectMeta, OwnerReference, StringMap } from './meta.ts';
import { dns1123Label, dns1123Subdomain, labelValue, qualifiedName } from './names.ts';
import type { NameCheck } from './names.ts';

/** What a change of a fixed field is answered with. */
export const immutableText = 'field is immutable';
/** Value below zero. */
export const negativeText = 'must be greater than or equal to 0';
/** Largest sum of annotation keys and values, 256 KiB. */
export const maximumAnnotationBytes = 262_144;

// Label maps that passed once: the same frozen map is shared by all pods of a template.
const goodLabels = new WeakSet<StringMap>();
const goodAnnotations = new WeakSet<StringMap>();

/** Label keys and values. */
export function validateLabels(labels: StringMap | undefined, path: string, errors: FieldError[]): void {
  if (labels === undefined || goodLabels.has(labels)) return;
  const before = errors.length;
  for (const key of Object.keys(labels)) {
    for (const message of qualifiedName(key)) errors.push(invalid(path, key, message));
    const value = labels[key] ?? '';
    for (const message of labelValue(value)) errors.push(invalid(path, value, message));
  }
  if (errors.length === before && Object.isFrozen(labels)) goodLabels.add(labels);
}

/** Annotation keys and total size. */
export function validateAnnotations(annotations: StringMap | undefined, path: string, errors: FieldError[]): void {
  if (annotations === undefined || goodAnnotations.has(annotations)) return;
  const before = errors.length;
  let size = 0;
  for (const key of Object.keys(annotations)) {
    for (const message of qualifiedName(key.toLowerCase())) errors.push(invalid(path, key, message));
    size += key.length + (annotations[key] ?? '').length;
  }
  if (size > maximumAnnotationBytes) errors.push(tooLong(path, maximumAnnotationBytes));
  if (errors.length === before && Object.isFrozen(annotations)) goodAnnotations.add(annotations);
}

function validateOwner(owner: OwnerReference, path: string, errors: FieldError[]): void {
  // No version, or no group version at all.
  if (!owner.apiVersion || owner.apiVersion.endsWith('/') || owner.apiVersion.indexOf('/') !== owner.apiVersion.lastIndexOf('/')) errors.push(invalid(`${path}.apiVersion`, owner.apiVersion ?? '', 'version must not be empty'));
  if (!owner.kind) errors.push(invalid(`${path}.kind`, owner.kind ?? '', 'must not be empty'));
  if (!owner.name) errors.push(invalid(`${path}.name`, owner.name ?? '', 'must not be empty'));
  if (!owner.uid) errors.push(invalid(`${path}.uid`, owner.uid ?? '', 'must not be empty'));
  if (owner.apiVersion === 'v1' && owner.kind === 'Event') errors.push(invalid(path, owner, '/v1, Kind=Event is disallowed from being an owner'));
}

function validateOwners(owners: readonly OwnerReference[] | undefined, path: string, errors: FieldError[]): void {
  if (owners === undefined) return;
  let first = '';
  for (const owner of owners) {
    validateOwner(owner, path, errors);
    if (owner.controller !== true) continue;
    const name = `${owner.kind}/${owner.name}`;
    if (first === '') first = name;
    else errors.push(invalid(path, owners, `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${name}`));
  }
}

/** Finalizers without a domain that Kubernetes itself uses. */
export const standardFinalizers: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);
/** Said of any other. */
export const notStandardText = 'name is neither a standard finalizer name nor is it fully qualified';

function validateFinalizers({ finalizers }: ObjectMeta, path: string, errors: FieldError[]): void {
  if (finalizers === undefined) return;
  for (const finalizer of finalizers) {
    for (const message of qualifiedName(finalizer)) errors.push(invalid(path, finalizer, message));
  }
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(invalid(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'));
  }
}

/** Built-in kinds also refuse finalizers without a domain. @source kubernetes pkg/apis/core/validation/validation.go (validateKubeFinalizerName) */
function validateFinalizerNames({ finalizers }: ObjectMeta, path: string, errors: FieldError[]): void {
  finalizers?.forEach((finalizer, i) => {
    if (!finalizer.includes('/') && !standardFinalizers.has(finalizer)) errors.push(invalid(`${path}[${i}]`, finalizer, notStandardText));
  });
}

/** Metadata of a new object of a kind of Kubernetes. */
export function validateObjectMeta(object: KubeObject, namespaced: boolean, nameCheck: NameCheck): FieldError[] {
  const errors = validateAnyMeta(object, namespaced, nameCheck);
  validateFinalizerNames(object.metadata, 'metadata.finalizers', errors);
  return errors;
}

function addInvalid(errors: FieldError[], messages: readonly string[], { path, value }: { readonly path: string; readonly value: string }): void {
  if (messages.length > 0) for (const message of messages) errors.push(invalid(path, value, message));
}

/** Metadata of a new object of any kind. @source kubernetes/apimachinery pkg/api/validation/objectmeta.go (ValidateObjectMetaAccessor) */
export function validateAnyMeta(object: KubeObject, namespaced: boolean, nameCheck: NameCheck): FieldError[] {
  const meta = object.metadata;
  const errors: FieldError[] = [];
  if (meta.generateName !== undefined && meta.generateName !== '') {
    // A base may end in '-': the suffix comes behind it.
    const base = meta.generateName.endsWith('-') ? `${meta.generateName.slice(0, -1)}a` : meta.generateName;
    addInvalid(errors, nameCheck(base), { path: 'metadata.generateName', value: meta.generateName });
  }
  if (!meta.name) errors.push(required('metadata.name', 'name or generateName is required'));
  else addInvalid(errors, nameCheck(meta.name), { path: 'metadata.name', value: meta.name });
  validateNamespaceOf(meta, namespaced, errors);
  if (meta.generation !== undefined && meta.generation < 0) errors.push(invalid('metadata.generation', meta.generation, negativeText));
  validateLabels(meta.labels, 'metadata.labels', errors);
  validateAnnotations(meta.annotations, 'metadata.annotations', errors);
  validateOwners(meta.ownerReferences, 'metadata.ownerReferences', errors);
  validateFinalizers(meta, 'metadata.finalizers', errors);
  return errors;
}

function validateNamespaceOf(meta: ObjectMeta, namespaced: boolean, errors: FieldError[]): void {
  if (!namespaced) {
    if (meta.namespace !== undefined && meta.namespace !== '') errors.push(forbidden('metadata.namespace', 'not allowed on this type'));
    return;
  }
  if (!meta.namespace) errors.push(required('metadata.namespace'));
  else addInvalid(errors, dns1123Label(meta.namespace), { path: 'metadata.namespace', value: meta.namespace });
}

const fixedFields = ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const;

/** Metadata of a changed object of a kind of Kubernetes against the stored one. */
export function validateObjectMetaUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const errors = validateAnyMetaUpdate(object, old);
  validateFinalizerNames(object.metadata, 'metadata.finalizers', errors);
  return errors;
}

/** Metadata of a changed object of any kind against the stored one. @source kubernetes/apimachinery pkg/api/validation/objectmeta.go (ValidateObjectMetaAccessorUpdate) */
export function validateAnyMetaUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const errors: FieldError[] = [];
  const meta = object.metadata;
  if (old.metadata.deletionTimestamp !== undefined) {
    const extra = (meta.finalizers ?? []).filter((finalizer) => !(old.metadata.finalizers ?? []).includes(finalizer));
    if (extra.length > 0) {
      errors.push(forbidden('metadata.finalizers', `no new finalizers can be added if the object is being deleted, found new finalizers []string{${extra.map((name) => JSON.stringify(name)).join(', ')}}`));
    }
  }
  if (!meta.resourceVersion) errors.push(invalid('metadata.resourceVersion', meta.resourceVersion ?? '', 'must be specified for an update'));
  if ((meta.generation ?? 0) < (old.metadata.generation ?? 0)) errors.push(invalid('metadata.generation', meta.generation ?? 0, 'must not be decremented'));
  for (const field of fixedFields) {
    if (meta[field] !== old.metadata[field]) errors.push(invalid(`metadata.${field}`, meta[field] ?? null, immutableText));
  }
  // What stays as it was stored was good when it came.
  if (meta.labels !== old.metadata.labels) validateLabels(meta.labels, 'metadata.labels', errors);
  if (meta.annotations !== old.metadata.annotations) validateAnnotations(meta.annotations, 'metadata.annotations', errors);
  if (meta.ownerReferences !== old.metadata.ownerReferences) validateOwners(meta.ownerReferences, 'metadata.ownerReferences', errors);
  return errors;
}

/** An error when a fixed field changed. */
export function validateImmutable(value: unknown, old: unknown, path: string): readonly FieldError[] {
  return equalData(value, old) ? [] : [invalid(path, value ?? null, immutableText)];
}

/** An error when a number is below zero. */
export function validateNonNegative(value: number | undefined, path: string, errors: FieldError[]): void {
  if (value !== undefined && value < 0) errors.push(invalid(path, value, negativeText));
}

/** `domain/path`, as controllers name themselves. @source kubernetes/apimachinery pkg/util/validation/validation.go (IsDomainPrefixedPath) */
export function validateDomainPrefixedPath(text: string, path: string, errors: FieldError[]): void {
  const slash = text.indexOf('/');
  if (text === '') errors.push(required(path));
  else if (slash <= 0 || slash === text.length - 1) errors.push(invalid(path, text, 'must be a domain-prefixed path (such as "acme.io/foo")'));
  else {
    for (const message of dns1123Subdomain(text.slice(0, slash))) errors.push(invalid(path, text.slice(0, slash), message));
    const rest = text.slice(slash + 1);
    if (!/^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(rest)) errors.push(invalid(path, rest, 'Invalid path (regex used for validation is \'[A-Za-z0-9/\\-._~%!$&\'()*+,;=:]+\')'));
  }
}
