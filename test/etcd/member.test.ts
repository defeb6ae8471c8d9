import t from 'tap';
import { dumpWorld, loadWorld } from '../../src/sim/checkpoint.ts';
import { checkCluster, newMemory } from '../../src/etcd/invariants.ts';
import type { EtcdRequest } from '../../src/etcd/contract.ts';
import { clusterOn, memberOn } from '../../src/etcd/member.ts';
import { hashKV } from '../../src/etcd/mvcc/hash.ts';
import { Cluster } from './harness.ts';
import type { Reply } from './harness.ts';

const put = (key: string, value: string, more: object = {}) => ({ op: 'put', args: { key, value, ...more } }) as const;
const get = (key: string, more: object = {}) => ({ op: 'range', args: { key, ...more } }) as const;
const all = { op: 'range', args: { key: '\0', rangeEnd: '\0' } } as const;
const body = (reply: Reply): any => reply.ok ? reply.body : { error: reply.error };
const errorOf = (reply: Reply): string => reply.ok ? '' : reply.error;
const started = (options: ConstructorParameters<typeof Cluster>[0] = {}): Cluster => {
  const cluster = new Cluster(options);
  cluster.elect();
  cluster.run(1);
  return cluster;
};
const followersOf = (cluster: Cluster): string[] => cluster.names.filter((name) => name !== cluster.leader?.settings.name);
const leaderOf = (cluster: Cluster): string => cluster.leader?.settings.name ?? '';
const process = (name: string): string => memberOn(name);
const agree = (cluster: Cluster): boolean =>
  new Set(cluster.members.map(({ store }) => `${store.revision}/${hashKV(store, store.revision)}`)).size === 1;

t.test('a fresh cluster', async (t) => {
  const cluster = started();
  const status = body(cluster.do('m1', { op: 'status', args: {} }));
  t.match(status, { version: '3.6.6', raftTerm: 2, errors: [], isLearner: false, leader: cluster.leader?.id }, 'elects in term 2');
  t.equal(status.raftIndex, 3 + 1 + 3 + 1, 'its log holds three members, an empty entry, three published names and the version of the cluster');
  t.equal(status.raftAppliedIndex, status.raftIndex);
  const reply = cluster.do('m1', get('nothing'));
  t.match(reply, { ok: true, header: { revision: 1 }, body: { count: 0, kvs: [] } }, 'is empty at revision 1');
  const { members } = body(cluster.do('m2', { op: 'memberList', args: {} }));
  t.same(members.map(({ name }: any) => name).sort(), ['m1', 'm2', 'm3']);
  t.same(members.find(({ name }: any) => name === 'm2').clientURLs, ['http://m2:2379']);
  t.match(members[0].id, /^[0-9a-f]{15,16}$/);
});

t.test('any member takes writes and reads', async (t) => {
  const cluster = started();
  cluster.names.forEach((name, i) => {
    t.match(cluster.do(name, put('k', name)), { ok: true, header: { revision: i + 2 } }, `${name} writes`);
    for (const reader of cluster.names) t.equal(body(cluster.do(reader, get('k'))).kvs[0].value, name, `${reader} reads it at once`);
  });
  t.ok(agree(cluster));
});

t.test('an idle cluster costs little', async (t) => {
  const cluster = started();
  const before = cluster.kernel.events;
  cluster.run(10);
  t.ok((cluster.kernel.events - before) / 10 <= 60, 'four heartbeat messages and a timer, ten times a second');
});

t.test('many clients share one append', async (t) => {
  const cluster = started();
  const leader = leaderOf(cluster);
  const before = cluster.kernel.events;
  for (let i = 0; i < 500; i++) cluster.ask(leader, put(`k${i}`, 'v'));
  cluster.run(1);
  t.equal(cluster.member(leader)?.store.revision, 501);
  t.ok(cluster.kernel.events - before < 500 * 3 + 200, `${cluster.kernel.events - before} events: the test's hand, request and answer each`);
});

t.test('the leader dies', async (t) => {
  const cluster = started();
  const old = leaderOf(cluster);
  const [follower = '', other = ''] = followersOf(cluster);
  cluster.do(follower, put('k', 'before'));
  cluster.kernel.crash(process(old));
  const at = cluster.kernel.world.now;
  const write = cluster.ask(follower, put('k', 'lost'));
  const read = cluster.ask(other, get('k'));
  t.equal(body(cluster.do(other, get('k', { serializable: true }))).kvs[0].value, 'before', 'serializable reads go on');
  cluster.run(20);
  const lost = cluster.answer(write);
  t.match(lost, { ok: false, error: 'etcdserver: request timed out, possibly due to previous leader failure' });
  t.equal(((lost?.at ?? 0) - at) / 1_000_000 > 6.9 && ((lost?.at ?? 0) - at) / 1_000_000 < 7.1, true, 'after seven seconds');
  t.match(cluster.answer(read), { ok: false, error: 'etcdserver: leader changed' });
  t.equal(body(cluster.do(follower, put('k', 'after'))).error, undefined, 'the rest goes on writing');
  cluster.kernel.restart(process(old));
  cluster.run(3);
  t.ok(agree(cluster), 'the old leader comes back and catches up');
  const types = cluster.kernel.trace.notes.map(({ type }) => type);
  t.ok(types.includes('etcd.election.started') && types.filter((type) => type === 'etcd.leader.elected').length === 2);
});

