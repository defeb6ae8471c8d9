/**
 * Proves that a lesson works, on a real simulated cluster: nothing is solved before its time, the given solution solves each step, each wrong attempt
 * fails where it should, and every text reads well in both languages. `pilothouse lesson check` runs it.
 */
import { type Micros, seconds } from '../base/data.ts';
import type { Text } from '../base/text.ts';
import type { WorldView } from '../cluster/view-contract.ts';
import { answer, type LessonState, next, observe, openStep, solutionLines, start } from './engine.ts';
import { gradeDo } from './grade.ts';
import { lintText } from './lint.ts';
import { slots } from './template.ts';
import { patternOf } from './tutor.ts';
import { type DoStep, type Lesson, lessonTexts, type Step, type WrongAttempt } from './schema.ts';

/** A cluster to try a lesson on; the session gives it. */
export interface LessonHarness {
  /** A new cluster at rest, in place of the present one. */
  open(cluster: string, seed: number): void;
  /** Runs one line of the prompt to its end. */
  run(line: string): { readonly exit: number; readonly stdout: string; readonly stderr: string };
  /** Lets virtual time pass. */
  advance(micros: Micros): void;
  view(): WorldView;
}

/** One thing that is wrong with a lesson. */
export interface LessonComplaint { readonly step: string; readonly message: string }

/** Time between looks while waiting for a solution to work. */
const LOOK_EVERY = seconds(1);
/** Virtual time that a wrong attempt gets to fail in. */
const WRONG_SETTLE = seconds(20);

/** Everything that is wrong with a lesson; empty = it works. */
export function checkLesson(lesson: Lesson, harness: LessonHarness): readonly LessonComplaint[] {
  const complaints = lessonTexts(lesson).flatMap(({ where, text }) => lintText(text).map(message => ({ step: where, message })));
  complaints.push(...checkStatic(lesson), ...playThrough(lesson, harness));
  for (const step of lesson.steps) {
    if (step.kind === 'do') step.wrong.forEach((wrong, i) => complaints.push(...tryWrong(lesson, harness, step, { wrong, number: i + 1 })));
    if (step.kind === 'ask') complaints.push(...tryWrongAnswers(lesson, harness, step.id, step.wrong));
  }
  return complaints;
}

function checkStatic(lesson: Lesson): LessonComplaint[] {
  const complaints: LessonComplaint[] = [];
  for (const step of lesson.steps) {
    complaints.push(...step.explain.filter(({ on, say }) => !fillable(on, say)).map(({ on }) => ({ step: step.id, message: `the explanation of ${on} uses a name that its event does not carry` })));
    if (step.kind === 'do' && step.hints.length === 0) complaints.push({ step: step.id, message: 'a step to do needs at least one hint' });
    if (step.kind !== 'quiz') continue;
    for (const choice of step.choices) {
      if (!choice.right && choice.reveals === undefined) complaints.push({ step: step.id, message: `the wrong choice "${choice.text.en}" names no misconception` });
    }
  }
  return complaints;
}

/** A lesson's explanation may use the names that the catalogue's line for the event uses. */
function fillable(type: string, say: Text): boolean {
  const pattern = patternOf(type);
  const known = pattern === undefined ? [] : [...slots(pattern.say.ko), ...slots(pattern.say.en)];
  return [...slots(say.ko), ...slots(say.en)].every(name => known.includes(name));
}

/** The lesson from start to end by its own solutions. */
function playThrough(lesson: Lesson, harness: LessonHarness): LessonComplaint[] {
  harness.open(lesson.cluster, lesson.seed);
  const complaints: LessonComplaint[] = [];
  let { state } = start(lesson, harness.view(), { seed: lesson.seed });
  for (let step = openStep(lesson, state); step !== undefined; step = openStep(lesson, state)) {
    if (step.kind === 'do' && isSolved(step, lesson, state, harness)) complaints.push({ step: step.id, message: 'solved before anything was done' });
    const after = solve(lesson, state, harness, step);
    if (after.state.step === state.step) {
      complaints.push({ step: step.id, message: `not solved by its solution: ${after.because}` });
      return complaints;
    }
    state = after.state;
  }
  return complaints;
}

