import { defineStage } from '../stage.ts';

/** Writes down who asks. What comes of it is known when the request is answered: see `audit/log.ts`. */
export const audit = defineStage({
  name: 'audit',
  summary: { ko: '감사 기록을 남길지 정해요', en: 'the audit policy decides what is written down' },
  source: 'staging/src/k8s.io/apiserver/pkg/endpoints/filters/audit.go',
  /** The line of the request in the trace names the user. */
  run() {
    return undefined;
  },
});
