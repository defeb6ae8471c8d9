/**
 * kube-scheduler: chooses a node for each pod that has none, and writes it down. It starts nothing.
 *
 * @source pkg/scheduler/scheduler.go
 */
import { handleRecorderAnswer, handleRecorderTimer } from '../client/event-recorder.ts';
import { handleSeriesAnswer, handleSeriesTimer, startSeriesRecorder } from '../client/event-series.ts';
import { answerProbe } from '../client/health-endpoint.ts';
import { handleInformer, handleInformerTimer, type InformerState, kindOfTag, startInformer } from '../client/informer.ts';
import { announceLeader, exitWithoutLease, handleElection, handleElectionTimer, startElection } from '../client/leader-election.ts';
import { handleRest, type RestEvent } from '../client/rest.ts';
import { defineProcess, type Outbox } from '../sim/process.ts';
import { bound } from './binding.ts';
import { onNode, onPod } from './event-handlers.ts';
import { cycle, flushQueue, schedulePods } from './scheduling.ts';
import { newSchedulerState, type SchedulerConfig, type SchedulerState, WATCHED, type Watched } from './state.ts';

export type { Decision, SchedulerConfig, SchedulerState } from './state.ts';

export const kubeScheduler = defineProcess<SchedulerState, { readonly type: string }, SchedulerConfig>({
  kind: 'kube-scheduler',
  mailboxMax: 100_000,
  boot({ self, config, out }) {
    const state = newSchedulerState(self, config, out);
    start(state, out);
    return state;
  },
  step(state, input, out) {
    if (answerProbe(input, out)) return;
    if (input.type === 'timer' && onTimer(state, input.name, out)) return;
    for (const event of handleRest(state.rest, input, out) ?? []) onRest(state, event, out);
  },
});

/** Every replica fills its caches; only the leader schedules. */
function start(state: SchedulerState, out: Outbox): void {
  for (const kind of WATCHED) startInformer(state.informers[kind], state.rest, out);
  startSeriesRecorder(out);
  if (startElection(state.election, state.rest, out) === 'acquired') schedulePods(state, out);
}

function onTimer(state: SchedulerState, name: string, out: Outbox): boolean {
  if (name === 'cycle') { cycle(state, out); return true; }
  if (name === 'flush') { flushQueue(state, out); return true; }
  if (handleSeriesTimer(state.recorder, state.rest, name, out) || handleRecorderTimer(() => state.electionRecorder, state.rest, name, out)) return true;
  const election = handleElectionTimer(state.election, state.rest, name, out);
  if (election !== undefined) { if (election.change === 'lost') exitWithoutLease(); return true; }
  return WATCHED.some(kind => handleInformerTimer(state.informers[kind], state.rest, name, out));
}

function onRest(state: SchedulerState, event: RestEvent, out: Outbox): void {
  if (handleSeriesAnswer(state.recorder, state.rest, event, out) || handleRecorderAnswer(() => state.electionRecorder, state.rest, event, out)) return;
  if (event.tag.startsWith('bind:')) { bound(state, event.tag.slice(5), event, out); schedulePods(state, out); return; }
  const election = handleElection(state.election, state.rest, event, out);
  if (election !== undefined) { if (election.change === 'acquired') { announceLeader(state.election, state.electionRecorder, state.rest, out); schedulePods(state, out); } return; }
  const kind = kindOfTag(event.tag) as Watched;
  const informer = state.informers[kind] as InformerState | undefined;
  if (informer === undefined) return;
  const deltas = handleInformer(informer, state.rest, event, out) ?? [];
  if (kind === 'Node') for (const delta of deltas) onNode(state, delta, out);
  if (kind === 'Pod') for (const delta of deltas) onPod(state, delta, out);
  schedulePods(state, out);
}
