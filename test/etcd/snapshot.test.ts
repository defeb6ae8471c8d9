import t from 'tap';
import { deepFreeze } from '../../src/base/data.ts';
import { Table } from '../../src/base/table.ts';
import type { EtcdRequest } from '../../src/etcd/contract.ts';
import { clusterOn, memberOn } from '../../src/etcd/member.ts';
import { readDisk, releaseSegments } from '../../src/etcd/persistence.ts';
import type { Entry } from '../../src/etcd/raft/types.ts';
import { hashKV } from '../../src/etcd/mvcc/hash.ts';
import { isIntact, isSnapshotFile, restoredDisk, storeOf } from '../../src/etcd/snapshot-file.ts';
import type { SnapshotFile } from '../../src/etcd/snapshot-file.ts';
import { Cluster } from './harness.ts';
import type { Reply } from './harness.ts';

/** Snapshot files, what a member says about itself, and beginning anew from a file. */

const put = (key: string, value = 'v', more: object = {}) => ({ op: 'put', args: { key, value, ...more } }) as const;
const get = (key: string, more: object = {}) => ({ op: 'range', args: { key, ...more } }) as const;
const body = (reply: Reply): any => reply.ok ? reply.body : { error: reply.error };
const errorOf = (reply: Reply): string => reply.ok ? '' : reply.error;

function filled(size = 1): Cluster {
  const cluster = new Cluster({ size });
  cluster.elect();
  cluster.run(1);
  const requests: EtcdRequest[] = [
    { op: 'leaseGrant', args: { id: '7', ttl: 600 } }, put('a', '1'), put('b', '1', { lease: '7' }), put('a', '2'), put('gone'), { op: 'deleteRange', args: { key: 'gone' } },
    { op: 'txn', args: { compare: [], success: [{ put: { key: 'c', value: '1' } }, { put: { key: 'd', value: '1' } }], failure: [] } },
    { op: 'compact', args: { revision: 4 } }, put('a', '3'), { op: 'userAdd', args: { name: 'u', password: 'p' } },
  ];
  for (const request of requests) cluster.do('m1', request);
  cluster.run(1);
  return cluster;
}

const take = (cluster: Cluster, at = 'm1'): SnapshotFile => body(cluster.do(at, { op: 'snapshot', args: {} })).snapshot;

t.test('a snapshot is the whole store, and can be told from a damaged one', async (t) => {
  const cluster = filled();
  const file = take(cluster);
  t.match(file, { version: '3.6.0', revision: 8, totalSize: cluster.member('m1')?.store.bytesAllocated });
  t.equal(file.content.versions.length, 7, 'b, the second a, gone, its tombstone, c, d, the third a');
  t.equal(file.totalKeys, 7 + 1 + 1 + 1 + 9);
  t.ok(isSnapshotFile(file) && isIntact(file) && Object.isFrozen(file.content.versions));
  t.notOk(isSnapshotFile({}) || isSnapshotFile('text'));
  t.same(JSON.parse(JSON.stringify(file)), file, 'plain data');
  t.notOk(isIntact({ ...file, content: { ...file.content, revision: 9 } }));
  const [first, ...rest] = file.content.versions;
  t.notOk(isIntact({ ...file, content: { ...file.content, versions: [{ ...first!, kv: { ...first!.kv, value: 'forged' } }, ...rest] } }));
  t.equal(take(cluster).hash, file.hash, 'the same state gives the same file');
});

t.test('the store of a file answers as the one it was taken from', async (t) => {
  const cluster = filled();
  const old = cluster.member('m1')!.store;
  const store = storeOf(take(cluster));
  for (const revision of [5, 6, 7, 8]) t.equal(hashKV(store, revision), hashKV(old, revision), `revision ${revision}`);
  t.equal(store.bytesInUse, old.bytesInUse);
  t.equal(store.compactRevision, 4);
  t.same([...store.leaseKeys].map(([lease, keys]) => [lease, [...keys.keys()]]), [['7', ['b']]]);
});

/** Starts a cluster on the disks that a restore made. */
function restored(file: SnapshotFile, names: readonly string[], options: { bumpRevision?: number; markCompacted?: boolean } = {}): Cluster {
  const cluster = new Cluster({ size: 0 });
  const initialCluster = clusterOn(names);
  cluster.names.push(...names);
  for (const name of names) {
    cluster.spawn(name, { initialCluster });
    cluster.kernel.crash(memberOn(name));
    const disk = deepFreeze(restoredDisk(file, { name, initialCluster, initialClusterToken: 'again', ...options }));
    if (!cluster.kernel.prepareDisk(memberOn(name), disk)) throw new Error('it runs');
    cluster.kernel.restart(memberOn(name));
  }
  cluster.elect();
  cluster.run(1);
  return cluster;
}

