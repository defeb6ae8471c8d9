/** A real etcd, real API servers, and a client that keeps what it is told. */
import { deepFreeze, micros, type Micros, type NodeName, processId, type ProcessId, seconds } from '../../src/base/data.ts';
import { descriptorOfKind } from '../../src/api/scheme.ts';
import type { Status } from '../../src/api/status.ts';
import type { ApiCall, ApiServerMessage, Credential, Impersonation, ListBody, RequestOptions, Verb, WatchEvent } from '../../src/api/wire.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { apiServer } from '../../src/apiserver/server.ts';
import { completeConfig, type ServerConfig } from '../../src/apiserver/config.ts';
import { clusterOn, etcdMember } from '../../src/etcd/member.ts';
import { Kernel } from '../../src/sim/kernel.ts';
import { pause } from '../../src/sim/faults/pause.ts';
import { defineProcess } from '../../src/sim/process.ts';

export interface ClientState { responses: Map<number, { code: number; body: unknown; warnings: readonly string[] }>; watches: Map<number, { events: WatchEvent[]; ended: boolean }>; messages: number; lost: string[] }

/** Sends what it is handed, keeps what it gets. */
export const testClient = defineProcess<ClientState, ApiServerMessage | { type: 'test.send'; to: ProcessId; body: object }, object>({
  kind: 'test-client', mailboxMax: 1_000_000,
  boot: () => ({ responses: new Map(), watches: new Map(), messages: 0, lost: [] }),
  step(state, input, out) {
    if (input.type === 'connectionLost') { state.lost.push(input.peer); return; }
    if (input.type !== 'message') return;
    const body = input.body;
    state.messages++;
    switch (body.type) {
      case 'test.send': out.send(body.to, body.body); return;
      case 'api.response': state.responses.set(body.id, { code: body.code, body: body.body, warnings: body.warnings ?? [] }); return;
      case 'api.watch': {
        const watch = state.watches.get(body.id) ?? { events: [], ended: false };
        state.watches.set(body.id, watch);
        watch.events.push(...body.events);
        return;
      }
      case 'api.watchEnd': {
        const watch = state.watches.get(body.id) ?? { events: [], ended: false };
        state.watches.set(body.id, watch);
        watch.ended = true;
        return;
      }
    }
  },
});

export const admin: Credential = deepFreeze({ type: 'certificate', commonName: 'kubernetes-admin', organizations: ['system:masters'] });
export const user = (commonName: string, ...organizations: string[]): Credential => deepFreeze({ type: 'certificate', commonName, organizations });

export interface CallOptions { body?: object; options?: RequestOptions; subresource?: string; patchType?: NonNullable<ApiCall['patchType']>; as?: Credential; on?: number; impersonate?: Impersonation; timeoutMicros?: number; agent?: string }
export interface Answer { readonly code: number; readonly body: any; readonly warnings: readonly string[] }

export class Cluster {
  readonly kernel: Kernel;
  readonly servers: readonly ProcessId[];
  #nextId = 1;

  constructor(options: { members?: number; servers?: number; seed?: number; verify?: boolean; allEndpoints?: boolean; config?: Partial<ServerConfig>; extraKinds?: Kernel['faultKinds'] extends never ? never : Parameters<typeof defineProcess>[0][] } = {}) {
    const machines = Array.from({ length: options.members ?? 1 }, (_, i) => `cp-${i + 1}`);
    const count = options.servers ?? 1;
    this.kernel = new Kernel({ seed: options.seed ?? 1, kinds: [etcdMember, apiServer, testClient, ...(options.extraKinds ?? []) as never[]], verify: options.verify ?? false, faults: [pause] });
    for (const name of machines) this.kernel.spawn({ id: processId(name, 'etcd'), kind: 'etcd', node: name as NodeName, config: deepFreeze({ name, initialCluster: clusterOn(machines) }) });
    this.servers = machines.slice(0, count).map(name => processId(name, 'kube-apiserver'));
    machines.slice(0, count).forEach((name, i) => {
      const etcd = options.allEndpoints === true ? [...machines.slice(i), ...machines.slice(0, i)].map(machine => processId(machine, 'etcd')) : [processId(name, 'etcd')];
      this.kernel.spawn({ id: processId(name, 'kube-apiserver'), kind: 'kube-apiserver', node: name as NodeName, config: completeConfig({ etcd, advertiseAddress: `10.0.0.${11 + i}`, ...options.config }, name) });
    });
    this.kernel.spawn({ id: processId('laptop', 'kubectl'), kind: 'test-client', node: 'laptop' as NodeName, config: {} });
  }

