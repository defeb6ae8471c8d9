/**
 * Short programs given to an interpreter on its command line, as Jobs have them: `python3 -c '…'`, `perl -e '…'`, `ruby -e`, `node -e`.
 *
 * @fidelity simplified: output, sleeping, exit codes, conditions on numbers and on the environment; what else such a program does takes no time and changes nothing
 */
import type { PlanStep, ProgramPlan } from './behaviour.ts';

const SECOND = 1_000_000;
/** Starting an interpreter and ending it, µs. */
const START = 40_000;
/** Statements that a program may run. */
const STATEMENTS_MAX = 500;
/** Digits of π that somebody may ask for. */
const DIGITS_MAX = 10_000;

type Value = string | number | undefined;
interface Line { readonly indent: number; readonly text: string }
interface Run { readonly env: ReadonlyMap<string, string>; readonly values: Map<string, Value>; readonly steps: PlanStep[]; at: number; left: number; code: number | undefined; forever: boolean }

const switches: Readonly<Record<string, RegExp>> = { python: /^-c$/, python3: /^-c$/, perl: /^-[a-zA-Z]*[eE]$/, ruby: /^-e$/, node: /^-e$/ };

/** The life of such a program; undefined when the words are something else. */
export function oneLinerPlan(name: string, args: readonly string[], env: readonly { readonly name: string; readonly value: string }[]): ProgramPlan | undefined {
  const flag = switches[name];
  const at = flag === undefined ? -1 : args.findIndex(word => flag.test(word));
  if (at < 0) return undefined;
  const run: Run = { env: new Map(env.map(each => [each.name, each.value])), values: new Map(), steps: [], at: START, left: STATEMENTS_MAX, code: undefined, forever: false };
  runBlock(linesOf(args[at + 1] ?? ''), run);
  if (run.forever) return { steps: run.steps, onTerm: { code: 143, takes: START } };
  const code = run.code ?? 0;
  return { steps: run.steps, end: { at: run.at + START, code, reason: code === 0 ? 'Completed' : 'Error' } };
}

function linesOf(script: string): readonly Line[] {
  return script.split('\n').flatMap(line => {
    const indent = line.length - line.trimStart().length;
    return splitOutside(line.trim(), ';').map(text => ({ indent, text: text.trim() })).filter(({ text }) => text !== '' && !text.startsWith('#'));
  });
}

/** Splits at a sign that stands in no quotes and no brackets. */
function splitOutside(text: string, sign: string): readonly string[] {
  const parts: string[] = [];
  let [depth, quote, from] = [0, '', 0];
  for (let i = 0; i < text.length; i++) {
    const letter = text.charAt(i);
    if (quote !== '') { if (letter === quote) quote = ''; continue; }
    if (letter === '"' || letter === "'") quote = letter;
    else if ('([{'.includes(letter)) depth++;
    else if (')]}'.includes(letter)) depth--;
    else if (depth === 0 && text.startsWith(sign, i)) { parts.push(text.slice(from, i)); from = i + sign.length; i = from - 1; }
  }
  return [...parts, text.slice(from)];
}

// ---- Statements ------------------------------------------------------------------------------------------------------

const over = (run: Run): boolean => run.code !== undefined || run.forever || run.left <= 0;

function runBlock(lines: readonly Line[], run: Run): void {
  let chosen = false;
  for (let i = 0; i < lines.length && !over(run);) {
    const line = lines[i] as Line;
    let end = i + 1;
    while (end < lines.length && (lines[end] as Line).indent > line.indent) end++;
    const head = /^(if|elif|else|while|for|try|except|finally|with|def|class)\b\s*(.*?):\s*(.*)$/.exec(line.text);
    if (head === null) statement(line.text, run);
    else {
      const [, word = '', subject = '', rest = ''] = head;
      const body = rest === '' ? lines.slice(i + 1, end) : [{ indent: line.indent + 1, text: rest }, ...lines.slice(i + 1, end)];
      if (word === 'if') chosen = false;
      if ((word === 'if' || word === 'elif' || word === 'else') && !chosen && (word === 'else' || holds(subject, run))) { chosen = true; runBlock(body, run); }
      else if (word === 'try' || word === 'with' || word === 'finally') runBlock(body, run);
      else if (word === 'while') repeat(subject, body, run);
      else if (word === 'for') forEach(subject, body, run);
    }
    i = end;
  }
}

function repeat(subject: string, body: readonly Line[], run: Run): void {
  if (/^(True|1)$/.test(subject)) { runBlock(body, run); if (!over(run)) run.forever = true; return; }
  while (!over(run) && holds(subject, run)) runBlock(body, run);
}

function forEach(subject: string, body: readonly Line[], run: Run): void {
  const [, name = '', from, to] = /^(\w+) in range\((?:(\w+)\s*,\s*)?(\w+)\)$/.exec(subject) ?? [];
  const last = Number(valueOf(to ?? '0', run) ?? 0);
  for (let i = from === undefined ? 0 : Number(valueOf(from, run) ?? 0); i < last && !over(run); i++) { run.left--; run.values.set(name, i); runBlock(body, run); }
}

