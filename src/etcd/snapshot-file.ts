import { deepFreeze } from '../base/data.ts';
import { foldNumber, foldText, newDigest } from '../base/digest.ts';
import { Table } from '../base/table.ts';
import type { Role, User } from './auth/store.ts';
import { newAuthStore } from './auth/store.ts';
import type { EtcdEvent, Member } from './contract.ts';
import { clusterIdOf, memberIdOf } from './identity.ts';
import { ETCD_STORAGE_VERSION } from './member-state.ts';
import type { Alarm, EtcdMember, InitialMember, MemberImage } from './member-state.ts';
import { compact } from './mvcc/compaction.ts';
import { versionAt } from './mvcc/history.ts';
import type { Version } from './mvcc/history.ts';
import { newStore, writeVersion } from './mvcc/store.ts';
import type { Lease, Store } from './mvcc/store.ts';
import { identityChange, snapshotChanges } from './persistence.ts';
import { votersOnly } from './raft/types.ts';
import type { DiskChange } from '../sim/process.ts';

/**
 * Snapshot files: the whole keyspace of one member as plain data that a client can keep, and the way back: the disk of
 * a member of a new cluster that begins with it.
 *
 * @source etcd-io/etcd server/etcdserver/api/v3rpc/maintenance.go (Snapshot), etcdutl/snapshot/v3_snapshot.go
 * @fidelity simplified: the content as values, not as the bytes of a bbolt file; so the hash is our own
 */
export interface SnapshotFile {
  readonly format: 'etcd-snapshot';
  /** Version of the file format, as `etcdutl snapshot status` shows it. */
  readonly version: string;
  /** Unsigned 32 bits over the whole content; a file that was changed has another. */
  readonly hash: number;
  readonly revision: number;
  /** Records in all buckets of the file: every version of every key, and etcd's own. */
  readonly totalKeys: number;
  /** Bytes. */
  readonly totalSize: number;
  readonly content: SnapshotContent;
}

/** What a snapshot file holds. Frozen and shared with the store it was taken from. */
export interface SnapshotContent {
  readonly revision: number;
  readonly compactRevision: number;
  /** All versions kept, oldest first. */
  readonly versions: readonly Pick<EtcdEvent, 'type' | 'kv'>[];
  readonly leases: readonly Lease[];
  readonly users: readonly User[];
  readonly roles: readonly Role[];
  readonly authEnabled: boolean;
  readonly authRevision: number;
  readonly alarms: readonly Alarm[];
  readonly members: readonly Member[];
}

/* ---- Taking ---- */

/** Versions behind the compacted revision that are kept for reads at it. */
function compactedVersions({ index, retained, history }: Store): Version[] {
  const kept = [...retained.values()];
  for (const newest of index.values()) if (newest.position < history.first) kept.push(newest);
  return kept.sort((a, b) => a.position - b.position);
}

/** What a file of these parts of a member holds. */
export function contentOf({ store, auth, alarms, members }: Pick<EtcdMember, 'store' | 'auth' | 'alarms' | 'members'>): SnapshotContent {
  const versions = compactedVersions(store).map(({ event: { type, kv } }) => ({ type, kv }));
  for (let position = store.history.first; position < store.history.next; position++) {
    const event = versionAt(store.history, position)?.event;
    if (event !== undefined) versions.push({ type: event.type, kv: event.kv });
  }
  return {
    revision: store.revision, compactRevision: store.compactRevision, versions, leases: [...store.leases.values()],
    users: [...auth.users.values()], roles: [...auth.roles.values()], authEnabled: auth.enabled, authRevision: auth.revision,
    alarms: [...alarms.values()], members: [...members.values()],
  };
}

/** Records of the buckets `meta`, `auth` and `cluster`: index, term, membership and format; revision and switch; version. */
const OWN_RECORDS = 7;
/** And the two marks of a compaction. */
const COMPACTION_RECORDS = 2;

const recordsOf = ({ versions, leases, users, roles, alarms, members, compactRevision }: SnapshotContent): number =>
  versions.length + leases.length + users.length + roles.length + alarms.length + members.length
  + OWN_RECORDS + (compactRevision > 0 ? COMPACTION_RECORDS : 0);

