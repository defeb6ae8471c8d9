import type { HttpRequest, HttpResponse } from './http.ts';
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
  /** The request as HTTP, for programs that speak it. With `pod` '' it goes to the machine's own address. */
  readonly http?: HttpRequest;
}

/** `code` 0 = no answer: nobody listens at the port, or what `error` says. */
export interface AppHttpAnswer {
  readonly type: 'app.answered'; readonly id: number; readonly code: number; readonly body: object | string;
  /** The answer to `http`. */
  readonly http?: HttpResponse;
  readonly error?: string;
}
