import { defineStage } from '../stage.ts';

/** Gives the request its number in the audit log, here the number under which the trace shows it. */
export const auditInit = defineStage({
  name: 'audit-init',
  summary: { ko: '감사 기록에 쓸 번호를 붙여요', en: 'the request gets its audit id' },
  source: 'staging/src/k8s.io/apiserver/pkg/endpoints/filters/audit_init.go',
  /** The number is the request's serial; texts are made of it when somebody reads them. */
  run() {
    return undefined;
  },
});
