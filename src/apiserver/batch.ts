/** Calls of the server to itself that belong together. */
import type { Batch, RequestOwner, ServerState } from './state.ts';
import type { ApiCall } from '../api/wire.ts';

/** An empty batch for a number of calls. */
export function newBatch(size: number): Batch {
  return { answers: new Array<{ code: number; body: unknown }>(size).fill(Object.freeze({ code: 0, body: null })), missing: size };
}

/** Puts calls into the queue of the step; they begin when the present request has said all it has to say. */
export function queueCalls(state: ServerState, calls: readonly ApiCall[], owner: Omit<RequestOwner, 'place'>): void {
  calls.forEach((call, place) => state.queuedCalls.push({ call, owner: { ...owner, place } }));
}
