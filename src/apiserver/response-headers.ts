/**
 * Headers of an answer that say something of the request's way. Only clients that speak HTTP are told.
 * @source kubernetes/apiserver pkg/endpoints/filters/audit_init.go, pkg/server/filters/priority-and-fairness.go (setResponseHeaders)
 */
import type { HttpHeaders } from '../api/http.ts';
import { GATEWAY } from '../client/gateway.ts';
import { auditId } from './audit/log.ts';
import { classify } from './fairness/classify.ts';
import { isLongRunning } from './stages/priority-and-fairness.ts';
import type { RequestRecord, Server } from './state.ts';

/** The headers; undefined for clients within the simulation. `isSorted`: the request has come as far as priority and fairness. */
export function headersOf(server: Server, request: RequestRecord, isSorted: boolean): HttpHeaders | undefined {
  if (request.client !== GATEWAY) return undefined;
  const id = ['Audit-Id', auditId(server.out.self, request.serial)] as const;
  const flow = isSorted && !isLongRunning(request.call) ? classify(server, request.call, request.user) : undefined;
  return flow === undefined || flow.schemaUid === '' ? [id] : [id, ['X-Kubernetes-Pf-Flowschema-Uid', flow.schemaUid], ['X-Kubernetes-Pf-Prioritylevel-Uid', flow.level.uid]];
}
