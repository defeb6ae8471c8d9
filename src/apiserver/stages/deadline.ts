import { micros, seconds } from '../../base/data.ts';
import { defineStage } from '../stage.ts';

/** Writes give up earlier than the server's general limit. @source kubernetes/apiserver pkg/endpoints/handlers/rest.go (requestTimeoutUpperBound) */
const WRITE_TIMEOUT = seconds(34);
const READS: readonly string[] = ['get', 'list', 'watch'];

/** Sets the instant at which the server gives up. */
export const deadline = defineStage({
  name: 'deadline',
  summary: { ko: '언제까지 끝내야 하는지 정해요', en: 'the time by which it must be answered is set' },
  source: 'staging/src/k8s.io/apiserver/pkg/endpoints/filters/request_deadline.go',
  run(request) {
    if (!READS.includes(request.call.verb)) request.deadline = micros(Math.min(request.deadline, request.receivedAt + WRITE_TIMEOUT));
    if (request.timeout > 0) request.deadline = micros(Math.min(request.deadline, request.receivedAt + request.timeout));
    return undefined;
  },
});
