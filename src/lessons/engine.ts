/**
 * The course of a lesson: pure functions from a state and what happened to the next state and the tutor's messages.
 *
 * State is plain data, so undo, saving and forking a session carry it along. Steps that only tell flow into the next one; a step that asks for
 * something stays until it is solved, answered or skipped.
 */
import type { Micros } from '../base/data.ts';
import { drawBelow, newStream } from '../base/prng.ts';
import { same, type Text } from '../base/text.ts';
import type { WorldView } from '../cluster/view-contract.ts';
import { gradeDo, gradeText, type Grade, type StepScope } from './grade.ts';
import { misconception } from './misconceptions.ts';
import { phrases } from './phrases.ts';
import type { Choice, Lesson, OrderStep, QuizStep, Step, StepExplanation } from './schema.ts';
import { choiceOf, formsOf } from './spoken.ts';
import { fill } from './template.ts';

/** Where a learner stands in a lesson. */
export interface LessonState {
  readonly lesson: string;
  /** Shuffles choices and cards. */
  readonly seed: number;
  /** Position of the open step; the number of steps when finished. */
  readonly step: number;
  readonly results: Readonly<Record<string, 'solved' | 'skipped'>>;
  /** Hints shown in the open step. */
  readonly hints: number;
  /** Clauses of the open step, from the first, that were seen to hold; absent = none. */
  readonly reached?: number;
  /** `next` was said once on an open step. */
  readonly skipOffered: boolean;
  /** Lines typed before the open step began. */
  readonly linesBefore: number;
  readonly since: Micros;
  /** Hits per misconception code. */
  readonly beliefs: Readonly<Record<string, number>>;
}

/** What a message is, so that the screen can mark it. `command`: a line to type. */
export type MessageKind = 'title' | 'say' | 'task' | 'hint' | 'command' | 'praise' | 'pending' | 'question' | 'choice' | 'refutation' | 'note';

/** Something the tutor says, in both languages. */
export interface Message { readonly kind: MessageKind; readonly text: Text }

/** The next state and what to say. */
export interface Move { readonly state: LessonState; readonly messages: readonly Message[] }

/** Hits on one misconception after which its experiment is offered. */
const BELIEF_HITS = 2;

const message = (kind: MessageKind, text: Text): Message => ({ kind, text });

/** Opens a lesson. `beliefs`: the learner's tally so far. */
export function start(lesson: Lesson, view: WorldView, { seed, beliefs = {} }: { readonly seed: number; readonly beliefs?: Readonly<Record<string, number>> }): Move {
  const state: LessonState = { lesson: lesson.id, seed, step: 0, results: {}, hints: 0, skipOffered: false, linesBefore: view.lines().length, since: view.now, beliefs };
  const flowed = flow(lesson, state);
  return { state: flowed.state, messages: [message('title', fill(phrases.lessonBegins, { title: lesson.title, aim: lesson.aim })), ...flowed.messages] };
}

/** The open step; undefined when the lesson is finished. */
export function openStep(lesson: Lesson, state: LessonState): Step | undefined {
  return lesson.steps[state.step];
}

/** Explanations that the open step gives on first occurrences. */
export function explanations(lesson: Lesson, state: LessonState): readonly StepExplanation[] {
  return openStep(lesson, state)?.explain ?? [];
}

/** Looks whether what happened solved the open step. To be called after each line and while time passes. */
export function observe(lesson: Lesson, state: LessonState, view: WorldView): Move {
  const step = openStep(lesson, state);
  if (step?.kind !== 'do') return { state, messages: [] };
  const grade = gradeDo(step, scopeOf(lesson, state, view));
  return grade.state === 'solved' ? solved(lesson, state, view, step.done) : { state, messages: [] };
}

/** A line has ended: when it solved a part of the step, the tutor says what comes next. */
export function lineEnded(lesson: Lesson, state: LessonState, view: WorldView): Move {
  const step = openStep(lesson, state);
  if (step?.kind !== 'do') return { state, messages: [] };
  const grade = gradeDo(step, scopeOf(lesson, state, view));
  if (grade.state === 'solved') return solved(lesson, state, view, step.done);
  const reached = reachedIn(grade);
  if (reached <= (state.reached ?? 0)) return { state, messages: [] };
  const { pending, broken } = grade.clauses[reached] ?? {};
  return { state: { ...state, reached }, messages: pending === undefined || broken !== undefined ? [] : [message('pending', pending)] };
}

