/**
 * The lesson file: what an author writes, and its reading into a checked lesson. Text is parsed at the edge; here it is data with places.
 *
 * A lesson is a list of steps. A step tells (`say`), asks for something to be done (`do`, checked by expressions), asks a question with choices
 * (`quiz`) or without (`ask`), or lets cards be put in order (`order`).
 */
import { type Micros, minutes } from '../base/data.ts';
import {
  anyText, byField, checked, count, flag, listOf, matching, oneOf, oneOrMore, optional, type Problem, problemText, readDocument, record, type Shape, type Source, words,
} from '../base/document.ts';
import { notDuration, parseDuration } from '../base/duration.ts';
import type { Lang, Text } from '../base/text.ts';
import type { Cel, Condition } from '../cluster/cel/evaluate.ts';
import { misconception } from './misconceptions.ts';
import { patternOf } from './tutor.ts';

/** Steps of one lesson. */
const STEPS_MAX = 60;
/** Items of any other list of a lesson. */
const ITEMS_MAX = 30;
/** Virtual time a step may need when the file does not say. */
const WITHIN_DEFAULT = minutes(10);
/** Clusters a lesson may name. */
const clusterPresets = ['tiny', 'default', 'ha', 'cloud', 'etcd'] as const;

/** Something that must hold, and what to say while it does not. */
export interface Clause {
  readonly that: Condition;
  /** "Right now …": said while it is not true. */
  readonly pending: Text;
}
/** An attempt that must not solve its step. */
export interface WrongAttempt {
  readonly lines: readonly string[];
  /** Position of the clause that must fail first, counted from 1. */
  readonly fails: number;
}
/** Said on the first occurrence of an event type during the step. */
export interface StepExplanation { readonly on: string; readonly say: Text }

interface StepBase { readonly id: string; readonly explain: readonly StepExplanation[] }
export interface SayStep extends StepBase { readonly kind: 'say'; readonly say: Text }
export interface DoStep extends StepBase {
  readonly kind: 'do';
  readonly task: Text;
  readonly check: readonly Clause[];
  readonly done: Text;
  readonly hints: readonly Text[];
  readonly solution: readonly string[];
  readonly wrong: readonly WrongAttempt[];
  /** Virtual time within which the solution must work. */
  readonly within: Micros;
}
export interface Choice {
  readonly text: Text;
  readonly right: boolean;
  /** Why it is right, or what refutes it. */
  readonly because: Text;
  /** Belief that choosing it reveals. */
  readonly reveals?: string;
}
export interface QuizStep extends StepBase { readonly kind: 'quiz'; readonly question: Text; readonly choices: readonly Choice[]; readonly hints: readonly Text[] }
export interface AskStep extends StepBase {
  readonly kind: 'ask';
  readonly question: Text;
  /** Condition over `answer`. */
  readonly accept: Condition;
  readonly because: Text;
  readonly otherwise: Text;
  readonly hints: readonly Text[];
  readonly solution: string;
  readonly wrong: readonly string[];
}
export interface OrderStep extends StepBase { readonly kind: 'order'; readonly question: Text; /** In the right order. */ readonly cards: readonly Text[]; readonly because: Text; readonly hints: readonly Text[] }
export type Step = SayStep | DoStep | QuizStep | AskStep | OrderStep;

/** A fact the lesson teaches, with where it is known from. */
export interface Fact { readonly say: Text; readonly source: string }

/** A lesson that was read without a problem. */
export interface Lesson {
  readonly id: string;
  readonly title: Text;
  readonly aim: Text;
  readonly needs: readonly string[];
  readonly cluster: string;
  readonly seed: number;
  /** Break-and-repair lesson: the tutor does not give causes away. */
  readonly capstone: boolean;
  readonly facts: readonly Fact[];
  readonly steps: readonly Step[];
}

/** A lesson, or its problems as `file:line:column: message`. */
export type LessonReading = { readonly lesson: Lesson; readonly problems: readonly [] } | { readonly lesson: undefined; readonly problems: readonly string[] };

function mapped<A, B>(shape: Shape<A>, map: (value: A) => B): Shape<B> {
  return { expects: shape.expects, read: (value, at, problems) => { const read = shape.read(value, at, problems); return read === undefined ? undefined : map(read); } };
}

// A block text of YAML ends with a line break that nobody wants to read.
const bilingual: Shape<Text> = mapped(record({ ko: '두 언어로 된 텍스트 { ko: …, en: … } 맵이', en: 'a text in both languages, { ko: …, en: … }' }, { ko: words, en: words }), ({ ko, en }) => ({ ko: ko.trim(), en: en.trim() }));