function hashContent(content: SnapshotContent): number {
  const digest = newDigest();
  for (const { type, kv } of content.versions) {
    for (const text of [kv.key, type, kv.lease, typeof kv.value === 'string' ? kv.value : JSON.stringify(kv.value)]) foldText(digest, text);
    for (const n of [kv.createRevision, kv.modRevision, kv.version]) foldNumber(digest, n);
  }
  const { leases, users, roles, alarms, members, authEnabled } = content;
  foldText(digest, JSON.stringify({ leases, users, roles, alarms, members, authEnabled }));
  for (const n of [content.revision, content.compactRevision, content.authRevision]) foldNumber(digest, n);
  return digest[0] >>> 0;
}

/** The file of a member's present state. */
export function snapshotFile(member: EtcdMember): SnapshotFile {
  const content = deepFreeze(contentOf(member));
  return Object.freeze({
    format: 'etcd-snapshot', version: ETCD_STORAGE_VERSION, hash: hashContent(content), revision: content.revision,
    totalKeys: recordsOf(content), totalSize: member.store.bytesAllocated, content,
  });
}

/** Whether a file holds what it held when it was taken. */
export const isIntact = (file: SnapshotFile): boolean => hashContent(file.content) === file.hash;

/** Whether a value is a snapshot file at all. */
export const isSnapshotFile = (value: unknown): value is SnapshotFile =>
  typeof value === 'object' && value !== null && (value as { format?: unknown }).format === 'etcd-snapshot';

/* ---- Restoring ---- */

/** The flags of `etcdutl snapshot restore` that decide what the new member begins with. */
export interface RestoreOptions {
  /** `--name` */
  readonly name: string;
  /** `--initial-cluster` */
  readonly initialCluster: readonly Pick<InitialMember, 'name' | 'peerURLs'>[];
  /** `--initial-cluster-token` */
  readonly initialClusterToken?: string;
  /** `--bump-revision`: so that watchers and caches that saw later revisions than the file's never see one twice. */
  readonly bumpRevision?: number;
  /** `--mark-compacted`: ends watches from before. */
  readonly markCompacted?: boolean;
}

/** The store as a file tells it. */
export function storeOf({ content }: Pick<SnapshotFile, 'content'>, options: Pick<RestoreOptions, 'bumpRevision' | 'markCompacted'> = {}): Store {
  const store = newStore();
  for (const { type, kv } of content.versions) writeVersion(store, { type, kv });
  for (const lease of content.leases) store.leases.set(lease.id, lease);
  store.revision = content.revision;
  if (content.compactRevision > 0) compact(store, content.compactRevision);
  store.revision += options.bumpRevision ?? 0;
  if (options.markCompacted === true && store.revision > store.compactRevision) compact(store, store.revision);
  return store;
}

/** What the disk of one member of the new cluster holds: restore it for every member from the same file. */
export function restoredDisk(file: SnapshotFile, options: RestoreOptions): readonly DiskChange[] {
  const { content } = file;
  const { initialClusterToken = 'etcd-cluster' } = options;
  const members = options.initialCluster.map(({ name, peerURLs }): Member => Object.freeze({
    id: memberIdOf(peerURLs, initialClusterToken), name, peerURLs, clientURLs: [], isLearner: false,
  }));
  const ids = members.map(({ id }) => id);
  const own = members.find(({ name }) => name === options.name)?.id ?? '';
  const auth = Object.freeze({
    ...newAuthStore(), enabled: content.authEnabled, revision: content.authRevision,
    users: new Table(content.users.map((user) => [user.name, user] as const)), roles: new Table(content.roles.map((role) => [role.name, role] as const)),
  });
  const data: MemberImage = Object.freeze({
    store: Object.freeze(storeOf(file, options)), members: new Table(members.map((one) => [one.id, one] as const)), removed: new Table<true>(),
    alarms: new Table(content.alarms.map((alarm) => [`${alarm.memberId}/${alarm.alarm}`, alarm] as const)), clusterVersion: ETCD_STORAGE_VERSION, downgradeTarget: '', auth, confState: votersOnly([...ids].sort()),
  });
  // The log begins as if the first members had been added one by one in term 1.
  const index = members.length;
  return [
    identityChange({ memberId: own, clusterId: clusterIdOf(ids) }),
    ...snapshotChanges({ index, term: 1, confState: data.confState, data }, { term: 1, vote: ids[0] ?? '', commit: index }),
  ];
}
