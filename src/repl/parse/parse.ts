/** A line of the prompt as commands, or what is wrong with it and where. */
import type { Arguments } from '../../kubectl/command.ts';
import { type CommandNode, statementsOf, type StatementNode } from './build.ts';
import { findNode } from './catalog.ts';
import { expectedAfter, feed, type Fed } from './engine.ts';
import { type Failure, flagFailure, openFailure, unexpected } from './failure.ts';
import { argumentsOf } from './flag-values.ts';
import { lex } from './lexer.ts';
import type { Lexed, Token } from './token.ts';

/** One command with what follows it on the line. */
export interface Pipeline {
  /** As typed, without the filters of others. */
  readonly source: string;
  readonly command: Arguments;
  /** The command acts on the session (src/repl/commands), not inside the cluster. */
  readonly isSession: boolean;
  /** Machine of `on NODE:` or `ssh NODE`. */
  readonly on?: string;
  /** Lines of `<<EOF`. */
  readonly stdin?: string;
  readonly filters: readonly Arguments[];
  readonly redirect?: { readonly file: string; readonly append: boolean };
  /** What joins it to the next command: `&&` runs that only after success, `|` gives it this one's output to read. */
  readonly then: ';' | '&&' | '|';
}
/** What a line says, or why it cannot be read. */
export type Parsed = { readonly ok: true; readonly commands: readonly Pipeline[]; readonly readings: number } | Failure;

/** Reads a line (or several, joined by line breaks). */
export function parse(text: string, lang: 'ko' | 'en' = 'en'): Parsed {
  const lexed = lex(text);
  if (lexed.open !== '') return openFailure(lexed.open, lexed.openAt, lang);
  const fed = feed(lexed.tokens);
  const readings = closest(fed);
  const statements = readings[0] ?? [];
  if (fed.bad >= 0 || (statements.length === 0 && lexed.tokens.length > 0)) return explainFailure(lexed, fed, { text, lang });
  const segments = segmentsOf(lexed.tokens);
  const commands: Pipeline[] = [];
  for (const [i, statement] of statements.entries()) {
    const pipeline = pipelineOf(statement, { text, tokens: segments[i] ?? [], then: statements[i + 1]?.after ?? ';', lang });
    if (!pipeline.ok) return pipeline;
    commands.push(pipeline.value);
  }
  return { ok: true, commands, readings: Math.max(1, readings.length) };
}

/** What a line can mean. A subcommand is meant before a word that the command above it would only refuse: `apply view-last-applied deploy`. */
function closest({ bad, results }: Fed): readonly (readonly StatementNode[])[] {
  const all = bad < 0 ? results.map(statementsOf) : [];
  if (all.length < 2) return all;
  const depth = (statements: readonly StatementNode[]): number => statements.reduce((sum, { command }) => sum + command.path.length, 0);
  const most = Math.max(...all.map(depth));
  return all.filter(statements => depth(statements) === most);
}

function explainFailure(lexed: Lexed, fed: Fed, how: { readonly text: string; readonly lang: 'ko' | 'en' }): Failure {
  const index = fed.bad >= 0 ? fed.bad : lexed.tokens.length;
  const segmentStart = startOfSegment(lexed.tokens, index);
  const before = lexed.tokens.slice(segmentStart, index);
  const token = lexed.tokens[index];
  return unexpected({ token, before, after: lexed.tokens.slice(index), text: how.text, expected: expectedAfter(fed, index), lang: how.lang });
}

const isSeparator = (token: Token): boolean => token.type === 'operator' && (token.text === ';' || token.text === '&&' || token.text === '|>');

function startOfSegment(tokens: readonly Token[], index: number): number {
  let start = Math.min(index, tokens.length);
  while (start > 0 && !(tokens[start - 1]?.type === 'operator' && ['; ', ';', '&&', '|', '|>'].includes(tokens[start - 1]?.text ?? ''))) start--;
  return start;
}