/** Clauses that hold, from the first on: they are written in the order of the work. */
const reachedIn = ({ clauses }: Grade): number => clauses.findIndex(({ held }) => !held);

/** `check`: what the open step still lacks. */
export function check(lesson: Lesson, state: LessonState, view: WorldView): Move {
  const step = openStep(lesson, state);
  if (step === undefined) return { state, messages: [message('note', phrases.alreadyFinished)] };
  if (step.kind !== 'do') return { state, messages: present(state, step) };
  const grade = gradeDo(step, scopeOf(lesson, state, view));
  return grade.state === 'solved' ? solved(lesson, state, view, step.done) : { state: { ...state, reached: reachedIn(grade) }, messages: pendingMessages(grade) };
}

/** `hint`: the next level. */
export function hint(lesson: Lesson, state: LessonState): Move {
  const step = openStep(lesson, state);
  if (step === undefined) return { state, messages: [message('note', phrases.alreadyFinished)] };
  const all = step.kind === 'say' ? [] : step.hints;
  const text = all[state.hints];
  if (text === undefined) return { state, messages: [message('hint', all.length === 0 ? phrases.noHints : phrases.hintsGone)] };
  return { state: { ...state, hints: state.hints + 1 }, messages: [message('hint', fill(phrases.hint, { n: state.hints + 1, text }))] };
}

/** `solution`: what to type; it is for the learner to type it. */
export function solution(lesson: Lesson, state: LessonState): Move {
  const step = openStep(lesson, state);
  if (step === undefined) return { state, messages: [message('note', phrases.alreadyFinished)] };
  const lines = solutionLines(state, step);
  if (lines.length === 0) return { state, messages: [message('note', phrases.noSolution)] };
  return { state, messages: [message('note', phrases.solution), ...lines.map(line => message('command', same(line)))] };
}

/** The lines that solve a step, `answer …` included. */
export function solutionLines(state: LessonState, step: Step): readonly string[] {
  switch (step.kind) {
    case 'say': return [];
    case 'do': return step.solution;
    case 'ask': return [`answer ${step.solution}`];
    case 'quiz': return [`answer ${shuffledChoices(state, step).findIndex(({ right }) => right) + 1}`];
    case 'order': return [`answer ${rightOrder(state, step).join(' ')}`];
  }
}

/** `answer …`: to a quiz, a question or cards. */
export function answer(lesson: Lesson, state: LessonState, view: WorldView, given: string): Move {
  const step = openStep(lesson, state);
  switch (step?.kind) {
    case 'quiz': return answerQuiz(lesson, state, view, step, given.trim());
    case 'order': return answerOrder(lesson, state, view, step, given.trim());
    case 'ask': {
      const scope = scopeOf(lesson, state, view);
      const grades = formsOf(given.trim()).map(form => gradeText(step, scope, form));
      const grade = grades.find(each => each.state === 'solved') ?? grades[0] ?? { state: 'wrong' as const };
      if (grade.state === 'solved') return solved(lesson, state, view, step.because);
      return { state, messages: [message('refutation', grade.state === 'broken' ? fill(phrases.expressionFailed, { reason: grade.because }) : fill(phrases.wrongAnswer, { reason: step.otherwise }))] };
    }
    case 'do': case 'say': case undefined: return { state, messages: [message('note', phrases.nothingAsked)] };
  }
}

/** The kind of question that is open; undefined = none. */
export function asked(lesson: Lesson, state: LessonState): 'quiz' | 'order' | 'ask' | undefined {
  const kind = openStep(lesson, state)?.kind;
  return kind === 'do' || kind === 'say' ? undefined : kind;
}

/** Whether the open question is a quiz and the words mean one of its choices. */
export function isChoice(lesson: Lesson, state: LessonState, given: string): boolean {
  const step = openStep(lesson, state);
  return step?.kind === 'quiz' && choiceOf(given, shuffledChoices(state, step).map(({ text }) => text)) >= 0;
}

