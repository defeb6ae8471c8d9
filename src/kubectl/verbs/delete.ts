import { micros, type Micros, type Result, seconds } from '../../base/data.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { RequestOptions } from '../../api/wire.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { objectName, type Target, targetsOf, typeName } from '../builder.ts';
import { changeOf, type Change, dryRunSuffix } from '../change.ts';
import { type Arguments, cx, defineCommand, type Settings } from '../command.ts';
import { fail, type Failure, isNotFound, plainFailure, usage, whileDoing } from '../errors.ts';
import { allFlag, allNamespacesFlag, changeFlags, fieldSelectorFlag, fileFlags, outputFlag, selectorFlag, timeoutFlag } from '../flags.ts';
import { hasFiles, isOn, numberFlag, operands, textFlag } from '../options.ts';
import { sendRaw } from '../raw.ts';
import { callOf, list, read, remove } from '../requests.ts';

/** kubectl waits for at most a week when no timeout is given. */
const FOREVER: Micros = seconds(168 * 3600);
const FORCE_WARNING = 'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n';
const SPECIFICATIONS = "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'";

/** Deletes objects and waits until they are gone.
 * @source kubernetes/kubectl pkg/cmd/delete/delete.go */
export const remover = defineCommand({
  path: ['kubectl', 'delete'],
  summary: 'delete objects by file, name or label',
  flags: [
    ...fileFlags, selectorFlag, fieldSelectorFlag, allFlag, allNamespacesFlag, timeoutFlag,
    ...changeFlags.filter((flag) => flag.name === 'dry-run'), { ...outputFlag, choices: ['name'] },
    { name: 'grace-period', type: 'int', summary: 'seconds to end in; 0 only with --force' },
    { name: 'now', type: 'bool', summary: 'end within a second' },
    { name: 'force', type: 'bool', summary: 'forget the object at once' },
    { name: 'wait', type: 'bool', summary: 'wait until the objects are gone' },
    { name: 'cascade', type: 'string', summary: 'what happens to dependents', implied: 'background', choices: ['background', 'foreground', 'orphan'] },
    { name: 'ignore-not-found', type: 'bool', summary: 'missing objects are no failure' },
    { name: 'interactive', short: 'i', type: 'bool', summary: 'ask before', hidden: true },
    { name: 'raw', type: 'string', summary: 'path to delete', hidden: true },
  ],
  changesWorld: true,
  examples: [{ line: 'kubectl delete configmap kube-root-ca.crt --ignore-not-found', shows: '' }],
  run: runDelete,
});

function* runDelete(args: Arguments, settings: Settings): Conversation<number> {
  if (textFlag(args, 'raw') !== '') return yield* sendRaw(args, 'delete', { mustHaveFile: false, excludes: ['recursive', 'output'] });
  const complaint = complaintAbout(args);
  if (complaint !== undefined) return yield* usage(complaint);
  const change = changeOf(args, 'kubectl-delete');
  if (!change.ok) return yield* fail(change.error);
  const options = deleteOptions(args, change.value);
  if (!options.ok) return yield* fail(options.error);
  const targets = targetsOf(args, settings);
  if (!targets.ok) return yield* fail(targets.error);
  const failures: Failure[] = [...targets.value.failures];
  const named = yield* nameAll(targets.value.targets, args, failures);
  if (isOn(args, 'interactive') && named.length > 0 && !(yield* confirmed(named, args))) { yield* cx.print('deletion is cancelled\n'); return 0; }
  return yield* deleteAll(named, { args, change: change.value, options: options.value }, failures);
}

/** `-i`: shows what would go and asks. @source kubernetes/kubectl pkg/cmd/delete/delete.go confirmation */
function* confirmed(named: readonly Target[], args: Arguments): Conversation<boolean> {
  yield* cx.print(`You are about to delete the following ${named.length} resource(s):\n${named.map(({ descriptor, name }) => `${objectName(descriptor, name)}\n`).join('')}Do you want to continue? (y/N): `);
  const answer = args.files['-'] ?? (yield* cx.readLine()) ?? '';
  return answer.trim().split(/\s/)[0]?.toLowerCase() === 'y';
}

