import type { Table } from '../base/table.ts';
import { checkpointAuth } from './auth/store.ts';
import type { EtcdMember, MemberImage } from './member-state.ts';
import { checkpointStore } from './mvcc/store.ts';
import type { Ready } from './raft/ready.ts';
import { compact } from './raft/membership.ts';
import { termAt } from './raft/log.ts';
import type { Durable } from './raft/state.ts';
import type { Entry, HardState, Snapshot } from './raft/types.ts';
import { isTorn } from '../sim/disk.ts';
import type { DiskChange, Outbox } from '../sim/process.ts';

/**
 * What a member keeps on its disk: who it is, a write-ahead log in numbered segments, and the newest snapshot.
 *
 * @source etcd-io/etcd server/storage/wal, server/etcdserver/server.go (snapshot, triggerSnapshot)
 * @fidelity simplified: the key-value file is part of the snapshot record, so a start replays the log behind it
 */

const IDENTITY = 'identity';
const HARD_STATE = 'hard-state';
const SNAPSHOT = 'snapshot';
const WAL = 'wal/';
/** The mark that a file was rewritten (see `offline.ts`). */
export const DEFRAGMENTED = 'defragmented';
/** Digits of a segment number; enough for every write of a long game. */
const WAL_DIGITS = 12;

/** Who a member is, from its first start on. */
export interface Identity { readonly memberId: string; readonly clusterId: string }

/** The disk change that keeps it. */
export const identityChange = (identity: Identity): DiskChange => [IDENTITY, Object.freeze(identity)];

/** Everything a start finds. */
export interface DiskContent extends Durable {
  readonly identity: Identity | undefined;
  readonly segments: Pick<EtcdMember['wal'], 'sequence' | 'segments'>;
  /** What must be written to mend a log whose last record was torn, and how many entries are lost. */
  readonly repair: { readonly change: DiskChange; readonly lost: number } | undefined;
  /** Index up to which the file was rewritten without free space, while the member did not run. */
  readonly defragmentedTo: number;
}

/**
 * Reads the disk. Entries written later replace those at their index and all behind them. A torn record at the end is cut off: nobody was promised it.
 *
 * @source etcd-io/etcd server/storage/wal/repair.go
 */
export function readDisk(disk: Table<unknown>): DiskContent {
  const snapshot = disk.get(SNAPSHOT) as Snapshot | undefined;
  const hardState = disk.get(HARD_STATE) as HardState | undefined;
  const start = (snapshot?.index ?? 0) + 1;
  const entries: Entry[] = [];
  const segments: { key: string; last: number }[] = [];
  let repair: DiskContent['repair'];
  let lastKey = WAL;
  disk.range(WAL, `${WAL}~`, (key, value) => {
    lastKey = key;
    const whole = (isTorn(value) ? value.whole : value) as readonly Entry[];
    if (isTorn(value)) repair = { change: [key, whole.length > 0 ? whole : undefined], lost: value.lost };
    for (const entry of whole) {
      // What is part of the snapshot now may have replaced entries behind it when it was written.
      entries.length = Math.max(0, entry.index - start);
      if (entry.index >= start) entries.push(entry);
    }
    if (whole.length > 0) segments.push({ key, last: whole.at(-1)?.index ?? 0 });
  });
  const sequence = Number(lastKey.slice(WAL.length));
  return { identity: disk.get(IDENTITY) as Identity | undefined, snapshot, hardState, entries, segments: { sequence, segments }, repair, defragmentedTo: Number(disk.get(DEFRAGMENTED) ?? 0) };
}

/** Whether a Ready must be durable before its promises go out. A moved commit index alone need not be. */
export function mustSync(ready: Ready, before: HardState): boolean {
  const { hardState } = ready;
  return ready.entries.length > 0 || ready.snapshot !== undefined
    || (hardState !== undefined && (hardState.term !== before.term || hardState.vote !== before.vote));
}

/**
 * Drops the oldest segments, as far as their entries lie at or before an index. One behind a segment that stays must stay too: it may replace entries of that one.
 *
 * @source etcd-io/etcd server/storage/wal/wal.go ReleaseLockTo
 */
