/**
 * The event recorder of a component: tells people what it did, counts repetitions instead of repeating them, and combines what is similar.
 *
 * @source kubernetes/client-go tools/record/event.go, events_cache.go
 */
import { type Micros, micros, seconds } from '../base/data.ts';
import { hex32 } from '../base/hex.ts';
import { Table } from '../base/table.ts';
import type { KubeObject } from '../api/meta.ts';
import { formatTime, worldEpochSeconds } from '../api/time.ts';
import type { Credential } from '../api/wire.ts';
import type { Outbox } from '../sim/process.ts';
import { call } from './resources.ts';
import { request, type RequestManner, type RestEvent, type RestState } from './rest.ts';

/** The latest that was said of an object, with what was said before behind it, and what was left of the object's budget. Frozen. */
interface Recorded {
  readonly fieldPath: string;
  readonly type: string;
  readonly reason: string;
  /** `combined`: the latest of many similar ones. */
  readonly message: string;
  readonly combined: boolean;
  readonly name: string;
  readonly namespace: string;
  readonly count: number;
  /** When it was said first and last. */
  readonly since: number;
  readonly at: number;
  /** When the run of similar ones began, those of one type and reason. */
  readonly runSince: number;
  /** Events that the object may still have, as of `at`. */
  readonly tokens: number;
  readonly earlier: Recorded | undefined;
  /** How many there are, with those behind it. */
  readonly depth: number;
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
  /** Events to be written, one after the other; the first is under way or is tried again soon. */
  readonly queue: Write[];
  /** Its request; 0 = it waits. */
  sent: number;
  /** How often it found no server. */
  failures: number;
}

/** An Event as it is when it is made now, and how it changes the one that is there already. Frozen. */
interface Write { readonly namespace: string; readonly name: string; readonly body: object; readonly patch: object | undefined }

/** @source client-go tools/record/events_cache.go (defaultAggregateMaxEvents, defaultAggregateIntervalInSeconds) */
const SIMILAR_MAX = 10;
const RUN_GAP = seconds(600);
/** Each object may have 25 events at once, then one in 300 s. @source client-go tools/record/events_cache.go (defaultSpamBurst, defaultSpamQPS) */
const BURST = 25;
const REFILL_INTERVAL = seconds(300);
/** Remembered objects. @source client-go tools/record/events_cache.go (maxLruCacheEntries) */
const OBJECTS_MAX = 4096;
/** What is remembered of one object. */
const SAID_MAX = 64;
/** What comes while so many wait is lost. @source client-go tools/record/event.go (maxQueuedEvents, maxTriesPerEvent, defaultSleepDuration) */
const QUEUE_MAX = 1000;
const TRIES_MAX = 12;
const RETRY_INTERVAL = seconds(10);

const TAG = 'event:';
const RETRY = 'event.retry:';

