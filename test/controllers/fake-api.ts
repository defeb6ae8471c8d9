/** A small API server and a handful of kubelets in one process, so that controllers can be watched alone. */
import { deepFreeze, millis, type NodeName, processId, type ProcessId, seconds } from '../../src/base/data.ts';
import { Table } from '../../src/base/table.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { generatedName } from '../../src/api/names.ts';
import { applyJsonPatch, applyMergePatch } from '../../src/api/patch/json-patch.ts';
import { applyStrategicPatch } from '../../src/api/patch/strategic.ts';
import { descriptorOfKind, descriptorOfResource } from '../../src/api/scheme.ts';
import { matchesLabels, parseLabelSelector } from '../../src/api/selector.ts';
import * as status from '../../src/api/status.ts';
import { formatMicroTime, formatTime } from '../../src/api/time.ts';
import type { ApiCall, ApiClientMessage } from '../../src/api/wire.ts';
import type { Lease } from '../../src/api/kinds/coordination/lease.ts';
import type { Node } from '../../src/api/kinds/core/node.ts';
import type { Pod } from '../../src/api/kinds/core/pod.ts';
import type { ManagerConfig } from '../../src/client/manager.ts';
import { cloud, type CloudInstance } from '../../src/controllers/cloud/cloud.ts';
import { cloudControllerManager, kubeControllerManager } from '../../src/controllers/manager.ts';
import type { ControllerSettings } from '../../src/controllers/settings.ts';
import { Kernel } from '../../src/sim/kernel.ts';
import { defineProcess, type Outbox } from '../../src/sim/process.ts';

interface Change { readonly version: number; readonly kind: string; readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObject; readonly cause: number }
interface Watcher { readonly client: ProcessId; readonly id: number; readonly kind: string; readonly namespace: string }
interface State {
  version: number;
  readonly objects: Table<KubeObject>;
  log: Change[];
  watchers: Watcher[];
  readonly dead: Table<true>;
  nextNode: number;
  /** Answers every write of these kinds with 500 so many times. */
  readonly failing: Table<number>;
}
type Message = ApiClientMessage
  | { readonly type: 'test.call'; readonly call: ApiCall }
  | { readonly type: 'test.kill' | 'test.revive'; readonly node: string }
  | { readonly type: 'test.fail'; readonly kind: string; readonly times: number };

interface Config { readonly nodes: readonly string[]; readonly podStart: number }

const keyFor = (kind: string, namespace: string, name: string): string => `${kind}/${namespace}/${name}`;

export const fakeApi = defineProcess<State, Message, Config>({
  kind: 'fake-api', mailboxMax: 1_000_000,
  boot({ config, out }) {
    const state: State = { version: 1, objects: new Table(), log: [], watchers: [], dead: new Table(), nextNode: 0, failing: new Table() };
    for (const name of ['default', 'kube-system', 'kube-node-lease']) {
      handle(state, make('create', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }), out);
    }
    for (const node of config.nodes) registerNode(state, node, out);
    out.startTimer('config', seconds(0));
    return Object.assign(state, { config });
  },
  step(state, input, out) {
    if (input.type === 'timer') { onTimer(state, (state as unknown as { config: Config }).config, input.name, out); return; }
    if (input.type === 'connectionLost') { state.watchers = state.watchers.filter(watcher => watcher.client !== input.peer); return; }
    if (input.type !== 'message') return;
    const body = input.body;
    switch (body.type) {
      case 'api.cancel': state.watchers = state.watchers.filter(watcher => watcher.client !== input.from || watcher.id !== body.id); return;
      case 'test.kill': state.dead.set(body.node, true); return;
      case 'test.revive': state.dead.delete(body.node); beat(state, body.node, out, true); return;
      case 'test.fail': state.failing.set(body.kind, body.times); return;
      case 'test.call': settle(state, handle(state, body.call, out), out); return;
      case 'api.request': onRequest(state, input.from, body.id, body.call, out);
    }
  },
});

function onRequest(state: State, client: ProcessId, id: number, call: ApiCall, out: Outbox): void {
  const kind = descriptorOfResource(call.group, call.resource)?.kind ?? '';
  if (call.verb === 'watch') {
    state.watchers.push({ client, id, kind, namespace: call.namespace });
    const since = Number(call.options?.resourceVersion ?? 0);
    const events = state.log.filter(change => change.version > since && change.kind === kind && inNamespace(change.object, call.namespace));
    if (events.length > 0) out.send(client, { type: 'api.watch', id, events: events.map(({ type, object, cause }) => ({ type, object, cause })) });
    return;
  }
  const answer = settle(state, handle(state, call, out), out);
  out.send(client, { type: 'api.response', id, code: answer.code, body: answer.body }, millis(2));
}

