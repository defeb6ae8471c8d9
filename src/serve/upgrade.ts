/**
 * Requests that become streams: exec, attach and port-forward over WebSocket, and over SPDY for clients that come back with it.
 *
 * @source kubernetes/apimachinery pkg/util/remotecommand, kubernetes/kubelet pkg/cri/streaming/remotecommand/websocket.go, portforward/websocket.go
 */
import type { IncomingMessage } from 'node:http';
import { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import { badRequest, isStatus, type Status } from '../api/status.ts';
import { requestedBy } from '../api/request-path.ts';
import type { ApiCall } from '../api/wire.ts';
import { answer, type Exchange } from './answer.ts';
import type { GatewayRequest } from '../client/gateway.ts';
import type { Driver } from './driver.ts';
import { forwardUpgrade, mayBeElsewhere, type Neighbours } from './forward.ts';
import { auditIdOf, impersonationOf } from './headers.ts';
import { perform, type Serving } from './http.ts';
import { ChannelSocket } from './streams/channel-socket.ts';
import { forwardChannels } from './streams/port-channels.ts';
import { execOverSpdy } from './streams/spdy-exec.ts';
import { forwardOverSpdy } from './streams/spdy-forward.ts';
import { SpdyConnection } from './streams/spdy.ts';

type Sockets = WebSocketServer;
type Sent = Omit<GatewayRequest, 'id'>;

/** Protocols of exec and attach, best first. `base64`: data travel as text. */
const CHANNELS: readonly string[] = ['v5.channel.k8s.io', 'v4.channel.k8s.io', 'channel.k8s.io'];
const TUNNEL = 'SPDY/3.1+portforward.k8s.io';
const SPDY_EXEC: readonly string[] = ['v5.channel.k8s.io', 'v4.channel.k8s.io', 'v3.channel.k8s.io', 'v2.channel.k8s.io'];
const SPDY_FORWARD = 'portforward.k8s.io';
/** Largest message of a client. */
const MESSAGE_BYTES_MAX = 1024 * 1024;

/** Makes the handler of a server's upgrades. */
export async function upgrades(serving: Serving): Promise<(request: IncomingMessage, socket: Duplex, head: Buffer) => void> {
  const { WebSocketServer: SocketServer } = await import('ws');
  const sockets = new SocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX, handleProtocols: offered => CHANNELS.find(name => offered.has(name)) ?? false });
  return (request, socket, head) => {
    socket.on('error', () => { socket.destroy(); });
    const upgrade: Upgrade = { request, socket, head };
    const { neighbours } = serving;
    const call = neighbours === undefined ? undefined : streamOf(neighbours, request);
    const identity = serving.identify(request);
    if (call === undefined || neighbours === undefined || isStatus(identity)) { begin(serving, sockets, upgrade); return; }
    void neighbours.urlFor(call).then((to) => { if (to === undefined) begin(serving, sockets, upgrade); else forwardUpgrade({ neighbours, to, identity }, upgrade); });
  };
}

function streamOf(neighbours: Neighbours, request: IncomingMessage): ApiCall | undefined {
  const requested = requestedBy(request.method ?? 'GET', request.url ?? '/');
  const call = requested.ok ? requested.value?.call : undefined;
  return call !== undefined && mayBeElsewhere(neighbours, call, request) ? call : undefined;
}

interface Upgrade { readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer }

function begin({ driver, identify }: Serving, sockets: Sockets, upgrade: Upgrade): void {
  const { request, socket } = upgrade;
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as never);
  response.on('finish', () => { socket.end(); });
  const exchange: Exchange = { request, response, form: { encoding: 'json' }, query: new Map() };
  const refuse = (status: Status): void => { answer(exchange, { code: status.code, body: status, warnings: [], call: { verb: 'get', group: '', version: '', resource: '', subresource: '', namespace: '', name: '' } }); };
  const identity = identify(request);
  if (isStatus(identity)) { refuse(identity); return; }
  const requested = requestedBy(request.method ?? 'GET', request.url ?? '/');
  if (!requested.ok) { refuse(badRequest(requested.error)); return; }
  const call = requested.value?.call;
  // No program behind the proxy takes an upgraded connection: it answers as to any request.
  if (call?.proxied !== undefined) { perform({ driver, identify }, exchange, { call, identity, bytes: Buffer.alloc(0) }); return; }
  if (call === undefined || !['exec', 'attach', 'portforward'].includes(call.subresource)) { refuse(badRequest(`you may not upgrade ${JSON.stringify(request.url ?? '/')}: only exec, attach and portforward of a pod are streams`)); return; }
  const impersonate = impersonationOf(request);
  const sent: Sent = { call, credential: identity.credential, userAgent: request.headers['user-agent'] ?? '', ...(impersonate === undefined ? {} : { impersonate }), ...auditIdOf(request) };
  const how = String(request.headers.upgrade ?? '').toLowerCase();
  if (how === 'spdy/3.1') { overSpdy(driver, exchange, { ...upgrade, sent }); return; }
  if (how === 'websocket') { overWebSocket(driver, sockets, { ...upgrade, exchange, sent }); return; }
  refuse(badRequest(`Upgrade request required: expected websocket or SPDY/3.1, found ${JSON.stringify(how)}`));
}

