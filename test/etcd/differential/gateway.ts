import type { Compare, DeleteRangeRequest, EtcdRequest, KeyValue, PutRequest, RangeRequest, RequestOp, ResponseOp, TxnRequest, WatchCreateRequest } from '../../../src/etcd/contract.ts';

/** Between our requests and answers and those of etcd's JSON gateway: bytes in base64, 64-bit numbers as texts, zeros left out. */

type Json = Readonly<Record<string, unknown>>;
const bytes = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
const lease = (hex = ''): string => BigInt(`0x${hex === '' ? '0' : hex}`).toString();

const rangeOf = (args: RangeRequest): Json => ({
  key: bytes(args.key), ...(args.rangeEnd === undefined ? {} : { range_end: bytes(args.rangeEnd) }), limit: args.limit ?? 0, revision: args.revision ?? 0,
  sort_order: (args.sortOrder ?? 'none').toUpperCase(), sort_target: (args.sortTarget ?? 'key').toUpperCase(), serializable: args.serializable === true, keys_only: args.keysOnly === true,
  count_only: args.countOnly === true, min_mod_revision: args.minModRevision ?? 0, max_mod_revision: args.maxModRevision ?? 0,
  min_create_revision: args.minCreateRevision ?? 0, max_create_revision: args.maxCreateRevision ?? 0,
});
const putOf = (args: PutRequest): Json => ({
  key: bytes(args.key), value: bytes(String(args.value)), lease: lease(args.lease), prev_kv: args.prevKv === true, ignore_value: args.ignoreValue === true, ignore_lease: args.ignoreLease === true,
});
const deleteOf = (args: DeleteRangeRequest): Json => ({ key: bytes(args.key), ...(args.rangeEnd === undefined ? {} : { range_end: bytes(args.rangeEnd) }), prev_kv: args.prevKv === true });

const RESULTS = { equal: 'EQUAL', greater: 'GREATER', less: 'LESS', notEqual: 'NOT_EQUAL' } as const;
function compareOf(compare: Compare): Json {
  const base = { key: bytes(compare.key), result: RESULTS[compare.result], target: compare.target.toUpperCase(), ...(compare.rangeEnd === undefined ? {} : { range_end: bytes(compare.rangeEnd) }) };
  switch (compare.target) {
    case 'value': return { ...base, value: bytes(String(compare.operand)) };
    case 'version': return { ...base, version: compare.operand };
    case 'create': return { ...base, create_revision: compare.operand };
    case 'mod': return { ...base, mod_revision: compare.operand };
    case 'lease': return { ...base, lease: lease(String(compare.operand)) };
  }
}
function opOf(op: RequestOp): Json {
  if ('range' in op) return { request_range: rangeOf(op.range) };
  if ('put' in op) return { request_put: putOf(op.put) };
  return 'deleteRange' in op ? { request_delete_range: deleteOf(op.deleteRange) } : { request_txn: txnOf(op.txn) };
}
const txnOf = (args: TxnRequest): Json => ({ compare: args.compare.map(compareOf), success: args.success.map(opOf), failure: args.failure.map(opOf) });

/** Path and body of a request. */
export function toGateway(request: EtcdRequest): { readonly path: string; readonly body: Json } {
  switch (request.op) {
    case 'range': return { path: 'kv/range', body: rangeOf(request.args) };
    case 'put': return { path: 'kv/put', body: putOf(request.args) };
    case 'deleteRange': return { path: 'kv/deleterange', body: deleteOf(request.args) };
    case 'txn': return { path: 'kv/txn', body: txnOf(request.args) };
    case 'compact': return { path: 'kv/compaction', body: { ...request.args } };
    case 'leaseGrant': return { path: 'lease/grant', body: { TTL: request.args.ttl, ID: lease(request.args.id) } };
    case 'leaseRevoke': return { path: 'lease/revoke', body: { ID: lease(request.args.id) } };
    case 'leaseTimeToLive': return { path: 'lease/timetolive', body: { ID: lease(request.args.id), keys: request.args.keys === true } };
    case 'leaseKeepAlive': return { path: 'lease/keepalive', body: { ID: lease(request.args.id) } };
    case 'leaseLeases': return { path: 'lease/leases', body: {} };
    default: throw new Error(`the gateway is not asked ${request.op}`);
  }
}

const FILTERS = { noput: 'NOPUT', nodelete: 'NODELETE' } as const;
export const watchToGateway = (request: WatchCreateRequest): Json => ({
  key: bytes(request.key), ...(request.rangeEnd === undefined ? {} : { range_end: bytes(request.rangeEnd) }), start_revision: request.startRevision ?? 0, prev_kv: request.prevKv === true,
  filters: (request.filters ?? []).map((filter) => FILTERS[filter]),
});

// ---- Answers, both brought to one form: every field there, ids and terms left out ------------------------------------------------

const text = (value: unknown): string => Buffer.from(String(value ?? ''), 'base64').toString('utf8');
const count = (value: unknown): number => Number(value ?? 0);
const hex = (value: unknown): string => BigInt(String(value ?? 0)).toString(16);
const many = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);
const revisionOf = (answer: Json): number => count((answer['header'] as Json | undefined)?.['revision']);

