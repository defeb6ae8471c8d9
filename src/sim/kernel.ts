/**
 * The event loop. Nothing else moves time.
 *
 * Take the earliest event; if its process is crashed, drop it; if it is busy or paused, keep it in the mailbox; otherwise run one
 * `step`. What the step asks for goes through the network, disk and fault tables into the queue. Each event is folded
 * into the running digest.
 */
import { must } from '../base/assert.ts';
import type { Micros, NodeName, ProcessId } from '../base/data.ts';
import { digestText, foldNumber, newDigest } from '../base/digest.ts';
import { EventHeap, type Waiting } from '../base/heap.ts';
import { drawBelow, newStream } from '../base/prng.ts';
import { Table } from '../base/table.ts';
import { copyProcess, restoreCheckpoint, takeCheckpoint } from './checkpoint.ts';
import type { FaultKind, Targets } from './fault.ts';
import { FaultTable, targetsOf } from './fault-table.ts';
import { Connections, pairKey } from './connections.ts';
import { kindCode } from './event-code.ts';
import { planLatency } from './network.ts';
import type { DiskChange, Input, NoteFields, Outbox, ProcessKind, ProcessNews, ProcessStatus } from './process.ts';
import { diskOfStopped, insertDisk, isAppend, planWrite, putChanges, settleUnsynced } from './disk.ts';
import { type Bug, GAVE_UP, KILLED, Panic, reasonOf, reviveAfter } from './panic.ts';
import { Trace } from './trace.ts';
import { eventText, KERNEL, mailWith, NO_MAIL, type ProcessRecord, type QueueItem, WORLD_FORMAT, type World } from './world.ts';

export interface KernelOptions {
  readonly seed: number;
  readonly kinds: readonly ProcessKind[];
  readonly faults?: readonly FaultKind[];
  /** Rebuild conversations after each answer and compare (test mode). */
  readonly verify?: boolean;
  /**
   * Told when a step throws what is no `Panic`: a bug of ours. The process then dies as one that panics does, and the world goes on; so does every replay. Without
   * it the error is thrown.
   */
  readonly onBug?: (bug: Bug) => void;
  /** Called after each event (invariants of the swarm). */
  readonly afterEvent?: (kernel: Kernel) => void;
}

/** `supervisor`: who is told when the process ends, stops or starts, and starts it again when it ended by itself. */
export interface ProcessSpec { readonly id: ProcessId; readonly kind: string; readonly node: NodeName; readonly config: unknown; readonly supervisor?: ProcessId }

export interface RunLimits {
  /** Stop before the first event later than this; time then stands at it. */
  readonly until?: Micros;
  readonly eventsMax?: number;
  /** Asked after each event. */
  readonly stop?: () => boolean;
}
export type StopReason = 'until' | 'events' | 'stopped' | 'idle';

export class Kernel implements Outbox {
  world: World;
  readonly trace = new Trace();
  readonly verify: boolean;
  readonly #kinds: ReadonlyMap<string, ProcessKind>;
  readonly #faults: FaultTable;
  readonly #connections: Connections;
  readonly #afterEvent: ((kernel: Kernel) => void) | undefined;
  readonly #onBug: KernelOptions['onBug'];
  readonly #next: Waiting<QueueItem | undefined> = { at: 0, sequence: 0, target: 0, incarnation: 0, cause: 0, item: undefined };
  #index = new Map<string, number>();
  /** The process whose step runs; its record is the kernel's outbox. */
  #current: ProcessRecord | undefined;
  #cause = 0;
  #event = 0;
  /** How much later than now the rest of the step happens: a fault holds the process at a named place. */
  #lag = 0;
  #listeners: ((note: { type: string; process: string; fields: NoteFields; at: Micros; cause: number }) => void)[] = [];

