/** Checks and converts the values of flags; errors are worded as Go's flag library words them. */
import type { Result } from '../../base/data.ts';
import type { Arguments, Flag } from '../../kubectl/command.ts';
import type { CommandNode, FlagNode } from './build.ts';
import type { Token } from './token.ts';

/** A flag whose value does not fit. */
export interface FlagError { readonly path: readonly string[]; readonly message: string; readonly token: Token }
type Value = string | number | boolean | readonly string[];

/** The arguments of a command: operands by role, flags by long name. */
export function argumentsOf(node: CommandNode): Result<Arguments, FlagError> {
  const flags: Record<string, Value> = {};
  for (const each of node.flags) {
    const value = valueOf(each);
    if (!value.ok) return { ok: false, error: { path: node.path, message: value.error, token: each.token } };
    const before = flags[each.flag.name];
    flags[each.flag.name] = each.flag.type === 'list' && Array.isArray(before) ? [...(before as readonly string[]), ...(value.value as readonly string[])] : value.value;
  }
  return { ok: true, value: { path: node.path, operands: node.operands, flags, files: {} } };
}

/** @source spf13/pflag flag.go: `-s, --long` when there is a short name */
const nameOf = (flag: Flag): string => (flag.short === undefined ? `--${flag.name}` : `-${flag.short}, --${flag.name}`);

function valueOf(node: FlagNode): Result<Value, string> {
  const { flag, value } = node;
  const refuse = (why: string): Result<Value, string> => ({ ok: false, error: `invalid argument ${JSON.stringify(value ?? '')} for "${nameOf(flag)}" flag: ${why}` });
  if (value === undefined) return { ok: true, value: flag.implied ?? true };
  switch (flag.type) {
    case 'bool': return boolOf(value) ?? refuse(`strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`);
    case 'int': return intOf(value) ?? refuse(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
    case 'duration': {
      const duration = durationOf(value);
      return duration.ok ? duration : refuse(duration.error);
    }
    case 'list': return { ok: true, value: [value] };
    case 'string': return { ok: true, value };
  }
}

function boolOf(text: string): Result<Value, string> | undefined {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return { ok: true, value: true };
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return { ok: true, value: false };
  return undefined;
}

function intOf(text: string): Result<Value, string> | undefined {
  return /^[-+]?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? { ok: true, value: Number(text) } : undefined;
}

/** Microseconds per unit of Go's time.ParseDuration. */
const UNITS: Readonly<Record<string, number>> = { ns: 0.001, us: 1, 'µs': 1, ms: 1000, s: 1_000_000, m: 60_000_000, h: 3_600_000_000 };

/** @source golang time.ParseDuration */
function durationOf(text: string): Result<Value, string> {
  const body = text.replace(/^[-+]/, '');
  if (body === '0') return { ok: true, value: 0 };
  const invalid: Result<Value, string> = { ok: false, error: `time: invalid duration ${JSON.stringify(text)}` };
  let total = 0;
  let rest = body;
  if (rest === '') return invalid;
  while (rest !== '') {
    const part = /^(\d+\.?\d*|\.\d+)([^\d.]*)/.exec(rest);
    if (part === null) return invalid;
    const unit = part[2] ?? '';
    if (unit === '') return { ok: false, error: `time: missing unit in duration ${JSON.stringify(text)}` };
    const micros = UNITS[unit];
    if (micros === undefined) return { ok: false, error: `time: unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}` };
    total += Number(part[1]) * micros;
    rest = rest.slice(part[0].length);
  }
  return { ok: true, value: Math.round(text.startsWith('-') ? -total : total) };
}
