import { inStoredLabels } from '../../api/field-selector.ts';
import type { ResourceDescriptor } from '../../api/resource.ts';
import { badRequest, methodNotAllowed, methodNotSupported, noSuchPath, type Status } from '../../api/status.ts';
import type { ApiCall } from '../../api/wire.ts';
import { remoteOf } from '../aggregation/state.ts';
import { descriptorOf, formOf, isServed } from '../resources.ts';
import { reviewOf } from '../registry/reviews.ts';
import { subresourceOf } from '../registry/subresources.ts';
import { defineStage, refuse, type Verdict } from '../stage.ts';
import type { RequestRecord } from '../state.ts';

const VERBS: readonly string[] = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];

/** Finds out what the path names: a stored kind in a served version, a subresource, a review, or a path without resource. */
export const requestInfo = defineStage({
  name: 'request-info',
  summary: { ko: '경로에서 동사와 리소스를 알아내요', en: 'verb and resource are read from the path' },
  source: 'staging/src/k8s.io/apiserver/pkg/endpoints/request/requestinfo.go',
  run(request, { state }) {
    const { call } = request;
    if (call.resource === '') return undefined;
    if (!VERBS.includes(call.verb)) return refuse(methodNotAllowed);
    if (reviewOf(call) !== undefined) return call.verb === 'create' ? undefined : refuse(methodNotAllowed);
    const descriptor = descriptorOf(state, call);
    if (descriptor === undefined && remoteOf(state, call) !== undefined) return undefined;
    if (descriptor === undefined || !isServed(state, call)) return refuse(noSuchPath());
    if (!descriptor.namespaced && call.namespace !== '') return refuse(noSuchPath());
    if (call.subresource === '') {
      const refusal = descriptor.verbs === undefined ? undefined : refusalOf(call, descriptor.verbs);
      if (refusal !== undefined) return refuse(refusal);
      const selector = call.options?.fieldSelector ?? '';
      return selector === '' ? undefined : takeFieldLabels(request, formOf(state, call) ?? descriptor, selector);
    }
    const subresource = subresourceOf(descriptor, call.subresource);
    if (subresource === undefined) return refuse(noSuchPath());
    return subresource.verbs.includes(call.verb) ? undefined : refuse(methodNotAllowed);
  },
});

/** A watch comes to the route of lists. */
function refusalOf({ group, resource, verb }: ApiCall, verbs: readonly string[]): Status | undefined {
  if (verbs.includes(verb)) return undefined;
  return verb === 'watch' && verbs.includes('list') ? methodNotSupported({ group, resource }, verb) : methodNotAllowed;
}

/** Labels of fields are those of the stored kind from here on. */
function takeFieldLabels(request: RequestRecord, descriptor: ResourceDescriptor, selector: string): Verdict {
  const stored = inStoredLabels(descriptor, selector);
  if (!stored.ok) return refuse(badRequest(stored.error));
  if (stored.value === selector) return undefined;
  const { call } = request;
  request.asked = call;
  request.call = Object.freeze({ ...call, options: Object.freeze({ ...call.options, fieldSelector: stored.value }) });
  return undefined;
}