const identifier = matching(/^[a-z][a-z0-9-]*$/, { ko: '소문자로 시작하고 소문자, 숫자, 하이픈으로 된 id가', en: 'an id of small letters, digits and dashes that begins with a letter' });
const commandLine = matching(/\S/, { ko: '프롬프트에 입력할 줄이', en: 'a line of the prompt' });
const duration: Shape<Micros> = checked({ ko: '30s, 5m 같은 시간이', en: 'a duration such as 30s or 5m' }, text => {
  const parsed = parseDuration(text);
  return parsed.ok ? parsed : { ok: false, message: notDuration(text) };
});
const belief = checked({ ko: 'M05 같은 오개념 코드가', en: 'a misconception code such as M05' }, text => (misconception(text) === undefined ? { ok: false, message: { ko: `"${text}" 코드를 쓰는 오개념은 없어요.`, en: `no misconception has the code "${text}"` } } : { ok: true, value: text }));
const noteType = checked({ ko: 'sched.bound 같은 이벤트 종류가', en: 'an event type such as sched.bound' }, text => (patternOf(text) === undefined ? { ok: false, message: { ko: `"${text}" 종류의 이벤트는 없어요.`, en: `no event has the type "${text}"` } } : { ok: true, value: text }));
const explanation: Shape<StepExplanation> = record({ ko: '설명 { on: …, say: … } 맵이', en: 'an explanation, { on: …, say: … }' }, { on: noteType, say: bilingual });

function conditionShape(cel: Cel): Shape<Condition> {
  return checked({ ko: '식이', en: 'an expression' }, text => {
    const compiled = cel.condition(text);
    return compiled.ok ? compiled : { ok: false, message: compiled.error.message, at: compiled.error.at };
  });
}

const common = { id: identifier, explain: optional(listOf(explanation, { max: ITEMS_MAX })) };
const hints = optional(listOf(bilingual, { max: ITEMS_MAX }));

/** A shape with a further rule on the value read. */
function ruled<T>(shape: Shape<T>, rule: (value: T) => Text | undefined): Shape<T> {
  return {
    expects: shape.expects,
    read(value, at, problems) {
      const read = shape.read(value, at, problems);
      const broken = read === undefined ? undefined : rule(read);
      if (broken === undefined) return read;
      problems.push({ path: at, message: broken });
      return undefined;
    },
  };
}

function doShape(condition: Shape<Condition>): Shape<Step> {
  const clause: Shape<Clause> = record({ ko: '조건 { that: …, pending: … } 맵이', en: 'a clause, { that: …, pending: … }' }, { that: condition, pending: bilingual });
  const wrong = record({ ko: '틀린 시도 { lines: …, fails: … } 맵이', en: 'a wrong attempt, { lines: …, fails: … }' }, { lines: oneOrMore(commandLine), fails: count });
  const fields = record({ ko: '해 볼 단계가', en: 'a step to do' }, {
    ...common, do: bilingual, check: listOf(clause, { min: 1, max: ITEMS_MAX }), done: bilingual, hints, solution: oneOrMore(commandLine),
    wrong: optional(listOf(wrong, { max: ITEMS_MAX })), within: optional(duration),
  });
  const shaped = mapped(fields, step => ({
    kind: 'do' as const, id: step.id, explain: step.explain ?? [], task: step.do, check: step.check, done: step.done, hints: step.hints ?? [],
    solution: step.solution, wrong: step.wrong ?? [], within: step.within ?? WITHIN_DEFAULT,
  }));
  return ruled(shaped, step => {
    const beyond = step.wrong.find(({ fails }) => fails < 1 || fails > step.check.length);
    return beyond === undefined ? undefined : { ko: `틀린 시도가 ${beyond.fails}번 조건을 가리켜요. 1부터 ${step.check.length}까지여야 해요.`, en: `a wrong attempt names clause ${beyond.fails}; expected 1 to ${step.check.length}` };
  });
}

function quizShape(): Shape<Step> {
  const right = record({ ko: '맞는 선택지가', en: 'the right choice' }, { right: bilingual, because: bilingual });
  const wrong = record({ ko: '틀린 선택지가', en: 'a wrong choice' }, { wrong: bilingual, because: bilingual, reveals: optional(belief) });
  const choice = byField<Choice>({ ko: '`right`나 `wrong`이 있는 선택지가', en: 'a choice with `right` or `wrong`' }, {
    right: mapped(right, ({ right: text, because }) => ({ text, right: true, because })),
    wrong: mapped(wrong, ({ wrong: text, because, reveals }) => ({ text, right: false, because, ...(reveals === undefined ? {} : { reveals }) })),
  });
  const fields = record({ ko: '퀴즈가', en: 'a quiz' }, { ...common, quiz: bilingual, choices: listOf(choice, { min: 2, max: ITEMS_MAX }), hints });
  const shaped = mapped(fields, step => ({ kind: 'quiz' as const, id: step.id, explain: step.explain ?? [], question: step.quiz, choices: step.choices, hints: step.hints ?? [] }));
  return ruled(shaped, ({ choices }) => (choices.filter(({ right: isRight }) => isRight).length === 1 ? undefined : { ko: '퀴즈에는 맞는 선택지가 꼭 하나 있어야 해요.', en: 'a quiz needs exactly one right choice' }));
}

