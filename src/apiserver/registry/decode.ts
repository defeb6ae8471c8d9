/** From the body of a request to an object of the kind that its path names. */
import type { KubeObject, ObjectMeta } from '../../api/meta.ts';
import { apiVersionOf, type ResourceDescriptor } from '../../api/resource.ts';
import { badRequest, invalidStatus, isStatus, type Status } from '../../api/status.ts';
import { cannotHandleText, decodeObject as decodeFields, fieldComplaints, strictErrorText } from '../../api/strict.ts';
import type { ApiCall } from '../../api/wire.ts';
import { deepFreeze } from '../../base/data.ts';
import { formOf } from '../resources.ts';
import type { RequestRecord, ServerState } from '../state.ts';
import type { Need } from '../admission/plugin.ts';
import { converted, type Place } from '../conversion/convert.ts';

/** A decoded object and what to warn of. */
export interface Decoded { readonly object: KubeObject; readonly warnings: readonly string[] }

/** What is asked, what has been learned for it so far, and the stored object that the body is a new version of. */
type Decoding = Pick<RequestRecord, 'call' | 'learned'> & { readonly old?: KubeObject | undefined };

const none: readonly string[] = Object.freeze([]);

/** Decodes the body of a create or update: fills in kind, version and namespace, checks the fields, sets defaults. */
export function decodeBody(state: ServerState, stored: ResourceDescriptor, { call, learned, old }: Decoding): Decoded | Status | Need {
  const { body } = call;
  const form = formOf(state, call);
  const descriptor = form ?? stored;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return badRequest(cannotHandleText(descriptor, `json: cannot unmarshal ${Array.isArray(body) ? 'array' : typeof body} into Go value of type v1.${descriptor.kind}`));
  }
  const typed = withTypeMeta(descriptor, body as KubeObject);
  return isStatus(typed) ? typed : decodeObject(descriptor, typed, { call, learned, place: 'body', old: form === undefined ? old : undefined });
}

/** Checks and completes an object that already says what it is. Frozen parts that were checked before are not looked at again. */
export function decodeObject(descriptor: ResourceDescriptor, object: KubeObject, { call, old, ...place }: Decoding & Place): Decoded | Status | Need {
  const mode = call.options?.fieldValidation ?? 'Warn';
  const decoded = decodeFields(descriptor, deepFreeze(object), old);
  if (!decoded.ok) return badRequest(decoded.error);
  const { unknownFields } = decoded.value;
  const { duplicateFields, strictErrors } = call;
  const complaints = unknownFields.length === 0 && duplicateFields === undefined && strictErrors === undefined ? none
    : [...call.patchType === 'apply' ? none : strictErrors ?? none, ...fieldComplaints(unknownFields, duplicateFields ?? none)];
  if (complaints.length > 0 && mode === 'Strict') return badRequest(strictErrorText(descriptor, complaints));
  const metadata = metadataFor(descriptor, decoded.value.object.metadata, call);
  if ('code' in metadata) return metadata;
  const whole = metadata === decoded.value.object.metadata ? decoded.value.object : { ...decoded.value.object, metadata };
  const stored = toStored(descriptor, keepsSpec(descriptor, whole, { call, old }) ? whole : descriptor.defaults(whole), place);
  return isStatus(stored) || 'need' in stored ? stored : { object: stored, warnings: mode === 'Warn' ? warningsOf(complaints, call) : none };
}

/** A status that comes with the very spec that is stored: defaults of built-in kinds are those of the spec, which stays as it is stored anyway. */
function keepsSpec({ schema }: ResourceDescriptor, object: KubeObject, { call, old }: Pick<Decoding, 'call' | 'old'>): boolean {
  const { spec } = object as { readonly spec?: unknown };
  return call.subresource === 'status' && schema === undefined && spec !== undefined && spec === (old as { readonly spec?: unknown } | undefined)?.spec;
}

const YAML_ERRORS = 'yaml: unmarshal errors:\n';

/**
 * Errors as warnings: each line of the YAML reader is one.
 * @source kubernetes/apiserver pkg/endpoints/handlers/rest.go (addStrictDecodingWarnings, parseYAMLWarnings)
 */
function warningsOf(complaints: readonly string[], { patchType, strictErrors = none }: ApiCall): readonly string[] {
  const all = patchType === 'apply' ? [...strictErrors, ...complaints] : complaints;
  if (!all.some(text => text.startsWith(YAML_ERRORS))) return all;
  return all.flatMap(text => (text.startsWith(YAML_ERRORS) ? text.slice(YAML_ERRORS.length).split('\n').map(line => line.trim()) : [text]));
}

/** The object as it is stored, with the defaults of that version. What only the other version forbids is told before. */
function toStored(descriptor: ResourceDescriptor, object: KubeObject, place: Place): KubeObject | Status | Need {
  if (descriptor.stored === undefined) return object;
  // A form with rules of its own is judged when the object is whole.
  const errors = descriptor.stored.validate === undefined ? descriptor.validate(object) : [];
  if (errors.length > 0) return invalidStatus(descriptor, object.metadata.name, errors);
  const stored = converted(descriptor.stored.as, object, place);
  return isStatus(stored) || 'need' in stored ? stored : descriptor.stored.as.defaults(descriptor.stored.to(stored));
}

function withTypeMeta(descriptor: ResourceDescriptor, body: KubeObject): KubeObject | Status {
  const expected = apiVersionOf(descriptor);
  if (body.apiVersion === expected && body.kind === descriptor.kind && typeof body.metadata === 'object' && body.metadata !== null) return body;
  const { apiVersion = expected, kind = descriptor.kind } = body as Partial<KubeObject>;
  if (apiVersion !== expected) return badRequest(`the API version in the data (${String(apiVersion)}) does not match the expected API version (${expected})`);
  if (kind !== descriptor.kind) {
    return badRequest(`${String(kind)} in version "${descriptor.version}" cannot be handled as a ${descriptor.kind}: converting (v1.${String(kind)}) to (v1.${descriptor.kind}): unknown conversion`);
  }
  return { ...body, apiVersion, kind, metadata: (body as Partial<KubeObject>).metadata ?? { name: '' } };
}

function metadataFor(descriptor: ResourceDescriptor, metadata: ObjectMeta, call: ApiCall): ObjectMeta | Status {
  const named = typeof metadata.name === 'string' ? metadata : { ...metadata, name: '' };
  const { namespace = '' } = named;
  if (!descriptor.namespaced || namespace === call.namespace) return named;
  if (namespace === '') return { ...named, namespace: call.namespace };
  return badRequest('the namespace of the provided object does not match the namespace sent on the request');
}
