/**
 * The event recorder of a component: tells people what it did, and counts repetitions instead of repeating them.
 *
 * @source kubernetes/client-go tools/record/event.go, events_cache.go
 * @fidelity simplified: no aggregation of similar messages; an event that cannot be written is dropped at once
 */
import { micros, seconds } from '../base/data.ts';
import { hex32 } from '../base/hex.ts';
import { Table } from '../base/table.ts';
import type { KubeObject } from '../api/meta.ts';
import { formatTime, worldEpochSeconds } from '../api/time.ts';
import type { Credential } from '../api/wire.ts';
import type { Outbox } from '../sim/process.ts';
import { call } from './resources.ts';
import { request, type RequestManner, type RestEvent, type RestState } from './rest.ts';

/** The latest that was said of an object, with what was said before behind it, and what is left of the object's budget. Frozen. */
interface Recorded extends Budget {
  readonly fieldPath: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly name: string;
  readonly namespace: string;
  readonly count: number;
  readonly at: number;
  readonly earlier: Recorded | undefined;
}
interface Budget {
  readonly tokens: number;
  /** When it grew last. */
  readonly filledAt: number;
}
type EventSource = Readonly<{ component: string; host?: string }>;

/** Plain state: `objects` maps an object's uid to what was said of it. */
export interface RecorderState {
  readonly component: string;
  readonly host: string;
  /** `source` of its Events. */
  readonly source: EventSource;
  /** Who writes the events, in place of the client's own credential. */
  readonly credential?: Credential;
  readonly objects: Table<Recorded>;
}

/** Repetitions within this time are counted on the same Event. @source client-go tools/record/events_cache.go (defaultAggregateIntervalInSeconds) */
const COUNT_INTERVAL = seconds(600);
/** Each object may have 25 events at once, then one in 300 s. @source client-go tools/record/events_cache.go (defaultSpamBurst, defaultSpamQPS) */
const BURST = 25;
const REFILL_INTERVAL = seconds(300);
/** Remembered objects. @source client-go tools/record/events_cache.go (maxLruCacheEntries) */
const OBJECTS_MAX = 4096;

const TAG = 'event';

export function newRecorder(component: string, host = '', credential?: Credential): RecorderState {
  return { component, host, source: sourceOf(component, host), ...(credential !== undefined ? { credential } : {}), objects: new Table() };
}

const sourceOf = (component: string, host: string): EventSource => Object.freeze(host === '' ? { component } : { component, host });

export interface EventNote {
  readonly about: KubeObject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** Part of the object, for example `spec.containers{web}`. */
  readonly fieldPath?: string | undefined;
  /** Who says it, when the process has several voices; its own name otherwise. */
  readonly component?: string;
}

/** Writes an Event, or raises the count of the one that says the same. */
export function recordEvent(recorder: RecorderState, rest: RestState, note: EventNote, out: Outbox): void {
  const { name, namespace = '', uid = `${note.about.kind}/${namespace}/${name}` } = note.about.metadata;
  const object = note.component === undefined ? uid : `${note.component}/${uid}`;
  const latest = recorder.objects.get(object);
  const budget = spend(latest, out.now);
  if (budget === undefined) return;
  const before = findSaid(latest, note);
  const earlier = recentOf(latest, before, out.now);
  if (before !== undefined && out.now - before.at < COUNT_INTERVAL) {
    const again = Object.freeze({ ...before, ...budget, count: before.count + 1, at: out.now, earlier });
    recorder.objects.set(object, again);
    const body = Object.freeze({ count: again.count, lastTimestamp: formatTime(out.now) });
    request(rest, out, call('patch', 'Event', `${before.namespace}/${before.name}`, { body, patchType: 'merge' }), TAG, mannerOf(recorder));
    return;
  }
  const fresh = newlySaid(note, budget, earlier, out);
  if (latest === undefined && recorder.objects.size >= OBJECTS_MAX) recorder.objects.clear();
  recorder.objects.set(object, fresh);
  request(rest, out, call('create', 'Event', `${fresh.namespace}/`, { body: bodyOf(recorder, note, fresh) }), TAG, mannerOf(recorder));
}

