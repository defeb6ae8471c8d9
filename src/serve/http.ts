/**
 * HTTP requests into calls of the API, and answers into HTTP.
 *
 * @source kubernetes/apiserver pkg/endpoints/handlers, pkg/endpoints/filters
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { deepFreeze } from '../base/data.ts';
import { badRequest, failure, isStatus, methodNotAllowed } from '../api/status.ts';
import { descriptorOfResource } from '../api/scheme.ts';
import { requestedBy } from '../api/request-path.ts';
import type { HttpHeaders } from '../api/http.ts';
import type { ApiCall } from '../api/wire.ts';
import { accepted, type Accepted } from './accept.ts';
import { answer, answerStatus, type Exchange } from './answer.ts';
import { BODY_BYTES_MAX, withBody } from './body.ts';
import type { Driver } from './driver.ts';
import { forwardRequest, mayBeElsewhere, type Neighbours } from './forward.ts';
import { auditIdOf, impersonationOf, tellHeaders } from './headers.ts';
import type { Identity, Identify } from './identity.ts';
import { followLog } from './log-stream.ts';
import { OPENAPI_V2_ASKED } from './protobuf/openapi-v2.ts';
import { WatchStream } from './watch-stream.ts';

/** What the handlers of a server share. */
export interface Serving { readonly driver: Driver; readonly identify: Identify; /** With a store that other processes share. */ readonly neighbours?: Neighbours | undefined }

const notAcceptable = failure({ code: 406, reason: 'NotAcceptable', message: 'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf' });
const tooLarge = failure({ code: 413, reason: 'RequestEntityTooLarge', message: `Request entity too large: limit is ${BODY_BYTES_MAX}` });

const plain: Accepted = { encoding: 'json' };

/** Handles one request from its head to its last byte. */
export function handle(serving: Serving, request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Audit-Id', auditIdOf(request).auditId ?? randomUUID());
  response.setHeader('Cache-Control', 'no-cache, private');
  const form = accepted(request.headers.accept);
  const exchange: Exchange = { request, response, form: form ?? plain, query: new Map() };
  const identity = serving.identify(request);
  if (isStatus(identity)) { answerStatus(exchange, identity); return; }
  const { method = 'GET', url = '/' } = request;
  const requested = whatIsAsked(method, url);
  if (!requested.ok) { answerStatus(exchange, badRequest(requested.error)); return; }
  if (requested.value === undefined || !isRouted(requested.value.call)) { answerStatus(exchange, methodNotAllowed); return; }
  const { call, query } = requested.value;
  const known: Exchange = { ...exchange, query };
  const isSmallOpenApi = call.path?.startsWith('/openapi/v2') === true && request.headers.accept?.includes(OPENAPI_V2_ASKED) === true;
  if (form === undefined && !isSmallOpenApi && call.subresource !== 'log' && call.proxied === undefined) { answerStatus(known, notAcceptable); return; }
  const here = (): void => { withWholeBody(known, bytes => { perform(serving, known, { call, identity, bytes }); }); };
  const { neighbours } = serving;
  if (neighbours === undefined || !mayBeElsewhere(neighbours, call, request)) { here(); return; }
  void neighbours.urlFor(call).then((to) => { if (to === undefined) here(); else forwardRequest({ neighbours, to, identity }, request, response); });
}

/**
 * False for methods that no route of a resource has: writing to a collection, creating under a name, changing a namespaced collection without its namespace.
 * @source kubernetes/apiserver pkg/endpoints/installer.go (registerResourceHandlers)
 */
function isRouted({ verb, group, resource, subresource, namespace, name }: ApiCall): boolean {
  if (resource === '' || subresource !== '') return true;
  switch (verb) {
    case 'update': case 'patch': return name !== '';
    case 'create': if (name !== '') return false; break;
    case 'deletecollection': break;
    default: return true;
  }
  return namespace !== '' || descriptorOfResource(group, resource)?.namespaced !== true;
}

/** What was asked lately: clients ask the same again and again. */
const asked = new Map<string, ReturnType<typeof requestedBy>>();
const ASKED_MAX = 500;

