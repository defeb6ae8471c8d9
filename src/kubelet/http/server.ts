/**
 * The kubelet's own server (port 10250): what `nodes/proxy` reaches.
 *
 * @source kubernetes/kubernetes pkg/kubelet/server/server.go
 * @fidelity simplified: /exec, /attach, /run, /portForward, /checkpoint and /debug of this port are not served (they go through the pod's own subresources); whoever
 * shows the API server's certificate may do everything, everybody else is refused as anonymous
 */
import type { ProcessId } from '../../base/data.ts';
import { bytesOf } from '../../base/bytes.ts';
import { type HttpRequest, type HttpResponse, JSON_TYPE, page, pageNotFound, PLAIN } from '../../api/http.ts';
import { parseQuery, type Query } from '../../api/request-path.ts';
import { ask } from '../cri-client.ts';
import type { HttpAsker, Kubelet, KubeletMessage, PageWork, PodWorker } from '../state.ts';
import { configPage } from './config.ts';
import { containerLogAsked, logFilesAsked, logPage } from './log-files.ts';
import { cadvisorMetrics, kubeletMetrics, resourceMetrics, type Samples } from './metrics.ts';
import { summaryPage } from './summary.ts';

/** A request in parts. */
export interface KubeletCall { readonly path: string; readonly query: Query; readonly to: HttpAsker }

/** Answers a request that came over the network. */
export function httpAsked(kubelet: Kubelet, from: ProcessId, { id, request, known }: KubeletMessage & { readonly type: 'kubelet.http' }): void {
  const to: HttpAsker = { from, id };
  const refusal = refusalOf(request, known);
  if (refusal !== undefined) { answer(kubelet, to, refusal); return; }
  const at = request.target.indexOf('?');
  const [path, query] = at < 0 ? [request.target, ''] : [request.target.slice(0, at), request.target.slice(at + 1)];
  const given = route(kubelet, { path, query: parseQuery(query), to });
  if (given !== undefined) answer(kubelet, to, request.method === 'HEAD' ? { ...given, data: '' } : given);
}

function refusalOf({ method, tls }: HttpRequest, known: boolean): HttpResponse | undefined {
  if (!tls) return page(400, '', 'Client sent an HTTP request to an HTTPS server.\n');
  if (!known) return page(401, PLAIN, 'Unauthorized');
  return method === 'GET' || method === 'HEAD' ? undefined : page(405, PLAIN, '405: Method Not Allowed');
}

/** Sends an answer to whoever asked. */
export function answer({ out }: Kubelet, { from, id }: HttpAsker, http: HttpResponse): void {
  out.send(from, { type: 'kubelet.response', id, ok: true, code: http.code, body: { http: Object.freeze(http) } } satisfies KubeletMessage);
}

/** The answer, or undefined when the runtime has to be asked first. */
function route(kubelet: Kubelet, call: KubeletCall): HttpResponse | undefined {
  const { path, query } = call;
  switch (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path) {
    case '/healthz': return query.has('verbose') ? page(200, PLAIN, '[+]ping ok\n[+]log ok\n[+]syncloop ok\nhealthz check passed\n') : page(200, PLAIN, 'ok');
    case '/healthz/ping': case '/healthz/log': case '/healthz/syncloop': return page(200, PLAIN, 'ok');
    case '/pods': return podList(kubelet, () => true);
    case '/runningpods': return podList(kubelet, worker => worker.containers.some(({ state }) => state === 'running' || state === 'stopping'));
    case '/configz': return configPage(kubelet.state.config);
    case '/metrics': return kubeletMetrics(kubelet);
    case '/metrics/resource': return statsAsked(kubelet, call, 'resource');
    case '/metrics/cadvisor': return statsAsked(kubelet, call, 'cadvisor');
    case '/stats/summary': return statsAsked(kubelet, call, query.get('only_cpu_and_memory')?.[0] === 'true' ? 'cpuAndMemory' : 'summary');
    default: break;
  }
  if (path.startsWith('/containerLogs/')) return containerLogAsked(kubelet, call);
  if (path === '/logs' || path.startsWith('/logs/')) return logFilesAsked(kubelet, call);
  return pageNotFound();
}

function podList({ state }: Kubelet, isMeant: (worker: PodWorker) => boolean): HttpResponse {
  const items = [...state.workers.values()].filter(isMeant).map(({ pod, reported }) => ({ metadata: pod.metadata, spec: pod.spec, status: reported ?? pod.status ?? {} }));
  return page(200, JSON_TYPE, bytesOf(`${JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items })}\n`));
}

function statsAsked(kubelet: Kubelet, { to }: KubeletCall, wanted: Extract<PageWork, { readonly page: string }>['page']): HttpResponse | undefined {
  const { state, out } = kubelet;
  if (state.runtime !== 'up') return page(500, PLAIN, 'Internal Error: failed to list pod stats: rpc error: code = Unavailable desc = connection error');
  ask(kubelet, { op: 'listContainerStats', cores: Number(state.config.capacity['cpu'] ?? '1'), rates: true }, { op: 'listContainerStats', uid: '', container: '', at: out.now, extra: { asker: to, page: wanted } });
  return undefined;
}

/** The runtime has told what a page is made of. */
export function pageGiven(kubelet: Kubelet, work: PageWork, body: object): void {
  if (!('page' in work)) { answer(kubelet, work.asker, logPage(kubelet.out.now, work, body as never)); return; }
  const { stats, node } = body as { readonly stats: Samples['containers']; readonly node: Samples['node'] };
  const samples: Samples = { node, containers: stats.filter(({ podNamespace, podName }) => kubelet.state.names.has(`${podNamespace}/${podName}`)) };
  switch (work.page) {
    case 'resource': answer(kubelet, work.asker, resourceMetrics(samples)); return;
    case 'cadvisor': answer(kubelet, work.asker, cadvisorMetrics(kubelet, samples)); return;
    default: answer(kubelet, work.asker, summaryPage(kubelet, samples, work.page === 'summary'));
  }
}

/** The runtime no longer has what a page is made of. */
export function pageRefused(kubelet: Kubelet, { asker }: PageWork, message: string): void {
  answer(kubelet, asker, page(500, PLAIN, bytesOf(message)));
}
