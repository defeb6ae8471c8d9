/**
 * `kubectl top node` and `top pod`: what the metrics API tells of use.
 * @source kubernetes/kubectl pkg/cmd/top, pkg/metricsutil/metrics_printer.go
 */
import type { Result } from '../../base/data.ts';
import { compareText } from '../../base/compare.ts';
import type { Node } from '../../api/kinds/all.ts';
import type { KubeObject } from '../../api/meta.ts';
import { milliValue, wholeValue } from '../../api/quantity.ts';
import { descriptorOfKind } from '../../api/scheme.ts';
import type { ListBody, RequestOptions } from '../../api/wire.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Arguments, cx, defineCommand, type Flag, type Settings } from '../command.ts';
import { getPath } from '../discovery.ts';
import { fail, type Failure, failureOf, plainFailure, seeHelp, usage } from '../errors.ts';
import { allNamespacesFlag, fieldSelectorFlag, selectorFlag } from '../flags.ts';
import { isOn, namespaceOf, operands, textFlag } from '../options.ts';
import { list, send } from '../requests.ts';
import { table } from '../table.ts';

type Usage = Readonly<Record<string, string>>;
interface Metrics extends KubeObject { readonly usage?: Usage; readonly containers?: readonly { readonly name: string; readonly usage: Usage }[] }

const common: readonly Flag[] = [
  selectorFlag, { name: 'no-headers', type: 'bool', summary: 'no header row' }, { name: 'sort-by', type: 'string', summary: 'order of the rows', choices: ['cpu', 'memory'] },
  { name: 'show-swap', type: 'bool', summary: 'with swap', hidden: true }, { name: 'use-protocol-buffers', type: 'bool', summary: 'form of the answers', hidden: true },
];
const MEBIBYTE = 1024 * 1024;
const GROUP = 'metrics.k8s.io';

/** Whether the API server knows the metrics API at all. */
function* metricsAreServed(): Conversation<Result<boolean, Failure>> {
  const answer = yield* getPath('/apis');
  if (!answer.ok) return { ok: false, error: failureOf(answer) };
  const groups = (answer.body as { readonly groups?: readonly { readonly name: string }[] }).groups ?? [];
  return { ok: true, value: groups.some((group) => group.name === GROUP) };
}

function* metricsOf(resource: 'nodes' | 'pods', place: { readonly namespace: string; readonly name: string; readonly options: RequestOptions }): Conversation<Result<readonly Metrics[], Failure>> {
  const served = yield* metricsAreServed();
  if (!served.ok) return served;
  if (!served.value) return { ok: false, error: plainFailure('Metrics API not available') };
  const at = { group: GROUP, version: 'v1beta1', resource, subresource: '', namespace: place.namespace, name: place.name };
  if (place.name !== '') {
    const one = yield* send<Metrics>({ ...at, verb: 'get' });
    return one.ok ? { ok: true, value: [one.value] } : one;
  }
  const all = yield* send<ListBody>({ ...at, verb: 'list', options: place.options });
  return all.ok ? { ok: true, value: all.value.items as readonly Metrics[] } : all;
}

const cpuText = (usage: Usage): string => `${milliValue(usage['cpu'])}m`;
const memoryText = (usage: Usage): string => `${Math.floor(wholeValue(usage['memory']) / MEBIBYTE)}Mi`;

function sorted<T>(rows: readonly T[], by: string, of: { usage(row: T): Usage; name(row: T): string }): readonly T[] {
  const amount = (row: T): number => (by === 'cpu' ? milliValue(of.usage(row)['cpu']) : wholeValue(of.usage(row)['memory']));
  return [...rows].sort((a, b) => (by === '' ? 0 : amount(b) - amount(a)) || compareText(of.name(a), of.name(b)));
}

function complaintAbout(args: Arguments, noun: 'node' | 'pod'): string | undefined {
  const names = operands(args, 'names');
  if (names.length > 1) return seeHelp(`kubectl top ${noun}`, `${noun} [NAME | -l label]`);
  if (!['', 'cpu', 'memory'].includes(textFlag(args, 'sort-by'))) return '--sort-by accepts only cpu or memory';
  return names.length > 0 && textFlag(args, 'selector') !== '' ? 'only one of NAME or selector can be provided' : undefined;
}

function* print(rows: readonly (readonly string[])[], header: readonly string[], args: Arguments): Conversation<number> {
  yield* cx.print(table(isOn(args, 'no-headers') ? rows : [header, ...rows]));
  return 0;
}