const isSolved = (step: DoStep, lesson: Lesson, state: LessonState, harness: LessonHarness): boolean => firstPending(step, lesson, state, harness) === 0;

/** Position of the first clause that does not hold, from 1; 0 = all hold. */
function firstPending(step: DoStep, lesson: Lesson, state: LessonState, harness: LessonHarness): number {
  const view = harness.view();
  const answered = lesson.steps.filter(({ id }) => state.results[id] === 'solved').map(({ id }) => id);
  const { clauses } = gradeDo(step, { view, lines: view.lines().slice(state.linesBefore), since: state.since, answered });
  return clauses.findIndex(({ held }) => !held) + 1;
}

/** Takes a step by its solution; the same step back when it did not work. */
function solve(lesson: Lesson, state: LessonState, harness: LessonHarness, step: Step): { state: LessonState; because: string } {
  if (step.kind === 'say') return { state: next(lesson, { ...state, skipOffered: true }, harness.view()).state, because: '' };
  if (step.kind !== 'do') {
    const given = (solutionLines(state, step)[0] ?? '').replace(/^answer /, '');
    return { state: answer(lesson, state, harness.view(), given).state, because: `the answer "${given}" is refused` };
  }
  const failed: string[] = [];
  for (const line of step.solution) {
    const ran = harness.run(line);
    if (ran.exit !== 0) failed.push(`\`${line}\` exits with ${ran.exit}: ${ran.stderr.trim()}`);
  }
  for (let waited = 0; waited <= step.within; waited += LOOK_EVERY) {
    const looked = observe(lesson, state, harness.view());
    if (looked.state.step !== state.step) return { state: looked.state, because: '' };
    harness.advance(LOOK_EVERY);
  }
  const clause = firstPending(step, lesson, state, harness);
  return { state, because: [`clause ${clause} does not hold: ${step.check[clause - 1]?.that.text ?? ''}`, ...failed].join('; ') };
}

/** A fresh world with the lesson solved up to a step. */
function upTo(lesson: Lesson, harness: LessonHarness, id: string): LessonState | undefined {
  harness.open(lesson.cluster, lesson.seed);
  let { state } = start(lesson, harness.view(), { seed: lesson.seed });
  for (let step = openStep(lesson, state); step !== undefined && step.id !== id; step = openStep(lesson, state)) {
    const after = solve(lesson, state, harness, step);
    if (after.state.step === state.step) return undefined;
    state = after.state;
  }
  return state;
}

function tryWrong(lesson: Lesson, harness: LessonHarness, step: DoStep, { wrong, number }: { readonly wrong: WrongAttempt; readonly number: number }): LessonComplaint[] {
  const state = upTo(lesson, harness, step.id);
  // A step that cannot be reached was reported by the play-through.
  if (state === undefined) return [];
  for (const line of wrong.lines) harness.run(line);
  harness.advance(WRONG_SETTLE);
  const clause = firstPending(step, lesson, state, harness);
  if (clause === wrong.fails) return [];
  const found = clause === 0 ? 'it solves the step' : `clause ${clause} fails first`;
  return [{ step: step.id, message: `wrong attempt ${number}: expected clause ${wrong.fails} to fail first, but ${found}` }];
}

function tryWrongAnswers(lesson: Lesson, harness: LessonHarness, id: string, answers: readonly string[]): LessonComplaint[] {
  if (answers.length === 0) return [];
  const state = upTo(lesson, harness, id);
  if (state === undefined) return [];
  return answers
    .filter(given => answer(lesson, state, harness.view(), given).state.step !== state.step)
    .map(given => ({ step: id, message: `the wrong answer "${given}" is accepted` }));
}