t.test('a new cluster begins with a file', async (t) => {
  const before = filled(3);
  const file = take(before, 'm2');
  const cluster = restored(file, ['m1', 'm2', 'm3']);
  t.equal(new Set(cluster.members.map(({ clusterId }) => clusterId)).size, 1);
  t.not(cluster.member('m1')?.clusterId, before.member('m1')?.clusterId, 'it is another cluster');
  t.not(cluster.member('m1')?.id, before.member('m1')?.id, 'of other members');
  const { kvs } = body(cluster.do('m3', get('\0', { rangeEnd: '\0' })));
  t.same(kvs.map(({ key, value, modRevision }: any) => [key, value, modRevision]), [['a', '3', 8], ['b', '1', 3], ['c', '1', 7], ['d', '1', 7]]);
  t.match(cluster.do('m1', put('new')), { ok: true, header: { revision: 9 } }, 'and goes on from its revision');
  t.same(body(cluster.do('m2', { op: 'memberList', args: {} })).members.map(({ name, isLearner }: any) => [name, isLearner]).sort(), [['m1', false], ['m2', false], ['m3', false]]);
  t.same(body(cluster.do('m2', { op: 'userList', args: {} })).users, ['u']);
  t.match(body(cluster.do('m1', { op: 'leaseTimeToLive', args: { id: '7', keys: true } })), { grantedTtl: 600, keys: ['b'] });
  for (const one of cluster.members) t.equal(hashKV(one.store, 9), hashKV(cluster.members[0]!.store, 9));
  cluster.kernel.crash(memberOn('m1'));
  cluster.kernel.restart(memberOn('m1'));
  cluster.run(3);
  t.equal(body(cluster.do('m1', get('new'))).count, 1, 'and survives restarts');
});

t.test('a bumped revision is seen by nobody twice', async (t) => {
  const file = take(filled());
  const cluster = restored(file, ['m1'], { bumpRevision: 1_000, markCompacted: true });
  t.match(cluster.do('m1', get('a')), { ok: true, header: { revision: 1_008 }, body: { kvs: [{ value: '3', modRevision: 8 }] } });
  t.equal(errorOf(cluster.do('m1', get('a', { revision: 900 }))), 'etcdserver: mvcc: required revision has been compacted');
  const late = cluster.watch('m1', { key: 'a', startRevision: 9 });
  cluster.do('m1', put('a', '4'));
  t.match(cluster.client.answers.find(({ type, ...one }) => 'id' in one && one.id === late && type === 'etcd.watchCanceled'), { compactRevision: 1_008 }, 'a watch from before ends');
  t.match(cluster.do('m1', get('a')), { header: { revision: 1_009 } });
});

t.test('a survivor is forced to go on alone, and grows again', async (t) => {
  const cluster = filled(3);
  cluster.run(6);
  for (const name of ['m2', 'm3']) cluster.kernel.crash(memberOn(name));
  const lost = cluster.ask('m1', put('uncommitted'));
  cluster.run(9);
  t.match(cluster.answer(lost), { ok: false });
  const before = cluster.member('m1')!;
  cluster.kernel.crash(memberOn('m1'));
  const record = cluster.kernel.world.processes.find(({ id }) => id === memberOn('m1')) as { config: unknown };
  const config = record.config;
  record.config = { ...config as object, forceNewCluster: true };
  cluster.kernel.restart(memberOn('m1'));
  cluster.run(5);
  t.equal(cluster.member('m1')?.clusterId, before.clusterId, 'the same cluster');
  const { members } = body(cluster.do('m1', { op: 'memberList', args: {} }));
  t.same(members.map(({ name }: any) => name), ['m1'], 'of one');
  t.equal(body(cluster.do('m1', get('uncommitted'))).count, 0, 'what was not committed is gone');
  t.equal(body(cluster.do('m1', get('a'))).kvs[0].value, '3', 'the rest is there');
  t.equal(errorOf(cluster.do('m1', put('alone'))), '');
  record.config = config;
  cluster.kernel.crash(memberOn('m1'));
  cluster.kernel.restart(memberOn('m1'));
  cluster.run(8);
  t.equal(body(cluster.do('m1', get('alone'))).count, 1, 'the flag is needed once');
  t.equal(errorOf(cluster.do('m1', { op: 'memberAdd', args: { peerURLs: ['http://m4:2380'] } })), '');
  cluster.spawn('m4', { initialCluster: clusterOn(['m1', 'm4']), initialClusterState: 'existing' });
  cluster.run(4);
  cluster.names.push('m4');
  t.equal(body(cluster.do('m4', get('alone'))).count, 1);
});

