/** A small API server for one or two schedulers: objects, watches, bindings, deletions with grace, and failures on demand. */
import { deepFreeze, micros, millis, type NodeName, type ProcessId, processId, seconds } from '../../src/base/data.ts';
import { Table } from '../../src/base/table.ts';
import type { Node, Pod } from '../../src/api/kinds/all.ts';
import type { NewEvent } from '../../src/api/kinds/events/event.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { applyStrategicPatch } from '../../src/api/patch/strategic.ts';
import { descriptorOfKind, descriptorOfResource } from '../../src/api/scheme.ts';
import * as statuses from '../../src/api/status.ts';
import { formatTime } from '../../src/api/time.ts';
import type { ApiCall, ApiClientMessage } from '../../src/api/wire.ts';
import { keyOf } from '../../src/client/resources.ts';
import { kubeScheduler, type SchedulerState } from '../../src/scheduler/scheduler.ts';
import { Kernel } from '../../src/sim/kernel.ts';
import { defineProcess, type Outbox } from '../../src/sim/process.ts';
import type { Manifest } from './world.ts';

interface Watcher { readonly client: ProcessId; readonly id: number; readonly kind: string }
interface ApiState {
  version: number;
  readonly objects: Table<KubeObject>;
  watchers: Watcher[];
  /** So many bindings are answered with 500. */
  failBindings: number;
  /** Requests of these clients are left unanswered. */
  deafTo: string[];
  bindings: number;
}
type Message = ApiClientMessage
  | { readonly type: 'test.put'; readonly object: KubeObject }
  | { readonly type: 'test.delete'; readonly key: string }
  | { readonly type: 'test.set'; readonly field: 'failBindings' | 'deafTo'; readonly value: never };

/** Deleted pods that run take so long to stop. */
const GRACE = seconds(2);

const fakeApi = defineProcess<ApiState, Message, object>({
  kind: 'fake-api', mailboxMax: 1_000_000,
  boot: () => ({ version: 1, objects: new Table(), watchers: [], failBindings: 0, deafTo: [], bindings: 0 }),
  step(state, input, out) {
    if (input.type === 'timer') { drop(state, input.name, out); return; }
    if (input.type === 'connectionLost') { state.watchers = state.watchers.filter(watcher => watcher.client !== input.peer); return; }
    if (input.type !== 'message') return;
    const { body } = input;
    switch (body.type) {
      case 'test.put': put(state, body.object, out); return;
      case 'test.delete': drop(state, body.key, out); return;
      case 'test.set': state[body.field] = body.value; return;
      case 'api.ping': out.send(input.from, { type: 'api.pong', id: 0 }); return;
      case 'api.cancel': state.watchers = state.watchers.filter(watcher => watcher.client !== input.from || watcher.id !== body.id); return;
      case 'api.request': onRequest(state, { client: input.from, id: body.id }, body.call, out);
    }
  },
});

function onRequest(state: ApiState, { client, id }: { readonly client: ProcessId; readonly id: number }, call: ApiCall, out: Outbox): void {
  if (state.deafTo.includes(client)) return;
  const kind = descriptorOfResource(call.group, call.resource)?.kind ?? '';
  if (call.verb === 'watch') { state.watchers.push({ client, id, kind }); return; }
  out.send(client, { type: 'api.response', id, ...answer(state, kind, call, out) }, millis(2));
}