const inNamespace = (object: KubeObject, namespace: string): boolean => namespace === '' || object.metadata.namespace === namespace;
interface Answer { readonly code: number; readonly body: object }

function settle(_state: State, answer: Answer, _out: Outbox): Answer { return answer; }

function handle(state: State, call: ApiCall, out: Outbox): Answer {
  if (call.path !== undefined) return { code: 200, body: { items: [] } };
  const descriptor = descriptorOfResource(call.group, call.resource);
  if (descriptor === undefined) return { code: 404, body: status.noSuchPath() };
  const { kind } = descriptor;
  const group = { group: call.group, resource: call.resource };
  if (call.verb === 'list' || call.verb === 'deletecollection') {
    const selector = parseLabelSelector(call.options?.labelSelector ?? '');
    const items: KubeObject[] = [];
    state.objects.range(`${kind}/${call.namespace}${call.namespace === '' ? '' : '/'}`, `${kind}/${call.namespace}${call.namespace === '' ? '\uffff' : '0'}`, (_key, object) => {
      if (object.kind === kind && (!selector.ok || matchesLabels(selector.value, object.metadata.labels))) items.push(object);
    });
    if (call.verb === 'list') return { code: 200, body: { apiVersion: 'v1', kind: `${kind}List`, metadata: { resourceVersion: String(state.version) }, items } };
    for (const item of items) remove(state, item, call, out);
    return { code: 200, body: status.success({}) };
  }
  const left = state.failing.get(kind) ?? 0;
  if (left > 0 && call.verb !== 'get') { state.failing.set(kind, left - 1); return { code: 500, body: status.internalError('the disk is on fire') }; }
  if (call.verb === 'create') return create(state, call, out);
  const old = state.objects.get(keyFor(kind, call.namespace, call.name));
  if (old === undefined) return { code: 404, body: status.notFound(group, call.name) };
  if (call.verb === 'get') return { code: 200, body: old };
  const uid = call.options?.preconditions?.uid;
  if (uid !== undefined && uid !== old.metadata.uid) return { code: 409, body: status.conflict(group, call.name) };
  const wanted = call.options?.preconditions?.resourceVersion;
  if (wanted !== undefined && wanted !== old.metadata.resourceVersion) return { code: 409, body: status.conflict(group, call.name) };
  if (call.verb === 'delete') return { code: 200, body: remove(state, old, call, out) };
  return update(state, call, old, out);
}

function draws(out: Outbox): number[] { return [0, 0, 0, 0, 0].map(() => out.draw('name', 27)); }

function create(state: State, call: ApiCall, out: Outbox): Answer {
  const descriptor = descriptorOfResource(call.group, call.resource);
  const given = call.body as KubeObject;
  const { kind } = given;
  if (descriptor === undefined) return { code: 404, body: status.noSuchPath() };
  const namespace = state.objects.get(keyFor('Namespace', '', call.namespace));
  if (descriptor.namespaced && namespace?.metadata.deletionTimestamp !== undefined) {
    return { code: 403, body: status.forbiddenStatus({ group: call.group, resource: call.resource }, given.metadata.name, `unable to create new content in namespace ${call.namespace} because it is being terminated`) };
  }
  const name = given.metadata.name !== '' ? given.metadata.name : generatedName(given.metadata.generateName ?? '', draws(out));
  const key = keyFor(kind, call.namespace, name);
  if (state.objects.has(key)) return { code: 409, body: status.alreadyExists({ group: call.group, resource: call.resource }, name) };
  const metadata = {
    ...given.metadata, name, ...(descriptor.namespaced ? { namespace: call.namespace } : {}),
    uid: given.metadata.uid ?? `uid-${String(out.draw('uid', 0x7fffffff))}-${String(state.version)}`, creationTimestamp: given.metadata.creationTimestamp ?? formatTime(out.now),
  };
  let object = descriptor.defaults(descriptor.prepareForCreate({ ...given, metadata } as KubeObject));
  if (kind === 'Namespace') object = { ...object, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } } as KubeObject;
  if (kind === 'Pod' && (given as Pod).status !== undefined && call.subresource === 'raw') object = { ...object, status: (given as Pod).status } as KubeObject;
  const stored = write(state, 'ADDED', object, out);
  if (kind === 'Pod') out.startTimer(`start ${key}`, millis(100));
  return { code: 201, body: stored };
}

