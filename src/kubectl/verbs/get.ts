import type { Micros, Result } from '../../base/data.ts';
import { seconds } from '../../base/data.ts';
import { textOf } from '../../base/bytes.ts';
import { answerInGoOrder } from '../../api/go-order.ts';
import { headerOf as httpHeader, type ProxiedBody } from '../../api/http.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { ListBody, LogBody, RequestOptions, TextBody } from '../../api/wire.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { age } from '../../api/time.ts';
import { inRowOrder, type Table } from '../../api/table.ts';
import { type Target, targetsOf } from '../builder.ts';
import { type ApiAnswer, type Arguments, cx, defineCommand, type Settings } from '../command.ts';
import { isCustom } from '../custom-kinds.ts';
import { bareFailure, fail, FAILED, type Failure, failureOf, isNotFound, plainFailure, usage } from '../errors.ts';
import { allNamespacesFlag, fieldSelectorFlag, fileFlags, printFlags, selectorFlag } from '../flags.ts';
import { toCompactJson } from '../json.ts';
import { hasFiles, isOn, listFlag, namespaceOf, numberFlag, operands, textFlag } from '../options.ts';
import { listOf, outputOf, type Printer, printerOf } from '../output.ts';
import { pathComplaint } from '../raw.ts';
import { callForPath } from '../raw-path.ts';
import { callOf, chunkOf, list, listFailure, read, send } from '../requests.ts';
import { headerOf, type RowOptions, rowsOf } from '../rows.ts';
import { complainOfOrder, sortItems, type Unsorted } from '../sort-by.ts';
import { layOut, widthsOf } from '../table.ts';

/** A quiet watch asks again after this long; the world does not care. */
const WATCH_WAIT = seconds(600);

/** Objects of one kind, in the order found. */
interface Group { readonly target: Target; readonly items: readonly KubeObject[]; readonly isList: boolean; readonly resourceVersion: string }

/** Lists or gets objects and prints them.
 * @source kubernetes/kubectl pkg/cmd/get/get.go */
export const get = defineCommand({
  path: ['kubectl', 'get'],
  summary: 'show one or many objects',
  flags: [
    ...printFlags.map((flag) => (flag.name === 'output' ? { ...flag, choices: ['wide', ...(flag.choices ?? [])] } : flag)),
    allNamespacesFlag, selectorFlag, fieldSelectorFlag, ...fileFlags,
    { name: 'watch', short: 'w', type: 'bool', summary: 'after listing, show changes' },
    { name: 'watch-only', type: 'bool', summary: 'show changes only' },
    { name: 'show-labels', type: 'bool', summary: 'labels as the last column' },
    { name: 'label-columns', short: 'L', type: 'list', summary: 'labels as columns' },
    { name: 'show-kind', type: 'bool', summary: 'kinds in front of names' },
    { name: 'no-headers', type: 'bool', summary: 'no header row' },
    { name: 'sort-by', type: 'string', summary: 'order of the rows, a JSONPath such as .metadata.name' },
    { name: 'ignore-not-found', type: 'bool', summary: 'missing objects are no failure' },
    { name: 'raw', type: 'string', summary: 'a path of the API server, for example /readyz?verbose' },
    { name: 'chunk-size', type: 'int', summary: 'objects per request', hidden: true },
    { name: 'server-print', type: 'bool', summary: 'tables by the server', hidden: true },
    { name: 'output-watch-events', type: 'bool', summary: 'watch events as they are', hidden: true },
    { name: 'subresource', type: 'string', summary: 'status or scale' },
  ],
  changesWorld: false,
  examples: [
    { line: 'kubectl get nodes', shows: 'cp-1' },
    { line: 'kubectl get pods -A -o wide', shows: 'NAMESPACE' },
    { line: 'kubectl get namespaces -o name', shows: 'namespace/default' },
  ],
  run: runGet,
});