t.test('elections after a leader kill take about as long as on a real cluster', async (t) => {
  const took: number[] = [];
  for (let seed = 1; seed <= 60; seed++) {
    const cluster = started({ seed });
    cluster.run(seed / 77);
    cluster.kernel.crash(process(leaderOf(cluster)));
    const at = cluster.kernel.world.now;
    cluster.elect();
    took.push((cluster.kernel.world.now - at) / 1000);
  }
  took.sort((a, b) => a - b);
  const median = took[30] ?? 0;
  t.ok(median > 1176 * 0.8 && median < 1176 * 1.2, `median ${median} ms, where 1,176 ms were measured`);
  t.ok((took[0] ?? 0) > 800 && (took.at(-1) ?? 0) < 2800, `from ${took[0]} to ${took.at(-1)} ms`);
});

t.test('raft-read-05: one of three is left', async (t) => {
  const cluster = started();
  const [a = '', b = ''] = followersOf(cluster);
  cluster.do(a, put('k', 'v'));
  cluster.kernel.crash(process(a));
  cluster.kernel.crash(process(b));
  const last = cluster.names.find((name) => name !== a && name !== b) ?? '';
  t.equal(body(cluster.do(last, get('k', { serializable: true }))).kvs[0].value, 'v', 'serializable reads answer');
  t.equal(errorOf(cluster.do(last, get('k'))), 'etcdserver: request timed out', 'linearizable reads time out');
  t.equal(errorOf(cluster.do(last, put('k', 'w'))), 'etcdserver: request timed out', 'writes time out');
  t.same(body(cluster.do(last, { op: 'status', args: {} })).errors, ['etcdserver: no leader']);
  const notes = cluster.kernel.trace.notes;
  t.match(notes.find(({ type }) => type === 'etcd.quorum.lost')?.fields, { member: last, n: 3, m: 1 });
  cluster.kernel.restart(process(a));
  cluster.run(5);
  t.equal(errorOf(cluster.do(last, put('k', 'x'))), '', 'two are enough again');
  t.ok(cluster.kernel.trace.notes.some(({ type }) => type === 'etcd.quorum.restored'));
});

t.test('a follower that is left alone notices too', async (t) => {
  const cluster = started();
  const [a = ''] = followersOf(cluster);
  cluster.kernel.crash(process(leaderOf(cluster)));
  cluster.kernel.crash(process(a));
  cluster.run(10);
  t.match(cluster.kernel.trace.notes.filter(({ type }) => type === 'etcd.quorum.lost').map(({ fields }) => fields), [{ n: 3, m: 1 }], 'and says so once');
});

t.test('a leader cut off from the others steps down, and what it promised nobody is gone', async (t) => {
  const cluster = started();
  const old = leaderOf(cluster);
  const [a = '', b = ''] = followersOf(cluster);
  const fault = cluster.fault('partition', old, '|', a, b);
  const never = cluster.ask(old, put('k', 'never'));
  cluster.run(4);
  t.equal(cluster.member(old)?.raft.role === 'leader', false, 'check-quorum takes the lead from it');
  t.equal(errorOf(cluster.do(a, put('k', 'majority'))), '', 'the majority writes');
  t.equal(body(cluster.do(old, get('k', { serializable: true }))).count, 0, 'a serializable read there is stale');
  cluster.run(6);
  t.match(cluster.answer(never), { ok: false });
  cluster.kernel.heal(fault);
  cluster.run(3);
  t.ok(agree(cluster));
  t.equal(body(cluster.do(old, get('k'))).kvs[0].value, 'majority');
});

t.test('a member that was cut off does not disturb the others when it comes back (pre-vote)', async (t) => {
  const cluster = started();
  const [a = ''] = followersOf(cluster);
  const term = cluster.leader?.raft.term;
  const fault = cluster.fault('partition', a);
  cluster.run(20);
  cluster.kernel.heal(fault);
  cluster.run(3);
  t.equal(cluster.leader?.raft.term, term);
});

t.test('a slow disk alone costs the leader its office', async (t) => {
  const cluster = started();
  const old = leaderOf(cluster);
  cluster.fault('slow-disk', '6s', old);
  cluster.ask(old, put('k', 'v'));
  cluster.run(8);
  t.not(cluster.leader?.settings.name, old);
});

