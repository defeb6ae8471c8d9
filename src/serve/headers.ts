/** Headers that mean something to every request. */
import type { IncomingMessage } from 'node:http';
import type { Impersonation } from '../api/wire.ts';

/** Whom a request acts as. */
export function impersonationOf({ headers, headersDistinct }: IncomingMessage): Impersonation | undefined {
  const user = headers['impersonate-user'];
  if (typeof user !== 'string') return undefined;
  const uid = headers['impersonate-uid'];
  return { user, groups: headersDistinct['impersonate-group'] ?? [], ...(typeof uid === 'string' ? { uid } : {}) };
}