export const topNode = defineCommand({
  path: ['kubectl', 'top', 'node'], summary: 'show what nodes use', changesWorld: false, examples: [],
  flags: [...common, { name: 'show-capacity', type: 'bool', summary: 'shares of the capacity, not of what pods may use' }],
  *run(args: Arguments): Conversation<number> {
    const complaint = complaintAbout(args, 'node');
    if (complaint !== undefined) return yield* usage(complaint);
    const selector = textFlag(args, 'selector');
    const options: RequestOptions = selector === '' ? {} : { labelSelector: selector };
    const metrics = yield* metricsOf('nodes', { namespace: '', name: operands(args, 'names')[0] ?? '', options });
    if (!metrics.ok) return yield* fail(metrics.error);
    if (metrics.value.length === 0) return yield* usage('metrics not available yet');
    const descriptor = descriptorOfKind('Node');
    const nodes = descriptor === undefined ? undefined : yield* list({ descriptor, namespace: '', name: '' }, options);
    if (nodes === undefined || !nodes.ok) return yield* fail(nodes?.error ?? plainFailure('nodes are not served'));
    const total = new Map((nodes.value.items as readonly Node[]).map((node) => [node.metadata.name, (isOn(args, 'show-capacity') ? node.status?.capacity : node.status?.allocatable) ?? {}]));
    const known = sorted(metrics.value, textFlag(args, 'sort-by'), { usage: (row) => row.usage ?? {}, name: (row) => row.metadata.name });
    const rows = known.map((row) => nodeRow(row.metadata.name, row.usage ?? {}, total.get(row.metadata.name) ?? {}));
    const silent = operands(args, 'names').length > 0 ? [] : [...total.keys()].filter((name) => !known.some((row) => row.metadata.name === name)).sort(compareText);
    return yield* print([...rows, ...silent.map((name) => [name, '<unknown>', '<unknown>', '<unknown>', '<unknown>'])], ['NAME', 'CPU(cores)', 'CPU(%)', 'MEMORY(bytes)', 'MEMORY(%)'], args);
  },
});

function nodeRow(name: string, usage: Usage, total: Usage): readonly string[] {
  const share = (part: number, whole: number): string => (whole === 0 ? '<unknown>' : `${Math.floor((part * 100) / whole)}%`);
  return [name, cpuText(usage), share(milliValue(usage['cpu']), milliValue(total['cpu'])), memoryText(usage), share(wholeValue(usage['memory']), wholeValue(total['memory']))];
}

interface PodRow { readonly pod: Metrics; readonly container: string; readonly usage: Usage }

export const topPod = defineCommand({
  path: ['kubectl', 'top', 'pod'], summary: 'show what pods use', changesWorld: false, examples: [],
  flags: [...common, allNamespacesFlag, fieldSelectorFlag, { name: 'containers', type: 'bool', summary: 'one row per container' }, { name: 'sum', type: 'bool', summary: 'with the sum of all rows' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const complaint = complaintAbout(args, 'pod');
    if (complaint !== undefined) return yield* usage(complaint);
    const [labels, fields] = [textFlag(args, 'selector'), textFlag(args, 'field-selector')];
    const name = operands(args, 'names')[0] ?? '';
    const isEverywhere = isOn(args, 'all-namespaces') && name === '';
    const namespace = isEverywhere ? '' : namespaceOf(args, settings);
    const metrics = yield* metricsOf('pods', { namespace, name, options: { ...(labels === '' ? {} : { labelSelector: labels }), ...(fields === '' ? {} : { fieldSelector: fields }) } });
    if (!metrics.ok) return yield* fail(metrics.error);
    if (metrics.value.length === 0) {
      yield* cx.printError(isEverywhere ? 'No resources found\n' : `No resources found in ${namespace} namespace.\n`);
      return 0;
    }
    const byContainer = isOn(args, 'containers');
    const rows: readonly PodRow[] = metrics.value.flatMap((pod) => (byContainer ? (pod.containers ?? []).map((each) => ({ pod, container: each.name, usage: each.usage })) : [{ pod, container: '', usage: sumOf((pod.containers ?? []).map((each) => each.usage)) }]));
    const ordered = sorted(rows, textFlag(args, 'sort-by'), { usage: (row) => row.usage, name: (row) => `${row.pod.metadata.namespace ?? ''}/${row.pod.metadata.name}/${row.container}` });
    const lead = (row: PodRow): readonly string[] => [...(isEverywhere ? [row.pod.metadata.namespace ?? ''] : []), row.pod.metadata.name, ...(byContainer ? [row.container] : [])];
    const cells = ordered.map((row) => [...lead(row), cpuText(row.usage), memoryText(row.usage)]);
    const header = [...(isEverywhere ? ['NAMESPACE'] : []), ...(byContainer ? ['POD', 'NAME'] : ['NAME']), 'CPU(cores)', 'MEMORY(bytes)'];
    return yield* print(isOn(args, 'sum') ? [...cells, ...sumRows(rows, header.length)] : cells, header, args);
  },
});

function sumOf(usages: readonly Usage[]): Usage {
  const memory = usages.reduce((sum, usage) => sum + wholeValue(usage['memory']), 0);
  return { cpu: `${usages.reduce((sum, usage) => sum + milliValue(usage['cpu']), 0)}m`, memory: String(memory) };
}

function sumRows(rows: readonly PodRow[], columns: number): readonly (readonly string[])[] {
  const total = sumOf(rows.map((row) => row.usage));
  const blank = Array.from({ length: columns - 2 }, () => '');
  return [[...blank, '________', '________'], [...blank, cpuText(total), memoryText(total)]];
}