t.test('unsynced writes are lost in a crash, acknowledged ones are not', async (t) => {
  const cluster = started();
  for (let i = 0; i < 30; i++) cluster.do('m1', put(`k${i}`, 'v'));
  for (const name of cluster.names) cluster.kernel.crash(process(name));
  cluster.run(1);
  for (const name of cluster.names) cluster.kernel.restart(process(name));
  cluster.elect();
  cluster.run(1);
  t.equal(body(cluster.do('m2', all)).count, 30);
  t.ok(agree(cluster));
});

t.test('a single member starts again from its log and snapshot', async (t) => {
  const cluster = started({ size: 1, config: { snapshotCount: 20, snapshotCatchupEntries: 5 } });
  for (let i = 0; i < 57; i++) cluster.do('m1', put(`k${i % 7}`, String(i)));
  const before = body(cluster.do('m1', all)).kvs;
  const disk = cluster.kernel.process(process('m1'))?.disk;
  t.ok((disk?.size ?? 99) < 40, 'old log segments are released');
  cluster.kernel.crash(process('m1'));
  cluster.kernel.restart(process('m1'));
  cluster.elect();
  t.same(body(cluster.do('m1', all)).kvs, before);
  t.match(cluster.do('m1', put('k', 'v')), { ok: true, header: { revision: 59 } });
});

t.test('a follower too far behind gets a snapshot, and its watchers miss nothing', async (t) => {
  const cluster = started({ config: { snapshotCount: 20, snapshotCatchupEntries: 5 } });
  const [a = '', b = ''] = followersOf(cluster);
  const watch = cluster.watch(a, { key: 'k', rangeEnd: 'l' });
  cluster.run(0.1);
  const fault = cluster.fault('partition', a, '|', b, leaderOf(cluster));
  for (let i = 0; i < 100; i++) cluster.do(b, put(`k${i}`, 'v'));
  cluster.kernel.heal(fault);
  cluster.run(5);
  t.ok(agree(cluster));
  t.ok((cluster.member(a)?.snapshotIndex ?? 0) > 20);
  t.same(cluster.events(watch).map(({ kv }) => kv.modRevision), Array.from({ length: 100 }, (_, i) => i + 2));
});

t.test('watches', async (t) => {
  const cluster = started();
  const [a = ''] = followersOf(cluster);
  const prefix = cluster.watch(a, { key: 'p/', rangeEnd: 'p0', prevKv: true });
  const single = cluster.watch(a, { key: 'p/1' });
  const future = cluster.watch(a, { key: 'p/1', startRevision: 4 });
  cluster.run(0.1);
  cluster.do('m1', put('p/1', 'a'));
  cluster.do('m1', put('q', 'a'));
  cluster.do('m1', put('p/1', 'b'));
  cluster.do('m1', { op: 'deleteRange', args: { key: 'p/', rangeEnd: 'p0' } });
  cluster.run(0.1);
  const seen = (id: number) => cluster.events(id).map(({ type, kv, prevKv }) => `${type} ${kv.key}@${kv.modRevision} was ${String(prevKv?.value)}`);
  t.same(seen(prefix), ['PUT p/1@2 was undefined', 'PUT p/1@4 was a', 'DELETE p/1@5 was b'], 'old values only for who asked');
  t.same(seen(single), ['PUT p/1@2 was undefined', 'PUT p/1@4 was undefined', 'DELETE p/1@5 was undefined']);
  t.same(seen(future), ['PUT p/1@4 was undefined', 'DELETE p/1@5 was undefined']);
  cluster.tell(a, { type: 'etcd.watchProgress', id: prefix });
  cluster.run(0.1);
  t.match(cluster.client.answers.at(-1), { type: 'etcd.watch', id: prefix, events: [], header: { revision: 5 } });
  cluster.tell(a, { type: 'etcd.watchCancel', id: prefix });
  cluster.do('m1', put('p/1', 'c'));
  cluster.run(0.1);
  t.equal(seen(prefix).length, 3, 'a cancelled one hears no more');
  t.equal(seen(single).length, 4);
});

t.test('a watch of the compacted past is cancelled', async (t) => {
  const cluster = started();
  for (let i = 0; i < 10; i++) cluster.do('m1', put('k', String(i)));
  t.equal(errorOf(cluster.do('m1', { op: 'compact', args: { revision: 6 } })), '');
  t.equal(errorOf(cluster.do('m2', { op: 'compact', args: { revision: 6 } })), 'etcdserver: mvcc: required revision has been compacted');
  t.equal(errorOf(cluster.do('m2', { op: 'compact', args: { revision: 60 } })), 'etcdserver: mvcc: required revision is a future revision');
  t.equal(errorOf(cluster.do('m3', get('k', { revision: 5 }))), 'etcdserver: mvcc: required revision has been compacted');
  t.equal(body(cluster.do('m3', get('k', { revision: 6 }))).kvs[0].value, '4');
  const late = cluster.watch('m1', { key: 'k', startRevision: 5 });
  const fine = cluster.watch('m1', { key: 'k', startRevision: 6 });
  cluster.run(0.1);
  t.match(cluster.client.answers.find(({ id, type }) => id === late && type === 'etcd.watchCanceled'), { compactRevision: 6 });
  t.same(cluster.events(fine).map(({ kv }) => kv.modRevision), [6, 7, 8, 9, 10, 11]);
  t.ok(agree(cluster));
});