function answer(state: ApiState, kind: string, call: ApiCall, out: Outbox): { readonly code: number; readonly body: object } {
  const group = { group: call.group, resource: call.resource };
  if (call.verb === 'list') {
    const items = [...state.objects.values()].filter(object => object.kind === kind);
    return { code: 200, body: { apiVersion: 'v1', kind: `${kind}List`, metadata: { resourceVersion: String(state.version) }, items } };
  }
  if (call.subresource === 'binding') return bindPod(state, call, out);
  if (call.verb === 'create') {
    const object = call.body as KubeObject;
    if (state.objects.has(`${kind}/${keyOf(object)}`)) return { code: 409, body: statuses.alreadyExists(group, object.metadata.name) };
    return { code: 201, body: put(state, object, out) };
  }
  const key = `${kind}/${call.namespace === '' ? '' : `${call.namespace}/`}${call.name}`;
  const old = state.objects.get(key);
  if (old === undefined) return { code: 404, body: statuses.notFound(group, call.name) };
  switch (call.verb) {
    case 'get': return { code: 200, body: old };
    case 'update': {
      const object = call.body as KubeObject;
      if (object.metadata.resourceVersion !== old.metadata.resourceVersion) return { code: 409, body: statuses.conflict(group, call.name) };
      return { code: 200, body: put(state, object, out) };
    }
    case 'patch': {
      const patched = applyStrategicPatch(old as never, call.body, old.kind);
      return { code: 200, body: put(state, (patched.ok ? patched.value : old) as unknown as KubeObject, out) };
    }
    case 'delete': {
      if (old.metadata.deletionTimestamp !== undefined) return { code: 200, body: old };
      out.startTimer(key, GRACE);
      return { code: 200, body: put(state, { ...old, metadata: { ...old.metadata, deletionTimestamp: formatTime(out.now) } }, out) };
    }
    default: return { code: 405, body: {} };
  }
}

