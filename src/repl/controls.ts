import type { Micros, Result } from '../base/data.ts';
import type { Journey } from './journey.ts';
import type { Chunk } from './session-view.ts';

/** What commands of the session may do; the session implements it. Every text is in the session's language. */
export interface SessionControls {
  readonly lang: 'ko' | 'en';
  readonly now: Micros;
  readonly speed: number;
  readonly paused: boolean;
  readonly seed: number;
  /** Prints one or more lines. */
  /** `spoken`: words of our own (default), not of a program. */
  print(text: string, stream?: Chunk['stream'], spoken?: boolean): void;

  /** Lets virtual time pass until the end of the journey; the line goes on until then. `label` names it for `undo`. */
  travel(journey: Journey, label: string): void;
  /** Runs a number of events. Returns what the last ones were, one line each. */
  step(count: number): readonly string[];
  /** A CEL condition, to be looked at again and again. The error names the place in the expression. */
  condition(text: string): Result<() => Result<boolean, string>, string>;
  setPaused(paused: boolean): void;
  setSpeed(factor: number): void;
  /** Takes back lines that changed the world; returns them, latest first. */
  undo(count: number): readonly string[];
  redo(count: number): readonly string[];
  /** Goes to an earlier moment. */
  goTo(at: Micros, label: string): Result<null, string>;

  inject(kind: string, words: readonly string[]): Result<string, string>;
  /** Ends faults of a kind with the same words; no kind = all. Returns the healed ones. */
  heal(kind: string | undefined, words: readonly string[]): Result<readonly string[], string>;
  activeFaults(): readonly string[];
  faultKinds(): readonly { readonly name: string; readonly summary: { readonly ko: string; readonly en: string }; readonly usage: string }[];

  /** The causes of what happened last, or of a target, as a tree of lines. */
  trace(target: string | undefined): Result<readonly string[], string>;
  why(target: string, state: string | undefined): Result<readonly string[], string>;
  /** Who did something to a target: `created`, `deleted`, `killed`, `changed`. */
  who(act: string, target: string): Result<readonly string[], string>;
  explain(topic: string): Result<readonly string[], string>;
  topics(): readonly string[];

  lessons(): readonly { readonly id: string; readonly title: string; readonly done: boolean; readonly current: boolean }[];
  learn(lesson: string | undefined): Result<null, string>;
  lessonNext(): Result<null, string>;
  lessonHint(): Result<null, string>;
  lessonSolution(): Result<null, string>;
  lessonCheck(): Result<null, string>;
  lessonReset(): Result<null, string>;
  /** Answers the question that is asked now: the number of a choice from 1. */
  lessonAnswer(given: string): Result<null, string>;

  /** Says the open step of a lesson again, if one is open. */
  repeatStep(): void;
  setLang(lang: 'ko' | 'en'): void;
  setLevel(level: 'quiet' | 'normal' | 'chatty'): void;
  /** Writes the journal; returns where. */
  save(path: string | undefined): Result<string, string>;
  restore(path: string): Result<null, string>;
  /** What one can do, or the help of one command. */
  help(words: readonly string[]): Result<string, string>;
  /** Names of what runs: clock, seed, faults, machines. */
  statusLines(): readonly string[];
  /** Requests on their way through the API servers. */
  requestLines(): readonly string[];
  fidelityLines(): readonly string[];
  quit(): void;
}

/** A command that acts on the session, not inside the world. */
export interface SessionCommand {
  readonly path: readonly string[];
  readonly summary: { readonly ko: string; readonly en: string };
  /** Shape of the words after the name. */
  readonly usage: string;
  /** Lines that work in a fresh default cluster; run by the tests. */
  readonly examples: readonly string[];
  /** Runs it; a text is the reason why not. */
  run(operands: SessionOperands, session: SessionControls): string | undefined;
}
/** Words of a session command by role, from the grammar. */
export type SessionOperands = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Declares a session command. */
export function defineSessionCommand(command: SessionCommand): SessionCommand {
  return command;
}

/** The one word in a role; '' when it is not there. */
export function wordOf(operands: SessionOperands, role: string): string {
  const value = operands[role];
  return typeof value === 'string' ? value : value?.join(' ') ?? '';
}
/** The words in a role. */
export function wordsOf(operands: SessionOperands, role: string): readonly string[] {
  const value = operands[role];
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}
/** A text in the session's language. */
export function say(session: Pick<SessionControls, 'lang'>, ko: string, en: string): string {
  return session.lang === 'ko' ? ko : en;
}
/** Prints the lines of a result, or returns its error. */
export function show(session: SessionControls, result: Result<readonly string[], string>): string | undefined {
  if (!result.ok) return result.error;
  session.print(result.value.join('\n'), 'tutor');
  return undefined;
}
/** The error of a result, if any. */
export function errorOf(result: Result<unknown, string>): string | undefined {
  return result.ok ? undefined : result.error;
}
