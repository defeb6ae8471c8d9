import type { Micros } from '../base/data.ts';
import type { NoteFields } from './process.ts';

/** Something a component said about what it did, tied to the event that made it do so. */
export interface Note {
  readonly id: number;
  /** Event during which it was said. */
  readonly event: number;
  /** Event it is attributed to (see `Outbox.because`). */
  readonly cause: number;
  readonly at: Micros;
  readonly process: string;
  readonly type: string;
  readonly fields: NoteFields;
}

/** How far back causes can be followed, in events; a power of two. */
const EVENTS_KEPT = 1 << 20;
/** Notes kept for the learner. */
const NOTES_MAX = 200_000;

/**
 * The causes of the latest events, and what components said on the way.
 *
 * Shape: a ring of causes indexed by event id (`causes[id mod size]`, a power of two), grown in steps, and an ordered list of notes. The trace stands beside the
 * world, not in it: nothing in the simulation reads it. Going back in time cuts it (`cutAfter`).
 */
export class Trace {
  #causes = new Float64Array(1 << 14);
  #ids = new Float64Array(1 << 14);
  #notes: Note[] = [];
  #nextNote = 1;

  /** Notes in order of time. */
  get notes(): readonly Note[] { return this.#notes; }

  event(id: number, cause: number): void {
    if (id >= this.#causes.length && this.#causes.length < EVENTS_KEPT) this.#grow(id);
    const at = id & (this.#causes.length - 1);
    this.#causes[at] = cause;
    this.#ids[at] = id;
  }

  /** The event that caused an event; 0 = none, or no longer known. */
  causeOf(id: number): number {
    const at = id & (this.#causes.length - 1);
    return this.#ids[at] === id ? (this.#causes[at] as number) : 0;
  }

  /** Keeps a note, which gets its id here. */
  note(note: { -readonly [Field in keyof Note]: Note[Field] }): Note {
    note.id = this.#nextNote++;
    this.#notes.push(note);
    if (this.#notes.length > NOTES_MAX * 1.25) this.#notes = this.#notes.slice(-NOTES_MAX);
    return note;
  }

  /** Forgets everything said after an event: the learner went back in time. */
  cutAfter(event: number): void {
    let keep = this.#notes.length;
    while (keep > 0 && (this.#notes[keep - 1] as Note).event > event) keep--;
    this.#notes = this.#notes.slice(0, keep);
    this.#nextNote = (this.#notes.at(-1)?.id ?? 0) + 1;
  }

  /** True when `id` descends from `ancestor` (or is it). */
  descends(id: number, ancestor: number): boolean {
    for (let at = id; at >= ancestor; at = this.causeOf(at)) {
      if (at === ancestor) return true;
      if (at === 0) return false;
    }
    return false;
  }

  #grow(id: number): void {
    let size = this.#causes.length;
    while (size <= id && size < EVENTS_KEPT) size *= 2;
    const causes = new Float64Array(size);
    const ids = new Float64Array(size);
    causes.set(this.#causes);
    ids.set(this.#ids);
    this.#causes = causes;
    this.#ids = ids;
  }
}
