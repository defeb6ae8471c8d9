/**
 * The edge's half of a real etcd: performs what the process `etcd/outside` asks, watches everything below the prefix, and brings answers and events
 * into the world.
 *
 * States: `up` (the process runs, one watch is open) → `down` (the connection failed: the process is dead for the API servers, questions under way are
 * lost) → a new client is tried until one answers and its watch is open → `up`, from where the watch had stopped.
 */
import type { Etcd3, IOptions, IWatchResponse, Watcher } from 'etcd3';
import { deepFreeze } from '../../base/data.ts';
import type { EtcdEvent, EtcdRequest, ResponseHeader } from '../../etcd/contract.ts';
import { type Arrival, OUTSIDE_ETCD, type OutsideRequest, type OutsideState } from '../../etcd/outside.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import type { Outside } from '../driver.ts';
import { isConnectionFailure, newClient, sentenceOf } from './connection.ts';
import { Converter, headerOf, leaseNumber } from './convert.ts';

export interface RealEtcdOptions {
  readonly library: IOptions;
  readonly prefix: string;
  /** Virtual seconds per real second: leases live in virtual time. */
  readonly speed: number;
  readonly words: { readonly lost: string; readonly back: string; readonly passedOver: string };
  /** A line for whoever runs the program. */
  readonly tell: (line: string) => void;
}

/** A question about progress waits this long for the watch by itself; then a key is written, so that the watch has something to tell. */
const PROGRESS_PATIENCE_MS = 10;
/** Pause between attempts to reach an etcd that was lost. */
const RETRY_MS = 500;
/** An attempt that takes longer has failed. */
const PROBE_TIMEOUT_MS = 3_000;
/** Events kept for the process when it starts again. */
const HISTORY_MAX = 5_000;
/** A request that etcd does not answer is given up by the API server long before. */
const CALL_TIMEOUT_MS = 60_000;

/** Resolves like a promise, or rejects after a time. */
export function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => { reject(new Error('no answer')); }, ms);
    promise.then((value) => { clearTimeout(timer); resolve(value); }, (error: unknown) => { clearTimeout(timer); reject(error as Error); });
  });
}

/** One real store. */
export class RealEtcd implements Outside {
  readonly #options: RealEtcdOptions;
  readonly #converter: Converter;
  readonly #complaints = new Set<string>();
  #client: Etcd3;
  #watcher: Watcher | undefined;
  #cluster: Cluster | undefined;
  #wake: () => void = () => undefined;
  #state: 'up' | 'down' | 'closed' = 'down';
  /** Raised when the connection is lost: answers to earlier questions are nobody's. */
  #life = 0;
  #fault = 0;
  #taken = 0;
  #underWay = 0;
  #arrivals: Arrival[] = [];
  #history: EtcdEvent[] = [];
  #historyFrom = 0;
  /** All events up to here have come. */
  #delivered = 0;
  /** Highest revision that any answer told of. */
  #known = 0;
  #header: ResponseHeader | undefined;
  #progress: { readonly number: number; readonly revision: number }[] = [];
  #marking = false;

  constructor(options: RealEtcdOptions) {
    this.#options = options;
    this.#converter = new Converter(options.prefix, (key, revision, problem) => { this.#complain(key, revision, problem); });
    this.#client = newClient(options.library);
  }

  /** Reaches etcd and begins to watch. Rejects with the reason when there is none. */
  async open(): Promise<void> {
    await this.#begin();
    this.#state = 'up';
  }

  /** The world that asks. The process must be in it. */
  join(cluster: Cluster): void {
    this.#cluster = cluster;
    this.#arrivals.unshift(this.#began());
  }

  close(): void {
    this.#state = 'closed';
    this.#forgetClient();
  }

