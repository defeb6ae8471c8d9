/** The filters of the prompt: `| grep`, `head`, `tail`, `wc`, `sort`, `uniq`, `base64`. Texts in, texts out; lines end in a line feed. */
import { base64Fault, decodeBase64Text, encodeBase64Text } from '../api/base64.ts';
import type { Arguments, Flag } from '../kubectl/command.ts';

/** A filter as the catalogue of words knows it. */
export interface FilterCommand {
  readonly path: readonly string[];
  readonly flags: readonly Flag[];
  readonly summary: { readonly ko: string; readonly en: string };
  run(lines: readonly string[], args: Arguments): Filtered;
  /** In place of `run`, where line ends matter. */
  whole?(text: string, args: Arguments): { readonly text: string; readonly exit: number; readonly error?: string };
}
/** Lines that passed, and the exit code. */
export interface Filtered { readonly lines: readonly string[]; readonly exit: number; readonly error?: string }

const bool = (short: string, name: string, summary: string): Flag => ({ name, short, type: 'bool', summary });
const isOn = (args: Arguments, name: string): boolean => args.flags[name] === true;
const pass = (lines: readonly string[]): Filtered => ({ lines, exit: 0 });
const NAME_CHARACTER = /[\p{L}\p{N}_]/u;

function matcher(pattern: string, args: Arguments): ((line: string) => boolean) | string {
  if (isOn(args, 'fixed-strings')) {
    const fold = (text: string): string => (isOn(args, 'ignore-case') ? text.toLowerCase() : text);
    return (line) => fold(line).includes(fold(pattern));
  }
  const source = isOn(args, 'extended-regexp') ? pattern : basicPattern(pattern);
  try {
    const regexp = new RegExp(isOn(args, 'word-regexp') ? `(?<!${NAME_CHARACTER.source})(?:${source})(?!${NAME_CHARACTER.source})` : source, isOn(args, 'ignore-case') ? 'iu' : 'u');
    return (line) => regexp.test(line);
  } catch {
    return `grep: invalid pattern "${pattern}"`;
  }
}

/** A POSIX basic expression in the language of RegExp: there \| \+ \? \( \) \{ \} are operators and the bare ones are text. */
function basicPattern(pattern: string): string {
  let out = '';
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] ?? '';
    const next = pattern[i + 1] ?? '';
    if (char === '\\' && next !== '') {
      out += '|+?(){}'.includes(next) ? next : /[A-Za-z0-9.*[\]^$/\\]/.test(next) ? `\\${next}` : next;
      i++;
    } else {
      out += '|+?(){}'.includes(char) ? `\\${char}` : char;
    }
  }
  return out.replace(/^\*/, '\\*');
}

const grep: FilterCommand = {
  path: ['grep'],
  summary: { ko: '맞는 줄만 남겨요', en: 'keeps the lines that match' },
  flags: [
    bool('i', 'ignore-case', 'ignore case'), bool('v', 'invert-match', 'keep the other lines'), bool('c', 'count', 'only count'),
    bool('n', 'line-number', 'with line numbers'), bool('E', 'extended-regexp', 'extended expression'), bool('F', 'fixed-strings', 'plain text'),
    bool('w', 'word-regexp', 'whole words'), bool('o', 'only-matching', 'only the matching part'), bool('q', 'quiet', 'only the exit code'),
  ],
  run(lines, args) {
    const pattern = String(args.operands['pattern'] ?? '');
    const matches = matcher(pattern, args);
    if (typeof matches === 'string') return { lines: [], exit: 2, error: matches };
    const kept = lines.map((text, i) => ({ text, number: i + 1 })).filter(({ text }) => matches(text) !== isOn(args, 'invert-match'));
    const exit = kept.length > 0 ? 0 : 1;
    if (isOn(args, 'quiet')) return { lines: [], exit };
    if (isOn(args, 'count')) return { lines: [String(kept.length)], exit };
    const parts = isOn(args, 'only-matching') && !isOn(args, 'fixed-strings')
      ? kept.flatMap(({ text, number }) => onlyMatching(text, pattern, args).map((part) => ({ text: part, number }))) : kept;
    return { lines: parts.map(({ text, number }) => (isOn(args, 'line-number') ? `${number}:${text}` : text)), exit };
  },
};

function onlyMatching(text: string, pattern: string, args: Arguments): readonly string[] {
  const regexp = new RegExp(isOn(args, 'extended-regexp') ? pattern : basicPattern(pattern), isOn(args, 'ignore-case') ? 'giu' : 'gu');
  return [...text.matchAll(regexp)].map((match) => match[0]).filter((part) => part !== '');
}

const linesFlag: Flag = { name: 'lines', short: 'n', type: 'string', summary: 'how many lines' };
const countOf = (args: Arguments): string => String(args.flags['lines'] ?? '10');

const head: FilterCommand = {
  path: ['head'], flags: [linesFlag], summary: { ko: '처음 몇 줄만 남겨요', en: 'keeps the first lines' },
  run(lines, args) {
    const count = Number(countOf(args));
    if (!Number.isInteger(count)) return { lines: [], exit: 1, error: `head: invalid number of lines: ‘${countOf(args)}’` };
    return pass(lines.slice(0, count < 0 ? Math.max(0, lines.length + count) : count));
  },
};
const tail: FilterCommand = {
  path: ['tail'], flags: [linesFlag], summary: { ko: '마지막 몇 줄만 남겨요', en: 'keeps the last lines' },
  run(lines, args) {
    const text = countOf(args);
    const count = Number(text);
    if (!Number.isInteger(count)) return { lines: [], exit: 1, error: `tail: invalid number of lines: ‘${text}’` };
    return pass(text.startsWith('+') ? lines.slice(Math.max(0, count - 1)) : lines.slice(Math.max(0, lines.length - Math.abs(count))));
  },
};

