/**
 * The engine room of `serve`: lets the world run beside real time, brings requests in, and hands answers out.
 *
 * Virtual time follows real time × speed. A request does not wait for that: the world runs ahead until it is answered, and real time catches up
 * with it later. Everything from outside goes in through the timeline, so the run stays a function of its journal.
 */
import { must } from '../base/assert.ts';
import { deepFreeze, type Micros, micros } from '../base/data.ts';
import { GATEWAY, type GatewayAnswer, type GatewayRequest, type GatewayState } from '../client/gateway.ts';
import { failure } from '../api/status.ts';
import type { StreamFrame, StreamStatus } from '../api/stream.ts';
import type { AnswerWay, WatchEvent } from '../api/wire.ts';
import type { RunLimits, StopReason } from '../sim/kernel.ts';
import type { Action } from '../sim/timeline.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { gatewayProcess } from '../cluster/plan.ts';

/** Whoever waits for the answer of a request. */
export interface Listener {
  response(code: number, body: object, warnings: readonly string[]): void;
  /** Which way the request took, before the answer comes. */
  way?(way: AnswerWay): void;
  watch?(events: readonly WatchEvent[]): void;
  watchEnd?(): void;
  stream?(frames: readonly StreamFrame[]): void;
  streamEnd?(status: StreamStatus): void;
}

interface Pending { readonly listener: Listener; /** The world runs ahead for it until this virtual time, or until it hears something. */ readonly hurryUntil: number; heard: boolean }

/** Something beside the world that the world asks and that answers in its own time: a real etcd. */
export interface Outside {
  /** The world has asked what was not taken yet. Looked at after each event. */
  readonly hasQuestions: boolean;
  /** Answers are outstanding. */
  readonly isWaiting: boolean;
  /** Takes what the world asks. */
  takeQuestions(): void;
  /** Brings what has arrived into the world. Returns whether there was anything. */
  bringIn(): boolean;
  /** Hands over what to call when something has arrived. */
  attach(wake: () => void): void;
}

/** A watch without news is open when the world has gone on for this long. */
const WATCH_OPENS_WITHIN = 30_000;
/** Input of a stream is answered within this time, or the world need not hurry for it. */
const ANSWERS_WITHIN = 20_000;
/**
 * How far the world goes on by itself after something was brought in while answers from outside are outstanding, µs. Virtual time must not run away from
 * an answer that takes real time: beyond this the world waits for the answer, or for real time.
 */
const LEAD = 2_000;
/** Answers from outside may carry the world ahead of real time by this much, µs: then it waits for real time. */
const AHEAD_MAX = 200_000;
/** A turn of work lets others have the thread after this long. */
const TURN_MS = 8;
const SLICE_EVENTS = 256;
/** How often the world is brought up to real time. */
const TICK_MS = 20;
/** Actions kept before the past is given up. */
const JOURNAL_MAX = 1_000;
/** Bytes of requests and streams in them: nobody goes back in a served run, and what is kept costs the garbage collector a tenth of a POST. */
const JOURNAL_BYTES_MAX = 4 * 1024 * 1024;

/** @source kubernetes/apiserver pkg/server/filters/wrap.go (WithPanicRecovery) */
const panicked = failure({ code: 500, reason: 'InternalError', message: 'This request caused apiserver to panic. Look in the logs for details.' });

/** Runs a cluster for the clients of a server. */
export class Driver {
  readonly cluster: Cluster;
  readonly #speed: number;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #requests: GatewayRequest[] = [];
  #cancels: number[] = [];
  #frames: { readonly id: number; readonly frames: readonly StreamFrame[] }[] = [];
  #taken = 0;
  /** Requests and young watches that the world hurries for. */
  #hurried = new Set<number>();
  #scheduled = false;
  #timer: NodeJS.Timeout | undefined;
  /** Real time (ms) at which the virtual time was `#anchorVirtual`. */
  #anchorReal = performance.now();
  #anchorVirtual: number;

  readonly #outside: Outside | undefined;
  /** Virtual time at which something last came in from the outside, or was asked of it. */
  #stirredAt = 0;

