import type {
  DeleteRangeRequest, PutRequest, TxnRequest,
} from './contract.ts';
import { applyAuth, checkEntry, isAuthOp } from './auth/apply.ts';
import { login } from './auth/login.ts';
import { applyMemberChange, checkChange, memberChanged, updatePeers } from './cluster.ts';
import { minLeaseTtl, startLease } from './lessor.ts';
import type { Alarm, EtcdMember, MemberChange, Pending, Proposal } from './member-state.ts';
import { compact, defragment } from './mvcc/compaction.ts';
import type { EtcdError } from './mvcc/errors.ts';
import { versionAt } from './mvcc/history.ts';
import { checkpointLease, grantLease, revokeLease } from './mvcc/lease.ts';
import { deleteRange, put, txn } from './mvcc/txn.ts';
import { checkAlarms, watchQuota } from './quota.ts';
import { applyConfChange } from './raft/membership.ts';
import { appliedTo } from './raft/ready.ts';
import type { ConfChange, Entry, MemberId } from './raft/types.ts';
import { gather, refuse, type Replies, sendReplies } from './reply.ts';
import { applyVersion, decideVersion } from './version.ts';
import { notifyWatchers } from './watchers.ts';
import type { Outbox } from '../sim/process.ts';

/**
 * From committed entries to the state of the store: the same on every member, in the same order.
 *
 * @source etcd-io/etcd server/etcdserver/apply, server/etcdserver/server.go (applyEntries)
 */

const DONE = Object.freeze({});

function applyLeaseGrant(member: EtcdMember, args: { readonly id: string; readonly ttl: number }, out: Outbox): object | EtcdError {
  const lease = grantLease(member.store, args.id, Math.max(args.ttl, minLeaseTtl(member.settings.electionTimeout)));
  if (typeof lease === 'string') return lease;
  startLease(member, lease, out);
  return { id: lease.id, ttl: lease.ttl };
}

function applyLeaseRevoke(member: EtcdMember, id: string, cause: number): object | EtcdError {
  member.lessor?.delete(id);
  const deleted = revokeLease(member.store, id, cause);
  return typeof deleted === 'string' ? deleted : DONE;
}

interface AlarmArgs { readonly action: 'get' | 'activate' | 'deactivate'; readonly alarm?: Alarm['alarm']; readonly memberId?: MemberId }

function applyAlarm(member: EtcdMember, { action, alarm, memberId = '' }: AlarmArgs, out: Outbox): object {
  const { alarms } = member;
  const listed = [...alarms.values()].filter((one) =>
    (alarm === undefined || one.alarm === alarm) && (memberId === '' || one.memberId === memberId));
  if (action === 'get') return { alarms: listed };
  const leads = member.raft.role === 'leader';
  if (action === 'deactivate') {
    for (const one of listed) alarms.delete(`${one.memberId}/${one.alarm}`);
    if (leads && listed.length > 0) out.record('etcd.alarm.disarmed', {});
    return { alarms: listed };
  }
  const raised: Alarm = Object.freeze({ memberId, alarm: alarm ?? 'NOSPACE' });
  alarms.set(`${memberId}/${raised.alarm}`, raised);
  if (leads) out.record(raised.alarm === 'NOSPACE' ? 'etcd.alarm.nospace' : 'etcd.alarm.corrupt', { member: memberId });
  return { alarms: [raised] };
}

interface Attributes { readonly id: MemberId; readonly name: string; readonly clientURLs: readonly string[] }

function applyAttributes(member: EtcdMember, args: Attributes): object {
  const known = member.members.get(args.id);
  if (known !== undefined) {
    member.members.set(args.id, Object.freeze({ ...known, name: args.name, clientURLs: args.clientURLs }));
    updatePeers(member);
  }
  return DONE;
}

function applyCompact(member: EtcdMember, revision: number, out: Outbox): object | EtcdError {
  // Watchers hear of a batch when it is done; what compaction is about to drop from the history they must hear now.
  notifyWatchers(member, out);
  out.reach('compactBeforeCommitScheduledCompact');
  const error = compact(member.store, revision);
  out.reach('compactAfterSetFinishedCompact');
  if (error === undefined && member.raft.role === 'leader') out.record('etcd.compacted', { rev: revision });
  return error ?? DONE;
}

