import { validate } from '../registry/admit.ts';
import { connectOptions } from '../registry/connect-options.ts';
import { descriptorOf } from '../resources.ts';
import type { KubeObject } from '../../api/meta.ts';
import { defineStage, note, refuse } from '../stage.ts';
import type { RequestRecord } from '../state.ts';

/** Asks the plugins that may only say yes or no. */
export const validatingAdmission = defineStage({
  name: 'validating-admission',
  summary: { ko: '어드미션이 마지막으로 막을 수 있어요', en: 'admission may still refuse the object' },
  writesOnly: true,
  source: 'staging/src/k8s.io/apiserver/pkg/admission/chain.go',
  run(request, server) {
    const object = request.object ?? bodyOfSubresource(request);
    if (object === undefined) return undefined;
    const descriptor = descriptorOf(server.state, request.call);
    if (descriptor === undefined) return undefined;
    const operation = connectOptions(request.call) === undefined ? 'CREATE' : 'CONNECT';
    const result = validate(server, request, { operation, descriptor, object, old: undefined });
    if (result === undefined) return undefined;
    if ('need' in result) return { converse: 'learn', args: result.need };
    note(request, 'validating-admission', result.message ?? '');
    return refuse(result);
  },
});

/** What is created below an object: an eviction, a token request. A binding is admitted with its pod, in storage's loop. */
function bodyOfSubresource({ call }: RequestRecord): KubeObject | undefined {
  if (call.verb !== 'create' || (call.subresource !== 'token' && call.subresource !== 'eviction')) return undefined;
  return typeof call.body === 'object' && call.body !== null ? call.body as KubeObject : undefined;
}