function bindPod(state: ApiState, call: ApiCall, out: Outbox): { readonly code: number; readonly body: object } {
  state.bindings++;
  if (state.failBindings > 0) { state.failBindings--; return { code: 500, body: statuses.internalError('the disk is full') }; }
  const pod = state.objects.get(`Pod/${call.namespace}/${call.name}`) as Pod | undefined;
  const { target, metadata } = call.body as { target: { name: string }; metadata: { uid?: string } };
  if (pod === undefined) return { code: 404, body: statuses.notFound({ group: '', resource: 'pods' }, call.name) };
  if ((pod.spec.nodeName ?? '') !== '' || pod.metadata.uid !== metadata.uid) return { code: 409, body: { message: `pod ${call.name} is already assigned` } };
  const conditions = [...(pod.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled'), { type: 'PodScheduled', status: 'True' as const }];
  put(state, { ...pod, spec: { ...pod.spec, nodeName: target.name }, status: { ...pod.status, conditions } } as Pod, out);
  return { code: 201, body: statuses.success({}) };
}

function put(state: ApiState, object: KubeObject, out: Outbox): KubeObject {
  const key = `${object.kind}/${keyOf(object)}`;
  const type = state.objects.has(key) ? 'MODIFIED' : 'ADDED';
  const version = ++state.version;
  const { uid = `uid-${version}` } = object.metadata;
  const stored = deepFreeze({ ...object, metadata: { ...object.metadata, uid, resourceVersion: String(version) } });
  state.objects.set(key, stored);
  announce(state, type, stored, out);
  return stored;
}

function drop(state: ApiState, key: string, out: Outbox): void {
  const object = state.objects.get(key);
  if (object === undefined) return;
  state.objects.delete(key);
  announce(state, 'DELETED', object, out);
}

function announce(state: ApiState, type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject, out: Outbox): void {
  for (const { client, id, kind } of state.watchers) {
    if (kind === object.kind && !state.deafTo.includes(client)) out.send(client, { type: 'api.watch', id, events: [{ type, object, cause: out.cause }] });
  }
}

export const API = processId('cp-1', 'kube-apiserver');
export const schedulerId = (n: number): ProcessId => processId(`cp-${n}`, 'kube-scheduler');
export const kinds = [fakeApi, kubeScheduler];

export class Rig {
  readonly kernel: Kernel;
  readonly notes: { readonly type: string; readonly fields: Readonly<Record<string, unknown>>; readonly at: number }[] = [];

  constructor(options: { readonly schedulers?: number; readonly seed?: number } = {}) {
    this.kernel = new Kernel({ seed: options.seed ?? 5, kinds });
    this.kernel.onRecord(note => { this.notes.push(note); });
    this.kernel.spawn({ id: API, kind: 'fake-api', node: 'cp-1' as NodeName, config: {} });
    this.create({ kind: 'Namespace', metadata: { name: 'default' } });
    const count = options.schedulers ?? 1;
    for (let i = 1; i <= count; i++) {
      const config = { rest: { loadBalancer: '', servers: [API], credential: { type: 'anonymous' }, userAgent: 'kube-scheduler' }, leaderElect: count > 1 };
      this.kernel.spawn({ id: schedulerId(i), kind: 'kube-scheduler', node: `cp-${i}` as NodeName, config });
    }
    this.run(1);
  }

  get state(): ApiState { return this.kernel.stateOf<ApiState>(API) as ApiState; }
  scheduler(n = 1): SchedulerState { return this.kernel.stateOf<SchedulerState>(schedulerId(n)) as SchedulerState; }
  run(duration: number): void { this.kernel.run({ until: micros(this.kernel.world.now + seconds(duration)), eventsMax: 2_000_000 }); }
  tell(body: object): void { this.kernel.deliver(API, body); }
  set(field: 'failBindings' | 'deafTo', value: unknown): void { this.tell({ type: 'test.set', field, value }); }

  create(manifest: Manifest): void {
    const descriptor = descriptorOfKind(manifest['kind']);
    const metadata = { ...(descriptor?.namespaced === true ? { namespace: 'default' } : {}), ...manifest['metadata'] };
    this.tell({ type: 'test.put', object: deepFreeze({ apiVersion: 'v1', ...manifest, metadata }) });
  }

  node(name: string, more: { readonly cpu?: string; readonly taints?: readonly object[]; readonly labels?: object; readonly pods?: string } = {}): void {
    const { cpu = '4', pods = '110', labels, taints } = more;
    this.create({
      kind: 'Node', metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } }, spec: taints === undefined ? {} : { taints },
      status: { allocatable: { cpu, memory: '8Gi', pods, 'ephemeral-storage': '40Gi' } },
    });
  }

  pod(name: string, more: { readonly cpu?: string; readonly spec?: object; readonly labels?: object } = {}): void {
    const requests = { cpu: more.cpu ?? '100m', memory: '64Mi' };
    this.create({
      kind: 'Pod', metadata: { name, ...(more.labels !== undefined ? { labels: more.labels } : {}) },
      spec: { containers: [{ name: 'web', image: 'nginx:1.27', resources: { requests } }], schedulerName: 'default-scheduler', ...more.spec }, status: { phase: 'Pending' },
    });
  }

  /** Changes a stored object. */
  change<T extends KubeObject>(key: string, change: (object: T) => object): void {
    const object = this.state.objects.get(key) as T | undefined;
    if (object !== undefined) this.tell({ type: 'test.put', object: deepFreeze(change(object)) });
  }
  delete(key: string): void { this.tell({ type: 'test.delete', key }); }
  getPod(name: string): Pod | undefined { return this.state.objects.get(`Pod/default/${name}`) as Pod | undefined; }
  getNode(name: string): Node | undefined { return this.state.objects.get(`Node/${name}`) as Node | undefined; }
  nodeOf(name: string): string { return this.getPod(name)?.spec.nodeName ?? ''; }
  condition(name: string): string { const found = this.getPod(name)?.status?.conditions?.find(({ type }) => type === 'PodScheduled'); return `${found?.status ?? ''} ${found?.reason ?? ''} ${found?.message ?? ''}`.trim(); }
  events(name: string): string[] {
    return [...this.state.objects.values()].filter(object => object.apiVersion === 'events.k8s.io/v1').map(object => object as unknown as NewEvent)
      .filter(({ regarding }) => regarding?.name === name).map(({ reason, series, note }) => `${reason} x${series?.count ?? 1}: ${note}`);
  }
}
