/**
 * What was asked of a server: how often, with which codes, and how long answers took.
 *
 * @source kubernetes/apiserver pkg/endpoints/metrics/metrics.go
 * @fidelity simplified: a watch counts when it begins and not when it ends, and how long it lasted is not kept
 */
import { compareText } from '../../base/compare.ts';
import type { ApiCall } from '../../api/wire.ts';
import { reviewOf } from '../registry/reviews.ts';
import { deprecationOf, descriptorOf } from '../resources.ts';
import type { RequestRecord, Server, ServerState } from '../state.ts';
import type { Metric } from './metrics.ts';

/** Requests of one kind. Plain and mutable. */
export interface RequestSeries {
  readonly call: Pick<ApiCall, 'verb' | 'group' | 'version' | 'resource' | 'subresource'>;
  readonly isApply: boolean;
  readonly scope: string;
  readonly isDryRun: boolean;
  /** Pairs of a code and how often it was the answer. */
  readonly codes: [code: number, count: number][];
  /** How many answers took no longer than the bound of this place and longer than the one before; the last place has the rest. */
  readonly taken: number[];
  /** Sum of what they took, µs. */
  micros: number;
}

/** Upper bounds, µs. */
const BOUNDS: readonly number[] = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60].map(bound => bound * 1e6);
const HEALTH: readonly string[] = ['/healthz', '/livez', '/readyz'];
const VERBS: Readonly<Record<string, string>> = { create: 'POST', update: 'PUT' };
const CONNECTS: readonly string[] = ['exec', 'attach', 'portforward', 'proxy'];
const none: RequestSeries[] = [];

/** Counts a request of a client that is answered. Of paths that are no resources only those of health count, and nothing that this server does not serve. */
export function countRequest({ state, out }: Server, { call, receivedAt }: RequestRecord, code: number): void {
  const series = seriesOf(state, call);
  if (series === undefined) return;
  countCode(series.codes, code);
  if (call.verb === 'watch') return;
  const micros = out.now - receivedAt;
  let place = 0;
  while (place < BOUNDS.length && micros > (BOUNDS[place] as number)) place++;
  series.taken[place] = (series.taken[place] as number) + 1;
  series.micros += micros;
}

function countCode(codes: RequestSeries['codes'], code: number): void {
  for (const known of codes) if (known[0] === code) { known[1]++; return; }
  codes.push([code, 1]);
}

/** Every request comes here: the few series of a resource are looked through without making anything. What is found moves forward, so that what is common is found soon. */
function seriesOf(state: ServerState, call: ApiCall): RequestSeries | undefined {
  const scope = scopeOf(call);
  const isDryRun = call.options?.dryRun === true;
  const isApply = call.patchType === 'apply';
  const subresource = call.resource === '' ? call.path : call.subresource;
  const all = state.series.get(call.resource) ?? none;
  for (let i = 0; i < all.length; i++) {
    const one = all[i] as RequestSeries;
    const { verb, version, group } = one.call;
    if (verb !== call.verb || one.scope !== scope || one.call.subresource !== subresource || group !== call.group || version !== call.version || one.isApply !== isApply || one.isDryRun !== isDryRun) continue;
    if (i > 0) { all[i] = all[i - 1] as RequestSeries; all[i - 1] = one; }
    return one;
  }
  return newSeries(state, call, { scope, isDryRun });
}

function newSeries(state: ServerState, call: ApiCall, { scope, isDryRun }: { readonly scope: string; readonly isDryRun: boolean }): RequestSeries | undefined {
  const { verb, group, version, resource, path = '' } = call;
  if (resource === '' ? !HEALTH.includes(path) : descriptorOf(state, call) === undefined && reviewOf(call) === undefined) return undefined;
  const of = { verb, group, version, resource, subresource: resource === '' ? path : call.subresource };
  const series: RequestSeries = { call: Object.freeze(of), isApply: call.patchType === 'apply', scope, isDryRun, codes: [], taken: BOUNDS.map(() => 0).concat(0), micros: 0 };
  const others = state.series.get(resource);
  if (others === undefined) state.series.set(resource, [series]);
  else others.push(series);
  return series;
}

function scopeOf({ verb, resource, namespace, name }: ApiCall): string {
  if (name !== '' || verb === 'create') return 'resource';
  if (namespace !== '') return 'namespace';
  return resource === '' ? '' : 'cluster';
}

function labelsOf({ call: { group, resource, subresource, version, verb }, isApply, scope, isDryRun }: RequestSeries, code?: number): string {
  const named = CONNECTS.includes(subresource) ? 'CONNECT' : isApply ? 'APPLY' : VERBS[verb] ?? verb.toUpperCase();
  const labels = { ...(code === undefined ? {} : { code }), component: 'apiserver', dry_run: isDryRun ? 'All' : '', group, resource, scope, subresource, verb: named, version };
  return Object.entries(labels).map(([name, value]) => `${name}="${value}"`).join(',');
}

/** What is told of the requests so far. */
export function requestMetrics({ state }: Server): readonly Metric[] {
  const all = [...state.series.values()].flat().sort((a, b) => compareText(labelsOf(a), labelsOf(b)));
  const answered = all.filter(({ call }) => call.verb !== 'watch');
  return [
    { name: 'apiserver_request_total', type: 'counter', help: 'Requests that were answered, by verb, resource and code.', samples: all.flatMap(series => series.codes.map(([code, count]) => [labelsOf(series, code), count] as const)) },
    { name: 'apiserver_request_duration_seconds', type: 'histogram', help: 'Seconds from the arrival of a request to its answer.', samples: answered.flatMap(histogramOf) },
    { name: 'apiserver_requested_deprecated_apis', type: 'gauge', help: 'Deprecated APIs that were asked for.', samples: deprecated(state, all) },
  ];
}

function histogramOf(series: RequestSeries): Metric['samples'] {
  const labels = labelsOf(series);
  let sum = 0;
  const buckets = series.taken.map((count, place) => [`${labels},le="${place < BOUNDS.length ? (BOUNDS[place] as number) / 1e6 : '+Inf'}"`, (sum += count), '_bucket'] as const);
  return [...buckets, [labels, series.micros / 1e6, '_sum'], [labels, sum, '_count']];
}

function deprecated(state: ServerState, all: readonly RequestSeries[]): Metric['samples'] {
  const found = all.filter(({ call }) => call.resource !== '' && deprecationOf(state, call) !== undefined).map(({ call: { group, resource, subresource, version } }) => `group="${group}",removed_release="",resource="${resource}",subresource="${subresource}",version="${version}"`);
  return [...new Set(found)].map(labels => [labels, 1]);
}
