import { defineStage, note } from '../stage.ts';

/** Writes down who asks; the line of the request in the trace is its audit event. */
export const audit = defineStage({
  name: 'audit',
  summary: { ko: '감사 기록을 남길지 정해요', en: 'the audit policy decides what is written down' },
  source: 'staging/src/k8s.io/apiserver/pkg/endpoints/filters/audit.go',
  run(request) {
    if (request.call.verb !== 'get' && request.call.verb !== 'list' && request.call.verb !== 'watch') note(request, 'authentication', request.user.name);
    return undefined;
  },
});
