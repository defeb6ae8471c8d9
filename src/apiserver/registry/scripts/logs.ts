import type { Pod } from '../../../api/kinds/all.ts';
import { badRequest, failure, type GroupResource, notFound, type Status } from '../../../api/status.ts';
import type { RequestOptions } from '../../../api/wire.ts';
import type { RangeResponse } from '../../../etcd/contract.ts';
import { ask, type Conversation } from '../../../sim/conversation.ts';
import { etcd, etcdFailure, range } from '../../etcd.ts';
import { serveKeyValue } from '../../served.ts';
import type { Reply } from '../../stage.ts';
import { fail } from './create.ts';

/** Whose log. */
export interface LogArgs { readonly of: GroupResource; readonly key: string; readonly name: string; readonly namespace: string; readonly options: RequestOptions }

/** What the kubelet says, or why it could not be asked. */
export type KubeletAnswer =
  | { readonly type: 'kubelet.response'; readonly ok: boolean; readonly body: object; readonly code?: number; readonly error?: string }
  | { readonly type: 'timeout' }
  | { readonly type: 'refused' };

/**
 * Fetches a log from the node's kubelet: one of the few cases where the API server calls somebody.
 * @source kubernetes/kubernetes pkg/registry/core/pod/strategy.go (LogLocation), rest/log.go
 */
export function* logs(args: LogArgs): Conversation<Reply> {
  const answer = yield* etcd<RangeResponse>(range({ key: args.key }));
  if (answer.type === 'etcd.error') return fail(etcdFailure(answer.error));
  const [kv] = answer.body.kvs;
  if (kv === undefined) return fail(notFound(args.of, args.name));
  const pod = serveKeyValue(kv) as Pod;
  const container = chooseContainer(pod, args.options.container ?? '');
  if (typeof container !== 'string') return fail(container);
  const node = pod.spec.nodeName ?? '';
  if (node === '') return fail(badRequest(`pod ${args.name} does not have a host assigned`));
  const { address, reply } = yield* ask<{ readonly address: string; readonly reply: KubeletAnswer }>('kubelet', {
    node, namespace: args.namespace, pod: args.name, container, options: args.options,
  });
  if (reply.type === 'kubelet.response') return reply.ok ? { code: 200, body: reply.body } : fail(kubeletFailure(reply));
  const cause = reply.type === 'timeout' ? 'i/o timeout' : 'connect: connection refused';
  const path = `/containerLogs/${args.namespace}/${args.name}/${container}${query(args.options)}`;
  return fail(failure({ code: 500, reason: 'InternalError', message: `Get "https://${address}:10250${path}": dial tcp ${address}:10250: ${cause}` }));
}

/** What a kubelet's refusal is to the client. */
export function kubeletFailure({ code = 400, error = '', body }: KubeletAnswer & { readonly type: 'kubelet.response' }): Status {
  const message = error === '' ? (body as { readonly message?: string }).message ?? 'unknown' : error;
  return code === 400 ? badRequest(message) : failure({ code, reason: code === 404 ? 'NotFound' : 'InternalError', message });
}

function query(options: RequestOptions): string {
  const words = [
    options.follow === true ? 'follow=true' : '', options.previous === true ? 'previous=true' : '', options.sinceSeconds === undefined ? '' : `sinceSeconds=${options.sinceSeconds}`,
    options.tailLines === undefined ? '' : `tailLines=${options.tailLines}`, options.timestamps === true ? 'timestamps=true' : '',
  ].filter(word => word !== '');
  return words.length === 0 ? '' : `?${words.join('&')}`;
}

/** The container that a request means: the one it names, or the only one beside those that initialize. @source kubernetes pkg/registry/core/pod/strategy.go (validateContainer) */
export function chooseContainer(pod: Pod, wanted: string): string | Status {
  const names = pod.spec.containers.map(container => container.name);
  const initial = (pod.spec.initContainers ?? []).map(container => container.name);
  const { name } = pod.metadata;
  const isThere = (): boolean => [...names, ...initial].includes(wanted) || pod.spec.ephemeralContainers?.some(container => container.name === wanted) === true;
  if (wanted !== '') return isThere() ? wanted : badRequest(`container ${wanted} is not valid for pod ${name}`);
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  const list = `choose one of: [${names.join(' ')}]`;
  return badRequest(`a container name must be specified for pod ${name}, ${list}${initial.length === 0 ? '' : ` or one of the init containers: [${initial.join(' ')}]`}`);
}
