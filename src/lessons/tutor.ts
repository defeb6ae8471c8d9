/**
 * Inline explanation: turns what components recorded into a few lines for the learner, at most as many as one can read.
 *
 * Importance 3 is said at once, 2 once per burst with a count, 1 only in chatty mode; the why is said the first two times. State is plain data.
 */
import type { Text } from '../base/text.ts';
import { componentNamed } from './components.ts';
import { koreanNoun } from './glossary.ts';
import { type EventPattern, eventPatterns } from './patterns.ts';
import { phrases } from './phrases.ts';
import { bytesText, type Filler, type Fillers, fill, secondsText, slots } from './template.ts';

/** How much the tutor says by itself. */
export type TutorLevel = 'quiet' | 'normal' | 'chatty';

/** What a component recorded; the kernel's notes have this shape. */
export interface TutorNote {
  readonly type: string;
  readonly process: string;
  readonly fields: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly at: number;
}

/** What the tutor remembers: how often each type was explained and which components were introduced. */
export interface TutorState {
  readonly said: Readonly<Record<string, number>>;
  readonly met: readonly string[];
}

/** A line of the tutor. */
export interface TutorLine {
  readonly kind: 'introduction' | 'event' | 'more';
  readonly at: number;
  readonly type: string;
  readonly text: Text;
}

/** An explanation that a lesson gives on the first occurrence of an event, in place of the usual line. */
export interface LessonExplanation { readonly on: string; readonly say: Text }

export interface NarrateOptions {
  readonly level: TutorLevel;
  /** Break-and-repair lesson not yet repaired: lines that would give the cause away are held back. */
  readonly hideCauses?: boolean;
  readonly explanations?: readonly LessonExplanation[];
}

/** A tutor who has said nothing yet. */
export const newTutor: TutorState = { said: {}, met: [] };

/** Times that an event type is explained with its why. */
const WHY_TIMES = 2;
/** Events of importance 3 of one type said one by one in a burst; the rest are counted. */
const BURST_MAX = 2;
/** Lines of one burst; more are counted. */
const LINES_MAX = 10;

const LEVELS: Readonly<Record<TutorLevel, number>> = { quiet: 3, normal: 2, chatty: 1 };
const patterns: ReadonlyMap<string, EventPattern> = new Map(eventPatterns.map(pattern => [pattern.type, pattern]));

/** The pattern of a note type. */
export function patternOf(type: string): EventPattern | undefined {
  return patterns.get(type);
}

interface Burst { readonly pattern: EventPattern; readonly note: TutorNote; more: number }

/** The lines for a burst of notes (all since the last call, in order of time), and the tutor's new memory. */
export function narrate(state: TutorState, notes: readonly TutorNote[], options: NarrateOptions): { readonly state: TutorState; readonly lines: readonly TutorLine[] } {
  const bursts = burstsOf(notes, options);
  let memory = state;
  const lines: TutorLine[] = [];
  let unsaid = 0;
  for (const burst of bursts) {
    if (lines.length >= LINES_MAX) {
      unsaid += 1 + burst.more;
      continue;
    }
    const said = sayBurst(memory, burst, options);
    memory = said.state;
    lines.push(...said.lines);
  }
  const last = notes.at(-1);
  if (unsaid > 0 && last !== undefined) lines.push({ kind: 'more', at: last.at, type: '', text: fill(phrases.more, { n: unsaid }) });
  return { state: memory, lines };
}

function burstsOf(notes: readonly TutorNote[], options: NarrateOptions): Burst[] {
  const least = LEVELS[options.level];
  const bursts: Burst[] = [];
  const last = new Map<string, Burst>();
  const shown = new Map<string, number>();
  for (const note of notes) {
    const pattern = patterns.get(note.type);
    if (pattern === undefined || pattern.importance < least || pattern.importance === 0) continue;
    if (options.hideCauses === true && pattern.hidesCause === true) continue;
    const before = shown.get(note.type) ?? 0;
    const open = last.get(note.type);
    if (open !== undefined && before >= (pattern.importance === 3 ? BURST_MAX : 1)) {
      open.more++;
      continue;
    }
    if (missingSlots(pattern, note).length > 0) continue;
    const burst: Burst = { pattern, note, more: 0 };
    bursts.push(burst);
    last.set(note.type, burst);
    shown.set(note.type, before + 1);
  }
  return bursts;
}

