import { seconds } from '../../../base/data.ts';
import type { EtcdEvent, ResponseHeader } from '../../../etcd/contract.ts';
import { cx } from '../../command.ts';
import { isOn, numberFlag, operands } from '../../options.ts';
import { defineEtcdctl, etcdError, EXIT, type Form } from './client.ts';
import { headerFields, headerJson, json, kvFields, kvJson, kvLines, prefixEnd } from './format.ts';

const WAIT = seconds(600);

export const etcdWatch = defineEtcdctl({
  path: ['watch'], summary: 'show changes of keys as they happen', changesWorld: false,
  flags: [
    { name: 'prefix', type: 'bool', summary: 'every key that begins so' },
    { name: 'from-key', type: 'bool', summary: 'every key from this one on', hidden: true },
    { name: 'rev', type: 'int', summary: 'from this revision on' },
    { name: 'prev-kv', type: 'bool', summary: 'with what was there before' },
    { name: 'progress-notify', type: 'bool', summary: 'with signs of life', hidden: true },
  ],
  examples: [],
  *run(cli) {
    const { args } = cli;
    const [key = '', end] = operands(args, 'keys');
    const [endpoint] = cli.endpoints;
    if (operands(args, 'keys').length === 0 || endpoint === undefined) return yield* etcdError('watch command needs 1 argument as key and an optional argument as range_end', EXIT.badArguments);
    const rangeEnd = end ?? (isOn(args, 'prefix') ? prefixEnd(key) : isOn(args, 'from-key') ? '\0' : undefined);
    const from = numberFlag(args, 'rev') ?? 0;
    const handle = yield* cx.etcdWatch(endpoint.process, { key, ...(rangeEnd === undefined ? {} : { rangeEnd }), ...(from > 0 ? { startRevision: from } : {}), ...(isOn(args, 'prev-kv') ? { prevKv: true } : {}) });
    for (;;) {
      const next = yield* cx.etcdNext(handle, WAIT);
      if (next.type === 'timeout') continue;
      if (next.type === 'canceled') {
        yield* cx.printError(`watch was canceled (${next.reason})\n`);
        return yield* etcdError('watch is canceled by the server');
      }
      if (next.events.length > 0) yield* cx.print(eventsText(next.events, next.header, { form: cli.form, isHex: isOn(args, 'hex') }));
    }
  },
});

function eventsText(events: readonly EtcdEvent[], header: ResponseHeader, how: { readonly form: Form; readonly isHex: boolean }): string {
  if (how.form === 'json') {
    const shown = events.map((event) => ({ type: event.type === 'DELETE' ? 1 : undefined, kv: kvJson(event.kv), prev_kv: event.prevKv === undefined ? undefined : kvJson(event.prevKv) }));
    return `${json({ Header: headerJson(header), Events: shown, CompactRevision: 0, Canceled: false, Created: false })}\n`;
  }
  if (how.form === 'fields') {
    return [...headerFields(header), ...events.flatMap((event) => [`"Type" : "${event.type}"`, ...(event.prevKv === undefined ? [] : kvFields('Prev', event.prevKv)), ...kvFields('', event.kv)])].map((line) => `${line}\n`).join('');
  }
  const lines = { isHex: how.isHex, valueOnly: false };
  return events.map((event) => `${event.type}\n${event.prevKv === undefined ? '' : kvLines(event.prevKv, lines)}${kvLines(event.kv, lines)}`).join('');
}
