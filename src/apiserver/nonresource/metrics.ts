/**
 * `/metrics`: what the server knows of itself, in the text form of Prometheus. Everything is read from its state when somebody asks.
 *
 * @source kubernetes/apiserver pkg/endpoints/metrics/metrics.go, pkg/storage/etcd3/metrics
 * @fidelity simplified: of what has been, only requests are kept; latencies inside a request, and those of etcd, are not
 */
import { worldEpochSeconds } from '../../api/time.ts';
import { GIT_VERSION } from '../config.ts';
import type { LevelState } from '../fairness/queues.ts';
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
    ...flowMetrics(state), ...requestMetrics(server),
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

function flowMetrics({ levels }: Server['state']): readonly Metric[] {
  const of = (value: (level: LevelState) => number): Metric['samples'] => [...levels].map(([name, level]) => [`priority_level="${name}"`, value(level)] as const);
  return [
    { name: 'apiserver_flowcontrol_current_executing_requests', type: 'gauge', help: 'Number of requests in initial (for a WATCH) or any (for a non-WATCH) execution stage in the API Priority and Fairness subsystem', samples: of(level => level.executing) },
    { name: 'apiserver_flowcontrol_current_inqueue_requests', type: 'gauge', help: 'Number of requests currently pending in queues of the API Priority and Fairness subsystem', samples: of(level => level.waiting) },
    { name: 'apiserver_flowcontrol_dispatched_requests_total', type: 'counter', help: 'Number of requests executed by API Priority and Fairness subsystem', samples: of(level => level.dispatched) },
    { name: 'apiserver_flowcontrol_rejected_requests_total', type: 'counter', help: 'Number of requests rejected by API Priority and Fairness subsystem', samples: of(level => level.rejected + level.timedOut) },
  ];
}

/** The whole page. */
export function metricsText(server: Server): string {
  return metrics(server).map(({ name, help, type, samples }) =>
    `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples.map(([labels, value, ending = '']) => `${name}${ending}${labels === '' ? '' : `{${labels}}`} ${value}\n`).join('')}`).join('');
}
