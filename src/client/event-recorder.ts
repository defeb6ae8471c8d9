/**
 * The event recorder of a component: tells people what it did, and counts repetitions instead of repeating them.
 *
 * @source kubernetes/client-go tools/record/event.go, events_cache.go
 * @fidelity simplified: no aggregation of similar messages; an event that cannot be written is dropped at once
 */
import { deepFreeze, seconds } from '../base/data.ts';
import { hex32 } from '../base/hex.ts';
import { Table } from '../base/table.ts';
import type { KubeObject } from '../api/meta.ts';
import { formatTime, worldEpochSeconds } from '../api/time.ts';
import type { Credential } from '../api/wire.ts';
import type { Outbox } from '../sim/process.ts';
import { call } from './resources.ts';
import { request, type RequestManner, type RestEvent, type RestState } from './rest.ts';

interface Recorded extends Said { readonly name: string; readonly namespace: string; readonly count: number; readonly first: string; readonly at: number }
/** What an Event says of its object. */
interface Said { readonly fieldPath: string; readonly type: string; readonly reason: string; readonly message: string }
interface Budget { readonly tokens: number; readonly at: number }

/** Plain state: `seen` maps an object to what was said of it, `noted` counts that over all objects; `budgets` limits each object. */
export interface RecorderState {
  readonly component: string;
  readonly host: string;
  /** Who writes the events, in place of the client's own credential. */
  readonly credential?: Credential;
  readonly seen: Table<readonly Recorded[]>;
  noted: number;
  readonly budgets: Table<Budget>;
}

/** Repetitions within this time are counted on the same Event. @source client-go tools/record/events_cache.go (defaultAggregateIntervalInSeconds) */
const COUNT_INTERVAL = seconds(600);
/** Each object may have 25 events at once, then one in 300 s. @source client-go tools/record/events_cache.go (defaultSpamBurst, defaultSpamQPS) */
const BURST = 25;
const REFILL_INTERVAL = seconds(300);
/** Remembered events and objects. @source client-go tools/record/events_cache.go (maxLruCacheEntries) */
const SEEN_MAX = 4096;

const TAG = 'event';

export function newRecorder(component: string, host = '', credential?: Credential): RecorderState {
  return { component, host, ...(credential !== undefined ? { credential } : {}), seen: new Table(), noted: 0, budgets: new Table() };
}

export interface EventNote {
  readonly about: KubeObject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** Part of the object, for example `spec.containers{web}`. */
  readonly fieldPath?: string;
  /** Who says it, when the process has several voices; its own name otherwise. */
  readonly component?: string;
}

/** Writes an Event, or raises the count of the one that says the same. */
export function recordEvent(recorder: RecorderState, rest: RestState, note: EventNote, out: Outbox): void {
  const { about, type, reason, message } = note;
  const component = note.component ?? recorder.component;
  const { name: aboutName, namespace: aboutNamespace = '', uid = `${about.kind}/${aboutNamespace}/${aboutName}` } = about.metadata;
  const object = `${component}/${uid}`;
  if (!spend(recorder, object, out)) return;
  const said = recorder.seen.get(object) ?? NOTHING;
  const fieldPath = note.fieldPath ?? '';
  const now = formatTime(out.now);
  const before = said.find(one => one.reason === reason && one.message === message && one.type === type && one.fieldPath === fieldPath);
  if (before !== undefined && out.now - before.at < COUNT_INTERVAL) {
    recorder.seen.set(object, deepFreeze(said.map(one => (one === before ? { ...before, count: before.count + 1, at: out.now } : one))));
    const body = deepFreeze({ count: before.count + 1, lastTimestamp: now });
    request(rest, out, call('patch', 'Event', `${before.namespace}/${before.name}`, { body, patchType: 'merge' }), TAG, mannerOf(recorder));
    return;
  }
  const namespace = about.metadata.namespace ?? 'default';
  const name = `${aboutName}.${suffix(out)}`;
  keep(recorder, object, Object.freeze({ fieldPath, type, reason, message, name, namespace, count: 1, first: now, at: out.now }), before);
  const body = Object.freeze({
    apiVersion: 'v1', kind: 'Event', metadata: Object.freeze({ name, namespace }), involvedObject: referenceTo(note),
    reason, message, type, count: 1, firstTimestamp: now, lastTimestamp: now, eventTime: null,
    source: Object.freeze(recorder.host === '' ? { component } : { component, host: recorder.host }),
    reportingComponent: component, reportingInstance: recorder.host,
  });
  request(rest, out, call('create', 'Event', `${namespace}/`, { body }), TAG, mannerOf(recorder));
}

const NOTHING: readonly Recorded[] = Object.freeze([]);

/** Remembers what was said of an object, in place of the same said long ago. */
function keep(recorder: RecorderState, object: string, fresh: Recorded, before: Recorded | undefined): void {
  if (recorder.noted >= SEEN_MAX) { recorder.seen.clear(); recorder.noted = 0; }
  const said = recorder.seen.get(object) ?? NOTHING;
  const others = before === undefined ? said : said.filter(one => one !== before);
  if (others.length === said.length) recorder.noted++;
  recorder.seen.set(object, Object.freeze([...others, fresh]));
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

function spend(recorder: RecorderState, object: string, out: Outbox): boolean {
  const old = recorder.budgets.get(object) ?? { tokens: BURST, at: out.now };
  const refilled = Math.min(BURST, old.tokens + Math.floor((out.now - old.at) / REFILL_INTERVAL));
  if (refilled < 1) return false;
  if (recorder.budgets.size >= SEEN_MAX) recorder.budgets.clear();
  const at = refilled > old.tokens ? out.now : old.at;
  recorder.budgets.set(object, Object.freeze({ tokens: refilled - 1, at }));
  return true;
}
