/**
 * Answers of etcd as JSON, with the names, the order and the omissions of Go's protobuf structs. Written as text, because ids and lease ids are
 * 64-bit numbers that JavaScript cannot hold.
 *
 * @source etcd-io/etcd etcdctl/ctlv3/command/printer_json.go, api/etcdserverpb/rpc.pb.go, api/mvccpb/kv.pb.go
 */
import { encodeBase64Text } from '../../../api/base64.ts';
import type { DeleteRangeResponse, EtcdEvent, EtcdValue, KeyValue, Member, PutResponse, RangeResponse, ResponseHeader, ResponseOp, TxnResponse } from '../../../etcd/contract.ts';
import { toCompactJson } from '../../json.ts';
import { decimalOf } from './go-text.ts';

/**
 * The text of a value. An object of kube-apiserver is shown as one line of JSON.
 * @fidelity simplified: a real cluster stores Kubernetes objects as protobuf; here etcdctl shows them as JSON
 */
export const valueText = (value: EtcdValue): string => (typeof value === 'string' ? value : toCompactJson(value));

const field = (name: string, json: string): string => `"${name}":${json}`;
/** An object of the fields that are not empty. */
export const record = (...fields: readonly string[]): string => `{${fields.filter((each) => each !== '').join(',')}}`;
/** Always there, whatever the value. */
export const always = (name: string, json: string | number | boolean): string => field(name, String(json));
/** Left out when it is the zero of its type (`omitempty`). */
export const number = (name: string, value: number | string): string => (String(value) === '0' ? '' : field(name, String(value)));
/** Left out when false. */
export const flag = (name: string, value: boolean): string => (value ? field(name, 'true') : '');
/** Left out when empty. */
export const text = (name: string, value: string): string => (value === '' ? '' : field(name, toCompactJson(value)));
/** Left out when there are none. */
export const list = (name: string, items: readonly string[]): string => (items.length === 0 ? '' : field(name, `[${items.join(',')}]`));
/** Bytes as base64; left out when there are none. */
export const bytes = (name: string, value: string): string => (value === '' ? '' : field(name, `"${encodeBase64Text(value)}"`));
const nested = (name: string, json: string | undefined): string => (json === undefined ? '' : field(name, json));
/** A list of byte texts, or `null`. */
export const byteList = (values: readonly string[] | undefined): string => (values === undefined ? 'null' : `[${values.map((value) => `"${encodeBase64Text(value)}"`).join(',')}]`);

/** The fields of a header; some answers have them on their own level. */
export function headerFields(header: ResponseHeader): readonly string[] {
  return [
    number('cluster_id', decimalOf(header.clusterId)), number('member_id', decimalOf(header.memberId)),
    number('revision', header.revision), number('raft_term', header.raftTerm),
  ];
}
/** A header. */
export const headerJson = (header: ResponseHeader): string => record(...headerFields(header));
/** An answer with its header and these fields. */
export const withHeader = (header: ResponseHeader, ...fields: readonly string[]): string => record(always('header', headerJson(header)), ...fields);

/** A key with its value. */
function kvJson(kv: KeyValue): string {
  return record(
    bytes('key', kv.key), number('create_revision', kv.createRevision), number('mod_revision', kv.modRevision), number('version', kv.version),
    bytes('value', valueText(kv.value)), number('lease', decimalOf(kv.lease)),
  );
}

const rangeFields = (body: RangeResponse): readonly string[] => [list('kvs', body.kvs.map(kvJson)), flag('more', body.more), number('count', body.count)];
const putFields = (body: PutResponse): readonly string[] => [nested('prev_kv', body.prevKv === undefined ? undefined : kvJson(body.prevKv))];
const deleteFields = (body: DeleteRangeResponse): readonly string[] => [number('deleted', body.deleted), list('prev_kvs', (body.prevKvs ?? []).map(kvJson))];
const txnFields = (body: TxnResponse, revision: number): readonly string[] => {
  const revisions = revisionsOf(body.responses, revision);
  return [flag('succeeded', body.succeeded), list('responses', body.responses.map((each, i) => record(always('Response', responseOpJson(each, revisions[i] ?? 0)))))];
};

const writes = (op: ResponseOp): boolean =>
  'put' in op || ('deleteRange' in op && op.deleteRange.deleted > 0) || ('txn' in op && op.txn.responses.some(writes));

/** Where the store stood at each operation of a transaction that ended at a revision: one earlier until something is written. A transaction within tells none. */
export function revisionsOf(responses: readonly ResponseOp[], revision: number): readonly number[] {
  const first = responses.findIndex(writes);
  return responses.map((op, i) => ('txn' in op ? 0 : first >= 0 && i < first ? revision - 1 : revision));
}

/** The answer to one operation of a transaction; its header only has the revision. */
function responseOpJson(op: ResponseOp, revision: number): string {
  const header = always('header', record(number('revision', revision)));
  if ('range' in op) return record(always('response_range', record(header, ...rangeFields(op.range))));
  if ('put' in op) return record(always('response_put', record(header, ...putFields(op.put))));
  if ('deleteRange' in op) return record(always('response_delete_range', record(header, ...deleteFields(op.deleteRange))));
  return record(always('response_txn', record(header, ...txnFields(op.txn, revision))));
}

/** A read. */
export const rangeJson = (header: ResponseHeader, body: RangeResponse): string => withHeader(header, ...rangeFields(body));
/** A write. */
export const putJson = (header: ResponseHeader, body: PutResponse): string => withHeader(header, ...putFields(body));
/** A deletion. */
export const deleteJson = (header: ResponseHeader, body: DeleteRangeResponse): string => withHeader(header, ...deleteFields(body));
/** A transaction. */
export const txnJson = (header: ResponseHeader, body: TxnResponse): string => withHeader(header, ...txnFields(body, header.revision));

const eventJson = (event: EtcdEvent): string => record(
  event.type === 'DELETE' ? always('type', 1) : '', always('kv', kvJson(event.kv)), nested('prev_kv', event.prevKv === undefined ? undefined : kvJson(event.prevKv)),
);

/** One answer on a watch; `compactRevision` above 0 = canceled, because the past is gone. */
export function watchJson(header: ResponseHeader, events: readonly EtcdEvent[], canceled?: { readonly compactRevision: number }): string {
  return record(
    always('Header', headerJson(header)), always('Events', `[${events.map(eventJson).join(',')}]`),
    always('CompactRevision', canceled?.compactRevision ?? 0), always('Canceled', canceled !== undefined), always('Created', false),
  );
}

/** How ids are shown: as numbers, or with `--hex` as texts. */
const idJson = (hex: string, isHex: boolean): string => (isHex ? `"${hex}"` : decimalOf(hex));

/** A member. */
function memberJson(member: Member, isHex: boolean): string {
  const strings = (name: string, values: readonly string[]): string => list(name, values.map((each) => toCompactJson(each)));
  return record(
    always('ID', idJson(member.id, isHex)), text('name', member.name), strings('peerURLs', member.peerURLs), strings('clientURLs', member.clientURLs),
    flag('isLearner', member.isLearner),
  );
}

/** An answer about the cluster. Its header has no revision. */
export function membersJson(header: ResponseHeader, body: { readonly member?: Member; readonly members: readonly Member[] }, isHex: boolean): string {
  const ids = [always('cluster_id', idJson(header.clusterId, isHex)), always('member_id', idJson(header.memberId, isHex))];
  return record(
    always('header', record(...ids, number('raft_term', header.raftTerm))), nested('member', body.member === undefined ? undefined : memberJson(body.member, isHex)),
    list('members', body.members.map((each) => memberJson(each, isHex))),
  );
}
