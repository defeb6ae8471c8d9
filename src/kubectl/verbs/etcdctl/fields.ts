/**
 * Answers of etcd as lines of `"Name" : value`.
 * @source etcd-io/etcd etcdctl/ctlv3/command/printer_fields.go
 */
import type { DeleteRangeResponse, EtcdEvent, KeyValue, Member, PutResponse, RangeResponse, ResponseHeader, TxnResponse } from '../../../etcd/contract.ts';
import { goQuote } from '../../../base/go-quote.ts';
import { decimalOf, paddedId } from './go-text.ts';
import { revisionsOf, valueText } from './json.ts';

/** One field. */
export const line = (name: string, value: string | number | boolean): string => `"${name}" : ${String(value)}\n`;
/** The id of a member or a cluster. */
export const idField = (name: string, hex: string, isHex: boolean): string => line(name, isHex ? hex : decimalOf(hex));
/** The id of a lease. */
export const leaseField = (name: string, hex: string, isHex: boolean): string => line(name, isHex ? paddedId(hex) : decimalOf(hex));

/** The header; a revision only where there is one. */
export function headerFields(header: ResponseHeader, isHex: boolean): string {
  return idField('ClusterID', header.clusterId, isHex) + idField('MemberID', header.memberId, isHex)
    + (header.revision > 0 ? line('Revision', header.revision) : '') + line('RaftTerm', header.raftTerm);
}

function kvFields(kv: KeyValue, isHex: boolean, prefix = ''): string {
  return line(`${prefix}Key`, goQuote(kv.key)) + line(`${prefix}CreateRevision`, kv.createRevision) + line(`${prefix}ModRevision`, kv.modRevision)
    + line(`${prefix}Version`, kv.version) + line(`${prefix}Value`, goQuote(valueText(kv.value))) + leaseField(`${prefix}Lease`, kv.lease, isHex);
}

const each = <T>(items: readonly T[], show: (item: T) => string): string => items.map(show).join('');

/** A read. */
export const rangeFields = (header: ResponseHeader, body: RangeResponse, isHex: boolean): string =>
  headerFields(header, isHex) + each(body.kvs, (kv) => kvFields(kv, isHex)) + line('More', body.more) + line('Count', body.count);
/** A write. */
export const putFields = (header: ResponseHeader, body: PutResponse, isHex: boolean): string =>
  headerFields(header, isHex) + (body.prevKv === undefined ? '' : kvFields(body.prevKv, isHex, 'Prev'));
/** A deletion. */
export const deleteFields = (header: ResponseHeader, body: DeleteRangeResponse, isHex: boolean): string =>
  headerFields(header, isHex) + line('Deleted', body.deleted) + each(body.prevKvs ?? [], (kv) => kvFields(kv, isHex, 'Prev'));

/** A transaction, with the answer of each operation. */
export function txnFields(header: ResponseHeader, body: TxnResponse, isHex: boolean): string {
  const revisions = revisionsOf(body.responses, header.revision);
  return headerFields(header, isHex) + line('Succeeded', body.succeeded) + body.responses.map((op, i) => {
    // Operations of a transaction have a header with nothing but the revision.
    const inner: ResponseHeader = { clusterId: '0', memberId: '0', revision: revisions[i] ?? 0, raftTerm: 0 };
    if ('range' in op) return rangeFields(inner, op.range, isHex);
    if ('put' in op) return putFields(inner, op.put, isHex);
    return 'deleteRange' in op ? deleteFields(inner, op.deleteRange, isHex) : txnFields(inner, op.txn, isHex);
  }).join('');
}

/** Changes on a watch. */
export const watchFields = (header: ResponseHeader, events: readonly EtcdEvent[], isHex: boolean): string => headerFields(header, isHex) + each(events, (event) =>
  line('Type', event.type) + (event.prevKv === undefined ? '' : kvFields(event.prevKv, isHex, 'Prev')) + kvFields(event.kv, isHex));

/** The member list. */
export const membersFields = (header: ResponseHeader, members: readonly Member[], isHex: boolean): string => headerFields(header, isHex) + each(members, (member) =>
  idField('ID', member.id, isHex) + line('Name', goQuote(member.name)) + each(member.peerURLs, (url) => line('PeerURL', goQuote(url)))
  + each(member.clientURLs, (url) => line('ClientURL', goQuote(url))) + `${line('IsLearner', member.isLearner)}\n`);
