/**
 * How the components of the control plane are: each is asked when somebody wants to know.
 *
 * @source kubernetes/kubernetes pkg/registry/core/componentstatus/{rest,validator}.go, pkg/registry/core/rest/storage_core.go (serversToValidate), pkg/probe/http/http.go
 * @fidelity simplified: components are asked one after the other, and listed in this order; upstream asks all at once and lists them as they answer
 */
import type { HttpResponse } from '../../../api/http.ts';
import type { ComponentCondition, ComponentStatus } from '../../../api/kinds/all.ts';
import { failure } from '../../../api/status.ts';
import { deepFreeze, seconds } from '../../../base/data.ts';
import { ask, type Conversation } from '../../../sim/conversation.ts';
import type { ProbeQuestion } from '../../dial.ts';
import type { EtcdAnswer } from '../../etcd.ts';
import type { Reply } from '../../stage.ts';
import { fail } from './create.ts';

/** @source validator.go (probeTimeOut) */
const PROBE_TIMEOUT = seconds(20);

/** Name → who is asked on the API server's own machine. @source cmd/kube-controller-manager, pkg/scheduler (default ports) */
const COMPONENTS: Readonly<Record<string, Pick<ProbeQuestion, 'component' | 'port'>>> = {
  'controller-manager': { component: 'kube-controller-manager', port: 10_257 }, scheduler: { component: 'kube-scheduler', port: 10_259 },
};
/** One for all members: they are addresses of one store. @source kubernetes/apiserver pkg/server/storage/storage_factory.go (configs) */
const ETCD = 'etcd-0';

/** `name` '' = all of them. */
export interface ComponentStatusArgs { readonly name: string }

type Health = Omit<ComponentCondition, 'type'>;

/** Answers a get or list. */
export function* componentStatuses({ name }: ComponentStatusArgs): Conversation<Reply> {
  const known = [...Object.keys(COMPONENTS), ETCD];
  if (name !== '') {
    if (!known.includes(name)) return fail(failure({ code: 500, reason: '', message: `Component not found: ${name}` }));
    return { code: 200, body: yield* statusOf(name) };
  }
  const items: ComponentStatus[] = [];
  for (const each of known) items.push(yield* statusOf(each));
  const selected = yield* ask<readonly ComponentStatus[]>('select', items);
  return { code: 200, body: { apiVersion: 'v1', kind: 'ComponentStatusList', metadata: {}, items: selected } };
}

function* statusOf(name: string): Conversation<ComponentStatus> {
  const component = COMPONENTS[name];
  const health = component === undefined ? yield* etcdHealth() : yield* healthOf(component);
  return deepFreeze({ apiVersion: 'v1', kind: 'ComponentStatus', metadata: { name }, conditions: [{ type: 'Healthy', ...health }] });
}

function* healthOf(component: Pick<ProbeQuestion, 'component' | 'port'>): Conversation<Health> {
  const answer = yield* ask<{ readonly http: HttpResponse } | { readonly error: string }>('probe', { ...component, path: '/healthz', within: PROBE_TIMEOUT } satisfies ProbeQuestion);
  if ('error' in answer) return { status: 'False', message: answer.error.replace(/context deadline exceeded$/, '$& (Client.Timeout exceeded while awaiting headers)') };
  const { code, data } = answer.http;
  return code >= 200 && code < 400 ? { status: 'True', message: data } : { status: 'False', message: `HTTP probe failed with statuscode: ${code}` };
}

/** Reads a key, as the health check of the API server itself does. */
function* etcdHealth(): Conversation<Health> {
  const answer = yield* ask<EtcdAnswer<object> | { readonly type: 'timeout' }>('etcdWithin', { within: PROBE_TIMEOUT, request: { op: 'range', args: { key: '/registry/health', limit: 1 } } });
  if (answer.type === 'etcd.response') return { status: 'True', message: 'ok' };
  return { status: 'False', error: answer.type === 'timeout' ? 'context deadline exceeded' : answer.error };
}