/** `next`: leaves a step; an unsolved one only on the second time. */
export function next(lesson: Lesson, state: LessonState, view: WorldView): Move {
  const step = openStep(lesson, state);
  if (step === undefined) return { state, messages: [message('note', phrases.alreadyFinished)] };
  const looked = observe(lesson, state, view);
  if (looked.state !== state) return looked;
  if (!state.skipOffered) {
    const grade = step.kind === 'do' ? gradeDo(step, scopeOf(lesson, state, view)) : undefined;
    const reason = grade?.clauses.find(({ held }) => !held)?.pending;
    return { state: { ...state, skipOffered: true, ...(grade === undefined ? {} : { reached: reachedIn(grade) }) }, messages: [message('pending', reason === undefined ? phrases.unanswered : fill(phrases.unsolved, { reason }))] };
  }
  const moved = leave(lesson, state, view, 'skipped');
  return { state: moved.state, messages: [message('note', phrases.skipped), ...moved.messages] };
}

/** `reset`: the lesson from its start; the session builds the cluster anew before. */
export function reset(lesson: Lesson, state: LessonState, view: WorldView): Move {
  return start(lesson, view, { seed: state.seed, beliefs: state.beliefs });
}

/** How far the lesson is. */
export function progress(lesson: Lesson, state: LessonState): { readonly title: Text; readonly step: number; readonly steps: number; readonly solved: number; readonly finished: boolean } {
  const tasks = lesson.steps.filter(({ kind }) => kind !== 'say');
  return {
    title: lesson.title, steps: tasks.length, step: Math.min(tasks.length, lesson.steps.slice(0, state.step).filter(({ kind }) => kind !== 'say').length + 1),
    solved: tasks.filter(({ id }) => state.results[id] === 'solved').length, finished: state.step >= lesson.steps.length,
  };
}

/** The open step said again, for `learn` on an open lesson and after `lang`. */
export function repeat(lesson: Lesson, state: LessonState): readonly Message[] {
  const step = openStep(lesson, state);
  return step === undefined ? [message('note', phrases.alreadyFinished)] : present(state, step);
}

// ---- Steps ------------------------------------------------------------------------------------------------------------

function scopeOf(lesson: Lesson, state: LessonState, view: WorldView): StepScope {
  const answered = lesson.steps.filter(({ id }) => state.results[id] === 'solved').map(({ id }) => id);
  return { view, lines: view.lines().slice(state.linesBefore), since: state.since, answered };
}

/** Says steps until one needs the learner. */
function flow(lesson: Lesson, state: LessonState): Move {
  const messages: Message[] = [];
  let step = state.step;
  for (let open = lesson.steps[step]; open !== undefined; open = lesson.steps[++step]) {
    messages.push(...present(state, open));
    if (open.kind !== 'say') break;
  }
  const moved = { ...state, step };
  if (step >= lesson.steps.length) messages.push(...closing(lesson, moved));
  return { state: moved, messages };
}

function present(state: LessonState, step: Step): Message[] {
  switch (step.kind) {
    case 'say': return [message('say', step.say)];
    case 'do': return [message('task', fill(phrases.task, { task: step.task }))];
    case 'ask': return [message('question', fill(phrases.ask, { question: step.question })), message('note', phrases.askHow)];
    case 'quiz': return [message('question', fill(phrases.quiz, { question: step.question })), ...numbered(shuffledChoices(state, step).map(({ text }) => text)), message('note', phrases.quizHow)];
    case 'order': {
      const cards = shuffledCards(state, step);
      const example = cards.map((_, i) => i + 1).reverse().join(' ');
      return [message('question', fill(phrases.order, { question: step.question })), ...numbered(cards), message('note', fill(phrases.orderHow, { example }))];
    }
  }
}

const numbered = (texts: readonly Text[]): Message[] => texts.map((text, i) => message('choice', { ko: `${i + 1}) ${text.ko}`, en: `${i + 1}) ${text.en}` }));

/** The first clause that does not hold: clauses are written in the order of the work, so later ones would run ahead. */
function pendingMessages({ clauses }: Grade): Message[] {
  const open = clauses.find(({ held }) => !held);
  if (open === undefined) return [];
  return [message('pending', open.broken === undefined ? fill(phrases.notYet, { reason: open.pending }) : fill(phrases.expressionFailed, { reason: open.broken }))];
}

