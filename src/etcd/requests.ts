import type { EtcdClientMessage, EtcdRequest, PutRequest, RangeRequest, TxnRequest } from './contract.ts';
import { checkRequest, handleAuth } from './auth/requests.ts';
import { addMember, changeMember } from './cluster.ts';
import { forward } from './forward.ts';
import { handleHealth } from './health.ts';
import { keepAlive, leaseList, timeToLive } from './lessor.ts';
import { metricsText } from './metrics.ts';
import { snapshotFile } from './snapshot-file.ts';
import { ETCD_VERSION } from './member-state.ts';
import type { EtcdMember } from './member-state.ts';
import { defragment } from './mvcc/compaction.ts';
import { ERRORS } from './mvcc/errors.ts';
import { hashKV } from './mvcc/hash.ts';
import { checkRevision } from './mvcc/range.ts';
import { checkPutShape, checkRangeShape, checkTxnShape } from './mvcc/request-shape.ts';
import { isReadOnly, isSerializable } from './mvcc/txn.ts';
import { LEASE_COST, checkPutSize, checkQuota, checkTxnSize, putCost, txnCost } from './quota.ts';
import { armTimeout, opened, propose } from './propose.ts';
import { step } from './raft/step.ts';
import { NONE, newMessage } from './raft/types.ts';
import { readAllowed, readLinearizable } from './reads.ts';
import { answer, headerOf, refuse, reply } from './reply.ts';
import type { Cx } from './reply.ts';
import { handleDowngrade, storageVersionOf } from './version.ts';
import { micros } from '../base/data.ts';

/**
 * What a member does with each request of a client.
 *
 * @source etcd-io/etcd server/etcdserver/v3_server.go, server/etcdserver/api/v3rpc
 */

/** Bytes that defragmentation copies in a microsecond: about 100 MB/s. */
const DEFRAG_BYTES_PER_MICROSECOND = 100;
/** Bytes of a snapshot that travel in a microsecond: a gigabit per second. */
const SNAPSHOT_BYTES_PER_MICROSECOND = 125;

function handleRange(member: EtcdMember, args: RangeRequest, cx: Cx): void {
  const error = checkRangeShape(args);
  if (error !== undefined) return refuse(cx.caller, error, cx.out);
  const read = { op: 'range', args } as const;
  if (args.serializable === true) answer(member, readAllowed(member, read, cx), cx);
  else readLinearizable(member, read, cx);
}

function handlePut(member: EtcdMember, args: PutRequest, cx: Cx): void {
  const cost = putCost(args);
  const error = checkQuota(member, cost, cx.caller.cause) ?? checkPutShape(args) ?? checkPutSize(member, cost);
  if (error !== undefined) refuse(cx.caller, error, cx.out);
  else propose(member, { op: 'put', args: args }, cx);
}

function handleTxn(member: EtcdMember, args: TxnRequest, cx: Cx): void {
  const cost = txnCost(args);
  const error = checkQuota(member, cost, cx.caller.cause) ?? checkTxnShape(args);
  if (error !== undefined) return refuse(cx.caller, error, cx.out);
  if (isReadOnly(args)) {
    const read = { op: 'txn', args } as const;
    return isSerializable(args) ? answer(member, readAllowed(member, read, cx), cx) : readLinearizable(member, read, cx);
  }
  const tooLarge = checkTxnSize(member, args, cost);
  if (tooLarge !== undefined) refuse(cx.caller, tooLarge, cx.out);
  else propose(member, { op: 'txn', args: args }, cx);
}

/** Ids of leases: two bytes of the member, five of the time, one of a counter. @source etcd-io/etcd pkg/idutil/id.go */
function newLeaseId(member: EtcdMember, now: number): string {
  const owner = (parseInt(member.id.slice(-4), 16) & 0x7fff).toString(16);
  const time = Math.floor(now / 1000).toString(16).padStart(10, '0');
  const count = (member.nextNumber & 0xff).toString(16).padStart(2, '0');
  return `${owner}${time}${count}`;
}

