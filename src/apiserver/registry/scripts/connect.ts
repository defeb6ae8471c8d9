import type { Pod } from '../../../api/kinds/all.ts';
import { badRequest, failure, type GroupResource, notFound } from '../../../api/status.ts';
import type { StreamRequest } from '../../../api/stream.ts';
import type { RequestOptions } from '../../../api/wire.ts';
import type { RangeResponse } from '../../../etcd/contract.ts';
import { ask, type Conversation } from '../../../sim/conversation.ts';
import { etcd, etcdFailure, range } from '../../etcd.ts';
import { serveKeyValue } from '../../served.ts';
import type { Reply } from '../../stage.ts';
import { fail } from './create.ts';
import { chooseContainer, type KubeletAnswer, kubeletFailure } from './logs.ts';

/** To which pod, and for what. */
export interface ConnectArgs {
  readonly of: GroupResource;
  readonly key: string;
  readonly name: string;
  readonly namespace: string;
  readonly op: StreamRequest['op'];
  readonly options: RequestOptions;
}

/**
 * Opens a stream to a container through the kubelet of its node. Answers 101 when it is open.
 * @source kubernetes/kubernetes pkg/registry/core/pod/rest/subresources.go, strategy.go (ExecLocation, AttachLocation, PortForwardLocation)
 */
export function* connect(args: ConnectArgs): Conversation<Reply> {
  const { op, options } = args;
  const answer = yield* etcd<RangeResponse>(range({ key: args.key }));
  if (answer.type === 'etcd.error') return fail(etcdFailure(answer.error));
  const [kv] = answer.body.kvs;
  if (kv === undefined) return fail(notFound(args.of, args.name));
  const pod = serveKeyValue(kv) as Pod;
  const container = op === 'portForward' ? '' : chooseContainer(pod, options.container ?? '');
  if (typeof container !== 'string') return fail(container);
  const node = pod.spec.nodeName ?? '';
  if (node === '') return fail(badRequest(`pod ${args.name} does not have a host assigned`));
  if ((op === 'exec' || op === 'attach') && options.stdin !== true && options.stdout !== true && options.stderr !== true) {
    return fail(badRequest('you must specify at least one of stdin, stdout, stderr'));
  }
  if (op === 'exec' && (options.command ?? []).length === 0) return fail(badRequest('you must specify at least one command for the container'));
  const request: StreamRequest = {
    op, command: options.command ?? [], stdin: options.stdin === true, stdout: options.stdout === true, stderr: options.stderr === true && options.tty !== true, tty: options.tty === true,
    port: options.ports?.[0] ?? 0,
  };
  const { address, reply } = yield* ask<{ readonly address: string; readonly reply: KubeletAnswer & { readonly id?: number } }>('openStream', {
    node, namespace: args.namespace, pod: args.name, container, request, options,
  });
  if (reply.type === 'kubelet.response') return reply.ok ? { code: 101, body: {}, stream: { call: reply.id ?? 0, node } } : fail(kubeletFailure(reply));
  const cause = reply.type === 'timeout' ? 'i/o timeout' : 'connect: connection refused';
  return fail(failure({ code: 500, reason: 'InternalError', message: `error dialing backend: dial tcp ${address}:10250: ${cause}` }));
}
