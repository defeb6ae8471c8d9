/**
 * Seats and queues of the priority levels. A request that finds a seat runs; else it waits in one of a few queues that its flow may use, so that a
 * flow with many requests fills its own hand of queues and the others hardly notice; queues take turns.
 *
 *     level "workload-low", 1 seat, flows a (many requests) and b (one)
 *     queue 3: a a a a      queue 7: b          served: a b a a a
 *
 * @source kubernetes/apiserver pkg/util/flowcontrol/fairqueuing/queueset/queueset.go, pkg/util/shufflesharding/dealer.go
 * @fidelity simplified: queues are served by a count of seats, not by the time for which these were taken; seats are lent at the moment they are
 * needed, not rebalanced every ten seconds
 */
import { micros, seconds } from '../../base/data.ts';
import { hashText } from '../../base/prng.ts';
import type { RequestRecord, Server } from '../state.ts';
import { distinguisherOf, type Flow, sortingOf } from './classify.ts';
import { type LevelLimits, SEATS } from './limits.ts';
import { type Drops, newDrops } from './retry-after.ts';
import { widthOf } from './width.ts';

/** A quarter of the request time-out. @source kubernetes/apiserver pkg/server/filters/priority-and-fairness.go */
export const QUEUE_WAIT_MAX = seconds(15);

/** One queue. */
export interface FlowQueue { readonly waiting: number[]; /** Requests served or, for a queue that was empty, as if served until then. */ served: number }

/** What a level has under way. Plain state. */
export interface LevelState {
  executing: number;
  /** Seats that those take. */
  seats: number;
  waiting: number;
  readonly queues: Map<number, FlowQueue>;
  /** `served` of the queue that was served last. */
  progress: number;
  /** Flow schema → what became of its requests. */
  readonly flows: Map<string, FlowCounts>;
  readonly drops: Drops;
}

/** Requests of one flow schema in a level. */
export interface FlowCounts { executing: number; waiting: number; dispatched: number; queueFull: number; noSeat: number; timedOut: number; cancelled: number }

/** The state of a level, made when it is first used. */
export function levelState({ state }: Server, name: string): LevelState {
  let level = state.levels.get(name);
  if (level === undefined) state.levels.set(name, (level = { executing: 0, seats: 0, waiting: 0, queues: new Map(), progress: 0, flows: new Map(), drops: newDrops() }));
  return level;
}

/** The counts of a flow schema, made when it is first used. */
export function countsOf({ flows }: LevelState, schema: string): FlowCounts {
  let counts = flows.get(schema);
  if (counts === undefined) flows.set(schema, (counts = { executing: 0, waiting: 0, dispatched: 0, queueFull: 0, noSeat: 0, timedOut: 0, cancelled: 0 }));
  return counts;
}

/** What becomes of a request that arrives. */
export type Admission = 'runs' | 'waits' | 'rejected';

/** Gives a request a seat, a place in a queue, or neither. */
export function admit(server: Server, request: RequestRecord, flow: Flow): Admission {
  const { schema, level } = flow;
  const state = levelState(server, level.name);
  const width = widthOf(server, request.call, level);
  request.schema = schema;
  if (level.exempt || (state.waiting === 0 && hasSeat(server, level, { state, width }))) {
    seat(request, level.name, { state, width });
    return 'runs';
  }
  const counts = countsOf(state, schema);
  if (level.queues === 0) { counts.noSeat++; return 'rejected'; }
  const queue = shortest(state, hand(`${schema} ${distinguisherOf(flow, request)}`, level));
  if (queue.waiting.length >= level.queueLength) { counts.queueFull++; return 'rejected'; }
  if (queue.waiting.length === 0) queue.served = Math.max(queue.served, state.progress);
  queue.waiting.push(request.serial);
  state.waiting++;
  counts.waiting++;
  request.level = level.name;
  request.waitUntil = micros(server.out.now + QUEUE_WAIT_MAX);
  return 'waits';
}

interface Seating { readonly state: LevelState; readonly width: number }

function seat(request: RequestRecord, level: string, { state, width }: Seating): void {
  const counts = countsOf(state, request.schema);
  request.level = level;
  request.seats = width;
  state.executing++;
  state.seats += width;
  counts.executing++;
  counts.dispatched++;
}

/** Seats of the level's own, or some that no other level has kept for itself. A request that is wider than its level goes alone; a level without seats lets nobody in. */
function hasSeat(server: Server, level: LevelLimits, { state, width }: Seating): boolean {
  if (state.seats + width <= level.nominal) return true;
  if (state.executing === 0 && level.most > 0 && width > level.most) return true;
  if (state.seats + width > level.most) return false;
  let taken = width;
  for (const other of sortingOf(server).levels.values()) if (!other.exempt) taken += Math.max(server.state.levels.get(other.name)?.seats ?? 0, other.name === level.name ? 0 : other.kept);
  return taken <= SEATS;
}

/** The queues that a flow may use: different for each flow, and always the same for one. */
function hand(flow: string, { queues, handSize }: LevelLimits): readonly number[] {
  const cards: number[] = [];
  for (let i = 0; cards.length < Math.min(handSize, queues); i++) {
    const card = hashText(flow, i + 1) % queues;
    if (!cards.includes(card)) cards.push(card);
  }
  return cards;
}

function shortest({ queues }: LevelState, cards: readonly number[]): FlowQueue {
  let best: FlowQueue | undefined;
  for (const card of cards) {
    let queue = queues.get(card);
    if (queue === undefined) queues.set(card, (queue = { waiting: [], served: 0 }));
    if (best === undefined || queue.waiting.length < best.waiting.length) best = queue;
  }
  return best ?? { waiting: [], served: 0 };
}

/** A request is done, or has given up waiting: whoever waits may go on. */
export function leave(server: Server, request: RequestRecord): void {
  const { level: name } = request;
  if (name === '') return;
  const state = levelState(server, name);
  request.level = '';
  const counts = countsOf(state, request.schema);
  if (request.seats > 0) {
    state.seats -= request.seats;
    request.seats = 0;
    state.executing--;
    counts.executing--;
  } else if (takeOut(state, request.serial)) counts.waiting--;
  serveNext(server, name, state);
}

function takeOut(state: LevelState, serial: number): boolean {
  for (const { waiting } of state.queues.values()) {
    const place = waiting.indexOf(serial);
    if (place < 0) continue;
    waiting.splice(place, 1);
    state.waiting--;
    return true;
  }
  return false;
}

/** Seats become free: the queue that was served least is next. */
function serveNext(server: Server, name: string, state: LevelState): void {
  if (state.waiting === 0) return;
  const limits = sortingOf(server).levels.get(name);
  while (state.waiting > 0) {
    let next: FlowQueue | undefined;
    for (const queue of state.queues.values()) if (queue.waiting.length > 0 && (next === undefined || queue.served < next.served)) next = queue;
    const serial = next?.waiting[0];
    if (next === undefined || serial === undefined) return;
    const waiting = server.state.inFlight.get(serial);
    const width = waiting === undefined || limits === undefined ? 1 : widthOf(server, waiting.call, limits);
    // Who is next waits until there are seats enough, and the others wait with it.
    if (limits !== undefined && !hasSeat(server, limits, { state, width })) return;
    next.waiting.shift();
    state.waiting--;
    state.progress = next.served;
    next.served += width;
    if (waiting === undefined) continue;
    countsOf(state, waiting.schema).waiting--;
    seat(waiting, name, { state, width });
    server.state.turns.push(serial);
  }
}