function segmentsOf(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const segments: Token[][] = [[]];
  for (const token of tokens) {
    if (isSeparator(token)) segments.push([]);
    else segments[segments.length - 1]?.push(token);
  }
  return segments;
}

interface Place { readonly text: string; readonly tokens: readonly Token[]; readonly then: ';' | '&&' | '|'; readonly lang: 'ko' | 'en' }

function pipelineOf(statement: StatementNode, place: Place): { readonly ok: true; readonly value: Pipeline } | Failure {
  const commands: Arguments[] = [];
  for (const node of [statement.command, ...statement.filters]) {
    const made = argumentsOf(node);
    if (!made.ok) return flagFailure(made.error, place.text);
    commands.push(made.value);
  }
  const [command, ...filters] = commands;
  if (command === undefined) throw new Error('a statement without a command');
  const fields = fieldsOf(command);
  if (fields !== undefined) return pipelineOf({ ...statement, command: fields }, place);
  const from = place.tokens[0]?.offset ?? 0;
  const to = place.tokens[place.tokens.length - 1]?.end ?? place.text.length;
  const { redirect } = statement;
  const isHelp = asksForHelp(command);
  const value: Pipeline = {
    source: place.text.slice(from, to), command: isHelp ? helpFor(command) : command, isSession: isHelp || isSessionPath(command), filters, then: place.then,
    ...(statement.on === undefined ? {} : { on: statement.on }),
    ...(statement.command.stdin === undefined ? {} : { stdin: statement.command.stdin }),
    ...(redirect === undefined ? {} : { redirect: { file: redirect.file, append: redirect.isAppend } }),
  };
  return { ok: true, value };
}

/** `explain pod.spec` asks for fields, which kubectl explains; the tutor explains words. */
function fieldsOf({ path, operands }: Arguments): CommandNode | undefined {
  const [topic, ...more] = path[0] === 'explain' && path.length === 1 ? (operands['topic'] as readonly string[] | undefined) ?? [] : [];
  if (topic === undefined || more.length > 0 || !/^[a-z]+(?:\.[a-zA-Z]+)+$/.test(topic)) return undefined;
  return { node: 'command', path: ['kubectl', 'explain'], operands: { field: topic }, flags: [], stdin: undefined };
}

const PROGRAMS: ReadonlySet<string> = new Set(['kubectl', 'etcdctl', 'etcdutl', 'crictl', 'ls', 'mv', 'rm', 'scp', 'curl']);
const isSessionPath = (command: Arguments): boolean => !PROGRAMS.has(command.path[0] ?? '');

/** `--help`, `kubectl help get`, and words that lead to commands but are none: `kubectl rollout`. */
function asksForHelp(command: Arguments): boolean {
  if (isSessionPath(command)) return false;
  return command.flags['help'] === true || command.path[1] === 'help' || findNode(command.path)?.command === undefined;
}

/** Groups that kubectl answers with their help and success. */
const ASKED_FOR_NOTHING: ReadonlySet<string> = new Set(['kubectl certificate', 'kubectl alpha']);

function helpFor(command: Arguments): Arguments {
  const asked = command.operands['words'];
  const words = command.path[1] === 'help' ? [command.path[0] ?? '', ...(Array.isArray(asked) ? (asked as readonly string[]) : [])] : command.path;
  // A group of commands without one of them is a mistake; asking for help is none.
  const isMistake = command.path[0] === 'kubectl' && command.flags['help'] !== true && command.path[1] !== 'help' && command.path.length > 1 && !ASKED_FOR_NOTHING.has(command.path.join(' '));
  return { path: ['help'], operands: { words, ...(isMistake ? { mistake: 'yes' } : {}) }, flags: {}, files: {} };
}

/** True when a text is not finished: an open quote or a here-document without its end. */
export function needsMore(text: string): boolean {
  return lex(text).open !== '';
}
