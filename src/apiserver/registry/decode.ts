/** From the body of a request to an object of the kind that its path names. */
import type { KubeObject, ObjectMeta } from '../../api/meta.ts';
import { apiVersionOf, type ResourceDescriptor } from '../../api/resource.ts';
import { badRequest, type Status } from '../../api/status.ts';
import type { ApiCall } from '../../api/wire.ts';
import { checkFields } from './field-validation.ts';

/** A decoded object and what to warn of. */
export interface Decoded { readonly object: KubeObject; readonly warnings: readonly string[] }

/** Decodes the body of a create or update: fills in kind, version and namespace, checks the fields, sets defaults. */
export function decodeBody(descriptor: ResourceDescriptor, call: ApiCall): Decoded | Status {
  const { body } = call;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return badRequest(`the object provided is unrecognized (must be of type ${descriptor.kind}): couldn't get version/kind; json parse error: unexpected end of JSON input`);
  }
  const typed = withTypeMeta(descriptor, body as KubeObject);
  if ('status' in typed && typed.kind === 'Status') return typed as unknown as Status;
  return decodeObject(descriptor, typed, call);
}

/** Checks and completes an object that already says what it is. */
export function decodeObject(descriptor: ResourceDescriptor, object: KubeObject, call: ApiCall): Decoded | Status {
  const checked = checkFields(descriptor, object, call.options?.fieldValidation ?? 'Warn');
  if ('kind' in checked) return checked;
  const metadata = metadataFor(descriptor, object.metadata, call);
  if ('reason' in metadata) return metadata;
  const whole = metadata === object.metadata ? object : { ...object, metadata };
  return { object: descriptor.defaults(whole), warnings: checked.warnings };
}

function withTypeMeta(descriptor: ResourceDescriptor, body: KubeObject): KubeObject | Status {
  const expected = apiVersionOf(descriptor);
  if (body.apiVersion === expected && body.kind === descriptor.kind && typeof body.metadata === 'object') return body;
  const apiVersion = body.apiVersion ?? expected;
  const kind = body.kind ?? descriptor.kind;
  if (typeof kind !== 'string' || typeof apiVersion !== 'string' || kind !== descriptor.kind) {
    return badRequest(`${descriptor.kind} in version "${descriptor.version}" cannot be handled as a ${descriptor.kind}: the object provided is unrecognized (must be of type ${descriptor.kind}): kind "${String(kind)}"`);
  }
  if (apiVersion !== expected) return badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${expected})`);
  return { ...body, apiVersion, kind, metadata: typeof body.metadata === 'object' && body.metadata !== null ? body.metadata : { name: '' } };
}

function metadataFor(descriptor: ResourceDescriptor, metadata: ObjectMeta, call: ApiCall): ObjectMeta | Status {
  const named = typeof metadata.name === 'string' ? metadata : { ...metadata, name: '' };
  const { namespace = '' } = named;
  if (!descriptor.namespaced || namespace === call.namespace) return named;
  if (namespace === '') return { ...named, namespace: call.namespace };
  return badRequest('the namespace of the provided object does not match the namespace sent on the request');
}
