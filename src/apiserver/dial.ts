/**
 * The API server as a client of whatever listens on a pod or a node: what the subresource `proxy` passes on goes through here.
 *
 * @source kubernetes/kubernetes pkg/registry/core/service/storage/storage.go (ResourceLocation, isValidAddress)
 */
import type { Endpoint, EndpointSlice, Pod } from '../api/kinds/all.ts';
import type { HttpRequest } from '../api/http.ts';
import { micros, type Micros } from '../base/data.ts';
import type { PENDING } from '../sim/conversation.ts';
import type { RequestRecord, Server } from './state.ts';
import { callProgram } from './webhooks.ts';

/** Where a request goes. With `kubelet` it is for the node's kubelet, and says whether the API server shows its certificate. */
export interface DialQuestion {
  readonly node: string;
  readonly namespace: string;
  /** '' = the machine itself. */
  readonly pod: string;
  readonly port: number;
  readonly address: string;
  readonly http: HttpRequest;
  readonly kubelet?: { readonly known: boolean };
}

/** Sends a request to a program; the answer comes later. */
export function dial(server: Server, request: RequestRecord, { node, namespace, pod, port, address, http }: DialQuestion): typeof PENDING {
  const endpoint = { addresses: [address], nodeName: node, targetRef: { kind: 'Pod', namespace, name: pod } } as Endpoint;
  return callProgram(server, request, { endpoint, port }, { name: pod, url: '', method: '', namespace, path: http.target, body: {}, http, address: `${address}:${port}` });
}

/** A component on the API server's own machine, where it says how it is, and how long that may take. */
export interface ProbeQuestion { readonly component: string; readonly port: number; readonly path: string; readonly within: Micros }

/** Asks a component how it is; the answer comes later. */
export function probe(server: Server, request: RequestRecord, { component, port, path, within }: ProbeQuestion): typeof PENDING {
  const address = `127.0.0.1:${port}`;
  const endpoint = { addresses: [address], nodeName: server.state.config.hostname } as Endpoint;
  const http: HttpRequest = { method: 'GET', target: path, headers: [['Host', address]], data: '', tls: true };
  request.waitUntil = micros(server.out.now + within);
  return callProgram(server, request, { endpoint, port }, { name: component, url: `https://${address}${path}`, method: 'Get', namespace: '', path, body: {}, http, address, program: component });
}

/** Which port of a Service, by its name. */
export interface EndpointQuestion { readonly namespace: string; readonly name: string; readonly portName: string }

/** A pod behind a Service; null = none is ready there, and `known` says whether the Service has endpoints at all, or even slices. */
export interface PickedEndpoint { readonly known: 'nothing' | 'empty' | 'some'; readonly pod: Pod | null; readonly port: number }

/** Picks one of the ready endpoints by chance. Only addresses that are pods of the same namespace count: otherwise a Service could be a way to anything. */
export function pickEndpoint({ state, out }: Server, { namespace, name, portName }: EndpointQuestion): PickedEndpoint {
  const pods = state.caches.get('/pods')?.items;
  const found: { readonly pod: Pod; readonly port: number }[] = [];
  let known: PickedEndpoint['known'] = 'nothing';
  state.caches.get('discovery.k8s.io/endpointslices')?.items.range(`/registry/endpointslices/${namespace}/`, `/registry/endpointslices/${namespace}0`, (_key, object) => {
    const { metadata, endpoints = [], ports = [] } = object as EndpointSlice;
    if (metadata.labels?.['kubernetes.io/service-name'] !== name) return;
    known = endpoints.length > 0 || known === 'some' ? 'some' : 'empty';
    const port = ports.find(one => (one.name ?? '') === portName)?.port;
    if (port === undefined) return;
    for (const { addresses, conditions, targetRef } of endpoints) {
      if (conditions?.ready === false || targetRef?.kind !== 'Pod' || targetRef.namespace !== namespace) continue;
      const pod = pods?.get(`/registry/pods/${namespace}/${targetRef.name ?? ''}`) as Pod | undefined;
      if (pod?.status?.podIPs?.some(({ ip }) => ip === addresses[0]) === true) found.push({ pod, port });
    }
  });
  const chosen = found[found.length < 2 ? 0 : out.draw('proxy', found.length)];
  return { known, pod: chosen?.pod ?? null, port: chosen?.port ?? 0 };
}
