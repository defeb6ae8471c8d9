/**
 * What stands in the world for an etcd outside of it: API servers talk to it as to a member, and it hands their requests to the edge and the
 * edge's answers back. The world stays a function of its journal, for all that comes from outside is delivered to this process.
 *
 * The edge keeps one watch of the real etcd, on everything below the prefix; the watches of API servers are fed from it here. When the real etcd is
 * lost the edge lets this process die, so that API servers see what they would see: refused connections, until it starts again.
 *
 * @fidelity simplified: one connection to the real etcd for all API servers of the process; no etcd users and no maintenance from within
 */
import type { ProcessId } from '../base/data.ts';
import { processId, seconds } from '../base/data.ts';
import { defineProcess, type Outbox } from '../sim/process.ts';
import type { EtcdClientMessage, EtcdEvent, EtcdRequest, ResponseHeader, WatchCreateRequest } from './contract.ts';

/** The process. */
export const OUTSIDE_ETCD = processId('etcd', 'outside');

/** A question to the edge. `progress`: answer when the watch has delivered all that any answer so far has told of. */
export interface OutsideRequest { readonly number: number; readonly request: EtcdRequest | { readonly op: 'progress'; readonly args: object } }

/** What comes from the edge. `header.revision` of events: nothing up to it is missing. */
export type Arrival =
  /** The first after each start: events after `from` are known, and those that were already told. */
  | { readonly type: 'began'; readonly header: ResponseHeader; readonly from: number; readonly events: readonly EtcdEvent[] }
  | { readonly type: 'answer'; readonly number: number; readonly header: ResponseHeader; readonly body: object }
  | { readonly type: 'error'; readonly number: number; readonly error: string }
  | { readonly type: 'events'; readonly header: ResponseHeader; readonly events: readonly EtcdEvent[] };

/** From the edge: how many questions it has taken since this process started, and what arrived since, in order. */
export interface OutsideWork { readonly type: 'outside.work'; readonly taken: number; readonly arrivals: readonly Arrival[] }

interface Watcher { readonly client: ProcessId; readonly id: number; readonly key: string; readonly rangeEnd: string; /** Events from this revision on are still to be told. */ next: number }

/** Plain state. */
export interface OutsideState {
  /** Questions that the edge has not taken yet, oldest first, and how many it has. */
  asked: OutsideRequest[];
  taken: number;
  nextNumber: number;
  readonly running: Map<number, { readonly client: ProcessId; readonly id: number; readonly cause: number }>;
  /** Highest revision seen, and the answerer's names. Undefined until the edge has said where it stands. */
  header: ResponseHeader | undefined;
  /** Events after `from`, oldest first. */
  from: number;
  window: EtcdEvent[];
  /** Revision up to which the watch has delivered everything. */
  delivered: number;
  /** `client id` → watch. */
  readonly watchers: Map<string, Watcher>;
  /** Watches that came before the edge's first word. */
  early: { readonly client: ProcessId; readonly id: number; readonly request: WatchCreateRequest }[];
  /** Watches that asked how far they are; the edge is being asked on their account. */
  curious: string[];
  progressAsked: boolean;
}

/** Events kept for watches that begin a little in the past. */
const WINDOW_MAX = 10_000;
/** Watches that hear nothing else are told this often where the store stands. */
const PROGRESS_INTERVAL = seconds(5);
const COMPACTED = 'etcdserver: mvcc: required revision has been compacted';

export const outsideEtcd = defineProcess<OutsideState, OutsideWork | EtcdClientMessage, object>({
  kind: 'etcd-outside',
  mailboxMax: 100_000,
  boot({ out }) {
    out.startTimer('progress', PROGRESS_INTERVAL);
    return { asked: [], taken: 0, nextNumber: 1, running: new Map(), header: undefined, from: 0, window: [], delivered: 0, watchers: new Map(), early: [], curious: [], progressAsked: false };
  },
  step(state, input, out) {
    switch (input.type) {
      case 'message': if (input.body.type === 'outside.work') arrived(state, input.body, out); else asked(state, input.from, input.body, out); return;
      case 'timer': tellAll(state, out); out.startTimer('progress', PROGRESS_INTERVAL); return;
      case 'connectionLost': forget(state, input.peer); return;
      default: return;
    }
  },
});

// ---- From API servers ------------------------------------------------------------------------------------------------

function asked(state: OutsideState, client: ProcessId, message: EtcdClientMessage, out: Outbox): void {
  switch (message.type) {
    case 'etcd.request':
      state.running.set(state.nextNumber, { client, id: message.id, cause: out.cause });
      state.asked.push(Object.freeze({ number: state.nextNumber++, request: message.request }));
      return;
    case 'etcd.watchCreate':
      if (state.header === undefined) state.early.push(Object.freeze({ client, id: message.id, request: message.request }));
      else watch(state, out, { client, id: message.id, request: message.request });
      return;
    case 'etcd.watchCancel': state.watchers.delete(`${client} ${message.id}`); return;
    case 'etcd.watchProgress': curious(state, `${client} ${message.id}`); return;
  }
}