function solved(lesson: Lesson, state: LessonState, view: WorldView, reason: Text): Move {
  const moved = leave(lesson, state, view, 'solved');
  return { state: moved.state, messages: [message('praise', fill(phrases.passed, { reason })), ...moved.messages] };
}

function leave(lesson: Lesson, state: LessonState, view: WorldView, how: 'solved' | 'skipped'): Move {
  const id = openStep(lesson, state)?.id ?? '';
  return flow(lesson, { ...state, step: state.step + 1, results: { ...state.results, [id]: how }, hints: 0, reached: 0, skipOffered: false, linesBefore: view.lines().length, since: view.now });
}

function closing(lesson: Lesson, state: LessonState): Message[] {
  const { steps, solved: done } = progress(lesson, state);
  const facts = lesson.facts.map(({ say }) => message('say', { ko: `• ${say.ko}`, en: `• ${say.en}` }));
  return [...(facts.length === 0 ? [] : [message('note', phrases.recap), ...facts]), message('praise', fill(phrases.finished, { title: lesson.title, n: steps, m: done }))];
}

// ---- Questions --------------------------------------------------------------------------------------------------------

function shuffle<T>(items: readonly T[], seed: number, purpose: string): T[] {
  const stream = newStream(seed, purpose);
  const mixed = [...items];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = drawBelow(stream, i + 1);
    [mixed[i], mixed[j]] = [mixed[j] as T, mixed[i] as T];
  }
  return mixed;
}

/** The choices in the order shown to this learner. */
export function shuffledChoices(state: LessonState, step: QuizStep): readonly Choice[] {
  return shuffle(step.choices, state.seed, `${state.lesson}/${step.id}`);
}

function shuffledCards(state: LessonState, step: OrderStep): readonly Text[] {
  const mixed = shuffle(step.cards, state.seed, `${state.lesson}/${step.id}`);
  // Cards that happen to lie in the right order would ask nothing.
  return mixed.every((card, i) => card === step.cards[i]) ? [...mixed.slice(1), ...mixed.slice(0, 1)] : mixed;
}

const rightOrder = (state: LessonState, step: OrderStep): number[] => step.cards.map(card => shuffledCards(state, step).indexOf(card) + 1);

function answerQuiz(lesson: Lesson, state: LessonState, view: WorldView, step: QuizStep, given: string): Move {
  const choices = shuffledChoices(state, step);
  const choice = choices[choiceOf(given, choices.map(({ text }) => text))];
  if (choice === undefined) return { state, messages: [message('note', fill(phrases.notANumber, { n: choices.length }))] };
  if (choice.right) return solved(lesson, state, view, choice.because);
  const refutation = message('refutation', fill(phrases.wrongAnswer, { reason: choice.because }));
  if (choice.reveals === undefined) return { state, messages: [refutation] };
  const hits = (state.beliefs[choice.reveals] ?? 0) + 1;
  return { state: { ...state, beliefs: { ...state.beliefs, [choice.reveals]: hits } }, messages: [refutation, ...(hits === BELIEF_HITS ? offerExperiment(choice.reveals) : [])] };
}

function offerExperiment(code: string): Message[] {
  const held = misconception(code);
  if (held?.experiment === undefined) return [];
  return [
    message('note', fill(phrases.misconceptionTwice, { belief: held.belief })), message('note', phrases.experiment),
    ...held.experiment.map(line => message('command', same(line))),
  ];
}

function answerOrder(lesson: Lesson, state: LessonState, view: WorldView, step: OrderStep, given: string): Move {
  const numbers = given.split(/[\s,>→-]+/).filter(word => word !== '').map(Number);
  const size = step.cards.length;
  if (numbers.length !== size || new Set(numbers).size !== size || numbers.some(n => !Number.isInteger(n) || n < 1 || n > size)) {
    return { state, messages: [message('note', fill(phrases.notAnOrder, { n: size }))] };
  }
  const right = rightOrder(state, step);
  const inPlace = right.findIndex((n, i) => n !== numbers[i]);
  if (inPlace < 0) return solved(lesson, state, view, step.because);
  return { state, messages: [message('refutation', inPlace === 0 ? phrases.orderWrongFirst : fill(phrases.orderWrong, { n: inPlace }))] };
}