  constructor(options: KernelOptions) {
    this.#kinds = new Map(options.kinds.map(kind => [kind.kind, kind]));
    this.#faults = new FaultTable(options.faults ?? []);
    const kernel = this;
    this.#connections = new Connections({
      get world() { return kernel.world; },
      indexOf: id => this.#index.get(id), own: index => this.#own(index), push: (at, target, item) => this.#push(at, target, item),
    });
    this.verify = options.verify ?? false;
    this.#afterEvent = options.afterEvent;
    this.#onBug = options.onBug;
    this.world = {
      formatVersion: WORLD_FORMAT, seed: options.seed, now: 0 as Micros, sequence: 0, handled: 0, epoch: 1, queue: new EventHeap(), processes: [],
      machinesDown: [], boots: new Map(), faults: [], nextFault: 1, broken: new Map(), digest: newDigest(),
    };
  }

  // ---- Looking in -----------------------------------------------------------------------------------------------------

  /** Digest of the run so far. */
  get digest(): string { return digestText(this.world.digest); }
  /** Events handled so far. */
  get events(): number { return this.world.handled; }

  process(id: string): ProcessRecord | undefined {
    const index = this.#index.get(id);
    return index === undefined ? undefined : this.world.processes[index];
  }

  /** State of a process, to look at only. */
  stateOf<State>(id: string): State | undefined { return this.process(id)?.state as State | undefined; }

  get targets(): Targets { return targetsOf(this.world.processes, this.#kinds); }

  onRecord(listener: (note: { type: string; process: string; fields: NoteFields; at: Micros; cause: number }) => void): void { this.#listeners.push(listener); }

  // ---- Processes ------------------------------------------------------------------------------------------------------

  /** Adds a process; it boots as an event of its own. */
  spawn(spec: ProcessSpec): void {
    must(this.#kinds.get(spec.kind), `no process kind ${spec.kind}`);
    const index = this.world.processes.length;
    this.#index.set(spec.id, index);
    this.world.processes.push({
      index, id: spec.id, kind: spec.kind, node: spec.node, config: spec.config, supervisor: spec.supervisor ?? '', status: 'running', incarnation: 0, busyUntil: 0,
      mailbox: NO_MAIL, timers: new Map(), links: new Map(), network: newStream(this.world.seed, `${spec.id} network`), streams: new Map(), state: undefined, disk: new Table(), diskReplaced: false, unsynced: [], diskFreeAt: 0,
      epoch: this.world.epoch,
    });
    this.#push(this.world.now, index, { type: 'boot' });
  }

  /**
   * Stops a process at once: volatile state is gone. Peers see a reset, or nothing when the machine is down; then the writes that were not synced
   * are gone too (see `disk.ts`). `code`: how it ended, for its supervisor; 137 = killed.
   */
  crash(id: string, options: { readonly silent?: boolean; readonly code?: number } = {}): void {
    const process = this.#own(must(this.#index.get(id), `no process ${id}`));
    if (process.status === 'crashed') return;
    process.status = 'crashed';
    process.incarnation++;
    process.state = undefined;
    process.mailbox = NO_MAIL;
    process.timers = new Map();
    const fate = this.#faults.crash(this.world, process.id, options.silent === true ? 'lost' : 'kept');
    settleUnsynced(process, fate, bound => this.#drawOf(process, 'torn', bound));
    process.busyUntil = 0;
    this.#connections.breakAll(process, options.silent === true);
    if (options.silent !== true) this.#tellSupervisor(process, options.code ?? KILLED);
  }

  /** Starts a crashed process again from its disk, unless a fault keeps it down. */
  restart(id: string): void {
    const process = this.#own(must(this.#index.get(id), `no process ${id}`));
    if (process.status !== 'crashed' || this.world.machinesDown.includes(process.node) || this.#faults.holds(this.world, process.id)) return;
    process.status = 'running';
    this.#connections.forgetBroken(process.index);
    this.#push(this.world.now, process.index, { type: 'boot' });
    this.#tellSupervisor(process);
  }

  /** Puts an empty disk in the place of a process's disk. */
  replaceDisk(id: string): void { insertDisk(this.#own(must(this.#index.get(id), `no process ${id}`)), []); }

  prepareDisk(of: ProcessId, records: readonly DiskChange[]): boolean {
    const process = this.process(of);
    if (process?.status === 'crashed') insertDisk(this.#own(process.index), records);
    return process?.status === 'crashed';
  }

  stoppedDisk(id: ProcessId): readonly DiskChange[] | undefined { return diskOfStopped(this.process(id)); }

  statusOf(id: ProcessId): ProcessStatus | undefined { return this.process(id)?.status; }
  startProcess(id: ProcessId): boolean { this.restart(id); return this.statusOf(id) === 'running'; }
  killProcess(id: ProcessId): void { this.crash(id); }

  pause(id: string): void {
    const process = this.#own(must(this.#index.get(id), `no process ${id}`));
    if (process.status !== 'running') return;
    process.status = 'paused';
    this.#tellSupervisor(process);
  }

  resume(id: string): void {
    const process = this.#own(must(this.#index.get(id), `no process ${id}`));
    if (process.status !== 'paused') return;
    process.status = 'running';
    this.#push(this.world.now, process.index, { type: 'wake' });
    this.#tellSupervisor(process);
  }

  /** One that does not run hears nothing: it finds out when it starts. */
  #tellSupervisor(process: ProcessRecord, code = 0): void {
    const to = process.supervisor === '' ? undefined : this.process(process.supervisor);
    if (to?.state === undefined) return;
    this.#push(this.world.now, to.index, { type: 'message', from: process.id, body: { type: 'process', status: process.status, code } satisfies ProcessNews });
  }

  /** Power off: every process of the machine crashes, and nobody is told. */
  crashMachine(node: string): void {
    if (this.world.machinesDown.includes(node as NodeName)) return;
    this.world.machinesDown.push(node as NodeName);
    for (const process of this.world.processes) if (process.node === node) this.crash(process.id, { silent: true });
  }

  startMachine(node: string): void {
    this.world.machinesDown = this.world.machinesDown.filter(down => down !== node);
    this.world.boots.set(node, (this.world.boots.get(node) ?? 0) + 1);
    for (const process of this.world.processes) if (process.node === node) this.restart(process.id);
  }

  // ---- Faults ---------------------------------------------------------------------------------------------------------

  get faultKinds(): readonly FaultKind[] { return this.#faults.kinds; }

  /** Injects a fault whose words were parsed. Returns its number. */
  inject(kind: string, args: unknown, words: readonly string[]): number {
    const definition = this.#faults.kind(kind);
    const id = this.world.nextFault++;
    this.world.faults.push({ id, kind, args, words, since: this.world.now });
    this.#event = this.#cause = this.#external();
    definition.start?.(args, this, id);
    this.#note('fault.injected', { kind, words: words.join(' ') }, 'world');
    return id;
  }

  /** Notes that a fault which waited for its moment has struck: it will not strike again, and from now on holds what it holds. */
  fire(id: number): void {
    this.world.faults = this.world.faults.map(fault => (fault.id === id ? { ...fault, fired: true } : fault));
  }

  heal(id: number): void {
    const fault = this.world.faults.find(active => active.id === id);
    if (fault === undefined) return;
    this.world.faults = this.world.faults.filter(active => active.id !== id);
    this.#event = this.#cause = this.#external();
    this.#faults.kind(fault.kind).stop?.(fault.args, this);
    this.#note('fault.healed', { kind: fault.kind, words: fault.words.join(' ') }, 'world');
    this.#connections.healed();
  }

  /** Hands an input from outside the world (the learner's hands) to a process. Returns the id of the event. */
  deliver(to: string, body: object): number {
    const index = must(this.#index.get(to), `no process ${to}`);
    this.#cause = 0;
    return this.#push(this.world.now, index, { type: 'message', from: '' as ProcessId, body });
  }

  // ---- Time -----------------------------------------------------------------------------------------------------------

  /** Runs events until a limit is reached. */
  run(limits: RunLimits): StopReason {
    const until = limits.until ?? Infinity;
    let left = limits.eventsMax ?? Infinity;
    for (;;) {
      if (left <= 0) return 'events';
      const at = this.world.queue.nextAt;
      if (at > until) { this.world.now = until as Micros; return 'until'; }
      if (at === Infinity) return 'idle';
      left--;
      this.#one();
      if (limits.stop?.() === true) return 'stopped';
    }
  }

  /** What the next event is, for people; undefined = nothing is queued. */
  peek(): string | undefined {
    const entry = this.world.queue.first();
    return entry === undefined ? undefined : eventText(this.world, entry);
  }

  checkpoint(): World { return takeCheckpoint(this.world); }

  /** Goes back (or over) to a checkpointed world, which itself stays unchanged. */
  restore(checkpoint: World): void {
    this.world = restoreCheckpoint(checkpoint, Math.max(this.world.epoch, checkpoint.epoch) + 1);
    this.#index = new Map(this.world.processes.map(process => [process.id, process.index]));
    this.trace.cutAfter(this.world.sequence);
  }

  #one(): void {
    const next = this.#next;
    this.world.queue.pop(next);
    this.world.now = next.at as Micros;
    this.world.handled++;
    const item = next.item as QueueItem;
    foldNumber(this.world.digest, next.at);
    foldNumber(this.world.digest, next.target * 16 + kindCode(item));
    this.#event = this.#cause = next.sequence;
    this.trace.event(next.sequence, next.cause);
    if (next.target === KERNEL) this.#ownEvent(item);
    else this.#dispatch(next.target, next.incarnation, item);
    this.#afterEvent?.(this);
  }

  #ownEvent(item: QueueItem): void {
    if (item.type === 'reset') this.#connections.reset(item.pair);
    if (item.type !== 'die' && item.type !== 'revive') return;
    const process = must(this.world.processes[item.process], 'no such process');
    if (process.incarnation !== item.life) return;
    if (item.type === 'revive') return this.restart(process.id);
    this.#note('process.tornWrite', { process: process.id }, process.id);
    this.#diedAlone(this.#own(process.index));
  }

  #dispatch(target: number, incarnation: number, item: QueueItem): void {
    const seen = must(this.world.processes[target], 'event for no process');
    // A process that was started at this very moment has not booted yet: nobody listens at its port.
    const isDown = seen.status === 'crashed' || (seen.state === undefined && item.type !== 'boot');
    if (isDown && item.type === 'message') this.#connections.refuse(item.from, seen);
    // What was sent to an earlier life arrives at nobody; that its connection is gone was told when that life ended.
    if (isDown || seen.incarnation !== incarnation) return;
    if (item.type === 'timer' && seen.timers.get(item.name) !== this.#event) return;
    const process = this.#own(target);
    switch (item.type) {
      case 'boot': this.#boot(process); return;
      case 'wake': this.#drain(process); return;
      case 'disk': this.#synced(process, item.op); return;
      case 'reset': case 'die': case 'revive': return;
      case 'timer': process.timers.delete(item.name); this.#arrive(process, item); return;
      default: this.#arrive(process, item);
    }
  }

  #arrive(process: ProcessRecord, input: Input): void {
    if (process.status === 'running' && process.busyUntil <= this.world.now && process.mailbox.length === 0) {
      this.#step(process, input);
      return;
    }
    const kind = this.#kinds.get(process.kind) as ProcessKind;
    if (process.mailbox.length >= kind.mailboxMax) {
      if (input.type === 'message') this.#connections.refuse(input.from, process);
      return;
    }
    if (process.mailbox.length === 0 && process.status === 'running') this.#push(process.busyUntil, process.index, { type: 'wake' });
    process.mailbox = mailWith(process.mailbox, { input, cause: this.#event });
  }

  #drain(process: ProcessRecord): void {
    if (process.status !== 'running') return;
    while (process.mailbox.length > 0 && process.busyUntil <= this.world.now) {
      const waiting = must(process.mailbox.shift(), 'mailbox is empty');
      this.#cause = waiting.cause;
      this.#step(process, waiting.input);
    }
    if (process.mailbox.length > 0) this.#push(process.busyUntil, process.index, { type: 'wake' });
  }

  #boot(process: ProcessRecord): void {
    const kind = this.#kinds.get(process.kind) as ProcessKind;
    const { id: self, node, config, disk, diskReplaced } = process;
    this.#current = process;
    try {
      process.state = kind.boot({ self, node, config, disk, diskReplaced, reboots: this.world.boots.get(node) ?? 0, out: this });
    } catch (error) {
      this.#panicked(process, error);
    }
    this.#ended(process);
  }

  #step(process: ProcessRecord, input: Input): void {
    this.#current = process;
    try {
      (this.#kinds.get(process.kind) as ProcessKind).step(process.state, input, this);
    } catch (error) {
      this.#panicked(process, error);
    }
    this.#ended(process);
  }

  #ended(process: ProcessRecord): void {
    this.#current = undefined;
    if (this.#lag === 0) return;
    process.busyUntil = Math.max(process.busyUntil, this.world.now) + this.#lag;
    this.#lag = 0;
  }

  /** The program gave up; anything else that is thrown is a bug of ours and stops the world, unless somebody wants to live with it. */
  #panicked(process: ProcessRecord, error: unknown): void {
    const message = reasonOf(error, this.#onBug !== undefined);
    this.#note('process.panicked', { process: process.id, reason: message }, process.id);
    this.#lag = 0;
    this.#diedAlone(process, error instanceof Panic ? error.code : GAVE_UP);
    if (!(error instanceof Panic)) this.#onBug?.({ process: process.id, message, at: this.world.now, event: this.world.handled });
  }

  /** Whoever dies by itself is started again, by its supervisor if it has one, unless a fault keeps it down: then healing does. */
  #diedAlone(process: ProcessRecord, code = KILLED): void {
    this.crash(process.id, { code });
    if (!this.#index.has(process.supervisor)) this.#push(this.world.now + reviveAfter(code), KERNEL, { type: 'revive', process: process.index, life: process.incarnation });
  }

  /** The record of a process, copied first when a checkpoint shares it. */
  #own(index: number): ProcessRecord {
    const process = must(this.world.processes[index], 'no such process');
    if (process.epoch === this.world.epoch) return process;
    const copy = copyProcess(process, this.world.epoch);
    this.world.processes[index] = copy;
    return copy;
  }

  #external(): number {
    const id = ++this.world.sequence;
    this.trace.event(id, 0);
    return id;
  }

  #push(at: number, target: number, item: QueueItem): number {
    const sequence = ++this.world.sequence;
    const incarnation = target === KERNEL ? 0 : (this.world.processes[target] as ProcessRecord).incarnation;
    this.world.queue.put(at, sequence, target, incarnation, this.#cause, item);
    return sequence;
  }

  // ---- Network --------------------------------------------------------------------------------------------------------

  #transmit(to: ProcessId, body: object, after: number, lossy: boolean): void {
    const from = this.#sender;
    const link = this.#connections.linkTo(from, to);
    if (link === undefined) { this.#push(this.world.now + planLatency(false, 0), from.index, { type: 'connectionLost', peer: to }); return; }
    const target = this.world.processes[link.index] as ProcessRecord;
    const planned = planLatency(from.node === target.node, drawBelow(from.network, 1 << 16));
    let latency = planned + after;
    let copies = 1;
    let unordered = false;
    if (this.world.faults.length > 0) {
      const cx = { planned: { after: latency + this.#lag, copies: 1 } as const, draw: (bound: number) => this.draw('fault', bound) };
      ({ after: latency, copies, unordered = false } = this.#faults.delivery(this.world, from.id, target.id, cx));
    }
    if (copies === 0 || this.world.machinesDown.includes(target.node)) {
      if (!lossy) this.#connections.stall(from.index, target.index);
      return;
    }
    if (!lossy && this.world.broken.size > 0 && this.world.broken.has(pairKey(from.index, target.index))) return;
    const item: QueueItem = { type: 'message', from: from.id, body };
    if (unordered && lossy) { this.#push(this.world.now + latency, target.index, item); return; }
    const ordered = Math.max(this.world.now + latency, link.at);
    // An answer that takes its time to prepare holds nobody else's up.
    if (after === 0) link.at = ordered;
    this.#push(ordered, target.index, item);
    if (copies === 2 && lossy) this.#push(ordered + planned, target.index, item);
  }

  // ---- Disk -----------------------------------------------------------------------------------------------------------

  #synced(process: ProcessRecord, op: string): void {
    const at = process.unsynced.findIndex(write => write.op === op);
    if (at < 0) return;
    const write = must(process.unsynced[at], 'no such write');
    // Writes are synced in order, so it is the first.
    if (at === 0) process.unsynced.shift(); else process.unsynced.splice(at, 1);
    putChanges(process.disk, write.changes);
    this.#arrive(process, { type: 'diskDone', op, ok: true });
  }

  // ---- Outbox of the process whose step runs ---------------------------------------------------------------------------

  get #sender(): ProcessRecord { return must(this.#current, 'an effect outside a step'); }
  get self(): ProcessId { return this.#sender.id; }
  get node(): NodeName { return this.#sender.node; }
  get cause(): number { return this.#cause; }
  get now(): Micros {
    const isSkewed = this.world.faults.length > 0 && this.#current !== undefined;
    return (isSkewed ? this.#faults.clock(this.world, this.#sender.id) : this.world.now) as Micros;
  }
  get monotonic(): Micros { return this.world.now; }

  because(cause: number): void { this.#cause = cause; }
  send(to: ProcessId, body: object, after = 0 as Micros): void { this.#transmit(to, body, after, false); }
  post(to: ProcessId, body: object, after = 0 as Micros): void { this.#transmit(to, body, after, true); }

  startTimer(name: string, after: Micros): void {
    const process = this.#sender;
    process.timers.set(name, this.#push(this.world.now + this.#lag + Math.max(0, after), process.index, { type: 'timer', name }));
  }

  cancelTimer(name: string): void { this.#sender.timers.delete(name); }

  write(op: string, changes: readonly DiskChange[]): void {
    const process = this.#sender;
    const planned = planWrite(this.draw('disk', 1 << 16));
    const { fate, by } = this.world.faults.length === 0 ? { fate: planned, by: undefined }
      : this.#faults.write(this.world, process.id, { planned, draw: bound => this.draw('fault', bound) });
    if (typeof fate === 'string' && fate !== 'dies') { this.#push(this.world.now + this.#lag + planWrite(0), process.index, { type: 'diskDone', op, ok: false, error: fate }); return; }
    process.unsynced.push({ op, changes });
    if (fate === 'dies' && by !== undefined && isAppend(changes)) {
      this.fire(by.id);
      this.#push(this.world.now + (planned >> 1), KERNEL, { type: 'die', process: process.index, life: process.incarnation });
      return;
    }
    process.diskFreeAt = Math.max(process.diskFreeAt, this.world.now + this.#lag + (typeof fate === 'number' ? fate : planned));
    this.#push(process.diskFreeAt, process.index, { type: 'disk', op });
  }

  reach(point: string, subject = ''): boolean {
    if (this.world.faults.length === 0) return false;
    const { fate, by } = this.#faults.point(this.world, this.#sender.id, point, subject);
    if (fate === 'pass' || fate === 'hold' || by === undefined) return fate === 'hold';
    if (fate !== 'panic') { this.#lag += fate; return false; }
    this.fire(by.id);
    throw new Panic(`failpoint: ${point}`);
  }

  draw(purpose: string, bound: number): number { return this.#drawOf(this.#sender, purpose, bound); }

  #drawOf(process: ProcessRecord, purpose: string, bound: number): number {
    let stream = process.streams.get(purpose);
    if (stream === undefined) process.streams.set(purpose, (stream = newStream(this.world.seed, `${process.id} ${purpose}`)));
    return drawBelow(stream, bound);
  }

  spend(cpu: Micros): void {
    const process = this.#sender;
    process.busyUntil = Math.max(process.busyUntil, this.world.now) + cpu;
  }

  record(type: string, fields: NoteFields): void { this.#note(type, fields, this.#sender.id); }

  #note(type: string, fields: NoteFields, process: string): void {
    const note = this.trace.note({ id: 0, event: this.#event, cause: this.#cause, at: this.world.now, process, type, fields });
    for (const listener of this.#listeners) listener(note);
  }
}
