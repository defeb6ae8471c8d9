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
import type { HttpRequest } from '../api/http.ts';
import { PENDING } from '../sim/conversation.ts';
import type { WebhookClientConfig } from '../api/kinds/admissionregistration/webhook-client.ts';
import { AWAITS, type RequestRecord, type Server } from './state.ts';

/** A question to a webhook. `event`: what the learner is told when it is not answered. */
export interface WebhookQuestion { readonly name: string; readonly event: string; readonly client: WebhookClientConfig; readonly timeoutSeconds: number; readonly timeout: Micros; readonly review: object }

/** What came of asking: the response, or why there is none. */
export type WebhookAnswer =
  | { readonly ok: true; readonly uid: string; readonly code: number; readonly body: unknown }
  | { readonly ok: false; readonly error: string };

/** Who waits for an answer: a request, or a task of the server by its name. */
type Caller = RequestRecord | string;

/** Where a call goes. */
export interface Target { readonly endpoint: Endpoint; readonly port: number }

/** A call to a program: `url` as errors name it; with `method` '' they name none. */
interface ProgramCall { readonly name: string; readonly event?: string; readonly url: string; readonly method: string; readonly namespace: string; readonly path: string; readonly body: object; readonly passedOn?: AppHttpRequest['passedOn']; readonly http?: HttpRequest; /** The address that is dialled; absent = the endpoint's. */ readonly address?: string; /** The program is a process of its own, no container of the node. */ readonly program?: string }

/** Sends a call to the endpoint chosen; the answer comes later. */
export function callProgram(server: Server, caller: Caller, { endpoint, port }: Target, call: ProgramCall): typeof PENDING {
  const { state, out } = server;
  const { name, event = '', url, method, namespace, path, body, passedOn, http, program = 'containerd', address = `${endpoint.addresses[0] ?? ''}:${port}` } = call;
  const runtime = processId(endpoint.nodeName ?? '', program) as ProcessId;
  const id = state.nextKubeletCall++;
  const whose = typeof caller === 'string' ? { serial: 0, task: caller } : { serial: caller.serial, task: '' };
  state.webhookCalls.set(id, Object.freeze({ ...whose, runtime, url, method, address, name, event }));
  out.send(runtime, {
    type: 'app.http', id, namespace: endpoint.targetRef?.namespace ?? namespace, pod: endpoint.targetRef?.name ?? '', port, path, body, ...(passedOn === undefined ? {} : { passedOn }), ...(http === undefined ? {} : { http }),
  } satisfies AppHttpRequest);
  if (typeof caller !== 'string') caller.awaiting = AWAITS.webhook;
  return PENDING;
}

/** Sends the review; the answer, or an error, comes later. */
export function askWebhook(server: Server, caller: Caller, { name, event, client, timeoutSeconds, timeout, review }: WebhookQuestion): unknown {
  const { out } = server;
  const failed = (url: string, why: string): object => {
    out.record(event, { name });
    return { error: `Post "${url}?timeout=${timeoutSeconds}s": ${why}` };
  };
  const { service } = client;
  if (service === undefined) return failed(client.url ?? '', `dial tcp: lookup ${hostOf(client.url ?? '')}: no such host`);
  const { port = 443, path = '' } = service;
  const url = `https://${service.name}.${service.namespace}.svc:${port}${path.startsWith('/') || path === '' ? path : `/${path}`}`;
  const target = resolveEndpoint(server, service.namespace, service.name, port);
  if (typeof target === 'string') return failed(url, target);
  callProgram(server, caller, target, { name, event, url: `${url}?timeout=${timeoutSeconds}s`, method: 'Post', namespace: service.namespace, path: path === '' ? '/' : path, body: review });
  if (typeof caller === 'string') out.startTimer(`task ${caller}`, timeout);
  else caller.waitUntil = micros(out.now + timeout);
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

/** What a program answered. @returns the request or task that goes on, with what it is told */
export function webhookAnswered({ state, out }: Server, message: AppHttpAnswer): { readonly caller: Caller; readonly value: object } | undefined {
  const call = state.webhookCalls.get(message.id);
  if (call === undefined) return undefined;
  state.webhookCalls.delete(message.id);
  if (call.task !== '') out.cancelTimer(`task ${call.task}`);
  const request = state.inFlight.get(call.serial);
  if (call.task === '' && request?.awaiting !== AWAITS.webhook) return undefined;
  if (message.http !== undefined) return { caller: request ?? call.task, value: { http: message.http } };
  const value = message.code === 0 ? { error: `${call.method === '' ? '' : `${call.method} "${call.url}": `}${message.error ?? `dial tcp ${call.address}: connect: connection refused`}` } : { code: message.code, body: message.body };
  return { caller: request ?? call.task, value };
}

/** A node that is gone answers nothing any more. @returns numbers of the calls that went there */
export function webhooksLost({ state }: Server, peer: ProcessId): readonly number[] {
  return [...state.webhookCalls].filter(([, { runtime }]) => runtime === peer).map(([id]) => id);
}

/** The time for a call is over. */
export function webhookTimedOut({ state, out }: Server, caller: Caller): object | undefined {
  for (const [id, call] of state.webhookCalls) {
    if (typeof caller === 'string' ? call.task !== caller : call.serial !== caller.serial) continue;
    state.webhookCalls.delete(id);
    if (call.event !== '') out.record(call.event, { name: call.name });
    return { error: `${call.method} "${call.url}": context deadline exceeded` };
  }
  return undefined;
}

/** What is wrong with an HTTP answer as such; undefined = it carries an object. @source kubernetes/client-go rest/request.go (transformResponse) */
export function httpTrouble({ code, body }: WebhookAnswer & { readonly ok: true }): string | undefined {
  if (code === 200) return typeof body === 'object' ? undefined : "couldn't get version/kind; json parse error: invalid character 'H' looking for beginning of value";
  if (code === 404) return 'the server could not find the requested resource';
  if (code === 503) return 'the server is currently unable to handle the request';
  if (code >= 500) return `an error on the server (${JSON.stringify(String(body))}) has prevented the request from succeeding`;
  return 'the server rejected our request for an unknown reason';
}