function askShape(condition: Shape<Condition>): Shape<Step> {
  const fields = record({ ko: '질문이', en: 'a question' }, {
    ...common, ask: bilingual, accept: condition, because: bilingual, otherwise: bilingual, hints, solution: words, wrong: optional(listOf(anyText, { max: ITEMS_MAX })),
  });
  return mapped(fields, step => ({
    kind: 'ask' as const, id: step.id, explain: step.explain ?? [], question: step.ask, accept: step.accept, because: step.because, otherwise: step.otherwise,
    hints: step.hints ?? [], solution: step.solution, wrong: step.wrong ?? [],
  }));
}

const orderShape: Shape<Step> = mapped(
  record({ ko: '순서대로 놓을 카드가', en: 'cards to order' }, { ...common, order: bilingual, cards: listOf(bilingual, { min: 2, max: 9 }), because: bilingual, hints }),
  step => ({ kind: 'order' as const, id: step.id, explain: step.explain ?? [], question: step.order, cards: step.cards, because: step.because, hints: step.hints ?? [] }),
);
const sayShape: Shape<Step> = mapped(record({ ko: '들려주는 단계가', en: 'a step that tells' }, { ...common, say: bilingual }), step => ({ kind: 'say' as const, id: step.id, explain: step.explain ?? [], say: step.say }));

function lessonShape(cel: Cel): Shape<Lesson> {
  const condition = conditionShape(cel);
  const step = byField<Step>({ ko: '단계가', en: 'a step' }, { do: doShape(condition), quiz: quizShape(), ask: askShape(condition), order: orderShape, say: sayShape });
  const fact: Shape<Fact> = record({ ko: '사실 { say: …, source: … } 맵이', en: 'a fact, { say: …, source: … }' }, { say: bilingual, source: words });
  const fields = record({ ko: '수업이', en: 'a lesson' }, {
    id: identifier, title: bilingual, aim: bilingual, needs: optional(listOf(identifier, { max: ITEMS_MAX })), cluster: optional(oneOf(...clusterPresets)),
    seed: optional(count), capstone: optional(flag), facts: optional(listOf(fact, { max: ITEMS_MAX })), steps: listOf(step, { min: 1, max: STEPS_MAX }),
  });
  return ruled(mapped(fields, lessonOf), ({ steps }) => {
    const twice = steps.find((one, i) => steps.findIndex(({ id }) => id === one.id) !== i);
    return twice === undefined ? undefined : { ko: `두 단계의 id가 "${twice.id}" 하나로 같아요.`, en: `two steps have the id "${twice.id}"` };
  });
}

interface LessonFields {
  readonly id: string; readonly title: Text; readonly aim: Text; readonly steps: readonly Step[];
  readonly needs?: readonly string[]; readonly cluster?: string; readonly seed?: number; readonly capstone?: boolean; readonly facts?: readonly Fact[];
}

function lessonOf(fields: LessonFields): Lesson {
  return {
    id: fields.id, title: fields.title, aim: fields.aim, needs: fields.needs ?? [], cluster: fields.cluster ?? 'default', seed: fields.seed ?? 1,
    capstone: fields.capstone ?? false, facts: fields.facts ?? [], steps: fields.steps,
  };
}

/** Reads a lesson file. */
export function readLesson(source: Source, cel: Cel, lang: Lang = 'en'): LessonReading {
  const { value, problems } = readDocument(lessonShape(cel), source);
  if (value !== undefined) return { lesson: value, problems: [] };
  return { lesson: undefined, problems: problems.map((problem: Problem) => problemText(problem, source, lang)) };
}

/** Every text of a lesson with the path it came from, for the style lint. */
export function lessonTexts(lesson: Lesson): readonly { readonly where: string; readonly text: Text }[] {
  const texts: { where: string; text: Text }[] = [{ where: 'title', text: lesson.title }, { where: 'aim', text: lesson.aim }];
  lesson.facts.forEach((fact, i) => texts.push({ where: `facts[${i}]`, text: fact.say }));
  for (const step of lesson.steps) {
    const add = (what: string, text: Text): void => { texts.push({ where: `${step.id} ${what}`, text }); };
    step.explain.forEach(({ on, say }) => add(`explain ${on}`, say));
    if (step.kind === 'say') add('say', step.say);
    else step.hints.forEach((hint, i) => add(`hint ${i + 1}`, hint));
    if (step.kind === 'do') { add('do', step.task); add('done', step.done); step.check.forEach((clause, i) => add(`check ${i + 1}`, clause.pending)); }
    if (step.kind === 'quiz') { add('quiz', step.question); step.choices.forEach((choice, i) => { add(`choice ${i + 1}`, choice.text); add(`because ${i + 1}`, choice.because); }); }
    if (step.kind === 'ask') { add('ask', step.question); add('because', step.because); add('otherwise', step.otherwise); }
    if (step.kind === 'order') { add('order', step.question); add('because', step.because); step.cards.forEach((card, i) => add(`card ${i + 1}`, card)); }
  }
  return texts;
}