  #complain(key: string, revision: string, problem: string): void {
    if (this.#complaints.has(`${key} ${revision}`)) return;
    if (this.#complaints.size > 1000) this.#complaints.clear();
    this.#complaints.add(`${key} ${revision}`);
    this.#options.tell(`${key} (revision ${revision}) ${this.#options.words.passedOver}: ${problem}`);
  }

  // ---- Outside ------------------------------------------------------------------------------------------------------

  attach(wake: () => void): void { this.#wake = wake; }

  get isWaiting(): boolean { return this.#underWay > 0; }

  get hasQuestions(): boolean {
    const state = this.#process();
    return state !== undefined && state.asked.length > this.#taken - state.taken;
  }

  #process(): OutsideState | undefined { return this.#cluster?.kernel.stateOf<OutsideState>(OUTSIDE_ETCD); }

  takeQuestions(): void {
    const state = this.#process();
    if (state === undefined) return;
    for (let i = this.#taken - state.taken; i < state.asked.length; i++) this.#perform(state.asked[i] as OutsideRequest);
    this.#taken = state.taken + state.asked.length;
  }

  bringIn(): boolean {
    if (this.#cluster === undefined || this.#arrivals.length === 0) return false;
    const arrivals = this.#arrivals;
    this.#arrivals = [];
    this.#cluster.timeline.act({ type: 'deliver', to: OUTSIDE_ETCD, body: deepFreeze({ type: 'outside.work', taken: this.#taken, arrivals }) });
    return true;
  }

  #arrive(arrival: Arrival): void {
    this.#arrivals.push(arrival);
    this.#wake();
  }

  // ---- Questions ----------------------------------------------------------------------------------------------------

  #perform({ number, request }: OutsideRequest): void {
    if (request.op === 'progress') { this.#tellProgress(number); return; }
    const life = this.#life;
    this.#underWay++;
    within(CALL_TIMEOUT_MS, this.#ask(request)).then(({ header, body }) => {
      if (life !== this.#life) return;
      this.#underWay--;
      this.#known = Math.max(this.#known, header.revision);
      this.#arrive({ type: 'answer', number, header, body });
    }, (error: unknown) => {
      if (life !== this.#life) return;
      this.#underWay--;
      if (isConnectionFailure(error)) { this.#lost(sentenceOf(error)); return; }
      this.#arrive({ type: 'error', number, error: sentenceOf(error) });
    });
  }

  async #ask(request: EtcdRequest): Promise<{ readonly header: ResponseHeader; readonly body: object }> {
    const { kv, leaseClient } = this.#client;
    const converter = this.#converter;
    switch (request.op) {
      case 'range': { const answer = await kv.range(converter.range(request.args)); return { header: headerOf(answer.header), body: converter.rangeAnswer(answer) }; }
      case 'txn': { const answer = await kv.txn(converter.txn(request.args)); return { header: headerOf(answer.header), body: converter.txnAnswer(answer) }; }
      case 'put': { const answer = await kv.put(converter.put(request.args)); return { header: headerOf(answer.header), body: converter.putAnswer(answer.prev_kv) }; }
      case 'deleteRange': { const answer = await kv.deleteRange(converter.deleteRange(request.args)); return { header: headerOf(answer.header), body: converter.deleted(answer) }; }
      case 'compact': { const answer = await kv.compact(request.args); return { header: headerOf(answer.header), body: {} }; }
      case 'leaseGrant': {
        const ttl = Math.max(1, Math.ceil(request.args.ttl / (this.#options.speed === 0 ? 1 : this.#options.speed)));
        const answer = await leaseClient.leaseGrant({ TTL: ttl, ID: leaseNumber(request.args.id ?? '') });
        return { header: headerOf(answer.header), body: { id: BigInt(answer.ID).toString(16), ttl: request.args.ttl } };
      }
      case 'leaseRevoke': { const answer = await leaseClient.leaseRevoke({ ID: leaseNumber(request.args.id) }); return { header: headerOf(answer.header), body: {} }; }
      default: throw new Error(`etcdserver: ${request.op} is not passed on to an etcd outside`);
    }
  }

  /** Answers when the watch has delivered what is known. A quiet watch is helped by a key of its own. */
  #tellProgress(number: number): void {
    if (this.#delivered >= this.#known && this.#header !== undefined) { this.#arrive({ type: 'answer', number, header: this.#header, body: {} }); return; }
    this.#progress.push({ number, revision: this.#known });
    this.#underWay++;
    if (this.#marking) return;
    this.#marking = true;
    const life = this.#life;
    setTimeout(() => {
      this.#marking = false;
      if (life === this.#life && this.#progress.length > 0 && this.#state === 'up') void this.#mark(life);
    }, PROGRESS_PATIENCE_MS);
  }

  async #mark(life: number): Promise<void> {
    try {
      await this.#client.kv.put({ key: Buffer.from(`${this.#options.prefix}/pilothouse/progress`), value: Buffer.from('') });
    } catch (error) {
      if (life !== this.#life) return;
      if (isConnectionFailure(error)) { this.#lost(sentenceOf(error)); return; }
      // It takes no writes at present: whoever waits runs into its own time-out, or somebody else's change helps.
      setTimeout(() => { if (life === this.#life && this.#progress.length > 0) void this.#mark(life); }, RETRY_MS);
    }
  }

  // ---- The watch ----------------------------------------------------------------------------------------------------

  #happened(answer: IWatchResponse): void {
    const header = headerOf(answer.header);
    const outer = `${this.#options.prefix}/pilothouse/`;
    const events = answer.events.filter(({ kv }) => !kv.key.toString().startsWith(outer)).map(event => this.#converter.event(event));
    const last = answer.events.at(-1);
    // A response that carries events speaks for its last one, whatever the store has reached by then.
    const upTo = last === undefined ? this.#delivered : Number(last.kv.mod_revision);
    this.#delivered = Math.max(this.#delivered, upTo);
    this.#header = Object.freeze({ ...header, revision: this.#delivered });
    this.#known = Math.max(this.#known, this.#delivered);
    this.#remember(events);
    this.#arrive({ type: 'events', header: this.#header, events });
    const progress = this.#progress;
    this.#progress = progress.filter(({ revision }) => revision > this.#delivered);
    for (const { number, revision } of progress) {
      if (revision > this.#delivered) continue;
      this.#underWay--;
      this.#arrive({ type: 'answer', number, header: this.#header, body: {} });
    }
  }

  #remember(events: readonly EtcdEvent[]): void {
    for (const event of events) this.#history.push(event);
    if (this.#history.length <= 2 * HISTORY_MAX) return;
    const from = this.#history[HISTORY_MAX - 1]?.kv.modRevision ?? this.#historyFrom;
    this.#historyFrom = from;
    this.#history = this.#history.filter(({ kv }) => kv.modRevision > from);
  }

  #began(): Arrival {
    return { type: 'began', header: this.#header as ResponseHeader, from: this.#historyFrom, events: [...this.#history] };
  }

  // ---- The connection -----------------------------------------------------------------------------------------------

  /** Asks where the store stands, and watches from there or from where the last watch stopped. */
  async #begin(): Promise<void> {
    const { kv } = this.#client;
    const answer = await within(PROBE_TIMEOUT_MS, kv.range({ key: Buffer.from(`${this.#options.prefix}/health`), limit: 1 }));
    const header = headerOf(answer.header);
    const isSameStore = this.#header !== undefined && this.#header.clusterId === header.clusterId && header.revision >= this.#delivered;
    try {
      if (!isSameStore) throw new Error('the history begins anew');
      await this.#watchFrom(this.#delivered + 1);
    } catch (error) {
      // What happened in between is compacted, or it is another store: the API servers list anew.
      if (isConnectionFailure(error) && isSameStore) throw error;
      this.#history = [];
      this.#historyFrom = this.#delivered = header.revision;
      await this.#watchFrom(header.revision + 1);
    }
    this.#known = header.revision;
    this.#header = Object.freeze({ ...header, revision: this.#delivered });
  }

  async #watchFrom(revision: number): Promise<void> {
    const life = this.#life;
    const builder = this.#client.watch().prefix(`${this.#options.prefix}/`).startRevision(String(revision));
    // Listeners must be there before the first event, which may come together with the confirmation.
    const watcher = builder.watcher();
    this.#watcher = watcher;
    const opened = new Promise<void>((resolve, reject) => {
      watcher.on('connected', () => { resolve(); });
      watcher.on('error', (error) => { reject(error); if (life === this.#life) this.#lost(sentenceOf(error)); });
      watcher.on('disconnected', (error) => { reject(error ?? new Error('the watch ended')); if (life === this.#life) this.#lost(error === undefined ? 'the watch ended' : sentenceOf(error)); });
      watcher.on('data', (answer) => { if (life === this.#life) this.#happened(answer); });
    });
    await within(PROBE_TIMEOUT_MS, opened);
  }

  /** The connection failed. For the API servers etcd dies here. */
  #lost(why: string): void {
    if (this.#state !== 'up' || this.#cluster === undefined) return;
    this.#state = 'down';
    this.#life++;
    this.#underWay = 0;
    this.#progress = [];
    this.#arrivals = [];
    this.#taken = 0;
    this.#options.tell(`${this.#options.words.lost}: ${why}`);
    this.#fault = this.#cluster.timeline.act({ type: 'fault', kind: 'crash', args: { machine: '', processes: [OUTSIDE_ETCD] }, words: [OUTSIDE_ETCD] });
    this.#wake();
    void this.#comeBack();
  }

  async #comeBack(): Promise<void> {
    while (this.#state === 'down') {
      await new Promise((resolve) => { setTimeout(resolve, RETRY_MS); });
      this.#forgetClient();
      this.#client = newClient(this.#options.library);
      try {
        await this.#begin();
      } catch {
        this.#life++;
        continue;
      }
      this.#up();
    }
  }

  #forgetClient(): void {
    const client = this.#client;
    const watcher = this.#watcher;
    this.#watcher = undefined;
    watcher?.removeAllListeners('data').removeAllListeners('disconnected').removeAllListeners('error').on('error', () => undefined);
    watcher?.cancel().catch(() => undefined);
    client.close();
  }

  #up(): void {
    if (this.#state !== 'down' || this.#cluster === undefined) return;
    this.#state = 'up';
    this.#options.tell(this.#options.words.back);
    this.#cluster.timeline.act({ type: 'heal', id: this.#fault });
    this.#arrivals.unshift(this.#began());
    this.#wake();
  }
}
