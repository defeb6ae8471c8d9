/**
 * The story of a run: what was done to the world from outside and when, with checkpoints on the way. The world is a function of
 * the seed, the topology and this journal; so any moment can be reached again: nearest checkpoint before it, then the same events and actions.
 */
import { type Micros, type Result, seconds } from '../base/data.ts';
import { formatClock } from '../base/duration.ts';
import type { Kernel, ProcessSpec } from './kernel.ts';
import type { World } from './world.ts';

/** Something done to the world from outside. */
export type Action =
  | { readonly type: 'deliver'; readonly to: string; readonly body: object }
  | { readonly type: 'fault'; readonly kind: string; readonly args: unknown; readonly words: readonly string[] }
  | { readonly type: 'heal'; readonly id: number }
  /** Adds a process. */
  | { readonly type: 'spawn'; readonly spec: ProcessSpec };

/** An action and its exact place in the run: the time, and how many events had been handled. */
export interface JournalEntry { readonly at: Micros; readonly handled: number; readonly action: Action }

/** A checkpoint, with the number of journal entries that are in it. */
interface Kept { readonly world: World; readonly entries: number }
/**
 * A place to come back to: the world before a line, or after one that was undone. A redo leaves the way that the world has gone since the undo, and
 * undoing that redo comes back to it; so these two bring their own journal, and tell where the two ways part.
 */
interface Mark extends Kept {
  readonly label: string;
  readonly way?: { readonly journal: readonly JournalEntry[]; readonly parting: Kept };
}

/** Lines that can be undone. */
const UNDO_MAX = 50;
/** Checkpoints kept for going back in time; when there are more, every second one of the older half goes. */
const CHECKPOINTS_MAX = 64;
const CHECKPOINT_INTERVAL = seconds(10);

export class Timeline {
  readonly kernel: Kernel;
  #journal: JournalEntry[] = [];
  #undo: Mark[] = [];
  #redo: (Mark & Required<Pick<Mark, 'way'>>)[] = [];
  #checkpoints: Kept[] = [];

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.#keep();
  }

  get journal(): readonly JournalEntry[] { return this.#journal; }
  /** Labels of the lines that can be undone, oldest first. */
  get undoable(): readonly string[] { return this.#undo.map(mark => mark.label); }
  get redoable(): readonly string[] { return this.#redo.map(mark => mark.label).reverse(); }

  /** Does something to the world and writes it down. Returns the event id of a delivery or the number of a fault. */
  act(action: Action): number {
    this.#journal.push({ at: this.kernel.world.now, handled: this.kernel.world.handled, action });
    return apply(this.kernel, action);
  }

  /** Remembers the world before a line, so that the line can be undone. */
  mark(label: string): void { this.#mark(this.#here(label)); }

  #mark(mark: Mark): void {
    this.#undo.push(mark);
    if (this.#undo.length > UNDO_MAX) this.#undo.shift();
    this.#redo = [];
  }

  /** Takes a checkpoint when the last one is old enough. Call after time has passed. */
  passed(): void {
    const last = this.#checkpoints.at(-1);
    if (last !== undefined && this.kernel.world.now - last.world.now < CHECKPOINT_INTERVAL) return;
    this.#keep();
    if (this.#checkpoints.length <= CHECKPOINTS_MAX) return;
    const half = this.#checkpoints.length >> 1;
    this.#checkpoints = this.#checkpoints.filter((_kept, i) => i === 0 || i >= half || i % 2 === 0);
  }

  /** Gives up the past, for runs without end that nobody goes back in: time begins at a new checkpoint. */
  forget(): void {
    this.#journal = [];
    this.#undo = [];
    this.#redo = [];
    this.#checkpoints = [];
    this.#keep();
  }

  /** Goes back to before the last line. Returns its label. */
  undo(): string | undefined {
    const mark = this.#undo.pop();
    if (mark === undefined) return undefined;
    this.#redo.push({ ...this.#here(mark.label), way: { journal: this.#journal, parting: mark.way?.parting ?? mark } });
    this.#return(mark);
    return mark.label;
  }

  /** Takes an undo back. Returns the label of the line. */
  redo(): string | undefined {
    const mark = this.#redo.pop();
    if (mark === undefined) return undefined;
    this.#undo.push({ ...this.#here(mark.label), way: { journal: this.#journal, parting: mark.way.parting } });
    this.#return(mark);
    return mark.label;
  }

  /** Goes to a moment, past or future. The past is reached by replaying; `undo` comes back from there. */
  goto(at: Micros, label: string): Result<null, string> {
    if (at < 0) return { ok: false, error: `time begins at ${formatClock(0)}` };
    if (at >= this.kernel.world.now) { this.kernel.run({ until: at }); return { ok: true, value: null }; }
    const entries = this.#journal;
    const start = this.#checkpoints.findLast(kept => kept.world.now <= at);
    if (start === undefined) return { ok: false, error: 'no checkpoint is left before that moment' };
    // What happened after the moment leaves the journal; coming back needs it.
    this.#mark({ ...this.#here(label), way: { journal: entries, parting: start } });
    this.#return(start);
    replay(this.kernel, entries.slice(start.entries).filter(entry => entry.at <= at), entry => this.#journal.push(entry));
    this.kernel.run({ until: at });
    return { ok: true, value: null };
  }

  /** Runs a journal on a fresh world, up to a count of handled events. */
  load(journal: readonly JournalEntry[], end: { readonly handled: number; readonly at: Micros }): void {
    replay(this.kernel, journal, entry => this.#journal.push(entry), () => this.passed());
    runTo(this.kernel, end.handled, end.at);
    this.passed();
  }

  #here(label: string): Mark {
    return { label, world: this.kernel.checkpoint(), entries: this.#journal.length };
  }

  #return(to: Kept & Pick<Mark, 'way'>): void {
    const { world, entries, way } = to;
    this.kernel.restore(world);
    this.#journal = (way?.journal ?? this.#journal).slice(0, entries);
    const shared = way?.parting ?? to;
    this.#checkpoints = this.#checkpoints.filter(kept => kept.entries <= shared.entries && kept.world.handled <= shared.world.handled && kept.world.now <= shared.world.now);
    if (this.#checkpoints.length === 0) this.#keep();
  }

  #keep(): void {
    this.#checkpoints.push({ world: this.kernel.checkpoint(), entries: this.#journal.length });
  }
}

function apply(kernel: Kernel, action: Action): number {
  switch (action.type) {
    case 'deliver': return kernel.deliver(action.to, action.body);
    case 'fault': return kernel.inject(action.kind, action.args, action.words);
    case 'heal': kernel.heal(action.id); return action.id;
    case 'spawn': kernel.spawn(action.spec); return 0;
  }
}

/** Applies entries at exactly the places where they were made. */
function replay(kernel: Kernel, entries: readonly JournalEntry[], keep: (entry: JournalEntry) => void, passed?: () => void): void {
  for (const entry of entries) {
    runTo(kernel, entry.handled, entry.at);
    passed?.();
    keep(entry);
    apply(kernel, entry.action);
  }
}

function runTo(kernel: Kernel, handled: number, at: Micros): void {
  kernel.run({ eventsMax: Math.max(0, handled - kernel.world.handled) });
  if (kernel.world.now < at) kernel.world.now = at;
}