t.test('health', async (t) => {
  const cluster = filled(3);
  t.same(body(cluster.do('m1', { op: 'health', args: {} })), { health: 'true', reason: '' });
  cluster.do('m1', { op: 'alarm', args: { action: 'activate', alarm: 'NOSPACE', memberId: cluster.member('m1')!.id } });
  t.same(body(cluster.do('m1', { op: 'health', args: {} })), { health: 'false', reason: 'ALARM NOSPACE' });
  t.same(body(cluster.do('m1', { op: 'health', args: { exclude: ['NOSPACE'] } })), { health: 'true', reason: '' });
  cluster.do('m1', { op: 'alarm', args: { action: 'deactivate' } });
  cluster.kernel.crash(memberOn('m2'));
  cluster.kernel.crash(memberOn('m3'));
  cluster.run(5);
  t.same(body(cluster.do('m1', { op: 'health', args: {} })), { health: 'false', reason: 'RAFT NO LEADER' });
  t.same(body(cluster.do('m1', { op: 'health', args: { serializable: true } })), { health: 'true', reason: '' }, 'alone it can be read from');
});

t.test('metrics', async (t) => {
  const cluster = filled(3);
  cluster.run(5);
  const leader = cluster.leader!.settings.name;
  const { text } = body(cluster.do(leader, { op: 'metrics', args: {} }));
  const value = (name: string): string | undefined => new RegExp(`^${name.replace(/[{}"+]/g, '\\$&')} (.*)$`, 'm').exec(text)?.[1];
  t.equal(value('etcd_server_has_leader'), '1');
  t.equal(value('etcd_server_is_leader'), '1');
  t.equal(value('etcd_server_leader_changes_seen_total'), '1');
  t.equal(value('etcd_server_proposals_pending'), '0');
  t.equal(value('etcd_server_proposals_committed_total'), value('etcd_server_proposals_applied_total'));
  t.equal(value('etcd_debugging_mvcc_keys_total'), '4');
  t.equal(value('etcd_mvcc_db_total_size_in_bytes'), String(cluster.leader!.store.bytesAllocated));
  t.equal(value('etcd_disk_wal_fsync_duration_seconds_bucket{le="0.001"}'), value('etcd_disk_wal_fsync_duration_seconds_count'), 'every write took less than a millisecond');
  t.ok(Number(value('etcd_disk_wal_fsync_duration_seconds_sum')) > 0.001);
  const other = cluster.members.find(({ settings }) => settings.name !== leader)!.id;
  t.ok(Number(value(`etcd_network_peer_round_trip_time_seconds_count{To="${other}"}`)) >= 40, 'ten heartbeats a second');
  const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
  t.same(names, [...names].sort(), 'in order');
  for (const line of text.trim().split('\n')) t.match(line, /^(# (HELP|TYPE) \S+ .+|[a-z_]+(\{[^}]*\})? [0-9.e+-]+)$/);
});

t.test('the log on disk: what replaced the end of it counts, even when it is part of the snapshot now', async (t) => {
  const entry = (index: number, term: number): Entry => Object.freeze({ index, term, type: 'normal', data: null, cause: 0 });
  const wal = (number: number, ...entries: readonly Entry[]): readonly [string, unknown] => [`wal/${String(number).padStart(12, '0')}`, entries];
  const read = (snapshotIndex: number, ...segments: readonly (readonly [string, unknown])[]): readonly string[] => {
    const snapshot = snapshotIndex === 0 ? [] : [['snapshot', { index: snapshotIndex, term: 3 }] as const];
    return (readDisk(new Table<unknown>([...snapshot, ...segments])).entries ?? []).map(({ index, term }) => `${index}:${term}`);
  };
  const cases: readonly [name: string, read: readonly string[], expected: readonly string[]][] = [
    ['segments follow each other', read(0, wal(1, entry(1, 1), entry(2, 1)), wal(2, entry(3, 2))), ['1:1', '2:1', '3:2']],
    ['a later segment replaces the end', read(0, wal(1, entry(1, 1), entry(2, 1), entry(3, 1)), wal(2, entry(2, 2))), ['1:1', '2:2']],
    ['what the snapshot holds is left out', read(2, wal(1, entry(1, 1), entry(2, 1), entry(3, 1))), ['3:1']],
    ['an entry in the snapshot has replaced all behind it', read(42, wal(34, entry(43, 2), entry(44, 2)), wal(37, entry(42, 3))), []],
    ['and what came after it stands', read(42, wal(34, entry(43, 2), entry(44, 2)), wal(37, entry(42, 3)), wal(38, entry(43, 3))), ['43:3']],
  ];
  for (const [name, found, expected] of cases) t.same(found, expected, name);

  const member = { wal: { sequence: 3, segments: [{ key: 'a', last: 40 }, { key: 'b', last: 46 }, { key: 'c', last: 42 }] } };
  const release = (index: number): readonly string[] => releaseSegments(member as never, index).map(([key]) => key);
  t.same(release(42), ['a'], 'the third has replaced a part of the second, so it stays with it');
  t.same(release(45), []);
  t.same(release(46), ['b', 'c']);
});
