/** Requests for a node that another process simulates: logs and streams go there as they came, in the name of whoever asked. */
import { timingSafeEqual } from 'node:crypto';
import { type IncomingMessage, request as plainRequest, type ServerResponse } from 'node:http';
import { request as secureRequest } from 'node:https';
import { connect, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectSecurely } from 'node:tls';
import { deepFreeze } from '../base/data.ts';
import type { ApiCall, Credential } from '../api/wire.ts';
import type { Identify, Identity } from './identity.ts';

/** The other processes over one store. */
export interface Neighbours {
  /** Finds the URL of the process that simulates the node of a call; undefined = this one, or nobody who says so. */
  readonly urlFor: (call: ApiCall) => Promise<string | undefined>;
  /** Signed the certificates of all of them; PEM. */
  readonly authority: string;
  /** Known to all of them and to nobody else: proves that one of them passes a request on. */
  readonly secret: string;
}

/** On what is passed on: the proof, which also keeps requests from going round in circles, and who asked. */
const PROOF = 'x-pilothouse-forwarded';
const ASKED_BY = 'x-pilothouse-identity';
/** What passes on says itself who asked: these stay behind. */
const REPLACED: readonly string[] = [PROOF, ASKED_BY, 'authorization', 'host'];
const STREAMS: readonly string[] = ['log', 'exec', 'attach', 'portforward', 'proxy'];

/** True when one of the other processes passed a request on. */
function isForwarded({ headers }: IncomingMessage, { secret }: Neighbours): boolean {
  const proof = Buffer.from(String(headers[PROOF] ?? ''));
  return proof.length === secret.length && timingSafeEqual(proof, Buffer.from(secret));
}

/** Takes the word of the other processes for who asks. */
export const identifyForwarded = (neighbours: Neighbours, identify: Identify): Identify => (request) => {
  if (!isForwarded(request, neighbours)) return identify(request);
  return { credential: deepFreeze(JSON.parse(Buffer.from(String(request.headers[ASKED_BY]), 'base64url').toString()) as Credential) };
};

/** True when a request may have to go elsewhere. */
export const mayBeElsewhere = (neighbours: Neighbours, call: ApiCall, request: IncomingMessage): boolean => STREAMS.includes(call.subresource) && !isForwarded(request, neighbours);

/** Where a request goes, and in whose name. */
export interface Forwarding { readonly neighbours: Neighbours; readonly to: string; readonly identity: Identity }

/** The headers of a request that is passed on, name by name. */
function headersOf({ rawHeaders }: IncomingMessage, { neighbours, to, identity }: Forwarding): readonly (readonly [string, string])[] {
  const kept = rawHeaders.flatMap((name, at): [string, string][] => (at % 2 === 0 && !REPLACED.includes(name.toLowerCase()) ? [[name, String(rawHeaders[at + 1])]] : []));
  return [['Host', new URL(to).host], ...kept, [PROOF, neighbours.secret], [ASKED_BY, Buffer.from(JSON.stringify(identity.credential)).toString('base64url')]];
}

/** Passes a request on and its answer back. */
export function forwardRequest(way: Forwarding, request: IncomingMessage, response: ServerResponse): void {
  const { to, neighbours } = way;
  const url = new URL(request.url ?? '/', to);
  const options = { method: request.method ?? 'GET', headers: headersOf(request, way).flat() };
  const answered = (answer: IncomingMessage): void => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    answer.pipe(response);
    answer.on('error', () => { response.destroy(); });
  };
  const outgoing = url.protocol === 'https:' ? secureRequest(url, { ...options, ca: neighbours.authority }, answered) : plainRequest(url, options, answered);
  outgoing.on('error', () => { response.destroy(); });
  response.on('close', () => { outgoing.destroy(); });
  request.pipe(outgoing);
}

/** Joins the client's connection to one of the other process, from the request's head on. */
export function forwardUpgrade(way: Forwarding, { request, socket, head }: { readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer }): void {
  const other = connectTo(new URL(way.to), way.neighbours);
  const lines = [`${request.method ?? 'GET'} ${request.url ?? '/'} HTTP/1.1`, ...headersOf(request, way).map(([name, value]) => `${name}: ${value}`)];
  other.write(`${lines.join('\r\n')}\r\n\r\n`);
  if (head.length > 0) other.write(head);
  socket.pipe(other).pipe(socket);
  for (const [one, peer] of [[socket, other], [other, socket]] as const) {
    one.on('error', () => { peer.destroy(); });
    one.on('close', () => { peer.destroy(); });
  }
}

function connectTo({ protocol, hostname, port }: URL, { authority }: Neighbours): Duplex {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (protocol === 'http:') return connect(Number(port), host);
  return connectSecurely({ host, port: Number(port), ca: authority, ...(isIP(host) === 0 ? { servername: host } : {}) });
}