  get client(): ClientState { return this.kernel.stateOf<ClientState>('laptop/kubectl') as ClientState; }

  run(duration: Micros): void { this.kernel.run({ until: micros(this.kernel.world.now + duration) }); }
  runSeconds(n: number): void { this.run(seconds(n)); }

  send(call: ApiCall, options: CallOptions = {}): number {
    const id = this.#nextId++;
    const body = {
      type: 'api.request', id, call, credential: options.as ?? admin, userAgent: options.agent ?? 'test',
      ...(options.impersonate === undefined ? {} : { impersonate: options.impersonate }), ...(options.timeoutMicros === undefined ? {} : { timeoutMicros: options.timeoutMicros }),
    };
    this.kernel.deliver('laptop/kubectl', { type: 'test.send', to: this.servers[options.on ?? 0] as ProcessId, body });
    return id;
  }

  begin(verb: Verb, kind: string, key: string, options: CallOptions = {}): number { return this.send(callOf(verb, kind, key, options), options); }

  /** Waits for the answer to a request, at most 90 s. */
  answer(id: number, within = seconds(90)): Answer {
    const until = micros(this.kernel.world.now + within);
    this.kernel.run({ until, stop: () => this.client.responses.has(id) });
    const response = this.client.responses.get(id);
    if (response === undefined) throw new Error(`no answer to request ${id} within ${within} µs; lost ${this.client.lost.join(' ')}`);
    return response;
  }

  call(verb: Verb, kind: string, key: string, options: CallOptions = {}): Answer { return this.answer(this.begin(verb, kind, key, options)); }
  path(path: string, options: CallOptions = {}): Answer { return this.answer(this.send({ verb: 'get', group: '', version: '', resource: '', subresource: '', namespace: '', name: '', path }, options)); }

  create(object: object, options: CallOptions = {}): Answer {
    const { kind, metadata } = object as KubeObject;
    return this.call('create', kind, metadata?.namespace === undefined ? '' : `${metadata.namespace}/`, { ...options, body: deepFreeze(object) });
  }

  events(id: number): WatchEvent[] { return this.client.watches.get(id)?.events ?? []; }
  list(kind: string, namespace = '', options: RequestOptions = {}): ListBody { return this.call('list', kind, `${namespace}/`, { options }).body as ListBody; }
  /** Ready to work: bootstrapped. */
  settle(): this {
    this.runSeconds(5);
    return this;
  }
}

export function callOf(verb: Verb, kind: string, key: string, options: CallOptions = {}): ApiCall {
  const descriptor = descriptorOfKind(kind);
  const of = descriptor === undefined ? { group: 'authorization.k8s.io', version: 'v1', plural: `${kind.toLowerCase()}s`, namespaced: false } : descriptor;
  const slash = key.indexOf('/');
  const namespace = slash >= 0 ? key.slice(0, slash) : of.namespaced && verb !== 'list' && verb !== 'watch' ? 'default' : '';
  const name = slash >= 0 ? key.slice(slash + 1) : key;
  return deepFreeze({
    verb, group: of.group, version: of.version, resource: of.plural, subresource: options.subresource ?? '', namespace: of.namespaced ? namespace : '', name,
    ...(options.options === undefined ? {} : { options: options.options }), ...(options.body === undefined ? {} : { body: options.body }),
    ...(options.patchType === undefined ? {} : { patchType: options.patchType }),
  });
}

export const message = (answer: Answer): string => (answer.body as Status).message ?? '';
export const pod = (name: string, more: object = {}, spec: object = {}): object => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', ...more }, spec: { containers: [{ name: 'c', image: 'images.example/nginx:1.27' }], ...spec },
});
export const configMap = (name: string, data: Record<string, string> = {}): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data });
export const serviceAccount = (name: string): object => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'default' } });
