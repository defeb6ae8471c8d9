/** What conversations of the server may ask, and how each question is answered. */
import { must, unreachable } from '../base/assert.ts';
import { micros, processId, type Micros, type ProcessId, seconds } from '../base/data.ts';
import type { KubeObject } from '../api/meta.ts';
import type { Node, Pod, PodDisruptionBudget, Service } from '../api/kinds/all.ts';
import type { HttpRequest } from '../api/http.ts';
import { isEmptyLabelSelector, labelSelectorMatches } from '../api/selector.ts';
import { isStatus, noSuchPath, notFound } from '../api/status.ts';
import type { ApiCall } from '../api/wire.ts';
import type { EtcdRequest } from '../etcd/contract.ts';
import { PENDING, type Question } from '../sim/conversation.ts';
import { askRemote, type ProxyArgs } from './aggregation/proxy.ts';
import { signingKey } from './authn/service-accounts.ts';
import { beginWatch } from './cacher/watch.ts';
import { cacheOf } from './cacher/watch-cache.ts';
import { currentMember, sendEtcd } from './etcd.ts';
import { drawName, drawUid } from './registry/before-create.ts';
import { cachedList, selectFrom } from './registry/list.ts';
import { prepareDelete, prepareUpdate } from './registry/prepare.ts';
import { scaleOf } from './registry/scale.ts';
import { fail } from './registry/scripts/create.ts';
import type { HeldArgs } from './registry/scripts/held.ts';
import type { GetArgs } from './registry/scripts/read.ts';
import { allocate, type Claim } from './registry/service-allocation.ts';
import { lockQuota, unlockQuota } from './quota-locks.ts';
import { newBatch, queueCalls } from './batch.ts';
import { openApiV2 } from './nonresource/openapi.ts';
import { QUEUE_WAIT_MAX } from './fairness/queues.ts';
import { dial, type DialQuestion, type EndpointQuestion, pickEndpoint, probe, type ProbeQuestion } from './dial.ts';
import { askWebhook, type WebhookAnswer, type WebhookQuestion } from './webhooks.ts';
import { conversionForm, descriptorOf } from './resources.ts';
import { type ConvertArgs, convertedReply } from './conversion/convert.ts';
import type { Reply } from './stage.ts';
import { AWAITS, type RequestRecord, type ResourceCache, type Server } from './state.ts';

/** How long a reader waits for the cache to catch up. @source kubernetes/apiserver pkg/storage/cacher/watch_cache.go (blockTimeout) */
const FRESH_TIMEOUT = seconds(3);
/** Dial time-out towards kubelets. @source kubernetes/kubernetes pkg/kubelet/client (30 s TCP dial) */
const KUBELET_TIMEOUT = seconds(30);
/** A lease is shared by the objects of one minute, a thousand at most. @source kubernetes/apiserver pkg/storage/etcd3/lease_manager.go */
const LEASE_REUSE = seconds(60);
const LEASE_OBJECTS_MAX = 1000;

type RequestQuestion =
  | 'etcd' | 'fresh' | 'current' | 'cached' | 'cachedList' | 'select' | 'shown' | 'prepareUpdate' | 'prepareDelete' | 'rename' | 'reallocate' | 'lease' | 'kubelet' | 'sleep'
  | 'held' | 'now' | 'openStream' | 'calls' | 'beginWatch' | 'etcdWithin'
  | 'learned' | 'uid' | 'signingKey' | 'lockQuota' | 'unlockQuota' | 'budgets' | 'webhook' | 'convertedReply' | 'openApiV2' | 'seat' | 'proxy' | 'dial' | 'endpoint' | 'probe';

