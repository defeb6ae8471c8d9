import type { ApiCall } from './wire.ts';

/**
 * One HTTP request to the program in a container, as a message to the runtime of its node, and the answer. It stands for traffic over the pod network
 * where both ends are part of the simulation: the API server calling a webhook, or passing a request on to an extension API server.
 */
export interface AppHttpRequest {
  readonly type: 'app.http';
  readonly id: number;
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  readonly path: string;
  /** The body, decoded from JSON. */
  readonly body: object;
  /** The API server passes a request on: what it is, and who asks (the headers X-Remote-User and X-Remote-Group). */
  readonly passedOn?: { readonly call: ApiCall; readonly user: string; readonly groups: readonly string[] };
}

/** `code` 0 = nobody listens at the port. */
export interface AppHttpAnswer { readonly type: 'app.answered'; readonly id: number; readonly code: number; readonly body: object | string }
