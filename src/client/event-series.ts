/**
 * The event recorder of components that write events.k8s.io: what is said again of the same state of an object becomes a series of one Event. A series
 * is told when it begins, every half hour, and when it has ended; in between it is only counted.
 *
 * @source kubernetes/client-go tools/events/event_broadcaster.go, event_recorder.go
 * @fidelity simplified: one that finds no server is dropped at once instead of tried twelve times
 */
import { micros, seconds } from '../base/data.ts';
import { Numbered } from '../base/numbered.ts';
import { Table } from '../base/table.ts';
import { newEventResource } from '../api/kinds/events/event.ts';
import type { KubeObject } from '../api/meta.ts';
import { formatMicroTime } from '../api/time.ts';
import type { Outbox } from '../sim/process.ts';
import { nameSuffix, referenceTo } from './event-recorder.ts';
import { callOf } from './resources.ts';
import { request, type RestEvent, type RestState } from './rest.ts';

export interface SeriesNote {
  readonly regarding: KubeObject;
  /** Another object that has to do with it. */
  readonly related?: KubeObject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  /** What was done or failed, for example `Binding`. */
  readonly action: string;
  readonly note: string;
}

/** An Event that may be said again. Frozen. */
interface Series {
  readonly namespace: string;
  readonly name: string;
  /** The Event as it was said first. */
  readonly body: object;
  readonly count: number;
  /** When it was said last. */
  readonly at: number;
}

/** Plain state: `said` maps what makes Events the same to the Event. */
export interface SeriesRecorderState {
  readonly controller: string;
  /** `reportingInstance` of its Events: the component and the host it runs on. */
  readonly instance: string;
  readonly said: Table<Series>;
  /** Series whose patches are under way, by request: an Event that is no longer there is made anew. */
  readonly patching: Numbered<Series>;
}

/** What nobody says again for so long has ended. */
const FINISH_INTERVAL = seconds(6 * 60);
/** Events live for an hour; those of a series that goes on are kept alive. */
const REFRESH_INTERVAL = seconds(30 * 60);
/** Remembered Events. */
const SAID_MAX = 10_000;

const TAG = 'events';
const PATCH_TAG = 'events.patch';
const FINISH = 'events.finish';
const REFRESH = 'events.refresh';

export function newSeriesRecorder(controller: string, host: string): SeriesRecorderState {
  return { controller, instance: `${controller}-${host}`, said: new Table(), patching: new Numbered() };
}

export function startSeriesRecorder(out: Outbox): void {
  out.startTimer(FINISH, FINISH_INTERVAL);
  out.startTimer(REFRESH, REFRESH_INTERVAL);
}

/** Writes an Event, or counts it on the one that says the same of the same state of the object. `isFinal`: this cannot be said twice of that state. */
export function recordInSeries(recorder: SeriesRecorderState, rest: RestState, note: SeriesNote, out: Outbox, isFinal = false): void {
  const key = isFinal ? '' : keyOfNote(note);
  const before = isFinal ? undefined : recorder.said.get(key);
  if (before === undefined) {
    const { name, namespace = 'default' } = note.regarding.metadata;
    const fresh: Series = Object.freeze({ namespace, name: `${name}.${nameSuffix(out)}`, body: Object.freeze({}), count: 1, at: out.now });
    const body = bodyOf(recorder, note, fresh);
    if (!isFinal) remember(recorder, key, Object.freeze({ ...fresh, body }));
    request(rest, out, callOf(newEventResource, 'create', `${namespace}/`, { body }), TAG);
    return;
  }
  const again: Series = Object.freeze({ ...before, count: before.count + 1, at: out.now });
  recorder.said.set(key, again);
  if (before.count === 1) tellSeries(recorder, rest, again, out);
}

function remember({ said }: SeriesRecorderState, key: string, series: Series): void {
  if (said.size >= SAID_MAX) for (const [other, { count }] of [...said]) if (count === 1) said.delete(other);
  if (said.size < SAID_MAX) said.set(key, series);
}

function keyOfNote({ regarding, related, type, reason, action }: SeriesNote): string {
  const { uid = '', name, namespace = '', resourceVersion = '' } = regarding.metadata;
  return `${type}/${reason}/${action}/${regarding.kind}/${namespace}/${name}/${uid}/${resourceVersion}/${related?.metadata.uid ?? ''}`;
}

function bodyOf({ controller, instance }: SeriesRecorderState, { regarding, related, type, reason, action, note }: SeriesNote, { namespace, name, at }: Series): object {
  return Object.freeze({
    apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: Object.freeze({ name, namespace }), eventTime: formatMicroTime(micros(at)), reportingController: controller,
    reportingInstance: instance, action, reason, regarding: referenceTo({ about: regarding }), ...(related === undefined ? {} : { related: referenceTo({ about: related }) }), note, type,
  });
}

const seriesOf = ({ count, at }: Series): object => Object.freeze({ count, lastObservedTime: formatMicroTime(micros(at)) });

function tellSeries(recorder: SeriesRecorderState, rest: RestState, series: Series, out: Outbox): void {
  const { namespace, name } = series;
  const body = Object.freeze({ series: seriesOf(series) });
  recorder.patching.set(request(rest, out, callOf(newEventResource, 'patch', `${namespace}/${name}`, { body, patchType: 'strategic' }), PATCH_TAG), series);
}

/** Takes a timer of the recorder; false = not its own. */
export function handleSeriesTimer(recorder: SeriesRecorderState, rest: RestState, name: string, out: Outbox): boolean {
  if (name === REFRESH) {
    out.startTimer(REFRESH, REFRESH_INTERVAL);
    for (const [, series] of recorder.said) if (series.count > 1) tellSeries(recorder, rest, series, out);
    return true;
  }
  if (name !== FINISH) return false;
  out.startTimer(FINISH, FINISH_INTERVAL);
  for (const [key, series] of [...recorder.said]) {
    if (series.at >= out.now - FINISH_INTERVAL) continue;
    if (series.count > 1) tellSeries(recorder, rest, series, out);
    recorder.said.delete(key);
  }
  return true;
}

/** Takes an answer to a written Event; false = the client event is somebody else's. */
export function handleSeriesAnswer({ patching }: SeriesRecorderState, rest: RestState, event: RestEvent, out: Outbox): boolean {
  if (event.tag === TAG) return true;
  if (event.tag !== PATCH_TAG) return false;
  const series = patching.get(event.id);
  patching.delete(event.id);
  if (series !== undefined && event.type === 'response' && event.code === 404) {
    request(rest, out, callOf(newEventResource, 'create', `${series.namespace}/`, { body: Object.freeze({ ...series.body, series: seriesOf(series) }) }), TAG);
  }
  return true;
}
