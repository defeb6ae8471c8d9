import type { AnswerWay } from '../api/wire.ts';
import { GATEWAY } from '../client/gateway.ts';
import { classify } from './fairness/classify.ts';
import { isLongRunning } from './stages/priority-and-fairness.ts';
import type { RequestRecord, Server } from './state.ts';

/**
 * Which way a request took; its headers are made of it where HTTP is spoken, because most who come through the gateway do not. Undefined for clients
 * within the simulation. `isSorted`: the request has come as far as priority and fairness.
 */
export function wayOf(server: Server, request: RequestRecord, isSorted: boolean): AnswerWay | undefined {
  if (request.client !== GATEWAY) return undefined;
  const flow = isSorted && !isLongRunning(request.call) ? classify(server, request.call, request.user) : undefined;
  return { server: server.out.self, serial: request.serial, flowSchema: flow?.schemaUid ?? '', priorityLevel: flow?.level.uid ?? '' };
}
