import type { Result } from '../../../base/data.ts';
import type { TxnRequest, TxnResponse } from '../../../etcd/contract.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, cx, defineCommand } from '../../command.ts';
import { etcdctlFlags } from '../../flags.ts';
import { isOn, operands } from '../../options.ts';
import { call, clientOf, refusal } from './client.ts';
import { txnFields } from './fields.ts';
import { txnJson } from './json.ts';
import { badArguments, fail, type Failure, kvStyle, show, txnText } from './output.ts';
import { linesOf, parseCompare, parseOperation, takePart } from './txn-lines.ts';

/** Reads a transaction from standard input and does it in one revision. @source etcd-io/etcd etcdctl/ctlv3/command/txn_command.go */
export const txn = defineCommand({
  path: ['etcdctl', 'txn'],
  summary: 'do several requests in one transaction, read from a here-document',
  flags: [...etcdctlFlags, { name: 'interactive', short: 'i', type: 'bool', summary: 'say what is to be entered' }],
  changesWorld: true,
  examples: [{ line: 'etcdctl txn <<EOF\nversion("color") = "0"\n\nput color blue\n\nget color\n\nEOF', shows: 'SUCCESS' }],
  *run(args, settings) {
    if (operands(args, 'words').length > 0) return yield* fail(badArguments('txn command does not accept argument'));
    const request = yield* readRequest(args);
    if (!request.ok) return yield* fail(request.error);
    const answer = yield* call<TxnResponse>(yield* clientOf(args, settings), { op: 'txn', args: request.value });
    if (!answer.ok) return yield* fail(refusal(answer));
    const { header, body } = answer;
    return yield* show(args, { simple: () => txnText(body, kvStyle(args)), json: () => txnJson(header, body), fields: (isHex) => txnFields(header, body, isHex) });
  },
});

function* readRequest(args: Arguments): Conversation<Result<TxnRequest, Failure>> {
  const lines = linesOf(args.files['-'] ?? '');
  const compare = yield* readPart(args, { lines, prompt: 'compares:', parse: parseCompare });
  if (!compare.ok) return compare;
  const success = yield* readPart(args, { lines, prompt: 'success requests (get, put, del):', parse: parseOperation });
  if (!success.ok) return success;
  const failed = yield* readPart(args, { lines, prompt: 'failure requests (get, put, del):', parse: parseOperation });
  return failed.ok ? { ok: true, value: { compare: compare.value, success: success.value, failure: failed.value } } : failed;
}

interface Part<T> { readonly lines: string[]; readonly prompt: string; readonly parse: (line: string) => Result<T, Failure> }

function* readPart<T>(args: Arguments, { lines, prompt, parse }: Part<T>): Conversation<Result<readonly T[], Failure>> {
  if (isOn(args, 'interactive')) yield* cx.print(`${prompt}\n`);
  const part = takePart(lines);
  if (!part.ok) return part;
  const parsed: T[] = [];
  for (const line of part.value) {
    const one = parse(line);
    if (!one.ok) return one;
    parsed.push(one.value);
  }
  return { ok: true, value: parsed };
}
