import { failure } from '../../api/status.ts';
import { MASTERS } from '../authn/users.ts';
import { MUTATING_IN_FLIGHT_MAX, READ_IN_FLIGHT_MAX } from '../config.ts';
import { defineStage, note, refuse } from '../stage.ts';

/** What a client turned away reads. @source kubernetes/apiserver pkg/server/filters/maxinflight.go */
const turnedAway = Object.freeze(failure({
  code: 429, reason: 'TooManyRequests', message: 'Too many requests, please try again later.', details: { retryAfterSeconds: 1 },
}));

/**
 * Limits how many requests run at once, reads and writes apart. Watches, and superusers, do not count.
 *
 * @fidelity simplified: the older two limits (`--max-requests-inflight`, `--max-mutating-requests-inflight`) instead of fair queues
 */
export const priorityAndFairness = defineStage({
  name: 'priority-and-fairness',
  source: 'staging/src/k8s.io/apiserver/pkg/server/filters/maxinflight.go',
  run(request, { state }) {
    const { verb, resource } = request.call;
    if (verb === 'watch' || resource === '' || request.user.groups.includes(MASTERS)) return undefined;
    const reading = verb === 'get' || verb === 'list';
    if (reading ? state.reads >= READ_IN_FLIGHT_MAX : state.mutations >= MUTATING_IN_FLIGHT_MAX) {
      note(request, 'priority-and-fairness', 'too many requests in flight');
      return refuse(turnedAway);
    }
    request.counted = reading ? 'read' : 'mutating';
    if (reading) state.reads++; else state.mutations++;
    return undefined;
  },
});