const realKv = (kv: Json): Json => ({
  key: text(kv['key']), value: text(kv['value']), create: count(kv['create_revision']), mod: count(kv['mod_revision']), version: count(kv['version']), lease: hex(kv['lease']),
});
const ourKv = (kv: KeyValue): Json => ({ key: kv.key, value: kv.value, create: kv.createRevision, mod: kv.modRevision, version: kv.version, lease: kv.lease === '' ? '0' : kv.lease });

function realOp(op: Json): Json {
  const [name = '', body] = Object.entries(op)[0] ?? [];
  const answer = (body ?? {}) as Json;
  switch (name) {
    case 'response_range': return { range: realBody('range', answer) };
    case 'response_put': return { put: realBody('put', answer) };
    case 'response_delete_range': return { deleteRange: realBody('deleteRange', answer) };
    default: return { txn: realBody('txn', answer) };
  }
}
function ourOp(op: ResponseOp): Json {
  if ('range' in op) return { range: ourBody('range', op.range) };
  if ('put' in op) return { put: ourBody('put', op.put) };
  return 'deleteRange' in op ? { deleteRange: ourBody('deleteRange', op.deleteRange) } : { txn: ourBody('txn', op.txn) };
}

function realBody(op: EtcdRequest['op'], answer: Json): Json {
  switch (op) {
    case 'range': return { kvs: many(answer['kvs']).map(realKv), more: answer['more'] === true, count: count(answer['count']) };
    case 'put': return answer['prev_kv'] === undefined ? {} : { prevKv: realKv(answer['prev_kv'] as Json) };
    case 'deleteRange': return { deleted: count(answer['deleted']), prevKvs: many(answer['prev_kvs']).map(realKv) };
    case 'txn': return { succeeded: answer['succeeded'] === true, responses: many(answer['responses']).map(realOp) };
    case 'leaseGrant': return { id: hex(answer['ID']), ttl: count(answer['TTL']) };
    case 'leaseTimeToLive': return { id: hex(answer['ID']), gone: count(answer['TTL']) === -1, grantedTtl: count(answer['grantedTTL']), keys: (Array.isArray(answer['keys']) ? answer['keys'] : []).map(text).sort() };
    case 'leaseKeepAlive': { const result = (answer['result'] ?? answer) as Json; return { id: hex(result['ID']), ttl: count(result['TTL']) }; }
    case 'leaseLeases': return { leases: many(answer['leases']).map((one) => hex(one['ID'])).sort() };
    default: return {};
  }
}

function ourBody(op: EtcdRequest['op'], body: any): Json {
  switch (op) {
    case 'range': return { kvs: body.kvs.map(ourKv), more: body.more, count: body.count };
    case 'put': return body.prevKv === undefined ? {} : { prevKv: ourKv(body.prevKv) };
    case 'deleteRange': return { deleted: body.deleted, prevKvs: (body.prevKvs ?? []).map(ourKv) };
    case 'txn': return { succeeded: body.succeeded, responses: body.responses.map(ourOp) };
    case 'leaseGrant': return { id: body.id, ttl: body.ttl };
    case 'leaseTimeToLive': return { id: body.id, gone: body.ttl === -1, grantedTtl: body.grantedTtl, keys: [...(body.keys ?? [])].sort() };
    case 'leaseKeepAlive': return { id: body.id, ttl: body.ttl };
    case 'leaseLeases': return { leases: body.leases.map((one: { id: string }) => one.id).sort() };
    default: return {};
  }
}

/** An answer of the gateway in the common form. */
export function realAnswer(op: EtcdRequest['op'], answer: Json): Json {
  // Up to 3.4 the text is in `error`; later only in `message`; in a stream both lie one level deeper.
  const stream = typeof answer['error'] === 'object' ? answer['error'] as Json : answer;
  if (typeof stream['message'] === 'string') return { error: stream['message'] };
  const header = op === 'leaseKeepAlive' ? (answer['result'] ?? {}) as Json : answer;
  return { revision: revisionOf(header), ...realBody(op, answer) };
}
/** Our answer in the common form. */
export const ourAnswer = (op: EtcdRequest['op'], reply: { readonly ok: true; readonly header: { readonly revision: number }; readonly body: unknown } | { readonly ok: false; readonly error: string }): Json =>
  (reply.ok ? { revision: reply.header.revision, ...ourBody(op, reply.body) } : { error: reply.error });

/** The events of one answer on a watch. */
export const realEvents = (result: Json): readonly Json[] => many(result['events']).map((event) => ({
  type: event['type'] ?? 'PUT', kv: realKv((event['kv'] ?? {}) as Json), ...(event['prev_kv'] === undefined ? {} : { prevKv: realKv(event['prev_kv'] as Json) }),
}));
export const ourEvent = (event: { readonly type: string; readonly kv: KeyValue; readonly prevKv?: KeyValue }): Json =>
  ({ type: event.type, kv: ourKv(event.kv), ...(event.prevKv === undefined ? {} : { prevKv: ourKv(event.prevKv) }) });
