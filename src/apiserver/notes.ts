/** What the learner is told of a request: one line at its end, and a word about what it meant. */
import { isStatus } from '../api/status.ts';
import { descriptorOf } from './resources.ts';
import type { Reply } from './stage.ts';
import type { RequestRecord, Server } from './state.ts';

const READS: readonly string[] = ['get', 'list', 'watch'];

/** Records how a request ended. Reads that succeed are not worth a line. */
export function recordOutcome(server: Server, request: RequestRecord, reply: Reply): void {
  const { call, user } = request;
  const { code } = reply;
  const reading = READS.includes(call.verb);
  if (reading && code !== 401 && code !== 403) return;
  // What a program behind the proxy answers is no decision of this server.
  const isPassedBack = 'http' in reply.body;
  if (reading && isPassedBack) return;
  const { out } = server;
  const name = nameOf(request, reply);
  const { verb, group, resource, subresource, namespace } = call;
  out.record('api.request', {
    verb, group, resource, subresource, namespace, name, user: user.name, impersonator: request.impersonator?.name, code, micros: out.now - request.receivedAt, agent: request.userAgent,
    auditId: request.serial, stages: request.stages, reached: request.stage,
  });
  if (isPassedBack) return;
  if (code >= 400) recordRefusal(server, request, reply);
  else if (call.resource !== '' && request.client !== '') recordSuccess(server, request, { reply, name });
}

function nameOf({ call, object }: RequestRecord, { body }: Reply): string {
  if (call.name !== '') return call.name;
  const metadata = (body as { readonly metadata?: { readonly name?: unknown } }).metadata;
  return typeof metadata?.name === 'string' ? metadata.name : object?.metadata.name ?? '';
}

function recordRefusal({ out }: Server, { call, user }: RequestRecord, { code, body }: Reply): void {
  const reason = isStatus(body) ? body.message ?? '' : '';
  const fields = { user: user.name, verb: call.verb, resource: call.resource, namespace: call.namespace, name: call.name, reason };
  switch (code) {
    case 401: out.record('api.request.denied.401', fields); return;
    case 403: out.record('api.request.denied.403', fields); return;
    case 409: out.record(isStatus(body) && body.reason === 'AlreadyExists' ? 'api.request.exists' : 'api.request.conflict', fields); return;
    case 422: out.record('api.request.invalid', fields); return;
    case 429: out.record('api.request.throttled', fields); return;
    default: return;
  }
}

/** Kinds that come and go all the time and say nothing to a learner. */
const QUIET: readonly string[] = ['Event', 'Lease', 'EndpointSlice', 'Endpoints'];

function recordSuccess({ state, out }: Server, request: RequestRecord, { reply, name }: { readonly reply: Reply; readonly name: string }): void {
  const { call } = request;
  const kind = descriptorOf(state, call)?.kind ?? '';
  if (kind === '' || QUIET.includes(kind) || call.options?.dryRun === true) return;
  if (request.mutated !== '' && call.subresource === '') out.record('admission.mutated', { kind, namespace: call.namespace, name, reason: request.mutated });
  // Of pods, a kubelet creates only the copies of those that it runs from files.
  const isMirror = kind === 'Pod' && request.user.name.startsWith('system:node:');
  if (call.verb === 'create' && call.subresource === '') out.record(isMirror ? 'api.mirror.created' : 'api.object.created', { kind, namespace: call.namespace, name });
  if (call.verb !== 'delete') return;
  const marked = (reply.body as { readonly metadata?: { readonly deletionTimestamp?: string } }).metadata?.deletionTimestamp !== undefined;
  if (marked) out.record('api.object.deleting', { kind, namespace: call.namespace, name });
}
