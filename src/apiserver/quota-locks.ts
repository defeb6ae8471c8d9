/** Requests that count against the quotas of one namespace do so one after the other. */
import { AWAITS, type RequestRecord, type Server } from './state.ts';

/** Whether the request may count now; otherwise it waits for its turn. */
export function lockQuota({ state }: Server, request: RequestRecord, namespace: string): boolean {
  const waiting = state.quotaLocks.get(namespace);
  if (waiting === undefined) { state.quotaLocks.set(namespace, [request.serial]); return true; }
  waiting.push(request.serial);
  request.awaiting = AWAITS.quota;
  return false;
}

/** Lets the next one count; it goes on before the step ends. */
export function unlockQuota({ state }: Server, { serial }: RequestRecord, namespace: string): void {
  const waiting = state.quotaLocks.get(namespace);
  if (waiting === undefined) return;
  const place = waiting.indexOf(serial);
  if (place < 0) return;
  waiting.splice(place, 1);
  const next = waiting[0];
  if (next === undefined) state.quotaLocks.delete(namespace);
  else if (place === 0) state.turns.push(next);
}

/** A request that ends otherwise holds nobody up. */
export function leaveQuotaLocks(server: Server, request: RequestRecord): void {
  if (server.state.quotaLocks.size > 0) unlockQuota(server, request, request.call.namespace);
}