/** Answers a question of a request's conversation, or lets it wait. */
export function handleQuestion(server: Server, request: RequestRecord, question: Question): unknown {
  const what = question.ask as RequestQuestion;
  switch (what) {
    // What every write asks comes first.
    case 'etcd': return askEtcd(server, request, question.args as EtcdRequest);
    case 'current': return current(server, question.args as { readonly resource: string; readonly key: string });
    case 'prepareUpdate': return prepareUpdate(server, request, question.args as KubeObject | null);
    case 'shown': return shown(server, request, question.args as { readonly object: KubeObject; readonly code?: number });
    case 'lease': return lease(server, request, question.args as number);
    case 'etcdWithin': return askEtcdWithin(server, request, question.args as { readonly within: Micros; readonly request: EtcdRequest });
    case 'fresh': return fresh(server, request, question.args as { readonly resource: string; readonly revision: number });
    case 'cached': return cached(server, request, question.args as GetArgs);
    case 'cachedList': return cachedList(server, request);
    case 'select': return selectFrom(server, request, question.args as readonly KubeObject[]);
    case 'prepareDelete': return prepareDelete(server, request, question.args as KubeObject);
    case 'rename': return rename(server, question.args as Draft & { readonly prefix: string });
    case 'reallocate': return reallocate(server, question.args as Draft);
    case 'kubelet': return askKubelet(server, request, question.args as KubeletQuestion, 'kubelet.logs');
    case 'openStream': return askKubelet(server, request, question.args as KubeletQuestion, 'kubelet.open');
    case 'sleep': return wait(server, request, { for: AWAITS.pause, duration: question.args as Micros });
    case 'held': return isHeld(server, question.args as HeldArgs);
    case 'now': return server.out.now;
    case 'calls': return makeCalls(server, request, question.args as readonly ApiCall[]);
    case 'beginWatch': return startWatch(server, request);
    case 'seat': request.awaiting = AWAITS.seat; request.waitUntil = micros(server.out.now + QUEUE_WAIT_MAX); return PENDING;
    case 'convertedReply': return convertAnswer(server, request, question.args as { readonly reply: Reply; readonly args: ConvertArgs; readonly answer: WebhookAnswer });
    case 'openApiV2': return openApiV2(server.state, question.args as readonly object[]);
    case 'webhook': return askWebhook(server, request, question.args as WebhookQuestion);
    case 'proxy': return askRemote(server, request, question.args as ProxyArgs);
    case 'dial': { const to = question.args as DialQuestion; return to.kubelet === undefined ? dial(server, request, to) : askKubelet(server, request, { node: to.node, request: to.http, ...to.kubelet }, 'kubelet.http'); }
    case 'endpoint': return pickEndpoint(server, question.args as EndpointQuestion);
    case 'probe': return probe(server, request, question.args as ProbeQuestion);
    case 'budgets': return budgetsOf(server, question.args as Pod);
    case 'lockQuota': return lockQuota(server, request, question.args as string) ? true : PENDING;
    case 'unlockQuota': unlockQuota(server, request, question.args as string); return null;
    case 'uid': return drawUid(server.out);
    case 'signingKey': return signingKey(server);
    case 'learned': return remember(request, question.args as { readonly key: string; readonly value: unknown });
    default: return unreachable(what);
  }
}

function askEtcd(server: Server, request: RequestRecord, args: EtcdRequest): typeof PENDING {
  request.awaiting = sendEtcd(server, args, { for: 'request', serial: request.serial, request: args });
  return PENDING;
}

/** The same for somebody who does not want to wait for ever. */
function askEtcdWithin(server: Server, request: RequestRecord, { within, request: args }: { readonly within: Micros; readonly request: EtcdRequest }): typeof PENDING {
  askEtcd(server, request, args);
  request.waitUntil = micros(server.out.now + within);
  return PENDING;
}

function isHeld({ out }: Server, { stage, resource }: HeldArgs): boolean {
  return out.reach(stage, resource);
}

function wait({ out }: Server, request: RequestRecord, { for: what, duration }: { readonly for: number; readonly duration: Micros }): typeof PENDING {
  request.awaiting = what;
  request.waitUntil = micros(out.now + duration);
  return PENDING;
}

/** Waits until a cache has reached a revision; asks etcd to say where the watch stands, for a quiet resource hears nothing by itself. */
function fresh(server: Server, request: RequestRecord, { resource, revision }: { readonly resource: string; readonly revision: number }): unknown {
  const cache = cacheOf(server, resource);
  if (cache.ready && cache.revision >= revision) return true;
  cache.waiting.push({ serial: request.serial, revision });
  askProgress(server, cache);
  return wait(server, request, { for: AWAITS.fresh, duration: FRESH_TIMEOUT });
}

function askProgress(server: Server, cache: ResourceCache): void {
  if (cache.progressAsked || cache.etcdWatch === 0) return;
  cache.progressAsked = true;
  server.out.send(currentMember(server), { type: 'etcd.watchProgress', id: cache.etcdWatch });
}

/** Which waiting requests a cache can serve now; the others stay and ask once more. */
export function takeServed(server: Server, cache: ResourceCache): readonly number[] {
  if (cache.waiting.length === 0) return [];
  const served = cache.waiting.filter(({ revision }) => revision <= cache.revision).map(({ serial }) => serial);
  cache.waiting = cache.waiting.filter(({ revision, serial }) => revision > cache.revision && server.state.inFlight.has(serial));
  if (cache.waiting.length > 0) askProgress(server, cache);
  return served;
}

function current(server: Server, { resource, key }: { readonly resource: string; readonly key: string }): KubeObject | null {
  return cacheOf(server, resource).items.get(key) ?? null;
}

function cached(server: Server, request: RequestRecord, { resource, key, of, name }: GetArgs): Reply {
  const object = cacheOf(server, resource).items.get(key);
  return object === undefined ? fail(notFound(of, name)) : shown(server, request, { object });
}

