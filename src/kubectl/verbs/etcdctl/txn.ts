import type { Result } from '../../../base/data.ts';
import type { Compare, RequestOp, ResponseOp, TxnResponse } from '../../../etcd/contract.ts';
import { cx } from '../../command.ts';
import { isOn } from '../../options.ts';
import { callAny, defineEtcdctl, etcdError, EXIT } from './client.ts';
import { headerJson, json, kvLines, orNothing, kvJson } from './format.ts';

/**
 * A transaction from standard input: compares, then what to do when they hold, then what to do when not; an empty line between.
 * @source etcdctl/ctlv3/command/txn_command.go
 */
export const etcdTxn = defineEtcdctl({
  path: ['txn'], summary: 'compare, then change, in one step (lines come from <<EOF)', changesWorld: true, flags: [{ name: 'interactive', short: 'i', type: 'bool', summary: 'ask for each part', hidden: true }],
  examples: [{ line: 'etcdctl txn <<EOF\nversion("greeting") = "0"\n\nput greeting hello\n\nget greeting\nEOF', shows: 'SUCCESS' }],
  *run(cli) {
    const text = cli.args.files['-'] ?? cli.args.files['STDIN'] ?? '';
    const [compares = [], success = [], failure = []] = partsOf(text);
    const compare = readAll(compares, readCompare);
    const yes = readAll(success, readOp);
    const no = readAll(failure, readOp);
    if (!compare.ok) return yield* etcdError(compare.error, EXIT.badArguments);
    if (!yes.ok) return yield* etcdError(yes.error, EXIT.badArguments);
    if (!no.ok) return yield* etcdError(no.error, EXIT.badArguments);
    const answer = yield* callAny<TxnResponse>(cli, { op: 'txn', args: { compare: compare.value, success: yes.value, failure: no.value } });
    if (!answer.ok) return yield* etcdError(answer.error);
    const { header, body } = answer.value;
    if (cli.form === 'json') yield* cx.print(`${json({ header: headerJson(header), succeeded: body.succeeded ? true : undefined, responses: body.responses.map(responseJson) })}\n`);
    else yield* cx.print(`${body.succeeded ? 'SUCCESS' : 'FAILURE'}\n${body.responses.map((each) => `\n${responseText(each, isOn(cli.args, 'hex'))}`).join('')}`);
    return 0;
  },
});

function partsOf(text: string): readonly (readonly string[])[] {
  const parts: string[][] = [[]];
  for (const line of text.split('\n')) {
    if (line.trim() === '') parts.push([]);
    else parts[parts.length - 1]?.push(line.trim());
  }
  return parts;
}

function readAll<T>(lines: readonly string[], read: (line: string) => Result<T, string>): Result<readonly T[], string> {
  const values: T[] = [];
  for (const line of lines) {
    const value = read(line);
    if (!value.ok) return value;
    values.push(value.value);
  }
  return { ok: true, value: values };
}

const COMPARE = /^(ver|version|c|create|m|mod|val|value|lease)\("((?:[^"\\]|\\.)*)"\)\s*([=<>!]+)\s*"((?:[^"\\]|\\.)*)"$/;
const RESULTS: Readonly<Record<string, Compare['result']>> = { '=': 'equal', '==': 'equal', '!=': 'notEqual', '>': 'greater', '<': 'less' };
const TARGETS: Readonly<Record<string, Compare['target']>> = { ver: 'version', version: 'version', c: 'create', create: 'create', m: 'mod', mod: 'mod', val: 'value', value: 'value', lease: 'lease' };

function readCompare(line: string): Result<Compare, string> {
  const found = COMPARE.exec(line);
  const target = TARGETS[found?.[1] ?? ''];
  const result = RESULTS[found?.[3] ?? ''];
  if (found === null || target === undefined || result === undefined) return { ok: false, error: `malformed comparison: ${line}; it should be like mod("key1") > "0"` };
  const operandText = found[4] ?? '';
  const isNumber = target !== 'value' && target !== 'lease';
  return { ok: true, value: { key: found[2] ?? '', target, result, operand: isNumber ? Number(operandText) : operandText } };
}

function readOp(line: string): Result<RequestOp, string> {
  const words = [...line.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  const [verb, key = '', value = ''] = words;
  if (verb === 'put' && words.length === 3) return { ok: true, value: { put: { key, value } } };
  if (verb === 'get' && words.length >= 2) return { ok: true, value: { range: { key } } };
  if (verb === 'del' && words.length >= 2) return { ok: true, value: { deleteRange: { key } } };
  return { ok: false, error: `invalid txn request: ${line}; it should be put KEY VALUE, get KEY or del KEY` };
}

function responseText(response: ResponseOp, isHex: boolean): string {
  if ('range' in response) return response.range.kvs.map((kv) => kvLines(kv, { isHex, valueOnly: false })).join('');
  if ('put' in response) return 'OK\n';
  if ('deleteRange' in response) return `${response.deleteRange.deleted}\n`;
  return `${response.txn.succeeded ? 'SUCCESS' : 'FAILURE'}\n`;
}

function responseJson(response: ResponseOp): object {
  if ('range' in response) return { response_range: { kvs: response.range.kvs.map(kvJson), count: orNothing(response.range.count) } };
  if ('put' in response) return { response_put: {} };
  if ('deleteRange' in response) return { response_delete_range: { deleted: orNothing(response.deleteRange.deleted) } };
  return { response_txn: { succeeded: response.txn.succeeded, responses: response.txn.responses.map(responseJson) } };
}
