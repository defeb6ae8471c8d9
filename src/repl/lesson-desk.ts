/** The lessons of a session: which one is open, what the learner has done, and what the tutor says about it. */
import type { Result } from '../base/data.ts';
import { entries, findEntry, type Learner, learned, missingNeeds, newLearner, nextEntry } from '../lessons/curriculum.ts';
import { answer, asked, check, explanations, hint, isChoice, lineEnded, type LessonState, type Message, type Move, next, observe, progress, repeat, solution, start } from '../lessons/engine.ts';
import type { Lesson } from '../lessons/schema.ts';
import type { NarrateOptions } from '../lessons/tutor.ts';
import type { Stranger } from './parse/failure.ts';
import { phrases } from '../lessons/phrases.ts';
import { fill } from '../lessons/template.ts';
import { type LessonLibrary, openLibrary } from './lesson-library.ts';
import type { Session } from './session.ts';

type Turn = 'next' | 'hint' | 'solution' | 'check';

export class LessonDesk {
  learner: Learner = newLearner;
  state: LessonState | undefined;
  readonly #session: Session;
  readonly #folder: string;
  #library: LessonLibrary | undefined;
  #problems: readonly string[] = [];

  constructor(session: Session, folder: string) {
    this.#session = session;
    this.#folder = folder;
  }

  /** Takes over what was saved. */
  restore(learner: Learner, state: LessonState | undefined): void {
    this.learner = learner;
    this.state = state;
  }

