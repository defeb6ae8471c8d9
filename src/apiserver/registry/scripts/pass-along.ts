import { headerOf, type HttpHeaders, type HttpResponse, type Proxied } from '../../../api/http.ts';
import type { Node, Pod, Service } from '../../../api/kinds/all.ts';
import type { KubeObject } from '../../../api/meta.ts';
import { badRequest, failure, type GroupResource, notFound, type Status } from '../../../api/status.ts';
import type { RangeResponse } from '../../../etcd/contract.ts';
import { ask, type Conversation } from '../../../sim/conversation.ts';
import type { DialQuestion, EndpointQuestion, PickedEndpoint } from '../../dial.ts';
import { etcd, etcdFailure, range } from '../../etcd.ts';
import { serveKeyValue } from '../../served.ts';
import type { Reply } from '../../stage.ts';
import { fail } from './create.ts';
import type { KubeletAnswer } from './logs.ts';
import { rewriteLinks, rewriteUrl } from './rewrite-links.ts';

/** `https:web:443` in parts. */
interface Target { readonly scheme: string; readonly name: string; readonly port: string }

/** Splits the name of a request for `proxy`; undefined = it is no such name. @source kubernetes/apimachinery pkg/util/net/port_split.go (SplitSchemeNamePort) */
export function splitTarget(id: string): Target | undefined {
  const parts = id.split(':');
  const [scheme = '', name = '', port = ''] = parts.length === 3 ? parts : ['', ...parts];
  if (parts.length > 3 || name === '' || !['', 'http', 'https'].includes(scheme)) return undefined;
  return { scheme, name, port };
}

/** What is to be passed on, and to what. `id`: the name as it was asked. */
export interface PassAlongArgs extends Target {
  readonly of: GroupResource;
  readonly key: string;
  readonly namespace: string;
  readonly id: string;
  readonly proxied: Proxied;
}

const KUBELET_PORT = 10250;

/** A place to dial; `pod` '' = the machine itself. `trusted`: the API server shows its own certificate there. */
interface Location { readonly node: string; readonly namespace: string; readonly pod: string; readonly address: string; readonly port: string; readonly scheme: string; readonly trusted: boolean }

/**
 * Passes a request on to a program in a pod, behind a Service or on a node, and its answer back.
 *
 * @source kubernetes/kubernetes pkg/registry/core/{pod,service,node}/rest, kubernetes/apimachinery pkg/util/proxy/upgradeaware.go, transport.go
 * @fidelity simplified: no simulated program takes an upgraded connection, so a request that asks for one is passed on and answered as plain HTTP; a program that
 * never answers is given up after the 60 seconds of other requests; endpoints come from EndpointSlices, because there are no Endpoints objects
 */
export function* passAlong(args: PassAlongArgs): Conversation<Reply> {
  const found = yield* locate(args);
  if ('kind' in found) return fail(found);
  const { proxied } = args;
  if (proxied.path === '' && (proxied.method === 'GET' || proxied.method === 'HEAD')) {
    return passedBack({ code: 301, headers: [['Location', `${proxied.prefix}/${proxied.query === '' ? '' : `?${proxied.query}`}`], ['Content-Length', '0']], data: '' });
  }
  const answer = yield* reach(found, proxied);
  if ('error' in answer) return fail(failure({ code: 503, reason: 'ServiceUnavailable', message: `error trying to reach service: ${answer.error}` }));
  return passedBack(withLinks(answer, proxied));
}

const passedBack = (http: HttpResponse): Reply => ({ code: http.code, body: { http } });

function* locate(args: PassAlongArgs): Conversation<Location | Status> {
  switch (args.of.resource) {
    case 'services': return yield* behindService(args);
    case 'nodes': return yield* ofNode(args);
    default: return yield* ofPod(args);
  }
}

function* read({ of, key, name }: PassAlongArgs): Conversation<KubeObject | Status> {
  const answer = yield* etcd<RangeResponse>(range({ key }));
  if (answer.type === 'etcd.error') return etcdFailure(answer.error);
  const [kv] = answer.body.kvs;
  return kv === undefined ? notFound(of, name) : serveKeyValue(kv);
}

const isFailure = (object: KubeObject | Status): object is Status => object.kind === 'Status';
const notAllowed = badRequest('address not allowed');

function* ofPod(args: PassAlongArgs): Conversation<Location | Status> {
  const pod = yield* read(args);
  if (isFailure(pod)) return pod;
  const first = (pod as Pod).spec.containers.find(({ ports = [] }) => ports.length > 0)?.ports?.[0]?.containerPort;
  return atPod(pod as Pod, args.scheme, args.port !== '' ? args.port : first === undefined ? '' : String(first));
}

function atPod({ metadata, spec, status }: Pod, scheme: string, port: string): Location | Status {
  const address = status?.podIPs?.[0]?.ip ?? '';
  if (address === '') return notAllowed;
  // A pod on the host's network has the machine's ports.
  return { node: spec.nodeName ?? '', namespace: metadata.namespace ?? '', pod: spec.hostNetwork === true ? '' : metadata.name, address, port, scheme, trusted: false };
}