function statement(text: string, run: Run): void {
  run.left--;
  const call = /^(?:[\w$]+\.)*(\w+)\s*\(([\s\S]*)\)$/.exec(text) ?? /^(\w+)\s+([\s\S]+)$/.exec(text);
  const [, word = text, given = ''] = call ?? [];
  const set = /^[$@]?(\w+)\s*(\+?)=\s*([^=][\s\S]*)$/.exec(text.replace(/^(my|let|const|var)\s+/, ''));
  switch (word) {
    case 'print': case 'log': case 'puts': case 'say': case 'printf': run.steps.push({ at: run.at, does: 'log', what: splitOutside(given, ',').map(part => part.trim()).filter(part => !/^(flush|end|sep|file)\s*=/.test(part)).map(part => textOf(part, run)).join(' ').replace(/\\n$/, '') }); return;
    case 'sleep': case 'usleep': run.at += Math.round(Number(valueOf(given, run) ?? 0) * (word === 'sleep' ? SECOND : 1)) || 0; return;
    case 'exit': case '_exit': case 'quit': case 'SystemExit': run.code = Number(valueOf(given, run) ?? 0) & 255; return;
    case 'raise': case 'throw': run.code = Number(/SystemExit\((\d+)\)/.exec(given)?.[1] ?? 1) & 255; return;
    case 'die': run.code = 255; return;
    case 'serve_forever': case 'setInterval': case 'run_forever': run.forever = true; return;
    default: break;
  }
  if (set === null) return;
  const [, name = '', plus = '', expression = ''] = set;
  const value = valueOf(expression, run);
  run.values.set(name, plus === '' ? value : Number(run.values.get(name) ?? 0) + Number(value ?? 0));
}

// ---- Values ----------------------------------------------------------------------------------------------------------

const textOf = (expression: string, run: Run): string => String(valueOf(expression, run) ?? '');

function valueOf(given: string, run: Run): Value {
  const text = given.trim();
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  const literal = /^(f?)(["'])([\s\S]*)\2$/.exec(text);
  if (literal !== null && !(literal[3] ?? '').includes(literal[2] ?? '')) return literal[1] === 'f' ? (literal[3] ?? '').replace(/\{([^{}]*)\}/g, (_whole, inner: string) => textOf(inner, run)) : literal[3];
  const sum = splitOutside(text, '+');
  if (sum.length > 1) { const parts = sum.map(part => valueOf(part, run)); return parts.every(part => typeof part === 'number') ? parts.reduce((a: number, b) => a + (b as number), 0) : parts.join(''); }
  const rest = splitOutside(text, '%');
  if (rest.length === 2) { const divisor = Number(valueOf(rest[1] ?? '', run)); return ((Number(valueOf(rest[0] ?? '', run)) % divisor) + divisor) % divisor; }
  const cast = /^(int|str|float|Number|parseInt)\(([\s\S]*)\)$/.exec(text);
  if (cast !== null) { const value = valueOf(cast[2] ?? '', run); return value === undefined ? undefined : cast[1] === 'str' ? String(value) : Number(value); }
  const variable = /^(?:os\.environ\.get|os\.getenv|os\.environ|process\.env|ENV|\$ENV)[.([{]\s*["']?(\w+)["']?\s*(?:,\s*([^)]*))?[)\]}]?$/.exec(text);
  if (variable !== null) return run.env.get(variable[1] ?? '') ?? (variable[2] === undefined ? undefined : valueOf(variable[2], run));
  const digits = /^bpi\(\s*(\d+)\s*\)$/.exec(text);
  if (digits !== null) return digitsOfPi(Math.min(Number(digits[1]), DIGITS_MAX));
  return run.values.get(text.replace(/^\$/, ''));
}

function holds(condition: string, run: Run): boolean {
  const text = condition.trim();
  const either = splitOutside(text, ' or ');
  if (either.length > 1) return either.some(part => holds(part, run));
  const both = splitOutside(text, ' and ');
  if (both.length > 1) return both.every(part => holds(part, run));
  if (text.startsWith('not ')) return !holds(text.slice(4), run);
  const member = /^([\s\S]+?) (not )?in [[({]([\s\S]*)[\])}]$/.exec(text);
  if (member !== null) return splitOutside(member[3] ?? '', ',').some(part => valueOf(part, run) === valueOf(member[1] ?? '', run)) === (member[2] === undefined);
  const compared = /^([\s\S]+?)\s*(==|!=|<=|>=|<|>)\s*([\s\S]+)$/.exec(text);
  if (compared === null) return Boolean(valueOf(text, run));
  const [left, right] = [valueOf(compared[1] ?? '', run), valueOf(compared[3] ?? '', run)];
  switch (compared[2]) {
    case '==': return left === right;
    case '!=': return left !== right;
    case '<': return Number(left) < Number(right);
    case '>': return Number(left) > Number(right);
    case '<=': return Number(left) <= Number(right);
    default: return Number(left) >= Number(right);
  }
}

/** π with so many digits, rounded, by Machin's formula in whole numbers. */
function digitsOfPi(count: number): string {
  const unit = powerOfTen(Math.max(1, count) - 1 + GUARD_DIGITS);
  const arctan = (inverse: bigint): bigint => {
    let power = unit / inverse;
    let sum = power;
    for (let n = 3n, sign = -1n; power > 0n; n += 2n, sign = -sign) { power /= inverse * inverse; sum += (sign * power) / n; }
    return sum;
  };
  const scaled = 4n * (4n * arctan(5n) - arctan(239n));
  const text = String((scaled + 5n * powerOfTen(GUARD_DIGITS - 1)) / powerOfTen(GUARD_DIGITS));
  return text.length === 1 ? text : `${text.slice(0, 1)}.${text.slice(1)}`;
}

/** Digits that are reckoned beyond those wanted. */
const GUARD_DIGITS = 10;

const powerOfTen = (exponent: number): bigint => BigInt(`1${'0'.repeat(exponent)}`);