/** Does what an entry asks. */
function execute(member: EtcdMember, proposal: Proposal, cx: { index: number; cause: number; out: Outbox }): object | EtcdError {
  const { store } = member;
  const { cause, out } = cx;
  const { op, args } = proposal;
  const forbidden = (member.auth.enabled ? checkEntry(member, proposal) : undefined) ?? checkAlarms(member, proposal);
  if (forbidden !== undefined) return forbidden;
  switch (op) {
    case 'put': return put(store, args as PutRequest, cause);
    case 'deleteRange': return deleteRange(store, args as DeleteRangeRequest, cause);
    case 'txn': return txn(store, args as TxnRequest, cause);
    case 'compact': return applyCompact(member, (args as { revision: number }).revision, out);
    case 'leaseGrant': return applyLeaseGrant(member, args as { id: string; ttl: number }, out);
    case 'leaseRevoke': return applyLeaseRevoke(member, (args as { id: string }).id, cause);
    case 'leaseCheckpoint': {
      const { id, remainingTtl } = args as { id: string; remainingTtl: number };
      checkpointLease(store, id, remainingTtl);
      return DONE;
    }
    case 'alarm': return applyAlarm(member, args as AlarmArgs, out);
    case 'memberAttributes': return applyAttributes(member, args as Attributes);
    case 'clusterVersionSet': case 'downgradeInfoSet': return applyVersion(member, proposal, out);
    default: return isAuthOp(op) ? applyAuth(member, { op, args }, { index: cx.index, now: out.monotonic }) : DONE;
  }
}

/** Takes the caller of an entry out, if it is one of ours. */
function takeCaller(member: EtcdMember, origin: string, number: number): Pending | undefined {
  if (origin !== member.origin) return undefined;
  const pending = member.pending.get(number);
  if (pending !== undefined) member.pending.delete(number);
  return pending;
}

/** Tells the learner what was written; the leader speaks for all. */
function recordChanges(member: EtcdMember, from: number, out: Outbox): void {
  const { history } = member.store;
  for (let position = from; position < history.next; position++) {
    const event = versionAt(history, position)?.event;
    if (event === undefined) continue;
    out.record(event.type === 'PUT' ? 'etcd.put' : 'etcd.delete', { key: event.kv.key, rev: event.kv.modRevision });
  }
}

function applyNormal(member: EtcdMember, entry: Entry, { replies, out }: { readonly replies: Replies; readonly out: Outbox }): void {
  const proposal = entry.data as Proposal | null;
  // The empty entry with which a leader begins.
  if (proposal === null) return decideVersion(member);
  const before = member.store.history.next;
  const result = execute(member, proposal, { index: entry.index, cause: entry.cause, out });
  if (member.raft.role === 'leader' && member.store.history.next > before) recordChanges(member, before, out);
  const pending = takeCaller(member, proposal.origin, proposal.number);
  if (pending === undefined) return;
  const isStale = pending.login !== undefined && pending.login.checked !== member.auth.revision;
  if (isStale && pending.login !== undefined) login(member, pending.login, { caller: pending, out });
  else gather(replies, member, result, pending);
}

function applyMembership(member: EtcdMember, entry: Entry, out: Outbox): void {
  const change = entry.data as ConfChange;
  out.reach('beforeApplyOneConfChange');
  const context = change.context as MemberChange | undefined;
  const error = context === undefined ? undefined : checkChange(member, context);
  if (error === undefined) applyConfChange(member.raft, change);
  if (context === undefined) return;
  if (error === undefined) applyMemberChange(member, context, out);
  const caller = takeCaller(member, context.origin, context.number);
  if (caller === undefined) return;
  if (error === undefined) memberChanged(member, context, { caller, out });
  else refuse(caller, error, out);
}

/** Applies committed entries in order. */
export function applyEntries(member: EtcdMember, entries: readonly Entry[], out: Outbox): void {
  const cx = { replies: new Map() as Replies, out };
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i] as Entry;
    out.because(entry.cause);
    if (entry.type === 'confChange') applyMembership(member, entry, out);
    else applyNormal(member, entry, cx);
  }
  sendReplies(cx.replies, out);
  const last = entries.at(-1);
  if (last === undefined) return;
  watchQuota(member, last.cause);
  appliedTo(member.raft, last.index);
  if (member.defragmentAt > 0) defragmentIfDue(member);
}

/** A file that was rewritten while the member did not run has no free space from before. */
export function defragmentIfDue(member: EtcdMember): void {
  if (member.defragmentAt === 0 || member.raft.log.applied < member.defragmentAt) return;
  defragment(member.store);
  member.defragmentAt = 0;
}
