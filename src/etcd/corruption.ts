import { micros, millis } from '../base/data.ts';
import type { ProcessId } from '../base/data.ts';
import type { EtcdMember, PeerMessage } from './member-state.ts';
import { requestTimeout } from './member-state.ts';
import { hashKV } from './mvcc/hash.ts';
import { checkRevision } from './mvcc/range.ts';
import { proposeOwn } from './propose.ts';
import { readLinearizable } from './reads.ts';
import type { MemberId } from './raft/types.ts';
import { Panic } from '../sim/panic.ts';
import type { Outbox } from '../sim/process.ts';

/**
 * Comparing the keyspaces of members by their hashes: once before a member that has been away serves again, and from time
 * to time by the leader. A member that differs raises the alarm CORRUPT, after which nothing is changed any more.
 *
 * @source etcd-io/etcd server/etcdserver/corrupt.go
 */

/** A hash of a keyspace, and what it was taken of. */
export interface KeyspaceHash { readonly hash: number; readonly revision: number; readonly compactRevision: number }

/** A comparison under way. */
export interface CorruptionCheck {
  readonly kind: 'initial' | 'periodic';
  readonly number: number;
  readonly own: KeyspaceHash;
  /** Peers that have not answered yet. */
  waiting: ProcessId[];
  answers: { readonly id: MemberId; readonly storeRevision: number; readonly hash: KeyspaceHash }[];
}

function hashNow({ store }: EtcdMember): KeyspaceHash {
  return { hash: hashKV(store, store.revision), revision: store.revision, compactRevision: store.compactRevision };
}

function begin(member: EtcdMember, kind: CorruptionCheck['kind'], out: Outbox): void {
  const own = hashNow(member);
  const number = member.nextNumber++;
  const others = member.peers.filter(({ id }) => id !== member.id).map(({ process }) => process);
  member.check = { kind, number, own, waiting: others, answers: [] };
  for (const process of others) out.send(process, Object.freeze({ type: 'etcd.hashAsk', number, revision: own.revision }));
  out.startTimer('hashes', micros(requestTimeout(member.settings)));
  finishIfComplete(member, out);
}

/** A member that was here before must show that it still holds what the others hold. */
export function startInitialCheck(member: EtcdMember, out: Outbox): void {
  member.status = 'checking';
  begin(member, 'initial', out);
}

/** Sets the clock of the regular comparison. */
export function armCorruptCheck({ settings }: EtcdMember, out: Outbox): void {
  if (settings.corruptCheckTime > 0) out.startTimer('corrupt-check', millis(settings.corruptCheckTime));
}

/** Time for a comparison; only a leader makes it. */
export function corruptCheckAlarm(member: EtcdMember, out: Outbox): void {
  armCorruptCheck(member, out);
  if (member.raft.role === 'leader' && member.check === undefined) begin(member, 'periodic', out);
}

/** Another member wants our hash at a revision. Who does not have it (yet, or any more), or is under suspicion itself, has none. */
export function answerHash(member: EtcdMember, from: ProcessId, cx: { readonly number: number; readonly revision: number; readonly out: Outbox }): void {
  const { store } = member;
  const hash = member.status === 'running' && checkRevision(store, cx.revision) === undefined
    ? { hash: hashKV(store, cx.revision), revision: cx.revision, compactRevision: store.compactRevision } : undefined;
  cx.out.send(from, Object.freeze({ type: 'etcd.hash', number: cx.number, id: member.id, storeRevision: store.revision, hash }));
}

function finishIfComplete(member: EtcdMember, out: Outbox): void {
  const { check } = member;
  if (check === undefined || check.waiting.length > 0) return;
  out.cancelTimer('hashes');
  if (check.kind === 'initial') return finishInitial(member, check);
  readLinearizable(member, { op: 'corruptCheck' }, { caller: { client: member.self, id: 0, cause: out.cause }, out });
}

/** A peer's hash has come. */
export function hashCame(member: EtcdMember, from: ProcessId, { message, out }: { message: PeerMessage & { readonly type: 'etcd.hash' }; out: Outbox }): void {
  const { check } = member;
  if (check?.number !== message.number) return;
  if (message.hash !== undefined) check.answers.push({ id: message.id, storeRevision: message.storeRevision, hash: message.hash });
  hashLost(member, from, out);
}

/** A peer has answered, or will not. */
export function hashLost(member: EtcdMember, peer: ProcessId, out: Outbox): void {
  const { check } = member;
  if (check?.waiting.includes(peer) !== true) return;
  check.waiting = check.waiting.filter((other) => other !== peer);
  finishIfComplete(member, out);
}

/** Who has not answered by now is left out. */
export function hashesOverdue(member: EtcdMember, out: Outbox): void {
  if (member.check === undefined) return;
  member.check.waiting = [];
  finishIfComplete(member, out);
}

const sameHistory = (a: KeyspaceHash, b: KeyspaceHash): boolean => a.compactRevision === b.compactRevision && a.revision === b.revision;

function finishInitial(member: EtcdMember, check: CorruptionCheck): void {
  member.check = undefined;
  const differs = check.answers.some(({ hash }) => sameHistory(hash, check.own) && hash.hash !== check.own.hash);
  if (differs) throw new Panic(`checkInitialHashKV failed: ${member.id} found data inconsistency with peers`);
  member.status = 'running';
}

/** The member that cannot be right. @source corrupt.go PeriodicCheck */
function culprit(member: EtcdMember, { own, answers }: CorruptionCheck): MemberId | undefined {
  const later = hashNow(member);
  if (sameHistory(own, later) && own.hash !== later.hash) return member.id;
  return answers.find(({ storeRevision, hash }) =>
    storeRevision > later.revision || hash.compactRevision > later.compactRevision
    || (hash.compactRevision === own.compactRevision && hash.hash !== own.hash))?.id;
}

/** All hashes are there, and the leader has made sure that it leads. */
export function finishPeriodic(member: EtcdMember, cause: number): void {
  const { check } = member;
  member.check = undefined;
  if (check === undefined || member.raft.role !== 'leader') return;
  const id = culprit(member, check);
  if (id === undefined || member.alarms.has(`${id}/CORRUPT`)) return;
  proposeOwn(member, { op: 'alarm', args: { action: 'activate', alarm: 'CORRUPT', memberId: id } }, cause);
}