function* deleteAll(named: readonly Target[], doing: Doing, failures: Failure[]): Conversation<number> {
  const { args, change } = doing;
  const isForced = isOn(args, 'force') && doing.options.gracePeriodSeconds === 0;
  if (isForced) yield* cx.printError(FORCE_WARNING);
  const gone: Doomed[] = [];
  for (const target of named) {
    const doomed = yield* deleteOne(target, doing);
    if (doomed.ok) gone.push(doomed.value);
    else if (doomed.error.type === 'unreachable') return yield* fail(doomed.error);
    else if (!(isNotFound(doomed.error) && ignoresMissing(args))) failures.push(target.source === undefined ? doomed.error : whileDoing(`error when deleting "${target.source}"`, doomed.error));
  }
  if (gone.length === 0 && failures.length === 0) yield* nothingDeleted(args);
  if (args.flags['wait'] !== false && change.dryRun === 'none' && !isForced) failures.push(...yield* waitAll(gone, args));
  return yield* fail(...failures);
}

const ignoresMissing = (args: Arguments): boolean => isOn(args, 'ignore-not-found') || ((isOn(args, 'all') || textFlag(args, 'selector') !== '') && args.flags['ignore-not-found'] === undefined);

function complaintAbout(args: Arguments): string | undefined {
  const hasNames = operands(args, 'names').length > 0 || operands(args, 'typeNames').length > 0;
  const hasResource = args.operands['resource'] !== undefined;
  const selects = textFlag(args, 'selector') !== '' || textFlag(args, 'field-selector') !== '';
  const grace = numberFlag(args, 'grace-period') ?? -1;
  if (isOn(args, 'all') && selects) return "setting 'all' parameter but found a non empty selector. ";
  if (grace >= 0 && isOn(args, 'now')) return '--now and --grace-period cannot be specified together';
  if (grace > 0 && isOn(args, 'force')) return '--force and --grace-period greater than 0 cannot be specified together';
  const output = textFlag(args, 'output');
  if (output !== '' && output !== 'name') return `unexpected -o output mode: ${output}. We only support '-o name'`;
  if (!hasFiles(args) && !hasResource && !hasNames && (isOn(args, 'all') || selects)) return 'at least one resource must be specified to use a selector';
  if (!hasFiles(args) && !hasResource && !hasNames) return SPECIFICATIONS;
  if (hasResource && !hasNames && !selects && !isOn(args, 'all')) return 'resource(s) were provided, but no name was specified';
  return undefined;
}

const POLICIES: Readonly<Record<string, NonNullable<RequestOptions['propagationPolicy']>>> = { '': 'Background', true: 'Background', background: 'Background', false: 'Orphan', orphan: 'Orphan', foreground: 'Foreground' };

function deleteOptions(args: Arguments, change: Change): Result<RequestOptions, Failure> {
  const cascade = textFlag(args, 'cascade');
  const policy = POLICIES[cascade];
  if (policy === undefined) return { ok: false, error: plainFailure(`invalid cascade value (${cascade}). Must be "background", "foreground", or "orphan"`) };
  const given = numberFlag(args, 'grace-period');
  const grace = isOn(args, 'now') ? 1 : given !== undefined && given >= 0 ? graceOf(given, args) : isOn(args, 'force') ? 0 : undefined;
  return { ok: true, value: { propagationPolicy: policy, ...(grace === undefined ? {} : { gracePeriodSeconds: grace }), ...(change.options.dryRun === true ? { dryRun: true } : {}) } };
}

/** Zero without --force means one second and waiting. */
const graceOf = (given: number, args: Arguments): number => (given === 0 && !isOn(args, 'force') ? 1 : given);

/** Collections become their members. */
function* nameAll(targets: readonly Target[], args: Arguments, failures: Failure[]): Conversation<readonly Target[]> {
  const named: Target[] = [];
  for (const target of targets) {
    if (target.name !== '') { named.push(target); continue; }
    const label = textFlag(args, 'selector');
    const field = textFlag(args, 'field-selector');
    const found = yield* list(target, { ...(label === '' ? {} : { labelSelector: label }), ...(field === '' ? {} : { fieldSelector: field }) });
    if (!found.ok) failures.push(found.error);
    else for (const { metadata } of found.value.items) named.push({ ...target, name: metadata.name, namespace: metadata.namespace ?? '' });
  }
  return named;
}

