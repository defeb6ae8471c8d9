/**
 * `kubectl top node` and `top pod`: what the metrics API tells of use.
 * @source kubernetes/kubectl pkg/cmd/top, pkg/metricsutil/metrics_printer.go
 */
import type { Result } from '../../base/data.ts';
import { compareText } from '../../base/compare.ts';
import type { Node } from '../../api/kinds/all.ts';
import type { KubeObject } from '../../api/meta.ts';
import { milliValue, wholeValue } from '../../api/quantity.ts';
import { parseTime } from '../../api/time.ts';
import type { ListBody, RequestOptions } from '../../api/wire.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Arguments, cx, defineCommand, type Flag, type Settings } from '../command.ts';
import { discover } from '../discovery.ts';
import { fail, type Failure, plainFailure, seeHelp, usage } from '../errors.ts';
import { allNamespacesFlag, fieldSelectorFlag, selectorFlag } from '../flags.ts';
import { isOn, namespaceOf, operands, textFlag } from '../options.ts';
import { send } from '../requests.ts';
import { table } from '../table.ts';

type Usage = Readonly<Record<string, string>>;
interface Metrics extends KubeObject { readonly usage?: Usage; readonly containers?: readonly { readonly name: string; readonly usage: Usage }[] }

const common: readonly Flag[] = [
  selectorFlag, { name: 'no-headers', type: 'bool', summary: 'no header row' }, { name: 'sort-by', type: 'string', summary: 'order of the rows', choices: ['cpu', 'memory'] },
  { name: 'show-swap', type: 'bool', summary: 'with swap' }, { name: 'use-protocol-buffers', type: 'bool', summary: 'form of the answers', hidden: true },
];
const MEBIBYTE = 1024 * 1024;
const GROUP = 'metrics.k8s.io';
const VERSION = 'v1beta1';

/** Whether the API server knows the metrics API, and its server answers. */
function* metricsAreServed(): Conversation<Result<boolean, Failure>> {
  const found = yield* discover();
  return found.ok ? { ok: true, value: found.value.some(({ group, version, isStale }) => group === GROUP && version === VERSION && !isStale) } : found;
}

function* metricsOf(resource: 'nodes' | 'pods', place: { readonly namespace: string; readonly name: string; readonly options: RequestOptions }): Conversation<Result<readonly Metrics[], Failure>> {
  const served = yield* metricsAreServed();
  if (!served.ok) return served;
  if (!served.value) return { ok: false, error: plainFailure('Metrics API not available') };
  const at = { group: GROUP, version: VERSION, resource, subresource: '', namespace: place.namespace, name: place.name };
  if (place.name !== '') {
    const one = yield* send<Metrics>({ ...at, verb: 'get' });
    return one.ok ? { ok: true, value: [one.value] } : one;
  }
  const all = yield* send<ListBody>({ ...at, verb: 'list', options: place.options });
  return all.ok ? { ok: true, value: all.value.items as readonly Metrics[] } : all;
}

const cpuText = (usage: Usage): string => `${milliValue(usage['cpu'])}m`;
const memoryText = (usage: Usage): string => `${Math.floor(wholeValue(usage['memory']) / MEBIBYTE)}Mi`;

/** What a row says of use; nothing swaps here. */
const amounts = (usage: Usage, withSwap: boolean): readonly string[] => [cpuText(usage), memoryText(usage), ...(withSwap ? ['0Mi'] : [])];

function sorted<T>(rows: readonly T[], by: string, of: { usage(row: T): Usage; name(row: T): string }): readonly T[] {
  const amount = (row: T): number => (by === 'cpu' ? milliValue(of.usage(row)['cpu']) : wholeValue(of.usage(row)['memory']));
  return [...rows].sort((a, b) => (by === '' ? 0 : amount(b) - amount(a)) || compareText(of.name(a), of.name(b)));
}

function complaintAbout(args: Arguments, noun: 'node' | 'pod'): string | undefined {
  const names = operands(args, 'names');
  if (names.length > 1) return seeHelp(`kubectl top ${noun}`, `${noun} [NAME | -l label]`);
  if (!['', 'cpu', 'memory'].includes(textFlag(args, 'sort-by'))) return '--sort-by accepts only cpu or memory';
  if (names.length === 0 || (textFlag(args, 'selector') === '' && textFlag(args, 'field-selector') === '')) return undefined;
  return `only one of NAME or ${noun === 'node' ? '--selector' : 'selector'} can be provided`;
}

