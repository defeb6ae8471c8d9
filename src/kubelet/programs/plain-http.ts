/**
 * HTTP that reaches a port of a pod or of the machine from outside: who listens there, with or without TLS, and what comes back.
 *
 * @source golang/go src/net/http/transport.go, src/crypto/tls (errors of a client that meets the wrong server)
 * @fidelity simplified: the control plane's own servers show anonymous callers their health only; nobody checks certificates
 */
import type { AppHttpAnswer, AppHttpRequest } from '../../api/app-http.ts';
import { headerOf, type HttpRequest, type HttpResponse, JSON_TYPE, page, PLAIN } from '../../api/http.ts';
import { forbiddenStatus } from '../../api/status.ts';
import { canonicalImage, isWebhookImage, parseImage } from '../images.ts';
import type { ContainerRecord, Runtime } from '../runtime-state.ts';
import { pageOf } from './pages.ts';
import { answerReview } from './webhook.ts';

type Answer = Pick<AppHttpAnswer, 'code' | 'http' | 'error'>;

/** Ports that kubeadm's programs open for their own machine only. */
const LOOPBACK: Readonly<Record<string, readonly number[]>> = { etcd: [2381], 'kube-controller-manager': [10257], 'kube-scheduler': [10259], 'kube-proxy': [10249] };
/** Programs whose ports speak TLS. */
const SECURE: readonly string[] = ['kube-apiserver', 'etcd', 'metrics-server'];
/** Programs that speak no HTTP, and what a client of HTTP makes of their answer. */
const FOREIGN: Readonly<Record<string, string>> = {
  redis: "net/http: HTTP/1.x transport connection broken: malformed HTTP response \"-ERR wrong number of arguments for 'get' command\"", postgres: 'EOF', mysql: 'EOF', mariadb: 'EOF', mongo: 'EOF',
};

const programOf = ({ info }: ContainerRecord): string => parseImage(canonicalImage(info.image))?.repository.split('/').at(-1) ?? '';

/** Whoever listens at a port; `pod` '' = at one of the machine. */
function listener({ state, out }: Runtime, { namespace, pod, port }: AppHttpRequest): ContainerRecord | undefined {
  for (const record of state.containers.values()) {
    const { info, plan } = record;
    const isMeant = pod === '' ? state.sandboxes.get(info.sandboxId)?.hostNetwork === true : info.podNamespace === namespace && info.podName === pod;
    if (!isMeant || info.state !== 'CONTAINER_RUNNING' || plan.server === undefined || out.now < info.startedAt + plan.server.listensAfter) continue;
    // A program without known ports listens on all of its own pod, but not of the machine.
    if (plan.server.ports.length === 0 ? pod !== '' : plan.server.ports.includes(port) && LOOPBACK[programOf(record)]?.includes(port) !== true) return record;
  }
  return undefined;
}

function isThere({ state }: Runtime, { namespace, pod }: AppHttpRequest): boolean {
  return pod === '' || [...state.sandboxes.values()].some(one => one.namespace === namespace && one.name === pod && one.state === 'SANDBOX_READY');
}

/** Answers a request over HTTP; undefined = the program has taken the connection and says nothing. */
export function answerPlainHttp(runtime: Runtime, request: AppHttpRequest, http: HttpRequest): Answer | undefined {
  const record = listener(runtime, request);
  if (record === undefined) return { code: 0, error: `dial tcp ${headerOf(http.headers, 'Host')}: connect: ${isThere(runtime, request) ? 'connection refused' : 'no route to host'}` };
  if (!record.health.live) return undefined;
  const program = programOf(record);
  const foreign = FOREIGN[program];
  if (foreign !== undefined) return { code: 0, error: http.tls ? 'tls: first record does not look like a TLS handshake' : foreign };
  // agnhost is many programs in one: it takes both.
  const isSecure = (program === 'agnhost' && http.tls) || SECURE.includes(program) || (program !== 'agnhost' && isWebhookImage(canonicalImage(record.info.image)));
  if (http.tls && !isSecure) return { code: 0, error: 'http: server gave HTTP response to HTTPS client' };
  if (!http.tls && isSecure) return answered(page(400, '', 'Client sent an HTTP request to an HTTPS server.\n'));
  if (program === 'etcd') return { code: 0, error: 'remote error: tls: certificate required' };
  if (SECURE.includes(program)) return answered(ofControlPlane(record, http));
  return answered(isSecure ? ofWebhook(http) : ofServer(runtime, record, request, http));
}

const answered = (http: HttpResponse): Answer => ({ code: http.code, http: Object.freeze(http) });

function ofServer(runtime: Runtime, record: ContainerRecord, { port }: AppHttpRequest, { method, target, headers }: HttpRequest): HttpResponse {
  const at = target.indexOf('?');
  const [path, query] = at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
  const { code, body, type } = pageOf(runtime, record, { method, port, path, query, headers });
  const head: HttpResponse['headers'] = [['Server', /nginx/.test(record.info.image) ? 'nginx/1.27.5' : 'pilothouse'], ['Content-Type', type], ['Content-Length', String(body.length)]];
  return { code, headers: head, data: method === 'HEAD' ? '' : body };
}

const HEALTH = /^\/(healthz|livez|readyz)(\?|$)/;

function ofControlPlane({ health }: ContainerRecord, { method, target }: HttpRequest): HttpResponse {
  if (HEALTH.test(target)) return health.ready ? page(200, PLAIN, 'ok') : page(500, PLAIN, '[-]ready failed: reason withheld\n');
  const path = target.split('?')[0] ?? '/';
  const status = forbiddenStatus({ group: '', resource: '' }, '', `User "system:anonymous" cannot ${method === 'GET' ? 'get' : method.toLowerCase()} path ${JSON.stringify(path)}`);
  return page(403, JSON_TYPE, `${JSON.stringify(status)}\n`);
}

function ofWebhook({ target, data }: HttpRequest): HttpResponse {
  let body: object;
  try {
    body = JSON.parse(data === '' ? '{}' : data) as object;
  } catch {
    return page(400, PLAIN, 'no admission review\n');
  }
  const { code, body: review } = answerReview(target.split('?')[0] ?? '/', body);
  return typeof review === 'string' ? page(code, PLAIN, review) : page(code, JSON_TYPE, JSON.stringify(review));
}
