/** `etcdctl get`, `put` and `del`. */
import { seconds } from '../../../base/data.ts';
import type { DeleteRangeResponse, PutResponse, RangeResponse } from '../../../etcd/contract.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { cx, defineCommand } from '../../command.ts';
import { etcdctlFlags } from '../../flags.ts';
import { isOn, operands } from '../../options.ts';
import { call, clientOf, refusal } from './client.ts';
import { deleteFields, putFields, rangeFields } from './fields.ts';
import { goQuote } from '../../../base/go-quote.ts';
import { deleteJson, putJson, rangeJson } from './json.ts';
import { delFlags, delRequest, getFlags, getRequest, putFlags, putRequest } from './key-requests.ts';
import { badArguments, deleteText, fail, formOf, kvStyle, putText, rangeText, show } from './output.ts';

/** Reads keys, of now or of a revision. @source etcd-io/etcd etcdctl/ctlv3/command/get_command.go */
export const get = defineCommand({
  path: ['etcdctl', 'get'],
  summary: 'read a key or a range of keys',
  flags: [...etcdctlFlags, ...getFlags],
  changesWorld: false,
  examples: [
    { line: 'etcdctl get / --prefix --keys-only --limit 5', shows: '' },
    { line: 'etcdctl get nothing -w fields', shows: '"Count" : 0' },
  ],
  *run(args, settings) {
    const request = getRequest(args);
    if (!request.ok) return yield* fail(request.error);
    const form = formOf(args);
    if (!form.ok) return yield* fail(form.error);
    const answer = yield* call<RangeResponse>(yield* clientOf(args, settings), { op: 'range', args: request.value });
    if (!answer.ok) return yield* fail(refusal(answer));
    if (isOn(args, 'count-only') && form.value !== 'fields') return yield* fail(badArguments('--count-only is only for `--write-out=fields`'));
    if (isOn(args, 'print-value-only') && form.value !== 'simple') return yield* fail(badArguments('print-value-only is only for `--write-out=simple`'));
    const { header, body } = answer;
    return yield* show(args, { simple: () => rangeText(body, kvStyle(args)), json: () => rangeJson(header, body), fields: (isHex) => rangeFields(header, body, isHex) });
  },
});

/** Writes a key. @source etcd-io/etcd etcdctl/ctlv3/command/put_command.go */
export const put = defineCommand({
  path: ['etcdctl', 'put'],
  summary: 'write a key',
  flags: [...etcdctlFlags, ...putFlags],
  changesWorld: true,
  examples: [{ line: 'etcdctl put greeting hello', shows: 'OK' }],
  *run(args, settings) {
    const request = putRequest(args);
    if (!request.ok) return yield* fail(request.error);
    const answer = yield* call<PutResponse>(yield* clientOf(args, settings), { op: 'put', args: request.value });
    if (!answer.ok) return yield* fail(refusal(answer));
    const { header, body } = answer;
    return yield* show(args, { simple: () => putText(body, kvStyle(args)), json: () => putJson(header, body), fields: (isHex) => putFields(header, body, isHex) });
  },
});

/** Deletes keys. @source etcd-io/etcd etcdctl/ctlv3/command/del_command.go */
export const del = defineCommand({
  path: ['etcdctl', 'del'],
  summary: 'delete a key or a range of keys',
  flags: [...etcdctlFlags, ...delFlags],
  changesWorld: true,
  examples: [{ line: 'etcdctl del nothing', shows: '0' }],
  *run(args, settings) {
    const request = delRequest(args);
    if (!request.ok) return yield* fail(request.error);
    const [key = '', end] = operands(args, 'keys');
    if (end !== undefined && !isOn(args, 'range')) yield* warnOfRange(key, end);
    const answer = yield* call<DeleteRangeResponse>(yield* clientOf(args, settings), { op: 'deleteRange', args: request.value });
    if (!answer.ok) return yield* fail(refusal(answer));
    const { header, body } = answer;
    return yield* show(args, { simple: () => deleteText(body, kvStyle(args)), json: () => deleteJson(header, body), fields: (isHex) => deleteFields(header, body, isHex) });
  },
});

/** A second key may be a slip of the finger: there is time to interrupt. */
const TIME_TO_INTERRUPT = seconds(2);

function* warnOfRange(key: string, end: string): Conversation<void> {
  yield* cx.printError(`Warning: Keys between ${goQuote(key)} and ${goQuote(end)} will be deleted. Please interrupt the command within next 2 seconds to cancel. You can provide \`--range\` flag to avoid the delay.\n`);
  yield* cx.sleep(TIME_TO_INTERRUPT);
}
