/** The server: listens, hands requests to the world, and ends cleanly. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Cluster } from '../cluster/cluster.ts';
import { Driver, type Outside } from './driver.ts';
import { identifyForwarded, type Neighbours } from './forward.ts';
import { handle, type Serving } from './http.ts';
import { identifyPlainly, identifyStrictly } from './identity.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { openSigningDesk } from './signing-desk.ts';
import { type Authority, newAuthority, type Root, type UserSpec } from './tls.ts';
import { upgrades } from './upgrade.ts';

export interface ServeOptions {
  readonly cluster: Cluster;
  /** Virtual seconds per real second. */
  readonly speed: number;
  /** Address to listen at; loopback unless somebody says otherwise. */
  readonly host: string;
  /** 0 = any that is free. */
  readonly port: number;
  /** Where the kubeconfig goes; undefined = a file of its own below the folder for temporary files. */
  readonly kubeconfig: string | undefined;
  /** With https, and these users beside the administrator. */
  readonly secure: { readonly users: readonly UserSpec[] } | undefined;
  /** The authority that the cluster was opened with; absent = one that the cluster knows nothing of. */
  readonly root?: Root;
  /** What the world asks beside itself: a real etcd. */
  readonly outside?: Outside;
  /** The other processes, when several share a store. */
  readonly neighbours?: Neighbours;
  /** Told of every request before it is handled. */
  readonly observe?: (request: IncomingMessage) => void;
}

/** A server that runs. */
export interface Served {
  readonly url: string;
  readonly kubeconfig: string;
  readonly driver: Driver;
  close(): Promise<void>;
}

/** Idle connections are kept longer than clients keep theirs, so that no request meets a closing one. */
const KEEP_ALIVE_MS = 120_000;
/** Heads larger than this are refused. */
const HEAD_BYTES_MAX = 64 * 1024;

/** Starts to serve a cluster. Rejects when it cannot listen or write the kubeconfig. */
export async function serve(options: ServeOptions): Promise<Served> {
  const driver = new Driver(options.cluster, options.speed, options.outside);
  const authority = options.secure === undefined ? undefined : await newAuthority(options.host, options.secure.users, options.root);
  const { neighbours } = options;
  const identify = authority === undefined ? identifyPlainly : identifyStrictly(authority.tokens);
  const serving: Serving = { driver, neighbours, identify: neighbours === undefined ? identify : identifyForwarded(neighbours, identify) };
  const server = listener(serving, authority);
  server.on('upgrade', await upgrades(serving));
  const { observe } = options;
  if (observe !== undefined) for (const event of ['request', 'upgrade'] as const) server.prependListener(event, observe);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => { server.off('error', reject); resolve(); });
  });
  const { port } = server.address() as AddressInfo;
  const host = options.host === '0.0.0.0' || options.host === '::' ? '127.0.0.1' : options.host;
  const url = `${authority === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  let kubeconfig: string;
  try {
    kubeconfig = writeKubeconfig(options.kubeconfig, {
      url, users: authority?.users ?? [{ name: 'kubernetes-admin', token: 'unused-over-http' }], ...(authority === undefined ? {} : { authority: authority.certificate }),
    });
  } catch (error) {
    // An open port would keep the process alive.
    server.close();
    throw error;
  }
  driver.start();
  const closeDesk = options.root === undefined ? undefined : openSigningDesk(driver, options.root);
  return { url, kubeconfig, driver, close: () => { closeDesk?.(); return closeServer(server, driver); } };
}

function listener(serving: Serving, authority: Authority | undefined): Server {
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    request.socket.setNoDelay(true);
    handle(serving, request, response);
  };
  const limits = { maxHeaderSize: HEAD_BYTES_MAX, keepAliveTimeout: KEEP_ALIVE_MS };
  const server = authority === undefined ? createServer(limits, take)
    : createSecureServer({ ...limits, cert: authority.serverCertificate, key: authority.serverKey, ca: authority.certificate, requestCert: true, rejectUnauthorized: false }, take) as unknown as Server;
  server.on('clientError', (_error, socket) => { if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'); else socket.destroy(); });
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => { open.delete(socket); });
  });
  sockets.set(server, open);
  return server;
}

/** Connections of each server. Those that became streams are no longer the server's own, and would keep it from closing. */
const sockets = new WeakMap<Server, ReadonlySet<Socket>>();

function closeServer(server: Server, driver: Driver): Promise<void> {
  driver.stop();
  return new Promise((resolve) => {
    server.close(() => { resolve(); });
    server.closeAllConnections();
    for (const socket of sockets.get(server) ?? []) socket.destroy();
  });
}
