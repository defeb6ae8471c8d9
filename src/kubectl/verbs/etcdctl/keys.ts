/** `etcdctl get`, `put`, `del`, `txn`, `compaction`. */
import type { Result } from '../../../base/data.ts';
import type { DeleteRangeResponse, PutResponse, RangeRequest, RangeResponse } from '../../../etcd/contract.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, cx, type Flag } from '../../command.ts';
import { isOn, isSet, numberFlag, operand, operands, textFlag } from '../../options.ts';
import { type Answer, callAny, type Cli, defineEtcdctl, etcdError, EXIT } from './client.ts';
import { headerFields, headerJson, json, kvFields, kvJson, kvLines, orNothing, prefixEnd } from './format.ts';

const rangeFlags: readonly Flag[] = [
  { name: 'prefix', type: 'bool', summary: 'every key that begins so' },
  { name: 'from-key', type: 'bool', summary: 'every key from this one on' },
  { name: 'prev-kv', type: 'bool', summary: 'with what was there before' },
];

/** The range that KEY, RANGE_END, --prefix and --from-key mean. */
function rangeOf(args: Arguments, keys: readonly string[]): Result<{ readonly key: string; readonly rangeEnd?: string }, string> {
  const [key = '', end] = keys;
  if (isOn(args, 'prefix') && isOn(args, 'from-key')) return { ok: false, error: '`--prefix` and `--from-key` cannot be set at the same time, choose one' };
  if (end !== undefined) {
    if (isOn(args, 'prefix') || isOn(args, 'from-key')) return { ok: false, error: 'too many arguments, only accept one argument when `--prefix` or `--from-key` is set' };
    return { ok: true, value: { key, rangeEnd: end } };
  }
  if (isOn(args, 'prefix')) return { ok: true, value: key === '' ? { key: '\0', rangeEnd: '\0' } : { key, rangeEnd: prefixEnd(key) } };
  if (isOn(args, 'from-key')) return { ok: true, value: { key: key === '' ? '\0' : key, rangeEnd: '\0' } };
  return { ok: true, value: { key } };
}

export const etcdGet = defineEtcdctl({
  path: ['get'], summary: 'show keys and values', changesWorld: false,
  flags: [
    ...rangeFlags.filter((flag) => flag.name !== 'prev-kv'),
    { name: 'rev', type: 'int', summary: 'as they were at this revision' },
    { name: 'limit', type: 'int', summary: 'at most this many' },
    { name: 'keys-only', type: 'bool', summary: 'without values' },
    { name: 'count-only', type: 'bool', summary: 'only how many (with -w fields or json)' },
    { name: 'print-value-only', type: 'bool', summary: 'only values' },
    { name: 'sort-by', type: 'string', summary: 'order of the keys', choices: ['CREATE', 'KEY', 'MODIFY', 'VALUE', 'VERSION'] },
    { name: 'order', type: 'string', summary: 'up or down', choices: ['ASCEND', 'DESCEND'] },
    { name: 'consistency', type: 'string', summary: 'l: agreed by the majority; s: what this member has', choices: ['l', 's'] },
    { name: 'min-create-rev', type: 'int', summary: 'created at this revision or later', hidden: true },
    { name: 'max-create-rev', type: 'int', summary: 'created at this revision or earlier', hidden: true },
    { name: 'min-mod-rev', type: 'int', summary: 'changed at this revision or later', hidden: true },
    { name: 'max-mod-rev', type: 'int', summary: 'changed at this revision or earlier', hidden: true },
  ],
  examples: [{ line: 'etcdctl get /registry/namespaces/ --prefix --keys-only', shows: '/registry/namespaces/default' }],
  *run(cli) {
    const { args } = cli;
    const keys = operands(args, 'keys');
    if (keys.length === 0 && !isOn(args, 'prefix') && !isOn(args, 'from-key')) return yield* etcdError('get command needs one argument as key and an optional argument as range_end', EXIT.badArguments);
    if (keys.length > 2) return yield* etcdError('get command needs one argument as key and an optional argument as range_end', EXIT.badArguments);
    if (isOn(args, 'keys-only') && isOn(args, 'count-only')) return yield* etcdError('`--keys-only` and `--count-only` cannot be set at the same time, choose one', EXIT.badArguments);
    if (isOn(args, 'count-only') && cli.form !== 'fields' && cli.form !== 'json') return yield* etcdError('--count-only is only for `--write-out=fields`', EXIT.badArguments);
    if (isOn(args, 'print-value-only') && cli.form !== 'simple') return yield* etcdError('print-value-only is only for `--write-out=simple`', EXIT.badArguments);
    const range = rangeOf(args, keys);
    if (!range.ok) return yield* etcdError(range.error, EXIT.badArguments);
    const request = requestOf(args, range.value);
    if (!request.ok) return yield* etcdError(request.error, EXIT.badArguments);
    const answer = yield* callAny<RangeResponse>(cli, { op: 'range', args: request.value });
    if (!answer.ok) return yield* etcdError(answer.error);
    return yield* printRange(cli, answer.value);
  },
});

