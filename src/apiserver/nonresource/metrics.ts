/**
 * `/metrics`: what the server knows of itself, in the text form of Prometheus. Everything is read from its state when somebody asks.
 *
 * @source kubernetes/apiserver pkg/endpoints/metrics/metrics.go, pkg/storage/etcd3/metrics
 * @fidelity simplified: of what has been, only requests are kept; latencies inside a request, and those of etcd, are not
 */
import { worldEpochSeconds } from '../../api/time.ts';
import { GIT_VERSION } from '../config.ts';
import { sortingOf } from '../fairness/classify.ts';
import type { LevelLimits } from '../fairness/limits.ts';
import type { FlowCounts } from '../fairness/queues.ts';
import type { Server } from '../state.ts';
import { requestMetrics } from './request-metrics.ts';

/** A metric and its samples; those of a histogram end their names in `_bucket`, `_sum` and `_count`. */
export interface Metric { readonly name: string; readonly help: string; readonly type: 'gauge' | 'counter' | 'histogram'; readonly samples: readonly (readonly [labels: string, value: number, ending?: string])[] }

function metrics(server: Server): readonly Metric[] {
  const { state, out } = server;
  const caches = [...state.caches.values()];
  const nameOf = (resource: string): string => { const [group = '', plural = ''] = resource.split('/'); return group === '' ? plural : `${plural}.${group}`; };
  const watchers = caches.map((cache) => [`resource="${nameOf(cache.resource)}"`, cache.watches.size + [...cache.indexed.values()].flatMap(byValue => [...byValue.values()]).reduce((sum, same) => sum + same.size, 0)] as const);
  return [
    { name: 'apiserver_current_inflight_requests', type: 'gauge', help: 'Maximal number of currently used inflight request limit of this apiserver per request kind in last second.', samples: [['request_kind="mutating"', state.mutations], ['request_kind="readOnly"', state.reads]] },
    ...flowMetrics(server), ...requestMetrics(server),
    { name: 'apiserver_longrunning_requests', type: 'gauge', help: 'Gauge of all active long-running apiserver requests.', samples: [['verb="WATCH"', watchers.reduce((sum, [, count]) => sum + count, 0)]] },
    { name: 'apiserver_registered_watchers', type: 'gauge', help: 'Number of currently registered watchers for a given resources', samples: watchers },
    { name: 'apiserver_storage_objects', type: 'gauge', help: 'Number of stored objects at the time of last check split by kind.', samples: caches.map(cache => [`resource="${nameOf(cache.resource)}"`, cache.items.size] as const) },
    { name: 'apiserver_watch_cache_resource_version', type: 'gauge', help: 'Current resource version of watch cache broken by resource type.', samples: caches.map(cache => [`resource="${nameOf(cache.resource)}"`, cache.revision] as const) },
    { name: 'etcd_requests_pending', type: 'gauge', help: 'Requests to etcd that are not answered yet.', samples: [['', state.etcd.pending.size]] },
    { name: 'kubernetes_build_info', type: 'gauge', help: 'A metric with a constant \'1\' value labeled by version.', samples: [[`git_version="${GIT_VERSION}",major="1",minor="35"`, 1]] },
    { name: 'process_start_time_seconds', type: 'gauge', help: 'Start time of the process since unix epoch in seconds.', samples: [['', worldEpochSeconds + Math.floor(state.startedAt / 1_000_000)]] },
    { name: 'process_uptime_seconds', type: 'gauge', help: 'Virtual seconds since the start.', samples: [['', Math.floor((out.now - state.startedAt) / 1_000_000)]] },
  ];
}

/** @source kubernetes/apiserver pkg/util/flowcontrol/metrics/metrics.go */
function flowMetrics(server: Server): readonly Metric[] {
  const { levels } = server.state;
  const of = (value: (counts: FlowCounts) => number): Metric['samples'] =>
    [...levels].flatMap(([name, { flows }]) => [...flows].map(([schema, counts]) => [`flow_schema="${schema}",priority_level="${name}"`, value(counts)] as const));
  const rejected = ([['cancelled', 'cancelled'], ['concurrency-limit', 'noSeat'], ['queue-full', 'queueFull'], ['time-out', 'timedOut']] as const).flatMap(([reason, field]) =>
    of(counts => counts[field]).filter(([, value]) => value > 0).map(([labels, value]) => [`${labels},reason="${reason}"`, value] as const));
  const limits = [...sortingOf(server).levels.values()];
  const limit = (value: (level: LevelLimits) => number): Metric['samples'] => limits.map(level => [`priority_level="${level.name}"`, value(level)] as const);
  return [
    { name: 'apiserver_flowcontrol_current_executing_requests', type: 'gauge', help: 'Number of requests in initial (for a WATCH) or any (for a non-WATCH) execution stage in the API Priority and Fairness subsystem', samples: of(counts => counts.executing) },
    { name: 'apiserver_flowcontrol_current_executing_seats', type: 'gauge', help: 'Concurrency (number of seats) occupied by the currently executing (initial stage for a WATCH, any stage otherwise) requests in the API Priority and Fairness subsystem', samples: limit(({ name }) => levels.get(name)?.seats ?? 0) },
    { name: 'apiserver_flowcontrol_current_inqueue_requests', type: 'gauge', help: 'Number of requests currently pending in queues of the API Priority and Fairness subsystem', samples: of(counts => counts.waiting) },
    { name: 'apiserver_flowcontrol_dispatched_requests_total', type: 'counter', help: 'Number of requests executed by API Priority and Fairness subsystem', samples: of(counts => counts.dispatched) },
    { name: 'apiserver_flowcontrol_lower_limit_seats', type: 'gauge', help: 'Configured lower bound on number of execution seats available to each priority level', samples: limit(level => level.kept) },
    { name: 'apiserver_flowcontrol_nominal_limit_seats', type: 'gauge', help: 'Nominal number of execution seats configured for each priority level', samples: limit(level => level.nominal) },
    { name: 'apiserver_flowcontrol_rejected_requests_total', type: 'counter', help: 'Number of requests rejected by API Priority and Fairness subsystem', samples: rejected },
    { name: 'apiserver_flowcontrol_upper_limit_seats', type: 'gauge', help: 'Configured upper bound on number of execution seats available to each priority level', samples: limit(level => level.most) },
  ];
}

/** The whole page. */
export function metricsText(server: Server): string {
  return metrics(server).map(({ name, help, type, samples }) =>
    `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples.map(([labels, value, ending = '']) => `${name}${ending}${labels === '' ? '' : `{${labels}}`} ${value}\n`).join('')}`).join('');
}