function update(state: State, call: ApiCall, old: KubeObject, out: Outbox): Answer {
  const descriptor = descriptorOfResource(call.group, call.resource);
  if (descriptor === undefined) return { code: 404, body: status.noSuchPath() };
  const patched = call.verb === 'patch' ? patch(call, old) : call.body as KubeObject;
  const group = { group: call.group, resource: call.resource };
  const version = patched.metadata.resourceVersion;
  if (version !== undefined && version !== '' && version !== old.metadata.resourceVersion) return { code: 409, body: status.conflict(group, old.metadata.name) };
  let next: KubeObject;
  if (call.subresource === 'status') next = { ...old, status: (patched as Pod).status } as KubeObject;
  else if (call.subresource === 'finalize') next = { ...old, spec: (patched as Pod).spec } as KubeObject;
  else next = descriptor.prepareForUpdate(descriptor.defaults(patched), old);
  const finished = next.metadata.deletionTimestamp !== undefined && (next.metadata.finalizers ?? []).length === 0 && next.metadata.deletionGracePeriodSeconds === 0
    && (next.kind !== 'Namespace' || ((next as unknown as { spec: { finalizers?: string[] } }).spec.finalizers ?? []).length === 0);
  if (finished) { state.objects.delete(keyFor(old.kind, old.metadata.namespace ?? '', old.metadata.name)); return { code: 200, body: write(state, 'DELETED', next, out) }; }
  return { code: 200, body: write(state, 'MODIFIED', next, out) };
}

function patch(call: ApiCall, old: KubeObject): KubeObject {
  switch (call.patchType) {
    case 'strategic': {
      const result = applyStrategicPatch(old as never, call.body, old.kind);
      return (result.ok ? result.value : old) as unknown as KubeObject;
    }
    case 'json': {
      const result = applyJsonPatch(old, call.body);
      return (result.ok ? result.value : old) as KubeObject;
    }
    default: return applyMergePatch(old, call.body) as KubeObject;
  }
}

function write(state: State, type: Change['type'], object: KubeObject, out: Outbox): KubeObject {
  state.version++;
  const stored = deepFreeze({ ...object, metadata: { ...object.metadata, resourceVersion: String(state.version) } });
  if (type !== 'DELETED') state.objects.set(keyFor(stored.kind, stored.metadata.namespace ?? '', stored.metadata.name), stored);
  const change = deepFreeze({ version: state.version, kind: stored.kind, type, object: stored, cause: out.cause });
  state.log.push(change);
  for (const { client, id, kind, namespace } of state.watchers) {
    if (kind === stored.kind && inNamespace(stored, namespace)) out.send(client, { type: 'api.watch', id, events: [{ type, object: stored, cause: out.cause }] });
  }
  return stored;
}

function remove(state: State, object: KubeObject, call: ApiCall, out: Outbox): object {
  const pod = object as Pod;
  const policy = call.options?.propagationPolicy;
  const finalizers = [...(object.metadata.finalizers ?? []), ...(policy === 'Foreground' ? ['foregroundDeletion'] : policy === 'Orphan' ? ['orphan'] : [])];
  const runs = object.kind === 'Pod' && (pod.spec.nodeName ?? '') !== '' && pod.status?.phase !== 'Failed' && pod.status?.phase !== 'Succeeded';
  const grace = runs ? call.options?.gracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30 : 0;
  if (finalizers.length > 0 || grace > 0 || object.kind === 'Namespace') {
    if (object.metadata.deletionTimestamp !== undefined && (grace > 0 || finalizers.length > 0)) return object;
    const phase = object.kind === 'Namespace' ? { status: { ...pod.status, phase: 'Terminating' } } : {};
    const dying = write(state, 'MODIFIED', { ...object, ...phase, metadata: { ...object.metadata, ...(finalizers.length > 0 ? { finalizers } : {}), deletionTimestamp: formatTime((out.now + seconds(grace)) as never), deletionGracePeriodSeconds: grace } } as KubeObject, out);
    if (grace > 0) out.startTimer(`stop ${keyFor('Pod', object.metadata.namespace ?? '', object.metadata.name)}`, millis(500));
    return dying;
  }
  state.objects.delete(keyFor(object.kind, object.metadata.namespace ?? '', object.metadata.name));
  return write(state, 'DELETED', object, out);
}

// ---- Kubelets --------------------------------------------------------------------------------------------------------

