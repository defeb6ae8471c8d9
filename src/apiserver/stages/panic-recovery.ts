import { failure } from '../../api/status.ts';
import { defineStage, refuse } from '../stage.ts';

const TEXT_FIELDS = ['verb', 'group', 'version', 'resource', 'subresource', 'namespace', 'name'] as const;

/** Keeps a request that is not one from reaching code that would stumble over it. */
export const panicRecovery = defineStage({
  name: 'panic-recovery',
  summary: { ko: '처리하다 터져도 서버는 살아 있게 해요', en: 'a crash of the handler does not end the server' },
  source: 'staging/src/k8s.io/apiserver/pkg/server/filters/wrap.go',
  run({ call }) {
    if (typeof call === 'object' && call !== null && TEXT_FIELDS.every(field => typeof call[field] === 'string')) return undefined;
    return refuse(failure({ code: 500, reason: 'InternalError', message: 'This request caused apiserver to panic. Look in the logs for details.' }));
  },
});