const TARGETS: Readonly<Record<string, NonNullable<RangeRequest['sortTarget']>>> = { CREATE: 'create', KEY: 'key', MODIFY: 'mod', VALUE: 'value', VERSION: 'version' };
const ORDERS: Readonly<Record<string, NonNullable<RangeRequest['sortOrder']>>> = { ASCEND: 'ascend', DESCEND: 'descend' };

function requestOf(args: Arguments, range: { readonly key: string; readonly rangeEnd?: string }): Result<RangeRequest, string> {
  const target = textFlag(args, 'sort-by').toUpperCase();
  const order = textFlag(args, 'order').toUpperCase();
  const consistency = textFlag(args, 'consistency') || 'l';
  if (target !== '' && TARGETS[target] === undefined) return { ok: false, error: `bad sort target ${textFlag(args, 'sort-by')}` };
  if (order !== '' && ORDERS[order] === undefined) return { ok: false, error: `bad sort order ${textFlag(args, 'order')}` };
  if (consistency !== 'l' && consistency !== 's') return { ok: false, error: `unknown consistency flag "${consistency}"` };
  const number = (flag: string, field: keyof RangeRequest): object => {
    const value = numberFlag(args, flag);
    return value === undefined || value === 0 ? {} : { [field]: value };
  };
  return {
    ok: true, value: {
      ...range, ...number('rev', 'revision'), ...number('limit', 'limit'), ...number('min-create-rev', 'minCreateRevision'), ...number('max-create-rev', 'maxCreateRevision'),
      ...number('min-mod-rev', 'minModRevision'), ...number('max-mod-rev', 'maxModRevision'),
      ...(isOn(args, 'keys-only') ? { keysOnly: true } : {}), ...(isOn(args, 'count-only') ? { countOnly: true } : {}), ...(consistency === 's' ? { serializable: true } : {}),
      ...(target === '' ? {} : { sortTarget: TARGETS[target] ?? 'key' }), ...(order === '' && target === '' ? {} : { sortOrder: ORDERS[order] ?? 'ascend' }),
    },
  };
}

function* printRange(cli: Cli, { header, body }: Answer<RangeResponse>): Conversation<number> {
  const options = { isHex: isOn(cli.args, 'hex'), valueOnly: isOn(cli.args, 'print-value-only') };
  switch (cli.form) {
    case 'json': yield* cx.print(`${json({ header: headerJson(header), kvs: body.kvs.length > 0 ? body.kvs.map(kvJson) : undefined, more: body.more ? true : undefined, count: orNothing(body.count) })}\n`); break;
    case 'fields': yield* cx.print([...headerFields(header), ...body.kvs.flatMap((kv) => kvFields('', kv)), `"More" : ${body.more}`, `"Count" : ${body.count}`].map((line) => `${line}\n`).join('')); break;
    case 'table': return yield* etcdError(`Unsupported output format "table" for get`, EXIT.badArguments);
    case 'simple': if (body.kvs.length > 0) yield* cx.print(body.kvs.map((kv) => kvLines(kv, options)).join(''));
  }
  return 0;
}