t.test('leases', async (t) => {
  const cluster = started();
  const [a = ''] = followersOf(cluster);
  const granted = body(cluster.do(a, { op: 'leaseGrant', args: { ttl: 1 } }));
  t.equal(granted.ttl, 2, 'the least a lease lives is one and a half election timeouts, in whole seconds');
  t.match(granted.id, /^[0-9a-f]+$/);
  const { id } = body(cluster.do(a, { op: 'leaseGrant', args: { ttl: 10 } }));
  cluster.do(a, put('x', '1', { lease: id }));
  t.equal(errorOf(cluster.do(a, put('y', '1', { lease: 'abc' }))), 'etcdserver: requested lease not found');
  const keeps = { key: 'nowhere', value: '', lease: 'abc', ignoreValue: true };
  t.equal(errorOf(cluster.do(a, { op: 'put', args: keeps })), 'etcdserver: requested lease not found', 'a put looks for its lease first');
  t.equal(errorOf(cluster.do(a, { op: 'txn', args: { compare: [], success: [{ put: keeps }], failure: [] } })), 'etcdserver: key not found', 'in a transaction for the key');
  cluster.run(5);
  t.same(body(cluster.do(a, { op: 'leaseTimeToLive', args: { id, keys: true } })), { id, ttl: 4, grantedTtl: 10, keys: ['x'] }, 'the leader tells, through any member');
  t.same(body(cluster.do(a, { op: 'leaseKeepAlive', args: { id } })), { id, ttl: 10 });
  cluster.run(8);
  t.equal(body(cluster.do(a, get('x'))).count, 1, 'kept alive');
  t.same(body(cluster.do(a, { op: 'leaseLeases', args: {} })).leases, [{ id }], 'the other has ended');
  cluster.run(3);
  t.equal(body(cluster.do(a, get('x'))).count, 0, 'then its time is over');
  t.same(body(cluster.do(a, { op: 'leaseKeepAlive', args: { id } })), { id, ttl: 0 });
});

t.test('a new leader gives leases their whole time again', async (t) => {
  const cluster = started();
  const { id } = body(cluster.do('m1', { op: 'leaseGrant', args: { ttl: 6 } }));
  cluster.do('m1', put('x', '1', { lease: id }));
  cluster.run(4);
  cluster.kernel.crash(process(leaderOf(cluster)));
  cluster.elect();
  cluster.run(4);
  const [a = ''] = followersOf(cluster).filter((name) => cluster.member(name) !== undefined);
  t.equal(body(cluster.do(a, get('x'))).count, 1);
  cluster.run(4);
  t.equal(body(cluster.do(a, get('x'))).count, 0);
});

t.test('a long lease is checkpointed, so that it does not live for ever through elections', async (t) => {
  const cluster = started();
  const { id } = body(cluster.do('m1', { op: 'leaseGrant', args: { ttl: 700 } }));
  cluster.run(610);
  cluster.kernel.crash(process(leaderOf(cluster)));
  cluster.elect();
  const { ttl } = body(cluster.do(leaderOf(cluster), { op: 'leaseTimeToLive', args: { id } }));
  t.ok(ttl <= 100, `${ttl} of 700 seconds are left`);
});

/** Long enough for the members to take each other for healthy. */
function settled(options: ConstructorParameters<typeof Cluster>[0] = {}): Cluster {
  const cluster = started(options);
  cluster.run(6);
  return cluster;
}