function* runGet(args: Arguments, settings: Settings): Conversation<number> {
  const complaint = complaintAbout(args);
  if (complaint !== undefined) return yield* usage(complaint);
  if (textFlag(args, 'raw') !== '') return yield* getRaw(textFlag(args, 'raw'));
  if (args.operands['resource'] === undefined && args.operands['typeNames'] === undefined && !hasFiles(args)) return yield* missingType();
  const printer = printerOf(args, { isGet: true });
  if (!printer.ok) return yield* fail(printer.error);
  const targets = targetsOf(args, settings);
  // A folder that is no kustomization is passed on as it is.
  if (!targets.ok) return yield* fail(textFlag(args, 'kustomize') !== '' && operands(args, 'pathErrors').length === 1 ? bareFailure(operands(args, 'pathErrors')[0] ?? '') : targets.error);
  if (isOn(args, 'watch') || isOn(args, 'watch-only')) return yield* watch(args, targets.value.targets);
  const failures: Failure[] = [...targets.value.failures];
  const groups: Group[] = [];
  for (const target of targets.value.targets) {
    const found = yield* fetch(target, args);
    if (found.ok) groups.push(found.value);
    else if (found.error.type === 'unreachable') return yield* fail(found.error);
    else if (!(isNotFound(found.error) && isOn(args, 'ignore-not-found'))) failures.push(found.error);
  }
  const isSingle = hasFiles(args) ? listFlag(args, 'filename').length === 1 : targets.value.targets.length === 1;
  // One thing was asked for: without it there is nothing to show.
  if (printer.value !== undefined && isSingle && failures.length > 0) return yield* fail(...failures);
  const printed = printer.value === undefined ? yield* printTables(groups, { args, settings, failures }) : yield* printObjects(groups, { args, printer: printer.value, failures, isSingle });
  const failed = yield* fail(...failures);
  return printed !== 0 ? printed : failed;
}

/** @source kubernetes/kubectl pkg/cmd/get/get.go Validate */
function complaintAbout(args: Arguments): string | undefined {
  const isNamed = args.operands['resource'] !== undefined || args.operands['typeNames'] !== undefined;
  if (textFlag(args, 'raw') !== '') {
    const wrong = pathComplaint(textFlag(args, 'raw'));
    if (wrong !== undefined) return wrong;
    if (isNamed) return 'arguments may not be passed when --raw is specified';
    return isOn(args, 'watch') || isOn(args, 'watch-only') || textFlag(args, 'selector') !== '' ? '--raw may not be specified with other flags that filter the server request or alter the output' : undefined;
  }
  const { format } = outputOf(args);
  if (isOn(args, 'show-labels') && format !== '' && format !== 'wide') return `--show-labels option cannot be used with ${textFlag(args, 'output')} printer`;
  if (isOn(args, 'output-watch-events') && !isOn(args, 'watch') && !isOn(args, 'watch-only')) return '--output-watch-events option can only be used with --watch or --watch-only';
  const timeout = textFlag(args, 'request-timeout');
  return timeout === '' || /^\d+(\.\d+)?(ns|us|µs|ms|s|m|h)?$/.test(timeout) ? undefined : 'Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)';
}

function* missingType(): Conversation<number> {
  yield* cx.printError('You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.\n\n');
  return yield* fail(plainFailure('Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).\nSee \'kubectl get -h\' for help and examples'));
}

function* getRaw(path: string): Conversation<number> {
  const answer = yield* requestRaw(path);
  if (!answer.ok) return yield* fail(failureOf(answer));
  const { text, lines, http } = answer.body as Partial<TextBody & LogBody & ProxiedBody>;
  if (http !== undefined) { yield* cx.print(textOf(http.data)); return 0; }
  if (lines !== undefined) { yield* cx.print(lines.map((line) => `${line}\n`).join('')); return 0; }
  yield* cx.print(text ?? `${toCompactJson(answerInGoOrder(answer.body as object), 'asIs')}\n`);
  return 0;
}

/** Redirects that are followed. @source golang/go src/net/http/client.go (defaultCheckRedirect) */
const REDIRECTS_MAX = 10;

/** Asks, and asks again where a program behind the proxy sends to. */
function* requestRaw(path: string): Conversation<ApiAnswer> {
  let at = path;
  let answer = yield* cx.request(callForPath(at));
  for (let i = 0; i < REDIRECTS_MAX && !answer.ok && 'status' in answer && answer.code >= 300 && answer.code < 400; i++) {
    const { http } = answer.status as Partial<ProxiedBody>;
    const to = http === undefined ? '' : httpHeader(http.headers, 'Location');
    if (to === '') return answer;
    at = to.startsWith('/') ? to : at.replace(/\?.*$/s, '').replace(/[^/]*$/, to);
    answer = yield* cx.request(callForPath(at));
  }
  return answer;
}