const wc: FilterCommand = {
  path: ['wc'], flags: [bool('l', 'lines', 'lines'), bool('w', 'words', 'words'), bool('c', 'bytes', 'bytes'), bool('m', 'chars', 'characters')],
  summary: { ko: '줄과 낱말을 세요', en: 'counts lines and words' },
  run(lines, args) {
    const words = lines.reduce((sum, line) => sum + (line.match(/\S+/g)?.length ?? 0), 0);
    const text = lines.map((line) => `${line}\n`).join('');
    const counts = { lines: lines.length, words, bytes: new TextEncoder().encode(text).length, chars: [...text].length };
    const wanted = (['lines', 'words', 'chars', 'bytes'] as const).filter((name) => isOn(args, name));
    if (wanted.length === 1) return pass([String(counts[wanted[0] ?? 'lines'])]);
    const shown = wanted.length === 0 ? (['lines', 'words', 'bytes'] as const) : wanted;
    return pass([shown.map((name) => String(counts[name]).padStart(7)).join(' ')]);
  },
};

const sort: FilterCommand = {
  path: ['sort'],
  flags: [bool('r', 'reverse', 'backwards'), bool('n', 'numeric-sort', 'by number'), bool('u', 'unique', 'without repeats'), { name: 'key', short: 'k', type: 'string', summary: 'by this field' }],
  summary: { ko: '줄을 차례대로 놓아요', en: 'puts the lines in order' },
  run(lines, args) {
    const field = Number.parseInt(String(args.flags['key'] ?? '0'), 10);
    const keyOf = (line: string): string => (field > 0 ? line.trim().split(/\s+/).slice(field - 1).join(' ') : line);
    const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
    const compare = (a: string, b: string): number => {
      const numbers = isOn(args, 'numeric-sort') ? (Number.parseFloat(keyOf(a)) || 0) - (Number.parseFloat(keyOf(b)) || 0) : 0;
      return numbers !== 0 ? numbers : order(keyOf(a), keyOf(b)) || order(a, b);
    };
    const sorted = [...lines].sort((a, b) => (isOn(args, 'reverse') ? compare(b, a) : compare(a, b)));
    return pass(isOn(args, 'unique') ? [...new Set(sorted)] : sorted);
  },
};
const uniq: FilterCommand = {
  path: ['uniq'], flags: [bool('c', 'count', 'with counts')], summary: { ko: '이어서 되풀이되는 줄을 하나로 줄여요', en: 'drops repeated lines' },
  run(lines, args) {
    const groups: { line: string; count: number }[] = [];
    for (const line of lines) {
      const last = groups[groups.length - 1];
      if (last?.line === line) last.count++;
      else groups.push({ line, count: 1 });
    }
    return pass(groups.map(({ line, count }) => (isOn(args, 'count') ? `${String(count).padStart(7)} ${line}` : line)));
  },
};

const WRAP_DEFAULT = 76;

const base64: FilterCommand = {
  path: ['base64'], flags: [bool('d', 'decode', 'back to the text'), { name: 'wrap', short: 'w', type: 'string', summary: 'characters per line; 0 = one line' }],
  summary: { ko: 'base64로 쓰거나(-d면 되돌려요)', en: 'writes base64, or reads it (-d)' },
  run: pass,
  whole(text, args) {
    if (isOn(args, 'decode')) {
      const packed = text.replaceAll(/\s/g, '');
      const decoded = decodeBase64Text(packed);
      return base64Fault(packed) < 0 ? { text: decoded, exit: 0 } : { text: decoded, exit: 1, error: 'base64: invalid input' };
    }
    const wrap = Number(args.flags['wrap'] ?? WRAP_DEFAULT);
    if (!Number.isInteger(wrap) || wrap < 0) return { text: '', exit: 1, error: `base64: invalid wrap size: ‘${String(args.flags['wrap'])}’` };
    const packed = encodeBase64Text(text);
    return { text: wrap === 0 ? packed : packed.replace(new RegExp(`.{1,${wrap}}`, 'g'), '$&\n'), exit: 0 };
  },
};

/** Every filter, in the order of the help. */
export const filterCommands: readonly FilterCommand[] = [grep, head, tail, wc, sort, uniq, base64];

/** Passes a text through filters one after another; the exit code is the last one's. */
export function applyFilters(text: string, filters: readonly Arguments[]): { readonly text: string; readonly exit: number; readonly errors: readonly string[] } {
  let passed = text;
  let exit = 0;
  const errors: string[] = [];
  for (const args of filters) {
    const filter = filterCommands.find((each) => each.path[0] === args.path[0]);
    if (filter === undefined) continue;
    const done = filter.whole === undefined ? inLines(filter, passed, args) : filter.whole(passed, args);
    ({ text: passed, exit } = done);
    if (done.error !== undefined) errors.push(done.error);
  }
  return { text: passed, exit, errors };
}

function inLines(filter: FilterCommand, text: string, args: Arguments): { readonly text: string; readonly exit: number; readonly error?: string } {
  const { lines, ...how } = filter.run(text === '' ? [] : text.replace(/\n$/, '').split('\n'), args);
  return { ...how, text: lines.map((line) => `${line}\n`).join('') };
}
