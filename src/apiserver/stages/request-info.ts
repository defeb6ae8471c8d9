import { methodNotSupported, noSuchPath } from '../../api/status.ts';
import { remoteOf } from '../aggregation/state.ts';
import { descriptorOf, isServed } from '../resources.ts';
import { reviewOf } from '../registry/reviews.ts';
import { subresourceOf } from '../registry/subresources.ts';
import { defineStage, refuse } from '../stage.ts';

const VERBS: readonly string[] = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];

/** Finds out what the path names: a stored kind in a served version, a subresource, a review, or a path without resource. */
export const requestInfo = defineStage({
  name: 'request-info',
  summary: { ko: '경로에서 동사와 리소스를 알아내요', en: 'verb and resource are read from the path' },
  source: 'staging/src/k8s.io/apiserver/pkg/endpoints/request/requestinfo.go',
  run({ call }, { state }) {
    if (call.resource === '') return undefined;
    const of = { group: call.group, resource: call.resource };
    if (!VERBS.includes(call.verb)) return refuse(methodNotSupported(of, call.verb));
    if (reviewOf(call) !== undefined) return call.verb === 'create' ? undefined : refuse(methodNotSupported(of, call.verb));
    const descriptor = descriptorOf(state, call);
    if (descriptor === undefined && remoteOf(state, call) !== undefined) return undefined;
    if (descriptor === undefined || !isServed(state, call)) return refuse(noSuchPath());
    if (!descriptor.namespaced && call.namespace !== '') return refuse(noSuchPath());
    if (call.subresource === '') return undefined;
    const subresource = subresourceOf(descriptor, call.subresource);
    if (subresource === undefined) return refuse(noSuchPath());
    return subresource.verbs.includes(call.verb) ? undefined : refuse(methodNotSupported(of, call.verb));
  },
});