/** Opens a watch. A revision that is no longer here, or that this store never had, is answered as compacted: the API server lists again. */
function watch(state: OutsideState, out: Outbox, { client, id, request }: OutsideState['early'][number]): void {
  const { key, rangeEnd = '', startRevision = 0 } = request;
  const known = state.header?.revision ?? 0;
  if (startRevision > 0 && (startRevision <= state.from || startRevision > known + 1)) {
    out.send(client, Object.freeze({ type: 'etcd.watchCanceled', id, compactRevision: state.from, reason: COMPACTED }));
    return;
  }
  const watcher: Watcher = { client, id, key, rangeEnd, next: startRevision === 0 ? state.delivered + 1 : startRevision };
  state.watchers.set(`${client} ${id}`, watcher);
  if (watcher.next <= state.delivered) tell(state, out, watcher, state.window);
}

function curious(state: OutsideState, watcher: string): void {
  state.curious.push(watcher);
  if (state.progressAsked) return;
  state.progressAsked = true;
  state.asked.push(Object.freeze({ number: state.nextNumber++, request: Object.freeze({ op: 'progress', args: Object.freeze({}) }) }));
}

function forget(state: OutsideState, client: ProcessId): void {
  for (const [name, watcher] of [...state.watchers]) if (watcher.client === client) state.watchers.delete(name);
  for (const [number, { client: asker }] of [...state.running]) if (asker === client) state.running.delete(number);
}

// ---- From the edge ---------------------------------------------------------------------------------------------------

function arrived(state: OutsideState, { taken, arrivals }: OutsideWork, out: Outbox): void {
  const done = taken - state.taken;
  if (done > 0) {
    state.asked = done >= state.asked.length ? [] : state.asked.slice(done);
    state.taken = taken;
  }
  for (const arrival of arrivals) {
    if (arrival.type !== 'error' && (state.header === undefined || arrival.header.revision >= state.header.revision)) state.header = arrival.header;
    switch (arrival.type) {
      case 'began': began(state, arrival, out); break;
      case 'events': happened(state, arrival, out); break;
      default: answered(state, arrival, out);
    }
  }
}

function began(state: OutsideState, { from, events, header }: Arrival & { readonly type: 'began' }, out: Outbox): void {
  state.from = from;
  state.window = [...events];
  state.delivered = header.revision;
  const { early } = state;
  state.early = [];
  for (const one of early) watch(state, out, one);
}

function happened(state: OutsideState, { header, events }: Arrival & { readonly type: 'events' }, out: Outbox): void {
  for (const event of events) state.window.push(event);
  state.delivered = header.revision;
  // Whole revisions go, so that no watch begins in the middle of one.
  if (state.window.length > 2 * WINDOW_MAX) {
    state.from = state.window[WINDOW_MAX - 1]?.kv.modRevision ?? state.from;
    state.window = state.window.slice(WINDOW_MAX).filter(({ kv }) => kv.modRevision > state.from);
  }
  for (const watcher of state.watchers.values()) tell(state, out, watcher, events);
}

function answered(state: OutsideState, arrival: Arrival & { readonly type: 'answer' | 'error' }, out: Outbox): void {
  const caller = state.running.get(arrival.number);
  if (caller === undefined) { if (state.progressAsked) tellCurious(state, out); return; }
  state.running.delete(arrival.number);
  out.because(caller.cause);
  out.send(caller.client, Object.freeze(arrival.type === 'error'
    ? { type: 'etcd.error', id: caller.id, error: arrival.error, cause: caller.cause }
    : { type: 'etcd.response', id: caller.id, header: arrival.header, body: arrival.body, cause: caller.cause }));
}

// ---- To watches ------------------------------------------------------------------------------------------------------

const isIn = (key: string, watcher: Watcher): boolean => (watcher.rangeEnd === '' ? key === watcher.key : key >= watcher.key && (watcher.rangeEnd === '\0' || key < watcher.rangeEnd));

function tell(state: OutsideState, out: Outbox, watcher: Watcher, events: readonly EtcdEvent[]): void {
  const wanted = events.filter(({ kv }) => kv.modRevision >= watcher.next && isIn(kv.key, watcher));
  if (wanted.length === 0) return;
  watcher.next = state.delivered + 1;
  say(state, out, watcher, wanted);
}

function say({ header, delivered }: OutsideState, out: Outbox, { client, id }: Watcher, events: readonly EtcdEvent[]): void {
  if (header !== undefined) out.send(client, Object.freeze({ type: 'etcd.watch', id, header: Object.freeze({ ...header, revision: delivered }), events: Object.freeze(events) }));
}

function tellProgress(state: OutsideState, out: Outbox, watcher: Watcher): void {
  watcher.next = Math.max(watcher.next, state.delivered + 1);
  say(state, out, watcher, []);
}

function tellCurious(state: OutsideState, out: Outbox): void {
  const { curious: waiting } = state;
  state.curious = [];
  state.progressAsked = false;
  for (const name of waiting) {
    const watcher = state.watchers.get(name);
    if (watcher !== undefined) tellProgress(state, out, watcher);
  }
}

function tellAll(state: OutsideState, out: Outbox): void {
  for (const watcher of state.watchers.values()) if (watcher.next <= state.delivered) tellProgress(state, out, watcher);
}