/** Opens a stream at the API server before the client is told that it is open. */
function open(driver: Driver, exchange: Exchange, { sent, call }: { readonly sent: Sent; readonly call: ApiCall }, opened: (id: number) => Parameters<Driver['send']>[1]): void {
  let listener: Parameters<Driver['send']>[1] | undefined;
  const id = driver.send({ ...sent, call }, {
    response(code, body, warnings) {
      if (code !== 101) { answer(exchange, { code, body, warnings, call }); return; }
      exchange.response.detachSocket(exchange.request.socket);
      listener = opened(id);
    },
    stream: (frames) => { listener?.stream?.(frames); },
    streamEnd: (status) => { listener?.streamEnd?.(status); },
  });
  exchange.request.socket.on('close', () => { driver.cancel(id); });
}

function overWebSocket(driver: Driver, sockets: Sockets, { request, socket, head, exchange, sent }: Upgrade & { readonly exchange: Exchange; readonly sent: Sent }): void {
  const { call } = sent;
  const offered = String(request.headers['sec-websocket-protocol'] ?? '').split(',').map(text => text.trim());
  const isTunnel = call.subresource === 'portforward' && offered.includes(TUNNEL);
  // The parser of the library does not take the slash in this name: the header is read and answered here.
  if (isTunnel) {
    delete request.headers['sec-websocket-protocol'];
    sockets.once('headers', (headers) => { headers.push(`Sec-WebSocket-Protocol: ${TUNNEL}`); });
  }
  if (call.subresource === 'portforward') {
    const ports = call.options?.ports ?? [];
    const probe: ApiCall = { ...call, options: { ...call.options, ports: [] } };
    open(driver, exchange, { sent, call: probe }, () => {
      sockets.handleUpgrade(request, socket, head, (client: WebSocket) => {
        if (isTunnel) forwardOverSpdy(driver, new SpdyConnection(tunnelOf(client)), sent);
        else forwardChannels(driver, client, { sent, ports });
      });
      return { response: () => undefined };
    });
    return;
  }
  const channels = new ChannelSocket(driver, call);
  open(driver, exchange, { sent, call }, (id) => {
    sockets.handleUpgrade(request, socket, head, (client: WebSocket) => { channels.start(client, id); });
    return channels;
  });
}

/** The bytes in a WebSocket's messages as one stream. */
function tunnelOf(client: WebSocket): ConstructorParameters<typeof SpdyConnection>[0] {
  return {
    write: (bytes) => { if (client.readyState === client.OPEN) client.send(bytes); },
    close: () => { client.close(1000); },
    onData: (listener) => { client.on('message', (data: Buffer) => { listener(data); }); },
    onClose: (listener) => { client.on('close', listener); client.on('error', () => { client.terminate(); }); },
  };
}

function overSpdy(driver: Driver, exchange: Exchange, { request, socket, head, sent }: Upgrade & { readonly sent: Sent }): void {
  const { call } = sent;
  const offered = (request.headersDistinct['x-stream-protocol-version'] ?? []).flatMap(text => text.split(',')).map(text => text.trim());
  const isForward = call.subresource === 'portforward';
  const chosen = isForward ? SPDY_FORWARD : SPDY_EXEC.find(name => offered.includes(name));
  if (chosen === undefined) { answer(exchange, { code: 403, body: badRequest(`unable to negotiate a stream protocol: client supports ${JSON.stringify(offered)}, server supports ${JSON.stringify(SPDY_EXEC)}`), warnings: [], call }); return; }
  const connect = (): SpdyConnection => {
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${chosen}\r\n\r\n`);
    const connection = new SpdyConnection({
      write: (bytes) => { if (!socket.destroyed) socket.write(bytes); }, close: () => { socket.end(); },
      onData: (listener) => { if (head.length > 0) setImmediate(() => { listener(head); }); socket.on('data', listener); }, onClose: (listener) => { socket.on('close', listener); },
    });
    return connection;
  };
  if (isForward) {
    open(driver, exchange, { sent, call: { ...call, options: { ...call.options, ports: [] } } }, () => { forwardOverSpdy(driver, connect(), sent); return { response: () => undefined }; });
    return;
  }
  open(driver, exchange, { sent, call }, id => execOverSpdy(driver, connect(), { id, options: call.options ?? {} }));
}