function registerNode(state: State, name: string, out: Outbox): void {
  handle(state, make('create', { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/hostname': name } } }), out);
  handle(state, make('create', { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: 'kube-node-lease' }, spec: { holderIdentity: name, renewTime: formatMicroTime(out.now) } } as Lease), out);
  beat(state, name, out, true);
}

/** Renews the lease; posts the status too when asked, or when somebody wrote Unknown into it. */
function beat(state: State, node: string, out: Outbox, post: boolean): void {
  if (state.dead.has(node)) return;
  const lease = state.objects.get(keyFor('Lease', 'kube-node-lease', node));
  if (lease !== undefined) write(state, 'MODIFIED', { ...lease, spec: { holderIdentity: node, renewTime: formatMicroTime(out.now) } } as KubeObject, out);
  const object = state.objects.get(keyFor('Node', '', node)) as Node | undefined;
  if (object !== undefined && (post || object.status?.conditions?.some(condition => condition.status === 'Unknown') === true)) {
    const at = formatTime(out.now);
    const conditions = ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'].map(type => ({ type, status: type === 'Ready' ? 'True' as const : 'False' as const, lastHeartbeatTime: at, lastTransitionTime: at, reason: 'Kubelet', message: '' }));
    write(state, 'MODIFIED', { ...object, status: { ...object.status, conditions } } as Node, out);
  }
  out.startTimer(`beat ${node}`, seconds(10));
}

function onTimer(state: State, config: Config, name: string, out: Outbox): void {
  const [what = '', key = ''] = name.split(' ');
  if (what === 'beat') { beat(state, key, out, false); return; }
  const pod = state.objects.get(key) as Pod | undefined;
  if (pod === undefined) return;
  if (what === 'start') startPod(state, config, pod, out);
  if (what === 'ready') readyPod(state, pod, out);
  if (what === 'stop' && !state.dead.has(pod.spec.nodeName ?? '')) stopPod(state, pod, out);
}

/** A deleted pod has stopped; it goes unless somebody still holds it. */
function stopPod(state: State, pod: Pod, out: Outbox): void {
  const key = keyFor('Pod', pod.metadata.namespace ?? '', pod.metadata.name);
  if ((pod.metadata.finalizers ?? []).length > 0) {
    write(state, 'MODIFIED', { ...pod, metadata: { ...pod.metadata, deletionTimestamp: formatTime(out.now), deletionGracePeriodSeconds: 0 }, status: { ...pod.status, phase: 'Failed', conditions: [] } } as Pod, out);
    return;
  }
  state.objects.delete(key);
  write(state, 'DELETED', pod, out);
}

/** The node that a pod of a DaemonSet names. */
function namedNode(pod: Pod): string | undefined {
  const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return terms[0]?.matchFields?.find(field => field.key === 'metadata.name')?.values?.[0];
}

function startPod(state: State, config: Config, pod: Pod, out: Outbox): void {
  if (pod.spec.nodeName !== undefined || pod.status?.phase !== 'Pending' || pod.metadata.deletionTimestamp !== undefined) return;
  const alive = config.nodes.filter(node => !state.dead.has(node) && ((state.objects.get(keyFor('Node', '', node)) as unknown as { spec?: { taints?: unknown[] } })?.spec?.taints ?? []).length === 0);
  const node = namedNode(pod) ?? alive[state.nextNode++ % Math.max(1, alive.length)];
  if (node === undefined) return;
  write(state, 'MODIFIED', { ...pod, spec: { ...pod.spec, nodeName: node } } as Pod, out);
  if (!(pod.spec.containers[0]?.image ?? '').includes('broken')) out.startTimer(`ready ${keyFor('Pod', pod.metadata.namespace ?? '', pod.metadata.name)}`, config.podStart as never);
}

function readyPod(state: State, pod: Pod, out: Outbox): void {
  if (state.dead.has(pod.spec.nodeName ?? '') || pod.metadata.deletionTimestamp !== undefined || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return;
  const at = formatTime(out.now);
  const conditions = [{ type: 'Ready', status: 'True' as const, lastTransitionTime: at }];
  const ip = `10.244.${String(state.version % 250)}.${String(out.draw('ip', 250))}`;
  write(state, 'MODIFIED', { ...pod, status: { ...pod.status, phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions } } as Pod, out);
}

// ---- The rig ---------------------------------------------------------------------------------------------------------

export function make(verb: ApiCall['verb'], object: KubeObject, more: Partial<ApiCall> = {}): ApiCall {
  const descriptor = descriptorOfKind(object.kind);
  if (descriptor === undefined) throw new Error(object.kind);
  return deepFreeze({
    verb, group: descriptor.group, version: descriptor.version, resource: descriptor.plural, subresource: '', name: verb === 'create' ? '' : object.metadata.name,
    namespace: descriptor.namespaced ? object.metadata.namespace ?? 'default' : '', ...(verb === 'create' || verb === 'update' ? { body: object } : {}), ...more,
  });
}

export interface RigOptions {
  readonly nodes?: readonly string[];
  readonly managers?: number;
  readonly settings?: Partial<ControllerSettings>;
  readonly instances?: readonly CloudInstance[];
  readonly podStart?: number;
  readonly verify?: boolean;
}

export const API = processId('cp-1', 'kube-apiserver');

export class Rig {
  readonly kernel: Kernel;
  readonly notes: { type: string; fields: Readonly<Record<string, unknown>>; at: number }[] = [];

  constructor(options: RigOptions = {}) {
    const nodes = options.nodes ?? ['worker-1', 'worker-2', 'worker-3', 'worker-4'];
    this.kernel = new Kernel({ seed: 7, kinds: [fakeApi, kubeControllerManager, cloudControllerManager, cloud], verify: options.verify ?? true });
    this.kernel.onRecord(note => { this.notes.push(note); });
    this.kernel.spawn({ id: API, kind: 'fake-api', node: 'cp-1' as NodeName, config: { nodes, podStart: options.podStart ?? seconds(1) } });
    const count = options.managers ?? 1;
    const withCloud = options.instances !== undefined;
    const config = (name: string): ManagerConfig => ({
      rest: { loadBalancer: '', servers: [API], credential: { type: 'anonymous' }, userAgent: name }, leaderElect: count > 1, lease: name,
      settings: { ...options.settings, ...(withCloud ? { cloud: processId('cloud', 'simcloud') } : {}) },
    });
    for (let i = 1; i <= count; i++) {
      this.kernel.spawn({ id: processId(`cp-${i}`, 'kube-controller-manager'), kind: 'kube-controller-manager', node: `cp-${i}` as NodeName, config: config('kube-controller-manager') });
    }
    if (!withCloud) return;
    this.kernel.spawn({ id: processId('cloud', 'simcloud'), kind: 'cloud', node: 'cloud' as NodeName, config: { instances: options.instances } });
    this.kernel.spawn({ id: processId('cp-1', 'cloud-controller-manager'), kind: 'cloud-controller-manager', node: 'cp-1' as NodeName, config: config('cloud-controller-manager') });
  }

  /** Lets virtual time pass. */
  run(duration: number): void { this.kernel.run({ until: (this.kernel.world.now + seconds(duration)) as never, eventsMax: 5_000_000 }); }
  call(call: ApiCall): void { this.kernel.deliver(API, { type: 'test.call', call }); }
  create(object: object): void { this.call(make('create', object as KubeObject)); }
  merge(kind: string, name: string, body: object, namespace = 'default'): void {
    this.call(make('patch', { apiVersion: '', kind, metadata: { name, namespace } }, { body, patchType: 'merge' }));
  }
  remove(kind: string, name: string, options: ApiCall['options'] = {}, namespace = 'default'): void {
    this.call(make('delete', { apiVersion: '', kind, metadata: { name, namespace } }, { options }));
  }
  /** All containers of a pod end with a code. */
  finish(name: string, code: number, more: object = {}): void {
    const pod = this.get('Pod', name) as Pod;
    const at = formatTime(this.kernel.world.now);
    const containerStatuses = pod.spec.containers.map(({ name: container }) => ({ name: container, ready: false, restartCount: 0, image: '', imageID: '', state: { terminated: { exitCode: code, finishedAt: at } } }));
    const conditions = [{ type: 'Ready', status: 'False', lastTransitionTime: at }];
    const status = { ...pod.status, phase: code === 0 ? 'Succeeded' : 'Failed', conditions, containerStatuses, ...more };
    this.call(make('update', { ...pod, status } as KubeObject, { subresource: 'status' }));
  }
  tell(body: object): void { this.kernel.deliver(API, body); }
  get state(): State { return this.kernel.stateOf<State>(API) as State; }
  list<T = any>(kind: string): T[] {
    const found: T[] = [];
    this.state.objects.range(`${kind}/`, `${kind}0`, (_key, object) => { found.push(object as T); });
    return found;
  }
  get<T = any>(kind: string, name: string, namespace = 'default'): T | undefined {
    return this.state.objects.get(keyFor(kind, descriptorOfKind(kind)?.namespaced === true ? namespace : '', name)) as T | undefined;
  }
  events(reason: string): string[] { return this.list('Event').filter(event => event.reason === reason).map(event => event.message as string); }
}

export const deployment = (name: string, replicas: number, more: { image?: string; spec?: object; metadata?: object } = {}): object => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'default', labels: { app: name }, ...more.metadata },
  spec: {
    replicas, selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'web', image: more.image ?? 'nginx:1.27' }] } }, ...more.spec,
  },
});