function selectionOf(args: Arguments): RequestOptions {
  const label = textFlag(args, 'selector');
  const field = textFlag(args, 'field-selector');
  return { ...(label === '' ? {} : { labelSelector: label }), ...(field === '' ? {} : { fieldSelector: field }) };
}

function* fetch(target: Target, args: Arguments): Conversation<Result<Group, Failure>> {
  const { format } = outputOf(args);
  const subresource = textFlag(args, 'subresource');
  if ((isCustom(target.descriptor) || subresource !== '') && isTabular(format)) return yield* fetchTable(target, args);
  const place = subresource === '' ? target : { ...target, subresource };
  if (target.name !== '') {
    const object = yield* read(place);
    return object.ok ? { ok: true, value: { target, items: [object.value], isList: false, resourceVersion: object.value.metadata?.resourceVersion ?? '' } } : object;
  }
  const found: Result<ListBody, Failure> = yield* list(target, { ...selectionOf(args), ...chunkOf(args) });
  if (!found.ok) return found;
  return { ok: true, value: { target, items: found.value.items.map((item) => typed(item, target)), isList: true, resourceVersion: found.value.metadata.resourceVersion } };
}

const isTabular = (format: string): boolean => format === '' || format === 'wide';

/** Objects of a kind that only the server knows, with the columns that it prints. */
function* fetchTable(target: Target, args: Arguments): Conversation<Result<Group, Failure>> {
  const selection = target.name === '' ? selectionOf(args) : {};
  const subresource = textFlag(args, 'subresource');
  const answer = yield* send<Table>(callOf(target.name === '' ? 'list' : 'get', subresource === '' ? target : { ...target, subresource }, { options: { ...selection, ...asTable } }));
  if (!answer.ok) return { ok: false, error: target.name === '' ? listFailure(answer.error, target, selection) : answer.error };
  const { columnDefinitions, metadata } = answer.value;
  const columns = (columnDefinitions ?? []).map((column, i) => ({ name: column.name, wide: column.priority > 0, cell: (object: KubeObject) => String((object as InTable)[CELLS]?.[i] ?? '') }));
  return { ok: true, value: { target: { ...target, descriptor: { ...target.descriptor, columns } }, items: objectsIn(answer.value), isList: target.name === '', resourceVersion: metadata.resourceVersion ?? '' } };
}

/** Where an object keeps the cells that the server made of it. */
const CELLS = Symbol('cells');
type InTable = KubeObject & { readonly [CELLS]?: readonly unknown[] };
const objectsIn = (table: Table): readonly KubeObject[] => table.rows.map((row): InTable => ({ ...(row.object as KubeObject), [CELLS]: row.cells }));
const asTable = { as: 'Table', includeObject: 'Object' } as const;

/** Items of a list may come without their kind. */
function typed(object: KubeObject, target: Target): KubeObject {
  if (object.kind !== undefined && object.apiVersion !== undefined) return object;
  const { group, version, kind } = target.descriptor;
  return { ...object, apiVersion: group === '' ? version : `${group}/${version}`, kind };
}

interface TableContext { readonly args: Arguments; readonly settings: Settings; readonly failures: Failure[] }

function rowOptionsOf(args: Arguments, targets: readonly Target[]): RowOptions {
  return {
    isWide: outputOf(args).format === 'wide',
    withNamespace: isOn(args, 'all-namespaces') && targets.some((target) => target.descriptor.namespaced),
    withKind: isOn(args, 'show-kind') || new Set(targets.map((target) => kindWord({ target }))).size > 1,
    withLabels: isOn(args, 'show-labels'),
    labelColumns: listFlag(args, 'label-columns'),
  };
}

function* printTables(groups: readonly Group[], context: TableContext): Conversation<number> {
  const { args } = context;
  const now: Micros = yield* cx.now();
  const options = rowOptionsOf(args, groups.map((group) => group.target));
  const texts: string[] = [];
  const ordered = inAskedOrder(groups, args);
  if (!ordered.ok) return yield* complainOfOrder(ordered.error);
  for (const merged of mergeByKind(ordered.value)) {
    const { descriptor } = merged.target;
    if (merged.items.length === 0) continue;
    const own = { ...options, withNamespace: options.withNamespace && descriptor.namespaced };
    const rows = rowsOf(merged.items, descriptor, { options: own, now });
    const all = isOn(args, 'no-headers') ? rows : [headerOf(descriptor, own), ...rows];
    texts.push(layOut(all, widthsOf(all)));
  }
  if (texts.length > 0) yield* cx.print(texts.join(isOn(args, 'no-headers') ? '' : '\n'));
  else if (context.failures.length === 0 && !isOn(args, 'ignore-not-found')) yield* cx.printError(nothingFound(groups, context));
  return 0;
}