function* behindService(args: PassAlongArgs): Conversation<Location | Status> {
  const { name, port, namespace, id, scheme } = args;
  const service = yield* read(args);
  const isNumber = /^[+-]?\d+$/.test(port);
  // Upstream looks for the Service only when it has to find the name of a port.
  if (isFailure(service)) return isNumber || service.reason !== 'NotFound' ? service : noEndpoints(name);
  const declared = isNumber ? (service as Service).spec.ports?.find(one => one.port === Number(port)) : undefined;
  if (isNumber && declared === undefined) return unavailable(`no service port ${Number(port)} found for service ${JSON.stringify(name)}`);
  const picked = yield* ask<PickedEndpoint>('endpoint', { namespace, name, portName: isNumber ? declared?.name ?? '' : port } satisfies EndpointQuestion);
  if (picked.pod !== null) return atPod(picked.pod, scheme, String(picked.port));
  const hasSelector = Object.keys((service as Service).spec.selector ?? {}).length > 0;
  if (picked.known === 'nothing' && !hasSelector) return noEndpoints(name);
  return unavailable(`no endpoints available for service ${JSON.stringify(picked.known === 'some' ? id : name)}`);
}

const noEndpoints = (name: string): Status => notFound({ group: '', resource: 'endpoints' }, name);
const unavailable = (message: string): Status => failure({ code: 503, reason: 'ServiceUnavailable', message });

function* ofNode(args: PassAlongArgs): Conversation<Location | Status> {
  const node = yield* read(args);
  if (isFailure(node)) return node;
  const { addresses = [], daemonEndpoints } = (node as Node).status ?? {};
  const address = addresses.find(one => one.type === 'InternalIP')?.address ?? addresses[0]?.address;
  if (address === undefined) return failure({ code: 500, reason: 'InternalError', message: `no preferred addresses found; known addresses: []` });
  const own = String(daemonEndpoints?.kubeletEndpoint?.Port ?? KUBELET_PORT);
  const isKubelet = args.port === '' || args.port === own;
  return { node: node.metadata.name, namespace: '', pod: '', address, port: isKubelet ? own : args.port, scheme: isKubelet ? 'https' : args.scheme, trusted: isKubelet };
}

// ---- On the way ------------------------------------------------------------------------------------------------------

type Dialled = HttpResponse | { readonly error: string };

function* reach(to: Location, proxied: Proxied): Conversation<Dialled> {
  const isTls = to.scheme === 'https';
  const port = to.port === '' ? isTls ? 443 : 80 : Number(to.port);
  const where = `${to.address}:${to.port === '' ? port : to.port}`;
  if (!Number.isInteger(port) || port < 0) return { error: `dial tcp: lookup tcp/${to.port}: unknown port` };
  if (port > 65_535) return { error: `dial tcp: address ${port}: invalid port` };
  const isKubelet = to.trusted || (port === KUBELET_PORT && to.pod === '');
  const target = `${proxied.path === '' ? '/' : proxied.path}${proxied.query === '' ? '' : `?${proxied.query}`}`;
  const question: DialQuestion = {
    node: to.node, namespace: to.namespace, pod: to.pod, port, address: to.address,
    http: { method: proxied.method, target, headers: headersFor(where, proxied), data: proxied.data, tls: isTls }, ...(isKubelet ? { kubelet: { known: to.trusted } } : {}),
  };
  if (!isKubelet) { const answer = yield* ask<{ readonly http: HttpResponse } | { readonly error: string }>('dial', question); return 'http' in answer ? answer.http : answer; }
  const { reply } = yield* ask<{ readonly reply: KubeletAnswer }>('dial', question);
  if (reply.type === 'kubelet.response') return (reply.body as { readonly http: HttpResponse }).http;
  return { error: `dial tcp ${where}: ${reply.type === 'timeout' ? 'i/o timeout' : 'connect: connection refused'}` };
}

/** Headers that concern one connection only, or that the API server keeps for itself. */
const OWN: readonly string[] = ['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'authorization', 'host', 'content-length', 'impersonate-user', 'impersonate-group', 'impersonate-uid'];

/** @source kubernetes/apimachinery pkg/util/proxy/transport.go (RoundTrip), upgradeaware.go */
function headersFor(host: string, { headers, prefix, path, data }: Proxied): HttpHeaders {
  const passed = headers.filter(([name]) => !OWN.includes(name.toLowerCase()));
  return [
    ['Host', host], ...passed, ...(data === '' ? [] : [['Content-Length', String(data.length)] as const]),
    ['X-Forwarded-Uri', `${prefix}${path}`],
  ];
}

/** Links and redirects of pages lead through the proxy again. */
function withLinks(answer: HttpResponse, { prefix }: Proxied): HttpResponse {
  const redirect = headerOf(answer.headers, 'Location');
  if (redirect !== '') return { ...answer, headers: answer.headers.map(([name, value]) => [name, name.toLowerCase() === 'location' ? rewriteUrl(value, prefix) : value] as const) };
  if ((headerOf(answer.headers, 'Content-Type').split(';')[0] ?? '').trim() !== 'text/html') return answer;
  const data = rewriteLinks(answer.data, prefix);
  if (data === answer.data) return answer;
  return { ...answer, data, headers: answer.headers.map(([name, value]) => [name, name.toLowerCase() === 'content-length' ? String(data.length) : value] as const) };
}
