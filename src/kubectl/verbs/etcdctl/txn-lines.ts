/**
 * The lines of a transaction: conditions, then operations, each part ended by an empty line.
 *
 *     mod("color") > "0"
 *
 *     put color blue
 *
 *     put color red
 *
 * @source etcd-io/etcd etcdctl/ctlv3/command/txn_command.go, util.go argify
 */
import type { Result } from '../../../base/data.ts';
import type { Compare, RequestOp } from '../../../etcd/contract.ts';
import type { Arguments, Flag } from '../../command.ts';
import { goQuote } from '../../../base/go-quote.ts';
import { delFlags, delRequest, getFlags, getRequest, parseId, putFlags, putRequest } from './key-requests.ts';
import { EXIT, type Failure, failure } from './output.ts';

const refuse = (message: string): { readonly ok: false; readonly error: Failure } => ({ ok: false, error: failure(message, EXIT.invalidInput) });

/** Takes lines up to the next empty one; the input must not end before. */
export function takePart(lines: string[]): Result<readonly string[], Failure> {
  const part: string[] = [];
  for (;;) {
    const line = lines.shift();
    if (line === undefined) return refuse('EOF');
    if (line.trim() === '') return { ok: true, value: part };
    part.push(line.trim());
  }
}

/** The lines of a text, each of which has ended. */
export const linesOf = (text: string): string[] => text.split('\n').slice(0, -1);

const CONTROL: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** What a text in Go's double quotes means. */
function unquote(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)/gs, (_, escape: string) =>
    (escape.length > 1 ? String.fromCharCode(parseInt(escape.slice(1), 16)) : CONTROL[escape] ?? escape));
}

/** Words of a line, with the quotes of Go. @source util.go Argify */
export function wordsOf(line: string): readonly string[] {
  const words = line.match(/"(?:[^"\\]|\\.)*"|'[^']*'|[^'"\s]\S*[^'"\s]?/g) ?? [];
  return words.map((word) => (word.startsWith("'") ? word.slice(1, -1) : word.startsWith('"') ? unquote(word) : word));
}

// ---- Conditions ------------------------------------------------------------------------------------------------------

const RESULTS: Readonly<Record<string, Compare['result']>> = { '=': 'equal', '!=': 'notEqual', '>': 'greater', '<': 'less' };
const TARGETS: Readonly<Record<string, Compare['target']>> = {
  ver: 'version', version: 'version', c: 'create', create: 'create', m: 'mod', mod: 'mod', val: 'value', value: 'value', lease: 'lease',
};

/** `TARGET("KEY") OP "VALUE"`. */
export function parseCompare(line: string): Result<Compare, Failure> {
  const paren = line.indexOf('(');
  if (paren < 0) return refuse(`malformed comparison: ${line}`);
  const target = line.slice(0, paren);
  const found = /^("(?:[^"\\]|\\.)*")?(?:\)\s*(\S+)?(?:\s+("(?:[^"\\]|\\.)*"))?)?/.exec(line.slice(paren + 1));
  const [key, result, value] = [found?.[1], found?.[2] ?? '', found?.[3]];
  if (key === undefined || result === '' || value === undefined) {
    const shown = (quoted: string | undefined): string => goQuote(quoted === undefined ? '' : unquote(quoted));
    return refuse(`malformed comparison: ${line}; got ${target}(${shown(key)}) ${result} ${shown(value)}`);
  }
  const kind = TARGETS[target];
  if (kind === undefined) return refuse(`malformed comparison: ${line} (unknown target ${target})`);
  const how = RESULTS[result];
  if (how === undefined) return refuse(`malformed comparison: ${line} (unknown result op ${result})`);
  const operand = unquote(value);
  if (kind === 'lease') {
    const lease = parseId(operand, 'ParseInt');
    return lease.ok ? { ok: true, value: { key: unquote(key), result: how, target: kind, operand: lease.value } } : refuse(`invalid txn compare request: ${line} (${lease.error})`);
  }
  if (kind !== 'value' && !/^[+-]?\d+$/.test(operand)) {
    return refuse(`invalid txn compare request: ${line} (strconv.ParseInt: parsing ${goQuote(operand)}: invalid syntax)`);
  }
  return { ok: true, value: { key: unquote(key), result: how, target: kind, operand: kind === 'value' ? operand : Number(operand) } };
}

// ---- Operations ------------------------------------------------------------------------------------------------------

const VERBS: Readonly<Record<string, readonly Flag[]>> = { get: getFlags, put: putFlags, del: delFlags };

/** Flags and operands among words, as the flag library of etcdctl reads them; undefined = a flag is wrong. */
export function flagsAndWords(verb: string, words: readonly string[], flags: readonly Flag[]): Arguments | undefined {
  const keys: string[] = [];
  const values: Record<string, string | number | boolean> = {};
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') { keys.push(...words.slice(at + 1)); break; }
    if (!word.startsWith('--')) { keys.push(word); continue; }
    const equals = word.indexOf('=');
    const flag = flags.find(({ name }) => name === word.slice(2, equals < 0 ? undefined : equals));
    if (flag === undefined) return undefined;
    const given = equals >= 0 ? word.slice(equals + 1) : flag.type === 'bool' ? 'true' : words[++at];
    const value = given === undefined ? undefined : valueOf(flag, given);
    if (value === undefined) return undefined;
    values[flag.name] = value;
  }
  return { path: ['etcdctl', verb], operands: { keys }, flags: values, files: {} };
}

function valueOf(flag: Flag, text: string): string | number | boolean | undefined {
  if (flag.type === 'string') return text;
  if (flag.type === 'bool') return text === 'true' ? true : text === 'false' ? false : undefined;
  return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

/** `get`, `put` or `del` with operands and flags. */
export function parseOperation(line: string): Result<RequestOp, Failure> {
  const [verb = '', ...words] = wordsOf(line);
  if (words.length === 0) return refuse(`invalid txn compare request: ${line}`);
  const flags = VERBS[verb];
  const args = flags === undefined ? undefined : flagsAndWords(verb, words, flags);
  if (args === undefined) return refuse(`invalid txn request: ${line}`);
  return operationOf(verb, args);
}

function operationOf(verb: string, args: Arguments): Result<RequestOp, Failure> {
  if (verb === 'get') {
    const range = getRequest(args);
    return range.ok ? { ok: true, value: { range: range.value } } : range;
  }
  if (verb === 'put') {
    const put = putRequest(args);
    return put.ok ? { ok: true, value: { put: put.value } } : put;
  }
  const deleteRange = delRequest(args);
  return deleteRange.ok ? { ok: true, value: { deleteRange: deleteRange.value } } : deleteRange;
}