  get library(): LessonLibrary | undefined {
    if (this.#library === undefined) ({ library: this.#library, problems: this.#problems } = openLibrary(this.#folder, this.#session.cel, this.#session.lang));
    return this.#library;
  }

  list(): { readonly id: string; readonly title: string; readonly done: boolean; readonly current: boolean }[] {
    const { library } = this;
    if (library === undefined) return [];
    return entries(library.curriculum).map(({ id, title }) => ({
      id, title: title[this.#session.lang], done: this.learner.finished.includes(id), current: this.state?.lesson === id,
    }));
  }

  /** The lesson that a word means; undefined = none (or the library cannot be read, which `learn` tells). */
  find(word: string): string | undefined { return this.library === undefined ? word : findEntry(this.library.curriculum, word)?.id; }

  learn(word: string | undefined): Result<null, string> {
    const { library } = this;
    const ko = this.#session.lang === 'ko';
    if (library === undefined) return { ok: false, error: this.#problems.join('\n') };
    const wanted = word ?? nextEntry(library.curriculum, this.learner)?.id;
    if (wanted === undefined) return { ok: false, error: ko ? '모든 수업을 마쳤어요.' : 'every lesson is finished' };
    const reading = library.lesson(wanted);
    if (reading === undefined) return { ok: false, error: ko ? `"${wanted}" 수업은 없어요. \`lessons\`로 목록을 볼 수 있어요.` : `there is no lesson "${wanted}"; \`lessons\` lists them` };
    if (reading.lesson === undefined) return { ok: false, error: reading.problems.join('\n') };
    const missing = missingNeeds(reading.lesson, this.learner);
    if (missing.length > 0) this.#session.print(ko ? `먼저 하면 좋은 수업: ${missing.join(', ')}` : `better after: ${missing.join(', ')}`, 'note');
    return this.#begin(reading.lesson);
  }

  #begin(lesson: Lesson): Result<null, string> {
    if (!this.#session.openForLesson(lesson.cluster, lesson.seed)) return { ok: false, error: `${lesson.id}: there is no cluster "${lesson.cluster}"` };
    this.#take(lesson, start(lesson, this.#session.view, { seed: lesson.seed, beliefs: this.learner.beliefs }));
    return { ok: true, value: null };
  }

  /** The open lesson and the learner's place in it. */
  #open(): { readonly lesson: Lesson; readonly state: LessonState } | undefined {
    const { state } = this;
    const lesson = state === undefined ? undefined : this.library?.lesson(state.lesson)?.lesson;
    return lesson === undefined || state === undefined ? undefined : { lesson, state };
  }

  #none(): Result<null, string> {
    return { ok: false, error: this.#session.lang === 'ko' ? '열린 수업이 없어요. `learn`으로 시작해 보세요.' : 'no lesson is open; begin one with `learn`' };
  }

  move(turn: Turn): Result<null, string> {
    const open = this.#open();
    if (open === undefined) return turn === 'next' ? this.learn(undefined) : this.#none();
    const { lesson, state } = open;
    if (turn === 'next' && state.step >= lesson.steps.length) return this.learn(undefined);
    const { view } = this.#session;
    const moves: Readonly<Record<Turn, () => Move>> = {
      next: () => next(lesson, state, view), hint: () => hint(lesson, state), solution: () => solution(lesson, state), check: () => check(lesson, state, view),
    };
    this.#take(lesson, moves[turn]());
    return { ok: true, value: null };
  }

  answer(given: string): Result<null, string> {
    const open = this.#open();
    if (open === undefined) return this.#none();
    this.#take(open.lesson, answer(open.lesson, open.state, this.#session.view, given));
    return { ok: true, value: null };
  }

  /** Takes a line that is no command for the answer to an open question; a mistyped command is left to its error. */
  takesAnswer(line: string, stranger: Stranger | undefined): boolean {
    const open = this.#open();
    const kind = open === undefined ? undefined : asked(open.lesson, open.state);
    if (open === undefined || kind === undefined) return false;
    const given = line.trim();
    const isNumbers = /^\d+(?:[\s,>→-]+\d+)*$/.test(given);
    const isWord = stranger === 'unknown' || stranger === 'advised' || (stranger === 'typo' && (!/^[a-z]+(?:\s|$)/i.test(given) || (kind === 'ask' && !/\s/.test(given))));
    return (isNumbers || isWord || isChoice(open.lesson, open.state, given)) && this.answer(given).ok;
  }

  /** Whether a question waits for an answer in words. */
  get isAsking(): boolean {
    const open = this.#open();
    return open !== undefined && asked(open.lesson, open.state) !== undefined;
  }

  /** A lesson is open and not finished. */
  get isLearning(): boolean {
    const open = this.#open();
    return open !== undefined && this.#isOpen(open.lesson);
  }

  reset(): Result<null, string> {
    const open = this.#open();
    return open === undefined ? this.#none() : this.#begin(open.lesson);
  }

  /** Says the open step again. */
  repeat(): void {
    const open = this.#open();
    if (open !== undefined) this.#say(repeat(open.lesson, open.state));
  }

  /** A line has ended: says what it brought for the open step. */
  lineEnded(): void {
    const open = this.#open();
    if (open !== undefined) this.#take(open.lesson, lineEnded(open.lesson, open.state, this.#session.view));
  }

  /** Looks whether what happened solved the open step. */
  observe(): void {
    const open = this.#open();
    if (open !== undefined) this.#take(open.lesson, observe(open.lesson, open.state, this.#session.view));
  }

  /** How the tutor should speak during this lesson. */
  narration(): Pick<NarrateOptions, 'hideCauses' | 'explanations'> {
    const open = this.#open();
    if (open === undefined) return {};
    const isRepair = open.lesson.capstone && open.state.step < open.lesson.steps.length;
    return { explanations: explanations(open.lesson, open.state), hideCauses: isRepair };
  }

  /** Progress for the status line. */
  label(): string {
    const open = this.#open();
    if (open === undefined) return '';
    const { step, steps, finished } = progress(open.lesson, open.state);
    return `${open.lesson.id} ${finished ? '✓' : `${step}/${steps}`}`;
  }

  #take(lesson: Lesson, move: Move): void {
    const wasOpen = this.#isOpen(lesson);
    this.state = move.state;
    this.learner = learned(this.learner, lesson, move.state);
    this.#say(move.messages);
    if (wasOpen && !this.#isOpen(lesson)) this.#say([this.#whatNext()]);
  }

  #isOpen(lesson: Lesson): boolean { return this.state?.lesson === lesson.id && this.state.step < lesson.steps.length; }

  /** Where to go after a lesson. */
  #whatNext(): Message {
    const entry = this.library === undefined ? undefined : nextEntry(this.library.curriculum, this.learner);
    return { kind: 'note', text: entry === undefined ? phrases.finishedAll : fill(phrases.nextLesson, { title: entry.title, id: entry.id }) };
  }

  #say(messages: readonly Message[]): void {
    for (const message of messages) this.#session.print(message.kind === 'command' ? `  ${message.text[this.#session.lang]}` : message.text[this.#session.lang], 'tutor');
  }
}