function handleLeaseGrant(member: EtcdMember, args: { readonly ttl: number; readonly id?: string }, cx: Cx): void {
  const full = checkQuota(member, LEASE_COST, cx.caller.cause);
  if (full !== undefined) return refuse(cx.caller, full, cx.out);
  const given = args.id ?? '';
  const id = given === '' || given === '0' ? newLeaseId(member, cx.out.now) : given;
  propose(member, { op: 'leaseGrant', args: { id, ttl: args.ttl } }, cx);
}

function handleMoveLeader(member: EtcdMember, targetId: string, cx: Cx): void {
  const { raft } = member;
  if (raft.role !== 'leader') return refuse(cx.caller, ERRORS.notLeader, cx.out);
  const target = member.members.get(targetId);
  if (target === undefined || target.isLearner) return refuse(cx.caller, ERRORS.badLeaderTransferee, cx.out);
  if (targetId === member.id) return reply(member, {}, cx);
  member.transfers.push({ ...opened(member, cx.caller, cx.out), target: targetId });
  armTimeout(member, cx.out);
  step(raft, newMessage('MsgTransferLeader', { from: targetId }));
}

function statusErrors(member: EtcdMember): readonly string[] {
  const alarms = [...member.alarms.values()].map(({ memberId, alarm }) => `memberID:${BigInt(`0x${memberId}`)} alarm:${alarm} `);
  return member.raft.leader === NONE ? [ERRORS.noLeader, ...alarms] : alarms;
}

function status(member: EtcdMember): object {
  const { raft, store } = member;
  return {
    version: ETCD_VERSION, storageVersion: storageVersionOf(member), clusterVersion: member.clusterVersion, dbSize: store.bytesAllocated, dbSizeInUse: store.bytesInUse,
    dbSizeQuota: member.settings.quotaBackendBytes, leader: raft.leader, raftIndex: raft.log.committed, raftTerm: raft.term,
    raftAppliedIndex: raft.log.applied, errors: statusErrors(member), isLearner: raft.membership.learners.includes(member.id),
    downgradeInfo: { enabled: member.downgradeTarget !== '', targetVersion: member.downgradeTarget },
  };
}

function handleHashKV(member: EtcdMember, revision: number, cx: Cx): void {
  const { store } = member;
  const error = checkRevision(store, revision);
  if (error !== undefined) return refuse(cx.caller, error, cx.out);
  const at = revision === 0 ? store.revision : revision;
  reply(member, { hash: hashKV(store, at), compactRevision: store.compactRevision, hashRevision: at }, cx);
}

/** Rewrites the file; the member does nothing else meanwhile. */
function handleDefragment(member: EtcdMember, cx: Cx): void {
  const { store, settings } = member;
  const freed = store.bytesAllocated - store.bytesInUse;
  cx.out.reach('defragBeforeCopy');
  cx.out.spend(micros(Math.ceil(store.bytesInUse / DEFRAG_BYTES_PER_MICROSECOND)));
  cx.out.reach('defragBeforeRename');
  defragment(store);
  cx.out.record('etcd.defragmented', { member: settings.name, n: freed });
  reply(member, {}, cx);
}

/** Sends the whole keyspace, which takes as long as its bytes need on the wire. */
function handleSnapshot(member: EtcdMember, { caller, out }: Cx): void {
  const snapshot = snapshotFile(member);
  const travel = micros(Math.ceil(snapshot.totalSize / SNAPSHOT_BYTES_PER_MICROSECOND));
  out.because(caller.cause);
  out.send(caller.client, Object.freeze({
    type: 'etcd.response', id: caller.id, header: headerOf(member), body: Object.freeze({ snapshot, version: snapshot.version }), cause: caller.cause,
  }), travel);
}

type MembershipRequest = EtcdRequest & { readonly op: 'memberAdd' | 'memberRemove' | 'memberUpdate' | 'memberPromote' };