export const etcdPut = defineEtcdctl({
  path: ['put'], summary: 'store a value', changesWorld: true,
  flags: [
    { name: 'lease', type: 'string', summary: 'lease that the key hangs on' },
    { name: 'prev-kv', type: 'bool', summary: 'with what was there before' },
    { name: 'ignore-value', type: 'bool', summary: 'keep the value' },
    { name: 'ignore-lease', type: 'bool', summary: 'keep the lease' },
  ],
  examples: [{ line: 'etcdctl put greeting hello', shows: 'OK' }],
  *run(cli) {
    const { args } = cli;
    const [key = '', value] = operands(args, 'keys');
    if (operands(args, 'keys').length === 0) return yield* etcdError('put command needs 1 argument and input from stdin or 2 arguments', EXIT.badArguments);
    const lease = textFlag(args, 'lease');
    const answer = yield* callAny<PutResponse>(cli, {
      op: 'put', args: {
        key, value: value ?? '', ...(lease === '' ? {} : { lease: lease.replace(/^0+/, '') }), ...(isOn(args, 'prev-kv') ? { prevKv: true } : {}),
        ...(isOn(args, 'ignore-value') ? { ignoreValue: true } : {}), ...(isOn(args, 'ignore-lease') ? { ignoreLease: true } : {}),
      },
    });
    if (!answer.ok) return yield* etcdError(answer.error);
    const { header, body } = answer.value;
    const previous = body.prevKv;
    const simple = `OK\n${previous === undefined ? '' : kvLines(previous, { isHex: isOn(args, 'hex'), valueOnly: false })}`;
    yield* cx.print(cli.form === 'json' ? `${json({ header: headerJson(header), prev_kv: previous === undefined ? undefined : kvJson(previous) })}\n`
      : cli.form === 'fields' ? [...headerFields(header), ...(previous === undefined ? [] : kvFields('Prev', previous))].map((line) => `${line}\n`).join('') : simple);
    return 0;
  },
});

export const etcdDel = defineEtcdctl({
  path: ['del'], summary: 'delete keys', changesWorld: true, flags: rangeFlags,
  examples: [{ line: 'etcdctl del greeting', shows: '' }],
  *run(cli) {
    const { args } = cli;
    const keys = operands(args, 'keys');
    if (keys.length === 0 || keys.length > 2) return yield* etcdError('del command needs one argument as key and an optional argument as range_end', EXIT.badArguments);
    const range = rangeOf(args, keys);
    if (!range.ok) return yield* etcdError(range.error, EXIT.badArguments);
    const answer = yield* callAny<DeleteRangeResponse>(cli, { op: 'deleteRange', args: { ...range.value, ...(isOn(args, 'prev-kv') ? { prevKv: true } : {}) } });
    if (!answer.ok) return yield* etcdError(answer.error);
    const { header, body } = answer.value;
    const previous = body.prevKvs ?? [];
    yield* cx.print(cli.form === 'json' ? `${json({ header: headerJson(header), deleted: orNothing(body.deleted), prev_kvs: previous.length > 0 ? previous.map(kvJson) : undefined })}\n`
      : cli.form === 'fields' ? [...headerFields(header), `"Deleted" : ${body.deleted}`, ...previous.flatMap((kv) => kvFields('Prev', kv))].map((line) => `${line}\n`).join('')
        : `${body.deleted}\n${previous.map((kv) => kvLines(kv, { isHex: isOn(args, 'hex'), valueOnly: false })).join('')}`);
    return 0;
  },
});

export const etcdCompaction = defineEtcdctl({
  path: ['compaction'], summary: 'forget the history before a revision', changesWorld: true,
  flags: [{ name: 'physical', type: 'bool', summary: 'wait until it is gone from the file' }],
  examples: [{ line: 'etcdctl compaction 1', shows: '' }],
  *run(cli) {
    const revision = Number(operand(cli.args, 'revision'));
    const answer = yield* callAny<object>(cli, { op: 'compact', args: { revision, ...(isSet(cli.args, 'physical') ? { physical: true } : {}) } });
    if (!answer.ok) return yield* etcdError(answer.error);
    yield* cx.print(`compacted revision ${revision}\n`);
    return 0;
  },
});
