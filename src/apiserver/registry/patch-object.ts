/** Applies the patch of a request. @source kubernetes/apiserver pkg/endpoints/handlers/patch.go */
import { goValueName } from '../../api/go-json.ts';
import type { KubeObject } from '../../api/meta.ts';
import { applyJsonPatch, applyMergePatch, type PatchFailure } from '../../api/patch/json-patch.ts';
import { applyStrategicPatch } from '../../api/patch/strategic.ts';
import type { ResourceDescriptor } from '../../api/resource.ts';
import { badRequest, failure, requestEntityTooLarge, type Status, unsupportedMediaType } from '../../api/status.ts';
import { schemaTypeOf } from '../../api/strict.ts';
import type { ApiCall } from '../../api/wire.ts';

/** What an object must still be after a patch. */
const notAnObject = (value: unknown): string => `error decoding patch: json: cannot unmarshal ${goValueName(value)} into Go value of type map[string]interface {}`;

/** Custom kinds know no strategic merge. */
const formsRead = (forms: string): string => `the body of the request was in an unknown format - accepted media types include: ${forms}, application/apply-patch+yaml`;

/**
 * The patched object, unchecked: a patch can put anything anywhere.
 */
export function patchObject(descriptor: ResourceDescriptor, object: KubeObject, call: ApiCall): KubeObject | Status {
  const patched = apply(descriptor, object, call);
  if ('code' in patched && 'reason' in patched) return patched as Status;
  // What an object is and where it stands is not up for change.
  const { metadata } = patched as Partial<KubeObject>;
  if (typeof metadata !== 'object' || metadata === null) return { ...patched, apiVersion: object.apiVersion, kind: object.kind, metadata: { name: '' } } as KubeObject;
  return patched as KubeObject;
}

function apply(descriptor: ResourceDescriptor, object: KubeObject, call: ApiCall): object {
  switch (call.patchType) {
    case 'json': {
      const result = applyJsonPatch(object, call.body);
      return result.ok ? asObject(result.value) : refuse(result.error);
    }
    case 'strategic': {
      if (descriptor.schema !== undefined) return unsupportedMediaType(formsRead('application/json-patch+json, application/merge-patch+json'));
      const result = applyStrategicPatch(object as unknown as Readonly<Record<string, unknown>>, call.body, object.kind === descriptor.kind ? schemaTypeOf(descriptor) : '');
      return result.ok ? result.value : refuse(result.error);
    }
    case 'merge': return typeof call.body === 'object' && call.body !== null && !Array.isArray(call.body) ? asObject(applyMergePatch(object, call.body)) : badRequest(notAnObject(call.body));
    default: return unsupportedMediaType(formsRead('application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json'));
  }
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : badRequest(notAnObject(value));
}

function refuse(error: PatchFailure): Status {
  if (error.kind === 'large') return requestEntityTooLarge(error.message);
  if (error.kind === 'bad') return badRequest(error.message);
  if (error.kind === 'broken') return failure({ code: 500, reason: '', message: error.message });
  return failure({ code: 422, reason: 'Invalid', message: 'the server rejected our request due to an error in our request', details: {} });
}
