/** What commands that change objects have in common: dry run, field manager, and the line they print. */
import type { Result } from '../base/data.ts';
import type { RequestOptions } from '../api/wire.ts';
import type { KubeObject } from '../api/meta.ts';
import { descriptors } from '../api/scheme.ts';
import type { ResourceDescriptor } from '../api/resource.ts';
import type { Conversation } from '../sim/conversation.ts';
import { objectName } from './builder.ts';
import { type Arguments, cx } from './command.ts';
import { fail, type Failure, plainFailure } from './errors.ts';
import { causeOf, recordCause } from './record.ts';
import { logWarning } from './klog.ts';
import { isSet, textFlag } from './options.ts';
import { type Printer, printerOf, type PrinterOptions } from './output.ts';

export type DryRun = 'none' | 'client' | 'server';

/** Value of --dry-run. */
export function dryRunOf(args: Arguments): Result<DryRun, Failure> {
  const value = textFlag(args, 'dry-run');
  switch (value) {
    case '': case 'none': case 'false': return { ok: true, value: 'none' };
    case 'client': case 'server': return { ok: true, value };
    case 'unchanged': return { ok: true, value: 'client' };
    default: return { ok: false, error: plainFailure(`Invalid dry-run value (${value}). Must be "none", "server", or "client".`) };
  }
}

/** `--dry-run` alone still works. @source kubernetes/kubectl pkg/cmd/util/helpers.go GetDryRunStrategy */
export function* warnOldDryRun(args: Arguments): Conversation<void> {
  if (textFlag(args, 'dry-run') === 'unchanged') yield* logWarning('helpers.go:719', '--dry-run is deprecated and can be replaced with --dry-run=client.');
}

/** How a change is sent and shown. */
export interface Change {
  readonly dryRun: DryRun;
  readonly printer: Printer | undefined;
  /** Options of the request. */
  readonly options: RequestOptions;
  /** The line, when it shall be remembered as the cause of the change. */
  readonly cause?: string;
}

/** Reads the common flags. `manager` is the field manager unless --field-manager says otherwise. */
export function changeOf(args: Arguments, manager: string, printing: PrinterOptions = {}): Result<Change, Failure> {
  const dryRun = dryRunOf(args);
  if (!dryRun.ok) return dryRun;
  const found = printerOf(args, printing);
  if (!found.ok && printing.isLate !== true) return found;
  const printer = found.ok ? found : { ok: true as const, value: () => found };
  // An empty name is one as well: the server then takes that of the program.
  const fieldManager = isSet(args, 'field-manager') ? textFlag(args, 'field-manager') : manager;
  const cause = causeOf(args);
  return { ok: true, value: { ...(cause === undefined ? {} : { cause }), dryRun: dryRun.value, printer: printer.value, options: { fieldManager, ...(dryRun.value === 'server' ? { dryRun: true } : {}) } } };
}

/** `(dry run)`, `(server dry run)` behind the line. */
export const dryRunSuffix = (dryRun: DryRun): string => (dryRun === 'client' ? ' (dry run)' : dryRun === 'server' ? ' (server dry run)' : '');

function* recordOn(object: KubeObject, what: { readonly descriptor: Pick<ResourceDescriptor, 'kind' | 'group'>; readonly name: string }, cause: string): Conversation<void> {
  const descriptor = descriptors.find((each) => each.kind === what.descriptor.kind && each.group === what.descriptor.group);
  if (descriptor !== undefined) yield* recordCause({ descriptor, name: what.name, namespace: object.metadata.namespace ?? '' }, cause);
}

/** Prints `pod/web created`, or the object in the form asked for. */
export function* report(object: object, what: { readonly descriptor: Pick<ResourceDescriptor, 'kind' | 'group'>; readonly name: string; readonly done: string; readonly change: Change }): Conversation<number> {
  const { change } = what;
  if (change.cause !== undefined && change.dryRun === 'none') yield* recordOn(object as KubeObject, what, change.cause);
  if (change.printer === undefined) {
    // What has nothing to show for it is answered by a Status, as a binding is.
    const descriptor = (object as KubeObject).kind === 'Status' ? { kind: 'Status', group: '' } : what.descriptor;
    yield* cx.print(`${objectName(descriptor, what.name || '<unknown>')} ${what.done}${dryRunSuffix(change.dryRun)}\n`);
    return 0;
  }
  const text = change.printer(object);
  if (!text.ok) { yield* cx.failLater(); return yield* fail(text.error); }
  yield* cx.print(text.value);
  return 0;
}
