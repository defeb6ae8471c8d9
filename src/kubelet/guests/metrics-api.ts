/**
 * The objects of metrics.k8s.io/v1beta1: made for each answer from samples and from what the informers know.
 *
 * @source kubernetes-sigs/metrics-server pkg/api; kubernetes/metrics pkg/apis/metrics/v1beta1/types.go
 */
import { compareText } from '../../base/compare.ts';
import { type Micros, micros } from '../../base/data.ts';
import type { Table } from '../../base/table.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { Pod } from '../../api/kinds/core/pod.ts';
import { parseLabelSelector, matchesLabels } from '../../api/selector.ts';
import { badRequest, methodNotSupported, notFound, noSuchPath, type Status } from '../../api/status.ts';
import { formatTime } from '../../api/time.ts';
import type { ApiCall } from '../../api/wire.ts';
import { metricsOpenApi } from './metrics-openapi.ts';
import { type Points, type Usage, usageOf } from './metrics-storage.ts';

/** What an answer is made from. */
export interface MetricsView { readonly points: Points; readonly nodes: Table<KubeObject>; readonly pods: Table<KubeObject>; readonly now: Micros }
interface Answer { readonly code: number; readonly body: object }

const GROUP = 'metrics.k8s.io';
const API_VERSION = `${GROUP}/v1beta1`;
const verbs = ['get', 'list'];

/** What the server serves. */
const resources = Object.freeze({
  kind: 'APIResourceList', apiVersion: 'v1', groupVersion: API_VERSION,
  resources: [
    { name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs },
    { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs },
  ],
});

/** Answers one call. */
export function answerFor(call: ApiCall, view: MetricsView): Answer {
  if (call.resource === '') return { code: 200, body: call.path?.startsWith('/openapi/') === true ? metricsOpenApi() : resources };
  const of = { group: GROUP, resource: call.resource };
  if ((call.resource !== 'nodes' && call.resource !== 'pods') || call.subresource !== '') return refused(noSuchPath());
  if (call.verb !== 'get' && call.verb !== 'list') return refused(methodNotSupported(of, call.verb));
  const kind = call.resource === 'nodes' ? 'NodeMetrics' : 'PodMetrics';
  if (call.verb === 'get') return getOne(call, kind, view);
  const chosen = select(call, view);
  if (typeof chosen === 'string') return refused(badRequest(chosen));
  const items = chosen.flatMap(object => metricsOf(object, kind, view) ?? []);
  if (call.options?.as === 'Table') return { code: 200, body: tableOf(items) };
  return { code: 200, body: { kind: `${kind}List`, apiVersion: API_VERSION, metadata: {}, items: items.map(({ kind: _kind, apiVersion: _version, ...item }) => item) } };
}

const refused = (status: Status): Answer => ({ code: status.code, body: status });

function getOne({ resource, namespace, name, options }: ApiCall, kind: Metrics['kind'], view: MetricsView): Answer {
  const object = resource === 'nodes' ? view.nodes.get(name) : view.pods.get(`${namespace}/${name}`);
  if (object === undefined) return refused(notFound({ group: '', resource }, name));
  const found = metricsOf(object, kind, view);
  if (found === undefined) return refused(notFound({ group: GROUP, resource: resource === 'nodes' ? 'nodemetrics' : 'podmetrics' }, resource === 'nodes' ? name : `${namespace}/${name}`));
  return { code: 200, body: options?.as === 'Table' ? tableOf([found]) : found };
}

/** The nodes or pods that a list asks for, in the order of their names. */
function select({ resource, namespace, options = {} }: ApiCall, { nodes, pods }: MetricsView): readonly KubeObject[] | string {
  const { labelSelector = '', fieldSelector = '' } = options;
  const labels = labelSelector === '' ? undefined : parseLabelSelector(labelSelector);
  if (labels?.ok === false) return labels.error;
  const fields = fieldSelector === '' ? [] : fieldSelector.split(',').map(part => /^metadata\.(name|namespace)(==?|!=)(.*)$/.exec(part));
  if (fields.includes(null)) return `field label not supported: ${fieldSelector}`;
  const fits = ({ metadata }: KubeObject): boolean => (labels === undefined || matchesLabels(labels.value, metadata.labels))
    && fields.every(found => ((found?.[1] === 'name' ? metadata.name : metadata.namespace ?? '') === found?.[3]) === (found?.[2] !== '!='));
  const chosen: KubeObject[] = [];
  const add = (_key: string, object: KubeObject): void => { if (fits(object)) chosen.push(object); };
  if (resource === 'nodes') nodes.range('', '\uffff', add);
  else pods.range(namespace === '' ? '' : `${namespace}/`, namespace === '' ? '\uffff' : `${namespace}0`, add);
  return chosen.sort((a, b) => compareText(a.metadata.namespace ?? '', b.metadata.namespace ?? '') || compareText(a.metadata.name, b.metadata.name));
}

