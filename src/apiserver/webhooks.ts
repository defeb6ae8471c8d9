/**
 * Calls from the API server to programs in the cluster: which pod stands behind a Service, and the way there and back.
 *
 * @source kubernetes/kube-aggregator pkg/apiserver/resolvers.go, kubernetes/apiserver pkg/util/proxy/proxy.go
 * @fidelity simplified: the API server picks an endpoint itself, as with `--enable-aggregator-routing`, instead of going through the rules of its machine's
 * kube-proxy; certificates are not checked
 */
import { micros, type Micros, processId, type ProcessId } from '../base/data.ts';
import type { Endpoint, EndpointSlice, Service } from '../api/kinds/all.ts';
import type { AppHttpAnswer, AppHttpRequest } from '../api/app-http.ts';
import { PENDING } from '../sim/conversation.ts';
import type { WebhookClientConfig } from '../api/kinds/admissionregistration/webhook-client.ts';
import { AWAITS, type RequestRecord, type Server } from './state.ts';

/** What `callWebhook` asks. */
export interface WebhookQuestion { readonly name: string; readonly client: WebhookClientConfig; readonly timeoutSeconds: number; readonly timeout: Micros; readonly review: object }

/** Where a call goes. */
export interface Target { readonly endpoint: Endpoint; readonly port: number }

/** A call to a program behind a Service: `url` as errors name it. */
interface ProgramCall { readonly name: string; readonly url: string; readonly method: string; readonly namespace: string; readonly path: string; readonly body: object; readonly passedOn?: AppHttpRequest['passedOn']; /** The address that is dialled; absent = the endpoint's. */ readonly address?: string }

/** Sends a call to the endpoint chosen; the answer comes later. */
export function callProgram(server: Server, request: RequestRecord, { endpoint, port }: Target, call: ProgramCall): typeof PENDING {
  const { state, out } = server;
  const { name, url, method, namespace, path, body, passedOn, address = `${endpoint.addresses[0] ?? ''}:${port}` } = call;
  const runtime = processId(endpoint.nodeName ?? '', 'containerd') as ProcessId;
  const id = state.nextKubeletCall++;
  state.webhookCalls.set(id, { serial: request.serial, runtime, url, method, address, name });
  out.send(runtime, {
    type: 'app.http', id, namespace: endpoint.targetRef?.namespace ?? namespace, pod: endpoint.targetRef?.name ?? '', port, path, body, ...(passedOn === undefined ? {} : { passedOn }),
  } satisfies AppHttpRequest);
  request.awaiting = AWAITS.webhook;
  return PENDING;
}

/** Sends the review; the answer, or an error, comes later. */
export function askWebhook(server: Server, request: RequestRecord, { name, client, timeoutSeconds, timeout, review }: WebhookQuestion): unknown {
  const { out } = server;
  const failed = (url: string, why: string): object => {
    out.record('admission.webhook.failed', { name });
    return { error: `Post "${url}?timeout=${timeoutSeconds}s": ${why}` };
  };
  const { service } = client;
  if (service === undefined) return failed(client.url ?? '', `dial tcp: lookup ${hostOf(client.url ?? '')}: no such host`);
  const { port = 443, path = '' } = service;
  const url = `https://${service.name}.${service.namespace}.svc:${port}${path.startsWith('/') || path === '' ? path : `/${path}`}`;
  const target = resolveEndpoint(server, service.namespace, service.name, port);
  if (typeof target === 'string') return failed(url, target);
  callProgram(server, request, target, { name, url: `${url}?timeout=${timeoutSeconds}s`, method: 'Post', namespace: service.namespace, path: path === '' ? '/' : path, body: review });
  request.waitUntil = micros(out.now + timeout);
  return PENDING;
}

function hostOf(url: string): string {
  return /^https?:\/\/([^/:]+)/.exec(url)?.[1] ?? url;
}

/** A ready endpoint of a Service; a text says why there is none. */
export function resolveEndpoint({ state, out }: Server, namespace: string, name: string, port: number): Target | string {
  const service = state.caches.get('/services')?.items.get(`/registry/services/specs/${namespace}/${name}`) as Service | undefined;
  if (service === undefined) return `service "${name}" not found`;
  const wanted = service.spec.ports?.find(one => one.port === port);
  if (wanted === undefined) return `no service port ${port} found for service "${name}"`;
  const targets: Target[] = [];
  state.caches.get('discovery.k8s.io/endpointslices')?.items.range(`/registry/endpointslices/${namespace}/`, `/registry/endpointslices/${namespace}0`, (_key, object) => {
    const slice = object as EndpointSlice;
    if (slice.metadata.labels?.['kubernetes.io/service-name'] !== name) return;
    const at = slice.ports?.find(one => (one.name ?? '') === (wanted.name ?? ''))?.port;
    if (at !== undefined) for (const endpoint of slice.endpoints) if (endpoint.conditions?.ready !== false) targets.push({ endpoint, port: at });
  });
  const chosen = targets[targets.length < 2 ? 0 : out.draw('webhooks', targets.length)];
  return chosen ?? `no endpoints available for service "${name}"`;
}

/** What a program answered. @returns the request that goes on, with what it is told */
export function webhookAnswered({ state }: Server, message: AppHttpAnswer): { readonly request: RequestRecord; readonly value: object } | undefined {
  const call = state.webhookCalls.get(message.id);
  if (call === undefined) return undefined;
  state.webhookCalls.delete(message.id);
  const request = state.inFlight.get(call.serial);
  if (request?.awaiting !== AWAITS.webhook) return undefined;
  const value = message.code === 0 ? { error: `${call.method} "${call.url}": dial tcp ${call.address}: connect: connection refused` } : { code: message.code, body: message.body };
  return { request, value };
}

/** A node that is gone answers nothing any more. @returns numbers of the calls that went there */
export function webhooksLost({ state }: Server, peer: ProcessId): readonly number[] {
  return [...state.webhookCalls].filter(([, { runtime }]) => runtime === peer).map(([id]) => id);
}

/** The time for a call is over. */
export function webhookTimedOut({ state, out }: Server, request: RequestRecord): object | undefined {
  for (const [id, call] of state.webhookCalls) {
    if (call.serial !== request.serial) continue;
    state.webhookCalls.delete(id);
    if (call.method === 'Post') out.record('admission.webhook.failed', { name: call.name });
    return { error: `${call.method} "${call.url}": context deadline exceeded` };
  }
  return undefined;
}