t.test('members come and go', async (t) => {
  const cluster = settled();
  const urls = ['http://m4:2380'];
  const added = body(cluster.do('m1', { op: 'memberAdd', args: { peerURLs: urls, isLearner: true } }));
  t.match(added.member, { name: '', peerURLs: urls, isLearner: true });
  t.equal(errorOf(cluster.do('m1', { op: 'memberAdd', args: { peerURLs: urls } })), 'etcdserver: member ID already exist', 'an id is made of addresses and second');
  cluster.run(1);
  t.equal(errorOf(cluster.do('m1', { op: 'memberAdd', args: { peerURLs: urls } })), 'etcdserver: Peer URLs already exists');
  t.equal(errorOf(cluster.do('m1', { op: 'memberAdd', args: { peerURLs: ['http://m5:2380'], isLearner: true } })), 'etcdserver: too many learner members in cluster');
  const { id } = added.member;
  t.equal(errorOf(cluster.do('m2', { op: 'memberPromote', args: { id } })), 'etcdserver: can only promote a learner member which is in sync with leader');
  for (let i = 0; i < 20; i++) cluster.do('m1', put(`k${i}`, 'v'));
  const names = [...cluster.names, 'm4'];
  cluster.spawn('m4', { initialCluster: clusterOn(names), initialClusterState: 'existing' });
  cluster.run(3);
  t.equal(errorOf(cluster.do('m4', get('k1'))), 'etcdserver: rpc not supported for learner');
  t.equal(body(cluster.do('m4', get('k1', { serializable: true }))).count, 1, 'a learner has the data');
  t.equal(errorOf(cluster.do('m2', { op: 'memberPromote', args: { id } })), '');
  cluster.run(1);
  cluster.names.push('m4');
  t.equal(errorOf(cluster.do('m4', put('k', 'from m4'))), '', 'a voter writes');
  t.ok(agree(cluster));
  t.equal(errorOf(cluster.do('m2', { op: 'memberPromote', args: { id } })), 'etcdserver: can only promote a learner member');
  t.equal(errorOf(cluster.do('m2', { op: 'memberRemove', args: { id: 'beef' } })), 'etcdserver: member not found');
  t.equal(body(cluster.do('m2', { op: 'memberRemove', args: { id } })).members.length, 3);
  cluster.run(1);
  t.equal(errorOf(cluster.do('m4', get('k'))), 'etcdserver: server stopped');
});

t.test('a change that would endanger the majority is refused', async (t) => {
  const add = (n: number): EtcdRequest => ({ op: 'memberAdd', args: { peerURLs: [`http://m${n}:2380`] } });
  const unhealthy = 'etcdserver: unhealthy cluster';
  const notStarted = 'etcdserver: re-configuration failed due to not enough started members';
  t.equal(errorOf(started().do('m1', add(4))), unhealthy, 'five seconds of health are wanted');
  const cluster = settled();
  const [a = '', b = ''] = followersOf(cluster);
  const leader = leaderOf(cluster);
  const idOf = (name: string): string => cluster.members.find(({ settings }) => settings.name === name)?.id ?? '';
  const [lost, other] = [idOf(a), idOf(b)];
  cluster.kernel.crash(process(a));
  cluster.run(2);
  t.equal(errorOf(cluster.do(b, add(4))), unhealthy, 'with a member down none is added');
  t.equal(errorOf(cluster.do(leader, { op: 'memberAdd', args: { peerURLs: ['http://m4:2380'], isLearner: true } })), unhealthy, 'nor a learner');
  t.equal(errorOf(cluster.do(leader, { op: 'memberRemove', args: { id: other } })), unhealthy, 'the ones left are needed');
  t.equal(errorOf(cluster.do(b, { op: 'memberRemove', args: { id: lost } })), '', 'the one that is down may go');
  t.equal(errorOf(cluster.do(leader, add(4))), '', 'and then its successor may come');
  t.equal(errorOf(cluster.do(leader, { op: 'memberRemove', args: { id: other } })), notStarted);
  const alone = settled({ size: 1 });
  t.equal(errorOf(alone.do('m1', { op: 'memberRemove', args: { id: alone.member('m1')?.id ?? '' } })), notStarted, 'the last one stays');
  t.equal(errorOf(alone.do('m1', add(2))), '', 'one grows to two');
  t.equal(errorOf(alone.do('m1', add(3), 8)), notStarted, 'and waits for the second');
  const loose = started({ config: { strictReconfigCheck: false } });
  loose.kernel.crash(process(followersOf(loose)[0] ?? ''));
  t.equal(errorOf(loose.do(leaderOf(loose), add(4))), '', 'nobody asked: --strict-reconfig-check=false');
});

t.test('one grows to three', async (t) => {
  const cluster = settled({ size: 1 });
  for (const name of ['m2', 'm3']) {
    t.equal(errorOf(cluster.do('m1', { op: 'memberAdd', args: { peerURLs: [`http://${name}:2380`] } })), '', name);
    cluster.names.push(name);
    cluster.spawn(name, { initialCluster: clusterOn(cluster.names), initialClusterState: 'existing' });
    cluster.run(7);
  }
  for (const name of cluster.names) t.equal(errorOf(cluster.do(name, put('k', name))), '', `${name} writes`);
  t.ok(agree(cluster));
});