/**
 * Groups and their rows as `--sort-by` wants them. Several tables are themselves put in order by the field, which most fields of their rows
 * are not; and of a table that cannot be put in order nothing is shown, and nothing is said about it.
 * @source kubernetes/kubectl pkg/cmd/get/get.go (Run), sorter.go (SortingPrinter, RuntimeSorter)
 */
function inAskedOrder(groups: readonly Group[], args: Arguments): Result<readonly Group[], Unsorted> {
  const path = textFlag(args, 'sort-by');
  if (args.flags['server-print'] === false) return plainOrder(groups, path);
  const rows = groups.map((group) => ({ ...group, items: inRowOrder(group.target.descriptor, group.items) }));
  if (path === '') return { ok: true, value: rows };
  const tables = rows.map((group) => ({ ...tableDocument(group), group }));
  const sorted = tables.length > 1 ? sortItems(tables, path, 'objects') : { ok: true as const, value: tables };
  if (!sorted.ok) return sorted;
  const shown: Group[] = [];
  for (const { group } of sorted.value) {
    const items = group.items.length > 1 ? sortItems(group.items, path, 'rows') : { ok: true as const, value: group.items };
    if (items.ok) shown.push({ ...group, items: items.value });
    else if (items.error.log !== undefined) return items;
  }
  return { ok: true, value: shown };
}

/** The parts of a table's document that a path can be about. */
const tableDocument = ({ items, resourceVersion }: Group): object => ({ kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata: { resourceVersion }, rows: items.map((object) => ({ object })) });

/** Without tables kubectl has the objects of all kinds in one list. */
function plainOrder(groups: readonly Group[], path: string): Result<readonly Group[], Unsorted> {
  const singles = groups.flatMap((group) => {
    const target = { ...group.target, descriptor: { ...group.target.descriptor, columns: PLAIN_COLUMNS } };
    return group.items.map((object) => ({ ...object, group: { ...group, target, items: [object] } }));
  });
  const sorted = singles.length > 1 ? sortItems(singles, path, 'objects') : { ok: true as const, value: singles };
  return sorted.ok ? { ok: true, value: sorted.value.map(({ group }) => group) } : sorted;
}

function nothingFound(groups: readonly Group[], { args, settings }: TableContext): string {
  const allNamespaced = !isOn(args, 'all-namespaces') && groups.every((group) => group.target.descriptor.namespaced);
  return allNamespaced ? `No resources found in ${namespaceOf(args, settings)} namespace.\n` : 'No resources found\n';
}

/** What kubectl itself knows to show of any object. @source kubernetes/cli-runtime pkg/printers/tableprinter.go */
const PLAIN_COLUMNS = [{ name: 'Name', cell: (object: KubeObject) => object.metadata.name }, { name: 'Age', cell: (object: KubeObject, now: Micros) => age(object.metadata.creationTimestamp, now) }];

/** Kinds are told apart by their names: the server may have sent the columns of a custom one more than once. */
const kindWord = ({ target: { descriptor } }: Pick<Group, 'target'>): string => `${descriptor.plural}.${descriptor.version}.${descriptor.group}`;

/** Neighbours of one kind share a table. */
function mergeByKind(groups: readonly Group[]): readonly Group[] {
  const merged: Group[] = [];
  for (const group of groups) {
    const last = merged[merged.length - 1];
    if (last !== undefined && kindWord(last) === kindWord(group)) merged[merged.length - 1] = { ...last, items: [...last.items, ...group.items] };
    else merged.push(group);
  }
  return merged;
}