/** Every cell ends with a tab, the last one too. */
function* print(rows: readonly (readonly string[])[], header: readonly string[], args: Arguments): Conversation<number> {
  yield* cx.print(table((isOn(args, 'no-headers') ? rows : [header, ...rows]).map((row) => [...row, ''])));
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
    const [name = ''] = operands(args, 'names');
    const metrics = yield* metricsOf('nodes', { namespace: '', name, options });
    if (!metrics.ok) return yield* fail(metrics.error);
    if (metrics.value.length === 0) return yield* usage('metrics not available yet');
    const nodes = yield* nodesFor(name, options);
    if (!nodes.ok) return yield* fail(nodes.error);
    const withSwap = isOn(args, 'show-swap');
    const total = new Map(nodes.value.map((node) => [node.metadata.name, (isOn(args, 'show-capacity') ? node.status?.capacity : node.status?.allocatable) ?? {}]));
    const known = sorted(metrics.value, textFlag(args, 'sort-by'), { usage: (row) => row.usage ?? {}, name: (row) => row.metadata.name });
    const rows = known.map((row) => nodeRow(row.metadata.name, row.usage ?? {}, { total: total.get(row.metadata.name), withSwap }));
    const silent = [...total.keys()].filter((each) => !known.some((row) => row.metadata.name === each)).sort(compareText);
    const unknown = Array.from({ length: withSwap ? 6 : 4 }, () => '<unknown>');
    const header = ['NAME', 'CPU(cores)', 'CPU(%)', 'MEMORY(bytes)', 'MEMORY(%)', ...(withSwap ? ['SWAP(bytes)', 'SWAP(%)'] : [])];
    return yield* print([...rows, ...silent.map((each) => [each, ...unknown])], header, args);
  },
});

function* nodesFor(name: string, options: RequestOptions): Conversation<Result<readonly Node[], Failure>> {
  const at = { group: '', version: 'v1', resource: 'nodes', subresource: '', namespace: '' };
  if (name === '') {
    const all = yield* send<ListBody>({ ...at, name: '', verb: 'list', options });
    return all.ok ? { ok: true, value: all.value.items as readonly Node[] } : all;
  }
  const one = yield* send<Node>({ ...at, name, verb: 'get' });
  return one.ok ? { ok: true, value: [one.value] } : one;
}

function nodeRow(name: string, use: Usage, { total, withSwap }: { readonly total: Usage | undefined; readonly withSwap: boolean }): readonly string[] {
  const share = (part: number, whole: number): readonly string[] => (total === undefined ? [] : [`${whole === 0 ? 0 : Math.trunc((part / whole) * 100)}%`]);
  return [
    name, cpuText(use), ...share(milliValue(use['cpu']), milliValue(total?.['cpu'])), memoryText(use), ...share(wholeValue(use['memory']), wholeValue(total?.['memory'])),
    ...(withSwap ? ['<unknown>', '<unknown>'] : []),
  ];
}

export const topPod = defineCommand({
  path: ['kubectl', 'top', 'pod'], summary: 'show what pods use', changesWorld: false, examples: [],
  flags: [...common, allNamespacesFlag, fieldSelectorFlag, { name: 'containers', type: 'bool', summary: 'one row per container' }, { name: 'sum', type: 'bool', summary: 'with the sum of all rows' }],
  *run(args: Arguments, settings: Settings): Conversation<number> {
    const complaint = complaintAbout(args, 'pod');
    if (complaint !== undefined) return yield* usage(complaint);
    const [labels, fields] = [textFlag(args, 'selector'), textFlag(args, 'field-selector')];
    const [name = ''] = operands(args, 'names');
    const isEverywhere = isOn(args, 'all-namespaces');
    const namespace = isEverywhere ? '' : namespaceOf(args, settings);
    if (isEverywhere && name !== '') return yield* usage('an empty namespace may not be set when a resource name is provided');
    const options: RequestOptions = { ...(labels === '' ? {} : { labelSelector: labels }), ...(fields === '' ? {} : { fieldSelector: fields }) };
    const metrics = yield* metricsOf('pods', { namespace, name, options });
    if (!metrics.ok) return yield* fail(metrics.error);
    if (metrics.value.length > 0) return yield* printPods(metrics.value, args, isEverywhere);
    const why = yield* whyEmpty(namespaceOf(args, settings), options);
    if (!why.ok) return yield* fail(why.error);
    yield* cx.printError(isEverywhere ? 'No resources found\n' : `No resources found in ${namespace} namespace.\n`);
    return 0;
  },
});