interface Doomed { readonly target: Target; readonly uid: string }
interface Doing { readonly args: Arguments; readonly change: Change; readonly options: RequestOptions }

function* deleteOne(target: Target, doing: Doing): Conversation<Result<Doomed, Failure>> {
  if (doing.change.dryRun === 'client') {
    const present = yield* read(target);
    if (!present.ok) return present;
    yield* say(target, doing);
    return { ok: true, value: { target, uid: '' } };
  }
  const answer = yield* remove(target, doing.options);
  if (!answer.ok) return answer;
  yield* say(target, doing);
  const body = answer.value as Partial<KubeObject> & { readonly details?: { readonly uid?: string } };
  return { ok: true, value: { target, uid: body.details?.uid ?? body.metadata?.uid ?? '' } };
}

function* say(target: Target, { args, change, options }: Doing): Conversation<void> {
  const type = typeName(target.descriptor);
  if (textFlag(args, 'output') === 'name') {
    yield* cx.print(`${type}/${target.name}\n`);
    return;
  }
  const done = isOn(args, 'force') && options.gracePeriodSeconds === 0 ? 'force deleted' : 'deleted';
  const place = target.namespace === '' ? '' : ` from ${target.namespace} namespace`;
  yield* cx.print(`${type} "${target.name}" ${done}${place}${dryRunSuffix(change.dryRun)}\n`);
}

function* nothingDeleted(args: Arguments): Conversation<void> {
  const selects = isOn(args, 'all') || textFlag(args, 'selector') !== '' || textFlag(args, 'field-selector') !== '';
  if (selects) yield* cx.print('No resources found\n');
}

/** Waits for each object to be gone, or replaced by another of its name. */
function* waitAll(gone: readonly Doomed[], args: Arguments): Conversation<readonly Failure[]> {
  const timeout = numberFlag(args, 'timeout');
  const start = yield* cx.now();
  const end = start + (timeout === undefined || timeout <= 0 ? FOREVER : timeout);
  for (const doomed of gone) {
    const failure = yield* waitUntilGone(doomed, micros(end));
    if (failure !== undefined) return [failure];
  }
  return [];
}

function* waitUntilGone(doomed: Doomed, end: Micros): Conversation<Failure | undefined> {
  const { target, uid } = doomed;
  for (;;) {
    const present = yield* read(target);
    if (!present.ok) return isNotFound(present.error) ? undefined : present.error;
    if (uid !== '' && present.value.metadata.uid !== uid) return undefined;
    const outcome = yield* untilDeleted(target, { from: present.value.metadata.resourceVersion ?? '', end });
    if (outcome === 'deleted') return undefined;
    if (outcome === 'timeout') return plainFailure(`timed out waiting for the condition on ${target.descriptor.plural}/${target.name}`);
  }
}

/** One watch; `again` when it ended early. */
function* untilDeleted(target: Target, how: { readonly from: string; readonly end: Micros }): Conversation<'deleted' | 'timeout' | 'again'> {
  const opened = yield* cx.watch(callOf('watch', { ...target, name: '' }, { options: { fieldSelector: `metadata.name=${target.name}`, resourceVersion: how.from } }));
  if (!opened.ok) return 'again';
  for (;;) {
    const left = how.end - (yield* cx.now());
    if (left <= 0) { yield* cx.unwatch(opened.handle); return 'timeout'; }
    const next = yield* cx.nextEvents(opened.handle, micros(left));
    if (next.type === 'timeout') { yield* cx.unwatch(opened.handle); return 'timeout'; }
    if (next.type !== 'events') { yield* cx.sleep(seconds(1)); return 'again'; }
    if (next.events.some((event) => event.type === 'DELETED')) { yield* cx.unwatch(opened.handle); return 'deleted'; }
    if (next.events.some((event) => event.type === 'ERROR')) { yield* cx.unwatch(opened.handle); return 'again'; }
  }
}

