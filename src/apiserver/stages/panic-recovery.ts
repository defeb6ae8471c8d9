import { failure } from '../../api/status.ts';
import type { ApiCall } from '../../api/wire.ts';
import { defineStage, refuse } from '../stage.ts';

/** One by one: every request comes by here. */
function isCall(call: unknown): boolean {
  if (typeof call !== 'object' || call === null) return false;
  const { verb, group, version, resource, subresource, namespace, name } = call as Record<keyof ApiCall, unknown>;
  return typeof verb === 'string' && typeof group === 'string' && typeof version === 'string' && typeof resource === 'string'
    && typeof subresource === 'string' && typeof namespace === 'string' && typeof name === 'string';
}

/** Keeps a request that is not one from reaching code that would stumble over it. */
export const panicRecovery = defineStage({
  name: 'panic-recovery',
  summary: { ko: '처리하다 터져도 서버는 살아 있게 해요', en: 'a crash of the handler does not end the server' },
  source: 'staging/src/k8s.io/apiserver/pkg/server/filters/wrap.go',
  run({ call }) {
    if (isCall(call)) return undefined;
    return refuse(failure({ code: 500, reason: 'InternalError', message: 'This request caused apiserver to panic. Look in the logs for details.' }));
  },
});
