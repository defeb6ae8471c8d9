/**
 * Passes requests on to extension API servers. The request has been authenticated and authorized here; the other server is told who asks.
 *
 * @source kubernetes/kube-aggregator pkg/apiserver/handler_proxy.go
 */
import { micros, seconds } from '../../base/data.ts';
import { failure } from '../../api/status.ts';
import type { Service } from '../../api/kinds/all.ts';
import { ask, type Conversation, PENDING } from '../../sim/conversation.ts';
import type { Reply, Verdict } from '../stage.ts';
import type { RequestRecord, Server } from '../state.ts';
import { callProgram, resolveEndpoint } from '../webhooks.ts';
import { type Remote, remoteOf } from './state.ts';

/** Whom to ask, and how long to wait (seconds; 0 = as long as the request may take). */
export interface ProxyArgs { readonly group: string; readonly version: string; readonly patience: number }

type ProxyAnswer = { readonly code: number; readonly body: object | string } | { readonly error: string };

const UNAVAILABLE = 503;
/** Patience of the check whether a server is there. @source pkg/controllers/status/remote/remote_available_controller.go (Timeout 5 s) */
const CHECK_SECONDS = 5;
/** Whose calls reach a server that is thought to be away. */
export const CHECK_TASK = 'availability';

/** What becomes of a request for a version that is served elsewhere. */
export function passOn({ group, version, isAvailable }: Remote, { owner }: RequestRecord): Verdict {
  const isCheck = owner?.task === CHECK_TASK;
  if (!isAvailable && !isCheck) return { reply: { code: UNAVAILABLE, body: { text: 'service unavailable\n' } } };
  return { converse: 'proxy', args: { group, version, patience: isCheck ? CHECK_SECONDS : 0 } };
}

/** Waits for the other server. */
export function* proxy(args: ProxyArgs): Conversation<Reply> {
  const answer = yield* ask<ProxyAnswer>('proxy', args);
  if ('error' in answer) return args.patience > 0 ? { code: UNAVAILABLE, body: failure({ code: UNAVAILABLE, reason: 'ServiceUnavailable', message: answer.error }) } : { code: UNAVAILABLE, body: { text: `error trying to reach service: ${answer.error}\n` } };
  return { code: answer.code, body: typeof answer.body === 'string' ? { text: answer.body } : answer.body };
}

/** Sends the request on; the answer, or an error, comes later. */
export function askRemote(server: Server, request: RequestRecord, { group, version, patience }: ProxyArgs): unknown {
  const remote = remoteOf(server.state, { group, version });
  if (remote === undefined) return { error: 'service unavailable' };
  const { service } = remote;
  const target = resolveEndpoint(server, service.namespace, service.name, service.port);
  if (typeof target === 'string') return { error: target };
  const { call, user } = request;
  const path = `/apis/${group}/${version}`;
  const address = clusterAddress(server, remote);
  callProgram(server, request, target, {
    name: remote.name, address, url: `https://${address}${path}`, method: 'Get', namespace: service.namespace, path, body: {},
    passedOn: { call, user: user.name, groups: user.groups },
  });
  if (patience > 0) request.waitUntil = micros(server.out.now + seconds(patience));
  return PENDING;
}

/** The address that errors name: the Service's own. */
function clusterAddress({ state }: Server, { service }: Remote): string {
  const found = state.caches.get('/services')?.items.get(`/registry/services/specs/${service.namespace}/${service.name}`) as Service | undefined;
  return `${found?.spec.clusterIP ?? `${service.name}.${service.namespace}.svc`}:${service.port}`;
}