function* printObjects(groups: readonly Group[], context: { readonly args: Arguments; readonly printer: Printer; readonly failures: Failure[]; readonly isSingle: boolean }): Conversation<number> {
  const items = groups.flatMap((group) => group.items);
  // Of several that were asked for, even one alone comes as a list.
  const single = context.isSingle && groups.length === 1 && groups[0]?.isList === false ? items[0] : undefined;
  if (single === undefined && items.length === 0 && groups.length === 0) return 0;
  const sorted = single === undefined ? sortItems(items, textFlag(context.args, 'sort-by'), 'objects') : { ok: true as const, value: items };
  if (!sorted.ok) return yield* complainOfOrder(sorted.error);
  const text = context.printer(single ?? listOf(sorted.value));
  if (!text.ok) return yield* fail(text.error);
  if (text.value !== '') yield* cx.print(text.value);
  return 0;
}

/** Lists, then shows every change until the learner stops it. */
function* watch(args: Arguments, targets: readonly Target[]): Conversation<number> {
  if (textFlag(args, 'sort-by') !== '') yield* cx.printError(`warning: --watch${isOn(args, 'watch') ? '' : '-only'} requested, --sort-by will be ignored\n`);
  for (const each of targets.length > 1 ? targets.filter(({ name }) => name !== '') : []) {
    const found = yield* read(each);
    if (!found.ok) return yield* fail(found.error);
  }
  const [target] = targets;
  if (targets.length !== 1 || target === undefined) return yield* fail(plainFailure('you may only specify a single resource type'));
  const printer = printerOf(args, { isGet: true });
  if (!printer.ok) return yield* fail(printer.error);
  const first = yield* fetch(target, args);
  if (!first.ok) return yield* fail(first.error);
  const { descriptor } = first.value.target;
  const options = rowOptionsOf(args, [target]);
  let widths: readonly number[] = [];
  let hasHeader = isOn(args, 'no-headers');
  const isNaming = outputOf(args).format === 'name';
  const shows = isOn(args, 'output-watch-events');
  const show = function* (events: readonly Shown[]): Conversation<void> {
    if (events.length === 0) return;
    if (printer.value !== undefined) {
      for (const { type, object } of events) {
        const text = printer.value(shows && !isNaming ? { object, type } : object);
        if (text.ok) yield* cx.print(text.value);
      }
      return;
    }
    const now = yield* cx.now();
    const cells = rowsOf(events.map(({ object }) => object), descriptor, { options, now });
    const rows = shows ? events.map(({ type }, i) => [type, ...cells[i] ?? []]) : cells;
    const all = hasHeader ? rows : [[...(shows ? ['EVENT'] : []), ...headerOf(descriptor, options)], ...rows];
    hasHeader = true;
    widths = widthsOf(all, widths);
    yield* cx.print(layOut(all, widths));
  };
  if (!isOn(args, 'watch-only')) yield* show(first.value.items.map((object) => ({ type: 'ADDED', object })));
  return yield* follow(target, { args, from: first.value.resourceVersion, show });
}

interface Following { readonly args: Arguments; readonly from: string; show(events: readonly Shown[]): Conversation<void> }
interface Shown { readonly type: string; readonly object: KubeObject }

function* follow(target: Target, how: Following): Conversation<number> {
  const named: RequestOptions = target.name === '' ? selectionOf(how.args) : { fieldSelector: `metadata.name=${target.name}` };
  const timeout = numberFlag(how.args, 'request-timeout');
  const isInTables = isCustom(target.descriptor) && isTabular(outputOf(how.args).format);
  const call = callOf('watch', { ...target, name: '' }, { options: { ...named, ...(isInTables ? asTable : {}), resourceVersion: how.from, ...(timeout === undefined ? {} : { timeoutSeconds: timeout }) } });
  const opened = yield* cx.watch(call);
  if (!opened.ok) return yield* fail(failureOf(opened));
  for (;;) {
    const next = yield* cx.nextEvents(opened.handle, WATCH_WAIT);
    if (next.type === 'ended') return 0;
    if (next.type === 'refused') return yield* fail(failureOf(next.answer));
    if (next.type !== 'events') continue;
    const events = next.events.filter((event) => event.type !== 'BOOKMARK');
    const isError = next.events.some((event) => event.type === 'ERROR');
    if (isError) return FAILED;
    yield* how.show(events.flatMap(({ type, object }) => (isInTables ? objectsIn(object as unknown as Table) : [typed(object, target)]).map((each) => ({ type, object: each }))));
  }
}
