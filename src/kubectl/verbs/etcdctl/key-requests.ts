/** Requests for keys, from the flags and operands of get, put and del; the lines of a transaction use them too. */
import type { Result } from '../../../base/data.ts';
import { type DeleteRangeRequest, prefixEnd, type PutRequest, type RangeRequest } from '../../../etcd/contract.ts';
import type { Arguments, Flag } from '../../command.ts';
import { isOn, numberFlag, operands, textFlag } from '../../options.ts';
import { badArguments, EXIT, type Failure, failure } from './output.ts';

/** `--prefix`. */
export const prefixFlag: Flag = { name: 'prefix', type: 'bool', summary: 'all keys with this prefix' };
/** `--from-key`. */
export const fromKeyFlag: Flag = { name: 'from-key', type: 'bool', summary: 'all keys from this one on' };
/** `--prev-kv`. */
export const prevKvFlag: Flag = { name: 'prev-kv', type: 'bool', summary: 'also show the key and value before' };

/** Flags of `get`. */
export const getFlags: readonly Flag[] = [
  prefixFlag, fromKeyFlag,
  { name: 'rev', type: 'int', summary: 'as it was at this revision' },
  { name: 'limit', type: 'int', summary: 'at most so many results' },
  { name: 'sort-by', type: 'string', summary: 'what to sort by', choices: ['CREATE', 'KEY', 'MODIFY', 'VALUE', 'VERSION'] },
  { name: 'order', type: 'string', summary: 'order of the results', choices: ['ASCEND', 'DESCEND'] },
  { name: 'consistency', type: 'string', summary: 'linearizable (l) or serializable (s)', choices: ['l', 's'] },
  { name: 'keys-only', type: 'bool', summary: 'only the keys' },
  { name: 'count-only', type: 'bool', summary: 'only the count (with -w fields)' },
  { name: 'print-value-only', type: 'bool', summary: 'only the values (with -w simple)' },
];
/** Flags of `put`. */
export const putFlags: readonly Flag[] = [
  { name: 'lease', type: 'string', summary: 'lease to attach to the key, in hexadecimal' },
  prevKvFlag,
  { name: 'ignore-value', type: 'bool', summary: 'keep the value' },
  { name: 'ignore-lease', type: 'bool', summary: 'keep the lease' },
];
/** Flags of `del`. */
export const delFlags: readonly Flag[] = [prefixFlag, fromKeyFlag, prevKvFlag, { name: 'range', type: 'bool', summary: 'the second key is meant: no warning' }];

/** How Go's strconv refuses a number. */
function refusal(parser: string, text: string): string {
  const why = /^[+-]?[0-9a-fA-F]+$/.test(text) ? 'value out of range' : 'invalid syntax';
  return `strconv.${parser}: parsing ${JSON.stringify(text)}: ${why}`;
}

/** An id as members keep it: hexadecimal without leading zeros. The error is strconv's. */
export function parseId(text: string, parser: 'ParseInt' | 'ParseUint'): Result<string, string> {
  const digits = text.toLowerCase().replace(/^0+(?=.)/, '');
  const isSmall = digits.length < 16 || (digits.length === 16 && (parser === 'ParseUint' || /^[0-7]/.test(digits)));
  return /^[0-9a-f]+$/.test(digits) && isSmall ? { ok: true, value: digits } : { ok: false, error: refusal(parser, text) };
}

/** A number as strconv reads it. */
export function parseNumber(text: string): Result<number, string> {
  const value = Number(text);
  return /^[+-]?\d+$/.test(text) && Number.isSafeInteger(value) ? { ok: true, value } : { ok: false, error: refusal('ParseInt', text) };
}

/** Key and end of a range as `--prefix` and `--from-key` mean them; no key stands for all. */
function rangeOf(args: Arguments, key: string, end: string | undefined): { readonly key: string; readonly rangeEnd?: string } {
  if (isOn(args, 'prefix') && key !== '') return { key, rangeEnd: prefixEnd(key) };
  if (isOn(args, 'prefix') || isOn(args, 'from-key')) return { key: key === '' ? '\0' : key, rangeEnd: '\0' };
  return end === undefined ? { key } : { key, rangeEnd: end };
}

const bothSet = (one: string, other: string): Failure => badArguments(`\`--${one}\` and \`--${other}\` cannot be set at the same time, choose one`);
const TOO_MANY = 'too many arguments, only accept one argument when `--prefix` or `--from-key` is set';

