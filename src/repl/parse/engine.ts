/** Runs the grammar over tokens, and tells what could have come where. */
import nearley from 'nearley';
import { assert } from '../../base/assert.ts';
import { grammarRules, grammarStart } from './grammar.generated.ts';
import { hint, type GrammarSymbol, type Terminal } from './terminals.ts';
import type { Token } from './token.ts';

interface State { readonly rule: { readonly symbols: readonly GrammarSymbol[] }; readonly dot: number }
interface Column { readonly states: readonly State[] }
/** What stands or could stand somewhere: a literal of the grammar or a terminal. */
export type Symbol = { readonly literal: string } | Terminal;

/** What came of feeding tokens to the grammar. */
export interface Fed {
  /** Index of the token that fits nowhere; -1 = all fit. */
  readonly bad: number;
  /** Readings of the whole line: none = it is not finished, more than one = the grammar is ambiguous. */
  readonly results: readonly unknown[];
  readonly columns: readonly Column[];
}

/** nearley asks for tokens one by one. */
class Feeder {
  tokens: readonly Token[] = [];
  #at = 0;
  reset(): void { this.#at = 0; }
  next(): Token | undefined { return this.tokens[this.#at++]; }
  save(): object { return {}; }
  formatError(): string { return ''; }
  has(): boolean { return false; }
}

let compiled: nearley.Grammar | undefined;

function grammar(): nearley.Grammar {
  if (compiled === undefined) {
    const rules = { Lexer: undefined, ParserRules: grammarRules, ParserStart: grammarStart };
    compiled = nearley.Grammar.fromCompiled(rules as unknown as nearley.CompiledRules);
  }
  return compiled;
}

/** Feeds tokens to the grammar; stops at the first that fits nowhere. */
export function feed(tokens: readonly Token[]): Fed {
  const lexer = new Feeder();
  lexer.tokens = tokens;
  const parser = new nearley.Parser(grammar(), { keepHistory: true, lexer: lexer as unknown as nearley.Lexer });
  const inside = parser as unknown as { table: Column[]; current: number; reportError(): string; finish(): unknown[] };
  // nearley would write an essay about every bad token; nobody reads it.
  inside.reportError = () => '';
  let bad = -1;
  try {
    parser.feed(' ');
  } catch (error) {
    assert(error instanceof Error && 'token' in error, String(error));
    bad = inside.current;
  }
  return { bad, results: bad < 0 ? inside.finish() : [], columns: inside.table };
}

/** What could stand after the first `count` tokens. */
export function expectedAfter(fed: Fed, count: number): readonly Symbol[] {
  const found = new Map<string, Symbol>();
  for (const state of fed.columns[count]?.states ?? []) {
    const symbol = state.rule.symbols[state.dot];
    if (symbol === undefined || typeof symbol === 'string') continue;
    // The lexer's own spelling of a bar before kubectl; people write |.
    if (!('hint' in symbol) && symbol.literal === '|>') continue;
    const key = 'hint' in symbol ? `%${symbol.hint}` : symbol.literal;
    if (!found.has(key)) found.set(key, symbol);
  }
  return [...found.values()];
}

/** In which role the grammar read a token. */
export function readAs(fed: Fed, index: number): Symbol | undefined {
  let literal: Symbol | undefined;
  for (const state of fed.columns[index + 1]?.states ?? []) {
    const symbol = state.dot > 0 ? state.rule.symbols[state.dot - 1] : undefined;
    if (symbol === undefined || typeof symbol === 'string') continue;
    if (!('hint' in symbol)) return symbol;
    literal ??= symbol;
  }
  return literal;
}

export { hint };