/** Only the leader hears from everybody, so it judges a change; while there is none, everyone judges by what they know. */
function handleMembership(member: EtcdMember, request: MembershipRequest, cx: Cx): void {
  const { role, leader } = member.raft;
  if (role !== 'leader' && (leader !== NONE || request.op === 'memberPromote')) return forward(member, request, cx);
  switch (request.op) {
    case 'memberAdd': return addMember(member, request.args, cx);
    case 'memberRemove': return changeMember(member, 'remove', { ...cx, id: request.args.id });
    case 'memberUpdate': return changeMember(member, 'update', { ...cx, ...request.args });
    case 'memberPromote': return changeMember(member, 'promote', { ...cx, id: request.args.id });
  }
}

/** Requests that only a leader can answer. */
function handleLease(member: EtcdMember, request: EtcdRequest & { readonly op: 'leaseKeepAlive' | 'leaseTimeToLive' }, cx: Cx): void {
  if (member.lessor === undefined) return forward(member, request, cx);
  if (request.op === 'leaseKeepAlive' && member.doubtRound >= 0) return readLinearizable(member, request, cx);
  const body = request.op === 'leaseKeepAlive'
    ? keepAlive(member, request.args.id, cx.out)
    : timeToLive(member, request.args.id, { keys: request.args.keys === true, out: cx.out });
  reply(member, body, cx);
}

/** What a member answers before it votes; health and metrics are not asked through the same door. @source v3rpc/util.go isRPCSupportedForLearner */
const LEARNER_OPS: readonly EtcdRequest['op'][] = ['status', 'snapshot', 'health', 'metrics'];

function isForLearner(request: EtcdRequest): boolean {
  return LEARNER_OPS.includes(request.op) || (request.op === 'range' && request.args.serializable === true);
}

function dispatch(member: EtcdMember, request: EtcdRequest, cx: Cx): void {
  const { caller, out } = cx;
  switch (request.op) {
    case 'range': return handleRange(member, request.args, cx);
    case 'put': return handlePut(member, request.args, cx);
    case 'deleteRange':
      if (request.args.key === '') return refuse(caller, ERRORS.emptyKey, out);
      return propose(member, { op: 'deleteRange', args: request.args }, cx);
    case 'txn': return handleTxn(member, request.args, cx);
    case 'compact': return propose(member, { op: 'compact', args: request.args }, cx);
    case 'leaseGrant': return handleLeaseGrant(member, request.args, cx);
    case 'leaseRevoke': return propose(member, { op: 'leaseRevoke', args: request.args }, cx);
    case 'leaseKeepAlive': case 'leaseTimeToLive': return handleLease(member, request, cx);
    case 'leaseLeases': return reply(member, { leases: leaseList(member) }, cx);
    case 'memberList':
      if (request.args.linearizable === false) return answer(member, readAllowed(member, { op: 'memberList' }, cx), cx);
      return readLinearizable(member, { op: 'memberList' }, cx);
    case 'memberAdd': case 'memberRemove': case 'memberUpdate': case 'memberPromote': return handleMembership(member, request, cx);
    case 'moveLeader': return handleMoveLeader(member, request.args.targetId, cx);
    case 'status': return reply(member, status(member), cx);
    case 'hashKV': return handleHashKV(member, request.args.revision ?? 0, cx);
    case 'alarm': return propose(member, { op: 'alarm', args: request.args }, cx);
    case 'defragment': return handleDefragment(member, cx);
    case 'snapshot': return handleSnapshot(member, cx);
    case 'downgrade': return handleDowngrade(member, request.args, cx);
    case 'health': return handleHealth(member, request.args, cx);
    case 'metrics': return reply(member, { text: metricsText(member) }, cx);
    default: return handleAuth(member, request, cx);
  }
}

/** Handles a request of a client (or of a member that passes one on). */
export function handleRequest(member: EtcdMember, message: EtcdClientMessage & { readonly type: 'etcd.request' }, cx: Cx): void {
  if (member.status !== 'running') return refuse(cx.caller, ERRORS.stopped, cx.out);
  if (member.raft.membership.learners.includes(member.id) && !isForLearner(message.request)) {
    return refuse(cx.caller, ERRORS.notSupportedForLearner, cx.out);
  }
  const forbidden = checkRequest(member, message.request, cx);
  if (forbidden !== undefined) return refuse(cx.caller, forbidden, cx.out);
  dispatch(member, message.request, cx);
}
