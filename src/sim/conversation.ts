/**
 * Conversations: straight-line code that asks the outside with `yield*` and can be stored, copied and resumed.
 *
 * A generator cannot be put into plain data. So the world keeps only `{ script, args, answers }`: which script runs, with
 * which arguments, and every answer it got so far. The generator itself is a cache: when it is missing (after a restore, an
 * undo, or a checkpoint), `advance` makes a new one and gives it the recorded answers again; it then stands where the
 * old one stood. That works because of one rule: **a script learns facts only through `yield*`**. Between two questions it
 * must be pure: no process state, no clock, no randomness, no module variables.
 */
import { AssertionFailure, assert, must } from '../base/assert.ts';
import { equalData } from '../base/compare.ts';

/** One question to the outside: an API request, a look at a cache, a wait. */
export interface Question { readonly ask: string; readonly args: unknown }
/** Straight-line code that asks questions with `yield*` and ends with R. */
export type Conversation<R> = Generator<Question, R, unknown>;

/** The whole state of a conversation in flight. This, not the generator, is in the world. */
export interface ConversationRecord {
  readonly script: string;
  readonly args: unknown;
  /** Bounded by ANSWERS_MAX. */
  readonly answers: unknown[];
  /** Event id that began it. */
  readonly cause: number;
}

/** Long-lived loops are machines that start one conversation per round. The longest is a look at all nodes: several questions of each of 5,000. */
const ANSWERS_MAX = 65_536;

export type Script = (args: never) => Conversation<unknown>;
export type Scripts = Readonly<Record<string, Script>>;
export type Progress =
  | { readonly done: false; readonly question: Question }
  | { readonly done: true; readonly result: unknown };

/** A question to be asked with `(yield question(…)) as A`: what \`yield* ask(…)\` does, without a generator of its own. For the scripts that run all the time. */
export const question = (what: string, args: unknown): Question => ({ ask: what, args });

/** Asks one question; the answer's type is the asker's knowledge of the process that answers. */
export function* ask<A>(what: string, args: unknown): Generator<Question, A, unknown> {
  return (yield { ask: what, args }) as A;
}

interface Running { readonly record: ConversationRecord; readonly generator: Conversation<unknown>; last: IteratorResult<Question, unknown>; answered: number }
/** Where a record carries its generator: no part of its data, so a dump leaves it out. */
const RUNNING: unique symbol = Symbol('running');
type Carrier = ConversationRecord & { [RUNNING]?: Running | undefined };

/** A record for a conversation that is about to begin. */
export function newConversation(script: string, args: unknown, cause: number): ConversationRecord {
  const record: Carrier = { script, args, answers: [], cause, [RUNNING]: undefined };
  return record;
}

/** What a conversation waits for now, or its result. */
export function progress(scripts: Scripts, record: ConversationRecord): Progress {
  return view(running(scripts, record).last);
}

/** Records an answer and goes on to the next question or the end. */
export function advance(scripts: Scripts, record: ConversationRecord, answer: unknown, verify: boolean): Progress {
  return view(step(scripts, record, { answer, verify }));
}

function step(scripts: Scripts, record: ConversationRecord, { answer, verify }: { readonly answer: unknown; readonly verify: boolean }): IteratorResult<Question, unknown> {
  const current = running(scripts, record);
  assert(current.last.done !== true, `conversation ${record.script} got an answer after its end`);
  if (record.answers.length >= ANSWERS_MAX) throw new AssertionFailure(`conversation ${record.script} asked more than ${ANSWERS_MAX} questions`);
  record.answers.push(answer ?? null);
  current.last = current.generator.next(answer ?? null);
  current.answered++;
  if (verify) verifyPurity(scripts, record, current.last);
  return current.last;
}

function running(scripts: Scripts, record: ConversationRecord): Running {
  const carried = (record as Carrier)[RUNNING];
  // A copy of a record carries the generator of the original, which goes its own way.
  if (carried !== undefined && carried.record === record && carried.answered === record.answers.length) return carried;
  const fresh = rebuild(scripts, record);
  (record as Carrier)[RUNNING] = fresh;
  return fresh;
}

function rebuild(scripts: Scripts, record: ConversationRecord): Running {
  const script = must(scripts[record.script], `no script named ${record.script}`);
  const generator = script(record.args as never);
  let last = generator.next();
  for (const answer of record.answers) {
    assert(last.done !== true, `${record.script} asked fewer questions than recorded`);
    last = generator.next(answer);
  }
  return { record, generator, last, answered: record.answers.length };
}

/** Test mode: a script that is not pure asks something else when it is told the same story again. */
function verifyPurity(scripts: Scripts, record: ConversationRecord, last: IteratorResult<Question, unknown>): void {
  const again = rebuild(scripts, record).last;
  const same = again.done === last.done && equalData(again.value, last.value);
  assert(same, `conversation ${record.script} is not pure: it went another way when rebuilt after ${record.answers.length} answers`);
}

function view(last: IteratorResult<Question, unknown>): Progress {
  return last.done === true ? { done: true, result: last.value } : { done: false, question: last.value };
}

/** Answer of a handler that cannot answer yet; the process calls `converse` again when it can. */
export const PENDING: unique symbol = Symbol('pending');

/**
 * Runs a conversation as far as it goes: gives `answer` (or begins, with `undefined` on a fresh record), lets `handle` answer each question, stops
 * at the first PENDING one. Returns the result, or undefined while it waits.
 */
export function converse(
  scripts: Scripts, record: ConversationRecord,
  options: { readonly answer?: { readonly value: unknown } | undefined; readonly verify: boolean; readonly handle: (question: Question) => unknown },
): { readonly result: unknown } | undefined {
  const { answer, verify, handle } = options;
  let now = answer === undefined ? running(scripts, record).last : step(scripts, record, { answer: answer.value, verify });
  while (now.done !== true) {
    const reply = handle(now.value);
    if (reply === PENDING) return undefined;
    now = step(scripts, record, { answer: reply, verify });
  }
  return { result: now.value };
}
