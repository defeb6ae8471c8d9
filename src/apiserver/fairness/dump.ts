/** What the queues look like at present, for people. @source kubernetes/apiserver pkg/util/flowcontrol/apf_controller_debug.go */
import { formatTime } from '../../api/time.ts';
import type { Server } from '../state.ts';
import { classify, sortingOf } from './classify.ts';

const table = (header: readonly string[], rows: readonly (readonly (string | number | boolean)[])[]): string => {
  const all = [header, ...rows].map(row => row.map(String));
  const widths = header.map((_name, column) => Math.max(...all.map(row => (row[column] ?? '').length)));
  return all.map(row => `${row.map((cell, column) => (column === row.length - 1 ? cell : `${cell}, `.padEnd((widths[column] ?? 0) + 2))).join('')}\n`).join('');
};

/** One page of the debug endpoint; undefined = there is none of that name. */
export function fairnessDump(server: Server, page: string): string | undefined {
  switch (page) {
    case 'dump_priority_levels': return levels(server);
    case 'dump_queues': return queues(server);
    case 'dump_requests': return requests(server);
    default: return undefined;
  }
}

const sortedLevels = (server: Server): readonly string[] => [...sortingOf(server).levels.keys()].sort();

function levels(server: Server): string {
  return table(
    ['PriorityLevelName', 'ActiveQueues', 'IsIdle', 'IsQuiescing', 'WaitingRequests', 'ExecutingRequests', 'DispatchedRequests', 'RejectedRequests', 'TimedoutRequests', 'CancelledRequests'],
    sortedLevels(server).map(name => {
      const level = server.state.levels.get(name);
      const active = [...level?.queues.values() ?? []].filter(({ waiting }) => waiting.length > 0).length;
      const { executing = 0, waiting = 0, dispatched = 0, rejected = 0, timedOut = 0, cancelled = 0 } = level ?? {};
      return [name, active, executing + waiting === 0, false, waiting, executing, dispatched, rejected, timedOut, cancelled];
    }),
  );
}

function queues(server: Server): string {
  return table(['PriorityLevelName', 'Index', 'PendingRequests', 'SeatsInUse', 'NextDispatchR'], sortedLevels(server).flatMap(name =>
    [...server.state.levels.get(name)?.queues ?? []].filter(([, { waiting }]) => waiting.length > 0).map(([index, { waiting, served }]) => [name, index, waiting.length, 0, served])));
}

function requests(server: Server): string {
  const rows: (string | number)[][] = [];
  for (const name of sortedLevels(server)) {
    for (const [index, { waiting }] of server.state.levels.get(name)?.queues ?? []) {
      for (const [place, serial] of waiting.entries()) {
        const request = server.state.inFlight.get(serial);
        if (request === undefined) continue;
        const flow = classify(server, request.call, request.user);
        rows.push([name, flow?.schema ?? '', index, place, flow?.distinguisher ?? '', formatTime(request.receivedAt)]);
      }
    }
  }
  return table(['PriorityLevelName', 'FlowSchemaName', 'QueueIndex', 'RequestIndexInQueue', 'FlowDistingsher', 'ArriveTime'], rows);
}