function whatIsAsked(method: string, url: string): ReturnType<typeof requestedBy> {
  const key = method === 'GET' ? url : `${method} ${url}`;
  let found = asked.get(key);
  if (found !== undefined) return found;
  found = requestedBy(method, url);
  if (found.ok && found.value !== undefined) deepFreeze(found.value.call);
  if (asked.size >= ASKED_MAX) asked.clear();
  asked.set(key, found);
  return found;
}

/** Collects the body. A body beyond the limit is refused before it is read to its end. */
function withWholeBody({ request, response, ...exchange }: Exchange, then: (bytes: Buffer) => void): void {
  if (request.method === 'GET' || request.method === 'HEAD') { then(Buffer.alloc(0)); return; }
  const parts: Buffer[] = [];
  let size = 0;
  let refused = false;
  request.on('data', (part: Buffer) => {
    size += part.length;
    if (size <= BODY_BYTES_MAX) { parts.push(part); return; }
    if (refused) return;
    refused = true;
    parts.length = 0;
    response.setHeader('Connection', 'close');
    answerStatus({ request, response, ...exchange }, tooLarge);
    // What is still coming is thrown away; a client that does not stop loses its connection.
    response.on('finish', () => { setTimeout(() => request.destroy(), 1000).unref(); });
  });
  request.on('end', () => { if (!refused) then(parts.length === 1 ? parts[0] as Buffer : Buffer.concat(parts)); });
  request.on('error', () => { refused = true; });
}

/** Sends a call into the world, and its answer back. */
export function perform({ driver }: Serving, exchange: Exchange, { call, identity, bytes }: { readonly call: ApiCall; readonly identity: Identity; readonly bytes: Buffer }): void {
  const { request, response, form } = exchange;
  const filled: ReturnType<typeof withBody> = call.proxied !== undefined ? { ok: true, value: { ...call, proxied: { ...call.proxied, ...passedOn(request, bytes) } } } : withBody(inForm(call, form), request.headers['content-type'] ?? '', bytes);
  if (!filled.ok) { answerStatus(exchange, filled.error); return; }
  const impersonate = impersonationOf(request);
  const outgoing = { call: filled.value, credential: identity.credential, userAgent: request.headers['user-agent'] ?? '', ...(impersonate === undefined ? {} : { impersonate }), ...auditIdOf(request) };
  if (call.verb === 'watch') { new WatchStream(driver, exchange, outgoing); return; }
  if (call.subresource === 'log' && call.options?.follow === true) { followLog(driver, exchange, outgoing); return; }
  const id = driver.send(outgoing, {
    way: way => { tellHeaders(request, response, way); },
    response(code, body, warnings) {
      if (code === 101) { driver.cancel(id); answerStatus(exchange, badRequest('Upgrade request required')); return; }
      answer(exchange, { code, body, warnings, call });
    },
  }, bytes.length);
  response.on('close', () => { driver.cancel(id); });
}

/** Headers and body of a request that is passed on, with the address of the client. */
function passedOn({ rawHeaders, socket }: IncomingMessage, bytes: Buffer): { readonly headers: HttpHeaders; readonly data: string } {
  const headers = rawHeaders.flatMap((name, at): HttpHeaders => (at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? '']] : []));
  const way = [...headers.filter(([name]) => name.toLowerCase() === 'x-forwarded-for').map(([, value]) => value), socket.remoteAddress ?? ''];
  return { headers: [...headers.filter(([name]) => name.toLowerCase() !== 'x-forwarded-for'), ['X-Forwarded-For', way.join(', ')]], data: bytes.toString('latin1') };
}

/** What the client's Accept header adds to a call. */
function inForm(call: ApiCall, form: Accepted): ApiCall {
  if (form.aggregated !== undefined && call.path !== undefined) return { ...call, path: `${call.path}${call.path.includes('?') ? '&' : '?'}aggregated` };
  if (form.as === undefined || call.resource === '') return call;
  return { ...call, options: { ...call.options, as: form.as } };
}