export function newRecorder(component: string, host = '', credential?: Credential): RecorderState {
  return { component, host, source: sourceOf(component, host), ...(credential !== undefined ? { credential } : {}), objects: new Table(), queue: [], sent: 0, failures: 0 };
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

/**
 * Writes an Event, or raises the count of the one that says the same. When ten similar ones were said of an object, the next are counted on one Event
 * that shows the latest of them.
 */
export function recordEvent(recorder: RecorderState, rest: RestState, note: EventNote, out: Outbox): void {
  const { name, namespace = '', uid = `${note.about.kind}/${namespace}/${name}` } = note.about.metadata;
  const object = note.component === undefined ? uid : `${note.component}/${uid}`;
  const latest = recorder.objects.get(object);
  const refilled = refill(latest, out.now);
  const said = sayAgain(latest, note, refilled, out);
  if (latest === undefined && recorder.objects.size >= OBJECTS_MAX) recorder.objects.clear();
  recorder.objects.set(object, said);
  // What is too much for the object is counted, but not told.
  if (refilled < 1) return;
  if (recorder.queue.length >= QUEUE_MAX) return;
  const patch = said.count === 1 ? undefined : Object.freeze({ count: said.count, lastTimestamp: formatTime(out.now), message: textOf(said) });
  recorder.queue.push(Object.freeze({ namespace: said.namespace, name: said.name, body: bodyOf(recorder, note, said), patch }));
  if (recorder.queue.length === 1) write(recorder, rest, out);
}

/** Sends the first of the queue. */
function write(recorder: RecorderState, rest: RestState, out: Outbox): void {
  const [first] = recorder.queue;
  if (first === undefined) return;
  const { namespace, name, body, patch } = first;
  const what = patch !== undefined ? call('patch', 'Event', `${namespace}/${name}`, { body: patch, patchType: 'strategic' }) : call('create', 'Event', `${namespace}/`, { body });
  recorder.sent = request(rest, out, what, TAG + recorder.component, mannerOf(recorder));
}

/** The Events that an object may have now. */
function refill(latest: Recorded | undefined, now: number): number {
  return latest === undefined ? BURST : Math.min(BURST, latest.tokens + (now - latest.at) / REFILL_INTERVAL);
}

function sayAgain(latest: Recorded | undefined, note: EventNote, refilled: number, out: Outbox): Recorded {
  const { type, reason, message, fieldPath = '' } = note;
  const run = latest === undefined ? undefined : runOf(latest, note, out.now);
  const combined = run !== undefined && run.others >= SIMILAR_MAX - 1;
  const before = latest === undefined ? undefined : findSaid(latest, combined, note);
  const earlier = latest === undefined ? undefined : allBut(latest, before, SAID_MAX - 1);
  const { name, namespace = 'default' } = note.about.metadata;
  return Object.freeze({
    fieldPath, type, reason, message, combined, name: before === undefined ? `${name}.${nameSuffix(out)}` : before.name, namespace, count: before === undefined ? 1 : before.count + 1,
    since: before === undefined ? out.now : before.since, at: out.now, runSince: run === undefined ? out.now : run.since, tokens: refilled < 1 ? refilled : refilled - 1, earlier,
    depth: earlier === undefined ? 1 : earlier.depth + 1,
  });
}

/** The run of similar ones that a note goes on with, and how many other messages it has had; undefined = it begins one. */
function runOf(latest: Recorded, { type, reason, message }: EventNote, now: number): { readonly since: number; readonly others: number } | undefined {
  let since = -1;
  let others = 0;
  const messages: string[] = [message];
  for (let said: Recorded | undefined = latest; said !== undefined; said = said.earlier) {
    if (said.type !== type || said.reason !== reason) continue;
    if (since < 0) {
      if (now - said.at > RUN_GAP) return undefined;
      since = said.runSince;
    }
    if (said.runSince !== since || said.combined) continue;
    // One of the run's own messages is not similar to it, it is the same.
    if (said.message === message) return { since, others: 0 };
    if (!messages.includes(said.message)) { messages.push(said.message); others++; }
  }
  return since < 0 ? undefined : { since, others };
}

/** The one among what was said of an object that says the same, or the one that stands for all similar ones. */
function findSaid(latest: Recorded, combined: boolean, { fieldPath = '', type, reason, message }: EventNote): Recorded | undefined {
  let said: Recorded | undefined = latest;
  while (said !== undefined && !(said.reason === reason && said.type === type && said.combined === combined && (combined || said.message === message && said.fieldPath === fieldPath))) said = said.earlier;
  return said;
}

/** What was said of an object but for one of them, the latest `most`. */
function allBut(said: Recorded | undefined, but: Recorded | undefined, most: number): Recorded | undefined {
  if (said === undefined || most === 0) return undefined;
  if (but === undefined && said.depth <= most) return said;
  if (said === but) return allBut(said.earlier, undefined, most);
  const earlier = allBut(said.earlier, but, most - 1);
  return earlier === said.earlier ? said : Object.freeze({ ...said, earlier, depth: earlier === undefined ? 1 : earlier.depth + 1 });
}

const textOf = ({ combined, message }: Recorded): string => (combined ? `(combined from similar events): ${message}` : message);

function bodyOf(recorder: RecorderState, note: EventNote, said: Recorded): object {
  const { reason, type, component = recorder.component } = note;
  const { name, namespace, count } = said;
  const lastTimestamp = formatTime(micros(said.at));
  return Object.freeze({
    apiVersion: 'v1', kind: 'Event', metadata: Object.freeze({ name, namespace }), involvedObject: referenceTo(note),
    reason, message: textOf(said), type, count, firstTimestamp: count === 1 ? lastTimestamp : formatTime(micros(said.since)), lastTimestamp, eventTime: null,
    source: component === recorder.component ? recorder.source : sourceOf(component, recorder.host),
    reportingComponent: component, reportingInstance: recorder.host,
  });
}

/** The involvedObject. */
export function referenceTo({ about, fieldPath }: Pick<EventNote, 'about' | 'fieldPath'>): object {
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

/** Takes an answer to a written Event; false = the client event is somebody else's. */
export function handleRecorderAnswer(recorders: RecorderOf, rest: RestState, event: RestEvent, out: Outbox): boolean {
  if (!event.tag.startsWith(TAG)) return false;
  const recorder = recorders(event.tag.slice(TAG.length));
  if (recorder?.sent !== event.id || event.type !== 'response') return true;
  recorder.sent = 0;
  const [first] = recorder.queue;
  // The Event that was counted on has been forgotten.
  if (event.code === 404 && first?.patch !== undefined) { recorder.queue[0] = Object.freeze({ ...first, patch: undefined }); write(recorder, rest, out); return true; }
  if (event.code === 0 && ++recorder.failures < TRIES_MAX) { out.startTimer(RETRY + recorder.component, waitOf(recorder, out)); return true; }
  recorder.failures = 0;
  recorder.queue.shift();
  write(recorder, rest, out);
  return true;
}

/** The recorder of a component; undefined = there is none any more. */
type RecorderOf = (component: string) => RecorderState | undefined;

/** The first time of any length up to the interval, so that not all components come back at once. */
function waitOf({ failures }: RecorderState, out: Outbox): Micros {
  return failures === 1 ? micros(out.draw('event', RETRY_INTERVAL)) : RETRY_INTERVAL;
}

/** Takes a timer of a recorder; false = somebody else's. */
export function handleRecorderTimer(recorders: RecorderOf, rest: RestState, name: string, out: Outbox): boolean {
  if (!name.startsWith(RETRY)) return false;
  const recorder = recorders(name.slice(RETRY.length));
  if (recorder?.sent === 0) write(recorder, rest, out);
  return true;
}

/** The upper half changes every four seconds. */
const lastHigh = { number: -1, digits: '' };

/** What the lower 32 bits of a number can hold. */
const HALF = 0x100000000;

/** Names end in the time as 16 hexadecimal digits, like upstream's nanoseconds; a draw stands for what lies below a microsecond. */
export function nameSuffix(out: Outbox): string {
  const micros = worldEpochSeconds * 1_000_000 + out.now;
  // 64 bits are more than a number holds, so the two halves are reckoned apart.
  const low = (micros % HALF) * 1000 + out.draw('event', 1000);
  const high = Math.floor(micros / HALF) * 1000 + Math.floor(low / HALF);
  if (high !== lastHigh.number) { lastHigh.number = high; lastHigh.digits = high.toString(16); }
  return lastHigh.digits + hex32(low % HALF);
}