t.test('what only the leader can answer waits for a leader', async (t) => {
  const cluster = started();
  const old = leaderOf(cluster);
  const [a = '', b = ''] = followersOf(cluster);
  const { id } = body(cluster.do(a, { op: 'leaseGrant', args: { ttl: 60 } }));
  cluster.kernel.crash(process(old));
  t.match(body(cluster.do(a, { op: 'leaseKeepAlive', args: { id } })), { ttl: 60 }, 'asked of the next one');
  const led = new Set<string>();
  for (let seed = 2; seed <= 9; seed++) {
    const other = started({ seed });
    const [one = ''] = followersOf(other);
    const lease = body(other.do(one, { op: 'leaseGrant', args: { ttl: 60 } })).id;
    other.kernel.crash(process(leaderOf(other)));
    t.match(body(other.do(one, { op: 'leaseKeepAlive', args: { id: lease } })), { ttl: 60 }, `seed ${seed}`);
    led.add(leaderOf(other) === one ? 'the asked member' : 'the third');
  }
  t.equal(led.size, 2, 'whether the asked member or the third leads next');
  cluster.kernel.crash(process(a));
  cluster.run(5);
  const reply = cluster.do(b, { op: 'leaseTimeToLive', args: { id } });
  t.equal(errorOf(reply), 'etcdserver: no leader', 'or there is none in time');
});

t.test('two changes at once: the log decides, and the loser is told', async (t) => {
  const cluster = settled();
  const first = cluster.ask('m1', { op: 'memberAdd', args: { peerURLs: ['http://m4:2380'] } });
  const second = cluster.ask('m2', { op: 'memberAdd', args: { peerURLs: ['http://m4:2380', 'http://m5:2380'] } });
  cluster.run(9);
  const errors = [first, second].map((id) => cluster.answer(id)).map((reply) => reply?.ok === false ? reply.error : '').sort();
  t.match(errors, ['', /^etcdserver: (Peer URLs already exists|request timed out)$/]);
  t.equal(body(cluster.do('m3', { op: 'memberList', args: {} })).members.length, 4);
});

t.test('a member that was removed while it was away is told', async (t) => {
  const cluster = settled();
  const [a = '', b = ''] = followersOf(cluster);
  const id = cluster.member(a)?.id ?? '';
  cluster.kernel.crash(process(a));
  cluster.run(2);
  t.equal(errorOf(cluster.do(b, { op: 'memberRemove', args: { id } })), '');
  cluster.kernel.restart(process(a));
  cluster.run(3);
  t.equal(cluster.member(a)?.status, 'removed');
  t.equal(errorOf(cluster.do(a, get('k', { serializable: true }))), 'etcdserver: server stopped');
  t.equal(errorOf(cluster.do(b, put('k', 'v'))), '');
});

t.test('a member alone shows what it had applied', async (t) => {
  const cluster = started();
  const [a = '', b = ''] = followersOf(cluster);
  for (let i = 0; i < 10; i++) cluster.do(b, put(`k${i}`, String(i)));
  cluster.run(1);
  for (const name of cluster.names) cluster.kernel.crash(process(name));
  cluster.kernel.restart(process(a));
  cluster.run(1);
  t.equal(body(cluster.do(a, get('k', { rangeEnd: 'l', serializable: true }))).count, 10);
  t.equal(errorOf(cluster.do(a, get('k9'))), 'etcdserver: request timed out');
});

t.test('the leader itself is removed', async (t) => {
  const cluster = settled();
  const old = leaderOf(cluster);
  const [a = ''] = followersOf(cluster);
  t.equal(errorOf(cluster.do(a, { op: 'memberRemove', args: { id: cluster.leader?.id ?? '' } })), '');
  cluster.run(4);
  t.equal(cluster.member(old)?.status, 'removed');
  t.equal(errorOf(cluster.do(a, put('k', 'v'))), '', 'the others elect another');
});

t.test('the lead is moved', async (t) => {
  const cluster = started();
  const [a = ''] = followersOf(cluster);
  const target = cluster.member(a)?.id ?? '';
  t.equal(errorOf(cluster.do(a, { op: 'moveLeader', args: { targetId: target } })), 'etcdserver: not leader');
  t.equal(errorOf(cluster.do(leaderOf(cluster), { op: 'moveLeader', args: { targetId: 'beef' } })), 'etcdserver: bad leader transferee');
  const moved = cluster.do(leaderOf(cluster), { op: 'moveLeader', args: { targetId: target } });
  t.equal(errorOf(moved), '');
  cluster.run(0.1);
  t.equal(leaderOf(cluster), a);
});