/** Metrics of a new pod come within this time. */
const CREATION_DELAY = 120_000_000;

/** There are no pods, or their metrics have to come yet. */
function* whyEmpty(namespace: string, options: RequestOptions): Conversation<Result<null, Failure>> {
  const pods = yield* send<ListBody>({ verb: 'list', group: '', version: 'v1', resource: 'pods', subresource: '', namespace, name: '', options });
  if (!pods.ok) return pods;
  if (pods.value.items.length === 0) return { ok: true, value: null };
  const now = yield* cx.now();
  for (const { metadata } of pods.value.items) {
    const age = now - (parseTime(metadata.creationTimestamp ?? '') ?? now);
    if (age > CREATION_DELAY) return { ok: false, error: plainFailure(`Metrics not available for pod ${metadata.namespace ?? ''}/${metadata.name}, age: ${goDuration(age)}`) };
  }
  return { ok: false, error: plainFailure('metrics not available yet') };
}

/** `1h2m3.5s`, as Go writes a duration. */
function goDuration(span: number): string {
  const [hours, minutes] = [Math.floor(span / 3_600_000_000), Math.floor(span / 60_000_000) % 60];
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${(span % 60_000_000) / 1_000_000}s`;
}

const podUsage = (pod: Metrics): Usage => sumOf((pod.containers ?? []).map((each) => each.usage));

function* printPods(pods: readonly Metrics[], args: Arguments, isEverywhere: boolean): Conversation<number> {
  const by = textFlag(args, 'sort-by');
  const withSwap = isOn(args, 'show-swap');
  const isByContainer = isOn(args, 'containers');
  const lead = ({ metadata }: Metrics): readonly string[] => [...(isEverywhere ? [metadata.namespace ?? ''] : []), metadata.name];
  const ordered = sorted(pods, by, { usage: podUsage, name: ({ metadata }) => (isEverywhere ? `${metadata.namespace ?? ''}/${metadata.name}` : metadata.name) });
  const rows = ordered.flatMap((pod) => (isByContainer
    ? sorted(pod.containers ?? [], by, { usage: (each) => each.usage, name: (each) => each.name }).map((each) => [...lead(pod), each.name, ...amounts(each.usage, withSwap)])
    : [[...lead(pod), ...amounts(podUsage(pod), withSwap)]]));
  const header = [...(isEverywhere ? ['NAMESPACE'] : []), ...(isByContainer ? ['POD'] : []), 'NAME', 'CPU(cores)', 'MEMORY(bytes)', ...(withSwap ? ['SWAP(bytes)'] : [])];
  // Without a header row upstream forgets to count the columns in front.
  const columns = isOn(args, 'no-headers') ? 3 + (withSwap ? 1 : 0) : header.length;
  const blank = (count: number): readonly string[] => Array.from({ length: count }, () => '');
  const sum = isOn(args, 'sum') ? [[...blank(columns - 2), '________', '________'], [...blank(columns - 3), '', ...amounts(sumOf(pods.map(podUsage)), withSwap)]] : [];
  return yield* print([...rows, ...sum], header, args);
}

function sumOf(usages: readonly Usage[]): Usage {
  const memory = usages.reduce((sum, usage) => sum + wholeValue(usage['memory']), 0);
  return { cpu: `${usages.reduce((sum, usage) => sum + nanoCores(usage['cpu'] ?? '0'), 0)}n`, memory: String(memory) };
}

/** CPU in nanocores: thousandths are rounded up only at the end. */
function nanoCores(text: string): number {
  const unit = { n: 1, u: 1000, m: 1_000_000 }[text.slice(-1)];
  return unit === undefined ? Math.round(Number(text) * 1_000_000_000) : Math.round(Number(text.slice(0, -1)) * unit);
}