export function releaseSegments(member: EtcdMember, index: number): DiskChange[] {
  const { wal } = member;
  const kept = wal.segments.findIndex(({ last }) => last > index);
  const drop = kept < 0 ? wal.segments : wal.segments.slice(0, kept);
  if (drop.length > 0) wal.segments = wal.segments.slice(drop.length);
  return drop.map(({ key }) => [key, undefined]);
}

/** How long a moved commit index may be kept back for the next write. @source server/storage/backend/backend.go defaultBatchInterval */
const COMMIT_DELAY = 100_000;

function hardStateChange({ raft, wal }: EtcdMember, out: Outbox): DiskChange {
  const { term, vote, log } = raft;
  wal.commit = Math.min(log.committed, log.offered);
  wal.writtenAt = out.monotonic;
  return [HARD_STATE, Object.freeze({ term, vote, commit: wal.commit })];
}

/**
 * Writes a commit index that has moved since the last write of the log. Nobody waits for it: but a member that starts
 * again without the others shows what it had applied.
 */
export function maybeWriteCommit(member: EtcdMember, out: Outbox): void {
  const { raft, wal } = member;
  if (wal.commit >= raft.log.committed || member.writing !== undefined || out.monotonic - wal.writtenAt < COMMIT_DELAY) return;
  out.write('commit', [hardStateChange(member, out)]);
}

/** Writes a Ready; `diskDone('wal')` tells when it is durable. */
export function writeReady(member: EtcdMember, ready: Ready, out: Outbox): void {
  const changes: DiskChange[] = [];
  const { wal } = member;
  if (ready.snapshot !== undefined) {
    changes.push(...releaseSegments(member, Number.MAX_SAFE_INTEGER), [SNAPSHOT, ready.snapshot]);
  }
  const last = ready.entries.at(-1);
  if (last !== undefined) {
    wal.sequence += 1;
    const key = WAL + String(wal.sequence).padStart(WAL_DIGITS, '0');
    wal.segments.push({ key, last: last.index });
    changes.push([key, ready.entries]);
  }
  if (ready.hardState !== undefined || wal.commit < member.raft.log.committed) changes.push(hardStateChange(member, out));
  if (ready.snapshot !== undefined) out.reach('raftBeforeSaveSnap');
  out.reach('raftBeforeSave');
  member.counts.writeBegan = out.monotonic;
  out.write('wal', changes);
}

/** The whole state up to the applied index. */
export function imageOf(member: EtcdMember): Snapshot {
  const { log, membership } = member.raft;
  const data: MemberImage = Object.freeze({
    store: Object.freeze(checkpointStore(member.store)), members: member.members.checkpoint(),
    removed: member.removed.checkpoint(), alarms: member.alarms.checkpoint(), clusterVersion: member.clusterVersion, downgradeTarget: member.downgradeTarget, auth: Object.freeze(checkpointAuth(member.auth)),
    confState: membership,
  });
  return Object.freeze({ index: log.applied, term: termAt(log, log.applied) ?? 0, confState: membership, data });
}

/** Makes a snapshot when enough was applied since the last, and lets the log behind it go. */
export function maybeSnapshot(member: EtcdMember, out: Outbox): void {
  const { settings, raft } = member;
  if (raft.log.applied - member.snapshotIndex < settings.snapshotCount) return;
  const snapshot = imageOf(member);
  member.snapshotIndex = snapshot.index;
  compact(raft, snapshot, settings.snapshotCatchupEntries);
  out.reach('raftBeforeSaveSnap');
  out.write('snapshot', [[SNAPSHOT, snapshot], ...releaseSegments(member, snapshot.index)]);
}

/** The disk of a member that begins with a snapshot. */
export const snapshotChanges = (snapshot: Snapshot, hardState: HardState): readonly DiskChange[] =>
  [[SNAPSHOT, Object.freeze(snapshot)], [HARD_STATE, Object.freeze(hardState)]];

/** Takes over the state that a snapshot holds. */
export function installImage(member: EtcdMember, image: MemberImage): void {
  member.store = checkpointStore(image.store);
  member.members = image.members.checkpoint();
  member.removed = image.removed.checkpoint();
  member.foretold.clear();
  member.alarms = image.alarms.checkpoint();
  member.clusterVersion = image.clusterVersion;
  member.downgradeTarget = image.downgradeTarget;
  member.auth = checkpointAuth(image.auth);
}
