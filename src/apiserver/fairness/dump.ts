/** What the queues look like at present, for people. @source kubernetes/apiserver pkg/util/flowcontrol/apf_controller_debug.go */
import { formatMicroTime } from '../../api/time.ts';
import type { ApiCall } from '../../api/wire.ts';
import type { RequestRecord, Server } from '../state.ts';
import { classify, distinguisherOf, sortingOf } from './classify.ts';
import type { FlowCounts } from './queues.ts';
import { widthOf } from './width.ts';

/** Least width of a column with the space behind it. */
const CELL_MIN = 8;

const table = (header: readonly string[], rows: readonly (readonly (string | number | boolean)[])[]): string => {
  const all = [header, ...rows].map(row => row.map(String));
  const widths = header.map((_name, column) => Math.max(CELL_MIN, ...all.map(row => (row[column] ?? '').length + 2)));
  return all.map(row => `${row.map((cell, column) => (column === row.length - 1 ? cell : `${cell},`.padEnd(widths[column] ?? 0))).join('')}\n`).join('');
};

/** One page of the debug endpoint; undefined = there is none of that name. */
export function fairnessDump(server: Server, asking: RequestRecord, { page, detailed }: { readonly page: string; readonly detailed: boolean }): string | undefined {
  switch (page) {
    case 'dump_priority_levels': return levels(server);
    case 'dump_queues': return queues(server);
    case 'dump_requests': return requests(server, asking, detailed);
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
      const { executing = 0, waiting = 0 } = level ?? {};
      const sum = (of: (counts: FlowCounts) => number): number => [...level?.flows.values() ?? []].reduce((all, counts) => all + of(counts), 0);
      return [name, active, executing + waiting === 0, false, waiting, executing, sum(one => one.dispatched), sum(one => one.queueFull + one.noSeat), sum(one => one.timedOut), sum(one => one.cancelled)];
    }),
  );
}

/** Seats times seconds, as upstream prints them. */
const seatSeconds = (amount: number): string => `${amount.toFixed(8)}ss`;

function queues(server: Server): string {
  const header = ['PriorityLevelName', 'Index', 'PendingRequests', 'ExecutingRequests', 'SeatsInUse', 'NextDispatchR', 'InitialSeatsSum', 'MaxSeatsSum', 'TotalWorkSum'];
  return table(header, sortedLevels(server).flatMap(name => {
    const limits = sortingOf(server).levels.get(name);
    const level = server.state.levels.get(name);
    return Array.from({ length: limits?.queues ?? 0 }, (_, index) => {
      const { waiting = [], served = 0 } = level?.queues.get(index) ?? {};
      const widths = waiting.map(serial => { const request = server.state.inFlight.get(serial); return request === undefined || limits === undefined ? 1 : widthOf(server, request.call, limits); });
      const seats = widths.reduce((sum, width) => sum + width, 0);
      return [name, index, waiting.length, 0, 0, seatSeconds(served * SERVICE_TIME), seats, seats, seatSeconds(seats * SERVICE_TIME)];
    });
  }));
}

/** How long a request is taken to run, in seconds, until it has. @source kubernetes/apiserver pkg/util/flowcontrol/fairqueuing/queueset/queueset.go (estimatedServiceDuration) */
const SERVICE_TIME = 0.003;
const NEVER = '0001-01-01T00:00:00Z';

/** Requests that run stand in no queue; the one that asks is one of them. */
function requests(server: Server, asking: RequestRecord, detailed: boolean): string {
  const header = ['PriorityLevelName', 'FlowSchemaName', 'QueueIndex', 'RequestIndexInQueue', 'FlowDistingsher', 'ArriveTime', 'InitialSeats', 'FinalSeats', 'AdditionalLatency', 'StartTime'];
  const details = ['UserName', 'Verb', 'APIPath', 'Namespace', 'Name', 'APIVersion', 'Resource', 'SubResource'];
  const rows: (string | number)[][] = [];
  const row = (level: string, request: RequestRecord, [queue, place]: readonly [number, number]): void => {
    const { call, user } = request;
    const flow = classify(server, call, user);
    const arrived = formatMicroTime(request.receivedAt);
    const shown = [level, flow?.schema ?? '', queue, place, flow === undefined ? '' : distinguisherOf(flow, { call, user }), arrived, flow === undefined ? 1 : widthOf(server, call, flow.level), 0, '0s', queue < 0 ? arrived : NEVER];
    const group = call.group === '' ? call.version : `${call.group}/${call.version}`;
    rows.push(detailed ? [...shown, user.name, call.verb, pathOf(call), call.namespace, call.name, call.resource === '' ? '' : group, call.resource, call.subresource] : shown);
  };
  for (const name of sortedLevels(server)) {
    for (const request of [asking, ...server.state.inFlight.values()]) if (request.level === name && request.seats > 0) row(name, request, [-1, -1]);
    for (const [index, { waiting }] of server.state.levels.get(name)?.queues ?? []) {
      for (const [place, serial] of waiting.entries()) {
        const request = server.state.inFlight.get(serial);
        if (request !== undefined) row(name, request, [index, place]);
      }
    }
  }
  return table(detailed ? [...header, ...details] : header, rows);
}

function pathOf({ resource, path = '', group, version, namespace, name, subresource }: ApiCall): string {
  if (resource === '') return path.split('?')[0] ?? '';
  return [group === '' ? '/api' : `/apis/${group}`, version, ...(namespace === '' ? [] : ['namespaces', namespace]), resource, ...(name === '' ? [] : [name]), ...(subresource === '' ? [] : [subresource])].join('/');
}
