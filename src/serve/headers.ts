/** Headers that mean something to every request. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpHeaders } from '../api/http.ts';
import type { Impersonation } from '../api/wire.ts';

/** @source kubernetes/api authentication/v1/types.go (ImpersonateUserExtraHeaderPrefix) */
const EXTRA = 'impersonate-extra-';

/** Keys are escaped, because not every character may stand in a header's name. One that is not is taken as it is. */
function decoded(key: string): string {
  try { return decodeURIComponent(key); } catch { return key; }
}

/** Headers that the API server gives its answer. A client that names its request itself keeps that name. */
export function tellHeaders(request: IncomingMessage, response: ServerResponse, headers: HttpHeaders): void {
  if (response.headersSent) return;
  for (const [name, value] of headers) if (name !== 'Audit-Id' || request.headers['audit-id'] === undefined) response.setHeader(name, value);
}

/** Whom a request acts as. */
export function impersonationOf({ headers, headersDistinct }: IncomingMessage): Impersonation | undefined {
  const user = headers['impersonate-user'];
  if (typeof user !== 'string') return undefined;
  const uid = headers['impersonate-uid'];
  const extra = Object.fromEntries(Object.entries(headersDistinct).flatMap(([name, values = []]) => (name.startsWith(EXTRA) ? [[decoded(name.slice(EXTRA.length)), values]] : [])));
  return { user, groups: headersDistinct['impersonate-group'] ?? [], ...(typeof uid === 'string' ? { uid } : {}), ...(Object.keys(extra).length === 0 ? {} : { extra }) };
}
