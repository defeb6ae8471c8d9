/**
 * How etcdctl shows answers and failures.
 * @source etcd-io/etcd etcdctl/ctlv3/command/printer.go, printer_simple.go, global.go; pkg/cobrautl/error.go
 */
import type { Result } from '../../../base/data.ts';
import type { DeleteRangeResponse, EtcdEvent, KeyValue, PutResponse, RangeResponse, TxnResponse } from '../../../etcd/contract.ts';
import type { Conversation } from '../../../sim/conversation.ts';
import { type Arguments, cx } from '../../command.ts';
import { isOn, textFlag } from '../../options.ts';
import { hexBytes } from './go-text.ts';
import { valueText } from './json.ts';

/** Exit codes. @source etcd-io/etcd pkg/cobrautl/error.go */
export const EXIT = { error: 1, badConnection: 2, invalidInput: 3, badFeature: 4, interrupted: 5, badArguments: 128 } as const;

/** Values of `-w`. */
export type Form = 'simple' | 'json' | 'table' | 'fields' | 'protobuf';
const FORMS: readonly string[] = ['simple', 'json', 'table', 'fields', 'protobuf'] satisfies readonly Form[];

/** Why a command stops. */
export interface Failure { readonly message: string; readonly exit: number }
/** A failure with its exit code. */
export const failure = (message: string, exit: number = EXIT.error): Failure => ({ message, exit });
/** A wrong use of the command. */
export const badArguments = (message: string): Failure => failure(message, EXIT.badArguments);

/** Prints a failure and gives the exit code. */
export function* fail({ message, exit }: Failure): Conversation<number> {
  yield* cx.printError(`Error: ${message}\n`);
  return exit;
}

/** What one command can print: its answer in each form. Without `table` there is none. */
export interface Shown {
  simple(): string;
  json(): string;
  fields?(isHex: boolean): string;
  table?(): string;
}

/** The form that `-w` asks for. */
export function formOf(args: Arguments): Result<Form, Failure> {
  const form = textFlag(args, 'write-out') || 'simple';
  if (FORMS.includes(form)) return { ok: true, value: form as Form };
  return { ok: false, error: failure('unsupported output format', EXIT.badFeature) };
}

/** Prints an answer in the form that the line asks for. */
export function* show(args: Arguments, shown: Shown): Conversation<number> {
  const form = formOf(args);
  if (!form.ok) return yield* fail(form.error);
  const printed = textOf(shown, form.value, isOn(args, 'hex'));
  if (printed === undefined) return yield* fail(failure(`${form.value} not supported as output format`, EXIT.badFeature));
  if (printed !== '') yield* cx.print(printed);
  return 0;
}

function textOf(shown: Shown, form: Form, isHex: boolean): string | undefined {
  switch (form) {
    case 'simple': return shown.simple();
    case 'json': return `${shown.json()}\n`;
    case 'fields': return shown.fields?.(isHex);
    case 'table': return shown.table?.();
    // The bytes of a message are nothing that a screen could show.
    case 'protobuf': return undefined;
  }
}

/** Rows of a table as the simple form shows them. */
export const commaRows = (rows: readonly (readonly string[])[]): string => rows.map((row) => `${row.join(', ')}\n`).join('');

// ---- Keys and values in the simple form ------------------------------------------------------------------------------

/** How keys and values are shown. */
export interface KvStyle { readonly isHex: boolean; readonly valueOnly: boolean }
/** The style that the flags ask for. */
export const kvStyle = (args: Arguments): KvStyle => ({ isHex: isOn(args, 'hex'), valueOnly: isOn(args, 'print-value-only') });

/** A key and its value, each on a line of its own. */
function kvText(kv: KeyValue, { isHex, valueOnly }: KvStyle): string {
  const show = (text: string): string => (isHex ? hexBytes(text) : text);
  return `${valueOnly ? '' : `${show(kv.key)}\n`}${show(valueText(kv.value))}\n`;
}

/** A read. */
export const rangeText = (body: RangeResponse, style: KvStyle): string => body.kvs.map((kv) => kvText(kv, style)).join('');
/** A write. */
export const putText = (body: PutResponse, style: KvStyle): string => `OK\n${body.prevKv === undefined ? '' : kvText(body.prevKv, style)}`;
/** A deletion. */
export const deleteText = (body: DeleteRangeResponse, style: KvStyle): string => `${body.deleted}\n${(body.prevKvs ?? []).map((kv) => kvText(kv, style)).join('')}`;

/** A transaction: which list was done, and the answers. */
export function txnText(body: TxnResponse, style: KvStyle): string {
  const answers = body.responses.map((op) => {
    if ('range' in op) return `\n${rangeText(op.range, style)}`;
    if ('put' in op) return `\n${putText(op.put, style)}`;
    return 'deleteRange' in op ? `\n${deleteText(op.deleteRange, style)}` : `\n${txnText(op.txn, style)}`;
  });
  return `${body.succeeded ? 'SUCCESS' : 'FAILURE'}\n${answers.join('')}`;
}

/** Changes on a watch. */
export const eventsText = (events: readonly EtcdEvent[], style: KvStyle): string =>
  events.map((event) => `${event.type}\n${event.prevKv === undefined ? '' : kvText(event.prevKv, style)}${kvText(event.kv, style)}`).join('');
