import { serviceUnavailable } from '../../api/status.ts';
import { defineStage, refuse } from '../stage.ts';

/** Notes the arrival. Requests that need the caches are only let in once these are filled; see `server.ts` for where they wait. */
export const requestReceived = defineStage({
  name: 'request-received',
  summary: { ko: '요청이 들어온 시각을 적어요', en: 'the time of arrival is noted' },
  source: 'staging/src/k8s.io/apiserver/pkg/endpoints/filters/request_received_time.go',
  run(request, { state }) {
    if (state.unready === 0 || request.call.resource === '') return undefined;
    return refuse(serviceUnavailable('apiserver is starting'));
  },
});