/** Whether the part behind the dash is true of what the note is about. */
const hasWhy = ({ whyOf }: EventPattern, note: TutorNote): boolean => whyOf === undefined || whyOf.includes(String(note.fields['kind']));

function sayBurst(state: TutorState, { pattern, note, more }: Burst, options: NarrateOptions): { state: TutorState; lines: TutorLine[] } {
  const lines: TutorLine[] = [];
  const component = componentOf(note.process);
  const introduction = options.level === 'quiet' || state.met.includes(component) ? undefined : componentNamed(component)?.introduction;
  if (introduction !== undefined) lines.push({ kind: 'introduction', at: note.at, type: component, text: introduction });

  const said = state.said[pattern.type] ?? 0;
  const own = said === 0 ? options.explanations?.find(explanation => explanation.on === pattern.type) : undefined;
  const isWhy = hasWhy(pattern, note);
  const whole = fill(own?.say ?? (isWhy && said < WHY_TIMES ? pattern.say : short(pattern.say)), fillersOf(note));
  const suffix = more === 0 ? { ko: '', en: '' } : fill(phrases.and, { n: more });
  lines.push({ kind: 'event', at: note.at, type: pattern.type, text: { ko: whole.ko + suffix.ko, en: whole.en + suffix.en } });
  return {
    state: { said: isWhy ? { ...state.said, [pattern.type]: said + 1 } : state.said, met: introduction === undefined ? state.met : [...state.met, component] },
    lines,
  };
}

/** The line of one note whatever its importance (for `explain` and the trace); undefined when the catalogue has none for it. */
export function noteText(note: TutorNote): Text | undefined {
  const pattern = patterns.get(note.type);
  return pattern === undefined || missingSlots(pattern, note).length > 0 ? undefined : fill(short(pattern.say), fillersOf(note));
}

/** What a note lacks for its line. */
function missingSlots(pattern: EventPattern, note: TutorNote): string[] {
  const fillers = fillersOf(note);
  return [...new Set([...slots(pattern.say.ko), ...slots(pattern.say.en)])].filter(name => fillers[name] === undefined);
}

/** The part before the dash, as a sentence; a bare code says nothing without what follows. */
function short(text: Text): Text {
  return { ko: beforeDash(text.ko), en: beforeDash(text.en) };
}

function beforeDash(sentence: string): string {
  const at = sentence.indexOf(' — ');
  return at < 0 || /^\d/.test(sentence) ? sentence : `${sentence.slice(0, at)}.`;
}

/** The component of a process address: `etcd` of `cp-1/etcd`. */
function componentOf(process: string): string {
  return process.slice(process.indexOf('/') + 1);
}

/** Other field names that fill a slot when its own is absent. */
const STAND_INS: Readonly<Record<string, readonly string[]>> = {
  pod: ['name'], node: ['name'], svc: ['name', 'service'], deploy: ['name'], rs: ['name'], new: ['identity', 'leader'], lease: ['name'],
  name: ['pod', 'node', 'controller', 'component', 'resource'], member: ['name'], leader: ['member', 'name'], kind: ['resource'], key: ['name'],
  rev: ['revision'], sec: ['seconds'], reason: ['message', 'plugin'], ns: ['namespace'],
};

function fillersOf(note: TutorNote): Fillers {
  const machine = note.process.includes('/') ? note.process.slice(0, note.process.indexOf('/')) : undefined;
  const fillers: Record<string, Filler | undefined> = {};
  const bytes = patterns.get(note.type)?.bytes ?? [];
  for (const [name, value] of Object.entries(note.fields)) fillers[name] = bytes.includes(name) && typeof value === 'number' ? bytesText(value) : formatted(name, value);
  for (const [name, others] of Object.entries(STAND_INS)) {
    fillers[name] ??= others.map(other => formatted(name, note.fields[other])).find(value => value !== undefined);
  }
  fillers['node'] ??= machine;
  fillers['member'] ??= machine;
  fillers['name'] ??= componentOf(note.process);
  return fillers;
}

function formatted(name: string, value: string | number | boolean | undefined): Filler | undefined {
  if (value === undefined) return undefined;
  if (name === 'sec' && typeof value === 'number') return secondsText(value);
  if (name === 'kind' && typeof value === 'string') return { ko: koreanNoun(value), en: value };
  // Messages of the API end with a full stop of their own.
  if (name === 'reason' && typeof value === 'string') return value.replace(/\.$/, '');
  if (name === 'pct' && typeof value === 'number') return `${value}%`;
  return typeof value === 'boolean' ? String(value) : value;
}