  constructor(cluster: Cluster, speed: number, outside?: Outside) {
    this.cluster = cluster;
    this.#speed = speed;
    this.#outside = outside;
    outside?.attach(() => { this.#schedule(); });
    cluster.timeline.act({ type: 'spawn', spec: gatewayProcess() });
    cluster.kernel.run({ until: cluster.kernel.world.now });
    this.#anchorVirtual = cluster.kernel.world.now;
  }

  get now(): Micros { return this.cluster.kernel.world.now; }
  /** Requests and watches under way. */
  get load(): number { return this.#pending.size; }

  start(): void {
    this.#anchorReal = performance.now();
    this.#anchorVirtual = this.now;
    this.#timer = setInterval(() => { this.#follow(); }, TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#pending.clear();
    this.#hurried.clear();
  }

  /** Sends a request with a body of so many bytes. Returns its number, for `cancel`. */
  send(request: Omit<GatewayRequest, 'id'>, listener: Listener, bytes = 0): number {
    this.#journalBytes += bytes;
    const id = this.#nextId++;
    const watching = request.call.verb === 'watch';
    this.#pending.set(id, { listener, hurryUntil: watching ? this.now + WATCH_OPENS_WITHIN : Infinity, heard: false });
    this.#hurried.add(id);
    this.#requests.push(deepFreeze({ ...request, id }));
    this.#schedule();
    return id;
  }

  /** Sends frames on an open stream. The world runs ahead until something comes back, so that people need not wait for it. */
  sendFrames(id: number, frames: readonly StreamFrame[]): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    for (const { data } of frames) this.#journalBytes += data.length;
    this.#frames.push({ id, frames });
    this.#pending.set(id, { listener: pending.listener, hurryUntil: this.now + ANSWERS_WITHIN, heard: true });
    this.#hurried.add(id);
    this.#schedule();
  }

  /** Gives a request or watch up; its listener hears nothing more. */
  cancel(id: number): void {
    if (!this.#pending.delete(id)) return;
    this.#hurried.delete(id);
    const waiting = this.#requests.findIndex(request => request.id === id);
    if (waiting >= 0) { this.#requests.splice(waiting, 1); return; }
    this.#cancels.push(id);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => { this.#scheduled = false; this.#turn(); });
  }

  /** Brings in what waits, runs the world until everybody in a hurry is answered, and comes back later when that takes long. */
  #turn(): void {
    const until = performance.now() + TURN_MS;
    this.#bringIn();
    const isStirred = this.#outside?.bringIn() === true;
    if (isStirred) this.#stirredAt = this.now;
    let isHeld = false;
    while (this.#hurried.size > 0 && !isHeld) {
      const enough = this.#answered() + this.#hurried.size;
      const why = this.#run({ eventsMax: SLICE_EVENTS, until: this.#runUntil(), stop: () => this.#answered() >= enough || this.#outside?.hasQuestions === true });
      this.#askOutside();
      this.#handOut(this.#gateway());
      this.#calmDown();
      isHeld = why === 'until' && this.#outside?.isWaiting === true;
      if (why === 'idle' || performance.now() > until) break;
    }
    if (isStirred && this.#hurried.size === 0) this.#goOnALittle();
    if ((this.#hurried.size > 0 && !isHeld) || this.#requests.length > 0 || this.#cancels.length > 0 || this.#frames.length > 0) this.#schedule();
  }

  // ---- The outside --------------------------------------------------------------------------------------------------

  #askOutside(): void {
    if (this.#outside?.hasQuestions !== true) return;
    this.#outside.takeQuestions();
    this.#stirredAt = this.now;
  }

  /** How far a turn may run: as far as somebody hurries, but no further than real time and a little while an answer from outside is awaited. */
  #runUntil(): Micros {
    const hurry = this.#hurryUntil();
    if (this.#outside?.isWaiting !== true) return hurry;
    return micros(Math.max(this.now, Math.min(hurry, Math.max(this.#stirredAt + LEAD, this.#realTime()))));
  }

  /** An answer from outside that nobody hurries for: what follows from it at once is done at once, so that long chains of questions do not wait for ticks. */
  #goOnALittle(): void {
    const limit = Math.min(this.#stirredAt + LEAD, this.#realTime() + AHEAD_MAX * this.#speed);
    if (limit > this.now) this.#run({ eventsMax: 4 * SLICE_EVENTS, until: micros(Math.floor(limit)) });
    this.#askOutside();
    this.#handOut(this.#gateway());
  }

  /** Virtual time as it should be by the clock on the wall. */
  #realTime(): number { return Math.floor(this.#anchorVirtual + (performance.now() - this.#anchorReal) * 1000 * this.#speed); }

  /** Does something to the world that is no request. Returns what the timeline returns: the number of a fault. */
  act(action: Action): number {
    const number = this.cluster.timeline.act(action);
    this.#stirredAt = this.now;
    this.#schedule();
    return number;
  }

  #gateway(): GatewayState {
    return must(this.cluster.kernel.stateOf<GatewayState>(GATEWAY), 'the gateway runs');
  }

  /** Answers since the world began. */
  #answered(): number {
    const { taken, answers } = this.#gateway();
    return taken + answers.length;
  }

  /** How far the world may run ahead for those that wait now: without end for a request, only a little for a watch or a stream. */
  #hurryUntil(): Micros {
    let latest = 0;
    for (const id of this.#hurried) {
      latest = Math.max(latest, this.#pending.get(id)?.hurryUntil ?? 0);
      if (latest === Infinity) break;
    }
    return micros(Math.max(latest, this.now));
  }

  /** Runs the world. A step that fails is a bug of the simulation: whoever waits is told, and the server goes on. */
  #run(limits: RunLimits): StopReason {
    try {
      return this.cluster.kernel.run(limits);
    } catch (error) {
      process.stderr.write(`pilothouse serve: a step of the simulation failed: ${error instanceof Error ? error.message : String(error)} (seed ${this.cluster.seed}, event ${this.cluster.kernel.events})\n`);
      for (const id of [...this.#hurried]) {
        const pending = this.#pending.get(id);
        this.#pending.delete(id);
        this.#hurried.delete(id);
        this.#cancels.push(id);
        pending?.listener.response(500, panicked, []);
      }
      return 'idle';
    }
  }

  #bringIn(): void {
    if (this.#requests.length === 0 && this.#cancels.length === 0 && this.#frames.length === 0 && this.#taken === this.#acknowledged) return;
    const { timeline } = this.cluster;
    if (timeline.journal.length >= JOURNAL_MAX || this.#journalBytes > JOURNAL_BYTES_MAX) { timeline.forget(); this.#journalBytes = 0; }
    timeline.act({ type: 'deliver', to: GATEWAY, body: deepFreeze({ type: 'gateway.work', taken: this.#taken, requests: this.#requests, cancels: this.#cancels, frames: this.#frames }) });
    this.#acknowledged = this.#taken;
    this.#requests = [];
    this.#cancels = [];
    this.#frames = [];
  }

  #acknowledged = 0;
  #journalBytes = 0;

  #handOut(state: GatewayState): void {
    const { answers, taken } = state;
    for (let i = this.#taken - taken; i < answers.length; i++) this.#answer(answers[i] as GatewayAnswer);
    this.#taken = taken + answers.length;
  }

  #answer(answer: GatewayAnswer): void {
    const pending = this.#pending.get(answer.id);
    if (pending === undefined) return;
    if ('way' in answer && answer.way !== undefined) {
      pending.listener.way?.(answer.way);
      if (answer.type === 'watch') return;
    }
    this.#hurried.delete(answer.id);
    pending.heard = true;
    if (answer.type === 'watch') { pending.listener.watch?.(answer.events); return; }
    if (answer.type === 'stream') { pending.listener.stream?.(answer.frames); return; }
    if (answer.type !== 'response' || answer.code !== 101) this.#pending.delete(answer.id);
    switch (answer.type) {
      case 'watchEnd': pending.listener.watchEnd?.(); return;
      case 'streamEnd': pending.listener.streamEnd?.(answer.status); return;
      case 'response': pending.listener.response(answer.code, answer.body as object, answer.warnings); return;
    }
  }

  /** Watches that nothing was said about are open. */
  #calmDown(): void {
    for (const id of this.#hurried) {
      const pending = this.#pending.get(id);
      if (pending !== undefined && this.now < pending.hurryUntil) continue;
      this.#hurried.delete(id);
      if (pending?.heard === false) pending.listener.watch?.([]);
    }
  }

  /** Brings the world up to real time. What cannot be made up within a turn is let go: the world then runs slower than asked. */
  #follow(): void {
    const target = this.#realTime();
    if (this.now < target) {
      const until = performance.now() + TURN_MS;
      while (this.#run({ eventsMax: SLICE_EVENTS, until: micros(target) }) === 'events') if (performance.now() > until) break;
      this.#askOutside();
      if (this.now < target - TICK_MS * 1000 * this.#speed) { this.#anchorReal = performance.now(); this.#anchorVirtual = this.now; }
    }
    this.#handOut(this.#gateway());
    this.#calmDown();
    if (this.#taken !== this.#acknowledged) this.#bringIn();
  }
}
