/**
 * `curl` at the doors of the control plane: the paths of the API server, anonymously unless a certificate is shown, and of etcd `/health`, `/metrics`
 * and `/version` at a member's client address, or without TLS at its own port for metrics.
 *
 * @source etcd-io/etcd server/etcdserver/api/etcdhttp (health.go, metrics.go, version.go); kubeadm's `--listen-metrics-urls=http://127.0.0.1:2381`; curl.1: exit codes
 * @fidelity simplified: no other server answers; certificates are taken as given, whatever their names
 */
import { micros, seconds } from '../../base/data.ts';
import type { EtcdRequest } from '../../etcd/contract.ts';
import type { Conversation } from '../../sim/conversation.ts';
import { type Command, cx, defineCommand, type Settings } from '../command.ts';
import { operands } from '../options.ts';
import { callForPath } from '../raw-path.ts';
import { endpointAt } from './etcdctl/client.ts';

/** Exit codes of curl. */
const EXIT = { usage: 2, badUrl: 3, noHost: 6, noConnection: 7, timeout: 28 } as const;
const CLIENT_PORT = '2379';
const METRICS_PORT = '2381';
const API_PORT = '6443';
const PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };
const PATIENCE = seconds(30);
const NO_PAGE = '404 page not found\n';
/** What a TLS port says to a plain request. @source Go net/http server.go */
const WANTS_TLS = 'Client sent an HTTP request to an HTTPS server.\n';

interface Target { readonly scheme: string; readonly host: string; readonly port: string; readonly path: string; readonly query: string }

function targetOf(url: string): Target | undefined {
  const [, scheme = 'http', host = '', port, path = '/', query = ''] = /^(?:([a-z]+):\/\/)?([^/:?]+)(?::(\d+))?(\/[^?]*)?(?:\?(.*))?$/i.exec(url) ?? [];
  return host === '' ? undefined : { scheme, host, port: port ?? PORTS[scheme] ?? '', path, query };
}

/** What the page of a path asks of the member. */
function requestFor({ path, query }: Target): EtcdRequest | undefined {
  switch (path) {
    case '/metrics': return { op: 'metrics', args: {} };
    case '/version': return { op: 'status', args: {} };
    case '/health': {
      const parameters = new Map(query.split('&').map((pair) => [pair.split('=')[0] ?? '', pair.split('=')[1] ?? ''] as const));
      const excluded = parameters.get('exclude');
      return { op: 'health', args: { serializable: parameters.get('serializable') === 'true', ...(excluded === undefined ? {} : { exclude: [excluded] }) } };
    }
    default: return undefined;
  }
}

function pageOf(path: string, body: unknown): string {
  if (path === '/metrics') return (body as { readonly text: string }).text;
  if (path === '/health') return JSON.stringify(body);
  const { version, storageVersion, clusterVersion } = body as { readonly version: string; readonly storageVersion: string; readonly clusterVersion: string };
  return JSON.stringify({ etcdserver: version, etcdcluster: clusterVersion === '' ? 'not_decided' : clusterVersion, storage: storageVersion });
}

function* complain(text: string, exit: number): Conversation<number> {
  yield* cx.printError(`curl: (${exit}) ${text}\n`);
  return exit;
}

/** A page of the API server, as its clients get it: JSON in lines for people. */
function* fetchApi({ host, port, path, query }: Target): Conversation<number> {
  const answer = yield* cx.requestOnce(callForPath(query === '' ? path : `${path}?${query}`));
  if (!answer.ok && answer.code === 0) return yield* complain(`Failed to connect to ${host} port ${port} after 0 ms: Couldn't connect to server`, EXIT.noConnection);
  const body: unknown = answer.ok ? answer.body : (answer as { readonly status: object }).status;
  yield* cx.print((body as { readonly text?: string }).text ?? `${JSON.stringify(body, null, 2)}\n`);
  return 0;
}

function* fetch(target: Target, settings: Settings): Conversation<number> {
  const { scheme, host, port, path } = target;
  if (port === API_PORT && scheme === 'https') return yield* fetchApi(target);
  const isHere = host === '127.0.0.1' || host === 'localhost';
  const isKnown = isHere || /^[\d.]+$/.test(host) || (yield* cx.processes()).some(({ node }) => node === host);
  if (!isKnown) return yield* complain(`Could not resolve host: ${host}`, EXIT.noHost);
  const isMetricsPort = port === METRICS_PORT && isHere;
  const { process } = yield* endpointAt(`${host}:${isMetricsPort ? CLIENT_PORT : port}`, settings);
  const began = yield* cx.now();
  // Whoever dials learns at once whether anybody listens, whatever the page.
  const answer = yield* cx.etcd(process, requestFor(target) ?? { op: 'health', args: { serializable: true } }, { within: micros(PATIENCE) });
  const took = Math.round(((yield* cx.now()) - began) / 1000);
  if (!answer.ok && answer.lost === true) return yield* complain(`Failed to connect to ${host} port ${port} after ${took} ms: Couldn't connect to server`, EXIT.noConnection);
  if (!isMetricsPort && scheme === 'http') { yield* cx.print(WANTS_TLS); return 0; }
  if (requestFor(target) === undefined) { yield* cx.print(NO_PAGE); return 0; }
  if (!answer.ok) return yield* complain(`Operation timed out after ${took} milliseconds with 0 bytes received`, EXIT.timeout);
  yield* cx.print(`${pageOf(path, answer.body).trimEnd()}\n`);
  return 0;
}

const curl = defineCommand({
  path: ['curl'],
  summary: 'ask the API server, or a member of etcd, over HTTP',
  flags: [
    { name: 'silent', short: 's', type: 'bool', summary: 'no progress' }, { name: 'insecure', short: 'k', type: 'bool', summary: 'trust any server' },
    { name: 'location', short: 'L', type: 'bool', summary: 'follow redirects' }, { name: 'cacert', type: 'string', summary: 'whom to trust' },
    { name: 'cert', short: 'E', type: 'string', summary: 'who asks' }, { name: 'key', type: 'string', summary: 'the key of the certificate' },
  ],
  changesWorld: false,
  examples: [{ line: 'curl -k https://10.0.0.11:2379/health', shows: '{"health":"true","reason":""}' }],
  *run(args, settings) {
    const urls = operands(args, 'words');
    if (urls.length === 0) {
      yield* cx.printError("curl: (2) no URL specified\ncurl: try 'curl --help' or 'curl --manual' for more information\n");
      return EXIT.usage;
    }
    let exit = 0;
    for (const url of urls) {
      const target = targetOf(url);
      if (target === undefined || PORTS[target.scheme] === undefined) exit = yield* complain('URL rejected: Malformed input to a URL function', EXIT.badUrl);
      else exit = yield* fetch(target, settings);
    }
    return exit;
  },
});

/** The commands that speak HTTP. */
export const httpCommands: readonly Command[] = [curl];
