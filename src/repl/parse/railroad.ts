/** The shape of a command as one line, read off the grammar's rules: `kubectl logs [POD [CONTAINER]] [flags]`. */
import { grammarRules } from './grammar.generated.ts';
import type { CompiledRule, GrammarSymbol } from './terminals.ts';

const rulesOf = (name: string): readonly CompiledRule[] => grammarRules.filter((rule) => rule.name === name);
/** Deeper nesting than this is not read off. */
const DEPTH_MAX = 8;

/** One reading of a nonterminal: the ways it can go, as texts. */
function waysOf(name: string, depth: number): readonly string[] {
  if (name === 'flags' || depth > DEPTH_MAX) return [''];
  const rules = rulesOf(name);
  const isList = rules.some((rule) => rule.symbols[0] === name);
  const ways = rules.filter((rule) => rule.symbols[0] !== name).map((rule) => shapeOf(rule.symbols, depth + 1));
  if (!isList) return [...new Set(ways)];
  const step = rules.find((rule) => rule.symbols[0] === name);
  const repeated = step === undefined ? '' : shapeOf(step.symbols.slice(1), depth + 1);
  const firstWays = [...new Set(ways)];
  if (firstWays.every((way) => way === '')) return [repeated === '' ? '' : `[${repeated}…]`];
  return firstWays.map((way) => (way === repeated ? `${way}…` : `${way} [${repeated}…]`));
}

function shapeOf(symbols: readonly GrammarSymbol[], depth: number): string {
  return symbols.map((symbol) => symbolShape(symbol, depth)).filter((text) => text !== '').join(' ');
}

function symbolShape(symbol: GrammarSymbol, depth: number): string {
  // Words that are only read to be refused are no part of the shape.
  if (typeof symbol !== 'string') return 'hint' in symbol ? (symbol.hint === 'refused' ? '' : terminalName(symbol.hint)) : symbol.literal;
  const ways = waysOf(symbol, depth);
  const some = ways.filter((way) => way !== '');
  if (some.length === 0) return '';
  const joined = some.length === 1 ? (some[0] ?? '') : some.length === ways.length ? `(${some.join(' | ')})` : some.join(' | ');
  return some.length === ways.length ? joined : `[${joined}]`;
}

const NAMES: Readonly<Record<string, string>> = {
  podWord: 'ARG', slashless: 'NAME', anyWord: 'ARG', resource: 'TYPE', name: 'NAME', plainName: 'NAME', newName: 'NAME', typeName: 'TYPE/NAME', pair: 'KEY=VALUE', nodeName: 'NODE', rest: 'ARG', dashes: '--',
  etcdKey: 'KEY', memberId: 'MEMBER-ID', leaseId: 'LEASE-ID', containerId: 'CONTAINER-ID', apiVerb: 'VERB', apiResource: 'TYPE', helpWord: 'COMMAND',
};
const terminalName = (hint: string): string => NAMES[hint] ?? hint.toUpperCase();

/** The words of a command with what may follow them. */
export function usageOf(path: readonly string[]): string {
  const name = path.join(' ');
  const shapes = grammarRules.filter((rule) => rule.postprocess?.path?.join(' ') === name).map((rule) => {
    const lastWord = rule.symbols.findLastIndex((symbol) => typeof symbol !== 'string' && !('hint' in symbol));
    return shapeOf(rule.symbols.slice(lastWord + 1), 0);
  });
  const longest = [...shapes].sort((a, b) => b.length - a.length)[0] ?? '';
  const isOptional = shapes.includes('') && longest !== '';
  const operands = isOptional ? (longest.startsWith('(') && longest.endsWith(')') ? `[${longest.slice(1, -1)}]` : `[${longest}]`) : longest;
  return [name, ...(operands === '' ? [] : [operands]), '[flags]'].join(' ');
}