t.test('a full file raises the alarm; compact, defragment, disarm clear it', async (t) => {
  const cluster = started({ config: { quotaBackendBytes: 60_000 } });
  const big = 'x'.repeat(5_000);
  let error = '';
  for (let i = 0; i < 20 && error === ''; i++) error = errorOf(cluster.do('m1', put('k', big)));
  t.equal(error, 'etcdserver: mvcc: database space exceeded');
  cluster.run(1);
  t.equal(errorOf(cluster.do('m2', put('small', 'x'))), 'etcdserver: mvcc: database space exceeded', 'on every member');
  t.equal(body(cluster.do('m2', get('k'))).count, 1, 'reads go on');
  t.equal(errorOf(cluster.do('m2', { op: 'deleteRange', args: { key: 'k' } })), '', 'deletes go on');
  const alarms = () => body(cluster.do('m2', { op: 'alarm', args: { action: 'get' } })).alarms;
  t.ok(alarms().length >= 1);
  const size = () => body(cluster.do('m1', { op: 'status', args: {} }));
  const before = size().dbSize;
  cluster.do('m1', { op: 'compact', args: { revision: cluster.member('m1')?.store.revision ?? 0 } });
  cluster.run(1);
  t.equal(size().dbSize, before, 'compaction leaves the file as it is');
  t.ok(size().dbSizeInUse < before / 2, 'but frees space in it');
  for (const name of cluster.names) cluster.do(name, { op: 'defragment', args: {} });
  t.ok(size().dbSize < before / 2);
  t.equal(errorOf(cluster.do('m2', put('small', 'x'))), 'etcdserver: mvcc: database space exceeded', 'the alarm never clears by itself');
  cluster.do('m1', { op: 'alarm', args: { action: 'deactivate', alarm: 'NOSPACE' } });
  t.equal(errorOf(cluster.do('m2', put('small', 'x'))), '');
  t.same(alarms(), []);
});

t.test('requests that make no sense', async (t) => {
  const cluster = started({ size: 1, config: { maxRequestBytes: 2_000 } });
  const cases = [
    [put('', 'v'), 'etcdserver: key is not provided'],
    [put('k', 'v', { ignoreValue: true }), 'etcdserver: value is provided'],
    [put('k', '', { ignoreValue: true }), 'etcdserver: key not found'],
    [put('k', 'v', { ignoreLease: true, lease: '1' }), 'etcdserver: lease is provided'],
    [put('k', 'v'.repeat(3_000)), 'etcdserver: request is too large'],
    [get(''), 'etcdserver: key is not provided'],
    [{ op: 'leaseRevoke', args: { id: 'abc' } }, 'etcdserver: requested lease not found'],
    [{ op: 'leaseGrant', args: { ttl: 9_000_000_001 } }, 'etcdserver: too large lease TTL'],
    [{ op: 'memberAdd', args: { peerURLs: ['nonsense'] } }, 'etcdserver: given member URLs are invalid'],
    [{ op: 'txn', args: { compare: [], success: Array.from({ length: 129 }, () => ({ range: { key: 'k' } })), failure: [] } }, 'etcdserver: too many operations in txn request'],
  ] as const;
  for (const [request, error] of cases) t.equal(errorOf(cluster.do('m1', request)), error, error);
});

t.test('checkpoint, restore and dump continue identically', async (t) => {
  const cluster = started({ seed: 5 });
  const { kernel } = cluster;
  cluster.watch('m1', { key: 'k', rangeEnd: 'l' });
  for (let i = 0; i < 20; i++) cluster.do('m1', put(`k${i}`, 'v'));
  cluster.ask('m2', put('k', 'in flight'));
  kernel.run({ eventsMax: 3 });
  const checkpoint = kernel.checkpoint();
  const dump = JSON.parse(JSON.stringify(dumpWorld(kernel.world)));
  const goOn = (): string => {
    for (let i = 0; i < 20; i++) cluster.ask('m3', put(`k${i}`, 'w'));
    cluster.run(5);
    return `${kernel.digest} ${cluster.leader?.store.revision} ${hashKV((cluster.leader as any).store, 1e9)}`;
  };
  const first = goOn();
  kernel.restore(checkpoint);
  t.equal(goOn(), first, 'from a checkpoint');
  const loaded = loadWorld(dump);
  t.ok(loaded.ok);
  if (loaded.ok) kernel.restore(loaded.value);
  t.equal(goOn(), first, 'from a dump');
  t.equal(checkCluster(cluster.members, newMemory(), true), undefined);
});

t.test('a member that was removed while away is told so and stops', async (t) => {
  const cluster = started();
  cluster.run(6);
  const [away = '', other = ''] = followersOf(cluster);
  const id = cluster.member(away)?.id ?? '';
  const fault = cluster.fault('crash', process(away));
  t.ok(cluster.do(other, { op: 'memberRemove', args: { id } }).ok);
  cluster.kernel.heal(fault);
  cluster.run(5);
  t.equal(cluster.member(away)?.status, 'removed');
  t.equal(errorOf(cluster.do(away, put('a', '1'))), 'etcdserver: server stopped');
});

