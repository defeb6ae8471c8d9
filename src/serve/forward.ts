/** Requests for a node that another process simulates: logs and streams go there as they came. */
import { type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ApiCall } from '../api/wire.ts';

/** Finds the URL of the process that simulates the node of a pod; undefined = this one, or nobody who says so. */
export type Elsewhere = (call: ApiCall) => Promise<string | undefined>;

/** Set on what is passed on, so that nothing goes round in circles. */
const MARK = 'x-pilothouse-forwarded';
const STREAMS: readonly string[] = ['log', 'exec', 'attach', 'portforward', 'proxy'];

/** True when a request may have to go elsewhere. */
export const mayBeElsewhere = (call: ApiCall, request: IncomingMessage): boolean => STREAMS.includes(call.subresource) && request.headers[MARK] === undefined;

/** Passes a request on and its answer back. */
export function forwardRequest(to: string, request: IncomingMessage, response: ServerResponse): void {
  const outgoing = httpRequest(new URL(request.url ?? '/', to), { method: request.method ?? 'GET', headers: { ...request.headers, host: new URL(to).host, [MARK]: '1' } }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    answer.pipe(response);
    answer.on('error', () => { response.destroy(); });
  });
  outgoing.on('error', () => { response.destroy(); });
  response.on('close', () => { outgoing.destroy(); });
  request.pipe(outgoing);
}

/** Joins the client's connection to one of the other process, from the request's head on. */
export function forwardUpgrade(to: string, { request, socket, head }: { readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer }): void {
  const { hostname, port } = new URL(to);
  const other = connect(Number(port), hostname.replace(/^\[|\]$/g, ''));
  const lines = [`${request.method ?? 'GET'} ${request.url ?? '/'} HTTP/1.1`];
  for (let i = 0; i < request.rawHeaders.length; i += 2) lines.push(`${String(request.rawHeaders[i])}: ${String(request.rawHeaders[i + 1])}`);
  other.write(`${lines.join('\r\n')}\r\n${MARK}: 1\r\n\r\n`);
  if (head.length > 0) other.write(head);
  socket.pipe(other).pipe(socket);
  for (const [one, peer] of [[socket, other], [other, socket]] as const) {
    one.on('error', () => { peer.destroy(); });
    one.on('close', () => { peer.destroy(); });
  }
}