/** What a client sees of a stored object at the path that it asked. */
function shown({ state }: Server, { call }: RequestRecord, { object, code = 200 }: { readonly object: KubeObject; readonly code?: number }): Reply {
  // In the version that is asked, which may take a webhook; its scale is made of that.
  if (call.subresource === 'scale' && conversionForm(state, call) !== undefined) return { code, body: object };
  if (call.subresource === 'scale') return { code, body: scaleOf(must(descriptorOf(state, call), 'a scale belongs to a kind'), object) };
  if (call.subresource !== 'binding') return { code, body: object };
  return { code: 201, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } };
}

function convertAnswer({ state }: Server, { call }: RequestRecord, { reply, ...conversion }: { readonly reply: Reply; readonly args: ConvertArgs; readonly answer: WebhookAnswer }): Reply {
  const form = conversionForm(state, call);
  // Its definition went while the webhook was asked.
  return form === undefined ? fail(noSuchPath()) : convertedReply(form, reply, conversion);
}

interface Draft { readonly key: string; readonly object: KubeObject; readonly claims: readonly Claim[] }

/** Another name for an object whose generated one was taken. */
function rename({ out }: Server, { prefix, object, claims }: Draft & { readonly prefix: string }): Draft {
  const name = drawName(object.metadata.generateName ?? '', out);
  return { key: prefix + name, object: { ...object, metadata: { ...object.metadata, name } }, claims };
}

/** Another address for a Service whose drawn one was taken. */
function reallocate(server: Server, { key, object }: Draft): Draft {
  const service = object as Service;
  const { clusterIP: _ip, clusterIPs: _ips, ...spec } = service.spec;
  const allocation = allocate(server, { ...service, spec }, undefined);
  return isStatus(allocation) ? { key, object, claims: [] } : { key, object: allocation.object, claims: allocation.claims };
}

function lease(server: Server, request: RequestRecord, ttl: number): unknown {
  const { ttlLease } = server.state;
  if (ttlLease.id !== '' && server.out.now - ttlLease.since < LEASE_REUSE && ttlLease.uses < LEASE_OBJECTS_MAX) {
    ttlLease.uses++;
    return ttlLease.id;
  }
  const args: EtcdRequest = { op: 'leaseGrant', args: { ttl: ttl + LEASE_REUSE / 1_000_000 } };
  sendEtcd(server, args, { for: 'lease', serial: request.serial });
  request.awaiting = AWAITS.lease;
  return PENDING;
}

/** A question to the kubelet of a node; the rest of it is the message. */
interface KubeletQuestion { readonly node: string; readonly namespace: string; readonly pod: string; readonly container: string; readonly options: object }

function askKubelet(server: Server, request: RequestRecord, { node, ...question }: KubeletQuestion | KubeletHttp, type: 'kubelet.logs' | 'kubelet.open' | 'kubelet.http'): typeof PENDING {
  const { state, out } = server;
  const kubelet = processId(node, 'kubelet') as ProcessId;
  const id = state.nextKubeletCall++;
  state.kubeletCalls.set(id, { serial: request.serial, kubelet, address: addressOf(server, node) });
  out.send(kubelet, { type, id, ...question });
  return wait(server, request, { for: AWAITS.kubelet, duration: KUBELET_TIMEOUT });
}

interface KubeletHttp { readonly node: string; readonly request: HttpRequest; readonly known: boolean }

function addressOf({ state }: Server, name: string): string {
  const node = state.caches.get('/nodes')?.items.get(`/registry/minions/${name}`) as Node | undefined;
  return node?.status?.addresses?.find(address => address.type === 'InternalIP')?.address ?? name;
}

function makeCalls(server: Server, request: RequestRecord, calls: readonly ApiCall[]): unknown {
  if (calls.length === 0) return [];
  request.batch = newBatch(calls.length);
  request.awaiting = AWAITS.calls;
  queueCalls(server.state, calls, { task: '', serial: request.serial });
  return PENDING;
}

/** The disruption budgets of a pod; a budget without selector covers nothing. */
function budgetsOf({ state }: Server, { metadata }: Pod): readonly PodDisruptionBudget[] {
  const prefix = `/registry/poddisruptionbudgets/${metadata.namespace ?? ''}`;
  const budgets: PodDisruptionBudget[] = [];
  state.caches.get('policy/poddisruptionbudgets')?.items.range(`${prefix}/`, `${prefix}0`, (_key, object) => {
    const budget = object as PodDisruptionBudget;
    const selector = budget.spec?.selector;
    if (selector !== undefined && !isEmptyLabelSelector(selector) && labelSelectorMatches(selector, metadata.labels)) budgets.push(budget);
  });
  return budgets;
}

function remember(request: RequestRecord, { key, value }: { readonly key: string; readonly value: unknown }): null {
  (request.learned ??= new Map()).set(key, value);
  return null;
}

function startWatch(server: Server, request: RequestRecord): Reply {
  beginWatch(server, request);
  return { code: 200, body: {}, watching: true };
}