const TARGETS: Readonly<Record<string, RangeRequest['sortTarget']>> = { CREATE: 'create', KEY: 'key', MODIFY: 'mod', VALUE: 'value', VERSION: 'version', '': 'key' };
const ORDERS: Readonly<Record<string, RangeRequest['sortOrder']>> = { ASCEND: 'ascend', DESCEND: 'descend', '': 'none' };

/** The read that a `get` asks for. @source etcd-io/etcd etcdctl/ctlv3/command/get_command.go getGetOp */
export function getRequest(args: Arguments): Result<RangeRequest, Failure> {
  const refuse = (error: Failure): Result<RangeRequest, Failure> => ({ ok: false, error });
  const [key, end] = operands(args, 'keys');
  if (key === undefined) return refuse(badArguments('get command needs one argument as key and an optional argument as range_end'));
  if (isOn(args, 'prefix') && isOn(args, 'from-key')) return refuse(bothSet('prefix', 'from-key'));
  if (isOn(args, 'keys-only') && isOn(args, 'count-only')) return refuse(bothSet('keys-only', 'count-only'));
  const consistency = textFlag(args, 'consistency') || 'l';
  if (consistency !== 'l' && consistency !== 's') return refuse(failure(`unknown consistency flag ${JSON.stringify(consistency)}`, EXIT.badFeature));
  if (end !== undefined && (isOn(args, 'prefix') || isOn(args, 'from-key'))) return refuse(badArguments(TOO_MANY));
  const order = ORDERS[textFlag(args, 'order').toUpperCase()];
  if (order === undefined) return refuse(failure(`bad sort order ${textFlag(args, 'order')}`, EXIT.badFeature));
  const target = TARGETS[textFlag(args, 'sort-by').toUpperCase()];
  if (target === undefined) return refuse(failure(`bad sort target ${textFlag(args, 'sort-by')}`, EXIT.badFeature));
  const value: RangeRequest = {
    ...rangeOf(args, key, end), sortOrder: order, sortTarget: target, limit: numberFlag(args, 'limit') ?? 0, revision: Math.max(0, numberFlag(args, 'rev') ?? 0),
    serializable: consistency === 's', keysOnly: isOn(args, 'keys-only'), countOnly: isOn(args, 'count-only'),
  };
  return { ok: true, value };
}

const PUT_USAGE = 'put command needs 1 argument and input from stdin or 2 arguments';

/** The write that a `put` asks for. @source etcd-io/etcd etcdctl/ctlv3/command/put_command.go getPutOp, util.go argOrStdin */
export function putRequest(args: Arguments): Result<PutRequest, Failure> {
  const refuse = (error: Failure): Result<PutRequest, Failure> => ({ ok: false, error });
  const [key, second] = operands(args, 'keys');
  const ignoreValue = isOn(args, 'ignore-value');
  if (key === undefined) return refuse(badArguments(PUT_USAGE));
  if (ignoreValue && second !== undefined) return refuse(badArguments("put command needs only 1 argument when 'ignore-value' is set"));
  const input = args.files['-'] ?? '';
  if (!ignoreValue && second === undefined && input === '') return refuse(badArguments(PUT_USAGE));
  const lease = parseId(textFlag(args, 'lease') || '0', 'ParseInt');
  if (!lease.ok) return refuse(badArguments(`bad lease ID (${lease.error}), expecting ID in Hex`));
  const value: PutRequest = {
    key, value: ignoreValue ? '' : second ?? input, prevKv: isOn(args, 'prev-kv'), ignoreValue, ignoreLease: isOn(args, 'ignore-lease'),
    ...(lease.value === '0' ? {} : { lease: lease.value }),
  };
  return { ok: true, value };
}

/** The deletion that a `del` asks for. @source etcd-io/etcd etcdctl/ctlv3/command/del_command.go getDelOp */
export function delRequest(args: Arguments): Result<DeleteRangeRequest, Failure> {
  const refuse = (error: Failure): Result<DeleteRangeRequest, Failure> => ({ ok: false, error });
  const [key, end, ...more] = operands(args, 'keys');
  if (key === undefined || more.length > 0) return refuse(badArguments('del command needs one argument as key and an optional argument as range_end'));
  if (isOn(args, 'prefix') && isOn(args, 'from-key')) return refuse(bothSet('prefix', 'from-key'));
  if (end !== undefined && (isOn(args, 'prefix') || isOn(args, 'from-key'))) return refuse(badArguments(TOO_MANY));
  return { ok: true, value: { ...rangeOf(args, key, end), prevKv: isOn(args, 'prev-kv') } };
}