type Amounts = Readonly<Record<'cpu' | 'memory', string>>;
interface Metrics extends KubeObject {
  readonly kind: 'NodeMetrics' | 'PodMetrics';
  readonly timestamp: string;
  readonly window: string;
  readonly usage?: Amounts;
  readonly containers?: readonly { readonly name: string; readonly usage: Amounts }[];
}

function metricsOf(object: KubeObject, kind: Metrics['kind'], { points, now }: MetricsView): Metrics | undefined {
  const { name, namespace, labels } = object.metadata;
  const shell = (from: Usage): Pick<Metrics, 'apiVersion' | 'kind' | 'metadata' | 'timestamp' | 'window'> => ({
    kind, apiVersion: API_VERSION, metadata: { name, ...(namespace === undefined ? {} : { namespace }), creationTimestamp: formatTime(now), ...(labels === undefined ? {} : { labels }) },
    timestamp: formatTime(micros(from.at)), window: windowText(from.window),
  });
  if (kind === 'NodeMetrics') {
    const use = usageOf(points.nodes[name]);
    return use === undefined ? undefined : { ...shell(use), usage: amounts(use) };
  }
  const known = points.pods[`${namespace ?? ''}/${name}`];
  if (known === undefined) return undefined;
  const uses = orderOf(object as Pod, known).flatMap(container => { const use = usageOf(known[container]); return use === undefined ? [] : [{ container, use }]; });
  const [first] = uses;
  if (first === undefined) return undefined;
  const earliest = uses.reduce((least, { use }) => (use.at < least.at ? use : least), first.use);
  return { ...shell(earliest), containers: uses.map(({ container, use }) => ({ name: container, usage: amounts(use) })) };
}

/** Containers as the pod lists them. */
function orderOf({ spec }: Pod, known: object): readonly string[] {
  return [...spec.initContainers ?? [], ...spec.containers].map(({ name }) => name).filter(name => Object.hasOwn(known, name));
}

const amounts = ({ cpu, memory }: Usage): Amounts => ({ cpu: cpuText(cpu), memory: `${memory / 1024}Ki` });

/** Nanocores in the largest unit that holds them whole. */
function cpuText(nano: number): string {
  if (nano === 0) return '0';
  if (nano % 1000 !== 0) return `${nano}n`;
  if (nano % 1_000_000 !== 0) return `${nano / 1000}u`;
  return nano % 1_000_000_000 === 0 ? String(nano / 1_000_000_000) : `${nano / 1_000_000}m`;
}

/** `15.061s`, as Go writes a duration. */
function windowText(window: number): string {
  const minutes = Math.floor(window / 60_000_000);
  return `${minutes > 0 ? `${minutes}m` : ''}${(window - minutes * 60_000_000) / 1_000_000}s`;
}

/** @source pkg/api/table.go */
function tableOf(items: readonly Metrics[]): object {
  const columns = ['cpu', 'memory'] as const;
  const rows = items.map(item => {
    const uses = item.containers?.map(({ usage }) => usage) ?? (item.usage === undefined ? [] : [item.usage]);
    return { cells: [item.metadata.name, ...columns.map(column => total(uses.map(use => use[column]), column)), item.window], object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: item.metadata } };
  });
  return {
    kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata: {},
    columnDefinitions: items.length === 0 ? null : [
      { name: 'Name', type: 'string', format: 'name', description: 'Name of the resource', priority: 0 },
      ...columns.map(name => ({ name, type: 'string', format: 'quantity', description: '', priority: 0 })), { name: 'Window', type: 'string', format: 'duration', description: '', priority: 0 },
    ],
    rows,
  };
}

function total(texts: readonly string[], column: 'cpu' | 'memory'): string {
  if (column === 'memory') return `${texts.reduce((sum, text) => sum + Number(text.slice(0, -2)), 0)}Ki`;
  const units: Readonly<Record<string, number>> = { n: 1, u: 1000, m: 1_000_000 };
  return cpuText(texts.reduce((sum, text) => sum + Math.round(Number.parseFloat(text) * (units[text.slice(-1)] ?? 1_000_000_000)), 0));
}
