/** Answers of the API server as HTTP. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerInGoOrder } from '../api/go-order.ts';
import { isStatus, type Status, TURNED_AWAY } from '../api/status.ts';
import type { ProxiedBody } from '../api/http.ts';
import type { Query } from '../api/request-path.ts';
import type { ApiCall, LogBody, TextBody } from '../api/wire.ts';
import type { Accepted } from './accept.ts';
import { describedTable, openApiV2Bytes, openApiV2Json, withDescriptions } from './docs.ts';
import { jsonPieces } from './encode.ts';
import { inMetaVersion } from './meta-version.ts';
import { OPENAPI_V2_ASKED, OPENAPI_V2_SENT } from './protobuf/openapi-v2.ts';
import { sendPieces } from './send.ts';
import { yaml } from '../repl/yaml.ts';

/** One request on its way. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly form: Accepted;
  readonly query: Query;
}

interface Answer { readonly code: number; readonly body: object; readonly warnings: readonly string[]; readonly call: ApiCall }

/** Writes an answer of the API server. */
export function answer(exchange: Exchange, { code, body, warnings, call }: Answer): void {
  const { request, response, form } = exchange;
  if (response.headersSent || response.destroyed) return;
  // Nobody takes connections: the load balancer closes the client's.
  if (code === 0) { request.socket.destroy(); return; }
  if (warnings.length > 0) response.setHeader('Warning', warnings.map(text => `299 - "${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`));
  const path = call.path === undefined ? '' : call.path.replace(/\?.*$/s, '');
  if ('http' in body) { passBack(exchange, body as ProxiedBody); return; }
  if ('text' in body || 'lines' in body) { answerText(exchange, code, body as TextBody | LogBody); return; }
  if (path === '/openapi/v2' && code === 200) {
    if (request.headers.accept?.includes(OPENAPI_V2_ASKED) === true) send(exchange, code, { type: OPENAPI_V2_SENT, pieces: [openApiV2Bytes(body)] });
    else send(exchange, code, { type: 'application/json', pieces: [openApiV2Json(body)] });
    return;
  }
  if (path.startsWith('/openapi/v3/') && code === 200) { answerOpenApi(exchange, body); return; }
  // Nobody answers there, not even with a Status. @source kubernetes/apiserver pkg/util/notfoundhandler/not_found_handler.go
  if (code === 404 && path !== '' && isStatus(body) && body.reason === 'NotFound') {
    response.setHeader('X-Content-Type-Options', 'nosniff');
    send(exchange, 404, { type: 'text/plain; charset=utf-8', pieces: ['404 page not found\n'] });
    return;
  }
  const isDiscovery = path === '/api' || path === '/apis';
  if (isStatus(body)) retryAfter(response, body);
  if (code === 429 && isStatus(body) && body.message === TURNED_AWAY) {
    response.setHeader('X-Content-Type-Options', 'nosniff');
    send(exchange, code, { type: 'text/plain; charset=utf-8', pieces: [`${TURNED_AWAY}\n`] });
    return;
  }
  if (form.encoding === 'yaml') { send(exchange, code, { type: 'application/yaml', pieces: [yaml().stringify(shownIn(form, body), { aliasDuplicateObjects: false })] }); return; }
  const type = isDiscovery && form.aggregated !== undefined && code === 200 ? `application/json;g=apidiscovery.k8s.io;v=${form.aggregated};as=APIGroupDiscoveryList` : 'application/json';
  const shown = isDiscovery && form.aggregated === 'v2beta1' && code === 200 ? { ...body, apiVersion: 'apidiscovery.k8s.io/v2beta1' } : shownIn(form, body);
  send(exchange, code, { type, pieces: pretty(exchange) ? [`${JSON.stringify(answerInGoOrder(shown), null, 2)}\n`] : jsonPieces(shown), isTagged: isDiscovery && form.aggregated !== undefined });
}

const shownIn = ({ metaVersion }: Accepted, body: object): object => inMetaVersion(describedTable(body), metaVersion);

/** The answer of a program behind the proxy, byte for byte. */
function passBack({ request, response }: Exchange, { http: { code, headers, data } }: ProxiedBody): void {
  for (const [name, value] of headers) if (name.toLowerCase() !== 'content-length') response.setHeader(name, value);
  const bytes = Buffer.from(data, 'latin1');
  response.writeHead(code, request.method === 'HEAD' ? {} : { 'Content-Length': bytes.length });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

function pretty({ query, request }: Exchange): boolean {
  const asked = query.get('pretty')?.[0];
  if (asked !== undefined) return asked !== '0' && asked !== 'false';
  return /^(curl|Wget|Mozilla)\//.test(request.headers['user-agent'] ?? '');
}

/** A Status that no API server gave: the request did not get that far. */
export function answerStatus(exchange: Exchange, status: Status): void {
  if (exchange.response.headersSent || exchange.response.destroyed) return;
  retryAfter(exchange.response, status);
  send(exchange, status.code, { type: 'application/json', pieces: [`${JSON.stringify(status)}\n`] });
}

function retryAfter(response: ServerResponse, status: Status): void {
  const after = status.details?.retryAfterSeconds;
  if (after !== undefined && after > 0) response.setHeader('Retry-After', String(after));
}

function answerText(exchange: Exchange, code: number, body: TextBody | LogBody): void {
  const text = 'text' in body ? body.text : `${body.lines.join('\n')}${body.lines.length === 0 || body.isCut === true ? '' : '\n'}`;
  send(exchange, code, { type: 'text/plain; charset=utf-8', pieces: [text] });
}

/** Documents whose address changes with their content may be kept for ever. */
function answerOpenApi(exchange: Exchange, body: object): void {
  const { response, query } = exchange;
  const hash = query.get('hash')?.[0] ?? '';
  if (/^[0-9A-F]+$/.test(hash)) {
    response.setHeader('Cache-Control', 'public, immutable');
    response.setHeader('ETag', `"${hash}"`);
    response.setHeader('Expires', new Date(Date.now() + 365 * 86_400_000).toUTCString());
    response.setHeader('Vary', 'Accept, Accept-Encoding');
  }
  send(exchange, 200, { type: 'application/json', pieces: [withDescriptions(body)] });
}

function send({ request, response }: Exchange, code: number, what: { readonly type: string; readonly pieces: readonly (string | Buffer)[]; readonly isTagged?: boolean }): void {
  sendPieces(request, response, { code, ...what });
}
