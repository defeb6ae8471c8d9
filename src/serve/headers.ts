/** Headers that mean something to every request. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { auditId } from '../api/audit-id.ts';
import type { AnswerWay, Impersonation } from '../api/wire.ts';

/** @source kubernetes/api authentication/v1/types.go (ImpersonateUserExtraHeaderPrefix) */
const EXTRA = 'impersonate-extra-';

/** Keys are escaped, because not every character may stand in a header's name. One that is not is taken as it is. */
function decoded(key: string): string {
  try { return decodeURIComponent(key); } catch { return key; }
}

/**
 * Headers that tell which way a request took. A client that names its request itself keeps that name.
 * @source kubernetes/apiserver pkg/endpoints/filters/audit_init.go, pkg/server/filters/priority-and-fairness.go (setResponseHeaders)
 */
export function tellHeaders(request: IncomingMessage, response: ServerResponse, { server, serial, flowSchema, priorityLevel }: AnswerWay): void {
  if (response.headersSent) return;
  if (auditIdOf(request).auditId === undefined) response.setHeader('Audit-Id', auditId(server, serial));
  if (flowSchema === '') return;
  response.setHeader('X-Kubernetes-Pf-Flowschema-Uid', flowSchema);
  response.setHeader('X-Kubernetes-Pf-Prioritylevel-Uid', priorityLevel);
}

/** The name that a client gives its request itself. @source kubernetes/apiserver pkg/endpoints/filters/audit_init.go */
export function auditIdOf({ headers }: IncomingMessage): { readonly auditId?: string } {
  const given = headers['audit-id'];
  return typeof given === 'string' && /^[\w-]{1,64}$/.test(given) ? { auditId: given } : {};
}

/** Whom a request acts as. */
export function impersonationOf({ headers, headersDistinct }: IncomingMessage): Impersonation | undefined {
  const user = headers['impersonate-user'];
  if (typeof user !== 'string') return undefined;
  const uid = headers['impersonate-uid'];
  const extra = Object.fromEntries(Object.entries(headersDistinct).flatMap(([name, values = []]) => (name.startsWith(EXTRA) ? [[decoded(name.slice(EXTRA.length)), values]] : [])));
  return { user, groups: headersDistinct['impersonate-group'] ?? [], ...(typeof uid === 'string' ? { uid } : {}), ...(Object.keys(extra).length === 0 ? {} : { extra }) };
}
