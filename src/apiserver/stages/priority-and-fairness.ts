import { failure, TURNED_AWAY, type Status } from '../../api/status.ts';
import type { ApiCall } from '../../api/wire.ts';
import { classify } from '../fairness/classify.ts';
import { admit, levelState } from '../fairness/queues.ts';
import { turnAway } from '../fairness/retry-after.ts';
import { defineStage, note, refuse } from '../stage.ts';
import type { RequestRecord, Server, ServerState } from '../state.ts';

/** Subresources whose requests last as long as somebody likes; they take no seats. @source kubernetes/kubernetes pkg/controlplane/apiserver/config.go (LongRunningFunc) */
const LONG_RUNNING: readonly string[] = ['attach', 'exec', 'log', 'portforward', 'proxy'];

/** Whether fairness is not asked about a call. */
export const isLongRunning = ({ subresource }: ApiCall): boolean => subresource !== '' && LONG_RUNNING.includes(subresource);

/** What a client turned away reads. @source kubernetes/apiserver pkg/server/filters/maxinflight.go (tooManyRequests) */
export const turnedAway = (retryAfterSeconds: number): Status => failure({ code: 429, reason: 'TooManyRequests', message: TURNED_AWAY, details: { retryAfterSeconds } });

/** Sorts the request into its priority level: it runs at once, waits in a queue for its turn, or is turned away. */
export const priorityAndFairness = defineStage({
  name: 'priority-and-fairness',
  summary: { ko: '바쁠 때 차례를 기다려요', en: 'it waits for its turn when the server is busy' },
  source: 'staging/src/k8s.io/apiserver/pkg/server/filters/priority-and-fairness.go',
  run(request, server) {
    const { call, user } = request;
    if (request.seats > 0 || isLongRunning(call)) return undefined;
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
        return refuse(turnedAway(comeBackAfter(server, flow.level.name)));
    }
  },
});

/** Seconds after which those whom a level turns away shall come back. */
export const comeBackAfter = (server: Server, level: string): number => turnAway(levelState(server, level).drops, server.out.now);

/** For the gauge of requests in flight. */
function count(request: RequestRecord, state: ServerState): void {
  const { verb, resource } = request.call;
  if (resource === '') return;
  request.counted = verb === 'get' || verb === 'list' || verb === 'watch' ? 'read' : 'mutating';
  if (request.counted === 'read') state.reads++; else state.mutations++;
}