t.test('a member whose disk was lost', async (t) => {
  const cluster = started();
  cluster.run(6);
  const [lost = '', other = ''] = followersOf(cluster);
  cluster.do(other, put('a', '1'));
  const old = cluster.member(lost)?.id ?? '';
  const carelessly = cluster.fault('lost-disk', process(lost));
  cluster.kernel.heal(carelessly);
  cluster.run(3);
  const reasons = cluster.kernel.trace.notes.filter(({ type }) => type === 'process.panicked').map(({ fields }) => String(fields['reason']));
  t.match(reasons[0], /^tocommit\(\d+\) is out of range \[lastIndex\(0\)\]\. Was the raft log corrupted, truncated, or lost\?$/, 'started under its old id it gives up');
  const carefully = cluster.fault('lost-disk', process(lost));
  t.ok(cluster.do(other, { op: 'memberRemove', args: { id: old } }).ok);
  t.ok(cluster.do(other, { op: 'memberAdd', args: { peerURLs: [`http://${lost}:2380`] } }).ok);
  cluster.kernel.heal(carefully);
  cluster.run(5);
  t.not(cluster.member(lost)?.id, old, 'removed and added first it joins under a new one');
  t.match(body(cluster.do(lost, get('a'))).kvs, [{ value: '1' }]);
  t.ok(agree(cluster));
});

t.test('a torn log is repaired, and what is missing comes from the leader', async (t) => {
  const cluster = started();
  const [torn = '', other = ''] = followersOf(cluster);
  const fault = cluster.fault('torn-tail', torn);
  for (const value of ['1', '2', '3']) t.ok(cluster.do(other, put('a', value)).ok, 'the other two go on');
  t.equal(cluster.member(torn), undefined);
  cluster.kernel.heal(fault);
  cluster.run(2);
  t.match(cluster.kernel.trace.notes.filter(({ type }) => type === 'etcd.wal.repaired'), [{ process: process(torn), fields: { member: torn, n: 1 } }]);
  t.ok(agree(cluster));
  const again = cluster.fault('crash', process(torn));
  cluster.kernel.heal(again);
  cluster.run(2);
  t.equal(cluster.kernel.trace.notes.filter(({ type }) => type === 'etcd.wal.repaired').length, 1, 'the repair is on the disk');
  t.ok(agree(cluster));
});

t.test('a clock that is wrong disturbs neither elections nor leases', async (t) => {
  const cluster = started();
  const leader = leaderOf(cluster);
  cluster.do(leader, { op: 'leaseGrant', args: { id: 'abc', ttl: 5 } });
  cluster.fault('clock-skew', '+1h', leader);
  cluster.fault('clock-skew', '-1h', followersOf(cluster)[0] ?? '');
  cluster.run(3);
  t.equal(leaderOf(cluster), leader);
  t.match(body(cluster.do(leader, { op: 'leaseTimeToLive', args: { id: 'abc' } })), { ttl: 1, grantedTtl: 5 });
  cluster.run(3);
  t.match(body(cluster.do(leader, { op: 'leaseTimeToLive', args: { id: 'abc' } })), { ttl: -1 });
});

t.test('a full disk lets a member give up and start again in vain until there is room', async (t) => {
  const cluster = started();
  const [full = '', other = ''] = followersOf(cluster);
  const fault = cluster.fault('full-disk', full);
  cluster.do(other, put('a', '1'));
  cluster.run(11);
  cluster.do(other, put('a', '2'));
  cluster.run(1);
  const reasons = cluster.kernel.trace.notes.filter(({ type }) => type === 'process.panicked').map(({ fields }) => fields['reason']);
  t.same(reasons, Array.from({ length: reasons.length }, () => 'failed to save Raft hard state and entries: no space left on device'));
  t.ok(reasons.length >= 2);
  cluster.kernel.heal(fault);
  cluster.run(12);
  t.ok(agree(cluster));
});

t.test('a member that was away follows one that joined meanwhile', async (t) => {
  const cluster = started({ size: 5 });
  cluster.run(6);
  const [away = '', replaced = ''] = followersOf(cluster);
  const leader = leaderOf(cluster);
  const old = cluster.member(replaced)?.id ?? '';
  const lost = cluster.fault('lost-disk', process(replaced));
  t.ok(cluster.do(leader, { op: 'memberRemove', args: { id: old } }).ok);
  cluster.run(1);
  const absence = cluster.fault('crash', process(away));
  t.equal(errorOf(cluster.do(leader, { op: 'memberAdd', args: { peerURLs: [`http://${replaced}:2380`] } })), '');
  cluster.kernel.heal(lost);
  cluster.run(3);
  const fresh = cluster.member(replaced)?.id ?? '';
  t.not(fresh, old);
  t.equal(errorOf(cluster.do(leader, { op: 'moveLeader', args: { targetId: fresh } })), '');
  t.equal(leaderOf(cluster), replaced, 'the newcomer leads');
  cluster.kernel.heal(absence);
  cluster.run(3);
  t.ok(agree(cluster), 'and the one that never heard of it follows');
});