/** The object's budget when it has paid for one more Event; undefined = it cannot. */
function spend(latest: Recorded | undefined, now: number): Budget | undefined {
  if (latest === undefined) return { tokens: BURST - 1, filledAt: now };
  const refilled = Math.min(BURST, latest.tokens + Math.floor((now - latest.filledAt) / REFILL_INTERVAL));
  return refilled < 1 ? undefined : { tokens: refilled - 1, filledAt: refilled > latest.tokens ? now : latest.filledAt };
}

function newlySaid({ about, type, reason, message, fieldPath = '' }: EventNote, { tokens, filledAt }: Budget, earlier: Recorded | undefined, out: Outbox): Recorded {
  const { name, namespace = 'default' } = about.metadata;
  return Object.freeze({ fieldPath, type, reason, message, name: `${name}.${suffix(out)}`, namespace, count: 1, at: out.now, earlier, tokens, filledAt });
}

function bodyOf(recorder: RecorderState, note: EventNote, { name, namespace, at }: Recorded): object {
  const { reason, message, type, component = recorder.component } = note;
  const now = formatTime(micros(at));
  return Object.freeze({
    apiVersion: 'v1', kind: 'Event', metadata: Object.freeze({ name, namespace }), involvedObject: referenceTo(note),
    reason, message, type, count: 1, firstTimestamp: now, lastTimestamp: now, eventTime: null,
    source: component === recorder.component ? recorder.source : sourceOf(component, recorder.host),
    reportingComponent: component, reportingInstance: recorder.host,
  });
}

/** The one among what was said of an object that says the same. */
function findSaid(latest: Recorded | undefined, { fieldPath = '', type, reason, message }: EventNote): Recorded | undefined {
  let said = latest;
  while (said !== undefined && !(said.reason === reason && said.message === message && said.type === type && said.fieldPath === fieldPath)) said = said.earlier;
  return said;
}

/** What was said of an object, but for one of them and for what is too old to be counted on. */
function recentOf(said: Recorded | undefined, but: Recorded | undefined, now: number): Recorded | undefined {
  if (said === undefined || now - said.at >= COUNT_INTERVAL) return undefined;
  const earlier = recentOf(said.earlier, but, now);
  if (said === but) return earlier;
  return earlier === said.earlier ? said : Object.freeze({ ...said, earlier });
}

/** The involvedObject. */
function referenceTo({ about, fieldPath }: EventNote): object {
  const { name, namespace, uid, resourceVersion } = about.metadata;
  const { apiVersion, kind } = about;
  // Nearly all are of this shape; a literal is frozen faster than what grew field by field.
  if (namespace !== undefined && uid !== undefined && resourceVersion !== undefined) {
    return Object.freeze(fieldPath === undefined ? { apiVersion, kind, name, namespace, uid, resourceVersion } : { apiVersion, kind, name, namespace, uid, resourceVersion, fieldPath });
  }
  const reference: Record<string, string> = { apiVersion, kind, name };
  if (namespace !== undefined) reference['namespace'] = namespace;
  if (uid !== undefined) reference['uid'] = uid;
  if (resourceVersion !== undefined) reference['resourceVersion'] = resourceVersion;
  if (fieldPath !== undefined) reference['fieldPath'] = fieldPath;
  return Object.freeze(reference);
}

function mannerOf({ credential }: RecorderState): RequestManner | undefined {
  return credential === undefined ? undefined : { credential };
}

/** True when a client event was the answer to a written Event. */
export function isRecorderAnswer(event: RestEvent): boolean {
  return event.tag === TAG;
}

/** The upper half changes every four seconds. */
const lastHigh = { number: -1, digits: '' };

/** What the lower 32 bits of a number can hold. */
const HALF = 0x100000000;

/** Names end in the time as 16 hexadecimal digits, like upstream's nanoseconds; a draw stands for what lies below a microsecond. */
function suffix(out: Outbox): string {
  const micros = worldEpochSeconds * 1_000_000 + out.now;
  // 64 bits are more than a number holds, so the two halves are reckoned apart.
  const low = (micros % HALF) * 1000 + out.draw('event', 1000);
  const high = Math.floor(micros / HALF) * 1000 + Math.floor(low / HALF);
  if (high !== lastHigh.number) { lastHigh.number = high; lastHigh.digits = high.toString(16); }
  return lastHigh.digits + hex32(low % HALF);
}
