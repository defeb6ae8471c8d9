import { failure, TURNED_AWAY } from '../../api/status.ts';
import { classify } from '../fairness/classify.ts';
import { admit } from '../fairness/queues.ts';
import { defineStage, note, refuse } from '../stage.ts';

/** What a client turned away reads. @source kubernetes/apiserver pkg/server/filters/maxinflight.go (tooManyRequests) */
export const turnedAway = Object.freeze(failure({
  code: 429, reason: 'TooManyRequests', message: TURNED_AWAY, details: { retryAfterSeconds: 1 },
}));

/** Sorts the request into its priority level: it runs at once, waits in a queue for its turn, or is turned away. */
export const priorityAndFairness = defineStage({
  name: 'priority-and-fairness',
  summary: { ko: '바쁠 때 차례를 기다려요', en: 'it waits for its turn when the server is busy' },
  source: 'staging/src/k8s.io/apiserver/pkg/server/filters/priority-and-fairness.go',
  run(request, server) {
    const { call, user } = request;
    if (request.seated || call.verb === 'watch') return undefined;
    const flow = classify(server, call, user);
    if (flow === undefined) return undefined;
    count(request, server.state);
    switch (admit(server, request, flow)) {
      case 'runs': return undefined;
      case 'waits':
        note(request, 'priority-and-fairness', `waits in a queue of ${flow.level.name} (flow schema ${flow.schema})`);
        return { converse: 'awaitSeat', args: { level: flow.level.name } };
      case 'rejected':
        note(request, 'priority-and-fairness', `${flow.level.name} is full (flow schema ${flow.schema})`);
        return refuse(turnedAway);
    }
  },
});

/** For the gauge of requests in flight. */
function count(request: Parameters<typeof priorityAndFairness.run>[0], state: Parameters<typeof priorityAndFairness.run>[1]['state']): void {
  const { verb, resource } = request.call;
  if (resource === '') return;
  request.counted = verb === 'get' || verb === 'list' ? 'read' : 'mutating';
  if (request.counted === 'read') state.reads++; else state.mutations++;
}
